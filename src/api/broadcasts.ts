/**
 * Runs over REST: what became of them, at once or while they go. Stopping, going on and sending again need an officer's
 * six digits, so no token does them; asking for it is refused and recorded.
 */
import * as z from 'zod'
import { LIVE_STATES, listBroadcasts, type OwnedBroadcast } from '../../db/broadcasts.ts'
import { countOf, type LedgerCount, listCounts, totalOf } from '../../db/ledger-counts.ts'
import { RESULT_LEAST } from '../campaign.ts'
import { AppError } from '../errors.ts'
import { type Act, scopeOf } from '../rights.ts'
import { Refusal } from './refusal.ts'
import { type Route, route } from './route.ts'
import { requireBroadcastFor } from './scope.ts'
import {
  about,
  aboutSchema,
  byNumber,
  cell,
  cellSchema,
  idSchema,
  instantSchema,
  limitSchema,
  namedSchema,
  numberSchema,
  pageOf,
  pageSchema,
} from './shapes.ts'
import { actorOf } from './token.ts'

export const broadcastSchema = z.object({
  id: z.int(),
  campaignId: z.string(),
  unit: namedSchema,
  title: z.string(),
  /** What a member types to ask whether the message is real. */
  code: z.string(),
  state: z.enum([...LIVE_STATES, 'done', 'cancelled']),
  /** Why it rests or was cancelled. */
  reason: z.string().nullable(),
  approvedAt: instantSchema,
  startsAt: instantSchema,
  startedAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
})

const OUTCOMES = ['queued', 'sending', 'sent', 'failed', 'unknown', 'skipped'] as const

export const resultSchema = broadcastSchema.extend({
  /** Null for an audience of fewer than ten people, and while it is not known. */
  result: z
    .object({
      people: z.int(),
      /** Always add up to `people`. */
      states: z.object(Object.fromEntries(OUTCOMES.map((state) => [state, z.int()])) as Record<(typeof OUTCOMES)[number], z.ZodInt>),
      /** To the nearest ten, so that what is hidden of a small channel is not what the others leave over. */
      channels: z.array(
        z.object({
          channel: z.string(),
          people: aboutSchema,
          sent: aboutSchema,
          /** Sent, failed, unknown or skipped. */
          settled: aboutSchema,
        }),
      ),
      reasons: z.array(z.object({ state: z.enum(OUTCOMES), reason: z.string(), people: cellSchema })),
      /** Within a day of the message. */
      optedOut: cellSchema,
      /** Lượt: taps of buttons, nobody's in particular. */
      taps: cellSchema,
    })
    .nullable(),
})

export const broadcasts: Route[] = [
  route({
    method: 'get',
    path: '/broadcasts',
    name: 'broadcast_list',
    act: 'campaign.read',
    query: z.strictObject({ before: numberSchema.optional(), limit: limitSchema, campaign: idSchema.optional() }),
    answer: pageSchema(broadcastSchema, z.int()),
    async handle({ desk: { db, actor }, query: { before = 0, limit, campaign } }) {
      const paths = scopeOf(actor, 'campaign.read')
      const found = await listBroadcasts(db, { paths, ...(campaign ? { campaignId: campaign } : {}), before, limit: limit + 1 })
      const { rows, ...next } = pageOf(found, limit, ({ id }) => id)
      return { rows: rows.map(shownOf), ...next }
    },
  }),
  route({
    method: 'get',
    path: '/broadcasts/:id',
    name: 'broadcast_find',
    act: 'campaign.read',
    params: byNumber,
    answer: resultSchema,
    async handle({ desk, params }) {
      const run = await requireBroadcastFor(desk, params.id, 'campaign.read')
      return resultOf(run, await listCounts(desk.db, run.id))
    },
  }),
  route({
    method: 'get',
    path: '/broadcasts/:id/events',
    name: 'broadcast_events',
    act: 'campaign.read',
    params: byNumber,
    answer: resultSchema,
    stream: true,
    async handle({ desk, params, parts, watch, tag }) {
      const { id, path } = await requireBroadcastFor(desk, params.id, 'campaign.read')
      const token = desk.actor.token.id
      const still = async () => {
        const actor = await actorOf(parts, tag)
        return actor !== undefined && scopeOf(actor, 'campaign.read').some((scope) => path.startsWith(scope))
      }
      const stream = watch.open({ id, token, still })
      if (!stream) throw new Refusal('too_many', 'api.streams_full', { retryAfter: 10 })
      return stream
    },
  }),
  never('pause', 'broadcast.stop'),
  never('resume', 'broadcast.restart'),
  never('cancel', 'broadcast.stop'),
  never('resend', 'broadcast.resend'),
]

/** What an officer does to a run, and no token. */
function never(what: string, act: Act): Route {
  return route({
    method: 'post',
    path: `/broadcasts/:id/${what}`,
    name: `broadcast_${what}`,
    act,
    never: 'api.never_stops',
    change: `broadcast.${what}`,
    about: 'broadcast',
    params: byNumber,
    answer: broadcastSchema,
    handle: () => Promise.reject(new AppError('forbidden', 'api.never_stops')),
  })
}

/** What may be told of a run: of few people only how far it is (R2), of few in one cell only that they are few (R23). */
export function resultOf(run: OwnedBroadcast, counts: LedgerCount[]): z.input<typeof resultSchema> {
  const people = totalOf(counts)
  if (people < RESULT_LEAST) return { ...shownOf(run), result: null }
  const reasons = new Map<string, number>()
  for (const { state, reason, n } of counts) {
    if (reason !== '') reasons.set(`${state} ${reason}`, (reasons.get(`${state} ${reason}`) ?? 0) + n)
  }
  return {
    ...shownOf(run),
    result: {
      people,
      states: Object.fromEntries(OUTCOMES.map((state) => [state, countOf(counts, state)])) as Record<(typeof OUTCOMES)[number], number>,
      channels: channelsOf(counts),
      reasons: [...reasons].sort().map(([key, n]) => {
        const [state, ...reason] = key.split(' ')
        return { state: state as (typeof OUTCOMES)[number], reason: reason.join(' '), people: cell(n) }
      }),
      optedOut: cell(run.optedOut),
      taps: cell(run.taps),
    },
  }
}

function channelsOf(counts: LedgerCount[]) {
  return [...new Set(counts.map(({ channel }) => channel))].sort().map((channel) => {
    const own = counts.filter((count) => count.channel === channel)
    const people = totalOf(own)
    return {
      channel,
      people: about(people),
      sent: about(countOf(own, 'sent')),
      settled: about(people - countOf(own, 'queued') - countOf(own, 'sending')),
    }
  })
}

function shownOf(run: OwnedBroadcast): z.input<typeof broadcastSchema> {
  const { id, campaignId, unitId, unitName, title, code, state, reason, approvedAt, startsAt, startedAt, endedAt } = run
  return {
    id,
    campaignId,
    unit: { id: unitId, name: unitName },
    title,
    code,
    state,
    reason,
    approvedAt: approvedAt.toISOString(),
    startsAt: startsAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  }
}
