/**
 * How much one visitor may send, and how many unknown visitors may begin, in this process. Buckets are kept only
 * while they are not full again, so the memory is bounded by what may begin in two minutes.
 */

const MINUTE_MS = 60_000

export type Limiter = {
  /** Seconds to wait, 0 when it may pass. `busy`: too many new visitors, not this visitor's doing. */
  take(visitor: string, cost?: number): { wait: number; busy: boolean }
  /** Visitors remembered now. */
  size(): number
}

type Bucket = { tokens: number; at: number }

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

/** @param perMinute messages of one visitor. @param newPerMinute visitors not seen in the last minute. @param windowMs what counts as the minute. */
export function createLimiter({
  now,
  perMinute = 20,
  newPerMinute = 6_000,
  windowMs = MINUTE_MS,
}: {
  now(): Date
  perMinute?: number
  newPerMinute?: number
  windowMs?: number
}): Limiter {
  const buckets = new Map<string, Bucket>()
  const perMs = perMinute / windowMs
  let window = Number.NEGATIVE_INFINITY
  let begun = 0

  const sweep = (at: number) => {
    if (at - window < windowMs) return
    window = at
    begun = 0
    for (const [visitor, bucket] of buckets) {
      if (at - bucket.at >= windowMs) buckets.delete(visitor)
    }
  }

  return {
    take(visitor, cost = 1) {
      const at = now().getTime()
      sweep(at)
      const known = buckets.get(visitor)
      if (!known && begun >= newPerMinute) return { wait: Math.ceil((window + windowMs - at) / 1000), busy: true }
      if (!known) begun++
      const tokens = known ? Math.min(perMinute, known.tokens + (at - known.at) * perMs) : perMinute
      const passes = tokens >= cost
      buckets.set(visitor, { tokens: passes ? tokens - cost : tokens, at })
      return { wait: passes ? 0 : Math.max(1, Math.ceil((cost - tokens) / perMs / 1000)), busy: false }
    },
    size: () => buckets.size,
  }
}
