/**
 * What happens to the ledger when a person is erased or joined to another account, and when it has been kept long enough:
 * the totals stay, whose row it was does not.
 */
import type { Db, Statement } from '../src/chat.ts'

/** Erasing a person: what waits, also for their page, is skipped; every row forgets whose it was. Looked for in the runs whose ledger still names people. */
export function forgetPushes(contactId: string): Statement[] {
  const theirs = `id IN (SELECT o.id FROM broadcasts b CROSS JOIN outbox o ON o.priority = 1 AND o.broadcast_id = CAST(b.id AS TEXT) AND o.contact_id = ?
    WHERE b.forgotten_at IS NULL)`
  return [
    {
      sql: `UPDATE outbox SET state = 'skipped', reason = 'erased', settled_at = NULL, lease_until = NULL, lease_by = NULL
            WHERE (state = 'queued' OR state = 'sending' AND lease_by = 'web') AND ${theirs}`,
      args: [contactId],
    },
    { sql: `UPDATE outbox SET address_id = '', contact_id = NULL, recipient = NULL WHERE ${theirs}`, args: [contactId] },
    { sql: 'DELETE FROM push_counts WHERE contact_id = ?', args: [contactId] },
  ]
}

/** Two accounts become one person: nobody gets one broadcast twice, and the week's pushes add up. */
export function joinPushes(to: string, from: string): Statement[] {
  const live = `SELECT id FROM broadcasts WHERE state IN ('preparing', 'scheduled', 'sending', 'paused', 'cancelling')`
  const both = `EXISTS (SELECT 1 FROM outbox t WHERE t.priority = 1 AND t.broadcast_id = outbox.broadcast_id AND t.contact_id = ?)`
  const theirs = `id IN (SELECT o.id FROM broadcasts b CROSS JOIN outbox o ON o.priority = 1 AND o.broadcast_id = CAST(b.id AS TEXT) AND o.contact_id = ?`
  return [
    {
      sql: `UPDATE outbox SET state = 'skipped', reason = 'linked' WHERE state = 'queued' AND ${theirs} WHERE b.id IN (${live})) AND ${both}`,
      args: [from, to],
    },
    { sql: `UPDATE outbox SET contact_id = iif(${both}, NULL, ?) WHERE ${theirs} WHERE b.forgotten_at IS NULL)`, args: [to, to, from] },
    {
      sql: `INSERT INTO push_counts(contact_id, week, n) SELECT ?, week, n FROM push_counts WHERE contact_id = ?
            ON CONFLICT(contact_id) DO UPDATE SET n = iif(week = excluded.week, n + excluded.n, iif(week > excluded.week, n, excluded.n)),
              week = max(week, excluded.week)`,
      args: [to, from],
    },
    { sql: 'DELETE FROM push_counts WHERE contact_id = ?', args: [from] },
  ]
}

// ---- letting go -------------------------------------------------------------------------------------------------

/** How long it is known who got a broadcast, after it ended; then only how many. */
export const LEDGER_DAYS = 30

/** Ended runs whose ledger still names people, oldest first. */
export async function listForgettable(db: Db, endedBefore: number): Promise<Array<{ id: number; people: number }>> {
  const rows = await db.read(
    `SELECT b.id, (SELECT total(queued + sending + sent + failed + unknown + skipped) FROM broadcast_totals t WHERE t.broadcast_id = b.id) AS n FROM broadcasts b
     WHERE b.ended_at < ? AND b.forgotten_at IS NULL ORDER BY b.ended_at LIMIT 500`,
    [endedBefore],
  )
  return rows.map(({ id, n }) => ({ id: Number(id), people: Number(n) }))
}

/** Up to 500 rows of a run; returns one for each. */
export function dropLedger(id: number): Statement {
  return {
    sql: 'DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE priority = 1 AND broadcast_id = ? LIMIT 500) RETURNING 1 AS gone',
    args: [String(id)],
  }
}

/** Its totals stay. */
export function markForgotten(id: number, now: number): Statement {
  return { sql: 'UPDATE broadcasts SET forgotten_at = ? WHERE id = ?', args: [now, id] }
}
