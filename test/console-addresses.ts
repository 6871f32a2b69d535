/**
 * An address for every page of the console that can be looked at, and the rows they need to have something to show. Used
 * by the browser test and by `npm run screens`; a page without an address fails test/console-rights.test.ts.
 */
import { CONTENT_ADDRESSES, furnishContent } from './console-content.ts'
import type { Stage } from './console-stage.ts'
import { furnishUnits, UNIT_ADDRESSES } from './console-units.ts'

/** Path of a page as its row writes it → an address with what `furnish` made. */
export const ADDRESS_OF: Record<string, string> = {
  '': '/console',
  '/proof': '/console/proof',
  '/enrol': '/console/enrol',
  '/enrol/digits': '/console/enrol/digits',
  '/me': '/console/me',
  '/me/passkey': '/console/me/passkey',
  ...CONTENT_ADDRESSES,
  ...UNIT_ADDRESSES,
  '/api': '/console/api',
  '/help': '/console/help',
  '/help/:name': '/console/help/first',
}

export const ADDRESSES: readonly string[] = Object.values(ADDRESS_OF)

/** Rows for every page, seen by this officer of the unit `tinh`. */
export async function furnish(stage: Stage, officerId: string): Promise<void> {
  const { db, keys, clock } = stage
  await furnishContent({ db, keys, now: clock.now() }, officerId)
  await furnishUnits(stage, officerId)
}
