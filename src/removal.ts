/**
 * The words of what goes for good: a report its member takes back, a report or photo that two officers remove. Which kinds of
 * reasons there are, how long a request waits, and the rows of reasons (case_reasons) whose sentences members read. Pure.
 */
import * as z from 'zod'
import { cleanText } from './text.ts'

/** A photo of a child (R13), somebody's private papers, unlawful content, sent by mistake, the member asked for it. */
export const REMOVAL_KINDS = ['child', 'papers', 'unlawful', 'mistake', 'asked'] as const
export type RemovalKind = (typeof REMOVAL_KINDS)[number]

/** `expired` is also said of one that nobody decided in time. */
export const REMOVAL_STATES = ['asked', 'refused', 'expired'] as const
export type RemovalState = (typeof REMOVAL_STATES)[number]

/** Working days in which a second officer decides; after them it is asked anew. */
export const REMOVAL_DAYS = 3

/** What has become of a report: nothing of it is left, or what was handed over and what others told stays. */
export type Gone = 'withdrawn' | 'partly' | 'removed'

/** Reasons of the program that no officer chooses by hand: each is set by its own act alone. */
export const WITHDRAWN_REASON = 'withdrawn'
export const REMOVED_OUTCOME = 'removed'
export const removedReason = (kind: RemovalKind): string => `${REMOVED_OUTCOME}-${kind}`
const OWN_REASONS: ReadonlySet<string> = new Set([WITHDRAWN_REASON, REMOVED_OUTCOME, ...REMOVAL_KINDS.map(removedReason)])
export const isOwnReason = (id: string): boolean => OWN_REASONS.has(id)

/** Is nothing of it left to act on? */
export const isEmptied = (gone: Gone | null): boolean => gone === 'withdrawn' || gone === 'removed'

const REASON_LEAST = 20
export const REASON_MOST = 1_000

/** At least a sentence: who decides sees nothing else. */
export const removalReasonSchema = z
  .string()
  .overwrite(cleanText)
  .min(REASON_LEAST, 'console_removals.reason_short')
  .max(REASON_MOST)
  .refine((text) => text.split(/\s+/).length >= 4, 'console_removals.reason_short')
