/**
 * Members' inquiries over REST, for a desk system whose token was made for it: what waits, reading, answering, handing
 * over, closing. Of who asked only the unit is ever said. Reading is an act: it is recorded, and so a POST.
 */
import * as z from 'zod'
import { answerSeen, closeSeen, handOverSeen, readInquiry } from '../../db/inquiry-acts.ts'
import { findHandOvers, listWaiting, requireInquiry, type Waiting } from '../../db/inquiry-desk.ts'
import { cleanText } from '../text.ts'
import { type Route, route } from './route.ts'
import { byId, idSchema, instantSchema, limitSchema, namedSchema, pageSchema } from './shapes.ts'

const waitingSchema = z.object({
  id: z.string(),
  unit: namedSchema.nullable(),
  askedAt: instantSchema,
  dueAt: instantSchema,
  late: z.boolean(),
})
const inquirySchema = waitingSchema.extend({
  /** What the member wrote, oldest first. Their number is what `seen` is for. */
  messages: z.array(z.object({ at: instantSchema, text: z.string() })),
})
const doneSchema = z.object({ id: z.string(), state: z.enum(['answered', 'closed', 'handed_over']), dueAt: instantSchema.nullable() })
const seenSchema = z.int().min(1).max(1_000)

export const inquiries: Route[] = [
  route({
    method: 'get',
    path: '/inquiries',
    name: 'inquiry_list',
    act: 'inquiry.read',
    query: z.strictObject({
      after: z
        .string()
        .regex(/^[^|]{20,30}\|[A-Za-z0-9_-]{1,40}$/)
        .optional(),
      limit: limitSchema,
    }),
    answer: pageSchema(waitingSchema, z.string()),
    async handle({ desk, query: { after, limit } }) {
      const [due = '', id = ''] = after?.split('|') ?? []
      const dueAt = new Date(due)
      const from = after === undefined || Number.isNaN(dueAt.getTime()) ? undefined : { id, dueAt }
      const found = await listWaiting(desk, { after: from, limit: limit + 1 })
      const rows = found.slice(0, limit)
      const last = rows.at(-1)
      return {
        rows: rows.map((one) => shownOf(one, desk.now)),
        ...(found.length > limit && last ? { next: `${last.dueAt.toISOString()}|${last.id}` } : {}),
      }
    },
  }),
  route({
    method: 'post',
    path: '/inquiries/:id/read',
    name: 'inquiry_read',
    act: 'inquiry.read',
    change: 'inquiry.read',
    about: 'inquiry',
    params: byId,
    answer: inquirySchema,
    async handle({ desk, params }) {
      const inquiry = await readInquiry(desk, params.id)
      return { ...shownOf(inquiry, desk.now), messages: inquiry.messages }
    },
  }),
  route({
    method: 'get',
    path: '/inquiries/:id/places',
    name: 'inquiry_places',
    act: 'inquiry.answer',
    params: byId,
    query: z.strictObject({ after: z.string().max(1_000).default(''), limit: limitSchema }),
    answer: z.object({ above: namedSchema.nullable(), below: z.array(namedSchema), next: z.string().optional() }),
    async handle({ desk, params, query: { after, limit } }) {
      const inquiry = await requireInquiry(desk, params.id, 'inquiry.answer')
      const { above, below } = await findHandOvers(desk, inquiry, { after, limit: limit + 1 })
      const shown = below.slice(0, limit)
      const last = shown.at(-1)
      return { above: above ?? null, below: shown, ...(below.length > limit && last ? { next: last.path } : {}) }
    },
  }),
  route({
    method: 'post',
    path: '/inquiries/:id/answer',
    name: 'inquiry_answer',
    act: 'inquiry.answer',
    change: 'inquiry.answer',
    about: 'inquiry',
    params: byId,
    body: z.strictObject({ seen: seenSchema, text: z.string().max(4_000).overwrite(cleanText) }),
    answer: doneSchema,
    async handle({ desk, params: { id }, body }) {
      await answerSeen(desk, id, body)
      return { id, state: 'answered' as const, dueAt: null }
    },
  }),
  route({
    method: 'post',
    path: '/inquiries/:id/hand-over',
    name: 'inquiry_hand_over',
    act: 'inquiry.answer',
    change: 'inquiry.hand_over',
    about: 'inquiry',
    params: byId,
    body: z.strictObject({ seen: seenSchema, unitId: idSchema }),
    answer: doneSchema,
    async handle({ desk, params: { id }, body }) {
      const { dueAt } = await handOverSeen(desk, id, body)
      return { id, state: 'handed_over' as const, dueAt: dueAt.toISOString() }
    },
  }),
  route({
    method: 'post',
    path: '/inquiries/:id/close',
    name: 'inquiry_close',
    act: 'inquiry.answer',
    change: 'inquiry.close',
    about: 'inquiry',
    params: byId,
    body: z.strictObject({ seen: seenSchema }),
    answer: doneSchema,
    async handle({ desk, params: { id }, body }) {
      await closeSeen(desk, id, body.seen)
      return { id, state: 'closed' as const, dueAt: null }
    },
  }),
]

function shownOf({ id, unitId, unitName, askedAt, dueAt }: Waiting, now: Date): z.input<typeof waitingSchema> {
  return {
    id,
    unit: unitId === null ? null : { id: unitId, name: unitName ?? '' },
    askedAt: askedAt.toISOString(),
    dueAt: dueAt.toISOString(),
    late: dueAt < now,
  }
}
