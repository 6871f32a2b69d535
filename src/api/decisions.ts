/**
 * Decisions of authorities over REST (R5): written down for a case and followed. A token lets nothing out and takes nothing
 * back: that needs officers and their own hands.
 */
import * as z from 'zod'
import { requireCase } from '../../db/case-desk.ts'
import { DECISION_STATES, type Decision, fileDecision, listDecisions, requireDecision } from '../../db/decisions.ts'
import { decisionSchema } from '../decision.ts'
import { AppError } from '../errors.ts'
import { type Route, route } from './route.ts'
import { byId } from './shapes.ts'

const shownSchema = z.object({
  id: z.string(),
  caseNumber: z.string(),
  authorityName: z.string(),
  number: z.string(),
  day: z.iso.date(),
  link: z.string(),
  state: z.enum(DECISION_STATES),
  /** Officers who let it through so far; two are needed. */
  approvals: z.int(),
  /** Until when it has to be taken back; null: nobody asked for that. */
  correctBy: z.iso.date().nullable(),
})

export const decisions: Route[] = [
  route({
    method: 'get',
    path: '/cases/:id/decisions',
    name: 'decision_list',
    act: 'decision.write',
    params: byId,
    answer: z.object({ rows: z.array(shownSchema) }),
    async handle({ desk, params: { id } }) {
      const found = await requireCase(desk, id, 'decision.write')
      return { rows: (await listDecisions(desk, found.id)).map(shownOf) }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/decisions',
    name: 'decision_file',
    act: 'decision.write',
    change: 'decision.file',
    params: byId,
    body: decisionSchema,
    status: 201,
    answer: shownSchema,
    async handle({ desk, params, body }) {
      const found = await requireCase(desk, params.id, 'decision.write')
      const { id, writes } = await fileDecision(desk, found, body)
      await desk.db.write(writes)
      return shownOf(await requireDecision(desk, id, ['decision.write']))
    },
  }),
  route({
    method: 'get',
    path: '/decisions/:id',
    name: 'decision_find',
    act: 'decision.write',
    params: byId,
    answer: shownSchema,
    handle: async ({ desk, params: { id } }) => shownOf(await requireDecision(desk, id, ['decision.write'])),
  }),
  ...(['approve', 'return', 'correct', 'withdraw'] as const).map((what) =>
    route({
      method: 'post',
      path: `/decisions/:id/${what}`,
      name: `decision_${what}`,
      act: 'decision.approve',
      never: 'api.never_decides',
      change: `decision.${what}`,
      params: byId,
      answer: shownSchema,
      handle: () => Promise.reject(new AppError('forbidden', 'api.never_decides')),
    }),
  ),
]

function shownOf(decision: Decision): z.input<typeof shownSchema> {
  const { id, caseNumber, authorityName, number, day, link, state, approvals, dueDay } = decision
  return { ...{ id, caseNumber, authorityName, number, day, link, state }, approvals: approvals.length, correctBy: dueDay }
}
