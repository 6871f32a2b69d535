/**
 * A case goes from state to state (F32): only where MOVES leads, with a reason that is a row, and with a new day by which the
 * next step is due. What was decided reaches the member in the reason's own words. Spam is a way of closing, and is undone.
 */
import { type CaseState, dueDayIn, MOVES } from '../src/case.ts'
import { isReopening, needsReason, type ReasonState, SPAM_REASON } from '../src/case-reason.ts'
import type { Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { hourOf } from '../src/time.ts'
import type { Holidays } from '../src/working-days.ts'
import { changeCase } from './case-change.ts'
import type { CaseRow } from './case-desk.ts'
import { type CaseReason, requireReason } from './case-reasons.ts'
import { requireSeen } from './case-seen.ts'
import { checkTold } from './case-words.ts'
import { findHolidays } from './holidays.ts'
import type { Desk } from './rights.ts'

export type Move = {
  version: number
  to: CaseState
  reasonId?: string | undefined
  /** What the member reads besides the reason's words. */
  text?: string | undefined
}

/** Throws AppError `invalid` (a move that is none, no reason, the text), `conflict` when it moved on. */
export async function moveCase(desk: Desk, id: string, { version, to, reasonId, text }: Move): Promise<void> {
  const found = await requireSeen(desk, id, version)
  if (!MOVES[found.state].includes(to)) throw new AppError('conflict', 'case.no_such_move')
  const reason = needsReason(found.state, to) ? await requireReason(desk.db, reasonId, to as ReasonState) : undefined
  const words = text?.trim() ? text : undefined
  if (words !== undefined) await checkTold(desk, words)
  const spam = reason?.id === SPAM_REASON
  const from = found.state
  const set = setOf(found, to, reason, desk.now, await findHolidays(desk.db, desk.now))
  await desk.db.write(
    await changeCase(desk, found, {
      set,
      event: {
        kind: spam ? 'spam' : 'moved',
        detail: { from, to, ...(reason ? { reason: reason.id } : {}) },
        ...(words === undefined ? {} : { text: words }),
        // Of spam nobody is told; of being looked at only who waits for it to go on.
        relay: !spam && (needsReason(from, to) || words !== undefined),
      },
    }),
  )
}

/** Marks it as spam: closed, on a shelf of its own, nothing else (R10). Throws AppError `conflict`. */
export async function markSpam(desk: Desk, id: string, version: number): Promise<void> {
  await moveCase(desk, id, { version, to: 'closed', reasonId: SPAM_REASON })
}

/** It was none: it is looked at again. Throws AppError `conflict`. */
export async function unmarkSpam(desk: Desk, id: string, version: number): Promise<void> {
  const found = await requireSeen(desk, id, version)
  if (!found.spam) throw new AppError('conflict', 'case.no_spam')
  await desk.db.write(
    await changeCase(desk, found, {
      set: [
        "spam = 0, state = 'reviewing', reason_id = NULL, closed_hour = NULL, due_day = ?",
        [dueDayIn('reviewing', found.urgency, desk.now, await findHolidays(desk.db, desk.now))],
      ],
      event: { kind: 'not_spam', detail: { from: found.state, to: 'reviewing' } },
    }),
  )
}

/** Where a case may go that an officer moves by hand; asking the member has a form of its own, because a question is needed. */
export function movesOf({ state, spam }: Pick<CaseRow, 'state' | 'spam'>): CaseState[] {
  return spam ? [] : MOVES[state].filter((to) => to !== 'needs_info')
}

function setOf(found: CaseRow, to: CaseState, reason: CaseReason | undefined, now: Date, holidays: Holidays): [string, Value[]] {
  const parts: Array<[string, Value[]]> = [
    ['state = ?, due_day = ?, reason_id = ?', [to, dueDayIn(to, found.urgency, now, holidays), reason?.id ?? null]],
    ...(to === 'resolved' ? [['outcome_id = ?', [reason?.id ?? null]] as [string, Value[]]] : []),
    // What came of it is asked anew.
    ...(isReopening(found.state, to) ? [['outcome_id = NULL', []] as [string, Value[]]] : []),
    ...(to === 'closed' ? [['closed_hour = ?, spam = ?', [hourOf(now), reason?.id === SPAM_REASON ? 1 : 0]] as [string, Value[]]] : []),
    ...(found.state === 'closed' ? [['closed_hour = NULL, spam = 0', []] as [string, Value[]]] : []),
  ]
  return [parts.map(([sql]) => sql).join(', '), parts.flatMap(([, args]) => args)]
}
