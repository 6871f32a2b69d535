/**
 * The thread of a case as its member sees it: what officers asked and told, in its order, nothing between officers. What a
 * member wrote is not shown again: a receipt may have come into other hands (R7).
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { type CaseEvent, eventOf } from './case-events.ts'
import { recordRead } from './notice-outcomes.ts'
import { dropNotices } from './relays.ts'

/** What is for the member, oldest first; of all of it, the newest. @param unseen only what they have not read yet */
export async function listTold(
  db: Db,
  keys: Keys,
  caseId: string,
  { unseen, limit }: { unseen: boolean; limit: number },
): Promise<CaseEvent[]> {
  const rows = await db.read(unseen ? LIST_UNSEEN : LIST_NEWEST, [caseId, limit])
  const events = await Promise.all(rows.map((row) => eventOf(keys, row)))
  return unseen ? events : events.reverse()
}

const COLUMNS = 'e.id, e.place, e.hour, e.kind, e.officer_id, NULL AS officer_name, e.detail, e.box, e.relay, e.seen'
export const LIST_UNSEEN = `SELECT ${COLUMNS} FROM case_events e WHERE e.case_id = ? AND e.relay IS NOT NULL AND e.seen = 0 ORDER BY e.place LIMIT ?`
export const LIST_NEWEST = `SELECT ${COLUMNS} FROM case_events e WHERE e.case_id = ? AND e.relay IS NOT NULL ORDER BY e.place DESC LIMIT ?`

/**
 * They have read these: no notice need be sent for them any more. For officers nothing changes by it, now or later: what was
 * read goes on as if its notice had arrived.
 */
export async function markSeen(keys: Keys, caseId: string, events: readonly CaseEvent[], now: Date): Promise<Statement[]> {
  return [
    {
      sql: `UPDATE case_events SET seen = 1
            WHERE case_id = ? AND place IN (SELECT value FROM json_each(?)) AND relay IS NOT NULL`,
      args: [caseId, JSON.stringify(events.map(({ place }) => place))],
    },
    await dropNotices(keys, [caseId]),
    await recordRead(keys, { caseId, at: now }),
  ]
}

/** What a reason says to a member. */
export async function findSays(db: Db, reasonIds: readonly string[]): Promise<Map<string, { vi: string; en: string }>> {
  if (reasonIds.length === 0) return new Map()
  const rows = await db.read('SELECT id, says_vi, says_en FROM case_reasons WHERE id IN (SELECT value FROM json_each(?))', [
    JSON.stringify(reasonIds),
  ])
  return new Map(rows.map(({ id, says_vi, says_en }) => [String(id), { vi: String(says_vi), en: String(says_en || says_vi) }]))
}
