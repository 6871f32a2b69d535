/**
 * What comes in from Telegram: recorded webhook bodies of every kind, forged and broken ones, and the webhook's answer.
 */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TelegramOptions } from '../src/channels/telegram/index.ts'
import type { Inbound } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { NOW, PERSON, payload, payloadNames, SECRET, telegramAt, webhook } from './fake-telegram/channel.ts'
import { type FakeTelegram, fakeTelegram } from './fake-telegram.ts'

const SENT = new Date(1795000000 * 1000)
const GROUP = '-1001987654321'

let fake: FakeTelegram
beforeEach(async () => {
  fake = await fakeTelegram()
})
afterEach(() => fake.close())

const telegram = (change: Partial<TelegramOptions> = {}) => telegramAt(fake, change)

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
    const plain = {
      kind: 'message',
      channel: 'telegram',
      id: String(update.update_id),
      address: PERSON,
      at: SENT,
      near: nearOf(update.update_id),
    }
    expect(inbound).toEqual(expected === null ? [] : [{ ...plain, text: '', attachments: [], group: false, ...expected }])
  })

  it.each([
    ['blocked', 'blocked'],
    ['unblocked', 'unblocked'],
  ])('a person who presses the app’s own block button: %s', async (file, event) => {
    const update = payload(file)
    const inbound = await telegram().receive(webhook(JSON.stringify(update)))
    const { update_id: id } = update
    expect(inbound).toEqual([{ kind: 'event', channel: 'telegram', id: String(id), address: PERSON, at: SENT, event, near: nearOf(id) }])
  })

  it('every recorded payload is in the tables above', () => {
    const files = payloadNames()
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
    const bodies = payloadNames().map(payload)
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

/** Updates are numbered in order; a thousand neighbours share a word. */
function nearOf(id: unknown): string {
  return Math.floor(Number(id) / 1024).toString(36)
}
