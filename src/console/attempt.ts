/**
 * Small things that forms of several pages share: a day as people write it, lines of a text, and what the database's own
 * rules refuse, shown at the field it belongs to with everything that was typed still there.
 */
import * as z from 'zod'
import { conflictOf } from '../../db/client.ts'
import { AppError } from '../errors.ts'
import type { Typed, Wrong } from './page.ts'

/** `2026-12-31`, or `31/12/2026` where a browser shows no calendar. */
export const dayField = z.string().transform((typed, context) => {
  const [, day, month, year] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(typed.trim()) ?? []
  const iso = year && month && day ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : typed.trim()
  if (z.iso.date().safeParse(iso).success) return iso
  context.addIssue({ code: 'custom', message: typed.trim() === '' ? 'console.field_needed' : 'console_units.bad_day' })
  return z.NEVER
})

/** The same, or nothing. */
export const dayOrNone = z
  .string()
  .default('')
  .transform((typed) => typed.trim())
  .pipe(z.union([z.literal('').transform(() => null), dayField]))

/** Empty is none. */
export const textOrNone = z
  .string()
  .default('')
  .transform((typed) => (typed.trim() === '' ? null : typed))

/** One to a line; empty lines do not count. */
export const linesField = z
  .string()
  .default('')
  .transform((typed) =>
    typed
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  )

/** What was ticked. */
export const ticksField = z.array(z.string().max(60)).max(100).default([])

/** Does it; what a rule refuses comes back as what is wrong with a field, and so does that somebody was faster. */
export async function attempt<T>(field: string, work: () => Promise<T>): Promise<{ done: T } | { wrong: Wrong }> {
  try {
    return { done: await work() }
  } catch (error) {
    if (conflictOf(error)) return { wrong: { [field]: { key: 'desk.conflict' } } }
    if (error instanceof AppError && error.code === 'invalid') return { wrong: { [field]: { key: error.message } } }
    throw error
  }
}

/** The first of what stands in a field. */
export function first(typed: Typed | undefined, name: string): string {
  return [typed?.[name] ?? []].flat()[0] ?? ''
}
