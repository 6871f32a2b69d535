/**
 * A spreadsheet of entries: looked at first, row by row, and taken when the officer says so. Its rows are kept between
 * the two for a week at most, and are checked again when they are taken. What is taken waits for a second person.
 */
import type { Db, Statement, Text } from '../src/chat.ts'
import { type Fields, readFields, type Section, titleOf } from '../src/entry.ts'
import { type BadRow, labelOf, type RawRow, reasonOf } from '../src/entry-sheet.ts'
import { AppError } from '../src/errors.ts'
import { demand } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import { fold } from '../src/vietnamese/index.ts'
import { recordAct } from './audit.ts'
import { pathOfUnit } from './campaigns.ts'
import { guard } from './client.ts'
import { FIELDS, ROWS } from './entries.ts'
import { draftRow, findGround, newCode, troubleWith } from './entry-acts.ts'
import { type Desk, stillActing } from './rights.ts'

/** Rows of one import. */
export const IMPORT_MOST = 2_000

export type EntryImport = { id: string; section: Section; unitId: string; name: string; rows: RawRow[]; bad: BadRow[]; taken: boolean }
export type GoodRow = { line: number; fields: Fields /** Of an entry that is there. */; entryId?: string }
export type Checked = {
  good: GoodRow[]
  /** Lines that say what members read already. */
  same: number[]
  bad: BadRow[]
}

/** Keeps what was read of a sheet until it is taken. @param bad what could not be read at all */
export async function keepImport(
  { db, actor, now, id: newId }: Desk,
  { section, unitId, name, rows, bad }: Pick<EntryImport, 'section' | 'unitId' | 'name' | 'rows' | 'bad'>,
): Promise<{ id: string; writes: Statement[] }> {
  demand(actor, 'content.write', await pathOfUnit(db, unitId))
  if (rows.length > IMPORT_MOST) throw new AppError('invalid', 'entry.s_too_many')
  const id = newId()
  const act = { act: 'content.look', unitId, about: ['import', id] as [string, string], detail: { rows: rows.length } }
  return {
    id,
    writes: [
      ...stillActing(actor),
      {
        sql: 'INSERT INTO entry_imports(id, section, officer_id, unit_id, name, rows, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        args: [id, section, actor.officerId, unitId, name.slice(0, 120), JSON.stringify({ rows, bad }), now.toISOString()],
      },
      recordAct(actor, act, now),
    ],
  }
}

/** An import of this officer, of nobody else. Throws AppError `not_found`. */
export async function requireImport({ db, actor }: Pick<Desk, 'db' | 'actor'>, id: string): Promise<EntryImport> {
  const [row] = await db.read('SELECT * FROM entry_imports WHERE id = ? AND officer_id = ?', [id, actor.officerId])
  if (!row) throw new AppError('not_found', 'desk.import_gone')
  const { rows, bad } = JSON.parse(String(row.rows)) as Pick<EntryImport, 'rows' | 'bad'>
  const { section, unit_id, name, taken_at } = row
  return { id, section: section as Section, unitId: String(unit_id), name: String(name), rows, bad, taken: taken_at !== null }
}

/** Every row: good, the same as what is there, or bad with all its reasons. Lines stay in their order. */
export async function checkImport(desk: Desk, { section, rows, bad }: Pick<EntryImport, 'section' | 'rows' | 'bad'>): Promise<Checked> {
  const day = dayOf(desk.now)
  const read = rows.map((row) => ({ ...row, ...readFields(section, row.raw, day) }))
  const whole = read.flatMap((row) => ('fields' in row ? [row] : []))
  const known = await findKnown(desk.db, section, whole)
  const ground = await findGround(desk)
  const checked: Checked = { good: [], same: [], bad: [...bad] }
  const lines = new Map<string, number>()
  for (const row of read) {
    if ('troubles' in row) {
      checked.bad.push({ line: row.line, reasons: row.troubles.map(reasonOf) })
      continue
    }
    const { line, code, fields } = row
    const folded = fold(titleOf(fields))
    const there = code === null ? undefined : known.byId.get(code)
    const trouble = troubleWith(ground, section, fields, day, there)
    const reasons: Text[] = trouble ? [reasonOf(trouble)] : []
    const earlier = lines.get(folded)
    if (earlier !== undefined) reasons.push({ key: 'entry.s_twice', params: { line: earlier } })
    if (code !== null && !there) reasons.push({ key: 'entry.s_no_code', params: { column: labelOf('code'), code } })
    if (code !== null && known.open.has(code)) reasons.push({ key: 'entry.s_open' })
    if (code === null && known.folded.has(folded)) reasons.push({ key: 'entry.s_known' })
    lines.set(folded, earlier ?? line)
    if (reasons.length > 0) checked.bad.push({ line, reasons })
    else if (there && sameFields(there, fields)) checked.same.push(line)
    else checked.good.push({ line, fields, ...(code === null ? {} : { entryId: code }) })
  }
  checked.bad.sort((a, b) => a.line - b.line)
  return checked
}

/** The good rows become texts that wait for a second person. Throws AppError `conflict` when it was taken already, `invalid` without a good row. */
export async function takeImport(desk: Desk, one: EntryImport): Promise<{ taken: number; writes: Statement[] }> {
  const { db, actor, now } = desk
  demand(actor, 'content.write', await pathOfUnit(db, one.unitId))
  if (one.taken) throw new AppError('conflict', 'desk.import_taken')
  const { good, bad } = await checkImport(desk, one)
  if (good.length === 0) throw new AppError('invalid', 'entry.s_none')
  const { section, unitId, id: importId } = one
  const rows = good.map(({ fields, entryId = newCode(desk) }, place) =>
    draftRow(desk, { section, unitId, fields, entryId, importId, state: 'submitted' }, place),
  )
  const act = {
    act: 'content.import',
    unitId,
    about: ['import', importId] as [string, string],
    detail: { taken: good.length, bad: bad.length },
  }
  return {
    taken: good.length,
    writes: [
      ...stillActing(actor),
      { sql: 'UPDATE entry_imports SET taken_at = ? WHERE id = ? AND taken_at IS NULL', args: [now.toISOString(), importId] },
      guard(),
      ...rows.map(({ write }) => write),
      recordAct(actor, act, now),
    ],
  }
}

type Known = { byId: Map<string, Fields>; open: Set<string>; folded: Set<string> }

/** What is there of the codes and the titles of these rows. */
async function findKnown(db: Db, section: Section, rows: ReadonlyArray<{ code: string | null; fields: Fields }>): Promise<Known> {
  const { table, where } = ROWS[section]
  const codes = JSON.stringify(rows.flatMap(({ code }) => code ?? []))
  const titles = JSON.stringify(rows.map(({ fields }) => fold(titleOf(fields))))
  const [entries, open, shown, written] = await Promise.all([
    db.read(`SELECT e.id, ${FIELDS[section]} AS fields FROM ${table} e WHERE ${where} AND e.id IN (SELECT value FROM json_each(?))`, [
      codes,
    ]),
    db.read(
      `SELECT entry_id FROM entry_versions WHERE section = ? AND state IN ('draft', 'submitted') AND entry_id IN (SELECT value FROM json_each(?))`,
      [section, codes],
    ),
    db.read(`SELECT e.folded FROM ${table} e WHERE ${where} AND e.folded IN (SELECT value FROM json_each(?))`, [titles]),
    db.read(
      `SELECT folded FROM entry_versions WHERE section = ? AND state IN ('draft', 'submitted') AND folded IN (SELECT value FROM json_each(?))`,
      [section, titles],
    ),
  ])
  return {
    byId: new Map(entries.map(({ id, fields }) => [String(id), JSON.parse(String(fields)) as Fields])),
    open: new Set(open.map(({ entry_id }) => String(entry_id))),
    folded: new Set([...shown, ...written].map(({ folded }) => String(folded))),
  }
}

/** Whatever the order of their keys. */
function sameFields(a: Fields, b: Fields): boolean {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
          .map(([key, inner]) => [key, sorted(inner)])
          .sort(([x], [y]) => (String(x) < String(y) ? -1 : 1))
      : value
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}
