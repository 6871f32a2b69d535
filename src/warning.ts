/**
 * What a warning to members must say (F37), as forms, API and database hold it: a published decision with its authority,
 * number, day and link, and what a member should do. Without one of these there is no warning (R5).
 */
import * as z from 'zod'
import { cleanText } from './text.ts'

export const WARNING_STATES = ['draft', 'waiting', 'published', 'withdrawn'] as const
export type WarningState = (typeof WARNING_STATES)[number]

/** Officers besides its authors who must agree. */
export const WARNING_APPROVERS = 2
/** Working days in which a takedown that was asked for is decided (R5). */
export const TAKEDOWN_DAYS = 1

const TITLE_MOST = 120
const BODY_MOST = 1_000
export const WHY_MOST = 300

const line = (most: number) =>
  z
    .string()
    .overwrite((value) => cleanText(value).replace(/\s+/g, ' '))
    .min(2)
    .max(most)

export const warningSchema = z.strictObject({
  title: line(TITLE_MOST),
  body: z.string().overwrite(cleanText).min(10).max(BODY_MOST),
  authority: line(200),
  number: line(60),
  /** Of the decision. */
  day: z.iso.date(),
  link: z.url({ protocol: /^https$/ }).max(500),
  /** After this day members see it no more until an officer has looked again. */
  reviewBy: z.iso.date(),
})
export type WarningDraft = z.output<typeof warningSchema>

/** Why it is taken down, asked to be, or kept. */
export const whySchema = z.string().overwrite(cleanText).min(5).max(WHY_MOST)
