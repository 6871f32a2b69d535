/**
 * Opinions about the market over REST, for a system whose token was made for cases: the queue without its words, one read
 * at a time (an act, and so a POST), marking, and counts of a month, those below five people null.
 */
import * as z from 'zod'
import { listOpinionCounts, listOpinions, markOpinion, type OpinionRow, readOpinion, requireOpinion } from '../../db/opinion-desk.ts'
import { monthSchema } from '../month.ts'
import { NOTE_MOST, OPINION_STATES, OPINION_TOPICS } from '../opinion.ts'
import { cleanText } from '../text.ts'
import { type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { byId, idSchema, limitSchema, namedSchema, pageOf, pageSchema } from './shapes.ts'

const rowSchema = z.object({
  id: z.string(),
  unit: namedSchema.nullable(),
  topic: z.enum(OPINION_TOPICS),
  state: z.enum(OPINION_STATES),
  /** In Vietnam; no time of day is kept. */
  day: z.iso.date(),
  version: z.int(),
})
const openSchema = rowSchema.extend({ what: z.string(), where: z.string().nullable(), note: z.string().nullable() })
const countSchema = z.object({
  unit: namedSchema.nullable(),
  topic: z.enum(OPINION_TOPICS),
  /** Null: fewer than five people. */
  n: z.int().nullable(),
})

export const opinions: Route[] = [
  route({
    method: 'get',
    path: '/opinions',
    name: 'opinion_list',
    act: 'opinion.read',
    query: z.strictObject({
      before: z
        .string()
        .regex(/^\d{4}-\d\d-\d\d\.[a-z0-9]{1,40}$/)
        .optional(),
      limit: limitSchema,
      state: z.enum(OPINION_STATES).optional(),
      topic: z.enum(OPINION_TOPICS).optional(),
      unit: idSchema.optional(),
    }),
    answer: pageSchema(rowSchema, z.string()),
    async handle({ desk, query: { before, limit, state, topic, unit } }) {
      const [day = '', id = ''] = before?.split('.') ?? []
      const under = unit === undefined ? undefined : await requireUnit(desk, unit, 'opinion.read')
      const found = await listOpinions(desk, { state, topic, under }, { before: before ? { day, id } : undefined, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, (row) => `${row.day}.${row.id}`)
      return { rows: rows.map(shownOf), ...next }
    },
  }),
  route({
    method: 'post',
    path: '/opinions/:id/read',
    name: 'opinion_read',
    act: 'opinion.read',
    change: 'opinion.read',
    about: 'opinion',
    params: byId,
    answer: openSchema,
    async handle({ desk, params }) {
      const open = await readOpinion(desk, params.id)
      return { ...shownOf(open), what: open.said.what, where: open.said.where ?? null, note: open.note }
    },
  }),
  route({
    method: 'post',
    path: '/opinions/:id/mark',
    name: 'opinion_mark',
    act: 'opinion.work',
    change: 'opinion.mark',
    about: 'opinion',
    params: byId,
    body: z.strictObject({
      version: z.int(),
      state: z.enum(['read', 'kept', 'passed']),
      note: z.string().max(NOTE_MOST).overwrite(cleanText).default(''),
    }),
    answer: rowSchema,
    async handle({ desk, params: { id }, body: { version, ...marked } }) {
      const row = await requireOpinion(desk, id, 'opinion.work')
      await desk.db.write(await markOpinion(desk, { ...row, version }, marked))
      return shownOf(await requireOpinion(desk, id, 'opinion.work'))
    },
  }),
  route({
    method: 'get',
    path: '/opinion-counts',
    name: 'opinion_counts',
    act: 'opinion.read',
    query: z.strictObject({
      month: monthSchema,
      after: z
        .string()
        .regex(/^[A-Za-z0-9_-]{0,40}\.[a-z]{1,20}$/)
        .optional(),
      limit: limitSchema,
    }),
    answer: pageSchema(countSchema, z.string()),
    async handle({ desk, query: { month, after, limit } }) {
      const [unitId = '', topic = ''] = after?.split('.') ?? []
      const from = OPINION_TOPICS.find((one) => one === topic)
      const found = await listOpinionCounts(desk, month, { after: from ? { unitId, topic: from } : undefined, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, (row) => `${row.unitId}.${row.topic}`)
      return {
        rows: rows.map((row) => ({
          unit: row.unitId === '' ? null : { id: row.unitId, name: row.unitName ?? '' },
          topic: row.topic,
          n: row.n,
        })),
        ...next,
      }
    },
  }),
]

function shownOf({ id, unitId, unitName, topic, state, day, version }: OpinionRow): z.input<typeof rowSchema> {
  return { ...{ id, topic, state, day, version }, unit: unitId === null ? null : { id: unitId, name: unitName ?? '' } }
}
