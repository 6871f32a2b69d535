/**
 * How pushes meet the database while they leave: how many people a commit claims.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { changeSetting } from '../db/settings.ts'
import type { Channel, Db, OutboundMessage, Statement } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { fakeChannel } from './harness.ts'
import { expectTrueBooks, type PlatformRecord } from './ledger.ts'
import { addMany, addTestOfficer, deskAt, runOf, unitRows } from './people.ts'
import { type Process, startProcess } from './processes.ts'

const keys = createNodeKeys(new Uint8Array(32).fill(7))

let database: TestDatabase
let db: Db
beforeEach(async () => {
  database = await openTestFile()
  db = database.db
  await db.read('PRAGMA synchronous = OFF')
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
const isClaim = (statements: Statement[]) => statements.some(({ sql }) => sql.includes("SET state = 'sending', reason = NULL, lease_until"))
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
