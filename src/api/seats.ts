/**
 * Officers over REST: one with what is lent and the periods that are over. What changes rights a token never does: an officer
 * does it in the console, with a proof of their own hand; asking for it is refused and recorded.
 */
import * as z from 'zod'
import { requireSeat } from '../../db/officer-desk.ts'
import { listLoansOf } from '../../db/officer-list.ts'
import { listTerms, type Term } from '../../db/officer-terms.ts'
import { requireTreeUnit } from '../../db/tree-units.ts'
import { AppError } from '../errors.ts'
import { ROLES, TITLES, type Title } from '../rights.ts'
import { editSeatSchema, loanSchema, newSeatSchema } from '../seats.ts'
import { dayOf } from '../time.ts'
import { officerSchema, shownSeat } from './officers.ts'
import { type Route, route } from './route.ts'
import { byId, limitSchema, numberSchema, pageOf, pageSchema } from './shapes.ts'

const loanShape = z.object({
  id: z.string(),
  lender: z.object({ id: z.string(), name: z.string() }),
  officer: z.object({ id: z.string(), name: z.string() }),
  roles: z.array(z.enum(ROLES)),
  from: z.iso.date(),
  until: z.iso.date(),
})
const termSchema = z.object({
  id: z.number(),
  officer: z.object({ id: z.string(), name: z.string() }),
  unit: z.object({ id: z.string(), name: z.string().nullable() }),
  title: z.enum(Object.keys(TITLES) as [Title, ...Title[]]).nullable(),
  roles: z.array(z.enum(ROLES)),
  area: z.string().nullable(),
  from: z.iso.date(),
  to: z.iso.date(),
  why: z.enum(['roles', 'seat', 'left']),
})
const termQuery = z.strictObject({ before: numberSchema.optional(), limit: limitSchema })

export const seats: Route[] = [
  route({
    method: 'get',
    path: '/officers/:id',
    name: 'officer_find',
    act: 'officer.read',
    params: byId,
    answer: officerSchema.extend({ loans: z.array(loanShape) }),
    async handle({ desk, params: { id } }) {
      const seat = await requireSeat(desk, id, 'officer.read')
      const loans = await listLoansOf(desk.db, id, dayOf(desk.now))
      return {
        ...shownSeat(seat),
        loans: loans.map((one) => ({
          ...{ id: one.id, roles: one.roles, from: one.fromDay, until: one.untilDay },
          lender: { id: one.lenderId, name: one.lenderName },
          officer: { id: one.officerId, name: one.officerName },
        })),
      }
    },
  }),
  route({
    method: 'get',
    path: '/officers/:id/terms',
    name: 'officer_terms',
    act: 'officer.read',
    params: byId,
    query: termQuery,
    answer: pageSchema(termSchema, z.number()),
    async handle({ desk, params: { id }, query: { before = 0, limit } }) {
      await requireSeat(desk, id, 'officer.read')
      return termsOf(await listTerms(desk.db, { officerId: id, before, limit: limit + 1 }), limit)
    },
  }),
  route({
    method: 'get',
    path: '/units/:id/terms',
    name: 'unit_terms',
    act: 'officer.read',
    params: byId,
    query: termQuery,
    answer: pageSchema(termSchema, z.number()),
    async handle({ desk, params: { id }, query: { before = 0, limit } }) {
      await requireTreeUnit(desk, id, 'officer.read')
      return termsOf(await listTerms(desk.db, { unitId: id, before, limit: limit + 1 }), limit)
    },
  }),
  byHand('post', '/officers', 'officer_add', 'officer.add', newSeatSchema),
  byHand('patch', '/officers/:id', 'officer_change', 'officer.roles', editSeatSchema),
  byHand('post', '/officers/:id/dismiss', 'officer_dismiss', 'officer.remove'),
  byHand('post', '/officers/:id/bind-code', 'officer_bind_code', 'officer.bind_code'),
  byHand('post', '/officers/:id/unbind', 'officer_unbind', 'officer.unbind'),
  byHand('post', '/delegations', 'delegation_add', 'officer.lend', loanSchema),
  byHand('post', '/delegations/:id/end', 'delegation_end', 'officer.unlend'),
]

/** Refused to every token. */
function byHand(method: 'post' | 'patch', path: string, name: string, change: string, body?: z.ZodType): Route {
  return route({
    ...{ method, path, name, change, act: 'officer.write', never: 'api.never_rights', answer: officerSchema },
    ...(path.startsWith('/officers/:id') ? { about: 'officer' as const } : {}),
    ...(path.includes(':id') ? { params: byId } : {}),
    ...(body ? { body } : {}),
    handle: () => Promise.reject(new AppError('forbidden', 'api.never_rights')),
  })
}

function termsOf(found: Term[], limit: number) {
  const { rows, ...next } = pageOf(found, limit, ({ id }) => id)
  return {
    rows: rows.map(({ id, officerId, officerName, unitId, unitName, title, roles, area, fromDay, toDay, why }) => ({
      ...{ id, title, roles, area, why, from: fromDay, to: toDay },
      officer: { id: officerId, name: officerName },
      unit: { id: unitId, name: unitName },
    })),
    ...next,
  }
}
