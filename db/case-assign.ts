/**
 * Whose case it is: an officer takes one that is nobody's, or gives it to another who may work on it. Who has to do with what
 * is reported says so and loses it at once (R8).
 */

import { type CaseState, dueDayIn } from '../src/case.ts'
import type { Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { hourOf } from '../src/time.ts'
import { changeCase } from './case-change.ts'
import { type CaseRow, requireCase } from './case-desk.ts'
import { isKeptFrom } from './case-kept.ts'
import { findCaseOfficer, findNearestOfficers, tellCaseOfficers } from './case-officers.ts'
import { findHolidays } from './holidays.ts'
import type { Desk } from './rights.ts'

/** "Nhận việc". Throws AppError `conflict` when somebody has it or it moved on, and like `requireCase`. */
export async function takeCase(desk: Desk, id: string, version: number): Promise<void> {
  const found = await requireCase(desk, id, 'case.work')
  if (found.assigneeId !== null) throw new AppError('conflict', 'case.taken')
  demandOpen(found, version)
  await desk.db.write(
    await changeCase(desk, found, {
      set: await hold(desk, found, desk.actor.officerId),
      event: given('taken', found, desk.actor.officerId),
    }),
  )
}

/**
 * Gives it to an officer who may work on it; they are told that something waits, not what. A restricted one is given away by
 * its named officer, or by an approver, who sees no more of it than its number. Throws AppError `invalid` for whoever may not.
 */
export async function assignCase(desk: Desk, id: string, { version, officerId }: { version: number; officerId: string }): Promise<void> {
  const { db, keys, actor, now, ownHost } = desk
  const found = await requireCase(desk, id, 'case.assign')
  demandOpen(found, version)
  if (found.assigneeId === officerId) throw new AppError('conflict', 'case.theirs_already')
  // An approver names somebody else: to name oneself would open it.
  if (found.restricted && found.assigneeId !== null && found.assigneeId !== actor.officerId && officerId === actor.officerId)
    throw new AppError('forbidden', 'case.restricted_to')
  if (!(await findCaseOfficer(db, found, officerId, now)) || (await isKeptFrom(desk, found, officerId)))
    throw new AppError('invalid', 'case.officer_cannot')
  await db.write([
    ...(await changeCase(
      desk,
      found,
      { set: await hold(desk, found, officerId), event: given('assigned', found, officerId) },
      'case.assign',
    )),
    ...(officerId === actor.officerId
      ? []
      : await tellCaseOfficers(db, keys, [officerId], { text: { key: 'case.tell_assigned' }, host: ownHost, now })),
  ])
}

/**
 * The officer has to do with what is reported: they see the case no more, and it is nobody's. Other officers are told that
 * something waits. Throws AppError like `requireCase`.
 */
export async function declareConflict(desk: Desk, id: string, version: number): Promise<void> {
  const { db, keys, actor, now, ownHost } = desk
  const found = await requireCase(desk, id, 'case.read')
  if (found.mergedInto !== null) throw new AppError('conflict', 'case.merged')
  if (found.version !== version) throw new AppError('conflict', 'case.moved_on')
  const others = await findNearestOfficers(db, found.path, { caseId: id, except: actor.officerId })
  await db.write([
    ...(await changeCase(
      desk,
      found,
      {
        ...(found.assigneeId === actor.officerId ? { set: ['assignee_id = NULL', []] as [string, Value[]] } : {}),
        event: { kind: 'conflict', detail: { officer: actor.officerId } },
      },
      'case.read',
    )),
    { sql: 'INSERT INTO case_conflicts(case_id, officer_id, hour) VALUES (?, ?, ?)', args: [id, actor.officerId, hourOf(now)] },
    ...(await tellCaseOfficers(db, keys, others, { text: { key: 'case.tell_free' }, host: ownHost, now })),
  ])
}

/** It is worked on, where it stands, and it is as the officer saw it. */
function demandOpen({ mergedInto, state, version }: CaseRow, seen: number): void {
  if (mergedInto !== null) throw new AppError('conflict', 'case.merged')
  if (state === 'closed') throw new AppError('conflict', 'case.is_closed')
  if (version !== seen) throw new AppError('conflict', 'case.moved_on')
}

/** A new case that somebody has is being looked at. */
async function hold({ db, now }: Desk, { state, urgency }: CaseRow, officerId: string): Promise<[string, Value[]]> {
  return state === 'new'
    ? ["assignee_id = ?, state = 'reviewing', due_day = ?", [officerId, dueDayIn('reviewing', urgency, now, await findHolidays(db, now))]]
    : ['assignee_id = ?', [officerId]]
}

function given(kind: 'taken' | 'assigned', { state }: CaseRow, officerId: string) {
  const moved: { from?: CaseState; to?: CaseState } = state === 'new' ? { from: 'new', to: 'reviewing' } : {}
  return { kind, detail: { officer: officerId, ...moved } }
}
