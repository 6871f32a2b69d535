/**
 * Fetches a picture a platform points at, from listed hosts only: whoever can forge an update must not be able to
 * make us open an address of his choice. https everywhere; plain http only where the operator wrote the host with
 * scheme and port. Redirects are followed by hand so that every hop is judged alike.
 */
import { SendError } from './errors.ts'

const MAX_HOPS = 3

/**
 * @param options.hosts `media.example.vn`, `*.zdn.vn` (any name below it) or an origin such as `http://127.0.0.1:4000`
 * @throws SendError `refused` for an address that may never be fetched; whatever `fetch` throws passes through
 */
export async function fetchAllowed(
  url: string,
  options: { hosts: readonly string[]; fetch: typeof fetch; signal: AbortSignal },
): Promise<Response> {
  const { hosts, fetch, signal } = options
  let address = url
  for (let hop = 0; hop <= MAX_HOPS; hop++) {
    const target = allowed(address, hosts)
    const response = await fetch(target.href, { redirect: 'manual', signal })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    if (!URL.canParse(location, target.href)) throw new SendError('refused', 'media_redirect')
    address = new URL(location, target.href).href
  }
  throw new SendError('refused', 'media_redirects')
}

function allowed(address: string, hosts: readonly string[]): URL {
  if (!URL.canParse(address)) throw new SendError('refused', 'media_address')
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') throw new SendError('refused', 'media_address')
  if (!hosts.some((host) => matches(url, host))) throw new SendError('refused', 'media_host')
  return url
}

function matches(url: URL, host: string): boolean {
  if (host.includes('://')) return URL.canParse(host) && url.origin === new URL(host).origin
  if (url.protocol !== 'https:' || url.port !== '') return false
  const name = host.toLowerCase()
  return name.startsWith('*.') ? url.hostname.endsWith(name.slice(1)) : url.hostname === name
}
