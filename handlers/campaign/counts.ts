/**
 * How many people a message reaches and why others are left out, for the preview: rounded totals, never who (R1, R23).
 * A webhook must be answered soon, so a long count stops and goes on when it is asked to.
 */
import { type AudienceCounts, aboutOf, type Counting, countFurther, isCounted, newCounting } from '../../db/audience.ts'
import { type Campaign, pathOfUnit } from '../../db/campaigns.ts'
import { findPushRules } from '../../db/push-rules.ts'
import { ZALO_WINDOW } from '../../src/campaign.ts'
import type { Text } from '../../src/chat.ts'
import { weekStart } from '../../src/plan.ts'
import type { Windows } from '../../src/windows.ts'
import { channelIn } from './states.ts'
import { lines, numberOf, say, type Work } from './work.ts'

/** Zalo wants its answer within two seconds (zalo.md §0). */
const PATIENCE_MS = 1_200
const HOUR_MS = 60 * 60 * 1000
const WINDOWS: Windows = { zalo: { open: ZALO_WINDOW.openHours * HOUR_MS, free: ZALO_WINDOW.freeHours * HOUR_MS } }

/** Counts, or goes on counting, as long as one may wait. `rest`: where the next tap goes on; missing when all are counted. */
export async function countPeople(work: Work, campaign: Campaign, from?: Counting): Promise<{ text: Text; rest?: Counting }> {
  const { db, now } = work.turn
  const { audience, topic, content } = campaign
  const { weeklyCap, zaloTemplate } = await findPushRules(db)
  const path = await pathOfUnit(db, audience.unitId)
  const rules = { audience, path, topic, windows: WINDOWS, template: content.zaloTemplate && zaloTemplate !== null, now }
  let late = false
  const timer = setTimeout(() => {
    late = true
  }, PATIENCE_MS)
  const counting = await countFurther(db, rules, { week: weekStart(now), cap: weeklyCap }, from ?? newCounting(), async () => {
    await new Promise((resume) => setTimeout(resume, 0))
    return !late
  })
  clearTimeout(timer)
  return isCounted(counting)
    ? { text: countsText(work, counting.counts, weeklyCap) }
    : { text: say('counting', { seen: about(work, counting.counts.total) }), rest: counting }
}

function countsText(work: Work, counts: AudienceCounts, cap: number): Text {
  const { total, channels, capped, leftOut } = counts
  const some = (key: string, n: number, params: Record<string, number> = {}): Text[] =>
    n > 0 ? [say(key, { ...params, n: about(work, n) })] : []
  const zalo = channels.zalo
  const why = [
    ...some('left_not_agreed', leftOut.notAgreed),
    ...some('left_age', leftOut.age),
    ...some('left_topic', leftOut.topic),
    ...some('left_outside', zalo?.outside ?? 0),
    ...some('left_capped', capped, { cap }),
  ]
  return lines([
    say('reach', { n: about(work, total) }),
    ...Object.entries(channels).map(([channel, { people }]) =>
      say('reach_channel', { channel: channelIn(channel), n: about(work, people) }),
    ),
    ...some('billed', zalo?.billed ?? 0),
    ...(why.length > 0 ? [say('left_out'), ...why] : []),
  ])
}

/** A number of people as officers see it: in tens, never below ten. */
export function about({ turn }: Work, n: number): Text {
  const rounded = aboutOf(n)
  if (rounded === null) return say('under_ten')
  return rounded === 0 ? { literal: '0' } : say('about', { n: numberOf(turn, rounded) })
}
