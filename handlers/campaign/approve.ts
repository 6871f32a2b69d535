/**
 * From a draft to its approval, in chat: submitted, approved by another officer's hand, sent back, ended; and each time
 * those who must know are told.
 */
import { approveCampaign, cancelCampaign, checkApproval, endRule, firstLeaves, returnCampaign, submitCampaign } from '../../db/approvals.ts'
import { listNewestRuns } from '../../db/broadcasts.ts'
import { type Campaign, requireCampaign } from '../../db/campaigns.ts'
import { listNearestOfficers } from '../../db/officers.ts'
import { findPushRules } from '../../db/push-rules.ts'
import type { Decision, Reply, Statement, Text } from '../../src/chat.ts'
import { AppError } from '../../src/errors.ts'
import { endOfQuiet, isRule } from '../../src/plan.ts'
import { demand } from '../../src/rights.ts'
import { whenVi } from '../../src/time.ts'
import { openCampaign } from './card.ts'
import { wayOut } from './choices.ts'
import { askDigits, asksAgain, type Wanted, waysOut } from './digits.ts'
import { actName, finishAct, type RunAct, startAct, triedOn } from './run.ts'
import { titleIn } from './states.ts'
import { attempt, backTo, button, HOME, open, say, tell, toldButton, type Work } from './work.ts'

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
      const writes = await submitCampaign(work.desk, campaign)
      const told = await tellApprovers(work, campaign, campaign.editors)
      const text = say(told.told > 0 ? 'submitted' : 'submitted_nobody')
      return { replies: [{ text, buttons: [open(id), HOME] }], writes: [...writes, ...told.writes] }
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
    returnCampaign(work.desk, campaign)
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
    const writes = returnCampaign(work.desk, campaign)
    const key = reason === '' ? 'told_returned' : 'told_returned_why'
    const told = await tell(work, campaign.editors, toldReply(work, campaign, key, { reason: { literal: reason } }))
    return { replies: [{ text: say('returned'), buttons: [HOME] }], writes: [...writes, ...told.writes] }
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
      if (act === 'approve') return approved(work, campaign, await approveCampaign(work.desk, campaign, version, digits))
      return { replies: [{ text: say('ended'), buttons: [HOME] }], writes: await endRule(work.desk, campaign, digits) }
    },
    again,
  )
}

const RUN: Record<RunAct, true> = { pause: true, resume: true, cancel: true, failed: true, unknown: true }

async function approved(work: Work, campaign: Campaign, writes: Statement[]): Promise<Decision> {
  const { id, plan, editors } = campaign
  if (campaign.approvals + 1 < campaign.needs) {
    const told = await tellApprovers(work, campaign, [...editors, work.desk.actor.officerId])
    return { replies: [{ text: say('approved_first'), buttons: [HOME] }], writes: [...writes, ...told.writes] }
  }
  const { quiet } = await findPushRules(work.turn.db)
  const leaves = firstLeaves(plan, work.turn.now)
  const when = leaves ? whenVi(endOfQuiet(leaves, quiet)) : ''
  const rule = isRule(plan)
  const reply = toldReply(work, campaign, 'told_approved', { when })
  const told = await tell(work, editors, reply)
  const text = say(rule ? 'approved_rule' : 'approved', { when })
  const buttons = [...(rule ? [] : [button('hold', 'hold', id)]), open(id), HOME]
  return { replies: [{ text, buttons }], writes: [...writes, ...told.writes] }
}

/** The nearest officers who may approve; a unit with one officer is approved by the unit above. */
async function tellApprovers(work: Work, campaign: Campaign, except: readonly string[]) {
  const approvers = await listNearestOfficers(work.turn.db, campaign.path, ['approver'], except)
  return tell(work, approvers, toldReply(work, campaign, 'told_submitted'))
}

function toldReply({ desk }: Work, campaign: Campaign, key: string, params: Record<string, string | Text> = {}): Reply {
  const approving = key === 'told_submitted'
  return {
    text: say(key, { title: titleIn(campaign), unit: campaign.unitName, officer: desk.actor.name, ...params }),
    buttons: [toldButton(campaign, approving ? 'open_approve' : 'open', approving ? 'duyệt tin' : 'tin của đơn vị')],
  }
}

/** The campaign in the version this button was shown with. */
async function requireSeen(work: Work, id: string, version: string): Promise<Campaign> {
  const campaign = await requireCampaign(work.desk, id)
  if (version !== String(campaign.version)) throw new AppError('conflict', 'desk.campaign_changed')
  return campaign
}
