/**
 * The figures of contract.md: one JSON line each, printed together at the end.
 */

export type Figure = { figure: string; value: number; goal: string; ok: boolean; detail?: Record<string, unknown> }

/** @param goal `>=0.6`, `<1.2` and the like. */
export function figure(name: string, value: number, goal: string, detail?: Record<string, unknown>): Figure {
  return { figure: name, value: Math.round(value * 1000) / 1000, goal, ok: holds(value, goal), ...(detail ? { detail } : {}) }
}

function holds(value: number, goal: string): boolean {
  const [, sign, limit] = /^(>=|<=|<|>)([\d.]+)$/.exec(goal) ?? []
  const bound = Number(limit)
  if (sign === '>=') return value >= bound
  if (sign === '<=') return value <= bound
  return sign === '<' ? value < bound : value > bound
}

export function median(values: number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
