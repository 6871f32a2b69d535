/**
 * The two errors of this product. AppError carries a code for machines and a sentence (or text key) for the person
 * who caused it; SendError says what a platform's refusal means for the one message that was being sent.
 * Anything else that is thrown is "internal": the person gets an apology, the operator gets the cause.
 */

export type AppErrorCode =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'too_many'
  | 'unavailable'
  | 'ignored'

/** HTTP status of each code, in one place. `ignored` is a request we acknowledge and drop (contract.md, webhook status). */
export const statusOf: Record<AppErrorCode, 200 | 400 | 401 | 403 | 404 | 409 | 413 | 429 | 503> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  too_many: 429,
  unavailable: 503,
  ignored: 200,
}

export class AppError extends Error {
  override name = 'AppError'
  constructor(
    readonly code: AppErrorCode,
    sentence: string,
    options?: { cause?: unknown },
  ) {
    super(sentence, options)
  }
}

/**
 * What a failed send means (closed list):
 * - `rate_limited`: the whole channel waits `retryAfter` seconds, then the row is tried again; not an attempt.
 * - `temporary`: tried again with a growing delay, five attempts in all.
 * - `unknown`: the platform may have taken the message (the socket died after the request was written). A reply is sent again, a broadcast row is not.
 * - `quota`: what was paid for is used up; like `later`, and a broadcast pauses.
 * - `later`: refused for now (night, quota); tried again after `retryAfter` seconds; not an attempt.
 * - `blocked`: the person stopped us on the platform: opted out of everything.
 * - `unreachable`: this person cannot get it (left, window closed); final for this message, no opt-out.
 * - `refused`: the message itself is wrong for the platform; final.
 * - `operator`: nothing can be sent until a person mends the channel (grant lost, package, disabled app).
 */
export type SendFailure = 'rate_limited' | 'temporary' | 'unknown' | 'quota' | 'later' | 'blocked' | 'unreachable' | 'refused' | 'operator'

export class SendError extends Error {
  override name = 'SendError'
  /** @param reason short machine word kept with the outcome, e.g. `telegram_403`, never text of a person. @param retryAfter seconds */
  constructor(
    readonly failure: SendFailure,
    readonly reason: string,
    readonly retryAfter?: number,
    options?: { cause?: unknown },
  ) {
    super(`${failure}: ${reason}`, options)
  }
}
