/**
 * One call to Zalo's OpenAPI: token in the header, 15 seconds, the envelope opened. Zalo says no with HTTP 200 and a
 * non-zero `error`, so the status alone means nothing (zalo.md §1.1). The limit headers close the door for the rest
 * of the minute before Zalo has to.
 */
import type { ApiAnswer, ApiFetch } from '../../api-fetch.ts'
import { SendError } from '../../errors.ts'
import { broken, refusal } from './errors.ts'
import { parseJson } from './json.ts'

export type Answer = Record<string, unknown>
/** `path` begins with a slash. Resolves to the envelope of a success; throws SendError. */
export type Call = (
  path: string,
  accessToken: string,
  request: { json: unknown } | { body: string; type: string } | 'get',
) => Promise<Answer>

const MINUTE = 60_000

export function openApi(options: { apiRoot: string; apiFetch: ApiFetch; now: () => Date; timeoutMs: number }): Call {
  let closedUntil = 0
  return async (path, accessToken, request) => {
    const now = options.now()
    const closed = closedUntil - now.getTime()
    if (closed > 0) throw new SendError('rate_limited', 'zalo_minute_full', Math.ceil(closed / 1000))
    const { response, text } = await ask(options, path, accessToken, request)
    if (response.headers.get('x-ratelimit-remain')?.trim() === '0') closedUntil = (Math.floor(now.getTime() / MINUTE) + 1) * MINUTE
    return opened(response, text, now)
  }
}

async function ask(
  { apiRoot, apiFetch, timeoutMs }: { apiRoot: string; apiFetch: ApiFetch; timeoutMs: number },
  path: string,
  accessToken: string,
  request: Parameters<Call>[2],
): Promise<{ response: ApiAnswer; text: string }> {
  const headers: Record<string, string> = { access_token: accessToken, accept: 'application/json' }
  let sent: { method: string; body?: string } = { method: 'GET' }
  if (request !== 'get') {
    headers['content-type'] = 'json' in request ? 'application/json' : request.type
    sent = { method: 'POST', body: 'json' in request ? JSON.stringify(request.json) : request.body }
  }
  try {
    const response = await apiFetch(apiRoot + path, { ...sent, headers, timeoutMs })
    return { response, text: await response.text() }
  } catch (cause) {
    throw broken(cause)
  }
}

function opened(response: ApiAnswer, text: string, now: Date): Answer {
  if (response.status >= 500) throw new SendError('temporary', `zalo_http_${response.status}`)
  if (response.status === 429) throw new SendError('rate_limited', 'zalo_http_429', Number(response.headers.get('retry-after')) || 60)
  const answer = envelope(text)
  const code = Number(answer?.error ?? Number.NaN)
  if (answer !== undefined && code === 0 && response.ok) return answer
  if (Number.isInteger(code) && code !== 0) throw refusal(code, now)
  if (response.status === 401 || response.status === 403) throw new SendError('operator', `zalo_http_${response.status}`)
  if (!response.ok) throw new SendError('refused', `zalo_http_${response.status}`)
  // a success nobody can read: the message may be out
  throw new SendError('unknown', 'zalo_bad_answer')
}

function envelope(text: string): Answer | undefined {
  try {
    const value = parseJson(text)
    return typeof value === 'object' && value !== null ? (value as Answer) : undefined
  } catch {
    return undefined
  }
}
