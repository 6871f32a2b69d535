/**
 * What becomes of a hand-over (F33): declared sent, answered, returned, downloaded. Each step is one commit with the case's own
 * change, so that a kill leaves both as they were or as they are to be.
 */

import { dueDayIn, MOVES } from '../src/case.ts'
import type { Db, Locale, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { demandFit } from '../src/paper.ts'
import { dayOf } from '../src/time.ts'
import { requireChoosable } from './authorities.ts'
import { changeCase, recordCaseAct } from './case-change.ts'
import type { CaseRow } from './case-desk.ts'
import {
  changeHandOver,
  demandWork,
  type HandOver,
  type HandOverBox,
  type HandOverRow,
  type HandOverWay,
  listHandOvers,
} from './hand-overs.ts'
import { findHolidays } from './holidays.ts'
import type { Desk } from './rights.ts'

/** Reasons of the program (case_reasons) whose sentences members read at these steps. */
const SENT_REASON = 'referred-paper'
const BACK_REASON = 'reviewing-returned'
/** Outcomes that are offered at once. */
const OUTCOMES_MOST = 100

export type Outcome = { id: string; label: Record<Locale, string>; says: Record<Locale, string> }

/** What may be said to have come of it: the reasons of the state `resolved`, in their order. */
export async function listOutcomes(db: Db): Promise<Outcome[]> {
  const rows = await db.read(
    `SELECT id, label_vi, label_en, says_vi, says_en FROM case_reasons WHERE state = 'resolved' AND active = 1 ORDER BY place, id LIMIT ${OUTCOMES_MOST}`,
  )
  return rows.map((row) => ({
    id: String(row.id),
    label: { vi: String(row.label_vi), en: String(row.label_en) },
    says: { vi: String(row.says_vi), en: String(row.says_en) },
  }))
}

/**
 * An officer says that it left the house, when and how: the case is `referred`, due when its first answer is, and its member
 * reads so. Throws AppError `conflict` from a state in which nothing is handed over, `invalid` for a day to come.
 */
export async function sendHandOver(
  desk: Desk,
  found: CaseRow,
  handOver: HandOver,
  { day, how, ref }: { day: string; how: HandOverWay; ref: string },
): Promise<Statement[]> {
  const { now } = desk
  if (day > dayOf(now)) throw new AppError('invalid', 'console_hand_overs.future')
  if (found.mergedInto !== null) throw new AppError('conflict', 'case.merged')
  if (found.state !== 'referred' && !MOVES[found.state].includes('referred'))
    throw new AppError('conflict', 'console_hand_overs.reopen_first')
  await requireChoosable(desk.db, handOver.authorityId, found.unitId)
  demandFit(handOver.box.paper)
  const box: HandOverBox = { ...handOver.box, sent: { at: now.toISOString(), day, how, ref } }
  return [
    ...(await changeHandOver(desk, handOver, 'draft', box, ["state = 'sent'", []])),
    ...(await changeCase(desk, found, {
      set: [`state = 'referred', reason_id = ?, ${NEXT_DUE}`, [SENT_REASON, found.id]],
      event: {
        kind: 'referred',
        detail: {
          ...{ hand_over: handOver.id, authority: handOver.authorityId, due: handOver.dueDay, how },
          ...{ to: 'referred', reason: SENT_REASON },
          ...(found.state === 'referred' ? {} : { from: found.state }),
        },
        relay: true,
      },
    })),
  ]
}

/**
 * What they answered. The case has its result, and its member reads the outcome's sentence alone; with `wait` others are
 * still waited for, and nothing is told. Throws AppError `invalid` for a day to come or an outcome that is none.
 */
export async function answerHandOver(
  desk: Desk,
  found: CaseRow,
  handOver: HandOver,
  { day, ref, text, outcomeId, wait }: { day: string; ref: string; text: string; outcomeId: string; wait: boolean },
): Promise<Statement[]> {
  if (!(await listOutcomes(desk.db)).some(({ id }) => id === outcomeId)) throw new AppError('invalid', 'console_hand_overs.outcome_gone')
  const answered = await settle(desk, found, handOver, { state: 'answered', day, ref, text, outcomeId })
  // A merged case's result is its main one's, whose officer writes it.
  if (wait || found.mergedInto !== null || !MOVES[found.state].includes('resolved')) return answered
  return [
    ...answered,
    ...(await changeCase(
      desk,
      { ...found, version: found.version + 1 },
      {
        set: [
          "state = 'resolved', due_day = ?, reason_id = ?, outcome_id = ?",
          [dueDayIn('resolved', found.urgency, desk.now, await findHolidays(desk.db, desk.now)), outcomeId, outcomeId],
        ],
        event: { kind: 'moved', detail: { from: found.state, to: 'resolved', reason: outcomeId }, relay: true },
      },
    )),
  ]
}

/** They gave it back: not theirs, or something is missing. With nobody else waited for, the case is looked at again. */
export async function returnHandOver(
  desk: Desk,
  found: CaseRow,
  handOver: HandOver,
  { day, ref, text }: { day: string; ref: string; text: string },
): Promise<Statement[]> {
  const returned = await settle(desk, found, handOver, { state: 'returned', day, ref, text, outcomeId: null })
  const others = (await listHandOvers(desk.db, found.id)).some(({ id, state }) => state === 'sent' && id !== handOver.id)
  if (others || found.mergedInto !== null || found.state !== 'referred') return returned
  return [
    ...returned,
    ...(await changeCase(
      desk,
      { ...found, version: found.version + 1 },
      {
        set: [
          "state = 'reviewing', due_day = ?, reason_id = ?",
          [dueDayIn('reviewing', found.urgency, desk.now, await findHolidays(desk.db, desk.now)), BACK_REASON],
        ],
        event: { kind: 'moved', detail: { from: 'referred', to: 'reviewing', reason: BACK_REASON }, relay: true },
      },
    )),
  ]
}

/** A file of it was made for an officer: which, and the beginning of the paper's own SHA-256. */
export function recordDownload(
  desk: Desk,
  found: CaseRow,
  { id }: HandOverRow,
  detail: { list: string; sum: string; photos: number },
): Statement {
  demandWork(desk.actor, found)
  return recordCaseAct(desk.actor, found, 'hand_over.download', desk.now, { hand_over: id, ...detail })
}

async function settle(
  desk: Desk,
  found: CaseRow,
  handOver: HandOver,
  given: { state: 'answered' | 'returned'; day: string; ref: string; text: string; outcomeId: string | null },
): Promise<Statement[]> {
  const { state, day, ref, text, outcomeId } = given
  const { sent } = handOver.box
  if (day > dayOf(desk.now)) throw new AppError('invalid', 'console_hand_overs.future')
  if (sent && day < sent.day) throw new AppError('invalid', 'console_hand_overs.before_sent')
  const box: HandOverBox = { ...handOver.box, answer: { at: desk.now.toISOString(), day, ref, text } }
  const detail = { hand_over: handOver.id, authority: handOver.authorityId, ...(outcomeId ? { outcome: outcomeId } : {}) }
  return [
    ...(await changeHandOver(desk, handOver, 'sent', box, ['state = ?, answered_day = ?, outcome_id = ?', [state, day, outcomeId]])),
    // What they wrote is between officers: their member reads it only by a decision (R5).
    ...(await changeCase(desk, found, {
      ...(found.state === 'referred' && found.mergedInto === null ? { set: [NEXT_DUE, [found.id]] } : {}),
      event: { kind: state === 'answered' ? 'authority_answered' : 'returned', detail, text },
    })),
  ]
}

/** The first day on which an answer is due; as it was when nobody is waited for. */
const NEXT_DUE = "due_day = coalesce((SELECT min(h.due_day) FROM hand_overs h WHERE h.case_id = ? AND h.state = 'sent'), due_day)"
