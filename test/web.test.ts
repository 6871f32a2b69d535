/**
 * The web chat over the whole road: who may post what, what comes back, and that no line is lost or doubled on its way
 * to the page.
 */
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { namespaces } from '../content/index.ts'
import { eraseContact } from '../db/erasure.ts'
import { findNewestSeq, findOwners, listLinesAfter, listLinesBefore, listNewLines, transcriptStore } from '../db/transcript.ts'
import { assets } from '../src/channels/web/page/assets.ts'
import { buildAssets } from '../src/channels/web/page/build.ts'
import type { Db, Handler } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { createLimiter } from '../src/limiter.ts'
import { databases, type TestDatabase } from './database.ts'
import { createWebBot, type WebBot, type WebBotOptions } from './web-harness.ts'

const start: Handler = {
  name: 'start',
  version: 1,
  words: ['bắt đầu', 'menu'],
  commands: ['start'],
  handle: async ({ message }) => ({
    replies: [
      {
        text: { literal: `Chào bạn ${message.start ?? ''}`.trim() },
        buttons: [
          { label: { literal: 'Đố vui' }, payload: 'echo:tap:1' },
          { label: { literal: 'Cổng thông tin' }, url: 'https://example.vn/' },
        ],
      },
    ],
  }),
}

const data: Handler = {
  name: 'data',
  version: 1,
  words: ['xóa dữ liệu'],
  async handle({ message, contact, db, keys, now }) {
    if (message.payload) return { replies: [{ text: { literal: 'Dữ liệu của tôi: xem, nhận bản sao, xóa.' } }] }
    return {
      replies: [{ text: { literal: 'Đã xóa hết.' } }],
      writes: await eraseContact(db, keys, contact.id, now, contact.addressId),
      erased: true,
    }
  },
}

const paper: Handler = {
  name: 'paper',
  version: 1,
  words: ['văn bản'],
  handle: async () => ({
    replies: [
      {
        text: { literal: 'Bản tóm tắt' },
        document: { name: "tóm tắt (1)'.txt", mime: 'text/plain', text: { literal: 'Nội dung tóm tắt' } },
      },
      { text: { literal: 'Ảnh minh họa' }, image: '/chat/anh.png' },
    ],
  }),
}

const echo: Handler = {
  name: 'echo',
  version: 1,
  words: [],
  handle: async ({ message }) => ({
    replies: [
      {
        text: {
          literal:
            `Nghe: ${message.payload ?? message.text} ${message.attachments.map((one) => ('what' in one ? one.what : one.kind)).join(' ')}`.trim(),
        },
      },
    ],
  }),
}

const handlers = [start, data, paper, echo]
const open = (options: WebBotOptions = {}) => createWebBot({ handlers, ...options })
/** Another deployment than the usual one. */
const reopen = async (options: WebBotOptions) => {
  await bot.close()
  return open(options)
}

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1])
const WEBP = new TextEncoder().encode('RIFF....WEBPVP8 ')
const HEIC = new TextEncoder().encode('\0\0\0\u0018ftypheic....')

let bot: WebBot
beforeEach(async () => {
  bot = await open()
})
afterEach(async () => {
  vi.useRealTimers()
  await bot.close()
})

const textsOf = (lines: Array<{ from: string; text: string }>) => lines.map(({ from, text }) => `${from}: ${text}`)

describe('the page', () => {
  test('says who runs it, that it is voluntary, and works without the script as far as it can', async () => {
    bot = await reopen({ about: { unitName: 'LĐLĐ <tỉnh> "Mẫu"', telegramName: 'HangVietBot', zaloOaId: '1234', hosting: 'abroad' } })
    const html = await (await bot.browser().request('/?start=QUAY7')).text()
    expect(html).toContain('Kênh này do LĐLĐ &lt;tỉnh&gt; &quot;Mẫu&quot; vận hành.')
    expect(html).toContain(namespaces.web.vi.voluntary)
    expect(html).toContain(namespaces.web.vi.abroad)
    expect(html).toContain('https://zalo.me/1234')
    expect(html).toContain('https://t.me/HangVietBot?start=QUAY7')
    expect(html).toMatch(/<noscript>.*tắt JavaScript.*<\/noscript>/s)
    expect(html).toContain('data-start="QUAY7"')
    expect(html).toMatch(/role="log"[^>]*aria-live="polite"/)
  })

  test('speaks English to who asks for it', async () => {
    expect(await (await bot.browser().request('/?lang=en')).text()).toContain('Joining is voluntary')
  })

  test('ignores a deep link that is not a code', async () => {
    expect(await (await bot.browser().request('/?start=%22%3E%3Cscript%3E')).text()).toContain('data-start=""')
  })

  test('carries the code of the Zalo domain check when it is set', async () => {
    bot = await reopen({ web: { siteVerification: 'AbC123' } })
    expect(await (await bot.browser().open()).text()).toContain('<meta name="zalo-platform-site-verification" content="AbC123"/>')
  })

  test('loads only from its own house and cannot be framed', async () => {
    const response = await bot.browser().open()
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('permissions-policy')).toContain('geolocation=(self)')
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    const html = await response.text()
    expect([...html.matchAll(/(?:src|href)="(https?:[^"]*)"/g)]).toEqual([])
    expect(html).not.toMatch(/ style="| on[a-z]+="/)
  })

  test('its script and style are kept for a year, because their name changes with them', async () => {
    const html = await (await bot.browser().open()).text()
    for (const [, path = ''] of html.matchAll(/(?:src|href)="(\/chat\/assets\/[^"]+)"/g)) {
      const asset = await bot.browser().request(path)
      expect(asset.status, path).toBe(200)
      expect(asset.headers.get('cache-control')).toContain('immutable')
    }
    expect((await bot.browser().request('/chat/assets/chat-old.js')).status).toBe(404)
  })

  test('the packed script and style are those of the source (else: npm run build:page)', async () => {
    const committed = await readFile(new URL('../src/channels/web/page/assets.ts', import.meta.url), 'utf8')
    expect(committed === (await buildAssets()), 'assets.ts is stale').toBe(true)
    expect(assets.script.body.length + assets.style.body.length).toBeLessThan(40_000)
  })
})

describe('a visitor', () => {
  test('is a signed cookie of a year that no script can read', async () => {
    const cookie = (await bot.browser().open()).headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^hv_visitor=[0-9a-f]{32}\.[A-Za-z0-9_-]{32}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  test('has a cookie for https only where the outside comes by https', async () => {
    bot = await reopen({ about: { publicUrl: 'https://bot.example.vn' } })
    expect((await bot.browser().open()).headers.get('set-cookie')).toContain('Secure')
  })

  test('who only looks leaves nothing behind', async () => {
    const lan = bot.browser()
    await lan.open()
    await lan.history()
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 0 }])
    expect((await lan.postJson('/chat/forget', { id: 'f1' })).status).toBe(202)
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 0 }])
  })

  test('with a forged or cut cookie is somebody new and sees nobody’s talk', async () => {
    const lan = bot.browser()
    await lan.posts({ text: 'chuyện của Lan' })
    const cookie = lan.cookie() ?? ''
    for (const bad of [cookie.slice(0, -1), cookie.replace(/.$/, cookie.endsWith('A') ? 'B' : 'A'), 'hv_visitor=x', `${cookie}x`]) {
      const thief = bot.browser(bad)
      expect((await thief.history()).lines).toEqual([])
      expect((await thief.request('/chat/events')).status).toBe(401)
      expect(await (await thief.posts({ text: 'chào' })).json()).toEqual({ fresh: true })
      expect(thief.cookie()).not.toBe(cookie)
    }
    expect((await lan.history()).lines).toHaveLength(2)
  })

  test('may send twenty messages a minute, and is told when to go on', async () => {
    const lan = bot.browser()
    await lan.open()
    for (let i = 0; i < 20; i++) expect((await lan.posts({ text: `tin ${i}` })).status).toBe(202)
    const refused = await lan.posts({ text: 'thêm' })
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('3')
    expect(await errorOf(refused)).toBe(namespaces.web.vi.too_many)
    bot.clock.advance(3_000)
    expect((await lan.posts({ text: 'thêm' })).status).toBe(202)
  })

  test('unknown visitors are held back beyond what a minute can bear, and forgotten afterwards', () => {
    const limiter = createLimiter({ now: bot.clock.now, newPerMinute: 100 })
    for (let i = 0; i < 100; i++) expect(limiter.take(`v${i}`).wait).toBe(0)
    expect(limiter.take('v100')).toEqual({ wait: 60, busy: true })
    expect(limiter.take('v1').wait).toBe(0)
    for (let minute = 1; minute < 10; minute++) {
      bot.clock.advance(60_000)
      for (let i = 0; i < 200; i++) limiter.take(`v${minute}-${i}`)
      expect(limiter.size()).toBeLessThanOrEqual(200)
    }
  })
})

describe('a message', () => {
  test('is answered 202 once it is committed, and both sides are in the history', async () => {
    const lan = bot.browser()
    await lan.open()
    expect((await lan.posts({ text: '/start', label: 'Bắt đầu', start: 'QUAY7' })).status).toBe(202)
    const { lines, more } = await lan.history()
    expect(textsOf(lines)).toEqual(['you: Bắt đầu', 'bot: Chào bạn QUAY7'])
    expect(more).toBe(false)
    expect(lines[0]).toMatchObject({ id: 'm1', seq: 1, at: '2026-11-23T02:00:00.000Z' })
    expect(lines[1]?.buttons).toEqual([
      { label: 'Đố vui', payload: 'echo:tap:1' },
      { label: 'Cổng thông tin', url: 'https://example.vn/' },
    ])
  })

  test('a tapped button shows its label and means its payload', async () => {
    const lan = bot.browser()
    await lan.posts({ text: 'menu' })
    await lan.posts({ payload: 'echo:tap:1', label: 'Đố vui' })
    expect(textsOf((await lan.history()).lines).slice(2)).toEqual(['you: Đố vui', 'bot: Nghe: echo:tap:1'])
  })

  test('the same message twice is one message', async () => {
    const lan = bot.browser()
    await lan.posts({ id: 'same', text: 'một' })
    expect((await lan.posts({ id: 'same', text: 'một' })).status).toBe(202)
    expect((await lan.history()).lines).toHaveLength(2)
    const ha = bot.browser()
    await ha.posts({ id: 'same', text: 'hai' })
    expect((await ha.history()).lines).toHaveLength(2)
    expect(bot.taken[0]?.id).toMatch(/^[0-9a-f]{32}:same$/)
  })

  test('a location is sent as what it is', async () => {
    const lan = bot.browser()
    await lan.posts({ location: { latitude: 21.03, longitude: 105.85 } })
    const { lines } = await lan.history()
    expect(lines[0]).toMatchObject({ location: true, text: '' })
    expect(lines[1]?.text).toBe('Nghe:  location')
  })

  test('words that nobody can read in the database', async () => {
    const lan = bot.browser()
    await lan.posts({ text: 'bí mật của Lan' })
    const rows = await bot.db.read('SELECT body FROM transcript')
    expect(rows).toHaveLength(2)
    for (const { body } of rows) expect(new TextDecoder().decode(body as Uint8Array)).not.toContain('Lan')
  })

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['no id', JSON.stringify({ text: 'a' })],
    ['an id with spaces', JSON.stringify({ id: 'a b', text: 'a' })],
    ['an id too long', JSON.stringify({ id: 'a'.repeat(65), text: 'a' })],
    ['nothing said', JSON.stringify({ id: 'a', text: ' \u200b ' })],
    ['text and payload', JSON.stringify({ id: 'a', text: 'a', payload: 'b' })],
    ['a payload too long', JSON.stringify({ id: 'a', payload: 'x'.repeat(65) })],
    ['a place that is not on earth', JSON.stringify({ id: 'a', location: { latitude: 91, longitude: 0 } })],
    ['a start that is no code', JSON.stringify({ id: 'a', text: '/start', start: '<b>' })],
  ])('%s is refused with a sentence', async (_what, body) => {
    const response = await bot
      .browser()
      .request('/chat/messages', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    expect(response.status).toBe(400)
    expect(await errorOf(response)).toBe(namespaces.web.vi.bad_message)
    expect(bot.taken).toEqual([])
  })

  test('too large is refused, with or without a stated length', async () => {
    const large = JSON.stringify({ id: 'a', text: 'a'.repeat(70_000) })
    const stated = await bot.browser().request('/chat/messages', {
      method: 'POST',
      body: large,
      headers: { 'content-type': 'application/json', 'content-length': String(large.length) },
    })
    const streamed = await bot.browser().request('/chat/messages', {
      method: 'POST',
      body: new Blob([large]).stream(),
      headers: { 'content-type': 'application/json' },
      ...{ duplex: 'half' },
    })
    expect([stated.status, streamed.status]).toEqual([413, 413])
  })

  test('another kind of body is refused', async () => {
    const response = await bot
      .browser()
      .request('/chat/messages', { method: 'POST', body: 'id=a&text=b', headers: { 'content-type': 'text/plain' } })
    expect(response.status).toBe(415)
  })

  test('another site cannot post in a visitor’s name', async () => {
    const lan = bot.browser()
    await lan.open()
    const headers: Array<Record<string, string>> = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]
    for (const one of headers) expect((await lan.postJson('/chat/messages', { id: 'x', text: 'menu' }, one)).status).toBe(403)
    const bare = (origin: string) =>
      bot.app.request('http://chat.example.vn/chat/messages', {
        method: 'POST',
        body: JSON.stringify({ id: 'x', text: 'menu' }),
        headers: { 'content-type': 'application/json', origin, cookie: lan.cookie() ?? '' },
      })
    expect((await bare('https://evil.example')).status).toBe(403)
    expect((await bare('null')).status).toBe(403)
    expect((await bare('http://chat.example.vn')).status).toBe(202)
  })

  test('when the database is away the page is told to try again', async () => {
    bot = await reopen({ take: () => Promise.reject(new AppError('unavailable', 'The update could not be stored.')) })
    const response = await bot.browser().posts({ text: 'menu' })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await errorOf(response)).toBe(namespaces.web.vi.unavailable)
  })
})

describe('photos', () => {
  test('are sealed away under a name that says nothing, and open again for the loop', async () => {
    const lan = bot.browser()
    expect(
      (
        await lan.sends(
          [
            ['a.jpg', JPEG],
            ['b.png', PNG],
            ['c.webp', WEBP],
          ],
          'hàng nghi giả',
        )
      ).status,
    ).toBe(202)
    const { lines } = await lan.history()
    expect(lines[0]).toMatchObject({ from: 'you', text: 'hàng nghi giả', photos: 3 })
    const message = bot.taken[0]
    const refs = message?.kind === 'message' ? message.attachments.flatMap((one) => (one.kind === 'photo' ? [one.ref] : [])) : []
    expect(refs).toEqual([...bot.evidence.files.keys()])
    for (const ref of refs) expect(ref).toMatch(/^in-[0-9a-z]{16}$/)
    expect(bot.evidence.files.get(refs[0] ?? '')).not.toEqual(JPEG)
    const photo = await bot.web.photo(refs[0] ?? '', new AbortController().signal)
    expect(photo.headers.get('content-type')).toBe('image/jpeg')
    expect(new Uint8Array(await photo.arrayBuffer())).toEqual(JPEG)
    await expect(bot.web.photo('in-khongco', new AbortController().signal)).rejects.toMatchObject({ failure: 'refused' })
  })

  test('of a kind we cannot use are named, whatever their file says', async () => {
    const lan = bot.browser()
    await lan.sends([
      ['that.jpg', HEIC],
      ['b.jpg', new TextEncoder().encode('<svg onload=alert(1)>')],
      ['c.jpg', JPEG],
    ])
    expect((await lan.history()).lines[1]?.text).toBe('Nghe:  heic file photo')
    expect(bot.evidence.files.size).toBe(1)
  })

  test('too many or too large are refused', async () => {
    const lan = bot.browser()
    const many = await lan.sends(Array.from({ length: 11 }, (_, i) => [`${i}.jpg`, JPEG] as [string, Uint8Array<ArrayBuffer>]))
    expect([many.status, await errorOf(many)]).toEqual([400, namespaces.web.vi.too_many_photos])
    const large = await lan.sends([['a.jpg', new Uint8Array(10 * 1024 * 1024 + 1)]])
    expect([large.status, await errorOf(large)]).toEqual([413, namespaces.web.vi.photo_too_large])
    expect((await lan.sends([])).status).toBe(400)
    expect(bot.evidence.files.size).toBe(0)
  })

  test('of one visitor are twenty an hour, because they are stored before anybody knows whether a report wants them', async () => {
    const bot = await open()
    const lan = bot.browser()
    await lan.open()
    const photo = new Uint8Array([0xff, 0xd8, 0xff, 0xe0])
    for (let i = 0; i < 4; i++) {
      expect((await lan.sends(Array.from({ length: 5 }, (_, at): [string, Uint8Array<ArrayBuffer>] => [`${at}.jpg`, photo]))).status).toBe(
        202,
      )
      bot.clock.advance(60_000)
    }
    const held = await lan.sends(Array.from({ length: 5 }, (_, at): [string, Uint8Array<ArrayBuffer>] => [`${at}.jpg`, photo]))
    expect(held.status).toBe(429)
    expect(bot.evidence.files.size).toBe(20)
    bot.clock.advance(60 * 60_000)
    expect((await lan.sends([['a.jpg', photo]])).status).toBe(202)
  })

  test('in a form of countless parts are refused before it is taken apart', async () => {
    const bot = await open()
    const lan = bot.browser()
    await lan.open()
    const part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    const post = (parts: number) =>
      lan.request('/chat/messages', {
        method: 'POST',
        body: `${part.repeat(parts)}--x--\r\n`,
        headers: { 'content-type': 'multipart/form-data; boundary="x"' },
      })
    const takenApart = vi.spyOn(Response.prototype, 'formData')
    await post(1)
    expect(takenApart).toHaveBeenCalledTimes(1)
    expect((await post(500_000)).status).toBe(400)
    expect(takenApart).toHaveBeenCalledTimes(1)
    takenApart.mockRestore()
  })

  test('of a message that was not taken do not stay', async () => {
    bot = await reopen({ take: () => Promise.reject(new AppError('unavailable', 'away')) })
    expect((await bot.browser().sends([['a.jpg', JPEG]])).status).toBe(503)
    expect(bot.evidence.files.size).toBe(0)
  })
})

describe('what the bot sends', () => {
  test('a file is a download for that visitor alone', async () => {
    const lan = bot.browser()
    await lan.posts({ text: 'văn bản' })
    const line = (await lan.history()).lines[1]
    expect(line?.document).toEqual({ name: "tóm tắt (1)'.txt", url: `/chat/documents/${line?.seq}` })
    const file = await lan.request(line?.document?.url ?? '')
    expect(await file.text()).toBe('Nội dung tóm tắt')
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''t%C3%B3m%20t%E1%BA%AFt%20%281%29%27\.txt$/)
    expect(file.headers.get('x-content-type-options')).toBe('nosniff')
    const ha = bot.browser()
    await ha.posts({ text: 'menu' })
    expect((await ha.request(line?.document?.url ?? '')).status).toBe(404)
    expect((await lan.request('/chat/documents/1')).status).toBe(404)
  })

  test('a picture of ours is named by its path on this page', async () => {
    bot = await reopen({ about: { publicUrl: 'https://bot.example.vn' } })
    const lan = bot.browser()
    await lan.posts({ text: 'văn bản' })
    expect((await lan.history()).lines[2]?.image).toBe('/chat/anh.png')
  })

  test('a long talk comes in pages, newest first', async () => {
    const lan = bot.browser()
    for (let i = 1; i <= 60; i++) {
      await lan.posts({ text: `tin ${i}` })
      bot.clock.advance(5_000)
    }
    const last = await lan.history()
    expect([last.lines.length, last.more, last.lines.at(-1)?.text]).toEqual([50, true, 'Nghe: tin 60'])
    const before = await lan.history(`?before=${last.lines[0]?.seq}`)
    expect([before.lines.length, before.lines.at(-1)?.text]).toEqual([50, 'Nghe: tin 35'])
    const first = await lan.history(`?before=${before.lines[0]?.seq}`)
    expect([first.lines.length, first.more]).toEqual([20, false])
    const after = await lan.history(`?after=${before.lines[0]?.seq}`)
    expect([after.lines.length, after.more, after.lines[0]?.seq]).toEqual([50, true, (before.lines[0]?.seq ?? 0) + 1])
  })

  test('the goodbye reaches an erased person, and nothing else of her is left', async () => {
    const lan = bot.browser()
    await lan.posts({ text: 'chuyện riêng' })
    await lan.posts({ text: 'xóa dữ liệu' })
    const { lines } = await lan.history()
    expect(textsOf(lines)).toEqual(['bot: Đã xóa hết.'])
    expect(lines[0]?.goodbye).toBe(true)
    expect(await bot.db.read('SELECT count(*) AS n FROM addresses')).toEqual([{ n: 0 }])
    const [row] = await bot.db.read('SELECT address_id FROM transcript')
    expect(String(row?.address_id)).toMatch(/^bye:/)
    expect(lan.cookie()).not.toContain(String(row?.address_id).slice(4))
    await lan.posts({ text: 'menu' })
    expect(textsOf((await lan.history()).lines)).toEqual(['bot: Đã xóa hết.', 'you: menu', 'bot: Chào bạn'])
  })

  test('deleting the conversation empties it and offers the rights over one’s data', async () => {
    const lan = bot.browser()
    await lan.posts({ text: 'chuyện cũ' })
    const cookie = lan.cookie()
    const response = await lan.postJson('/chat/forget', { id: 'f1' })
    await bot.dispatcher.drain()
    expect(await response.json()).toEqual({ upTo: 2 })
    expect(textsOf((await lan.history()).lines)).toEqual(['you: Dữ liệu của tôi', 'bot: Dữ liệu của tôi: xem, nhận bản sao, xóa.'])
    expect(lan.cookie()).toBe(cookie)
    expect((await lan.postJson('/chat/forget', {})).status).toBe(400)
    expect((await lan.postJson('/chat/forget', { id: 'f2' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  })

  test('the web chat has no webhook', async () => {
    await expect(bot.web.receive(new Request('http://x/'))).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the event stream', () => {
  test('brings both sides as they are written, each with its number', async () => {
    const lan = bot.browser()
    await lan.open()
    const stream = await lan.listens()
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    await lan.posts({ text: 'menu' })
    expect(await stream.next()).toMatchObject({ seq: 1, from: 'you', text: 'menu', id: 'm1' })
    expect(await stream.next()).toMatchObject({ seq: 2, from: 'bot', text: 'Chào bạn' })
    expect(stream.raw.at(-1)).toMatch(/^id: 2\ndata: \{/)
    await stream.leave()
  })

  test('goes on where the page stopped: by the address or by the browser’s own header, whichever is further', async () => {
    const lan = bot.browser()
    for (const text of ['một', 'hai', 'ba']) await lan.posts({ text })
    const byAddress = await lan.listens('?after=4')
    expect(await byAddress.next()).toMatchObject({ seq: 5, text: 'ba' })
    const byHeader = await lan.listens('?after=1', { 'last-event-id': '5' })
    expect(await byHeader.next()).toMatchObject({ seq: 6, text: 'Nghe: ba' })
    await Promise.all([byAddress.leave(), byHeader.leave()])
  })

  test.each(['before', 'after'])('brings a line once that is written while it catches up, just %s its look', async (when) => {
    const store = transcriptStore(bot.db)
    let meanwhile: (() => Promise<void>) | undefined
    const slow = await open({
      database: bot.database,
      web: {
        store: {
          ...store,
          async listAfter(...args) {
            const work = meanwhile
            meanwhile = undefined
            if (when === 'before') await work?.()
            const rows = await store.listAfter(...args)
            if (when === 'after') await work?.()
            return rows
          },
        },
      },
    })
    const lan = slow.browser()
    await lan.posts({ text: 'một' })
    meanwhile = async () => {
      await lan.posts({ text: 'hai' })
      await settled(bot)
    }
    const stream = await lan.listens()
    const seqs: Array<number | undefined> = []
    for (let i = 0; i < 4; i++) seqs.push((await stream.next())?.seq)
    await lan.posts({ text: 'menu' })
    for (let i = 0; i < 2; i++) seqs.push((await stream.next())?.seq)
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6])
    await stream.leave()
    await slow.close()
  })

  test('shows one person’s lines to nobody else', async () => {
    const [lan, ha] = [bot.browser(), bot.browser()]
    await Promise.all([lan.open(), ha.open()])
    const [hers, his] = [await lan.listens(), await ha.listens()]
    await lan.posts({ text: 'của Lan' })
    await ha.posts({ text: 'của Hà' })
    expect(await hers.next()).toMatchObject({ text: 'của Lan' })
    expect(await his.next()).toMatchObject({ text: 'của Hà' })
    await Promise.all([hers.leave(), his.leave()])
  })

  test('is open five times for one visitor, and once more after one has left', async () => {
    const lan = bot.browser()
    await lan.open()
    const streams = await Promise.all(Array.from({ length: 5 }, () => lan.listens()))
    const sixth = await lan.request('/chat/events')
    expect([sixth.status, sixth.headers.get('retry-after')]).toEqual([429, '10'])
    await streams[0]?.leave()
    const again = await lan.listens()
    expect(again.response.status).toBe(200)
    await Promise.all([...streams.slice(1), again].map((stream) => stream.leave()))
  })

  test('tells that it lives every twenty seconds, and ends by itself where it must', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    bot = await reopen({ web: { maxStreamMs: 25_000 } })
    const lan = bot.browser()
    await lan.open()
    const stream = await lan.listens()
    expect(await stream.block()).toBe('retry: 2000')
    await settled(bot)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await stream.block()).toBe(':')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await stream.block()).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('ends when the process ends', async () => {
    const lan = bot.browser()
    await lan.open()
    const stream = await lan.listens()
    bot.web.close()
    await stream.block()
    expect(await stream.block()).toBeUndefined()
  })
})

describe.each(databases)('two processes on %s', (_name, openDatabase) => {
  let shared: TestDatabase
  let one: WebBot
  let two: WebBot
  beforeEach(async () => {
    shared = await openDatabase()
    one = await open({ database: shared })
    two = await open({ database: shared, clock: one.clock })
  })
  afterEach(async () => {
    await one.close()
    await two.close()
    await shared.close()
  })

  test('a line written by the other process arrives within a second', async () => {
    const lan = one.browser()
    await lan.open()
    const stream = await lan.listens()
    const elsewhere = two.browser(lan.cookie())
    await elsewhere.posts({ text: 'từ nơi khác' })
    expect(await stream.next()).toMatchObject({ from: 'you', text: 'từ nơi khác' })
    expect(await stream.next()).toMatchObject({ from: 'bot', text: 'Nghe: từ nơi khác' })
    await stream.leave()
  })

  test('nothing is lost and nothing is doubled however often the page reconnects, here or there', async () => {
    const lan = one.browser()
    await lan.open()
    const there = two.browser(lan.cookie())
    const writing = (async () => {
      for (let i = 0; i < 18; i++) await (i % 2 ? lan : there).posts({ id: `w${i}`, text: `tin ${i}` })
    })()
    const seen: number[] = []
    let turn = 0
    while (seen.length < 36) {
      const stream = await (turn++ % 2 ? lan : there).listens(`?after=${seen.at(-1) ?? 0}`)
      for (let i = 0; i < 5 && seen.length < 36; i++) seen.push((await stream.next())?.seq ?? -1)
      await stream.leave()
    }
    await writing
    const { lines } = await lan.history('?after=0')
    expect(seen).toEqual(lines.map(({ seq }) => seq))
    expect(new Set(seen).size).toBe(36)
  })
})

describe('the transcript in the database', () => {
  test('is read by its indexes', async () => {
    const asked: string[] = []
    const spy: Db = {
      ...bot.db,
      async read(sql, args) {
        const plan = await bot.db.read(`EXPLAIN QUERY PLAN ${sql}`, args)
        asked.push(plan.map(({ detail }) => String(detail)).join('\n'))
        return []
      },
    }
    await listLinesAfter(spy, ['a'], 0, 10)
    await listLinesBefore(spy, ['a'], 9, 10)
    await findOwners(spy, ['v'])
    await listNewLines(spy, { visitors: ['v'], goodbyes: ['bye:x'] }, 0, 10, 10)
    const [after, before, owners, fresh] = asked
    expect(after).toContain('transcript_address')
    expect(before).toContain('transcript_address')
    expect(owners).toContain('SEARCH a USING PRIMARY KEY (channel=? AND native=?)')
    expect(fresh).toContain('SEARCH t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)')
    expect(fresh).toContain('SEARCH a USING COVERING INDEX addresses_id')
    expect(asked.join('\n')).not.toMatch(/SCAN (t|a)\b/)
  })

  test('a reply to somebody who was erased meanwhile goes nowhere', async () => {
    const store = transcriptStore(bot.db)
    expect(
      await store.append([{ owner: 'a-gone', goodbye: false, body: new Uint8Array([1]), at: bot.clock.now(), sentAs: 'x.0' }]),
    ).toEqual([undefined])
    expect(await findNewestSeq(bot.db)).toBe(0)
  })

  test('a line sealed with another key is left out, not shown broken', async () => {
    const lan = bot.browser()
    await lan.posts({ text: 'menu' })
    await bot.db.write([{ sql: 'UPDATE transcript SET body = ? WHERE seq = 1', args: [new Uint8Array(40)] }])
    expect(textsOf((await lan.history()).lines)).toEqual(['bot: Chào bạn'])
  })
})

async function errorOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { error: unknown }).error
}

/** Lets what the stream began be done: its reads run on the one queue of the database. */
async function settled(of: WebBot): Promise<void> {
  for (let i = 0; i < 20; i++) await of.db.read('SELECT 1')
}
