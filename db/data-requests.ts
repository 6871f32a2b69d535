/**
 * The log of requests about one's own data (F7), with the legal clock. Who asked is a keyed hash, so that the log can
 * outlive the person's data; what the assistant does at once is asked and done in the same instant.
 */
import type { Keys, Statement } from '../src/chat.ts'
import { addWorkingDays } from '../src/time.ts'

export type RequestKind = 'view' | 'copy' | 'correct' | 'withdraw' | 'erase'

/** Two working days to answer (Decree 356/2025, features §2.4). */
const ANSWER_DAYS = 2

/** A request that this very commit fulfils. */
export async function recordRequest(
  keys: Keys,
  request: { id: string; contactId: string; kind: RequestKind; now: Date },
): Promise<Statement> {
  const { id, contactId, kind, now } = request
  const at = now.toISOString()
  return {
    sql: 'INSERT INTO data_requests(id, person_tag, kind, asked_at, due_at, done_at) VALUES (?, ?, ?, ?, ?, ?)',
    args: [id, await keys.tag('request', contactId), kind, at, addWorkingDays(now, ANSWER_DAYS).toISOString(), at],
  }
}
