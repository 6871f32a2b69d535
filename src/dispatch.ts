/**
 * The one door out: claims due rows of each channel, paces them, sends them, records what became of each. Channels run
 * beside each other, so that one that is down stops no other; replies (replies.ts) and broadcasts (pushes.ts) of a channel
 * have a loop each, so that no reply waits behind a push. A row is `sending` in the database before anything leaves; a
 * process that dies leaves a lease that runs out.
 */
import { releaseExpiredPushes } from '../db/ledger.ts'
import { hasExpired, releaseExpired } from '../db/outbox.ts'
import type { Channel } from './chat.ts'
import { causeOf } from './log.ts'
import { createPushes } from './pushes.ts'
import { createReplies, type ReplyParts } from './replies.ts'
import { createRoadState } from './road-state.ts'

export type DispatchParts = ReplyParts & {
  channels: readonly Channel[]
  /** How long `stop` waits for what is in flight, in ms; 8,000 unless told. */
  stopMs?: number
}

export type Dispatcher = {
  /**
   * Sends what is due now, on every channel, until nothing is or `until` (epoch ms) has passed. Workers and tests.
   * Returns how many sends it began.
   * @param wait given: an empty bucket is waited for too, each time so many ms
   */
  drain(until?: number, wait?: (ms: number) => Promise<void>): Promise<number>
  /** Replies of this channel wait: look now rather than at the next tick. */
  wake(channel: string): void
  /** Runs until `stop`; each channel looks once a second and when woken. */
  start(): void
  /** Takes nothing new, finishes what is in flight (8 s at most), gives replies back. A push that hangs will be listed as unknown. */
  stop(): Promise<void>
}

const IDLE_MS = 1_000
const STOP_MS = 8_000

export function createDispatcher(parts: DispatchParts): Dispatcher {
  const lanes = new Map(parts.channels.map((channel) => [channel.name, createLanes(parts, channel)]))
  const all = [...lanes.values()]
  let running: Promise<unknown> | undefined
  let stopping = false
  return {
    async drain(until = Number.POSITIVE_INFINITY, wait = undefined) {
      await release(parts)
      const begun = await Promise.all(all.map((lane) => lane.drain(until, wait)))
      return begun.reduce((sum, n) => sum + n, 0)
    },
    wake: (channel) => lanes.get(channel)?.wake(),
    start() {
      running = Promise.all(all.map((lane) => lane.run(() => stopping)))
    },
    async stop() {
      stopping = true
      for (const lane of all) lane.rouse()
      let timer: ReturnType<typeof setTimeout> | undefined
      await Promise.race([
        running,
        new Promise((resume) => {
          timer = setTimeout(resume, parts.stopMs ?? STOP_MS)
        }),
      ])
      if (timer !== undefined) clearTimeout(timer)
      await Promise.all(all.map((lane) => lane.giveBack()))
    },
  }
}

/** Rows of a process that died: replies go again, pushes are listed as unknown. */
async function release({ db, now }: DispatchParts): Promise<void> {
  const at = now().getTime()
  if (await hasExpired(db, at)) await db.write([releaseExpired(at), ...releaseExpiredPushes(at)])
}

function createLanes(parts: DispatchParts, channel: Channel) {
  const { log, now } = parts
  const road = createRoadState(channel, log)
  const [forReplies, forPushes] = [createWaiter(), createWaiter()]
  const replies = createReplies(parts, channel, road, forReplies.wake)
  const pushes = createPushes(parts, channel, road, forPushes.wake)
  // Counted, not kept: a Set that thousands a second leave holds on to them (node-fetch.ts says why).
  let begun = 0
  let whenNone: (() => void) | undefined
  const over = () => {
    begun--
    if (begun === 0) whenNone?.()
  }
  const keep = (sends: Array<Promise<void>>) => {
    begun += sends.length
    for (const send of sends) void send.then(over, over)
  }
  const allOver = () => (begun === 0 ? Promise.resolve() : new Promise<void>((resolve) => (whenNone = resolve)))

  const runReplies = async (stopping: () => boolean): Promise<void> => {
    let releasedAt = 0
    while (!stopping()) {
      let waitMs = IDLE_MS
      try {
        const at = now().getTime()
        if (at - releasedAt >= IDLE_MS || at < releasedAt) {
          releasedAt = at
          await release(parts)
        }
        const taken = await replies.begin(stopping)
        keep(taken.sends)
        waitMs = taken.waitMs
      } catch (error) {
        log('error', 'dispatch.unavailable', { channel: channel.name, cause: causeOf(error) })
      }
      if (waitMs > 0) await forReplies.wait(waitMs)
    }
  }

  const runPushes = async (stopping: () => boolean): Promise<void> => {
    while (!stopping()) {
      let waitMs = IDLE_MS
      try {
        const taken = await pushes.begin(stopping)
        keep(taken.sends)
        waitMs = taken.waitMs
      } catch (error) {
        log('error', 'push.unavailable', { channel: channel.name, cause: causeOf(error) })
      }
      await forPushes.wait(waitMs)
    }
  }

  return {
    async drain(until: number, wait?: (ms: number) => Promise<void>): Promise<number> {
      const never = () => false
      let begun = 0
      pushes.refresh()
      while (now().getTime() <= until) {
        const answers = await replies.begin(never)
        const taken = await pushes.begin(never)
        const sends = [...answers.sends, ...taken.sends]
        const waitMs = Math.min(answers.waitMs, taken.waitMs)
        await Promise.all(sends)
        await pushes.flush()
        begun += sends.length
        if (sends.length > 0) continue
        // So long a wait means that nothing is due, or not before a hold is over.
        if (!wait || waitMs >= IDLE_MS || now().getTime() + waitMs > until) break
        await wait(waitMs)
      }
      return begun
    },
    wake: forReplies.wake,
    /** Both loops look up from their waiting: to stop. */
    rouse() {
      forReplies.wake()
      forPushes.wake()
    },
    async run(stopping: () => boolean): Promise<void> {
      await Promise.all([runReplies(stopping), runPushes(stopping)])
      await allOver()
      await pushes.flush()
    },
    async giveBack(): Promise<void> {
      await pushes.flush()
      await replies.giveBack()
    },
  }
}

/** Waits so many ms, or until woken; a call that came before the wait ends it at once. */
function createWaiter() {
  let woken = false
  let resume: (() => void) | undefined
  return {
    wake() {
      woken = true
      resume?.()
    },
    wait(ms: number): Promise<void> {
      if (woken || ms <= 0) {
        woken = false
        // Lets messages be answered between two rounds of work.
        return new Promise((done) => setTimeout(done, 0))
      }
      return new Promise((done) => {
        const timer = setTimeout(end, ms)
        resume = end
        function end() {
          clearTimeout(timer)
          resume = undefined
          woken = false
          done()
        }
      })
    },
  }
}
