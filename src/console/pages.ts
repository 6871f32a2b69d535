/**
 * The table of all pages. Adding one is a row in its noun's file; test/console-rights.test.ts fails for a row whose
 * rights nobody wrote down.
 */
import { apiDocs } from './api-docs.tsx'
import { content } from './content/index.ts'
import { enrol } from './enrol.tsx'
import { figures } from './figures.tsx'
import { health } from './health.tsx'
import { help } from './help.tsx'
import { inquiries } from './inquiries.tsx'
import { me } from './me.tsx'
import type { Page } from './page.ts'
import { phrases } from './phrases.tsx'
import { proof } from './proof.tsx'
import { today } from './today.tsx'

export const PAGES: readonly Page[] = [
  ...today,
  ...inquiries,
  ...content,
  ...figures,
  ...phrases,
  ...health,
  ...proof,
  ...enrol,
  ...me,
  ...apiDocs,
  ...help,
]
