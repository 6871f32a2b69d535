/**
 * Requests about data over REST (F7): a mail room's system records what came by letter; only an officer answers, draws
 * out or ends one. Nobody who asked is named: a code, a kind, days.
 */
import * as z from 'zod'
import { addRequest, type DataRequest, findRequest, listRequests, REQUEST_LISTS, requireRequest } from '../../db/request-desk.ts'
import { isOver, REQUEST_KINDS, requestSchema } from '../data-clock.ts'
import { AppError } from '../errors.ts'
import { dayOf } from '../time.ts'
import { type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { byId, idSchema, limitSchema, pageOf, pageSchema } from './shapes.ts'

export const dataRequestSchema = z.object({
  id: z.string(),
  code: z.string().nullable(),
  kind: z.enum(REQUEST_KINDS),
  source: z.string(),
  unit: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  state: z.enum(['waiting', 'answered', 'done']),
  askedOn: z.iso.date(),
  answerBy: z.iso.date(),
  finishBy: z.iso.date().nullable(),
  doneOn: z.iso.date().nullable(),
  outcome: z.enum(['done', 'refused']).nullable(),
  extended: z.boolean(),
  overdue: z.boolean(),
})

const NEVER: Array<[step: string, name: string, recorded: string]> = [
  ['answer', 'data_request_answer', 'data.answer'],
  ['extend', 'data_request_extend', 'data.extend'],
  ['finish', 'data_request_finish', 'data.finish'],
]

export const dataRequests: Route[] = [
  route({
    method: 'get',
    path: '/data-requests',
    name: 'data_request_list',
    act: 'data.read',
    query: z.strictObject({
      after: z
        .string()
        .regex(/^[0-9TZ:.-]{20,30}~[A-Za-z0-9_-]{1,40}$/)
        .optional(),
      limit: limitSchema,
      list: z.enum(REQUEST_LISTS).default('open'),
      kind: z.enum(REQUEST_KINDS).optional(),
    }),
    answer: pageSchema(dataRequestSchema, z.string()),
    async handle({ desk: { db, actor, now }, query: { after, limit, list, kind } }) {
      const [at = '', id = ''] = after?.split('~') ?? []
      const filter = { list, ...(kind && list !== 'chat' ? { kind } : {}) }
      const found = await listRequests(db, actor, filter, { after: after === undefined ? null : { at, id }, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, (row) => `${(row.clockAt ?? row.doneAt ?? row.askedAt).toISOString()}~${row.id}`)
      return { rows: rows.map((row) => shownOf(row, now)), ...next }
    },
  }),
  route({
    method: 'post',
    path: '/data-requests',
    name: 'data_request_add',
    act: 'data.record',
    change: 'data.record',
    body: requestSchema.extend({ unitId: idSchema }),
    status: 201,
    answer: dataRequestSchema,
    async handle({ desk, body: { unitId, ...draft } }) {
      const { id, writes } = await addRequest(desk, draft, { id: unitId, path: await requireUnit(desk, unitId, 'data.record') })
      await desk.db.write(writes)
      return shownOf((await findRequest(desk.db, id)) as DataRequest, desk.now)
    },
  }),
  route({
    method: 'get',
    path: '/data-requests/:id',
    name: 'data_request_find',
    act: 'data.read',
    params: byId,
    answer: dataRequestSchema,
    handle: async ({ desk, params: { id } }) => shownOf(await requireRequest(desk, id), desk.now),
  }),
  ...NEVER.map(([step, name, recorded]) =>
    route({
      method: 'post',
      path: `/data-requests/:id/${step}`,
      name,
      act: 'data.answer',
      never: 'api.never_answers',
      change: recorded,
      about: 'data_request',
      params: byId,
      answer: dataRequestSchema,
      handle: () => Promise.reject(new AppError('forbidden', 'api.never_answers')),
    }),
  ),
]

function shownOf(request: DataRequest, now: Date): z.input<typeof dataRequestSchema> {
  const { id, code, kind, source, unitId, unitName, state, askedAt, answerBy, finishBy, doneAt, outcome, extended, clockAt } = request
  return {
    ...{ id, code, kind, source, state, outcome, extended },
    unit: unitId === null ? null : { id: unitId, name: unitName },
    // Days, not instants: of what the assistant did in the chat an instant would tell who was there.
    askedOn: dayOf(askedAt),
    answerBy: dayOf(answerBy),
    finishBy: finishBy && dayOf(finishBy),
    doneOn: doneAt && dayOf(doneAt),
    overdue: clockAt !== null && isOver(clockAt, now),
  }
}
