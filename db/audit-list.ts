/**
 * The audit log as it is read (F62): newest first, page by page, by officer, act, unit, outcome, day and thing. Each
 * question walks one index and a bounded stretch of it, so that a rare act is not looked for through the whole log at once:
 * a page may come short and still have a next one.
 */
import type { Db, Row, Value } from '../src/chat.ts'
import { addDays, vietnamInstant } from '../src/time.ts'
import type { AuditEntry } from './audit.ts'
import { subtreeOf } from './units.ts'

export type AuditRow = {
  id: number
  at: string
  officerId: string | null
  officerName: string | null
  via: string
  act: string
  outcome: string
  unitId: string | null
  unitName: string | null
  about: string | null
  aboutId: string | null
  detail: NonNullable<AuditEntry['detail']> | null
}

export type AuditFilter = {
  /** Units at and below these paths; what belongs to no unit is seen by whoever sees all. */
  paths: string[]
  officerId?: string
  act?: string
  outcome?: 'done' | 'refused'
  /** Days in Vietnam, both counted. */
  from?: string
  to?: string
  about?: [kind: string, id: string]
}

/** Rows of an index that one page looks at, at most. */
const WALK = 20_000

/**
 * Newest first. @param before id of the last row seen; 0 at first
 * `next` is where to go on, and is not there at the end.
 */
export async function listAudit(
  db: Db,
  filter: AuditFilter,
  { before, limit }: { before: number; limit: number },
): Promise<{ rows: AuditRow[]; next?: number }> {
  if (filter.paths.length === 0) return { rows: [] }
  const roots = await db.read('SELECT path FROM units WHERE parent_id IS NULL')
  const all = roots.every(({ path }) => filter.paths.includes(String(path)))
  const span = await spanOf(db, filter, before)
  return all || driven(filter) ? walk(db, filter, all, span, limit) : gather(db, filter, span, limit)
}

type Span = { least: number; below: number }

/** Ids between two days: the log is written in the order of its times. */
async function spanOf(db: Db, { from, to }: AuditFilter, before: number): Promise<Span> {
  const first = async (day: string) => {
    const [row] = await db.read('SELECT id FROM audit WHERE at >= ? ORDER BY at, id LIMIT 1', [vietnamInstant(day, 0).toISOString()])
    return row ? Number(row.id) : undefined
  }
  const least = from === undefined ? 0 : ((await first(from)) ?? Number.MAX_SAFE_INTEGER)
  const end = to === undefined ? undefined : await first(addDays(to, 1))
  return { least, below: Math.min(before || Number.MAX_SAFE_INTEGER, end ?? Number.MAX_SAFE_INTEGER) }
}

/** Is there a filter with an index of its own? */
function driven({ officerId, act, outcome, about }: AuditFilter): boolean {
  return officerId !== undefined || about !== undefined || act !== undefined || outcome === 'refused'
}

/** Along the sharpest filter's index, or the log itself for whoever sees all of it. */
async function walk(
  db: Db,
  filter: AuditFilter,
  all: boolean,
  { least, below }: Span,
  limit: number,
): Promise<{ rows: AuditRow[]; next?: number }> {
  const { officerId, act, outcome, about, paths } = filter
  const [index, drive, driveArgs]: [string, string, Value[]] = about
    ? ['INDEXED BY audit_about', 'about = ? AND about_id = ?', about]
    : officerId !== undefined
      ? ['INDEXED BY audit_officer', 'officer_id = ?', [officerId]]
      : outcome === 'refused'
        ? ['INDEXED BY audit_refused', "outcome = 'refused'", []]
        : act !== undefined
          ? ['INDEXED BY audit_act', 'act = ?', [act]]
          : ['NOT INDEXED', 'true', []]
  const parts: Array<[sql: string, args: Value[]]> = []
  if (!all) parts.push([`(${paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')})`, paths.flatMap((path) => subtreeOf(path))])
  if (officerId !== undefined) parts.push(['a.officer_id = ?', [officerId]])
  if (act !== undefined) parts.push(['a.act = ?', [act]])
  if (outcome !== undefined) parts.push(['a.outcome = ?', [outcome]])
  const where = parts.length > 0 ? `WHERE ${parts.map(([sql]) => sql).join(' AND ')}` : ''
  const rows = await db.read(
    `SELECT a.*, o.name, u.name AS unit_name
     FROM (SELECT * FROM audit ${index} WHERE ${drive} AND id >= ? AND id < ? ORDER BY id DESC LIMIT ${WALK}) a
     LEFT JOIN officers o ON o.id = a.officer_id LEFT JOIN units u ON u.id = a.unit_id ${where} ORDER BY a.id DESC LIMIT ?`,
    [...driveArgs, least, below, ...parts.flatMap(([, args]) => args), limit + 1],
  )
  if (rows.length > limit) return pageOf(rows, limit)
  // Few of a long stretch: where the stretch ended, if it did not reach the end.
  const [end] = await db.read(
    `SELECT count(*) AS n, min(id) AS edge FROM (SELECT id FROM audit ${index} WHERE ${drive} AND id >= ? AND id < ? ORDER BY id DESC LIMIT ${WALK})`,
    [...driveArgs, least, below],
  )
  return Number(end?.n) === WALK ? { rows: rows.map(rowOf), next: Number(end?.edge) } : { rows: rows.map(rowOf) }
}

/** The newest of each unit, put together: for an officer of a few units in a log of many. */
async function gather(db: Db, { paths, outcome }: AuditFilter, { least, below }: Span, limit: number) {
  const rows = await db.read(
    `SELECT a.*, o.name, u.name AS unit_name
     FROM units u CROSS JOIN audit a ON a.id IN (
       SELECT b.id FROM audit b INDEXED BY audit_unit WHERE b.unit_id = u.id AND b.id >= ? AND b.id < ? ORDER BY b.id DESC LIMIT ?)
     LEFT JOIN officers o ON o.id = a.officer_id
     WHERE (${paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')}) ORDER BY a.id DESC LIMIT ?`,
    [least, below, limit + 1, ...paths.flatMap((path) => subtreeOf(path)), limit + 1],
  )
  const page = pageOf(rows, limit)
  // Only "done" comes here, which is nearly all of it.
  return outcome === undefined ? page : { ...page, rows: page.rows.filter((row) => row.outcome === outcome) }
}

function pageOf(found: Row[], limit: number): { rows: AuditRow[]; next?: number } {
  const rows = found.slice(0, limit).map(rowOf)
  const last = rows.at(-1)
  return found.length > limit && last ? { rows, next: last.id } : { rows }
}

function rowOf(row: Row): AuditRow {
  const text = (value: Row[string] | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: Number(row.id),
    at: String(row.at),
    officerId: text(row.officer_id),
    officerName: text(row.name),
    via: String(row.via),
    act: String(row.act),
    outcome: String(row.outcome),
    unitId: text(row.unit_id),
    unitName: text(row.unit_name),
    about: text(row.about),
    aboutId: text(row.about_id),
    detail: row.detail === null ? null : (JSON.parse(String(row.detail)) as AuditRow['detail']),
  }
}

/** Acts that stand in the log, by their names: each is one look into the index, not a walk. */
export async function listActs(db: Db): Promise<string[]> {
  const rows = await db.read(
    `WITH RECURSIVE acts(act) AS (
       SELECT min(act) FROM audit
       UNION ALL SELECT (SELECT min(act) FROM audit WHERE act > acts.act) FROM acts WHERE acts.act IS NOT NULL)
     SELECT act FROM acts WHERE act IS NOT NULL LIMIT 300`,
  )
  return rows.map(({ act }) => String(act))
}
