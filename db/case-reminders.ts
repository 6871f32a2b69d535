/**
 * What the reminders of the morning and the notices of the minute are made of: open cases that wait for somebody, and those
 * that became urgent since officers were last told. Nothing here names a case to anybody.
 */
import { type CaseState, URGENCY } from '../src/case.ts'
import type { Db, Row, Statement } from '../src/chat.ts'
import type { LateDays } from '../src/working-days.ts'
import type { CaseMark } from './case-desk.ts'
import { guard } from './client.ts'

/** Why an officer is reminded: what is late, by the state it stands in, or that nobody has it. */
export const WHYS = ['late_look', 'late_info', 'late_authority', 'late_result', 'nobody', 'correction', 'withdrawn'] as const
export type Why = (typeof WHYS)[number]

export type WaitingCase = CaseMark & {
  why: Why
  /** Null: nobody who is still at work. */
  officerId: string | null
  path: string | null
  /** Somebody declared a conflict with it. */
  conflicts: boolean
}

const LATE: Record<Exclude<CaseState, 'closed'>, Why> = {
  new: 'late_look',
  reviewing: 'late_look',
  needs_info: 'late_info',
  referred: 'late_authority',
  resolved: 'late_result',
}

/** Late ones and those of nobody, a page in the order of the queue. @param after the last one seen */
export async function listWaitingCases(
  db: Db,
  { today, line }: LateDays,
  { after, limit }: { after: CaseMark | undefined; limit: number },
): Promise<WaitingCase[]> {
  const rows = await db.read(
    `SELECT c.id, c.rank, c.due_day, c.state, o.id AS officer_id, u.path,
       EXISTS (SELECT 1 FROM case_conflicts x WHERE x.case_id = c.id) AS conflicts
     FROM cases c INDEXED BY cases_queue LEFT JOIN officers o ON o.id = c.assignee_id AND o.active = 1 LEFT JOIN units u ON u.id = c.unit_id
     WHERE c.state <> 'closed' AND c.merged_into IS NULL AND c.spam = 0 AND (c.rank, c.due_day, c.id) > (?, ?, ?)
       AND (o.id IS NULL OR (c.due_day <> '' AND c.due_day < iif(c.rank < ${URGENCY.normal}, ?, ?)))
     ORDER BY c.rank, c.due_day, c.id LIMIT ?`,
    [after?.rank ?? -1, after?.dueDay ?? '', after?.id ?? '', today, line, limit],
  )
  return rows.map((row) => ({
    ...markOf(row),
    why: row.officer_id === null ? 'nobody' : LATE[row.state as Exclude<CaseState, 'closed'>],
    officerId: row.officer_id === null ? null : String(row.officer_id),
    path: row.path === null ? null : String(row.path),
    conflicts: row.conflicts === 1,
  }))
}

/**
 * Taken back by their members between two hours, for whoever had them. Of each it is told once: the hours of one morning begin
 * where those of the one before ended.
 */
export async function listTakenBack(
  db: Db,
  { from, until, after, limit }: { from: string; until: string; after: string; limit: number },
): Promise<Array<Pick<WaitingCase, 'id' | 'officerId' | 'path'>>> {
  const rows = await db.read(
    `SELECT c.id, o.id AS officer_id, u.path FROM cases c INDEXED BY cases_gone
     LEFT JOIN officers o ON o.id = c.assignee_id AND o.active = 1 LEFT JOIN units u ON u.id = c.unit_id
     WHERE c.gone IS NOT NULL AND c.gone <> 'removed' AND c.gone_hour >= ? AND c.gone_hour < ? AND c.id > ? ORDER BY c.id LIMIT ?`,
    [from, until, after, limit],
  )
  return rows.map(({ id, officer_id, path }) => ({
    id: String(id),
    officerId: officer_id === null ? null : String(officer_id),
    path: path === null ? null : String(path),
  }))
}

export type UntoldCase = Pick<WaitingCase, 'id' | 'rank' | 'officerId' | 'path'>

/** Cases more urgent than officers were told. */
export async function listUntold(db: Db, limit: number): Promise<UntoldCase[]> {
  const rows = await db.read(
    `SELECT c.id, c.rank, c.due_day, o.id AS officer_id, u.path FROM cases c INDEXED BY cases_untold
     LEFT JOIN officers o ON o.id = c.assignee_id AND o.active = 1 LEFT JOIN units u ON u.id = c.unit_id
     WHERE c.rank < c.told_rank AND c.state <> 'closed' AND c.merged_into IS NULL AND c.spam = 0 ORDER BY c.id LIMIT ?`,
    [limit],
  )
  return rows.map((row) => ({
    ...markOf(row),
    officerId: row.officer_id === null ? null : String(row.officer_id),
    path: row.path === null ? null : String(row.path),
  }))
}

/** Officers are told of these in the same commit; of two processes one does it. */
export function markTold(cases: readonly Pick<UntoldCase, 'id' | 'rank'>[]): Statement[] {
  return cases.flatMap(({ id, rank }) => [
    { sql: 'UPDATE cases SET told_rank = ? WHERE id = ? AND told_rank > ?', args: [rank, id, rank] },
    guard(),
  ])
}

export const isThreatened = ({ rank }: Pick<UntoldCase, 'rank'>): boolean => rank === URGENCY.threatened

const markOf = (row: Row): CaseMark => ({ id: String(row.id), rank: Number(row.rank), dueDay: String(row.due_day) })
