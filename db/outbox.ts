/**
 * The outbox as the dispatcher uses it: claim rows under a lease, record what became of them. Rows of one address are
 * claimed in order; a reply waits for an earlier one of its address, 30 seconds at most.
 */
import type { Db, Row, Statement } from '../src/chat.ts'

export type ClaimedRow = {
  id: number
  addressId: string
  /** The person's id on the channel; null for an erased person, whose sealed recipient stands in `recipient`. */
  native: string | null
  contactId: string | null
  recipient: Uint8Array | null
  body: Uint8Array | null
  /** Parts that were sent already. */
  part: number
  attempts: number
  /** Whose lease it is under. */
  holder: string
  /** Epoch ms. */
  createdAt: number
  /** Epoch ms; not to be sent before, because an earlier reply of this address waits too. */
  waitUntil: number
}

/** How long a claimed row is ours: longer than any send may take. */
export const LEASE_MS = 90_000
/** A reply waits for an earlier one of its address this long at most. */
export const REPLY_WAIT_MS = 30_000

/** Is anything of this channel due? Cheap, so that an idle process writes nothing. */
export async function hasDue(db: Db, channel: string, now: number): Promise<boolean> {
  const rows = await db.read(
    "SELECT 1 AS due FROM outbox WHERE state = 'queued' AND channel = ? AND priority = 0 AND due_at <= ? LIMIT 1",
    [channel, now],
  )
  return rows.length > 0
}

/** When something of these channels may go next (epoch ms, perhaps past), holds counted; undefined when nothing waits. */
export async function findNextDue(db: Db, channels: readonly string[]): Promise<number | undefined> {
  const [row] = await db.read(
    `SELECT min(at) AS at FROM (
       SELECT max((SELECT min(due_at) FROM outbox WHERE state = 'queued' AND channel = j.value AND priority = 0),
                  coalesce((SELECT hold_until FROM paces WHERE channel = j.value), 0)) AS at
       FROM json_each(?1) j
       UNION ALL
       SELECT max((SELECT min(o.due_at) FROM outbox o WHERE o.state = 'queued' AND o.priority = 1
                     AND o.broadcast_id = CAST(b.id AS TEXT) AND o.channel = j.value),
                  coalesce((SELECT hold_until FROM paces WHERE channel = j.value), 0)) AS at
       FROM broadcasts b, json_each(?1) j WHERE b.state = 'sending')`,
    [JSON.stringify(channels)],
  )
  return row?.at == null ? undefined : Number(row.at)
}

/** Takes up to `most` due replies of a channel for this holder. In order of age; each address's in its own order. */
export async function claimReplies(db: Db, channel: string, holder: string, now: number, most: number): Promise<ClaimedRow[]> {
  const [rows = []] = await db.write([
    {
      sql: `UPDATE outbox SET state = 'sending', lease_until = ?, lease_by = ?, attempts = attempts + 1
            WHERE id IN (
              SELECT o.id FROM outbox o
              WHERE o.state = 'queued' AND o.channel = ? AND o.priority = 0 AND o.due_at <= ?
                AND NOT EXISTS (
                  SELECT 1 FROM outbox e
                  WHERE e.state = 'sending' AND e.priority = 0 AND e.address_id = o.address_id AND e.id < o.id
                    AND e.address_id <> '' AND e.created_at > ?)
              ORDER BY o.due_at, o.id LIMIT ?)
            RETURNING id, address_id, contact_id, recipient, body, part, attempts, created_at,
              (SELECT json_array(native, contact_id, replies_from) FROM addresses a WHERE a.id = outbox.address_id) AS owner`,
      args: [now + LEASE_MS, holder, channel, now, now - REPLY_WAIT_MS, most],
    },
  ])
  return rows.map((row) => claimedOf(row, holder)).sort((left, right) => left.id - right.id)
}

/** Replies whose outcome is final leave nothing behind. */
export function dropReplies(ids: number[]): Statement {
  return { sql: 'DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))', args: [JSON.stringify(ids)] }
}

/**
 * Gives a row back, if it is still this holder's: due again at `dueAt` (epoch ms); later replies of its address wait for
 * it. `attempts` as it shall stand; `part` counts what was sent, and never falls.
 */
export function requeue(row: {
  id: number
  holder: string
  addressId: string
  dueAt: number
  attempts: number
  part: number
  reason: string
}): Statement[] {
  return [
    {
      sql: `UPDATE outbox SET state = 'queued', due_at = ?, attempts = ?, part = max(part, ?), reason = ?, lease_until = NULL, lease_by = NULL
            WHERE id = ? AND lease_by = ?`,
      args: [row.dueAt, row.attempts, row.part, row.reason, row.id, row.holder],
    },
    { sql: 'UPDATE addresses SET replies_from = max(replies_from, ?) WHERE id = ?', args: [row.dueAt, row.addressId] },
  ]
}

/** After each part but the last: a retry resumes here instead of saying the first part twice. */
export function recordPart(id: number, part: number): Statement {
  return { sql: 'UPDATE outbox SET part = ? WHERE id = ?', args: [part, id] }
}

/** Replies in flight when a process died are sent again: their lease ran out. */
export function releaseExpired(now: number): Statement {
  return {
    sql: `UPDATE outbox SET state = 'queued', reason = 'lease_expired', lease_until = NULL, lease_by = NULL
          WHERE state = 'sending' AND priority = 0 AND lease_until < ?`,
    args: [now],
  }
}

/** Ids of rows whose lease ran out: looked at first, so that an idle minute writes nothing. */
export async function hasExpired(db: Db, now: number): Promise<boolean> {
  return (await db.read("SELECT 1 AS expired FROM outbox WHERE state = 'sending' AND lease_until < ? LIMIT 1", [now])).length > 0
}

function claimedOf(row: Row, holder: string): ClaimedRow {
  const [native = null, ownerId = null, repliesFrom = 0] = JSON.parse(String(row.owner ?? '[]')) as [string?, string?, number?]
  return {
    id: Number(row.id),
    addressId: String(row.address_id),
    native,
    contactId: (row.contact_id ?? ownerId) as string | null,
    recipient: row.recipient as Uint8Array | null,
    body: row.body as Uint8Array | null,
    part: Number(row.part),
    attempts: Number(row.attempts),
    holder,
    createdAt: Number(row.created_at),
    // An earlier reply of this address is waiting: this one waits behind it, 30 seconds at most.
    waitUntil: Math.min(repliesFrom, Number(row.created_at) + REPLY_WAIT_MS),
  }
}
