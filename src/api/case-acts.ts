/**
 * What is done with a case over REST, each act on the version its caller read: a change in between is a conflict, and nothing
 * is half done. Refusals are recorded without the case they were about, because their time is exact.
 */
import * as z from 'zod'
import { assignCase, declareConflict, takeCase } from '../../db/case-assign.ts'
import { openCaseOf } from '../../db/case-desk.ts'
import { markSpam, moveCase, unmarkSpam } from '../../db/case-moves.ts'
import { askMember, noteCase, tellMember } from '../../db/case-notes.ts'
import { restrictCase, setDue, setUrgency, unrestrictCase } from '../../db/case-plan.ts'
import { listTransfers, transferCase } from '../../db/case-transfer.ts'
import type { Desk } from '../../db/rights.ts'
import { caseStates } from '../case.ts'
import type { Act } from '../rights.ts'
import { cleanText } from '../text.ts'
import { doneSchema, urgencySchema, versionSchema } from './case-shapes.ts'
import { type Route, route } from './route.ts'
import { byId, idSchema, limitSchema, namedSchema } from './shapes.ts'

const text = (most: number) => z.string().max(most).overwrite(cleanText)
const version = versionSchema

export const caseActs: Route[] = [
  act('take', 'case.taken', 'case.work', z.strictObject({ version }), (desk, id, body) => takeCase(desk, id, body.version)),
  act('assign', 'case.assigned', 'case.assign', z.strictObject({ version, officerId: idSchema }), assignCase),
  act(
    'move',
    'case.moved',
    'case.work',
    z.strictObject({ version, to: z.enum(caseStates), reasonId: idSchema.optional(), text: text(4_000).optional() }),
    moveCase,
  ),
  act('ask', 'case.asked', 'case.work', z.strictObject({ version, text: text(4_000), reasonId: idSchema.optional() }), askMember),
  act('tell', 'case.told', 'case.work', z.strictObject({ version, text: text(4_000) }), tellMember),
  act('note', 'case.noted', 'case.work', z.strictObject({ version, text: text(8_000) }), noteCase),
  act('transfer', 'case.transferred', 'case.work', z.strictObject({ version, unitId: idSchema }), transferCase),
  act('due', 'case.due', 'case.work', z.strictObject({ version, day: z.iso.date(), text: text(8_000) }), setDue),
  act('priority', 'case.raised', 'case.work', z.strictObject({ version, urgency: urgencySchema }), setUrgency),
  act('restrict', 'case.restricted', 'case.work', z.strictObject({ version, on: z.boolean() }), (desk, id, body) =>
    (body.on ? restrictCase : unrestrictCase)(desk, id, body.version),
  ),
  act('spam', 'case.spam', 'case.work', z.strictObject({ version, on: z.boolean() }), (desk, id, body) =>
    (body.on ? markSpam : unmarkSpam)(desk, id, body.version),
  ),
  act('conflict', 'case.conflict', 'case.read', z.strictObject({ version }), (desk, id, body) => declareConflict(desk, id, body.version)),
  route({
    method: 'get',
    path: '/cases/:id/places',
    name: 'case_places',
    act: 'case.work',
    params: byId,
    query: z.strictObject({ after: z.string().max(1_000).default(''), limit: limitSchema }),
    answer: z.object({ above: namedSchema.nullable(), below: z.array(namedSchema), next: z.string().optional() }),
    async handle({ desk, params: { id }, query: { after, limit } }) {
      const open = await openCaseOf(desk, id, 'case.work')
      const { above, below } = await listTransfers(desk, open, { after, limit: limit + 1 })
      const shown = below.slice(0, limit)
      const last = shown.at(-1)
      return {
        above: above ? { id: above.id, name: above.name } : null,
        below: shown.map(({ id: unitId, name }) => ({ id: unitId, name })),
        ...(below.length > limit && last ? { next: last.path } : {}),
      }
    },
  }),
]

function act<B extends z.ZodType<{ version: number }>>(
  name: string,
  change: string,
  right: Act,
  body: B,
  does: (desk: Desk, id: string, body: z.output<B>) => Promise<unknown>,
): Route {
  return route({
    method: 'post',
    path: `/cases/:id/${name}`,
    name: `case_${name}`,
    act: right,
    change,
    params: byId,
    body,
    answer: doneSchema,
    async handle({ desk, params: { id }, body: given }) {
      await does(desk, id, given)
      return { id, version: given.version + 1 }
    },
  })
}
