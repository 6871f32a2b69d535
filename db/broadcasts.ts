/**
 * Broadcasts: one run of a campaign, from its approval to its last person. States: preparing (rows are being made) →
 * scheduled → sending → done; paused; cancelling → cancelled. Each change is one conditional statement, so that two
 * processes, or an officer and the clock, never both make it. The rows themselves are db/ledger.ts.
 */
import type { Audience, Message } from '../src/campaign.ts'
import type { Db, Row, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { insideArgs, insideOf, isNarrow } from './narrow.ts'
import type { Desk } from './rights.ts'

export const LIVE_STATES = ['preparing', 'scheduled', 'sending', 'paused', 'cancelling'] as const
export type BroadcastState = (typeof LIVE_STATES)[number] | 'done' | 'cancelled'

export type Broadcast = {
  id: number
  campaignId: string
  unitId: string
  code: string
  word: string
  message: Message
  audience: Audience
  state: BroadcastState
  reason: string | null
  /** The last contact whose row is made; null once all are. */
  cursor: string | null
  approvedAt: Date
  startsAt: Date
  startedAt: Date | null
  endedAt: Date | null
  broken: number
  told: string | null
  resend: 'failed' | 'unknown' | null
  resendCursor: string
  optedOut: number
  taps: number
}

/** A run with the unit it belongs to, as officers see it. */
export type OwnedBroadcast = Broadcast & { unitName: string; path: string; title: string }

/** A new run. Its rows are made from here on (src/broadcasts.ts). */
export function addBroadcast(run: {
  campaignId: string
  unitId: string
  code: string
  word: string
  message: Message
  audience: Audience
  now: Date
  startsAt: Date
}): Statement {
  return {
    sql: `INSERT INTO broadcasts(campaign_id, unit_id, code, word, message, audience, cursor, approved_at, starts_at)
          VALUES (?, ?, ?, ?, ?, ?, '', ?, ?)`,
    args: [
      run.campaignId,
      run.unitId,
      run.code,
      run.word,
      JSON.stringify(run.message),
      JSON.stringify(run.audience),
      run.now.getTime(),
      run.startsAt.getTime(),
    ],
  }
}

/** Runs that something may have to be done about, oldest start first. There are few of them at any time. */
export async function listLive(db: Db): Promise<Broadcast[]> {
  return (
    await db.read(
      `SELECT * FROM broadcasts WHERE state IN ('preparing', 'scheduled', 'sending', 'paused', 'cancelling') ORDER BY starts_at, id LIMIT 500`,
    )
  ).map(broadcastOf)
}

/** Runs whose messages may leave now: none while an emergency stop holds. */
export async function listSending(db: Db): Promise<Broadcast[]> {
  const sql = `SELECT * FROM broadcasts WHERE state = 'sending' AND NOT EXISTS (SELECT 1 FROM halts WHERE ended_at IS NULL)
    ORDER BY starts_at, id LIMIT 100`
  return (await db.read(sql)).map(broadcastOf)
}

export async function findBroadcast(db: Db, id: number): Promise<OwnedBroadcast | undefined> {
  return (await db.read(`${OWNED} WHERE b.id = ?`, [id])).map(ownedOf)[0]
}

/** Several runs at once, for whoever watches them. */
export async function listBroadcastsById(db: Db, ids: readonly number[]): Promise<OwnedBroadcast[]> {
  return (await db.read(`${OWNED} WHERE b.id IN (SELECT value FROM json_each(?))`, [JSON.stringify(ids)])).map(ownedOf)
}

/** The run, for an officer who may see it. Throws AppError `not_found` also where they may not, so that nobody probes. */
export async function requireBroadcast({ db, actor }: Pick<Desk, 'db' | 'actor'>, id: number): Promise<OwnedBroadcast> {
  const run = await findBroadcast(db, id)
  const seen = run && actor.grants.some(({ path }) => run.path.startsWith(path))
  if (!seen) throw new AppError('not_found', 'desk.broadcast_gone')
  return run
}

/** The newest run of each of these campaigns, where there is one. */
export async function listNewestRuns(db: Db, campaignIds: readonly string[]): Promise<OwnedBroadcast[]> {
  const newest = 'SELECT max(id) FROM broadcasts WHERE campaign_id IN (SELECT value FROM json_each(?)) GROUP BY campaign_id'
  return (await db.read(`${OWNED} WHERE b.id IN (${newest})`, [JSON.stringify(campaignIds)])).map(ownedOf)
}

/** By what stands under each message. Case, dashes and spaces do not matter to the caller's cleaning. */
export async function findBroadcastByCode(db: Db, code: string): Promise<OwnedBroadcast | undefined> {
  return (await db.read(`${OWNED} WHERE b.code = ?`, [code])).map(ownedOf)[0]
}

/** The newest run whose buttons open by this word. */
export async function findBroadcastByWord(db: Db, word: string): Promise<OwnedBroadcast | undefined> {
  return (await db.read(`${OWNED} WHERE b.word = ? ORDER BY b.id DESC LIMIT 1`, [word])).map(ownedOf)[0]
}

/** Newest first. @param before id of the last one seen; 0 at first */
export async function listBroadcasts(
  db: Db,
  { paths, campaignId, before, limit }: { paths: string[]; campaignId?: string; before: number; limit: number },
): Promise<OwnedBroadcast[]> {
  if (paths.length === 0) return []
  const from = campaignId
    ? 'broadcasts b INDEXED BY broadcasts_campaign CROSS JOIN units u ON u.id = b.unit_id'
    : (await isNarrow(db, paths))
      ? 'units u CROSS JOIN broadcasts b INDEXED BY broadcasts_unit ON b.unit_id = u.id'
      : 'broadcasts b CROSS JOIN units u ON u.id = b.unit_id'
  const page = `SELECT b.id FROM ${from} WHERE b.id < ? AND ${insideOf(paths)}
    AND EXISTS (SELECT 1 FROM campaigns c WHERE c.id = b.campaign_id) ${campaignId ? 'AND b.campaign_id = ?' : ''} ORDER BY b.id DESC LIMIT ?`
  const rows = await db.read(`${OWNED} WHERE b.id IN (${page}) ORDER BY b.id DESC`, [
    before || Number.MAX_SAFE_INTEGER,
    ...insideArgs(paths),
    ...(campaignId ? [campaignId] : []),
    limit,
  ])
  return rows.map(ownedOf)
}

/** From one of these states to another; returns a row only when it was in one of them. */
export function moveBroadcast(id: number, from: readonly BroadcastState[], to: BroadcastState, reason: string | null = null): Statement {
  return {
    sql: `UPDATE broadcasts SET state = ?, reason = ? WHERE id = ? AND state IN (SELECT value FROM json_each(?)) RETURNING id`,
    args: [to, reason, id, JSON.stringify(from)],
  }
}

/** The first message may leave. */
export function startBroadcast(id: number, now: Date): Statement {
  return {
    sql: `UPDATE broadcasts SET state = 'sending', reason = NULL, started_at = coalesce(started_at, ?)
          WHERE id = ? AND state = 'scheduled' AND starts_at <= ? RETURNING id`,
    args: [now.getTime(), id, now.getTime()],
  }
}

/**
 * Over, from the state it was seen in, when nobody waits and nobody is being sent to (db/ledger.ts `isUnderWay`). Lines of
 * the web page that nobody has fetched yet hold nothing up; they alone have a lease of days. Guarded by the caller.
 */
export function finishBroadcast(id: number, from: BroadcastState, to: 'done' | 'cancelled', now: Date): Statement {
  return {
    sql: `UPDATE broadcasts SET state = ?, ended_at = ?
          WHERE id = ? AND state = ? AND cursor IS NULL AND resend IS NULL
            AND NOT EXISTS (SELECT 1 FROM broadcast_totals t WHERE t.broadcast_id = broadcasts.id
              AND (t.queued > 0 OR t.sending > 0 AND t.channel <> 'web'))
            AND NOT EXISTS (SELECT 1 FROM outbox o INDEXED BY outbox_leased WHERE o.state = 'sending' AND o.lease_until < ? AND o.priority = 1
              AND o.broadcast_id = CAST(broadcasts.id AS TEXT) AND o.lease_by <> 'web')`,
    args: [to, now.getTime(), id, from, now.getTime() + HOUR_MS],
  }
}

/** Marks that the officers of a resting run are told why; returns a row for the one who tells them. */
export function markTold(id: number, reason: string): Statement {
  return {
    sql: "UPDATE broadcasts SET told = ? WHERE id = ? AND state = 'paused' AND reason = ? AND told IS NOT ? RETURNING id",
    args: [reason, id, reason, reason],
  }
}

/** Moves a resend on; null ends it. Guarded by the caller: one process makes each step. */
export function moveResend(id: number, from: string, to: string | null): Statement {
  return {
    sql: 'UPDATE broadcasts SET resend_cursor = ?, resend = iif(? IS NULL, NULL, resend) WHERE id = ? AND resend IS NOT NULL AND resend_cursor = ?',
    args: [to, to, id, from],
  }
}

/** Counts failures that no person explains; past the budget the run pauses. Returns a row when it paused by this. */
export function countBroken(id: number, n: number, least: number, share: number): Statement[] {
  return [
    { sql: 'UPDATE broadcasts SET broken = broken + ? WHERE id = ?', args: [n, id] },
    {
      sql: `UPDATE broadcasts SET state = 'paused', reason = 'budget' WHERE id = ? AND state = 'sending' AND broken >= ?
              AND broken >= ? * (SELECT total(sent + failed + unknown) FROM broadcast_totals WHERE broadcast_id = broadcasts.id) RETURNING id`,
      args: [id, least, share],
    },
  ]
}

export function addTap(id: number): Statement {
  return { sql: 'UPDATE broadcasts SET taps = taps + 1 WHERE id = ?', args: [id] }
}

/** An opt-out within a day of a message of this run counts for the run, as a total. */
export function countOptOut(contactId: string, now: Date): Statement {
  return {
    sql: `UPDATE broadcasts SET opted_out = opted_out + 1 WHERE id = (
            SELECT b.id FROM broadcasts b JOIN outbox o ON o.priority = 1 AND o.broadcast_id = CAST(b.id AS TEXT) AND o.contact_id = ?
            WHERE b.id IN (SELECT id FROM broadcasts WHERE ended_at >= ? UNION SELECT id FROM broadcasts WHERE state IN ('sending', 'paused', 'cancelling'))
              AND o.state IN ('sent', 'unknown') AND o.settled_at >= ? ORDER BY o.settled_at DESC LIMIT 1)`,
    args: [contactId, now.getTime() - DAY_MS, now.getTime() - DAY_MS],
  }
}

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

const OWNED = `SELECT b.*, u.name AS unit_name, u.path, c.title FROM broadcasts b
  JOIN units u ON u.id = b.unit_id JOIN campaigns c ON c.id = b.campaign_id`

const dateOf = (value: Row[string] | undefined) => (value === null || value === undefined ? null : new Date(Number(value)))

function broadcastOf(row: Row): Broadcast {
  return {
    id: Number(row.id),
    campaignId: String(row.campaign_id),
    unitId: String(row.unit_id),
    code: String(row.code),
    word: String(row.word),
    message: JSON.parse(String(row.message)) as Message,
    audience: JSON.parse(String(row.audience)) as Audience,
    state: row.state as BroadcastState,
    reason: row.reason as string | null,
    cursor: row.cursor as string | null,
    approvedAt: new Date(Number(row.approved_at)),
    startsAt: new Date(Number(row.starts_at)),
    startedAt: dateOf(row.started_at),
    endedAt: dateOf(row.ended_at),
    broken: Number(row.broken),
    told: row.told as string | null,
    resend: row.resend as Broadcast['resend'],
    resendCursor: String(row.resend_cursor ?? ''),
    optedOut: Number(row.opted_out),
    taps: Number(row.taps),
  }
}

function ownedOf(row: Row): OwnedBroadcast {
  return { ...broadcastOf(row), unitName: String(row.unit_name), path: String(row.path), title: String(row.title) }
}
