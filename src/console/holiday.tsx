/**
 * One holiday: what it is, from which paper it is known, whether it counts; changed or taken out by an administrator of the
 * highest unit. And the line on *Hôm nay* that asks them for a year that nobody has confirmed.
 */
import * as z from 'zod'
import { editHoliday, removeHoliday } from '../../db/holiday-desk.ts'
import { findHoliday, findHolidayYear, type Holiday } from '../../db/holidays.ts'
import { AppError } from '../errors.ts'
import { yearToConfirm } from '../holiday.ts'
import { mayAtTop } from '../rights.ts'
import { dateVi, dayOf } from '../time.ts'
import { attempt } from './attempt.ts'
import { Counted, HolidayFields, holidayForm, nameIn, weekdayOf } from './holidays.tsx'
import { Card, Pairs } from './kit/card.tsx'
import { Button, Form } from './kit/form.tsx'
import type { Page, Typed, Visit, Wrong } from './page.ts'

/** What the form was filled in over. */
const edition = z.string().max(40).default('')
const editForm = holidayForm.extend({ edition })

export const holiday: readonly Page[] = [
  { method: 'get', path: '/calendar/holidays/:day', act: 'holiday.read', handle: async (visit) => show(visit, await requireOne(visit)) },
  { method: 'post', path: '/calendar/holidays/:day', act: 'holiday.write', handle: edit },
  { method: 'post', path: '/calendar/holidays/:day/remove', act: 'holiday.write', handle: remove },
]

function show(visit: Visit, one: Holiday, typed?: Typed, wrong?: Wrong): Response {
  const { t, desk } = visit
  const writes = mayAtTop(desk.actor, 'holiday.write')
  return visit.show(
    {
      title: `${weekdayOf(visit, one.day)}: ${nameIn(visit, one)}`,
      help: 'holidays',
      crumbs: [
        { href: '/console/calendar', label: t('console_campaigns.calendar') },
        { href: backOf(one.day), label: t('console_holidays.title') },
      ],
    },
    <>
      <Card>
        <Pairs
          pairs={[
            [t('console_holidays.kind'), t(`console_holidays.kind_${one.kind}`)],
            [t('console_holidays.state'), <Counted visit={visit} one={one} />],
            [t('console_holidays.source'), one.source],
            [t('console_holidays.by'), one.edition === '' ? t('console_holidays.by_program') : (one.officerName ?? '–')],
          ]}
        />
      </Card>
      {writes ? (
        <Card title={t('console_holidays.edit')}>
          {one.checkedOn === null && !one.dropped ? <p>{t('console_holidays.check_text')}</p> : null}
          <Form visit={visit} action={`/calendar/holidays/${one.day}`}>
            <input type="hidden" name="edition" value={one.edition} />
            <HolidayFields visit={visit} typed={typed} wrong={wrong} one={one} />
            <Button label={t('console_office.save')} />
          </Form>
        </Card>
      ) : null}
      {writes && !one.dropped ? (
        <Card title={t('console_holidays.remove')}>
          <p>{t('console_holidays.remove_text')}</p>
          <Form visit={visit} action={`/calendar/holidays/${one.day}/remove`}>
            <input type="hidden" name="edition" value={one.edition} />
            <Button kind="danger" label={t('console_holidays.remove_go', { day: dateVi(one.day) })} />
          </Form>
        </Card>
      ) : null}
    </>,
    wrong ? 400 : 200,
  )
}

async function edit(visit: Visit): Promise<Response> {
  const one = await requireOne(visit)
  const posted = visit.read(editForm)
  if (!posted.ok) return show(visit, one, posted.typed, posted.wrong)
  const { edition: seen, checkedOn, ...draft } = posted.data
  const done = await attempt('kind', async () => visit.desk.db.write(editHoliday(visit.desk, { ...one, edition: seen }, draft, checkedOn)))
  if ('wrong' in done) return show(visit, one, posted.typed, done.wrong)
  return visit.go(backOf(one.day), 'console_holidays.said_saved')
}

async function remove(visit: Visit): Promise<Response> {
  const one = await requireOne(visit)
  const posted = visit.read(z.object({ edition }))
  await visit.desk.db.write(removeHoliday(visit.desk, { ...one, edition: posted.ok ? posted.data.edition : '' }))
  return visit.go(backOf(one.day), 'console_holidays.said_removed')
}

async function requireOne(visit: Visit): Promise<Holiday> {
  const day = z.iso.date().safeParse(visit.param('day'))
  const one = day.success ? await findHoliday(visit.desk.db, day.data) : undefined
  if (!one) throw new AppError('not_found', 'office.holiday_gone')
  return one
}

const backOf = (day: string): string => `/calendar/holidays?year=${day.slice(0, 4)}`

/** For who can see to it: the year whose list is not confirmed. Null when it is, and for everybody else. */
export async function holidaysWait({ t, desk }: Visit) {
  if (!mayAtTop(desk.actor, 'holiday.write')) return null
  const year = yearToConfirm(dayOf(desk.now))
  const { days, confirmed } = await findHolidayYear(desk.db, year)
  if (confirmed !== null) return null
  return (
    <div class="alert alert-warning" role="status">
      <p class="mb-0">{t(days === 0 ? 'console_holidays.year_none' : 'console_holidays.year_waits', { year })}</p>
      <p class="mb-0 mt-2">
        <a class="alert-link" href={`/console/calendar/holidays?year=${year}`}>
          {t('console_holidays.open', { year })}
        </a>
      </p>
    </div>
  )
}
