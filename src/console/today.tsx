/**
 * Hôm nay: what waits for this officer, what is being sent, what members ask, how the channels are. Each part is there
 * only for those who can do something about it.
 */
import { countOf, type LedgerCount, totalOf } from '../../db/ledger-counts.ts'
import { listPhrases } from '../../db/phrases.ts'
import { type Day, findDay, SHOWN } from '../../db/waiting.ts'
import { listUnderWay, type WatchedRun } from '../../db/watched.ts'
import { RESULT_LEAST } from '../campaign.ts'
import { scopeOf } from '../rights.ts'
import { monthOf, whenVi } from '../time.ts'
import { decisionWaits } from './cases/decision-waits.tsx'
import { withdrawnLately } from './cases/gone.tsx'
import { openingRequests } from './cases/identity-requests.tsx'
import { removalAsked } from './cases/removal-requests.tsx'
import { requestWaits } from './cases/second-officer.tsx'
import { caseWaits } from './cases/waits.tsx'
import { contentWaits } from './content/waits.tsx'
import { numberVi, partNameOf } from './figure-cells.tsx'
import { firstDay } from './first-day.tsx'
import { healthOf, stateOf, Whole } from './health.tsx'
import { holidaysWait } from './holiday.tsx'
import { InquiryTable } from './inquiries.tsx'
import { Badge, Bar, Card } from './kit/card.tsx'
import { Empty, Table } from './kit/list.tsx'
import { IncidentClock } from './office/incidents.tsx'
import { Clock } from './office/requests.tsx'
import type { Page, Visit } from './page.ts'
import { PhraseTable, seesPhrases } from './phrases.tsx'
import { warningsWait } from './warnings/list.tsx'

export const today: readonly Page[] = [{ method: 'get', path: '', act: null, handle: show }]

const PHRASES = 5

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const [day, runs, phrases, channels] = await Promise.all([
    findDay(desk),
    listUnderWay(desk.db, scopeOf(desk.actor, 'campaign.read'), SHOWN),
    seesPhrases(visit) ? listPhrases(desk.db, monthOf(desk.now), PHRASES) : [],
    scopeOf(desk.actor, 'channel.read').length > 0 ? healthOf(visit) : [],
  ])
  const cases = await caseWaits(visit)
  const warnings = await warningsWait(visit)
  const nothing =
    day.toApprove.length + day.returned.length + day.inquiries.length + day.requests.length + day.incidents.length === 0 &&
    cases === null &&
    warnings === null
  return visit.show(
    { title: t('console.nav_today'), help: 'first' },
    <>
      {await firstDay(visit)}
      {await holidaysWait(visit)}
      {nothing ? (
        <Card plain>
          <Empty title={t('console_today.nothing')} text={t('console_today.nothing_text')} icon="check-circle" />
        </Card>
      ) : (
        <Waits visit={visit} day={day} />
      )}
      {warnings}
      {await decisionWaits(visit)}
      {cases}
      {await withdrawnLately(visit)}
      {await requestWaits(visit, openingRequests)}
      {await requestWaits(visit, removalAsked)}
      {await contentWaits(visit)}
      {runs.length > 0 ? <Runs visit={visit} runs={runs} /> : null}
      <div class="row">
        {channels.length > 0 ? (
          <div class="col-lg-6">
            <Card
              title={t('console.nav_health')}
              actions={
                <a class="btn" href="/console/health">
                  {t('console_today.all')}
                </a>
              }
            >
              <ul class="list-unstyled mb-0">
                {channels.map((one) => (
                  <li class="mb-2">
                    {partNameOf(visit, 'channel', one.channel, null)} <Whole visit={visit} one={one} />
                    {stateOf(one, desk.now) === 'bad' ? ` ${t('console_today.see_health')}` : ''}
                  </li>
                ))}
              </ul>
            </Card>
          </div>
        ) : null}
        {phrases.length > 0 ? (
          <div class="col-lg-6">
            <Card
              plain
              title={t('console.nav_phrases')}
              actions={
                <a class="btn" href="/console/phrases">
                  {t('console_today.all')}
                </a>
              }
            >
              <PhraseTable visit={visit} rows={phrases} />
            </Card>
          </div>
        ) : null}
      </div>
    </>,
  )
}

function Waits({ visit, day: { toApprove, returned, inquiries, requests, incidents } }: { visit: Visit; day: Day }) {
  const { t } = visit
  return (
    <>
      {incidents.length > 0 ? (
        <Card
          plain
          title={t('console_office.incidents')}
          actions={<More visit={visit} href="/console/incidents" more={incidents.length > SHOWN} />}
        >
          <Table
            visit={visit}
            caption={t('console_office.incidents')}
            rows={incidents.slice(0, SHOWN)}
            columns={[
              { label: t('console_office.incident_title'), cell: ({ id, title }) => <a href={`/console/incidents/${id}`}>{title}</a> },
              { label: t('console_office.incident_clock'), cell: (incident) => <IncidentClock visit={visit} incident={incident} /> },
            ]}
          />
        </Card>
      ) : null}
      {inquiries.length > 0 ? (
        <Card
          plain
          title={t('console.nav_inquiries')}
          actions={<More visit={visit} href="/console/inquiries" more={inquiries.length > SHOWN} />}
        >
          <InquiryTable visit={visit} rows={inquiries.slice(0, SHOWN)} />
        </Card>
      ) : null}
      {toApprove.length > 0 ? (
        <Card
          plain
          title={t('console_today.to_approve')}
          actions={<More visit={visit} href="/console/campaigns?state=submitted" more={toApprove.length > SHOWN} />}
        >
          <Table
            visit={visit}
            caption={t('console_today.to_approve')}
            rows={toApprove.slice(0, SHOWN)}
            columns={[
              { label: t('console_today.campaign'), cell: ({ id, title }) => <a href={`/console/campaigns/${id}`}>{title}</a> },
              { label: t('console_figures.unit'), cell: ({ unitName }) => unitName },
              { label: t('console_today.author'), cell: ({ authorName }) => authorName },
              { label: t('console_today.since'), cell: ({ changedAt }) => whenVi(changedAt) },
            ]}
          />
        </Card>
      ) : null}
      {returned.length > 0 ? (
        <Card
          plain
          title={t('console_today.returned')}
          actions={<More visit={visit} href="/console/campaigns?state=draft" more={returned.length > SHOWN} />}
        >
          <Table
            visit={visit}
            caption={t('console_today.returned')}
            rows={returned.slice(0, SHOWN)}
            columns={[
              { label: t('console_today.campaign'), cell: ({ id, title }) => <a href={`/console/campaigns/${id}`}>{title}</a> },
              { label: t('console_figures.unit'), cell: ({ unitName }) => unitName },
              { label: t('console_today.since'), cell: ({ changedAt }) => whenVi(changedAt) },
            ]}
          />
        </Card>
      ) : null}
      {requests.length > 0 ? (
        <Card
          plain
          title={t('console_today.requests')}
          actions={<More visit={visit} href="/console/data-requests" more={requests.length > SHOWN} />}
        >
          <Table
            visit={visit}
            caption={t('console_today.requests')}
            rows={requests.slice(0, SHOWN)}
            columns={[
              {
                label: t('console_office.request_kind'),
                cell: ({ id, kind }) => <a href={`/console/data-requests/${id}`}>{t(`console_office.request_${kind}`)}</a>,
              },
              { label: t('console_office.request_clock'), cell: (request) => <Clock visit={visit} request={request} /> },
            ]}
          />
        </Card>
      ) : null}
    </>
  )
}

function More({ visit, href, more }: { visit: Visit; href: string; more: boolean }) {
  return (
    <a class="btn" href={href}>
      {visit.t(more ? 'console_today.more' : 'console_today.all')}
    </a>
  )
}

function Runs({ visit, runs }: { visit: Visit; runs: readonly WatchedRun[] }) {
  const { t } = visit
  return (
    <Card title={t('console_today.sending')}>
      {runs.map(({ run, counts }) => (
        <div class="mb-3" data-live-run={`/console/campaigns/runs/${run.id}/events`}>
          <div class="d-flex flex-wrap align-items-center gap-2 mb-1">
            <a href={`/console/campaigns/runs/${run.id}`}>{run.title}</a>
            <Badge tone="waiting" label={t(`console_today.run_${run.state}`)} />
            <span class="text-secondary">{run.unitName}</span>
          </div>
          <Progress visit={visit} counts={counts} title={run.title} />
        </div>
      ))}
    </Card>
  )
}

/** An audience of fewer than ten shows no numbers (R2). */
function Progress({ visit: { t }, counts, title }: { visit: Visit; counts: LedgerCount[]; title: string }) {
  const people = totalOf(counts)
  const settled = people - countOf(counts, 'queued') - countOf(counts, 'sending')
  if (people < RESULT_LEAST) return null
  return (
    <>
      <Bar label={t('console_today.progress', { title })} value={settled} most={people} />
      <p class="mb-0 text-secondary" data-live-text={t('console_today.settled', { settled: '{settled}', people: '{people}' })}>
        {t('console_today.settled', { settled: numberVi(settled), people: numberVi(people) })}
      </p>
    </>
  )
}
