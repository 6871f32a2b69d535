/**
 * Changes of the unit tree that take effect on a day (F65, R22): rename, move, merge, split, close. Planning one checks
 * and keeps it; one whose day has come is carried out in the same batch. Nothing else about a unit is touched before.
 */
import type { Db, Row, Statement, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { demand } from '../src/rights.ts'
import { addDays, dayOf } from '../src/time.ts'
import type { ChangeKind, ChangePlan, ChangeState, ChangeWish, Heir } from '../src/tree.ts'
import { recordAct } from './audit.ts'
import { guard, guardThat } from './client.ts'
import { type Desk, stillActing } from './rights.ts'
import { findTreeUnits, pathAbove, requireTreeUnit, type TreeUnit } from './tree-units.ts'
import { carryOut, problemOf } from './unit-carry.ts'
import { newCode } from './unit-desk.ts'
import { subtreeOf } from './units.ts'

export type UnitChange = {
  id: string
  kind: ChangeKind
  unitId: string
  unitName: string
  /** Path of the unit it is about: what an officer's scope is compared with. */
  path: string
  day: string
  plan: ChangePlan
  note: string
  officerId: string
  state: ChangeState
  /** Text key of why it could not be carried out. */
  problem: string | null
  part: number
  after: string
  nextDue: number
  told: number
  createdAt: string
}

/** An officer who plans further away, either way, has mistyped the year. */
const FARTHEST_DAYS = 366

/** Keeps a change of this unit. Throws AppError `not_found`, `forbidden`, `invalid`, `conflict`. */
export async function planChange(desk: Desk, unitId: string, wish: ChangeWish): Promise<{ id: string; writes: Statement[] }> {
  const { db, actor, now } = desk
  const today = dayOf(now)
  if (wish.day > addDays(today, FARTHEST_DAYS) || wish.day < addDays(today, -FARTHEST_DAYS)) throw new AppError('invalid', 'tree.day_far')
  const unit = await requireTreeUnit(desk, unitId, 'unit.write')
  const plan = await planOf(desk, unit, wish)
  const subjects = plan.kind === 'merge' ? plan.sources : [unit.id]
  const others = othersOf(unit, plan)
  const units = await findTreeUnits(db, [...subjects, ...others])
  const problem = await problemOf(db, { unitId, plan, day: wish.day }, units)
  if (problem) throw new AppError('invalid', problem)
  const id = `${now.getTime().toString(36).padStart(9, '0')}${desk.id().slice(0, 7)}`
  const change = { id, unitId, plan, day: wish.day, note: wish.note }
  const touched = [...subjects.map((one) => [one, 'subject']), ...others.map((one) => [one, 'other'])]
  return {
    id,
    writes: [
      ...stillActing(actor),
      guardThat(`NOT EXISTS (${PENDING})`, [JSON.stringify(subjects), Number(plan.kind === 'rename')]),
      {
        sql: `INSERT INTO unit_changes(id, kind, unit_id, day, plan, note, officer_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        args: [id, plan.kind, unitId, wish.day, JSON.stringify(plan), wish.note, actor.officerId, now.toISOString()],
      },
      {
        sql: `INSERT INTO unit_change_units(unit_id, change_id, part) SELECT value ->> 0, ?, value ->> 1 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
        args: [id, JSON.stringify(touched)],
      },
      recordAct(actor, { act: `unit.${plan.kind}`, unitId, about: ['unit', unitId], detail: { change: id, day: wish.day } }, now),
      ...(wish.day <= today ? carryOut(change, units, now) : []),
    ],
  }
}

/** Takes a change back whose day has not come. Throws AppError `not_found`, `forbidden`, `conflict`. */
export async function cancelChange(desk: Desk, id: string): Promise<Statement[]> {
  const { db, actor, now } = desk
  const change = await findChange(db, id)
  if (!change) throw new AppError('not_found', 'tree.change_gone')
  const unit = await requireTreeUnit(desk, change.unitId, 'unit.write')
  if (change.plan.kind === 'merge') for (const one of change.plan.sources) await demandAbove(desk, one)
  else if (change.plan.kind !== 'rename') demand(actor, 'unit.write', pathAbove(unit.path))
  if (change.state !== 'planned') throw new AppError('conflict', 'tree.change_begun')
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE unit_changes SET state = 'cancelled', ended_at = ? WHERE id = ? AND state = 'planned'`,
      args: [now.toISOString(), id],
    },
    guard(),
    recordAct(actor, { act: 'unit.change_cancel', unitId: unit.id, about: ['unit', unit.id], detail: { change: id } }, now),
  ]
}

export async function findChange(db: Db, id: string): Promise<UnitChange | undefined> {
  return (await db.read(`${SELECT} WHERE c.id = ?`, [id])).map(changeOf)[0]
}

/** What this unit went through and what is planned for it, newest first. @param before id of the last one seen; '' at first */
export async function listChangesOf(db: Db, unitId: string, { before, limit }: { before: string; limit: number }): Promise<UnitChange[]> {
  const rows = await db.read(
    `${SELECT} JOIN unit_change_units t ON t.change_id = c.id
     WHERE t.unit_id = ? AND (? = '' OR t.change_id < ?) ORDER BY t.change_id DESC LIMIT ?`,
    [unitId, before, before, limit],
  )
  return rows.map(changeOf)
}

/** Changes whose unit lies at or below these paths, newest first. */
export async function listChanges(
  db: Db,
  { paths, before, limit }: { paths: readonly string[]; before: string; limit: number },
): Promise<UnitChange[]> {
  if (paths.length === 0) return []
  const inside = paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')
  const rows = await db.read(`${SELECT} WHERE (? = '' OR c.id < ?) AND (${inside}) ORDER BY c.id DESC LIMIT ?`, [
    before,
    before,
    ...paths.flatMap((path) => subtreeOf(path)),
    limit,
  ])
  return rows.map(changeOf)
}

/** What is to be carried out by this day, then what is under way; oldest day first. */
export async function listDueChanges(db: Db, day: string): Promise<UnitChange[]> {
  const rows = await db.read(
    `${SELECT} WHERE (c.state = 'planned' AND c.day <= ?) OR c.state = 'moving' ORDER BY c.state = 'moving', c.day, c.id LIMIT 100`,
    [day],
  )
  return rows.map(changeOf)
}

/** It could not be carried out; an officer reads why. Guarded. */
export function failChange(id: string, problem: string, now: Date): Statement[] {
  return [
    {
      sql: `UPDATE unit_changes SET state = 'failed', problem = ?, ended_at = ? WHERE id = ? AND state = 'planned'`,
      args: [problem, now.toISOString(), id],
    },
    guard(),
  ]
}

/** The units a plan leads to, that are there or will be. */
export function othersOf(unit: Pick<TreeUnit, 'id'>, plan: ChangePlan): string[] {
  if (plan.kind === 'merge') return [unit.id]
  if (plan.kind === 'move') return [plan.parentId]
  return plan.kind === 'split' ? plan.heirs.map(({ id }) => id) : []
}

/** What is decided about a unit by those above it is checked there: its place, its end. Its name is its own. */
async function planOf(desk: Desk, unit: TreeUnit, wish: ChangeWish): Promise<ChangePlan> {
  const { actor } = desk
  if (wish.kind === 'rename') return { kind: 'rename', name: wish.name, shortName: wish.shortName, before: unit.name }
  if (wish.kind === 'merge') {
    const sources = [...new Set(wish.sources)]
    for (const id of sources) await demandAbove(desk, id)
    return { kind: 'merge', sources }
  }
  demand(actor, 'unit.write', pathAbove(unit.path))
  if (wish.kind === 'move') {
    const parent = await requireTreeUnit(desk, wish.parentId, 'unit.write')
    return { kind: 'move', parentId: parent.id, before: unit.parentId }
  }
  if (wish.kind === 'close') return { kind: 'close' }
  const heirs: Heir[] = []
  for (const heir of wish.heirs) {
    if ('id' in heir) heirs.push({ id: (await requireTreeUnit(desk, heir.id, 'unit.write')).id })
    else heirs.push({ id: desk.id(), name: heir.name, code: newCode(desk.random) })
  }
  return { kind: 'split', heirs }
}

async function demandAbove(desk: Desk, id: string): Promise<void> {
  const unit = await requireTreeUnit(desk, id, 'unit.write')
  demand(desk.actor, 'unit.write', pathAbove(unit.path))
}

/** A unit has one change of its place or end before it at a time, and one new name. */
const PENDING = `SELECT 1 FROM json_each(?) j JOIN unit_change_units t ON t.unit_id = j.value AND t.part = 'subject'
  JOIN unit_changes c ON c.id = t.change_id AND c.state = 'planned' AND (c.kind = 'rename') = ?`

const SELECT = `SELECT c.*, u.name AS unit_name, u.path FROM unit_changes c JOIN units u ON u.id = c.unit_id`

function changeOf(row: Row): UnitChange {
  const text = (value: Value | undefined) => String(value ?? '')
  return {
    id: text(row.id),
    kind: row.kind as ChangeKind,
    unitId: text(row.unit_id),
    unitName: text(row.unit_name),
    path: text(row.path),
    day: text(row.day),
    plan: JSON.parse(text(row.plan)) as ChangePlan,
    note: text(row.note),
    officerId: text(row.officer_id),
    state: row.state as ChangeState,
    problem: row.problem === null ? null : text(row.problem),
    part: Number(row.part),
    after: text(row.after),
    nextDue: Number(row.next_due),
    told: Number(row.told),
    createdAt: text(row.created_at),
  }
}
