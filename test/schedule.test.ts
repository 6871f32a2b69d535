import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSchedule, type Job } from '../src/schedule.ts'
import { databases, type TestDatabase } from './database.ts'

describe.each(databases)('the schedule on %s', (_kind, open) => {
  let database: TestDatabase
  let runs: string[]
  beforeEach(async () => {
    database = await open()
    runs = []
  })
  afterEach(() => database.close())

  const job = (name: string, at: Job['at'], fails = false): Job => ({
    name,
    at,
    async run(now) {
      runs.push(`${name} ${now.toISOString()}`)
      if (fails) throw new Error('no')
    },
  })
  const schedule = (...jobs: Job[]) => createSchedule({ db: database.db, jobs, log: () => {} })

  test('a daily job runs once at its Vietnamese time, and by one of several processes', async () => {
    const daily = job('daily', { hour: 3, minute: 10 })
    const [one, two] = [schedule(daily), schedule(daily)]
    await one.tick(new Date('2026-11-22T20:11:00Z'))
    runs.length = 0
    await one.tick(new Date('2026-11-23T20:09:00Z'))
    expect(runs).toEqual([])
    await Promise.all([one.tick(new Date('2026-11-23T20:10:00Z')), two.tick(new Date('2026-11-23T20:10:00Z'))])
    expect(runs).toEqual(['daily 2026-11-23T20:10:00.000Z'])
    await two.tick(new Date('2026-11-23T20:11:00Z'))
    expect(runs).toHaveLength(1)
  })

  test('a job missed while nothing ran is caught up once', async () => {
    const daily = schedule(job('daily', { hour: 3, minute: 10 }))
    await daily.tick(new Date('2026-11-20T21:00:00Z'))
    await daily.tick(new Date('2026-11-23T05:00:00Z'))
    await daily.tick(new Date('2026-11-23T05:01:00Z'))
    expect(runs).toEqual(['daily 2026-11-20T21:00:00.000Z', 'daily 2026-11-23T05:00:00.000Z'])
  })

  test('a job that fails stops no other, and a clock that jumps back runs nothing twice', async () => {
    const both = schedule(job('bad', 'minute', true), job('daily', { hour: 3, minute: 10 }))
    await both.tick(new Date('2026-11-23T21:00:00Z'))
    await both.tick(new Date('2026-11-22T21:00:00Z'))
    expect(runs.filter((run) => run.startsWith('daily'))).toEqual(['daily 2026-11-23T21:00:00.000Z'])
    expect(runs.filter((run) => run.startsWith('bad'))).toHaveLength(2)
  })
})
