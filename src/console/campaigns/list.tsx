/**
 * The campaigns an officer may read: found by words of the title, state, unit and topic, newest first.
 */
import { listNewestRuns, type OwnedBroadcast } from '../../../db/broadcasts.ts'
import { CAMPAIGN_STATES, type Campaign, listCampaigns } from '../../../db/campaigns.ts'
import { listTopics } from '../../../db/topics.ts'
import { pageOf } from '../../api/shapes.ts'
import { listStateIn, planIn } from '../../campaign-words.ts'
import { isRule } from '../../plan.ts'
import { scopeOf } from '../../rights.ts'
import { dateVi, dayOf, whenVi } from '../../time.ts'
import { haltedNote } from '../halted.tsx'
import { Badge, Card } from '../kit/card.tsx'
import { Field, Select } from '../kit/form.tsx'
import { Icon } from '../kit/icon.tsx'
import { addressWith, Empty, Filters, Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'
import { ExportLinks } from './exports.tsx'
import { filterOf, querySchema } from './filter.ts'
import { toneOf } from './words.ts'

const PAGE = 30

export const list: readonly Page[] = [{ method: 'get', path: '/campaigns', act: 'campaign.read', handle: show }]

async function show(visit: Visit): Promise<Response> {
  const { t, desk, c } = visit
  const query = visit.query(querySchema)
  const [filter, topics] = await Promise.all([filterOf(visit, query), listTopics(desk.db)])
  const found = await listCampaigns(desk.db, { ...filter, before: query.before ?? '', limit: PAGE + 1 })
  const halted = await haltedNote(visit)
  const { rows, next } = pageOf(found, PAGE, ({ id }) => id)
  const runs = new Map(
    (
      await listNewestRuns(
        desk.db,
        rows.map(({ id }) => id),
      )
    ).map((run) => [run.campaignId, run]),
  )
  const writes = scopeOf(desk.actor, 'campaign.write').length > 0
  const filtered = Object.values(query).some((value) => value !== undefined && value !== '')
  return visit.show(
    {
      title: t('console_campaigns.list_title'),
      help: 'campaigns',
      actions: (
        <>
          {scopeOf(desk.actor, 'campaign.approve').length > 0 ? (
            <a class="btn" href="/console/campaigns?mine=approve">
              {t('console_campaigns.mine')}
            </a>
          ) : null}
          <a class="btn" href="/console/campaigns/runs">
            {t('console_campaigns.runs_title')}
          </a>
          <a class="btn" href="/console/calendar">
            <Icon name="calendar3" />
            {t('console_campaigns.calendar')}
          </a>
          {writes ? (
            <a class="btn btn-primary" href="/console/campaigns/new">
              <Icon name="plus-lg" />
              {t('console_campaigns.new')}
            </a>
          ) : null}
        </>
      ),
    },
    <>
      {halted}
      <Card plain>
        <Filters visit={visit} action="/campaigns">
          <div class="col-12 col-md-4">
            <Field visit={visit} name="q" label={t('console_campaigns.by_words')} value={query.q} type="search" />
          </div>
          <div class="col-6 col-md-2">
            <Select
              visit={visit}
              name="state"
              label={t('console_campaigns.by_state')}
              none={t('console_campaigns.all')}
              value={query.state}
              choices={CAMPAIGN_STATES.map((value) => ({ value, label: t(`campaign.state_${value}`) }))}
            />
          </div>
          <div class="col-6 col-md-2">
            <Select
              visit={visit}
              name="topic"
              label={t('console_campaigns.by_topic')}
              none={t('console_campaigns.all')}
              value={query.topic}
              choices={topics.map(({ id, vi, en }) => ({ value: id, label: visit.locale === 'en' ? en : vi }))}
            />
          </div>
          <div class="col-12 col-md-2">
            <Field visit={visit} name="unit" label={t('console_campaigns.by_unit')} value={query.unit} />
          </div>
          {query.mine ? <input type="hidden" name="mine" value={query.mine} /> : null}
        </Filters>
        {rows.length === 0 ? (
          <Nothing visit={visit} filtered={filtered} writes={writes} />
        ) : (
          <Table
            visit={visit}
            caption={t('console_campaigns.list_title')}
            rows={rows}
            columns={columnsOf(visit, runs)}
            more={next === undefined ? undefined : addressWith(c.req.url, { before: next })}
          />
        )}
        {rows.length > 0 ? <ExportLinks visit={visit} path="/campaigns/export" /> : null}
      </Card>
    </>,
  )
}

function columnsOf(visit: Visit, runs: Map<string, OwnedBroadcast>) {
  const { t, say } = visit
  return [
    {
      label: t('console_campaigns.title'),
      cell: ({ id, title }: Campaign) => (
        <a class="fw-bold" href={`/console/campaigns/${id}`}>
          {title}
        </a>
      ),
    },
    {
      label: t('console_campaigns.state'),
      cell: (campaign: Campaign) => {
        const run = runs.get(campaign.id)
        const state = run && !isRule(campaign.plan) ? run.state : campaign.state
        return <Badge tone={toneOf(state)} label={say(listStateIn(campaign, run))} />
      },
    },
    {
      label: t('console_campaigns.when'),
      cell: ({ plan, nextAt }: Campaign) => (
        <>
          {say(planIn(plan))}
          {nextAt ? <div class="text-secondary">{t('console_campaigns.next', { when: whenVi(nextAt) })}</div> : null}
        </>
      ),
    },
    { label: t('console_campaigns.unit'), cell: ({ unitName }: Campaign) => unitName },
    {
      label: t('console_campaigns.author'),
      cell: ({ authorName, createdAt }: Campaign) => (
        <>
          {authorName} <span class="text-secondary">{dateVi(dayOf(createdAt))}</span>
        </>
      ),
    },
  ]
}

function Nothing({ visit: { t }, filtered, writes }: { visit: Visit; filtered: boolean; writes: boolean }) {
  if (filtered)
    return (
      <Empty
        icon="search"
        title={t('console_campaigns.none_found')}
        text={t('console_campaigns.none_found_text')}
        action={{ href: '/console/campaigns', label: t('console_campaigns.show_all') }}
      />
    )
  return (
    <Empty
      icon="send"
      title={t('console_campaigns.none')}
      text={t('console_campaigns.none_text')}
      action={writes ? { href: '/console/campaigns/new', label: t('console_campaigns.new') } : undefined}
    />
  )
}
