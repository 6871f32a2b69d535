/**
 * The one question to Zalo's OAuth host: a new pair for a refresh token (zalo.md §2). Its error table is not published,
 * so what counts is whether an access token came back; the error's number and name only go into the alarm.
 */
import type { ApiFetch } from '../../api-fetch.ts'
import { parseJson } from './json.ts'

export type OauthOptions = { appId: string; appSecret: string; oauthRoot: string; apiFetch: ApiFetch; timeoutMs: number }

/** `lost`: Zalo answered and gave nothing. Otherwise no answer could be read, and another try may. */
export type Grant = { accessToken: string; refreshToken: string; expiresIn: number } | { reason: string; name: string; lost: boolean }

/** Never throws. `expiresIn` in seconds. */
export async function requestGrant(options: OauthOptions, refreshToken: string): Promise<Grant> {
  let status: number
  let text: string
  try {
    const response = await options.apiFetch(`${options.oauthRoot}/v4/oa/access_token`, {
      method: 'POST',
      headers: { secret_key: options.appSecret, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ refresh_token: refreshToken, app_id: options.appId, grant_type: 'refresh_token' }).toString(),
      timeoutMs: options.timeoutMs,
    })
    status = response.status
    text = await response.text()
  } catch {
    return { reason: 'zalo_oauth_no_answer', name: '', lost: false }
  }
  const answer = objectOf(text)
  if (answer === undefined || status >= 500 || status === 429) return { reason: `zalo_oauth_http_${status}`, name: '', lost: false }
  const { access_token: accessToken, refresh_token: next } = answer
  if (typeof accessToken === 'string' && accessToken !== '' && typeof next === 'string' && next !== '')
    return { accessToken, refreshToken: next, expiresIn: lifeOf(answer.expires_in) }
  return { reason: `zalo_oauth_${word(answer.error)}`, name: word(answer.error_name), lost: true }
}

/** Seen as the text "90000" and as a number; an answer without it gets an hour, so that it is soon renewed. */
function lifeOf(value: unknown): number {
  const seconds = Number(value)
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 3600
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseJson(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A short machine word for a log line, whatever the host put there. */
function word(value: unknown): string {
  return String(value ?? 'none')
    .replace(/[^\w .-]/g, '')
    .slice(0, 60)
}
