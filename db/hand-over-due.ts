/**
 * Hand-overs that should have been answered by now: what reminders of officers are made of.
 */
import type { Db } from '../src/chat.ts'

export type OverdueHandOver = {
  id: string
  caseId: string
  /** `PA-2611-7K3Q` */
  number: string
  /** Null: of whoever runs the deployment. */
  unitId: string | null
  assigneeId: string | null
  authorityName: string
  dueDay: string
}

/** Due before this day and still unanswered, longest first. @param after the last one seen */
export async function listOverdueHandOvers(
  db: Db,
  { day, after, limit }: { day: string; after?: Pick<OverdueHandOver, 'dueDay' | 'id'> | undefined; limit: number },
): Promise<OverdueHandOver[]> {
  const rows = await db.read(LIST_OVERDUE, [day, after?.dueDay ?? '', after?.id ?? '', limit])
  return rows.map((row) => ({
    id: String(row.id),
    caseId: String(row.case_id),
    number: String(row.number),
    unitId: row.unit_id === null ? null : String(row.unit_id),
    assigneeId: row.assignee_id === null ? null : String(row.assignee_id),
    authorityName: String(row.authority_name ?? ''),
    dueDay: String(row.due_day),
  }))
}

export const LIST_OVERDUE = `SELECT h.id, h.case_id, h.due_day, c.number, c.unit_id, c.assignee_id, a.name AS authority_name
  FROM hand_overs h INDEXED BY hand_overs_due CROSS JOIN cases c ON c.id = h.case_id LEFT JOIN authorities a ON a.id = h.authority_id
  WHERE h.state = 'sent' AND h.due_day < ? AND (h.due_day, h.id) > (?, ?) AND c.state <> 'closed' ORDER BY h.due_day, h.id LIMIT ?`
