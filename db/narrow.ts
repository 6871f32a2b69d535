/**
 * Whether a scope is a few units or many: things of a few units are found by their units, of many along the newest, where
 * every few rows are theirs. Either way a page of a list reads a page, not a table.
 */
import type { Db } from '../src/chat.ts'
import { subtreeOf } from './units.ts'

/** Units whose rows are looked through one by one rather than all rows. */
const FEW = 200

/** At or below these paths, for a table `u` of units. Its arguments: `insideArgs`. */
export const insideOf = (paths: readonly string[]): string => `(${paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')})`
export const insideArgs = (paths: readonly string[]): string[] => paths.flatMap((path) => subtreeOf(path))

export async function isNarrow(db: Db, paths: readonly string[]): Promise<boolean> {
  const [row] = await db.read(`SELECT count(*) AS n FROM (SELECT 1 FROM units u WHERE ${insideOf(paths)} LIMIT ?)`, [
    ...insideArgs(paths),
    FEW + 1,
  ])
  return Number(row?.n) <= FEW
}
