/**
 * The built-in days of the year (F13) as typed data. Tết is a row of each year, taken from the official calendar, never
 * computed. Units add their own on the calendar page.
 */
import data from './days.json' with { type: 'json' }

/** `day`: `MM-DD` every year, `YYYY-MM-DD` once. */
export type Day = { id: string; day: string; vi: string; en: string }

export const days: readonly Day[] = data
