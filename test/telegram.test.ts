import { readdirSync, readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { fetch as undiciFetch } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTelegram, type Fetch, type TelegramOptions, telegramWebhook } from '../src/channels/telegram/index.ts'
import type { Inbound, OutboundMessage } from '../src/chat.ts'
import { AppError, SendError } from '../src/errors.ts'
import { FAKE_TOKEN, type FakeTelegram, type Fault, fakeTelegram } from './fake-telegram.ts'

const SECRET = 'bi-mat_cua-webhook_0123456789'
const NOW = new Date('2026-11-23T03:00:00Z')
const SENT = new Date(1795000000 * 1000)
const PERSON = '5012345601'
const GROUP = '-1001987654321'
const COMMANDS = [
  { command: 'tim', description: 'Tìm hàng Việt' },
  { command: 'dung', description: 'Ngừng nhận tin' },
]
const PAYLOADS = new URL('payloads/telegram/', import.meta.url)

let fake: FakeTelegram
beforeEach(async () => {
  fake = await fakeTelegram()
})
afterEach(() => fake.close())

function telegram(change: Partial<TelegramOptions> = {}) {
  return createTelegram({ token: fake.token, secret: SECRET, apiRoot: fake.root, commands: () => COMMANDS, now: () => NOW, ...change })
}

function payload(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`${name}.json`, PAYLOADS), 'utf8'))
}

function webhook(body: string, secret: string | null = SECRET): Request {
  const headers = { 'content-type': 'application/json', ...(secret === null ? {} : { 'x-telegram-bot-api-secret-token': secret }) }
  return new Request('https://bot.example.vn/webhooks/telegram', { method: 'POST', headers, body })
}

function outbound(change: Partial<OutboundMessage> = {}): OutboundMessage {
  return { id: 'o1.0', address: PERSON, text: 'Chào bạn', buttons: [], hint: 'Bạn nhắn số để chọn', bulk: false, ...change }
}

async function failureOf(work: Promise<unknown>): Promise<SendError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SendError)) throw new Error(`not a SendError: ${String(error)}`)
  return error
}

describe('what a person sends on Telegram', () => {
  const photo = (ref: string) => [{ kind: 'photo', ref }]
  const unsupported = (what: string) => [{ kind: 'unsupported', what }]
  const inGroup = { address: GROUP, group: true }
  const table: [file: string, says: string, expected: Record<string, unknown> | null][] = [
    ['text', 'typed text is cleaned', { text: 'Cho tôi hỏi nước mắm Phú Quốc  mua ở đâu?\nCảm ơn' }],
    ['start', 'opening the chat', { text: '/start' }],
    ['start-code', 'opening the chat by a printed code', { text: '/start', start: 'CT-2611_k7' }],
    ['start-not-a-code', 'words after /start that are no code are not one', { text: '/start' }],
    ['command-with-name', 'the bot name is taken off a command', { text: '/tim nước mắm' }],
    [
      'photo',
      'the largest of the sizes, with its caption',
      { text: 'Hộp này ghi xuất xứ mập mờ', attachments: photo('AgACAgUAAxkBAAIBy') },
    ],
    ['album-first', 'a photo of an album', { attachments: photo('AgACAgUAAxkBAAIBa2') }],
    ['image-as-document', 'a picture sent as a file', { text: 'ảnh gốc', attachments: photo('BQACAgUAAxkBAAIBjpg') }],
    ['heic-document', 'an iPhone picture we cannot open', { attachments: unsupported('heic') }],
    ['gif-document', 'a gif file', { attachments: unsupported('file') }],
    ['pdf-document', 'a PDF', { attachments: unsupported('file') }],
    ['animation', 'an animation, though it also bears a document', { attachments: unsupported('video') }],
    ['video', 'a video', { attachments: unsupported('video') }],
    ['video-note', 'a round video', { attachments: unsupported('video') }],
    ['voice', 'a voice message', { attachments: unsupported('voice') }],
    ['audio', 'a song', { attachments: unsupported('voice') }],
    ['sticker', 'a sticker', { attachments: unsupported('sticker') }],
    ['dice', 'a die', { attachments: unsupported('unknown') }],
    ['contact', 'a phone contact, of which nothing is kept', { attachments: unsupported('contact') }],
    ['location', 'a place', { attachments: [{ kind: 'location', latitude: 21.028511, longitude: 105.804817 }] }],
    [
      'venue',
      'a named place',
      { attachments: [{ kind: 'location', latitude: 10.772461, longitude: 106.698055, title: 'Chợ Thử Nghiệm' }] },
    ],
    ['callback', 'a tapped button', { payload: 'find:open:a1.2', ack: '21527845559876543210', at: NOW }],
    ['callback-in-group', 'a button tapped in a group', { ...inGroup, payload: 'news:more:9', ack: '21527845559876543210', at: NOW }],
    ['callback-old-message', 'a button under a message too old to show', { payload: 'find:open:', ack: '21527845559876543210', at: NOW }],
    ['callback-inline-message', 'a button that is in no chat of ours', null],
    ['callback-game', 'a game button', null],
    ['edited-message', 'an edited message', null],
    ['channel-post', 'a post in a channel', null],
    ['poll', 'the state of a poll', null],
    ['inline-query', 'an inline query', null],
    ['unknown-kind', 'a kind of update nobody knows yet', null],
    ['service-pinned', 'a note of the app itself', null],
    ['from-a-bot', 'another bot', null],
    ['added-to-group', 'being added to a group', null],
    ['group-new-member', 'the app saying so in the group', null],
    ['group-talk', 'people talking among themselves', null],
    ['group-command', 'a command in a group', { ...inGroup, text: '/tim nước mắm' }],
    ['group-command-ours', 'a command with our name, in any case', { ...inGroup, text: '/tim nước mắm' }],
    ['group-command-other', 'a command to another bot', null],
    ['group-mention', 'our name at the start', { ...inGroup, text: 'nước mắm mua ở đâu?' }],
    ['group-mention-inside', 'our name somewhere inside', null],
    ['group-mention-other', 'somebody else’s name at the start', null],
    ['group-reply-to-us', 'an answer to our message', { ...inGroup, text: 'nước mắm' }],
    ['group-reply-to-person', 'an answer to a person', null],
    [
      'group-photo-to-us',
      'a photo shown to us in a group: the words count, the photo is left alone',
      { ...inGroup, text: 'hàng này thế nào' },
    ],
    ['group-sticker-to-us', 'a sticker in a group', null],
  ]

  it.each(table)('%s: %s', async (file, _says, expected) => {
    const update = payload(file)
    const inbound = await telegram().receive(webhook(JSON.stringify(update)))
    const plain = { kind: 'message', channel: 'telegram', id: String(update.update_id), address: PERSON, at: SENT }
    expect(inbound).toEqual(expected === null ? [] : [{ ...plain, text: '', attachments: [], group: false, ...expected }])
  })

  it.each([
    ['blocked', 'blocked'],
    ['unblocked', 'unblocked'],
  ])('a person who presses the app’s own block button: %s', async (file, event) => {
    const update = payload(file)
    const inbound = await telegram().receive(webhook(JSON.stringify(update)))
    expect(inbound).toEqual([{ kind: 'event', channel: 'telegram', id: String(update.update_id), address: PERSON, at: SENT, event }])
  })

  it('every recorded payload is in the tables above', () => {
    const files = readdirSync(PAYLOADS).map((file) => file.replace('.json', ''))
    expect([...table.map(([file]) => file), 'blocked', 'unblocked'].sort()).toEqual(files.sort())
  })

  it('keeps an id of 52 bits to the last digit', async () => {
    const update = { update_id: 1, message: { message_id: 1, date: 1, chat: { id: 4503599627370497, type: 'private' }, text: 'a' } }
    const [said] = await telegram().receive(webhook(JSON.stringify(update)))
    expect(said?.address).toBe('4503599627370497')
  })

  it('refuses an id it would have to round', async () => {
    for (const body of [
      '{"update_id":9007199254740993,"message":{"date":1,"chat":{"id":1,"type":"private"},"text":"a"}}',
      '{"update_id":1,"message":{"date":1,"chat":{"id":9007199254740993,"type":"private"},"text":"a"}}',
      '{"update_id":1,"message":{"date":1,"chat":{"id":-9007199254740993,"type":"supergroup"},"text":"/tim"}}',
    ]) {
      await expect(telegram().receive(webhook(body))).rejects.toMatchObject({ code: 'invalid' })
    }
  })

  it('asks for its own name only when a group message turns on it, and once', async () => {
    const channel = telegram()
    for (const file of ['text', 'callback', 'group-talk', 'group-command', 'group-reply-to-us']) {
      await channel.receive(webhook(JSON.stringify(payload(file))))
    }
    expect(fake.calls).toEqual([])
    for (const file of ['group-mention', 'group-command-ours']) await channel.receive(webhook(JSON.stringify(payload(file))))
    expect(fake.calls.map((call) => call.method)).toEqual(['getMe'])
  })

  it('while it cannot learn its name it takes what needs none, and asks again after a minute', async () => {
    let now = NOW
    const channel = telegram({ now: () => now })
    const read = (file: string) => channel.receive(webhook(JSON.stringify(payload(file))))
    fake.fail({ status: 502 })
    expect(await read('group-mention')).toEqual([])
    expect(await read('group-mention')).toEqual([])
    expect(await read('group-command')).toHaveLength(1)
    now = new Date(NOW.getTime() + 60_000)
    expect(await read('group-mention')).toHaveLength(1)
    expect(fake.callsOf('getMe')).toHaveLength(2)
  })
})

describe('a webhook that is not Telegram’s', () => {
  it('is too large before anything else is looked at', async () => {
    await expect(telegram().receive(webhook('x'.repeat(1_000_001), null))).rejects.toMatchObject({ code: 'too_large' })
    await expect(telegram().receive(webhook('x'.repeat(1_000_000), null))).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('with the right secret but no update is invalid', async () => {
    for (const body of [
      '',
      'không phải JSON',
      '[]',
      'null',
      '{}',
      '{"update_id":"1"}',
      '{"update_id":1.5}',
      '{"update_id":1,"message":5}',
    ]) {
      await expect(telegram().receive(webhook(body))).rejects.toMatchObject({ name: 'AppError', code: 'invalid' })
    }
  })

  it('with a forged, missing, longer or shorter secret is refused and nothing else happens', async () => {
    const channel = telegram()
    const printable = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 300 })
    const forged = fc.oneof(
      printable,
      printable.map((tail) => SECRET + tail),
      fc.nat({ max: SECRET.length - 1 }).map((length) => SECRET.slice(0, length)),
      fc.nat({ max: SECRET.length - 1 }).map((at) => `${SECRET.slice(0, at)}${SECRET[at] === 'x' ? 'y' : 'x'}${SECRET.slice(at + 1)}`),
      fc.constantFrom(null, SECRET.toUpperCase(), `${SECRET}, ${SECRET}`),
    )
    const body = fc.constantFrom(JSON.stringify(payload('group-mention')), 'không phải JSON', '')
    await fc.assert(
      fc.asyncProperty(
        forged.filter((secret) => secret !== SECRET),
        body,
        async (secret, text) => {
          await expect(channel.receive(webhook(text, secret))).rejects.toMatchObject({ name: 'AppError', code: 'unauthorized' })
        },
      ),
      { numRuns: 300 },
    )
    expect(fake.calls).toEqual([])
  })

  it('holds any JSON at all: it is read or it is invalid, never an accident', async () => {
    const channel = telegram({ apiRoot: 'http://127.0.0.1:1' })
    const bodies = readdirSync(PAYLOADS).map((file) => JSON.parse(readFileSync(new URL(file, PAYLOADS), 'utf8')))
    const mangled = fc.tuple(fc.constantFrom(...bodies), fc.nat(), fc.jsonValue()).map(([body, at, value]) => replaceLeaf(body, at, value))
    const any = fc.oneof(
      fc.jsonValue(),
      mangled,
      fc.record({ update_id: fc.integer(), message: fc.jsonValue() }),
      fc.record({ update_id: fc.integer(), callback_query: fc.jsonValue(), my_chat_member: fc.jsonValue() }),
    )
    await fc.assert(
      fc.asyncProperty(any, async (body) => {
        const outcome = await channel.receive(webhook(JSON.stringify(body))).catch((error: unknown) => error)
        expect(Array.isArray(outcome) || (outcome instanceof AppError && outcome.code === 'invalid')).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('cannot be let in by an empty or unsendable secret of ours', () => {
    for (const secret of ['', 'có dấu', 'a b', 'x'.repeat(257)]) expect(() => telegram({ secret })).toThrow('TELEGRAM_WEBHOOK_SECRET')
  })
})

describe('the webhook’s own answer', () => {
  const tap = (ack: string): Inbound => {
    return { kind: 'message', channel: 'telegram', id: ack, address: PERSON, at: NOW, text: '', attachments: [], group: false, ack }
  }
  it('stops the spinner of the one button that was tapped', () => {
    expect(telegram().answer?.([tap('77')])).toEqual({ method: 'answerCallbackQuery', callback_query_id: '77' })
  })
  it('is empty when nothing or more than one was tapped', async () => {
    expect(telegram().answer?.([])).toBeUndefined()
    expect(telegram().answer?.([tap('1'), tap('2')])).toBeUndefined()
    expect(telegram().answer?.(await telegram().receive(webhook(JSON.stringify(payload('text')))))).toBeUndefined()
  })
})

describe('sending', () => {
  it.each([
    ['the runtime’s own fetch', undefined],
    ['undici, as the server hands it over', undiciFetch as unknown as Fetch],
  ])('plain text, no formatting, no link preview, over %s', async (_says, fetch) => {
    const channel = telegram({ fetch })
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

  it.each([
    ['the runtime’s own fetch', undefined],
    ['undici', undiciFetch as unknown as Fetch],
  ])('a file goes with its name, its bytes and a caption, over %s', async (_says, fetch) => {
    const document = { name: 'dữ liệu của tôi; "1".txt', mime: 'text/plain', text: 'Đơn vị: Công đoàn Tổ 3\r\n\r\nHết' }
    await telegram({ fetch }).send(outbound({ document, text: 'Đây là những gì chúng tôi giữ' }))
    const sent = fake.callsOf('sendDocument')[0]
    const file = sent?.document as { name: string; bytes: Uint8Array }
    expect(sent).toMatchObject({ chat_id: PERSON, caption: 'Đây là những gì chúng tôi giữ' })
    expect(file.name).toBe('dữ_liệu_của_tôi_1_.txt')
    expect(new TextDecoder().decode(file.bytes)).toBe(document.text)
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

  it.each(table)('%s', async (_says, fault, expected) => {
    fake.fail(fault)
    const failure = await failureOf(telegram({ seconds: 0.1 }).send(outbound()))
    expect(failure).toMatchObject(expected)
    expect(fake.calls).toHaveLength(1)
  })

  it('is tried by nobody here: after a refusal the next message goes', async () => {
    const channel = telegram()
    fake.fail({ status: 429, retryAfter: 1 })
    await failureOf(channel.send(outbound({ text: 'một' })))
    await channel.send(outbound({ text: 'hai' }))
    expect(fake.taken.map((message) => message.text)).toEqual(['hai'])
  })

  it.each([
    ['the runtime’s own fetch', undefined],
    ['undici', undiciFetch as unknown as Fetch],
  ])('nobody listens: it was never written, so it may go later (%s)', async (_says, fetch) => {
    const gone = await fakeTelegram()
    await gone.close()
    expect(await failureOf(telegram({ apiRoot: gone.root, fetch }).send(outbound()))).toMatchObject({
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
    for (const [, fault] of table) {
      fake.fail(fault)
      await collect(telegram({ seconds: 0.1 }).send(outbound({ text: 'lời của một người' })))
    }
    fake.fail({ status: 400, description: `Bad Request: https://x/bot${FAKE_TOKEN}/y` })
    await collect(telegram().send(outbound()))
    const told: Fetch = (url) => Promise.reject(new TypeError(`Failed to parse URL from ${url}`, { cause: new Error(url) }))
    await collect(telegram({ fetch: told }).send(outbound()))
    await collect(telegram({ fetch: told }).photo('f', new AbortController().signal))
    await collect(telegramWebhook({ token: fake.token, apiRoot: fake.root, fetch: told }).info())
    seen.push(await telegram({ fetch: told }).setUp?.('https://bot.example.vn/webhooks/telegram'))
    expect(seen).toHaveLength(table.length + 5)
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

describe('polling', () => {
  /** Polls until `batches` were taken, or the poll ends by itself. */
  async function polled(batches: number, change: Partial<TelegramOptions> = {}, take: (batch: Inbound[]) => void = () => undefined) {
    const controller = new AbortController()
    const taken: Inbound[][] = []
    const pauses: number[] = []
    const warnings: string[] = []
    const channel = telegram({
      ...change,
      pause: async (milliseconds) => {
        pauses.push(milliseconds)
        if (pauses.length >= 12) controller.abort()
      },
      warn: (sentence) => warnings.push(sentence),
    })
    await channel.poll?.(async (inbound) => {
      take(inbound)
      taken.push(inbound)
      if (taken.length >= batches) controller.abort()
    }, controller.signal)
    return { taken, pauses, warnings }
  }

  it('takes what waits, and confirms it only after it is stored', async () => {
    fake.push(payload('text'))
    fake.push(payload('blocked'))
    let tries = 0
    const { taken, pauses, warnings } = await polled(1, {}, () => {
      expect(fake.unconfirmed()).toBe(2)
      tries += 1
      if (tries === 1) throw new AppError('conflict', 'the database is busy')
      fake.push({ update_id: 999_999_999, ...{ poll: { id: '1' } } })
    })
    expect(taken[0]?.map((said) => said.kind)).toEqual(['message', 'event'])
    expect(fake.callsOf('getUpdates').map((params) => params.offset)).toEqual([0, 0])
    expect(pauses).toEqual([1000])
    expect(warnings).toHaveLength(1)
  })

  it('asks on after the last one, for our three kinds, holding the line 30 seconds', async () => {
    fake.push({ ...payload('text'), update_id: 10 })
    const { taken } = await polled(2, {}, (batch) => {
      if (batch[0]?.id === '10') fake.push({ ...payload('text'), update_id: 11 })
    })
    expect(taken.flat().map((said) => said.id)).toEqual(['10', '11'])
    const asked = { timeout: 30, allowed_updates: ['message', 'callback_query', 'my_chat_member'] }
    expect(fake.callsOf('getUpdates')).toEqual([
      { ...asked, offset: 0 },
      { ...asked, offset: 11 },
    ])
  })

  it('a message that comes while the line is held is taken at once', async () => {
    const work = polled(1)
    await expect.poll(() => fake.callsOf('getUpdates').length).toBe(1)
    fake.push(payload('text'))
    expect((await work).taken[0]?.[0]).toMatchObject({ address: PERSON })
  })

  it('a tapped button is acknowledged by a call', async () => {
    fake.push(payload('callback'))
    await polled(1)
    await expect.poll(() => fake.callsOf('answerCallbackQuery')).toEqual([{ callback_query_id: '21527845559876543210' }])
  })

  it('an update that cannot be read does not hold up those behind it', async () => {
    fake.push({ update_id: 5, message: { chat: 'gì đây' } })
    fake.push({ ...payload('text'), update_id: 6 })
    expect((await polled(1)).taken.flat().map((said) => said.id)).toEqual(['6'])
  })

  it('refuses while a webhook of another host is set, and leaves it alone', async () => {
    fake.webhook({ url: 'https://may-khac.example.vn/webhooks/telegram' })
    const refusal = polled(1)
    await expect(refusal).rejects.toMatchObject({ name: 'AppError', code: 'conflict' })
    await expect(refusal).rejects.toThrow('npm run admin -- webhook delete')
    expect(fake.webhook().url).toBe('https://may-khac.example.vn/webhooks/telegram')
    expect(fake.calls.map((call) => call.method)).toEqual(['getWebhookInfo'])
  })

  it('refuses too when the webhook is set while it polls', async () => {
    fake.push(payload('text'))
    const work = polled(2, {}, () => fake.webhook({ url: 'https://may-khac.example.vn/' }))
    await expect(work).rejects.toMatchObject({ code: 'conflict' })
  })

  it('another process with the same token: it waits and tries again', async () => {
    fake.push(payload('text'))
    fake.fail({ status: 409, description: 'Conflict: terminated by other getUpdates request' }, { method: 'getUpdates', times: 2 })
    const { taken, pauses, warnings } = await polled(1)
    expect(taken).toHaveLength(1)
    expect(pauses).toEqual([1000, 2000])
    expect(warnings).toEqual(['Another process asks Telegram for this bot’s messages; waiting for it to stop.'])
  })

  it('a dead network is tried ever more rarely, up to once a minute', async () => {
    fake.fail({ drop: true }, { times: 99 })
    const { taken, pauses, warnings } = await polled(1)
    expect(taken).toEqual([])
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60].map((seconds) => seconds * 1000))
    expect(warnings).toHaveLength(1)
  })

  it('waits as long as Telegram asks it to', async () => {
    fake.push(payload('text'))
    fake.fail({ status: 429, retryAfter: 35 }, { method: 'getUpdates' })
    expect((await polled(1)).pauses).toEqual([35_000])
  })

  it('ends when the token is not accepted, and when it is told to', async () => {
    await expect(polled(1, { token: FAKE_TOKEN.replace('AAF', 'BBB') })).rejects.toMatchObject({ code: 'unauthorized' })
    const controller = new AbortController()
    const work = telegram().poll?.(async () => undefined, controller.signal)
    await expect.poll(() => fake.callsOf('getUpdates').length).toBe(1)
    controller.abort()
    await work
  })
})

describe('registration at start', () => {
  const url = 'https://bot.example.vn/webhooks/telegram'
  const set = { url, secret_token: SECRET, allowed_updates: ['message', 'callback_query', 'my_chat_member'], max_connections: 40 }

  it('learns its name, sets the menu and the webhook', async () => {
    const state = await telegram().setUp?.(url)
    expect(state).toEqual({
      ok: true,
      name: 'HangVietThuBot',
      link: 'https://t.me/HangVietThuBot',
      detail: '@HangVietThuBot is connected by webhook.',
    })
    expect(fake.commands()).toEqual(COMMANDS)
    expect(fake.callsOf('setWebhook')).toEqual([set])
  })

  it('knows its name in groups from then on', async () => {
    const channel = telegram()
    await channel.setUp?.(null)
    expect(await channel.receive(webhook(JSON.stringify(payload('group-mention'))))).toHaveLength(1)
    expect(fake.callsOf('getMe')).toHaveLength(1)
  })

  it('sets the webhook again only when it differs, or Telegram is being turned away', async () => {
    await telegram().setUp?.(url)
    await telegram().setUp?.(url)
    expect(fake.callsOf('setWebhook')).toHaveLength(1)
    const changes = [
      { last_error_date: 1, last_error_message: 'Wrong response from the webhook: 401 Unauthorized' },
      { allowed_updates: ['message'], last_error_message: undefined },
      { max_connections: 10 },
      { url: 'https://may-khac.example.vn/' },
    ]
    for (const change of changes) {
      const before = fake.callsOf('setWebhook').length
      fake.webhook(change)
      await telegram().setUp?.(url)
      expect(fake.callsOf('setWebhook')).toHaveLength(before + 1)
    }
  })

  it('without a public address no webhook is touched', async () => {
    expect(await telegram().setUp?.(null)).toMatchObject({ ok: true, detail: '@HangVietThuBot is connected by polling.' })
    expect(fake.calls.map((call) => call.method)).toEqual(['getMe', 'setMyCommands'])
  })

  it.each<[string, Partial<TelegramOptions>, string, RegExp]>([
    ['a wrong token', { token: FAKE_TOKEN.replace('AAF', 'BBB') }, url, /TELEGRAM_BOT_TOKEN/],
    ['no network', { apiRoot: 'http://127.0.0.1:1' }, url, /could not be reached/],
    ['an address without https', {}, 'http://bot.example.vn/', /refused setWebhook: Bad Request: bad webhook/],
  ])('says what is wrong in one sentence: %s', async (_says, change, address, detail) => {
    const state = await telegram(change).setUp?.(address)
    expect(state).toMatchObject({ ok: false })
    expect(state?.detail).toMatch(detail)
  })

  it('the operator can set, see and delete the webhook', async () => {
    const admin = telegramWebhook({ token: fake.token, apiRoot: `${fake.root}/` })
    await admin.set(url, SECRET)
    expect(fake.callsOf('setWebhook')).toEqual([set])
    expect(await admin.info()).toMatchObject({ url, pending_update_count: 0 })
    await admin.remove()
    expect(await admin.info()).toMatchObject({ url: '' })
    expect(fake.callsOf('deleteWebhook')).toEqual([{}])
    await expect(admin.set('http://bot.example.vn/', SECRET)).rejects.toMatchObject({ name: 'AppError', code: 'unavailable' })
  })
})

describe('the fake Bot API itself', () => {
  it('counts messages to one chat as Telegram does', async () => {
    let now = 0
    const strict = await fakeTelegram({ limits: { perChat: 1, burst: 3 }, now: () => now })
    const channel = telegram({ apiRoot: strict.root })
    for (let at = 0; at < 3; at++) await channel.send(outbound())
    expect(await failureOf(channel.send(outbound()))).toMatchObject({ failure: 'rate_limited', retryAfter: 1 })
    await channel.send(outbound({ address: '5012345602' }))
    now = 1000
    await channel.send(outbound())
    expect(strict.taken).toHaveLength(5)
    await strict.close()
  })

  it('remembers a message it took and never answered', async () => {
    fake.fail({ drop: true, taken: true }, { chat: PERSON })
    fake.block('5012345602')
    const channel = telegram()
    expect((await failureOf(channel.send(outbound({ address: '5012345602' })))).failure).toBe('blocked')
    await failureOf(channel.send(outbound()))
    fake.fail({ drop: true }, { method: 'sendMessage' })
    await failureOf(channel.send(outbound({ text: 'chưa tới' })))
    expect(fake.taken.map((message) => message.text)).toEqual(['Chào bạn'])
  })
})

/** The same JSON with its `at`th value replaced. */
function replaceLeaf(body: unknown, at: number, value: unknown): unknown {
  const copy = structuredClone(body)
  const places: [Record<string, unknown>, string][] = []
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key])
      walk((node as Record<string, unknown>)[key])
    }
  }
  walk(copy)
  const place = places[at % places.length]
  if (place !== undefined) place[0][place[1]] = value
  return copy
}
