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
export async function takeTokens(db: Db, bucket: Bucket, wanted: number, now: number): Promise<number> {
  const results = await db.write(grantTokens(bucket, wanted, now))
  return Number(results[1]?.[0]?.granted ?? 0)
}

/** Ms until a bucket holds a whole token; 0 when it does, or when only taking one tells (a clock that jumped back). @param now epoch ms */
export async function findTokenWait(db: Db, { name, perSecond, capacity }: Bucket, now: number): Promise<number> {
  const [row] = await db.read('SELECT tokens, at FROM paces WHERE channel = ?', [name])
  if (!row || Number(row.at) > now + JUMP_MS) return 0
  const held = Math.min(capacity, Number(row.tokens) + (Math.max(0, now - Number(row.at)) * perSecond) / 1000)
  return held >= 1 ? 0 : Math.ceil(((1 - held) * 1000) / perSecond)
}

/**
 * The same as statements of a larger batch: what was granted stands in the bucket's row (`grantedOf`) for those that follow.
 * @param wanted a number, or another bucket: as much as that one granted
 */
export function grantTokens({ name, perSecond, capacity }: Bucket, wanted: number | Bucket, now: number): Statement[] {
  const most = typeof wanted === 'number' ? '?6' : '(SELECT granted FROM paces WHERE channel = ?6)'
  const available = 'min(?2, tokens + max(0, ?3 - at) * ?4 / 1000.0)'
  const grant = `iif(hold_until > ?3 AND held_at <= ?5, 0, CAST(min(${most}, ${available}) AS INTEGER))`
  return [
    { sql: 'INSERT INTO paces(channel, tokens, at) VALUES (?, ?, ?) ON CONFLICT(channel) DO NOTHING', args: [name, capacity, now] },
    {
      sql: `UPDATE paces SET granted = ${grant}, tokens = ${available} - ${grant}, at = iif(at > ?5, ?3, max(at, ?3))
            WHERE channel = ?1 RETURNING granted`,
      args: [name, capacity, now, perSecond, now + JUMP_MS, typeof wanted === 'number' ? wanted : wanted.name],
    },
  ]
}

/** In SQL: what the bucket granted last. */
export const grantedOf = '(SELECT granted FROM paces WHERE channel = ?)'

/** Puts back what was granted but not used by the statement right before this one, into each of these buckets. */
export function returnUnused(buckets: readonly Bucket[]): Statement {
  return {
    sql: `UPDATE paces SET tokens = tokens + max(0, granted - changes()), granted = min(granted, changes())
          WHERE channel IN (SELECT value FROM json_each(?))`,
    args: [JSON.stringify(buckets.map(({ name }) => name))],
  }
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
