/**
 * A decision an authority has published, as a result for the member who reported (R5): whose, its number, its day, where it can
 * be read, and the sentence the member gets. Without all of them nothing is said that is more than neutral.
 */
import * as z from 'zod'
import { cleanText } from './text.ts'

/** Officers who let it out, each with their own hand, besides its author. */
export const APPROVERS = 2
/** Working days in which what was wrong is taken back (R5). */
export const CORRECTION_DAYS = 1

const words = (least: number, most: number) =>
  z
    .string()
    .overwrite((value) => cleanText(value).replace(/\s+/g, ' '))
    .min(least)
    .max(most)

export const decisionSchema = z.strictObject({
  authorityName: words(3, 160),
  /** As the paper writes it: `123/QĐ-QLTT`. */
  number: words(1, 60),
  day: z.iso.date(),
  link: z.url().max(500),
  /** What the member reads, besides whose decision it is. */
  says: z.string().overwrite(cleanText).min(10).max(800),
})
export type DecisionDraft = z.output<typeof decisionSchema>

/** Why it was sent back, or is to be taken back; and what the member is told then. */
export const whySchema = z.string().overwrite(cleanText).min(5).max(500)
