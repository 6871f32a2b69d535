/**
 * What a report is while it is being told: the data of the open step, sealed in the session. `photos` keeps its name
 * and place, because erasing a person looks for it there.
 */
import type { CaseKind, Health } from '../../src/case.ts'
import type { Reply, Statement, Step, Turn } from '../../src/chat.ts'

/** The eight steps in their order (F30); the others branch off and come back. */
export const mainSteps = ['kind', 'signs', 'place', 'time', 'photos', 'health', 'review', 'send'] as const
const sideSteps = ['where', 'edit', 'age', 'consent', 'name', 'phone', 'formal'] as const

export type StepName = (typeof mainSteps)[number] | (typeof sideSteps)[number]

export type Draft = {
  /** Four letters that tie buttons to this draft. */
  id: string
  photos: string[]
  kind?: CaseKind
  signs?: string
  place?: string
  spot?: { latitude: number; longitude: number; exact: boolean }
  /** Absent when the person does not remember. */
  time?: string
  health?: Health
  note?: string
  /** R8: the unit above looks instead of the member's own. */
  above?: boolean
  name?: string
  phone?: string
  /** One field is being changed; its answer leads back to the review. */
  editing?: boolean
  /** The warning about faces and names was said. */
  warned?: boolean
  /** Told in a few words before a kind was chosen: kept, and what it is about is still asked. */
  early?: true
  /** Words that speak of a formal denunciation (R30): part of nothing until the person says that they are a phản ánh. */
  held?: { step: StepName; text: string }
  /** They have said so. */
  informal?: true
}

/** Where an answer leads: what is said first, then the question of `step`. `age` is what the person just told. */
export type Move = { step: StepName; draft: Draft; notes?: Reply[]; writes?: Statement[]; age?: 'under16' | 'adult' }

/** Characters of one thing told, as of one message: what is told in pieces stays within it too, or a draft grows without end. */
export const LONGEST = 10_000

/** Does this text, with what was told in this step's field before, pass it? */
export function isTooLong(step: StepName, { signs = '', note = '' }: Draft, text: string): boolean {
  const before = step === 'kind' || step === 'photos' ? signs : step === 'health' ? note : ''
  return before.length + text.length > LONGEST
}

export function newDraft(turn: Turn): Draft {
  return { id: turn.id().slice(0, 4), photos: [] }
}

export const draftOf = (step: Step): Draft => step.data as Draft

/** What ties a button to its step and its draft; at most 12 characters (text.ts). */
export const tieOf = (step: StepName, draft: Draft): string => `${step}-${draft.id}`

/** The step after this one when nothing is being edited. */
export function stepAfter(step: StepName): StepName {
  if (step === 'where') return 'time'
  const at = mainSteps.indexOf(step as (typeof mainSteps)[number])
  return at < 0 ? 'review' : (mainSteps[at + 1] ?? 'send')
}

/** Where "Quay lại" leads; nowhere from the first step. */
export function stepBefore(step: StepName, draft: Draft): StepName | undefined {
  if (step === 'where') return 'place'
  if (step === 'phone') return 'name'
  if (step === 'formal') return draft.held?.step ?? 'signs'
  const at = mainSteps.indexOf(step as (typeof mainSteps)[number])
  if (at < 0 || draft.editing) return 'review'
  return mainSteps[at - 1]
}
