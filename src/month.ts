/**
 * Months and days as forms and addresses write them, and the weeks a month is shown in. Pure.
 */
import * as z from 'zod'
import { addDays, vietnamInstant, vietnamWeekday } from './time.ts'

/** `2026-11`. */
export const monthSchema = z.string().regex(/^20\d{2}-(?:0[1-9]|1[0-2])$/)

/** `MM-DD` comes every year, `YYYY-MM-DD` once. */
export const daySchema = z.union([z.iso.date(), z.string().refine(isYearly, 'MM-DD or YYYY-MM-DD')])

/** First and last day of a month. */
export function monthDays(month: string): { first: string; last: string } {
  return { first: `${month}-01`, last: addDays(`${monthAfter(month, 1)}-01`, -1) }
}

/** `n` months later; earlier when negative. */
export function monthAfter(month: string, n: number): string {
  const at = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + n, 1))
  return at.toISOString().slice(0, 7)
}

/** The weeks of a month, Monday first (§4.5); null stands for a day of another month. */
export function weeksOf(month: string): Array<Array<string | null>> {
  const { first, last } = monthDays(month)
  const lead = (vietnamWeekday(vietnamInstant(first, 0)) + 6) % 7
  const cells: Array<string | null> = Array.from({ length: lead }, () => null)
  for (let day = first; day <= last; day = addDays(day, 1)) cells.push(day)
  while (cells.length % 7 !== 0) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}

/** A day that a leap year has. */
function isYearly(day: string): boolean {
  return /^\d{2}-\d{2}$/.test(day) && z.iso.date().safeParse(`2028-${day}`).success
}
