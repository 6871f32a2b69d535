/**
 * Themes of the year and days of the year (F13): those of the units above are seen, a unit adds and removes its own.
 */
import * as z from 'zod'
import { addObservance, listObservances, removeObservance } from '../../../db/observances.ts'
import { addTheme, listThemes, removeTheme } from '../../../db/themes.ts'
import { requireUnit } from '../../api/scope.ts'
import { dayNameSchema, themeSchema } from '../../campaign.ts'
import { AppError } from '../../errors.ts'
import { may } from '../../rights.ts'
import { dateVi, dayOf } from '../../time.ts'
import { Card } from '../kit/card.tsx'
import { Button, Check, Field, Form } from '../kit/form.tsx'
import { Table } from '../kit/list.tsx'
import type { Page, Typed, Visit, Wrong } from '../page.ts'

const yearSchema = z.coerce.number().int().min(2020).max(2100)
const newTheme = z.object({ name: themeSchema, year: yearSchema })
const newDay = z.object({
  day: z.iso.date(),
  vi: dayNameSchema,
  en: z.union([z.literal(''), dayNameSchema]).default(''),
  yearly: z.string().optional(),
})

export const themes: readonly Page[] = [
  { method: 'get', path: '/calendar/themes', act: 'campaign.read', handle: (visit) => show(visit) },
  { method: 'post', path: '/calendar/themes', act: 'campaign.write', handle: takeTheme },
  { method: 'post', path: '/calendar/themes/:id/remove', act: 'campaign.write', handle: dropTheme },
  { method: 'post', path: '/calendar/days', act: 'campaign.write', handle: takeDay },
  { method: 'post', path: '/calendar/days/:id/remove', act: 'campaign.write', handle: dropDay },
]

type Again = { which: 'theme' | 'day'; typed: Typed; wrong: Wrong }

async function show(visit: Visit, again?: Again): Promise<Response> {
  const { t, desk, locale } = visit
  const year = visit.query(z.object({ year: yearSchema.optional() })).year ?? Number(dayOf(desk.now).slice(0, 4))
  const path = pathOf(visit)
  const [names, days] = await Promise.all([listThemes(desk.db, path, year), listObservances(desk.db, path)])
  const writes = may(desk.actor, 'campaign.write', path)
  const own = (unitId: string | null) => writes && unitId === desk.actor.unitId
  const theme = again?.which === 'theme' ? again : undefined
  const day = again?.which === 'day' ? again : undefined
  return visit.show(
    {
      title: t('console_campaigns.themes_title'),
      help: 'calendar',
      crumbs: [{ href: '/console/calendar', label: t('console_campaigns.calendar') }],
      actions: [year - 1, year + 1].map((other) => (
        <a class="btn" href={`/console/calendar/themes?year=${other}`}>
          {other}
        </a>
      )),
    },
    <>
      <Card plain title={t('console_campaigns.themes_of', { year })}>
        {names.length === 0 ? (
          <p class="card-body mb-0">{t('console_campaigns.themes_none')}</p>
        ) : (
          <Table
            visit={visit}
            caption={t('console_campaigns.themes_of', { year })}
            rows={names}
            columns={[
              { label: t('console_campaigns.theme'), cell: ({ name }) => name },
              { label: t('console_campaigns.unit'), cell: ({ unitName }) => unitName },
              {
                label: '',
                cell: ({ id, name, unitId }) =>
                  own(unitId) ? <Remove visit={visit} action={`/calendar/themes/${id}/remove`} name={name} /> : null,
              },
            ]}
          />
        )}
        {writes ? (
          <div class="card-footer">
            <Form visit={visit} action="/calendar/themes">
              <input type="hidden" name="year" value={String(year)} />
              <Field
                visit={visit}
                name="name"
                label={t('console_campaigns.theme_new', { year })}
                typed={theme?.typed}
                wrong={theme?.wrong}
              />
              <Button label={t('console_campaigns.theme_add')} />
            </Form>
          </div>
        ) : null}
      </Card>
      <Card plain title={t('console_campaigns.days_title')}>
        <Table
          visit={visit}
          caption={t('console_campaigns.days_title')}
          rows={days}
          columns={[
            {
              label: t('console_campaigns.day'),
              cell: ({ day: of }) => (of.length === 5 ? `${of.slice(3)}/${of.slice(0, 2)}` : dateVi(of)),
            },
            { label: t('console_campaigns.day_name'), cell: ({ vi, en }) => (locale === 'en' && en !== null ? en : vi) },
            {
              label: '',
              cell: ({ id, vi, unitId }) =>
                own(unitId) ? <Remove visit={visit} action={`/calendar/days/${id}/remove`} name={vi} /> : null,
            },
          ]}
        />
        {writes ? (
          <div class="card-footer">
            <Form visit={visit} action="/calendar/days">
              <Field visit={visit} name="day" label={t('console_campaigns.day')} type="date" typed={day?.typed} wrong={day?.wrong} />
              <Check name="yearly" label={t('console_campaigns.day_yearly')} typed={day?.typed} checked />
              <Field visit={visit} name="vi" label={t('console_campaigns.day_name')} typed={day?.typed} wrong={day?.wrong} />
              <Field visit={visit} name="en" label={t('console_campaigns.day_name_en')} typed={day?.typed} wrong={day?.wrong} />
              <Button label={t('console_campaigns.day_add')} />
            </Form>
          </div>
        ) : null}
      </Card>
    </>,
    again ? 400 : 200,
  )
}

function Remove({ visit, action, name }: { visit: Visit; action: string; name: string }) {
  return (
    <Form visit={visit} action={action}>
      <Button kind="outline" label={visit.t('console_campaigns.remove', { name })} />
    </Form>
  )
}

/** Of the officer's own unit. */
function pathOf({ desk: { actor } }: Visit): string {
  return (actor.grants.find(({ unitId }) => unitId === actor.unitId) ?? actor.grants[0])?.path ?? '/'
}

async function takeTheme(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(newTheme)
  if (!posted.ok) return show(visit, { which: 'theme', typed: posted.typed, wrong: posted.wrong })
  try {
    await requireUnit(desk, desk.actor.unitId, 'campaign.write')
    await desk.db.write((await addTheme(desk, { unitId: desk.actor.unitId, ...posted.data })).writes)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error
    return show(visit, { which: 'theme', typed: posted.typed, wrong: { name: { key: error.message } } })
  }
  return visit.go(`/calendar/themes?year=${posted.data.year}`, 'console_campaigns.said_added')
}

async function takeDay(visit: Visit): Promise<Response> {
  const { desk } = visit
  const posted = visit.read(newDay)
  if (!posted.ok) return show(visit, { which: 'day', typed: posted.typed, wrong: posted.wrong })
  const { day, vi, en, yearly } = posted.data
  try {
    await requireUnit(desk, desk.actor.unitId, 'campaign.write')
    const added = { unitId: desk.actor.unitId, day: yearly === undefined ? day : day.slice(5), vi, en: en || null }
    await desk.db.write((await addObservance(desk, added)).writes)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error
    return show(visit, { which: 'day', typed: posted.typed, wrong: { vi: { key: error.message } } })
  }
  return visit.go('/calendar/themes', 'console_campaigns.said_added')
}

async function dropTheme(visit: Visit): Promise<Response> {
  await visit.desk.db.write(await removeTheme(visit.desk, visit.param('id')))
  return visit.go('/calendar/themes', 'console_campaigns.said_removed')
}

async function dropDay(visit: Visit): Promise<Response> {
  await visit.desk.db.write(await removeObservance(visit.desk, visit.param('id')))
  return visit.go('/calendar/themes', 'console_campaigns.said_removed')
}
