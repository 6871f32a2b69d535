/**
 * One campaign as its officers see it: the message exactly as a person gets it, marked as a preview, then who wrote it,
 * for whom, when, how many, and what this officer may do with it now.
 */
import type { Counting } from '../../db/audience.ts'
import { listNewestRuns, type OwnedBroadcast } from '../../db/broadcasts.ts'
import { type Campaign, requireCampaign } from '../../db/campaigns.ts'
import { findPushRules } from '../../db/push-rules.ts'
import { listTopics } from '../../db/topics.ts'
import { titleIn } from '../../src/campaign.ts'
import type { Button, Decision, Text } from '../../src/chat.ts'
import { isRule } from '../../src/plan.ts'
import { whenVi } from '../../src/time.ts'
import { countPeople } from './counts.ts'
import { previewOf } from './preview.ts'
import { runCard } from './run.ts'
import { planOf, stateOf, whoOf } from './states.ts'
import { allowed, attempt, button, type Data, HOME, lines, say, type Work } from './work.ts'

/** Opens a campaign: what waits as a preview, a rule with its next time, what went out with its newest run. */
export async function openCampaign(work: Work, id: string): Promise<Decision> {
  return attempt(work, { act: 'campaign.open', about: ['campaign', id] }, async () => {
    const campaign = await requireCampaign(work.desk, id)
    const [run] = await listNewestRuns(work.turn.db, [id])
    if (campaign.state === 'approved' && isRule(campaign.plan)) return ruleCard(work, campaign, run)
    return run ? runCard(work, run) : cardOf(work, campaign)
  })
}

/** The preview. @param counting where an unfinished count goes on */
export async function cardOf(work: Work, campaign: Campaign, counting?: Counting): Promise<Decision> {
  const { id, state, version } = campaign
  const waits = state === 'draft' || state === 'submitted'
  const { text: counts, rest } = waits ? await countPeople(work, campaign, counting) : { text: undefined }
  const facts = lines([...(await factsOf(work, campaign)), ...(counts ? [{ literal: '' }, counts] : [])])
  const buttons = [...(rest ? [button('count', 'count', id)] : []), ...actsOn(work, campaign), HOME]
  return {
    replies: [...(counting ? [] : [await previewOf(work, campaign)]), { text: facts, buttons }],
    ...(rest ? { next: { step: 'count', data: { id, version, counting: rest } } } : {}),
  }
}

/** "Đếm tiếp": from where the last tap came to, when it is still the same version. */
export async function countOn(work: Work, id: string): Promise<Decision> {
  return attempt(work, { act: 'campaign.open', about: ['campaign', id] }, async () => {
    const campaign = await requireCampaign(work.desk, id)
    const kept = work.turn.step?.data as (Data & { version?: number; counting?: Counting }) | undefined
    const same = kept?.id === id && kept.version === campaign.version
    return cardOf(work, campaign, same ? kept.counting : undefined)
  })
}

async function factsOf(work: Work, campaign: Campaign): Promise<Text[]> {
  const { content, topic, plan, state, needs, approvals } = campaign
  const topics = topic === null ? [] : await listTopics(work.turn.db)
  const named = topics.find((one) => one.id === topic)?.[work.turn.contact.locale]
  return [
    say('fact_title', { title: titleIn(campaign, 80), state: stateOf(campaign) }),
    say('fact_from', { unit: campaign.unitName, author: campaign.authorName }),
    say('fact_who', { who: await whoOf(work, campaign) }),
    ...(topic === null ? [] : [say('fact_topic', { topic: { literal: named ?? topic } })]),
    say('fact_when', { when: planOf(plan) }),
    // More days than messages a week: an officer must not learn it from the figures.
    ...(plan.kind === 'daily' ? [say('fact_cap', { cap: (await findPushRules(work.turn.db)).weeklyCap })] : []),
    ...(content.business && content.decision
      ? [say('fact_decision', { authority: content.decision.authority, number: content.decision.number, url: content.decision.url })]
      : []),
    ...(content.business && !content.decision ? [say('fact_no_decision')] : []),
    ...(needs > 1 && state === 'submitted' ? [say('fact_approvals', { n: approvals, needs })] : []),
  ]
}

function actsOn(work: Work, campaign: Campaign): Button[] {
  const { id, state, version, editors, content } = campaign
  const writes = allowed(work, 'campaign.write', campaign)
  const approves = allowed(work, 'campaign.approve', campaign)
  const tie = String(version)
  if (state === 'draft') {
    const ready = !content.business || content.decision !== null
    return writes ? [...(ready ? [button('submit', 'submit', id, tie)] : []), button('edit', 'edit', id), button('drop', 'drop', id)] : []
  }
  if (state !== 'submitted') return []
  return [
    ...(approves && !editors.includes(work.desk.actor.officerId) ? [button('approve', 'approve', id, tie)] : []),
    ...(approves ? [button('return', 'return', id, tie)] : []),
    ...(writes ? [button('edit', 'edit', id), button('drop', 'drop', id)] : []),
  ]
}

function ruleCard(work: Work, campaign: Campaign, run: OwnedBroadcast | undefined): Promise<Decision> {
  return ruleFacts(work, campaign).then((facts) => ({
    replies: [
      {
        text: lines(facts),
        buttons: [
          ...(run ? [button('last_run', 'run', String(run.id)), button('runs', 'runs', campaign.id)] : []),
          ...(allowed(work, 'broadcast.stop', campaign) ? [button('end_rule', 'drop', campaign.id)] : []),
          HOME,
        ],
      },
    ],
  }))
}

async function ruleFacts(work: Work, campaign: Campaign): Promise<Text[]> {
  const { nextAt } = campaign
  return [...(await factsOf(work, campaign)), ...(nextAt ? [say('fact_next', { when: whenVi(nextAt) })] : [])]
}
