/**
 * An address for every page of the console that can be looked at, and the rows they need to have something to show. Used
 * by the browser test and by `npm run screens`; a page without an address fails test/console-rights.test.ts.
 */
import { CAMPAIGN_ADDRESSES, campaignRows } from './console-campaign-rows.ts'
import { CASE_ADDRESSES, furnishCases } from './console-cases.ts'
import { CONTENT_ADDRESSES, furnishContent } from './console-content.ts'
import { DUPLICATE_ADDRESSES, furnishDuplicates } from './console-duplicates.ts'
import { EVIDENCE_ADDRESSES, furnishEvidence } from './console-evidence.ts'
import { furnishDay } from './console-figures.ts'
import { furnishHandOvers, HAND_OVER_ADDRESSES } from './console-hand-over-rows.ts'
import { furnishIdentities, IDENTITY_ADDRESSES } from './console-identity.ts'
import { furnishNotices, NOTICE_ADDRESSES } from './console-notices.ts'
import { furnishOffice, OFFICE_ADDRESSES } from './console-office.ts'
import { furnishRemovals, REMOVAL_ADDRESSES } from './console-removals.ts'
import type { Stage } from './console-stage.ts'
import { furnishUnits } from './console-units.ts'

/** Path of a page as its row writes it → an address with what `furnish` made. */
export const ADDRESS_OF: Record<string, string> = {
  '': '/console',
  ...CAMPAIGN_ADDRESSES,
  '/inquiries': '/console/inquiries',
  '/inquiries/:id': '/console/inquiries/asked-late',
  ...CASE_ADDRESSES,
  ...DUPLICATE_ADDRESSES,
  ...EVIDENCE_ADDRESSES,
  '/figures': '/console/figures',
  '/figures/cases': '/console/figures/cases?unit=tinh',
  '/figures/map': '/console/figures/map?unit=tinh',
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
  '/units': '/console/units?q=cong+doan',
  '/units/export': '/console/units/export?q=xa',
  '/officers/export': '/console/officers/export?which=all',
  '/units/:id': '/console/units/xa',
  '/units/:id/new': '/console/units/xa/new',
  '/units/:id/edit': '/console/units/co-so/edit',
  '/units/:id/rename': '/console/units/xa/rename',
  '/units/:id/move': '/console/units/xa/move',
  '/units/:id/merge': '/console/units/xa/merge',
  '/units/:id/split': '/console/units/co-so/split',
  '/units/:id/close': '/console/units/co-so/close',
  '/units/:id/code': '/console/units/co-so/code',
  '/units/:id/poster': '/console/units/co-so/poster',
  '/units/changes': '/console/units/changes',
  '/units/levels': '/console/units/levels?kind=cong_doan&level=co_so',
  '/officers': '/console/officers?which=all',
  '/officers/new': '/console/officers/new?unit=xa',
  '/officers/:id': '/console/officers/binh',
  '/officers/:id/edit': '/console/officers/binh/edit',
  '/officers/:id/dismiss': '/console/officers/binh/dismiss',
  '/officers/:id/lend': '/console/officers/binh/lend',
  '/officers/:id/bind': '/console/officers/binh/bind',
  '/officers/:id/unbind': '/console/officers/binh/unbind',
  '/officers/loans/:id/end': '/console/officers/loans/loan1/end',
  '/officers/roster/:id': '/console/officers/roster/xa',
  ...IDENTITY_ADDRESSES,
  ...REMOVAL_ADDRESSES,
  ...HAND_OVER_ADDRESSES,
  ...OFFICE_ADDRESSES,
  ...NOTICE_ADDRESSES,
  '/help': '/console/help',
  '/help/:name': '/console/help/first',
}

export const ADDRESSES: readonly string[] = Object.values(ADDRESS_OF)

/** Rows for every page, seen by this officer of the unit `tinh`. */
export async function furnish(stage: Stage, officerId: string): Promise<void> {
  await stage.db.write(campaignRows())
  await furnishContent({ db: stage.db, keys: stage.keys, now: stage.clock.now() }, officerId)
  await furnishDay(stage, officerId)
  await furnishUnits(stage, officerId)
  await furnishNotices({ db: stage.db, keys: stage.keys, now: stage.clock.now() }, officerId)
  await furnishOffice({ db: stage.db, keys: stage.keys, now: stage.clock.now() }, officerId)
  await furnishCases({ db: stage.db, keys: stage.keys, now: stage.clock.now() }, officerId)
  await furnishDuplicates({ db: stage.db, keys: stage.keys, now: stage.clock.now() }, officerId)
  await furnishEvidence(stage, officerId)
  await furnishIdentities({ db: stage.db, keys: stage.keys, now: stage.clock.now() }, officerId)
  await furnishRemovals({ db: stage.db, keys: stage.keys, now: stage.clock.now() }, officerId)
  await furnishHandOvers({ db: stage.db, keys: stage.keys, now: stage.clock.now() }, officerId)
}
