/**
 * Where a token reaches. What lies outside is answered as if it were not there, so that nobody finds out by asking;
 * what lies inside and is not allowed is forbidden.
 */
import { findBroadcast, type OwnedBroadcast } from '../../db/broadcasts.ts'
import { type Campaign, pathOfUnit, requireCampaign } from '../../db/campaigns.ts'
import type { Desk } from '../../db/rights.ts'
import { AppError } from '../errors.ts'
import { type Act, type Actor, demand } from '../rights.ts'

/** Is the thing with this path at or below a unit of this officer's? */
export function reaches({ grants }: Pick<Actor, 'grants'>, path: string): boolean {
  return grants.some((grant) => path.startsWith(grant.path))
}

/** Path of a unit the token may do this at. Throws AppError `not_found`, `forbidden`. */
export async function requireUnit({ db, actor }: Desk, unitId: string, act: Act): Promise<string> {
  const path = await pathOfUnit(db, unitId)
  if (!reaches(actor, path)) throw new AppError('not_found', 'desk.unit_gone')
  demand(actor, act, path)
  return path
}

/** A campaign the token may do this with. Throws AppError `not_found`, `forbidden`. */
export async function requireCampaignFor(desk: Desk, id: string, act: Act): Promise<Campaign> {
  const campaign = await requireCampaign(desk, id)
  demand(desk.actor, act, campaign.path)
  return campaign
}

/** A run the token may do this with. Throws AppError `not_found`, `forbidden`. */
export async function requireBroadcastFor({ db, actor }: Desk, id: number, act: Act): Promise<OwnedBroadcast> {
  const run = await findBroadcast(db, id)
  if (!run || !reaches(actor, run.path)) throw new AppError('not_found', 'desk.broadcast_gone')
  demand(actor, act, run.path)
  return run
}

/** Path of an audience, which lies in the campaign's unit or below it. Throws AppError `not_found`, `forbidden`. */
export async function audiencePath({ db }: Desk, campaignPath: string, unitId: string): Promise<string> {
  const path = await pathOfUnit(db, unitId)
  if (!path.startsWith(campaignPath)) throw new AppError('forbidden', 'desk.audience_outside')
  return path
}
