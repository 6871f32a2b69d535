/**
 * The message as each channel will show it and how long it is there: of a campaign, with whom it reaches and what still
 * speaks against submitting it, or of words nobody has saved yet. Code and word in it are made up: a real run has its own.
 */
import * as z from 'zod'
import { checkCampaign } from '../../db/approvals.ts'
import type { Campaign } from '../../db/campaigns.ts'
import { composeMessage } from '../../db/messages.ts'
import type { Desk } from '../../db/rights.ts'
import { findUnit } from '../../db/units.ts'
import { audienceSchema, type Content, contentSchema, type Message, replyOf } from '../campaign.ts'
import type { Locale } from '../chat.ts'
import { AppError } from '../errors.ts'
import { partsOf } from '../render.ts'
import { dayOf } from '../time.ts'
import { COUNT_COST, countPeople, countsSchema } from './counts.ts'
import { bodyOfError } from './refusal.ts'
import { type ApiParts, type Route, route } from './route.ts'
import { audiencePath, requireCampaignFor, requireUnit } from './scope.ts'
import { byId, idSchema } from './shapes.ts'

const buttonSchema = z.object({
  label: z.string(),
  url: z.string().optional(),
  /** What is typed to open it where there are no buttons. */
  word: z.string().optional(),
})
const partSchema = z.object({ text: z.string(), length: z.int(), buttons: z.array(buttonSchema), image: z.string().optional() })

const messagesSchema = z.array(
  z.object({
    channel: z.string(),
    locale: z.enum(['vi', 'en']),
    limit: z.int(),
    fits: z.boolean(),
    parts: z.array(partSchema),
  }),
)
export type ShownMessage = z.output<typeof messagesSchema>[number]

const previewSchema = z.object({
  /** The campaign and version this is of. */
  id: z.string(),
  version: z.int(),
  /** What must be mended before it can be submitted; null when nothing. */
  problem: z.string().nullable(),
  /** Empty when there is nothing to send yet. More than one part: too long for one message there. */
  messages: messagesSchema,
  people: countsSchema,
})

const SAMPLE = { id: 0, code: 'XXXXXXXX', word: 'K7M' }

export const preview: Route[] = [
  route({
    method: 'get',
    path: '/campaigns/:id/preview',
    name: 'campaign_preview',
    act: 'campaign.read',
    cost: COUNT_COST,
    params: byId,
    answer: previewSchema,
    async handle(call) {
      const { desk, params, parts } = call
      const campaign = await requireCampaignFor(desk, params.id, 'campaign.read')
      const path = await audiencePath(desk, campaign.path, campaign.audience.unitId)
      const message = await composeMessage(desk.db, campaign, desk.now, desk.random)
      return {
        id: campaign.id,
        version: campaign.version,
        problem: await problemOf(call, campaign),
        messages: message ? messagesOf(message, parts) : [],
        people: await countPeople(call, campaign.audience, path, campaign.topic, campaign.content.zaloTemplate),
      }
    },
  }),
  route({
    method: 'post',
    path: '/campaigns/preview',
    name: 'draft_preview',
    act: 'campaign.write',
    body: z.strictObject({ unitId: idSchema, content: contentSchema }),
    answer: z.object({ messages: messagesSchema }),
    async handle({ desk, body: { unitId, content }, parts }) {
      await requireUnit(desk, unitId, 'campaign.write')
      return { messages: await previewDraft(desk, unitId, content, parts) }
    },
  }),
]

/** Words that are not saved, as each channel would show them; empty when there is nothing to send yet. */
export async function previewDraft(
  { db, now, random }: Pick<Desk, 'db' | 'now' | 'random'>,
  unitId: string,
  content: Content,
  parts: Pick<ApiParts, 'channels' | 'texts' | 'publicUrl'>,
): Promise<ShownMessage[]> {
  const unit = await findUnit(db, unitId, dayOf(now))
  const audience = audienceSchema.parse({ unitId })
  const message = await composeMessage(db, { id: '', content, unitName: unit?.name ?? '', title: '', topic: null, audience }, now, random)
  return message ? messagesOf(message, parts) : []
}

/** The first thing that speaks against submitting it, as a sentence. */
export async function problemOf(
  { desk, parts, locale }: { desk: Desk; parts: Pick<ApiParts, 'texts'>; locale: Locale },
  campaign: Campaign,
): Promise<string | null> {
  try {
    await checkCampaign(desk, campaign)
    return null
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return bodyOfError(error, parts.texts, locale).error.message
  }
}

/** Each channel's view of a message, in each of its languages. @param run whose code and word stand in it */
export function messagesOf(
  message: Message,
  { channels, texts, publicUrl }: Pick<ApiParts, 'channels' | 'texts' | 'publicUrl'>,
  run = SAMPLE,
): ShownMessage[] {
  const locales: Locale[] = message.body.en === null ? ['vi'] : ['vi', 'en']
  return channels.flatMap((channel) =>
    locales.map((locale) => {
      const target = { id: 0, address: '', bulk: true, publicUrl }
      const rendered = partsOf(channel, replyOf(run, message, locale), locale, target, texts.render)
      return {
        channel: channel.name,
        locale,
        limit: channel.limits.text,
        fits: rendered.length === 1,
        parts: rendered.map(({ text, buttons, image }) => ({
          text,
          length: text.length,
          buttons: buttons.map((button) => ({
            label: button.label,
            ...('url' in button ? { url: button.url } : button.word === undefined ? {} : { word: button.word }),
          })),
          ...(image === undefined ? {} : { image }),
        })),
      }
    }),
  )
}
