/**
 * Reports that may be about one thing, over REST: which pairs look very much alike and why, and what an officer says of
 * them: one thing, two, or one after all not. Refusals name no case in the audit log: a token's exact minute stands there.
 */
import * as z from 'zod'
import { requireCase } from '../../db/case-desk.ts'
import { mergeCases, unmergeCase } from '../../db/case-merge.ts'
import { listPairs, listSuggestions, type PairSide, type Suggestion, sayApart } from '../../db/case-pairs.ts'
import { caseKinds, caseStates } from '../case.ts'
import { WHY } from '../duplicates.ts'
import { type Route, route } from './route.ts'
import { byId, idSchema, limitSchema, pageOf, pageSchema } from './shapes.ts'

const MARK = /^(\d{1,3})\|([A-Za-z0-9_-]{1,40})\|([A-Za-z0-9_-]{1,40})$/

const sideSchema = z.object({
  id: z.string(),
  number: z.string(),
  state: z.enum(caseStates),
  kind: z.enum(caseKinds),
  /** UTC, cut to the hour: `2026-11-23T08Z`. */
  openedHour: z.string(),
  unitName: z.string().nullable(),
})
const likenessSchema = z.object({
  level: z.enum(['suggest', 'strong']),
  score: z.int().min(0).max(100),
  /** What agrees, never what it says. */
  why: z.array(z.enum(WHY)),
})
const pairSchema = likenessSchema.extend({ one: sideSchema, other: sideSchema })
const suggestionSchema = likenessSchema.extend({ other: sideSchema })
const versionSchema = z.int().min(1).max(1_000_000)
const doneSchema = z.object({ id: z.string(), mainId: z.string().nullable() })

export const casePairs: Route[] = [
  route({
    method: 'get',
    path: '/case-pairs',
    name: 'case_pair_list',
    act: 'case.read',
    query: z.strictObject({ after: z.string().regex(MARK).optional(), limit: limitSchema }),
    answer: pageSchema(pairSchema, z.string()),
    async handle({ desk, query: { after: from, limit } }) {
      const [, score = '', id = '', otherId = ''] = MARK.exec(from ?? '') ?? []
      const after = score === '' ? undefined : { score: Number(score), id, otherId }
      const found = await listPairs(desk, { after, limit: limit + 1 })
      const { rows, next } = pageOf(found, limit, ({ key }) => `${key.score}|${key.id}|${key.otherId}`)
      const shown = rows.map((pair) => ({ ...shownOf(pair), one: sideOf(pair.one), other: sideOf(pair.other) }))
      return { rows: shown, ...(next === undefined ? {} : { next }) }
    },
  }),
  route({
    method: 'get',
    path: '/cases/:id/pairs',
    name: 'case_pairs_of',
    act: 'case.read',
    params: byId,
    answer: z.object({ rows: z.array(suggestionSchema) }),
    async handle({ desk, params }) {
      const row = await requireCase(desk, params.id, 'case.read')
      const found = await listSuggestions(desk, row.id)
      return { rows: found.map((one) => ({ ...shownOf(one), other: sideOf(one.other) })) }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/merge',
    name: 'case_merge',
    act: 'case.work',
    change: 'case.merged',
    params: byId,
    body: z.strictObject({ version: versionSchema, otherId: idSchema, otherVersion: versionSchema }),
    answer: doneSchema,
    async handle({ desk, params: { id }, body: { version, otherId, otherVersion } }) {
      await mergeCases(desk, { id, version }, { id: otherId, version: otherVersion })
      return { id: otherId, mainId: id }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/unmerge',
    name: 'case_unmerge',
    act: 'case.work',
    change: 'case.unmerged',
    params: byId,
    body: z.strictObject({ mainVersion: versionSchema }),
    answer: doneSchema,
    async handle({ desk, params: { id }, body }) {
      await unmergeCase(desk, id, body.mainVersion)
      return { id, mainId: null }
    },
  }),
  route({
    method: 'post',
    path: '/cases/:id/apart',
    name: 'case_apart',
    act: 'case.work',
    change: 'case.apart',
    params: byId,
    body: z.strictObject({ otherId: idSchema }),
    answer: doneSchema,
    async handle({ desk, params: { id }, body }) {
      await sayApart(desk, id, body.otherId)
      return { id, mainId: null }
    },
  }),
]

const shownOf = ({ level, score, why }: Pick<Suggestion, 'level' | 'score' | 'why'>): z.input<typeof likenessSchema> => ({
  level,
  score,
  why,
})
const sideOf = ({ id, number, state, kind, openedHour, unitName }: PairSide): z.input<typeof sideSchema> => ({
  ...{ id, number, state, kind, openedHour, unitName },
})
