/**
 * A run of a rule that its time went by without: an officer says whether it still goes out or is left out. The rule's
 * own next time is not touched by either.
 */
import type { Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { type Act, demand } from '../src/rights.ts'
import { firstLeaves, newNames } from './approvals.ts'
import { recordAct } from './audit.ts'
import { addBroadcast } from './broadcasts.ts'
import type { Campaign } from './campaigns.ts'
import { guard } from './client.ts'
import { useDigits } from './hand.ts'
import { composeMessage } from './messages.ts'
import { type Desk, stillActing } from './rights.ts'

/** "Gửi bây giờ": the run that was missed, with its hold. Throws AppError `forbidden`, `conflict`, `invalid`. */
export async function sendMissed(desk: Desk, campaign: Campaign, digits: string): Promise<Statement[]> {
  const { db, now, random } = desk
  const { id, unitId, audience } = campaign
  checkMissed(desk, campaign, 'broadcast.restart')
  const message = await composeMessage(db, campaign, now, random)
  const startsAt = firstLeaves({ kind: 'now' }, now)
  if (!message || !startsAt) throw new AppError('invalid', 'desk.no_text')
  return settled(desk, campaign, 'campaign.send_missed', digits, [
    addBroadcast({ campaignId: id, unitId, ...newNames(random), message, audience, now, startsAt }),
  ])
}

/** "Bỏ qua": this once nothing goes out. */
export async function skipMissed(desk: Desk, campaign: Campaign, digits: string): Promise<Statement[]> {
  checkMissed(desk, campaign, 'broadcast.stop')
  return settled(desk, campaign, 'campaign.skip_missed', digits, [])
}

/** Said before digits are asked for. Throws AppError `forbidden`, `conflict`. */
export function checkMissed({ actor }: Desk, campaign: Campaign, act: Act): void {
  demand(actor, act, campaign.path)
  if (campaign.state !== 'approved' || campaign.missedAt === null) throw new AppError('conflict', 'desk.campaign_moved')
}

async function settled(desk: Desk, campaign: Campaign, act: string, digits: string, change: Statement[]): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  const hand = await useDigits(db, keys, actor.officerId, digits, now)
  return [
    ...stillActing(actor),
    ...hand,
    {
      sql: "UPDATE campaigns SET missed_at = NULL WHERE id = ? AND missed_at = ? AND state = 'approved'",
      args: [campaign.id, campaign.missedAt?.getTime() ?? null],
    },
    guard(),
    ...change,
    recordAct(actor, { act, unitId: campaign.unitId, about: ['campaign', campaign.id] }, now),
  ]
}
