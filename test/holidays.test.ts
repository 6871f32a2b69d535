/**
 * Holidays as rows: what comes with the program never overwrites an officer or a confirmed year; only checked days count; only
 * the highest unit's administrators change them, and each change is in the log.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holidays as builtIn } from '../content/data/holidays.ts'
import { addHoliday, confirmHolidays, editHoliday, removeHoliday } from '../db/holiday-desk.ts'
import { findHoliday, findHolidays, findHolidayYear, type Holiday, listHolidays, loadHolidays } from '../db/holidays.ts'
import type { Db, Row, Statement, Value } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { addTestOfficer, deskAt, unitRows } from './people.ts'

let database: TestDatabase
let db: Db
const keys = createNodeKeys(new Uint8Array(32).fill(3))
const NOW = new Date('2026-11-30T02:00:00Z')
const desk = (id = 'an', now = NOW) => deskAt(db, keys, id, now)
const write = async (statements: Statement[] | Promise<Statement[]>) => db.write(await statements)
const one = async (day: string): Promise<Holiday> => {
  const found = await findHoliday(db, day)
  if (!found) throw new Error(`no ${day}`)
  return found
}
const off = async (now = NOW) => [...(await findHolidays(db, now)).off]
const acts = async () => (await db.read("SELECT act, about_id, detail FROM audit WHERE about = 'holiday' ORDER BY id")).map(lineOf)
const lineOf = ({ act, about_id, detail }: Row) => `${act} ${about_id} ${detail}`
const DRAFT = { kind: 'off', vi: 'Nghỉ hoán đổi sau Tết', en: null, source: 'Công văn số 1/VPCP-KGVX' } as const

beforeEach(async () => {
  database = await openTestFile()
  db = database.db
  await db.write([...unitRows(), ...loadHolidays(builtIn)])
  await addTestOfficer(db, keys, 'an', 'tinh', ['admin'])
  await addTestOfficer(db, keys, 'xa', 'xa', ['admin'])
  await addTestOfficer(db, keys, 'doc', 'tinh', ['case', 'approver', 'editor', 'data', 'welfare', 'viewer'])
})
afterEach(() => database.close())

describe('what comes with the program', () => {
  const changes = async (rows = builtIn) => {
    const sums: Value[] = []
    for (const statement of loadHolidays(rows)) {
      const [, n] = await db.write([statement, { sql: 'SELECT changes() AS n', args: [] }])
      sums.push(n?.[0]?.n as Value)
    }
    return sums.map(Number)
  }

  test('is written once, follows the program where nobody touched it, and goes with it', async () => {
    expect(await changes()).toEqual([0, 0])
    const other = builtIn.slice(1).map((row) => (row.day === '2028-01-25' ? { ...row, vi: 'Tết Âm lịch', checked_on: '2027-10-01' } : row))
    expect(await changes(other)).toEqual([1, 1])
    expect(await one('2028-01-25')).toMatchObject({ vi: 'Tết Âm lịch', checkedOn: '2027-10-01', builtIn: true, edition: '' })
    expect(await findHoliday(db, builtIn[0]?.day ?? '')).toBeUndefined()
  })

  test('stays an officer’s once they changed it or took it out', async () => {
    await write(editHoliday(await desk(), await one('2028-01-25'), { ...DRAFT, vi: 'Ba mươi Tết' }, '2026-11-30'))
    await write(removeHoliday(await desk(), await one('2027-11-24')))
    const other = builtIn.map((row) => ({ ...row, vi: `${row.vi}.` })).filter(({ day }) => day !== '2028-01-25')
    await changes(other)
    expect(await one('2028-01-25')).toMatchObject({ vi: 'Ba mươi Tết', checkedOn: '2026-11-30' })
    expect(await one('2027-11-24')).toMatchObject({ dropped: true, vi: 'Ngày Văn hóa Việt Nam' })
    expect(await one('2027-09-02')).toMatchObject({ vi: 'Quốc khánh.' })
    expect(await off()).not.toContain('2027-11-24')
  })

  test('adds and changes nothing in a year that was confirmed', async () => {
    await write(confirmHolidays(await desk(), '2027'))
    const more = { ...DRAFT, day: '2027-12-31', en: 'x', checked_on: '2026-11-01' }
    await changes([...builtIn.filter(({ day }) => day !== '2027-02-10').map((row) => ({ ...row, vi: `${row.vi}.` })), more])
    expect((await listHolidays(db, '2027-01-01', '2027-12-31')).map(({ vi }) => vi).filter((vi) => vi.endsWith('.'))).toEqual([])
    expect([await findHoliday(db, '2027-12-31'), (await one('2027-02-10')).vi]).toEqual([undefined, 'Tết Âm lịch, mùng 5 (nghỉ bù)'])
    expect((await one('2028-05-01')).vi).toBe('Ngày Quốc tế lao động.')
  })
})

describe('what counts', () => {
  test('is what was checked and not taken out, around the day alone, found by the key', async () => {
    const said: string[] = []
    const watched: Db = {
      ...db,
      read(sql, args) {
        said.push(sql)
        return db.read(sql, args)
      },
    }
    const { off: days, work } = await findHolidays(watched, NOW)
    expect([days.has('2027-02-04'), days.has('2028-01-03'), days.has('2028-01-26')]).toEqual([true, true, false])
    expect([days.has('2026-11-24'), days.has('2026-09-02'), work.size]).toEqual([true, false, 0])
    expect([...(await findHolidays(db, new Date('2026-08-20T02:00:00Z'))).work]).toEqual(['2026-08-22'])
    expect(said).toHaveLength(1)
    await findHolidayYear(watched, '2027')
    await listHolidays(watched, '2027-01-01', '2027-12-31')
    for (const sql of said) {
      const plan = await db.read(`EXPLAIN QUERY PLAN ${sql}`, Array(sql.split('?').length > 3 ? 1 : 2).fill('2027-01-01'))
      expect(plan.map(({ detail }) => String(detail)).filter((step) => /SCAN (h|holidays|o|y|officers)\b/.test(step))).toEqual([])
      expect(plan.some(({ detail }) => String(detail).includes('PRIMARY KEY'))).toBe(true)
    }
    // What is only expected does not count, until somebody checked it.
    const soon = new Date('2027-12-20T02:00:00Z')
    expect(await off(soon)).not.toContain('2028-01-25')
    await write(editHoliday(await desk(), await one('2028-01-25'), { ...DRAFT, vi: 'Ba mươi Tết' }, '2026-11-30'))
    expect(await off(soon)).toContain('2028-01-25')
    await write(removeHoliday(await desk(), await one('2028-01-25')))
    expect(await off(soon)).not.toContain('2028-01-25')
    await write(editHoliday(await desk(), await one('2028-01-25'), { ...DRAFT, vi: 'Ba mươi Tết' }, '2026-11-30'))
    expect(await off(soon)).toContain('2028-01-25')
  })
})

describe('officers of the highest unit', () => {
  test('add days off and days worked instead, each in the log; others are refused', async () => {
    await write(addHoliday(await desk(), '2027-02-11', DRAFT, '2026-11-30'))
    await write(addHoliday(await desk(), '2027-02-20', { ...DRAFT, kind: 'work', vi: 'Làm bù' }, null))
    await write(removeHoliday(await desk(), await one('2027-02-20')))
    expect(await findHoliday(db, '2027-02-20')).toBeUndefined()
    expect(await one('2027-02-11')).toMatchObject({ officerName: 'Cán bộ an', builtIn: false })
    expect(await acts()).toEqual([
      'holiday.add 2027-02-11 {"kind":"off","checked":"2026-11-30"}',
      'holiday.add 2027-02-20 {"kind":"work","checked":null}',
      'holiday.remove 2027-02-20 {"kind":"work"}',
    ])
    for (const who of ['xa', 'doc']) {
      const theirs = await desk(who)
      const row = await one('2027-02-11')
      await expect(addHoliday(theirs, '2027-03-01', DRAFT, null)).rejects.toMatchObject({ code: 'forbidden' })
      expect(() => editHoliday(theirs, row, DRAFT, null)).toThrow('desk.only_top')
      expect(() => removeHoliday(theirs, row)).toThrow('desk.only_top')
      await expect(confirmHolidays(theirs, '2027')).rejects.toMatchObject({ message: 'desk.only_top' })
    }
  })

  test.each([
    ['2027-02-10', DRAFT, null, 'office.holiday_twice'],
    ['2031-01-01', DRAFT, null, 'office.holiday_far'],
    ['2027-02-12', { ...DRAFT, kind: 'work' as const }, null, 'office.holiday_in_week'],
    ['2027-02-12', DRAFT, '2026-12-01', 'office.checked_future'],
  ])('are told what is wrong with %s %o %s', async (day, draft, checked, message) => {
    await expect(addHoliday(await desk(), day, draft, checked)).rejects.toMatchObject({ code: 'invalid', message })
    expect(await acts()).toEqual([])
  })

  test('do not overwrite each other, and an officer who left changes nothing', async () => {
    const seen = await one('2028-01-25')
    await write(editHoliday(await desk(), seen, DRAFT, '2026-11-30'))
    await expect(write(editHoliday(await desk(), seen, { ...DRAFT, vi: 'Cũ' }, null))).rejects.toThrow()
    await expect(write(removeHoliday(await desk(), seen))).rejects.toThrow()
    expect(await one('2028-01-25')).toMatchObject({ vi: DRAFT.vi, dropped: false })
    const both = await Promise.all([1, 2].map(async () => addHoliday(await desk(), '2027-02-12', DRAFT, null)))
    await write(both[0] ?? [])
    await expect(write(both[1] ?? [])).rejects.toThrow()
    const before = await desk()
    await db.write([{ sql: "UPDATE officers SET active = 0 WHERE id = 'an'", args: [] }])
    await expect(write(addHoliday(before, '2027-03-01', DRAFT, null))).rejects.toThrow()
    expect(await findHoliday(db, '2027-03-01')).toBeUndefined()
  })

  test('confirm a year only when each of its days was checked or taken out', async () => {
    await expect(confirmHolidays(await desk(), '2030')).rejects.toMatchObject({ message: 'office.holidays_none' })
    await expect(confirmHolidays(await desk(), '2028')).rejects.toMatchObject({ message: 'office.holidays_unchecked' })
    const ready = confirmHolidays(await desk(), '2027')
    await write(ready)
    expect(await findHolidayYear(db, '2027')).toMatchObject({ unchecked: 0, confirmed: { on: '2026-11-30', by: 'Cán bộ an' } })
    // A day added unchecked between the look and the commit.
    const late = await confirmHolidays(await desk(), '2027')
    await write(addHoliday(await desk(), '2027-02-11', DRAFT, null))
    await expect(write(late)).rejects.toThrow()
    expect((await acts())[0]).toBe('holiday.confirm 2027 {"days":15}')
  })

  test('a year takes so many days and no more', async () => {
    const rows = Array.from(
      { length: 80 },
      (_, i) => `('2025-${String(1 + Math.floor(i / 28)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')}','off','x','y')`,
    )
    await db.write([{ sql: `INSERT INTO holidays(day, kind, vi, source) VALUES ${rows.join(', ')}`, args: [] }])
    await expect(addHoliday(await desk(), '2025-12-01', DRAFT, null)).rejects.toMatchObject({ message: 'office.holiday_many' })
  })
})
