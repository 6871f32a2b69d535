/**
 * Working days: Monday to Friday without public holidays, and days worked instead (Labour Code 45/2019/QH14, articles 111 and
 * 112). Which days those are is data of each year (db/holidays.ts) and comes in as an argument; nothing here knows one.
 */
import { addDays, DAY_MS, dayOf, vietnamInstant, vietnamWeekday } from './time.ts'

/** Days in Vietnam: off although they lie in the week, worked although they do not. */
export type Holidays = { off: ReadonlySet<string>; work: ReadonlySet<string> }

/** The bare week. For what cannot wait for the end of a holiday. */
export const NO_HOLIDAYS: Holidays = { off: new Set(), work: new Set() }

/** @param day in Vietnam, `2027-02-04` */
export function isWorkingDay(day: string, { off, work }: Holidays): boolean {
  if (off.has(day)) return false
  return work.has(day) || ![0, 6].includes(vietnamWeekday(vietnamInstant(day, 0)))
}

/** The instant after `days` working days at the same time of day; with none of them the instant itself. */
export function addWorkingDays(at: Date, days: number, holidays: Holidays): Date {
  let result = at
  for (let left = days; left > 0; ) {
    result = new Date(result.getTime() + DAY_MS)
    if (isWorkingDay(dayOf(result), holidays)) left--
  }
  return result
}

/** The day itself where it is worked, else the next that is: when officers see to what falls due on it. */
export function workingDayFrom(day: string, holidays: Holidays): string {
  let result = day
  while (!isWorkingDay(result, holidays)) result = addDays(result, 1)
  return result
}

/** What a due day is held against: `today` itself for what cannot wait, `line` for all else. */
export type LateDays = { today: string; line: string }

/** Due days before `line` are late: a whole working day has passed since, so nothing falls late while nobody works. */
export function lateDaysOf(now: Date, holidays: Holidays): LateDays {
  const today = dayOf(now)
  let line = today
  while (!isWorkingDay(addDays(line, -1), holidays)) line = addDays(line, -1)
  return { today, line }
}
