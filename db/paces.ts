/**
 * The pace of each channel, shared by every process on one database: token buckets, and how long the platform told us to
 * wait. A clock that jumped back is noticed and believed, so that nothing waits until it has caught up.
 */
import type { Db, Statement } from '../src/chat.ts'

/** A time further ahead than this was written before the clock jumped back. */
const JUMP_MS = 60_000

/** Fills by `perSecond` and holds `capacity` at most, which is never below 1. */
export type Bucket = { name: string; perSecond: number; capacity: number }

/** Takes up to `wanted` whole tokens of a bucket; none while its channel is held. Returns how many were granted. @param now epoch ms */
export async function takeTokens(db: Db, { name, perSecond, capacity }: Bucket, wanted: number, now: number): Promise<number> {
  const available = 'min(?, tokens + max(0, ? - at) * ? / 1000.0)'
  const jump = now + JUMP_MS
  const [, rows = []] = await db.write([
    { sql: 'INSERT INTO paces(channel, tokens, at) VALUES (?, ?, ?) ON CONFLICT(channel) DO NOTHING', args: [name, capacity, now] },
    {
      sql: `UPDATE paces SET granted = CAST(min(?, ${available}) AS INTEGER),
              tokens = ${available} - CAST(min(?, ${available}) AS INTEGER), at = iif(at > ?, ?, max(at, ?))
            WHERE channel = ? AND (hold_until <= ? OR held_at > ?) RETURNING granted`,
      args: [
        ...[wanted, capacity, now, perSecond],
        ...[capacity, now, perSecond, wanted, capacity, now, perSecond],
        ...[jump, now, now, name, now, jump],
      ],
    },
  ])
  return Number(rows[0]?.granted ?? 0)
}

/** Puts back tokens that nothing was sent with. */
export function returnTokens({ name, capacity }: Bucket, tokens: number): Statement {
  return { sql: 'UPDATE paces SET tokens = min(?, tokens + ?) WHERE channel = ?', args: [capacity, tokens, name] }
}

/** Until when this channel waits (epoch ms); 0 when it need not. */
export async function findHold(db: Db, channel: string, now: number): Promise<number> {
  const [row] = await db.read('SELECT hold_until, held_at FROM paces WHERE channel = ?', [channel])
  return row && Number(row.held_at) <= now + JUMP_MS ? Number(row.hold_until) : 0
}

/** The whole channel waits until then; a longer wait already known stays. */
export function holdChannel(channel: string, until: number, reason: string, now: number): Statement {
  return {
    sql: `INSERT INTO paces(channel, tokens, at, hold_until, hold_reason, held_at) VALUES (?, 0, ?, ?, ?, ?)
          ON CONFLICT(channel) DO UPDATE SET hold_until = iif(held_at > ?, excluded.hold_until, max(hold_until, excluded.hold_until)),
            hold_reason = excluded.hold_reason, held_at = excluded.held_at`,
    args: [channel, now, until, reason, now, now + JUMP_MS],
  }
}
