/**
 * Officers within reach (F55, F61): who works where, found without accents; one officer with their seat, what is lent and
 * the periods that are over.
 */
import * as z from 'zod'
import { requireSeat } from '../../db/officer-desk.ts'
import { listLoansOf, listSeats, type Seat, type SeatFilter } from '../../db/officer-list.ts'
import { listTerms, type Term } from '../../db/officer-terms.ts'
import { may, type Role, scopeOf } from '../rights.ts'
import { addDays, dateVi, dayOf } from '../time.ts'
import { Badge, Card, Pairs } from './kit/card.tsx'
import { Field, Select } from './kit/form.tsx'
import { addressWith, Empty, Filters, Table } from './kit/list.tsx'
import type { Page, Visit } from './page.ts'
import { ExportLink } from './unit-export.tsx'

const PAGE = 50
const TERMS = 20
/** A term that ends within so many days waits for kiện toàn. */
export const ENDING_DAYS = 60
const WHICH = ['here', 'ending', 'left', 'all'] as const
export const officerQuery = z.object({
  q: z.string().trim().max(60).default(''),
  which: z.enum(WHICH).default('here'),
  after: z.string().max(40).default(''),
})
const oneQuery = z.object({ before: z.coerce.number().int().min(0).default(0) })

export const officers: readonly Page[] = [
  { method: 'get', path: '/officers', act: 'officer.read', handle: list },
  { method: 'get', path: '/officers/:id', act: 'officer.read', handle: one },
]

async function list(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { q, which, after } = visit.query(officerQuery)
  const filter = filterOf(visit, { q, which })
  const found = await listSeats(desk.db, filter, { after, limit: PAGE + 1 })
  const rows = found.slice(0, PAGE)
  const last = rows.at(-1)
  const more = found.length > PAGE && last ? addressWith(visit.c.req.url, { after: last.id }) : undefined
  const writes = scopeOf(desk.actor, 'officer.write').length > 0
  const add = { href: '/console/officers/new', label: t('console_officers.new') }
  return visit.show(
    {
      title: t('console_officers.title'),
      help: 'officers',
      actions: (
        <>
          <ExportLink visit={visit} list="officers" />
          {writes ? (
            <a class="btn btn-primary" href={add.href}>
              {add.label}
            </a>
          ) : null}
        </>
      ),
    },
    <Card plain>
      <Filters visit={visit} action="/officers">
        <div class="col-12 col-md-5">
          <Field
            visit={visit}
            name="q"
            label={t('console_officers.search')}
            hint={t('console_officers.search_hint')}
            value={q}
            inputmode="search"
          />
        </div>
        <div class="col-12 col-md-4">
          <Select
            visit={visit}
            name="which"
            label={t('console_officers.which')}
            hint={t('console_officers.which_hint')}
            value={which}
            choices={WHICH.map((value) => ({ value, label: t(`console_officers.which_${value}`, { days: ENDING_DAYS }) }))}
          />
        </div>
      </Filters>
      {rows.length === 0 ? (
        <Empty icon="people" title={t('console_officers.none')} text={t('console_officers.none_next')} action={writes ? add : undefined} />
      ) : (
        <SeatTable visit={visit} rows={rows} more={more} withUnit />
      )}
    </Card>,
  )
}

/** What the list is narrowed to, always within reach. */
export function filterOf({ desk }: Visit, { q, which }: Pick<z.output<typeof officerQuery>, 'q' | 'which'>): SeatFilter {
  return {
    paths: scopeOf(desk.actor, 'officer.read'),
    ...(q === '' ? {} : { typed: q }),
    which: which === 'ending' ? { kind: 'ending', by: addDays(dayOf(desk.now), ENDING_DAYS) } : { kind: which },
  }
}

export function SeatTable({
  visit,
  rows,
  more,
  withUnit,
}: {
  visit: Visit
  rows: readonly Seat[]
  more?: string | undefined
  withUnit?: boolean
}) {
  const { t } = visit
  return (
    <Table
      visit={visit}
      caption={t('console_officers.title')}
      rows={rows}
      more={more}
      columns={[
        { label: t('console_officers.name'), cell: ({ id, name }) => <a href={`/console/officers/${id}`}>{name}</a> },
        ...(withUnit
          ? [
              {
                label: t('console_officers.unit'),
                cell: ({ unitId, unitName }: Seat) => <a href={`/console/units/${unitId}`}>{unitName}</a>,
              },
            ]
          : []),
        { label: t('console_officers.seat'), cell: ({ title, area }) => <SeatText visit={visit} title={title} area={area} /> },
        { label: t('console_officers.roles'), cell: ({ roles }) => rolesText(visit, roles) },
        {
          label: t('console_officers.period'),
          cell: ({ sinceDay, untilDay }) => `${dateVi(sinceDay)} – ${untilDay ? dateVi(untilDay) : t('console_officers.open_end')}`,
        },
        { label: t('console_officers.state'), cell: (seat) => <State visit={visit} seat={seat} /> },
      ]}
    />
  )
}

function SeatText({ visit: { t }, title, area }: { visit: Visit; title: Seat['title']; area: string | null }) {
  return (
    <>
      {title ? t(`console_officers.title_${title}`) : '–'}
      {area ? <div class="text-secondary">{area}</div> : null}
    </>
  )
}

function State({ visit: { t, desk }, seat: { active, bound, untilDay } }: { visit: Visit; seat: Seat }) {
  if (!active) return <Badge label={t('console_officers.left')} />
  if (untilDay && untilDay <= addDays(dayOf(desk.now), ENDING_DAYS)) return <Badge tone="waiting" label={t('console_officers.ending')} />
  return bound ? (
    <Badge tone="good" label={t('console_officers.bound')} />
  ) : (
    <Badge tone="waiting" label={t('console_officers.not_bound')} />
  )
}

export function rolesText({ t }: Visit, roles: readonly Role[]): string {
  return roles.map((role) => t(`console.role_${role}`)).join(', ') || '–'
}

async function one(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const { db, actor, now } = desk
  const seat = await requireSeat(desk, visit.param('id'), 'officer.read')
  const { before } = visit.query(oneQuery)
  const [loans, terms] = await Promise.all([
    listLoansOf(db, seat.id, dayOf(now)),
    listTerms(db, { officerId: seat.id, before, limit: TERMS + 1 }),
  ])
  const writes = may(actor, 'officer.write', seat.path) && seat.active
  const own = seat.id === actor.officerId
  const below = `/console/officers/${seat.id}`
  return visit.show(
    {
      title: seat.name,
      help: 'officers',
      crumbs: [
        { href: '/console/officers', label: t('console_officers.title') },
        { href: `/console/officers/roster/${seat.unitId}`, label: seat.unitName ?? '' },
      ],
      actions: (
        <>
          {writes && !own ? <Action visit={visit} href={`${below}/edit`} text="do_edit" /> : null}
          {writes ? <Action visit={visit} href={`${below}/bind`} text="do_bind" /> : null}
          {writes && (seat.bound || seat.digits) ? <Action visit={visit} href={`${below}/unbind`} text="do_unbind" /> : null}
          {seat.active && (writes || own) ? <Action visit={visit} href={`${below}/lend`} text="do_lend" /> : null}
          {writes && !own ? <Action visit={visit} href={`${below}/dismiss`} text="do_dismiss" danger /> : null}
        </>
      ),
    },
    <>
      <Card title={t('console_officers.about')}>
        <Pairs
          pairs={[
            [t('console_officers.state'), <State visit={visit} seat={seat} />],
            [t('console_officers.unit'), <a href={`/console/units/${seat.unitId}`}>{seat.unitName}</a>],
            [t('console_officers.seat'), seat.title ? t(`console_officers.title_${seat.title}`) : '–'],
            [t('console_officers.area'), seat.area ?? '–'],
            [t('console_officers.roles'), rolesText(visit, seat.roles)],
            [
              t('console_officers.period'),
              `${dateVi(seat.sinceDay)} – ${seat.untilDay ? dateVi(seat.untilDay) : t('console_officers.open_end')}`,
            ],
            [t('console_officers.digits'), t(seat.digits ? 'console.yes' : 'console.no')],
          ]}
        />
      </Card>
      <Card plain={loans.length > 0} title={t('console_officers.loans')}>
        {loans.length === 0 ? (
          <p class="mb-0">{t('console_officers.no_loans')}</p>
        ) : (
          <Table
            visit={visit}
            caption={t('console_officers.loans')}
            rows={loans}
            columns={[
              {
                label: t('console_officers.lender'),
                cell: ({ lenderId, lenderName }) => <a href={`/console/officers/${lenderId}`}>{lenderName}</a>,
              },
              {
                label: t('console_officers.borrower'),
                cell: ({ officerId, officerName }) => <a href={`/console/officers/${officerId}`}>{officerName}</a>,
              },
              { label: t('console_officers.roles'), cell: ({ roles }) => rolesText(visit, roles) },
              { label: t('console_officers.period'), cell: ({ fromDay, untilDay }) => `${dateVi(fromDay)} – ${dateVi(untilDay)}` },
              {
                label: '',
                cell: ({ id, lenderId, path }) =>
                  lenderId === actor.officerId || may(actor, 'officer.write', path) ? (
                    <a class="btn btn-sm" href={`/console/officers/loans/${id}/end`}>
                      {t('console_officers.do_unlend')}
                    </a>
                  ) : null,
              },
            ]}
          />
        )}
      </Card>
      <TermCard visit={visit} terms={terms} by="unit" />
    </>,
  )
}

function Action({ visit, href, text, danger }: { visit: Visit; href: string; text: string; danger?: boolean }) {
  return (
    <a class={danger ? 'btn btn-outline-danger' : 'btn'} href={href}>
      {visit.t(`console_officers.${text}`)}
    </a>
  )
}

/** Periods that are over; `by`: what tells the rows apart. One row more than a page leads to the next. */
export function TermCard({ visit, terms, by }: { visit: Visit; terms: readonly Term[]; by: 'unit' | 'officer' }) {
  const { t } = visit
  const rows = terms.slice(0, TERMS)
  const last = rows.at(-1)
  const more = terms.length > TERMS && last ? addressWith(visit.c.req.url, { before: String(last.id) }) : undefined
  if (rows.length === 0) return <Card title={t('console_officers.terms')}>{<p class="mb-0">{t('console_officers.no_terms')}</p>}</Card>
  return (
    <Card plain title={t('console_officers.terms')}>
      <Table
        visit={visit}
        caption={t('console_officers.terms')}
        rows={rows}
        more={more}
        columns={[
          by === 'unit'
            ? { label: t('console_officers.unit'), cell: ({ unitName }) => unitName ?? '–' }
            : {
                label: t('console_officers.name'),
                cell: ({ officerId, officerName }) => <a href={`/console/officers/${officerId}`}>{officerName}</a>,
              },
          { label: t('console_officers.seat'), cell: ({ title, area }) => <SeatText visit={visit} title={title} area={area} /> },
          { label: t('console_officers.roles'), cell: ({ roles }) => rolesText(visit, roles) },
          { label: t('console_officers.period'), cell: ({ fromDay, toDay }) => `${dateVi(fromDay)} – ${dateVi(toDay)}` },
          { label: t('console_officers.why'), cell: ({ why }) => t(`console_officers.why_${why}`) },
        ]}
      />
    </Card>
  )
}

export const TERMS_PAGE = TERMS
