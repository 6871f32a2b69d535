/**
 * Whom a case's officers speak to: the member of the case itself and the members of those merged into it, each in the
 * thread of their own case. What is said to one is said to all, because all told of one thing; none hears of the others.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { addEvent, type NewEvent } from './case-events.ts'

/** Cases that one case may stand for, itself included: what is told to all of them is one commit. */
export const GROUP_MOST = 40

/** The case's main one, then those merged into it. Of a case that is not there: nothing. */
export async function audienceOf(db: Db, caseId: string): Promise<string[]> {
  const [found] = await db.read('SELECT coalesce(merged_into, id) AS main FROM cases WHERE id = ?', [caseId])
  if (!found) return []
  return [String(found.main), ...(await listMerged(db, String(found.main)))]
}

/** Ids of those merged into this one. */
export async function listMerged(db: Db, mainId: string): Promise<string[]> {
  const rows = await db.read(`SELECT id FROM cases WHERE merged_into = ? ORDER BY id LIMIT ${GROUP_MOST}`, [mainId])
  return rows.map(({ id }) => String(id))
}

/**
 * What an officer tells or asks the member of a main case, again in the thread of each merged one. Part of the commit in
 * which the main case's version was raised: a merge that came between fails it.
 */
export async function tellMerged(
  { db, keys, id }: { db: Db; keys: Keys; id(): string },
  mainId: string,
  event: Omit<NewEvent, 'id' | 'caseId'>,
): Promise<Statement[]> {
  const merged = await listMerged(db, mainId)
  if (merged.length === 0) return []
  const events = merged.map((caseId) => addEvent(keys, { ...event, id: id(), caseId }))
  return [{ sql: 'UPDATE cases SET version = version + 1 WHERE merged_into = ?', args: [mainId] }, ...(await Promise.all(events))]
}
