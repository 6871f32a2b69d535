/**
 * Fetches what a person sent from the places where Zalo keeps it, and from nowhere else: a link inside a message is a
 * stranger's wish, so the host, the scheme and every redirect are checked against a list. Both Zalo channels use it
 * (zalo.md §7). No credential ever travels with these requests.
 */
import { SendError } from './errors.ts'

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** Hosts on which Zalo keeps photos (zalo.md §7). */
export const zaloMediaHosts: readonly string[] = ['*.zdn.vn', '*.zadn.vn', '*.zalo.me', '*.zaloapp.com']

const MAX_REDIRECTS = 3

/**
 * Opens `url` if its host is on the list; redirects only to hosts on the list, three at most. An entry is a host
 * (`cdn.example.vn`, `*.example.vn`: https, and a link written with http is upgraded) or an origin with its scheme
 * (`http://127.0.0.1:9000`: exactly that). Throws SendError `refused` when it can never be had, `temporary` when
 * another try may help.
 */
export async function fetchAllowed(
  url: string,
  options: { hosts: readonly string[]; fetch: Fetch; signal: AbortSignal },
): Promise<Response> {
  let next = allowedUrl(url, options.hosts)
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    if (next === undefined) throw new SendError('refused', 'photo_host')
    const response = await open(next, options)
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) return checked(response)
    await response.body?.cancel()
    next = allowedUrl(location, options.hosts, next)
  }
  throw new SendError('refused', 'photo_redirects')
}

/** The address to ask, upgraded to https, or undefined when the list does not cover it. */
function allowedUrl(text: string, hosts: readonly string[], base?: URL): URL | undefined {
  let url: URL
  try {
    url = new URL(text, base)
  } catch {
    return undefined
  }
  if (url.username !== '' || url.password !== '') return undefined
  if (hosts.some((entry) => entry.includes('://') && originOf(entry) === url.origin)) return url
  if (url.protocol === 'http:' && url.port === '') url.protocol = 'https:'
  if (url.protocol !== 'https:') return undefined
  return hosts.some((entry) => matches(url.host, entry.toLowerCase())) ? url : undefined
}

function originOf(entry: string): string | undefined {
  try {
    return new URL(entry).origin
  } catch {
    return undefined
  }
}

function matches(host: string, entry: string): boolean {
  return entry.startsWith('*.') ? host.endsWith(entry.slice(1)) && host.length >= entry.length : host === entry
}

async function open(url: URL, { fetch, signal }: { fetch: Fetch; signal: AbortSignal }): Promise<Response> {
  try {
    return await fetch(url.href, { redirect: 'manual', signal })
  } catch (cause) {
    throw new SendError('temporary', 'photo_unreachable', undefined, { cause })
  }
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response
  await response.body?.cancel()
  const again = response.status >= 500 || response.status === 408 || response.status === 425 || response.status === 429
  throw new SendError(again ? 'temporary' : 'refused', `photo_${response.status}`)
}
