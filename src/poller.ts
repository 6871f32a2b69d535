/**
 * Takes updates by polling where there is no public address. One process polls a channel, under a lease; another takes
 * over when it dies. A webhook of another host is never deleted: then polling waits and says so.
 */
import { dropLease, takeLease } from '../db/leases.ts'
import type { Channel, Db, Inbound } from './chat.ts'
import { causeOf, type Log } from './log.ts'

const LEASE_MS = 60_000
const RENEW_MS = 20_000
const AGAIN_MS = 30_000

export type Poller = { start(): void; stop(): Promise<void> }

export function createPoller(parts: {
  db: Db
  channels: readonly Channel[]
  receive(inbound: Inbound[]): Promise<void>
  holder: string
  now(): Date
  log: Log
}): Poller {
  const { db, holder, log, now } = parts
  const stopping = new AbortController()
  let running: Promise<unknown> = Promise.resolve()

  const pollOne = async (channel: Channel, poll: NonNullable<Channel['poll']>) => {
    const lease = `poll:${channel.name}`
    while (!stopping.signal.aborted) {
      const own = await takeLease(db, lease, holder, now().getTime(), LEASE_MS).catch(() => false)
      if (own) {
        const lost = new AbortController()
        const renewal = setInterval(async () => {
          const still = await takeLease(db, lease, holder, now().getTime(), LEASE_MS).catch(() => true)
          if (!still) lost.abort()
        }, RENEW_MS)
        try {
          await poll.call(channel, parts.receive, AbortSignal.any([stopping.signal, lost.signal]))
        } catch (error) {
          if (!stopping.signal.aborted) log('error', 'poll.failed', { channel: channel.name, cause: causeOf(error) })
        } finally {
          clearInterval(renewal)
          await dropLease(db, lease, holder).catch(() => undefined)
        }
      }
      await wait(AGAIN_MS, stopping.signal)
    }
  }

  return {
    start() {
      running = Promise.all(parts.channels.flatMap((channel) => (channel.poll ? [pollOne(channel, channel.poll)] : [])))
    },
    async stop() {
      stopping.abort()
      await Promise.race([running, new Promise((resume) => setTimeout(resume, 5_000))])
    },
  }
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    if (signal.aborted) return resume()
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resume()
    }
  })
}
