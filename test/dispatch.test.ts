/**
 * The one door out, over fake channels and a clock moved by hand, on a file and on a server: order, pace, holds,
 * second tries, crashes.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { listTallies } from '../db/tallies.ts'
import type { Db, Decision, Handler, InboundEvent, Limits } from '../src/chat.ts'
import { createDispatcher } from '../src/dispatch.ts'
import { SendError } from '../src/errors.ts'
import { databases, type TestDatabase } from './database.ts'
import { type Bot, createBot, type FakeChannel, fakeChannel } from './harness.ts'

/** Says back what it hears; "a|b" is two replies. "xin lỗi" erases like F7 does, with a goodbye. */
const echo: Handler = {
  name: 'help',
  version: 1,
  words: [],
  async handle({ message, contact }): Promise<Decision> {
    const replies = message.text.split('|').map((text) => ({ text: { literal: text } }))
    if (message.text !== 'tạm biệt') return { replies }
    const erase = (table: string, column: string) => ({ sql: `DELETE FROM ${table} WHERE ${column} = ?`, args: [contact.id] })
    return { replies, writes: [erase('addresses', 'contact_id'), erase('contacts', 'id')], erased: true }
  },
}

describe.each(databases)('dispatch over %s', (_, openTest) => {
  let database: TestDatabase
  let bot: Bot
  let telegram: FakeChannel
  let zalo: FakeChannel
  let updates = 0

  const start = async (limits: Partial<Limits> = {}) => {
    telegram = fakeChannel('telegram', limits)
    zalo = fakeChannel('zalo')
    bot = await createBot({ database, handlers: [echo], channels: [telegram, zalo] })
  }
  beforeEach(async () => {
    database = await openTest()
    await start()
  })
  afterEach(() => database.close())

  /** A message comes in and is committed; nothing is sent yet. */
  const hears = (address: string, text: string, channel = 'telegram') =>
    bot.receiver.receive([
      {
        ...{ kind: 'message', channel, id: `m${++updates}`, address, at: bot.clock.now(), text },
        ...{ attachments: [], group: false },
      },
    ])
  const happens = (address: string, event: InboundEvent['event']) =>
    bot.receiver.receive([{ kind: 'event', channel: 'telegram', id: `e${++updates}`, address, at: bot.clock.now(), event }])
  const drain = () => bot.dispatcher.drain()
  const said = (channel: FakeChannel, address?: string) =>
    channel.sent.filter((message) => address === undefined || message.address === address).map(({ text }) => text)
  const waiting = async () => Number((await database.db.read('SELECT count(*) AS n FROM outbox'))[0]?.n)
  const totals = async () =>
    Object.fromEntries(
      (await listTallies(database.db, '2026-01-01')).map(({ channel, what, reason, n }) => [`${channel} ${what} ${reason}`, n]),
    )
  const row = async () => (await database.db.read('SELECT state, attempts, part, reason FROM outbox ORDER BY id'))[0]
  /** Fails the next `times` sends, to this address or to any. */
  const fails = (channel: FakeChannel, error: SendError, times = 1, address?: string) => {
    let left = times
    channel.fault = (message) => {
      if (left > 0 && (address === undefined || message.address === address)) {
        left--
        throw error
      }
    }
  }
  /** A second process on the same database. */
  const another = (holder: string, db: Db = database.db, stopMs = 8_000) =>
    createDispatcher({
      db,
      keys: bot.keys,
      channels: [telegram, zalo],
      render: bot.texts.render,
      publicUrl: null,
      now: bot.clock.now,
      holder,
      log: () => {},
      stopMs,
    })

  test('replies leave in the order they were given, and nothing of them remains', async () => {
    await hears('1', 'một|hai|ba')
    await hears('1', 'bốn')
    await drain()
    expect(said(telegram)).toEqual(['một', 'hai', 'ba', 'bốn'])
    expect(await waiting()).toBe(0)
    expect(await totals()).toEqual({ 'telegram sent ': 4 })
  })

  test('a reply waits for an earlier one to the same person, and others do not wait with it', async () => {
    fails(telegram, new SendError('temporary', 'telegram_502'), 1, '1')
    await hears('1', 'một|hai')
    await hears('2', 'người khác')
    await drain()
    await hears('1', 'ba')
    await drain()
    expect(said(telegram)).toEqual(['người khác'])
    bot.clock.advance(2_000)
    await drain()
    expect(said(telegram, '1')).toEqual(['một', 'hai', 'ba'])
  })

  test('a reply waits thirty seconds for an earlier one, not longer', async () => {
    fails(telegram, new SendError('temporary', 'telegram_502'), 4)
    await hears('1', 'kẹt')
    await drain()
    for (const wait of [2_000, 10_000]) {
      bot.clock.advance(wait)
      await drain()
    }
    // The first is due again in a minute. What comes now waits half of it.
    await hears('1', 'mới')
    bot.clock.advance(17_000)
    await drain()
    expect(said(telegram)).toEqual([])
    telegram.fault = undefined
    bot.clock.advance(13_500)
    await drain()
    expect(said(telegram)).toEqual(['mới'])
    bot.clock.advance(60_000)
    await drain()
    expect(said(telegram)).toEqual(['mới', 'kẹt'])
  })

  test('“too many requests” stops the whole channel until its time; that is no attempt', async () => {
    fails(telegram, new SendError('rate_limited', 'telegram_429', 7))
    await hears('1', 'một')
    await drain()
    await hears('2', 'hai')
    await hears('9', 'zalo vẫn đi', 'zalo')
    await drain()
    bot.clock.advance(6_900)
    await drain()
    expect(said(telegram)).toEqual([])
    expect(said(zalo)).toEqual(['zalo vẫn đi'])
    expect((await row())?.attempts).toBe(0)
    bot.clock.advance(200)
    await drain()
    expect(said(telegram).sort()).toEqual(['hai', 'một'])
    expect((await totals())['telegram waited telegram_429']).toBe(1)
  })

  test('another process keeps to the same stop', async () => {
    fails(telegram, new SendError('rate_limited', 'telegram_429', 7))
    await hears('1', 'một')
    await drain()
    await hears('2', 'hai')
    await another('second').drain()
    expect(said(telegram)).toEqual([])
  })

  test('a failing send is tried five times with growing pauses, then counted as failed', async () => {
    fails(telegram, new SendError('temporary', 'telegram_500'), 99)
    await hears('1', 'một')
    await drain()
    for (const [attempt, pause] of [2_000, 10_000, 60_000, 300_000].entries()) {
      expect(await row()).toMatchObject({ state: 'queued', attempts: attempt + 1, reason: 'telegram_500' })
      bot.clock.advance(pause - 1)
      await drain()
      expect((await row())?.attempts).toBe(attempt + 1)
      bot.clock.advance(1)
      await drain()
    }
    expect(await waiting()).toBe(0)
    expect(await totals()).toEqual({ 'telegram retried telegram_500': 4, 'telegram failed telegram_500': 1 })
  })

  test('whether it arrived is unknown: a reply is said again', async () => {
    let taken = 0
    telegram.fault = () => {
      taken++
      if (taken === 1) throw new SendError('unknown', 'telegram_socket')
    }
    await hears('1', 'một')
    await drain()
    bot.clock.advance(2_000)
    await drain()
    expect(taken).toBe(2)
    expect(said(telegram)).toEqual(['một'])
  })

  test('who blocked the bot is opted out of every push, and of that channel', async () => {
    await hears('1', 'chào')
    await drain()
    await database.db.write([{ sql: 'UPDATE contacts SET push = 1, deals = 1', args: [] }])
    telegram.sent.length = 0
    fails(telegram, new SendError('blocked', 'telegram_403'), 1)
    await hears('1', 'một')
    await drain()
    expect(await database.db.read('SELECT push, deals FROM contacts')).toEqual([{ push: 0, deals: 0 }])
    expect(await database.db.read('SELECT stopped FROM addresses')).toEqual([{ stopped: 1 }])
    expect(await waiting()).toBe(0)
    expect((await totals())['telegram failed telegram_403']).toBe(1)
  })

  test.each(['refused', 'unreachable'] as const)(
    'what the platform finally %s is not tried again, and opts nobody out',
    async (failure) => {
      await hears('1', 'chào')
      await drain()
      await database.db.write([{ sql: 'UPDATE contacts SET push = 1', args: [] }])
      fails(telegram, new SendError(failure, 'telegram_400'), 99)
      await hears('1', 'một')
      await drain()
      expect(await waiting()).toBe(0)
      expect(await database.db.read('SELECT push FROM contacts')).toEqual([{ push: 1 }])
      expect((await totals())['telegram failed telegram_400']).toBe(1)
    },
  )

  test('“later” waits without counting as an attempt, for that person only', async () => {
    fails(telegram, new SendError('later', 'zalo_quota', 600), 1, '1')
    await hears('1', 'một')
    await hears('2', 'hai')
    await drain()
    expect(said(telegram)).toEqual(['hai'])
    expect(await row()).toMatchObject({ attempts: 0, reason: 'zalo_quota' })
    bot.clock.advance(600_000)
    await drain()
    expect(said(telegram)).toEqual(['hai', 'một'])
  })

  test('a channel that needs a person stops, says so in the log and goes on by itself when it is mended', async () => {
    fails(telegram, new SendError('operator', 'grant_lost'))
    await hears('1', 'một')
    await drain()
    expect(bot.lines.filter((line) => line.includes('grant_lost'))).toHaveLength(1)
    bot.clock.advance(59_000)
    await drain()
    expect(said(telegram)).toEqual([])
    bot.clock.advance(1_001)
    await drain()
    expect(said(telegram)).toEqual(['một'])
  })

  test('a process that dies between sending and recording leaves a lease; when it runs out the reply goes again', async () => {
    await hears('1', 'một')
    const dying: Db = {
      ...database.db,
      write(statements) {
        if (telegram.sent.length > 0) return Promise.reject(new Error('killed'))
        return database.db.write(statements)
      },
    }
    await another('dying', dying).drain()
    expect(said(telegram)).toEqual(['một'])
    await drain()
    bot.clock.advance(89_000)
    await drain()
    expect(said(telegram)).toEqual(['một'])
    bot.clock.advance(1_001)
    await drain()
    expect(said(telegram)).toEqual(['một', 'một'])
    expect(await waiting()).toBe(0)
  })

  test('a long answer that broke off is taken up at the part that failed', async () => {
    await start({ text: 40 })
    const long = ['Câu thứ nhất nói về nước mắm.', 'Câu thứ hai nói về gạo nếp.', 'Câu thứ ba nói về vải lụa.'].join(' ')
    let sends = 0
    telegram.fault = () => {
      if (++sends === 2) throw new SendError('temporary', 'telegram_502')
    }
    await hears('1', long)
    await drain()
    expect(telegram.sent).toHaveLength(1)
    expect(await row()).toMatchObject({ part: 1 })
    bot.clock.advance(2_000)
    await drain()
    expect(said(telegram).join(' ')).toBe(long)
    expect(new Set(telegram.sent.map(({ id }) => id)).size).toBe(telegram.sent.length)
  })

  test('one chat gets three at once, then one a second, in order', async () => {
    await start({ perChat: 1, chatBurst: 3 })
    await hears('1', 'một|hai|ba|bốn|năm')
    await hears('2', 'riêng')
    await drain()
    expect(said(telegram, '1')).toEqual(['một', 'hai', 'ba'])
    expect(said(telegram, '2')).toEqual(['riêng'])
    bot.clock.advance(1_000)
    await drain()
    expect(said(telegram, '1')).toEqual(['một', 'hai', 'ba', 'bốn'])
    bot.clock.advance(1_000)
    await drain()
    expect(said(telegram, '1')).toEqual(['một', 'hai', 'ba', 'bốn', 'năm'])
    expect((await totals())['telegram failed ']).toBeUndefined()
  })

  test('a channel with one bucket never sends faster than its pace, whoever drains', async () => {
    await start({ perSecond: 5, oneBucket: true })
    for (let i = 0; i < 20; i++) await hears(String(i), `tin ${i}`)
    const second = another('second')
    const counts: number[] = []
    for (let tick = 0; tick < 4; tick++) {
      await Promise.all([drain(), second.drain()])
      counts.push(telegram.sent.length)
      bot.clock.advance(1_000)
    }
    expect(counts).toEqual([5, 10, 15, 20])
  })

  test('a drain that may wait answers everybody an empty bucket held back', async () => {
    await start({ perSecond: 1.6, oneBucket: true })
    for (let i = 0; i < 5; i++) await hears(String(i), `tin ${i}`)
    const began = bot.clock.now().getTime()
    await bot.dispatcher.drain(began + 60_000, async (ms) => bot.clock.advance(ms))
    expect(telegram.sent).toHaveLength(5)
    expect(bot.clock.now().getTime() - began).toBeLessThanOrEqual(((5 - 1.6) / 1.6) * 1_000 + 20)
  })

  test('two processes that drain at once send everything once', async () => {
    for (let i = 0; i < 150; i++) await hears(String(i), `tin ${i}`)
    const second = another('second')
    await Promise.all([drain(), second.drain(), drain(), second.drain()])
    expect(said(telegram).sort()).toEqual(Array.from({ length: 150 }, (_, i) => `tin ${i}`).sort())
    expect(new Set(telegram.sent.map(({ id }) => id)).size).toBe(150)
  })

  test('a channel that is down, or throws something of its own, stops no other', async () => {
    telegram.fault = () => {
      throw new Error('lỗi lạ')
    }
    await hears('1', 'một')
    await hears('9', 'hai', 'zalo')
    await drain()
    expect(said(zalo)).toEqual(['hai'])
    expect(await waiting()).toBe(0)
    expect((await totals())['telegram failed render']).toBe(1)
    expect(bot.lines.filter((line) => line.includes('dispatch.failed'))).toHaveLength(1)
  })

  test('the goodbye of an erased person goes to the address it carries sealed, and then nothing leads to it', async () => {
    await hears('1', 'chào')
    await drain()
    fails(telegram, new SendError('temporary', 'telegram_502'))
    await hears('1', 'tạm biệt')
    expect(await database.db.read('SELECT (SELECT count(*) FROM contacts) + (SELECT count(*) FROM addresses) AS n')).toEqual([{ n: 0 }])
    const [stored] = await database.db.read('SELECT address_id, recipient FROM outbox')
    expect(stored?.address_id).toBe('')
    expect(new TextDecoder('latin1').decode(stored?.recipient as Uint8Array)).not.toMatch(/^1$/)
    await drain()
    bot.clock.advance(2_000)
    await drain()
    expect(said(telegram, '1')).toEqual(['chào', 'tạm biệt'])
    expect(await waiting()).toBe(0)
  })

  test('what waited for a person who is erased meanwhile is not sent', async () => {
    await hears('1', 'chào')
    await database.db.write([{ sql: 'DELETE FROM addresses', args: [] }])
    await drain()
    expect(said(telegram)).toEqual([])
    expect(await waiting()).toBe(0)
  })

  test('an answer that could not leave for a day is no answer any more', async () => {
    fails(telegram, new SendError('later', 'zalo_quota', 25 * 3600), 99)
    await hears('1', 'một')
    await drain()
    bot.clock.advance(25 * 3600 * 1000)
    await drain()
    expect(await waiting()).toBe(0)
    expect((await totals())['telegram failed zalo_quota']).toBe(1)
  })

  test('stopping finishes what is being sent, gives back the rest and takes nothing new', async () => {
    await hears('1', 'một|hai|ba')
    await hears('2', 'khác')
    let release: () => void = () => {}
    const sending = new Promise<void>((begun) => {
      const gate = new Promise<void>((open) => {
        release = open
      })
      const send = telegram.send
      telegram.send = async (message) => {
        begun()
        await gate
        return send(message)
      }
    })
    const running = another('running')
    running.start()
    await sending
    const stopped = running.stop()
    release()
    await stopped
    // Of each person what had begun is out; the others are free for the next process at once.
    expect(said(telegram).sort()).toEqual(['khác', 'một'])
    expect(await database.db.read('SELECT state, attempts FROM outbox')).toEqual([
      { state: 'queued', attempts: 0 },
      { state: 'queued', attempts: 0 },
    ])
    await hears('3', 'sau khi dừng')
    expect(telegram.sent).toHaveLength(2)
    await drain()
    expect(said(telegram, '1')).toEqual(['một', 'hai', 'ba'])
    expect(said(telegram, '3')).toEqual(['sau khi dừng'])
  })

  test('a send that hangs when the process stops is given back, so that the next process says it', async () => {
    await hears('1', 'một')
    const begun = new Promise<void>((resolve) => {
      telegram.send = () => {
        resolve()
        return new Promise<string>(() => {})
      }
    })
    const running = another('running', database.db, 5)
    running.start()
    await begun
    await running.stop()
    expect(await database.db.read('SELECT state, attempts, lease_by FROM outbox')).toEqual([
      { state: 'queued', attempts: 1, lease_by: null },
    ])
  })

  test('what a slow platform leaves no time for is given back before the lease runs out, so nobody says it twice', async () => {
    await hears('1', 'một|hai|ba')
    const second = another('second')
    const send = telegram.send
    telegram.send = async (message) => {
      const id = await send(message)
      bot.clock.advance(46_000)
      // Meanwhile another process looks for what was left lying.
      if (telegram.sent.length < 3) await second.drain()
      return id
    }
    await drain()
    expect(said(telegram)).toEqual(['một', 'hai', 'ba'])
  })

  test('a platform that asks for no pause at all is still given a second', async () => {
    fails(telegram, new SendError('rate_limited', 'telegram_429', 0))
    await hears('1', 'một')
    await drain()
    expect(said(telegram)).toEqual([])
    bot.clock.advance(1_000)
    await drain()
    expect(said(telegram)).toEqual(['một'])
  })

  test('the goodbyes of many who were erased do not wait for each other', async () => {
    await start({ perChat: 1, chatBurst: 3 })
    for (let i = 0; i < 10; i++) await hears(String(i), 'tạm biệt')
    await drain()
    expect(said(telegram)).toHaveLength(10)
  })

  test('a platform that answers nobody makes its channel wait, and everybody is answered when it is back', async () => {
    let tried = 0
    telegram.fault = () => {
      tried++
      throw new SendError('temporary', 'telegram_502')
    }
    for (let i = 0; i < 100; i++) await hears(String(i), `tin ${i}`)
    await drain()
    expect(tried).toBeLessThan(100)
    const before = tried
    bot.clock.advance(1_000)
    await drain()
    expect(tried).toBe(before)
    telegram.fault = undefined
    for (let i = 0; i < 40 && telegram.sent.length < 100; i++) {
      bot.clock.advance(2_000)
      await drain()
    }
    expect(said(telegram).sort()).toEqual(Array.from({ length: 100 }, (_, i) => `tin ${i}`).sort())
  })

  test('an idle dispatcher writes nothing', async () => {
    await happens('1', 'unblocked')
    let writes = 0
    const counted: Db = {
      ...database.db,
      write(statements) {
        writes++
        return database.db.write(statements)
      },
    }
    await another('idle', counted).drain()
    expect(writes).toBe(0)
  })
})

test('a channel with one bucket answers as fast as its pace allows, and an empty bucket costs no commit', async () => {
  const zalo = fakeChannel('zalo', { perSecond: 1.6, oneBucket: true })
  const bot = await createBot({ handlers: [echo], channels: [zalo] })
  const began = bot.clock.now().getTime()
  const sentAt: number[] = []
  zalo.fault = () => void sentAt.push(bot.clock.now().getTime() - began)
  let takes = 0
  const counted: Db = {
    ...bot.db,
    write(statements) {
      if (statements.some(({ sql }) => sql.startsWith('UPDATE paces SET granted'))) takes++
      return bot.db.write(statements)
    },
  }
  const dispatcher = createDispatcher({
    ...{ db: counted, keys: bot.keys, channels: [zalo], render: bot.texts.render, publicUrl: null },
    ...{ now: bot.clock.now, holder: 'zalo', log: () => {}, later: setImmediate },
  })
  for (let i = 0; i < 12; i++)
    await bot.receiver.receive([
      {
        ...{ kind: 'message', channel: 'zalo', id: `m${i}`, address: String(i), at: bot.clock.now(), text: `tin ${i}` },
        attachments: [],
        group: false,
      },
    ])
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    dispatcher.start()
    for (let ms = 0; ms < 12_000 && sentAt.length < 12; ms += 5) {
      for (let i = 0; i < 5; i++) await new Promise((go) => setImmediate(go))
      bot.clock.advance(5)
      await vi.advanceTimersByTimeAsync(5)
    }
    const stopped = dispatcher.stop()
    await vi.advanceTimersByTimeAsync(5)
    await stopped
  } finally {
    vi.useRealTimers()
  }
  // The first finds a bucket of 1.6; from then on 1.6 a second.
  const due = sentAt.map((_, i) => Math.max(0, (i - 0.6) / 1.6) * 1_000)
  expect(sentAt.map((at, i) => at - (due[i] ?? 0)).filter((late) => late < 0 || late > 60)).toEqual([])
  expect(sentAt).toHaveLength(12)
  expect(takes).toBe(12)
  await bot.close()
})
