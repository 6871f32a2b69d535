/**
 * How pushes meet the database while they leave: how many people a commit claims, and what a database that is away
 * between two parts, or between two claims, does to those who are being sent to.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { changeSetting } from '../db/settings.ts'
import type { Channel, Db, OutboundMessage } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { fakeChannel, fakeClock } from './harness.ts'
import { expectTrueBooks, isClaim, type PlatformRecord } from './ledger.ts'
import { addMany, addTestOfficer, deskAt, runOf, unitRows } from './people.ts'
import { type Process, settle, startProcess } from './processes.ts'

const keys = createNodeKeys(new Uint8Array(32).fill(7))

let database: TestDatabase
let db: Db
beforeEach(async () => {
  database = await openTestFile()
  db = database.db
  await db.write(unitRows())
  await addTestOfficer(db, keys, 'soan', 'tinh', ['editor'])
})
afterEach(() => database.close())

const runNow = async (now: Date, draft: Parameters<typeof runOf>[1] = {}) => runOf(await deskAt(db, keys, 'soan', now), draft)
/** Frozen and sending. */
const started = async (one: Process) => {
  await one.broadcasts.tick()
  await one.broadcasts.tick()
}
const countOf = async (state: string) => {
  const [row] = await db.read('SELECT count(*) AS n FROM outbox WHERE priority = 1 AND state = ?', [state])
  return Number(row?.n)
}
/** A channel that keeps what it was sent, after what it does first. */
const door = (first: (message: OutboundMessage) => Promise<void>, limits: Partial<Channel['limits']> = {}) => {
  const sent: OutboundMessage[] = []
  const channel: Channel = {
    ...fakeChannel('telegram', { perSecond: 5_000, ...limits }),
    async send(message) {
      await first(message)
      sent.push(message)
      return message.id
    },
  }
  return { channel, sent }
}
/** What was sent of one run: its messages have its text. */
const recordOf = (sent: OutboundMessage[], text = ''): PlatformRecord => {
  const record: PlatformRecord = new Map()
  for (const one of sent) if (one.text.includes(text)) record.set(one.address, [...(record.get(one.address) ?? []), one.id])
  return record
}
const turn = () => new Promise((go) => setImmediate(go))

describe('at the paid rate of a thousand a second', () => {
  const PEOPLE = 2_000
  afterEach(() => void vi.useRealTimers())

  test('people are claimed by the handful: a commit for two dozen, never one for each', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-23T02:00:00Z') })
    await db.write([changeSetting('telegram_paid_rate', '1000', new Date())])
    await addMany(db, PEOPLE)
    const id = await runNow(new Date())
    const { channel, sent } = door(({ id }) => new Promise((arrive) => setTimeout(arrive, 5 + (Number.parseInt(id, 10) % 16))))
    let [claims, commits] = [0, 0]
    const counted: Db = {
      ...db,
      async write(statements) {
        commits++
        if (isClaim(statements)) claims++
        return db.write(statements)
      },
    }
    const clock = { now: () => new Date(), advance: () => {}, set: () => {} }
    const one = startProcess({ db: counted, keys, channels: [channel], clock, holder: 'one' })
    await started(one)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: new Date() })
    ;[claims, commits] = [0, 0]
    one.dispatcher.start()
    const began = Date.now()
    while ((await countOf('sent')) < PEOPLE && Date.now() - began < 10_000) {
      await vi.advanceTimersByTimeAsync(1)
      for (let i = 0; i < 5; i++) await turn()
    }
    const took = Date.now() - began
    const stopped = one.dispatcher.stop()
    await vi.advanceTimersByTimeAsync(10)
    await stopped
    expect((await expectTrueBooks(db, id, recordOf(sent), PEOPLE)).states).toEqual({ sent: PEOPLE })
    // Four fifths of the rate after a burst of two hundred, and it is used.
    expect(took).toBeGreaterThan(((PEOPLE - 200) / 800) * 1_000 - 50)
    expect(took).toBeLessThan(((PEOPLE - 200) / 800) * 1_000 * 1.2)
    expect(claims).toBeGreaterThan(0)
    expect(PEOPLE / claims, `${claims} claims`).toBeGreaterThanOrEqual(24)
    expect(PEOPLE / commits, `${commits} commits`).toBeGreaterThanOrEqual(10)
  })
})

describe('a database that is away', () => {
  const clock = fakeClock()

  test('between two parts of a long message: everybody gets both, once, and it is recorded when it is back', async () => {
    await addMany(db, 5)
    const id = await runNow(clock.now(), { content: { vi: 'Mời đoàn viên xem hàng Việt cuối tuần này ở nhà văn hóa. '.repeat(3) } })
    const between = new Set<string>()
    const { channel, sent } = door(
      async ({ id, address }) => {
        if (id.endsWith('.1')) {
          await turn()
          between.delete(address)
        } else between.add(address)
      },
      { text: 200 },
    )
    const away = <T>(work: () => Promise<T>) => (between.size > 0 ? Promise.reject(new Error('fetch failed')) : work())
    const failing: Db = {
      ...db,
      read: (sql, args) => away(() => db.read(sql, args)),
      write: (statements) => away(() => db.write(statements)),
    }
    await settle(startProcess({ db: failing, keys, channels: [channel], clock, holder: 'one' }))
    expect((await expectTrueBooks(db, id, recordOf(sent), 5, 2)).states).toEqual({ sent: 5 })
    expect(sent).toHaveLength(10)
  })

  test('at the claim of a second run: those of the first, claimed by then, are sent to, waited for and recorded', async () => {
    await addMany(db, 5)
    const ids = [
      await runNow(clock.now(), { content: { vi: 'Tin thứ nhất.' } }),
      await runNow(clock.now(), { content: { vi: 'Tin thứ hai.' } }),
    ]
    let openGate = () => {}
    const gate = new Promise<void>((resolve) => {
      openGate = resolve
    })
    const { channel, sent } = door(() => gate)
    let claims = 0
    const failing: Db = {
      ...db,
      write: (statements) => (isClaim(statements) && ++claims === 2 ? Promise.reject(new Error('fetch failed')) : db.write(statements)),
    }
    const one = startProcess({ db: failing, keys, channels: [channel], clock, holder: 'one' })
    await started(one)
    one.dispatcher.start()
    for (let i = 0; i < 10_000 && claims < 2; i++) await turn()
    expect([claims, await countOf('sending')]).toEqual([2, 5])
    const stopped = one.dispatcher.stop()
    for (let i = 0; i < 100; i++) await turn()
    openGate()
    await stopped
    expect([await countOf('sending'), await countOf('sent'), await countOf('queued')]).toEqual([0, 5, 5])
    expect(one.lines.filter((line) => line.includes('push.unavailable'))).toHaveLength(1)
    await settle(startProcess({ db, keys, channels: [channel], clock, holder: 'two' }))
    for (const [i, id] of ids.entries())
      expect((await expectTrueBooks(db, id, recordOf(sent, ['Tin thứ nhất.', 'Tin thứ hai.'][i]), 5)).states).toEqual({ sent: 5 })
  })
})
