/**
 * What the console keeps in an officer's browser: the session's secret with its tag, and how they like their pages. A
 * forged or cut cookie opens nothing; the database knows the secret only as a keyed hash.
 */
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Keys, Locale } from '../chat.ts'
import { randomCode, sameSecret } from '../keys.ts'
import { isHttps } from '../site.ts'

const SESSION = 'hv_officer'
const SECRET_LENGTH = 32
const SHAPE = new RegExp(`^([0-9A-Z]{${SECRET_LENGTH}})\\.([A-Za-z0-9_-]{32})$`)
const YEAR_S = 365 * 24 * 60 * 60

/** A new secret, 160 bits, for a session or a link. */
export const newSecret = (random: () => number): string => randomCode(SECRET_LENGTH, random)

/** The tag by which the database knows the session of this request; undefined without a cookie of ours. */
export async function sessionTag(c: Context, keys: Keys): Promise<string | undefined> {
  const [, secret, signature] = SHAPE.exec(getCookie(c, SESSION) ?? '') ?? []
  if (secret === undefined || signature === undefined) return undefined
  if (!sameSecret(signature, await keys.tag('csrf', `cookie:${secret}`))) return undefined
  return keys.tag('officer-session', secret)
}

/** Ends with the browser, and in the database after twelve hours. */
export async function keepSession(c: Context, keys: Keys, secret: string, publicUrl: string | null): Promise<void> {
  setCookie(c, SESSION, `${secret}.${await keys.tag('csrf', `cookie:${secret}`)}`, {
    httpOnly: true,
    sameSite: 'Lax',
    secure: isHttps(c, publicUrl),
    path: '/console',
  })
}

export const dropSession = (c: Context): void => void deleteCookie(c, SESSION, { path: '/console' })

/** Vietnamese unless the officer chose English. */
export const localeOf = (c: Context): Locale => (getCookie(c, 'hv_lang') === 'en' ? 'en' : 'vi')
export const themeOf = (c: Context): 'light' | 'dark' | undefined => {
  const theme = getCookie(c, 'hv_theme')
  return theme === 'light' || theme === 'dark' ? theme : undefined
}

/** How an officer likes their pages: nothing secret, kept for a year. */
export function keepTaste(c: Context, name: 'hv_lang' | 'hv_theme', value: string): void {
  setCookie(c, name, value, { sameSite: 'Lax', path: '/console', maxAge: YEAR_S })
}

/** Browser and system in a few words: what an officer recognises their own session by. */
export function deviceOf(userAgent: string | undefined): string {
  const agent = userAgent ?? ''
  const first = (names: Array<[RegExp, string]>) => names.find(([pattern]) => pattern.test(agent))?.[1]
  const browser = first([
    [/Edg\//, 'Edge'],
    [/coc_coc|CocCoc/i, 'Cốc Cốc'],
    [/SamsungBrowser/, 'Samsung Internet'],
    [/Firefox\//, 'Firefox'],
    [/Chrome\//, 'Chrome'],
    [/Safari\//, 'Safari'],
  ])
  const system = first([
    [/Windows/, 'Windows'],
    [/Android/, 'Android'],
    [/iPhone|iPad/, 'iPhone'],
    [/Mac OS X/, 'macOS'],
    [/Linux/, 'Linux'],
  ])
  return [browser ?? '?', system ?? '?'].join(' · ')
}
