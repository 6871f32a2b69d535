/**
 * "Gọi ai?" over REST (F36). A token writes lines; whether a number is right only a person who has called it can say, so
 * that what a token adds or changes is hidden until an officer has checked it.
 */
import * as z from 'zod'
import {
  addHotline,
  type DeskHotline,
  editHotline,
  hideHotline,
  listDeskHotlines,
  mayChange,
  removeHotline,
  requireHotline,
} from '../../db/hotline-desk.ts'
import type { Desk } from '../../db/rights.ts'
import { AppError } from '../errors.ts'
import { HOTLINE_KINDS, hotlineSchema } from '../hotline.ts'
import { type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { byId, idSchema, limitSchema, pageOf, pageSchema } from './shapes.ts'

const shownSchema = z.object({
  id: z.string(),
  kind: z.enum(HOTLINE_KINDS),
  number: z.string(),
  tel: z.string(),
  office: z.string(),
  whatFor: z.string(),
  free: z.boolean(),
  source: z.string(),
  place: z.int(),
  /** Whose members see it; null: everyone. */
  unit: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  /** Day of the last check; null: members do not see it. */
  checkedOn: z.iso.date().nullable(),
  builtIn: z.boolean(),
  /** May this token change it? */
  mine: z.boolean(),
})

const keyOf = ({ place, id }: DeskHotline) => `${place}.${id}`

export const hotlines: Route[] = [
  route({
    method: 'get',
    path: '/hotlines',
    name: 'hotline_list',
    act: 'hotline.read',
    query: z.strictObject({
      after: z
        .string()
        .regex(/^\d{1,4}\.[A-Za-z0-9_-]{1,40}$/)
        .optional(),
      limit: limitSchema,
      q: z.string().max(100).optional(),
      kind: z.enum(HOTLINE_KINDS).optional(),
      shown: z.enum(['true', 'false']).optional(),
    }),
    answer: pageSchema(shownSchema, z.string()),
    async handle({ desk: { db, actor }, query: { after, limit, q, kind, shown } }) {
      const [place = '', id = ''] = after?.split('.') ?? []
      const found = await listDeskHotlines(
        db,
        actor,
        {
          ...(q ? { typed: q } : {}),
          ...(kind ? { kind } : {}),
          ...(shown ? { shown: shown === 'true' ? ('shown' as const) : ('hidden' as const) } : {}),
        },
        { after: after === undefined ? null : { place: Number(place), id }, limit: limit + 1 },
      )
      const { rows, ...next } = pageOf(found, limit, keyOf)
      return { rows: rows.map((line) => shownOf(actor, line)), ...next }
    },
  }),
  route({
    method: 'post',
    path: '/hotlines',
    name: 'hotline_add',
    act: 'hotline.write',
    change: 'hotline.add',
    body: hotlineSchema.extend({ unitId: idSchema.nullable() }),
    status: 201,
    answer: shownSchema,
    async handle({ desk, body: { unitId, ...draft } }) {
      const unit = unitId === null ? null : { id: unitId, path: await requireUnit(desk, unitId, 'hotline.write') }
      const { id, writes } = addHotline(desk, draft, unit)
      await desk.db.write(writes)
      return shownOf(desk.actor, await requireHotline(desk, id))
    },
  }),
  route({
    method: 'get',
    path: '/hotlines/:id',
    name: 'hotline_find',
    act: 'hotline.read',
    params: byId,
    answer: shownSchema,
    handle: async ({ desk, params: { id } }) => shownOf(desk.actor, await requireHotline(desk, id)),
  }),
  route({
    method: 'patch',
    path: '/hotlines/:id',
    name: 'hotline_edit',
    act: 'hotline.write',
    change: 'hotline.edit',
    about: 'hotline',
    params: byId,
    body: hotlineSchema.partial(),
    answer: shownSchema,
    async handle({ desk, params: { id }, body }) {
      const line = await requireHotline(desk, id)
      const { kind, number, tel, office, whatFor, free, source, place } = line
      const draft = hotlineSchema.parse({ kind, number, tel, office, whatFor, free, source, place, ...body })
      await desk.db.write(editHotline(desk, line, draft))
      return shownOf(desk.actor, await requireHotline(desk, id))
    },
  }),
  route({
    method: 'post',
    path: '/hotlines/:id/hide',
    name: 'hotline_hide',
    act: 'hotline.write',
    change: 'hotline.hide',
    about: 'hotline',
    params: byId,
    answer: shownSchema,
    async handle({ desk, params: { id } }) {
      await desk.db.write(hideHotline(desk, await requireHotline(desk, id)))
      return shownOf(desk.actor, await requireHotline(desk, id))
    },
  }),
  route({
    method: 'post',
    path: '/hotlines/:id/remove',
    name: 'hotline_remove',
    act: 'hotline.write',
    change: 'hotline.remove',
    about: 'hotline',
    params: byId,
    answer: z.object({ removed: z.literal(true) }),
    async handle({ desk, params: { id } }) {
      await desk.db.write(removeHotline(desk, await requireHotline(desk, id)))
      return { removed: true as const }
    },
  }),
  route({
    method: 'post',
    path: '/hotlines/:id/check',
    name: 'hotline_check',
    act: 'hotline.check',
    never: 'api.never_checks',
    change: 'hotline.check',
    about: 'hotline',
    params: byId,
    answer: shownSchema,
    handle: () => Promise.reject(new AppError('forbidden', 'api.never_checks')),
  }),
]

function shownOf(actor: Desk['actor'], line: DeskHotline): z.input<typeof shownSchema> {
  const { id, kind, number, tel, office, whatFor, free, source, place, checkedOn, builtIn, unitId, unitName } = line
  const unit = unitId === null ? null : { id: unitId, name: unitName }
  return { ...{ id, kind, number, tel, office, whatFor, free, source, place, checkedOn, builtIn, unit }, mine: mayChange(actor, line) }
}
