/**
 * The whole database as one file, for backups, and what a restored one needs before it serves again.
 */
import type { Db, Statement } from '../src/chat.ts'

/** Writes a consistent copy while others go on writing. The file must not exist yet. File databases only. */
export async function copyInto(db: Db, path: string): Promise<void> {
  await db.read('VACUUM INTO ?', [path])
}

/** True when the file's structure is sound. */
export async function isSound(db: Db): Promise<boolean> {
  const rows = await db.read('PRAGMA quick_check(1)')
  return Object.values(rows[0] ?? {})[0] === 'ok'
}

/**
 * What waited to be sent when the backup was made has probably been sent since: waiting replies are dropped, broadcast
 * rows become unknown, which an officer may ask to send again. Claims of processes long gone end.
 */
export function settleRestored(): Statement[] {
  return [
    { sql: 'DELETE FROM outbox WHERE priority = 0', args: [] },
    {
      sql: `UPDATE outbox SET state = 'unknown', reason = 'restored', lease_until = NULL, lease_by = NULL WHERE state IN ('queued', 'sending')`,
      args: [],
    },
    { sql: 'DELETE FROM leases', args: [] },
  ]
}

/** Moves everything from the write-ahead log into the file itself. */
export async function foldLog(db: Db): Promise<void> {
  await db.read('PRAGMA wal_checkpoint(TRUNCATE)')
}
