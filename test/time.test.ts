import { describe, expect, test } from 'vitest'
import {
  addDays,
  dateVi,
  dayNumber,
  dayOf,
  hourOf,
  monthOf,
  timeVi,
  vietnamHour,
  vietnamInstant,
  vietnamWeekday,
  whenVi,
} from '../src/time.ts'

describe('days in Vietnam', () => {
  test('begin at 17:00 UTC', () => {
    expect(dayOf(new Date('2026-11-23T16:59:59.999Z'))).toBe('2026-11-23')
    expect(dayOf(new Date('2026-11-23T17:00:00Z'))).toBe('2026-11-24')
    expect(dayOf(new Date('2026-11-23T16:59:59.999Z'))).toBe('2026-11-23')
    expect(monthOf(new Date('2026-11-30T17:00:00Z'))).toBe('2026-12')
    expect(vietnamHour(new Date('2026-11-23T14:00:00Z'))).toBe(21)
    expect(vietnamInstant('2026-11-24', 7).toISOString()).toBe('2026-11-24T00:00:00.000Z')
    expect(dayNumber('1970-01-02')).toBe(1)
  })

  test('are written as people write them', () => {
    expect(dateVi('2027-01-05')).toBe('05/01/2027')
    expect(timeVi(new Date('2026-11-25T09:30:00Z'))).toBe('16:30, 25/11/2026')
    expect(hourOf(new Date('2026-11-25T09:30:00Z'))).toBe('2026-11-25T09Z')
  })

  test('carry the name of the weekday, with two digits everywhere', () => {
    expect(whenVi(new Date('2026-12-15T02:00:00Z'))).toBe('09:00 thứ Ba, 15/12/2026')
    expect(whenVi(new Date('2027-01-02T17:05:59Z'))).toBe('00:05 Chủ nhật, 03/01/2027')
    const days = ['14', '15', '16', '17', '18', '19', '20'].map((day) => whenVi(new Date(`2026-12-${day}T02:00:00Z`)).slice(6, -12))
    expect(days).toEqual(['thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy', 'Chủ nhật'])
  })

  test('are counted over month ends', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(addDays('2028-03-01', -1)).toBe('2028-02-29')
    const friday = new Date('2026-11-27T03:00:00Z')
    expect(vietnamWeekday(friday)).toBe(5)
  })
})
