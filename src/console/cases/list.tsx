/**
 * Phản ánh: what is open in the officer's units, most urgent first, then what is due first; filters stand in the address, a
 * number is found however it is typed. Closed ones and spam lie on shelves of their own, newest first.
 */

import * as z from 'zod'
import { type CaseFilter, type CaseRow, findCaseByNumber, listQueue, listShelf } from '../../../db/case-desk.ts'
import { findHolidays } from '../../../db/holidays.ts'
import { pageOf } from '../../api/shapes.ts'
import { caseKinds, caseSources, OPEN_STATES } from '../../case.ts'
import type { Text } from '../../chat.ts'
import { isEmptied } from '../../removal.ts'
import { scopeOf } from '../../rights.ts'
import { caseCode } from '../../vietnamese/index.ts'
import { type Holidays, lateDaysOf } from '../../working-days.ts'
import { Card } from '../kit/card.tsx'
import { addressWith, Empty, Table } from '../kit/list.tsx'
import { chosenUnit } from '../office/unit-choice.tsx'
import type { Page, Visit } from '../page.ts'
import { QueueFilters } from './filters.tsx'
import { DueDay, Marks, openedVi, StateBadge } from './words.tsx'

const PAGE = 30
const SHELVES = ['closed', 'spam'] as const

const id = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)
export const queueQuery = z.object({
  q: z.string().max(60).default(''),
  state: z.enum(OPEN_STATES).optional().catch(undefined),
  kind: z.enum(caseKinds).optional().catch(undefined),
  source: z.enum(caseSources).optional().catch(undefined),
  /** `mine`, `none`, or the id of an officer. */
  who: id.optional().catch(undefined),
  late: z.literal('1').optional().catch(undefined),
  unit: z.string().max(200).default(''),
  shelf: z.enum(SHELVES).optional().catch(undefined),
  /** Where the page before ended: of the queue or of a shelf. */
  after: z
    .string()
    .regex(/^[0-9TZ-]{1,14}\.[0-9-]{0,10}\.[A-Za-z0-9_-]{1,40}$/)
    .optional(),
})
export type QueueQuery = z.output<typeof queueQuery>

export const list: readonly Page[] = [{ method: 'get', path: '/cases', act: 'case.read', handle: show }]

async function show(visit: Visit): Promise<Response> {
  const query = visit.query(queueQuery)
  if (query.q.trim() === '') return query.shelf ? showShelf(visit, query, query.shelf) : showQueue(visit, query)
  const code = caseCode(query.q)
  const found = code && (await findCaseByNumber(visit.desk, code.number))
  return found ? visit.go(`/cases/${found}`) : showQueue(visit, query, { q: { key: 'console_cases.number_unknown' } })
}

async function showQueue(visit: Visit, query: QueueQuery, wrong: Record<string, Text> = {}): Promise<Response> {
  const { t, desk } = visit
  const unit = await underOf(visit, query.unit)
  const [rank = '', dueDay = '', last = ''] = query.after?.split('.') ?? []
  const after = query.after === undefined ? undefined : { rank: Number(rank), dueDay, id: last }
  const holidays = await findHolidays(desk.db, desk.now)
  const filter = { ...filterOf(visit, query, holidays), under: unit.path }
  const found = unit.wrong ? [] : await listQueue(desk, filter, { after, limit: PAGE + 1 })
  const { rows, next } = pageOf(found, PAGE, (row) => `${row.rank}.${row.dueDay}.${row.id}`)
  const searched = Object.entries(query).some(([name, value]) => name !== 'after' && value !== undefined && value !== '')
  return visit.show(
    { title: t('console_cases.title'), help: 'cases', actions: <Doors visit={visit} /> },
    <Card plain>
      {await QueueFilters({ visit, query, wrong: { ...wrong, ...(unit.wrong ? { unit: unit.wrong } : {}) } })}
      {rows.length === 0 ? (
        <Empty
          icon="flag"
          title={t(searched ? 'console_cases.none_found' : 'console_cases.none')}
          text={t(searched ? 'console_cases.none_found_text' : 'console_cases.none_text')}
          action={searched ? { href: '/console/cases', label: t('console_cases.show_all') } : undefined}
        />
      ) : (
        <CaseTable
          visit={visit}
          rows={rows}
          holidays={holidays}
          more={next === undefined ? undefined : addressWith(visit.c.req.url, { after: next })}
        />
      )}
    </Card>,
    Object.keys(wrong).length > 0 || unit.wrong ? 400 : 200,
  )
}

async function showShelf(visit: Visit, query: QueueQuery, shelf: (typeof SHELVES)[number]): Promise<Response> {
  const { t, desk } = visit
  const [openedHour = '', , last = ''] = query.after?.split('.') ?? []
  const before = query.after === undefined ? undefined : { openedHour, id: last }
  const found = await listShelf(desk, shelf, { before, limit: PAGE + 1 })
  const { rows, next } = pageOf(found, PAGE, (row) => `${row.openedHour}..${row.id}`)
  const holidays = await findHolidays(desk.db, desk.now)
  return visit.show(
    {
      title: t(`console_cases.shelf_${shelf}`),
      crumbs: [{ href: '/console/cases', label: t('console_cases.title') }],
      help: 'cases',
    },
    <Card plain>
      {rows.length === 0 ? (
        <Empty icon="flag" title={t(`console_cases.shelf_${shelf}_none`)} text={t(`console_cases.shelf_${shelf}_text`)} />
      ) : (
        <CaseTable
          visit={visit}
          rows={rows}
          holidays={holidays}
          more={next === undefined ? undefined : addressWith(visit.c.req.url, { after: next })}
        />
      )}
    </Card>,
  )
}

function Doors({ visit: { t, desk } }: { visit: Visit }) {
  return (
    <>
      {scopeOf(desk.actor, 'case.work').length > 0 ? (
        <a class="btn btn-primary" href="/console/cases/new">
          {t('console_cases.new')}
        </a>
      ) : null}
      {scopeOf(desk.actor, 'reason.read').length > 0 ? (
        <a class="btn" href="/console/cases/reasons">
          {t('console_cases.reasons')}
        </a>
      ) : null}
      <a class="btn" href="/console/cases/duplicates">
        {t('console_duplicates.see_all')}
      </a>
      <a class="btn" href="/console/cases?shelf=closed">
        {t('console_cases.shelf_closed')}
      </a>
      <a class="btn" href="/console/cases?shelf=spam">
        {t('console_cases.shelf_spam')}
      </a>
    </>
  )
}

type CaseTableProps = { visit: Visit; rows: readonly CaseRow[]; holidays: Holidays; more?: string | undefined }

function CaseTable({ visit, rows, holidays, more }: CaseTableProps) {
  const { t } = visit
  return (
    <Table
      visit={visit}
      caption={t('console_cases.title')}
      rows={rows}
      more={more}
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
        {
          label: t('console_cases.kind'),
          cell: ({ kind, restricted, gone }) => (restricted || isEmptied(gone) ? '–' : t(`case.kind_${kind}`)),
        },
        { label: t('console_cases.due'), cell: (row) => <DueDay visit={visit} row={row} holidays={holidays} /> },
        { label: t('console_cases.assignee'), cell: ({ assigneeName }) => assigneeName ?? t('console_cases.nobody') },
        { label: t('console_cases.unit'), cell: ({ unitName }) => unitName ?? t('console_cases.no_unit') },
        { label: t('console_cases.opened'), cell: (row) => openedVi(visit, row) },
      ]}
    />
  )
}

function filterOf({ desk: { actor, now } }: Visit, { state, kind, source, who, late }: QueueQuery, holidays: Holidays): CaseFilter {
  return {
    state,
    kind,
    source,
    assigneeId: who === 'mine' ? actor.officerId : who === 'none' ? '' : who,
    ...(late ? { late: lateDaysOf(now, holidays) } : {}),
  }
}

/** The path of a unit by its id or its name. */
async function underOf({ desk }: Visit, typed: string): Promise<{ path?: string; wrong?: Text }> {
  const words = typed.trim()
  if (words === '') return {}
  for (const by of [{ unit: words }, { unitName: words }]) {
    const found = await chosenUnit(desk, 'case.read', by)
    if ('unit' in found && found.unit) return { path: found.unit.path }
    if ('wrong' in found && found.wrong.unitName) return { wrong: found.wrong.unitName }
  }
  return { wrong: { key: 'console_office.unit_none' } }
}
