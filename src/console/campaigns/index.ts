/**
 * All pages of campaigns, in the order their paths are looked at: a fixed word before what names a campaign.
 */
import type { Page } from '../page.ts'
import { calendar } from './calendar.tsx'
import { decide } from './decide.tsx'
import { edit } from './edit.tsx'
import { exports } from './exports.tsx'
import { list } from './list.tsx'
import { oneCampaign } from './one.tsx'
import { runActs } from './run-acts.tsx'
import { runs } from './runs.tsx'
import { themes } from './themes.tsx'

export const campaigns: readonly Page[] = [
  ...list,
  ...exports,
  ...runs,
  ...runActs,
  ...edit,
  ...oneCampaign,
  ...decide,
  ...themes,
  ...calendar,
]
