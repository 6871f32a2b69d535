/**
 * The median of days from the receipt of a report to its first look, its hand-over, its result: by unit, from counts by
 * unit and days, and only where enough reports stand behind it and their number is not hidden itself.
 */
import { CELL_LEAST } from '../src/campaign.ts'
import type { Db } from '../src/chat.ts'
import { listCounted } from './figure-counts.ts'
import { type Branch, type HidingRules, hideUnits } from './figure-hiding.ts'
import { type PublishedCell, type TreeUnit, treeOf } from './figure-publish.ts'

const DAYS = { case_look_days: 'look', case_refer_days: 'refer', case_result_days: 'result' } as const
type Spread = Map<number, number>

export async function daysOf(db: Db, month: string, units: readonly TreeUnit[], rules: HidingRules): Promise<PublishedCell[]> {
  const cells: PublishedCell[] = []
  for (const [what, counted] of Object.entries(DAYS)) {
    const spreads = spreadsOf(await listCounted(db, month, 'days', counted))
    const top = treeOf(
      units,
      [...spreads].map(([key, spread]) => ({ key, ...amountOf(spread) })),
      what,
    )
    const hidden = hideUnits(top, rules)
    const known = new Set(units.map(({ id }) => id))
    const lost = [...spreads].filter(([key]) => !known.has(key)).map(([, spread]) => spread)
    const walk = (branch: Branch): Spread => {
      const own = branch === top ? joined(lost) : (spreads.get(branch.key) ?? new Map())
      const all = joined([own, ...branch.below.map(walk)])
      const shown = branch === top ? !hidden.total : !hidden.keys.has(branch.key)
      if (shown && amountOf(all).n >= CELL_LEAST) cells.push(['unit', what, branch.key, medianOf(all)])
      return all
    }
    walk(top)
  }
  return cells
}

/** By unit: how many took so many days. */
function spreadsOf(counted: ReadonlyArray<{ key: string; n: number }>): Map<string, Spread> {
  const spreads = new Map<string, Spread>()
  for (const { key, n } of counted) {
    const [unit = '', days = ''] = key.split('|')
    const spread = spreads.get(unit) ?? new Map<number, number>()
    spreads.set(unit, spread.set(Number(days), n))
  }
  return spreads
}

function joined(spreads: readonly Spread[]): Spread {
  const all: Spread = new Map()
  for (const spread of spreads) for (const [days, n] of spread) all.set(days, (all.get(days) ?? 0) + n)
  return all
}

function amountOf(spread: Spread): { n: number; people: number } {
  const n = [...spread.values()].reduce((sum, one) => sum + one, 0)
  return { n, people: n }
}

/** In whole days; of two in the middle the longer one. */
export function medianOf(spread: Spread): number {
  const half = Math.floor(amountOf(spread).n / 2)
  let passed = 0
  for (const [days, n] of [...spread].sort(([a], [b]) => a - b)) {
    passed += n
    if (passed > half) return days
  }
  return 0
}
