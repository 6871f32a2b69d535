/**
 * What officers do to a run that is under way: rest it, go on, cancel it, send again to whom it did not reach. Each asks
 * for the six digits, is guarded by the run's state, and is audited in the same batch.
 */
import type { Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { type Act, demand } from '../src/rights.ts'
import { recordAct } from './audit.ts'
import { type BroadcastState, moveBroadcast, type OwnedBroadcast } from './broadcasts.ts'
import { guard } from './client.ts'
import { type Hand, useHand } from './hand.ts'
import { type Desk, stillActing } from './rights.ts'

/** Nothing more leaves; what is in flight ends. Throws AppError `forbidden`, `conflict`. */
export async function pauseBroadcast(desk: Desk, run: OwnedBroadcast, digits: Hand): Promise<Statement[]> {
  return changed(desk, run, 'broadcast.stop', 'broadcast.pause', digits, [
    moveBroadcast(run.id, ['preparing', 'scheduled', 'sending'], 'paused', 'officer'),
  ])
}

/** Goes on where it rested. A run that began goes on at once, one that did not waits for its time. */
export async function resumeBroadcast(desk: Desk, run: OwnedBroadcast, digits: Hand): Promise<Statement[]> {
  const { now } = desk
  return changed(desk, run, 'broadcast.restart', 'broadcast.resume', digits, [
    {
      sql: `UPDATE broadcasts SET state = iif(cursor IS NULL, 'scheduled', 'preparing'), reason = NULL, told = NULL, broken = 0, starts_at = max(starts_at, ?)
            WHERE id = ? AND state = 'paused'`,
      args: [now.getTime(), run.id],
    },
  ])
}

/** For good: who was not sent to is listed as skipped. */
export async function cancelBroadcast(desk: Desk, run: OwnedBroadcast, digits: Hand): Promise<Statement[]> {
  return changed(desk, run, 'broadcast.stop', 'broadcast.cancel', digits, [
    {
      sql: `UPDATE broadcasts SET state = 'cancelling', reason = 'officer', cursor = NULL, resend = NULL
            WHERE id = ? AND state IN ('preparing', 'scheduled', 'sending', 'paused')`,
      args: [run.id],
    },
  ])
}

/**
 * "Gửi lại cho người chưa nhận được": those listed as failed; those whose outcome is unknown only when an officer asks for
 * them by name, because they may get the message twice.
 */
export async function resendBroadcast(desk: Desk, run: OwnedBroadcast, which: 'failed' | 'unknown', digits: Hand): Promise<Statement[]> {
  return changed(desk, run, 'broadcast.resend', `broadcast.resend_${which}`, digits, [
    {
      sql: `UPDATE broadcasts SET state = iif(state = 'paused', 'paused', 'sending'), resend = ?, resend_cursor = '', ended_at = NULL, broken = 0
            WHERE id = ? AND state IN ('sending', 'paused', 'done') AND resend IS NULL AND cursor IS NULL`,
      args: [which, run.id],
    },
  ])
}

async function changed(desk: Desk, run: OwnedBroadcast, act: Act, name: string, digits: Hand, change: Statement[]): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  demand(actor, act, run.path)
  if (!POSSIBLE[name]?.includes(run.state)) throw new AppError('conflict', 'desk.broadcast_moved')
  const hand = await useHand(db, keys, actor.officerId, digits, now)
  return [
    ...stillActing(actor),
    ...hand,
    ...change,
    guard(),
    recordAct(actor, { act: name, unitId: run.unitId, about: ['broadcast', String(run.id)], detail: { was: run.state } }, now),
  ]
}

/** From which states each act is possible; said before digits are asked for. */
export const POSSIBLE: Record<string, readonly BroadcastState[]> = {
  'broadcast.pause': ['preparing', 'scheduled', 'sending'],
  'broadcast.resume': ['paused'],
  'broadcast.cancel': ['preparing', 'scheduled', 'sending', 'paused'],
  'broadcast.resend_failed': ['sending', 'paused', 'done'],
  'broadcast.resend_unknown': ['sending', 'paused', 'done'],
}
