/**
 * Figures as officers see them: published cells of whole months, in fixed cuts. A cell that is hidden has no row. A page
 * reads one row a cell, at most a few hundred, and counts nothing.
 */
import type { Db } from '../src/chat.ts'
import type { Cut, Measure, Part } from './figure-counts.ts'

export const MONTHS_MOST = 12
export const ROWS_MOST = 25

/** The sum first under key '', then each part; null is hidden. */
export type FigureRow = { key: string; cells: Array<number | null> }

/** Published months, newest first. */
export async function listMonths(db: Db, until: string, limit = MONTHS_MOST): Promise<string[]> {
  const rows = await db.read("SELECT month FROM figure_months WHERE month <= ? AND stage IN ('drop', 'done') ORDER BY month DESC LIMIT ?", [
    until,
    limit,
  ])
  return rows.map(({ month }) => String(month))
}

/** One row a key, in their order, one cell a month. @param months oldest first */
export async function listFigures(
  db: Db,
  { cut, what, keys, months }: { cut: Cut; what: Measure; keys: readonly string[]; months: readonly string[] },
): Promise<FigureRow[]> {
  const rows = await db.read(
    `SELECT f.key, f.month, f.n FROM json_each(?) j CROSS JOIN figures f INDEXED BY figures_cell
     ON f.cut = ? AND f.what = ? AND f.key = j.value AND f.month >= ? AND f.month <= ?`,
    [JSON.stringify(keys), cut, what, months[0] ?? '', months.at(-1) ?? ''],
  )
  const cells = new Map(rows.map(({ key, month, n }) => [`${key}|${month}`, Number(n)]))
  return keys.map((key) => ({ key, cells: months.map((month) => cells.get(`${key}|${month}`) ?? null) }))
}

/** Channels, topics, kinds and the like that have a shown cell in these months, by name. */
export async function listParts(db: Db, cut: Part, what: Measure, months: readonly string[]): Promise<string[]> {
  const rows = await db.read(
    "SELECT DISTINCT key FROM figures WHERE cut = ? AND what = ? AND key > '' AND month >= ? AND month <= ? ORDER BY key LIMIT 100",
    [cut, what, months[0] ?? '', months.at(-1) ?? ''],
  )
  return rows.map(({ key }) => String(key))
}
