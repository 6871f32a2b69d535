/**
 * The calendar over REST: what is planned in a month, the days it is planned for, and the themes of the year (F13).
 */
import * as z from 'zod'
import { listPlanned } from '../../db/calendar.ts'
import { addObservance, listObservances, removeObservance } from '../../db/observances.ts'
import { addTheme, listThemes, removeTheme } from '../../db/themes.ts'
import { dayNameSchema, themeSchema } from '../campaign.ts'
import { daySchema, monthDays, monthSchema } from '../month.ts'
import { type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { byId, idSchema, instantSchema } from './shapes.ts'

/** Entries of one day. */
const DAY_MOST = 50

const yearSchema = z.int().min(2020).max(2100)
const themeAnswer = z.object({ id: z.string(), unitId: z.string(), year: z.int(), name: z.string() })
const dayAnswer = z.object({
  id: z.string(),
  /** Null: built in. */
  unitId: z.string().nullable(),
  /** `MM-DD` comes every year, `YYYY-MM-DD` once. */
  day: z.string(),
  vi: z.string(),
  en: z.string().nullable(),
})
const gone = z.object({ removed: z.literal(true) })

export const calendar: Route[] = [
  route({
    method: 'get',
    path: '/calendar',
    name: 'calendar_month',
    act: 'campaign.read',
    query: z.strictObject({ unit: idSchema, month: monthSchema }),
    answer: z.object({
      month: monthSchema,
      observances: z.array(dayAnswer),
      days: z.array(
        z.object({
          day: z.string(),
          entries: z.array(
            z.object({
              /** A run; a campaign that waits for approval or is a draft; a time of a rule to come. */
              kind: z.enum(['run', 'plan', 'rule']),
              campaignId: z.string(),
              runId: z.int().nullable(),
              title: z.string(),
              unit: z.string(),
              at: instantSchema,
              state: z.string(),
            }),
          ),
          /** More than are shown. */
          more: z.boolean(),
        }),
      ),
    }),
    async handle({ desk, query: { unit, month } }) {
      const path = await requireUnit(desk, unit, 'campaign.read')
      const { first, last } = monthDays(month)
      const days = await listPlanned(desk.db, { paths: [path], from: first, to: last, most: DAY_MOST, now: desk.now })
      return {
        month,
        observances: await listObservances(desk.db, path, month),
        days: days.map(({ day, entries, more }) => ({
          day,
          more,
          entries: entries.map(({ unitName, at, ...one }) => ({ ...one, unit: unitName, at: at.toISOString() })),
        })),
      }
    },
  }),
  route({
    method: 'get',
    path: '/themes',
    name: 'theme_list',
    act: 'campaign.read',
    query: z.strictObject({
      unit: idSchema,
      year: z
        .string()
        .regex(/^20\d{2}$/)
        .transform(Number),
    }),
    answer: z.object({ rows: z.array(themeAnswer) }),
    async handle({ desk, query: { unit, year } }) {
      return { rows: await listThemes(desk.db, await requireUnit(desk, unit, 'campaign.read'), year) }
    },
  }),
  route({
    method: 'post',
    path: '/themes',
    name: 'theme_add',
    act: 'campaign.write',
    change: 'theme.add',
    body: z.strictObject({ unitId: idSchema, year: yearSchema, name: themeSchema }),
    status: 201,
    answer: themeAnswer,
    async handle({ desk, body }) {
      await requireUnit(desk, body.unitId, 'campaign.write')
      const { id, writes } = await addTheme(desk, body)
      await desk.db.write(writes)
      return { id, ...body }
    },
  }),
  route({
    method: 'post',
    path: '/themes/:id/remove',
    name: 'theme_remove',
    act: 'campaign.write',
    change: 'theme.remove',
    params: byId,
    answer: gone,
    async handle({ desk, params }) {
      await desk.db.write(await removeTheme(desk, params.id))
      return { removed: true as const }
    },
  }),
  route({
    method: 'get',
    path: '/days',
    name: 'day_list',
    act: 'campaign.read',
    query: z.strictObject({ unit: idSchema }),
    answer: z.object({ rows: z.array(dayAnswer) }),
    async handle({ desk, query: { unit } }) {
      return { rows: await listObservances(desk.db, await requireUnit(desk, unit, 'campaign.read')) }
    },
  }),
  route({
    method: 'post',
    path: '/days',
    name: 'day_add',
    act: 'campaign.write',
    change: 'day.add',
    body: z.strictObject({ unitId: idSchema, day: daySchema, vi: dayNameSchema, en: dayNameSchema.nullable().default(null) }),
    status: 201,
    answer: dayAnswer,
    async handle({ desk, body }) {
      await requireUnit(desk, body.unitId, 'campaign.write')
      const { id, writes } = await addObservance(desk, body)
      await desk.db.write(writes)
      return { id, ...body }
    },
  }),
  route({
    method: 'post',
    path: '/days/:id/remove',
    name: 'day_remove',
    act: 'campaign.write',
    change: 'day.remove',
    params: byId,
    answer: gone,
    async handle({ desk, params }) {
      await desk.db.write(await removeObservance(desk, params.id))
      return { removed: true as const }
    },
  }),
]
