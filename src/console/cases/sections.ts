/**
 * The parts of a case's page between what was reported and the thread, in the order they are read.
 */
import { acts } from './acts.tsx'
import type { CaseSection } from './section.ts'

export const SECTIONS: readonly CaseSection[] = [acts]
