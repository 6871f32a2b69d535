/**
 * The officer's first page and its lists: what waits for approval, the unit's messages, what goes out regularly.
 */
import { listNewestRuns } from '../../db/broadcasts.ts'
import { type Campaign, type CampaignFilter, countCampaigns, listCampaigns } from '../../db/campaigns.ts'
import { titleIn } from '../../src/campaign.ts'
import type { Button, Decision } from '../../src/chat.ts'
import { scopeOf } from '../../src/rights.ts'
import { payloadOf } from '../../src/text.ts'
import { haltedText, listStateOf } from './states.ts'
import { button, HOME, lines, PAGE, say, type Work } from './work.ts'

/** Characters of a title inside a button: a phone shows about forty of both, and the state must be among them. */
const LABEL_MOST = 26

export async function home({ turn, desk }: Work): Promise<Decision> {
  const { actor } = desk
  const writes = scopeOf(actor, 'campaign.write').length > 0
  const approves = scopeOf(actor, 'campaign.approve')
  const waiting = await countCampaigns(turn.db, waitingFor(desk))
  const text = lines([say('home', { officer: actor.name, unit: actor.unitName }), ...(await haltedText(turn.db))])
  return {
    replies: [
      {
        text,
        buttons: [
          ...(writes ? [button('new', 'new')] : []),
          ...(approves.length > 0 ? [button('waiting', 'waiting', '', '', { n: String(waiting) })] : []),
          button('list', 'list'),
          button('rules', 'rules'),
        ],
      },
    ],
  }
}

const waitingFor = ({ actor }: Work['desk']): CampaignFilter => ({
  paths: scopeOf(actor, 'campaign.approve'),
  states: ['submitted'],
  approver: actor.officerId,
})

/** What this officer may approve. */
export async function listWaiting(work: Work, before: string): Promise<Decision> {
  return page(work, 'waiting', waitingFor(work.desk), before)
}

/** The unit's messages, newest first. */
export async function listOwn(work: Work, before: string): Promise<Decision> {
  return page(work, 'list', { paths: scopeOf(work.desk.actor, 'campaign.read') }, before)
}

/** Rules under way, and the two kinds that can be begun. */
export async function listRules(work: Work, before: string): Promise<Decision> {
  const { actor } = work.desk
  const more: Button[] =
    scopeOf(actor, 'campaign.write').length > 0
      ? [button('add_daily_item', 'rule', 'daily_item'), button('add_weekly_question', 'rule', 'weekly_question')]
      : []
  const filter: CampaignFilter = { paths: scopeOf(actor, 'campaign.read'), states: ['draft', 'submitted', 'approved'], rules: true }
  return page(work, 'rules', filter, before, more)
}

async function page(work: Work, name: string, filter: CampaignFilter, before: string, more: Button[] = []): Promise<Decision> {
  const { db } = work.turn
  const found = await listCampaigns(db, { ...filter, before, limit: PAGE + 1 })
  const shown = found.slice(0, PAGE)
  const last = shown.at(-1)
  const buttons = [
    ...(await labelled(work, shown)),
    ...(found.length > PAGE && last ? [{ label: { key: 'common.b_more' }, payload: payloadOf('campaign', name, last.id) }] : []),
    ...more,
    HOME,
  ]
  return { replies: [{ text: say(shown.length > 0 ? `${name}_some` : `${name}_none`), buttons }] }
}

async function labelled({ turn }: Work, shown: Campaign[]): Promise<Button[]> {
  const runs = new Map(
    (
      await listNewestRuns(
        turn.db,
        shown.map(({ id }) => id),
      )
    ).map((run) => [run.campaignId, run]),
  )
  return shown.map((campaign) =>
    button('campaign', 'open', campaign.id, '', {
      title: titleIn(campaign, LABEL_MOST),
      state: listStateOf(campaign, runs.get(campaign.id)),
    }),
  )
}
