/**
 * The runs that somebody watches while they go: all of them in two reads, however many watch.
 */
import type { Db } from '../src/chat.ts'
import { listBroadcastsById, type OwnedBroadcast } from './broadcasts.ts'
import type { LedgerCount } from './ledger.ts'

export type WatchedRun = { run: OwnedBroadcast; counts: LedgerCount[] }

/** Those of these runs that are there, with their totals. */
export async function listWatched(db: Db, ids: readonly number[]): Promise<WatchedRun[]> {
  const [runs, rows] = await Promise.all([
    listBroadcastsById(db, ids),
    db.read(
      `SELECT broadcast_id, channel, state, reason, n FROM broadcast_counts WHERE broadcast_id IN (SELECT value FROM json_each(?)) AND n > 0
       ORDER BY broadcast_id, channel, state, reason`,
      [JSON.stringify(ids)],
    ),
  ])
  const watched = new Map<number, WatchedRun>(runs.map((run) => [run.id, { run, counts: [] }]))
  for (const { broadcast_id, channel, state, reason, n } of rows) {
    const count = { channel: String(channel), state: String(state), reason: String(reason), n: Number(n) }
    watched.get(Number(broadcast_id))?.counts.push(count)
  }
  return [...watched.values()]
}
