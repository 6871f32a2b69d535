/**
 * Hand-overs of cases over REST (F33), for the registry of an office: papers are drafted, and what was sent, answered or came
 * back is recorded. Files are made at the console alone, after an officer's proof. What a paper says is not given out here.
 */
import * as z from 'zod'
import { type CaseRow, type OpenCase, openCaseOf, requireCase } from '../../db/case-desk.ts'
import { answerHandOver, returnHandOver, sendHandOver } from '../../db/hand-over-acts.ts'
import {
  answerDay,
  draftHandOver,
  dropHandOver,
  findPaperUnit,
  HAND_OVER_STATES,
  HAND_OVER_WAYS,
  type HandOverRow,
  listHandOvers,
  requireHandOver,
} from '../../db/hand-overs.ts'
import type { Desk } from '../../db/rights.ts'
import { draftPaper, paperSchema, type Say, styleOf } from '../paper.ts'
import { cleanText } from '../text.ts'
import { dayOf } from '../time.ts'
import { Refusal, wrongFields } from './refusal.ts'
import { type ApiParts, type Route, route } from './route.ts'
import { byId, idSchema, namedSchema } from './shapes.ts'

const handOverSchema = z.object({
  id: z.string(),
  authority: namedSchema,
  state: z.enum(HAND_OVER_STATES),
  dueDay: z.iso.date(),
  answeredDay: z.iso.date().nullable(),
  outcome: z.string().nullable(),
})
const doneSchema = z.object({ id: z.string(), state: z.enum([...HAND_OVER_STATES, 'dropped']) })
const byBoth = byId.extend({ over: idSchema })
const ref = z.string().overwrite(cleanText).max(120).default('')
const text = z.string().overwrite(cleanText).min(5).max(2_000)

export const handOvers: Route[] = [
  route({
    method: 'get',
    path: '/cases/:id/hand-overs',
    name: 'hand_over_list',
    act: 'case.read',
    params: byId,
    answer: z.object({ rows: z.array(handOverSchema) }),
    async handle({ desk, params: { id } }) {
      const found = await requireCase(desk, id, 'case.read')
      return { rows: (await listHandOvers(desk.db, found.id)).map(shownOf) }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/hand-overs',
    name: 'hand_over_draft',
    act: 'case.work',
    change: 'hand_over.draft',
    params: byId,
    // What is not said of the paper is as it begins at the console.
    body: z.strictObject({ authorityId: idSchema, dueDay: z.iso.date().optional(), paper: paperSchema.partial().default({}) }),
    status: 201,
    answer: doneSchema,
    async handle({ desk, params, body: { authorityId, dueDay, paper }, parts }) {
      const open = await openCaseOf(desk, params.id, 'case.work')
      const whole = await paperFor(desk, open, parts)
      const said = paperSchema.safeParse({ ...whole.paper, ...paper })
      if (!said.success) throw new Refusal('invalid', 'api.invalid', { fields: wrongFields(said.error, paper) })
      const draft = { authorityId, dueDay: dueDay ?? (await answerDay(desk)), paper: said.data, style: whole.style }
      const { id, writes } = await draftHandOver(desk, open, draft)
      await desk.db.write(writes)
      return { id, state: 'draft' as const }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/hand-overs/:over/drop',
    name: 'hand_over_drop',
    act: 'case.work',
    change: 'hand_over.drop',
    params: byBoth,
    answer: doneSchema,
    async handle({ desk, params }) {
      const { found, handOver } = await foundOf(desk, params)
      await desk.db.write(dropHandOver(desk, found, handOver))
      return { id: handOver.id, state: 'dropped' as const }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/hand-overs/:over/send',
    name: 'hand_over_send',
    act: 'case.work',
    change: 'case.referred',
    params: byBoth,
    body: z.strictObject({ day: z.iso.date(), how: z.enum(HAND_OVER_WAYS), ref }),
    answer: doneSchema,
    async handle({ desk, params, body }) {
      const { found, handOver } = await foundOf(desk, params)
      await desk.db.write(await sendHandOver(desk, found, handOver, body))
      return { id: handOver.id, state: 'sent' as const }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/hand-overs/:over/answer',
    name: 'hand_over_answer',
    act: 'case.work',
    change: 'case.authority_answered',
    params: byBoth,
    body: z.strictObject({ day: z.iso.date(), ref, text, outcome: idSchema, wait: z.boolean().default(false) }),
    answer: doneSchema,
    async handle({ desk, params, body: { outcome: outcomeId, ...given } }) {
      const { found, handOver } = await foundOf(desk, params)
      await desk.db.write(await answerHandOver(desk, found, handOver, { ...given, outcomeId }))
      return { id: handOver.id, state: 'answered' as const }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/hand-overs/:over/return',
    name: 'hand_over_return',
    act: 'case.work',
    change: 'case.returned',
    params: byBoth,
    body: z.strictObject({ day: z.iso.date(), ref, text }),
    answer: doneSchema,
    async handle({ desk, params, body }) {
      const { found, handOver } = await foundOf(desk, params)
      await desk.db.write(await returnHandOver(desk, found, handOver, body))
      return { id: handOver.id, state: 'returned' as const }
    },
  }),
]

async function foundOf(desk: Desk, { id, over }: { id: string; over: string }) {
  const found: CaseRow = await openCaseOf(desk, id, 'case.work')
  return { found, handOver: await requireHandOver(desk, found, over) }
}

async function paperFor(desk: Desk, { report, number, rank }: OpenCase, { texts }: ApiParts) {
  const unit = await findPaperUnit(desk)
  const say: Say = (key, params) => texts.render(params ? { key, params } : { key }, 'vi')
  return { paper: draftPaper({ report, number, danger: rank <= 1 }, unit, dayOf(desk.now), say), style: styleOf(unit.kind) }
}

function shownOf({ id, authorityId, authorityName, state, dueDay, answeredDay, outcomeId }: HandOverRow): z.input<typeof handOverSchema> {
  return { id, authority: { id: authorityId, name: authorityName }, state, dueDay, answeredDay, outcome: outcomeId }
}
