/**
 * The pages of units and officers, in the order they are looked up: what is no id comes before what takes one
 * (`/units/changes`, `/officers/new`).
 */
import { levels } from './levels.tsx'
import { officerForms } from './officer-forms.tsx'
import { officerHands } from './officer-hands.tsx'
import { officers } from './officers.tsx'
import type { Page } from './page.ts'
import { roster } from './roster.tsx'
import { unitChanges } from './unit-changes.tsx'
import { unitCode } from './unit-code.tsx'
import { unitForms } from './unit-forms.tsx'
import { unitReform } from './unit-reform.tsx'
import { units } from './units.tsx'

const tree = [...unitChanges, ...levels, ...units, ...unitForms, ...unitReform, ...unitCode]
const people = [...officerForms, ...officerHands, ...roster, ...officers]
export const unitPages: readonly Page[] = [...tree, ...people]
