/**
 * Small things the pages of campaigns say alike: numbers, states with their tone, who may do what now.
 */
import { POSSIBLE } from '../../../db/broadcast-acts.ts'
import type { OwnedBroadcast } from '../../../db/broadcasts.ts'
import type { Campaign } from '../../../db/campaigns.ts'
import type { Locale } from '../../chat.ts'
import { isRule } from '../../plan.ts'
import { type Act, type Actor, may } from '../../rights.ts'
import type { Tone } from '../kit/card.tsx'

/** A whole number as people write it (§4.5). */
export const numberIn = (n: number, locale: Locale): string => String(n).replace(/\B(?=(\d{3})+$)/g, locale === 'en' ? ',' : '.')

export function toneOf(state: string): Tone {
  if (state === 'done') return 'good'
  if (state === 'cancelled' || state === 'paused' || state === 'cancelling') return 'bad'
  return state === 'draft' ? 'plain' : 'waiting'
}

/** What this officer may do with a campaign as it stands. */
export function actsOn(actor: Actor, campaign: Campaign) {
  const { state, path, editors, plan } = campaign
  const writes = may(actor, 'campaign.write', path)
  const open = state === 'draft' || state === 'submitted'
  const approves = state === 'submitted' && may(actor, 'campaign.approve', path)
  return {
    edit: writes && open,
    test: writes && open,
    submit: writes && state === 'draft',
    approve: approves && !editors.includes(actor.officerId),
    sendBack: approves,
    drop: writes && open,
    end: state === 'approved' && isRule(plan) && may(actor, 'broadcast.stop', path),
  }
}

export const RUN_ACTS = ['pause', 'resume', 'cancel', 'failed', 'unknown'] as const
export type RunAct = (typeof RUN_ACTS)[number]

/** The right each act on a run needs, and its name in the audit log. */
export const RUN_RIGHTS: Record<RunAct, { right: Act; name: string }> = {
  pause: { right: 'broadcast.stop', name: 'broadcast.pause' },
  resume: { right: 'broadcast.restart', name: 'broadcast.resume' },
  cancel: { right: 'broadcast.stop', name: 'broadcast.cancel' },
  failed: { right: 'broadcast.resend', name: 'broadcast.resend_failed' },
  unknown: { right: 'broadcast.resend', name: 'broadcast.resend_unknown' },
}

/** Is this act possible now, for this officer? */
export function isPossible(actor: Actor, run: OwnedBroadcast, act: RunAct): boolean {
  const { right, name } = RUN_RIGHTS[act]
  const again = act === 'failed' || act === 'unknown'
  return (
    may(actor, right, run.path) && POSSIBLE[name]?.includes(run.state) === true && !(again && (run.resend !== null || run.cursor !== null))
  )
}

/** Nobody has been sent anything yet. */
export const isHeld = ({ state }: Pick<OwnedBroadcast, 'state'>): boolean => state === 'preparing' || state === 'scheduled'
