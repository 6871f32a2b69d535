/**
 * A broadcast on the web chat: handed over is not sent. Its row waits in the hand of the page and becomes `sent` with the
 * first page that is given its line, whichever way and however early, or `failed: not_seen` after seven days.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findBroadcast } from '../db/broadcasts.ts'
import { eraseContact } from '../db/erasure.ts'
import { listCounts, totalOf } from '../db/ledger-counts.ts'
import { transcriptStore } from '../db/transcript.ts'
import { type Broadcasts, createBroadcasts } from '../src/broadcasts.ts'
import type { TranscriptStore } from '../src/channels/web/index.ts'
import type { Db, Statement } from '../src/chat.ts'
import { secureRandom } from '../src/keys.ts'
import { databases, type TestDatabase } from './database.ts'
import { addTestOfficer, deskAt, runOf, unitRows } from './people.ts'
import { type Browser, createWebBot, type WebBot } from './web-harness.ts'

const DAY = 24 * 3600_000

describe.each(databases)('a broadcast on the web over %s', (_, openTest) => {
  let database: TestDatabase
  let bot: WebBot
  let broadcasts: Broadcasts
  let store: TranscriptStore
  /** Called before and after the bot's lines are written, and before fetched ones are settled. */
  let hooks: { appended?: () => Promise<void>; appending?: () => Promise<void>; settling?: () => Promise<void> }
  let settled: number[][]

  beforeEach(async () => {
    database = await openTest()
    const real = transcriptStore(database.db)
    hooks = {}
    settled = []
    store = {
      ...real,
      async append(lines) {
        await hooks.appending?.()
        const seqs = await real.append(lines)
        await hooks.appended?.()
        return seqs
      },
      async settleSeen(seqs, at) {
        settled.push(seqs)
        await hooks.settling?.()
        await real.settleSeen(seqs, at)
      },
    }
    bot = await createWebBot({ database, web: { store } })
    const { db, keys, clock, web } = bot
    broadcasts = createBroadcasts({ db, keys, channels: [web], now: clock.now, random: secureRandom, log: () => {} })
    await db.write(unitRows())
    await addTestOfficer(db, keys, 'soan', 'tinh', ['editor'])
  })
  afterEach(async () => {
    await bot.close()
    await database.close()
  })

  /** Somebody who wrote once, agreed, and looked at the answer. */
  const member = async (): Promise<Browser> => {
    const lan = bot.browser()
    await lan.posts({ text: 'trợ giúp' })
    await lan.history()
    await bot.db.write([{ sql: "UPDATE contacts SET push = 1, age = 'adult', unit_id = 'xa', member_kind = 'cong_doan'", args: [] }])
    return lan
  }
  const settle = async () => {
    for (let round = 0; round < 10; round++) {
      const moved = await broadcasts.tick()
      await bot.dispatcher.drain()
      if (!moved && !(await broadcasts.tick())) return
    }
  }
  const run = async () => runOf(await deskAt(bot.db, bot.keys, 'soan', bot.clock.now()))
  const sends = async () => {
    const id = await run()
    await settle()
    return id
  }
  const counts = async (id: number) => {
    const list = await listCounts(bot.db, id)
    return Object.fromEntries(list.map(({ state, reason, n }) => [`${state}${reason && ` ${reason}`}`, n]))
  }
  const carried = async () => Number((await bot.db.read('SELECT count(*) AS n FROM transcript WHERE push_id IS NOT NULL'))[0]?.n)
  const becomes = (id: number, what: Record<string, number>) => expect.poll(() => counts(id), { interval: 5 }).toEqual(what)
  const erase = async (db: Db) => {
    const [row] = await db.read('SELECT id FROM contacts')
    await db.write(await eraseContact(db, bot.keys, String(row?.id), bot.clock.now()))
  }
  const seesIt = (lines: Array<{ text: string }>) => lines.filter(({ text }) => text.includes('Mời đoàn viên')).length

  test('waits for the page, holds up no run, and is sent with the fetch; lines without a push cost nothing', async () => {
    const lan = await member()
    const id = await sends()
    expect(await counts(id)).toEqual({ sending: 1 })
    expect((await findBroadcast(bot.db, id))?.state).toBe('done')
    expect(settled).toEqual([])
    expect(seesIt((await lan.history()).lines)).toBe(1)
    await becomes(id, { sent: 1 })
    expect(await carried()).toBe(0)
    expect(settled).toHaveLength(1)
    bot.clock.advance(8 * DAY)
    await settle()
    expect(seesIt((await lan.history()).lines)).toBe(1)
    expect([settled.length, await counts(id)]).toEqual([1, { sent: 1 }])
  })

  test('is sent with the open stream, new or caught up with', async () => {
    const lan = await member()
    const here = await lan.listens('?after=2')
    const live = await sends()
    expect((await here.next())?.text).toContain('Mời đoàn viên')
    await becomes(live, { sent: 1 })
    await here.leave()
    const later = await sends()
    expect(await counts(later)).toEqual({ sending: 1 })
    const again = await lan.listens('?after=3')
    expect((await again.next())?.text).toContain('Mời đoàn viên')
    await becomes(later, { sent: 1 })
    await again.leave()
    expect(settled).toEqual([[3], [4]])
  })

  test('to two pages of one visitor is one', async () => {
    const lan = await member()
    const [one, two] = await Promise.all([lan.listens('?after=2'), lan.listens('?after=2')])
    const id = await sends()
    expect(await Promise.all([one.next(), two.next(), lan.history()])).toHaveLength(3)
    await becomes(id, { sent: 1 })
    await Promise.all([one.leave(), two.leave()])
    expect(new Set(settled.flat())).toEqual(new Set([3]))
  })

  test('that nobody fetched for seven days was not seen, and stays so', async () => {
    const lan = await member()
    const id = await sends()
    bot.clock.advance(7 * DAY - 1)
    await settle()
    expect(await counts(id)).toEqual({ sending: 1 })
    bot.clock.advance(2)
    await settle()
    expect(await counts(id)).toEqual({ 'failed not_seen': 1 })
    expect(seesIt((await lan.history()).lines)).toBe(1)
    await expect.poll(carried).toBe(0)
    expect(await counts(id)).toEqual({ 'failed not_seen': 1 })
  })

  test('fetched before anybody recorded that it was handed over is sent all the same', async () => {
    const lan = await member()
    let seen = 0
    hooks.appended = async () => {
      seen = seesIt((await lan.history()).lines)
      await expect.poll(carried).toBe(0)
    }
    const id = await sends()
    expect([seen, await counts(id)]).toEqual([1, { sent: 1 }])
  })

  test('whose sender died after the line stood is unknown until it is fetched', async () => {
    const lan = await member()
    const id = await sends()
    await bot.db.write([{ sql: "UPDATE outbox SET lease_by = 'dead', lease_until = 1 WHERE priority = 1", args: [] }])
    await settle()
    expect(await counts(id)).toEqual({ 'unknown interrupted': 1 })
    await lan.history()
    await becomes(id, { sent: 1 })
  })

  test('that could not be settled was delivered, and is settled with the next fetch', async () => {
    const lan = await member()
    const id = await sends()
    hooks.settling = () => Promise.reject(new Error('the database is away'))
    expect(seesIt((await lan.history()).lines)).toBe(1)
    await expect.poll(() => bot.lines.filter((line) => line.includes('web.unsettled')).length).toBe(1)
    expect(await counts(id)).toEqual({ sending: 1 })
    delete hooks.settling
    // This page has the line already, so it does not ask for it again.
    expect((await lan.history('?after=3')).lines).toEqual([])
    await becomes(id, { sent: 1 })
  })

  test('while the database is away is tried again, stands once, and the run waits for it', async () => {
    const lan = await member()
    let failures = 0
    hooks.appended = () => (failures++ === 0 ? Promise.reject(new Error('the answer was lost')) : Promise.resolve())
    const id = await sends()
    expect(await counts(id)).toEqual({ queued: 1 })
    expect((await findBroadcast(bot.db, id))?.state).toBe('sending')
    bot.clock.advance(3_000)
    await settle()
    expect(await counts(id)).toEqual({ sending: 1 })
    expect((await findBroadcast(bot.db, id))?.state).toBe('done')
    expect(seesIt((await lan.history()).lines)).toBe(1)
    await becomes(id, { sent: 1 })
  })

  test('whose line stands although its sender believes it failed is sent once it is fetched, and not sent again', async () => {
    const lan = await member()
    hooks.appended = () => Promise.reject(new Error('the answer was lost'))
    const id = await sends()
    await lan.history()
    await becomes(id, { sent: 1 })
    bot.clock.advance(3_000)
    await settle()
    expect(await counts(id)).toEqual({ sent: 1 })
  })

  test('in flight holds the run back until its outcome is known', async () => {
    await member()
    let state: string | undefined
    const id = await run()
    hooks.appending = async () => {
      await broadcasts.tick()
      state = (await findBroadcast(bot.db, id))?.state
    }
    await settle()
    expect([state, (await findBroadcast(bot.db, id))?.state]).toEqual(['sending', 'done'])
  })

  test('to somebody who deletes the conversation first was not seen', async () => {
    const lan = await member()
    const id = await sends()
    await lan.postJson('/chat/forget', { id: 'f1' })
    await bot.dispatcher.drain()
    expect(seesIt((await lan.history()).lines)).toBe(0)
    expect(await counts(id)).toEqual({ sending: 1 })
    bot.clock.advance(7 * DAY + 1)
    await settle()
    expect(await counts(id)).toEqual({ 'failed not_seen': 1 })
  })

  test('leaves nothing of an erased visitor: before the send, during it, before the fetch', async () => {
    await member()
    const waiting = await sends()
    const frozen = await run()
    await broadcasts.tick()
    await erase(bot.db)
    await settle()
    expect([await counts(waiting), await counts(frozen)]).toEqual([{ 'skipped erased': 1 }, { 'skipped erased': 1 }])
    await member()
    hooks.appending = () => erase(bot.db)
    const during = await sends()
    expect(await counts(during)).toEqual({ 'skipped erased': 1 })
    expect(await bot.db.read("SELECT seq FROM transcript WHERE side = 'bot' AND push_id IS NOT NULL")).toEqual([])
    expect(await bot.db.read('SELECT id FROM outbox WHERE contact_id IS NOT NULL')).toEqual([])
    for (const id of [waiting, frozen, during]) expect(totalOf(await listCounts(bot.db, id))).toBe(1)
  })

  test('is not said as a goodbye to somebody who was erased just before', async () => {
    await member()
    const { db } = bot
    const read = db.read
    const id = await run()
    await broadcasts.tick()
    await broadcasts.tick()
    // The claim still sees the address; the lookup of the send no longer does.
    const write = db.write
    db.write = async (statements: Statement[]) => {
      const results = await write(statements)
      if (statements.some(({ sql }) => sql.includes("SET state = 'sending'") && sql.includes('broadcast_id = ?'))) {
        db.write = write
        await erase({ ...db, read, write })
      }
      return results
    }
    await settle()
    expect(await counts(id)).toEqual({ 'skipped erased': 1 })
    expect(await db.read('SELECT seq FROM transcript')).toEqual([])
  })
})
