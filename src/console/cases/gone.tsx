/**
 * A case that its member took back or that was removed for good: what little is left of it, and that nothing can be done with
 * it any more; of one that goes on without its member, why. And on "Hôm nay", which ones were taken back lately.
 */
import { type CaseRow, listWithdrawn, type OpenCase } from '../../../db/case-desk.ts'
import { listEvents } from '../../../db/case-events.ts'
import { findReason } from '../../../db/case-reasons.ts'
import { SHOWN } from '../../../db/waiting.ts'
import { isEmptied } from '../../removal.ts'
import { DAY_MS, hourOf } from '../../time.ts'
import { Card, Pairs } from '../kit/card.tsx'
import { Table } from '../kit/list.tsx'
import type { Visit } from '../page.ts'
import { Thread } from './thread.tsx'
import { crumbsOf, hourVi, Marks, openedVi, StateBadge } from './words.tsx'

/** Days for which a withdrawal is told of on the page of the day. */
const LATELY_DAYS = 7

export async function showGone(visit: Visit, open: OpenCase): Promise<Response> {
  const { t, desk, locale } = visit
  const reason = open.reasonId === null ? undefined : await findReason(desk.db, open.reasonId)
  return visit.show(
    { title: open.number, crumbs: crumbsOf(visit), help: 'removal' },
    <>
      <Card title={t('console_cases.gone_title')}>
        <p>{t(`console_cases.gone_text_${open.gone}`)}</p>
        <Pairs
          pairs={[
            [
              t('console_cases.state'),
              <>
                <StateBadge visit={visit} state={open.state} /> <Marks visit={visit} row={open} />
              </>,
            ],
            ...(reason ? [[t('console_cases.this_reason'), reason.label[locale]] as [string, string]] : []),
            [t('console_cases.gone_month'), openedVi(visit, open)],
            [t('console_cases.unit'), open.unitName ?? t('console_cases.no_unit')],
          ]}
        />
      </Card>
      {await Thread({ visit, open, after: 0 })}
    </>,
  )
}

/** Above the facts of a case that its member took back and that goes on. */
export async function LeftHere({ visit, open }: { visit: Visit; open: OpenCase }) {
  const { t, desk } = visit
  const events = await listEvents(desk.db, desk.keys, open.id, { limit: 1, kinds: ['withdrawn'] })
  const others = events[0]?.detail.left === 'others'
  return (
    <Card title={t('console_cases.event_withdrawn')}>
      <p class="mb-0">{t(others ? 'console_cases.gone_text_others' : 'console_cases.gone_text_proof')}</p>
    </Card>
  )
}

export async function withdrawnLately(visit: Visit) {
  const { t, desk } = visit
  const since = hourOf(new Date(desk.now.getTime() - LATELY_DAYS * DAY_MS))
  const rows = await listWithdrawn(desk, { since, limit: SHOWN })
  if (rows.length === 0) return null
  return (
    <Card plain title={t('console_cases.withdrawn_title')}>
      <Table
        visit={visit}
        caption={t('console_cases.withdrawn_title')}
        rows={rows}
        columns={[
          { label: t('console_cases.number'), cell: (row) => <NumberOf visit={visit} row={row} /> },
          { label: t('console_cases.gone_since'), cell: ({ goneHour }) => hourVi(visit, goneHour) },
          { label: t('console_cases.unit'), cell: ({ unitName }) => unitName ?? t('console_cases.no_unit') },
        ]}
      />
    </Card>
  )
}

function NumberOf({ visit, row }: { visit: Visit; row: CaseRow }) {
  return (
    <>
      <a class="fw-bold" href={`/console/cases/${row.id}`}>
        {row.number}
      </a>{' '}
      {isEmptied(row.gone) ? null : <Marks visit={visit} row={row} />}
    </>
  )
}
