/**
 * How many people an audience has, as officers may see it: rounded, by channel, why the others are left out; never a
 * list (R1, R23). A count walks a whole organisation, so few run beside each other.
 */
import * as z from 'zod'
import { type AudienceCounts, countAudience } from '../../db/audience.ts'
import { findPushRules } from '../../db/push-rules.ts'
import type { Desk } from '../../db/rights.ts'
import { listTopics } from '../../db/topics.ts'
import { type Audience, audienceSchema, MEMBER_KINDS } from '../campaign.ts'
import { AppError } from '../errors.ts'
import { weekStart } from '../plan.ts'
import { windowsOf } from '../windows.ts'
import { type ApiParts, type Call, type Route, route } from './route.ts'
import { requireUnit } from './scope.ts'
import { about, aboutSchema, listOf } from './shapes.ts'

export const countsSchema = z.object({
  total: aboutSchema,
  /** `outside` of `people` cannot be written to now, `billed` costs money. */
  channels: z.record(z.string(), z.object({ people: aboutSchema, outside: aboutSchema, billed: aboutSchema })),
  /** Of `total`, those who have had this week's messages. */
  capped: aboutSchema,
  leftOut: z.object({ notAgreed: aboutSchema, age: aboutSchema, topic: aboutSchema }),
})

/** Calls a count stands for. */
export const COUNT_COST = 4

export const counts: Route[] = [
  route({
    method: 'get',
    path: '/contacts/count',
    name: 'contact_count',
    act: 'contacts.count',
    cost: COUNT_COST,
    query: z.strictObject({
      unit: z.string().min(1).max(40),
      memberKinds: listOf(z.enum(MEMBER_KINDS), 4).optional(),
      channels: listOf(z.string().regex(/^[a-z-]{1,20}$/), 8).optional(),
      joinedSince: z.iso.date().optional(),
      purpose: z.enum(['push', 'deals']).default('push'),
      topic: z.string().max(40).optional(),
      withoutUnit: z.enum(['true', 'false']).default('false'),
    }),
    answer: countsSchema,
    async handle(call) {
      const { unit, memberKinds, channels, joinedSince, purpose, topic = null, withoutUnit } = call.query
      const path = await requireUnit(call.desk, unit, 'contacts.count')
      const audience = audienceSchema.parse({
        unitId: unit,
        memberKinds,
        channels,
        joinedSince,
        purpose,
        withoutUnit: withoutUnit === 'true',
      })
      return countPeople(call, audience, path, topic)
    },
  }),
]

/**
 * @param path of the audience's unit, checked by the caller
 * @param template the campaign wants Zalo's template where a window is closed. Throws AppError `invalid`
 */
export async function countPeople(
  {
    desk: { db, now },
    parts,
    few,
  }: { desk: Pick<Desk, 'db' | 'now'>; parts: Pick<ApiParts, 'channels' | 'later'>; few: Call<unknown, unknown, unknown>['few'] },
  audience: Audience,
  path: string,
  topic: string | null,
  template = false,
): Promise<z.input<typeof countsSchema>> {
  if (audience.withoutUnit && path !== `/${audience.unitId}/`) throw new AppError('invalid', 'desk.without_unit')
  if (topic !== null && !(await listTopics(db)).some(({ id }) => id === topic)) throw new AppError('invalid', 'desk.no_topic')
  const { weeklyCap, zaloTemplate } = await findPushRules(db)
  const rules = { audience, path, topic, windows: windowsOf(parts.channels), template: template && zaloTemplate !== null, now }
  return roundedOf(await few(() => countAudience(db, rules, { week: weekStart(now), cap: weeklyCap, breathe: breatheOf(parts) })))
}

/** Lets others on: on Node the file driver is synchronous under its promises; over HTTP each read lets go by itself. */
function breatheOf({ later }: Pick<ApiParts, 'later'>): () => Promise<void> {
  return later ? () => new Promise((resume) => later(resume)) : () => Promise.resolve()
}

function roundedOf({ total, channels, capped, leftOut }: AudienceCounts): z.input<typeof countsSchema> {
  return {
    total: about(total),
    channels: Object.fromEntries(
      Object.entries(channels).map(([channel, { people, outside, billed }]) => [
        channel,
        { people: about(people), outside: about(outside), billed: about(billed) },
      ]),
    ),
    capped: about(capped),
    leftOut: { notAgreed: about(leftOut.notAgreed), age: about(leftOut.age), topic: about(leftOut.topic) },
  }
}
