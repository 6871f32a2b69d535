/**
 * People who work the desk. An officer who leaves stays as a row, because what they did keeps its author; only the
 * binding to their chat account ends.
 */
import type { Db, Statement } from '../src/chat.ts'

export const ROLES = ['viewer', 'editor', 'approver', 'case', 'welfare', 'data', 'admin'] as const
export type Role = (typeof ROLES)[number]

export type Officer = { id: string; name: string; unitId: string; unitName: string | null; roles: Role[]; active: boolean; bound: boolean }

/** Makes an officer of this unit. */
export function addOfficer(officer: { id: string; name: string; unitId: string; roles: readonly Role[]; now: Date }): Statement {
  const { id, name, unitId, roles, now } = officer
  return {
    sql: 'INSERT INTO officers(id, name, unit_id, roles, created_at) VALUES (?, ?, ?, ?, ?)',
    args: [id, name, unitId, JSON.stringify(roles), now.toISOString()],
  }
}

/** A page by id, those who left too. `after` is the id of the last one seen. */
export async function listOfficers(db: Db, { after, limit }: { after: string; limit: number }): Promise<Officer[]> {
  const rows = await db.read(
    `SELECT o.id, o.name, o.unit_id, u.name AS unit_name, o.roles, o.active, o.contact_id IS NOT NULL AS bound
     FROM officers o LEFT JOIN units u ON u.id = o.unit_id WHERE o.id > ? ORDER BY o.id LIMIT ?`,
    [after, limit],
  )
  return rows.map((row) => ({
    id: String(row.id),
    name: String(row.name),
    unitId: String(row.unit_id),
    unitName: row.unit_name === null ? null : String(row.unit_name),
    roles: JSON.parse(String(row.roles)) as Role[],
    active: row.active === 1,
    bound: row.bound === 1,
  }))
}

/** Ends an officer's work; returns a row only when they were active. */
export function dismissOfficer(id: string): Statement {
  return { sql: 'UPDATE officers SET active = 0, contact_id = NULL WHERE id = ? AND active = 1 RETURNING name', args: [id] }
}
