/**
 * A run from its approval to its last person, on a file and on a server: who is in it, what is tested again before each
 * send, what officers can do to it, and that the sums always equal the audience.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { approveCampaign, submitCampaign } from '../db/approvals.ts'
import { cancelBroadcast, pauseBroadcast, resendBroadcast, resumeBroadcast } from '../db/broadcast-acts.ts'
import { findBroadcast, type OwnedBroadcast } from '../db/broadcasts.ts'
import { findCampaign } from '../db/campaigns.ts'
import { haltPushes, restartPushes } from '../db/halts.ts'
import { listCounts, totalOf } from '../db/ledger-counts.ts'
import type { Statement } from '../src/chat.ts'
import { SendError } from '../src/errors.ts'
import { totpDigits } from '../src/totp.ts'
import { databases, type TestDatabase } from './database.ts'
import { type Bot, createBot, type FakeChannel, fakeChannel } from './harness.ts'
import { addPeople, addTestOfficer, deskAt, draftOf, type Person, runOf, type TestOfficer, unitRows } from './people.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe.each(databases)('a broadcast over %s', (_, openTest) => {
  let database: TestDatabase
  let bot: Bot
  let telegram: FakeChannel
  let zalo: FakeChannel
  let editor: TestOfficer
  let approver: TestOfficer
  let second: TestOfficer

  beforeEach(async () => {
    database = await openTest()
    telegram = fakeChannel('telegram', { perSecond: 5_000 })
    zalo = fakeChannel('zalo', { perSecond: 5_000, windowHours: 168, freeHours: 48 })
    bot = await createBot({ database, channels: [telegram, zalo] })
    await bot.db.write(unitRows())
    editor = await addTestOfficer(bot.db, bot.keys, 'soan', 'tinh', ['editor'])
    approver = await addTestOfficer(bot.db, bot.keys, 'duyet', 'tinh', ['approver'])
    second = await addTestOfficer(bot.db, bot.keys, 'duyet2', 'tinh', ['approver', 'admin'])
  })
  afterEach(() => database.close())

  const desk = (officer: TestOfficer) => deskAt(bot.db, bot.keys, officer.id, bot.clock.now())
  /** Digits are used once: the clock goes on to the next ones. */
  const digits = (officer: TestOfficer) => {
    bot.clock.advance(30_000)
    return totpDigits(officer.secret, bot.clock.now())
  }
  const many = (n: number, person: Person = {}) =>
    addPeople(
      bot.db,
      Array.from({ length: n }, () => person),
    )
  const run = async (draft: Parameters<typeof runOf>[1] = {}) => runOf(await desk(editor), draft)
  /** Everything that is due now, the clock standing still. */
  const settle = async () => {
    for (let round = 0; round < 20; round++) {
      const moved = await bot.broadcasts.tick()
      await bot.dispatcher.drain()
      if (!moved && !(await bot.broadcasts.tick())) return
    }
  }
  const counts = async (id: number) => {
    const list = await listCounts(bot.db, id)
    return Object.fromEntries(list.map(({ channel, state, reason, n }) => [`${channel} ${state}${reason && ` ${reason}`}`, n]))
  }
  const stateOf = async (id: number) => (await findBroadcast(bot.db, id))?.state
  const found = async (id: number): Promise<OwnedBroadcast> => {
    const one = await findBroadcast(bot.db, id)
    if (!one) throw new Error(`no run ${id}`)
    return one
  }
  const act = async (writes: Promise<Statement[]>) => bot.db.write(await writes)

  test('an officer writes, another approves with six digits; after five minutes everybody gets it once', async () => {
    await many(25)
    const id = await draftOf(await desk(editor), { content: { label: '[Tin Cuộc vận động]' } })
    const seen = async () => {
      const campaign = await findCampaign(bot.db, id)
      if (!campaign) throw new Error('gone')
      return campaign
    }
    await act(submitCampaign(await desk(editor), await seen()).then(({ writes }) => writes))
    const code = digits(approver)
    await act(approveCampaign(await desk(approver), await seen(), 1, code).then(({ writes }) => writes))
    await settle()
    expect(telegram.sent).toEqual([])
    expect(await counts(1)).toEqual({ 'telegram queued': 25 })
    bot.clock.advance(5 * MINUTE)
    await settle()
    expect(telegram.sent).toHaveLength(25)
    expect(new Set(telegram.sent.map(({ address }) => address)).size).toBe(25)
    expect(telegram.sent[0]?.text).toMatch(/^\[Tin Cuộc vận động\] Mời đoàn viên[\s\S]*LĐLĐ tỉnh Mẫu · mã tin [2-9A-Z]{4}-[2-9A-Z]{4}/)
    expect(await counts(1)).toEqual({ 'telegram sent': 25 })
    expect(await stateOf(1)).toBe('done')
    expect((await seen()).state).toBe('done')
  })

  test('left out without a row: no consent, child, unknown age, a group, another unit, an unwanted topic', async () => {
    await bot.db.write([{ sql: "INSERT INTO topics(id, vi, en, place) VALUES ('ocop', 'OCOP', 'OCOP', 1)", args: [] }])
    const [wanted] = await addPeople(bot.db, [
      {},
      { push: 0 },
      { age: 'under16' },
      { age: 'unknown' },
      { kind: 'group' },
      { unit: 'xa-khac' },
      { unit: null },
      { memberKind: 'nguoi_dan' },
      { joined: '2020-01-01' },
      { channel: 'zalo' },
    ])
    const [unwilling] = await addPeople(bot.db, [{}], 3000)
    await bot.db.write([{ sql: "INSERT INTO topic_stops(contact_id, topic) VALUES (?, 'ocop')", args: [unwilling ?? ''] }])
    const id = await run({
      topic: 'ocop',
      audience: { unitId: 'xa', memberKinds: ['cong_doan'], joinedSince: '2025-01-01', channels: ['telegram'] },
    })
    await settle()
    expect(await bot.db.read('SELECT contact_id, state FROM outbox WHERE broadcast_id = ?', [String(id)])).toEqual([
      { contact_id: wanted, state: 'sent' },
    ])
  })

  test('what changed since the audience was frozen is tested at the claim: stopped, erased, this week full, window closed', async () => {
    const [stopped, erased, full, fine] = await many(4)
    const [late] = await addPeople(bot.db, [{ channel: 'zalo', seenAt: bot.clock.now().getTime() - 167 * HOUR }], 5000)
    const id = await run()
    await bot.broadcasts.tick()
    await bot.db.write([
      { sql: 'UPDATE contacts SET push = 0 WHERE id = ?', args: [stopped ?? ''] },
      { sql: "UPDATE outbox SET contact_id = NULL, address_id = '' WHERE contact_id = ?", args: [erased ?? ''] },
      { sql: "INSERT INTO push_counts(contact_id, week, n) VALUES (?, '2026-11-23', 3)", args: [full ?? ''] },
    ])
    bot.clock.advance(2 * HOUR)
    await bot.db.write([{ sql: 'UPDATE broadcasts SET starts_at = ?', args: [bot.clock.now().getTime()] }])
    await settle()
    expect(telegram.sent.map(({ address }) => address)).toEqual(['1003'])
    expect(zalo.sent).toEqual([])
    expect(await counts(id)).toEqual({
      'telegram sent': 1,
      'telegram skipped opted_out': 1,
      'telegram skipped erased': 1,
      'telegram skipped weekly_cap': 1,
      'zalo skipped outside_window': 1,
    })
    expect(totalOf(await listCounts(bot.db, id))).toBe(5)
    const weekly = await bot.db.read('SELECT contact_id, n FROM push_counts WHERE n > 0 ORDER BY n')
    expect(weekly).toEqual([
      { contact_id: fine, n: 1 },
      { contact_id: full, n: 3 },
    ])
    expect(late).toBeDefined()
  })

  test('one person with two accounts gets one message, where their Zalo window is open', async () => {
    const [both] = await many(1)
    await bot.db.write([
      {
        sql: "INSERT INTO addresses(id, contact_id, channel, native, turn, in_at) VALUES ('second', ?, 'zalo', '77', 1, ?)",
        args: [both ?? '', bot.clock.now().getTime() - 24 * HOUR],
      },
      { sql: 'UPDATE contacts SET linked = 1 WHERE id = ?', args: [both ?? ''] },
    ])
    const id = await run()
    await settle()
    expect([telegram.sent.length, zalo.sent.map(({ address }) => address)]).toEqual([0, ['77']])
    expect(await counts(id)).toEqual({ 'zalo sent': 1 })
  })

  test('three pushes a week, Monday to Sunday in Vietnam', async () => {
    await many(1)
    for (let i = 0; i < 4; i++) await run()
    await settle()
    expect(telegram.sent).toHaveLength(3)
    // Sunday 23:59 is still this week; Monday begins at 00:00 Vietnam time, and messages at 07:00.
    bot.clock.set('2026-11-29T13:30:00.000Z')
    await run()
    await settle()
    expect(telegram.sent).toHaveLength(3)
    bot.clock.set('2026-11-30T00:30:00.000Z')
    await run()
    await settle()
    expect(telegram.sent).toHaveLength(4)
  })

  test('at 21:00 a run rests until 07:00', async () => {
    await many(3)
    const id = await run()
    await bot.broadcasts.tick()
    bot.clock.set('2026-11-23T14:00:00.000Z')
    await bot.db.write([{ sql: 'UPDATE broadcasts SET starts_at = ?', args: [bot.clock.now().getTime()] }])
    await settle()
    expect(telegram.sent).toEqual([])
    bot.clock.set('2026-11-23T23:59:00.000Z')
    await settle()
    expect(telegram.sent).toEqual([])
    bot.clock.set('2026-11-24T00:00:01.000Z')
    await settle()
    expect(telegram.sent).toHaveLength(3)
    expect(await stateOf(id)).toBe('done')
  })

  test('what the platform says of each is kept, a tenth blocked, and the sums hold', async () => {
    const people = await many(100)
    let sent = 0
    telegram.fault = ({ address }) => {
      if (Number(address) % 10 === 0) throw new SendError('blocked', 'telegram_403')
      if (++sent % 25 === 0) throw new SendError('rate_limited', 'telegram_429', 2)
    }
    const id = await run()
    for (let i = 0; i < 10; i++) {
      await settle()
      bot.clock.advance(3_000)
    }
    expect(await counts(id)).toEqual({ 'telegram sent': 90, 'telegram failed telegram_403': 10 })
    expect(new Set(telegram.sent.map(({ address }) => address)).size).toBe(telegram.sent.length)
    const [left] = await bot.db.read('SELECT count(*) AS n FROM contacts WHERE push = 1')
    expect(Number(left?.n)).toBe(people.length - 10)
  })

  test('nobody knows whether it arrived: listed, not sent again, until an officer says so', async () => {
    await many(10)
    telegram.fault = ({ address }) => {
      if (address === '1003') throw new SendError('unknown', 'telegram_no_answer')
    }
    const id = await run()
    await settle()
    bot.clock.advance(HOUR)
    await settle()
    expect(await counts(id)).toEqual({ 'telegram sent': 9, 'telegram unknown telegram_no_answer': 1 })
    expect(await stateOf(id)).toBe('done')
    telegram.fault = undefined
    const code = digits(approver)
    await act(resendBroadcast(await desk(approver), await found(id), 'failed', code))
    await settle()
    expect(telegram.sent).toHaveLength(9)
    const other = digits(approver)
    await act(resendBroadcast(await desk(approver), await found(id), 'unknown', other))
    await settle()
    expect(await counts(id)).toEqual({ 'telegram sent': 10 })
    expect(await stateOf(id)).toBe('done')
  })

  test('too many failures that no person explains: the run pauses by itself and says so to its officers', async () => {
    await many(700)
    telegram.fault = () => {
      throw new SendError('refused', 'telegram_400')
    }
    const [chat] = await addPeople(bot.db, [{ push: 0, native: '42' }])
    await bot.db.write([{ sql: 'UPDATE officers SET contact_id = ? WHERE id = ?', args: [chat ?? '', editor.id] }])
    const id = await run()
    await bot.broadcasts.tick()
    await bot.broadcasts.tick()
    await bot.dispatcher.drain()
    expect(await found(id)).toMatchObject({ state: 'paused', reason: 'budget' })
    telegram.fault = undefined
    await settle()
    expect(telegram.sent.map(({ address, text }) => [address, text.includes('tự tạm dừng')])).toEqual([['42', true]])
    await settle()
    expect(telegram.sent).toHaveLength(1)
    expect(totalOf(await listCounts(bot.db, id))).toBe(700)
    const code = digits(approver)
    await act(resumeBroadcast(await desk(approver), await found(id), code))
    await settle()
    const after = await counts(id)
    expect(Number(after['telegram sent']) + Number(after['telegram failed telegram_400'])).toBe(700)
  })

  test('an officer rests a run, goes on, cancels it: whom it did not reach is listed', async () => {
    await many(50)
    const id = await run()
    await bot.broadcasts.tick()
    const code = digits(editor)
    await act(pauseBroadcast(await desk(editor), await found(id), code))
    await settle()
    expect(telegram.sent).toEqual([])
    await expect(resumeBroadcast(await desk(editor), await found(id), digits(editor))).rejects.toMatchObject({ code: 'forbidden' })
    telegram.fault = () => {
      if (telegram.sent.length >= 20) throw new SendError('later', 'zalo_night', 3600)
    }
    const again = digits(approver)
    await act(resumeBroadcast(await desk(approver), await found(id), again))
    await settle()
    expect(await counts(id)).toEqual({ 'telegram queued': 30, 'telegram sent': 20 })
    const last = digits(approver)
    await act(cancelBroadcast(await desk(approver), await found(id), last))
    await settle()
    expect(await counts(id)).toEqual({ 'telegram skipped cancelled': 30, 'telegram sent': 20 })
    expect(await stateOf(id)).toBe('cancelled')
  })

  test('one officer stops everything; it takes two to start again', async () => {
    await many(5)
    const id = await run()
    await bot.broadcasts.tick()
    const code = digits(second)
    await act(haltPushes(await desk(second), code))
    bot.clock.advance(2_000)
    await settle()
    expect(telegram.sent).toEqual([])
    const first = digits(second)
    const asked = await restartPushes(await desk(second), first)
    await bot.db.write(asked.writes)
    await settle()
    expect([asked.restarted, telegram.sent.length]).toEqual([false, 0])
    await expect(restartPushes(await desk(second), digits(second))).rejects.toMatchObject({ message: 'desk.restart_second' })
    const other = digits(approver)
    const done = await restartPushes(await desk(approver), other)
    await bot.db.write(done.writes)
    bot.clock.advance(2_000)
    await settle()
    expect([done.restarted, await counts(id)]).toEqual([true, { 'telegram sent': 5 }])
  })

  test('a start missed by less than an hour is made up for, by more it is asked about', async () => {
    await many(2)
    const early = await run()
    bot.clock.advance(59 * MINUTE)
    await settle()
    expect(await stateOf(early)).toBe('done')
    const late = await run()
    bot.clock.advance(61 * MINUTE)
    await settle()
    expect(await found(late)).toMatchObject({ state: 'paused', reason: 'missed' })
    const code = digits(approver)
    await act(resumeBroadcast(await desk(approver), await found(late), code))
    await settle()
    expect(await stateOf(late)).toBe('done')
  })

  test('people who wait on a channel that was switched off hold nothing up', async () => {
    await many(2)
    const id = await run()
    await bot.broadcasts.tick()
    await bot.db.write([
      { sql: "UPDATE outbox SET channel = 'gone' WHERE id = (SELECT min(id) FROM outbox)", args: [] },
      { sql: 'UPDATE broadcast_totals SET queued = 1', args: [] },
      { sql: "INSERT INTO broadcast_totals(broadcast_id, channel, queued) VALUES (?, 'gone', 1)", args: [id] },
    ])
    await settle()
    expect(await counts(id)).toEqual({ 'telegram sent': 1, 'gone skipped channel_off': 1 })
    expect(await stateOf(id)).toBe('done')
  })
})
