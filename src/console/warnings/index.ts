/**
 * All pages of warnings, in the order their paths are looked at: a fixed word before what names a warning.
 */
import type { Page } from '../page.ts'
import { warningActs } from './acts.tsx'
import { warningDecisions } from './decide.tsx'
import { warningForms } from './forms.tsx'
import { warningList } from './list.tsx'
import { warningOne } from './one.tsx'

export const warnings: readonly Page[] = [...warningList, ...warningForms, ...warningDecisions, ...warningActs, ...warningOne]
