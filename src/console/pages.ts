/**
 * The table of all pages. Adding one is a row in its noun's file; test/console-rights.test.ts fails for a row whose
 * rights nobody wrote down.
 */
import { apiDocs } from './api-docs.tsx'
import { campaigns } from './campaigns/index.ts'
import { cases } from './cases/index.ts'
import { content } from './content/index.ts'
import { enrol } from './enrol.tsx'
import { figures } from './figures.tsx'
import { halt } from './halt.tsx'
import { health } from './health.tsx'
import { help } from './help.tsx'
import { holiday } from './holiday.tsx'
import { holidays } from './holidays.tsx'
import { inquiries } from './inquiries.tsx'
import { levels } from './levels.tsx'
import { me } from './me.tsx'
import { office } from './office/index.ts'
import { officerForms } from './officer-forms.tsx'
import { officerHands } from './officer-hands.tsx'
import { officers } from './officers.tsx'
import { opinions } from './opinions.tsx'
import type { Page } from './page.ts'
import { phrases } from './phrases.tsx'
import { proof } from './proof.tsx'
import { roster } from './roster.tsx'
import { today } from './today.tsx'
import { unitChanges } from './unit-changes.tsx'
import { unitCode } from './unit-code.tsx'
import { unitExport } from './unit-export.tsx'
import { unitForms } from './unit-forms.tsx'
import { unitReform } from './unit-reform.tsx'
import { units } from './units.tsx'
import { warnings } from './warnings/index.ts'

/** What is no id comes before what takes one: `/units/changes`, `/officers/new`. */
const UNITS: readonly Page[] = [...unitExport, ...unitChanges, ...levels, ...units, ...unitForms, ...unitReform, ...unitCode]
const OFFICERS: readonly Page[] = [...officerForms, ...officerHands, ...roster, ...officers]

export const PAGES: readonly Page[] = [
  ...today,
  // Before `/calendar/:day`.
  ...holidays,
  ...holiday,
  ...campaigns,
  ...halt,
  ...inquiries,
  ...cases,
  ...content,
  ...UNITS,
  ...OFFICERS,
  ...figures,
  ...phrases,
  ...opinions,
  ...warnings,
  ...health,
  ...proof,
  ...enrol,
  ...me,
  ...apiDocs,
  ...help,
  ...office,
]
