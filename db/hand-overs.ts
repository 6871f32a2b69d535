/**
 * Hand-overs of cases to authorities (F33): their papers as drafts. What was written stands sealed, and no draft changes the
 * case; what becomes of them is hand-over-acts.ts.
 */

import type { Db, Keys, Row, Statement, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { evenJson, openJson } from '../src/keys.ts'
import { demandFit, type PaperFields, type PaperStyle, type PaperUnit } from '../src/paper.ts'
import { demand, demandAtTop } from '../src/rights.ts'
import { dayOf, hourOf } from '../src/time.ts'
import { addWorkingDays } from '../src/working-days.ts'
import { requireChoosable } from './authorities.ts'
import { recordCaseAct } from './case-change.ts'
import type { CaseRow } from './case-desk.ts'
import { guard } from './client.ts'
import { findHolidays } from './holidays.ts'
import { type Desk, stillActing } from './rights.ts'

export const HAND_OVER_STATES = ['draft', 'sent', 'answered', 'returned'] as const
export type HandOverState = (typeof HAND_OVER_STATES)[number]

/** How a paper left the house. */
export const HAND_OVER_WAYS = ['in_person', 'post', 'official', 'email'] as const
export type HandOverWay = (typeof HAND_OVER_WAYS)[number]

/** What stands sealed. `at`: exactly when an officer did it; `day`: which day they say it was. */
export type HandOverBox = {
  paper: PaperFields
  style: PaperStyle
  sent?: { at: string; day: string; how: HandOverWay; ref: string }
  /** Of the authority: their answer, or why they gave it back. */
  answer?: { at: string; day: string; ref: string; text: string }
}

export type HandOverRow = {
  id: string
  caseId: string
  authorityId: string
  /** As the directory names it now. */
  authorityName: string
  state: HandOverState
  hour: string
  dueDay: string
  answeredDay: string | null
  outcomeId: string | null
  officerId: string
  officerName: string | null
  version: number
}
export type HandOver = HandOverRow & { box: HandOverBox }

/** Working days an authority has to answer, unless an officer says another day. */
export const ANSWER_DAYS = 20
/** Of one case: more were never seen, and each is sealed. */
const CASE_MOST = 50

/** The day by which an answer is asked for when no other is said. */
export async function answerDay({ db, now }: Pick<Desk, 'db' | 'now'>): Promise<string> {
  return dayOf(addWorkingDays(now, ANSWER_DAYS, await findHolidays(db, now)))
}

/** Of one case, oldest first. What they say stays sealed. */
export async function listHandOvers(db: Db, caseId: string): Promise<HandOverRow[]> {
  return (await db.read(`${SELECT} WHERE h.case_id = ? ORDER BY h.hour, h.id LIMIT ${CASE_MOST}`, [caseId])).map(rowOf)
}

/** One of this case, opened. Throws AppError `not_found`. */
export async function requireHandOver(
  { db, keys }: Pick<Desk, 'db' | 'keys'>,
  { id }: Pick<CaseRow, 'id'>,
  handOverId: string,
): Promise<HandOver> {
  const [row] = await db.read(`${SELECT} WHERE h.id = ? AND h.case_id = ?`, [handOverId, id])
  if (!row) throw new AppError('not_found', 'console_hand_overs.gone')
  return { ...rowOf(row), box: await openJson<HandOverBox>(keys, 'hand-over', row.box as Uint8Array, handOverId) }
}

/** Which unit signs a paper of this officer, and under whom it stands. */
export async function findPaperUnit({ db, actor }: Pick<Desk, 'db' | 'actor'>): Promise<PaperUnit> {
  const [row] = await db.read(
    'SELECT u.kind, u.level, u.name, a.name AS above FROM units u LEFT JOIN units a ON a.id = u.parent_id WHERE u.id = ?',
    [actor.unitId],
  )
  if (!row) throw new AppError('not_found', 'desk.unit_gone')
  return { kind: String(row.kind), level: String(row.level), name: String(row.name), above: row.above === null ? null : String(row.above) }
}

export type HandOverDraft = { authorityId: string; dueDay: string; paper: PaperFields; style: PaperStyle }

/** A new draft. Throws AppError `invalid` for an office that is not ready, a day past, or a paper that is not fit to go out. */
export async function draftHandOver(desk: Desk, found: CaseRow, draft: HandOverDraft): Promise<{ id: string; writes: Statement[] }> {
  const { actor, keys, now } = desk
  await demandDraft(desk, found, draft)
  const id = desk.id()
  return {
    id,
    writes: [
      ...stillActing(actor),
      {
        sql: `INSERT INTO hand_overs(id, case_id, authority_id, state, hour, due_day, officer_id, box)
              SELECT ?, id, ?, 'draft', ?, ?, ?, ? FROM cases WHERE id = ? AND state <> 'closed' AND merged_into IS NULL`,
        args: [
          ...[id, draft.authorityId, hourOf(now), draft.dueDay, actor.officerId],
          await seal(keys, id, { paper: draft.paper, style: draft.style }),
          found.id,
        ],
      },
      guard(),
      recordCaseAct(actor, found, 'hand_over.draft', now, { hand_over: id, authority: draft.authorityId }),
    ],
  }
}

/** Other words, another office or day, while it is a draft. */
export async function editHandOver(desk: Desk, found: CaseRow, handOver: HandOver, draft: HandOverDraft): Promise<Statement[]> {
  await demandDraft(desk, found, draft)
  const box = { ...handOver.box, paper: draft.paper, style: draft.style }
  return [
    ...stillActing(desk.actor),
    ...(await changeHandOver(desk, handOver, 'draft', box, ['authority_id = ?, due_day = ?', [draft.authorityId, draft.dueDay]])),
    recordCaseAct(desk.actor, found, 'hand_over.edit', desk.now, { hand_over: handOver.id, authority: draft.authorityId }),
  ]
}

/** A draft that is not needed. */
export function dropHandOver({ actor, now }: Desk, found: CaseRow, { id, version }: HandOverRow): Statement[] {
  demandWork(actor, found)
  return [
    ...stillActing(actor),
    { sql: "DELETE FROM hand_overs WHERE id = ? AND state = 'draft' AND version = ?", args: [id, version] },
    guard(),
    recordCaseAct(actor, found, 'hand_over.drop', now, { hand_over: id }),
  ]
}

/** The hand-over as the officer saw it, or the batch fails. */
export async function changeHandOver(
  { keys }: Desk,
  { id, version }: HandOverRow,
  from: HandOverState,
  box: HandOverBox,
  [set, args]: [sql: string, args: Value[]],
): Promise<Statement[]> {
  return [
    {
      sql: `UPDATE hand_overs SET version = version + 1, box = ?, ${set} WHERE id = ? AND version = ? AND state = ?`,
      args: [await seal(keys, id, box), ...args, id, version, from],
    },
    guard(),
  ]
}

async function demandDraft(desk: Desk, found: CaseRow, { authorityId, dueDay, paper }: HandOverDraft): Promise<void> {
  demandWork(desk.actor, found)
  if (found.mergedInto !== null) throw new AppError('conflict', 'case.merged')
  if (found.state === 'closed') throw new AppError('conflict', 'case.is_closed')
  if (dueDay <= dayOf(desk.now)) throw new AppError('invalid', 'console_hand_overs.due_past')
  await requireChoosable(desk.db, authorityId, found.unitId)
  demandFit(paper)
}

export function demandWork(actor: Desk['actor'], { path }: CaseRow): void {
  if (path === null) demandAtTop(actor, 'case.work')
  else demand(actor, 'case.work', path)
}

const seal = (keys: Keys, id: string, box: HandOverBox) => keys.seal('hand-over', evenJson(box), id)

const SELECT = `SELECT h.*, a.name AS authority_name, o.name AS officer_name FROM hand_overs h
  LEFT JOIN authorities a ON a.id = h.authority_id LEFT JOIN officers o ON o.id = h.officer_id`

function rowOf(row: Row): HandOverRow {
  const text = (value: Value | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: String(row.id),
    caseId: String(row.case_id),
    authorityId: String(row.authority_id),
    authorityName: String(row.authority_name ?? ''),
    state: row.state as HandOverState,
    hour: String(row.hour),
    dueDay: String(row.due_day),
    answeredDay: text(row.answered_day),
    outcomeId: text(row.outcome_id),
    officerId: String(row.officer_id),
    officerName: text(row.officer_name),
    version: Number(row.version),
  }
}
