/**
 * The one door out: claims due rows of each channel, paces them, sends them, records what became of each. Channels run
 * beside each other, so that one that is down stops no other. A row is `sending` in the database before anything
 * leaves; a process that dies leaves a lease that runs out.
 */
import {
  type ClaimedRow,
  claimReplies,
  dropReplies,
  hasDue,
  hasExpired,
  LEASE_MS,
  REPLY_WAIT_MS,
  recordPart,
  releaseExpired,
} from '../db/outbox.ts'
import { findHold, takeTokens } from '../db/paces.ts'
import { addTallies } from '../db/tallies.ts'
import type { Channel, Db, Keys, Locale, Reply } from './chat.ts'
import { SendError } from './errors.ts'
import { gather, type Later } from './gather.ts'
import { openJson, openText } from './keys.ts'
import { causeOf, type Log } from './log.ts'
import { failedTo, givenBack, type Outcome, sent } from './outcome.ts'
import { chatPace } from './pace.ts'
import { partsOf, type Render } from './render.ts'
import { dayOf } from './time.ts'

export type DispatchParts = {
  db: Db
  keys: Keys
  channels: readonly Channel[]
  render: Render
  publicUrl: string | null
  now(): Date
  /** Names this process in leases. */
  holder: string
  log: Log
  /** Gathers the outcomes of a tick into one write; absent on Workers. */
  later?: Later
  /** How long `stop` waits for what is in flight, in ms; 8,000 unless told. */
  stopMs?: number
}

export type Dispatcher = {
  /** Sends what is due now, on every channel, until nothing is or `until` (epoch ms) has passed. Workers and tests. */
  drain(until?: number): Promise<void>
  /** Replies of this channel wait: look now rather than at the next tick. */
  wake(channel: string): void
  /** Runs until `stop`; each channel looks once a second and when woken. */
  start(): void
  /** Takes nothing new, finishes what is in flight (8 s at most), gives the rest back. */
  stop(): Promise<void>
}

/** What has not begun by then is given back: no send may outlast its lease, or another process would say it too. */
const BEGIN_MS = LEASE_MS / 2
/** Sends under way at once on one channel. */
const IN_FLIGHT = 64
const IDLE_MS = 1_000
/** How long a stop waits for what is in flight; a send that hangs longer is given back. */
const STOP_MS = 8_000
/** So many failures in a row that no message explains: the platform is down and the channel waits, longer each time. */
const DOWN_AFTER = 8
const DOWN_HOLD_MS = [2_000, 5_000, 15_000, 30_000, 60_000]

export function createDispatcher(parts: DispatchParts): Dispatcher {
  const loops = new Map(parts.channels.map((channel) => [channel.name, createLoop(parts, channel)]))
  let running: Promise<unknown> | undefined
  let stopping = false
  return {
    async drain(until = Number.POSITIVE_INFINITY) {
      await release(parts)
      await Promise.all([...loops.values()].map((loop) => loop.drain(until, () => false)))
    },
    wake: (channel) => loops.get(channel)?.wake(),
    start() {
      running = Promise.all([...loops.values()].map((loop) => loop.run(() => stopping)))
    },
    async stop() {
      stopping = true
      for (const loop of loops.values()) loop.wake()
      let timer: ReturnType<typeof setTimeout> | undefined
      await Promise.race([
        running,
        new Promise((resume) => {
          timer = setTimeout(resume, parts.stopMs ?? STOP_MS)
        }),
      ])
      if (timer !== undefined) clearTimeout(timer)
      await Promise.all([...loops.values()].map((loop) => loop.giveBack()))
    },
  }
}

/** Rows of a process that died: replies go again. */
async function release({ db, now }: DispatchParts): Promise<void> {
  const at = now().getTime()
  if (await hasExpired(db, at)) await db.write([releaseExpired(at)])
}

function createLoop(parts: DispatchParts, channel: Channel) {
  const { db, log, now } = parts
  const pace = chatPace(channel.limits)
  let inFlight = 0
  const inHand = new Set<ClaimedRow>()
  let failures = 0
  let heldUntil = 0
  let wakeUp: (() => void) | undefined
  let woken = false

  const record = gather(async (outcomes: Outcome[]): Promise<undefined[]> => {
    const done = outcomes.flatMap(({ done }) => (done === undefined ? [] : [done]))
    const day = dayOf(now())
    await db.write([
      ...(done.length > 0 ? [dropReplies(done)] : []),
      ...outcomes.flatMap(({ statements }) => statements),
      addTallies(outcomes.map(({ tally }) => ({ day, channel: channel.name, ...tally }))),
    ])
    return outcomes.map(() => undefined)
  }, parts.later)

  /** One claim; its sends are begun. Returns how many. */
  const begin = async (stopping: () => boolean): Promise<Array<Promise<void>>> => {
    const at = now().getTime()
    const room = failures >= DOWN_AFTER ? 1 - inFlight : IN_FLIGHT - inFlight
    if (room <= 0 || heldUntil > at || !(await hasDue(db, channel.name, at))) return []
    heldUntil = (await findHold(db, channel.name)).until
    if (heldUntil > at) return []
    const most = channel.limits.oneBucket ? await takeTokens(db, channel.name, room, channel.limits.perSecond, at) : room
    if (most === 0) return []
    const rows = await claimReplies(db, channel.name, parts.holder, at, most)
    return [...groupBy(rows, (row) => row.addressId || `erased:${row.id}`)].map(([address, own]) => sendInOrder(address, own, stopping))
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
        const until = Math.max(heldUntil, Math.min(retryAt, row.createdAt + REPLY_WAIT_MS), row.waitUntil)
        const notNow = stopping() || at - claimedAt > BEGIN_MS
        const wait = until > at ? until - at : notNow ? 0 : pace(address, at)
        const outcome = wait > 0 || notNow ? givenBack(row, at + wait, until > at ? 'in_order' : 'paced') : await sendRow(row)
        retryAt = outcome.retryAt ?? retryAt
        noteFailures(outcome)
        await record(outcome)
        inHand.delete(row)
      }
    } catch (error) {
      // The outcome could not be written: the lease runs out and the row goes again.
      log('error', 'dispatch.unrecorded', { channel: channel.name, cause: causeOf(error) })
    } finally {
      inFlight -= rows.length
      for (const row of rows) inHand.delete(row)
      wakeUp?.()
    }
  }

  const noteFailures = (outcome: Outcome) => {
    if (outcome.hold) heldUntil = Math.max(heldUntil, outcome.hold)
    if (outcome.done !== undefined && !outcome.down) failures = 0
    if (!outcome.down) return
    failures++
    const step = DOWN_HOLD_MS[Math.min(failures - DOWN_AFTER, DOWN_HOLD_MS.length - 1)]
    if (failures >= DOWN_AFTER && step) {
      heldUntil = now().getTime() + step
      log('warn', 'channel.down', { channel: channel.name, seconds: step / 1000 })
    }
  }

  const sendRow = async (row: ClaimedRow): Promise<Outcome> => {
    const at = now().getTime()
    let part = row.part
    try {
      const messages = await messagesOf(parts, channel, row)
      for (const message of messages.slice(part)) {
        await channel.send(message)
        part++
        if (part < messages.length) await db.write([recordPart(row.id, part)])
      }
      return sent(row)
    } catch (error) {
      const failure = error instanceof SendError ? error : new SendError('refused', 'render', undefined, { cause: error })
      if (failure.failure === 'operator' || failure !== error) {
        log('error', 'dispatch.failed', { channel: channel.name, reason: failure.reason, cause: causeOf(error) })
      }
      return failedTo(channel.name, row, part, failure, at)
    }
  }

  const drain = async (until: number, stopping: () => boolean): Promise<void> => {
    while (!stopping() && now().getTime() <= until) {
      const begun = await begin(stopping)
      if (begun.length === 0) return
      await Promise.all(begun)
    }
  }

  return {
    drain,
    /** What a stop cannot wait for goes to another process, or to the next start: a reply is rather said twice than not. */
    async giveBack(): Promise<void> {
      if (inHand.size === 0) return
      const at = now().getTime()
      await db.write([...inHand].flatMap((row) => givenBack({ ...row, attempts: row.attempts + 1 }, at, 'stopping').statements))
    },
    wake() {
      woken = true
      wakeUp?.()
    },
    async run(stopping: () => boolean): Promise<void> {
      const begun = new Set<Promise<void>>()
      let releasedAt = 0
      while (!stopping()) {
        woken = false
        let found = 0
        try {
          if (now().getTime() - releasedAt >= IDLE_MS || now().getTime() < releasedAt) {
            releasedAt = now().getTime()
            await release(parts)
          }
          const sends = await begin(stopping)
          found = sends.length
          for (const send of sends) {
            begun.add(send)
            void send.finally(() => begun.delete(send))
          }
        } catch (error) {
          log('error', 'dispatch.unavailable', { channel: channel.name, cause: causeOf(error) })
        }
        if ((found === 0 || inFlight >= IN_FLIGHT) && !woken && !stopping()) await idle()
      }
      await Promise.all(begun)
    },
  }

  /** Until a second has passed, a send has ended or somebody woke the loop. */
  function idle(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, IDLE_MS)
      wakeUp = done
      function done() {
        if (timer !== undefined) clearTimeout(timer)
        wakeUp = undefined
        resolve()
      }
    })
  }
}

function groupBy<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

/** The parts of a row, opened and rendered for its channel. */
async function messagesOf({ keys, render, publicUrl }: DispatchParts, channel: Channel, row: ClaimedRow) {
  const address = row.native ?? (row.recipient ? await openText(keys, 'recipient', row.recipient) : undefined)
  if (address === undefined || !row.body) throw new SendError('unreachable', 'erased')
  const { reply, locale } = await openJson<{ reply: Reply; locale: Locale }>(keys, 'reply', row.body)
  return partsOf(channel, reply, locale, { id: row.id, address, bulk: row.priority > 0, publicUrl }, render)
}
