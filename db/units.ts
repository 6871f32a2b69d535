/**
 * Units as members meet them: found by any name they ever had, by code, by place in the tree. Levels, names and what
 * became of a closed unit are rows; nothing here knows one (R22).
 */
import type { Db, Row, Statement, Value } from '../src/chat.ts'
import { fold } from '../src/vietnamese/index.ts'

export type Unit = {
  id: string
  name: string
  shortName: string | null
  /** `/root/…/id/`: everything under a unit begins with its path. */
  path: string
  parentName: string | null
  /** Name of its level in both languages; null when nobody named the level. */
  level: { vi: string; en: string } | null
  /** Its last day is past: shown as an old name, never joined. */
  closed: boolean
  note: string | null
  sample: boolean
}

const MAX_QUERY = 60
const MAX_WORDS = 8

/** @param day today in Vietnam */
export async function findUnit(db: Db, id: string, day: string): Promise<Unit | undefined> {
  return (await db.read(`${SELECT} WHERE u.id = ?`, [day, id])).map(unitOf)[0]
}

/** The first open unit that lies below none. */
export async function findTopUnit(db: Db, day: string): Promise<Unit | undefined> {
  const sql = `${SELECT} WHERE u.parent_id IS NULL AND (u.valid_to IS NULL OR u.valid_to >= ?) ORDER BY u.path LIMIT 1`
  return (await db.read(sql, [day, day])).map(unitOf)[0]
}

/** By the code its officer gives out; case and spaces do not matter. */
export async function findUnitByCode(db: Db, code: string, day: string): Promise<Unit | undefined> {
  return (await db.read(`${SELECT} WHERE u.code = ?`, [day, code.trim().toUpperCase()])).map(unitOf)[0]
}

/**
 * Units with a name that has all the words, the last one perhaps unfinished; accents do not matter. Open before closed,
 * a whole name before a part, higher before lower. `after` is the id of the last one seen, `under` the path all lie below.
 */
export async function searchUnits(
  db: Db,
  typed: string,
  page: { day: string; after: string; limit: number; under?: string },
): Promise<Unit[]> {
  const query = fold(typed.slice(0, MAX_QUERY))
  const words = query.split(' ').slice(0, MAX_WORDS)
  if (query === '') return []
  const match = `${words.map((word) => `"${word}"`).join(' ')}*`
  const [from, to] = subtreeOf(page.under ?? '/')
  return (await db.read(SEARCH, [query, ` ${query} `, match, page.day, from, to, page.after, page.after, page.limit, page.day])).map(unitOf)
}

/** What took a closed unit's place, itself open. */
export async function listSuccessors(db: Db, id: string, day: string): Promise<Unit[]> {
  const sql = `${SELECT} WHERE u.id IN (SELECT successor_id FROM unit_successors WHERE unit_id = ?)
    AND (u.valid_to IS NULL OR u.valid_to >= ?) ORDER BY ${DEPTH}, u.name, u.id LIMIT 20`
  return (await db.read(sql, [day, id, day])).map(unitOf)
}

/** The units above, from the top down to the unit itself. */
export async function listAncestors(db: Db, path: string, day: string): Promise<Unit[]> {
  const ids = path.split('/').filter((id) => id !== '')
  const sql = `${SELECT} WHERE u.id IN (SELECT value FROM json_each(?)) ORDER BY length(u.path)`
  return (await db.read(sql, [day, JSON.stringify(ids)])).map(unitOf)
}

/** A unit and everything under it, by path, after the path `after`. */
export async function listSubtree(db: Db, path: string, page: { day: string; after: string; limit: number }): Promise<Unit[]> {
  const [from, to] = subtreeOf(path)
  const sql = `${SELECT} WHERE u.path >= ? AND u.path < ? AND u.path > ? ORDER BY u.path LIMIT ?`
  return (await db.read(sql, [page.day, from, to, page.after, page.limit])).map(unitOf)
}

/** Units at and below these paths, by path, after the path `after`; with `typed`, those that have all its words in a name. */
export async function listUnits(
  db: Db,
  { paths, typed, day, after, limit }: { paths: string[]; typed?: string; day: string; after: string; limit: number },
): Promise<Unit[]> {
  const words = typed === undefined ? [] : fold(typed.slice(0, MAX_QUERY)).split(' ').slice(0, MAX_WORDS)
  if (paths.length === 0 || words[0] === '') return []
  const named = words.length > 0 ? 'AND u.id IN (SELECT unit_id FROM unit_names WHERE unit_names MATCH ?)' : ''
  const rows = await db.read(
    `${SELECT} WHERE u.path > ? AND (${paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')}) ${named} ORDER BY u.path LIMIT ?`,
    [day, after, ...paths.flatMap((path) => subtreeOf(path)), ...(named ? [`${words.map((word) => `"${word}"`).join(' ')}*`] : []), limit],
  )
  return rows.map(unitOf)
}

/** Range of paths of a unit and all under it, for `path >= ? AND path < ?`: the index serves it, LIKE would not. */
export function subtreeOf(path: string): [from: string, to: string] {
  // "0" is the character after "/"
  return [path, `${path.slice(0, -1)}0`]
}

/** The highest unit of a tree. */
export const isTop = (path: string): boolean => path.split('/').filter((id) => id !== '').length === 1

/** Names of levels, per kind. */
export async function listLevelNames(db: Db): Promise<Array<{ kind: string; level: string; vi: string; en: string }>> {
  const rows = await db.read('SELECT kind, level, vi, en FROM level_names ORDER BY kind, level')
  return rows.map(({ kind, level, vi, en }) => ({ kind: String(kind), level: String(level), vi: String(vi), en: String(en) }))
}

/** A person joins a unit; a unit that is gone meanwhile is not joined. */
export function joinUnit(contactId: string, unitId: string): Statement {
  return {
    sql: 'UPDATE contacts SET unit_id = ? WHERE id = ? AND EXISTS (SELECT 1 FROM units WHERE id = ?)',
    args: [unitId, contactId, unitId],
  }
}

const COLUMNS = `u.id, u.name, u.short_name, u.path, u.note, u.sample, coalesce(p.short_name, p.name) AS parent_name, l.vi, l.en,
  (u.valid_to IS NOT NULL AND u.valid_to < ?) AS closed`
/** How far from the top. */
const DEPTH = "length(u.path) - length(replace(u.path, '/', ''))"
const JOINS = 'LEFT JOIN units p ON p.id = u.parent_id LEFT JOIN level_names l ON l.kind = u.kind AND l.level = u.level'
const SELECT = `SELECT ${COLUMNS} FROM units u ${JOINS}`

/** Only ids and what they are ranked by travel through the sort; the rest is joined to one page. */
const SEARCH = `WITH hits AS MATERIALIZED (
    SELECT unit_id, max(CASE WHEN folded = ? THEN 2 WHEN instr(' ' || folded || ' ', ?) > 0 THEN 1 ELSE 0 END) AS fit
    FROM unit_names WHERE unit_names MATCH ? GROUP BY unit_id
  ), ranked AS MATERIALIZED (
    SELECT u.id, (u.valid_to IS NOT NULL AND u.valid_to < ?) AS shut, -h.fit AS fit,
           ${DEPTH} AS depth, u.name
    FROM hits h CROSS JOIN units u ON u.id = h.unit_id AND u.path >= ? AND u.path < ?
  ), page AS MATERIALIZED (
    SELECT * FROM ranked
    WHERE ? = '' OR (shut, fit, depth, name, id) > (SELECT shut, fit, depth, name, id FROM ranked WHERE id = ?)
    ORDER BY shut, fit, depth, name, id LIMIT ?
  )
  SELECT ${COLUMNS} FROM page CROSS JOIN units u ON u.id = page.id ${JOINS}
  ORDER BY page.shut, page.fit, page.depth, page.name, page.id`

function unitOf(row: Row): Unit {
  const text = (value: Value | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: String(row.id),
    name: String(row.name),
    shortName: text(row.short_name),
    path: String(row.path),
    parentName: text(row.parent_name),
    level: row.vi === null ? null : { vi: String(row.vi), en: String(row.en) },
    closed: row.closed === 1,
    note: text(row.note),
    sample: row.sample === 1,
  }
}
