/**
 * The log of requests about one's own data (F7), with the legal clock. Who asked is a keyed hash, so that the log can
 * outlive the person's data; what the assistant does at once is asked and done in the same instant.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { answerBy, type RequestKind } from '../src/data-clock.ts'
import { findHolidays } from './holidays.ts'

export type { RequestKind } from '../src/data-clock.ts'

/** A request that this very commit fulfils. */
export async function recordRequest(
  { db, keys }: { db: Db; keys: Keys },
  request: { id: string; contactId: string; kind: RequestKind; now: Date },
): Promise<Statement> {
  const { id, contactId, kind, now } = request
  const at = now.toISOString()
  return {
    sql: 'INSERT INTO data_requests(id, person_tag, kind, asked_at, due_at, done_at) VALUES (?, ?, ?, ?, ?, ?)',
    args: [id, await keys.tag('request', contactId), kind, at, answerBy(now, await findHolidays(db, now)).toISOString(), at],
  }
}
