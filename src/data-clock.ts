/**
 * Requests about one's own data and what the law gives for each (Law 91/2025/QH15, Decree 356/2025/NĐ-CP; features §2.4): an answer
 * in two working days, then an end. Where sources differ (calendar or working days) the stricter one counts.
 */
import * as z from 'zod'
import { DAY_MS, dayOf } from './time.ts'
import { addWorkingDays, type Holidays } from './working-days.ts'

export const REQUEST_KINDS = ['view', 'copy', 'correct', 'withdraw', 'erase', 'restrict', 'object', 'complain'] as const
export type RequestKind = (typeof REQUEST_KINDS)[number]

/** How a request that the assistant did not get itself reached an officer. */
export const REQUEST_SOURCES = ['letter', 'person', 'phone', 'mail'] as const

const ANSWER_DAYS = 2
/** To see or correct in 10 days, to erase in 20, to withdraw, restrict or object in 15; a complaint is answered like a request to correct. */
const FINISH_DAYS: Record<RequestKind, number> = {
  ...{ view: 10, copy: 10, correct: 10, complain: 10 },
  ...{ withdraw: 15, restrict: 15, object: 15 },
  erase: 20,
}
/** Where somebody else who has the data must stop too. */
const WITH_OTHERS = 20
/** Only these may be drawn out, once. */
const EXTENDABLE: readonly RequestKind[] = ['withdraw', 'restrict', 'object']
export const EXTENSION_MOST = 15

export const requestSchema = z.strictObject({
  kind: z.enum(REQUEST_KINDS),
  source: z.enum(REQUEST_SOURCES),
  /** The day it reached the organisation; the clock runs from here. */
  askedOn: z.iso.date(),
  /** Others who hold the data must stop too. */
  others: z.boolean(),
  /** Where the paper lies: a number of incoming mail. No name, no telephone number. */
  ref: noteSchema(0, 80),
})
export type RequestDraft = z.output<typeof requestSchema>

/** What an officer writes about a request; several lines are fine. */
export function noteSchema(least: number, most: number) {
  return z
    .string()
    .transform((value) => value.normalize('NFC').replace(/\r\n?/g, '\n').trim())
    .pipe(
      z
        .string()
        .min(least)
        .max(most)
        .regex(/^[^\p{Cc}]*(\n[^\p{Cc}]*)*$/u),
    )
}

/** @param asked when it was asked */
export function answerBy(asked: Date, holidays: Holidays): Date {
  return addWorkingDays(asked, ANSWER_DAYS, holidays)
}

export function finishBy(asked: Date, kind: RequestKind, others: boolean): Date {
  const days = EXTENDABLE.includes(kind) && others ? WITH_OTHERS : FINISH_DAYS[kind]
  return new Date(asked.getTime() + days * DAY_MS)
}

export function isExtendable(kind: RequestKind): boolean {
  return EXTENDABLE.includes(kind)
}

/** Has this instant passed, by the day in Vietnam? The day itself still counts. */
export function isOver(due: Date, now: Date): boolean {
  return dayOf(now) > dayOf(due)
}
