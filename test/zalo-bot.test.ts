/**
 * The Zalo Bot Platform: bodies as they were seen on the wire go in, calls to a local double of the platform come out.
 */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createZaloBot, type ZaloBotOptions, zaloBotWebhook } from '../src/channels/zalo-bot/index.ts'
import type { Channel, Inbound, OutboundMessage } from '../src/chat.ts'
import { AppError, SendError } from '../src/errors.ts'
import { type FakeZaloBot, startFakeZaloBot } from './fake-zalo-bot.ts'

const SECRET = 'webhook-secret-0123456789'
const PERSON = 'a1b2c3d4e5f60718293a'
const NOW = new Date('2026-09-10T10:00:00Z')
const HOOK = 'https://hangviet.example.vn/webhooks/zalo-bot'

let zalo: FakeZaloBot
beforeEach(async () => {
  zalo = await startFakeZaloBot()
})
afterEach(() => zalo.close())

function channel(options: Partial<ZaloBotOptions> = {}): Channel {
  return createZaloBot({ token: zalo.token, secret: SECRET, apiRoot: zalo.root, mediaHosts: [], fetch, now: () => NOW, ...options })
}

function payload(name: string): string {
  return readFileSync(new URL(`./payloads/zalo-bot/${name}.json`, import.meta.url), 'utf8')
}

function hook(body: string, secret: string | null = SECRET): Request {
  return new Request(HOOK, { method: 'POST', body, headers: secret === null ? {} : { 'X-Bot-Api-Secret-Token': secret } })
}

const receive = (name: string) => channel().receive(hook(payload(name)))

/** A payload with some of its message's fields changed; undefined takes one away. */
function altered(name: string, fields: Record<string, unknown>): Request {
  const body = JSON.parse(payload(name))
  return hook(JSON.stringify({ ...body, message: { ...body.message, ...fields } }))
}

function outbound(fields: Partial<OutboundMessage> = {}): OutboundMessage {
  return { id: 'o1.0', address: PERSON, text: 'Chào bạn', buttons: [], hint: '', bulk: false, ...fields }
}

async function failureOf(work: Promise<unknown>): Promise<SendError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SendError)) throw new Error('expected a SendError', { cause: error })
  return error
}

describe('what comes in', () => {
  it('is a text with its sender, its time in milliseconds and its message id', async () => {
    expect(await receive('text')).toEqual([
      {
        kind: 'message',
        channel: 'zalo-bot',
        id: '94691c36aef84aa113ee',
        address: PERSON,
        at: new Date(1789033572455),
        text: 'hàng Việt gần tôi',
        attachments: [],
        group: false,
      },
    ])
  })

  it('may be wrapped as the documentation shows it', async () => {
    expect(await receive('text-wrapped')).toMatchObject([{ id: '2d758cb5e222177a4e35', text: 'Xin chào', address: PERSON }])
  })

  it('is a button when the text reads like one', async () => {
    expect(await receive('text-payload')).toMatchObject([{ payload: 'tip:open:A7.1' }])
    expect((await receive('text'))[0]).not.toHaveProperty('payload')
  })

  it('is a photo by its live name and by its documented name, with the words under it', async () => {
    const live = 'https://photo-stal-29.zdn.vn/no/jpg/bccf2cc441c88096d9d9/1234567890123456789.jpg'
    expect(await receive('image')).toMatchObject([{ text: '', attachments: [{ kind: 'photo', ref: live }] }])
    expect(await receive('image-documented')).toMatchObject([
      { text: 'Nhãn hộp sữa bị mờ', attachments: [{ kind: 'photo', ref: expect.stringMatching(/^https:\/\/photo-stal-1\.zdn\.vn\//) }] },
    ])
  })

  it('is something we cannot use, named so that the answer can name it', async () => {
    for (const [name, what] of [
      ['sticker', 'sticker'],
      ['voice', 'voice'],
      ['unsupported', 'unknown'],
    ] as const)
      expect(await receive(name)).toMatchObject([{ text: '', address: PERSON, attachments: [{ kind: 'unsupported', what }] }])
    expect(await channel().receive(altered('image', { photo_url: undefined }))).toMatchObject([
      { attachments: [{ kind: 'unsupported', what: 'unknown' }] },
    ])
    expect(await channel().receive(altered('image', { photo_url: 'file:///etc/passwd' }))).toMatchObject([
      { attachments: [{ kind: 'unsupported', what: 'unknown' }] },
    ])
    expect(await channel().receive(altered('text', { text: undefined }))).toMatchObject([
      { attachments: [{ kind: 'unsupported', what: 'unknown' }] },
    ])
  })

  it('is the address of a link, else a link we cannot read', async () => {
    expect(await receive('link')).toMatchObject([{ text: 'https://example.vn/hang-viet', attachments: [] }])
    expect(await channel().receive(altered('link', { url: undefined, link: { url: 'https://example.vn/b' } }))).toMatchObject([
      { text: 'https://example.vn/b' },
    ])
    expect(await channel().receive(altered('link', { url: undefined }))).toMatchObject([
      { text: '', attachments: [{ kind: 'unsupported', what: 'link' }] },
    ])
  })

  it('is nothing to answer: a reaction, an event without a message, an event of tomorrow, another bot', async () => {
    expect(await receive('reaction')).toEqual([])
    expect(await receive('unsupported-bare')).toEqual([])
    expect(await channel().receive(hook('{"event_name":"bot.added","message":{"chat":1}}'))).toEqual([])
    expect(await channel().receive(hook('{"event_name":"constructor","message":{}}'))).toEqual([])
    expect(await channel().receive(altered('text', { from: { id: 'b', is_bot: true } }))).toEqual([])
    expect(await channel().receive(altered('unsupported', { chat: undefined }))).toEqual([])
  })

  it('is answered in the group it was said in, not in private', async () => {
    expect(await receive('group')).toMatchObject([{ group: true, address: 'g0f1e2d3c4b5a6978877', text: '@Bot Hàng Việt câu hỏi hôm nay' }])
  })

  it('has a key of its own without a message id, and our time without a time', async () => {
    expect(await channel().receive(altered('text', { message_id: undefined }))).toMatchObject([
      { id: `message.text.received:${PERSON}:1789033572455` },
    ])
    expect(await channel().receive(altered('text', { date: 'hôm qua' }))).toMatchObject([{ at: NOW }])
    expect(await channel().receive(altered('text', { date: 9e15 }))).toMatchObject([{ at: NOW }])
  })

  it('keeps ids as text and cleans what was typed', async () => {
    expect(
      await channel().receive(altered('text', { message_id: 77, chat: { id: 42, chat_type: 'PRIVATE' }, text: ' a\u200bb ' })),
    ).toMatchObject([{ id: '77', address: '42', text: 'ab' }])
  })
})

describe('what is turned away', () => {
  it('is too large before it is anything else', async () => {
    await expect(channel().receive(hook('x'.repeat(1_048_577), null))).rejects.toMatchObject({ code: 'too_large' })
  })

  it('is unauthorized with a wrong, a missing or a partial secret, before its body is read as JSON', async () => {
    for (const secret of ['sai', null, '', SECRET.slice(0, -1), `${SECRET}x`])
      await expect(channel().receive(hook('not json', secret))).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(channel({ secret: '' }).receive(hook(payload('text'), ''))).rejects.toMatchObject({ code: 'unauthorized' })
  })

  it('is invalid when it is not JSON or not this platform', async () => {
    const strange = [
      '',
      'not json',
      '[]',
      '{}',
      '{"ok":true}',
      '{"ok":true,"result":{}}',
      '{"ok":false,"result":{"event_name":"message.text.received"}}',
      '{"event_name":"message.text.received"}',
      '{"event_name":"message.text.received","message":{"chat":{"id":"có dấu cách"}}}',
    ]
    for (const body of strange) await expect(channel().receive(hook(body)), body).rejects.toMatchObject({ code: 'invalid' })
  })

  it('never breaks us, whatever JSON arrives', async () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('text', 'image', 'link', 'unsupported').map((kind) => `message.${kind}.received`),
    )
    const message = fc.record(
      {
        message_id: fc.jsonValue(),
        date: fc.oneof(fc.jsonValue(), fc.double()),
        chat: fc.oneof(fc.jsonValue(), fc.record({ id: fc.oneof(fc.string(), fc.integer()), chat_type: fc.jsonValue() })),
        from: fc.jsonValue(),
        text: fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })),
        photo_url: fc.oneof(fc.jsonValue(), fc.webUrl()),
        link: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    const event = fc.record({ event_name: name, message: fc.oneof(message, fc.jsonValue()) })
    const body = fc.oneof(
      fc.jsonValue(),
      event,
      event.map((result) => ({ ok: true, result })),
    )
    const bot = channel()
    await fc.assert(
      fc.asyncProperty(body, fc.string({ maxLength: 40 }), async (value, guess) => {
        const text = JSON.stringify(value)
        const inbound = await bot.receive(hook(text)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(AppError)
          expect(error).toMatchObject({ code: 'invalid' })
          return []
        })
        for (const { address, id, at } of inbound) {
          expect([address, id]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)])
          expect(Number.isNaN(at.getTime())).toBe(false)
        }
        const wrong = guess.replace(/[^ -~]/g, '').trim()
        if (wrong !== SECRET) await expect(bot.receive(hook(text, wrong))).rejects.toMatchObject({ code: 'unauthorized' })
      }),
      { numRuns: 300 },
    )
  })
})

describe('what goes out', () => {
  it('is a text to the chat and comes back with the message id', async () => {
    expect(await channel().send(outbound())).toBe('82599fa32f56d00e0001')
    expect(zalo.callsOf('sendMessage')).toEqual([{ chat_id: PERSON, text: 'Chào bạn' }])
  })

  it('writes buttons and links as text, for the platform has none', async () => {
    const buttons = [
      { label: 'Câu hỏi hôm nay', payload: 'quiz:today:' },
      { label: 'Trang của công đoàn', url: 'https://example.vn/cd' },
    ]
    await channel().send(outbound({ buttons, hint: 'Bạn nhắn số để chọn.' }))
    expect(zalo.callsOf('sendMessage')).toEqual([
      {
        chat_id: PERSON,
        text: 'Chào bạn\n\n1. Câu hỏi hôm nay\nTrang của công đoàn: https://example.vn/cd\n\nBạn nhắn số để chọn.',
      },
    ])
  })

  it('is a picture by its https address, with the text under it', async () => {
    const image = 'https://example.vn/anh.jpg'
    await channel().send(outbound({ image, text: 'Tem thật' }))
    await channel().send(outbound({ image, text: '' }))
    expect(zalo.callsOf('sendPhoto')).toEqual([
      { chat_id: PERSON, photo: image, caption: 'Tem thật' },
      { chat_id: PERSON, photo: image },
    ])
  })

  it('keeps the words of a picture Zalo could not fetch', async () => {
    await channel().send(outbound({ image: 'http://127.0.0.1:3000/anh.jpg' }))
    expect(zalo.calls).toEqual([{ method: 'sendMessage', params: { chat_id: PERSON, text: 'Chào bạn' } }])
  })

  it('takes 2,000 characters and refuses more, nothing, and a file, without a call', async () => {
    const bot = channel()
    await bot.send(outbound({ text: 'a'.repeat(2000) }))
    expect(zalo.calls).toHaveLength(1)
    const document = { name: 'a.csv', mime: 'text/csv', text: 'a' }
    for (const fields of [{ text: 'a'.repeat(2001) }, { text: '' }, { document }, { image: 'https://a.vn/a.jpg', text: 'a'.repeat(2001) }])
      expect(await failureOf(bot.send(outbound(fields)))).toMatchObject({ failure: 'refused' })
    expect(zalo.calls).toHaveLength(1)
  })

  it('says what it can do', () => {
    expect(channel()).toMatchObject({ name: 'zalo-bot' })
    expect(channel().limits).toEqual({ text: 2000, buttons: 0, perSecond: 5, perChat: 1, chatBurst: 3, documents: false })
    expect(channel({ perSecond: 2 }).limits.perSecond).toBe(2)
  })
})

describe('what a refusal means', () => {
  it.each([
    [400, 'refused'],
    [401, 'operator'],
    [403, 'temporary'],
    [404, 'unreachable'],
    [408, 'temporary'],
    [429, 'rate_limited'],
    [500, 'temporary'],
    [503, 'temporary'],
  ] as const)('error_code %i is %s, whatever the HTTP status', async (code, failure) => {
    zalo.failNext('sendMessage', { code }, { status: 200, body: JSON.stringify({ ok: false, error_code: code, description: 'x' }) })
    const expected = { failure, reason: `zalo_bot_${code}` }
    expect(await failureOf(channel().send(outbound()))).toMatchObject(expected)
    expect(await failureOf(channel().send(outbound()))).toMatchObject(expected)
  })

  it('waits as long as the platform says, else a minute', async () => {
    zalo.failNext('sendMessage', { code: 429, retryAfter: 7 }, { code: 429 }, { status: 429, body: 'slow down' })
    const waits: (number | undefined)[] = []
    for (let times = 0; times < 3; times++) waits.push((await failureOf(channel().send(outbound()))).retryAfter)
    expect(waits).toEqual([7, 60, 60])
  })

  it.each([
    [502, 'temporary'],
    [403, 'temporary'],
    [413, 'refused'],
    [404, 'operator'],
    [302, 'operator'],
    [200, 'unknown'],
  ] as const)('a page instead of an answer, HTTP %i, is %s', async (status, failure) => {
    zalo.failNext('sendMessage', { status, body: '<html></html>' })
    expect(await failureOf(channel().send(outbound()))).toMatchObject({ failure, reason: `zalo_bot_http_${status}` })
  })

  it('is unknown when the line died or the answer never came after the call was taken', async () => {
    zalo.failNext('sendMessage', 'drop', 'hang')
    expect(await failureOf(channel().send(outbound()))).toMatchObject({ failure: 'unknown', reason: 'zalo_bot_connection' })
    expect(await failureOf(channel({ timeoutMs: 500 }).send(outbound()))).toMatchObject({ failure: 'unknown', reason: 'zalo_bot_timeout' })
    expect(zalo.callsOf('sendMessage')).toHaveLength(2)
  })

  it('is temporary when nobody answers the door, be it at one address or at two', async () => {
    const gone = await startFakeZaloBot()
    await gone.close()
    expect(await failureOf(channel({ apiRoot: gone.root }).send(outbound()))).toMatchObject({
      failure: 'temporary',
      reason: 'zalo_bot_econnrefused',
    })
    const twice = channel({ apiRoot: gone.root.replace('127.0.0.1', 'localhost') })
    expect(await failureOf(twice.send(outbound()))).toMatchObject({ failure: 'temporary' })
  })

  it('does not carry the token to wherever a redirect points', async () => {
    const other = await startFakeZaloBot()
    zalo.failNext('sendMessage', { status: 307, body: '', location: `${other.root}/bot${other.token}/sendMessage` })
    expect(await failureOf(channel().send(outbound()))).toMatchObject({ failure: 'operator' })
    expect(other.calls).toEqual([])
    await other.close()
  })

  it('never shows the token', async () => {
    const token = '987:hush-hush'
    const leaky: typeof fetch = async (input) => {
      throw new TypeError(`Failed to parse URL from ${input}`, { cause: new Error(String(input)) })
    }
    const errors = [
      await failureOf(channel({ token, fetch: leaky }).send(outbound())),
      await failureOf(channel({ token, apiRoot: 'no address' }).send(outbound())),
      await failureOf(channel({ token }).send(outbound())),
    ]
    expect(errors.map(({ failure }) => failure)).toEqual(['unknown', 'unknown', 'operator'])
    for (const error of errors) {
      expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(token)
      expect(error.cause).toBeUndefined()
    }
    expect(JSON.stringify(await channel({ token }).setUp?.(HOOK))).not.toContain(token)
  })
})

describe('a photo', () => {
  const signal = new AbortController().signal
  /** Remembers what was asked for; answers from a table. */
  function web(pages: Record<string, Response>): { asked: string[]; fetch: typeof fetch } {
    const asked: string[] = []
    const get: typeof fetch = async (input) => {
      asked.push(String(input))
      return pages[String(input)] ?? new Response(null, { status: 404 })
    }
    return { asked, fetch: get }
  }
  const to = (location: string) => new Response(null, { status: 302, headers: { location } })

  it('comes from the hosts of Zalo, always by https', async () => {
    for (const host of ['photo-stal-29.zdn.vn', 'a.zadn.vn', 'f.zalo.me', 's.zaloapp.com']) {
      const { asked, fetch } = web({ [`https://${host}/a.jpg`]: new Response('jpeg') })
      expect(await (await channel({ fetch }).photo(`http://${host}/a.jpg`, signal)).text()).toBe('jpeg')
      expect(asked).toEqual([`https://${host}/a.jpg`])
    }
  })

  it('comes from nowhere else', async () => {
    const { asked, fetch } = web({})
    const strange = [
      'https://example.com/a.jpg',
      'https://zdn.vn.example.com/a.jpg',
      'https://evilzdn.vn/a.jpg',
      'https://a.zdn.vn:8443/a.jpg',
      'https://user:word@a.zdn.vn/a.jpg',
      'http://169.254.169.254/latest',
      'file:///etc/passwd',
      'không phải địa chỉ',
    ]
    for (const ref of strange) expect(await failureOf(channel({ fetch }).photo(ref, signal)), ref).toMatchObject({ failure: 'refused' })
    expect(asked).toEqual([])
  })

  it('follows a redirect only to a host that is allowed, and not for ever', async () => {
    const good = web({ 'https://a.zdn.vn/1': to('https://b.zadn.vn/2'), 'https://b.zadn.vn/2': new Response('jpeg') })
    expect(await (await channel({ fetch: good.fetch }).photo('https://a.zdn.vn/1', signal)).text()).toBe('jpeg')
    const bad = web({ 'https://a.zdn.vn/1': to('http://127.0.0.1/secret') })
    expect(await failureOf(channel({ fetch: bad.fetch }).photo('https://a.zdn.vn/1', signal))).toMatchObject({ failure: 'refused' })
    expect(bad.asked).toEqual(['https://a.zdn.vn/1'])
    const round = web({ 'https://a.zdn.vn/1': to('/1') })
    expect(await failureOf(channel({ fetch: round.fetch }).photo('https://a.zdn.vn/1', signal))).toMatchObject({ failure: 'refused' })
  })

  it('may come from a host the operator named, by plain http only when he wrote so', async () => {
    const { asked, fetch } = web({ 'https://media.example.vn/a': new Response('1'), 'http://10.0.0.5:4000/a': new Response('2') })
    const bot = channel({ fetch, mediaHosts: ['media.example.vn', 'http://10.0.0.5:4000'] })
    expect(await (await bot.photo('http://media.example.vn/a', signal)).text()).toBe('1')
    expect(await (await bot.photo('http://10.0.0.5:4000/a', signal)).text()).toBe('2')
    expect(await failureOf(bot.photo('http://10.0.0.5:4001/a', signal))).toMatchObject({ failure: 'refused' })
    expect(asked).toEqual(['https://media.example.vn/a', 'http://10.0.0.5:4000/a'])
    const local = await channel().photo(zalo.addPhoto(new Uint8Array([255, 216, 255])), signal)
    expect(new Uint8Array(await local.arrayBuffer())).toEqual(new Uint8Array([255, 216, 255]))
  })

  it('that is gone is given up; a server in trouble is asked again later', async () => {
    const ref = 'https://a.zdn.vn/1'
    for (const [status, failure] of [
      [404, 'refused'],
      [403, 'refused'],
      [429, 'temporary'],
      [503, 'temporary'],
    ] as const) {
      const { fetch } = web({ [ref]: new Response(null, { status }) })
      expect(await failureOf(channel({ fetch }).photo(ref, signal))).toMatchObject({ failure })
    }
    const broken: typeof fetch = () => Promise.reject(new TypeError('fetch failed'))
    expect(await failureOf(channel({ fetch: broken }).photo(ref, signal))).toMatchObject({ failure: 'temporary' })
  })
})

describe('polling', () => {
  /** Polls until `count` batches were taken; remembers the pauses instead of making them. */
  async function poll(count: number, take: (inbound: Inbound[]) => Promise<void> = async () => {}) {
    const stop = new AbortController()
    const taken: Inbound[][] = []
    const pauses: number[] = []
    const wait = async (ms: number) => void pauses.push(ms)
    await channel({ wait }).poll?.(async (inbound) => {
      await take(inbound)
      taken.push(inbound)
      if (taken.length === count) stop.abort()
    }, stop.signal)
    return { texts: taken.map((batch) => batch.map((one) => (one.kind === 'message' ? one.text : one.event))), pauses }
  }
  const update = (text: string) => {
    const wrapped = JSON.parse(payload('text-wrapped'))
    return { ...wrapped.result, message: { ...wrapped.result.message, text } }
  }

  it('takes one update after the other, thirty seconds at a time', async () => {
    zalo.push(update('một'))
    zalo.push(update('hai'))
    expect(await poll(2)).toEqual({ texts: [['một'], ['hai']], pauses: [] })
    expect(zalo.callsOf('getUpdates').slice(0, 2)).toEqual([{ timeout: '30' }, { timeout: '30' }])
  })

  it('goes on at once when nobody wrote, in whatever words the platform says so', async () => {
    zalo.failNext('getUpdates', { code: 408 }, { status: 200, body: '{"ok":false,"description":"Request timeout"}' }, { code: 504 })
    zalo.push(update('một'))
    expect(await poll(1)).toEqual({ texts: [['một']], pauses: [] })
  })

  it('passes over what needs no answer and what it cannot read', async () => {
    zalo.push(JSON.parse(payload('reaction')))
    zalo.push({ event_name: 5 })
    zalo.push(null)
    zalo.push(update('một'))
    expect((await poll(1)).texts).toEqual([['một']])
  })

  it('backs off to a minute while the platform is away, as long as it asks for, and starts over after an answer', async () => {
    zalo.failNext('getWebhookInfo', { code: 500 })
    const away = { code: 502 }
    zalo.failNext('getUpdates', away, 'drop', away, away, away, away, away, { code: 429, retryAfter: 90 }, { code: 408 }, away)
    zalo.push(update('một'))
    const { pauses } = await poll(1)
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 90000, 1000])
  })

  it('offers an update again until it is committed, for the platform will not', async () => {
    zalo.push(update('một'))
    let failures = 0
    const { texts, pauses } = await poll(1, async () => {
      if (failures++ < 2) throw new AppError('unavailable', 'The database is away.')
    })
    expect(texts).toEqual([['một']])
    expect(pauses).toEqual([1000, 2000])
    expect(failures).toBe(3)
  })

  it('refuses to start, and stops, when another host has set a webhook, and leaves it alone', async () => {
    zalo.webhook.url = 'https://other.example.vn/hook'
    await expect(poll(1)).rejects.toMatchObject({ code: 'conflict' })
    expect(zalo.callsOf('getUpdates')).toEqual([])
    zalo.webhook.url = ''
    zalo.failNext('getUpdates', ...Array.from({ length: 10 }, () => ({ code: 408 })))
    zalo.failNext('getWebhookInfo', { code: 404 }, { status: 200, body: '{"ok":true,"result":{"url":"https://other.example.vn/hook"}}' })
    await expect(poll(1)).rejects.toMatchObject({ code: 'conflict' })
    expect(zalo.callsOf('getUpdates')).toHaveLength(10)
    expect(zalo.callsOf('deleteWebhook')).toEqual([])
  })

  it('ends when its token is refused or when it is told to', async () => {
    zalo.failNext('getUpdates', { code: 401 })
    await expect(poll(1)).rejects.toMatchObject({ failure: 'operator' })
    const stop = new AbortController()
    const polling = channel().poll?.(async () => {}, stop.signal)
    while (zalo.callsOf('getUpdates').length < 2) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    await expect(polling).resolves.toBeUndefined()
  })

  it('does not wait out a pause it is told to end', async () => {
    const stop = new AbortController()
    zalo.failNext('getUpdates', { code: 429, retryAfter: 3600 })
    const polling = channel().poll?.(async () => {}, stop.signal)
    while (zalo.callsOf('getUpdates').length < 1) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    await expect(polling).resolves.toBeUndefined()
  })
})

describe('setting up', () => {
  it('learns its name and registers the webhook only when it differs', async () => {
    const expected = { ok: true, name: 'bot.HangViet', link: null, detail: 'Connected; updates come by webhook.' }
    expect(await channel().setUp?.(HOOK)).toEqual(expected)
    expect(await channel().setUp?.(HOOK)).toEqual(expected)
    expect(zalo.callsOf('setWebhook')).toEqual([{ url: HOOK, secret_token: SECRET }])
  })

  it('touches no webhook when it polls', async () => {
    expect(await channel().setUp?.(null)).toMatchObject({ ok: true, name: 'bot.HangViet' })
    expect(zalo.calls.map(({ method }) => method)).toEqual(['getMe'])
  })

  it('reports a refused token as a state, not as a crash', async () => {
    expect(await channel({ token: 'sai' }).setUp?.(HOOK)).toMatchObject({ ok: false, detail: expect.stringContaining('zalo_bot_401') })
    zalo.failNext('getMe', { status: 200, body: '{"ok":true,"result":5}' })
    expect(await channel().setUp?.(HOOK)).toMatchObject({ ok: false })
  })
})

it('the operator can read, set and remove the webhook', async () => {
  const webhook = zaloBotWebhook({ token: zalo.token, apiRoot: `${zalo.root}/`, fetch })
  expect(await webhook.info()).toEqual({ url: null, updatedAt: new Date(1789033700000) })
  await webhook.set(HOOK, SECRET)
  expect(zalo.webhook).toEqual({ url: HOOK, secret: SECRET })
  expect(await webhook.info()).toMatchObject({ url: HOOK })
  await webhook.remove()
  expect(zalo.webhook.url).toBe('')
  zalo.failNext('getWebhookInfo', { code: 404 })
  expect(await webhook.info()).toEqual({ url: null, updatedAt: null })
  zalo.failNext('setWebhook', { code: 400 })
  expect(await failureOf(webhook.set('http://x', SECRET))).toMatchObject({ failure: 'refused' })
})
