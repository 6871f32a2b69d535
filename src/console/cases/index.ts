/**
 * All pages of cases, in the order their paths are looked at: a fixed word before what names a case.
 */
import type { Page } from '../page.ts'
import { list } from './list.tsx'
import { one } from './one.tsx'
import { take } from './take.tsx'

export const cases: readonly Page[] = [...list, ...one, ...take]
