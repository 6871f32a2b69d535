/**
 * Who held which seat when (F55): the present period stands on the officer's row, the ones that are over here. Written
 * with whatever ends a period, never changed.
 */
import type { Db, Row, Statement, Value } from '../src/chat.ts'
import type { Role, Title } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'

export type EndReason = 'roles' | 'seat' | 'left'
export type Term = {
  id: number
  officerId: string
  officerName: string
  unitId: string
  unitName: string | null
  title: Title | null
  roles: Role[]
  area: string | null
  fromDay: string
  toDay: string
  why: EndReason
}

/** The period that ends now; before the statement that changes the row. */
export function endTerm(officerId: string, why: EndReason, now: Date): Statement {
  return {
    sql: `INSERT INTO officer_terms(officer_id, unit_id, title, roles, area, from_day, to_day, why)
          SELECT id, unit_id, title, roles, area, coalesce(since_day, substr(created_at, 1, 10)), ?, ? FROM officers WHERE id = ? AND active = 1`,
    args: [dayOf(now), why, officerId],
  }
}

/** Periods that are over, at one unit or of one officer, newest first. @param before id of the last one seen; 0 at first */
export async function listTerms(
  db: Db,
  {
    unitId,
    officerId,
    before,
    limit,
  }: ({ unitId: string; officerId?: never } | { officerId: string; unitId?: never }) & { before: number; limit: number },
): Promise<Term[]> {
  const rows = await db.read(
    `SELECT t.*, o.name AS officer_name, u.name AS unit_name FROM officer_terms t JOIN officers o ON o.id = t.officer_id
     LEFT JOIN units u ON u.id = t.unit_id WHERE ${unitId === undefined ? 't.officer_id' : 't.unit_id'} = ? AND t.id < ? ORDER BY t.id DESC LIMIT ?`,
    [unitId ?? officerId, before || Number.MAX_SAFE_INTEGER, limit],
  )
  return rows.map(termOf)
}

function termOf(row: Row): Term {
  const text = (value: Value | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: Number(row.id),
    officerId: String(row.officer_id),
    officerName: String(row.officer_name),
    unitId: String(row.unit_id),
    unitName: text(row.unit_name),
    title: row.title as Title | null,
    roles: JSON.parse(String(row.roles)) as Role[],
    area: text(row.area),
    fromDay: String(row.from_day),
    toDay: String(row.to_day),
    why: row.why as EndReason,
  }
}
