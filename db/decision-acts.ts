/**
 * What becomes of a decision (R5): let out by two officers besides its author, sent back, or taken back within a working day.
 * The second approval, the case's result and what its members read are one commit; of two officers who approve at once the
 * second is told to look again.
 */

import { dueDayIn, MOVES, urgencyOf } from '../src/case.ts'
import type { Statement } from '../src/chat.ts'
import { APPROVERS, CORRECTION_DAYS } from '../src/decision.ts'
import { AppError } from '../src/errors.ts'
import { evenJson } from '../src/keys.ts'
import { withoutLoansOf } from '../src/rights.ts'
import { dayOf, hourOf } from '../src/time.ts'
import { demandNoVerdict } from '../src/verdict.ts'
import { addWorkingDays } from '../src/working-days.ts'
import { tellMerged } from './case-audience.ts'
import { recordCaseAct } from './case-change.ts'
import { addEvent, type NewEvent } from './case-events.ts'
import { guard } from './client.ts'
import { caseOf, type Decision, type DecisionBox, demandFor } from './decisions.ts'
import { type Hand, useHand } from './hand.ts'
import { findHolidays } from './holidays.ts'
import { type Desk, stillActing } from './rights.ts'

/** What came of a case an authority decided on: a reason of the program (case_reasons). */
const OUTCOME = 'resolved-handled'

/**
 * One of two approvals; with the second it is out. Throws AppError `forbidden` (its author, a second time), `conflict`.
 * @param text what the members read: whose decision, its number, day and link, and the author's sentence
 */
export async function approveDecision(desk: Desk, decision: Decision, text: string, given: Hand): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  demandFor({ actor: withoutLoansOf(actor, [decision.officerId]) }, 'decision.approve', decision.path)
  if (decision.officerId === actor.officerId) throw new AppError('forbidden', 'console_hand_overs.own_decision')
  if (decision.approvals.some(({ officerId }) => officerId === actor.officerId))
    throw new AppError('forbidden', 'console_hand_overs.approved_already')
  if (decision.state !== 'waiting') throw new AppError('conflict', 'console_hand_overs.decision_moved')
  const hand = await useHand(db, keys, actor.officerId, given, now)
  const last = decision.approvals.length + 1 >= APPROVERS
  return [
    ...stillActing(actor),
    ...hand,
    {
      sql: `INSERT INTO decision_approvals(decision_id, officer_id, at)
            SELECT id, ?, ? FROM decisions WHERE id = ? AND version = ? AND state = 'waiting' AND officer_id <> ?`,
      args: [actor.officerId, hourOf(now), decision.id, decision.version, actor.officerId],
    },
    guard(),
    {
      sql: `UPDATE decisions SET version = version + 1${last ? ", state = 'approved'" : ''} WHERE id = ? AND version = ? AND state = 'waiting'
              AND (SELECT count(*) FROM decision_approvals x WHERE x.decision_id = decisions.id AND x.officer_id <> decisions.officer_id) = ?`,
      args: [decision.id, decision.version, decision.approvals.length + 1],
    },
    guard(),
    recordCaseAct(actor, caseOf(decision), 'decision.approve', now, { decision: decision.id, n: decision.approvals.length + 1 }),
    ...(last ? await letOut(desk, decision, text) : []),
  ]
}

/** Back to its author, with why. */
export async function returnDecision(desk: Desk, decision: Decision, why: string): Promise<Statement[]> {
  demandFor(desk, 'decision.approve', decision.path)
  if (decision.officerId === desk.actor.officerId) throw new AppError('forbidden', 'console_hand_overs.own_decision')
  return [
    ...(await change(desk, decision, 'waiting', "state = 'returned'", { ...decision.box, why })),
    { sql: 'DELETE FROM decision_approvals WHERE decision_id = ?', args: [decision.id] },
    recordCaseAct(desk.actor, caseOf(decision), 'decision.return', desk.now, { decision: decision.id }),
  ]
}

/** Something in it is wrong: it has to be taken back by the end of the next working day, and officers are reminded until it is. */
export async function askCorrection(desk: Desk, decision: Decision, why: string): Promise<Statement[]> {
  demandEither(desk, decision)
  if (decision.dueDay !== null) throw new AppError('conflict', 'console_hand_overs.decision_moved')
  const due = dayOf(addWorkingDays(desk.now, CORRECTION_DAYS, await findHolidays(desk.db, desk.now)))
  return [
    ...(await change(desk, decision, 'approved', 'due_day = ?', { ...decision.box, why }, [due])),
    recordCaseAct(desk.actor, caseOf(decision), 'decision.correction', desk.now, { decision: decision.id, due }),
  ]
}

/**
 * Taken back by one officer with their own hand, at once: its members are told. Throws AppError `invalid` when what they are
 * told says what goods are.
 * @param text what the members read
 */
export async function withdrawDecision(
  desk: Desk,
  decision: Decision,
  { why, text }: { why: string; text: string },
  given: Hand,
): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  demandEither(desk, decision)
  demandNoVerdict(text)
  const hand = await useHand(db, keys, actor.officerId, given, now)
  return [
    ...hand,
    ...(await change(desk, decision, 'approved', "state = 'withdrawn', due_day = NULL", { ...decision.box, why })),
    recordCaseAct(actor, caseOf(decision), 'decision.withdraw', now, { decision: decision.id }),
    { sql: 'UPDATE cases SET version = version + 1 WHERE id = ?', args: [decision.caseId] },
    ...(await tell(desk, decision.caseId, { kind: 'decided', detail: { decision: decision.id, withdrawn: true }, text, relay: true })),
  ]
}

/** The case has its result, and everybody whose report it is reads it. */
async function letOut(desk: Desk, decision: Decision, text: string): Promise<Statement[]> {
  const [row] = await desk.db.read('SELECT state, rank, version FROM cases WHERE id = ?', [decision.caseId])
  if (!row) throw new AppError('not_found', 'case.gone')
  const from = String(row.state) as keyof typeof MOVES
  const resolves = MOVES[from].includes('resolved')
  const due = dueDayIn('resolved', urgencyOf(Number(row.rank)), desk.now, await findHolidays(desk.db, desk.now))
  return [
    {
      sql: `UPDATE cases SET version = version + 1${resolves ? ", state = 'resolved', due_day = ?, reason_id = ?" : ''},
              outcome_id = coalesce(outcome_id, ?) WHERE id = ? AND version = ?`,
      args: [...(resolves ? [due, OUTCOME] : []), OUTCOME, decision.caseId, Number(row.version)],
    },
    guard(),
    ...(await tell(desk, decision.caseId, {
      kind: 'decided',
      detail: { decision: decision.id, ...(resolves ? { from, to: 'resolved' } : {}) },
      text,
      relay: true,
    })),
    recordCaseAct(desk.actor, caseOf(decision), 'case.decided', desk.now, { decision: decision.id }),
  ]
}

/** In the threads of the case and of those merged into it; the case's version is raised before. */
async function tell(desk: Desk, caseId: string, event: Omit<NewEvent, 'id' | 'caseId' | 'officerId' | 'now'>): Promise<Statement[]> {
  const { actor, now, keys } = desk
  const whole = { ...event, officerId: actor.officerId, now }
  return [await addEvent(keys, { ...whole, id: desk.id(), caseId }), ...(await tellMerged(desk, caseId, whole))]
}

async function change(
  { keys, actor }: Desk,
  { id, version }: Decision,
  from: Decision['state'],
  set: string,
  box: DecisionBox,
  args: string[] = [],
): Promise<Statement[]> {
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE decisions SET version = version + 1, box = ?, ${set} WHERE id = ? AND version = ? AND state = ?`,
      args: [await keys.seal('decision', evenJson(box), id), ...args, id, version, from],
    },
    guard(),
  ]
}

/** Whoever may write or let out one may have it taken back. */
function demandEither(desk: Desk, { path }: Decision): void {
  try {
    demandFor(desk, 'decision.approve', path)
  } catch {
    demandFor(desk, 'decision.write', path)
  }
}
