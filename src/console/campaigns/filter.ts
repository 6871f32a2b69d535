/**
 * What the list of campaigns and its export are filtered by: words of the title, state, unit, topic, what waits for me.
 */
import * as z from 'zod'
import { CAMPAIGN_STATES, type CampaignFilter } from '../../../db/campaigns.ts'
import { findUnit, searchUnits } from '../../../db/units.ts'
import { reaches } from '../../api/scope.ts'
import { scopeOf } from '../../rights.ts'
import { dayOf } from '../../time.ts'
import type { Visit } from '../page.ts'

/** Units a typed name is looked for in. */
const UNITS_MOST = 20

export const querySchema = z.object({
  q: z.string().max(100).optional(),
  state: z.enum(CAMPAIGN_STATES).optional().catch(undefined),
  topic: z
    .string()
    .regex(/^[a-z0-9_-]{1,36}$/)
    .optional()
    .catch(undefined),
  unit: z.string().max(60).optional(),
  mine: z.literal('approve').optional(),
  before: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/)
    .optional(),
})
export type ListQuery = z.output<typeof querySchema>

export async function filterOf(visit: Visit, { q, state, topic, unit, mine }: ListQuery): Promise<CampaignFilter> {
  return {
    paths: await pathsOf(visit, unit, mine ? 'campaign.approve' : 'campaign.read'),
    ...(state ? { states: [state] } : {}),
    ...(topic ? { topic } : {}),
    ...(q?.trim() ? { typed: q } : {}),
    ...(mine ? { states: ['submitted'] as const, approver: visit.desk.actor.officerId } : {}),
  }
}

/** Where to look: the whole scope, one unit by its id, or the units of a typed name. */
export async function pathsOf(
  { desk }: Pick<Visit, 'desk'>,
  unit: string | undefined,
  act: 'campaign.read' | 'campaign.approve',
): Promise<string[]> {
  const { db, actor, now } = desk
  const scope = scopeOf(actor, act)
  const typed = unit?.trim() ?? ''
  if (typed === '') return scope
  const day = dayOf(now)
  const exact = /^[A-Za-z0-9_-]{1,40}$/.test(typed) ? await findUnit(db, typed, day) : undefined
  if (exact && reaches(actor, exact.path)) return [exact.path]
  const found = await Promise.all(scope.map((under) => searchUnits(db, typed, { day, after: '', limit: UNITS_MOST, under })))
  return [...new Set(found.flat().map(({ path }) => path))].slice(0, UNITS_MOST)
}
