/**
 * Public holidays over REST: a year's list as it counts. A token may offer a day; only a person can say that it was held
 * against the announcement, so what a token adds does not count until an officer of the highest unit has checked it.
 */
import * as z from 'zod'
import { addHoliday } from '../../db/holiday-desk.ts'
import { findHoliday, findHolidayYear, type Holiday, listHolidays } from '../../db/holidays.ts'
import { AppError } from '../errors.ts'
import { HOLIDAY_KINDS, holidaySchema, yearSchema } from '../holiday.ts'
import { type Route, route } from './route.ts'

const holidayAnswer = z.object({
  day: z.iso.date(),
  /** `off`: nobody works; `work`: a Saturday or Sunday worked instead. */
  kind: z.enum(HOLIDAY_KINDS),
  vi: z.string(),
  en: z.string().nullable(),
  source: z.string(),
  /** Day of the check; null: it waits for one. */
  checkedOn: z.iso.date().nullable(),
  /** Are working days counted by it? */
  counts: z.boolean(),
})

export const holidays: Route[] = [
  route({
    method: 'get',
    path: '/holidays',
    name: 'holiday_list',
    act: 'holiday.read',
    query: z.strictObject({ year: yearSchema }),
    answer: z.object({
      year: yearSchema,
      /** Since when an officer holds the list for whole; null: nobody does yet. */
      confirmedOn: z.iso.date().nullable(),
      rows: z.array(holidayAnswer),
    }),
    async handle({ desk: { db }, query: { year } }) {
      const [rows, { confirmed }] = await Promise.all([listHolidays(db, `${year}-01-01`, `${year}-12-31`), findHolidayYear(db, year)])
      return { year, confirmedOn: confirmed?.on ?? null, rows: rows.map(shownOf) }
    },
  }),
  route({
    method: 'post',
    path: '/holidays',
    name: 'holiday_add',
    act: 'holiday.write',
    change: 'holiday.add',
    body: holidaySchema.extend({ day: z.iso.date(), en: holidaySchema.shape.en.default(null) }),
    status: 201,
    answer: holidayAnswer,
    async handle({ desk, body: { day, ...draft } }) {
      await desk.db.write(await addHoliday(desk, day, draft, null))
      const added = await findHoliday(desk.db, day)
      if (!added) throw new AppError('conflict', 'desk.conflict')
      return shownOf(added)
    },
  }),
]

function shownOf({ day, kind, vi, en, source, checkedOn, dropped }: Holiday): z.input<typeof holidayAnswer> {
  return { day, kind, vi, en, source, checkedOn, counts: checkedOn !== null && !dropped }
}
