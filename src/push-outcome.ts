/**
 * What becomes of one person of a broadcast after a send: as data, so that the outcomes of many are recorded by one
 * statement for each kind. Never an automatic second send where nobody knows whether the first arrived.
 */
import type { ClaimedPush } from '../db/ledger.ts'
import type { SendError } from './errors.ts'

export type PushOutcome = {
  row: ClaimedPush
  runId: number
  kind: 'sent' | 'fetch' | 'failed' | 'unknown' | 'skipped' | 'again'
  reason: string
  /** `again`: due at (epoch ms), and whether it counts as an attempt. */
  dueAt?: number
  counts?: boolean
  /** No person explains it: counts towards the run's failure budget. */
  broken?: true
  /** The person blocked us: out of every push. */
  blocked?: true
  /** The whole channel waits until then (epoch ms). */
  hold?: number
  /** The run rests until an officer looks. */
  pauses?: true
  /** The platform gave an answer, or none. */
  platform?: 'answered' | 'silent'
}

const ATTEMPTS = 5
/** Delay before attempt 2, 3, 4, 5 in ms. */
const DELAYS = [2_000, 10_000, 60_000, 300_000]
const OPERATOR_HOLD_MS = 60_000
/** What a platform puts off for so long is no news any more. */
const STALE_MS = 48 * 60 * 60 * 1000
/** Learnt at the send, but known at the claim for others: the person is skipped. */
const NOBODY_FAILED = ['outside_window', 'erased']

type Base = { row: ClaimedPush; runId: number; startedAt: number; at: number }

export const pushSent = ({ row, runId }: Base, fetched: boolean): PushOutcome => ({
  row,
  runId,
  kind: fetched ? 'fetch' : 'sent',
  reason: '',
  platform: 'answered',
})

export const pushSkipped = ({ row, runId }: Base, reason: string): PushOutcome => ({ row, runId, kind: 'skipped', reason })

/** Not tried: due again later, no attempt counted. */
export const pushLater = ({ row, runId }: Base, dueAt: number, reason: string): PushOutcome => ({
  ...{ row, runId, kind: 'again', reason, dueAt, counts: false },
})

export function pushFailed(base: Base, failure: SendError): PushOutcome {
  const { row, runId, at } = base
  const { reason } = failure
  const wait = Math.max(failure.retryAfter ?? 1, 1) * 1000
  const final = (more: Partial<PushOutcome> = {}): PushOutcome => ({ row, runId, kind: 'failed', reason, platform: 'answered', ...more })
  const stale = at - base.startedAt > STALE_MS
  switch (failure.failure) {
    case 'rate_limited':
      return { ...pushLater(base, at + wait, reason), hold: at + wait, platform: 'answered' }
    case 'operator':
      return { ...pushLater(base, at + OPERATOR_HOLD_MS, reason), hold: at + OPERATOR_HOLD_MS, platform: 'answered' }
    case 'quota':
      return { ...pushLater(base, at, reason), pauses: true, platform: 'answered' }
    case 'later':
      return stale ? final() : { ...pushLater(base, at + wait, reason), platform: 'answered' }
    case 'temporary':
      if (row.attempts >= ATTEMPTS || stale) return final({ broken: true, platform: 'silent' })
      return { row, runId, kind: 'again', reason, dueAt: at + (DELAYS[row.attempts - 1] ?? 300_000), counts: true, platform: 'silent' }
    case 'unknown':
      return { row, runId, kind: 'unknown', reason, broken: true, platform: 'silent' }
    case 'blocked':
      return final({ blocked: true })
    case 'unreachable':
      return NOBODY_FAILED.includes(reason) ? { ...pushSkipped(base, reason), platform: 'answered' } : final()
    default:
      return final({ broken: true })
  }
}
