/**
 * Ủy quyền as it is read: which of one officer's roles another one has, until when. Lending and ending stand with the
 * officers whose rights they change (db/officers.ts).
 */
import type { Db } from '../src/chat.ts'
import type { Role } from '../src/rights.ts'

export type Delegation = {
  id: string
  officerName: string
  lenderName: string
  roles: Role[]
  fromDay: string
  untilDay: string
}

/** Delegations that hold on this day or later, a page by id. */
export async function listDelegations(db: Db, { day, after, limit }: { day: string; after: string; limit: number }): Promise<Delegation[]> {
  const rows = await db.read(
    `SELECT d.id, o.name AS officer, l.name AS lender, d.roles, d.from_day, d.until_day FROM delegations d
     JOIN officers o ON o.id = d.officer_id JOIN officers l ON l.id = d.lender_id
     WHERE d.id > ? AND d.ended_at IS NULL AND d.until_day >= ? ORDER BY d.id LIMIT ?`,
    [after, day, limit],
  )
  return rows.map((row) => ({
    id: String(row.id),
    officerName: String(row.officer),
    lenderName: String(row.lender),
    roles: JSON.parse(String(row.roles)) as Role[],
    fromDay: String(row.from_day),
    untilDay: String(row.until_day),
  }))
}

/** A delegation that was not ended, with its lender's unit. */
export async function findDelegation(db: Db, id: string): Promise<{ id: string; unitId: string } | undefined> {
  const [row] = await db.read(
    'SELECT d.id, l.unit_id FROM delegations d JOIN officers l ON l.id = d.lender_id WHERE d.id = ? AND d.ended_at IS NULL',
    [id],
  )
  return row && { id: String(row.id), unitId: String(row.unit_id) }
}
