/**
 * Fifty SIGKILLs of the real program while it broadcasts: ten runs to 2,000 people, five kills each (test/kill-run.ts).
 * Not timed: what counts is what became of the people.
 */

import { runKilled } from '../kill-run.ts'
import { type Figure, figure } from './figures.ts'
import { onCore } from './server.ts'

const RUNS = 10
const KILLS = 5
const PEOPLE = 2_000
/** People a process has in hand on one channel at most (src/pushes.ts). */
const IN_HAND = 256

export async function killpointFigures(say: (line: string) => void): Promise<Figure[]> {
  const program = new URL('../../dist/node.js', import.meta.url).pathname
  const unknown: number[] = []
  const inHand: number[] = []
  let [doubles, missing, wrong] = [0, 0, 0]
  for (let round = 1; round <= RUNS; round++) {
    const run = await runKilled({ kills: KILLS, people: PEOPLE, program, onCore: (command, args) => onCore(0, command, args) })
    const { books, kills } = run
    doubles += books.doubles.length
    missing += books.missing.length + books.unlisted.length + Math.abs(PEOPLE - books.audience)
    wrong += books.wrongSums.length + books.wrongWeeks.length
    unknown.push(...kills.map((one) => one.unknown))
    inHand.push(...kills.map((one) => one.inHand))
    say(`killed ${KILLS} times: ${JSON.stringify(books.states)}, in hand ${kills.map((one) => one.inHand).join(' ')}`)
  }
  const detail = { people: PEOPLE * RUNS, inHandMax: Math.max(...inHand), unknownInAll: unknown.reduce((sum, n) => sum + n, 0), wrong }
  return [
    figure('killpoint_runs', unknown.length, `>=${RUNS * KILLS}`, detail),
    figure('killpoint_doubles', doubles, '<=0'),
    figure('killpoint_missing', missing + wrong, '<=0'),
    figure('killpoint_unknown_max', Math.max(...unknown), `<=${IN_HAND}`),
  ]
}
