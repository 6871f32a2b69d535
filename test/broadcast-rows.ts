/**
 * Runs as rows, for tests of what hangs on them: the ledger, erasing, joining, backups. How a run comes about by the
 * officers' hands is what the tests of campaigns play.
 */
import type { Statement } from '../src/chat.ts'

/** A run with nothing in it but what is given. */
export function broadcastRow(id: number, columns: Record<string, string | number | null> = {}): Statement {
  const row = {
    id,
    campaign_id: `k${id}`,
    unit_id: 'u1',
    code: `CODE${String(id).padStart(4, '2')}`,
    word: 'K7M',
    message: '{"topic":null,"purpose":"push"}',
    audience: '{}',
    state: 'scheduled',
    approved_at: 0,
    starts_at: 4e12,
    ...columns,
  }
  const names = Object.keys(row)
  return {
    sql: `INSERT INTO broadcasts(${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    args: Object.values(row),
  }
}

/** One person's row in a run's ledger. */
export function pushRow(run: number, columns: Record<string, string | number | null>): Statement {
  const row = { priority: 1, channel: 'telegram', address_id: 'a', broadcast_id: String(run), due_at: 0, created_at: 0, ...columns }
  const names = Object.keys(row)
  return {
    sql: `INSERT INTO outbox(${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    args: Object.values(row),
  }
}
