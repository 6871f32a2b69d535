/**
 * Whom the members of a case did not want to see it (R8): their own unit, all below it, and what took its place. Who is at
 * home there has no part in the case, whatever is lent to them and wherever it goes; for them it is not there, because that
 * somebody kept it from them would say where the member works.
 */
import type { Db, Keys } from '../src/chat.ts'
import { openBox } from './cases.ts'
import { subtreeOf } from './units.ts'

type Parts = { db: Db; keys: Keys }
/** Of the case or its main one. `path`: of the case's unit. */
type Place = { id: string; path: string | null }

/** Paths of units that never get it: `from` to below `to`. None where its members kept it from nobody. */
export async function keptRanges({ db, keys }: Parts, { id, path }: Place): Promise<Array<[from: string, to: string]>> {
  // What members of merged cases answer stands in the main case's thread.
  const rows = await db.read('SELECT id, box FROM cases WHERE id = ?1 UNION ALL SELECT id, box FROM cases WHERE merged_into = ?1', [id])
  const boxes = await Promise.all(rows.map((row) => openBox(keys, String(row.id), row.box as Uint8Array)))
  const kept = boxes.flatMap(({ keptFrom }) => (keptFrom === undefined ? [] : [keptFrom]))
  if (kept.length === 0) return []
  const found = await db.read(KEPT, [JSON.stringify(kept), path ?? ''])
  return found.map((row) => subtreeOf(String(row.path)))
}

/** Is this unit, by its path, one of those? */
export function isKept(ranges: ReadonlyArray<[from: string, to: string]>, path: string): boolean {
  return ranges.some(([from, to]) => path >= from && path < to)
}

/** Is this officer at home in a unit that never gets it? */
export async function isKeptFrom(parts: Parts, place: Place, officerId: string): Promise<boolean> {
  const ranges = await keptRanges(parts, place)
  if (ranges.length === 0) return false
  const [home] = await parts.db.read('SELECT u.path FROM officers o JOIN units u ON u.id = o.unit_id WHERE o.id = ?', [officerId])
  return home !== undefined && isKept(ranges, String(home.path))
}

/** Where the case itself lies in what took the unit's place, somebody there has to read it. */
export const KEPT = `SELECT DISTINCT k.path FROM json_each(?1) j JOIN units k
    ON k.id = j.value OR k.id IN (SELECT successor_id FROM unit_successors WHERE unit_id = j.value)
  WHERE k.id = j.value OR substr(?2, 1, length(k.path)) <> k.path`
