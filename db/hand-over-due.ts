/**
 * What officers are reminded of besides the due day of a case: papers an authority should have answered by now (F33), and
 * results that have to be taken back (R5).
 */
import type { CaseState } from '../src/case.ts'
import type { Db, Row } from '../src/chat.ts'

export type Overdue = {
  /** Of the paper or the decision. */
  id: string
  caseId: string
  /** `PA-2611-7K3Q` */
  number: string
  state: CaseState
  /** Whose case it is; null: nobody who is still at work. */
  officerId: string | null
  path: string | null
  dueDay: string
}
type Mark = Pick<Overdue, 'dueDay' | 'id'>

/** Papers due before this day and still unanswered, longest first. @param after the last one seen */
export async function listOverdueHandOvers(
  db: Db,
  { day, after, limit }: { day: string; after?: Mark | undefined; limit: number },
): Promise<Overdue[]> {
  return (await db.read(LIST_OVERDUE, [day, after?.dueDay ?? '', after?.id ?? '', limit])).map(overdueOf)
}

/** Decisions that somebody wants taken back, whatever the day. @param after the last one seen */
export async function listDueCorrections(db: Db, { after, limit }: { after?: Mark | undefined; limit: number }): Promise<Overdue[]> {
  return (await db.read(LIST_CORRECTIONS, [after?.dueDay ?? '', after?.id ?? '', limit])).map(overdueOf)
}

const OF_CASE = `CROSS JOIN cases c ON c.id = x.case_id LEFT JOIN officers o ON o.id = c.assignee_id AND o.active = 1
  LEFT JOIN units u ON u.id = c.unit_id`
const COLUMNS = 'x.id, x.case_id, x.due_day, c.number, c.state, o.id AS officer_id, u.path'

export const LIST_OVERDUE = `SELECT ${COLUMNS} FROM hand_overs x INDEXED BY hand_overs_due ${OF_CASE}
  WHERE x.state = 'sent' AND x.due_day < ? AND (x.due_day, x.id) > (?, ?) AND c.state <> 'closed' ORDER BY x.due_day, x.id LIMIT ?`

export const LIST_CORRECTIONS = `SELECT ${COLUMNS} FROM decisions x INDEXED BY decisions_correcting ${OF_CASE}
  WHERE x.due_day IS NOT NULL AND (x.due_day, x.id) > (?, ?) ORDER BY x.due_day, x.id LIMIT ?`

function overdueOf(row: Row): Overdue {
  return {
    id: String(row.id),
    caseId: String(row.case_id),
    number: String(row.number),
    state: row.state as CaseState,
    officerId: row.officer_id === null ? null : String(row.officer_id),
    path: row.path === null ? null : String(row.path),
    dueDay: String(row.due_day),
  }
}
