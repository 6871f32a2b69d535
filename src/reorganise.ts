/**
 * What carries the changes of the unit tree out when their day has come (F65), and tells the members of units that are no
 * more: one guarded batch a step, so that several processes may do this at once and one may die between any two of
 * them. Notices take the road of replies, so they are spread over time, rest at night (R14) and while all pushes rest (F68).
 */
import { conflictOf } from '../db/client.ts'
import { findHalt } from '../db/halts.ts'
import { dismissEnded } from '../db/officer-desk.ts'
import { findPushRules } from '../db/push-rules.ts'
import { findTreeUnits, type TreeUnit } from '../db/tree-units.ts'
import { enqueueReplies } from '../db/turns.ts'
import { carryOut, problemOf } from '../db/unit-carry.ts'
import { failChange, listDueChanges, othersOf, type UnitChange } from '../db/unit-changes.ts'
import { endWalk, findMembers, moveMembers, stepOn, stillMembers } from '../db/unit-members.ts'
import type { Button, Channel, Db, Keys, Reply, Text } from './chat.ts'
import { causeOf, type Log } from './log.ts'
import { endOfQuiet, isQuiet } from './plan.ts'
import type { Job } from './schedule.ts'
import { sealReply } from './sealed-reply.ts'
import { payloadOf } from './text.ts'
import { dateVi, dayOf } from './time.ts'

export type ReorganiseParts = {
  db: Db
  keys: Keys
  channels: ReadonlyArray<Pick<Channel, 'name' | 'limits'>>
  now(): Date
  log: Log
}

/** Members looked at in one step. */
const STEP = 200
/** Between two notices: a third of what the slowest channel carries, so that answers pass. */
const APART_MS = 100
/** Not further ahead than so much: who withdraws or stops meanwhile is not written to. */
const AHEAD_MS = 2 * 60_000
/** Steps of one tick, so that no tick outlasts its minute by much. */
const STEPS = 500

/** Each minute, on every process. */
export const reorganiseJob = (parts: ReorganiseParts): Job => ({
  name: 'reorganise',
  at: 'minute',
  run: async () => void (await reorganise(parts)),
})

/** Everything that is due. True when anything moved. */
export async function reorganise(parts: ReorganiseParts): Promise<boolean> {
  const { db, now, log } = parts
  let moved = await endTerms(parts)
  const due = await listDueChanges(db, dayOf(now()))
  // One pace for all of them: several units that close on one day must not crowd out answers.
  let latest = Math.max(0, ...due.map(({ nextDue }) => nextDue))
  for (const change of due) {
    try {
      if (change.state === 'planned') await begin(parts, change)
      else latest = await tell(parts, change, latest)
      moved = true
    } catch (error) {
      // Another process made this very step, or somebody of it has just written: the next tick looks again.
      if (!conflictOf(error)) log('error', 'unit.change_stuck', { change: change.id, cause: causeOf(error) })
    }
  }
  return moved
}

async function begin({ db, now, log }: ReorganiseParts, change: UnitChange): Promise<void> {
  const subjects = change.plan.kind === 'merge' ? change.plan.sources : []
  const units = await findTreeUnits(db, [change.unitId, ...subjects, ...othersOf({ id: change.unitId }, change.plan)])
  const problem = await problemOf(db, change, units)
  await db.write(problem ? failChange(change.id, problem, now()) : carryOut(change, units, now()))
  log('info', problem ? 'unit.change_failed' : 'unit.changed', { change: change.id, kind: change.kind })
}

/** The members of each unit that is no more, one stretch after the other. Returns when the last notice leaves (epoch ms). */
async function tell(parts: ReorganiseParts, change: UnitChange, latest: number): Promise<number> {
  const { db, now } = parts
  if (await findHalt(db)) return latest
  const { quiet } = await findPushRules(db)
  // At night nobody is moved either: who withdraws or leaves before the morning is not written to.
  if (isQuiet(now(), quiet)) return latest
  const closed = change.plan.kind === 'merge' ? change.plan.sources : [change.unitId]
  const units = await findTreeUnits(db, [...closed, change.unitId])
  let walk = { changeId: change.id, part: change.part, after: change.after }
  let nextDue = latest
  for (let steps = 0; steps < STEPS && nextDue <= now().getTime() + AHEAD_MS; steps++) {
    const unit = units.get(closed[walk.part] ?? '')
    if (!unit) {
      await db.write(endWalk(walk, now()))
      return nextDue
    }
    const { members: all, last, full } = await findMembers(db, unit.id, walk.after, STEP)
    const members = all.filter(({ channel, inAt }) => reaches(parts, channel, inAt))
    const to = full && last ? { part: walk.part, after: last } : { part: walk.part + 1, after: '' }
    const rows = []
    for (const { id, channel, addressId, locale } of members) {
      nextDue = endOfQuiet(new Date(Math.max(nextDue + APART_MS, now().getTime())), quiet).getTime()
      rows.push({ id, channel, addressId, at: nextDue, body: await sealReply(parts.keys, noticeOf(change, unit, units), locale) })
    }
    await db.write([
      ...stepOn(walk, { ...to, nextDue, told: members.length }),
      ...(members.length > 0
        ? [
            ...goOn(
              change,
              members.map(({ id }) => id),
              unit.id,
            ),
            enqueueReplies(rows),
          ]
        : []),
    ])
    walk = { ...walk, ...to }
    await breathe()
  }
  return nextDue
}

/** A channel that is served here, within the hours in which it lets us write: who cannot be told is not moved. */
function reaches({ channels, now }: ReorganiseParts, name: string, inAt: number): boolean {
  const channel = channels.find((one) => one.name === name)
  if (!channel) return false
  const { windowHours } = channel.limits
  return windowHours === undefined || now().getTime() - inAt < windowHours * 3_600_000
}

/** Into what the unit became, where that is one; else they choose by themselves, and until then are with the old one. */
function goOn(change: UnitChange, ids: string[], from: string) {
  if (change.plan.kind === 'merge') return moveMembers(ids, from, change.unitId)
  return [stillMembers(ids, from)]
}

/** Said unasked: its buttons have words, because digits belong to what was offered last. */
function noticeOf(change: UnitChange, old: TreeUnit, units: ReadonlyMap<string, TreeUnit>): Reply {
  const note: Text = change.note === '' ? { literal: '' } : { key: 'unit.told_note', params: { note: { literal: change.note } } }
  const params = {
    day: dateVi(change.day),
    old: { literal: old.name },
    unit: { literal: units.get(change.unitId)?.name ?? '' },
    note,
  }
  const choose: Button = { label: { key: 'unit.b_choose' }, payload: payloadOf('unit', 'open'), word: 'đổi đơn vị' }
  const leave: Button = { label: { key: 'unit.b_leave' }, payload: payloadOf('unit', 'leave'), word: 'rời đơn vị' }
  return { text: { key: `unit.told_${change.kind}`, params }, buttons: [leave, choose] }
}

/** Officers whose last day is past lose their rights by themselves. */
async function endTerms({ db, now, log }: ReorganiseParts): Promise<boolean> {
  const gone = await dismissEnded(db, now())
  if (gone > 0) log('info', 'officer.terms_ended', { officers: gone })
  return gone > 0
}

/** Lets messages that came in meanwhile be answered: the file driver works synchronously under its promises. */
const breathe = () => new Promise<void>((resume) => setTimeout(resume, 0))
