/**
 * All pages of cases, in the order their paths are looked at: a fixed word before what names a case.
 */
import type { Page } from '../page.ts'
import { morePhotos } from './add-photos.tsx'
import { compare } from './compare.tsx'
import { decisionFormPages } from './decision-form.tsx'
import { decisionPages } from './decisions.tsx'
import { unmerge } from './duplicates.tsx'
import { filingProof } from './filing-proof.tsx'
import { hand } from './hand.tsx'
import { handOverPages } from './hand-over.tsx'
import { handOverFormPages } from './hand-over-form.tsx'
import { identity } from './identity.tsx'
import { identityRequests } from './identity-requests.tsx'
import { list } from './list.tsx'
import { moves } from './move.tsx'
import { typedIn } from './new.tsx'
import { one } from './one.tsx'
import { pairs } from './pairs.tsx'
import { photos } from './photos.tsx'
import { plan } from './plan.tsx'
import { reasons } from './reasons.tsx'
import { redact } from './redact.tsx'
import { removals } from './removal.tsx'
import { removalRequests } from './removal-requests.tsx'
import { restricted } from './restricted.tsx'
import { take } from './take.tsx'
import { write } from './write.tsx'

/** Before `/cases/:id`. */
const NAMED: readonly Page[] = [...typedIn, ...reasons, ...restricted, ...pairs]

const ACTS: readonly Page[] = [...take, ...moves, ...write, ...hand, ...plan]
const EVIDENCE: readonly Page[] = [...morePhotos, ...photos, ...redact]
const MERGING: readonly Page[] = [...compare, ...unmerge]
const PAPERS: readonly Page[] = [...handOverFormPages, ...handOverPages, ...decisionFormPages, ...decisionPages, ...filingProof]
const OPENINGS: readonly Page[] = [...identity, ...identityRequests]
const REMOVALS: readonly Page[] = [...removals, ...removalRequests]

export const cases: readonly Page[] = [...list, ...NAMED, ...one, ...ACTS, ...EVIDENCE, ...MERGING, ...PAPERS, ...OPENINGS, ...REMOVALS]
