/**
 * What officers are told about a campaign, wherever the act came from (chat, API, console): those who may approve it, and
 * those who wrote it. Part of the act's own writes, so that nobody is told of what did not happen.
 */
import { titleIn } from '../src/campaign.ts'
import type { Reply, Statement, Text } from '../src/chat.ts'
import { payloadOf } from '../src/text.ts'
import { dayOf } from '../src/time.ts'
import type { Campaign } from './campaigns.ts'
import { tellOfficers } from './officer-notices.ts'
import { listNearestOfficers } from './officers.ts'
import type { Desk } from './rights.ts'

/** `told`: how many officers have a chat account to be told at. */
export type Told = { writes: Statement[]; told: number }

/** The nearest officers who may approve, by their own role or a lent one; a unit with one officer is approved by the unit above. */
export async function tellApprovers(desk: Desk, campaign: Campaign, except: readonly string[]): Promise<Told> {
  const approvers = await listNearestOfficers(desk.db, { path: campaign.path, role: 'approver', except, day: dayOf(desk.now) })
  return tell(desk, approvers, noticeOf(desk, campaign, 'told_submitted'))
}

/** Everybody who wrote any of it. */
export function tellEditors(
  desk: Desk,
  campaign: Campaign,
  key: 'told_returned' | 'told_returned_why' | 'told_approved',
  params = {},
): Promise<Told> {
  return tell(desk, campaign.editors, noticeOf(desk, campaign, key, params))
}

function tell({ db, keys, actor, now }: Desk, officerIds: readonly string[], notice: Reply): Promise<Told> {
  const others = officerIds.filter((id) => id !== actor.officerId)
  return tellOfficers(db, keys, others, notice, now)
}

/** It comes unasked: digits are not its to pick with, a word is (design.md). */
function noticeOf({ actor }: Desk, campaign: Campaign, key: string, params: Record<string, string | Text> = {}): Reply {
  const approving = key === 'told_submitted'
  return {
    text: {
      key: `campaign.${key}`,
      params: { title: titleIn(campaign), unit: campaign.unitName, officer: actor.name, ...params },
    },
    buttons: [
      {
        label: { key: `campaign.b_${approving ? 'open_approve' : 'open'}` },
        payload: payloadOf('campaign', 'open', campaign.id),
        word: approving ? 'duyệt tin' : 'tin của đơn vị',
      },
    ],
  }
}
