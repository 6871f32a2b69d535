/**
 * Members of a unit that is no more (F65, R22): told once, by the road and the hours of every message, moved where there
 * is one unit to go to, and free to refuse. Who never agreed to messages is neither written to nor moved.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { planChange } from '../db/unit-changes.ts'
import { findMembers } from '../db/unit-members.ts'
import { loadLevelNames } from '../db/unit-rows.ts'
import { reorganise } from '../src/reorganise.ts'
import { changeSchema } from '../src/tree.ts'
import { type Bot, createBot, fakeChannel } from './harness.ts'
import { addMany, addPeople, addTestOfficer, deskAt, unitRows } from './people.ts'

const LEVELS = [{ kind: 'cong_doan', level: 'co_so', vi: 'Công đoàn cơ sở', en: 'Grassroots union' }]

describe('reorganise', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel(), fakeChannel('zalo', { windowHours: 168 })] })
    await bot.db.write([...unitRows(), ...loadLevelNames(LEVELS)])
    await addTestOfficer(bot.db, bot.keys, 'ad', 'tinh', ['admin'])
  })
  afterEach(() => bot.close())

  const tick = () => reorganise({ db: bot.db, keys: bot.keys, channels: bot.channels, now: bot.clock.now, log: () => {} })
  const change = async (id: string, wish: Record<string, unknown>) =>
    bot.db.write(
      (await planChange(await deskAt(bot.db, bot.keys, 'ad', bot.clock.now()), id, changeSchema.parse({ day: '2026-11-23', ...wish })))
        .writes,
    )
  const members = async (unit: string) => Number((await bot.db.read('SELECT count(*) AS n FROM contacts WHERE unit_id = ?', [unit]))[0]?.n)
  const queued = async () => (await bot.db.read('SELECT due_at FROM outbox ORDER BY due_at')).map(({ due_at }) => Number(due_at))
  const state = async () => (await bot.db.read('SELECT state, told FROM unit_changes'))[0]

  test('a whole merger: told once, moved, leaves again by the word of the notice', async () => {
    await addPeople(bot.db, [{ unit: 'xa', native: '100' }])
    await change('xa-khac', { kind: 'merge', sources: ['xa'], note: 'Nghị quyết số 1' })
    await tick()
    await tick()
    await bot.dispatcher.drain()
    const [told, ...more] = bot.person('100').heard()
    expect(more).toEqual([])
    expect(told?.text).toContain(
      'Từ ngày 23/11/2026, Công đoàn xã Mẫu đã nhập vào Công đoàn xã Khác. Nghị quyết số 1. Trợ lý đã chuyển bạn',
    )
    expect(told?.text).toContain('tự nguyện')
    expect(told?.buttons.map((button) => ('word' in button ? button.word : ''))).toEqual(['rời đơn vị', 'đổi đơn vị'])
    expect(await members('xa-khac')).toBe(1)
    expect(await state()).toEqual({ state: 'done', told: 1 })
    await bot.person('100').says('roi don vi')
    expect(await members('xa-khac')).toBe(0)
  })

  test.each([
    ['never agreed to messages', { push: 0 }],
    ['agreed to deals alone', { push: 0, deals: 1 }],
    ['stopped them', { stopped: 1 }],
    ['is a group chat', { kind: 'group' }],
    ['wrote on a channel that is switched off', { channel: 'gone' }],
    ['wrote on Zalo too long ago to be written to', { channel: 'zalo', seenAt: Date.parse('2026-11-15T02:00:00Z') }],
  ])('who %s is neither written to nor moved, and is asked when they come', async (_who, person) => {
    await addPeople(bot.db, [{ unit: 'xa', native: '100', ...person }])
    await change('xa-khac', { kind: 'merge', sources: ['xa'] })
    await tick()
    await bot.dispatcher.drain()
    expect(bot.person('100').heard()).toEqual([])
    expect(await members('xa')).toBe(1)
    expect((await state())?.state).toBe('done')
    if ('kind' in person || 'channel' in person) return
    const asked = await bot.person('100').says('đơn vị')
    expect(asked.at(-1)?.text).toContain('Tên cũ: Công đoàn xã Mẫu')
    expect(asked.at(-1)?.buttons[0]?.label).toContain('Công đoàn xã Khác')
  })

  test('a split names no heir for anybody: each chooses', async () => {
    await addPeople(bot.db, [{ unit: 'co-so', native: '100' }])
    await change('co-so', { kind: 'split', heirs: [{ name: 'CĐCS Một' }, { name: 'CĐCS Hai' }] })
    await tick()
    await bot.dispatcher.drain()
    expect(bot.person('100').heard()[0]?.text).toContain('CĐCS Công ty Mẫu đã chia thành các đơn vị khác')
    expect(await members('co-so')).toBe(1)
    const asked = await bot.person('100').says('đổi đơn vị')
    expect(asked.at(-1)?.buttons.map(({ label }) => label.split(' · ')[0])).toEqual(['CĐCS Hai', 'CĐCS Một'])
  })

  test('at night nobody is moved or written to; who withdraws before the morning never is', async () => {
    const [stays] = await addPeople(bot.db, [
      { unit: 'co-so', native: '100' },
      { unit: 'co-so', native: '101' },
    ])
    bot.clock.set('2026-11-23T15:00:00.000Z')
    await change('xa-khac', { kind: 'merge', sources: ['co-so'] })
    await tick()
    expect([await queued(), await members('co-so')]).toEqual([[], 2])
    await bot.db.write([{ sql: 'UPDATE contacts SET push = 0 WHERE id = ?', args: [stays ?? ''] }])
    bot.clock.set('2026-11-24T00:00:00.000Z')
    await tick()
    await bot.dispatcher.drain()
    expect(bot.person('100').heard()).toEqual([])
    expect(bot.person('101').heard()).toHaveLength(1)
    expect(await members('co-so')).toBe(1)
  })

  test('an emergency stop holds it', async () => {
    await addPeople(bot.db, [{ unit: 'co-so', native: '100' }])
    await bot.db.write([{ sql: "INSERT INTO halts(at, officer_id) VALUES ('2026-11-23', 'ad')", args: [] }])
    await change('co-so', { kind: 'close' })
    await tick()
    expect(await queued()).toEqual([])
    await bot.db.write([{ sql: "UPDATE halts SET ended_at = '2026-11-23'", args: [] }])
    await tick()
    expect(await queued()).toHaveLength(1)
  })

  test('many are told little by little, and two processes tell nobody twice', async () => {
    await addMany(bot.db, 1500, { unit: 'co-so' })
    await addMany(bot.db, 1100, { unit: 'xuong' })
    await addMany(bot.db, 40, { unit: 'xuong', push: 0 })
    await change('xa-khac', { kind: 'merge', sources: ['co-so', 'xuong'] })
    await tick()
    const first = await queued()
    // Ten a second, and no further ahead than it is walked: most are not even moved yet.
    expect(first.length).toBeLessThan(1600)
    expect((first.at(-1) ?? 0) - (first[0] ?? 0)).toBeGreaterThanOrEqual((first.length - 1) * 100)
    expect(await members('xa-khac')).toBe(first.length)
    for (let minutes = 0; minutes < 10; minutes++) {
      bot.clock.advance(60_000)
      await Promise.all([tick(), tick()])
    }
    expect(await queued()).toHaveLength(2600)
    expect(await members('xa-khac')).toBe(2600)
    expect(await members('xuong')).toBe(40)
    expect(await bot.db.read('SELECT max(n) AS n FROM (SELECT count(*) AS n FROM outbox GROUP BY address_id)')).toEqual([{ n: 1 }])
    expect(await state()).toEqual({ state: 'done', told: 2600 })
  })

  test('units that close on one day share one pace', async () => {
    await addMany(bot.db, 150, { unit: 'co-so' })
    await addMany(bot.db, 150, { unit: 'xuong' })
    await change('co-so', { kind: 'close' })
    await change('xuong', { kind: 'close' })
    await tick()
    const due = await queued()
    expect(due).toHaveLength(300)
    expect(due.every((at, i) => i === 0 || at - (due[i - 1] ?? 0) >= 100)).toBe(true)
  })

  test('what waits for its day comes before what is being told', async () => {
    await addMany(bot.db, 10, { unit: 'co-so' })
    await change('co-so', { kind: 'close' })
    await change('xuong', { kind: 'rename', name: 'CĐCS Xưởng Mới', day: '2026-11-24' })
    bot.clock.set('2026-11-23T17:30:00.000Z')
    await tick()
    expect(await bot.db.read("SELECT name FROM units WHERE id = 'xuong'")).toEqual([{ name: 'CĐCS Xưởng Mới' }])
    expect(await queued()).toEqual([])
  })

  test('a process that dies between two steps leaves the rest to the next', async () => {
    await addMany(bot.db, 900, { unit: 'co-so' })
    await change('xa-khac', { kind: 'merge', sources: ['co-so'] })
    let writes = 0
    const dying = {
      ...bot.db,
      write: (statements: Parameters<typeof bot.db.write>[0]) => {
        if (++writes === 3) throw new Error('killed')
        return bot.db.write(statements)
      },
    }
    await reorganise({ db: dying, keys: bot.keys, channels: bot.channels, now: bot.clock.now, log: () => {} })
    expect(await members('xa-khac')).toBe(400)
    await tick()
    bot.clock.advance(120_000)
    await tick()
    expect(await members('xa-khac')).toBe(900)
    expect(await queued()).toHaveLength(900)
  })

  test('members are walked along the index of their unit', async () => {
    await addMany(bot.db, 3, { unit: 'co-so' })
    expect((await findMembers(bot.db, 'co-so', '', 2)).full).toBe(true)
    const plan = await bot.db.read(
      `EXPLAIN QUERY PLAN SELECT c.id FROM contacts c LEFT JOIN addresses a ON a.id = c.last_address
       WHERE c.unit_id = 'co-so' AND c.id > '' ORDER BY c.id LIMIT 200`,
    )
    expect(plan.map(({ detail }) => String(detail)).join('\n')).toMatch(/contacts_unit \(unit_id=\? AND id>\?\)/)
    expect(plan.map(({ detail }) => String(detail)).join('\n')).not.toMatch(/SCAN|TEMP/)
  })
})
