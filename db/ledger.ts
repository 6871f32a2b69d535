/**
 * The ledger: one outbox row a person and broadcast, from queued to its outcome. A row is `sending` in the database before
 * anything leaves, so that after a crash it is known whose outcome is not; such a row is `unknown` and never sent again
 * by itself. Totals follow by triggers, whatever changes a row; a statement that moves a row into or out of failed, unknown
 * or skipped sets its reason too (migrations 0006, 0008).
 */
import type { Db, Locale, Statement } from '../src/chat.ts'
import type { Broadcast } from './broadcasts.ts'
import { type Bucket, grantedOf, grantTokens, returnUnused } from './paces.ts'

/** A person a message is about to leave for, and what must hold for it at this moment. */
export type ClaimedPush = {
  id: number
  /** The claim it was taken by: what is recorded of it counts only while it stands. */
  claim: string
  addressId: string
  contactId: string | null
  /** The person's id on the channel; null when they were erased. */
  native: string | null
  locale: Locale
  attempts: number
  part: number
  /** Still agreed to, of age, wants the topic. */
  wanted: boolean
  /** Epoch ms of their last word; 0 where the channel has no window. */
  seenAt: number
  /** This one is more than the week allows. */
  overCap: boolean
}

export type Settled = 'failed' | 'unknown' | 'skipped'

/** How long a claimed row is ours: longer than any send may take. */
export const PUSH_LEASE_MS = 90_000

/** Does this run have somebody to send to on this channel now? */
export async function hasPushDue(db: Db, broadcastId: number, channel: string, now: number): Promise<boolean> {
  const rows = await db.read(
    `SELECT 1 AS due FROM outbox WHERE state = 'queued' AND priority = 1 AND broadcast_id = ? AND channel = ? AND due_at <= ? LIMIT 1`,
    [String(broadcastId), channel, now],
  )
  return rows.length > 0
}

export type PushClaim = {
  channel: string
  /** The claim's own name, never the same twice. */
  by: string
  /** Until when it is ours, in epoch ms. */
  lease: number
  now: number
  most: number
  /** What it takes from, the channel's whole bucket last. */
  buckets: readonly [Bucket, ...Bucket[]]
  /** The Monday of this week, and how many pushes it allows a person. */
  week: string
  cap: number
  /** This channel asks when a person wrote last. */
  windowed: boolean
}

/**
 * Takes people of a run, as many as the channel's buckets grant, and reserves one push of their week, in one batch that an
 * emergency stop, a pause or the end of the run makes empty. What became of earlier ones goes into the same batch, because
 * a commit to the disk costs as much as a hundred rows. `granted`: how many could have been taken.
 */
export async function claimPushes(
  db: Db,
  run: Pick<Broadcast, 'id' | 'message'>,
  claim: PushClaim,
  before: Statement[] = [],
): Promise<{ granted: number; rows: ClaimedPush[] }> {
  const { channel, by, lease, now, most, buckets, week, cap, windowed } = claim
  const { topic, purpose } = run.message
  const grants = buckets.flatMap((bucket, i) => grantTokens(bucket, buckets[i - 1] ?? most, now))
  const last = buckets[buckets.length - 1] ?? buckets[0]
  // Without a window the address is read from its index alone.
  const place = windowed ? 'json_array(a.native, a.in_at)' : 'a.native'
  const off = topic === null ? '0' : 'EXISTS (SELECT 1 FROM topic_stops s WHERE s.contact_id = c.id AND s.topic = ?)'
  const results = await db.write([
    ...before,
    ...grants,
    {
      sql: `UPDATE outbox SET state = 'sending', lease_until = ?, lease_by = ?, attempts = attempts + 1
            WHERE id IN (SELECT o.id FROM outbox o WHERE o.state = 'queued' AND o.priority = 1 AND o.broadcast_id = ? AND o.channel = ? AND o.due_at <= ?
                ORDER BY o.due_at, o.id LIMIT ${grantedOf})
              AND (SELECT state FROM broadcasts WHERE id = ?) = 'sending' AND NOT EXISTS (SELECT 1 FROM halts WHERE ended_at IS NULL)
            RETURNING json_array(id, address_id, contact_id, attempts, part,
              (SELECT ${place} FROM addresses a WHERE a.id = outbox.address_id),
              (SELECT c.locale || (c.age = 'adult' AND c.${purpose === 'deals' ? 'deals' : 'push'} = 1 AND NOT ${off})
               FROM contacts c WHERE c.id = outbox.contact_id)) AS row`,
      args: [lease, by, String(run.id), channel, now, last.name, run.id, ...(topic === null ? [] : [topic])],
    },
    returnUnused(buckets),
    {
      sql: `INSERT INTO push_counts(contact_id, week, n)
            SELECT contact_id, ?, 1 FROM outbox WHERE state = 'sending' AND lease_until = ? AND lease_by = ? AND channel = ? AND broadcast_id = ? AND contact_id IS NOT NULL
            ON CONFLICT(contact_id) DO UPDATE SET n = iif(week = excluded.week, n + 1, 1), week = excluded.week
            RETURNING iif(n > ?, contact_id, NULL) AS over`,
      args: [week, lease, by, channel, String(run.id), cap],
    },
  ])
  const own = results.slice(before.length + grants.length - 1)
  const over = new Set((own[3] ?? []).map((row) => row.over).filter((id) => id !== null))
  const rows = (own[1] ?? []).map(({ row }) => claimedOf(JSON.parse(String(row)) as Claimed, by, over))
  return { granted: Number(own[0]?.[0]?.granted ?? 0), rows: rows.sort((left, right) => left.id - right.id) }
}

/**
 * Sent; also where the lease ran out meanwhile and the row was listed as unknown. Those are looked for only when some of
 * these were not found in flight, and by a statement of their own, because the totals by reason cost as much as the rest.
 */
export function settleSent(ids: number[], claim: string, now: number): Statement[] {
  const all = JSON.stringify(ids)
  return [
    {
      sql: `UPDATE outbox SET state = 'sent', settled_at = ?, lease_until = NULL, lease_by = NULL
            WHERE id IN (SELECT value FROM json_each(?)) AND lease_by = ? AND state = 'sending'`,
      args: [now, all, claim],
    },
    {
      sql: `UPDATE outbox SET state = 'sent', reason = NULL, settled_at = ?, lease_until = NULL, lease_by = NULL
            WHERE id IN (SELECT value FROM json_each(iif(changes() < ?, ?, '[]'))) AND lease_by = ? AND state = 'unknown'`,
      args: [now, ids.length, all, claim],
    },
  ]
}

/**
 * Final, with a reason; also where the lease ran out meanwhile and the row was listed as unknown.
 * `skipped` and `failed` give the week's push back (below), `unknown` does not.
 */
export function settlePushes(ids: number[], claim: string, state: Settled, reason: string, now: number): Statement {
  return {
    sql: `UPDATE outbox SET state = ?, reason = ?, settled_at = ?, lease_until = NULL, lease_by = NULL WHERE ${OURS}`,
    args: [state, reason, now, JSON.stringify(ids), claim],
  }
}

/**
 * Not sent after all: due again at `dueAt`; `counts` says whether as an attempt. Where the lease ran out and the run ended
 * meanwhile, it failed.
 */
export function requeuePushes(ids: number[], claim: string, dueAt: number, reason: string, counts: boolean): Statement {
  return {
    sql: `UPDATE outbox SET state = iif((SELECT b.ended_at FROM broadcasts b WHERE b.id = outbox.broadcast_id) IS NULL, 'queued', 'failed'),
            due_at = ?, reason = ?, attempts = attempts - ?, settled_at = NULL, lease_until = NULL, lease_by = NULL WHERE ${OURS}`,
    args: [dueAt, reason, counts ? 0 : 1, JSON.stringify(ids), claim],
  }
}

/** Handed to the web page: sent once the page has fetched it, `failed: not_seen` when it has not by `until`. */
export function awaitFetch(ids: number[], claim: string, until: number): Statement {
  return {
    sql: `UPDATE outbox SET state = 'sending', lease_until = ?, lease_by = 'web', reason = NULL, settled_at = NULL WHERE ${OURS}`,
    args: [until, JSON.stringify(ids), claim],
  }
}

/**
 * The page has fetched these lines of the transcript: the rows they carry are sent, in whoever's hand they are. A page may
 * be faster than the record that the line was handed over, or see a line whose sender died or did not learn that it stands.
 */
export function settleFetched(seqs: number[], now: number): Statement {
  return {
    sql: `UPDATE outbox SET state = 'sent', reason = NULL, settled_at = ?, lease_until = NULL, lease_by = NULL
          WHERE id IN (SELECT t.push_id FROM transcript t WHERE t.seq IN (SELECT value FROM json_each(?)) AND t.push_id IS NOT NULL)
            AND priority = 1 AND state IN ('queued', 'sending', 'unknown')`,
    args: [now, JSON.stringify(seqs)],
  }
}

/** Parts of a long message that were sent: a second try goes on behind them. */
export function recordPushPart(id: number, claim: string, part: number): Statement {
  return { sql: 'UPDATE outbox SET part = ? WHERE id = ? AND lease_by = ?', args: [part, id, claim] }
}

/** Gives a reserved push of the week back to people it does not reach: before their rows are settled, so that it happens once. */
export function returnPushes(ids: number[], claim: string, week: string): Statement {
  return {
    sql: `UPDATE push_counts SET n = max(n - 1, 0) WHERE week = ? AND contact_id IN (SELECT contact_id FROM outbox WHERE ${OURS})`,
    args: [week, JSON.stringify(ids), claim],
  }
}

/** Rows that this claim still stands for. A batch whose answer was lost is recorded twice: the second time finds none. */
const OURS = "id IN (SELECT value FROM json_each(?)) AND lease_by = ? AND state IN ('sending', 'unknown')"

/**
 * Rows of a process that died. Nobody can say whether they arrived, so they are listed, not sent again. They keep their
 * claim's name: if its process still lives (a clock jumped), its outcome is better knowledge. The web page's rows: not seen.
 */
export function releaseExpiredPushes(now: number): Statement[] {
  return [
    {
      sql: `UPDATE outbox SET state = 'failed', reason = 'not_seen', settled_at = ?, lease_until = NULL, lease_by = NULL
            WHERE state = 'sending' AND lease_until < ? AND priority = 1 AND lease_by = 'web'`,
      args: [now, now],
    },
    {
      sql: `UPDATE outbox SET state = 'unknown', reason = 'interrupted', settled_at = ?, lease_until = NULL
            WHERE state = 'sending' AND lease_until < ? AND priority = 1`,
      args: [now, now],
    },
  ]
}

/** A cancelled run's next waiting people; returns one row for each. */
export function skipQueued(id: number, most: number): Statement {
  return {
    sql: `UPDATE outbox SET state = 'skipped', reason = 'cancelled' WHERE id IN (
            SELECT id FROM outbox WHERE state = 'queued' AND priority = 1 AND broadcast_id = ? LIMIT ?) RETURNING 1 AS gone`,
    args: [String(id), most],
  }
}

/** People who wait on a channel that was switched off since: nobody would ever send to them. At most 2,000 a call. */
export function skipChannels(id: number, served: readonly string[], now: number): Statement {
  return {
    sql: `UPDATE outbox SET state = 'skipped', reason = 'channel_off', settled_at = ? WHERE id IN (
            SELECT o.id FROM broadcast_totals t CROSS JOIN outbox o ON o.state = 'queued' AND o.priority = 1
              AND o.broadcast_id = ? AND o.channel = t.channel
            WHERE t.broadcast_id = ? AND t.queued > 0 AND t.channel NOT IN (SELECT value FROM json_each(?)) LIMIT 2000)`,
    args: [now, String(id), id, JSON.stringify(served)],
  }
}

/** The contact at which a step of a resend ends; null when no more follow. */
export async function findLastOfStep(db: Db, id: number, cursor: string, most: number): Promise<string | null> {
  const [row] = await db.read(
    `SELECT contact_id FROM outbox WHERE priority = 1 AND broadcast_id = ? AND contact_id > ? ORDER BY contact_id LIMIT 1 OFFSET ?`,
    [String(id), cursor, most - 1],
  )
  return row ? String(row.contact_id) : null
}

/**
 * "Gửi lại cho người chưa nhận được": of a stretch of a run's people, those whose outcome was `failed` (or, on an
 * officer's word, `unknown`) wait again. Not those who blocked us, were erased, or to whom it would end the same way.
 * @param until the last contact of the stretch; null is the end
 */
export function resendStep(id: number, state: 'failed' | 'unknown', cursor: string, until: string | null, now: number): Statement {
  return {
    sql: `UPDATE outbox SET state = 'queued', due_at = ?, attempts = 0, part = 0, reason = 'resent', settled_at = NULL, lease_by = NULL
          WHERE id IN (SELECT id FROM outbox WHERE priority = 1 AND broadcast_id = ? AND contact_id > ? AND (? IS NULL OR contact_id <= ?)
            AND state = ? AND coalesce(reason, '') NOT IN (SELECT value FROM json_each(?)))`,
    args: [now, String(id), cursor, until, until, state, JSON.stringify(NEVER_AGAIN)],
  }
}

/** A second try would end the same way, or say to somebody what they refused. */
const NEVER_AGAIN = ['telegram_403', 'erased', 'not_seen', 'outside_window']

type Claimed = [
  id: number,
  addressId: string,
  contactId: string | null,
  attempts: number,
  part: number,
  place: string | [native: string, inAt: number] | null,
  person: string | null,
]

function claimedOf([id, addressId, contactId, attempts, part, place, person]: Claimed, claim: string, over: Set<unknown>): ClaimedPush {
  return {
    id,
    claim,
    addressId,
    contactId,
    native: Array.isArray(place) ? place[0] : place,
    attempts,
    part,
    seenAt: Array.isArray(place) ? place[1] : 0,
    locale: person?.startsWith('en') ? 'en' : 'vi',
    wanted: person?.endsWith('1') ?? false,
    overCap: contactId !== null && over.has(contactId),
  }
}
