/**
 * The runs that somebody watches while they go: all of them in two reads, however many watch.
 */
import type { Db } from '../src/chat.ts'
import { listBroadcastsById, type OwnedBroadcast } from './broadcasts.ts'
import { type LedgerCount, listCountsOf } from './ledger-counts.ts'

export type WatchedRun = { run: OwnedBroadcast; counts: LedgerCount[] }

/** Those of these runs that are there, with their totals. */
export async function listWatched(db: Db, ids: readonly number[]): Promise<WatchedRun[]> {
  const [runs, counts] = await Promise.all([listBroadcastsById(db, ids), listCountsOf(db, ids)])
  return runs.map((run) => ({ run, counts: counts.get(run.id) ?? [] }))
}
