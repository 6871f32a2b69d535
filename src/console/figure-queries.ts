/**
 * What the addresses of the figures' pages may say.
 */
import * as z from 'zod'
import { CASE_COUNTS, MEASURES, type Measure, PARTS } from '../../db/figure-counts.ts'

const monthSchema = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
  .optional()

/** Measures of any cut but the units'. */
const OF_PARTS = [...new Set(PARTS.flatMap((cut): readonly Measure[] => MEASURES[cut]))] as [Measure, ...Measure[]]

export const unitQuery = z.object({ unit: z.string().max(40).optional(), until: monthSchema })
export const belowQuery = unitQuery.extend({
  what: z.enum(MEASURES.unit).default('reach'),
  after: z.string().max(1_000).default(''),
  q: z.string().max(100).default(''),
})
export const partsQuery = z.object({ cut: z.enum(PARTS).default('channel'), what: z.enum(OF_PARTS).optional(), until: monthSchema })
export const mapQuery = unitQuery.extend({ what: z.enum(CASE_COUNTS).default('case_received'), after: z.string().max(1_000).default('') })
