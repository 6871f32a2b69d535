/**
 * What every test of the road stands on: a real database, the real engine and handlers, a channel that remembers what
 * it was given, people with names, a clock that is moved by hand.
 */
import { createTexts } from '../content/index.ts'
import { handlers as allHandlers, privately } from '../handlers/index.ts'
import { createBroadcasts } from '../src/broadcasts.ts'
import type {
  About,
  Attachment,
  Channel,
  Handler,
  InboundEvent,
  InboundMessage,
  Limits,
  OutboundMessage,
  Reply,
  Turn,
} from '../src/chat.ts'
import { createDispatcher } from '../src/dispatch.ts'
import { secureRandom } from '../src/keys.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { createReceiver } from '../src/receive.ts'
import { createRouter } from '../src/router.ts'
import { openTestFile, type TestDatabase } from './database.ts'

export type FakeChannel = Channel & {
  sent: OutboundMessage[]
  /** Set to make sends fail; called with each message. */
  fault: ((message: OutboundMessage) => void) | undefined
}

export function fakeChannel(name = 'telegram', limits: Partial<Limits> = {}): FakeChannel {
  const channel: FakeChannel = {
    name,
    limits: { text: 4096, buttons: 8, perSecond: 30, documents: true, ...limits },
    sent: [],
    fault: undefined,
    receive: async () => [],
    async send(message) {
      channel.fault?.(message)
      channel.sent.push(message)
      return String(channel.sent.length)
    },
    photo: async () => new Response(null, { status: 404 }),
  }
  return channel
}

export type Clock = { now(): Date; advance(milliseconds: number): void; set(iso: string): void }

export function fakeClock(iso = '2026-11-23T02:00:00.000Z'): Clock {
  let at = new Date(iso).getTime()
  return {
    now: () => new Date(at),
    advance(milliseconds) {
      at += milliseconds
    },
    set(next) {
      at = new Date(next).getTime()
    },
  }
}

/** Chance that falls the same way each time (mulberry32), for walks that a rare draw would lead elsewhere. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export type BotOptions = {
  database?: TestDatabase
  handlers?: readonly Handler[]
  channels?: FakeChannel[]
  about?: Partial<About>
  offerPush?: (turn: Turn) => ReturnType<Parameters<typeof createReceiver>[0]['offerPush']>
  random?: () => number
  greet?: (turn: Turn) => Reply[]
}

export type Bot = Awaited<ReturnType<typeof createBot>>

/** The whole road over a fake channel. Close it at the end of the test. */
export async function createBot(options: BotOptions = {}) {
  const database = options.database ?? (await openTestFile())
  const { db } = database
  const keys = createNodeKeys(new Uint8Array(32).fill(7))
  const clock = fakeClock()
  const channels = options.channels ?? [fakeChannel()]
  const texts = createTexts()
  const lines: string[] = []
  const log = (level: string, what: string, fields: object = {}) => void lines.push(JSON.stringify({ level, what, ...fields }))
  const about: About = {
    unitName: 'LĐLĐ tỉnh Mẫu',
    dataOfficer: 'Văn phòng LĐLĐ tỉnh Mẫu',
    publicUrl: 'https://bot.example.vn',
    telegramName: 'HangVietBot',
    zaloOaId: null,
    hosting: 'vietnam',
    ...options.about,
  }
  const handlers = options.handlers ?? allHandlers
  const random = options.random ?? secureRandom
  const dispatcher = createDispatcher({
    db,
    keys,
    channels,
    render: texts.render,
    publicUrl: about.publicUrl,
    now: clock.now,
    holder: 'test',
    log,
    later: setImmediate,
  })
  const broadcasts = createBroadcasts({ db, keys, channels, now: clock.now, random, log })
  const receiver = createReceiver({
    db,
    keys,
    route: createRouter(handlers, privately),
    offerPush: options.offerPush ?? (() => ({ replies: [] })),
    greet: options.greet ?? (() => []),
    handlers,
    labelOf: (contact) => (label) => texts.render(label, contact.locale),
    about: () => about,
    now: clock.now,
    random,
    log,
    wake: () => {},
    transcripts: new Set(['web']),
    later: setImmediate,
  })
  let updates = 0

  /** A person on the first channel (or the named one). `says` returns what she is answered. */
  const person = (address: string, channelName = channels[0]?.name ?? 'telegram') => {
    const channel = channels.find(({ name }) => name === channelName)
    if (!channel) throw new Error(`no channel ${channelName}`)
    const sends = async (part: Partial<InboundMessage>): Promise<OutboundMessage[]> => {
      const before = channel.sent.length
      await receiver.receive([
        {
          kind: 'message',
          channel: channelName,
          id: `u${++updates}`,
          address,
          at: clock.now(),
          text: '',
          attachments: [],
          group: false,
          // A page computes it for each report (db/work.ts).
          ...(channelName === 'web' ? { work: `work${updates}` } : {}),
          ...part,
        },
      ])
      await dispatcher.drain()
      return channel.sent.slice(before).filter((message) => message.address === address)
    }
    return {
      address,
      channel: channelName,
      sends,
      /** Types a text. */
      says: (text: string) => sends({ text }),
      /** Taps the button with this label (or payload) on the last message that has it. */
      async taps(labelOrPayload: string) {
        for (const message of channel.sent.toReversed()) {
          if (message.address !== address) continue
          const button = message.buttons.find((one) => one.label === labelOrPayload || ('payload' in one && one.payload === labelOrPayload))
          if (button && 'payload' in button) return sends({ payload: button.payload })
        }
        throw new Error(`${address} sees no button “${labelOrPayload}”; last: ${JSON.stringify(channel.sent.at(-1))}`)
      },
      /** Sends photos by reference. */
      sendsPhotos: (...refs: string[]) => sends({ attachments: refs.map((ref): Attachment => ({ kind: 'photo', ref })) }),
      async happens(event: InboundEvent['event']) {
        await receiver.receive([{ kind: 'event', channel: channelName, id: `e${++updates}`, address, at: clock.now(), event }])
        await dispatcher.drain()
      },
      /** Everything this person was ever sent. */
      heard: () => channel.sent.filter((message) => message.address === address),
    }
  }

  return {
    database,
    db,
    keys,
    clock,
    channels,
    texts,
    lines,
    about,
    dispatcher,
    broadcasts,
    receiver,
    person,
    close: () => database.close(),
  }
}

/** All texts of an answer, one under the other. */
export const textOf = (messages: OutboundMessage[]): string => messages.map(({ text }) => text).join('\n---\n')
