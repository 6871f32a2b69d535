/**
 * What of cases waits for this officer on "Hôm nay": theirs that are due, and those that nobody has. Null when nothing does.
 */

import type { Child } from 'hono/jsx'
import { type CaseRow, listQueue } from '../../../db/case-desk.ts'
import { findHolidays } from '../../../db/holidays.ts'
import { SHOWN } from '../../../db/waiting.ts'
import { scopeOf } from '../../rights.ts'
import { addDays, dayOf } from '../../time.ts'
import type { Holidays } from '../../working-days.ts'
import { Card } from '../kit/card.tsx'
import { Table } from '../kit/list.tsx'
import type { Visit } from '../page.ts'
import { DueDay, Marks, StateBadge } from './words.tsx'

export async function caseWaits(visit: Visit): Promise<Child | null> {
  const { desk } = visit
  if (scopeOf(desk.actor, 'case.read').length === 0) return null
  const { officerId } = desk.actor
  const limit = SHOWN + 1
  const [holidays, mine, free] = await Promise.all([
    findHolidays(desk.db, desk.now),
    listQueue(desk, { assigneeId: officerId, dueBefore: addDays(dayOf(desk.now), 1) }, { limit }),
    listQueue(desk, { assigneeId: '' }, { limit }),
  ])
  if (mine.length + free.length === 0) return null
  return (
    <>
      <Waiting visit={visit} title="console_cases.waits_mine" rows={mine} holidays={holidays} href="/console/cases?who=mine" />
      <Waiting visit={visit} title="console_cases.waits_new" rows={free} holidays={holidays} href="/console/cases?who=none" />
    </>
  )
}

type WaitingProps = { visit: Visit; title: string; rows: readonly CaseRow[]; holidays: Holidays; href: string }

function Waiting({ visit, title, rows, holidays, href }: WaitingProps) {
  const { t } = visit
  if (rows.length === 0) return null
  return (
    <Card
      plain
      title={t(title)}
      actions={
        <a class="btn" href={href}>
          {t(rows.length > SHOWN ? 'console_today.more' : 'console_today.all')}
        </a>
      }
    >
      <Table
        visit={visit}
        caption={t(title)}
        rows={rows.slice(0, SHOWN)}
        columns={[
          {
            label: t('console_cases.number'),
            cell: (row) => (
              <>
                <a class="fw-bold" href={`/console/cases/${row.id}`}>
                  {row.number}
                </a>{' '}
                <Marks visit={visit} row={row} />
              </>
            ),
          },
          { label: t('console_cases.state'), cell: ({ state }) => <StateBadge visit={visit} state={state} /> },
          { label: t('console_cases.due'), cell: (row) => <DueDay visit={visit} row={row} holidays={holidays} /> },
          { label: t('console_cases.unit'), cell: ({ unitName }) => unitName ?? t('console_cases.no_unit') },
        ]}
      />
    </Card>
  )
}
