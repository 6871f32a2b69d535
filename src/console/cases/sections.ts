/**
 * The parts of a case's page between what was reported and the thread, in the order they are read.
 */
import { acts } from './acts.tsx'
import { duplicates } from './duplicates.tsx'
import { evidence } from './evidence.tsx'
import { filingProofSection } from './filing-proof.tsx'
import { decisionSection, handOverSection } from './hand-overs.tsx'
import { identitySection } from './identity.tsx'
import { removalSection } from './removal.tsx'
import type { CaseSection } from './section.ts'

export const SECTIONS: readonly CaseSection[] = [
  acts,
  evidence,
  duplicates,
  handOverSection,
  decisionSection,
  identitySection,
  filingProofSection,
  removalSection,
]
