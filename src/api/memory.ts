/**
 * What the API remembers between calls: how much each token has called, how many unknown ones were tried, which were
 * seen today. One for a process; on Workers one for an isolate, because a product lives there for one request only.
 */
import { createLimiter, type Limiter } from '../limiter.ts'

export type ApiMemory = {
  calls: Limiter
  /** All tries with a token that is not known yet, as one caller: nobody's address is looked at. */
  tries: Limiter
  images: Limiter
  /** Tag of a token that was valid → the day its use was written. */
  seen: Map<string, string>
}

/** Calls of one token a minute; what counts people costs more (`cost` of the route). */
const CALLS = 300
const TRIES = 600
/** A picture is kept until somebody deletes it: an hour's are few. */
const IMAGES_AN_HOUR = 60
const SEEN = 10_000

export function createApiMemory(now: () => Date): ApiMemory {
  return {
    calls: createLimiter({ now, perMinute: CALLS }),
    tries: createLimiter({ now, perMinute: TRIES }),
    images: createLimiter({ now, perMinute: IMAGES_AN_HOUR, windowMs: 60 * 60 * 1000 }),
    seen: new Map(),
  }
}

/** Keeps that this token was valid today; forgets all at once rather than grow. */
export function remember({ seen }: ApiMemory, tag: string, day: string): void {
  if (seen.size >= SEEN) seen.clear()
  seen.set(tag, day)
}
