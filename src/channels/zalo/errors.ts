/**
 * What Zalo's error codes mean for the message that was being sent (zalo.md §1.9, verbatim table of the OA host; other
 * hosts use the same numbers for other things). A code nobody knows is final: guessing a retry could send twice.
 */
import { SendError, type SendFailure } from '../../errors.ts'

const HOUR = 3600

const failures: Record<number, SendFailure> = {
  [-32]: 'rate_limited',
  [-200]: 'temporary',
  // out of quota: ours; the recipient's, the day's broadcasts, the month's
  [-211]: 'quota',
  [-218]: 'later',
  [-1441]: 'later',
  [-1472]: 'later',
  [-234]: 'later',
  // not a follower, blocked invitations, banned or idle 45 days, restricted this kind, outside the window
  [-213]: 'unreachable',
  [-217]: 'unreachable',
  [-227]: 'unreachable',
  [-244]: 'unreachable',
  [-230]: 'unreachable',
  [-232]: 'unreachable',
  // the OA, the app, its package, its permissions, its money; and a token that stays refused after a refresh
  [-204]: 'operator',
  [-205]: 'operator',
  [-209]: 'operator',
  [-212]: 'operator',
  [-216]: 'operator',
  [-219]: 'operator',
  [-220]: 'operator',
  [-221]: 'operator',
  [-223]: 'operator',
  [-224]: 'operator',
  [-235]: 'operator',
  [-248]: 'operator',
  [-320]: 'operator',
  [-321]: 'operator',
}

/** A non-zero `error` of an answer. */
export function refusal(code: number, now: Date): SendError {
  const failure = failures[code] ?? 'refused'
  const reason = code === -230 || code === -232 ? 'outside_window' : `zalo_${code}`
  return new SendError(failure, reason, waitOf(code, failure, now))
}

/** The token was refused: one refresh may mend it. */
export function isTokenRefused(error: unknown): boolean {
  return error instanceof SendError && (error.reason === 'zalo_-216' || error.reason === 'zalo_-220')
}

/** The shape of the message was refused: the same words as plain text may pass. */
export function isShapeRefused(error: unknown): boolean {
  return error instanceof SendError && (error.reason === 'zalo_-201' || error.reason === 'zalo_-233')
}

/** A request that brought no answer: never connected, or perhaps already taken. */
export function broken(cause: unknown): SendError {
  if (codes(cause).some((code) => NEVER_CONNECTED.has(code))) return new SendError('temporary', 'zalo_unreachable', undefined, { cause })
  const late = cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError')
  return new SendError('unknown', late ? 'zalo_timeout' : 'zalo_no_answer', undefined, { cause })
}

const NEVER_CONNECTED: ReadonlySet<unknown> = new Set([
  'ERR_NEVER_WRITTEN',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function codes(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null) return []
  return ['code' in error ? error.code : undefined, ...('cause' in error ? codes(error.cause) : [])]
}

function waitOf(code: number, failure: SendFailure, now: Date): number | undefined {
  if (code === -234) return untilSix(now)
  if (failure === 'rate_limited') return 60
  return failure === 'later' || failure === 'quota' ? HOUR : undefined
}

/** Seconds until 06:00 in Vietnam, which is 23:00 UTC all year. */
function untilSix(now: Date): number {
  const day = 24 * HOUR
  const second = Math.floor(now.getTime() / 1000) % day
  return (23 * HOUR - second + day) % day || day
}
