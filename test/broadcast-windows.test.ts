/**
 * A run on Zalo, over the real channel and a Zalo of our own: who gets the message, who the approved template, who is
 * skipped, and what Zalo's refusals do to the run.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countAudience } from '../db/audience.ts'
import { resumeBroadcast } from '../db/broadcast-acts.ts'
import { findBroadcast } from '../db/broadcasts.ts'
import { listCounts, totalOf } from '../db/ledger-counts.ts'
import { changeSetting } from '../db/settings.ts'
import { audienceSchema, codeWritten } from '../src/campaign.ts'
import { totpDigits } from '../src/totp.ts'
import { windowsOf } from '../src/windows.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { type Bot, createBot, type FakeChannel, fakeChannel } from './harness.ts'
import { addPeople, addTestOfficer, deskAt, runOf, type TestOfficer, unitRows } from './people.ts'
import { zaloOnFake } from './zalo-kit.ts'

const MESSAGE = '/v3.0/oa/message/cs'
const TEMPLATE = '/v3.0/oa/message/template'
const APPROVED = '215317'
const HOUR = 3600_000

describe('a broadcast on Zalo', () => {
  let database: TestDatabase
  let bot: Bot
  let telegram: FakeChannel
  let approver: TestOfficer
  let fake: Awaited<ReturnType<typeof zaloOnFake>>['fake']

  beforeEach(async () => {
    database = await openTestFile()
    const bench = await zaloOnFake({ perMinute: 60_000, now: () => bot.clock.now() })
    fake = bench.fake
    telegram = fakeChannel('telegram')
    const { limits, send, sendTemplate } = bench.zalo
    const zalo = Object.assign(fakeChannel('zalo', limits), { send, sendTemplate })
    bot = await createBot({ database, channels: [telegram, zalo] })
    await bot.db.write(unitRows())
    const [chat] = await addPeople(bot.db, [{ native: '42', push: 0 }])
    await addTestOfficer(bot.db, bot.keys, 'soan', 'tinh', ['editor'], chat)
    approver = await addTestOfficer(bot.db, bot.keys, 'duyet', 'tinh', ['approver'])
  })
  afterEach(async () => {
    await fake.close()
    await database.close()
  })

  const approve = () => bot.db.write([changeSetting('zalo_template', APPROVED, bot.clock.now())])
  /** Some who wrote within the week, some before it. */
  const members = async (inside: number, outside: number) => {
    const wrote = (hours: number) => ({ channel: 'zalo', seenAt: bot.clock.now().getTime() - hours * HOUR })
    await addPeople(bot.db, [...Array.from({ length: inside }, () => wrote(167)), ...Array.from({ length: outside }, () => wrote(169))])
  }
  const run = async (zaloTemplate = true) => runOf(await deskAt(bot.db, bot.keys, 'soan', bot.clock.now()), { content: { zaloTemplate } })
  const settle = async () => {
    for (let round = 0; round < 20; round++) {
      const moved = await bot.broadcasts.tick()
      await bot.dispatcher.drain()
      if (!moved && !(await bot.broadcasts.tick())) return
    }
  }
  const counts = async (id: number) => {
    const list = await listCounts(bot.db, id)
    return Object.fromEntries(list.map(({ state, reason, n }) => [`${state}${reason && ` ${reason}`}`, n]))
  }
  const resume = async (id: number) => {
    const found = await findBroadcast(bot.db, id)
    if (!found) throw new Error('no run')
    bot.clock.advance(30_000)
    const digits = totpDigits(approver.secret, bot.clock.now())
    await bot.db.write(await resumeBroadcast(await deskAt(bot.db, bot.keys, approver.id, bot.clock.now()), found, digits))
  }
  const toldOfQuota = () => telegram.sent.filter(({ address, text }) => address === '42' && text.includes('hết số tin')).length

  test('says it in full inside the window and by the approved template outside', async () => {
    await approve()
    await members(2, 3)
    const id = await run()
    await settle()
    expect(await counts(id)).toEqual({ sent: 5 })
    const code = codeWritten((await findBroadcast(bot.db, id))?.code ?? '')
    const values = { tieu_de: 'Tin thử', don_vi: 'LĐLĐ tỉnh Mẫu', ma_tin: code }
    expect(fake.messages()).toHaveLength(2)
    const templates = ['1002', '1003', '1004'].map((person) => ({ user_id: person, template_id: APPROVED, template_data: values }))
    expect(fake.templates()).toHaveLength(3)
    expect(fake.templates()).toEqual(expect.arrayContaining(templates))
    // It counts as one of the week's, like any other.
    expect(await bot.db.read('SELECT n FROM push_counts')).toEqual(Array(5).fill({ n: 1 }))
  })

  test('says before how many messages cost money: templates do', async () => {
    await members(2, 3)
    const audience = audienceSchema.parse({ unitId: 'tinh' })
    const rules = { audience, path: '/tinh/', topic: null, windows: windowsOf(bot.channels), now: bot.clock.now() }
    const week = { week: '2026-11-23', cap: 3, breathe: () => Promise.resolve() }
    const counted = async (template: boolean) => (await countAudience(bot.db, { ...rules, template }, week)).channels
    expect(await counted(false)).toEqual({ zalo: { people: 5, outside: 3, billed: 2 } })
    expect(await counted(true)).toEqual({ zalo: { people: 5, outside: 0, billed: 5 } })
  })

  test.each([
    ['no template is set', false, true],
    ['the campaign does not want it', true, false],
  ])('skips who is outside where %s', async (_, set, wanted) => {
    if (set) await approve()
    await members(1, 2)
    const id = await run(wanted)
    await settle()
    expect(await counts(id)).toEqual({ sent: 1, 'skipped outside_window': 2 })
    expect(fake.templates()).toEqual([])
  })

  test('skips who is outside by Zalo’s own count', async () => {
    await members(2, 0)
    fake.script(MESSAGE, { error: -230 })
    const id = await run()
    await settle()
    expect(await counts(id)).toEqual({ sent: 1, 'skipped outside_window': 1 })
  })

  test('rests when the package is used up, and says so to its officers each time', async () => {
    await approve()
    await members(0, 3)
    fake.script(TEMPLATE, { error: -211 }, { error: -211 }, { error: -211 })
    const id = await run()
    await settle()
    expect(await findBroadcast(bot.db, id)).toMatchObject({ state: 'paused', reason: 'quota' })
    expect([await counts(id), toldOfQuota()]).toEqual([{ queued: 3 }, 1])
    await settle()
    expect(toldOfQuota()).toBe(1)
    fake.script(TEMPLATE, { error: -211 }, { error: -211 }, { error: -211 })
    await resume(id)
    await settle()
    expect([await counts(id), toldOfQuota()]).toEqual([{ queued: 3 }, 2])
    await resume(id)
    await settle()
    expect(await counts(id)).toEqual({ sent: 3 })
    expect((await findBroadcast(bot.db, id))?.state).toBe('done')
  })

  test('lists each other refusal with its reason, and whom nobody knows about as unknown', async () => {
    await approve()
    await members(0, 5)
    fake.script(TEMPLATE, { error: -201 }, { error: -217 }, { error: -249 }, 'drop')
    const id = await run()
    await settle()
    bot.clock.advance(HOUR)
    await settle()
    const known = await counts(id)
    expect(known).toEqual({
      sent: 1,
      'failed zalo_-201': 1,
      'failed zalo_-217': 1,
      'failed zalo_-249': 1,
      'unknown zalo_no_answer': 1,
    })
    expect(totalOf(await listCounts(bot.db, id))).toBe(5)
    expect(fake.templates()).toHaveLength(5)
  })
})
