/**
 * Members' reports over REST, for a case system whose token was made for it: the queue, a case read, its thread, one typed
 * in, the reasons. Reading is an act that is recorded, and so a POST; no token opens an identity or lets a decision through.
 */

import * as z from 'zod'
import { recordCaseAct } from '../../db/case-change.ts'
import { type CaseRow, findCaseByNumber, listQueue, listShelf, openCaseOf, readCase, requireCase } from '../../db/case-desk.ts'
import { EVENT_KINDS, listEvents } from '../../db/case-events.ts'
import { typeInCase } from '../../db/case-intake.ts'
import { findWays } from '../../db/case-links.ts'
import { findReach } from '../../db/case-reach.ts'
import { listDeskReasons } from '../../db/case-reasons.ts'
import { findHolidays } from '../../db/holidays.ts'
import type { Desk } from '../../db/rights.ts'
import { caseKinds, caseSources, OPEN_STATES } from '../case.ts'
import { intakeSchema } from '../case-intake.ts'
import { REASON_STATES } from '../case-reason.ts'
import { hourOf } from '../time.ts'
import { caseCode } from '../vietnamese/index.ts'
import { lateDaysOf } from '../working-days.ts'
import { caseSchema, reportSchema, shownCase, shownReport } from './case-shapes.ts'
import { type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { byId, idSchema, limitSchema, pageOf, pageSchema } from './shapes.ts'

const eventSchema = z.object({
  place: z.int(),
  kind: z.enum(EVENT_KINDS),
  officer: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Exact for officers’ acts; of a member’s own, the hour. */
  at: z.string(),
  text: z.string().nullable(),
  photos: z.int(),
  /** Of what was said to the member: waiting, sent, or `receipt`: not reached; to several members: `some` were not. */
  relay: z.enum(['waiting', 'sent', 'receipt', 'some']).nullable(),
})
const reasonSchema = z.object({
  id: z.string(),
  state: z.enum(REASON_STATES),
  label: z.object({ vi: z.string(), en: z.string() }),
  says: z.object({ vi: z.string(), en: z.string() }),
  active: z.boolean(),
  builtIn: z.boolean(),
})

export const cases: Route[] = [
  route({
    method: 'get',
    path: '/cases',
    name: 'case_list',
    act: 'case.read',
    query: z.strictObject({
      number: z.string().max(60).optional(),
      state: z.enum(OPEN_STATES).optional(),
      kind: z.enum(caseKinds).optional(),
      source: z.enum(caseSources).optional(),
      /** `none` for what nobody has. */
      officer: idSchema.optional(),
      late: z.literal('true').optional(),
      unit: idSchema.optional(),
      shelf: z.enum(['closed', 'spam']).optional(),
      after: z
        .string()
        .regex(/^[0-9TZ-]{1,14}\.[0-9-]{0,10}\.[A-Za-z0-9_-]{1,40}$/)
        .optional(),
      limit: limitSchema,
    }),
    answer: pageSchema(caseSchema, z.string()),
    async handle({ desk, query }) {
      const { rows, next } = await pageFor(desk, query)
      const holidays = await findHolidays(desk.db, desk.now)
      const shown = rows.map((row) => shownCase(row, desk.actor.officerId, desk.now, holidays))
      return { rows: shown, ...(next === undefined ? {} : { next }) }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/read',
    name: 'case_read',
    act: 'case.read',
    change: 'case.read',
    params: byId,
    answer: reportSchema,
    async handle({ desk, params: { id } }) {
      const open = await readCase(desk, id)
      return shownReport(
        open,
        await findWays(desk.db, desk.keys, id),
        desk.actor.officerId,
        desk.now,
        await findHolidays(desk.db, desk.now),
      )
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/thread',
    name: 'case_thread',
    act: 'case.read',
    change: 'case.read',
    params: byId,
    query: z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit: limitSchema }),
    answer: pageSchema(eventSchema, z.int()),
    async handle({ desk, params: { id }, query: { after, limit } }) {
      const open = await openCaseOf(desk, id, 'case.read')
      await desk.db.write([recordCaseAct(desk.actor, open, 'case.read', desk.now)])
      const { rows, next } = pageOf(await listEvents(desk.db, desk.keys, id, { after, limit: limit + 1 }), limit, ({ place }) => place)
      const reach = await findReach(desk.db, desk.keys, id, rows)
      const shown = rows.map(({ place, kind, officerId, officerName, detail, at, text, photos }) => ({
        ...{ place, kind, detail, text: text ?? null, photos: photos ?? 0, relay: reach.get(place) ?? null },
        officer: officerId === null ? null : { id: officerId, name: officerName },
        at: officerId === null ? hourOf(at) : at.toISOString(),
      }))
      return { rows: shown, ...(next === undefined ? {} : { next }) }
    },
  }),
  route({
    method: 'post',
    path: '/cases',
    name: 'case_type_in',
    act: 'case.work',
    change: 'case.typed_in',
    body: intakeSchema.extend({ unitId: idSchema }).strict(),
    status: 201,
    answer: z.object({ id: z.string(), number: z.string() }),
    async handle({ desk, body: { unitId, ...intake } }) {
      return typeInCase(desk, intake, { id: unitId, path: await requireUnit(desk, unitId, 'case.work') })
    },
  }),
  route({
    method: 'get',
    path: '/case-reasons',
    name: 'case_reason_list',
    act: 'reason.read',
    query: z.strictObject({
      after: z
        .string()
        .regex(/^[a-z_]{1,12}\.\d{1,5}\.[A-Za-z0-9_-]{1,40}$/)
        .optional(),
      limit: limitSchema,
    }),
    answer: pageSchema(reasonSchema, z.string()),
    async handle({ desk, query: { after, limit } }) {
      const [state = '', place = '', id = ''] = after?.split('.') ?? []
      const mark = REASON_STATES.find((one) => one === state)
      const from = mark && { state: mark, place: Number(place), id }
      const found = await listDeskReasons(desk.db, { after: from, limit: limit + 1 })
      const { rows, next } = pageOf(found, limit, (one) => `${one.state}.${one.place}.${one.id}`)
      return {
        rows: rows.map(({ id: reasonId, state: to, label, says, active, builtIn }) => ({
          id: reasonId,
          state: to,
          label,
          says,
          active,
          builtIn,
        })),
        ...(next === undefined ? {} : { next }),
      }
    },
  }),
]

type Query = {
  number?: string | undefined
  officer?: string | undefined
  late?: 'true' | undefined
  unit?: string | undefined
  shelf?: 'closed' | 'spam' | undefined
  after?: string | undefined
  limit: number
} & Pick<Parameters<typeof listQueue>[1], 'state' | 'kind' | 'source'>

async function pageFor(desk: Desk, query: Query): Promise<{ rows: CaseRow[]; next?: string }> {
  const { number, state, kind, source, officer, late, unit, shelf, after, limit } = query
  if (number !== undefined) {
    const code = caseCode(number)
    const id = code && (await findCaseByNumber(desk, code.number))
    return { rows: id ? [await requireCase(desk, id, 'case.read')] : [] }
  }
  const [first = '', dueDay = '', id = ''] = after?.split('.') ?? []
  if (shelf !== undefined) {
    const before = after === undefined ? undefined : { openedHour: first, id }
    return pageOf(await listShelf(desk, shelf, { before, limit: limit + 1 }), limit, (row) => `${row.openedHour}..${row.id}`)
  }
  const under = unit === undefined ? undefined : await requireUnit(desk, unit, 'case.read')
  const filter = {
    ...{ state, kind, source, under },
    assigneeId: officer === 'none' ? '' : officer,
    late: late ? lateDaysOf(desk.now, await findHolidays(desk.db, desk.now)) : undefined,
  }
  const from = after === undefined ? undefined : { rank: Number(first), dueDay, id }
  return pageOf(await listQueue(desk, filter, { after: from, limit: limit + 1 }), limit, (row) => `${row.rank}.${row.dueDay}.${row.id}`)
}
