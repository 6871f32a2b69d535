/**
 * A browser of an officer, for tests of the console: keeps cookies, follows redirects of ours, posts forms with what the
 * page's own form carries.
 */

import { makeSignInLink } from '../db/sessions.ts'
import type { Product } from '../src/app.ts'
import type { Db, Keys } from '../src/chat.ts'

export type Browser = ReturnType<typeof openBrowser>
type Fields = Record<string, string | string[] | File | File[]>

const ORIGIN = 'https://bot.example.vn'
let serial = 0

export function openBrowser({ product }: { product: Pick<Product, 'app'> }) {
  const jar = new Map<string, string>()
  let csrf = ''

  const request = async (path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await product.app.request(`${ORIGIN}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { ...(cookie ? { cookie } : {}), 'sec-fetch-site': 'same-origin', ...init.headers },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, decodeURIComponent(value))
    }
    return answer
  }
  /** The page at the end of redirects. */
  const follow = async (first: Response): Promise<Page> => {
    let answer = first
    let path = ''
    for (let i = 0; i < 5 && answer.status >= 300 && answer.status < 400; i++) {
      path = answer.headers.get('location') ?? ''
      answer = await request(path)
    }
    const html = await answer.text()
    csrf = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? csrf
    return { status: answer.status, html, text: textOf(html), path, headers: answer.headers }
  }

  return {
    jar,
    request,
    get: async (path: string): Promise<Page> => ({ ...(await follow(await request(path))) }),
    /** A form of the page last seen; `_csrf` may be given to forge one. */
    async post(path: string, fields: Fields = {}, headers: Record<string, string> = {}): Promise<Page> {
      const all: Fields = { _csrf: csrf, ...fields }
      const files = Object.values(all).some((value) => [value].flat().some((one) => one instanceof File))
      const body = files ? new FormData() : new URLSearchParams()
      for (const [name, value] of Object.entries(all))
        for (const one of [value].flat()) {
          if (one instanceof File && body instanceof FormData) body.append(name, one)
          else body.append(name, String(one))
        }
      return follow(await request(path, { method: 'POST', body, headers }))
    },
    csrf: () => csrf,
  }
}

export type Page = { status: number; html: string; text: string; path: string; headers: Headers }

/** What a person reads. */
const textOf = (html: string): string =>
  html
    .replace(/<head>[\s\S]*?<\/head>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')

/** A one-time link of this officer, as its secret. */
export async function linkFor({ db, keys }: { db: Db; keys: Keys }, officerId: string, now: Date): Promise<string> {
  const secret = `TESTLINK${String(++serial).padStart(24, '2')}`
  await db.write(makeSignInLink({ tag: await keys.tag('sign-in', secret), officerId, until: new Date(now.getTime() + 900_000) }))
  return secret
}

/** Signs an officer in by a link; `proven`: as if they had just given a passkey. */
export async function signIn(
  desk: { product: Pick<Product, 'app'>; db: Db; keys: Keys; clock: { now(): Date } },
  officerId: string,
  proven = false,
): Promise<Browser> {
  const browser = openBrowser(desk)
  const page = await browser.post(`/console/link/${await linkFor(desk, officerId, desk.clock.now())}`)
  if (page.status !== 200) throw new Error(`could not sign in: ${page.status} ${page.text}`)
  if (proven)
    await desk.db.write([{ sql: 'UPDATE sessions SET proven_at = ? WHERE officer_id = ?', args: [desk.clock.now().getTime(), officerId] }])
  return browser
}
