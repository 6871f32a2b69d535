/**
 * How officers come into the console and stay themselves there: links, sessions, proofs, forms, cookies. Each attack here
 * is refused with a plain sentence and changes nothing.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dismissOfficer } from '../db/officers.ts'
import { newTotpSecret, totpDigits } from '../src/totp.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { linkFor, openBrowser, signIn } from './console-desk.ts'

let desk: ApiDesk
beforeEach(async () => {
  desk = await openApiDesk()
})
afterEach(() => desk.close())

const HOUR = 3_600_000
const officer = (id = 'an') => desk.officer('xa', ['admin'], id)
const link = async (id: string) => `/console/link/${await linkFor(desk, id, desk.clock.now())}`
const sessions = async () => desk.db.read('SELECT officer_id, device, proven_at FROM sessions ORDER BY created_at')
const done = async () => (await desk.audits()).filter(({ outcome }) => outcome === 'done').map(({ act }) => act)
/** The six digits' secret of this officer, as if set up. */
const giveDigits = async (id: string) => {
  const secret = newTotpSecret()
  await desk.db.write([{ sql: 'UPDATE officers SET totp = ? WHERE id = ?', args: [await desk.keys.seal('totp', secret, id), id] }])
  return secret
}

describe('a one-time link', () => {
  test('opens a page with a button; the button opens the session; neither works twice', async () => {
    const path = await link(await officer())
    const preview = openBrowser(desk)
    for (let i = 0; i < 3; i++) expect((await preview.get(path)).text).toContain('Chào Cán bộ an')
    expect(await sessions()).toEqual([])
    const an = openBrowser(desk)
    await an.get(path)
    expect((await an.post(path)).text).toContain('Cán bộ an · ')
    expect(await sessions()).toMatchObject([{ officer_id: 'an', proven_at: null }])
    const thief = openBrowser(desk)
    for (const page of [await thief.get(path), await thief.post(path)]) {
      expect([page.status, page.text]).toEqual([403, expect.stringContaining('đã dùng rồi hoặc đã hết hạn')])
    }
    expect(await sessions()).toHaveLength(1)
    expect(await done()).toEqual(['session.open'])
  })

  test('two who press at the same moment: one is in', async () => {
    const path = await link(await officer())
    const pages = await Promise.all([1, 2, 3, 4].map(() => openBrowser(desk).post(path)))
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403])
    expect(await sessions()).toHaveLength(1)
  })

  test('runs out, dies with a newer one, and with the officer', async () => {
    const id = await officer()
    const old = await link(id)
    const path = await link(id)
    expect((await openBrowser(desk).post(old)).status).toBe(403)
    desk.clock.advance(15 * 60_000 + 1)
    expect((await openBrowser(desk).post(path)).status).toBe(403)
    const last = await link(id)
    await desk.db.write(dismissOfficer(id, desk.clock.now()))
    expect((await openBrowser(desk).post(last)).status).toBe(403)
    expect(await sessions()).toEqual([])
  })

  test('is not pressed by a page of another site', async () => {
    const path = await link(await officer())
    const page = await openBrowser(desk).post(path, {}, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('không đến từ trang của trợ lý')])
    expect((await openBrowser(desk).post(path)).status).toBe(200)
  })

  test('ten thousand guesses: all refused, the door says wait, and the right link works afterwards', async () => {
    const path = await link(await officer())
    const statuses = new Map<number, number>()
    for (let i = 0; i < 10_000; i++) {
      const { status } = await desk.product.app.request(`https://bot.example.vn/console/link/${String(i).padStart(32, '2')}`, {
        method: 'POST',
      })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    expect([...statuses.keys()].sort()).toEqual([403, 429])
    expect(statuses.get(403)).toBeLessThanOrEqual(121)
    expect(await sessions()).toEqual([])
    desk.clock.advance(60_000)
    expect((await openBrowser(desk).post(path)).status).toBe(200)
  })
})

describe('a session', () => {
  test('lasts twelve hours and not a moment longer, whatever is done in it', async () => {
    const an = await signIn(desk, await officer())
    for (let hour = 1; hour < 12; hour++) {
      desk.clock.advance(HOUR)
      expect((await an.get('/console')).status).toBe(200)
    }
    desk.clock.advance(HOUR)
    expect((await an.get('/console')).text).toContain('Đăng nhập dành cho cán bộ')
  })

  test('ends at once for an officer who leaves, with all they held', async () => {
    const an = await signIn(desk, await officer())
    await desk.db.write(dismissOfficer('an', desk.clock.now()))
    expect((await an.get('/console')).text).toContain('Đăng nhập dành cho cán bộ')
    expect([await sessions(), await desk.db.read('SELECT * FROM passkeys')]).toEqual([[], []])
  })

  test('is listed on the officer’s own page and ended there, one or all others; nobody ends another’s', async () => {
    const an = await signIn(desk, await officer())
    const other = await signIn(desk, 'an')
    const binh = await signIn(desk, await officer('binh'))
    const page = await an.get('/console/me')
    expect(page.text).toContain('Nơi đang đăng nhập')
    const ids = (await desk.db.read("SELECT id FROM sessions WHERE officer_id = 'an' ORDER BY rowid")).map(({ id }) => String(id))
    await binh.get('/console/me')
    expect((await binh.post('/console/me/session', { id: ids[1] ?? '' })).status).toBe(404)
    expect((await other.get('/console')).text).toContain('Cán bộ an')
    await an.get('/console/me')
    expect((await an.post('/console/me/session', { id: ids[1] ?? '' })).text).toContain('Đã thoát.')
    expect((await other.get('/console')).text).toContain('Đăng nhập dành cho cán bộ')
    await signIn(desk, 'an')
    await an.post('/console/me/sessions')
    expect(await sessions()).toHaveLength(2)
  })

  test('signs out by a form alone', async () => {
    const an = await signIn(desk, await officer())
    expect((await an.post('/console/sign-out', { _csrf: 'forged' })).status).not.toBe(200)
    expect((await an.get('/console')).text).toContain('Cán bộ an')
    await an.post('/console/sign-out')
    expect(await sessions()).toEqual([])
  })

  test('is not opened by a cookie that was made up, cut, mixed or signed with another key', async () => {
    const an = await signIn(desk, await officer())
    const [secret = '', tag = ''] = (an.jar.get('hv_officer') ?? '').split('.')
    const foreign = 'A'.repeat(32)
    for (const cookie of [
      secret,
      `${secret}.`,
      `${secret}.${'A'.repeat(32)}`,
      `${foreign}.${tag}`,
      `${secret}.${tag.slice(0, 31)}x`,
      `${secret.toLowerCase()}.${tag}`,
      `${secret}.${tag}.${tag}`,
      'x'.repeat(5_000),
    ]) {
      const thief = openBrowser(desk)
      thief.jar.set('hv_officer', cookie)
      expect((await thief.get('/console/me')).text, cookie.slice(0, 70)).toContain('Đăng nhập dành cho cán bộ')
    }
    expect((await an.get('/console/me')).text).toContain('Cán bộ an')
  })

  test('its cookie is out of reach of scripts and other sites, and the database does not know it', async () => {
    const browser = openBrowser(desk)
    const answer = await browser.request(await link(await officer()), { method: 'POST', body: new URLSearchParams() })
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('hv_officer='))
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).toMatch(/Secure/i)
    expect(cookie).toMatch(/SameSite=Lax/i)
    expect(cookie).toMatch(/Path=\/console/i)
    const [secret = ''] = (browser.jar.get('hv_officer') ?? '').split('.')
    expect(secret).toHaveLength(32)
    const tables = await desk.db.read("SELECT name FROM sqlite_master WHERE type = 'table'")
    for (const { name } of tables) expect(JSON.stringify(await desk.db.read(`SELECT * FROM "${name}"`)), String(name)).not.toContain(secret)
    expect(desk.lines.join('\n')).not.toContain(secret)
  })

  test('asks for no more than a few hundred pages a minute', async () => {
    const an = await signIn(desk, await officer())
    let last = 200
    for (let i = 0; i < 260 && last === 200; i++) last = (await an.request('/console/help')).status
    expect(last).toBe(429)
    desk.clock.advance(60_000)
    expect((await an.get('/console')).status).toBe(200)
  })
})

describe('a proof', () => {
  const START = '/console/me/passkey'

  test('is asked for, set up the first time, given with six digits, and leads back', async () => {
    const an = await signIn(desk, await officer())
    const first = await an.get(START)
    expect(first.text).toContain('Thiết lập xác nhận')
    const page = await an.get('/console/enrol/digits')
    const secret = /<code>([^<]+)<\/code>/.exec(page.html)?.[1]?.replaceAll(' ', '') ?? ''
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    const wrong = await an.post('/console/enrol/digits', { digits: '000000', next: START })
    expect([wrong.status, wrong.html.includes(secret.slice(0, 4))]).toEqual([400, true])
    const right = await an.post('/console/enrol/digits', { digits: totpDigits(secret, desk.clock.now()), next: '/console/help' })
    expect([right.status, right.path]).toEqual([200, '/console/help'])
    expect((await an.get(START)).path).toBe('/console/me')
    desk.clock.advance(15 * 60_000)
    expect((await an.get(START)).text).toContain('Sáu số trên ứng dụng')
    expect((await an.post('/console/proof', { digits: '123456', next: START })).status).toBe(400)
    expect((await an.post('/console/proof', { digits: totpDigits(secret, desk.clock.now()), next: START })).path).toBe('/console/me')
    expect(JSON.stringify(await desk.db.read('SELECT * FROM sessions'))).not.toContain(secret)
  })

  test('the same digits prove nothing twice, five wrong ones lock the door for a quarter of an hour', async () => {
    const an = await signIn(desk, await officer())
    const secret = await giveDigits('an')
    await an.get('/console/proof')
    const digits = totpDigits(secret, desk.clock.now())
    expect((await an.post('/console/proof', { digits })).status).toBe(200)
    expect((await an.post('/console/proof', { digits })).status).toBe(400)
    for (let i = 0; i < 5; i++) await an.post('/console/proof', { digits: '111111' })
    desk.clock.advance(60_000)
    const locked = await an.post('/console/proof', { digits: totpDigits(secret, desk.clock.now()) })
    expect([locked.status, locked.text]).toEqual([400, expect.stringContaining('15 phút')])
    desk.clock.advance(15 * 60_000)
    expect((await an.post('/console/proof', { digits: totpDigits(secret, desk.clock.now()) })).status).toBe(200)
  })

  test('a stolen link alone adds no second way in once the first is set up', async () => {
    await officer()
    await giveDigits('an')
    const thief = await signIn(desk, 'an')
    expect((await thief.get('/console/enrol')).text).toContain('Xác nhận là đồng chí')
    expect((await thief.get('/console/enrol/digits')).text).toContain('Xác nhận là đồng chí')
    expect((await thief.post('/console/enrol/digits', { digits: '123456' })).status).toBe(403)
    expect((await thief.post('/console/enrol/passkey')).status).toBe(403)
    expect((await thief.post('/console/enrol/passkey/answer', { answer: '{}' })).status).toBe(403)
  })

  test.each(['{}', 'null', '[]', 'nonsense', '{"id":"x","response":{}}', `{"id":"${'x'.repeat(9_000)}"}`])(
    'a passkey’s answer that is none (%.40s) is refused',
    async (answer) => {
      const an = await signIn(desk, await officer())
      await an.get('/console/enrol')
      for (const path of ['/console/enrol/passkey/answer', '/console/proof/passkey/answer']) {
        expect((await an.post(path, { answer })).status, path).toBe(403)
      }
      expect((await openBrowser(desk).post('/console/sign-in/passkey/answer', { answer })).status).toBe(403)
      expect(await sessions()).toMatchObject([{ proven_at: null }])
    },
  )
})

describe('addresses and forms', () => {
  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/console/../../evil',
    '/consolevil',
    'javascript:alert(1)',
    '/console/%2f%2fevil.example/..',
    '/console//evil.example',
    '/console?x=%0d%0aSet-Cookie:a=b',
    '/console/\r\nx: y',
  ])('after signing in nobody is led to %s', async (next) => {
    const an = await signIn(desk, await officer())
    const ways = [
      await an.request(`/console/sign-in?next=${encodeURIComponent(next)}`),
      await an.request('/console/taste', { method: 'POST', body: new URLSearchParams({ _csrf: an.csrf(), next, theme: 'dark' }) }),
    ]
    for (const way of ways) {
      const to = new URL(way.headers.get('location') ?? '', 'https://bot.example.vn')
      expect([to.origin, to.pathname.startsWith('/console')]).toEqual(['https://bot.example.vn', true])
      expect(way.headers.getSetCookie().some((line) => line.startsWith('a='))).toBe(false)
    }
  })

  test('an address cannot make a page say what we did not write', async () => {
    const an = await signIn(desk, await officer())
    for (const said of ['console.said_session_ended', '<script>alert(1)</script>', 'console.failed', 'console.said_x', '__proto__']) {
      const { html } = await an.get(`/console?said=${encodeURIComponent(said)}`)
      expect(html).not.toContain('<script>alert')
      expect(html.includes('Đã thoát.')).toBe(said === 'console.said_session_ended')
      expect(html.includes('alert-success')).toBe(said === 'console.said_session_ended')
    }
  })

  test('a name full of markup is shown as it was written', async () => {
    await desk.officer('xa', ['admin'], 'x')
    await desk.db.write([{ sql: 'UPDATE officers SET name = ? WHERE id = ?', args: [`"><img src=x onerror=alert(1)>'&`, 'x'] }])
    const browser = await signIn(desk, 'x')
    for (const path of ['/console', '/console/me', '/console/enrol/digits']) {
      const { html } = await browser.get(path)
      expect(html).not.toContain('<img src=x')
      expect(html).toContain('&lt;img src=x')
    }
  })

  test.each([
    ['application/json', '{"a":1}', 400],
    ['text/plain', 'a=b', 400],
    ['application/x-www-form-urlencoded', 'a'.repeat(300_000), 413],
    ['multipart/form-data', 'no boundary', 400],
    ['multipart/form-data; boundary=x', '--x\r\nbroken', 400],
  ])('a body that is no form of ours (%s) is refused in words', async (type, body, status) => {
    const an = await signIn(desk, await officer())
    const answer = await an.request('/console/taste', { method: 'POST', body, headers: { 'content-type': type } })
    expect(answer.status).toBe(status)
    expect(await answer.text()).toContain('Chưa làm được')
  })

  test('a form with thousands of fields, or fields named after what objects have, harms nothing', async () => {
    const an = await signIn(desk, await officer())
    const many = new URLSearchParams({ _csrf: an.csrf() })
    for (let i = 0; i < 3_000; i++) many.append(`f${i}`, '')
    expect((await an.request('/console/taste', { method: 'POST', body: many })).status).toBe(400)
    for (const name of ['__proto__', 'constructor', 'toString', '__proto__[]']) {
      const body = new URLSearchParams({ _csrf: an.csrf(), [name]: 'x', theme: 'dark', next: '/console/me' })
      const answer = await an.request('/console/taste', { method: 'POST', body })
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/me'])
    }
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test('every answer keeps other sites, frames, caches and inline scripts out', async () => {
    const an = await signIn(desk, await officer())
    for (const path of ['/console', '/console/sign-in', '/console/nothing-here', '/console/link/x', '/console/enrol/digits']) {
      const { headers, html } = { headers: (await an.request(path)).headers, html: await (await an.request(path)).text() }
      expect(headers.get('content-security-policy'), path).toContain("script-src 'self'; style-src 'self'")
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'")
      expect(headers.get('cache-control'), path).toBe('no-store')
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('referrer-policy'), path).toBe('no-referrer')
      expect(html, path).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=/i)
    }
  })

  test('says nothing of what exists to whom has no session', async () => {
    const nobody = openBrowser(desk)
    for (const path of ['/console/me', '/console/nothing', '/console/help/first', '/console/../console/me']) {
      const answer = await nobody.request(path)
      expect([answer.status, (answer.headers.get('location') ?? '').split('?')[0]], path).toEqual([303, '/console/sign-in'])
    }
    expect((await nobody.request('/console/assets/../me')).status).toBe(303)
    expect((await nobody.request('/console/assets/none.js')).status).toBe(303)
  })
})
