/**
 * When a campaign goes out: at once, at one instant, or again and again at a Vietnamese local time. Also the quiet
 * hours no message may fall into (features §2.8: advertising only 07:00–22:00, Decree 91/2020/NĐ-CP) and the week that
 * caps count in. Pure rules of days, so that console, chat and scheduler agree on every date.
 */
import * as z from 'zod'
import { addDays, DAY_MS, dayOf, vietnamHour, vietnamInstant, vietnamWeekday } from './time.ts'

/** An officer who plans further ahead has mistyped the year. */
const FARTHEST_MS = 366 * DAY_MS
const MISSED_MS = 60 * 60 * 1000

const timeSchema = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)
const repeated = { time: timeSchema, until: z.iso.date().optional() }

/** A plan as forms, API and database hold it. An offset in `at` is turned into UTC, so that stored plans compare as texts. */
export const planSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('now') }),
  z.strictObject({ kind: z.literal('once'), at: z.iso.datetime({ offset: true }).overwrite(inUtc) }),
  z.strictObject({ kind: z.literal('daily'), ...repeated }),
  z.strictObject({ kind: z.literal('weekly'), weekday: z.int().min(0).max(6), ...repeated }),
  z.strictObject({ kind: z.literal('monthly'), day: z.int().min(1).max(31), ...repeated }),
  z.strictObject({ kind: z.literal('yearly'), month: z.int().min(1).max(12), day: z.int().min(1).max(31), ...repeated }),
])

/**
 * `at` is an instant in UTC; `time` (`HH:MM`) and `until` (the last day, `YYYY-MM-DD`) are local to Vietnam; weekday 0
 * is Sunday.
 */
export type Plan = z.infer<typeof planSchema>
export type Rule = Exclude<Plan, { kind: 'now' | 'once' }>

/** Whole hours in Vietnam, quiet from the first up to the second; `from` later than `to` goes over midnight, equal is never. */
export type Quiet = { from: number; to: number }

/** Decree 91/2020/NĐ-CP: no advertising message from 22:00 to 07:00. */
export const LAW_QUIET: Quiet = { from: 22, to: 7 }
export const DEFAULT_QUIET: Quiet = { from: 21, to: 7 }

/** Repeats until its last day, or for ever. */
export function isRule(plan: Plan): plan is Rule {
  return plan.kind !== 'now' && plan.kind !== 'once'
}

/**
 * The first run strictly after an instant; undefined when none is left. `now` has none: whoever starts it knows the
 * moment. A day the month does not have is its last day (the 31st, 29 February).
 */
export function nextRun(plan: Plan, after: Date): Date | undefined {
  if (plan.kind === 'now') return undefined
  if (plan.kind === 'once') return new Date(plan.at) > after ? new Date(plan.at) : undefined
  const today = dayOf(after)
  // This period's run may be over; the next period's never is.
  for (const periods of [0, 1]) {
    const day = runDay(plan, today, periods)
    const at = instantOf(day, plan.time)
    if (at > after) return plan.until !== undefined && day > plan.until ? undefined : at
  }
  return undefined
}

/** More than an hour late: an officer decides whether it still goes out. */
export function isMissed(due: Date, now: Date): boolean {
  return now.getTime() - due.getTime() > MISSED_MS
}

/** What speaks against a plan, first things first. The law's hours are quiet whatever the unit has set. */
export function checkPlan(plan: Plan, quiet: Quiet, now: Date): 'past' | 'quiet' | 'too_far' | undefined {
  const at = plan.kind === 'now' ? now : nextRun(plan, now)
  if (at === undefined) return 'past'
  if (plan.kind === 'once' && at.getTime() - now.getTime() > FARTHEST_MS) return 'too_far'
  return isQuiet(at, quiet) || isQuiet(at, LAW_QUIET) ? 'quiet' : undefined
}

export function isQuiet(at: Date, { from, to }: Quiet): boolean {
  const hour = vietnamHour(at)
  return from <= to ? from <= hour && hour < to : hour >= from || hour < to
}

/** When the quiet hours that `at` falls into are over (the next 07:00); `at` itself when it is not quiet. */
export function endOfQuiet(at: Date, quiet: Quiet): Date {
  if (!isQuiet(at, quiet)) return at
  const tomorrow = quiet.from > quiet.to && vietnamHour(at) >= quiet.from
  return vietnamInstant(addDays(dayOf(at), tomorrow ? 1 : 0), quiet.to)
}

/**
 * The hours a unit asked for, widened until they hold all of the law's: midnight to 8 becomes 22 to 8. Hours that leave
 * no time to send, or that lie inside the day (12 to 14), give the law's own.
 */
export function tightenQuiet({ from, to }: Quiet): Quiet {
  const start = from < LAW_QUIET.to ? LAW_QUIET.from : Math.min(Math.floor(from), LAW_QUIET.from)
  const end = to > LAW_QUIET.from ? LAW_QUIET.to : Math.max(Math.ceil(to), LAW_QUIET.to)
  return start > end ? { from: start, to: end } : LAW_QUIET
}

/** The Monday that begins the week in Vietnam (§4.5), `2026-12-14`. */
export function weekStart(at: Date): string {
  return addDays(dayOf(at), -((vietnamWeekday(at) + 6) % 7))
}

/** The day of the run in the period of `today`, or in a later one. A weekly period begins today. */
function runDay(plan: Rule, today: string, periods: number): string {
  if (plan.kind === 'daily') return addDays(today, periods)
  if (plan.kind === 'weekly') {
    const ahead = (plan.weekday - vietnamWeekday(vietnamInstant(today, 0)) + 7) % 7
    return addDays(today, ahead + 7 * periods)
  }
  const year = Number(today.slice(0, 4))
  if (plan.kind === 'yearly') return dayOrLast(year + periods, plan.month, plan.day)
  return dayOrLast(year, Number(today.slice(5, 7)) + periods, plan.day)
}

/** `month` may run past December. */
function dayOrLast(year: number, month: number, day: number): string {
  const last = new Date(Date.UTC(year, month, 0))
  return `${last.toISOString().slice(0, 8)}${String(Math.min(day, last.getUTCDate())).padStart(2, '0')}`
}

function instantOf(day: string, time: string): Date {
  return vietnamInstant(day, Number(time.slice(0, 2)), Number(time.slice(3)))
}

function inUtc(at: string): string {
  // Also asked about texts that have already failed.
  const instant = new Date(at)
  return Number.isNaN(instant.getTime()) ? at : instant.toISOString()
}
