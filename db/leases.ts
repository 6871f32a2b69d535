/**
 * Leases: one process at a time does a thing (polls a channel), and another takes over when it dies.
 */
import type { Db } from '../src/chat.ts'

/** Takes or renews a lease until `now + forMs` (epoch ms). False when another holder has it. */
export async function takeLease(db: Db, name: string, holder: string, now: number, forMs: number): Promise<boolean> {
  const [rows = []] = await db.write([
    {
      sql: `INSERT INTO leases(name, holder, until) VALUES (?, ?, ?)
            ON CONFLICT(name) DO UPDATE SET holder = excluded.holder, until = excluded.until
            WHERE leases.holder = excluded.holder OR leases.until < ? RETURNING holder`,
      args: [name, holder, now + forMs, now],
    },
  ])
  return rows.length === 1
}

/** That this process serves, for who must know (rotation.ts, `isServing`); renewed each minute. Those of processes long dead go. */
export async function sayServing(db: Db, holder: string, now: number): Promise<void> {
  await takeLease(db, servingOf(holder), holder, now, SERVING_MS)
  await db.write([{ sql: "DELETE FROM leases WHERE name >= 'serving:' AND name < 'serving;' AND until < ?", args: [now - SERVING_MS] }])
}

export const sayStopped = (db: Db, holder: string): Promise<void> => dropLease(db, servingOf(holder), holder)

const servingOf = (holder: string) => `serving:${holder}`
/** Two and a half minutes: one renewal may be missed. */
const SERVING_MS = 150_000

/** Lets go of a lease, if it is still this holder's. */
export async function dropLease(db: Db, name: string, holder: string): Promise<void> {
  await db.write([{ sql: 'DELETE FROM leases WHERE name = ? AND holder = ?', args: [name, holder] }])
}
