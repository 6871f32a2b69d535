import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDb } from '../db/open.ts'
import { findHold, holdChannel, takeTokens } from '../db/paces.ts'
import type { Db } from '../src/chat.ts'
import { databases, openTestFile, type TestDatabase } from './database.ts'

const START = 1_795_338_000_000

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
      const both = await Promise.all([database.db, other].map((db) => takeTokens(db, 'telegram', 20, 30, START + at)))
      granted += both.reduce((sum, one) => sum + one, 0)
    }
    expect(granted).toBe(30 * 10 + 30)
  })

  test('a slow bucket gives one at a time and keeps the fractions', async () => {
    const at = (seconds: number) => takeTokens(database.db, 'zalo', 5, 1.6, START + seconds * 1000)
    // In the bucket: 1.6, then 0.6 + 0.48, 0.08 + 0.32, 0.4 + 0.8, and full again.
    expect([await at(0), await at(0.3), await at(0.5), await at(1), await at(2)]).toEqual([1, 1, 0, 1, 1])
    expect(await at(100)).toBe(1)
  })

  test('nobody gets more than they ask for, and the rest stays', async () => {
    expect(await takeTokens(database.db, 'telegram', 10, 30, START)).toBe(10)
    expect(await takeTokens(other, 'telegram', 64, 30, START)).toBe(20)
    expect(await takeTokens(other, 'telegram', 1, 30, START)).toBe(0)
  })

  test('a hold stops every process until its time, and a shorter one does not end a longer one', async () => {
    expect(await takeTokens(database.db, 'zalo', 1, 10, START)).toBe(1)
    await database.db.write([holdChannel('zalo', START + 60_000, 'zalo_429')])
    await other.write([holdChannel('zalo', START + 5_000, 'zalo_minute_full')])
    expect((await findHold(other, 'zalo')).until).toBe(START + 60_000)
    expect(await takeTokens(other, 'zalo', 1, 10, START + 59_999)).toBe(0)
    expect(await takeTokens(database.db, 'zalo', 5, 10, START + 61_000)).toBeGreaterThan(0)
    expect(await takeTokens(database.db, 'telegram', 1, 30, START)).toBe(1)
    expect(await findHold(database.db, 'telegram')).toMatchObject({ until: 0 })
  })

  test('a hold on a channel with a full bucket does not fill it again', async () => {
    expect(await takeTokens(database.db, 'telegram', 30, 30, START)).toBe(30)
    await database.db.write([holdChannel('telegram', START + 1_000, 'telegram_429')])
    expect(await takeTokens(database.db, 'telegram', 64, 30, START + 1_000)).toBeLessThanOrEqual(30)
  })

  test('a clock that goes back gives nothing extra', async () => {
    expect(await takeTokens(database.db, 'telegram', 30, 30, START)).toBe(30)
    expect(await takeTokens(other, 'telegram', 30, 30, START - 60_000)).toBe(0)
    expect(await takeTokens(database.db, 'telegram', 30, 30, START)).toBe(0)
    expect(await takeTokens(database.db, 'telegram', 30, 30, START + 100)).toBe(3)
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
        granted += await takeTokens(database.db, name, wanted, perSecond, at)
        expect(granted).toBeLessThanOrEqual((perSecond * (latest - START)) / 1000 + Math.max(1, perSecond) + 1e-6)
      }
    }),
    { numRuns: 60 },
  )
  await database.close()
})
