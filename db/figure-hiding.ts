/**
 * Which figures of a month are hidden (R2, R23), so that none of them can be computed from those that are shown: not by
 * subtracting children from their unit, nor channels from their sum. Pure. In every sum either nothing is hidden, or at
 * least two of its cells are, and those hidden hold together what alone might be shown; sums form a tree, so that each
 * hidden cell can be more or less with all shown ones as they are (test/figure-hiding.test.ts solves them).
 */

/** `people`: at least so many different people stand behind n. */
export type Amount = { n: number; people: number }

export type Part = { key: string; amount: Amount }

/** A unit: what its direct members did, the units below it, and the sum of both. */
export type Branch = Part & { own: Amount; below: Branch[] }

export type HidingRules = {
  /** People below which a cell is hidden. */
  least: number
  /** Nothing at all is shown as 0: where it says what an office did, not what members did not. */
  zeroShown: boolean
}

export type Hidden = { keys: Set<string>; total: boolean }

/**
 * The tree of all units. `top` holds everybody; its own are people without a unit. Where the sum of all has to give way it
 * is hidden instead of a whole tree, because nothing else hangs on it but the cuts that `hideParts` hides with it.
 */
export function hideUnits(top: Branch, rules: HidingRules): Hidden {
  const keys = new Set<string>()
  const members = membersOf(top)
  const small = smallOf(members, rules)
  const total = isSmall(top.amount, rules) || !isSafe(small, rules, 2)
  for (const { key } of small) keys.add(key)
  const walk = (branch: Branch) => {
    if (branch.below.length > 0) for (const key of chosen(membersOf(branch), keys.has(branch.key), rules)) keys.add(key)
    branch.below.forEach(walk)
  }
  top.below.forEach(walk)
  return { keys, total }
}

/** Channels or topics of one month, whose sum is shown elsewhere too, or hidden there. */
export function hideParts(parts: Part[], total: { amount: Amount; hidden: boolean }, rules: HidingRules): Hidden {
  const few = total.amount.people < rules.least && (total.hidden || isSmall(total.amount, rules))
  // With so few in all, each part says who they were.
  if (few) return { keys: new Set(parts.map(({ key }) => key)), total: true }
  return { keys: new Set(chosen(parts, total.hidden, rules)), total: total.hidden }
}

/** Small ones, then the smallest of their siblings until the hidden ones are safe. */
function chosen(members: Part[], totalHidden: boolean, rules: HidingRules): string[] {
  const hidden = smallOf(members, rules)
  const left = members
    .filter((part) => !hidden.includes(part) && part.amount.n > 0)
    .sort((a, b) => a.amount.people - b.amount.people || a.amount.n - b.amount.n || (a.key < b.key ? -1 : 1))
  while (!(totalHidden ? hidden.length > 0 && isSafe(hidden, rules, 1) : isSafe(hidden, rules, 2))) {
    const next = left.shift()
    if (!next) break
    hidden.push(next)
  }
  return hidden.map(({ key }) => key)
}

const smallOf = (members: Part[], rules: HidingRules): Part[] => members.filter(({ amount }) => isSmall(amount, rules))

function isSafe(hidden: Part[], { least }: HidingRules, cells: number): boolean {
  if (hidden.length === 0) return true
  return hidden.length >= cells && hidden.reduce((sum, { amount }) => sum + amount.people, 0) >= least
}

function isSmall({ n, people }: Amount, { least, zeroShown }: HidingRules): boolean {
  return people < least && !(zeroShown && n === 0)
}

/** A unit whose members all stand in units below it has no direct ones to hide. */
function membersOf({ key, own, below }: Branch): Part[] {
  return own.n > 0 ? [{ key: ownKey(key), amount: own }, ...below] : below
}

/** Of a unit's direct members, who are a cell of its sum even though no page shows it. */
export const ownKey = (key: string): string => `${key}/own`
