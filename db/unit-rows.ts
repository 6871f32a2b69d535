/**
 * Bringing units in, from the built-in sample or a customer's list: one statement a table however many rows. Rows an
 * officer edited are left alone, equal rows are not written again, and the paths follow the parents by themselves.
 */
import type { Statement } from '../src/chat.ts'
import { fold } from '../src/vietnamese/index.ts'

export type UnitRow = {
  id: string
  kind: string
  level: string
  name: string
  short_name: string | null
  parent: string | null
  code: string | null
  /** Local days, `YYYY-MM-DD`; `valid_to` is the last day of a closed unit. */
  valid_from: string | null
  valid_to: string | null
  successors: string[]
  aliases: string[]
  note: string | null
}

export type LevelNameRow = { kind: string; level: string; vi: string; en: string }

/** The statements that bring these units up to date, in one commit. A code that another unit has is refused by its unique key. */
export function loadUnits(units: readonly UnitRow[], { sample }: { sample: boolean }): Statement[] {
  const rows = JSON.stringify(units.map((unit) => ({ ...unit, aliases: JSON.stringify(unit.aliases), names: namesOf(unit) })))
  const links = JSON.stringify(units.flatMap(({ id, successors }) => successors.map((successor) => [id, successor])))
  return [
    // The names first: "changed" is read from the rows as they still are.
    { sql: `DELETE FROM unit_names WHERE unit_id IN (${CHANGED})`, args: [rows] },
    {
      sql: `INSERT INTO unit_names(folded, unit_id, name)
            SELECT n.value ->> 0, j.value ->> 'id', n.value ->> 1 FROM json_each(?) j, json_each(j.value, '$.names') n
            WHERE j.value ->> 'id' IN (${CHANGED})`,
      args: [rows, rows],
    },
    {
      // A new row's path is empty until mendPaths.
      sql: `INSERT INTO units(id, ${FIELDS.map(([to]) => to).join(', ')}, path, sample)
            SELECT value ->> 'id', ${FIELDS.map(([, from]) => `value ->> '${from}'`).join(', ')}, '', ? FROM json_each(?)
            WHERE value ->> 'id' IN (${CHANGED})
            ON CONFLICT(id) DO UPDATE SET ${FIELDS.map(([to]) => `${to} = excluded.${to}`).join(', ')}, sample = excluded.sample`,
      args: [Number(sample), rows, rows],
    },
    {
      sql: `DELETE FROM unit_successors WHERE unit_id IN (SELECT u.id FROM json_each(?) j JOIN units u ON u.id = j.value ->> 'id' WHERE u.edited_at IS NULL)
            AND (unit_id, successor_id) NOT IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`,
      args: [rows, links],
    },
    {
      sql: `INSERT INTO unit_successors(unit_id, successor_id)
            SELECT u.id, j.value ->> 1 FROM json_each(?) j JOIN units u ON u.id = j.value ->> 0 WHERE u.edited_at IS NULL
            ON CONFLICT DO NOTHING`,
      args: [links],
    },
    mendPaths,
  ]
}

/** Names of levels per kind of unit: rows too, so that another tree brings its own words. */
export function loadLevelNames(names: readonly LevelNameRow[]): Statement[] {
  return [
    {
      sql: `INSERT INTO level_names(kind, level, vi, en)
            SELECT value ->> 'kind', value ->> 'level', value ->> 'vi', value ->> 'en' FROM json_each(?) WHERE true
            ON CONFLICT(kind, level) DO UPDATE SET vi = excluded.vi, en = excluded.en
            WHERE level_names.edited_at IS NULL AND (vi <> excluded.vi OR en <> excluded.en)`,
      args: [JSON.stringify(names)],
    },
  ]
}

/**
 * Paths (`/root/…/id/`) from the parents, wherever they differ: also after an officer moved a unit. A unit whose parent
 * is not there stands at the top.
 */
const mendPaths: Statement = {
  sql: `WITH RECURSIVE tree(id, path) AS (
          SELECT id, '/' || id || '/' FROM units WHERE parent_id IS NULL OR parent_id NOT IN (SELECT id FROM units)
          UNION ALL
          SELECT u.id, tree.path || u.id || '/' FROM tree JOIN units u ON u.parent_id = tree.id
        )
        INSERT INTO units(id, kind, level, name, path)
        SELECT u.id, u.kind, u.level, u.name, tree.path FROM tree JOIN units u ON u.id = tree.id WHERE u.path <> tree.path
        ON CONFLICT(id) DO UPDATE SET path = excluded.path`,
  args: [],
}

/** Every name a unit answers to, folded, with the name as written; each once. */
function namesOf({ name, short_name, aliases }: UnitRow): Array<[string, string]> {
  const names = new Map([name, short_name ?? '', ...aliases].filter((one) => one !== '').map((one) => [fold(one), one] as const))
  return [...names]
}

/** Column and the field it is filled from. */
const FIELDS = [
  ['kind', 'kind'],
  ['level', 'level'],
  ['name', 'name'],
  ['short_name', 'short_name'],
  ['parent_id', 'parent'],
  ['code', 'code'],
  ['valid_from', 'valid_from'],
  ['valid_to', 'valid_to'],
  ['note', 'note'],
  ['aliases', 'aliases'],
] as const

/** Ids of the given rows that are new, or differ and were not edited. Takes the rows once. */
const CHANGED = `SELECT c.value ->> 'id' FROM json_each(?) c LEFT JOIN units u ON u.id = c.value ->> 'id'
  WHERE u.id IS NULL OR (u.edited_at IS NULL AND (${FIELDS.map(([to]) => `u.${to}`).join(', ')}) IS NOT (${FIELDS.map(([, from]) => `c.value ->> '${from}'`).join(', ')}))`
