/**
 * What somebody sees who took everything but DATA_KEY: every table, the raw bytes of the database and its log, the
 * evidence folder, the log lines, the files that left the house. Each finding is one sentence; an honest product has none.
 * They try to join a person and a report by id, by time, by equal text and by the order of rows.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Db, Row } from '../src/chat.ts'
import { inPapers, type Paper } from './trace-files.ts'

export type Loot = { db: Db; url: string; evidence: string; lines: string[]; papers?: readonly Paper[] }
/**
 * `words`: nowhere in clear. `natives`: ids on a channel, in addresses.native alone. `who`: names, numbers and receipts,
 * also not in what officers read of a report. `spots`: places on the map, in nothing that is handed on; nor
 * `sums`: of photos as they were taken.
 */
export type Secrets = { words: string[]; natives: string[]; bytes: Uint8Array[]; who?: string[]; spots?: string[]; sums?: string[] }

/** Tables that say who somebody is, or what a person did. */
const PERSON = [
  ...['contacts', 'addresses', 'consents', 'topic_stops', 'link_codes', 'push_counts', 'inquiries', 'updates', 'transcript', 'outbox'],
  ...['officers', 'officer_codes', 'officer_terms', 'api_tokens', 'delegations', 'sessions', 'passkeys', 'sign_in_links', 'challenges'],
]
/** Tables that say what was reported and what became of it. */
const REPORT = [
  ...[
    'cases',
    'case_events',
    'case_identities',
    'case_conflicts',
    'case_marks',
    'case_pairs',
    'identity_openings',
    'removals',
    'gone_objects',
  ],
  ...['reply_links', 'photos', 'photo_copies', 'hand_overs', 'decisions', 'decision_approvals', 'opinions', 'opinion_people'],
  ...['opinion_counts', 'proof_units', 'warning_flags', 'tries', 'notice_outcomes'],
]
/** Columns that both sides may share: whose desk it is, by which road it came, the day, which officer. */
const COMMON = new Set([
  ...[
    'unit_id',
    'channel',
    'day',
    'due_day',
    'until_day',
    'answered_day',
    'month',
    'state',
    'kind',
    'reason',
    'reason_id',
    'purpose',
    'choice',
  ],
  ...['officer_id', 'assignee_id', 'asked_by', 'decided_by', 'topic', 'roles', 'scopes', 'authority_name', 'link'],
])
/** Of officers: their ids stand on both sides, what belongs to them does not. */
const OFFICERS = new Set(['officers', 'officer_terms'])
/** What officers write and do, and what is counted of it: names officers and units, never a member. */
const OFFICIAL = [
  ...['audit', 'campaigns', 'approvals', 'broadcasts', 'broadcast_totals', 'broadcast_reasons', 'halts', 'images', 'tallies'],
  ...['api_tokens', 'officer_codes', 'delegations', 'figure_counts', 'figure_people', 'figure_months', 'figures', 'meta', 'channel_health'],
  ...[
    'incidents',
    'incident_entries',
    'data_requests',
    'consent_proofs',
    'warnings',
    'warning_approvals',
    'warning_campaigns',
    'entry_imports',
    'entry_versions',
  ],
  ...['inbox', 'phrases', 'phrase_people', 'item_flags', 'paces', 'leases', 'runs', 'secrets', 'guards'],
]
/** Content and settings: about nobody. */
const ABOUT_NOBODY = [
  ...[
    'authorities',
    'case_reasons',
    'deals',
    'holidays',
    'holiday_years',
    'hotlines',
    'items',
    'questions',
    'level_names',
    'migrations',
    'observances',
    'settings',
  ],
  ...['themes', 'topics', 'units', 'unit_changes', 'unit_change_units', 'unit_successors'],
]
/** Kept by the full-text search of a table above. */
const SEARCH = /^(campaign_words|item_words|officer_names|question_words|unit_names)(_(config|content|data|docsize|idx))?$/
/** A whole minute: how finely a waiting photo or a count may tell a time. */
const GRID_MS = 60_000
const HOUR_MS = 3_600_000

export async function findTraces(loot: Loot, secrets: Secrets): Promise<string[]> {
  const tables = await readTables(loot.db)
  return [
    ...inColumns(tables, secrets),
    ...(await inFiles(loot, secrets)),
    ...inLines(tables, loot.lines, secrets),
    ...unknown(tables),
    ...joins(tables),
    ...personal(tables),
    ...official(tables),
    ...bridges(tables),
    ...beside(tables),
    ...notices(tables),
    ...outcomes(tables),
    ...sentAs(tables),
    ...transcriptOf(tables),
    ...lengths(tables),
    ...(await consents(loot.db)),
    ...(await ordered(loot.db, tables)),
    ...inPapers(loot.papers ?? [], secrets, idsOf(tables, ['contacts', 'addresses'])),
  ]
}

/** A table that nobody has thought about is not looked at rightly. */
function unknown(tables: Map<string, Row[]>): string[] {
  const known = new Set([...PERSON, ...REPORT, ...OFFICIAL, ...ABOUT_NOBODY])
  return [...tables.keys()].filter((name) => !known.has(name) && !SEARCH.test(name)).map((name) => `nobody said what ${name} is about`)
}

async function readTables(db: Db): Promise<Map<string, Row[]>> {
  const names = await db.read("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
  const tables = new Map<string, Row[]>()
  for (const { name } of names) tables.set(String(name), await db.read(`SELECT * FROM "${String(name)}"`))
  return tables
}

function inColumns(tables: Map<string, Row[]>, { words, natives }: Secrets): string[] {
  return cellsOf(tables).flatMap(({ place, text }) => [
    ...words.filter((word) => text.includes(word)).map((word) => `${place} holds “${word}”`),
    ...natives.filter((native) => place !== 'addresses.native' && text.includes(native)).map((native) => `${place} names ${native}`),
  ])
}

/** Old pages and the write-ahead log too: what a column no longer says may still lie there. */
async function inFiles({ url, evidence }: Loot, { words, natives, bytes }: Secrets): Promise<string[]> {
  const found: string[] = []
  for (const path of await filesIn(dirname(url.slice('file:'.length)))) {
    const content = await readFile(path)
    for (const word of words) if (content.includes(word)) found.push(`the database’s bytes hold “${word}”`)
    for (const part of bytes) if (content.includes(Buffer.from(part))) found.push('the database’s bytes hold a photo')
  }
  for (const path of await foldersIn(evidence))
    if ((await stat(path)).mtimeMs % HOUR_MS !== 0) found.push('an evidence folder tells its minute')
  for (const path of await filesIn(evidence)) {
    const content = await readFile(path)
    const { mtimeMs, mode } = await stat(path)
    for (const word of [...words, ...natives]) if (content.includes(word) || path.includes(word)) found.push(`evidence holds “${word}”`)
    for (const part of bytes) if (content.includes(Buffer.from(part))) found.push('evidence holds a photo in clear')
    if (mtimeMs % 3_600_000 !== 0) found.push('an evidence file tells its minute')
    if ((content.byteLength - 29) % 512 !== 0) found.push('an evidence file tells the size of its photo')
    if ((mode & 0o077) !== 0) found.push('an evidence file is open to other users')
  }
  return found
}

function inLines(tables: Map<string, Row[]>, lines: string[], { words, natives }: Secrets): string[] {
  const people = idsOf(tables, ['contacts', 'addresses'])
  const reports = reportsOf(tables)
  return lines.flatMap((line) => [
    ...[...words, ...natives].filter((word) => line.includes(word)).map((word) => `a log line holds “${word}”: ${line}`),
    ...(people.some((id) => line.includes(id)) && reports.some((id) => line.includes(id)) ? [`a line joins both: ${line}`] : []),
    ...(line.includes('photo') && reports.some((id) => line.includes(id)) ? [`a line about photos names one: ${line}`] : []),
  ])
}

/** A value on both sides joins them; so does a time on the report's side that is finer than the agreed steps. */
function joins(tables: Map<string, Row[]>): string[] {
  const values = new Map<string, string>()
  for (const name of PERSON) {
    for (const { column, place, text } of cellsOf(new Map([[name, tables.get(name) ?? []]]))) {
      const own = OFFICERS.has(name) && (column === 'id' || column === 'name' || column === 'title')
      if (!COMMON.has(column) && !own && text.length >= 6) values.set(text, place)
    }
  }
  return REPORT.flatMap((name) =>
    cellsOf(new Map([[name, tables.get(name) ?? []]])).flatMap(({ column, place, text }) => [
      ...(!COMMON.has(column) && values.has(text) ? [`${place} equals ${values.get(text)}`] : []),
      ...(isFine(text) && !column.startsWith('lease') ? [`${place} tells a time too finely: ${text}`] : []),
    ]),
  )
}

/** A report's id or number on the side of a person, whoever that person is. */
function personal(tables: Map<string, Row[]>): string[] {
  const reports = reportsOf(tables)
  return PERSON.flatMap((name) =>
    cellsOf(new Map([[name, tables.get(name) ?? []]])).flatMap(({ place, text }) =>
      reports.filter((id) => text.includes(id)).map((id) => `${place} names the report ${id}`),
    ),
  )
}

/** An id of a member or of one of their addresses in what officers wrote, did or were shown as a sum. */
function official(tables: Map<string, Row[]>): string[] {
  const members = idsOf(tables, ['contacts', 'addresses'])
  return OFFICIAL.flatMap((name) =>
    cellsOf(new Map([[name, tables.get(name) ?? []]])).flatMap(({ place, text }) =>
      members.filter((id) => text.includes(id)).map((id) => `${place} names ${id}`),
    ),
  )
}

/** One row that names a person and a report, in whatever table. */
function bridges(tables: Map<string, Row[]>): string[] {
  const people = idsOf(tables, ['contacts', 'addresses'])
  const reports = reportsOf(tables)
  return [...tables].flatMap(([table, rows]) =>
    rows.flatMap((row) => {
      const text = cellsOf(new Map([[table, [row]]]))
        .map((cell) => cell.text)
        .join('\n')
      return people.some((id) => text.includes(id)) && reports.some((id) => text.includes(id)) ? [`a row of ${table} joins both`] : []
    }),
  )
}

/** Ids of reports, of what hangs on them, and their numbers. */
const reportsOf = (tables: Map<string, Row[]>): string[] => [
  ...idsOf(tables, [
    'cases',
    'case_events',
    'photos',
    'photo_copies',
    'hand_overs',
    'decisions',
    'identity_openings',
    'removals',
    'opinions',
  ]),
  ...(tables.get('cases') ?? []).map(({ number }) => String(number)),
]

const idsOf = (tables: Map<string, Row[]>, names: string[]): string[] =>
  names.flatMap((name) => (tables.get(name) ?? []).map(({ id }) => String(id)))

/** What stands on the page's side for 30 days keeps the day, and lengths that tell little. */
function transcriptOf(tables: Map<string, Row[]>): string[] {
  return (tables.get('transcript') ?? []).flatMap(({ day, body }) => [
    ...(String(day).length > 10 ? [`transcript.day tells the time: ${day}`] : []),
    ...(((body as Uint8Array).byteLength - 29) % 512 === 0 ? [] : ['transcript.body tells its length']),
  ])
}

/** Whether a name may stand in a report is asked while one is told: neither its hour nor its neighbours may say when that was. */
async function consents(db: Db): Promise<string[]> {
  const rows = await db.read("SELECT rowid AS place, at FROM consents WHERE purpose = 'named_report'")
  return rows.flatMap(({ place, at }) => [
    ...(String(at).slice(11, 19) === '17:00:00' ? [] : [`consents.at tells when a report was told: ${at}`]),
    ...(Number(place) < 0 ? [] : ['consents tells by its order when a report was told']),
  ])
}

/** What waits for a person, or was offered to them last, is of an even length: a receipt is always as long as another. */
function lengths(tables: Map<string, Row[]>): string[] {
  const uneven = (box: Row[string] | undefined) => box instanceof Uint8Array && box.byteLength > 1 && (box.byteLength - 29) % 512 !== 0
  return [
    ...(tables.get('addresses') ?? []).filter(({ session }) => uneven(session)).map(() => 'addresses.session tells its length'),
    ...(tables.get('outbox') ?? []).filter(({ body }) => uneven(body)).map(() => 'outbox.body tells its length'),
    ...(tables.get('updates') ?? []).filter(({ box }) => uneven(box)).map(() => 'updates.box tells its length'),
  ]
}

/** What officers did about a report stands on the hour, or it could be laid beside what its member did in between. */
function beside(tables: Map<string, Row[]>): string[] {
  return (tables.get('audit') ?? []).flatMap((row) => {
    if (!ABOUT_CASES.has(String(row.about))) return []
    return [
      ...(isFine(String(row.at)) ? [`audit tells when ${row.act} was: ${row.at}`] : []),
      // A row the member's own message wrote would stand between two exact times of others.
      ...(row.officer_id === null ? [`audit has ${row.act} of a report without an officer`] : []),
    ]
  })
}

const ABOUT_CASES = new Set(['case', 'photo', 'hand_over', 'decision', 'identity', 'opinion'])

/** What tells a member that there is something new names nobody, and no finer time than a minute. */
function notices(tables: Map<string, Row[]>): string[] {
  return (tables.get('outbox') ?? []).flatMap((row) => {
    if (row.notice_tag === null || row.notice_tag === undefined) return []
    return [
      ...(row.contact_id === null && String(row.address_id) === '' ? [] : ['a notice names its recipient']),
      ...(isFine(String(row.created_at)) ? [`a notice tells its time: ${row.created_at}`] : []),
      ...(isFine(String(row.due_at)) ? [`a notice tells its time: ${row.due_at}`] : []),
    ]
  })
}

/** What became of a notice says nothing of it outside the seal, not even by its length. */
function outcomes(tables: Map<string, Row[]>): string[] {
  return (tables.get('notice_outcomes') ?? []).flatMap(({ id, day, box, ...more }) => [
    ...(Object.keys(more).length === 0 ? [] : [`an outcome says more than its day: ${Object.keys(more)}`]),
    ...(/^\d{4}-\d\d-\d\d$/.test(String(day)) ? [] : [`an outcome tells its time: ${day}`]),
    ...(((box as Uint8Array).byteLength - 29) % 512 === 0 ? [] : ['an outcome tells by its length what it was']),
  ])
}

/** A report that knows which message it was leads to who got that message: the page's transcript keeps it beside an address. */
function sentAs(tables: Map<string, Row[]>): string[] {
  const messages = [
    ...(tables.get('outbox') ?? []).map(({ id }) => String(id)),
    ...(tables.get('transcript') ?? []).flatMap(({ sent_as }) => (sent_as === null ? [] : [String(sent_as).split('.')[0] ?? ''])),
  ].filter((id) => id.length >= 8)
  return REPORT.flatMap((name) =>
    cellsOf(new Map([[name, tables.get(name) ?? []]])).flatMap(({ place, text }) =>
      messages.filter((id) => text.includes(id)).map((id) => `${place} names the message ${id}`),
    ),
  )
}

/** Finer than an hour; numbers (a waiting photo, a count, a notice) finer than a minute. */
function isFine(text: string): boolean {
  if (/^\d{13}$/.test(text)) return Number(text) % GRID_MS !== 0
  return /^\d{4}-\d\d-\d\d[T ]\d\d:/.test(text) && !(Date.parse(text) % HOUR_MS === 0)
}

/** The order in which rows were written is a join too: these tables keep none. */
async function ordered(db: Db, tables: Map<string, Row[]>): Promise<string[]> {
  const rows = await db.read('SELECT name, sql FROM sqlite_schema WHERE name IN (SELECT value FROM json_each(?))', [JSON.stringify(REPORT)])
  return [
    ...rows.filter(({ sql }) => !String(sql).includes('WITHOUT ROWID')).map(({ name }) => `${name} keeps the order of writing`),
    ...(await numbered(db, tables)),
  ]
}

/** A table that numbers its rows says between which others one was written: none of a report but officers' acts. */
async function numbered(db: Db, tables: Map<string, Row[]>): Promise<string[]> {
  const reports = reportsOf(tables)
  const schema = await db.read("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
  const counting = schema
    .filter(({ name, sql }) => name !== 'audit' && !String(sql).includes('WITHOUT ROWID'))
    .map(({ name }) => String(name))
  return counting.flatMap((name) => {
    const text = cellsOf(new Map([[name, tables.get(name) ?? []]])).map((cell) => cell.text)
    return reports.some((id) => text.some((one) => one.includes(id))) ? [`${name} numbers a row of a report`] : []
  })
}

function cellsOf(tables: Map<string, Row[]>): Array<{ column: string; place: string; text: string }> {
  return [...tables].flatMap(([table, rows]) =>
    rows.flatMap((row) =>
      Object.entries(row).flatMap(([column, value]) => {
        if (value === null) return []
        const text = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
        return [{ column, place: `${table}.${column}`, text }]
      }),
    ),
  )
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
