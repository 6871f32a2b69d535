/**
 * Campaigns over REST: write, change, submit, cancel. A token never approves; asking for it is refused and recorded.
 */
import * as z from 'zod'
import { cancelCampaign, submitCampaign } from '../../db/approvals.ts'
import { addCampaign, CAMPAIGN_STATES, type Campaign, editCampaign, findCampaign, listCampaigns } from '../../db/campaigns.ts'
import { sendTest } from '../../db/test-sends.ts'
import { audienceSchema, contentSchema, themeSchema, titleSchema } from '../campaign.ts'
import type { Db } from '../chat.ts'
import { AppError } from '../errors.ts'
import { planSchema } from '../plan.ts'
import { type Act, scopeOf } from '../rights.ts'
import { type Route, route } from './route.ts'
import { audiencePath, requireCampaignFor, requireUnit } from './scope.ts'
import { byId, idSchema, instantSchema, limitSchema, listOf, namedSchema, pageOf, pageSchema } from './shapes.ts'

const topicSchema = z.string().regex(/^[a-z0-9_-]{1,36}$/)
const versionSchema = z.int().min(1)

const draftSchema = z.strictObject({
  unitId: idSchema,
  title: titleSchema,
  content: contentSchema,
  audience: audienceSchema,
  plan: planSchema,
  topic: topicSchema.nullable().default(null),
  theme: themeSchema.nullable().default(null),
})

/** What stands in it replaces what was there, whole. `version`: refuse when somebody changed the campaign meanwhile. */
const changeSchema = z.strictObject({
  version: versionSchema.optional(),
  title: titleSchema.optional(),
  content: contentSchema.optional(),
  audience: audienceSchema.optional(),
  plan: planSchema.optional(),
  topic: topicSchema.nullable().optional(),
  theme: themeSchema.nullable().optional(),
})

export const campaignSchema = z.object({
  id: z.string(),
  unit: namedSchema,
  author: namedSchema,
  title: z.string(),
  content: contentSchema,
  audience: audienceSchema,
  plan: planSchema,
  topic: z.string().nullable(),
  theme: z.string().nullable(),
  state: z.enum(CAMPAIGN_STATES),
  version: versionSchema,
  /** Approvals it needs and has. */
  needs: z.int(),
  approvals: z.int(),
  nextAt: instantSchema.nullable(),
  createdAt: instantSchema,
  changedAt: instantSchema,
})

export const campaigns: Route[] = [
  route({
    method: 'get',
    path: '/campaigns',
    name: 'campaign_list',
    act: 'campaign.read',
    query: z.strictObject({
      state: listOf(z.enum(CAMPAIGN_STATES), 5).optional(),
      unit: idSchema.optional(),
      topic: topicSchema.optional(),
      q: z.string().max(100).optional(),
      before: idSchema.optional(),
      limit: limitSchema,
    }),
    answer: pageSchema(campaignSchema, z.string()),
    async handle({ desk, query: { state, unit, topic, q, before = '', limit } }) {
      const filter = { ...(state ? { states: state } : {}), ...(topic ? { topic } : {}), ...(q === undefined ? {} : { typed: q }) }
      const paths = unit ? [await requireUnit(desk, unit, 'campaign.read')] : scopeOf(desk.actor, 'campaign.read')
      const found = await listCampaigns(desk.db, { paths, ...filter, before, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, ({ id }) => id)
      return { rows: rows.map(shownOf), ...next }
    },
  }),
  route({
    method: 'post',
    path: '/campaigns',
    name: 'campaign_add',
    act: 'campaign.write',
    change: 'campaign.add',
    body: draftSchema,
    status: 201,
    answer: campaignSchema,
    async handle({ desk, body }) {
      const path = await requireUnit(desk, body.unitId, 'campaign.write')
      await audiencePath(desk, path, body.audience.unitId)
      const { id, writes } = await addCampaign(desk, body)
      await desk.db.write(writes)
      return shownNow(desk.db, id)
    },
  }),
  route({
    method: 'get',
    path: '/campaigns/:id',
    name: 'campaign_find',
    act: 'campaign.read',
    params: byId,
    answer: campaignSchema,
    handle: async ({ desk, params }) => shownOf(await requireCampaignFor(desk, params.id, 'campaign.read')),
  }),
  route({
    method: 'patch',
    path: '/campaigns/:id',
    name: 'campaign_edit',
    act: 'campaign.write',
    change: 'campaign.edit',
    about: 'campaign',
    params: byId,
    body: changeSchema,
    answer: campaignSchema,
    async handle({ desk, params, body: { version, ...change } }) {
      const campaign = await requireCampaignFor(desk, params.id, 'campaign.write')
      if (version !== undefined && version !== campaign.version) throw new AppError('conflict', 'desk.campaign_moved')
      if (change.audience) await audiencePath(desk, campaign.path, change.audience.unitId)
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      if (Object.keys(given).length === 0) return shownOf(campaign)
      await desk.db.write(editCampaign(desk, campaign, given))
      return shownNow(desk.db, params.id)
    },
  }),
  route({
    method: 'post',
    path: '/campaigns/:id/submit',
    name: 'campaign_submit',
    act: 'campaign.write',
    change: 'campaign.submit',
    about: 'campaign',
    params: byId,
    body: z.strictObject({ version: versionSchema }),
    answer: campaignSchema,
    async handle({ desk, params, body: { version } }) {
      const campaign = await requireCampaignFor(desk, params.id, 'campaign.write')
      if (version !== campaign.version) throw new AppError('conflict', 'desk.campaign_moved')
      await desk.db.write((await submitCampaign(desk, campaign)).writes)
      return shownNow(desk.db, params.id)
    },
  }),
  route({
    method: 'post',
    path: '/campaigns/:id/test',
    name: 'campaign_test',
    act: 'campaign.write',
    change: 'campaign.test',
    about: 'campaign',
    params: byId,
    body: z.strictObject({ locale: z.enum(['vi', 'en']).default('vi') }),
    answer: z.object({ sent: z.literal(true) }),
    async handle({ desk, params, body: { locale } }) {
      const campaign = await requireCampaignFor(desk, params.id, 'campaign.write')
      await desk.db.write(await sendTest(desk, campaign, locale))
      return { sent: true as const }
    },
  }),
  route({
    method: 'post',
    path: '/campaigns/:id/cancel',
    name: 'campaign_cancel',
    act: 'campaign.write',
    change: 'campaign.cancel',
    about: 'campaign',
    params: byId,
    body: z.strictObject({ version: versionSchema.optional() }),
    answer: campaignSchema,
    async handle({ desk, params, body: { version } }) {
      const campaign = await requireCampaignFor(desk, params.id, 'campaign.write')
      if (version !== undefined && version !== campaign.version) throw new AppError('conflict', 'desk.campaign_moved')
      await desk.db.write(cancelCampaign(desk, campaign))
      return shownNow(desk.db, params.id)
    },
  }),
  never('approve', 'campaign.approve', 'api.never_approves'),
  never('return', 'campaign.approve', 'api.never_approves'),
  never('end', 'broadcast.stop', 'api.never_stops'),
]

/** What an officer does by their own hand, and no token. */
function never(what: string, act: Act, why: string): Route {
  return route({
    method: 'post',
    path: `/campaigns/:id/${what}`,
    name: `campaign_${what}`,
    act,
    never: why,
    change: `campaign.${what}`,
    about: 'campaign',
    params: byId,
    answer: campaignSchema,
    handle: () => Promise.reject(new AppError('forbidden', why)),
  })
}

async function shownNow(db: Db, id: string): Promise<z.input<typeof campaignSchema>> {
  const campaign = await findCampaign(db, id)
  if (!campaign) throw new AppError('not_found', 'desk.campaign_gone')
  return shownOf(campaign)
}

function shownOf(campaign: Campaign): z.input<typeof campaignSchema> {
  const { id, unitId, unitName, authorId, authorName, title, content, audience, plan, topic, theme, state } = campaign
  const { version, needs, approvals, nextAt, createdAt, changedAt } = campaign
  return {
    id,
    unit: { id: unitId, name: unitName },
    author: { id: authorId, name: authorName },
    title,
    content,
    audience,
    plan,
    topic,
    theme,
    state,
    version,
    needs,
    approvals,
    nextAt: nextAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
  }
}
