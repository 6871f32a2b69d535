import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeLease } from '../db/leases.ts'
import type { Channel, Inbound } from '../src/chat.ts'
import { createPoller } from '../src/poller.ts'
import { databases, type TestDatabase } from './database.ts'
import { fakeChannel, fakeClock } from './harness.ts'

describe.each(databases)('polling on %s', (_kind, open) => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await open()
  })
  afterEach(() => database.close())

  /** A channel that hands over what is pushed until it is told to stop. */
  function polled() {
    const polls: string[] = []
    const channel: Channel = {
      ...fakeChannel('telegram'),
      async poll(take, signal) {
        polls.push('begun')
        await take([])
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
        polls.push('ended')
      },
    }
    return { channel, polls }
  }
  const poller = (channel: Channel, holder: string, taken: Inbound[][] = []) =>
    createPoller({
      db: database.db,
      channels: [channel],
      receive: async (inbound) => void taken.push(inbound),
      holder,
      now: fakeClock().now,
      log: () => {},
    })
  const until = async (holds: () => boolean) => {
    for (let i = 0; i < 500 && !holds(); i++) await new Promise((resume) => setImmediate(resume))
    for (let i = 0; i < 2_000 && !holds(); i++) await new Promise((resume) => setTimeout(resume, 5))
  }

  test('one process polls a channel; another begins when the first has stopped', async () => {
    const [first, second] = [polled(), polled()]
    const one = poller(first.channel, 'one')
    one.start()
    await until(() => first.polls.length > 0)
    const two = poller(second.channel, 'two')
    two.start()
    expect(await takeLease(database.db, 'poll:telegram', 'three', fakeClock().now().getTime(), 1)).toBe(false)
    expect(second.polls).toEqual([])
    await one.stop()
    await two.stop()
    expect(first.polls).toEqual(['begun', 'ended'])
    const three = poller(second.channel, 'three')
    three.start()
    await until(() => second.polls.length > 0)
    await three.stop()
    expect(second.polls).toEqual(['begun', 'ended'])
  })

  test('a channel that cannot be polled is left alone', async () => {
    const quiet = poller(fakeChannel('zalo'), 'one')
    quiet.start()
    await quiet.stop()
    expect(await database.db.read('SELECT name FROM leases')).toEqual([])
  })
})
