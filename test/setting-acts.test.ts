import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPushRules } from '../db/push-rules.ts'
import { effectiveOf, setSetting } from '../db/setting-acts.ts'
import { changeSetting, listSettings } from '../db/settings.ts'
import type { Db } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { createRetention } from '../src/retention.ts'
import { SETTING, SETTINGS, type SettingName } from '../src/settings.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { addTestOfficer, deskAt, unitRows } from './people.ts'

describe('settings', () => {
  let database: TestDatabase
  let db: Db
  const keys = createNodeKeys(new Uint8Array(32).fill(3))
  const now = new Date('2026-11-23T02:00:00Z')
  const desk = (id: string) => deskAt(db, keys, id, now)
  const set = async (name: SettingName, typed: string, was: string | null = null, who = 'top') =>
    db.write(setSetting(await desk(who), name, typed, was))
  beforeEach(async () => {
    database = await openTestFile()
    db = database.db
    await db.write(unitRows())
    await addTestOfficer(db, keys, 'top', 'tinh', ['admin'])
    await addTestOfficer(db, keys, 'commune', 'xa', ['admin'])
    await addTestOfficer(db, keys, 'data', 'tinh', ['data'])
  })
  afterEach(() => database.close())

  test.each<[SettingName, string[], string[]]>([
    ['quiet_from', ['12', '20', '22', ' 21 '], ['23', '24', '0', '11', '9', '21.5', '-1', '']],
    ['quiet_to', ['7', '07', '11'], ['6', '0', '12', '23']],
    ['weekly_cap', ['1', '2', '3'], ['0', '4', '99']],
    ['telegram_paid_rate', ['31', '1000'], ['30', '1001']],
    ['keep_audit_months', ['24', '120'], ['23', '121']],
    ['keep_request_months', ['24', '60'], ['12']],
    ['keep_incident_months', ['24'], ['23']],
    ['keep_case_months', ['6', '24'], ['25', '5']],
    ['keep_identity_days', ['30', '90'], ['91', '29']],
    ['keep_inquiry_days', ['7', '30'], ['31']],
    ['telegram_name', ['HangVietBot'], ['@HangVietBot', 'a b', 'abc']],
    ['zalo_template', ['12345'], ['12a']],
    ['link_hosts', ['congdoan.vn *.gov.vn', 'a.vn,b.vn'], ['https://a.vn', 'vn', '*', '*.*', 'a.vn/x']],
    ['unit_name', ['LĐLĐ tỉnh Mẫu'], ['a\nb', 'x'.repeat(201)]],
  ])('%s takes what is within its floor and nothing beyond it', async (name, good, bad) => {
    for (const typed of good) expect(SETTING[name].schema.safeParse(typed).success, typed).toBe(true)
    const top = await desk('top')
    for (const typed of bad.filter((one) => one !== '')) {
      expect(SETTING[name].schema.safeParse(typed).success, typed).toBe(false)
      expect(() => setSetting(top, name, typed, null), typed).toThrow(`settings.e_${name}`)
    }
    expect(await listSettings(db)).toEqual({})
  })

  test('a row that is looser than the law does not count, whoever wrote it', async () => {
    for (const [name, value] of [
      ['quiet_from', '23'],
      ['quiet_to', '5'],
      ['weekly_cap', '9'],
    ] as const)
      await db.write([changeSetting(name, value, now)])
    const { quiet, weeklyCap } = await findPushRules(db)
    expect([quiet, weeklyCap]).toEqual([{ from: 21, to: 7 }, 3])
    expect(effectiveOf(await listSettings(db), 'weekly_cap')).toBe('3')
    await set('quiet_from', '18', '23')
    expect((await findPushRules(db)).quiet).toEqual({ from: 18, to: 7 })
  })

  test('is changed from the top only, recorded without what it says about anybody, and goes back to its default', async () => {
    await expect(set('unit_name', 'Khác', null, 'commune')).rejects.toThrow('desk.only_top')
    await expect(set('unit_name', 'Khác', null, 'data')).rejects.toThrow('desk.only_top')
    await set('data_officer', 'Bộ phận dữ liệu, 0299.111.222')
    await set('weekly_cap', '2')
    await set('weekly_cap', '', '2')
    expect(await listSettings(db)).toEqual({ data_officer: 'Bộ phận dữ liệu, 0299.111.222' })
    const rows = await db.read('SELECT act, about_id, detail FROM audit ORDER BY id')
    expect(rows).toEqual([
      { act: 'setting.write', about_id: 'data_officer', detail: '{"name":"data_officer"}' },
      { act: 'setting.write', about_id: 'weekly_cap', detail: '{"name":"weekly_cap","value":"2"}' },
      { act: 'setting.write', about_id: 'weekly_cap', detail: '{"name":"weekly_cap","value":"default"}' },
    ])
  })

  test('two officers do not undo each other unawares', async () => {
    await set('weekly_cap', '2')
    await expect(set('weekly_cap', '1', null)).rejects.toThrow()
    await expect(set('weekly_cap', '1', '3')).rejects.toThrow()
    await set('weekly_cap', '1', '2')
    expect(await listSettings(db)).toEqual({ weekly_cap: '1' })
  })

  test('the nightly job keeps for as long as is set', async () => {
    const inquiry = (id: string, days: number) => ({
      sql: `INSERT INTO inquiries(id, contact_id, address_id, box, asked_at, due_at, answered_at) VALUES (?, 'c', 'a', x'00', '2026', '2026', ?)`,
      args: [id, new Date(now.getTime() - days * 86_400_000).toISOString()],
    })
    await db.write([inquiry('old', 10), inquiry('young', 6)])
    const run = () => createRetention({ db, keys, now: () => now, log: () => {} }).run()
    expect((await run()).inquiries).toBe(0)
    await set('keep_inquiry_days', '7')
    expect((await run()).inquiries).toBe(1)
    expect(await db.read('SELECT id FROM inquiries')).toEqual([{ id: 'young' }])
  })

  test('every setting has a default within its own floor, or none', () => {
    for (const name of SETTINGS) {
      const { fallback, schema } = SETTING[name]
      if (fallback !== null) expect(schema.safeParse(fallback), name).toEqual({ success: true, data: fallback })
    }
  })
})
