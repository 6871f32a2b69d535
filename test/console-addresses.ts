/**
 * An address for every page of the console that can be looked at, and the rows they need to have something to show. Used
 * by the browser test and by `npm run screens`; a page without an address fails test/console-rights.test.ts.
 */
import { CONTENT_ADDRESSES, furnishContent } from './console-content.ts'
import { furnishDay } from './console-figures.ts'
import type { Stage } from './console-stage.ts'

/** Path of a page as its row writes it → an address with what `furnish` made. */
export const ADDRESS_OF: Record<string, string> = {
  '': '/console',
  '/inquiries': '/console/inquiries',
  '/inquiries/:id': '/console/inquiries/asked-late',
  '/figures': '/console/figures',
  '/figures/units': '/console/figures/units?unit=tinh',
  '/figures/parts': '/console/figures/parts?cut=channel',
  '/figures/export': '/console/figures/export?unit=tinh',
  '/phrases': '/console/phrases',
  '/health': '/console/health',
  '/proof': '/console/proof',
  '/enrol': '/console/enrol',
  '/enrol/digits': '/console/enrol/digits',
  '/me': '/console/me',
  '/me/passkey': '/console/me/passkey',
  ...CONTENT_ADDRESSES,
  '/api': '/console/api',
  '/help': '/console/help',
  '/help/:name': '/console/help/first',
}

export const ADDRESSES: readonly string[] = Object.values(ADDRESS_OF)

/** Rows for every page, seen by this officer of the unit `tinh`. */
export async function furnish(stage: Stage, officerId: string): Promise<void> {
  await furnishContent({ db: stage.db, keys: stage.keys, now: stage.clock.now() }, officerId)
  await furnishDay(stage, officerId)
}
