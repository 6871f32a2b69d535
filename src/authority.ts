/**
 * What an office that takes cases (F33) must say of itself, as forms, API and database hold it. Where papers are sent is
 * typed by an officer who has checked it; the program brings kinds of offices along, never an address or a number.
 */
import * as z from 'zod'

/** Market surveillance, police, health, farming, steering committee 389, industry and trade, consumers' association, competition. */
export const AUTHORITY_KINDS = [
  ...(['qltt', 'cong_an', 'y_te', 'nong_nghiep', 'bcd_389', 'cong_thuong', 'hoi_ntd', 'canh_tranh', 'khac'] as const),
] as const
export type AuthorityKind = (typeof AUTHORITY_KINDS)[number]

/** After so many days an address is old: still choosable, and first in the list of what to check again. */
export const AUTHORITY_CHECK_DAYS = 365

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

export const authoritySchema = z.strictObject({
  kind: z.enum(AUTHORITY_KINDS),
  /** As a paper names it: `Chi cục Quản lý thị trường tỉnh …`. */
  name: line(3, 160),
  /** Where papers are brought or sent. */
  address: line(0, 240),
  phone: line(0, 40),
  email: line(0, 120).pipe(z.union([z.literal(''), z.email()])),
  /** Where that is known from: a site, a paper, a call. */
  source: line(2, 200),
  /** Smaller stands higher. */
  place: z.int().min(0).max(9999),
})
export type AuthorityDraft = z.output<typeof authoritySchema>
