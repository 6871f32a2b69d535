/**
 * The calendar: a month of what is planned, beside the days messages are written for (F13); each day opens with all that is
 * in it. On a phone the month is a list of the days that have something.
 */
import * as z from 'zod'
import { listPlanned, type Planned, type PlannedDay } from '../../../db/calendar.ts'
import { type Holiday, listHolidays } from '../../../db/holidays.ts'
import { listObservances, type Observance } from '../../../db/observances.ts'
import { monthAfter, monthDays, monthSchema, weeksOf } from '../../month.ts'
import { may, scopeOf } from '../../rights.ts'
import { dateVi, dayOf, vietnamInstant, vietnamWeekday, whenVi } from '../../time.ts'
import { haltedNote } from '../halted.tsx'
import { Badge, Card } from '../kit/card.tsx'
import { Field } from '../kit/form.tsx'
import { Icon } from '../kit/icon.tsx'
import { addressWith, Empty, Filters, Table } from '../kit/list.tsx'
import type { Page, Visit } from '../page.ts'
import { pathsOf } from './filter.ts'
import { toneOf } from './words.ts'

/** Entries in a cell of the month, and on a day's own page. */
const CELL_MOST = 4
const DAY_MOST = 100

export const calendar: readonly Page[] = [
  { method: 'get', path: '/calendar', act: 'campaign.read', handle: month },
  { method: 'get', path: '/calendar/:day', act: 'campaign.read', handle: day },
]

async function month(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const given = visit.query(z.object({ month: monthSchema.optional(), unit: z.string().max(60).optional() }))
  const shown = given.month ?? dayOf(desk.now).slice(0, 7)
  const { first, last } = monthDays(shown)
  const { path, paths } = await placeOf(visit, given.unit)
  const [days, observances, holidays] = await Promise.all([
    listPlanned(desk.db, { paths, from: first, to: last, most: CELL_MOST, now: desk.now }),
    listObservances(desk.db, path, shown),
    listHolidays(desk.db, first, last),
  ])
  const named = [...observances, ...holidays.filter(counts).map((one) => offAs(visit, one))]
  const byDay = new Map(days.map((one) => [one.day, one]))
  const to = (n: number) => addressWith(visit.c.req.url, { month: monthAfter(shown, n) })
  return visit.show(
    {
      title: t('console_campaigns.month_title', { month: shown.slice(5), year: shown.slice(0, 4) }),
      help: 'calendar',
      crumbs: [{ href: '/console/campaigns', label: t('console_campaigns.list_title') }],
      actions: (
        <>
          <a class="btn" href={to(-1)} rel="prev">
            {t('console_campaigns.month_before')}
          </a>
          <a class="btn" href={to(1)} rel="next">
            {t('console_campaigns.month_after')}
          </a>
          <a class="btn" href="/console/calendar/themes">
            {t('console_campaigns.themes_title')}
          </a>
          <a class="btn" href={`/console/calendar/holidays?year=${shown.slice(0, 4)}`}>
            {t('console_holidays.title')}
          </a>
        </>
      ),
    },
    <>
      {await haltedNote(visit)}
      <Card plain>
        <Filters visit={visit} action="/calendar">
          <input type="hidden" name="month" value={shown} />
          <div class="col-12 col-md-5">
            <Field visit={visit} name="unit" label={t('console_campaigns.by_unit')} value={given.unit} />
          </div>
        </Filters>
        <table class="month">
          <caption class="visually-hidden">{t('console_campaigns.calendar')}</caption>
          <thead>
            <tr>
              {[1, 2, 3, 4, 5, 6, 0].map((n) => (
                <th scope="col">{t(`campaign.weekday_${n}`)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeksOf(shown).map((week) => (
              <tr>
                {week.map((one) =>
                  one === null ? (
                    <td class="month-none" />
                  ) : (
                    <Cell visit={visit} planned={byDay.get(one)} day={one} unit={given.unit} named={namedOn(named, one)} />
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
      {days.every(({ entries }) => entries.length === 0) ? <p class="text-secondary">{t('console_campaigns.month_empty')}</p> : null}
    </>,
  )
}

type Named = Pick<Observance, 'day' | 'vi' | 'en'>
type CellProps = { visit: Visit; planned: PlannedDay | undefined; day: string; unit: string | undefined; named: Named[] }

function Cell({ visit, planned, day: of, unit, named }: CellProps) {
  const { t, desk } = visit
  const today = dayOf(desk.now) === of
  const whole = `/console/calendar/${of}${unit ? `?unit=${encodeURIComponent(unit)}` : ''}`
  const empty = named.length === 0 && (planned?.entries.length ?? 0) === 0
  return (
    <td class={`${today ? 'month-today' : ''}${empty && !today ? ' month-empty' : ''}`}>
      <p class="month-day">
        <a href={whole}>
          <span class="month-phone">{t(`campaign.weekday_${vietnamWeekday(vietnamInstant(of, 0))}`)} </span>
          {Number(of.slice(8))}
          <span class="month-phone">/{of.slice(5, 7)}</span>
        </a>
        {today ? <span class="visually-hidden"> {t('console_campaigns.today')}</span> : null}
      </p>
      {named.map((one) => (
        <p class="month-name">{nameIn(visit, one)}</p>
      ))}
      <ul>
        {(planned?.entries ?? []).map((entry) => (
          <li>
            <a class={ENTRIES[entry.kind]} href={hrefOf(entry)}>
              <span class="month-time">{whenVi(entry.at).slice(0, 5)}</span> {titleOf(visit, entry)}
            </a>
          </li>
        ))}
        {planned?.more ? (
          <li>
            <a href={whole}>{t('console_campaigns.day_more')}</a>
          </li>
        ) : null}
      </ul>
    </td>
  )
}

async function day(visit: Visit): Promise<Response> {
  const { t, desk } = visit
  const of = z.iso.date().safeParse(visit.param('day')).data ?? dayOf(desk.now)
  const given = visit.query(z.object({ unit: z.string().max(60).optional() }))
  const { path, paths } = await placeOf(visit, given.unit)
  const [[planned], observances, holidays] = await Promise.all([
    listPlanned(desk.db, { paths, from: of, to: of, most: DAY_MOST, now: desk.now }),
    listObservances(desk.db, path, of.slice(0, 7)),
    listHolidays(desk.db, of, of),
  ])
  const named = [...observances, ...holidays.filter(counts).map((one) => offAs(visit, one))]
  const entries = planned?.entries ?? []
  const writes = scopeOf(desk.actor, 'campaign.write').length > 0 && of >= dayOf(desk.now)
  const action = writes ? { href: `/console/campaigns/new?day=${of}`, label: t('console_campaigns.new_on') } : undefined
  return visit.show(
    {
      title: dateVi(of),
      help: 'calendar',
      crumbs: [{ href: `/console/calendar?month=${of.slice(0, 7)}`, label: t('console_campaigns.calendar') }],
      actions: action ? (
        <a class="btn btn-primary" href={action.href}>
          <Icon name="plus-lg" />
          {action.label}
        </a>
      ) : null,
    },
    <>
      {namedOn(named, of).map((one) => (
        <p class="alert alert-info">{nameIn(visit, one)}</p>
      ))}
      <Card plain>
        {entries.length === 0 ? (
          <Empty icon="calendar3" title={t('console_campaigns.day_empty')} text={t('console_campaigns.day_empty_text')} action={action} />
        ) : (
          <Table
            visit={visit}
            caption={dateVi(of)}
            rows={entries}
            columns={[
              { label: t('console_campaigns.time'), cell: ({ at }) => whenVi(at).slice(0, 5) },
              {
                label: t('console_campaigns.title'),
                cell: (entry) => (
                  <a class="fw-bold" href={hrefOf(entry)}>
                    {titleOf(visit, entry)}
                  </a>
                ),
              },
              {
                label: t('console_campaigns.state'),
                cell: ({ kind, state }) => (
                  <Badge tone={toneOf(state)} label={t(`console_campaigns.entry_${kind === 'plan' ? state : kind}`)} />
                ),
              },
              { label: t('console_campaigns.unit'), cell: ({ unitName }) => unitName },
            ]}
          />
        )}
      </Card>
      {planned?.more ? <p class="text-secondary">{t('console_campaigns.day_most', { most: DAY_MOST })}</p> : null}
    </>,
  )
}

/** The units looked at (all, or those of a typed name), and the one whose days count: what was typed where it is one, else the officer's own. */
async function placeOf(visit: Visit, unit: string | undefined): Promise<{ path: string; paths: string[] }> {
  const { actor } = visit.desk
  const paths = await pathsOf(visit, unit, 'campaign.read')
  const own = actor.grants.find((grant) => grant.unitId === actor.unitId && may(actor, 'campaign.read', grant.path))
  return { path: (paths.length === 1 ? paths[0] : own?.path) ?? '/', paths }
}

const ENTRIES: Record<Planned['kind'], string> = { run: 'month-entry', plan: 'month-entry month-plan', rule: 'month-entry month-rule' }

const counts = ({ checkedOn, dropped }: Holiday): boolean => checkedOn !== null && !dropped
/** A holiday beside the days messages are written for, in words of the officer's language. */
function offAs({ t, locale }: Visit, { day, kind, vi, en }: Holiday): Named {
  const words = t(`console_holidays.on_calendar_${kind}`, { name: locale === 'en' && en !== null ? en : vi })
  return { day, vi: words, en: null }
}
const namedOn = (named: Named[], of: string) => named.filter((one) => one.day === of || one.day === of.slice(5))
const nameIn = ({ locale }: Visit, { vi, en }: Named): string => (locale === 'en' && en !== null ? en : vi)
const hrefOf = ({ runId, campaignId }: Planned): string =>
  runId === null ? `/console/campaigns/${campaignId}` : `/console/campaigns/runs/${runId}`
const titleOf = ({ t }: Visit, { title, source }: Planned): string => (source === 'text' ? title : t(`campaign.b_${source}`))
