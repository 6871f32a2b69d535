/**
 * GET /channels: whether each channel's key is taken, where its platform delivers, what waits. No platform is asked by
 * this call: it answers what was heard within the last ten minutes.
 */
import * as z from 'zod'
import { type ChannelHealth, listHealth, QUEUE_MOST } from '../../db/health.ts'
import { type Route, route } from './route.ts'
import { about, aboutSchema, instantSchema } from './shapes.ts'

const healthSchema = z.object({
  channel: z.string(),
  /** Null for the web chat, and before the first answer. */
  asked: z
    .object({
      at: instantSchema,
      token: z.boolean(),
      webhook: z.enum(['ok', 'missing', 'elsewhere', 'polled', 'by_hand', 'unknown']),
      /** Updates that wait at the platform. */
      waiting: z.int().nullable(),
      trouble: z.string().nullable(),
    })
    .nullable(),
  /** The platform told us to wait. */
  held: z.object({ until: instantSchema, reason: z.string() }).nullable(),
  /** Replies that are due, counted up to a limit. */
  replies: z.object({ waiting: z.int(), more: z.boolean(), oldest: instantSchema.nullable() }),
  /** People of runs under way who have not got theirs. */
  pushes: aboutSchema,
  today: z.object({ sent: z.int(), failed: z.int() }),
})

export const channels: Route[] = [
  route({
    method: 'get',
    path: '/channels',
    name: 'channel_list',
    act: 'channel.read',
    answer: z.object({ rows: z.array(healthSchema) }),
    async handle({ desk: { db, now }, parts }) {
      const names = parts.channels.map(({ name }) => name)
      return { rows: (await listHealth(db, names, now)).map(shownOf) }
    },
  }),
]

function shownOf({ channel, asked, held, replies, oldest, pushes, sent, failed }: ChannelHealth): z.input<typeof healthSchema> {
  return {
    channel,
    asked: asked && { ...asked, at: asked.at.toISOString() },
    held: held && { until: held.until.toISOString(), reason: held.reason },
    replies: { waiting: Math.min(replies, QUEUE_MOST), more: replies > QUEUE_MOST, oldest: oldest?.toISOString() ?? null },
    pushes: about(pushes),
    today: { sent, failed },
  }
}
