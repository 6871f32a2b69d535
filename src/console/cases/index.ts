/**
 * All pages of cases, in the order their paths are looked at: a fixed word before what names a case.
 */
import type { Page } from '../page.ts'
import { decisionFormPages } from './decision-form.tsx'
import { decisionPages } from './decisions.tsx'
import { handOverPages } from './hand-over.tsx'
import { handOverFormPages } from './hand-over-form.tsx'
import { identity } from './identity.tsx'
import { identityRequests } from './identity-requests.tsx'
import { list } from './list.tsx'
import { one } from './one.tsx'
import { photos } from './photos.tsx'
import { redact } from './redact.tsx'
import { take } from './take.tsx'

export const cases: readonly Page[] = [
  ...list,
  ...one,
  ...take,
  ...photos,
  ...redact,
  ...identity,
  ...identityRequests,
  ...handOverFormPages,
  ...handOverPages,
  ...decisionFormPages,
  ...decisionPages,
]
