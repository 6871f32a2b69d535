/**
 * The pace of each channel, shared by every process on one database: a token bucket, and how long the platform told
 * us to wait.
 */
import type { Db, Statement } from '../src/chat.ts'

/** Takes up to `wanted` tokens of a bucket that fills by `perSecond` and holds one second's worth (at least 1). Returns how many were granted. */
export async function takeTokens(db: Db, channel: string, wanted: number, perSecond: number, now: number): Promise<number> {
  const cap = Math.max(1, perSecond)
  const available = 'min(?, tokens + max(0, ? - at) * ? / 1000.0)'
  const [, rows = []] = await db.write([
    { sql: 'INSERT INTO paces(channel, tokens, at) VALUES (?, ?, ?) ON CONFLICT(channel) DO NOTHING', args: [channel, cap, now] },
    {
      sql: `UPDATE paces SET granted = CAST(min(?, ${available}) AS INTEGER),
              tokens = ${available} - CAST(min(?, ${available}) AS INTEGER), at = max(at, ?)
            WHERE channel = ? AND hold_until <= ? RETURNING granted`,
      args: [wanted, cap, now, perSecond, cap, now, perSecond, wanted, cap, now, perSecond, now, channel, now],
    },
  ])
  return Number(rows[0]?.granted ?? 0)
}

/** Until when this channel waits (epoch ms); 0 when it need not. */
export async function findHold(db: Db, channel: string): Promise<{ until: number; reason: string | null }> {
  const [row] = await db.read('SELECT hold_until, hold_reason FROM paces WHERE channel = ?', [channel])
  return { until: Number(row?.hold_until ?? 0), reason: (row?.hold_reason ?? null) as string | null }
}

/** The whole channel waits until then; a longer wait already known stays. */
export function holdChannel(channel: string, until: number, reason: string): Statement {
  return {
    sql: `INSERT INTO paces(channel, tokens, at, hold_until, hold_reason) VALUES (?, 0, ?, ?, ?)
          ON CONFLICT(channel) DO UPDATE SET hold_until = max(hold_until, excluded.hold_until), hold_reason = excluded.hold_reason`,
    args: [channel, until, until, reason],
  }
}
