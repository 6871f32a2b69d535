/**
 * The ledger: one outbox row a person and broadcast, from queued to its outcome. A row is `sending` in the database before
 * anything leaves, so that after a crash it is known whose outcome is not; such a row is `unknown` and never sent again
 * by itself. Totals follow by the triggers of migration 0006, whatever changes a row.
 */
import type { Db, Locale, Row, Statement } from '../src/chat.ts'
import type { Broadcast } from './broadcasts.ts'

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
  /** Still agreed to, of age, not stopped, wants the topic. */
  wanted: boolean
  /** Epoch ms of their last word. */
  seenAt: number
  /** Pushes this week with this one. */
  weekly: number
}

export type Settled = 'sent' | 'failed' | 'unknown' | 'skipped'

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

/**
 * Takes up to `most` people of a run for this holder and reserves one push of their week, in one batch that an emergency
 * stop, a pause or the end of the run makes empty. @param by the claim's own name, never the same twice
 * @param lease until when it is ours (epoch ms) @param week the Monday of this week
 */
export async function claimPushes(
  db: Db,
  run: Pick<Broadcast, 'id' | 'message'>,
  claim: { channel: string; by: string; lease: number; now: number; most: number; week: string },
): Promise<ClaimedPush[]> {
  const { channel, by, lease, now, most, week } = claim
  const { topic, purpose } = run.message
  const [rows = [], counted = []] = await db.write([
    {
      sql: `UPDATE outbox SET state = 'sending', reason = NULL, lease_until = ?, lease_by = ?, attempts = attempts + 1
            WHERE id IN (SELECT o.id FROM outbox o WHERE o.state = 'queued' AND o.priority = 1 AND o.broadcast_id = ? AND o.channel = ? AND o.due_at <= ?
                ORDER BY o.due_at, o.id LIMIT ?)
              AND (SELECT state FROM broadcasts WHERE id = ?) = 'sending' AND NOT EXISTS (SELECT 1 FROM halts WHERE ended_at IS NULL)
            RETURNING id, address_id, contact_id, attempts, part,
              (SELECT json_array(a.native, a.stopped, a.in_at) FROM addresses a WHERE a.id = outbox.address_id) AS place,
              (SELECT json_array(c.locale, c.age, c.${purpose === 'deals' ? 'deals' : 'push'}
                 ${topic === null ? '' : ', EXISTS (SELECT 1 FROM topic_stops s WHERE s.contact_id = c.id AND s.topic = ?)'})
               FROM contacts c WHERE c.id = outbox.contact_id) AS person`,
      args: [lease, by, String(run.id), channel, now, most, run.id, ...(topic === null ? [] : [topic])],
    },
    {
      sql: `INSERT INTO push_counts(contact_id, week, n)
            SELECT contact_id, ?, 1 FROM outbox WHERE state = 'sending' AND lease_until = ? AND lease_by = ? AND channel = ? AND broadcast_id = ? AND contact_id IS NOT NULL
            ON CONFLICT(contact_id) DO UPDATE SET n = iif(week = excluded.week, n + 1, 1), week = excluded.week RETURNING contact_id, n`,
      args: [week, lease, by, channel, String(run.id)],
    },
  ])
  if (rows.length === 0) return []
  const weekly = new Map(counted.map((row) => [row.contact_id, Number(row.n)]))
  return rows.map((row) => claimedOf(row, by, weekly)).sort((left, right) => left.id - right.id)
}

/**
 * Final, with a reason unless it is `sent`; also where the lease ran out meanwhile and the row was listed as unknown.
 * `skipped` and `failed` give the week's push back (below), `unknown` does not.
 */
export function settlePushes(ids: number[], claim: string, state: Settled, reason: string | null, now: number): Statement {
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

/** The page has fetched these. */
export function settleFetched(ids: number[], now: number): Statement {
  return settlePushes(ids, 'web', 'sent', null, now)
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
            SELECT o.id FROM broadcast_counts c CROSS JOIN outbox o ON o.state = 'queued' AND o.priority = 1
              AND o.broadcast_id = ? AND o.channel = c.channel
            WHERE c.broadcast_id = ? AND c.state = 'queued' AND c.n > 0 AND c.channel NOT IN (SELECT value FROM json_each(?)) LIMIT 2000)`,
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

export type LedgerCount = { channel: string; state: string; reason: string; n: number }

/** What became of whom, as totals. */
export async function listCounts(db: Db, broadcastId: number): Promise<LedgerCount[]> {
  const rows = await db.read(
    'SELECT channel, state, reason, n FROM broadcast_counts WHERE broadcast_id = ? AND n > 0 ORDER BY channel, state, reason',
    [broadcastId],
  )
  return rows.map((row) => ({ channel: String(row.channel), state: String(row.state), reason: String(row.reason), n: Number(row.n) }))
}

/** Somebody waits or is being sent to. Lines of the web page that nobody has fetched yet hold nothing up. */
export const isUnderWay = (counts: LedgerCount[]): boolean =>
  counts.some(({ state, channel }) => state === 'queued' || (state === 'sending' && channel !== 'web'))

/** People in all: what the sums always add up to. */
export const totalOf = (counts: LedgerCount[]): number => counts.reduce((sum, { n }) => sum + n, 0)

/** Sum of one state. */
export const countOf = (counts: LedgerCount[], state: string): number =>
  counts.reduce((sum, count) => sum + (count.state === state ? count.n : 0), 0)

/** Erasing a person: what waits is skipped, every row forgets whose it was. Looked for in the runs whose ledger still names people. */
export function forgetPushes(contactId: string): Statement[] {
  const theirs = `id IN (SELECT o.id FROM broadcasts b CROSS JOIN outbox o ON o.priority = 1 AND o.broadcast_id = CAST(b.id AS TEXT) AND o.contact_id = ?
    WHERE b.forgotten_at IS NULL)`
  return [
    {
      sql: `UPDATE outbox SET state = 'skipped', reason = 'erased', settled_at = NULL WHERE state = 'queued' AND ${theirs}`,
      args: [contactId],
    },
    { sql: `UPDATE outbox SET address_id = '', contact_id = NULL, recipient = NULL WHERE ${theirs}`, args: [contactId] },
    { sql: 'DELETE FROM push_counts WHERE contact_id = ?', args: [contactId] },
  ]
}

/** Two accounts become one person: nobody gets one broadcast twice, and the week's pushes add up. */
export function joinPushes(to: string, from: string): Statement[] {
  const live = `SELECT id FROM broadcasts WHERE state IN ('preparing', 'scheduled', 'sending', 'paused', 'cancelling')`
  const both = `EXISTS (SELECT 1 FROM outbox t WHERE t.priority = 1 AND t.broadcast_id = outbox.broadcast_id AND t.contact_id = ?)`
  const theirs = `id IN (SELECT o.id FROM broadcasts b CROSS JOIN outbox o ON o.priority = 1 AND o.broadcast_id = CAST(b.id AS TEXT) AND o.contact_id = ?`
  return [
    {
      sql: `UPDATE outbox SET state = 'skipped', reason = 'linked' WHERE state = 'queued' AND ${theirs} WHERE b.id IN (${live})) AND ${both}`,
      args: [from, to],
    },
    { sql: `UPDATE outbox SET contact_id = iif(${both}, NULL, ?) WHERE ${theirs} WHERE b.forgotten_at IS NULL)`, args: [to, to, from] },
    {
      sql: `INSERT INTO push_counts(contact_id, week, n) SELECT ?, week, n FROM push_counts WHERE contact_id = ?
            ON CONFLICT(contact_id) DO UPDATE SET n = iif(week = excluded.week, n + excluded.n, iif(week > excluded.week, n, excluded.n)),
              week = max(week, excluded.week)`,
      args: [to, from],
    },
    { sql: 'DELETE FROM push_counts WHERE contact_id = ?', args: [from] },
  ]
}

function claimedOf(row: Row, claim: string, weekly: Map<Row[string] | undefined, number>): ClaimedPush {
  const [native = null, stopped = 1, seenAt = 0] = JSON.parse(String(row.place ?? '[]')) as [string?, number?, number?]
  const [locale = 'vi', age = '', agreed = 0, off = 0] = JSON.parse(String(row.person ?? '[]')) as [Locale?, string?, number?, number?]
  return {
    id: Number(row.id),
    claim,
    addressId: String(row.address_id),
    contactId: row.contact_id as string | null,
    native,
    locale,
    attempts: Number(row.attempts),
    part: Number(row.part),
    wanted: stopped === 0 && age === 'adult' && agreed === 1 && off === 0,
    seenAt,
    weekly: weekly.get(row.contact_id) ?? 0,
  }
}

// ---- letting go -------------------------------------------------------------------------------------------------

/** How long it is known who got a broadcast, after it ended; then only how many. */
export const LEDGER_DAYS = 30

/** Ended runs whose ledger still names people, oldest first. */
export async function listForgettable(db: Db, endedBefore: number): Promise<Array<{ id: number; people: number }>> {
  const rows = await db.read(
    `SELECT b.id, (SELECT total(n) FROM broadcast_counts c WHERE c.broadcast_id = b.id) AS n FROM broadcasts b
     WHERE b.ended_at < ? AND b.forgotten_at IS NULL ORDER BY b.ended_at LIMIT 500`,
    [endedBefore],
  )
  return rows.map(({ id, n }) => ({ id: Number(id), people: Number(n) }))
}

/** Up to 500 rows of a run; returns one for each. */
export function dropLedger(id: number): Statement {
  return {
    sql: 'DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE priority = 1 AND broadcast_id = ? LIMIT 500) RETURNING 1 AS gone',
    args: [String(id)],
  }
}

/** Its totals stay. */
export function markForgotten(id: number, now: number): Statement {
  return { sql: 'UPDATE broadcasts SET forgotten_at = ? WHERE id = ?', args: [now, id] }
}
