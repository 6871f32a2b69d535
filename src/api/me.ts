/**
 * GET /me: whose rights this token has, where, and until when.
 */
import * as z from 'zod'
import { findToken } from '../../db/api-tokens.ts'
import { AppError } from '../errors.ts'
import { ROLES, TOKEN_SCOPES } from '../rights.ts'
import { type Route, route } from './route.ts'
import { namedSchema } from './shapes.ts'

const meSchema = z.object({
  officer: namedSchema,
  unit: namedSchema,
  /** Roles at a unit and below it, with the token's own limit already taken off. */
  grants: z.array(z.object({ unitId: z.string(), path: z.string(), roles: z.array(z.enum(ROLES)), delegated: z.boolean() })),
  roles: z.array(z.enum(ROLES)),
  token: z.object({ id: z.string(), name: z.string(), unitId: z.string().nullable() }),
  scopes: z.array(z.enum(TOKEN_SCOPES)),
  /** The last day in Vietnam on which the token holds. */
  expires: z.iso.date(),
})

export const me: Route[] = [
  route({
    method: 'get',
    path: '/me',
    name: 'me',
    act: null,
    answer: meSchema,
    async handle({ desk: { db, actor } }) {
      const token = await findToken(db, actor.token.id)
      if (!token) throw new AppError('unauthorized', 'api.unauthorized')
      return {
        officer: { id: actor.officerId, name: actor.name },
        unit: { id: actor.unitId, name: actor.unitName },
        grants: actor.grants.map(({ unitId, path, roles, delegated = false }) => ({ unitId, path, roles: [...roles], delegated })),
        roles: ROLES.filter((role) => actor.grants.some(({ roles }) => roles.includes(role))),
        token: { id: token.id, name: token.name, unitId: token.unitId },
        scopes: token.scopes,
        expires: token.expiresDay,
      }
    },
  }),
]
