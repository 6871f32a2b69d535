/**
 * GET /officers: who works the desk at the units this token reaches, those who left too; by unit, by name without accents.
 */
import * as z from 'zod'
import { listSeats, type Seat } from '../../db/officer-list.ts'
import { ROLES, scopeOf, TITLES, type Title } from '../rights.ts'
import { type Route, route } from './route.ts'
import { idSchema, limitSchema, pageOf, pageSchema } from './shapes.ts'

export const officerSchema = z.object({
  id: z.string(),
  name: z.string(),
  unit: z.object({ id: z.string(), name: z.string().nullable() }),
  title: z.enum(Object.keys(TITLES) as [Title, ...Title[]]).nullable(),
  roles: z.array(z.enum(ROLES)),
  /** What they look after. */
  area: z.string().nullable(),
  /** First day of the present period, and its last where one was set. */
  since: z.iso.date(),
  until: z.iso.date().nullable(),
  active: z.boolean(),
  /** Has a chat account bound. */
  bound: z.boolean(),
})

export const officers: Route[] = [
  route({
    method: 'get',
    path: '/officers',
    name: 'officer_list',
    act: 'officer.read',
    query: z.strictObject({
      after: idSchema.optional(),
      limit: limitSchema,
      unit: idSchema.optional(),
      q: z.string().max(100).optional(),
      which: z.enum(['here', 'left', 'all']).default('all'),
    }),
    answer: pageSchema(officerSchema, z.string()),
    async handle({ desk: { db, actor }, query: { after = '', limit, unit, q, which } }) {
      const filter = { paths: scopeOf(actor, 'officer.read'), unitId: unit, typed: q, which: { kind: which } }
      const { rows, ...next } = pageOf(await listSeats(db, filter, { after, limit: limit + 1 }), limit, ({ id }) => id)
      return { rows: rows.map(shownSeat), ...next }
    },
  }),
]

export function shownSeat(seat: Seat): z.input<typeof officerSchema> {
  const { id, name, unitId, unitName, title, roles, area, sinceDay, untilDay, active, bound } = seat
  return { ...{ id, name, title, roles, area, active, bound }, unit: { id: unitId, name: unitName }, since: sinceDay, until: untilDay }
}
