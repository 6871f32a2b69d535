/**
 * Replies through the one door out: claims due rows of one channel, sends those of one address in their order, records
 * what became of each. A reply in flight when a process died is sent again; what a stop cannot wait for is given back.
 */
import { recordOutcome } from '../db/notice-outcomes.ts'
import { type ClaimedRow, claimReplies, dropReplies, hasDue, LEASE_MS, REPLY_WAIT_MS, recordPart } from '../db/outbox.ts'
import { findHold, findTokenWait, returnTokens, takeTokens } from '../db/paces.ts'
import { addTallies } from '../db/tallies.ts'
import type { Channel, Db, Keys } from './chat.ts'
import { SendError } from './errors.ts'
import { gather, type Later } from './gather.ts'
import { groupBy } from './group.ts'
import { openText } from './keys.ts'
import { causeOf, type Log } from './log.ts'
import { failedTo, givenBack, type Outcome, ofNotice, sent } from './outcome.ts'
import { partsOf, type Render } from './render.ts'
import type { RoadState } from './road-state.ts'
import { openReply } from './sealed-reply.ts'
import { dayOf } from './time.ts'

export type ReplyParts = {
  db: Db
  keys: Keys
  render: Render
  publicUrl: string | null
  now(): Date
  holder: string
  log: Log
  later?: Later
}

export type Replies = {
  /** Claims once and begins the sends, one promise an address. `waitMs`: when looking again makes sense, unless one ends before. */
  begin(stopping: () => boolean): Promise<{ sends: Array<Promise<void>>; waitMs: number }>
  /** What hangs is free for another process: a reply is rather said twice than not. */
  giveBack(): Promise<void>
}

/** What has not begun by then is given back: no send may outlast its lease, or another process would say it too. */
const BEGIN_MS = LEASE_MS / 2
/** Sends under way at once on one channel. */
const IN_FLIGHT = 64
/** Where nothing is due, it is looked again after so many ms. */
const LOOK_MS = 1_000
/** An empty bucket is waited for until a reply's one token came together, at least so many ms: each claim costs a commit. */
const TOKEN_LEAST_MS = 20

/** @param onEnd called when a send has ended */
export function createReplies(parts: ReplyParts, channel: Channel, road: RoadState, onEnd: () => void): Replies {
  const { db, keys, log, now } = parts
  let inFlight = 0
  let heldUntil = 0
  const inHand = new Set<ClaimedRow>()

  const record = gather(async (outcomes: Outcome[]): Promise<undefined[]> => {
    const done = outcomes.flatMap(({ done }) => (done === undefined ? [] : [done]))
    const day = dayOf(now())
    const told = outcomes.flatMap(({ told }) => told ?? [])
    await db.write([
      ...(done.length > 0 ? [dropReplies(done)] : []),
      ...(await Promise.all(told.map((one) => recordOutcome(keys, one)))),
      ...outcomes.flatMap(({ statements }) => statements),
      addTallies(outcomes.flatMap(({ tally }) => (tally ? [{ day, channel: channel.name, ...tally }] : []))),
    ])
    return outcomes.map(() => undefined)
  }, parts.later)

  const begin: Replies['begin'] = async (stopping) => {
    const at = now().getTime()
    const nothing = (waitMs = LOOK_MS) => ({ sends: [], waitMs })
    const room = road.isDown() ? 1 - inFlight : IN_FLIGHT - inFlight
    if (room <= 0 || road.heldUntil(at) > at || !(await hasDue(db, channel.name, at))) return nothing()
    heldUntil = await findHold(db, channel.name, at)
    if (heldUntil > at) return nothing()
    const { perSecond, oneBucket } = channel.limits
    const bucket = { name: channel.name, perSecond, capacity: Math.max(1, perSecond) }
    const empty = oneBucket ? await findTokenWait(db, bucket, at) : 0
    if (empty > 0) return nothing(Math.min(LOOK_MS, Math.max(TOKEN_LEAST_MS, empty)))
    const most = oneBucket ? await takeTokens(db, bucket, room, at) : room
    // Another process was faster.
    if (most === 0) return nothing(TOKEN_LEAST_MS)
    const rows = await claimReplies(db, channel.name, parts.holder, at, most)
    if (oneBucket && rows.length < most) await db.write([returnTokens(bucket, most - rows.length)])
    const sends = groupBy(rows, laneOf).map((own) => sendInOrder(laneOf(own[0]), own, stopping))
    return { sends, waitMs: sends.length === 0 || inFlight >= IN_FLIGHT ? LOOK_MS : 0 }
  }

  /** The rows of one address, one after another. */
  const sendInOrder = async (address: string, rows: ClaimedRow[], stopping: () => boolean): Promise<void> => {
    const claimedAt = now().getTime()
    inFlight += rows.length
    for (const row of rows) inHand.add(row)
    let retryAt = 0
    try {
      for (const row of rows) {
        const at = now().getTime()
        const until = Math.max(heldUntil, road.heldUntil(at), Math.min(retryAt, row.createdAt + REPLY_WAIT_MS), row.waitUntil)
        const notNow = stopping() || at - claimedAt > BEGIN_MS
        const wait = until > at ? until - at : notNow ? 0 : road.pace(address, at)
        const outcome = wait > 0 || notNow ? givenBack(row, at + wait, until > at ? 'in_order' : 'paced') : await sendRow(row)
        retryAt = outcome.retryAt ?? retryAt
        noteFailures(outcome, address)
        await record(outcome)
        inHand.delete(row)
      }
    } catch (error) {
      // The outcome could not be written: the lease runs out and the row goes again.
      log('error', 'dispatch.unrecorded', { channel: channel.name, cause: causeOf(error) })
    } finally {
      inFlight -= rows.length
      for (const row of rows) inHand.delete(row)
      onEnd()
    }
  }

  const noteFailures = (outcome: Outcome, address: string) => {
    if (outcome.hold) heldUntil = Math.max(heldUntil, outcome.hold)
    if (outcome.down) road.note('silent', now().getTime(), address)
    else if (outcome.done !== undefined) road.note('answered', now().getTime(), address)
  }

  const sendRow = async (row: ClaimedRow): Promise<Outcome> => {
    const at = now().getTime()
    let part = row.part
    let about: string | undefined
    try {
      const { messages, ...opened } = await openRow(parts, channel, row)
      about = opened.about
      for (const message of messages.slice(part)) {
        await channel.send(message)
        part++
        if (part < messages.length) await db.write([recordPart(row.id, part)])
      }
      return ofNotice(sent(row), about, now())
    } catch (error) {
      const failure = error instanceof SendError ? error : new SendError('refused', 'render', undefined, { cause: error })
      if (failure.failure === 'operator' || failure !== error) {
        log('error', 'dispatch.failed', { channel: channel.name, reason: failure.reason, cause: causeOf(error) })
      }
      return ofNotice(failedTo(channel.name, row, part, failure, at), about, now())
    }
  }

  return {
    begin,
    async giveBack() {
      if (inHand.size === 0) return
      const at = now().getTime()
      await db.write([...inHand].flatMap((row) => givenBack({ ...row, attempts: row.attempts + 1 }, at, 'stopping').statements))
    },
  }
}

/** Whose turn a row is; the goodbye to an erased person is nobody's. */
const laneOf = (row: ClaimedRow): string => row.addressId || `erased:${row.id}`

/** The parts of a row, opened and rendered for its channel; of a notice, the case it is about. */
async function openRow({ keys, render, publicUrl }: ReplyParts, channel: Channel, row: ClaimedRow) {
  const address = row.native ?? (row.recipient ? await openText(keys, 'recipient', row.recipient) : undefined)
  if (address === undefined || !row.body) throw new SendError('unreachable', 'erased')
  const { reply, locale, about } = await openReply(keys, row.body)
  return { messages: partsOf(channel, reply, locale, { id: row.id, address, bulk: false, publicUrl }, render), about }
}
