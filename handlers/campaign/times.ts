/**
 * When a message goes out: at once, at a time that was tapped, or at one that was typed and said back before it is kept.
 */
import type { Campaign } from '../../db/campaigns.ts'
import { findPushRules } from '../../db/push-rules.ts'
import type { Button } from '../../src/chat.ts'
import { checkPlan, type Plan } from '../../src/plan.ts'
import { addDays, dayOf, vietnamInstant, vietnamWeekday, whenVi } from '../../src/time.ts'
import { whenOf } from '../../src/vietnamese/index.ts'
import { choice } from './choices.ts'
import { type Data, say, type Work } from './work.ts'

/** Hour and minute of the times offered, today's and tomorrow's. */
const QUICK: ReadonlyArray<[hour: number, minute: number]> = [
  [8, 0],
  [11, 30],
  [17, 30],
]
const OFFERED = 3
/** A time so near would be over before somebody approves. */
const SOONEST_MS = 30 * 60_000
const DAILY = ['0730', '1130', '1730']
const WEEKLY = ['1-0800', '3-1130', '5-1700']

/** The next usual times, as the moment they mean. */
export async function quickTimes({ turn }: Work, data: Data): Promise<Button[]> {
  const today = dayOf(turn.now)
  const { quiet } = await findPushRules(turn.db)
  return [today, addDays(today, 1)]
    .flatMap((day) => QUICK.map(([hour, minute]) => vietnamInstant(day, hour, minute)))
    .filter((at) => at.getTime() - turn.now.getTime() >= SOONEST_MS && !checkPlan({ kind: 'once', at: at.toISOString() }, quiet, turn.now))
    .slice(0, OFFERED)
    .map((at) => choice('when', data, (at.getTime() / 60_000).toString(36), { literal: whenVi(at) }))
}

/** Usual times of a rule. */
export function quickHours(data: Data, weekly: boolean): Button[] {
  return (weekly ? WEEKLY : DAILY).map((value) => {
    const plan = ruleOf(value, weekly)
    const time = plan && 'time' in plan ? plan.time : ''
    const weekday = say(`weekday_${value.slice(0, 1)}`)
    return choice('hour', data, value, weekly ? say('plan_weekly', { time, weekday }) : say('plan_daily', { time }))
  })
}

/** The plan of a tapped time of a rule: `0730`, `1-0800`. */
export function ruleOf(value: string, weekly: boolean): Plan | undefined {
  const [, weekday, hour = '', minute = ''] = /^(?:([0-6])-)?([01]\d|2[0-3])([0-5]\d)$/.exec(value) ?? []
  if (hour === '' || weekly !== (weekday !== undefined)) return undefined
  const time = `${hour}:${minute}`
  return weekday === undefined ? { kind: 'daily', time } : { kind: 'weekly', weekday: Number(weekday), time }
}

/** The plan of a typed time of a rule: "7 rưỡi sáng", "thứ hai 8h". */
export function typedRule({ turn }: Work, text: string, weekly: boolean): Plan | undefined {
  const when = whenOf(text, turn.now)
  if (!when || !('at' in when)) return undefined
  const time = whenVi(when.at).slice(0, 5)
  return weekly ? { kind: 'weekly', weekday: vietnamWeekday(when.at), time } : { kind: 'daily', time }
}

export type Typed = { at: number } | { day: string } | undefined

/** The moment that was typed; with a day from before, the hour of that day. */
export function typedTime({ turn }: Work, data: Data, text: string): Typed {
  const joined = data.day ? whenOf(`${text} ${data.day}`, turn.now) : undefined
  const when = joined ?? whenOf(text, turn.now)
  if (!when) return undefined
  return 'at' in when ? { at: when.at.getTime() } : { day: text }
}

/** The day that was said without an hour, as a person reads it: "thứ Ba, 15/12/2026". */
export function dayIn({ turn }: Work, said: string): string {
  const when = whenOf(said, turn.now)
  return when && 'day' in when ? whenVi(vietnamInstant(when.day, 12, 0)).slice('12:00 '.length) : said
}

/** The sentence that speaks against a plan now, before it is kept. */
export async function refusedPlan({ turn }: Work, plan: Plan): Promise<string | undefined> {
  if (plan.kind === 'now') return undefined
  const { quiet } = await findPushRules(turn.db)
  const found = checkPlan(plan, quiet, turn.now)
  return found && `desk.plan_${found === 'too_far' ? 'far' : found}`
}

/** What a new rule begins with, until its time is chosen. */
export function firstPlan(source: Campaign['content']['source']): Plan {
  return source === 'weekly_question' ? { kind: 'weekly', weekday: 1, time: '08:00' } : { kind: 'daily', time: '07:30' }
}
