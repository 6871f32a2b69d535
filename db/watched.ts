/**
 * The runs that somebody watches while they go: all of them in two reads, however many watch.
 */
import type { Db } from '../src/chat.ts'
import { listBroadcastsById, type OwnedBroadcast } from './broadcasts.ts'
import { type LedgerCount, listCountsOf } from './ledger-counts.ts'
import { subtreeOf } from './units.ts'

export type WatchedRun = { run: OwnedBroadcast; counts: LedgerCount[] }

/** Those of these runs that are there, with their totals. */
export async function listWatched(db: Db, ids: readonly number[]): Promise<WatchedRun[]> {
  const [runs, counts] = await Promise.all([listBroadcastsById(db, ids), listCountsOf(db, ids)])
  return runs.map((run) => ({ run, counts: counts.get(run.id) ?? [] }))
}

/** Runs at and below these paths that are not over, newest first. */
export async function listUnderWay(db: Db, paths: readonly string[], limit: number): Promise<WatchedRun[]> {
  if (paths.length === 0) return []
  const rows = await db.read(
    `SELECT b.id FROM broadcasts b INDEXED BY broadcasts_state JOIN units u ON u.id = b.unit_id
     WHERE b.state IN ('preparing', 'scheduled', 'sending', 'paused', 'cancelling')
       AND (${paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')}) ORDER BY b.id DESC LIMIT ?`,
    [...paths.flatMap((path) => subtreeOf(path)), limit],
  )
  const ids = rows.map(({ id }) => Number(id))
  return (await listWatched(db, ids)).sort((a, b) => b.run.id - a.run.id)
}
