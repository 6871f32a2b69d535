/**
 * What an operator's list of units is checked against and written with. Imported rows count as edited: a start, which
 * refreshes built-in rows, leaves them alone; the next import overwrites them.
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import { loadUnits, type UnitRow } from './unit-rows.ts'

export type KnownUnit = { id: string; name: string; code: string | null; parentId: string | null }

/** Units that one of these texts is the id, code or exact name of, with all units above them. */
export async function findKnownUnits(db: Db, texts: readonly string[]): Promise<KnownUnit[]> {
  const found = await db.read(NAMED, [JSON.stringify(texts)])
  const above = new Set(found.flatMap((row) => String(row.path).split('/')).filter((id) => id !== ''))
  const rows = await db.read('SELECT id, name, code, parent_id FROM units WHERE id IN (SELECT value FROM json_each(?))', [
    JSON.stringify([...above]),
  ])
  return rows.map(unitOf)
}

/** One commit that brings these units in, over whatever stood there. */
export function importUnits(units: readonly UnitRow[], now: Date): Statement[] {
  const ids = JSON.stringify(units.map(({ id }) => id))
  return [
    { sql: 'UPDATE units SET edited_at = NULL WHERE id IN (SELECT value FROM json_each(?))', args: [ids] },
    ...loadUnits(units, { sample: false }),
    {
      sql: 'UPDATE units SET edited_at = ?, sample = 0 WHERE id IN (SELECT value FROM json_each(?))',
      args: [now.toISOString(), ids],
    },
  ]
}

const NAMED = `WITH texts(text) AS MATERIALIZED (SELECT DISTINCT value FROM json_each(?))
  SELECT u.id, u.path FROM texts CROSS JOIN units u ON u.id = texts.text
  UNION SELECT u.id, u.path FROM texts CROSS JOIN units u ON u.code = upper(texts.text)
  UNION SELECT u.id, u.path FROM texts CROSS JOIN units u ON u.name = texts.text`

function unitOf(row: Row): KnownUnit {
  return {
    id: String(row.id),
    name: String(row.name),
    code: row.code === null ? null : String(row.code),
    parentId: row.parent_id === null ? null : String(row.parent_id),
  }
}
