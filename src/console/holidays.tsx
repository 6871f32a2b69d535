/**
 * *Ngày nghỉ lễ*: the days off and the days worked instead of one year, by which working days are counted. Everybody sees them;
 * an administrator of the highest unit adds days and confirms the year once it was held against the announcement.
 */
import * as z from 'zod'
import { addHoliday, confirmHolidays } from '../../db/holiday-desk.ts'
import { findHolidayYear, type Holiday, type HolidayYear, listHolidays } from '../../db/holidays.ts'
import { AppError } from '../errors.ts'
import { HOLIDAY_KINDS, holidaySchema, yearSchema, yearToConfirm } from '../holiday.ts'
import { mayAtTop } from '../rights.ts'
import { dateVi, dayOf, vietnamInstant, vietnamWeekday } from '../time.ts'
import { attempt, dayField, dayOrNone, textOrNone } from './attempt.ts'
import { Badge, Card } from './kit/card.tsx'
import { Button, Field, Form, Select } from './kit/form.tsx'
import { Empty, Table } from './kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from './page.ts'

/** A holiday as a form posts it. */
export const holidayForm = holidaySchema.extend({ en: textOrNone.pipe(holidaySchema.shape.en), checkedOn: dayOrNone })
const addForm = holidayForm.extend({ day: dayField })

export const holidays: readonly Page[] = [
  { method: 'get', path: '/calendar/holidays', act: 'holiday.read', handle: (visit) => show(visit) },
  { method: 'post', path: '/calendar/holidays', act: 'holiday.write', handle: add },
  { method: 'post', path: '/calendar/holidays/confirm', act: 'holiday.write', handle: confirm },
]

async function show(visit: Visit, again?: { typed: Typed; wrong: Wrong }): Promise<Response> {
  const { t, desk } = visit
  const year = visit.query(z.object({ year: yearSchema.optional() })).year ?? yearToConfirm(dayOf(desk.now))
  const [rows, whole] = await Promise.all([listHolidays(desk.db, `${year}-01-01`, `${year}-12-31`), findHolidayYear(desk.db, year)])
  const writes = mayAtTop(desk.actor, 'holiday.write')
  return visit.show(
    {
      title: t('console_holidays.title_of', { year }),
      help: 'holidays',
      crumbs: [{ href: '/console/calendar', label: t('console_campaigns.calendar') }],
      actions: [Number(year) - 1, Number(year) + 1].map((other) => (
        <a class="btn" href={`/console/calendar/holidays?year=${other}`}>
          {other}
        </a>
      )),
    },
    <>
      <Confirmed visit={visit} year={year} whole={whole} writes={writes} />
      <Card plain>
        {rows.length === 0 ? (
          <Empty
            icon="calendar3"
            title={t('console_holidays.none', { year })}
            text={t(writes ? 'console_holidays.none_write' : 'console_holidays.none_read')}
          />
        ) : (
          <Table
            visit={visit}
            caption={t('console_holidays.title_of', { year })}
            rows={rows}
            columns={[
              { label: t('console_holidays.day'), cell: ({ day }) => weekdayOf(visit, day) },
              { label: t('console_holidays.name'), cell: (one) => <Named visit={visit} one={one} /> },
              { label: t('console_holidays.state'), cell: (one) => <Counted visit={visit} one={one} /> },
              {
                label: '',
                cell: ({ day }) => (
                  <a class="btn btn-sm" href={`/console/calendar/holidays/${day}`}>
                    {t(writes ? 'console_office.open_edit' : 'console_office.open_view')}
                    <span class="visually-hidden"> {dateVi(day)}</span>
                  </a>
                ),
              },
            ]}
          />
        )}
      </Card>
      {writes ? (
        <Card title={t('console_holidays.add')}>
          <Form visit={visit} action="/calendar/holidays">
            <Field
              visit={visit}
              name="day"
              type="date"
              label={t('console_holidays.day')}
              typed={again?.typed}
              wrong={again?.wrong}
              needed
            />
            <HolidayFields visit={visit} typed={again?.typed} wrong={again?.wrong} />
            <Button label={t('console_holidays.add_go')} />
          </Form>
        </Card>
      ) : null}
    </>,
    again ? 400 : 200,
  )
}

type ConfirmedProps = { visit: Visit; year: string; whole: HolidayYear; writes: boolean }

function Confirmed({ visit, year, whole: { days, unchecked, confirmed }, writes }: ConfirmedProps) {
  const { t } = visit
  return (
    <Card>
      <p>
        {confirmed ? (
          <Badge tone="good" label={t('console_holidays.confirmed', { year, day: dateVi(confirmed.on), by: confirmed.by })} />
        ) : (
          <Badge tone="waiting" label={t('console_holidays.unconfirmed', { year })} />
        )}
      </p>
      <p>{t('console_holidays.counts')}</p>
      {unchecked > 0 ? <p>{t('console_holidays.unchecked', { n: unchecked })}</p> : null}
      {writes && confirmed === null && days > 0 && unchecked === 0 ? (
        <Form visit={visit} action="/calendar/holidays/confirm">
          <input type="hidden" name="year" value={year} />
          <p>{t('console_holidays.confirm_text', { year })}</p>
          <Button label={t('console_holidays.confirm', { year })} />
        </Form>
      ) : null}
    </Card>
  )
}

function Named({ visit, one }: { visit: Visit; one: Holiday }) {
  return (
    <>
      <strong>{nameIn(visit, one)}</strong> {one.kind === 'work' ? <Badge label={visit.t('console_holidays.kind_work')} /> : null}
      <div class="text-secondary">{one.source}</div>
    </>
  )
}

/** Does it count, and since which day is it known to be right? */
export function Counted({ visit: { t }, one: { checkedOn, dropped } }: { visit: Pick<Visit, 't'>; one: Holiday }) {
  if (dropped) return <Badge label={t('console_holidays.is_dropped')} />
  if (checkedOn === null) return <Badge tone="waiting" label={t('console_holidays.is_unchecked')} />
  return (
    <>
      <Badge tone="good" label={t('console_holidays.is_counted')} />
      <div class="text-secondary">{t('console_holidays.checked_on', { day: dateVi(checkedOn) })}</div>
    </>
  )
}

type FieldsProps = { visit: Visit; typed: Typed | undefined; wrong: Wrong | undefined; one?: Holiday }

export function HolidayFields({ visit, typed, wrong, one }: FieldsProps) {
  const { t } = visit
  const common = { visit, typed, wrong }
  return (
    <>
      <Select
        {...common}
        name="kind"
        label={t('console_holidays.kind')}
        value={one?.kind}
        choices={HOLIDAY_KINDS.map((value) => ({ value, label: t(`console_holidays.kind_${value}`) }))}
        needed
      />
      <Field {...common} name="vi" label={t('console_holidays.name_vi')} value={one?.vi} most={80} needed />
      <Field {...common} name="en" label={t('console_holidays.name_en')} value={one?.en ?? ''} most={80} />
      <Field
        {...common}
        name="source"
        label={t('console_holidays.source')}
        hint={t('console_holidays.source_hint')}
        value={one?.source}
        most={200}
        needed
      />
      <Field
        {...common}
        name="checkedOn"
        type="date"
        label={t('console_holidays.checked')}
        hint={t('console_holidays.checked_hint')}
        value={one?.checkedOn ?? ''}
      />
    </>
  )
}

/** `Thứ Năm, 04/02/2027` */
export function weekdayOf({ t }: Pick<Visit, 't'>, day: string): string {
  const name = t(`campaign.weekday_${vietnamWeekday(vietnamInstant(day, 0))}`)
  return `${name.slice(0, 1).toLocaleUpperCase('vi')}${name.slice(1)}, ${dateVi(day)}`
}

export const nameIn = ({ locale }: Pick<Visit, 'locale'>, { vi, en }: Pick<Holiday, 'vi' | 'en'>): string =>
  locale === 'en' && en !== null ? en : vi

async function add(visit: Visit): Promise<Response> {
  const posted = visit.read(addForm)
  if (!posted.ok) return show(visit, posted)
  const { day, checkedOn, ...draft } = posted.data
  const done = await attempt('day', async () => visit.desk.db.write(await addHoliday(visit.desk, day, draft, checkedOn)))
  if ('wrong' in done) return show(visit, { typed: posted.typed, wrong: done.wrong })
  return visit.go(`/calendar/holidays?year=${day.slice(0, 4)}`, 'console_holidays.said_saved')
}

async function confirm(visit: Visit): Promise<Response> {
  const posted = visit.read(z.object({ year: yearSchema }))
  if (!posted.ok) throw new AppError('not_found', 'console.not_found')
  const { year } = posted.data
  await visit.desk.db.write(await confirmHolidays(visit.desk, year))
  return visit.go(`/calendar/holidays?year=${year}`, 'console_holidays.said_confirmed')
}
