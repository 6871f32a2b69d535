/**
 * One case: what was reported, what can be done, what happened. That an officer opened it is recorded. A restricted one that
 * nobody has shows its number, its state and the button that makes it one's own (F40).
 */

import type { Child } from 'hono/jsx'
import * as z from 'zod'
import { type CaseRow, type OpenCase, readCase, requireCase } from '../../../db/case-desk.ts'
import { findWays } from '../../../db/case-links.ts'
import { findReason } from '../../../db/case-reasons.ts'
import { findHolidays } from '../../../db/holidays.ts'
import { isEmptied } from '../../removal.ts'
import { Card, Pairs } from '../kit/card.tsx'
import type { Page, Visit } from '../page.ts'
import { LeftHere, showGone } from './gone.tsx'
import { SECTIONS } from './sections.ts'
import { TakeForm } from './take.tsx'
import { Thread } from './thread.tsx'
import { crumbsOf, DueDay, hourVi, Marks, StateBadge, wayOf } from './words.tsx'

type Pair = [label: string, value: Child]

const threadQuery = z.object({ thread: z.coerce.number().int().min(0).max(1_000_000).default(0) })

export const one: readonly Page[] = [{ method: 'get', path: '/cases/:id', act: 'case.read', handle: show }]

async function show(visit: Visit): Promise<Response> {
  const row = await requireCase(visit.desk, visit.param('id'), 'case.read')
  if (row.restricted && row.assigneeId === null) return showClosed(visit, row)
  const open = await readCase(visit.desk, row.id)
  if (isEmptied(open.gone)) return showGone(visit, open)
  const parts = []
  for (const section of SECTIONS) parts.push(await section(visit, open))
  const { thread } = visit.query(threadQuery)
  return visit.show(
    { title: open.number, crumbs: crumbsOf(visit), help: 'cases' },
    <>
      {open.gone === null ? null : await LeftHere({ visit, open })}
      {open.mergedInto ? <Merged visit={visit} into={open.mergedInto} /> : null}
      {await Facts({ visit, open, ways: await findWays(visit.desk.db, visit.desk.keys, open.id) })}
      {open.assigneeId === null && open.state !== 'closed' && open.mergedInto === null ? (
        <Card title={visit.t('console_cases.take_title')}>
          <p>{visit.t('console_cases.take_text')}</p>
          <TakeForm visit={visit} row={open} />
        </Card>
      ) : null}
      {parts}
      {await Thread({ visit, open, after: thread })}
    </>,
  )
}

/** Nothing of what it is about: whoever looks is not its officer yet. */
function showClosed(visit: Visit, row: CaseRow): Response {
  const { t } = visit
  return visit.show(
    { title: row.number, crumbs: crumbsOf(visit), help: 'cases' },
    <Card title={t('console_cases.restricted')}>
      <Pairs pairs={[[t('console_cases.state'), <StateBadge visit={visit} state={row.state} />]]} />
      <p class="mt-3">{t('case.take_first')}</p>
      <TakeForm visit={visit} row={row} />
    </Card>,
  )
}

async function Facts({ visit, open, ways }: { visit: Visit; open: OpenCase; ways: { link: boolean; identity: boolean } }) {
  const { t } = visit
  const { report } = open
  const told = (label: string, text: string | undefined): Pair[] => (text ? [[label, <span class="said">{text}</span>]] : [])
  const pairs: Pair[] = [
    [
      t('console_cases.state'),
      <>
        <StateBadge visit={visit} state={open.state} /> <Marks visit={visit} row={open} />
      </>,
    ],
    ...told(t('console_cases.this_reason'), await labelOf(visit, open.reasonId)),
    ...(open.outcomeId === open.reasonId ? [] : told(t('console_cases.outcome'), await labelOf(visit, open.outcomeId))),
    [t('console_cases.kind'), t(`case.kind_${report.kind}`)],
    ...told(t('console_cases.signs'), report.signs),
    ...told(t('console_cases.place'), report.place),
    ...told(t('console_cases.spot'), report.spot && `${report.spot.latitude}, ${report.spot.longitude}`),
    ...told(t('console_cases.time'), report.time),
    ...told(t('console_cases.health'), report.health && t(`console_cases.health_${report.health}`)),
    ...told(t('console_cases.note'), report.note),
    [t('console_cases.source'), t(`case.source_${open.source}`)],
    [t('console_cases.opened'), hourVi(visit, open.openedHour)],
    [t('console_cases.unit'), open.unitName ?? t('console_cases.no_unit')],
    [t('console_cases.assignee'), open.assigneeName ?? t('console_cases.nobody')],
    [t('console_cases.due'), <DueDay visit={visit} row={open} holidays={await findHolidays(visit.desk.db, visit.desk.now)} />],
    [t('console_cases.way'), t(`console_cases.way_${wayOf(open, ways.link)}`)],
    [t('console_cases.identity'), t(ways.identity ? 'console_cases.identity_left' : 'console_cases.identity_none')],
  ]
  return (
    <Card title={t('console_cases.facts')}>
      <Pairs pairs={pairs} />
      <p class="mt-3 mb-0">
        <a class="btn btn-outline-secondary" href="#thread">
          {t('console_cases.to_thread')}
        </a>
      </p>
    </Card>
  )
}

async function labelOf({ desk, locale }: Visit, reasonId: string | null): Promise<string | undefined> {
  return reasonId === null ? undefined : (await findReason(desk.db, reasonId))?.label[locale]
}

function Merged({ visit: { t }, into }: { visit: Visit; into: string }) {
  return (
    <Card>
      <p>{t('case.merged')}</p>
      <p class="mb-0">
        <a class="btn btn-outline-secondary" href={`/console/cases/${into}`}>
          {t('console_cases.merged_open')}
        </a>
      </p>
    </Card>
  )
}
