/**
 * The loop that brings the photos of reports home, two at a time in each process, after the commit that made them due
 * and never inside a webhook. Any number of processes may run it on one database: a photo belongs to who claimed it.
 */
import { listKeptObjects } from '../db/photo-copies.ts'
import { causeOf } from './log.ts'
import { createIntake, type PhotoParts } from './photo-intake.ts'
import { DAY_MS } from './time.ts'

export type PhotoLoop = {
  /** Fetches what is due now until nothing is or `until` (epoch ms) has passed; the number of tries. Workers and tests. */
  drain(until?: number): Promise<number>
  /** Runs until `stop`; looks once a second. */
  start(): void
  /** Takes nothing new, finishes what is in hand (10 s), gives the rest back. */
  stop(): Promise<void>
  /** Each night: deletes what is over a day old and no photo's row speaks for; how much that was. */
  sweep(now: Date): Promise<number>
}

const LANES = 2
const STOP_MS = 10_000
const IDLE_MS = 1_000

export function createPhotoLoop(parts: PhotoParts): PhotoLoop {
  const { db, evidence, log, now } = parts
  const stopping = new AbortController()
  const takeOne = createIntake(parts, stopping.signal)
  const idle = new Set<() => void>()
  let taking = true
  let running: Promise<unknown> = Promise.resolve()

  const drain = async (until = Number.POSITIVE_INFINITY): Promise<number> => {
    let tries = 0
    const lane = async () => {
      while (now().getTime() <= until && (await takeOne())) tries++
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    return tries
  }

  const runLane = async (): Promise<void> => {
    while (taking) {
      try {
        if (await takeOne()) continue
      } catch (error) {
        log('error', 'photos.unavailable', { cause: causeOf(error) })
      }
      if (taking) await pause()
    }
  }

  const pause = () =>
    new Promise<void>((resume) => {
      const wake = () => {
        clearTimeout(timer)
        idle.delete(wake)
        resume()
      }
      const timer = setTimeout(wake, IDLE_MS)
      idle.add(wake)
    })

  return {
    drain,
    start() {
      running = Promise.all(Array.from({ length: LANES }, runLane))
    },
    async stop() {
      taking = false
      for (const wake of idle) wake()
      const timer = setTimeout(() => stopping.abort(), parts.limits?.stopMs ?? STOP_MS)
      await running
      clearTimeout(timer)
    },
    async sweep(at) {
      const before = new Date(at.getTime() - DAY_MS)
      let swept = (await evidence.tidy?.(before)) ?? 0
      let after: string | undefined
      do {
        const { names, next } = await evidence.list(after, before)
        const kept = await listKeptObjects(db, names)
        for (const name of names) {
          if (kept.has(name)) continue
          await evidence.delete(name)
          swept++
        }
        after = next
      } while (after !== undefined)
      return swept
    },
  }
}
