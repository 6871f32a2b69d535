/**
 * When each recurring job ran last: what lets a missed job be caught up, and lets only one of several processes run it.
 */
import type { Db } from '../src/chat.ts'

/** Takes the run of `slot` (ISO instant). False when this slot, or a later one, was taken already. */
export async function claimRun(db: Db, job: string, slot: string): Promise<boolean> {
  const [rows = []] = await db.write([
    {
      sql: 'INSERT INTO runs(job, ran_at) VALUES (?, ?) ON CONFLICT(job) DO UPDATE SET ran_at = excluded.ran_at WHERE ran_at < excluded.ran_at RETURNING job',
      args: [job, slot],
    },
  ])
  return rows.length === 1
}

/** Last run of every job. */
export async function listRuns(db: Db): Promise<Map<string, string>> {
  const rows = await db.read('SELECT job, ran_at FROM runs')
  return new Map(rows.map((row) => [String(row.job), String(row.ran_at)]))
}
