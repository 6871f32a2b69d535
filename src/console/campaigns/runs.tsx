/**
 * Runs: the list, and one run as it goes: a bar for each app, what became of whom in plain words, what may be done. The page
 * is whole without a script; with one the part that changes is fetched anew whenever the run moves.
 */
import * as z from 'zod'
import { listBroadcasts, type OwnedBroadcast } from '../../../db/broadcasts.ts'
import { countOf, type LedgerCount, listCounts } from '../../../db/ledger-counts.ts'
import { findActor } from '../../../db/rights.ts'
import { listSessions } from '../../../db/sessions.ts'
import { messagesOf } from '../../api/preview.ts'
import { requireBroadcastFor } from '../../api/scope.ts'
import { pageOf } from '../../api/shapes.ts'
import { codeWritten } from '../../campaign.ts'
import { runStateIn } from '../../campaign-words.ts'
import { AppError } from '../../errors.ts'
import { scopeOf } from '../../rights.ts'
import { whenVi } from '../../time.ts'
import { haltedNote } from '../halted.tsx'
import { Badge, Card, Pairs } from '../kit/card.tsx'
import { addressWith, Empty, Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'
import { ExportLinks } from './exports.tsx'
import { Previews } from './previews.tsx'
import { Progress } from './progress.tsx'
import { isHeld, isPossible, RUN_ACTS, type RunAct, toneOf } from './words.ts'

const PAGE = 30
const OVER = ['done', 'cancelled']

export const runs: readonly Page[] = [
  { method: 'get', path: '/campaigns/runs', act: 'campaign.read', handle: list },
  { method: 'get', path: '/campaigns/runs/:id', act: 'campaign.read', handle: show },
  { method: 'get', path: '/campaigns/runs/:id/events', act: 'campaign.read', handle: watch },
]

/** The run this address names. Throws AppError `not_found`, `forbidden`. */
export async function requireRun(visit: Visit, act: Parameters<typeof requireBroadcastFor>[2]): Promise<OwnedBroadcast> {
  const id = visit.param('id')
  if (!/^[0-9]{1,15}$/.test(id)) throw new AppError('not_found', 'desk.broadcast_gone')
  return requireBroadcastFor(visit.desk, Number(id), act)
}

async function list(visit: Visit): Promise<Response> {
  const { t, say, desk, c } = visit
  const { campaign, before } = visit.query(
    z.object({
      campaign: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,40}$/)
        .optional(),
      before: z.coerce.number().int().min(1).optional(),
    }),
  )
  const paths = scopeOf(desk.actor, 'campaign.read')
  const found = await listBroadcasts(desk.db, {
    paths,
    ...(campaign ? { campaignId: campaign } : {}),
    before: before ?? 0,
    limit: PAGE + 1,
  })
  const { rows, next } = pageOf(found, PAGE, ({ id }) => id)
  return visit.show(
    {
      title: t('console_campaigns.runs_title'),
      help: 'runs',
      crumbs: [{ href: '/console/campaigns', label: t('console_campaigns.list_title') }],
    },
    <>
      {await haltedNote(visit)}
      <Card plain>
        {rows.length === 0 ? (
          <Empty
            icon="send"
            title={t('console_campaigns.no_runs')}
            text={t('console_campaigns.no_runs_text')}
            action={{ href: '/console/campaigns', label: t('console_campaigns.list_title') }}
          />
        ) : (
          <Table
            visit={visit}
            caption={t('console_campaigns.runs_title')}
            rows={rows}
            columns={[
              {
                label: t('console_campaigns.title'),
                cell: (run) => (
                  <a class="fw-bold" href={`/console/campaigns/runs/${run.id}`}>
                    {run.title}
                  </a>
                ),
              },
              { label: t('console_campaigns.state'), cell: (run) => <Badge tone={toneOf(run.state)} label={say(runStateIn(run))} /> },
              { label: t('console_campaigns.starts'), cell: (run) => whenVi(run.startsAt) },
              { label: t('console_campaigns.unit'), cell: (run) => run.unitName },
            ]}
            more={next === undefined ? undefined : addressWith(c.req.url, { before: String(next) })}
          />
        )}
        {rows.length > 0 ? <ExportLinks visit={visit} path="/campaigns/runs/export" /> : null}
      </Card>
    </>,
  )
}

async function show(visit: Visit): Promise<Response> {
  const { t, say, desk } = visit
  const run = await requireRun(visit, 'campaign.read')
  const counts = await listCounts(desk.db, run.id)
  const over = OVER.includes(run.state)
  const live = over ? {} : { 'data-events': `/console/campaigns/runs/${run.id}/events`, 'data-state': `${run.state} ${run.reason ?? ''}` }
  return visit.show(
    {
      title: t('console_campaigns.run_title', { title: run.title }),
      help: 'runs',
      crumbs: [
        { href: '/console/campaigns', label: t('console_campaigns.list_title') },
        { href: `/console/campaigns/${run.campaignId}`, label: run.title },
      ],
    },
    <div {...live}>
      {await haltedNote(visit)}
      <Card title={t('console_campaigns.part_run')} actions={<Badge tone={toneOf(run.state)} label={say(runStateIn(run))} />}>
        <Pairs
          pairs={[
            [t('console_campaigns.unit'), run.unitName],
            [t('console_campaigns.code'), codeWritten(run.code)],
            [t('console_campaigns.starts'), whenVi(run.startsAt)],
            ...(run.endedAt ? [[t('console_campaigns.ended'), whenVi(run.endedAt)] as const] : []),
          ]}
        />
        <Acts visit={visit} run={run} counts={counts} />
      </Card>
      <Card title={t('console_campaigns.part_progress')}>
        <div data-part="progress">
          <Progress visit={visit} run={run} counts={counts} />
        </div>
        {over ? null : (
          <a class="btn mt-3" href={`/console/campaigns/runs/${run.id}`}>
            {t('console_campaigns.refresh')}
          </a>
        )}
      </Card>
      <Card title={t('console_campaigns.part_sent')}>
        <Previews visit={visit} messages={messagesOf(run.message, visit.parts, run)} />
      </Card>
    </div>,
  )
}

function Acts({ visit, run, counts }: { visit: Visit; run: OwnedBroadcast; counts: LedgerCount[] }) {
  const { t, desk } = visit
  const offered = RUN_ACTS.filter((act) => isPossible(desk.actor, run, act)).filter(
    (act) => (act !== 'failed' && act !== 'unknown') || countOf(counts, act) > 0,
  )
  if (offered.length === 0) return null
  return (
    <div class="btn-list mt-3">
      {offered.map((act) => (
        <a class={act === 'cancel' ? 'btn btn-outline-danger' : 'btn'} href={`/console/campaigns/runs/${run.id}/${act}`}>
          {t(`campaign.b_${wordOf(run, act)}`)}
        </a>
      ))}
    </div>
  )
}

/** What the button of an act says: a run that missed its time is sent now or left. */
export function wordOf(run: OwnedBroadcast, act: RunAct): string {
  const missed = run.state === 'paused' && run.reason === 'missed'
  if (missed && act === 'resume') return 'send_now'
  if (missed && act === 'cancel') return 'skip'
  return act === 'cancel' && isHeld(run) ? 'hold' : act
}

/** The stream lasts as long as the session and its right to read. */
async function watch(visit: Visit): Promise<Response> {
  const { desk, session } = visit
  const run = await requireRun(visit, 'campaign.read')
  const still = async () => {
    const actor = await findActor(desk.db, session.officerId, visit.parts.now(), 'console')
    const open = (await listSessions(desk.db, session.officerId, visit.parts.now())).some(({ id }) => id === session.id)
    return open && actor !== undefined && scopeOf(actor, 'campaign.read').some((path) => run.path.startsWith(path))
  }
  const stream = visit.watch.open({ id: run.id, token: session.id, still })
  if (!stream) throw new AppError('too_many', 'api.streams_full')
  return stream
}
