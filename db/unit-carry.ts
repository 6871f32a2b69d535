/**
 * How a change of the tree is carried out (R22): one batch, and every statement that depends on what was read is
 * guarded, so that two processes do it once and a process that dies has done all of it or nothing. A closed unit stays
 * as a row below what took its place: its officers' history, its old names and its posters lead on from there.
 */
import type { Db, Statement, Value } from '../src/chat.ts'
import { addDays } from '../src/time.ts'
import type { ChangePlan, Heir } from '../src/tree.ts'
import { recordOwnAct } from './audit.ts'
import { guard, guardThat } from './client.ts'
import { raiseEdition } from './rights.ts'
import { addNames, isOpen, type TreeUnit } from './tree-units.ts'
import { subtreeOf } from './units.ts'

export type DueChange = { id: string; unitId: string; plan: ChangePlan; day: string; note: string }
type Units = ReadonlyMap<string, TreeUnit>

/** Text key of why it cannot be; undefined when it can. @param units all that it touches, as they are now */
export async function problemOf(db: Db, { unitId, plan, day }: Omit<DueChange, 'id' | 'note'>, units: Units): Promise<string | undefined> {
  const unit = units.get(unitId)
  if (!unit || !isOpen(unit, day)) return 'tree.unit_closed'
  switch (plan.kind) {
    case 'rename':
      return plan.name === unit.name && plan.shortName === unit.shortName ? 'tree.same_name' : undefined
    case 'move': {
      const parent = units.get(plan.parentId)
      if (!parent || !isOpen(parent, day)) return 'tree.parent_closed'
      if (parent.path.startsWith(unit.path)) return 'tree.parent_inside'
      return parent.id === unit.parentId ? 'tree.same_parent' : undefined
    }
    case 'merge': {
      const sources = plan.sources.map((id) => units.get(id))
      if (sources.some((one) => !one || !isOpen(one, day))) return 'tree.unit_closed'
      const paths = sources.map((one) => one?.path ?? '')
      if (paths.some((path) => unit.path.startsWith(path))) return 'tree.target_inside'
      return paths.some((path) => paths.some((other) => other !== path && path.startsWith(other))) ? 'tree.sources_nested' : undefined
    }
    case 'split':
      if (plan.heirs.some(({ id }) => id === unit.id)) return 'tree.heir_itself'
      if (plan.heirs.some((heir) => !heir.name && !isOpen(units.get(heir.id) ?? { validTo: '' }, day))) return 'tree.unit_closed'
      if (plan.heirs.some((heir) => !heir.name && units.get(heir.id)?.path.startsWith(unit.path))) return 'tree.heir_below'
      return (await hasOpenChildren(db, unit.id, day)) ? 'tree.has_children' : undefined
    case 'close':
      return (await hasOpenChildren(db, unit.id, day)) ? 'tree.has_children' : undefined
  }
}

/** The batch. A guard misses when the change was carried out or taken back meanwhile, or when what it touches has moved. */
export function carryOut(change: DueChange, units: Units, now: Date): Statement[] {
  const { id, unitId, plan, day } = change
  const unit = units.get(unitId)
  if (!unit) throw new Error(`no unit ${unitId}`)
  const told = plan.kind !== 'rename' && plan.kind !== 'move'
  return [
    {
      sql: `UPDATE unit_changes SET state = ?, ended_at = ? WHERE id = ? AND state = 'planned'`,
      args: [told ? 'moving' : 'done', told ? null : now.toISOString(), id],
    },
    guard(),
    ...[...units.values()].map(({ id, path }) => guardThat('EXISTS (SELECT 1 FROM units WHERE id = ? AND path = ?)', [id, path])),
    ...stepsOf(change, unit, units, now),
    recordOwnAct({ act: 'unit.changed', unitId, about: ['unit', unitId], detail: { change: id, kind: plan.kind, day } }, now),
  ]
}

function stepsOf(change: DueChange, unit: TreeUnit, units: Units, now: Date): Statement[] {
  const { plan, day } = change
  const at = now.toISOString()
  switch (plan.kind) {
    case 'rename': {
      const before = [unit.name, unit.shortName ?? ''].filter((name) => name !== '' && name !== plan.name)
      const aliases = JSON.stringify([...new Set([...unit.aliases, ...before])])
      return [
        {
          sql: 'UPDATE units SET name = ?, short_name = ?, aliases = ?, edited_at = ? WHERE id = ? AND name = ?',
          args: [plan.name, plan.shortName, aliases, at, unit.id, unit.name],
        },
        guard(),
        addNames(unit.id, [plan.name, plan.shortName ?? '', ...before]),
      ]
    }
    case 'move': {
      const parent = units.get(plan.parentId)
      return parent ? [...place(unit, parent, at), ...rightsMoved([unit.path, parent.path])] : []
    }
    case 'merge':
      return plan.sources.flatMap((id) => {
        const source = units.get(id)
        return source ? mergeOne(change, source, unit, now) : []
      })
    case 'split':
      return [...plan.heirs.flatMap((heir) => (heir.name ? makeHeir(heir, unit, day, at) : [])), ...close(change, unit, plan.heirs, at)]
    case 'close':
      return close(change, unit, [], at)
  }
}

/** What lies below goes with the unit it becomes part of, and so does the closed row itself. */
function mergeOne(change: DueChange, source: TreeUnit, target: TreeUnit, now: Date): Statement[] {
  const at = now.toISOString()
  const below = source.path.length + 1
  const [from, to] = subtreeOf(source.path)
  return [
    ...close(change, source, [target], at),
    { sql: 'UPDATE units SET parent_id = ?, edited_at = ? WHERE parent_id = ?', args: [target.id, at, source.id] },
    {
      sql: 'UPDATE units SET path = ? || substr(path, ?) WHERE path >= ? AND path < ? AND id <> ?',
      args: [target.path, below, from, to, source.id],
    },
    ...place(source, target, at),
    ...rightsMoved([source.path, target.path]),
  ]
}

/** Under another parent, with all below. */
function place(unit: TreeUnit, parent: TreeUnit, at: string): Statement[] {
  const [from, to] = subtreeOf(unit.path)
  return [
    { sql: 'UPDATE units SET parent_id = ?, edited_at = ? WHERE id = ?', args: [parent.id, at, unit.id] },
    {
      sql: 'UPDATE units SET path = ? || substr(path, ?) WHERE path >= ? AND path < ?',
      args: [`${parent.path}${unit.id}/`, unit.path.length + 1, from, to],
    },
  ]
}

/** Its last day was the one before. Its code stays: old posters lead to what took its place. */
function close({ day, note }: DueChange, unit: TreeUnit, heirs: ReadonlyArray<{ id: string }>, at: string): Statement[] {
  const list = JSON.stringify(heirs.map(({ id }) => id))
  return [
    {
      sql: 'UPDATE units SET valid_to = ?, note = coalesce(?, note), edited_at = ? WHERE id = ? AND (valid_to IS NULL OR valid_to >= ?)',
      args: [addDays(day, -1), note || null, at, unit.id, day],
    },
    guard(),
    {
      sql: `INSERT INTO unit_successors(unit_id, successor_id)
            SELECT o.unit_id, j.value FROM (SELECT ? AS unit_id UNION SELECT unit_id FROM unit_successors WHERE successor_id = ?) o, json_each(?) j
            WHERE o.unit_id <> j.value ON CONFLICT DO NOTHING`,
      args: [unit.id, unit.id, list],
    },
  ]
}

/** A new unit beside the one that is split, of its kind and level. A code that was taken meanwhile is given anew by its officer. */
function makeHeir({ id, name = '', code = '' }: Heir, beside: TreeUnit, day: string, at: string): Statement[] {
  const parent = beside.path.slice(0, beside.path.lastIndexOf('/', beside.path.length - 2) + 1)
  return [
    {
      sql: `INSERT INTO units(id, kind, level, name, parent_id, path, code, valid_from, edited_at)
            SELECT ?, ?, ?, ?, ?, ?, iif(EXISTS (SELECT 1 FROM units WHERE code = ?), NULL, ?), ?, ?`,
      args: [id, beside.kind, beside.level, name, beside.parentId, `${parent}${id}/`, code, code, day, at],
    },
    addNames(id, [name]),
  ]
}

/** Who had or got rights by it: those in these subtrees, and above them. */
function rightsMoved(paths: readonly string[]): Statement[] {
  const above = new Set(paths.flatMap((path) => path.split('/').filter((id) => id !== '')))
  const ranges = paths.flatMap((path): Value[] => subtreeOf(path))
  const inside = paths.map(() => '(path >= ? AND path < ?)').join(' OR ')
  return [
    raiseEdition(`active = 1 AND unit_id IN (SELECT id FROM units WHERE ${inside} UNION SELECT value FROM json_each(?))`, [
      ...ranges,
      JSON.stringify([...above]),
    ]),
  ]
}

async function hasOpenChildren(db: Db, id: string, day: string): Promise<boolean> {
  const rows = await db.read('SELECT 1 AS there FROM units WHERE parent_id = ? AND (valid_to IS NULL OR valid_to >= ?) LIMIT 1', [id, day])
  return rows.length > 0
}
