/**
 * What somebody sees who took everything but DATA_KEY: every table, the raw bytes of the database and its log, the
 * evidence folder, the log lines. Each finding is one sentence; an honest product has none.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Db, Row } from '../src/chat.ts'

export type Loot = { db: Db; url: string; evidence: string; lines: string[] }
/** `words`: nowhere in clear. `natives`: ids on a channel, in addresses.native alone. */
export type Secrets = { words: string[]; natives: string[]; bytes: Uint8Array[] }

/** Tables that say who somebody is, and tables that say what was reported. */
const PERSON = [
  'contacts',
  'addresses',
  'consents',
  'topic_stops',
  'link_codes',
  'officers',
  'officer_codes',
  'api_tokens',
  'delegations',
  'push_counts',
  'inquiries',
  'updates',
  'transcript',
  'outbox',
]
const REPORT = [
  'cases',
  'case_events',
  'reply_links',
  'photos',
  'tries',
  'case_marks',
  'case_pairs',
  'opinions',
  'opinion_counts',
  'opinion_people',
  'proof_units',
]
/** Columns that both sides may share: whose desk it is, by which road it came, the day. */
const COMMON = new Set(['unit_id', 'channel', 'day', 'state', 'kind', 'reason', 'purpose', 'choice'])
/** What officers write and do, and what is counted of it: names officers and units, never a member. */
const OFFICIAL = [
  'audit',
  'campaigns',
  'approvals',
  'broadcasts',
  'broadcast_totals',
  'broadcast_reasons',
  'api_tokens',
  'officer_codes',
  'delegations',
  'halts',
  'images',
  'tallies',
  'figure_counts',
  'figure_people',
  'figures',
  'meta',
]
const GRID_MS = 60_000

export async function findTraces(loot: Loot, secrets: Secrets): Promise<string[]> {
  const tables = await readTables(loot.db)
  return [
    ...inColumns(tables, secrets),
    ...(await inFiles(loot, secrets)),
    ...inLines(tables, loot.lines, secrets),
    ...joins(tables),
    ...official(tables),
    ...bridges(tables),
    ...transcriptOf(tables),
    ...(await ordered(loot.db)),
  ]
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
  for (const path of await filesIn(evidence)) {
    const content = await readFile(path)
    const { mtimeMs, mode } = await stat(path)
    for (const word of [...words, ...natives]) if (content.includes(word) || path.includes(word)) found.push(`evidence holds “${word}”`)
    for (const part of bytes) if (content.includes(Buffer.from(part))) found.push('evidence holds a photo in clear')
    if (mtimeMs % 3_600_000 !== 0) found.push('an evidence file tells its minute')
    if ((mode & 0o077) !== 0) found.push('an evidence file is open to other users')
  }
  return found
}

function inLines(tables: Map<string, Row[]>, lines: string[], { words, natives }: Secrets): string[] {
  const people = idsOf(tables, ['contacts', 'addresses'])
  const reports = [...idsOf(tables, ['cases', 'photos', 'opinions']), ...(tables.get('cases') ?? []).map(({ number }) => String(number))]
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
      if (!COMMON.has(column) && text.length >= 6) values.set(text, place)
    }
  }
  return REPORT.flatMap((name) =>
    cellsOf(new Map([[name, tables.get(name) ?? []]])).flatMap(({ column, place, text }) => [
      ...(!COMMON.has(column) && values.has(text) ? [`${place} equals ${values.get(text)}`] : []),
      ...(isFine(text) && !column.startsWith('lease') ? [`${place} tells a time too finely: ${text}`] : []),
    ]),
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
  const reports = [...idsOf(tables, ['cases', 'photos', 'opinions']), ...(tables.get('cases') ?? []).map(({ number }) => String(number))]
  return [...tables].flatMap(([table, rows]) =>
    rows.flatMap((row) => {
      const text = cellsOf(new Map([[table, [row]]]))
        .map((cell) => cell.text)
        .join('\n')
      return people.some((id) => text.includes(id)) && reports.some((id) => text.includes(id)) ? [`a row of ${table} joins both`] : []
    }),
  )
}

const idsOf = (tables: Map<string, Row[]>, names: string[]): string[] =>
  names.flatMap((name) => (tables.get(name) ?? []).map(({ id }) => String(id)))

/** What stands on the page's side for 30 days keeps the day, and lengths that tell little. */
function transcriptOf(tables: Map<string, Row[]>): string[] {
  return (tables.get('transcript') ?? []).flatMap(({ day, body }) => [
    ...(String(day).length > 10 ? [`transcript.day tells the time: ${day}`] : []),
    ...(((body as Uint8Array).byteLength - 29) % 512 === 0 ? [] : ['transcript.body tells its length']),
  ])
}

function isFine(text: string): boolean {
  if (/^\d{13}$/.test(text)) return Number(text) % GRID_MS !== 0
  return /^\d{4}-\d\d-\d\dT\d\d:/.test(text)
}

/** The order in which rows were written is a join too: these tables keep none. */
async function ordered(db: Db): Promise<string[]> {
  const rows = await db.read('SELECT name, sql FROM sqlite_schema WHERE name IN (SELECT value FROM json_each(?))', [JSON.stringify(REPORT)])
  return rows.filter(({ sql }) => !String(sql).includes('WITHOUT ROWID')).map(({ name }) => `${name} keeps the order of writing`)
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

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
