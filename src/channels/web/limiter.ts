/**
 * How much one visitor of the web chat may send, in this process.
 */
import { createLimiter, type Limiter } from '../../limiter.ts'

/** What a web visitor may send: messages, and photos kept before a report wants them. */
export type WebLimiters = { messages: Limiter; photos: Limiter }

/** What comes in is stored before anybody knows whether a report wants it: the disk must bear this until the night's sweep. */
const PHOTOS_AN_HOUR = 20
const SENDERS_AN_HOUR = 1_000

/** One set for a process; on Workers for an isolate, because a product lives there for one request only. */
export function createLimiters(now: () => Date): WebLimiters {
  return {
    messages: createLimiter({ now }),
    photos: createLimiter({ now, perMinute: PHOTOS_AN_HOUR, newPerMinute: SENDERS_AN_HOUR, windowMs: 60 * 60 * 1000 }),
  }
}
