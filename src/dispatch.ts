/**
 * The one door out: claims due rows of each channel, paces them, sends them, records what became of each. Channels run
 * beside each other, so that one that is down stops no other. A row is `sending` in the database before anything
 * leaves; a process that dies leaves a lease that runs out.
 */
import { stopContact } from '../db/contacts.ts'
import { type ClaimedRow, claimReplies, dropReplies, hasDue, hasExpired, recordPart, releaseExpired, requeue } from '../db/outbox.ts'
import { findHold, holdChannel, takeTokens } from '../db/paces.ts'
import { addTallies, type Tally } from '../db/tallies.ts'
import type { Channel, Db, Keys, Locale, Reply, Statement } from './chat.ts'
import { SendError } from './errors.ts'
import { openJson, openText } from './keys.ts'
import { causeOf, type Log } from './log.ts'
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
}

export type Dispatcher = {
  /** Sends what is due now, on every channel, until nothing is or `until` (epoch ms) has passed. Workers and tests. */
  drain(until?: number): Promise<void>
  /** Replies of this channel wait: look now rather than at the next tick. */
  wake(channel: string): void
  /** Runs until `stop`; each channel looks once a second and when woken. */
  start(): void
  /** Takes nothing new, finishes what is in flight (10 s at most), gives the rest back. */
  stop(): Promise<void>
}

const CLAIM = 64
const ATTEMPTS = 5
/** Delay before attempt 2, 3, 4, 5 in ms. */
const DELAYS = [2_000, 10_000, 60_000, 300_000]
/** A reply older than this is no answer any more. */
const STALE_MS = 24 * 60 * 60 * 1000
const OPERATOR_HOLD_MS = 60_000
const IDLE_MS = 1_000
const STOP_MS = 10_000

type Outcome = { statements: Statement[]; tally: Omit<Tally, 'day' | 'channel'>; done?: number }

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
      await Promise.race([running, new Promise((resume) => setTimeout(resume, STOP_MS))])
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
  let wakeUp: (() => void) | undefined
  let woken = false

  /** One claim and its sends. False when there was nothing to do. */
  const round = async (stopping: () => boolean): Promise<boolean> => {
    const at = now().getTime()
    if (!(await hasDue(db, channel.name, at))) return false
    const hold = await findHold(db, channel.name)
    if (hold.until > at) return false
    const most = channel.limits.oneBucket ? await takeTokens(db, channel.name, CLAIM, channel.limits.perSecond, at) : CLAIM
    if (most === 0) return false
    const rows = await claimReplies(db, channel.name, parts.holder, at, most)
    if (rows.length === 0) return false
    const outcomes = await sendAll(rows, stopping)
    await record(outcomes)
    return true
  }

  const sendAll = async (rows: ClaimedRow[], stopping: () => boolean): Promise<Outcome[]> => {
    const byAddress = groupBy(rows, (row) => row.addressId || `erased:${row.id}`)
    let held: { until: number; reason: string } | undefined
    const perAddress = [...byAddress.values()].map(async (own) => {
      const outcomes: Outcome[] = []
      let waitUntil = 0
      for (const row of own) {
        const at = now().getTime()
        const blocked =
          held ?? (waitUntil > at ? { until: waitUntil, reason: 'in_order' } : stopping() ? { until: at, reason: 'stopping' } : undefined)
        const tooSoon = blocked ? 0 : pace(row.addressId, at)
        if (blocked || tooSoon > 0) {
          const dueAt = blocked ? blocked.until : at + tooSoon
          waitUntil = Math.max(waitUntil, dueAt)
          outcomes.push({
            statements: [requeue({ ...row, dueAt, attempts: row.attempts - 1, reason: blocked?.reason ?? 'paced' })],
            tally: waited('paced'),
          })
          continue
        }
        const outcome = await sendRow(row)
        if (outcome.hold) held = outcome.hold
        if (outcome.retryAt) waitUntil = outcome.retryAt
        outcomes.push(outcome)
      }
      return outcomes
    })
    return (await Promise.all(perAddress)).flat()
  }

  const sendRow = async (row: ClaimedRow): Promise<Outcome & { hold?: { until: number; reason: string }; retryAt?: number }> => {
    const at = now().getTime()
    let part = row.part
    try {
      const messages = await messagesOf(parts, channel, row)
      for (const message of messages.slice(part)) {
        await channel.send(message)
        part++
        if (part < messages.length) await db.write([recordPart(row.id, part)])
      }
      return { statements: [], done: row.id, tally: { what: 'sent', n: 1 } }
    } catch (error) {
      const failure = error instanceof SendError ? error : new SendError('refused', 'render', undefined, { cause: error })
      if (!(error instanceof SendError)) log('error', 'dispatch.failed', { channel: channel.name, cause: causeOf(error) })
      return afterFailure(row, part, failure, at)
    }
  }

  const afterFailure = (row: ClaimedRow, part: number, failure: SendError, at: number) => {
    const { reason, retryAfter = 1 } = failure
    const again = (dueAt: number, attempts: number) => requeue({ id: row.id, dueAt, attempts, part, reason })
    const failed = (statements: Statement[] = []): Outcome => ({ statements, done: row.id, tally: { what: 'failed', reason, n: 1 } })
    if (at - row.createdAt > STALE_MS) return failed()
    switch (failure.failure) {
      case 'rate_limited': {
        const until = at + retryAfter * 1000
        const statements = [holdChannel(channel.name, until, reason), again(until, row.attempts - 1)]
        return { statements, tally: waited(reason), hold: { until, reason }, retryAt: until }
      }
      case 'operator': {
        const until = at + OPERATOR_HOLD_MS
        log('error', 'channel.needs_operator', { channel: channel.name, reason })
        const statements = [holdChannel(channel.name, until, reason), again(until, row.attempts - 1)]
        return { statements, tally: waited(reason), hold: { until, reason }, retryAt: until }
      }
      case 'later': {
        const until = at + retryAfter * 1000
        return { statements: [again(until, row.attempts - 1)], tally: waited(reason), retryAt: until }
      }
      case 'temporary':
      case 'unknown': {
        if (row.attempts >= ATTEMPTS) return failed()
        const until = at + (DELAYS[row.attempts - 1] ?? 300_000)
        return { statements: [again(until, row.attempts)], tally: { what: 'retried', reason, n: 1 }, retryAt: until }
      }
      case 'blocked':
        return failed(row.contactId ? stopContact(row.contactId, row.addressId) : [])
      default:
        return failed()
    }
  }

  const record = async (outcomes: Outcome[]): Promise<void> => {
    const done = outcomes.flatMap(({ done }) => (done === undefined ? [] : [done]))
    const day = dayOf(now())
    await db.write([
      ...(done.length > 0 ? [dropReplies(done)] : []),
      ...outcomes.flatMap(({ statements }) => statements),
      addTallies(outcomes.map(({ tally }) => ({ day, channel: channel.name, ...tally }))),
    ])
  }

  const drain = async (until: number, stopping: () => boolean): Promise<void> => {
    while (!stopping() && now().getTime() <= until && (await round(stopping)));
  }

  return {
    drain,
    wake() {
      woken = true
      wakeUp?.()
    },
    async run(stopping: () => boolean): Promise<void> {
      while (!stopping()) {
        woken = false
        try {
          await release(parts)
          await drain(Number.POSITIVE_INFINITY, stopping)
        } catch (error) {
          log('error', 'dispatch.unavailable', { channel: channel.name, cause: causeOf(error) })
        }
        if (woken || stopping()) continue
        await new Promise<void>((resume) => {
          const timer = setTimeout(resume, IDLE_MS)
          wakeUp = () => {
            clearTimeout(timer)
            resume()
          }
        })
        wakeUp = undefined
      }
    },
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

const waited = (reason: string): Omit<Tally, 'day' | 'channel'> => ({ what: 'waited', reason, n: 1 })

/** The parts of a row, opened and rendered for its channel. */
async function messagesOf({ keys, render, publicUrl }: DispatchParts, channel: Channel, row: ClaimedRow) {
  const address = row.native ?? (row.recipient ? await openText(keys, 'recipient', row.recipient) : undefined)
  if (address === undefined || !row.body) throw new SendError('unreachable', 'erased')
  const { reply, locale } = await openJson<{ reply: Reply; locale: Locale }>(keys, 'reply', row.body)
  return partsOf(channel, reply, locale, { id: row.id, address, bulk: row.priority > 0, publicUrl }, render)
}
