/**
 * From a draft to its approval, in chat: submitted, approved by another officer's hand, sent back, ended. Those who
 * must know are told by the acts themselves (db/campaign-notices.ts).
 */
import {
  type Approved,
  approveCampaign,
  cancelCampaign,
  checkApproval,
  checkReturn,
  endRule,
  returnCampaign,
  submitCampaign,
} from '../../db/approvals.ts'
import { listNewestRuns } from '../../db/broadcasts.ts'
import { type Campaign, requireCampaign } from '../../db/campaigns.ts'
import { titleIn } from '../../src/campaign.ts'
import type { Decision, Reply } from '../../src/chat.ts'
import { AppError } from '../../src/errors.ts'
import { isRule } from '../../src/plan.ts'
import { demand } from '../../src/rights.ts'
import { whenVi } from '../../src/time.ts'
import { openCampaign } from './card.ts'
import { wayOut } from './choices.ts'
import { askDigits, asksAgain, type Wanted, waysOut } from './digits.ts'
import { actName, finishAct, type RunAct, startAct, triedOn } from './run.ts'
import { attempt, backTo, button, HOME, open, say, type Work } from './work.ts'

/** Characters of a reason: it is a note between two officers. */
const REASON_MOST = 300

const on = (act: string, id: string) => ({ act, about: ['campaign', id] as [string, string] })

/** "Gửi duyệt". */
export async function submit(work: Work, id: string, version: string): Promise<Decision> {
  return attempt(
    work,
    on('campaign.submit', id),
    async () => {
      const campaign = await requireSeen(work, id, version)
      const { writes, told } = await submitCampaign(work.desk, campaign)
      const text = say(told > 0 ? 'submitted' : 'submitted_nobody')
      return { replies: [{ text, buttons: [open(id), HOME] }], writes }
    },
    () => ({ buttons: [open(id), HOME] }),
  )
}

/** "Duyệt" was tapped: everything that can be refused is refused before the digits. */
export async function startApproval(work: Work, id: string, version: string): Promise<Decision> {
  return attempt(
    work,
    on('campaign.approve', id),
    async () => {
      const campaign = await requireCampaign(work.desk, id)
      await checkApproval(work.desk, campaign, Number(version))
      return askDigits({ act: 'approve', id, version: Number(version) }, say('sure_approve', { title: titleIn(campaign) }))
    },
    () => ({ buttons: [open(id), HOME] }),
  )
}

/** "Trả lại" was tapped: what is to be changed may be said, because "trả lại" alone leaves an author guessing. */
export async function askReason(work: Work, id: string, version: string): Promise<Decision> {
  return attempt(work, on('campaign.return', id), async () => {
    const campaign = await requireSeen(work, id, version)
    // Says what speaks against it before anything is asked.
    checkReturn(work.desk, campaign)
    return { replies: [reasonAsked(campaign)], next: { step: 'reason', data: { id, version } } }
  })
}

export const reasonAsked = (campaign: Campaign): Reply => ({
  text: say('ask_reason', { title: titleIn(campaign), most: REASON_MOST }),
  buttons: [button('return_plain', 'returned', campaign.id, String(campaign.version)), backTo(campaign.id)],
})

/** The reason was typed. */
export async function takeReason(work: Work, { id = '', version }: { id?: string; version: string }): Promise<Decision> {
  const { text } = work.turn.message
  if (wayOut(text)) return openCampaign(work, id)
  if (text !== '' && text.length <= REASON_MOST) return sendBack(work, id, version, text)
  const note = { text: say('reason_long', { most: REASON_MOST }), buttons: [backTo(id)] }
  return { replies: [note], next: { step: 'reason', data: { id, version } } }
}

/** Its author is told, with the reason if one was given: it stands in that message only. */
export async function sendBack(work: Work, id: string, version: string, reason = ''): Promise<Decision> {
  return attempt(work, on('campaign.return', id), async () => {
    const campaign = await requireSeen(work, id, version)
    return { replies: [{ text: say('returned'), buttons: [HOME] }], writes: await returnCampaign(work.desk, campaign, reason) }
  })
}

/** "Hủy tin", asked once; a rule that runs is ended by the digits. */
export async function drop(work: Work, id: string, sure: string): Promise<Decision> {
  return attempt(work, on('campaign.cancel', id), async () => {
    const campaign = await requireCampaign(work.desk, id)
    const params = { title: titleIn(campaign) }
    if (campaign.state === 'approved') {
      // What runs once is stopped as a run.
      if (!isRule(campaign.plan)) throw new AppError('conflict', 'desk.campaign_moved')
      demand(work.desk.actor, 'broadcast.stop', campaign.path)
      return askDigits({ act: 'end', id }, say('sure_end', params))
    }
    const writes = cancelCampaign(work.desk, campaign)
    if (sure !== 'yes') return { replies: [{ text: say('sure_drop', params), buttons: [button('drop_yes', 'drop', id, 'yes'), open(id)] }] }
    return { replies: [{ text: say('dropped'), buttons: [HOME] }], writes }
  })
}

/** "Hủy gửi" while the first message still waits: the campaign's newest run. */
export async function holdBack(work: Work, id: string): Promise<Decision> {
  const [run] = await listNewestRuns(work.turn.db, [id])
  return startAct(work, run?.id ?? 0, 'cancel')
}

/** The digits came: what they were for is done, or they are asked again. */
export async function takeDigits(work: Work, wanted: Wanted, typed: string): Promise<Decision> {
  const { act, id = '', run = 0, version = 0 } = wanted
  const digits = typed.replace(/\s/g, '')
  const again = (why: string) =>
    asksAgain(why) ? { buttons: waysOut(wanted), next: { step: 'digits', data: wanted } } : id ? { buttons: [open(id), HOME] } : {}
  const runs = act in RUN ? (act as RunAct) : undefined
  if (runs) return attempt(work, triedOn(actName(runs), run), () => finishAct(work, run, runs, digits), again)
  const name = act === 'end' ? 'campaign.cancel' : `campaign.${act}`
  return attempt(
    work,
    on(name, id),
    async () => {
      const campaign = await requireCampaign(work.desk, id)
      if (act === 'approve') return approved(campaign, await approveCampaign(work.desk, campaign, version, digits))
      return { replies: [{ text: say('ended'), buttons: [HOME] }], writes: await endRule(work.desk, campaign, digits) }
    },
    again,
  )
}

const RUN: Record<RunAct, true> = { pause: true, resume: true, cancel: true, failed: true, unknown: true }

function approved({ id, plan }: Campaign, { writes, leaves }: Approved): Decision {
  if (!leaves) return { replies: [{ text: say('approved_first'), buttons: [HOME] }], writes }
  const rule = isRule(plan)
  const text = say(rule ? 'approved_rule' : 'approved', { when: whenVi(leaves) })
  const buttons = [...(rule ? [] : [button('hold', 'hold', id)]), open(id), HOME]
  return { replies: [{ text, buttons }], writes }
}

/** The campaign in the version this button was shown with. */
async function requireSeen(work: Work, id: string, version: string): Promise<Campaign> {
  const campaign = await requireCampaign(work.desk, id)
  if (version !== String(campaign.version)) throw new AppError('conflict', 'desk.campaign_changed')
  return campaign
}
