/**
 * What becomes of a row after a send: which statements record it, and whether the channel or the address has to wait.
 * The one place that knows delays and attempts.
 */
import { stopContact } from '../db/contacts.ts'
import type { NoticeOutcome } from '../db/notice-outcomes.ts'
import { type ClaimedRow, requeue } from '../db/outbox.ts'
import { holdChannel } from '../db/paces.ts'
import type { Tally } from '../db/tallies.ts'
import type { Statement } from './chat.ts'
import type { SendError } from './errors.ts'

export type Outcome = {
  statements: Statement[]
  /** The row's outcome is final: it is dropped. */
  done?: number
  /** None of a notice: on a quiet day the totals of a channel would say which one a case's member uses. */
  tally: Omit<Tally, 'day' | 'channel'> | undefined
  /** The whole channel waits until then (epoch ms). */
  hold?: number
  /** Later replies to this address wait until then (epoch ms). */
  retryAt?: number
  /** The platform did not answer, whatever the message: counts towards holding the channel. */
  down?: boolean
  /** A notice ended: the case it is about hears of it, later. */
  told?: NoticeOutcome
}

const ATTEMPTS = 5
/** Delay before attempt 2, 3, 4, 5 in ms. */
const DELAYS = [2_000, 10_000, 60_000, 300_000]
/** A reply older than this is no answer any more. */
const STALE_MS = 24 * 60 * 60 * 1000
const OPERATOR_HOLD_MS = 60_000

export const sent = (row: ClaimedRow): Outcome => ({ statements: [], done: row.id, tally: { what: 'sent', n: 1 } })

/** The same outcome; where it is final, with what its case hears. @param about the case of a notice */
export function ofNotice(outcome: Outcome, about: string | undefined, at: Date): Outcome {
  if (about === undefined || outcome.done === undefined) return outcome
  return { ...outcome, tally: undefined, told: { caseId: about, reached: outcome.tally?.what === 'sent', at } }
}

/** Not tried: given back, due at `dueAt` (epoch ms), no attempt counted. */
export function givenBack(row: ClaimedRow, dueAt: number, reason: string): Outcome {
  return {
    statements: requeue({ ...row, dueAt, attempts: row.attempts - 1, reason }),
    tally: { what: 'waited', reason, n: 1 },
    retryAt: dueAt,
  }
}

/** @param part parts that were sent before the failure: a retry resumes behind them. */
export function failedTo(channel: string, row: ClaimedRow, part: number, failure: SendError, at: number): Outcome {
  const { reason } = failure
  const retryAfter = Math.max(failure.retryAfter ?? 1, 1)
  const again = (dueAt: number, attempts: number) => requeue({ ...row, dueAt, attempts, part, reason })
  const final = (statements: Statement[] = []): Outcome => ({ statements, done: row.id, tally: { what: 'failed', reason, n: 1 } })
  const wholeChannelWaits = (until: number): Outcome => ({
    statements: [holdChannel(channel, until, reason, at), ...again(until, row.attempts - 1)],
    tally: { what: 'waited', reason, n: 1 },
    hold: until,
    retryAt: until,
  })
  if (at - row.createdAt > STALE_MS) return final()
  switch (failure.failure) {
    case 'rate_limited':
      return wholeChannelWaits(at + retryAfter * 1000)
    case 'operator':
      return wholeChannelWaits(at + OPERATOR_HOLD_MS)
    case 'quota':
    case 'later': {
      const until = at + retryAfter * 1000
      return { statements: again(until, row.attempts - 1), tally: { what: 'waited', reason, n: 1 }, retryAt: until }
    }
    case 'temporary':
    case 'unknown': {
      if (row.attempts >= ATTEMPTS) return { ...final(), down: true }
      const until = at + (DELAYS[row.attempts - 1] ?? 300_000)
      return { statements: again(until, row.attempts), tally: { what: 'retried', reason, n: 1 }, retryAt: until, down: true }
    }
    case 'blocked':
      return final(row.contactId ? stopContact(row.contactId, row.addressId) : [])
    default:
      return final()
  }
}
