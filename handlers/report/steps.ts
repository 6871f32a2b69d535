/**
 * How each step asks: at most two short sentences, the progress, the buttons. The same question is said again after
 * a break, a detour or an answer that was not understood.
 */
import type { Button, Reply, Turn } from '../../src/chat.ts'
import { buttonsOf } from './choices.ts'
import { type Draft, mainSteps, type StepName } from './draft.ts'
import { reviewReply } from './review.ts'

/** What a step says when it is reached, or reached again. */
export async function question(turn: Turn, step: StepName, draft: Draft): Promise<Reply> {
  const progress = progressOf(step)
  const text = { key: `report.ask_${step}`, ...(progress ? { params: progress } : {}) }
  switch (step) {
    case 'consent':
      // The words a consent is kept under stand with all the others (db/consents.ts, wordings).
      return { text: { key: 'consent.ask_named_report' }, buttons: buttonsOf('consent', draft) }
    case 'photos':
      return { text, buttons: photoButtons(draft) }
    case 'review':
      return reviewReply(turn, draft, progress ?? {})
    default:
      return { text, buttons: buttonsOf(step, draft) }
  }
}

/** Without photos one skips, with photos one is done or starts over. */
export function photoButtons(draft: Draft): Button[] {
  return buttonsOf('photos', draft, draft.photos.length > 0 ? ['done', 'clear'] : ['skip'])
}

/** "Bước 2/8"; side steps have no number. */
function progressOf(step: StepName): { step: number; steps: number } | undefined {
  const at = mainSteps.indexOf((step === 'where' ? 'place' : step) as (typeof mainSteps)[number])
  return at < 0 ? undefined : { step: at + 1, steps: mainSteps.length }
}
