/**
 * GET /figures: published figures of whole months in fixed cuts; a hidden cell is null. By unit: one unit this token
 * reaches and those right below it. By channel, topic, kind and the like: of all together, so only for the highest unit.
 */
import * as z from 'zod'
import { CUTS, MEASURES, type Measure } from '../../db/figure-counts.ts'
import { figuresOfParts, figuresOfUnit, UNITS_MOST } from '../../db/figure-pages.ts'
import { MONTHS_MOST } from '../../db/figures.ts'
import { AppError } from '../errors.ts'
import { monthOf } from '../time.ts'
import { type Route, route } from './route.ts'

const measures = [...new Set(CUTS.flatMap((cut): readonly Measure[] => MEASURES[cut]))] as [Measure, ...Measure[]]

export const figuresSchema = z.object({
  /** Published months, oldest first. */
  months: z.array(z.string()),
  rows: z.array(
    z.object({
      /** Id of the unit, name of the channel, id of the topic; empty for the sum of all. */
      key: z.string(),
      name: z.string().nullable(),
      /** One a month; null is hidden: too few people, or it would tell of another that is. */
      cells: z.array(z.int().nullable()),
    }),
  ),
  next: z.string().optional(),
})

export const figures: Route[] = [
  route({
    method: 'get',
    path: '/figures',
    name: 'figure_list',
    act: 'figure.read',
    query: z.strictObject({
      cut: z.enum(CUTS).default('unit'),
      what: z.enum(measures).default('reach'),
      unit: z.string().min(1).max(40).optional(),
      /** The newest month wanted. */
      until: z
        .string()
        .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
        .optional(),
      months: z.coerce.number().int().min(1).max(MONTHS_MOST).default(MONTHS_MOST),
      /** Only by unit: key of the next page of those below it. */
      after: z.string().max(1_000).default(''),
      /** Only by unit: words in the name of any unit below, accents or not. */
      q: z.string().max(100).optional(),
    }),
    answer: figuresSchema,
    async handle({ desk, locale, query: { cut, what, unit, until = monthOf(desk.now), months, after, q } }) {
      if (!(MEASURES[cut] as readonly string[]).includes(what)) throw new AppError('invalid', 'figures.no_measure')
      const span = { what, until, months }
      if (cut !== 'unit') return figuresOfParts(desk, { cut, ...span, locale })
      return figuresOfUnit(desk, { unitId: unit ?? null, ...span, after, limit: UNITS_MOST, ...(q ? { typed: q } : {}) })
    },
  }),
]
