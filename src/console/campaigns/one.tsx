/**
 * One campaign: what it says in each app, who gets it and when, what still speaks against it, what may be done now, and its
 * runs. What sends, approves or ends asks for a proof on pages of its own (decide.tsx).
 */
import * as z from 'zod'
import { cancelCampaign, submitCampaign } from '../../../db/approvals.ts'
import { listBroadcasts, type OwnedBroadcast } from '../../../db/broadcasts.ts'
import type { Campaign } from '../../../db/campaigns.ts'
import { composeMessage } from '../../../db/messages.ts'
import { findPushRules } from '../../../db/push-rules.ts'
import { sendTest } from '../../../db/test-sends.ts'
import { listTopics } from '../../../db/topics.ts'
import { findUnit } from '../../../db/units.ts'
import { messagesOf, problemOf } from '../../api/preview.ts'
import { audiencePath, requireCampaignFor } from '../../api/scope.ts'
import { planIn, runStateIn, stateIn, whoIn } from '../../campaign-words.ts'
import { AppError } from '../../errors.ts'
import { isRule } from '../../plan.ts'
import { dateVi, dayOf, whenVi } from '../../time.ts'
import { haltedNote } from '../halted.tsx'
import { Badge, Card, Pairs } from '../kit/card.tsx'
import { Button, Form } from '../kit/form.tsx'
import { Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'
import { CountsTable, Previews } from './previews.tsx'
import { countSparing } from './sparing.ts'
import { actsOn, isHeld, isPossible, toneOf } from './words.ts'

const RUNS = 10
const versionSchema = z.object({ version: z.coerce.number().int().min(1) })

export const oneCampaign: readonly Page[] = [
  { method: 'get', path: '/campaigns/:id', act: 'campaign.read', handle: show },
  { method: 'post', path: '/campaigns/:id/test', act: 'campaign.write', handle: test },
  { method: 'post', path: '/campaigns/:id/submit', act: 'campaign.write', handle: submit },
  { method: 'get', path: '/campaigns/:id/drop', act: 'campaign.write', handle: askDrop },
  { method: 'post', path: '/campaigns/:id/drop', act: 'campaign.write', handle: drop },
]

async function show(visit: Visit): Promise<Response> {
  const { t, say, desk } = visit
  const campaign = await requireCampaignFor(desk, visit.param('id'), 'campaign.read')
  const { count } = visit.query(z.object({ count: z.literal('yes').optional() }))
  const open = campaign.state === 'draft' || campaign.state === 'submitted'
  const [problem, runs, message, rules] = await Promise.all([
    open ? problemOf({ desk, parts: visit.parts, locale: visit.locale }, campaign) : null,
    listBroadcasts(desk.db, { paths: [campaign.path], campaignId: campaign.id, before: 0, limit: RUNS + 1 }),
    open || isRule(campaign.plan) ? composeMessage(desk.db, campaign, desk.now, desk.random) : undefined,
    findPushRules(desk.db),
  ])
  const sent = message ?? runs[0]?.message
  const counts = count ? await countOf(visit, campaign) : undefined
  const acts = actsOn(desk.actor, campaign)
  const halted = await haltedNote(visit)
  return visit.show(
    {
      title: campaign.title,
      help: 'campaigns',
      crumbs: [{ href: '/console/campaigns', label: t('console_campaigns.list_title') }],
      actions: acts.edit ? (
        <a class="btn" href={`/console/campaigns/${campaign.id}/edit`}>
          {t('campaign.b_edit')}
        </a>
      ) : null,
    },
    <>
      {halted}
      {problem ? (
        <div class="alert alert-warning" role="status">
          {t('console_campaigns.problem', { problem })}
        </div>
      ) : null}
      <Card
        title={t('console_campaigns.part_facts')}
        actions={<Badge tone={toneOf(campaign.state)} label={say(stateIn(campaign, runs[0]))} />}
      >
        <Pairs pairs={await factsOf(visit, campaign)} />
        <Acts visit={visit} campaign={campaign} blocked={problem !== null} run={runs[0]} />
      </Card>
      <Card title={t('console_campaigns.part_look')}>
        <Previews visit={visit} messages={sent ? messagesOf(sent, visit.parts) : []} />
        {open || isRule(campaign.plan) ? <p class="form-hint mt-3 mb-0">{t('console_campaigns.sample_code')}</p> : null}
      </Card>
      {open || isRule(campaign.plan) ? (
        <Card title={t('console_campaigns.part_reach')}>
          {counts ? <CountsTable visit={visit} counts={counts} cap={rules.weeklyCap} /> : <p>{t('console_campaigns.count_hint')}</p>}
          <a class="btn" href={`/console/campaigns/${campaign.id}?count=yes`}>
            {t('console_campaigns.count')}
          </a>
        </Card>
      ) : null}
      {runs.length > 0 ? <Runs visit={visit} campaign={campaign} runs={runs} /> : null}
    </>,
  )
}

export async function factsOf({ t, say, desk, locale }: Visit, campaign: Campaign) {
  const { db, now } = desk
  const { audience, topic, theme, plan, content, needs, approvals, nextAt, state } = campaign
  const [unit, topics] = await Promise.all([findUnit(db, audience.unitId, dayOf(now)), listTopics(db)])
  const known = topics.find(({ id }) => id === topic)
  const { decision } = content
  return [
    [t('console_campaigns.from_unit'), campaign.unitName],
    [t('console_campaigns.author'), `${campaign.authorName}, ${dateVi(dayOf(campaign.createdAt))}`],
    [t('console_campaigns.who'), say(whoIn(audience, unit?.name ?? audience.unitId))],
    ...(audience.joinedSince ? [[t('console_campaigns.joined'), dateVi(audience.joinedSince)] as const] : []),
    [t('console_campaigns.topic'), known ? (locale === 'en' ? known.en : known.vi) : t('campaign.topic_none')],
    ...(theme ? [[t('console_campaigns.theme'), theme] as const] : []),
    [t('console_campaigns.when'), say(planIn(plan))],
    ...(nextAt ? [[t('console_campaigns.next_run'), whenVi(nextAt)] as const] : []),
    ...(decision
      ? [
          [
            t('console_campaigns.part_business'),
            <>
              {decision.number}, {decision.authority}, {dateVi(decision.day)},{' '}
              <a href={decision.url} rel="noreferrer noopener">
                {decision.url}
              </a>
            </>,
          ] as const,
        ]
      : []),
    ...(state === 'submitted' || needs > 1 ? [[t('console_campaigns.approvals'), `${approvals}/${needs}`] as const] : []),
  ] as ReadonlyArray<readonly [string, string]>
}

function Acts({ visit, campaign, blocked, run }: { visit: Visit; campaign: Campaign; blocked: boolean; run: OwnedBroadcast | undefined }) {
  const { t, desk } = visit
  const { id, version, state, editors } = campaign
  const acts = actsOn(desk.actor, campaign)
  const held = run !== undefined && isHeld(run) && isPossible(desk.actor, run, 'cancel')
  const own = state === 'submitted' && editors.includes(desk.actor.officerId)
  if (!Object.values(acts).some(Boolean) && !held) return null
  return (
    <div class="mt-3">
      {own ? <p class="text-secondary">{t('console_campaigns.own_waits')}</p> : null}
      <div class="btn-list">
        {acts.submit && !blocked ? (
          <Form visit={visit} action={`/campaigns/${id}/submit`}>
            <input type="hidden" name="version" value={String(version)} />
            <Button label={t('campaign.b_submit')} />
          </Form>
        ) : null}
        {acts.approve ? (
          <a class="btn btn-primary" href={`/console/campaigns/${id}/approve`}>
            {t('console_campaigns.approve')}
          </a>
        ) : null}
        {acts.sendBack ? (
          <a class="btn btn-outline-secondary" href={`/console/campaigns/${id}/return`}>
            {t('campaign.b_return')}
          </a>
        ) : null}
        {acts.test ? (
          <Form visit={visit} action={`/campaigns/${id}/test`}>
            <Button kind="outline" label={t('console_campaigns.test')} />
          </Form>
        ) : null}
        {acts.test && campaign.content.en !== null ? (
          <Form visit={visit} action={`/campaigns/${id}/test`}>
            <Button kind="outline" name="locale" value="en" label={t('console_campaigns.test_en')} />
          </Form>
        ) : null}
        {held ? (
          <a class="btn btn-danger" href={`/console/campaigns/runs/${run.id}/cancel`}>
            {t('campaign.b_hold')}
          </a>
        ) : null}
        {acts.end ? (
          <a class="btn btn-outline-danger" href={`/console/campaigns/${id}/end`}>
            {t('campaign.b_end_rule')}
          </a>
        ) : null}
        {acts.drop ? (
          <a class="btn btn-outline-danger" href={`/console/campaigns/${id}/drop`}>
            {t('campaign.b_drop')}
          </a>
        ) : null}
      </div>
    </div>
  )
}

function Runs({ visit, campaign, runs }: { visit: Visit; campaign: Campaign; runs: OwnedBroadcast[] }) {
  const { t, say } = visit
  return (
    <Card plain title={t('console_campaigns.part_runs')}>
      <Table
        visit={visit}
        caption={t('console_campaigns.part_runs')}
        rows={runs.slice(0, RUNS)}
        columns={[
          {
            label: t('console_campaigns.starts'),
            cell: ({ id, startsAt }) => <a href={`/console/campaigns/runs/${id}`}>{whenVi(startsAt)}</a>,
          },
          { label: t('console_campaigns.state'), cell: (run) => <Badge tone={toneOf(run.state)} label={say(runStateIn(run))} /> },
        ]}
        more={runs.length > RUNS ? `/console/campaigns/runs?campaign=${campaign.id}&before=${runs[RUNS - 1]?.id}` : undefined}
      />
    </Card>
  )
}

async function countOf(visit: Visit, { path, audience, topic, content }: Campaign) {
  const inside = await audiencePath(visit.desk, path, audience.unitId)
  return countSparing(visit, { audience, path: inside, topic, template: content.zaloTemplate })
}

async function test(visit: Visit): Promise<Response> {
  const { desk } = visit
  const campaign = await requireCampaignFor(desk, visit.param('id'), 'campaign.write')
  const posted = visit.read(z.object({ locale: z.enum(['vi', 'en']).default('vi') }))
  await desk.db.write(await sendTest(desk, campaign, posted.ok ? posted.data.locale : 'vi'))
  return visit.go(`/campaigns/${campaign.id}`, 'console_campaigns.said_tested')
}

async function submit(visit: Visit): Promise<Response> {
  const { desk } = visit
  const campaign = await requireCampaignFor(desk, visit.param('id'), 'campaign.write')
  requireSeen(visit, campaign)
  const { writes, told } = await submitCampaign(desk, campaign)
  await desk.db.write(writes)
  return visit.go(`/campaigns/${campaign.id}`, told > 0 ? 'console_campaigns.said_submitted' : 'console_campaigns.said_submitted_nobody')
}

async function askDrop(visit: Visit): Promise<Response> {
  const { t } = visit
  const campaign = await requireCampaignFor(visit.desk, visit.param('id'), 'campaign.write')
  if (!actsOn(visit.desk.actor, campaign).drop) throw new AppError('conflict', 'desk.campaign_moved')
  return visit.show(
    {
      title: t('campaign.b_drop'),
      crumbs: [
        { href: '/console/campaigns', label: t('console_campaigns.list_title') },
        { href: `/console/campaigns/${campaign.id}`, label: campaign.title },
      ],
    },
    <Card>
      <p>{t('campaign.sure_drop', { title: campaign.title })}</p>
      <Form visit={visit} action={`/campaigns/${campaign.id}/drop`} class="btn-list">
        <input type="hidden" name="version" value={String(campaign.version)} />
        <Button kind="danger" label={t('campaign.b_drop_yes')} />
        <a class="btn btn-outline-secondary" href={`/console/campaigns/${campaign.id}`}>
          {t('console_campaigns.keep')}
        </a>
      </Form>
    </Card>,
  )
}

async function drop(visit: Visit): Promise<Response> {
  const { desk } = visit
  const campaign = await requireCampaignFor(desk, visit.param('id'), 'campaign.write')
  requireSeen(visit, campaign)
  // An approved rule ends by a proof, a run is stopped as a run.
  if (!actsOn(desk.actor, campaign).drop) throw new AppError('conflict', 'desk.campaign_moved')
  await desk.db.write(cancelCampaign(desk, campaign))
  return visit.go(`/campaigns/${campaign.id}`, 'console_campaigns.said_dropped')
}

/** The form was made for the version that stands now. */
export function requireSeen(visit: Visit, { version }: Campaign): number {
  const posted = visit.read(versionSchema)
  if (!posted.ok || posted.data.version !== version) throw new AppError('conflict', 'desk.campaign_changed')
  return version
}
