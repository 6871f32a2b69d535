/**
 * Offices that take cases over REST (F33): to be found and chosen. They are written and checked by people, at the console.
 */
import * as z from 'zod'
import { AUTHORITY_STATES, type Authority, isReady, listAuthorities, requireAuthority } from '../../db/authorities.ts'
import { AUTHORITY_KINDS } from '../authority.ts'
import { type Route, route } from './route.ts'
import { byId, limitSchema, namedSchema, pageOf, pageSchema } from './shapes.ts'

const authoritySchema = z.object({
  id: z.string(),
  kind: z.enum(AUTHORITY_KINDS),
  name: z.string(),
  address: z.string(),
  phone: z.string(),
  email: z.string(),
  source: z.string(),
  /** Whose cases go there; null: every unit's. */
  unit: namedSchema.nullable(),
  /** Day of the last check of its address. */
  checkedOn: z.iso.date().nullable(),
  active: z.boolean(),
  /** May a case be handed to it? */
  ready: z.boolean(),
})

export const authorities: Route[] = [
  route({
    method: 'get',
    path: '/authorities',
    name: 'authority_list',
    act: 'authority.read',
    query: z.strictObject({
      after: z
        .string()
        .regex(/^\d{1,4}\.[A-Za-z0-9_-]{1,40}$/)
        .optional(),
      limit: limitSchema,
      q: z.string().max(100).optional(),
      kind: z.enum(AUTHORITY_KINDS).optional(),
      state: z.enum(AUTHORITY_STATES).optional(),
    }),
    answer: pageSchema(authoritySchema, z.string()),
    async handle({ desk, query: { after, limit, q: typed, kind, state } }) {
      const [place = '', id = ''] = after?.split('.') ?? []
      const from = after === undefined ? null : { place: Number(place), id }
      const found = await listAuthorities(desk, { typed, kind, state }, { after: from, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, (one) => `${one.place}.${one.id}`)
      return { rows: rows.map(shownOf), ...next }
    },
  }),
  route({
    method: 'get',
    path: '/authorities/:id',
    name: 'authority_find',
    act: 'authority.read',
    params: byId,
    answer: authoritySchema,
    handle: async ({ desk, params: { id } }) => shownOf(await requireAuthority(desk, id)),
  }),
]

function shownOf(one: Authority): z.input<typeof authoritySchema> {
  const { id, kind, name, address, phone, email, source, unitId, unitName, checkedOn, active } = one
  const unit = unitId === null ? null : { id: unitId, name: unitName ?? '' }
  return { ...{ id, kind, name, address, phone, email, source, unit, checkedOn, active }, ready: isReady(one) }
}
