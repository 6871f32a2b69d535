/**
 * From what was counted of a month to what may be shown of it: sums up the tree of units, hides what is small and what
 * would give it away, rounds people to the nearest ten. Written once for all officers, so that no two pages can be
 * subtracted from each other.
 */
import { CELL_LEAST, RESULT_LEAST } from '../src/campaign.ts'
import type { Db, Statement } from '../src/chat.ts'
import { aboutOf } from './audience.ts'
import { CASE_COUNTS, type Cut, listCounted, MEASURES, PARTS, PEOPLE_MEASURES } from './figure-counts.ts'
import { daysOf } from './figure-days.ts'
import { type Amount, type Branch, type HidingRules, hideParts, hideUnits, type Part } from './figure-hiding.ts'

export type PublishedCell = [cut: Cut, what: string, key: string, n: number]
export type TreeUnit = { id: string; path: string }
type Counted = Part['amount'] & { key: string }

const UNITS_STEP = 1_000
const CELLS_STEP = 500
/** What an office did is shown as 0; that nobody in a unit joined or played is hidden like any small number (R1). */
const BY_UNIT = (what: string): HidingRules => (isOfCases(what) ? BY_CASES : { least: RESULT_LEAST, zeroShown: what === 'sent' })
/** That nobody reported anything is hidden like a few reports: else “hidden” would tell a small unit that somebody did (R7, R9). */
const BY_CASES: HidingRules = { least: CELL_LEAST, zeroShown: false }
const isOfCases = (what: string): boolean => (CASE_COUNTS as readonly string[]).includes(what)
const BY_PART: HidingRules = { least: CELL_LEAST, zeroShown: true }

/** Sums that stand nowhere else. */
const ALONE = [
  ['topic', 'taps'],
  ['topic', 'opted_out'],
  ['opinion', 'opinions'],
] as const

/** All cells of a month that may be shown. A few queries of a few thousand rows; nothing is written. */
export async function publishedOf(db: Db, month: string): Promise<PublishedCell[]> {
  const units = await listTree(db)
  const cells: PublishedCell[] = []
  const channels = await listCounted(db, month, 'channel', 'quiz')
  for (const what of [...PEOPLE_MEASURES, ...CASE_COUNTS]) {
    const top = treeOf(units, await listCounted(db, month, 'unit', what), what)
    const hidden = hideUnits(top, BY_UNIT(what))
    cells.push(...shownUnits(top, what, hidden))
    const total = { amount: top.amount, hidden: hidden.total }
    for (const cut of PARTS) {
      if (!(MEASURES[cut] as readonly string[]).includes(what)) continue
      cells.push(...shownParts(cut, what, await listCounted(db, month, cut, what), total))
    }
  }
  for (const [cut, what] of ALONE) {
    const parts = await listCounted(db, month, cut, what)
    const amount = sumOf(parts, what)
    cells.push(...shownParts(cut, what, parts, { amount, hidden: (amount.n > 0 || cut === 'opinion') && amount.people < CELL_LEAST }))
  }
  return [...cells, ...(await daysOf(db, month, units, BY_CASES)), ...(await ratesOf(db, month, channels, cells))]
}

/** Statements that write these cells, each for one commit; writing them again changes nothing. */
export function publishCells(month: string, cells: PublishedCell[]): Statement[] {
  const steps = Array.from({ length: Math.ceil(cells.length / CELLS_STEP) }, (_, i) => cells.slice(i * CELLS_STEP, (i + 1) * CELLS_STEP))
  return steps.map((step) => ({
    sql: `INSERT INTO figures(cut, what, key, month, n)
          SELECT value ->> 0, value ->> 1, value ->> 2, ?, value ->> 3 FROM json_each(?) WHERE true
          ON CONFLICT(cut, what, key, month) DO UPDATE SET n = excluded.n`,
    args: [month, JSON.stringify(step)],
  }))
}

/** @param units by path, each after the one above it */
export function treeOf(units: readonly TreeUnit[], counted: readonly Counted[], what: string): Branch {
  const own = new Map(counted.map(({ key, n, people }) => [key, { n, people }]))
  const known = new Set(units.map(({ id }) => id))
  const lost = counted.filter(({ key }) => !known.has(key))
  const top: Branch = { key: '', own: sumOf(lost, what), below: [], amount: { n: 0, people: 0 } }
  const branches = new Map<string, Branch>()
  for (const { id, path } of units) {
    const branch: Branch = { key: id, own: own.get(id) ?? { n: 0, people: 0 }, below: [], amount: { n: 0, people: 0 } }
    const above = path.split('/').at(-3) ?? ''
    ;(branches.get(above) ?? top).below.push(branch)
    branches.set(id, branch)
  }
  for (const branch of [...[...branches.values()].reverse(), top])
    branch.amount = sumOf([{ key: '', ...branch.own }, ...branch.below.map(({ key, amount }) => ({ key, ...amount }))], what)
  return top
}

/** Messages reach the same people again: of those behind a sum no more is known than behind its largest part. */
function sumOf(parts: readonly Counted[], what: string): Amount {
  const n = parts.reduce((sum, part) => sum + part.n, 0)
  const people = what === 'sent' || what === 'taps' ? parts.reduce((most, part) => Math.max(most, part.people), 0) : undefined
  return { n, people: people ?? parts.reduce((sum, part) => sum + part.people, 0) }
}

function shownUnits(top: Branch, what: string, { keys, total }: { keys: Set<string>; total: boolean }): PublishedCell[] {
  const cells: PublishedCell[] = total ? [] : [['unit', what, '', roundedOf(what, top.amount.n)]]
  const walk = (branch: Branch) => {
    if (!keys.has(branch.key)) cells.push(['unit', what, branch.key, roundedOf(what, branch.amount.n)])
    branch.below.forEach(walk)
  }
  top.below.forEach(walk)
  return cells
}

function shownParts(cut: Cut, what: string, counted: Counted[], total: { amount: Amount; hidden: boolean }): PublishedCell[] {
  const parts = counted.map(({ key, n, people }) => ({ key: key === '' ? 'none' : key, amount: { n, people } }))
  const hidden = hideParts(parts, total, BY_PART)
  const shown = parts.filter(({ key }) => !hidden.keys.has(key))
  return [
    ...(hidden.total ? [] : [[cut, what, '', roundedOf(what, total.amount.n)] as PublishedCell]),
    ...shown.map(({ key, amount }): PublishedCell => [cut, what, key, roundedOf(what, amount.n)]),
  ]
}

/** Share of right answers in whole percent, where the rounds themselves are shown; never by unit, which would be a ranking (R3). */
async function ratesOf(db: Db, month: string, rounds: Counted[], cells: PublishedCell[]): Promise<PublishedCell[]> {
  const shown = new Set(cells.filter(([cut, what]) => cut === 'channel' && what === 'quiz').map(([, , key]) => key))
  const right = await listCounted(db, month, 'channel', 'quiz_right')
  const asked = await listCounted(db, month, 'channel', 'quiz_asked')
  const keys = ['', ...rounds.map(({ key }) => key)].filter((key) => shown.has(key))
  const of = (counted: Counted[], key: string) => counted.reduce((sum, one) => sum + (key === '' || one.key === key ? one.n : 0), 0)
  return keys
    .filter((key) => of(asked, key) > 0)
    .map((key): PublishedCell => ['channel', 'quiz_rate', key, Math.round((100 * of(right, key)) / of(asked, key))])
}

/** People as officers see them elsewhere too: to the nearest ten, so that two months tell nothing of one person. */
const roundedOf = (what: string, n: number): number => (what === 'reach' ? (aboutOf(n) ?? 0) : n)

async function listTree(db: Db): Promise<TreeUnit[]> {
  const units: TreeUnit[] = []
  for (let after = ''; ; ) {
    const rows = await db.read('SELECT id, path FROM units WHERE path > ? ORDER BY path LIMIT ?', [after, UNITS_STEP])
    units.push(...rows.map(({ id, path }) => ({ id: String(id), path: String(path) })))
    if (rows.length < UNITS_STEP) return units
    after = units.at(-1)?.path ?? ''
  }
}
