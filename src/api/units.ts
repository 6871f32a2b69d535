/**
 * GET /units: the units this token reaches, by their path; with `q`, those that have the words in a name.
 */
import * as z from 'zod'
import { listUnits, type Unit } from '../../db/units.ts'
import { scopeOf } from '../rights.ts'
import { dayOf } from '../time.ts'
import { type Route, route } from './route.ts'
import { limitSchema, pageOf, pageSchema } from './shapes.ts'

export const unitSchema = z.object({
  id: z.string(),
  name: z.string(),
  shortName: z.string().nullable(),
  /** `/root/…/id/`: whatever lies below a unit begins with its path. */
  path: z.string(),
  parentName: z.string().nullable(),
  level: z.object({ vi: z.string(), en: z.string() }).nullable(),
  /** Its last day is past. */
  closed: z.boolean(),
})

export const units: Route[] = [
  route({
    method: 'get',
    path: '/units',
    name: 'unit_list',
    act: 'unit.read',
    query: z.strictObject({ after: z.string().max(1_000).default(''), limit: limitSchema, q: z.string().max(100).optional() }),
    answer: pageSchema(unitSchema, z.string()),
    async handle({ desk: { db, actor, now }, query: { after, limit, q } }) {
      const paths = scopeOf(actor, 'unit.read')
      const found = await listUnits(db, { paths, ...(q ? { typed: q } : {}), day: dayOf(now), after, limit: limit + 1 })
      return pageOf(found, limit, ({ path }: Unit) => path)
    },
  }),
]
