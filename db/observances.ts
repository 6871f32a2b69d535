/**
 * Days of the year that messages are written for (F13): those of the country are built in, a unit adds its own for itself
 * and the units below. A day comes every year (`MM-DD`) or once (`YYYY-MM-DD`): a lunar day is data of each year.
 */
import type { Db, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { demand } from '../src/rights.ts'
import { recordAct } from './audit.ts'
import { pathOfUnit } from './campaigns.ts'
import { guard } from './client.ts'
import { type Desk, stillActing } from './rights.ts'

export type Observance = { id: string; unitId: string | null; day: string; vi: string; en: string | null }

/** Days a unit adds at most. */
export const OBSERVANCES_MOST = 60

/** The built-in days, brought up to date at each start; equal rows are left alone. */
export function loadObservances(days: ReadonlyArray<Pick<Observance, 'id' | 'day' | 'vi' | 'en'>>): Statement {
  return {
    sql: `INSERT INTO observances(id, day, vi, en) SELECT value ->> 'id', value ->> 'day', value ->> 'vi', value ->> 'en' FROM json_each(?) WHERE true
          ON CONFLICT(id) DO UPDATE SET day = excluded.day, vi = excluded.vi, en = excluded.en
          WHERE day <> excluded.day OR vi <> excluded.vi OR en IS NOT excluded.en`,
    args: [JSON.stringify(days)],
  }
}

/** Of the unit with this path: built in, of the units above, its own. @param month `2026-11`; without it all of them */
export async function listObservances(db: Db, path: string, month?: string): Promise<Observance[]> {
  const units = JSON.stringify(['', ...path.split('/').filter(Boolean)])
  const stretches = month === undefined ? [['', '~']] : [month, month.slice(5)].map((start) => [`${start}-`, `${start}-~`])
  const rows = await db.read(
    `SELECT o.id, o.unit_id, o.day, o.vi, o.en FROM json_each(?) s CROSS JOIN json_each(?) n CROSS JOIN observances o
       ON o.unit_id = n.value AND o.day >= s.value ->> 0 AND o.day < s.value ->> 1
     ORDER BY substr(o.day, -5), o.day, o.vi LIMIT 400`,
    [JSON.stringify(stretches), units],
  )
  return rows.map((row) => ({
    id: String(row.id),
    unitId: row.unit_id === '' ? null : String(row.unit_id),
    day: String(row.day),
    vi: String(row.vi),
    en: row.en as string | null,
  }))
}

/** Throws AppError `forbidden`, `not_found`, `conflict` (there already, or too many). */
export async function addObservance(
  desk: Desk,
  { unitId, day, vi, en }: Omit<Observance, 'id' | 'unitId'> & { unitId: string },
): Promise<{ id: string; writes: Statement[] }> {
  const { db, actor, now } = desk
  demand(actor, 'campaign.write', await pathOfUnit(db, unitId))
  const [own] = await db.read('SELECT count(*) AS n, total(day = ? AND vi = ?) AS same FROM observances WHERE unit_id = ?', [
    day,
    vi,
    unitId,
  ])
  if (Number(own?.same) > 0) throw new AppError('conflict', 'desk.day_twice')
  if (Number(own?.n) >= OBSERVANCES_MOST) throw new AppError('conflict', 'desk.day_many')
  const id = desk.id()
  return {
    id,
    writes: [
      ...stillActing(actor),
      { sql: 'INSERT INTO observances(id, unit_id, day, vi, en) VALUES (?, ?, ?, ?, ?)', args: [id, unitId, day, vi, en] },
      recordAct(actor, { act: 'day.add', unitId, about: ['day', id], detail: { day } }, now),
    ],
  }
}

/** A unit's own day; built-in ones stay. Throws AppError `not_found` also where the officer may not. */
export async function removeObservance({ db, actor, now }: Desk, id: string): Promise<Statement[]> {
  const [row] = await db.read('SELECT o.unit_id, u.path FROM observances o JOIN units u ON u.id = o.unit_id WHERE o.id = ?', [id])
  if (!row || !actor.grants.some(({ path }) => String(row.path).startsWith(path))) throw new AppError('not_found', 'desk.day_gone')
  demand(actor, 'campaign.write', String(row.path))
  return [
    ...stillActing(actor),
    { sql: 'DELETE FROM observances WHERE id = ?', args: [id] },
    guard(),
    recordAct(actor, { act: 'day.remove', unitId: String(row.unit_id), about: ['day', id] }, now),
  ]
}
