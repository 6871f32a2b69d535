/**
 * From a draft to its first run: submit, approve by another hand, cancel. Every act is checked for scope, proven by six
 * digits where it makes something leave, guarded against what changed meanwhile, and audited in the same batch.
 */
import { linkOf } from '../src/campaign.ts'
import type { Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { randomCode } from '../src/keys.ts'
import { checkPlan, endOfQuiet, isMissed, isRule, nextRun, type Plan } from '../src/plan.ts'
import { demand, withoutLoansOf } from '../src/rights.ts'
import { dayOf, whenVi } from '../src/time.ts'
import { recordAct } from './audit.ts'
import { addBroadcast } from './broadcasts.ts'
import { type Told, tellApprovers, tellEditors } from './campaign-notices.ts'
import { type Campaign, pathOfUnit } from './campaigns.ts'
import { guard } from './client.ts'
import { dealKinds } from './deals.ts'
import { type Hand, useHand } from './hand.ts'
import { findImage } from './images.ts'
import { findItem } from './items.ts'
import { composeMessage } from './messages.ts'
import { findPushRules, isAllowedLink, linksIn } from './push-rules.ts'
import { type Desk, stillActing } from './rights.ts'
import { listTopics } from './topics.ts'

/** Between an approval and the first message: time to say "Hủy" (R15). */
const HOLD_MS = 5 * 60 * 1000
const CODE_LENGTH = 8

/**
 * Asks another officer's approval; those who may give it are told. `told`: how many of them have a chat account. Throws
 * AppError `invalid` with the text key of the first thing that is wrong.
 */
export async function submitCampaign(desk: Desk, campaign: Campaign): Promise<Told> {
  const { actor, now } = desk
  demand(actor, 'campaign.write', campaign.path)
  if (campaign.state !== 'draft') throw new AppError('conflict', 'desk.campaign_moved')
  await checkCampaign(desk, campaign)
  const notice = await tellApprovers(desk, campaign, campaign.editors)
  const act = { act: 'campaign.submit', unitId: campaign.unitId, about: aboutOf(campaign), detail: { version: campaign.version } }
  const writes = [...stillActing(actor), move(campaign, 'draft', 'submitted', now), guard(), recordAct(actor, act, now), ...notice.writes]
  return { writes, told: notice.told }
}

/** `leaves`: when the first message leaves, quiet hours counted in; undefined when another approval is needed first. */
export type Approved = { writes: Statement[]; leaves: Date | undefined }

/**
 * Approves the version the officer saw. The last approval that is needed makes the run (or starts the rule): content and
 * audience are frozen by it, the first message waits five minutes, and its authors are told. Before the last, whoever may
 * give the next one is told. Throws AppError `forbidden` (own campaign, no right, wrong digits), `conflict` (changed, or
 * approved by them already), `invalid` (its time is past).
 */
export async function approveCampaign(desk: Desk, campaign: Campaign, version: number, digits: Hand): Promise<Approved> {
  const { db, keys, actor, now } = desk
  await checkApproval(desk, campaign, version)
  const hand = await useHand(db, keys, actor.officerId, digits, now)
  const last = campaign.approvals + 1 >= campaign.needs
  const leaves = last ? await whenLeaves(desk, campaign.plan) : undefined
  const notice = leaves
    ? await tellEditors(desk, campaign, 'told_approved', { when: whenVi(leaves) })
    : await tellApprovers(desk, campaign, [...campaign.editors, actor.officerId])
  const writes = [
    ...stillActing(actor),
    ...hand,
    {
      sql: 'INSERT INTO approvals(campaign_id, version, officer_id, at) VALUES (?, ?, ?, ?)',
      args: [campaign.id, version, actor.officerId, now.toISOString()],
    },
    {
      sql: `UPDATE campaigns SET approvals = approvals + 1, changed_at = ? WHERE id = ? AND version = ? AND state = 'submitted' AND approvals = ?
              AND NOT EXISTS (SELECT 1 FROM json_each(editors) WHERE value = ?)`,
      args: [now.toISOString(), campaign.id, version, campaign.approvals, actor.officerId],
    },
    guard(),
    ...(last ? await begin(desk, campaign) : []),
    recordAct(actor, { act: 'campaign.approve', unitId: campaign.unitId, about: aboutOf(campaign), detail: { version, last } }, now),
    ...notice.writes,
  ]
  return { writes, leaves }
}

/** What speaks against this officer's approval of this version, said before digits are asked for. Throws AppError. */
export async function checkApproval(desk: Desk, campaign: Campaign, version: number): Promise<void> {
  const { db, actor } = desk
  demand(withoutLoansOf(actor, campaign.editors), 'campaign.approve', campaign.path)
  if (campaign.editors.includes(actor.officerId)) throw new AppError('forbidden', 'desk.own_campaign')
  if (campaign.state !== 'submitted') throw new AppError('conflict', 'desk.campaign_moved')
  if (campaign.version !== version) throw new AppError('conflict', 'desk.campaign_changed')
  const [before] = await db.read('SELECT 1 AS done FROM approvals WHERE campaign_id = ? AND version = ? AND officer_id = ?', [
    campaign.id,
    version,
    actor.officerId,
  ])
  if (before) throw new AppError('conflict', 'desk.approved_already')
  await checkCampaign(desk, campaign)
}

/** What speaks against sending it back. Throws AppError `forbidden`, `conflict`. */
export function checkReturn({ actor }: Desk, campaign: Campaign): void {
  demand(actor, 'campaign.approve', campaign.path)
  if (campaign.state !== 'submitted') throw new AppError('conflict', 'desk.campaign_moved')
}

/**
 * An officer who may approve sends it back to its authors; nothing is sent. They are told, with the reason if there is
 * one: it stands in that message only.
 */
export async function returnCampaign(desk: Desk, campaign: Campaign, reason = ''): Promise<Statement[]> {
  const { actor, now } = desk
  checkReturn(desk, campaign)
  return [
    ...stillActing(actor),
    move(campaign, 'submitted', 'draft', now),
    guard(),
    recordAct(actor, { act: 'campaign.return', unitId: campaign.unitId, about: aboutOf(campaign) }, now),
    ...(await tellEditors(desk, campaign, reason ? 'told_returned_why' : 'told_returned', { reason: { literal: reason } })).writes,
  ]
}

/** Ends a draft, a submitted campaign, or a rule; a rule's runs that are under way are stopped by themselves. */
export function cancelCampaign({ actor, now }: Desk, campaign: Campaign): Statement[] {
  demand(actor, campaign.state === 'approved' ? 'broadcast.stop' : 'campaign.write', campaign.path)
  if (campaign.state === 'done' || campaign.state === 'cancelled') throw new AppError('conflict', 'desk.campaign_moved')
  return [
    ...stillActing(actor),
    move(campaign, campaign.state, 'cancelled', now),
    guard(),
    recordAct(actor, { act: 'campaign.cancel', unitId: campaign.unitId, about: aboutOf(campaign) }, now),
  ]
}

/** Ends a rule by the officer's own hand. Throws AppError `forbidden`, `conflict`, `too_many`. */
export async function endRule(desk: Desk, campaign: Campaign, digits: Hand): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  const change = cancelCampaign(desk, campaign)
  return [...(await useHand(db, keys, actor.officerId, digits, now)), ...change]
}

/** When the first message of an approved plan leaves at the earliest; quiet hours still move it. Undefined when no time is left. */
export function firstLeaves(plan: Plan, now: Date): Date | undefined {
  const earliest = new Date(now.getTime() + HOLD_MS)
  if (isRule(plan)) return nextRun(plan, earliest)
  const wanted = plan.kind === 'once' ? new Date(plan.at) : earliest
  return wanted > earliest ? wanted : earliest
}

async function whenLeaves({ db, now }: Desk, plan: Plan): Promise<Date | undefined> {
  const first = firstLeaves(plan, now)
  return first && endOfQuiet(first, (await findPushRules(db)).quiet)
}

/** Everything that must hold before anybody is asked to approve; asked again at the approval. Throws AppError. */
export async function checkCampaign(desk: Desk, campaign: Campaign): Promise<void> {
  const { db, now, ownHost } = desk
  const { content, audience, plan, topic } = campaign
  const wrong = (key: string) => new AppError('invalid', `desk.${key}`)
  const rules = await findPushRules(db)
  if (content.source === 'text' && content.vi === null) throw wrong('no_text')
  if (content.source !== 'text' && !isRule(plan)) throw wrong('rule_needed')
  if (content.business && content.decision === null) throw wrong('no_decision')
  if (audience.purpose === 'deals' && content.label === null) throw wrong('no_label')
  if (content.zaloTemplate && rules.zaloTemplate === null) throw wrong('no_template')
  const path = await pathOfUnit(db, audience.unitId)
  if (!path.startsWith(campaign.path)) throw new AppError('forbidden', 'desk.audience_outside')
  if (audience.withoutUnit && path !== `/${audience.unitId}/`) throw wrong('without_unit')
  if (topic !== null && !(await listTopics(db)).some(({ id }) => id === topic)) throw wrong('no_topic')
  const links = [
    ...linksIn(`${content.vi ?? ''} ${content.en ?? ''}`),
    ...content.buttons.flatMap(({ to }) => linkOf(to) ?? []),
    ...(content.decision ? [content.decision.url] : []),
  ]
  if (links.some((link) => !isAllowedLink(link, rules, ownHost))) throw wrong('bad_link')
  if (content.image !== null && !(await findImage(db, content.image.slice('/media/'.length, -'.jpg'.length)))) throw wrong('no_image')
  for (const { to } of content.buttons) {
    if (to.kind === 'item' && !(await findItem(db, to.id, dayOf(now)))) throw wrong('no_item')
    if (to.kind === 'deal' && to.id !== undefined && !(dealKinds as readonly string[]).includes(to.id)) throw wrong('no_deal')
  }
  if (plan.kind === 'now') return
  const against = checkPlan(plan, rules.quiet, now)
  // Approved late, a run leaves after its hold instead; past an hour somebody must choose its time again.
  if (against === 'past' && !(plan.kind === 'once' && !isMissed(new Date(plan.at), now))) throw wrong('plan_past')
  if (against === 'too_far') throw wrong('plan_far')
  if (against === 'quiet') throw wrong('plan_quiet')
}

/** The last approval: a run with its hold, or the rule with its first time. */
async function begin(desk: Desk, campaign: Campaign): Promise<Statement[]> {
  const { db, now, random } = desk
  const { plan, id, unitId, audience } = campaign
  const rule = isRule(plan)
  const startsAt = firstLeaves(plan, now)
  const approved = {
    sql: "UPDATE campaigns SET state = 'approved', next_at = ? WHERE id = ? AND state = 'submitted' AND approvals = needs",
    args: [(rule && startsAt?.getTime()) || null, id],
  }
  if (rule) return [approved, guard()]
  const message = await composeMessage(db, campaign, now, random)
  if (!message || !startsAt) throw new AppError('invalid', 'desk.no_text')
  return [approved, guard(), addBroadcast({ campaignId: id, unitId, ...newNames(random), message, audience, now, startsAt })]
}

/** What a member types to ask whether a message is real, and the short word that opens its buttons. */
export function newNames(random: () => number): { code: string; word: string } {
  const letter = () => LETTERS[Math.floor(random() * LETTERS.length)] ?? 'K'
  return { code: randomCode(CODE_LENGTH, random), word: `${letter()}${2 + Math.floor(random() * 8)}${letter()}` }
}

/** Without those that are mistaken for a digit or for one another. */
const LETTERS = 'ABCDEGHKMNPQRTUVXY'

const aboutOf = ({ id }: Campaign): [kind: string, id: string] => ['campaign', id]

function move({ id, version }: Campaign, from: string, to: string, now: Date): Statement {
  return {
    // What is sent back is another version: who approved the old one may approve the new one too.
    sql: `UPDATE campaigns SET state = ?, approvals = 0, next_at = NULL, changed_at = ?, version = version + ?
          WHERE id = ? AND version = ? AND state = ?`,
    args: [to, now.toISOString(), to === 'draft' ? 1 : 0, id, version, from],
  }
}
