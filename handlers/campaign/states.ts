/**
 * Campaigns and runs in words, the same in lists and cards: state, plan, who it is for.
 */
import type { OwnedBroadcast } from '../../db/broadcasts.ts'
import type { Campaign } from '../../db/campaigns.ts'
import { findHalt } from '../../db/halts.ts'
import { findUnit } from '../../db/units.ts'
import type { Db, Text } from '../../src/chat.ts'
import { isRule, type Plan } from '../../src/plan.ts'
import { dateVi, dayOf, timeVi, whenVi } from '../../src/time.ts'
import { say, type Work } from './work.ts'

/** @param run the campaign's newest */
export function stateOf(campaign: Campaign, run?: OwnedBroadcast): Text {
  if (campaign.state === 'approved' && isRule(campaign.plan)) return say('state_rule')
  if (run && (campaign.state === 'approved' || campaign.state === 'done')) return runStateOf(run)
  return say(`state_${campaign.state}`)
}

/** The same in a list, short, with the day: two messages may begin alike. */
export function listStateOf(campaign: Campaign, run?: OwnedBroadcast): Text {
  const runs =
    run && !(campaign.state === 'approved' && isRule(campaign.plan)) && (campaign.state === 'approved' || campaign.state === 'done')
  if (!runs) return stateOf(campaign, run)
  if (run.state === 'preparing' || run.state === 'scheduled') return say('list_waiting', { when: timeVi(run.startsAt) })
  return run.state === 'done' ? say('list_done', { day: dateVi(dayOf(run.startsAt)) }) : runStateOf(run)
}

export function runStateOf({ state, reason, startsAt }: OwnedBroadcast): Text {
  if (state === 'preparing' || state === 'scheduled') return say('run_waiting', { when: whenVi(startsAt) })
  if (state === 'paused') return say(`run_paused_${REASONS.includes(reason ?? '') ? reason : 'officer'}`)
  return say(`run_${state}`)
}

const REASONS = ['officer', 'budget', 'quota', 'missed']

export function planOf(plan: Plan): Text {
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
export async function whoOf({ turn }: Work, { audience }: Campaign): Promise<Text> {
  const unit = await findUnit(turn.db, audience.unitId, dayOf(turn.now))
  const kinds = [...audience.memberKinds].sort().join('+')
  const kind = KINDS[kinds] ?? 'some'
  const params = { kinds: say(`kind_${kind}`), unit: { literal: unit?.name ?? audience.unitId } }
  const who = say(audience.withoutUnit ? 'who_all' : 'who', params)
  return audience.purpose === 'deals' ? say('who_deals', { who }) : who
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

/** That all pushes are stopped, where they are: no run moves then (F68). */
export async function haltedText(db: Db): Promise<Text[]> {
  const halt = await findHalt(db)
  return halt ? [{ key: 'desk.halted', params: { officer: halt.officerName, at: timeVi(halt.at) } }] : []
}

/** A channel as people call it. */
export function channelIn(channel: string): Text {
  const known = ['telegram', 'zalo', 'zalo-bot', 'web'].includes(channel)
  return known ? { key: `link.channel_${channel.replace('-', '_')}` } : { literal: channel }
}
