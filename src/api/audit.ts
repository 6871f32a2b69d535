/**
 * GET /audit: what officers, their tokens and the assistant itself did, newest first, of the units this token reaches.
 */
import * as z from 'zod'
import { listAudit } from '../../db/audit.ts'
import { scopeOf } from '../rights.ts'
import { type Route, route } from './route.ts'
import { idSchema, limitSchema, numberSchema, pageOf, pageSchema } from './shapes.ts'

export const auditSchema = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  officerId: z.string().nullable(),
  officerName: z.string().nullable(),
  via: z.string(),
  act: z.string(),
  outcome: z.string(),
  unitId: z.string().nullable(),
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
      /** `campaign:<id>`, `broadcast:<id>`, … */
      about: z
        .string()
        .regex(/^[a-z_]{1,20}:[A-Za-z0-9_-]{1,40}$/)
        .optional(),
    }),
    answer: pageSchema(auditSchema, z.int()),
    async handle({ desk: { db, actor }, query: { before = 0, limit, officer, about } }) {
      const [kind = '', id = ''] = about?.split(':') ?? []
      const found = await listAudit(db, {
        paths: scopeOf(actor, 'audit.read'),
        before,
        limit: limit + 1,
        ...(officer ? { officerId: officer } : {}),
        ...(about ? { about: [kind, id] as [string, string] } : {}),
      })
      return pageOf(found, limit, (row) => row.id)
    },
  }),
]
