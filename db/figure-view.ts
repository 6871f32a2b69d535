/**
 * One unit's own figures over the months, all measures of a page at once, with the units an officer may go on to.
 */

import { AppError } from '../src/errors.ts'
import { demand, scopeOf } from '../src/rights.ts'
import { type Measure, PEOPLE_MEASURES } from './figure-counts.ts'
import { listFigures, listMonths, MONTHS_MOST } from './figures.ts'
import type { Desk } from './rights.ts'

export type ShownUnit = { id: string; name: string; path: string; hasBelow: boolean }

export type UnitFigures = {
  unit: ShownUnit
  /** Units above it that this officer reaches, from the top. */
  above: Array<{ id: string; name: string }>
  /** Where else the officer begins. */
  starts: Array<{ id: string; name: string }>
  /** Oldest first. */
  months: string[]
  measures: Array<{ what: Measure; cells: Array<number | null> }>
}

/** Without an id, the officer's first unit. Throws AppError `not_found` outside their units. */
export async function findUnitFigures(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  { unitId, until, measures: wanted = PEOPLE_MEASURES }: { unitId: string | undefined; until: string; measures?: readonly Measure[] },
): Promise<UnitFigures> {
  const scope = scopeOf(actor, 'figure.read')
  const startIds = scope.map((path) => path.split('/').at(-2) ?? '')
  const unit = await findShownUnit({ db, actor }, unitId ?? startIds[0] ?? '')
  const reached = unit.path.split('/').filter((id, at, ids) => id !== '' && id !== unit.id && isReached(scope, ids.slice(0, at + 1)))
  const [names, months] = await Promise.all([
    db.read('SELECT id, coalesce(short_name, name) AS name FROM units WHERE id IN (SELECT value FROM json_each(?)) ORDER BY length(path)', [
      JSON.stringify([...reached, ...startIds]),
    ]),
    listMonths(db, until, MONTHS_MOST),
  ])
  months.reverse()
  const named = (ids: readonly string[]) =>
    names.filter(({ id }) => ids.includes(String(id))).map(({ id, name }) => ({ id: String(id), name: String(name) }))
  const measures = await Promise.all(
    wanted.map(async (what) => {
      const [row] = await listFigures(db, { cut: 'unit', what, keys: [unit.id], months })
      return { what, cells: row?.cells ?? [] }
    }),
  )
  return { unit, above: named(reached), starts: named(startIds), months, measures }
}

/** Throws AppError `not_found` outside the officer's units. */
export async function findShownUnit({ db, actor }: Pick<Desk, 'db' | 'actor'>, unitId: string): Promise<ShownUnit> {
  const [row] = await db.read(
    `SELECT u.id, coalesce(u.short_name, u.name) AS name, u.path, EXISTS (SELECT 1 FROM units b WHERE b.parent_id = u.id) AS below
     FROM units u WHERE u.id = ?`,
    [unitId],
  )
  const path = String(row?.path ?? '')
  if (!row || !actor.grants.some((grant) => path.startsWith(grant.path))) throw new AppError('not_found', 'desk.unit_gone')
  demand(actor, 'figure.read', path)
  return { id: String(row.id), name: String(row.name), path, hasBelow: row.below === 1 }
}

const isReached = (scope: readonly string[], ids: readonly string[]): boolean => scope.some((path) => `${ids.join('/')}/`.startsWith(path))
