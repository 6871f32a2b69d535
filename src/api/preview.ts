/**
 * GET /campaigns/:id/preview: the message as each channel will show it, how long it is there, whom it reaches, and what
 * still speaks against submitting it. The code and the word in it are made up: a real run has its own.
 */
import * as z from 'zod'
import { checkCampaign } from '../../db/approvals.ts'
import type { Campaign } from '../../db/campaigns.ts'
import { composeMessage } from '../../db/messages.ts'
import { type Message, replyOf } from '../campaign.ts'
import type { Locale } from '../chat.ts'
import { AppError } from '../errors.ts'
import { partsOf } from '../render.ts'
import { COUNT_COST, countPeople, countsSchema } from './counts.ts'
import { bodyOfError } from './refusal.ts'
import { type ApiParts, type Call, type Route, route } from './route.ts'
import { audiencePath, requireCampaignFor } from './scope.ts'
import { byId } from './shapes.ts'

const buttonSchema = z.object({
  label: z.string(),
  url: z.string().optional(),
  /** What is typed to open it where there are no buttons. */
  word: z.string().optional(),
})
const partSchema = z.object({ text: z.string(), length: z.int(), buttons: z.array(buttonSchema), image: z.string().optional() })

const previewSchema = z.object({
  /** The campaign and version this is of. */
  id: z.string(),
  version: z.int(),
  /** What must be mended before it can be submitted; null when nothing. */
  problem: z.string().nullable(),
  /** Empty when there is nothing to send yet. More than one part: too long for one message there. */
  messages: z.array(
    z.object({
      channel: z.string(),
      locale: z.enum(['vi', 'en']),
      limit: z.int(),
      fits: z.boolean(),
      parts: z.array(partSchema),
    }),
  ),
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
]

async function problemOf(
  { desk, parts, locale }: Pick<Call<unknown, unknown, unknown>, 'desk' | 'parts' | 'locale'>,
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

function messagesOf(message: Message, { channels, texts, publicUrl }: ApiParts): z.input<typeof previewSchema>['messages'] {
  const locales: Locale[] = message.body.en === null ? ['vi'] : ['vi', 'en']
  return channels.flatMap((channel) =>
    locales.map((locale) => {
      const target = { id: 0, address: '', bulk: true, publicUrl }
      const rendered = partsOf(channel, replyOf(SAMPLE, message, locale), locale, target, texts.render)
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
