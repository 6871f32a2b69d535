import { afterEach, describe, expect, test } from 'vitest'
import type { RenderedButton } from '../src/chat.ts'
import { failure, keys, outbound, person, START, zaloOnFake } from './zalo-kit.ts'

const MESSAGE = '/v3.0/oa/message/cs'
const UPLOAD = '/v2.0/oa/upload/file'

let close: (() => Promise<void>) | undefined
afterEach(() => close?.())

async function onFake(...options: Parameters<typeof zaloOnFake>) {
  const bench = await zaloOnFake(...options)
  close = bench.fake.close
  return bench
}

const sentTo = (message: unknown) => ({ recipient: { user_id: person }, message })
const choices: RenderedButton[] = [
  { label: 'Tin và thư viện', payload: 'library:open:' },
  { label: 'Trang của Bộ', url: 'https://example.vn/hang-viet' },
]
const withChoices = {
  text: 'Chào bạn',
  attachment: {
    type: 'template',
    payload: {
      buttons: [
        { title: 'Tin và thư viện', type: 'oa.query.hide', payload: 'library:open:' },
        { title: 'Trang của Bộ', type: 'oa.open.url', payload: { url: 'https://example.vn/hang-viet' } },
      ],
    },
  },
}
const numbered = 'Chào bạn\n\n1. Tin và thư viện\nTrang của Bộ: https://example.vn/hang-viet\n\nBạn nhắn số để chọn nhé.'

describe('a message', () => {
  test('goes to the consultation API with the token in the header', async () => {
    const { zalo, fake } = await onFake()
    expect(await zalo.send(outbound())).toBe('message-1')
    expect(fake.messages()).toEqual([sentTo({ text: 'Chào bạn' })])
    expect(fake.calls[0]?.headers.access_token).toBe(keys.accessToken)
    expect(fake.calls[0]?.query).toBe('')
  })

  test('carries its choices as buttons', async () => {
    const { zalo, fake } = await onFake()
    await zalo.send(outbound({ buttons: choices }))
    expect(fake.messages()).toEqual([sentTo(withChoices)])
  })

  test('has titles of at most 100 characters, cut at a word', async () => {
    const { zalo, fake } = await onFake()
    await zalo.send(outbound({ buttons: [{ label: 'hàng Việt '.repeat(20).trim(), payload: 'library:open:' }] }))
    const titles = JSON.stringify(fake.messages()).match(/"title":"([^"]*)"/)
    expect(titles?.[1]?.length).toBeLessThanOrEqual(100)
    expect(titles?.[1]).toMatch(/ (hàng|Việt)…$/)
  })

  test('with more than five choices numbers them', async () => {
    const { zalo, fake } = await onFake()
    const buttons = Array.from({ length: 6 }, (_, i) => ({ label: `Mục ${i}`, payload: `library:open:${i}` }))
    await zalo.send(outbound({ buttons }))
    expect(fake.messages()).toMatchObject([{ message: { text: expect.stringContaining('6. Mục 5') } }])
    expect(JSON.stringify(fake.messages())).not.toContain('attachment')
  })

  test('whose numbered form passes 2,000 characters loses no word', async () => {
    const { zalo, fake } = await onFake()
    fake.behaviour.refuseButtons = -201
    const text = `${'Một câu dài. '.repeat(150)}Hết.`
    expect(text.length).toBeLessThanOrEqual(2000)
    const buttons = Array.from({ length: 5 }, (_, i) => ({ label: `${'rất dài '.repeat(10)}${i}`, payload: `library:open:${i}` }))
    expect(await zalo.send(outbound({ text, buttons }))).toBe('message-2')
    const texts = fake.messages().slice(1) as { message: { text: string } }[]
    expect(texts).toHaveLength(2)
    expect(texts.every(({ message }) => message.text.length <= 2000)).toBe(true)
    expect(texts[1]?.message.text).toContain('Bạn nhắn số để chọn nhé.')
  })

  test('shows a picture by its address, its choices numbered under it', async () => {
    const { zalo, fake } = await onFake()
    await zalo.send(outbound({ image: 'https://bot.example.vn/nhan.png', buttons: choices }))
    const elements = [{ media_type: 'image', url: 'https://bot.example.vn/nhan.png' }]
    const attachment = { type: 'template', payload: { template_type: 'media', elements } }
    expect(fake.messages()).toEqual([sentTo({ text: numbered, attachment })])
  })

  test('whose picture Zalo refuses still says its words', async () => {
    const { zalo, fake } = await onFake()
    fake.script(MESSAGE, { error: -210 })
    await zalo.send(outbound({ image: 'https://bot.example.vn/to.png' }))
    expect(fake.messages()[1]).toEqual(sentTo({ text: 'Chào bạn' }))
  })

  test('whose picture has no https address is words only', async () => {
    const { zalo, fake } = await onFake()
    await zalo.send(outbound({ image: '/images/nhan.png' }))
    expect(fake.messages()).toEqual([sentTo({ text: 'Chào bạn' })])
  })
})

describe('buttons that Zalo refuses', () => {
  test.each([-201, -233] as const)('with %i become numbers in the same send, and stay so for an hour', async (code) => {
    const { zalo, fake, clock } = await onFake()
    fake.behaviour.refuseButtons = code
    expect(await zalo.send(outbound({ buttons: choices }))).toBe('message-1')
    expect(fake.messages()).toEqual([sentTo(withChoices), sentTo({ text: numbered })])
    clock.now += 3599_000
    await zalo.send(outbound({ buttons: choices }))
    expect(fake.messages().slice(2)).toEqual([sentTo({ text: numbered })])
    clock.now += 1000
    await zalo.send(outbound({ buttons: choices }))
    expect(fake.messages().slice(3)).toEqual([sentTo(withChoices), sentTo({ text: numbered })])
  })

  test('are not blamed when the plain words are refused as well', async () => {
    const { zalo, fake } = await onFake()
    fake.script(MESSAGE, { error: -201 }, { error: -201 })
    expect(await failure(zalo.send(outbound({ buttons: choices })))).toMatchObject({ failure: 'refused', reason: 'zalo_-201' })
    await zalo.send(outbound({ buttons: choices }))
    expect(fake.messages()[2]).toEqual(sentTo(withChoices))
  })
})

describe('a file', () => {
  const document = { name: 'du-lieu "của tôi".csv', mime: 'text/csv', text: 'ngày,việc\n22/11,hỏi' }

  test('is uploaded as a form and sent after the words', async () => {
    const { zalo, fake } = await onFake()
    expect(await zalo.send(outbound({ document }))).toBe('message-3')
    const upload = fake.to(UPLOAD)[0]
    const form = await new Response(upload?.body, { headers: { 'content-type': upload?.headers['content-type'] ?? '' } }).formData()
    const file = form.get('file')
    expect(file).toBeInstanceOf(File)
    expect(await (file as File).text()).toBe(document.text)
    expect(upload?.headers.access_token).toBe(keys.accessToken)
    expect(fake.messages()).toEqual([sentTo({ text: 'Chào bạn' }), sentTo({ attachment: { type: 'file', payload: { token: 'file-1' } } })])
  })

  test.each([
    ['its upload fails', UPLOAD, [{ error: -210 }]],
    ['its upload finds no answer', UPLOAD, ['drop']],
    ['its message is refused', MESSAGE, [{ error: 0 }, { error: -233 }]],
  ] as const)('becomes words when %s', async (_, path, script) => {
    const { zalo, fake } = await onFake()
    fake.script(path, ...script)
    await zalo.send(outbound({ document }))
    expect(fake.messages()[0]).toEqual(sentTo({ text: 'Chào bạn' }))
    expect(fake.messages().at(-1)).toEqual(sentTo({ text: document.text }))
  })

  test('of a kind Zalo does not take becomes words at once', async () => {
    const { zalo, fake } = await onFake()
    await zalo.send(outbound({ document: { ...document, name: 'du-lieu.txt' } }))
    expect(fake.to(UPLOAD)).toEqual([])
    expect(fake.messages()).toEqual([sentTo({ text: 'Chào bạn' }), sentTo({ text: document.text })])
  })
})

describe('an approved template', () => {
  const TEMPLATE = '/v3.0/oa/message/template'
  const values = { tieu_de: 'Phiên chợ hàng Việt', don_vi: 'LĐLĐ tỉnh Mẫu', ma_tin: 'K7MP-3QRT' }

  test('goes by its id with its values, the token in the header', async () => {
    const { zalo, fake } = await onFake()
    expect(await zalo.sendTemplate(person, '215317', values)).toBe('template-1')
    expect(fake.templates()).toEqual([{ user_id: person, template_id: '215317', template_data: values }])
    expect(fake.to(TEMPLATE)[0]?.headers.access_token).toBe(keys.accessToken)
    expect(fake.messages()).toEqual([])
  })

  test('that Zalo does not know, or wants filled in otherwise, is refused', async () => {
    const { zalo, fake } = await onFake()
    const refused = { failure: 'refused', reason: 'zalo_-201' }
    expect(await failure(zalo.sendTemplate(person, '999', values))).toMatchObject(refused)
    expect(await failure(zalo.sendTemplate(person, '215317', { tieu_de: 'Phiên chợ' }))).toMatchObject(refused)
    expect(fake.templates()).toHaveLength(2)
  })

  test('renews a token that is refused, once', async () => {
    const { zalo, fake } = await onFake()
    fake.grant.accessToken = 'another'
    expect(await zalo.sendTemplate(person, '215317', values)).toBe('template-1')
    expect([fake.grant.rotations, fake.templates().length]).toEqual([1, 2])
  })

  test.each([
    [{ error: -211 }, { failure: 'quota', retryAfter: 3600 }],
    [{ error: -218 }, { failure: 'later', retryAfter: 3600 }],
    [{ error: -249 }, { failure: 'refused', reason: 'zalo_-249' }],
    [{ error: -217 }, { failure: 'unreachable', reason: 'zalo_-217' }],
    [{ error: -320 }, { failure: 'operator', reason: 'zalo_-320' }],
    [{ error: -32 }, { failure: 'rate_limited', retryAfter: 60 }],
    ['drop', { failure: 'unknown', reason: 'zalo_no_answer' }],
  ] as const)('%o means %o', async (script, meant) => {
    const { zalo, fake } = await onFake()
    fake.script(TEMPLATE, script)
    expect(await failure(zalo.sendTemplate(person, '215317', values))).toMatchObject(meant)
    expect(fake.templates()).toHaveLength(1)
  })
})

describe('what Zalo says when it refuses', () => {
  const later = (retryAfter: number) => ({ failure: 'later', retryAfter })
  const table: [number, object][] = [
    [-32, { failure: 'rate_limited', retryAfter: 60 }],
    [-200, { failure: 'temporary' }],
    [-211, { failure: 'quota', retryAfter: 3600 }],
    [-218, later(3600)],
    [-1441, later(3600)],
    [-1472, later(3600)],
    // 16:00 in Vietnam: 14 hours until six in the morning, less the seconds that have passed
    [-234, later(14 * 3600 - 1)],
    ...[-213, -217, -227, -244].map((code): [number, object] => [code, { failure: 'unreachable', reason: `zalo_${code}` }]),
    ...[-230, -232].map((code): [number, object] => [code, { failure: 'unreachable', reason: 'outside_window' }]),
    ...[-204, -205, -209, -212, -219, -221, -223, -224, -235, -248, -320, -321].map((code): [number, object] => [
      code,
      { failure: 'operator' },
    ]),
    ...[-201, -210, -233, -240, -242, -249, -100, -987654].map((code): [number, object] => [
      code,
      { failure: 'refused', reason: `zalo_${code}` },
    ]),
  ]

  test.each(table)('%i means %o', async (error, meant) => {
    const { zalo, fake } = await onFake()
    fake.script(MESSAGE, { error })
    expect(await failure(zalo.send(outbound()))).toMatchObject(meant)
    expect(fake.messages()).toHaveLength(1)
  })

  test('at night it waits until six in the morning of Vietnam', async () => {
    const { zalo, fake, clock } = await onFake({ pair: null, seed: keys })
    clock.now = Date.parse('2026-11-22T22:59:30+07:00')
    fake.script(MESSAGE, { error: -234 })
    expect(await failure(zalo.send(outbound()))).toMatchObject({ retryAfter: 7 * 3600 + 30 })
  })

  test.each([
    [
      { status: 502, body: '<html>' },
      { failure: 'temporary', reason: 'zalo_http_502' },
    ],
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { failure: 'rate_limited', retryAfter: 7 },
    ],
    [{ status: 429 }, { failure: 'rate_limited', retryAfter: 60 }],
    [{ status: 403 }, { failure: 'operator', reason: 'zalo_http_403' }],
    [{ status: 404 }, { failure: 'refused', reason: 'zalo_http_404' }],
    [
      { status: 302, headers: { location: 'https://example.vn/' } },
      { failure: 'refused', reason: 'zalo_http_302' },
    ],
    [
      { status: 400, body: '{"error":-213}' },
      { failure: 'unreachable', reason: 'zalo_-213' },
    ],
    [
      { status: 200, body: '<html>' },
      { failure: 'unknown', reason: 'zalo_bad_answer' },
    ],
    [
      { status: 200, body: '{}' },
      { failure: 'unknown', reason: 'zalo_bad_answer' },
    ],
    ['drop', { failure: 'unknown', reason: 'zalo_no_answer' }],
  ] as const)('%o means %o', async (script, meant) => {
    const { zalo, fake } = await onFake()
    fake.script(MESSAGE, script)
    expect(await failure(zalo.send(outbound()))).toMatchObject(meant)
  })

  test('nothing within the time limit leaves it unknown whether the person got it', async () => {
    const { zalo, fake } = await onFake({ timeoutMs: 500 })
    fake.script(MESSAGE, 'hang')
    expect(await failure(zalo.send(outbound()))).toMatchObject({ failure: 'unknown', reason: 'zalo_timeout' })
    expect(fake.messages()).toHaveLength(1)
  })

  test('a connection that never stood is simply tried again', async () => {
    const { zalo, fake } = await onFake()
    await fake.close()
    expect(await failure(zalo.send(outbound()))).toMatchObject({ failure: 'temporary', reason: 'zalo_unreachable' })
  })
})

describe('the limit of a minute', () => {
  test('closes the door as soon as the header says none is left, until the minute ends', async () => {
    const { zalo, fake, clock } = await onFake()
    fake.behaviour.remain = 0
    await zalo.send(outbound())
    expect(await failure(zalo.send(outbound()))).toEqual({ failure: 'rate_limited', reason: 'zalo_minute_full', retryAfter: 59 })
    expect(fake.messages()).toHaveLength(1)
    fake.behaviour.remain = 99
    clock.now = Math.ceil(START / 60_000) * 60_000
    await zalo.send(outbound())
    await zalo.send(outbound())
    expect(fake.messages()).toHaveLength(3)
  })

  test('is one bucket of 100 a minute unless the package has more', async () => {
    const { zalo, another } = await onFake()
    expect(zalo.limits).toEqual({
      text: 2000,
      buttons: 5,
      perSecond: 1.6,
      oneBucket: true,
      windowHours: 168,
      freeHours: 48,
      documents: true,
    })
    expect(another({ perMinute: 2000 }).limits.perSecond).toBe(33.3)
  })
})
