/**
 * What becomes of one person of a broadcast after a send: as data, so that the outcomes of many are recorded by one
 * statement for each kind. Never an automatic second send where nobody knows whether the first arrived.
 */
import { countBroken, moveBroadcast } from '../db/broadcasts.ts'
import { stopContact } from '../db/contacts.ts'
import { awaitFetch, type ClaimedPush, recordPushPart, requeuePushes, returnPushes, settlePushes, settleSent } from '../db/ledger.ts'
import { holdChannel } from '../db/paces.ts'
import { addTallies, type Tally } from '../db/tallies.ts'
import type { Statement } from './chat.ts'
import type { SendError } from './errors.ts'
import { groupBy } from './group.ts'
import { weekStart } from './plan.ts'
import { dayOf } from './time.ts'

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

/** A page of the web chat that was not opened for so long: not seen. */
const WEB_DAYS_MS = 7 * 24 * 60 * 60 * 1000
/** The failure budget: from so many on, and from this share of all that was tried. */
const BROKEN_LEAST = 20
const BROKEN_SHARE = 0.1

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
  row,
  runId,
  kind: 'again',
  reason,
  dueAt,
  counts: false,
})

/** @param silent the platform has answered nobody for a while: no attempt of this one counts */
export function pushFailed(base: Base, failure: SendError, silent: boolean): PushOutcome {
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
      if ((row.attempts >= ATTEMPTS && !silent) || stale) return final({ broken: true, platform: 'silent' })
      return { row, runId, kind: 'again', reason, dueAt: at + (DELAYS[row.attempts - 1] ?? 300_000), counts: !silent, platform: 'silent' }
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

/** What records these outcomes, in one batch that may be written again when its answer was lost. */
export function recordPushes(channel: string, outcomes: PushOutcome[], now: Date): Statement[] {
  const at = now.getTime()
  const statements: Statement[] = []
  // Nearly all were sent, and by one claim or two: their label is the claim's own name.
  const alike = ({ row, kind, reason, dueAt, counts }: PushOutcome) =>
    kind === 'sent' ? row.claim : `${row.claim}|${kind}|${reason}|${dueAt ?? ''}|${counts ?? ''}`
  const day = dayOf(now)
  const tallies: Tally[] = []
  for (const group of groupBy(outcomes, alike)) {
    const [{ row, kind, reason, dueAt = at, counts = false }] = group
    const ids = group.map(({ row }) => row.id)
    tallies.push({ day, channel, what: `push_${kind}`, reason, n: ids.length })
    if (kind === 'failed' || kind === 'skipped' || kind === 'again') statements.push(returnPushes(ids, row.claim, weekStart(now)))
    if (kind === 'again') {
      for (const { row } of group) if (row.part > 0) statements.push(recordPushPart(row.id, row.claim, row.part))
      statements.push(requeuePushes(ids, row.claim, dueAt, reason, counts))
    } else if (kind === 'fetch') statements.push(awaitFetch(ids, row.claim, at + WEB_DAYS_MS))
    else if (kind === 'sent') statements.push(...settleSent(ids, row.claim, at))
    else statements.push(settlePushes(ids, row.claim, kind, reason, at))
  }
  for (const { blocked, hold, reason, row } of outcomes) {
    if (blocked && row.contactId) statements.push(...stopContact(row.contactId, row.addressId))
    if (hold !== undefined) statements.push(holdChannel(channel, hold, reason, at))
  }
  const runsOf = (those: PushOutcome[]) => groupBy(those, ({ runId }) => String(runId))
  for (const group of runsOf(outcomes.filter(({ broken }) => broken)))
    statements.push(...countBroken(group[0].runId, group.length, BROKEN_LEAST, BROKEN_SHARE))
  for (const [{ runId }] of runsOf(outcomes.filter(({ pauses }) => pauses)))
    statements.push(moveBroadcast(runId, ['sending'], 'paused', 'quota'))
  statements.push(addTallies(tallies))
  return statements
}
