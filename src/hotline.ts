/**
 * What a line of "Gọi ai?" must say (F36), as forms, API and database hold it. A line without a number, an office and a
 * source is none; one nobody has checked is kept and not shown.
 */
import * as z from 'zod'

export const HOTLINE_KINDS = ['khan_cap', 'nguoi_tieu_dung', 'thi_truong', 'khac'] as const

/** After so many days a check is old: the number is still shown, and stands first in the list of what to call again. */
export const CHECK_DAYS = 180

const line = (least: number, most: number) =>
  z
    .string()
    .transform((value) => value.normalize('NFC').replace(/\s+/g, ' ').trim())
    .pipe(
      z
        .string()
        .min(least)
        .max(most)
        .regex(/^\P{Cc}*$/u),
    )

export const hotlineSchema = z.strictObject({
  kind: z.enum(HOTLINE_KINDS),
  /** As it is read: `1800.6838`, or the name of a portal or an app. */
  number: line(2, 40),
  /** Digits to dial; empty for what cannot be called. */
  tel: z
    .string()
    .transform((value) => value.replace(/[\s.()-]/g, ''))
    .pipe(z.string().regex(/^(\+?\d{3,15})?$/)),
  office: line(2, 120),
  whatFor: line(2, 300),
  free: z.boolean(),
  /** Where the number is known from: a site, a paper, a call. */
  source: line(2, 200),
  /** Smaller stands higher. */
  place: z.int().min(0).max(9999),
})
export type HotlineDraft = z.output<typeof hotlineSchema>
