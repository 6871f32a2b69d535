/**
 * GET /audit: what officers, their tokens and the assistant itself did, newest first, of the units this token reaches. A page
 * may come short and still have a next one: a rare act is looked for stretch by stretch.
 */
import * as z from 'zod'
import { listAudit } from '../../db/audit-list.ts'
import { scopeOf } from '../rights.ts'
import { type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { idSchema, limitSchema, numberSchema, pageSchema } from './shapes.ts'

export const auditSchema = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  officerId: z.string().nullable(),
  officerName: z.string().nullable(),
  via: z.string(),
  act: z.string(),
  outcome: z.string(),
  unitId: z.string().nullable(),
  unitName: z.string().nullable(),
  about: z.string().nullable(),
  aboutId: z.string().nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
})

export const audit: Route[] = [
  route({
    method: 'get',
    path: '/audit',
    name: 'audit_list',
    act: 'audit.read',
    query: z.strictObject({
      before: numberSchema.optional(),
      limit: limitSchema,
      officer: idSchema.optional(),
      /** The unit and those below it. */
      unit: idSchema.optional(),
      act: z
        .string()
        .regex(/^[a-z_.]{1,40}$/)
        .optional(),
      outcome: z.enum(['done', 'refused']).optional(),
      /** Days in Vietnam, both counted. */
      from: z.iso.date().optional(),
      to: z.iso.date().optional(),
      /** `campaign:<id>`, `broadcast:<id>`, … */
      about: z
        .string()
        .regex(/^[a-z_]{1,20}:[A-Za-z0-9_-]{1,40}$/)
        .optional(),
    }),
    answer: pageSchema(auditSchema, z.int()),
    async handle({ desk, query: { before = 0, limit, officer, unit, about, ...filter } }) {
      const [kind = '', id = ''] = about?.split(':') ?? []
      const paths = unit === undefined ? scopeOf(desk.actor, 'audit.read') : [await requireUnit(desk, unit, 'audit.read')]
      const { act, outcome, from, to } = filter
      return listAudit(
        desk.db,
        {
          paths,
          ...(officer ? { officerId: officer } : {}),
          ...(about ? { about: [kind, id] as [string, string] } : {}),
          ...(act ? { act } : {}),
          ...(outcome ? { outcome } : {}),
          ...(from ? { from } : {}),
          ...(to ? { to } : {}),
        },
        { before, limit },
      )
    },
  }),
]
