/**
 * What an officer decides about a campaign: approve it, send it back with a reason, end what goes out again and again.
 * Approving and ending ask for a proof; the message is shown on the very page that approves it (R15).
 */
import * as z from 'zod'
import { approveCampaign, checkApproval, checkReturn, endRule, returnCampaign } from '../../../db/approvals.ts'
import type { Campaign } from '../../../db/campaigns.ts'
import { composeMessage } from '../../../db/messages.ts'
import { messagesOf } from '../../api/preview.ts'
import { requireCampaignFor } from '../../api/scope.ts'
import { titleIn } from '../../campaign.ts'
import { AppError } from '../../errors.ts'
import { cleanText } from '../../text.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Area, Button, Form } from '../kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'
import { factsOf, requireSeen } from './one.tsx'
import { Previews } from './previews.tsx'
import { actsOn } from './words.ts'

/** Characters of a reason: it is a note between two officers. */
const REASON_MOST = 300
const reasonSchema = z.object({ reason: z.string().overwrite(cleanText).max(REASON_MOST).default(''), version: z.string() })

export const decide: readonly Page[] = [
  { method: 'get', path: '/campaigns/:id/approve', act: 'campaign.approve', strong: true, handle: askApproval },
  { method: 'post', path: '/campaigns/:id/approve', act: 'campaign.approve', strong: true, handle: approve },
  { method: 'get', path: '/campaigns/:id/return', act: 'campaign.approve', handle: (visit) => askReason(visit) },
  { method: 'post', path: '/campaigns/:id/return', act: 'campaign.approve', handle: sendBack },
  { method: 'get', path: '/campaigns/:id/end', act: 'broadcast.stop', strong: true, handle: askEnd },
  { method: 'post', path: '/campaigns/:id/end', act: 'broadcast.stop', strong: true, handle: end },
]

async function askApproval(visit: Visit): Promise<Response> {
  const { t, say, desk } = visit
  const campaign = await requireCampaignFor(desk, visit.param('id'), 'campaign.approve')
  await checkApproval(desk, campaign, campaign.version)
  const message = await composeMessage(desk.db, campaign, desk.now, desk.random)
  return visit.show(
    { title: t('console_campaigns.approve_title'), help: 'approve', crumbs: crumbsOf(visit, campaign) },
    <>
      <Card title={say(titleIn(campaign, 120))}>
        <Pairs pairs={await factsOf(visit, campaign)} />
      </Card>
      <Card title={t('console_campaigns.part_look')}>
        <Previews visit={visit} messages={message ? messagesOf(message, visit.parts) : []} />
      </Card>
      <Card>
        <p>{t('console_campaigns.approve_means')}</p>
        <div class="btn-list">
          <Form visit={visit} action={`/campaigns/${campaign.id}/approve`}>
            <input type="hidden" name="version" value={String(campaign.version)} />
            <Button label={t('console_campaigns.approve_do')} />
          </Form>
          <a class="btn btn-outline-secondary" href={`/console/campaigns/${campaign.id}/return`}>
            {t('campaign.b_return')}
          </a>
          <a class="btn btn-outline-secondary" href={`/console/campaigns/${campaign.id}?count=yes`}>
            {t('console_campaigns.count')}
          </a>
        </div>
      </Card>
    </>,
  )
}

async function approve(visit: Visit): Promise<Response> {
  const { desk } = visit
  const campaign = await requireCampaignFor(desk, visit.param('id'), 'campaign.approve')
  const { writes, leaves } = await approveCampaign(desk, campaign, requireSeen(visit, campaign), visit.hand)
  await desk.db.write(writes)
  return visit.go(`/campaigns/${campaign.id}`, leaves ? 'console_campaigns.said_approved' : 'console_campaigns.said_approved_first')
}

async function askReason(visit: Visit, typed?: Typed, wrong?: Wrong): Promise<Response> {
  const { t, desk } = visit
  const campaign = await requireCampaignFor(desk, visit.param('id'), 'campaign.approve')
  checkReturn(desk, campaign)
  return visit.show(
    { title: t('console_campaigns.return_title'), help: 'approve', crumbs: crumbsOf(visit, campaign) },
    <Card>
      <Form visit={visit} action={`/campaigns/${campaign.id}/return`}>
        <input type="hidden" name="version" value={String(campaign.version)} />
        <Area
          visit={visit}
          name="reason"
          label={t('console_campaigns.reason')}
          hint={t('console_campaigns.reason_hint', { most: REASON_MOST })}
          rows={3}
          typed={typed}
          wrong={wrong}
        />
        <Button label={t('console_campaigns.return_do')} />
      </Form>
    </Card>,
    wrong ? 400 : 200,
  )
}

async function sendBack(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(reasonSchema)
  if (!posted.ok) return askReason(visit, posted.typed, posted.wrong)
  const campaign = await requireCampaignFor(desk, visit.param('id'), 'campaign.approve')
  requireSeen(visit, campaign)
  await desk.db.write(await returnCampaign(desk, campaign, posted.data.reason))
  return visit.go(`/campaigns/${campaign.id}`, 'console_campaigns.said_returned')
}

async function askEnd(visit: Visit): Promise<Response> {
  const { t } = visit
  const campaign = await requireEnding(visit)
  return visit.show(
    { title: t('campaign.b_end_rule'), crumbs: crumbsOf(visit, campaign) },
    <Card>
      <p>{t('campaign.sure_end', { title: visit.say(titleIn(campaign)) })}</p>
      <Form visit={visit} action={`/campaigns/${campaign.id}/end`}>
        <Button kind="danger" label={t('campaign.b_end_rule')} />
      </Form>
      <p class="mt-3 mb-0">
        <a href={`/console/campaigns/${campaign.id}`}>{t('console_campaigns.keep')}</a>
      </p>
    </Card>,
  )
}

async function end(visit: Visit): Promise<Response> {
  const campaign = await requireEnding(visit)
  await visit.desk.db.write(await endRule(visit.desk, campaign, visit.hand))
  return visit.go(`/campaigns/${campaign.id}`, 'console_campaigns.said_ended')
}

/** A rule that goes out; what runs once is stopped as a run. */
async function requireEnding({ desk, param }: Visit): Promise<Campaign> {
  const campaign = await requireCampaignFor(desk, param('id'), 'broadcast.stop')
  if (!actsOn(desk.actor, campaign).end) throw new AppError('conflict', 'desk.campaign_moved')
  return campaign
}

const crumbsOf = ({ t }: Visit, { id, title }: Campaign) => [
  { href: '/console/campaigns', label: t('console_campaigns.list_title') },
  { href: `/console/campaigns/${id}`, label: title },
]
