/**
 * Where a request to one of our own pages comes from: what keeps another site from posting in somebody's name.
 */
import type { Context } from 'hono'

/** False for a post that another site makes. A client that states neither header is no browser, and has no one's cookie. */
export function isOwnSite(c: Context, publicUrl: string | null): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = c.req.header('origin')
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  const { host } = new URL(origin)
  return host === (c.req.header('host') ?? new URL(c.req.url).host) || (publicUrl !== null && host === new URL(publicUrl).host)
}

/** Whether the outside reaches us by https: by its own address, or through a proxy in front. */
export function isHttps(c: Context, publicUrl: string | null): boolean {
  return c.req.url.startsWith('https:') || (publicUrl?.startsWith('https:') ?? false)
}
