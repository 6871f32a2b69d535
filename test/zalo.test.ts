import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createZalo } from '../src/channels/zalo/index.ts'
import { AppError, type AppErrorCode } from '../src/errors.ts'
import { signedWebhook } from './fake-zalo.ts'
import { keys, memoryStore, person, START } from './zalo-kit.ts'

const folder = new URL('./payloads/zalo/', import.meta.url)
const payload = (name: string) => readFileSync(new URL(`${name}.json`, folder), 'utf8')
const zalo = channelAt(START)

function channelAt(now: number) {
  const never = () => Promise.reject(new Error('receiving asks nobody'))
  return createZalo({ ...keys, tokens: memoryStore(), fetch: never, now: () => new Date(now), log: { error: () => {} } })
}

const receive = (event: unknown, headers?: Record<string, string>) => zalo.receive(signedWebhook(keys, event, headers))

async function refusal(request: Request, channel = zalo): Promise<AppErrorCode | 'received'> {
  try {
    await channel.receive(request)
    return 'received'
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

const at = new Date(1795338000740)
const message = { kind: 'message', channel: 'zalo', address: person, at, text: '', attachments: [], group: false }
const unsupported = (what: string) => [{ kind: 'unsupported', what }]
const event = (name: string, id: string) => ({ kind: 'event', channel: 'zalo', address: person, at, event: name, id })
const msg = (end: string) => `96d3cdf3af1504609${end}`

const meant: Record<string, unknown[]> = {
  'user-send-text': [{ ...message, id: msg('09'), text: 'Chào trợ lý, làm sao nhận biết hàng Việt?' }],
  'user-send-text-button': [{ ...message, id: msg('10'), payload: 'quiz:answer:a1B2c3.2' }],
  'user-send-text-button-hash': [{ ...message, id: msg('11'), payload: 'quiz:answer:a1B2c3.2' }],
  'user-send-text-quote': [{ ...message, id: msg('12'), text: 'Ý tôi là tin này' }],
  'user-send-image': [
    {
      ...message,
      id: msg('13'),
      text: 'nhãn mặt sau',
      attachments: [
        { kind: 'photo', ref: 'http://f6.photo.talk.zdn.vn/1.jpg' },
        { kind: 'photo', ref: 'https://f6-zpg-r.zdn.vn/jpg/2.jpg' },
      ],
    },
  ],
  'user-send-image-empty': [{ ...message, id: msg('14'), attachments: unsupported('unknown') }],
  'user-send-gif': [{ ...message, id: msg('15'), attachments: [{ kind: 'photo', ref: 'https://f6-zpg-r.zdn.vn/jpg/3.gif' }] }],
  'user-send-link': [{ ...message, id: msg('16'), text: 'xem giúp https://example.vn', attachments: unsupported('link') }],
  'user-send-audio': [{ ...message, id: msg('17'), attachments: unsupported('voice') }],
  'user-send-video': [{ ...message, id: msg('18'), attachments: unsupported('video') }],
  'user-send-sticker': [{ ...message, id: msg('19'), attachments: unsupported('sticker') }],
  'user-send-file-photo': [{ ...message, id: msg('20'), attachments: [{ kind: 'photo', ref: 'https://f6-zpg-r.zdn.vn/jpg/f1' }] }],
  'user-send-file-heic': [{ ...message, id: msg('21'), attachments: unsupported('heic') }],
  'user-send-file-pdf': [{ ...message, id: msg('22'), attachments: unsupported('file') }],
  'user-send-location': [
    { ...message, id: msg('23'), attachments: [{ kind: 'location', latitude: 10.7725, longitude: 106.698, title: 'Chợ Bến Thành' }] },
  ],
  'user-send-location-broken': [{ ...message, id: msg('24'), attachments: unsupported('unknown') }],
  'user-send-business-card': [{ ...message, id: msg('25'), attachments: unsupported('contact') }],
  'user-click-chatnow': [{ ...message, id: `user_click_chatnow:${person}:1795338000740`, text: 'menu' }],
  follow: [event('follow', `follow:${person}:1795338000740`)],
  unfollow: [event('unfollow', `unfollow:${person}:1795338000740`)],
  'user-withdraw': [event('withdraw', `user_withdraw:${person}:1795338000740`)],
  'oa-send-text-officer': [event('officer_spoke', msg('31'))],
  'oa-send-image-officer': [event('officer_spoke', msg('33'))],
}

describe('each event Zalo can post', () => {
  const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''))

  test('has its payload, and every expectation has one', () => {
    expect(names.length).toBeGreaterThanOrEqual(60)
    expect(Object.keys(meant).filter((name) => !names.includes(name))).toEqual([])
  })

  test.each(names)('%s is understood or knowingly let pass', async (name) => {
    expect(await receive(payload(name))).toEqual(meant[name] ?? [])
  })
})

describe('what a person typed', () => {
  const typed = (text: string) => receive({ ...JSON.parse(payload('user-send-text')), message: { text, msg_id: '1' } })

  test('loses invisible and right-to-left characters and keeps emoji', async () => {
    expect(await typed('\u202e hàng\u200b Việt 🇻🇳\u0000 ')).toMatchObject([{ text: 'hàng Việt 🇻🇳' }])
  })

  test('is a button only when it is exactly a payload', async () => {
    expect(await typed('quiz:answer:a1.2 nhé')).toMatchObject([{ text: 'quiz:answer:a1.2 nhé' }])
    expect((await typed('#hangviet'))[0]).toMatchObject({ text: '#hangviet' })
    expect((await typed('#hangviet'))[0]).not.toHaveProperty('payload')
  })

  test('may be 10,000 characters long', async () => {
    expect((await typed('ạ'.repeat(30_000)))[0]).toMatchObject({ text: 'ạ'.repeat(10_000) })
  })
})

describe('ids above 2^53', () => {
  test('stay exact when Zalo sends them without quotes', async () => {
    const body = payload('user-send-text').replace(`"${person}"`, person)
    expect(body).toContain(`: ${person}`)
    expect(await receive(body)).toMatchObject([{ address: person }])
  })

  test('do not touch long numbers inside a text', async () => {
    const text = 'mã vạch: 89312345678901234, "trong ngoặc": 12345678901234567 \\'
    expect(await receive({ ...JSON.parse(payload('user-send-text')), message: { text, msg_id: '1' } })).toMatchObject([{ text }])
  })

  test('a person without an id is nobody to answer', async () => {
    expect(await receive({ ...JSON.parse(payload('user-send-text')), sender: { id: { $ne: 1 } } })).toEqual([])
  })
})

describe('the signature', () => {
  const body = payload('user-send-text')
  const signed = signedWebhook(keys, body)
  const mac = signed.headers.get('x-zevent-signature') ?? ''
  const posted = (signature: string | undefined, text = body, headers: Record<string, string> = {}) =>
    new Request('https://bot.example.vn/webhooks/zalo', {
      method: 'POST',
      headers: { ...headers, ...(signature === undefined ? {} : { 'x-zevent-signature': signature }) },
      body: text,
    })

  test('is taken in capitals and without mac=', async () => {
    expect(await refusal(posted(mac))).toBe('received')
    expect(await refusal(posted(mac.slice(4)))).toBe('received')
    expect(await refusal(posted(`mac=${mac.slice(4).toUpperCase()}`))).toBe('received')
  })

  test('is taken over the timestamp of the header when the body does not fit', async () => {
    const byHeader = signedWebhook(keys, body, { 'x-zevent-timestamp': '1795338000999' }, '1795338000999')
    expect(await refusal(byHeader)).toBe('received')
    expect(await refusal(signedWebhook(keys, body, {}, '1795338000999'))).toBe('unauthorized')
  })

  test.each([
    ['missing', () => posted(undefined)],
    ['empty', () => posted('')],
    ['of nothing but zeros', () => posted(`mac=${'0'.repeat(64)}`)],
    ['cut short', () => posted(mac.slice(0, -1))],
    ['of another body', () => posted(mac, body.replace('Chào', 'Chao'))],
    ['of a body that was cut on its way', () => posted(mac, body.slice(0, -20))],
    ['made with the app secret', () => signedWebhook({ ...keys, oaSecretKey: keys.appSecret }, body)],
    ['made for another app', () => signedWebhook({ ...keys, appId: '1' }, body)],
    ['on a body that is not JSON', () => posted(mac, 'xin chào')],
    ['on an empty body', () => posted(mac, '')],
    ['on the probe', () => posted(mac, '{}')],
  ])('%s is refused', async (_, request) => {
    expect(await refusal(request())).toBe('unauthorized')
  })

  test("lets the console's unsigned probe pass and be ignored", async () => {
    expect(await refusal(posted(undefined, '{}'))).toBe('ignored')
    expect(await refusal(posted(undefined, ' {\n} '))).toBe('ignored')
    expect(await refusal(posted(undefined, '[]'))).toBe('unauthorized')
    expect(await refusal(posted(undefined, '{"a":1}'))).toBe('unauthorized')
  })

  test('fits and the body is still no event: invalid', async () => {
    expect(await refusal(signedWebhook(keys, 'xin chào', { 'x-zevent-timestamp': '1795338000999' }, '1795338000999'))).toBe('invalid')
    expect(await refusal(signedWebhook(keys, { timestamp: '1795338000740' }))).toBe('invalid')
    expect(await refusal(signedWebhook(keys, '[1]', { 'x-zevent-timestamp': '1795338000999' }, '1795338000999'))).toBe('invalid')
  })

  test('fits and the event is of another app or another OA: refused', async () => {
    const base = JSON.parse(body)
    for (const foreign of [{ app_id: '1' }, { app_id: {} }, { recipient: { id: '1' } }, { oa_id: '1' }])
      expect(await refusal(signedWebhook(keys, { ...base, ...foreign }))).toBe('unauthorized')
    expect(await refusal(signedWebhook(keys, { ...JSON.parse(payload('follow')), oa_id: '1' }))).toBe('unauthorized')
    expect(await refusal(signedWebhook(keys, { ...JSON.parse(payload('oa-send-text-officer')), sender: { id: '1' } }))).toBe('unauthorized')
  })

  test('of a body past a megabyte is not even looked at', async () => {
    const big = JSON.stringify({ ...JSON.parse(body), padding: 'x'.repeat(1024 * 1024) })
    expect(await refusal(signedWebhook(keys, big))).toBe('too_large')
    expect(await refusal(posted(undefined, big))).toBe('too_large')
    expect(await refusal(posted(undefined, `{}${' '.repeat(1024 * 1024)}`))).toBe('too_large')
  })
})

describe('the age of an event', () => {
  const week = 7 * 24 * 3600_000
  const body = payload('user-send-text')

  test('a retry of an hour is news, a replay past seven days is not', async () => {
    expect(await refusal(signedWebhook(keys, body), channelAt(START + 3600_000))).toBe('received')
    expect(await refusal(signedWebhook(keys, body), channelAt(START - 1000 + week))).toBe('received')
    expect(await refusal(signedWebhook(keys, body), channelAt(START + week))).toBe('ignored')
  })

  test('is read from text, from a number, and from a timestamp whose last digit is missing', async () => {
    const base = JSON.parse(body)
    expect(await receive({ ...base, timestamp: 1795338000740 })).toMatchObject([{ at }])
    expect(await receive({ ...base, timestamp: '179533800074' })).toMatchObject([{ at }])
  })

  test('cannot be told without a timestamp, so the event is ignored', async () => {
    expect(await refusal(signedWebhook(keys, { ...JSON.parse(body), timestamp: 'hôm qua' }))).toBe('ignored')
  })

  test('is never in our future', async () => {
    expect(await receive({ ...JSON.parse(body), timestamp: String(START + 3600_000) })).toMatchObject([{ at: new Date(START) }])
  })
})

describe('whatever a stranger posts', () => {
  const bodies = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
    fc.constantFrom(...readdirSync(folder).map((file) => payload(file.replace(/\.json$/, '')))),
    fc.constant('{}'),
  )
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 64, maxLength: 64 })
  const signatures = fc.option(
    fc.oneof(
      hex,
      hex.map((text) => `mac=${text}`),
      fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
    ),
    { nil: undefined },
  )

  test('without our secret it is never anything but refused or ignored', async () => {
    await fc.assert(
      fc.asyncProperty(
        bodies,
        signatures,
        fc.option(fc.constantFrom('1795338000740', '', 'x'), { nil: undefined }),
        async (body, signature, timestamp) => {
          const headers = new Headers()
          if (signature !== undefined) headers.set('x-zevent-signature', signature)
          if (timestamp !== undefined) headers.set('x-zevent-timestamp', timestamp)
          const request = new Request('https://bot.example.vn/webhooks/zalo', { method: 'POST', headers, body })
          expect(['unauthorized', 'ignored']).toContain(await refusal(request))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('and with it, no shape of an event breaks the door', async () => {
    const shapes = fc.record(
      {
        event_name: fc.constantFrom(
          'user_send_image',
          'user_send_file',
          'user_send_location',
          'follow',
          'user_withdraw',
          'oa_send_text',
          'x',
        ),
        timestamp: fc.constant('1795338000740'),
        sender: fc.anything(),
        recipient: fc.anything(),
        follower: fc.anything(),
        user_id: fc.anything(),
        message: fc.oneof(fc.anything(), fc.record({ text: fc.anything(), msg_id: fc.anything(), attachments: fc.anything() })),
      },
      { requiredKeys: ['event_name', 'timestamp'] },
    )
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const body = JSON.stringify(shape, (_, value) => (typeof value === 'bigint' ? String(value) : value))
        expect(['received', 'unauthorized']).toContain(await refusal(signedWebhook(keys, body)))
      }),
      { numRuns: 300 },
    )
  })
})
