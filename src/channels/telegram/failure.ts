/**
 * What a failed call to the Bot API means for the one message that was being sent (SendError, src/errors.ts), and the
 * sentence the operator reads. grammY's errors carry the text of the message and, below, the address with the token:
 * only Telegram's own description is kept.
 */
import { GrammyError, HttpError } from 'grammy'
import { SendError } from '../../errors.ts'
import { withoutToken } from './api.ts'

// Failures of name, route, connection and handshake: nothing of the request had left yet.
const NEVER_WRITTEN =
  /^(ERR_NEVER_WRITTEN|ECONNREFUSED|ENOTFOUND|EAI_|ENETUNREACH|EHOSTUNREACH|EHOSTDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/
const CONNECTING = /^(connect|getaddrinfo|queryA)/

/** Of a call that sends: a dead socket or no answer in time is `unknown`, since Telegram may have taken the message. */
export function failureOf(error: unknown, token: string): SendError {
  if (error instanceof SendError) return error
  if (error instanceof GrammyError) return refusalOf(error, token)
  const options = { cause: withoutToken(token, error instanceof HttpError ? (error.error ?? error) : error) }
  if (wasNeverWritten(error)) return new SendError('temporary', 'telegram_not_reached', undefined, options)
  return new SendError('unknown', 'telegram_no_answer', undefined, options)
}

/** Of a call that only asks: no answer means it can be asked again. */
export function askFailureOf(error: unknown, token: string): SendError {
  const failure = failureOf(error, token)
  return failure.failure === 'unknown' ? new SendError('temporary', failure.reason, undefined, { cause: failure.cause }) : failure
}

/** For the operator's console line; no secret. */
export function sentenceOf(error: unknown, token: string): string {
  if (error instanceof GrammyError) {
    if (error.error_code === 401 || error.error_code === 404)
      return 'Telegram does not accept TELEGRAM_BOT_TOKEN: take the token again from @BotFather.'
    return `Telegram refused ${error.method}: ${withoutToken(token, error.description).message}`
  }
  return 'Telegram could not be reached: check the network and TELEGRAM_API_ROOT.'
}

function refusalOf(error: GrammyError, token: string): SendError {
  const code = error.error_code
  const says = error.description
  const refusal = (failure: SendError['failure'], reason = `telegram_${code}`, after?: number) =>
    new SendError(failure, reason, after, { cause: withoutToken(token, says) })
  if (code === 429) return refusal('rate_limited', undefined, error.parameters.retry_after ?? 1)
  if (code === 403) return refusal(/blocked by the user|user is deactivated/i.test(says) ? 'blocked' : 'unreachable')
  if (code === 401 || code === 404) return refusal('operator')
  if (code >= 500) return refusal('temporary')
  if (code < 400) return refusal('unknown')
  // A group that became a supergroup has a new id and speaks to us again under it.
  if (error.parameters.migrate_to_chat_id !== undefined || /chat not found|(upgraded|migrated) to a supergroup/i.test(says))
    return refusal('unreachable')
  if (/file is too big/i.test(says)) return refusal('refused', 'telegram_file_too_big')
  if (/temporarily unavailable/i.test(says)) return refusal('temporary')
  return refusal('refused')
}

function wasNeverWritten(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 5) return false
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  if (typeof code === 'string' && NEVER_WRITTEN.test(code)) return true
  if (typeof syscall === 'string' && CONNECTING.test(syscall)) return true
  return wasNeverWritten(error instanceof HttpError ? error.error : error.cause, depth + 1)
}
