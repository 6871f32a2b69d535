/**
 * Themes of the year (F13): what a unit and the units below it write about. A campaign keeps the theme's words, so that
 * taking a theme away changes nothing that was sent.
 */
import type { Db, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { demand } from '../src/rights.ts'
import { recordAct } from './audit.ts'
import { pathOfUnit } from './campaigns.ts'
import { guard } from './client.ts'
import { type Desk, stillActing } from './rights.ts'

export type Theme = { id: string; unitId: string; unitName: string; year: number; name: string }

/** Themes a unit has in one year: its own and those of the units above it. */
export const THEMES_MOST = 20

/** Of the unit with this path, from the top down. */
export async function listThemes(db: Db, path: string, year: number): Promise<Theme[]> {
  const rows = await db.read(
    `SELECT t.id, t.unit_id, t.year, t.name, u.name AS unit_name FROM themes t JOIN units u ON u.id = t.unit_id
     WHERE t.unit_id IN (SELECT value FROM json_each(?)) AND t.year = ? ORDER BY length(u.path), t.name LIMIT 200`,
    [JSON.stringify(path.split('/').filter(Boolean)), year],
  )
  return rows.map((row) => ({
    id: String(row.id),
    unitId: String(row.unit_id),
    unitName: String(row.unit_name),
    year: Number(row.year),
    name: String(row.name),
  }))
}

/** Throws AppError `forbidden`, `not_found`, `conflict` (there already, or too many). */
export async function addTheme(
  desk: Desk,
  { unitId, year, name }: Omit<Theme, 'id' | 'unitName'>,
): Promise<{ id: string; writes: Statement[] }> {
  const { db, actor, now } = desk
  demand(actor, 'campaign.write', await pathOfUnit(db, unitId))
  const [own] = await db.read('SELECT count(*) AS n, total(name = ?) AS same FROM themes WHERE unit_id = ? AND year = ?', [
    name,
    unitId,
    year,
  ])
  if (Number(own?.same) > 0) throw new AppError('conflict', 'desk.theme_twice')
  if (Number(own?.n) >= THEMES_MOST) throw new AppError('conflict', 'desk.theme_many')
  const id = desk.id()
  return {
    id,
    writes: [
      ...stillActing(actor),
      {
        sql: 'INSERT INTO themes(id, unit_id, year, name, created_at) VALUES (?, ?, ?, ?, ?)',
        args: [id, unitId, year, name, now.toISOString()],
      },
      recordAct(actor, { act: 'theme.add', unitId, about: ['theme', id], detail: { year } }, now),
    ],
  }
}

/** Throws AppError `not_found` also where the officer may not, so that nobody probes. */
export async function removeTheme({ db, actor, now }: Desk, id: string): Promise<Statement[]> {
  const [row] = await db.read('SELECT t.unit_id, u.path FROM themes t JOIN units u ON u.id = t.unit_id WHERE t.id = ?', [id])
  if (!row || !actor.grants.some(({ path }) => String(row.path).startsWith(path))) throw new AppError('not_found', 'desk.theme_gone')
  demand(actor, 'campaign.write', String(row.path))
  return [
    ...stillActing(actor),
    { sql: 'DELETE FROM themes WHERE id = ?', args: [id] },
    guard(),
    recordAct(actor, { act: 'theme.remove', unitId: String(row.unit_id), about: ['theme', id] }, now),
  ]
}
