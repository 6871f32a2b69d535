/**
 * What officers write of a public holiday or a day worked instead. One with a day of checking counts; one without waits for
 * somebody to hold it against the announcement of the year.
 */
import * as z from 'zod'
import { cleanText } from './text.ts'

export const HOLIDAY_KINDS = ['off', 'work'] as const
export type HolidayKind = (typeof HOLIDAY_KINDS)[number]

const line = (least: number, most: number) =>
  z
    .string()
    .overwrite(cleanText)
    .min(least)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u)

/** `2027`. */
export const yearSchema = z.string().regex(/^20\d{2}$/)

export const holidaySchema = z.strictObject({
  kind: z.enum(HOLIDAY_KINDS),
  vi: line(2, 80),
  en: line(2, 80).nullable(),
  /** The paper it is known from: kind, number, day, who issued it. */
  source: line(4, 200),
})
export type HolidayDraft = z.output<typeof holidaySchema>

/** The year whose list officers should have confirmed by this day: from 1 December the next one. */
export function yearToConfirm(today: string): string {
  const year = Number(today.slice(0, 4))
  return String(today.slice(5, 7) === '12' ? year + 1 : year)
}
