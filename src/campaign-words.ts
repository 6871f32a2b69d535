/**
 * Campaigns and runs in words, the same in chat and on pages: state, plan, reasons, channels. Pure.
 */
import type { Text } from './chat.ts'
import { isRule, type Plan } from './plan.ts'
import { dateVi, dayOf, timeVi, whenVi } from './time.ts'

type Run = { state: string; reason: string | null; startsAt: Date }
type Written = { state: string; plan: Plan }

const say = (key: string, params?: Record<string, string | number | Text>): Text => ({
  key: `campaign.${key}`,
  ...(params ? { params } : {}),
})

/** @param run the campaign's newest */
export function stateIn(campaign: Written, run?: Run): Text {
  if (campaign.state === 'approved' && isRule(campaign.plan)) return say('state_rule')
  if (run && (campaign.state === 'approved' || campaign.state === 'done')) return runStateIn(run)
  return say(`state_${campaign.state}`)
}

/** The same in a list, short, with the day: two messages may begin alike. */
export function listStateIn(campaign: Written, run?: Run): Text {
  const runs =
    run && !(campaign.state === 'approved' && isRule(campaign.plan)) && (campaign.state === 'approved' || campaign.state === 'done')
  if (!runs) return stateIn(campaign, run)
  if (run.state === 'preparing' || run.state === 'scheduled') return say('list_waiting', { when: timeVi(run.startsAt) })
  return run.state === 'done' ? say('list_done', { day: dateVi(dayOf(run.startsAt)) }) : runStateIn(run)
}

export function runStateIn({ state, reason, startsAt }: Run): Text {
  if (state === 'preparing' || state === 'scheduled') return say('run_waiting', { when: whenVi(startsAt) })
  if (state === 'paused') return say(`run_paused_${PAUSED.includes(reason ?? '') ? reason : 'officer'}`)
  return say(`run_${state}`)
}

const PAUSED = ['officer', 'budget', 'quota', 'missed']

export function planIn(plan: Plan): Text {
  switch (plan.kind) {
    case 'now':
      return say('plan_now')
    case 'once':
      return { literal: whenVi(new Date(plan.at)) }
    case 'weekly':
      return say('plan_weekly', { time: plan.time, weekday: say(`weekday_${plan.weekday}`) })
    case 'monthly':
      return say('plan_monthly', { time: plan.time, day: plan.day })
    case 'yearly':
      return say('plan_yearly', { time: plan.time, day: plan.day, month: plan.month })
    default:
      return say('plan_daily', { time: plan.time })
  }
}

/** "Đoàn viên công đoàn, thuộc … và các đơn vị bên dưới". */
export function whoIn(
  { memberKinds, withoutUnit, purpose }: { memberKinds: readonly string[]; withoutUnit: boolean; purpose: string },
  unitName: string,
): Text {
  const kind = KINDS[[...memberKinds].sort().join('+')] ?? 'some'
  const who = say(withoutUnit ? 'who_all' : 'who', { kinds: say(`kind_${kind}`), unit: { literal: unitName } })
  return purpose === 'deals' ? say('who_deals', { who }) : who
}

/** Sorted kinds → their word. */
const KINDS: Record<string, string> = {
  '': 'all',
  cong_doan: 'cong_doan',
  thanh_nien: 'thanh_nien',
  'cong_doan+thanh_nien': 'both',
  hoi_vien: 'hoi_vien',
  nguoi_dan: 'nguoi_dan',
}

/** A channel as people call it. */
export function channelIn(channel: string): Text {
  const known = ['telegram', 'zalo', 'zalo-bot', 'web'].includes(channel)
  return known ? { key: `link.channel_${channel.replace('-', '_')}` } : { literal: channel }
}

/** Why somebody was not reached. */
export function whyIn(reason: string): Text {
  return say(`why_${WHYS[reason] ?? 'other'}`)
}

/** Reasons that have words; what is not here is "khác". */
const WHYS: Record<string, string> = {
  telegram_403: 'blocked',
  not_seen: 'not_seen',
  outside_window: 'outside',
  weekly_cap: 'capped',
  opted_out: 'unwanted',
  erased: 'erased',
  linked: 'linked',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
}

/** Different reasons with the same words are one. */
export const whyName = (reason: string): string => WHYS[reason] ?? 'other'
