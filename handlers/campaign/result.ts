/**
 * How a run goes or went, as totals: nothing below ten people, cells below five as "dưới 5" (R2, R23), and never a name.
 */
import type { OwnedBroadcast } from '../../db/broadcasts.ts'
import { countOf, type LedgerCount, totalOf } from '../../db/ledger-counts.ts'
import { CELL_LEAST, RESULT_LEAST } from '../../src/campaign.ts'
import { whyName } from '../../src/campaign-words.ts'
import type { Text } from '../../src/chat.ts'
import { about as aboutIn } from './counts.ts'
import { lines, numberOf, say, type Work } from './work.ts'

/** @param counts the run's ledger totals */
export function resultText(work: Work, run: OwnedBroadcast, counts: LedgerCount[]): Text {
  const total = totalOf(counts)
  if (total < RESULT_LEAST) return say(run.cursor === null ? 'result_few' : 'result_preparing')
  const cell = (n: number): Text => (n < CELL_LEAST && n > 0 ? say('cell', { least: CELL_LEAST }) : { literal: numberOf(work.turn, n) })
  const some = (key: string, n: number): Text[] => (n > 0 ? [say(key, { n: cell(n) })] : [])
  const waiting = countOf(counts, 'queued') + countOf(counts, 'sending')
  // Rounded, so that a hidden cell is not what the others leave over. A run is done while lines of the web page wait to be seen.
  const waits = run.state === 'done' ? 'result_unseen' : 'result_waiting'
  return lines([
    say('result_total', { n: aboutIn(work, total) }),
    say('result_sent', { n: cell(countOf(counts, 'sent')) }),
    ...(waiting > 0 ? [say(waits, { n: aboutIn(work, waiting) })] : []),
    ...reasonsOf(counts, 'failed', cell),
    ...some('result_unknown', countOf(counts, 'unknown')),
    ...reasonsOf(counts, 'skipped', cell),
    ...some('result_opted_out', run.optedOut),
    ...some('result_taps', run.taps),
  ])
}

function reasonsOf(counts: LedgerCount[], state: 'failed' | 'skipped', cell: (n: number) => Text): Text[] {
  const sums = new Map<string, number>()
  for (const { reason, n, state: own } of counts) {
    const why = whyName(reason)
    if (own === state) sums.set(why, (sums.get(why) ?? 0) + n)
  }
  return [...sums]
    .sort(([, left], [, right]) => right - left)
    .map(([why, n]) => say(`result_${state}`, { why: say(`why_${why}`), n: cell(n) }))
}
