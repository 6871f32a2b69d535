/**
 * The words of an opening (F31, §2.5): what a name or phone that a member typed may be opened for, how long a request waits
 * and an opening lasts, and what the member is told. The reason in words is for the second officer; the member reads only
 * the purpose, which is one of ours. Pure.
 */
import * as z from 'zod'
import type { Text } from './chat.ts'
import { cleanText } from './text.ts'

export const OPENING_PURPOSES = ['ask', 'protect', 'authority', 'compensate'] as const
export type OpeningPurpose = (typeof OPENING_PURPOSES)[number]

export const OPENING_STATES = ['asked', 'granted', 'refused', 'expired'] as const
export type OpeningState = (typeof OPENING_STATES)[number]

/** Working days in which a second officer decides; after them it is asked anew. */
export const ASKED_DAYS = 3
/** How long the officer who asked may look, from the grant. */
export const OPEN_MS = 60 * 60 * 1000

/** At least a sentence: who decides sees nothing else. */
const REASON_LEAST = 20
export const REASON_MOST = 1_000

export const reasonSchema = z
  .string()
  .overwrite(cleanText)
  .min(REASON_LEAST, 'console_identity.reason_short')
  .max(REASON_MOST)
  .refine((text) => text.split(/\s+/).length >= 4, 'console_identity.reason_short')

/** What the member reads of an opening in their thread; a purpose of a later version is told without it. */
export function toldOfOpening({ purpose }: { purpose?: unknown }): Text {
  const known = OPENING_PURPOSES.find((one) => one === purpose)
  return { key: known ? `case.opened_${known}` : 'case.opened_other' }
}
