/**
 * Public holidays and days worked instead, as typed data: from the law where it names a date, else from the announcement of the
 * year, never computed (a test holds lunar dates against an astronomical calendar). `checked_on` null: expected only; it counts
 * once an officer has checked it. 2027's announcement was read in agreeing quotations, so officers confirm each year themselves.
 */
import data from './holidays.json' with { type: 'json' }

export type BuiltInHoliday = { day: string; kind: string; vi: string; en: string; source: string; checked_on: string | null }

export const holidays: readonly BuiltInHoliday[] = data
