/**
 * What became of the people of a run, as totals: read from the rows that the triggers of the ledger keep, never counted.
 */
import type { Db } from '../src/chat.ts'

export type LedgerCount = { channel: string; state: string; reason: string; n: number }

/** What became of whom in a run, as totals; those that failed, were skipped or are unknown by reason. */
export async function listCounts(db: Db, broadcastId: number): Promise<LedgerCount[]> {
  return (await listCountsOf(db, [broadcastId])).get(broadcastId) ?? []
}

/** The same of several runs in one read; a run without people has an empty list. */
export async function listCountsOf(db: Db, ids: readonly number[]): Promise<Map<number, LedgerCount[]>> {
  const these = 'broadcast_id IN (SELECT value FROM json_each(?1))'
  const rows = await db.read(
    `SELECT broadcast_id, channel, state, '' AS reason, n FROM (
       SELECT broadcast_id, channel, 'queued' AS state, queued AS n FROM broadcast_totals WHERE ${these}
       UNION ALL SELECT broadcast_id, channel, 'sending', sending FROM broadcast_totals WHERE ${these}
       UNION ALL SELECT broadcast_id, channel, 'sent', sent FROM broadcast_totals WHERE ${these}) WHERE n > 0
     UNION ALL SELECT broadcast_id, channel, state, reason, n FROM broadcast_reasons WHERE ${these} AND n > 0
     ORDER BY broadcast_id, channel, state, reason`,
    [JSON.stringify(ids)],
  )
  const counts = new Map<number, LedgerCount[]>(ids.map((id) => [id, []]))
  for (const { broadcast_id, channel, state, reason, n } of rows)
    counts.get(Number(broadcast_id))?.push({ channel: String(channel), state: String(state), reason: String(reason), n: Number(n) })
  return counts
}

/** Somebody waits or is being sent to. Lines of the web page that nobody has fetched yet hold nothing up. */
export const isUnderWay = (counts: LedgerCount[]): boolean =>
  counts.some(({ state, channel }) => state === 'queued' || (state === 'sending' && channel !== 'web'))

/** People in all: what the sums always add up to. */
export const totalOf = (counts: LedgerCount[]): number => counts.reduce((sum, { n }) => sum + n, 0)

/** Sum of one state. */
export const countOf = (counts: LedgerCount[], state: string): number =>
  counts.reduce((sum, count) => sum + (count.state === state ? count.n : 0), 0)
