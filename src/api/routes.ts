/**
 * The table of all routes. Adding one is a row in its noun's file.
 */
import { audit } from './audit.ts'
import { authorities } from './authorities.ts'
import { broadcasts } from './broadcasts.ts'
import { calendar } from './calendar.ts'
import { campaignExports } from './campaign-exports.ts'
import { campaigns } from './campaigns.ts'
import { caseActs } from './case-acts.ts'
import { casePairs } from './case-pairs.ts'
import { casePhotos } from './case-photos.ts'
import { cases } from './cases.ts'
import { channels } from './channels.ts'
import { counts } from './counts.ts'
import { dataRequests } from './data-requests.ts'
import { decisions } from './decisions.ts'
import { entries } from './entries.ts'
import { entryDrafts } from './entry-drafts.ts'
import { figures } from './figures.ts'
import { halts } from './halts.ts'
import { handOvers } from './hand-overs.ts'
import { holidays } from './holidays.ts'
import { hotlines } from './hotlines.ts'
import { images } from './images.ts'
import { incidents } from './incidents.ts'
import { inquiries } from './inquiries.ts'
import { me } from './me.ts'
import { officers } from './officers.ts'
import { opinions } from './opinions.ts'
import { phrases } from './phrases.ts'
import { preview } from './preview.ts'
import type { Route } from './route.ts'
import { seats } from './seats.ts'
import { settings } from './settings.ts'
import { tree } from './tree.ts'
import { unitChanges } from './unit-changes.ts'
import { units } from './units.ts'
import { warnings } from './warnings.ts'

export const ROUTES: readonly Route[] = [
  ...me,
  ...units,
  ...tree,
  ...unitChanges,
  ...counts,
  ...campaigns,
  ...campaignExports,
  ...preview,
  ...broadcasts,
  ...calendar,
  ...holidays,
  ...halts,
  ...officers,
  ...seats,
  ...audit,
  ...images,
  ...figures,
  ...inquiries,
  ...casePairs,
  ...casePhotos,
  ...cases,
  ...caseActs,
  ...phrases,
  ...opinions,
  ...warnings,
  ...channels,
  ...entries,
  ...entryDrafts,
  ...hotlines,
  ...authorities,
  ...handOvers,
  ...decisions,
  ...settings,
  ...dataRequests,
  ...incidents,
]
