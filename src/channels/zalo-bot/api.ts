/**
 * One call to the Zalo Bot Platform: POST `/bot<TOKEN>/<method>` with JSON, answered by `{ok, result}` or
 * `{ok: false, error_code, description}` (zalo.md §5). Every failure becomes a SendError here. The token stands in
 * the address and runtimes put addresses into their errors, so no foreign error is ever passed on as a cause.
 */

import * as z from 'zod'
import { type ApiFetch, apiFetchOver } from '../../api-fetch.ts'
import { SendError } from '../../errors.ts'
import type { Fetch } from '../../media.ts'

/** `apiFetch` makes the calls; over `fetch` unless given. */
export type ApiOptions = { token: string; apiRoot: string; fetch: Fetch; apiFetch?: ApiFetch }
export type CallOptions = { signal?: AbortSignal; timeoutMs?: number }
/** Resolves to `result`; throws SendError with reason `zalo_bot_<code>`. */
export type Call = (method: string, params?: Record<string, unknown>, options?: CallOptions) => Promise<unknown>

const CALL_MS = 30_000
const RATE_LIMIT_SECONDS = 60
// The connection was never made: nothing can have been taken. Everything else may have reached the platform.
const NEVER_LEFT =
  /^(ERR_NEVER_WRITTEN|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|ERR_TLS_CERT)/

const seconds = z.coerce.number().positive().max(86_400)
const answerSchema = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: z.coerce.number().int().positive().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  retry_after: seconds.optional().catch(undefined),
  parameters: z.object({ retry_after: seconds }).optional().catch(undefined),
})

export function zaloBotApi({ token, apiRoot, fetch, apiFetch = apiFetchOver(fetch) }: ApiOptions): Call {
  const root = apiRoot.replace(/\/+$/, '')
  return async (method, params = {}, { signal, timeoutMs = CALL_MS } = {}) => {
    let status: number
    let retryAfter: string | null
    let body: string
    try {
      const response = await apiFetch(`${root}/bot${token}/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(params),
        timeoutMs,
        ...(signal ? { signal } : {}),
      })
      status = response.status
      retryAfter = response.headers.get('retry-after')
      body = await response.text()
    } catch (error) {
      throw connectionFailure(error)
    }
    const answer = answerSchema.safeParse(jsonOf(body))
    if (!answer.success) throw strangeAnswer(status, retryAfter)
    if (answer.data.ok) return answer.data.result
    const { error_code, description, retry_after, parameters } = answer.data
    // An idle long poll is seen with a code and without one: the words decide then.
    const code = error_code ?? (/timed?[ -]?out/i.test(description ?? '') ? 408 : status)
    throw failureOf(code, retry_after ?? parameters?.retry_after ?? secondsOf(retryAfter))
  }
}

/** What the platform's own `error_code` means for the message. 403 is documented as "Internal server error". */
function failureOf(code: number, retryAfter: number | undefined): SendError {
  const reason = `zalo_bot_${code}`
  if (code === 401) return new SendError('operator', reason)
  if (code === 404) return new SendError('unreachable', reason)
  if (code === 429) return new SendError('rate_limited', reason, retryAfter ?? RATE_LIMIT_SECONDS)
  if (code === 403 || code === 408 || code >= 500) return new SendError('temporary', reason)
  return new SendError('refused', reason)
}

/** Something else than the platform answered: a proxy, a gateway, or a wrong API root. */
function strangeAnswer(status: number, retryAfter: string | null): SendError {
  const reason = `zalo_bot_http_${status}`
  if (status === 429) return new SendError('rate_limited', reason, secondsOf(retryAfter) ?? RATE_LIMIT_SECONDS)
  if (status >= 500 || status === 403 || status === 408) return new SendError('temporary', reason)
  if (status >= 200 && status < 300) return new SendError('unknown', reason)
  if (status === 400 || status === 413) return new SendError('refused', reason)
  return new SendError('operator', reason)
}

function connectionFailure(error: unknown): SendError {
  // The innermost says the most.
  const code = codesOf(error).findLast((found) => NEVER_LEFT.test(found))
  if (code !== undefined) return new SendError('temporary', `zalo_bot_${code.toLowerCase()}`)
  if (error instanceof Error && error.name === 'TimeoutError') return new SendError('unknown', 'zalo_bot_timeout')
  return new SendError('unknown', 'zalo_bot_connection')
}

/** `code` of an error, of its cause, and of each address that was tried (`localhost` has two). */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 3) return []
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown }
  const inner = [cause, ...(Array.isArray(errors) ? errors : [])].flatMap((one) => codesOf(one, depth + 1))
  return typeof code === 'string' ? [code, ...inner] : inner
}

function secondsOf(header: string | null): number | undefined {
  return header === null ? undefined : seconds.safeParse(header).data
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
