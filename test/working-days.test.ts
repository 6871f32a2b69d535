/**
 * Working days over public holidays: by table across Tết 2027 with days swapped, and for any set of days by property. Built-in
 * days are held against the law's own dates and against an astronomical calendar of Vietnam (UTC+7).
 */
import { CalendarVietnamese } from 'date-chinese'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { days } from '../content/data/days.ts'
import { holidays as builtIn } from '../content/data/holidays.ts'
import { dueDayIn, isLate, lookDayOf, shownDueDay } from '../src/case.ts'
import { HOLIDAY_KINDS, holidaySchema, yearToConfirm } from '../src/holiday.ts'
import { addDays, dayNumber, dayOf, vietnamInstant, vietnamWeekday } from '../src/time.ts'
import { addWorkingDays, type Holidays, isWorkingDay, lateDaysOf, NO_HOLIDAYS, workingDayFrom } from '../src/working-days.ts'

const daysOf = (kind: string) => new Set(builtIn.filter((one) => one.kind === kind && one.checked_on !== null).map(({ day }) => day))
const KNOWN: Holidays = { off: daysOf('off'), work: daysOf('work') }
/** As a unit would write it whose officers have Thursday and Friday after Tết off for two Saturdays. */
const SWAPPED: Holidays = {
  off: new Set([...KNOWN.off, '2027-02-11', '2027-02-12']),
  work: new Set([...KNOWN.work, '2027-01-30', '2027-02-20']),
}
const at = (day: string, hour = 10) => vietnamInstant(day, hour)
const weekday = (day: string) => vietnamWeekday(at(day))

describe('across Tết 2027', () => {
  test.each([
    // From, days, with the country's list, with two days swapped.
    ['2027-02-02', 1, '2027-02-03', '2027-02-03'],
    ['2027-02-03', 1, '2027-02-11', '2027-02-15'],
    ['2027-02-03', 2, '2027-02-12', '2027-02-16'],
    ['2027-02-06', 1, '2027-02-11', '2027-02-15'],
    ['2027-02-10', 1, '2027-02-11', '2027-02-15'],
    ['2027-01-29', 1, '2027-02-01', '2027-01-30'],
    ['2027-01-29', 5, '2027-02-12', '2027-02-15'],
    ['2027-02-19', 1, '2027-02-22', '2027-02-20'],
    ['2027-01-18', 20, '2027-02-22', '2027-02-22'],
    ['2027-01-18', 19, '2027-02-19', '2027-02-20'],
    ['2027-02-03', 0, '2027-02-03', '2027-02-03'],
  ])('%s and %i working days end on %s, swapped on %s', (from, n, plain, swapped) => {
    expect(dayOf(addWorkingDays(at(from), n, KNOWN))).toBe(plain)
    expect(dayOf(addWorkingDays(at(from), n, SWAPPED))).toBe(swapped)
  })

  test('keep the time of day, and without a list are Monday to Friday', () => {
    expect(addWorkingDays(new Date('2027-02-03T02:30:00Z'), 1, KNOWN).toISOString()).toBe('2027-02-11T02:30:00.000Z')
    expect(dayOf(addWorkingDays(at('2026-11-27'), 2, NO_HOLIDAYS))).toBe('2026-12-01')
    // Half past midnight in Vietnam is the day before in UTC.
    expect(dayOf(addWorkingDays(new Date('2027-02-02T17:30:00Z'), 1, KNOWN))).toBe('2027-02-11')
  })

  test('a case of somebody threatened or ill does not wait for the end of it', () => {
    const now = at('2027-02-03')
    expect(lookDayOf('normal', now, KNOWN)).toBe('2027-02-11')
    expect(lookDayOf('danger', now, KNOWN)).toBe('2027-02-03')
    expect(dueDayIn('reviewing', 'normal', now, KNOWN)).toBe('2027-02-17')
    expect(dueDayIn('reviewing', 'danger', now, KNOWN)).toBe('2027-02-04')
    expect(dueDayIn('needs_info', 'threatened', now, KNOWN)).toBe('2027-02-05')
    expect(dueDayIn('new', 'normal', now, KNOWN)).toBe('')
  })

  test('a day that became a holiday later is seen to after it, and late only then; an urgent one at once', () => {
    const due = { state: 'reviewing', dueDay: '2027-02-05' } as const
    const late = (day: string, urgency: 'normal' | 'danger') => isLate({ ...due, urgency }, lateDaysOf(at(day), KNOWN))
    expect(shownDueDay({ ...due, urgency: 'normal' }, KNOWN)).toBe('2027-02-11')
    expect(shownDueDay({ ...due, urgency: 'danger' }, KNOWN)).toBe('2027-02-05')
    expect(['06', '08', '10', '11', '12'].map((day) => late(`2027-02-${day}`, 'normal'))).toEqual([false, false, false, false, true])
    expect(['05', '06', '08'].map((day) => late(`2027-02-${day}`, 'danger'))).toEqual([false, true, true])
    expect(isLate({ ...due, urgency: 'normal', state: 'closed' }, lateDaysOf(at('2027-03-01'), KNOWN))).toBe(false)
  })
})

describe('for any set of days', () => {
  const day = fc.integer({ min: 0, max: 200 }).map((n) => addDays('2027-01-01', n))
  const set = fc.uniqueArray(day, { maxLength: 60 }).map((all) => new Set(all))
  const holidays = fc.record({ off: set, work: set })
  const instant = fc
    .integer({ min: 0, max: 200 * 24 * 60 })
    .map((minutes) => new Date(Date.parse('2027-01-01T00:00:00Z') + minutes * 60_000))
  const count = fc.integer({ min: 1, max: 30 })
  const between = (from: string, to: string, list: Holidays) => {
    let n = 0
    for (let one = addDays(from, 1); one <= to; one = addDays(one, 1)) if (isWorkingDay(one, list)) n++
    return n
  }

  test('never on a day off, exactly so many working days away, later the later and the more', () => {
    fc.assert(
      fc.property(holidays, instant, count, fc.integer({ min: 0, max: 10_000 }), (list, from, n, minutes) => {
        const end = addWorkingDays(from, n, list)
        expect(isWorkingDay(dayOf(end), list)).toBe(true)
        expect(between(dayOf(from), dayOf(end), list)).toBe(n)
        expect((end.getTime() - from.getTime()) % 86_400_000).toBe(0)
        expect(addWorkingDays(from, n + 1, list) > end).toBe(true)
        expect(dayOf(addWorkingDays(new Date(from.getTime() + minutes * 60_000), n, list)) >= dayOf(end)).toBe(true)
        // In two steps as in one.
        const half = Math.floor(n / 2)
        expect(addWorkingDays(addWorkingDays(from, half, list), n - half, list)).toEqual(end)
      }),
    )
  })

  test('what falls due is seen to on a working day, and is late once one has passed since', () => {
    fc.assert(
      fc.property(holidays, day, instant, (list, due, now) => {
        const seen = workingDayFrom(due, list)
        expect([isWorkingDay(seen, list), seen >= due, workingDayFrom(seen, list)]).toEqual([true, true, seen])
        const { today, line } = lateDaysOf(now, list)
        expect(due < line).toBe(due < today && between(addDays(due, -1), addDays(today, -1), list) > 0)
        expect(due < line).toBe(seen < today)
      }),
    )
  })
})

describe('built-in holidays', () => {
  test('are whole, in order, none twice, each with its paper', () => {
    const row = holidaySchema.extend({ day: z.iso.date(), checked_on: z.iso.date().nullable() })
    expect(z.array(row).parse(builtIn)).toEqual(builtIn)
    const all = builtIn.map((one) => one.day)
    expect(all).toEqual([...new Set(all)].sort())
    expect(new Set(builtIn.map(({ kind }) => kind))).toEqual(new Set(HOLIDAY_KINDS))
    // Work instead is done on a Saturday or Sunday, and as much of it as was given.
    const work = builtIn.filter(({ kind }) => kind === 'work')
    expect(work.map((one) => [0, 6].includes(weekday(one.day)))).toEqual(work.map(() => true))
    expect(work).toHaveLength(builtIn.filter(({ vi }) => vi.endsWith('(nghỉ hoán đổi)')).length)
  })

  test('have the dates the law names in each year, and the day of culture since 2026', () => {
    for (const year of ['2026', '2027', '2028', '2029'])
      for (const named of ['01-01', '04-30', '05-01', '09-02', '11-24']) expect(KNOWN.off, `${year}-${named}`).toContain(`${year}-${named}`)
  })

  test('give another working day for each one that falls on a Saturday or Sunday (article 111)', () => {
    for (const year of ['2026', '2027']) {
      const statutory = [...KNOWN.off].filter((one) => one.startsWith(year) && !/\((nghỉ bù|nghỉ hoán đổi)\)$/.test(nameOf(one)))
      const lieu = [...KNOWN.off].filter((one) => one.startsWith(year) && nameOf(one).endsWith('(nghỉ bù)'))
      // 1 January, five of Tết, Hùng Kings, 30 April, 1 May, two of the National Day, culture.
      expect([year, statutory.length]).toEqual([year, 12])
      expect([year, lieu.length]).toEqual([year, statutory.filter((one) => [0, 6].includes(weekday(one))).length])
      expect(lieu.filter((one) => [0, 6].includes(weekday(one)))).toEqual([])
    }
    for (const [off, lieu] of [
      ['2028-01-01', '2028-01-03'],
      ['2028-04-30', '2028-05-02'],
      ['2028-09-02', '2028-09-04'],
      ['2029-11-24', '2029-11-26'],
    ] as const)
      expect([weekday(off) % 6, KNOWN.off.has(lieu)]).toEqual([0, true])
  })

  test('and Tết of the calendar stand where the Vietnamese lunar calendar has them', () => {
    for (const year of [2026, 2027, 2028, 2029]) {
      const tet = lunar(year, 1, 1)
      expect(nameOf(tet)).toBe('Tết Âm lịch, mùng 1')
      expect(nameOf(lunar(year, 3, 10))).toBe('Giỗ Tổ Hùng Vương')
      const named = days.find(({ id }) => id === `tet-${year}`)
      if (year > 2026) expect(named?.day).toBe(tet)
      for (const one of builtIn.filter((row) => row.day.startsWith(String(year)) && row.vi.includes('Tết Âm lịch')))
        expect(Math.abs(dayNumber(one.day) - dayNumber(tet)), one.day).toBeLessThan(7)
    }
    expect(nameOf('2027-02-05')).toBe('Tết Âm lịch, 29 tháng Chạp')
    expect(new CalendarVietnamese().fromGregorian(2027, 2, 5).get().slice(2)).toEqual([12, false, 29])
    expect(new CalendarVietnamese().fromGregorian(2027, 2, 10).get().slice(2)).toEqual([1, false, 5])
  })

  test('that are only expected say so and do not count', () => {
    const expected = builtIn.filter(({ checked_on }) => checked_on === null)
    expect(expected.length).toBeGreaterThan(0)
    expect(expected.every(({ vi, day: one }) => vi.endsWith('(dự kiến)') && one >= '2028' && !KNOWN.off.has(one))).toBe(true)
  })
})

test('the year to confirm is the next one from the first of December', () => {
  expect(['2026-11-30', '2026-12-01', '2026-12-31', '2027-01-01'].map(yearToConfirm)).toEqual(['2026', '2027', '2027', '2027'])
})

const nameOf = (day: string): string => builtIn.find((one) => one.day === day)?.vi ?? ''

/** A day of the Vietnamese lunar year that begins in this year. */
function lunar(year: number, month: number, day: number): string {
  const [cycle, of] = new CalendarVietnamese().fromGregorian(year, 7, 1).get()
  const found = new CalendarVietnamese(cycle, of, month, false, day)
  const whole = found.toGregorian(year)
  return `${whole.year}-${String(whole.month).padStart(2, '0')}-${String(whole.day).padStart(2, '0')}`
}
