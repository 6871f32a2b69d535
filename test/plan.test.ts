import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import {
  checkPlan,
  DEFAULT_QUIET,
  endOfQuiet,
  isMissed,
  isQuiet,
  isRule,
  LAW_QUIET,
  nextRun,
  type Plan,
  planSchema,
  type Quiet,
  type Rule,
  tightenQuiet,
  weekStart,
} from '../src/plan.ts'
import { dayNumber, dayOf, monthOf, timeVi, vietnamInstant, vietnamWeekday, whenVi } from '../src/time.ts'

/** Vietnamese local time: `vn('2026-12-15 09:00')`. */
const vn = (local: string) => new Date(`${local.replace(' ', 'T')}:00+07:00`)
const runs = (plan: Plan, after: Date, count: number) => {
  const found: string[] = []
  for (let at = nextRun(plan, after); at !== undefined && found.length < count; at = nextRun(plan, at)) found.push(whenVi(at))
  return found
}

describe('a plan', () => {
  test('that is sent once runs once, and the one that is sent now has no later run', () => {
    const once: Plan = { kind: 'once', at: '2026-12-15T02:00:00.000Z' }
    expect(nextRun(once, vn('2026-12-15 08:59'))).toEqual(vn('2026-12-15 09:00'))
    expect(nextRun(once, vn('2026-12-15 09:00'))).toBeUndefined()
    expect(nextRun({ kind: 'now' }, vn('2026-12-15 09:00'))).toBeUndefined()
    expect(isRule(once) || isRule({ kind: 'now' })).toBe(false)
    expect(isRule({ kind: 'daily', time: '09:00' })).toBe(true)
  })

  test('runs daily at its local time, today when that is still ahead', () => {
    const plan: Plan = { kind: 'daily', time: '07:30' }
    expect(nextRun(plan, vn('2026-12-15 07:29'))).toEqual(vn('2026-12-15 07:30'))
    expect(nextRun(plan, vn('2026-12-15 07:30'))).toEqual(vn('2026-12-16 07:30'))
    expect(nextRun({ kind: 'daily', time: '00:00' }, vn('2026-12-31 23:59'))).toEqual(vn('2027-01-01 00:00'))
  })

  test('runs weekly on its weekday', () => {
    expect(runs({ kind: 'weekly', weekday: 1, time: '09:00' }, vn('2026-12-15 10:00'), 2)).toEqual([
      '09:00 thứ Hai, 21/12/2026',
      '09:00 thứ Hai, 28/12/2026',
    ])
    expect(nextRun({ kind: 'weekly', weekday: 2, time: '09:00' }, vn('2026-12-15 08:00'))).toEqual(vn('2026-12-15 09:00'))
    expect(nextRun({ kind: 'weekly', weekday: 0, time: '06:00' }, vn('2026-12-20 05:00'))).toEqual(vn('2026-12-20 06:00'))
  })

  test('for the 31st runs on the last day of a shorter month', () => {
    expect(runs({ kind: 'monthly', day: 31, time: '09:00' }, vn('2026-12-31 09:00'), 4)).toEqual([
      '09:00 Chủ nhật, 31/01/2027',
      '09:00 Chủ nhật, 28/02/2027',
      '09:00 thứ Tư, 31/03/2027',
      '09:00 thứ Sáu, 30/04/2027',
    ])
    expect(nextRun({ kind: 'monthly', day: 30, time: '09:00' }, vn('2028-02-01 00:00'))).toEqual(vn('2028-02-29 09:00'))
  })

  test('for 29 February runs on the 28th of a common year', () => {
    expect(runs({ kind: 'yearly', month: 2, day: 29, time: '09:00' }, vn('2026-12-15 09:00'), 3)).toEqual([
      '09:00 Chủ nhật, 28/02/2027',
      '09:00 thứ Ba, 29/02/2028',
      '09:00 thứ Tư, 28/02/2029',
    ])
    expect(nextRun({ kind: 'yearly', month: 12, day: 15, time: '09:00' }, vn('2026-12-15 09:00'))).toEqual(vn('2027-12-15 09:00'))
  })

  test('runs on its last day and not after it', () => {
    const plan: Plan = { kind: 'daily', time: '09:00', until: '2026-12-16' }
    expect(runs(plan, vn('2026-12-15 08:00'), 9)).toEqual(['09:00 thứ Ba, 15/12/2026', '09:00 thứ Tư, 16/12/2026'])
    expect(nextRun({ kind: 'weekly', weekday: 1, time: '09:00', until: '2026-12-20' }, vn('2026-12-15 08:00'))).toBeUndefined()
  })

  test('is missed when it is more than one hour late', () => {
    const due = vn('2026-12-15 09:00')
    expect(isMissed(due, vn('2026-12-15 10:00'))).toBe(false)
    expect(isMissed(due, new Date(due.getTime() + 3_600_001))).toBe(true)
    expect(isMissed(due, vn('2026-12-15 08:00'))).toBe(false)
  })
})

describe('a plan from outside', () => {
  test.each<Plan>([
    { kind: 'now' },
    { kind: 'once', at: '2026-12-15T02:00:00.000Z' },
    { kind: 'daily', time: '23:59' },
    { kind: 'weekly', weekday: 0, time: '00:00', until: '2028-02-29' },
    { kind: 'monthly', day: 31, time: '09:00' },
    { kind: 'yearly', month: 2, day: 29, time: '09:00' },
  ])('%j is one', (plan) => {
    expect(planSchema.parse(plan)).toEqual(plan)
  })

  test.each([
    { kind: 'hourly' },
    { kind: 'once' },
    { kind: 'once', at: 'mai' },
    { kind: 'once', at: '2026-02-31T02:00:00Z' },
    { kind: 'once', at: '2026-12-15T02:00:00' },
    { kind: 'daily', time: '24:00' },
    { kind: 'daily', time: '9:00' },
    { kind: 'daily', time: '09:00', until: '2027-02-29' },
    { kind: 'weekly', weekday: 7, time: '09:00' },
    { kind: 'weekly', weekday: 1.5, time: '09:00' },
    { kind: 'monthly', day: 0, time: '09:00' },
    { kind: 'yearly', month: 13, day: 1, time: '09:00' },
    { kind: 'now', time: '09:00' },
    'now',
    null,
  ])('%j is none', (plan) => {
    expect(planSchema.safeParse(plan).success).toBe(false)
  })

  test('is kept in UTC, and can be described to those who call the API', () => {
    expect(planSchema.parse({ kind: 'once', at: '2026-12-15T09:00:00+07:00' })).toEqual({ kind: 'once', at: '2026-12-15T02:00:00.000Z' })
    expect(JSON.stringify(z.toJSONSchema(planSchema))).toContain('date-time')
  })
})

describe('quiet hours', () => {
  test('begin and end on the hour, over midnight', () => {
    expect(isQuiet(vn('2026-12-15 20:59'), DEFAULT_QUIET)).toBe(false)
    expect(isQuiet(vn('2026-12-15 21:00'), DEFAULT_QUIET)).toBe(true)
    expect(isQuiet(vn('2026-12-15 21:59'), LAW_QUIET)).toBe(false)
    expect(isQuiet(vn('2026-12-15 22:00'), LAW_QUIET)).toBe(true)
    expect(isQuiet(vn('2026-12-16 06:59'), LAW_QUIET)).toBe(true)
    expect(isQuiet(vn('2026-12-16 07:00'), LAW_QUIET)).toBe(false)
    expect(isQuiet(vn('2026-12-16 12:30'), { from: 12, to: 14 })).toBe(true)
    expect(isQuiet(vn('2026-12-16 14:00'), { from: 12, to: 14 })).toBe(false)
    expect(isQuiet(vn('2026-12-16 12:00'), { from: 12, to: 12 })).toBe(false)
  })

  test('end at the next seven in the morning', () => {
    expect(endOfQuiet(vn('2026-12-31 21:30'), DEFAULT_QUIET)).toEqual(vn('2027-01-01 07:00'))
    expect(endOfQuiet(vn('2026-12-15 03:00'), DEFAULT_QUIET)).toEqual(vn('2026-12-15 07:00'))
    expect(endOfQuiet(vn('2026-12-15 12:10'), { from: 12, to: 14 })).toEqual(vn('2026-12-15 14:00'))
    const noon = vn('2026-12-15 12:00')
    expect(endOfQuiet(noon, DEFAULT_QUIET)).toBe(noon)
  })

  test.each<[Quiet, Quiet]>([
    [
      { from: 21, to: 7 },
      { from: 21, to: 7 },
    ],
    [
      { from: 20, to: 8 },
      { from: 20, to: 8 },
    ],
    [{ from: 23, to: 6 }, LAW_QUIET],
    [{ from: 24, to: 5 }, LAW_QUIET],
    [
      { from: 0, to: 8 },
      { from: 22, to: 8 },
    ],
    [
      { from: 20, to: 23 },
      { from: 20, to: 7 },
    ],
    [{ from: 12, to: 14 }, LAW_QUIET],
    [{ from: 5, to: 3 }, LAW_QUIET],
    [{ from: 22, to: 22 }, LAW_QUIET],
    [
      { from: 20.5, to: 7.5 },
      { from: 20, to: 8 },
    ],
    [{ from: Number.NaN, to: Number.NaN }, LAW_QUIET],
  ])('%j are tightened to %j', (asked, expected) => {
    expect(tightenQuiet(asked)).toEqual(expected)
  })

  test('once tightened hold all of the law’s, and leave time to send', () => {
    const hour = fc.oneof(fc.integer({ min: -30, max: 60 }), fc.double())
    fc.assert(
      fc.property(fc.record({ from: hour, to: hour }), (asked) => {
        const quiet = tightenQuiet(asked)
        const day = Array.from({ length: 24 }, (_, at) => vietnamInstant('2026-12-15', at, 59))
        expect(day.filter((at) => isQuiet(at, LAW_QUIET) && !isQuiet(at, quiet))).toEqual([])
        expect(day.some((at) => !isQuiet(at, quiet))).toBe(true)
        expect(quiet.from <= 22 && quiet.to >= 7).toBe(true)
        expect(tightenQuiet(quiet)).toEqual(quiet)
      }),
    )
  })
})

describe('a plan is checked', () => {
  const now = vn('2026-12-15 10:00')
  const once = (local: string): Plan => ({ kind: 'once', at: vn(local).toISOString() })
  test.each<[Plan, ReturnType<typeof checkPlan>]>([
    [{ kind: 'now' }, undefined],
    [once('2026-12-15 10:01'), undefined],
    [once('2026-12-15 10:00'), 'past'],
    [once('2026-12-14 23:00'), 'past'],
    [once('2026-12-15 21:00'), 'quiet'],
    [once('2026-12-16 06:59'), 'quiet'],
    [once('2026-12-16 07:00'), undefined],
    [once('2027-12-16 10:00'), undefined],
    [once('2027-12-16 10:01'), 'too_far'],
    [{ kind: 'daily', time: '20:59' }, undefined],
    [{ kind: 'daily', time: '21:00' }, 'quiet'],
    [{ kind: 'daily', time: '09:00', until: '2026-12-15' }, 'past'],
    [{ kind: 'yearly', month: 12, day: 15, time: '09:00' }, undefined],
  ])('%j is %s', (plan, expected) => {
    expect(checkPlan(plan, DEFAULT_QUIET, now)).toBe(expected)
  })

  test('against the law even where the unit has looser hours', () => {
    expect(checkPlan({ kind: 'daily', time: '22:00' }, { from: 23, to: 5 }, now)).toBe('quiet')
    expect(checkPlan({ kind: 'now' }, { from: 23, to: 5 }, vn('2026-12-15 06:00'))).toBe('quiet')
  })
})

describe('whatever rule and moment', () => {
  const instant = fc.date({ min: new Date('2024-01-01T00:00:00Z'), max: new Date('2040-01-01T00:00:00Z'), noInvalidDate: true })
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
  const day = fc.integer({ min: 1, max: 31 })
  const rule: fc.Arbitrary<Rule> = fc.oneof(
    fc.record({ kind: fc.constant('daily' as const), time }),
    fc.record({ kind: fc.constant('weekly' as const), weekday: fc.integer({ min: 0, max: 6 }), time }),
    fc.record({ kind: fc.constant('monthly' as const), day, time }),
    fc.record({ kind: fc.constant('yearly' as const), month: fc.integer({ min: 1, max: 12 }), day, time }),
  )
  const period = (plan: Rule, at: Date) =>
    ({
      daily: dayNumber(dayOf(at)),
      weekly: dayNumber(weekStart(at)) / 7,
      monthly: Number(monthOf(at).slice(0, 4)) * 12 + Number(monthOf(at).slice(5)),
      yearly: Number(dayOf(at).slice(0, 4)),
    })[plan.kind]

  test('runs strictly increase, land on the asked local time, and fall once in each period', () => {
    fc.assert(
      fc.property(rule, instant, (plan, start) => {
        let before = start
        for (let count = 0; count < 15; count++) {
          const at = nextRun(plan, before)
          if (at === undefined) throw new Error('a rule without an end has a next run')
          expect(at.getTime()).toBeGreaterThan(before.getTime())
          expect(timeVi(at).slice(0, 5)).toBe(plan.time)
          if (plan.kind === 'weekly') expect(vietnamWeekday(at)).toBe(plan.weekday)
          if (plan.kind === 'monthly' || plan.kind === 'yearly') {
            const date = Number(dayOf(at).slice(8))
            const isLast = monthOf(new Date(at.getTime() + 86_400_000)) !== monthOf(at)
            expect(date === plan.day || (date < plan.day && isLast)).toBe(true)
          }
          if (plan.kind === 'yearly') expect(Number(dayOf(at).slice(5, 7))).toBe(plan.month)
          if (count > 0) expect(period(plan, at)).toBe(period(plan, before) + 1)
          else expect(period(plan, at) - period(plan, before)).toBeOneOf([0, 1])
          before = at
        }
      }),
    )
  })

  test('no run lies between a moment and its next run', () => {
    fc.assert(
      fc.property(rule, instant, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (plan, start, share) => {
        const at = nextRun(plan, start)
        const between = new Date(start.getTime() + Math.floor(((at?.getTime() ?? 0) - start.getTime()) * share))
        expect(nextRun(plan, between)).toEqual(at)
      }),
    )
  })

  test('no run is later than the last day, and none before it is lost', () => {
    fc.assert(
      fc.property(rule, instant, instant, (plan, start, last) => {
        const until = dayOf(last)
        const free = nextRun(plan, start)
        const bound = nextRun({ ...plan, until }, start)
        expect(bound).toEqual(free !== undefined && dayOf(free) <= until ? free : undefined)
      }),
    )
  })

  test('nothing goes out in quiet hours once the plan has passed', () => {
    const hour = fc.integer({ min: 0, max: 24 })
    fc.assert(
      fc.property(rule, fc.record({ from: hour, to: hour }), instant, (plan, quiet, now) => {
        fc.pre(checkPlan(plan, quiet, now) === undefined)
        for (let at = nextRun(plan, now), count = 0; at !== undefined && count < 10; at = nextRun(plan, at), count++) {
          expect(isQuiet(at, quiet) || isQuiet(at, LAW_QUIET)).toBe(false)
          expect(endOfQuiet(at, quiet)).toBe(at)
        }
      }),
    )
  })

  test('quiet ends within a day, at an hour that is not quiet', () => {
    const hour = fc.integer({ min: 0, max: 23 })
    fc.assert(
      fc.property(fc.record({ from: hour, to: hour }), instant, (quiet, at) => {
        const end = endOfQuiet(at, quiet)
        expect(isQuiet(end, quiet)).toBe(false)
        expect(end.getTime() - at.getTime()).toBeGreaterThanOrEqual(0)
        expect(end.getTime() - at.getTime()).toBeLessThanOrEqual(86_400_000)
      }),
    )
  })

  test('a week begins on its Monday', () => {
    expect(weekStart(vn('2026-12-14 00:00'))).toBe('2026-12-14')
    expect(weekStart(vn('2026-12-13 23:59'))).toBe('2026-12-07')
    expect(weekStart(vn('2027-01-03 12:00'))).toBe('2026-12-28')
    fc.assert(
      fc.property(instant, (at) => {
        const monday = weekStart(at)
        expect(vietnamWeekday(vietnamInstant(monday, 0))).toBe(1)
        expect(dayNumber(dayOf(at)) - dayNumber(monday)).toBeOneOf([0, 1, 2, 3, 4, 5, 6])
      }),
    )
  })
})
