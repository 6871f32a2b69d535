/**
 * What every answer of the web chat carries, and who may post to it: nothing from elsewhere is loaded, nobody frames the
 * page, nobody's site posts in a visitor's name.
 */
import type { Context, MiddlewareHandler } from 'hono'

const headers: Record<string, string> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'geolocation=(self), camera=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

export const secureHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value)
}

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
