/**
 * Cảnh báo (F37): by state, those due for another look, those somebody wants taken down; and what of it stands on the page
 * of the day, because a takedown waits a working day at most (R5).
 */
import * as z from 'zod'
import { findWarningDay, listWarnings, markOf } from '../../../db/warning-desk.ts'
import type { Warning } from '../../../db/warnings.ts'
import { scopeOf } from '../../rights.ts'
import { dateVi, dayOf, whenVi } from '../../time.ts'
import { WARNING_STATES } from '../../warning.ts'
import { Badge, Card, type Tone } from '../kit/card.tsx'
import { Select } from '../kit/form.tsx'
import { addressWith, Empty, Filters, Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'

const PAGE = 25
/** Of each on the page of the day. */
const SHOWN = 5
const LISTS = [...WARNING_STATES, 'asked', 'stale'] as const

const querySchema = z.object({
  list: z.enum(LISTS).default('published'),
  after: z
    .string()
    .regex(/^[0-9T:.Z-]{10,30}\|[a-z0-9]{1,40}$/)
    .optional(),
})

export const warningList: readonly Page[] = [{ method: 'get', path: '/warnings', act: 'warning.read', handle: show }]

async function show(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { list, after } = visit.query(querySchema)
  const [at = '', id = ''] = after?.split('|') ?? []
  const found = await listWarnings(desk, list, { after: after ? { at, id } : undefined, limit: PAGE + 1 })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const mark = last && markOf(list, last)
  const writes = scopeOf(desk.actor, 'warning.write').length > 0
  const add = { href: '/console/warnings/new', label: t('console_warnings.new') }
  return visit.show(
    {
      title: t('console_warnings.title'),
      help: 'warnings',
      actions: writes ? (
        <a class="btn btn-primary" href={add.href}>
          {add.label}
        </a>
      ) : null,
    },
    <Card plain>
      <Filters visit={visit} action="/warnings">
        <div class="col-12 col-md-auto">
          <Select
            visit={visit}
            name="list"
            label={t('console_warnings.state')}
            value={list}
            choices={LISTS.map((value) => ({ value, label: t(`console_warnings.list_${value}`) }))}
          />
        </div>
      </Filters>
      {rows.length === 0 ? (
        <Empty
          icon="exclamation-triangle"
          title={t('console_warnings.none')}
          text={t('console_warnings.none_text')}
          action={writes ? add : undefined}
        />
      ) : (
        <Table
          visit={visit}
          caption={t('console_warnings.title')}
          rows={rows}
          more={found.length > PAGE && mark ? addressWith(visit.c.req.url, { after: `${mark.at}|${mark.id}` }) : undefined}
          columns={[
            { label: t('console_warnings.f_title'), cell: (one) => <a href={`/console/warnings/${one.id}`}>{one.title}</a> },
            {
              label: t('console_warnings.decision'),
              cell: ({ number, day, authority }) => (
                <>
                  {number}, {dateVi(day)}
                  <div class="text-secondary">{authority}</div>
                </>
              ),
            },
            { label: t('console_warnings.unit'), cell: ({ unitName }) => unitName },
            { label: t('console_warnings.state'), cell: (one) => <State visit={visit} one={one} /> },
            { label: t('console_warnings.changed'), cell: ({ changedAt }) => whenVi(changedAt) },
          ]}
        />
      )}
    </Card>,
  )
}

const TONES: Record<Warning['state'], Tone> = { draft: 'plain', waiting: 'waiting', published: 'good', withdrawn: 'bad' }

export function State({ visit: { t, desk }, one }: { visit: Pick<Visit, 't' | 'desk'>; one: Warning }) {
  const stale = one.state === 'published' && one.reviewBy < dayOf(desk.now)
  return (
    <>
      <Badge tone={TONES[one.state]} label={t(`console_warnings.state_${one.state}`)} />
      {stale ? (
        <>
          {' '}
          <Badge tone="bad" label={t('console_warnings.stale')} />
        </>
      ) : null}
      {one.asked ? (
        <>
          {' '}
          <Badge tone="bad" label={t('console_warnings.asked', { when: whenVi(one.asked.due) })} />
        </>
      ) : null}
    </>
  )
}

/** What of it waits for this officer; null when nothing does. */
export async function warningsWait(visit: Visit) {
  const { t, desk } = visit
  const { toApprove, asked, flagged, stale } = await findWarningDay(desk, SHOWN)
  const seen = new Set<string>()
  const rows = [
    ...asked.map((one) => {
      const due = one.asked?.due ?? desk.now
      return { one, what: t(due < desk.now ? 'console_warnings.wait_late' : 'console_warnings.wait_asked', { when: whenVi(due) }) }
    }),
    ...flagged.map((one) => ({ one, what: t('console_warnings.wait_flagged') })),
    ...toApprove.map((one) => ({ one, what: t('console_warnings.wait_approve') })),
    ...stale.map((one) => ({ one, what: t('console_warnings.wait_stale', { day: dateVi(one.reviewBy) }) })),
  ].filter(({ one, what }) => !seen.has(`${one.id}${what}`) && seen.add(`${one.id}${what}`))
  if (rows.length === 0) return null
  return (
    <Card
      plain
      title={t('console_warnings.title')}
      actions={
        <a class="btn" href="/console/warnings">
          {t('console_today.all')}
        </a>
      }
    >
      <Table
        visit={visit}
        caption={t('console_warnings.title')}
        rows={rows}
        columns={[
          { label: t('console_warnings.f_title'), cell: ({ one }) => <a href={`/console/warnings/${one.id}`}>{one.title}</a> },
          { label: t('console_warnings.unit'), cell: ({ one }) => one.unitName },
          { label: t('console_warnings.waits_for'), cell: ({ what }) => what },
        ]}
      />
    </Card>
  )
}
