/**
 * What becomes of a hand-over (F33): declared sent, answered, returned, downloaded. Each step is one commit with the case's own
 * change, so that a kill leaves both as they were or as they are to be.
 */
import { dueDayIn, MOVES } from '../src/case.ts'
import type { Statement, Value } from '../src/chat.ts'
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
  type HandOverOutcome,
  type HandOverRow,
  type HandOverWay,
  listHandOvers,
} from './hand-overs.ts'
import type { Desk } from './rights.ts'

/**
 * An officer says that it left the house, when and how: the case is `referred`, due when its first answer is. Throws AppError
 * `conflict` from a state in which nothing is handed over, `invalid` for a day to come.
 */
export async function sendHandOver(
  desk: Desk,
  found: CaseRow,
  handOver: HandOver,
  { day, how, ref }: { day: string; how: HandOverWay; ref: string },
): Promise<Statement[]> {
  const { now } = desk
  if (day > dayOf(now)) throw new AppError('invalid', 'console_hand_overs.future')
  if (found.state !== 'referred' && !MOVES[found.state].includes('referred'))
    throw new AppError('conflict', 'console_hand_overs.reopen_first')
  await requireChoosable(desk.db, handOver.authorityId, found.unitId)
  demandFit(handOver.box.paper)
  const box: HandOverBox = { ...handOver.box, sent: { at: now.toISOString(), day, how, ref } }
  const detail = { hand_over: handOver.id, authority: handOver.authorityId, due: handOver.dueDay, how, from: found.state, to: 'referred' }
  return [
    ...(await changeHandOver(desk, handOver, 'draft', box, ["state = 'sent'", []])),
    ...(await changeCase(desk, found, {
      set: [`state = 'referred', reason_id = NULL, ${FIRST_DUE}`, [found.id]],
      event: { kind: 'referred', detail, relay: true },
    })),
  ]
}

/**
 * What they answered. The case has its result, and its member reads the outcome's sentence; with `wait` others are still
 * waited for, and nothing is told. Throws AppError `invalid` for a day to come.
 */
export async function answerHandOver(
  desk: Desk,
  found: CaseRow,
  handOver: HandOver,
  { day, ref, text, outcomeId, wait }: { day: string; ref: string; text: string; outcomeId: HandOverOutcome; wait: boolean },
): Promise<Statement[]> {
  const resolves = !wait && MOVES[found.state].includes('resolved')
  const detail = { hand_over: handOver.id, authority: handOver.authorityId, outcome: outcomeId }
  const answered = await settle(desk, found, handOver, {
    state: 'answered',
    day,
    ref,
    text,
    outcomeId,
    event: 'authority_answered',
    detail,
  })
  if (!resolves) return answered
  return [
    ...answered,
    ...(await changeCase(
      desk,
      { ...found, version: found.version + 1 },
      {
        set: ["state = 'resolved', due_day = ?, reason_id = ?, outcome_id = ?", [dueDayIn('resolved', desk.now), outcomeId, outcomeId]],
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
  const others = (await listHandOvers(desk.db, found.id)).filter(({ id, state }) => state === 'sent' && id !== handOver.id)
  const back = found.state === 'referred' && others.length === 0
  const detail = {
    ...{ hand_over: handOver.id, authority: handOver.authorityId },
    ...(back ? { from: 'referred', to: 'reviewing' } : {}),
  }
  const set: [string, Value[]] | undefined = back ? ["state = 'reviewing', due_day = ?", [dueDayIn('reviewing', desk.now)]] : undefined
  return settle(desk, found, handOver, { state: 'returned', day, ref, text, outcomeId: null, event: 'returned', detail, set })
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
  given: {
    state: 'answered' | 'returned'
    day: string
    ref: string
    text: string
    outcomeId: string | null
    event: 'authority_answered' | 'returned'
    detail: Record<string, string>
    set?: [string, Value[]] | undefined
  },
): Promise<Statement[]> {
  const { state, day, ref, text, outcomeId, event, detail, set } = given
  const { sent } = handOver.box
  if (day > dayOf(desk.now)) throw new AppError('invalid', 'console_hand_overs.future')
  if (sent && day < sent.day) throw new AppError('invalid', 'console_hand_overs.before_sent')
  const box: HandOverBox = { ...handOver.box, answer: { at: desk.now.toISOString(), day, ref, text } }
  return [
    ...(await changeHandOver(desk, handOver, 'sent', box, ['state = ?, answered_day = ?, outcome_id = ?', [state, day, outcomeId]])),
    ...(await changeCase(desk, found, { ...(set ? { set } : {}), event: { kind: event, detail, text } })),
  ]
}

/** The first day on which an answer is due. */
const FIRST_DUE = "due_day = (SELECT min(h.due_day) FROM hand_overs h WHERE h.case_id = ? AND h.state = 'sent')"
