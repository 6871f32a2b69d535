/**
 * How much one caller may send, and how many unknown ones may begin, in this process. Buckets are kept only while they
 * are not full again, so the memory is bounded by what may begin in two minutes.
 */

const MINUTE_MS = 60_000

export type Limiter = {
  /** Seconds to wait, 0 when it may pass. `busy`: too many new callers, not this one's doing. */
  take(caller: string, cost?: number): { wait: number; busy: boolean }
  /** Callers remembered now. */
  size(): number
}

type Bucket = { tokens: number; at: number }

/** @param perMinute calls of one caller. @param newPerMinute callers not seen in the last minute. @param windowMs what counts as the minute. */
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
    for (const [caller, bucket] of buckets) {
      if (at - bucket.at >= windowMs) buckets.delete(caller)
    }
  }

  return {
    take(caller, cost = 1) {
      const at = now().getTime()
      sweep(at)
      const known = buckets.get(caller)
      if (!known && begun >= newPerMinute) return { wait: Math.ceil((window + windowMs - at) / 1000), busy: true }
      if (!known) begun++
      const tokens = known ? Math.min(perMinute, known.tokens + (at - known.at) * perMs) : perMinute
      const passes = tokens >= cost
      buckets.set(caller, { tokens: passes ? tokens - cost : tokens, at })
      return { wait: passes ? 0 : Math.max(1, Math.ceil((cost - tokens) / perMs / 1000)), busy: false }
    },
    size: () => buckets.size,
  }
}
