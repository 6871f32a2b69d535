/**
 * Broadcasts over a bad platform: the real Telegram channel and the real way out, to a Bot API of our own behind a wire
 * that breaks. Whatever happens, each scene ends with the books against what the platform took.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findBroadcast, type OwnedBroadcast } from '../db/broadcasts.ts'
import { changeSetting } from '../db/settings.ts'
import { codeWritten } from '../src/campaign.ts'
import type { Channel, Db } from '../src/chat.ts'
import { SendError } from '../src/errors.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { openFetches } from '../src/node-fetch.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { telegramAt } from './fake-telegram/channel.ts'
import { type FakeOptions, type FakeTelegram, fakeTelegram } from './fake-telegram.ts'
import { type Clock, fakeChannel, fakeClock } from './harness.ts'
import { type Books, expectTrueBooks, isClaim, type PlatformRecord } from './ledger.ts'
import { addPeople, addTestOfficer, deskAt, runOf, unitRows } from './people.ts'
import { type Process, settle, startProcess } from './processes.ts'
import { type Wire, wireTo } from './wire-proxy.ts'

const SECOND = 1_000
const HOUR = 3_600_000
/** Where calls hang they are given up after so long; elsewhere never, however slow the machine. */
const SHORT = 1
const LONG = 60
const keys = createNodeKeys(new Uint8Array(32).fill(7))

let database: TestDatabase
let db: Db
let clock: Clock
let telegram: FakeTelegram
let wire: Wire
let channel: Channel

beforeEach(async () => {
  database = await openTestFile()
  db = database.db
  clock = fakeClock()
  await db.write([...unitRows(), changeSetting('telegram_paid_rate', '1000', clock.now())])
})
afterEach(async () => {
  await wire?.refuse()
  await telegram?.close()
  await database.close()
})

const open = async (limits: FakeOptions['limits'] = {}, seconds = LONG) => {
  telegram = await fakeTelegram({ limits, now: () => clock.now().getTime() })
  wire = await wireTo(telegram.root)
  channel = telegramAt(telegram, { apiRoot: wire.root, ...openFetches(), seconds, now: clock.now })
}
const process = (holder = 'one', over: Db = db, door: Channel = channel) =>
  startProcess({ db: over, keys, channels: [door], clock, holder })
const people = (n: number) =>
  addPeople(
    db,
    Array.from({ length: n }, () => ({})),
  )
let officers = 0
const runNow = async () => {
  const { id } = await addTestOfficer(db, keys, `soan${officers++}`, 'tinh', ['editor'])
  return runOf(await deskAt(db, keys, id, clock.now()))
}
const found = async (id: number): Promise<OwnedBroadcast> => {
  const run = await findBroadcast(db, id)
  if (!run) throw new Error(`no run ${id}`)
  return run
}
const stateOf = async (id: number) => (await found(id)).state
const numberOf = async (sql: string) => Number(Object.values((await db.read(sql))[0] ?? {})[0] ?? 0)
/** Rounds of everything that is due, the clock moved on between them, until these runs are over. Returns how many it took. */
const play = async (one: Process, stepMs: number, rounds: number): Promise<number> => {
  for (let round = 1; round <= rounds; round++) {
    await settle(one)
    if ((await numberOf("SELECT count(*) FROM broadcasts WHERE state NOT IN ('done', 'cancelled')")) === 0) return round
    clock.advance(stepMs)
  }
  return rounds
}
/** What the platform took of one run: its messages bear the run's code. */
const expectBooks = async (id: number, audience: number): Promise<Books['states']> => {
  const code = codeWritten((await found(id)).code)
  const record: PlatformRecord = new Map()
  for (const { chat, text } of telegram.taken) if (text.includes(code)) record.set(chat, [...(record.get(chat) ?? []), text])
  return (await expectTrueBooks(db, id, record, audience)).states
}
const mostTries = () => numberOf('SELECT max(attempts) FROM outbox')

describe('what the platform says', () => {
  test('a storm of 429: the whole channel waits as long as it was told, nobody is lost or doubled, no attempt counts', async () => {
    await open({ perSecond: 30 })
    await people(200)
    const id = await runNow()
    const one = process()
    await settle(one)
    expect(telegram.taken.length).toBe(30)
    const [calls, held] = [telegram.calls.length, await numberOf("SELECT hold_until FROM paces WHERE channel = 'telegram'")]
    expect(held).toBe(clock.now().getTime() + SECOND)
    clock.advance(SECOND - 1)
    await settle(one)
    expect(telegram.calls.length).toBe(calls)
    clock.advance(1)
    const rounds = await play(one, SECOND, 20)
    expect(rounds).toBeLessThanOrEqual(7)
    expect(await expectBooks(id, 200)).toEqual({ sent: 200 })
    expect(await mostTries()).toBe(1)
  })

  test('a long retry_after among short ones: the longest holds', async () => {
    await open()
    await people(40)
    const id = await runNow()
    telegram.fail({ status: 429, retryAfter: 2 }, { times: 5 })
    telegram.fail({ status: 429, retryAfter: 60 })
    telegram.fail({ status: 429, retryAfter: 3 }, { times: 5 })
    const one = process()
    await settle(one)
    const calls = telegram.calls.length
    for (let i = 0; i < 11; i++) {
      clock.advance(5 * SECOND)
      await settle(one)
    }
    expect(telegram.calls.length).toBe(calls)
    await play(one, 5 * SECOND, 4)
    expect(await expectBooks(id, 40)).toEqual({ sent: 40 })
    expect(await mostTries()).toBe(1)
  })

  test('limits of each chat, three runs to the same people at once', async () => {
    await open({ perChat: 1, burst: 1 })
    await people(20)
    const runs = [await runNow(), await runNow(), await runNow()]
    await play(process(), SECOND, 60)
    for (const id of runs) expect(await expectBooks(id, 20)).toEqual({ sent: 20 })
    expect(await mostTries()).toBe(1)
    expect(telegram.taken.length).toBe(60)
  })

  test('a tenth has blocked the bot: failed, and out of every push', async () => {
    await open()
    const ids = await people(200)
    for (let chat = 1000; chat < 1200; chat += 10) telegram.block(String(chat))
    const id = await runNow()
    await play(process(), SECOND, 5)
    expect(await expectBooks(id, 200)).toEqual({ sent: 180, 'failed telegram_403': 20 })
    const out = (await db.read('SELECT id FROM contacts WHERE push = 0')).map((row) => String(row.id))
    expect(out.sort()).toEqual(ids.filter((_, i) => i % 10 === 0).sort())
    const next = await runNow()
    await play(process(), SECOND, 5)
    expect(await expectBooks(next, 180)).toEqual({ sent: 180 })
    expect(await numberOf('SELECT count(*) FROM push_counts WHERE n > 2')).toBe(0)
  })

  test('5xx for every message, then fine: everybody gets it once', async () => {
    await open()
    await people(40)
    const id = await runNow()
    telegram.fail({ status: 500 }, { times: 30 })
    telegram.fail({ page: 502 }, { times: 14 })
    const rounds = await play(process(), 5 * SECOND, 60)
    expect(rounds).toBeLessThan(60)
    expect(await expectBooks(id, 40)).toEqual({ sent: 40 })
  })

  test('5xx for one person alone is given up after five attempts', async () => {
    await open()
    await people(40)
    const id = await runNow()
    telegram.fail({ status: 500 }, { chat: '1007', times: 100 })
    await play(process(), 60 * SECOND, 30)
    expect(await expectBooks(id, 40)).toEqual({ sent: 39, 'failed telegram_500': 1 })
  })

  test('too many refusals: the run pauses after at most one round, and the sums hold', async () => {
    await open()
    await people(600)
    const id = await runNow()
    telegram.fail({ status: 400 }, { times: 10_000 })
    const one = process()
    await one.broadcasts.tick()
    await one.broadcasts.tick()
    await one.dispatcher.drain()
    const run = await found(id)
    expect(run).toMatchObject({ state: 'paused', reason: 'budget' })
    expect(telegram.calls.length).toBeLessThanOrEqual(256)
    clock.advance(HOUR)
    await settle(one)
    expect(telegram.calls.length).toBeLessThanOrEqual(256)
    expect(await numberOf("SELECT count(*) FROM outbox WHERE state = 'failed'")).toBe(run.broken)
    expect(await numberOf('SELECT sum(queued + sending + sent + failed + unknown + skipped) FROM broadcast_totals')).toBe(600)
  })
})

describe('what the platform does not say', () => {
  test.each([
    ['calls that hang', { hang: true }],
    ['sockets that die', { drop: true }],
  ] as const)('%s, before and after the message was taken: listed as unknown, never sent again by themselves', async (_, fault) => {
    await open({}, SHORT)
    await people(40)
    const id = await runNow()
    telegram.fail(fault, { times: 2 })
    telegram.fail({ ...fault, taken: true }, { times: 2 })
    const one = process()
    await play(one, SECOND, 5)
    expect(await expectBooks(id, 40)).toEqual({ sent: 36, 'unknown telegram_no_answer': 4 })
    clock.advance(HOUR)
    await settle(one)
    expect([telegram.callsOf('sendMessage').length, telegram.taken.length]).toEqual([40, 38])
  })

  test('a connection that is half open: what was written into it is unknown, the rest goes over a new one', async () => {
    await open({}, SHORT)
    await people(10)
    const first = await runNow()
    const one = process()
    await play(one, SECOND, 3)
    expect(await expectBooks(first, 10)).toEqual({ sent: 10 })
    wire.swallow(true)
    const second = await runNow()
    await play(one, SECOND, 2)
    wire.swallow(false)
    wire.cut()
    await addPeople(db, [{}, {}, {}], 2000)
    const third = await runNow()
    await play(one, 10 * SECOND, 30)
    expect(await expectBooks(second, 10)).toEqual({ 'unknown telegram_no_answer': 10 })
    expect(await expectBooks(third, 13)).toEqual({ sent: 13 })
  })

  test('connections cut in the middle of a run', async () => {
    await open()
    await people(300)
    const id = await runNow()
    const one = process()
    await one.broadcasts.tick()
    await one.broadcasts.tick()
    const sending = one.dispatcher.drain()
    while (telegram.taken.length < 50) await new Promise((go) => setImmediate(go))
    wire.cut()
    await sending
    const { broken } = await found(id)
    expect(broken).toBeGreaterThan(0)
    await db.write([{ sql: "UPDATE broadcasts SET state = 'sending', reason = NULL, broken = 0 WHERE state = 'paused'", args: [] }])
    // A moment's silence is two seconds' wait, however many calls it met.
    const rounds = await play(one, SECOND, 10)
    expect(rounds).toBeLessThanOrEqual(6)
    const { sent = 0, 'unknown telegram_no_answer': unknown = 0, ...rest } = await expectBooks(id, 300)
    expect([sent + unknown, unknown <= 64, rest]).toEqual([300, true, {}])
  })

  test.each([40, 3])('down for an hour, then back: all %i get it once, nobody is failed', async (n) => {
    await open()
    await people(n)
    const id = await runNow()
    await wire.refuse()
    const one = process()
    await play(one, 15 * SECOND, 240)
    expect([await stateOf(id), telegram.calls.length]).toEqual(['sending', 0])
    await wire.open()
    const rounds = await play(one, 15 * SECOND, 40)
    expect(rounds).toBeLessThan(40)
    expect(await expectBooks(id, n)).toEqual({ sent: n })
  })
})

describe('the clock', () => {
  /** A door that lets nobody's answer through before it is opened. */
  const gated = (inner: Channel) => {
    let openGate = () => {}
    const gate = new Promise<void>((resolve) => {
      openGate = resolve
    })
    let waiting = 0
    const send: Channel['send'] = async (message) => {
      const answer = await inner.send(message).then(
        (id) => () => id,
        (error: unknown) => () => {
          throw error
        },
      )
      waiting++
      await gate
      return answer()
    }
    return { door: { ...inner, send }, openGate: () => openGate(), waiting: () => waiting }
  }
  const begin = async (one: Process) => {
    await one.broadcasts.tick()
    await one.broadcasts.tick()
    return one.dispatcher.drain()
  }

  test('jumps an hour forward amid sends: listed as unknown, corrected by the process that lives, nothing twice', async () => {
    await open({}, SHORT)
    await people(30)
    const id = await runNow()
    const { door, openGate, waiting } = gated(channel)
    const late = begin(process('one', db, door))
    while (waiting() < 30) await new Promise((go) => setImmediate(go))
    clock.advance(HOUR)
    await settle(process('two'))
    expect(await expectBooks(id, 30)).toEqual({ 'unknown interrupted': 30 })
    expect(await stateOf(id)).toBe('done')
    openGate()
    await late
    expect(await expectBooks(id, 30)).toEqual({ sent: 30 })
    expect(telegram.taken.length).toBe(30)
  })

  test('jumps an hour forward while the platform puts off: what is known not to have left is failed once the run is over', async () => {
    await open({}, SHORT)
    await people(4)
    const id = await runNow()
    telegram.fail({ status: 429, retryAfter: 5 }, { times: 3 })
    const { door, openGate, waiting } = gated(channel)
    const late = begin(process('one', db, door))
    while (waiting() < 4) await new Promise((go) => setImmediate(go))
    clock.advance(HOUR)
    await settle(process('two'))
    openGate()
    await late
    clock.advance(60 * SECOND)
    await settle(process('two'))
    expect(await expectBooks(id, 4)).toEqual({ sent: 1, 'failed telegram_429': 3 })
  })

  test('jumps an hour back amid a run: the same sums', async () => {
    await open({ perSecond: 30 })
    await people(100)
    const id = await runNow()
    const one = process()
    await settle(one)
    clock.advance(SECOND)
    await settle(one)
    expect(telegram.taken.length).toBe(60)
    clock.advance(-HOUR)
    await play(one, 30 * SECOND, 125)
    expect(await expectBooks(id, 100)).toEqual({ sent: 100 })
    expect(await mostTries()).toBe(1)
  })

  test('jumps an hour forward and back: a process that then dies blocks nothing for an hour', async () => {
    await open({}, SHORT)
    await people(10)
    const id = await runNow()
    const one = process()
    await settle(one)
    clock.advance(HOUR)
    await settle(one)
    clock.advance(-HOUR)
    const second = await runNow()
    const { door } = gated(channel)
    void begin(process('dies', db, door))
    while (telegram.taken.length < 20) await new Promise((go) => setImmediate(go))
    clock.advance(91 * SECOND)
    await settle(one)
    expect(await expectBooks(id, 10)).toEqual({ sent: 10 })
    expect(await expectBooks(second, 10)).toEqual({ 'unknown interrupted': 10 })
    expect(await stateOf(second)).toBe('done')
  })
})

describe('the database', () => {
  /** The nth batch of outcomes fails: before it is written, or after (its answer is lost). */
  const failing = (when: 'before' | 'after'): Db => {
    let left = 1
    return {
      ...db,
      async write(statements) {
        const records = statements.some(({ sql }) => sql.startsWith('UPDATE outbox SET state')) && !isClaim(statements)
        if (!records || left-- <= 0) return db.write(statements)
        if (when === 'after') await db.write(statements)
        throw new Error('fetch failed')
      },
    }
  }
  const fake = () => fakeChannel('telegram', { perSecond: 5_000 })
  const recordOf = (sent: Array<{ address: string; id: string }>): PlatformRecord => {
    const record: PlatformRecord = new Map()
    for (const { address, id } of sent) record.set(address, [...(record.get(address) ?? []), id])
    return record
  }

  test('loses the answer of a batch of outcomes: written again, it frees nobody who is being sent to', async () => {
    await people(20)
    const id = await runNow()
    const door = fake()
    let refusals = 20
    door.fault = () => {
      if (refusals-- > 0) throw new SendError('rate_limited', 'telegram_429', 1)
    }
    const one = startProcess({ db: failing('after'), keys, channels: [door], clock, holder: 'one' })
    await one.broadcasts.tick()
    await one.broadcasts.tick()
    await expect(one.dispatcher.drain()).rejects.toThrow('fetch failed')
    clock.advance(2 * SECOND)
    await play(one, SECOND, 5)
    expect((await expectTrueBooks(db, id, recordOf(door.sent), 20)).states).toEqual({ sent: 20 })
  })

  test('is away for a moment at the end of a run: what is known is written without another message', async () => {
    await people(5)
    const id = await runNow()
    const door = fake()
    const one = startProcess({ db: failing('before'), keys, channels: [door], clock, holder: 'one' })
    await one.broadcasts.tick()
    await one.broadcasts.tick()
    one.dispatcher.start()
    for (let i = 0; i < 500 && (await numberOf("SELECT count(*) FROM outbox WHERE state = 'sent'")) < 5; i++)
      await new Promise((resume) => setTimeout(resume, 10))
    expect(one.lines.some((line) => line.includes('push.unrecorded'))).toBe(true)
    expect((await expectTrueBooks(db, id, recordOf(door.sent), 5)).states).toEqual({ sent: 5 })
    await one.dispatcher.stop()
  })
})
