/**
 * No hidden figure can be computed from those that are shown: a small solver takes everything that is shown and all the
 * sums that hold between the cells, and must find more than one value for each hidden one.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Amount, type Branch, type HidingRules, hideParts, hideUnits, ownKey, type Part } from '../db/figure-hiding.ts'
import { treeOf } from '../db/figure-publish.ts'

const UNIT: HidingRules = { least: 10, zeroShown: false }
const SENT: HidingRules = { least: 10, zeroShown: true }
const CASES: HidingRules = { least: 5, zeroShown: false }
const PART: HidingRules = { least: 5, zeroShown: true }
const people = (n: number): Amount => ({ n, people: n })

/** Unit, the unit above it, how many of its own members. */
type Spec = Array<[id: string, above: string, n: number]>

/** @param each messages to one person: `sent` knows of no more people than the largest run reached */
function treeOfSpec(spec: Spec, none = 0, each = 0): Branch {
  const path = (id: string): string => {
    const one = spec.find(([mine]) => mine === id)
    return one ? `${path(one[1]).replace(/\/$/, '')}/${id}/` : '/'
  }
  const units = spec.map(([id]) => ({ id, path: path(id) })).sort((a, b) => (a.path < b.path ? -1 : 1))
  const counted = [...spec.map(([key, , n]) => ({ key, ...people(n) })), { key: '', ...people(none) }].filter(({ n }) => n > 0)
  return treeOf(units, each > 0 ? counted.map((one) => ({ ...one, n: one.n * each })) : counted, each > 0 ? 'sent' : 'reach')
}

/** A sum: the cell that holds it, and the cells it is made of. */
type Sum = { total: string; parts: string[] }

/**
 * What each cell may be, from what is shown: intervals narrowed by every sum until nothing moves. The sums form a tree, so
 * what is left is exact.
 */
function solve(sums: Sum[], cells: Map<string, number>, shown: Set<string>): Map<string, [number, number]> {
  const most = [...cells.values()].reduce((sum, n) => sum + n, 0) + 1_000
  const ranges = new Map([...cells].map(([key, n]): [string, [number, number]] => [key, shown.has(key) ? [n, n] : [0, most]]))
  const range = (key: string) => ranges.get(key) ?? [0, 0]
  for (let moved = true; moved; ) {
    moved = false
    const narrow = (key: string, low: number, high: number) => {
      const [from, to] = range(key)
      const next: [number, number] = [Math.max(from, low), Math.min(to, high)]
      if (next[0] !== from || next[1] !== to) moved = true
      ranges.set(key, next)
    }
    for (const { total, parts } of sums) {
      const low = parts.reduce((sum, key) => sum + range(key)[0], 0)
      const high = parts.reduce((sum, key) => sum + range(key)[1], 0)
      narrow(total, low, high)
      for (const key of parts) narrow(key, range(total)[0] - (high - range(key)[1]), range(total)[1] - (low - range(key)[0]))
    }
  }
  return ranges
}

/** Everything that is true of a month: all cells and sums, and which of the cells are shown. */
function monthOf(top: Branch, parts: Part[], rules: HidingRules) {
  const hidden = hideUnits(top, rules)
  const hiddenParts = hideParts(parts, { amount: top.amount, hidden: hidden.total }, PART)
  const cells = new Map<string, number>()
  const sums: Sum[] = []
  const known = new Set<string>()
  const walk = (branch: Branch) => {
    cells.set(branch.key, branch.amount.n)
    if (branch.below.length > 0) {
      cells.set(ownKey(branch.key), branch.own.n)
      // That nobody is a direct member of a unit with units below it is taken as known to everybody.
      if (branch.own.n === 0) known.add(ownKey(branch.key))
      sums.push({ total: branch.key, parts: [ownKey(branch.key), ...branch.below.map(({ key }) => key)] })
    }
    branch.below.forEach(walk)
  }
  walk(top)
  for (const { key, amount } of parts) cells.set(`part ${key}`, amount.n)
  if (parts.length > 0) sums.push({ total: '', parts: parts.map(({ key }) => `part ${key}`) })
  const shown = new Set([...cells.keys()].filter((key) => !key.endsWith('/own') && !hidden.keys.has(key) && key !== ''))
  for (const { key } of parts) if (hiddenParts.keys.has(key)) shown.delete(`part ${key}`)
  if (!hidden.total) shown.add('')
  // Own cells stand on no page, but where nothing else of a sum is hidden they can be told by subtraction: they are then not small.
  for (const key of cells.keys()) if (key.endsWith('/own') && !hidden.keys.has(key)) shown.add(key)
  return { cells, sums, shown: new Set([...shown, ...known]) }
}

function computable(month: ReturnType<typeof monthOf>): string[] {
  const ranges = solve(month.sums, month.cells, month.shown)
  return [...month.cells.keys()].filter((key) => !month.shown.has(key)).filter((key) => ranges.get(key)?.[0] === ranges.get(key)?.[1])
}

/** Sums of the tree split at random over channels. */
const splitOf = (n: number, cuts: number[]): Part[] => {
  const at = [0, ...cuts.map((cut) => Math.floor(cut * n)).sort((a, b) => a - b), n]
  return at.slice(1).map((end, i) => ({ key: `c${i}`, amount: people(end - (at[i] ?? 0)) }))
}

const small = fc.oneof(fc.constant(0), fc.nat(12), fc.nat(60), fc.nat(2_000))
const trees = fc
  .array(fc.record({ above: fc.nat(), n: small, top: fc.nat(9) }), { minLength: 1, maxLength: 24 })
  .map((made): Spec => made.map(({ above, n, top }, i) => [`u${i}`, i === 0 || top === 0 ? '' : `u${above % i}`, n]))

describe('no hidden figure can be computed', () => {
  test.each([
    ['people', UNIT],
    ['what an office sent', SENT],
    ['reports', CASES],
  ])('of %s, along the tree and across the channels', (_, rules) => {
    fc.assert(
      fc.property(
        trees,
        small,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }),
        (spec, none, cuts) => {
          const top = treeOfSpec(spec, none)
          expect(computable(monthOf(top, splitOf(top.amount.n, cuts), rules))).toEqual([])
        },
      ),
      { numRuns: 3_000 },
    )
  })

  test('of messages, where the same people get many', () => {
    fc.assert(
      fc.property(trees, fc.integer({ min: 1, max: 5 }), (spec, each) => {
        expect(computable(monthOf(treeOfSpec(spec, 0, each), [], SENT))).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  test('and nothing small is shown', () => {
    fc.assert(
      fc.property(trees, small, (spec, none) => {
        const month = monthOf(treeOfSpec(spec, none), [], UNIT)
        const units = [...month.shown].filter((key) => !key.endsWith('/own'))
        expect(units.filter((key) => (month.cells.get(key) ?? 0) < 10)).toEqual([])
        const own = [...month.shown].filter((key) => key.endsWith('/own')).map((key) => month.cells.get(key) ?? 0)
        expect(own.filter((n) => n > 0 && n < 10)).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  test('the solver itself sees through figures that hide only what is small', () => {
    const top = treeOfSpec([
      ['tinh', '', 0],
      ['a', 'tinh', 30],
      ['b', 'tinh', 4],
      ['c', 'tinh', 50],
    ])
    const month = monthOf(top, [], UNIT)
    expect(computable({ ...month, shown: new Set(['', 'tinh', 'a', 'c', '/own', 'tinh/own']) })).toEqual(['b'])
    // Two zeros are told by their sum.
    const zeros = treeOfSpec([
      ['tinh', '', 0],
      ['a', 'tinh', 30],
      ['b', 'tinh', 0],
      ['c', 'tinh', 0],
    ])
    expect(computable({ ...monthOf(zeros, [], UNIT), shown: new Set(['', 'tinh', 'a', '/own', 'tinh/own']) })).toEqual(['b', 'c'])
  })
})

describe('what is hidden', () => {
  const hiddenIn = (spec: Spec, none = 0, rules = UNIT) => {
    const { keys, total } = hideUnits(treeOfSpec(spec, none), rules)
    return [...(total ? ['all'] : []), ...keys].sort()
  }
  test('a small unit hides its smallest sibling', () => {
    expect(
      hiddenIn([
        ['tinh', '', 0],
        ['a', 'tinh', 30],
        ['b', 'tinh', 4],
        ['c', 'tinh', 50],
      ]),
    ).toEqual(['a', 'b'])
  })
  test('small units that are many enough together hide nobody else', () => {
    expect(
      hiddenIn([
        ['tinh', '', 0],
        ['a', 'tinh', 30],
        ['b', 'tinh', 4],
        ['c', 'tinh', 6],
      ]),
    ).toEqual(['b', 'c'])
    expect(
      hiddenIn([
        ['tinh', '', 0],
        ['a', 'tinh', 30],
        ['b', 'tinh', 4],
        ['c', 'tinh', 5],
      ]),
    ).toEqual(['a', 'b', 'c'])
  })
  test('a unit that is hidden for another’s sake does not tell itself by its own units', () => {
    const spec: Spec = [
      ['tinh', '', 0],
      ['a', 'tinh', 0],
      ['a1', 'a', 12],
      ['a2', 'a', 18],
      ['b', 'tinh', 4],
      ['c', 'tinh', 50],
    ]
    expect(hiddenIn(spec)).toEqual(['a', 'a1', 'b'])
  })
  test('a few direct members of a unit are not told by what stands below it', () => {
    expect(
      hiddenIn([
        ['tinh', '', 3],
        ['a', 'tinh', 30],
        ['b', 'tinh', 40],
      ]),
    ).toEqual(['a', 'tinh/own'])
  })
  test('a few people without a unit hide the sum of all, not the only tree', () => {
    expect(
      hiddenIn(
        [
          ['tinh', '', 0],
          ['a', 'tinh', 30],
          ['b', 'tinh', 40],
        ],
        3,
      ),
    ).toEqual(['/own', 'all'])
  })
  test('that an office sent nothing is shown; that nobody of a unit joined is not', () => {
    const spec: Spec = [
      ['tinh', '', 0],
      ['a', 'tinh', 30],
      ['b', 'tinh', 0],
      ['c', 'tinh', 40],
    ]
    expect(hiddenIn(spec, 0, SENT)).toEqual([])
    expect(hiddenIn(spec, 0, UNIT)).toEqual(['a', 'b'])
  })
  test('of two channels one cannot be hidden alone', () => {
    const parts = [
      { key: 'telegram', amount: people(3) },
      { key: 'zalo', amount: people(90) },
      { key: 'web', amount: people(200) },
    ]
    const { keys } = hideParts(parts, { amount: people(293), hidden: false }, PART)
    expect([...keys].sort()).toEqual(['telegram', 'zalo'])
  })
})
