import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDb } from '../db/open.ts'
import { findHold, findTokenWait, holdChannel, takeTokens } from '../db/paces.ts'
import type { Db } from '../src/chat.ts'
import { databases, openTestFile, type TestDatabase } from './database.ts'

const START = 1_795_338_000_000
const bucket = (name: string, perSecond: number) => ({ name, perSecond, capacity: Math.max(1, perSecond) })

describe.each(databases)('the pace of a channel in %s', (_, openTest) => {
  let database: TestDatabase
  let other: Db
  beforeAll(async () => {
    database = await openTest()
    other = openDb({ url: database.url })
  })
  afterAll(async () => {
    other.close()
    await database.close()
  })
  beforeEach(() => database.db.write([{ sql: 'DELETE FROM paces', args: [] }]))

  test('two processes together get what the channel may send, and one second’s burst, no more', async () => {
    let granted = 0
    for (let at = 0; at <= 10_000; at += 250) {
      const both = await Promise.all([database.db, other].map((db) => takeTokens(db, bucket('telegram', 30), 20, START + at)))
      granted += both.reduce((sum, one) => sum + one, 0)
    }
    expect(granted).toBe(30 * 10 + 30)
  })

  test('a slow bucket gives one at a time and keeps the fractions', async () => {
    const at = (seconds: number) => takeTokens(database.db, bucket('zalo', 1.6), 5, START + seconds * 1000)
    // In the bucket: 1.6, then 0.6 + 0.48, 0.08 + 0.32, 0.4 + 0.8, and full again.
    expect([await at(0), await at(0.3), await at(0.5), await at(1), await at(2)]).toEqual([1, 1, 0, 1, 1])
    expect(await at(100)).toBe(1)
  })

  test('how long an empty bucket is waited for: until its next whole token, and at that moment there is one', async () => {
    const zalo = bucket('zalo', 1.6)
    const wait = (ms: number) => findTokenWait(database.db, zalo, START + ms)
    expect(await wait(0)).toBe(0)
    expect(await takeTokens(database.db, zalo, 5, START)).toBe(1)
    expect([await wait(0), await wait(100), await wait(249), await wait(250)]).toEqual([250, 150, 1, 0])
    expect(await takeTokens(database.db, zalo, 5, START + 250)).toBe(1)
    expect(await wait(250)).toBe(625)
    // An hour back: whoever takes then sets the bucket's time right.
    expect(await wait(-3_600_000)).toBe(0)
    expect(await takeTokens(database.db, zalo, 5, START - 3_600_000)).toBe(0)
    expect(await wait(-3_600_000)).toBe(625)
  })

  test('nobody gets more than they ask for, and the rest stays', async () => {
    expect(await takeTokens(database.db, bucket('telegram', 30), 10, START)).toBe(10)
    expect(await takeTokens(other, bucket('telegram', 30), 64, START)).toBe(20)
    expect(await takeTokens(other, bucket('telegram', 30), 1, START)).toBe(0)
  })

  test('a hold stops every process until its time, and a shorter one does not end a longer one', async () => {
    expect(await takeTokens(database.db, bucket('zalo', 10), 1, START)).toBe(1)
    await database.db.write([holdChannel('zalo', START + 60_000, 'zalo_429', START)])
    await other.write([holdChannel('zalo', START + 5_000, 'zalo_minute_full', START)])
    expect(await findHold(other, 'zalo', START)).toBe(START + 60_000)
    expect(await takeTokens(other, bucket('zalo', 10), 1, START + 59_999)).toBe(0)
    expect(await takeTokens(database.db, bucket('zalo', 10), 5, START + 61_000)).toBeGreaterThan(0)
    expect(await takeTokens(database.db, bucket('telegram', 30), 1, START)).toBe(1)
    expect(await findHold(database.db, 'telegram', START)).toBe(0)
  })

  test('a hold on a channel with a full bucket does not fill it again', async () => {
    expect(await takeTokens(database.db, bucket('telegram', 30), 30, START)).toBe(30)
    await database.db.write([holdChannel('telegram', START + 1_000, 'telegram_429', START)])
    expect(await takeTokens(database.db, bucket('telegram', 30), 64, START + 1_000)).toBeLessThanOrEqual(30)
  })

  test('a clock that jumped back an hour is believed: neither a hold nor a bucket waits until it has caught up', async () => {
    expect(await takeTokens(database.db, bucket('telegram', 30), 30, START)).toBe(30)
    await database.db.write([holdChannel('telegram', START + 60_000, 'telegram_429', START)])
    const earlier = START - 3_600_000
    expect(await findHold(other, 'telegram', earlier)).toBe(0)
    expect(await takeTokens(other, bucket('telegram', 30), 30, earlier)).toBe(0)
    expect(await takeTokens(other, bucket('telegram', 30), 30, earlier + 500)).toBe(15)
    await other.write([holdChannel('telegram', earlier + 2_000, 'telegram_429', earlier + 600)])
    expect(await findHold(database.db, 'telegram', earlier + 700)).toBe(earlier + 2_000)
  })

  test('a clock that goes back gives nothing extra', async () => {
    expect(await takeTokens(database.db, bucket('telegram', 30), 30, START)).toBe(30)
    expect(await takeTokens(other, bucket('telegram', 30), 30, START - 60_000)).toBe(0)
    expect(await takeTokens(database.db, bucket('telegram', 30), 30, START)).toBe(0)
    expect(await takeTokens(database.db, bucket('telegram', 30), 30, START + 100)).toBe(3)
  })
})

test('whatever is asked for and whenever, never more than rate × time and one second’s burst', async () => {
  const database = await openTestFile()
  const asks = fc.array(fc.record({ wait: fc.integer({ min: -2_000, max: 3_000 }), wanted: fc.integer({ min: 1, max: 64 }) }), {
    maxLength: 30,
  })
  let channel = 0
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(0.5, 1.6, 5, 30), asks, async (perSecond, list) => {
      const name = `channel-${channel++}`
      let at = START
      let latest = START
      let granted = 0
      for (const { wait, wanted } of list) {
        at = Math.max(START, at + wait)
        latest = Math.max(latest, at)
        granted += await takeTokens(database.db, bucket(name, perSecond), wanted, at)
        expect(granted).toBeLessThanOrEqual((perSecond * (latest - START)) / 1000 + Math.max(1, perSecond) + 1e-6)
      }
    }),
    { numRuns: 60 },
  )
  await database.close()
})
