import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dropLease, takeLease } from '../db/leases.ts'
import { openDb } from '../db/open.ts'
import { claimRun, listRuns } from '../db/runs.ts'
import { databases, type TestDatabase } from './database.ts'

const MINUTE = 60_000

describe.each(databases)('leases in %s', (_, openTest) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTest()
  })
  afterAll(() => database.close())

  test('of ten processes that ask at once, one gets the lease', async () => {
    const others = await Promise.all(Array.from({ length: 3 }, () => openDb({ url: database.url })))
    const dbs = [database.db, ...others]
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => takeLease(dbs[i % dbs.length] ?? database.db, 'poll:race', `process-${i}`, 1000, MINUTE)),
    )
    expect(answers.filter(Boolean)).toHaveLength(1)
    for (const one of others) one.close()
  })

  test('the holder renews it, another takes over only when it has run out', async () => {
    const take = (holder: string, now: number) => takeLease(database.db, 'poll:telegram', holder, now, MINUTE)
    expect(await take('a', 0)).toBe(true)
    expect(await take('b', 30_000)).toBe(false)
    expect(await take('a', 50_000)).toBe(true)
    // Renewed at 50 s: it holds until 110 s.
    expect(await take('b', 100_000)).toBe(false)
    expect(await take('b', 110_001)).toBe(true)
    expect(await take('a', 110_002)).toBe(false)
  })

  test('who lets go frees it at once; who does not hold it frees nothing', async () => {
    const take = (holder: string) => takeLease(database.db, 'poll:zalo-bot', holder, 0, MINUTE)
    await take('a')
    await dropLease(database.db, 'poll:zalo-bot', 'b')
    expect(await take('b')).toBe(false)
    await dropLease(database.db, 'poll:zalo-bot', 'a')
    expect(await take('b')).toBe(true)
  })

  test('leases of different names do not know each other', async () => {
    expect(await takeLease(database.db, 'x', 'a', 0, MINUTE)).toBe(true)
    expect(await takeLease(database.db, 'y', 'b', 0, MINUTE)).toBe(true)
  })

  test('a run of a job is taken by one process, and never again for an earlier time', async () => {
    const slot = '2026-11-23T02:00:00.000Z'
    const answers = await Promise.all(Array.from({ length: 5 }, () => claimRun(database.db, 'retention', slot)))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await claimRun(database.db, 'retention', '2026-11-22T02:00:00.000Z')).toBe(false)
    expect(await claimRun(database.db, 'retention', '2026-11-24T02:00:00.000Z')).toBe(true)
    expect((await listRuns(database.db)).get('retention')).toBe('2026-11-24T02:00:00.000Z')
  })
})
