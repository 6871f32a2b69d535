/**
 * Health of channels for officers: what each platform last said of us, what waits, what the platform told us to wait for.
 * Queues are looked at along their index up to a limit, never counted.
 */
import type { ChannelCheck, Db, Statement } from '../src/chat.ts'
import { dayOf } from '../src/time.ts'

/** Replies looked at: more is "hơn 1.000". */
export const QUEUE_MOST = 1_000

export type ChannelHealth = {
  channel: string
  /** When it was last asked, and what it said. */
  asked: (ChannelCheck & { at: Date }) | null
  /** Until when the platform told us to wait, and why. */
  held: { until: Date; reason: string } | null
  /** Replies that are due and not sent, QUEUE_MOST + 1 at most; since when the oldest waits. */
  replies: number
  oldest: Date | null
  /** People of runs under way who have not got theirs. */
  pushes: number
  /** Messages of today. */
  sent: number
  failed: number
}

export async function listHealth(db: Db, channels: readonly string[], now: Date): Promise<ChannelHealth[]> {
  const names = JSON.stringify(channels)
  const at = now.getTime()
  const [asked, queues, holds, pushes, tallies] = await Promise.all([
    db.read('SELECT * FROM channel_health WHERE channel IN (SELECT value FROM json_each(?))', [names]),
    db.read(
      `SELECT j.value AS channel,
         (SELECT count(*) FROM (SELECT 1 FROM outbox o INDEXED BY outbox_due WHERE o.channel = j.value AND o.state = 'queued' AND o.priority = 0
            AND o.due_at <= ?1 LIMIT ${QUEUE_MOST + 1})) AS replies,
         (SELECT min(o.due_at) FROM outbox o INDEXED BY outbox_due WHERE o.channel = j.value AND o.state = 'queued' AND o.priority = 0
            AND o.due_at <= ?1) AS oldest
       FROM json_each(?2) j`,
      [at, names],
    ),
    db.read('SELECT channel, hold_until, hold_reason FROM paces WHERE channel IN (SELECT value FROM json_each(?)) AND hold_until > ?', [
      names,
      at,
    ]),
    db.read(
      `SELECT t.channel, sum(t.queued) AS n FROM broadcasts b CROSS JOIN broadcast_totals t ON t.broadcast_id = b.id
       WHERE b.state IN ('preparing', 'scheduled', 'sending', 'paused', 'cancelling') GROUP BY t.channel`,
    ),
    db.read(
      `SELECT channel, sum(iif(what IN ('sent', 'push_sent'), total, 0)) AS sent, sum(iif(what IN ('failed', 'push_failed'), total, 0)) AS failed
       FROM tallies WHERE day = ? GROUP BY channel`,
      [dayOf(now)],
    ),
  ])
  const of = (rows: typeof asked, channel: string) => rows.find((row) => row.channel === channel)
  return channels.map((channel) => {
    const said = of(asked, channel)
    const queue = of(queues, channel)
    const hold = of(holds, channel)
    return {
      channel,
      asked: said ? { ...(JSON.parse(String(said.detail)) as ChannelCheck), at: new Date(String(said.asked_at)) } : null,
      held: hold ? { until: new Date(Number(hold.hold_until)), reason: String(hold.hold_reason ?? '') } : null,
      replies: Number(queue?.replies ?? 0),
      oldest: queue?.oldest == null ? null : new Date(Number(queue.oldest)),
      pushes: Number(of(pushes, channel)?.n ?? 0),
      sent: Number(of(tallies, channel)?.sent ?? 0),
      failed: Number(of(tallies, channel)?.failed ?? 0),
    }
  })
}

/** What a channel said when it was asked. */
export function recordCheck(channel: string, check: ChannelCheck, now: Date): Statement {
  return {
    sql: `INSERT INTO channel_health(channel, asked_at, ok, detail) VALUES (?, ?, ?, ?)
          ON CONFLICT(channel) DO UPDATE SET asked_at = excluded.asked_at, ok = excluded.ok, detail = excluded.detail`,
    args: [
      channel,
      now.toISOString(),
      Number(check.token && check.webhook !== 'missing' && check.webhook !== 'elsewhere'),
      JSON.stringify(check),
    ],
  }
}
