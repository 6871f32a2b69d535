/**
 * GET /phrases: what members ask that the bot did not understand, only words that at least five people have said in one
 * month. They name no unit, so only a token of the highest unit sees them.
 */
import * as z from 'zod'
import { listPhrases } from '../../db/phrases.ts'
import { isTop } from '../../db/units.ts'
import { AppError } from '../errors.ts'
import { scopeOf } from '../rights.ts'
import { monthOf } from '../time.ts'
import { type Route, route } from './route.ts'
import { limitSchema, pageOf, pageSchema } from './shapes.ts'

export const phrases: Route[] = [
  route({
    method: 'get',
    path: '/phrases',
    name: 'phrase_list',
    act: 'phrase.read',
    query: z.strictObject({
      month: z
        .string()
        .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
        .optional(),
      after: z
        .string()
        .regex(/^\d{1,9}\|[A-Za-z0-9_=+/-]{1,100}$/)
        .optional(),
      limit: limitSchema,
    }),
    answer: pageSchema(z.object({ text: z.string(), people: z.int().min(5) }), z.string()),
    async handle({ desk: { db, actor, now }, query: { month = monthOf(now), after, limit } }) {
      if (!scopeOf(actor, 'phrase.read').some(isTop)) throw new AppError('forbidden', 'figures.only_top')
      const [people = '', tag = ''] = after?.split('|') ?? []
      const found = await listPhrases(db, month, limit + 1, after ? { people: Number(people), tag } : undefined)
      const { rows, ...next } = pageOf(found, limit, (row) => `${row.people}|${row.tag}`)
      return { rows: rows.map(({ text, people: said }) => ({ text, people: said })), ...next }
    },
  }),
]
