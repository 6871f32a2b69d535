/**
 * The unit tree as those see it who tend it: a unit with its code and its days, its children a page at a time, and what
 * a unit's names are written with. Finding by any name is db/units.ts.
 */
import type { Db, Row, Statement, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { type Act, demand } from '../src/rights.ts'
import { fold } from '../src/vietnamese/index.ts'
import type { Desk } from './rights.ts'

export type TreeUnit = {
  id: string
  kind: string
  level: string
  levelName: { vi: string; en: string } | null
  name: string
  shortName: string | null
  parentId: string | null
  path: string
  code: string | null
  validFrom: string | null
  /** The last day of a closed unit. */
  validTo: string | null
  aliases: string[]
  note: string | null
  hasChildren: boolean
}

/** These units, in no order. */
export async function findTreeUnits(db: Db, ids: readonly string[]): Promise<Map<string, TreeUnit>> {
  const rows = await db.read(`${SELECT} WHERE u.id IN (SELECT value FROM json_each(?))`, [JSON.stringify(ids)])
  return new Map(rows.map((row) => [String(row.id), unitOf(row)]))
}

/** A unit this officer may do this at; what lies outside is not there. Throws AppError `not_found`, `forbidden`. */
export async function requireTreeUnit({ db, actor }: Pick<Desk, 'db' | 'actor'>, id: string, act: Act): Promise<TreeUnit> {
  const unit = (await findTreeUnits(db, [id])).get(id)
  if (!unit || !actor.grants.some(({ path }) => unit.path.startsWith(path))) throw new AppError('not_found', 'desk.unit_gone')
  demand(actor, act, unit.path)
  return unit
}

/** The units right below one, by name. @param after name and id of the last one seen */
export async function listChildren(
  db: Db,
  {
    parentId,
    day,
    closed,
    after,
    limit,
  }: { parentId: string; day: string; closed: boolean; after: [name: string, id: string]; limit: number },
): Promise<TreeUnit[]> {
  const rows = await db.read(
    `${SELECT} WHERE u.parent_id = ? AND (u.name, u.id) > (?, ?) ${closed ? '' : 'AND (u.valid_to IS NULL OR u.valid_to >= ?)'}
     ORDER BY u.name, u.id LIMIT ?`,
    [parentId, ...after, ...(closed ? [] : [day]), limit],
  )
  return rows.map(unitOf)
}

/** The units at the top of what an officer reaches. */
export async function listTops(db: Db, paths: readonly string[]): Promise<TreeUnit[]> {
  const ids = paths.map((path) => path.split('/').at(-2) ?? '')
  return [...(await findTreeUnits(db, ids)).values()].sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** Names under which a unit is found. Those it had before stay. */
export function addNames(id: string, names: readonly string[]): Statement {
  return {
    sql: `INSERT INTO unit_names(folded, unit_id, name) SELECT value ->> 0, ?, value ->> 1 FROM json_each(?)
          WHERE value ->> 0 NOT IN (SELECT folded FROM unit_names WHERE unit_id = ?)`,
    args: [id, JSON.stringify(foldedOf(names)), id],
  }
}

/** The same, and no other. */
export function replaceNames(id: string, names: readonly string[]): Statement[] {
  return [{ sql: 'DELETE FROM unit_names WHERE unit_id = ?', args: [id] }, addNames(id, names)]
}

const foldedOf = (names: readonly string[]) => [...new Map(names.filter((name) => name !== '').map((name) => [fold(name), name]))]

/** Is the unit there on this day? */
export const isOpen = ({ validTo }: Pick<TreeUnit, 'validTo'>, day: string) => validTo === null || validTo >= day

/** Path of the unit above; the unit's own where none is. */
export function pathAbove(path: string): string {
  const above = path.slice(0, path.lastIndexOf('/', path.length - 2) + 1)
  return above === '/' ? path : above
}

const SELECT = `SELECT u.id, u.kind, u.level, l.vi, l.en, u.name, u.short_name, u.parent_id, u.path, u.code, u.valid_from, u.valid_to, u.aliases,
    u.note, EXISTS (SELECT 1 FROM units c WHERE c.parent_id = u.id) AS has_children
  FROM units u LEFT JOIN level_names l ON l.kind = u.kind AND l.level = u.level`

function unitOf(row: Row): TreeUnit {
  const text = (value: Value | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: String(row.id),
    kind: String(row.kind),
    level: String(row.level),
    levelName: row.vi === null ? null : { vi: String(row.vi), en: String(row.en) },
    name: String(row.name),
    shortName: text(row.short_name),
    parentId: text(row.parent_id),
    path: String(row.path),
    code: text(row.code),
    validFrom: text(row.valid_from),
    validTo: text(row.valid_to),
    aliases: JSON.parse(String(row.aliases)) as string[],
    note: text(row.note),
    hasChildren: row.has_children === 1,
  }
}
