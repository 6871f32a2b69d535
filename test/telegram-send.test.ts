/**
 * What goes out to Telegram over a fake Bot API: rendering, every refusal and what it means, photos fetched later.
 */
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TelegramOptions, telegramWebhook } from '../src/channels/telegram/index.ts'
import type { SendError } from '../src/errors.ts'
import type { Fetch } from '../src/media.ts'
import { openFetches } from '../src/node-fetch.ts'
import { failureOf, outbound, PERSON, telegramAt } from './fake-telegram/channel.ts'
import { FAKE_TOKEN, type FakeTelegram, type Fault, fakeTelegram } from './fake-telegram.ts'

let fake: FakeTelegram
beforeEach(async () => {
  fake = await fakeTelegram()
})
afterEach(() => fake.close())

/** How calls leave: on Workers and on the server. */
const ways: [says: string, way: Pick<TelegramOptions, 'fetch' | 'apiFetch'>][] = [
  ['the runtime’s own fetch', {}],
  ['the server’s own call', openFetches()],
]

const telegram = (change: Partial<TelegramOptions> = {}) => telegramAt(fake, change)

describe('sending', () => {
  it.each(ways)('plain text, no formatting, no link preview, over %s', async (_says, way) => {
    const channel = telegram(way)
    expect(await channel.send(outbound({ text: 'Giá <b>5.000đ</b> *một* _chai_ https://example.vn' }))).toBe('1')
    expect(await channel.send(outbound())).toBe('2')
    expect(fake.callsOf('sendMessage')[0]).toEqual({
      chat_id: PERSON,
      text: 'Giá <b>5.000đ</b> *một* _chai_ https://example.vn',
      link_preview_options: { is_disabled: true },
    })
  })

  it('short buttons stand two in a row, in their order', async () => {
    const buttons = ['Tìm hàng Việt', 'Cuộc thi', 'Mười tám chữ tròn.'].map((label, at) => ({ label, payload: `menu:open:${at}` }))
    await telegram().send(outbound({ buttons }))
    const markup = fake.callsOf('sendMessage')[0]?.reply_markup as { inline_keyboard: { text: string }[][] }
    expect(markup.inline_keyboard.map((row) => row.map((key) => key.text))).toEqual([['Tìm hàng Việt', 'Cuộc thi'], ['Mười tám chữ tròn.']])
  })

  it('one long label gives every button its own row; a link button opens its link', async () => {
    const payload = `menu:open:${'a'.repeat(54)}`
    await telegram().send(
      outbound({
        buttons: [
          { label: 'Mười chín chữ ở đây', payload },
          { label: 'Xem', url: 'https://example.vn/x' },
        ],
      }),
    )
    expect(fake.callsOf('sendMessage')[0]?.reply_markup).toEqual({
      inline_keyboard: [[{ text: 'Mười chín chữ ở đây', callback_data: payload }], [{ text: 'Xem', url: 'https://example.vn/x' }]],
    })
  })

  it('a picture with a short text is a photo with a caption and its buttons', async () => {
    const image = 'https://bot.example.vn/anh.jpg'
    await telegram().send(outbound({ image, text: 'a'.repeat(1024), buttons: [{ label: 'Xem', payload: 'deal:open:1' }] }))
    expect(fake.callsOf('sendPhoto')[0]).toMatchObject({
      photo: image,
      caption: 'a'.repeat(1024),
      reply_markup: { inline_keyboard: [[{ callback_data: 'deal:open:1' }]] },
    })
  })

  it('a picture with a long text is still one call: a large preview above the words', async () => {
    const image = 'https://bot.example.vn/anh.jpg'
    await telegram().send(outbound({ image, text: 'a'.repeat(1025) }))
    expect(fake.calls).toHaveLength(1)
    expect(fake.callsOf('sendMessage')[0]?.link_preview_options).toEqual({ url: image, prefer_large_media: true, show_above_text: true })
  })

  it('a picture Telegram could not fetch is left out, not the words', async () => {
    await telegram().send(outbound({ image: '/anh/1.jpg' }))
    expect(fake.callsOf('sendMessage')[0]?.link_preview_options).toEqual({ is_disabled: true })
  })

  it.each(ways)('a file goes with its name, its bytes and a caption, over %s', async (_says, way) => {
    const document = { name: 'dữ liệu của tôi; "1".txt', mime: 'text/plain', text: 'Đơn vị: Công đoàn Tổ 3\r\n\r\nHết' }
    await telegram(way).send(outbound({ document, text: 'Đây là những gì chúng tôi giữ' }))
    const sent = fake.callsOf('sendDocument')[0]
    const file = sent?.document as { name: string; bytes: Uint8Array }
    expect(sent).toMatchObject({ chat_id: PERSON, caption: 'Đây là những gì chúng tôi giữ' })
    expect(file.name).toBe('dữ_liệu_của_tôi_1_.txt')
    expect(new TextDecoder().decode(file.bytes)).toBe(document.text)
  })

  it.each([
    ['sendMessage', {}],
    ['sendPhoto', { image: 'https://bot.example.vn/anh.jpg' }],
    ['sendDocument', { document: { name: 'a.txt', mime: 'text/plain', text: 'a' } }],
  ])('%s buys speed only when it is told to', async (method, kind) => {
    const channel = telegram()
    await channel.send(outbound({ ...kind, bulk: true, paid: true }))
    await channel.send(outbound({ ...kind, bulk: true, paid: false }))
    await channel.send(outbound({ ...kind, bulk: true }))
    const [paid, ...free] = fake.callsOf(method)
    expect(String(paid?.allow_paid_broadcast)).toBe('true')
    expect(free.map((params) => 'allow_paid_broadcast' in params)).toEqual([false, false])
  })

  it('a broadcast and a reply are the same call', async () => {
    const buttons = [{ label: 'Xem', payload: 'deal:open:1' }]
    await telegram().send(outbound({ buttons, bulk: true }))
    await telegram().send(outbound({ buttons }))
    const [broadcast, reply] = fake.callsOf('sendMessage')
    expect(broadcast).toEqual(reply)
  })

  it('a file whose caption is too long is refused before it is uploaded', async () => {
    const document = { name: 'a.txt', mime: 'text/plain', text: 'a' }
    const failure = await failureOf(telegram().send(outbound({ document, text: 'a'.repeat(1025) })))
    expect(failure).toMatchObject({ failure: 'refused', reason: 'telegram_caption_too_long' })
    expect(fake.calls).toEqual([])
  })
})

describe('a message that does not go through', () => {
  const table: [says: string, fault: Fault, expected: Partial<SendError>][] = [
    ['too fast', { status: 429, retryAfter: 7 }, { failure: 'rate_limited', reason: 'telegram_429', retryAfter: 7 }],
    [
      'blocked by the person',
      { status: 403, description: 'Forbidden: bot was blocked by the user' },
      { failure: 'blocked', reason: 'telegram_403' },
    ],
    ['account closed', { status: 403, description: 'Forbidden: user is deactivated' }, { failure: 'blocked' }],
    ['out of the group', { status: 403, description: 'Forbidden: bot was kicked from the supergroup chat' }, { failure: 'unreachable' }],
    ['never started', { status: 403, description: "Forbidden: bot can't initiate conversation with a user" }, { failure: 'unreachable' }],
    ['no such chat', { status: 400, description: 'Bad Request: chat not found' }, { failure: 'unreachable', reason: 'telegram_400' }],
    [
      'group grew into a supergroup',
      { status: 400, description: 'Bad Request: group chat was upgraded to a supergroup chat', migrateTo: -1001 },
      { failure: 'unreachable' },
    ],
    ['wrong message', { status: 400, description: 'Bad Request: BUTTON_DATA_INVALID' }, { failure: 'refused', reason: 'telegram_400' }],
    ['too large a request', { status: 413, description: 'Request Entity Too Large' }, { failure: 'refused', reason: 'telegram_413' }],
    ['token revoked', { status: 401 }, { failure: 'operator', reason: 'telegram_401' }],
    ['token or method unknown', { status: 404 }, { failure: 'operator', reason: 'telegram_404' }],
    ['Telegram is ill', { status: 500 }, { failure: 'temporary', reason: 'telegram_500' }],
    ['a gateway’s page', { page: 502 }, { failure: 'temporary', reason: 'telegram_502' }],
    ['a page where the answer should be', { page: 200 }, { failure: 'unknown' }],
    ['the socket dies', { drop: true }, { failure: 'unknown', reason: 'telegram_no_answer' }],
    ['the socket dies after the message was taken', { drop: true, taken: true }, { failure: 'unknown' }],
    ['no answer in time', { hang: true, taken: true }, { failure: 'unknown', reason: 'telegram_no_answer' }],
  ]

  describe.each(ways)('over %s', (_way, way) => {
    it.each(table)('%s', async (_says, fault, expected) => {
      fake.fail(fault)
      const failure = await failureOf(telegram({ ...way, seconds: 0.1 }).send(outbound({ bulk: true })))
      expect(failure).toMatchObject(expected)
      expect(fake.calls).toHaveLength(1)
    })

    it('a file that meets no answer in time', async () => {
      fake.fail({ hang: true, taken: true })
      const document = { name: 'a.txt', mime: 'text/plain', text: 'a' }
      expect(await failureOf(telegram({ ...way, seconds: 0.1 }).send(outbound({ document })))).toMatchObject({ failure: 'unknown' })
      expect(fake.calls).toHaveLength(1)
    })

    it('an answer that says yes and names no message', async () => {
      const apiFetch = () =>
        Promise.resolve({ status: 200, ok: true, headers: new Headers(), text: () => Promise.resolve('{"ok":true,"result":true}') })
      expect(await failureOf(telegram({ apiFetch }).send(outbound()))).toMatchObject({ failure: 'unknown' })
    })
  })

  it('is tried by nobody here: after a refusal the next message goes', async () => {
    const channel = telegram()
    fake.fail({ status: 429, retryAfter: 1 })
    await failureOf(channel.send(outbound({ text: 'một' })))
    await channel.send(outbound({ text: 'hai' }))
    expect(fake.taken.map((message) => message.text)).toEqual(['hai'])
  })

  it.each(ways)('nobody listens: it was never written, so it may go later (%s)', async (_says, way) => {
    const gone = await fakeTelegram()
    await gone.close()
    expect(await failureOf(telegram({ ...way, apiRoot: gone.root }).send(outbound()))).toMatchObject({
      failure: 'temporary',
      reason: 'telegram_not_reached',
    })
  })

  it.each([
    ['no such host', Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), 'temporary'],
    ['connection timed out', Object.assign(new Error('connect'), { code: 'ETIMEDOUT', syscall: 'connect' }), 'temporary'],
    ['connect timeout of undici', Object.assign(new Error('timeout'), { code: 'UND_ERR_CONNECT_TIMEOUT' }), 'temporary'],
    ['wrong certificate', Object.assign(new Error('cert'), { code: 'CERT_HAS_EXPIRED' }), 'temporary'],
    ['reset', Object.assign(new Error('read'), { code: 'ECONNRESET', syscall: 'read' }), 'unknown'],
    ['read timed out', Object.assign(new Error('read'), { code: 'ETIMEDOUT', syscall: 'read' }), 'unknown'],
    ['other side closed', Object.assign(new Error('closed'), { code: 'UND_ERR_SOCKET' }), 'unknown'],
    ['something nobody knows', 'Network connection lost.', 'unknown'],
  ])('network: %s', async (_says, cause, expected) => {
    const fetch: Fetch = () => Promise.reject(new TypeError('fetch failed', { cause }))
    expect((await failureOf(telegram({ fetch }).send(outbound()))).failure).toBe(expected)
  })

  it('never shows the token, whatever broke', async () => {
    const seen: unknown[] = []
    const collect = (work: Promise<unknown> | undefined) => work?.then(undefined, (error: unknown) => seen.push(error))
    for (const [, way] of ways)
      for (const [, fault] of table) {
        fake.fail(fault)
        await collect(telegram({ ...way, seconds: 0.1 }).send(outbound({ text: 'lời của một người' })))
      }
    for (const apiRoot of ['no address', 'http://127.0.0.1:1', `${fake.root}/with a space`])
      await collect(telegram({ ...openFetches(), apiRoot }).send(outbound({ text: 'lời của một người' })))
    fake.fail({ status: 400, description: `Bad Request: https://x/bot${FAKE_TOKEN}/y` })
    await collect(telegram().send(outbound()))
    const told: Fetch = (url) => Promise.reject(new TypeError(`Failed to parse URL from ${url}`, { cause: new Error(url) }))
    await collect(telegram({ fetch: told }).send(outbound()))
    await collect(telegram({ fetch: told }).photo('f', new AbortController().signal))
    await collect(telegramWebhook({ token: fake.token, apiRoot: fake.root, fetch: told }).info())
    seen.push(await telegram({ fetch: told }).setUp?.('https://bot.example.vn/webhooks/telegram'))
    expect(seen).toHaveLength(ways.length * table.length + 8)
    const shown = inspect(seen, { depth: 20, showHidden: true, getters: true })
    expect(shown).not.toContain(FAKE_TOKEN)
    expect(shown).not.toContain(FAKE_TOKEN.split(':')[1])
    expect(shown).not.toContain('lời của một người')
  })
})

describe('a photo, fetched later', () => {
  const { signal } = new AbortController()

  it('comes with its bytes, and its address (which holds the token) stays here', async () => {
    fake.addFile('AgAC', new Uint8Array([0xff, 0xd8, 0xff, 0x00]))
    const response = await telegram().photo('AgAC', signal)
    expect(response.url).toBe('')
    expect(response.headers.get('content-length')).toBe('4')
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0xff, 0xd8, 0xff, 0x00])
  })

  it('too big for a bot to fetch is final', async () => {
    fake.addFile('AgAC', new Uint8Array(1), 20_000_001)
    expect(await failureOf(telegram().photo('AgAC', signal))).toMatchObject({ failure: 'refused', reason: 'telegram_file_too_big' })
  })

  it('“temporarily unavailable” and a dead network may be asked again', async () => {
    expect((await failureOf(telegram().photo('không có', signal))).failure).toBe('temporary')
    fake.fail({ drop: true })
    expect(await failureOf(telegram().photo('AgAC', signal))).toMatchObject({ failure: 'temporary', reason: 'telegram_no_answer' })
  })

  it('that is gone when its bytes are asked for is final', async () => {
    fake.addFile('AgAC', new Uint8Array(1))
    const fetch: Fetch = (url, init) => globalThis.fetch(url.replace('file_0', 'file_9'), init)
    expect(await failureOf(telegram({ fetch }).photo('AgAC', signal))).toMatchObject({ failure: 'refused', reason: 'telegram_file_404' })
  })

  it('stops when the caller stops waiting', async () => {
    const controller = new AbortController()
    fake.fail({ hang: true })
    const work = failureOf(telegram().photo('AgAC', controller.signal))
    controller.abort()
    expect((await work).failure).toBe('temporary')
  })
})
