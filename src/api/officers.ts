/**
 * GET /officers: who works the desk at the units this token reaches, those who left too.
 */
import * as z from 'zod'
import { listOfficers, type Officer } from '../../db/officers.ts'
import { ROLES, scopeOf, TITLES, type Title } from '../rights.ts'
import { type Route, route } from './route.ts'
import { idSchema, limitSchema, pageOf, pageSchema } from './shapes.ts'

export const officerSchema = z.object({
  id: z.string(),
  name: z.string(),
  unit: z.object({ id: z.string(), name: z.string().nullable() }),
  title: z.enum(Object.keys(TITLES) as [Title, ...Title[]]).nullable(),
  roles: z.array(z.enum(ROLES)),
  active: z.boolean(),
  /** Has a chat account bound, and so the six digits. */
  bound: z.boolean(),
})

export const officers: Route[] = [
  route({
    method: 'get',
    path: '/officers',
    name: 'officer_list',
    act: 'officer.read',
    query: z.strictObject({ after: idSchema.optional(), limit: limitSchema }),
    answer: pageSchema(officerSchema, z.string()),
    async handle({ desk: { db, actor }, query: { after = '', limit } }) {
      const found = await listOfficers(db, { after, limit: limit + 1, paths: scopeOf(actor, 'officer.read') })
      const { rows, ...next } = pageOf(found, limit, ({ id }) => id)
      return { rows: rows.map(shownOf), ...next }
    },
  }),
]

function shownOf({ id, name, unitId, unitName, title, roles, active, bound }: Officer): z.input<typeof officerSchema> {
  return { id, name, unit: { id: unitId, name: unitName }, title, roles, active, bound }
}
