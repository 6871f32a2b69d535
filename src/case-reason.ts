/**
 * A reason why a case moves (F32): what officers choose, and the sentence its member reads. Which moves need one stands here.
 */
import * as z from 'zod'
import type { CaseState } from './case.ts'
import { cleanText } from './text.ts'

/** Where a reason may lead. `reviewing`: why a case is looked at again. */
export const REASON_STATES = ['needs_info', 'reviewing', 'referred', 'resolved', 'closed'] as const satisfies readonly CaseState[]
export type ReasonState = (typeof REASON_STATES)[number]

/** The disposition that puts a closed case on the shelf of spam. */
export const SPAM_REASON = 'closed-spam'
/** The reason of a move that a question to the member makes when no other was chosen. */
export const ASKED_REASON = 'asked-other'

const words = (most: number) => z.string().overwrite(cleanText).min(1).max(most)
export const reasonDraftSchema = z.object({
  state: z.enum(REASON_STATES),
  labelVi: words(80),
  labelEn: words(80),
  saysVi: words(500),
  saysEn: words(500),
})
export type ReasonDraft = z.output<typeof reasonDraftSchema>

/** Does this move need a reason? Only the way on into being looked at needs none. */
export function needsReason(from: CaseState, to: CaseState): boolean {
  return to !== 'reviewing' || isReopening(from, to)
}

/** Back from what seemed done. */
export function isReopening(from: CaseState, to: CaseState): boolean {
  return to === 'reviewing' && (from === 'referred' || from === 'resolved' || from === 'closed')
}
