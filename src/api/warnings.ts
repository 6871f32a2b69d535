/**
 * Warnings over REST (F37): read, written and sent to two officers. Letting one out, and taking one down, is done by
 * officers' own hands alone.
 */
import * as z from 'zod'
import { addWarning, dropWarning, editWarning, submitWarning } from '../../db/warning-acts.ts'
import { listWarnings, markOf, requireWarning } from '../../db/warning-desk.ts'
import type { Warning } from '../../db/warnings.ts'
import { AppError } from '../errors.ts'
import { WARNING_STATES, warningSchema } from '../warning.ts'
import { type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { byId, idSchema, instantSchema, limitSchema, namedSchema, pageSchema } from './shapes.ts'

const LISTS = [...WARNING_STATES, 'asked', 'stale'] as const

const shownSchema = z.object({
  id: z.string(),
  unit: namedSchema,
  state: z.enum(WARNING_STATES),
  title: z.string(),
  body: z.string(),
  authority: z.string(),
  number: z.string(),
  day: z.iso.date(),
  link: z.string(),
  /** After this day members do not see it until an officer has looked again. */
  reviewBy: z.iso.date(),
  /** Id of the withdrawn one it stands for. */
  corrects: z.string().nullable(),
  publishedAt: instantSchema.nullable(),
  withdrawnAt: instantSchema.nullable(),
  withdrawnWhy: z.string().nullable(),
  /** A takedown was asked for; it is decided by then. */
  askedDue: instantSchema.nullable(),
  version: z.int(),
})
const seenSchema = z.strictObject({ version: z.int() })

const never = (name: string, path: string) =>
  route({
    method: 'post',
    path,
    name,
    act: 'warning.approve',
    never: 'api.never_warns',
    change: name.replace('_', '.'),
    about: 'warning',
    params: byId,
    answer: shownSchema,
    handle: () => Promise.reject(new AppError('forbidden', 'api.never_warns')),
  })

export const warnings: Route[] = [
  route({
    method: 'get',
    path: '/warnings',
    name: 'warning_list',
    act: 'warning.read',
    query: z.strictObject({
      list: z.enum(LISTS).default('published'),
      after: z
        .string()
        .regex(/^[0-9T:.Z-]{10,30}\|[a-z0-9]{1,40}$/)
        .optional(),
      limit: limitSchema,
    }),
    answer: pageSchema(shownSchema, z.string()),
    async handle({ desk, query: { list, after, limit } }) {
      const [at = '', id = ''] = after?.split('|') ?? []
      const found = await listWarnings(desk, list, { after: after ? { at, id } : undefined, limit: limit + 1 })
      const rows = found.slice(0, limit)
      const last = rows.at(-1)
      const mark = last && markOf(list, last)
      return { rows: rows.map(shownOf), ...(found.length > limit && mark ? { next: `${mark.at}|${mark.id}` } : {}) }
    },
  }),
  route({
    method: 'get',
    path: '/warnings/:id',
    name: 'warning_find',
    act: 'warning.read',
    params: byId,
    answer: shownSchema,
    handle: async ({ desk, params: { id } }) => shownOf(await requireWarning(desk, id)),
  }),
  route({
    method: 'post',
    path: '/warnings',
    name: 'warning_add',
    act: 'warning.write',
    change: 'warning.add',
    body: warningSchema.extend({ unitId: idSchema }),
    status: 201,
    answer: shownSchema,
    async handle({ desk, body: { unitId, ...draft } }) {
      await requireUnit(desk, unitId, 'warning.write')
      const { id, writes } = await addWarning(desk, unitId, draft)
      await desk.db.write(writes)
      return shownOf(await requireWarning(desk, id))
    },
  }),
  route({
    method: 'patch',
    path: '/warnings/:id',
    name: 'warning_edit',
    act: 'warning.write',
    change: 'warning.edit',
    about: 'warning',
    params: byId,
    body: warningSchema.partial().extend({ version: z.int() }),
    answer: shownSchema,
    async handle({ desk, params: { id }, body: { version, ...changes } }) {
      const warning = await requireWarning(desk, id, 'warning.write')
      const { title, body, authority, number, day, link, reviewBy } = warning
      const draft = warningSchema.parse({ title, body, authority, number, day, link, reviewBy, ...changes })
      await desk.db.write(await editWarning(desk, { ...warning, version }, draft))
      return shownOf(await requireWarning(desk, id))
    },
  }),
  route({
    method: 'post',
    path: '/warnings/:id/submit',
    name: 'warning_submit',
    act: 'warning.write',
    change: 'warning.submit',
    about: 'warning',
    params: byId,
    body: seenSchema,
    answer: shownSchema,
    async handle({ desk, params: { id }, body: { version } }) {
      const warning = await requireWarning(desk, id, 'warning.write')
      await desk.db.write(await submitWarning(desk, { ...warning, version }))
      return shownOf(await requireWarning(desk, id))
    },
  }),
  route({
    method: 'post',
    path: '/warnings/:id/drop',
    name: 'warning_drop',
    act: 'warning.write',
    change: 'warning.drop',
    about: 'warning',
    params: byId,
    body: seenSchema,
    answer: z.object({ dropped: z.literal(true) }),
    async handle({ desk, params: { id }, body: { version } }) {
      const warning = await requireWarning(desk, id, 'warning.write')
      await desk.db.write(dropWarning(desk, { ...warning, version }))
      return { dropped: true as const }
    },
  }),
  never('warning_approve', '/warnings/:id/approve'),
  never('warning_withdraw', '/warnings/:id/withdraw'),
]

function shownOf(one: Warning): z.input<typeof shownSchema> {
  const { id, state, title, body, authority, number, day, link, reviewBy, corrects, withdrawnWhy, version } = one
  return {
    ...{ id, state, title, body, authority, number, day, link, reviewBy, corrects, withdrawnWhy, version },
    unit: { id: one.unitId, name: one.unitName },
    publishedAt: one.publishedAt?.toISOString() ?? null,
    withdrawnAt: one.withdrawnAt?.toISOString() ?? null,
    askedDue: one.asked?.due.toISOString() ?? null,
  }
}
