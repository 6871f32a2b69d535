/**
 * All pages of cases, in the order their paths are looked at: a fixed word before what names a case.
 */
import type { Page } from '../page.ts'
import { compare } from './compare.tsx'
import { unmerge } from './duplicates.tsx'
import { identity } from './identity.tsx'
import { identityRequests } from './identity-requests.tsx'
import { list } from './list.tsx'
import { one } from './one.tsx'
import { pairs } from './pairs.tsx'
import { photos } from './photos.tsx'
import { redact } from './redact.tsx'
import { take } from './take.tsx'

export const cases: readonly Page[] = [
  ...list,
  ...pairs,
  ...one,
  ...compare,
  ...unmerge,
  ...take,
  ...photos,
  ...redact,
  ...identity,
  ...identityRequests,
]
