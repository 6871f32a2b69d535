/**
 * Who works on cases: those who may take one over, and whom a notice goes to. Officers of a unit come first, then those of
 * the nearest unit above that has any; who declared a conflict with a case is told nothing of it.
 */
import type { Db, Keys, Reply, Row, Statement, Value } from '../src/chat.ts'
import { ACTS } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import type { CaseRow } from './case-desk.ts'
import { tellOfficers } from './officer-notices.ts'

export type CaseOfficer = { id: string; name: string; unitName: string; delegated: boolean }

/** Officers who are told of one thing. */
const TOLD_MOST = 10
const WORKERS = JSON.stringify(ACTS['case.work'])

/**
 * Officers at work who may work on a case of this path, by name: their own role, or one lent to them, at its unit or above.
 * @param after name and id of the last one seen
 */
export async function listCaseOfficers(
  db: Db,
  { id, path }: Pick<CaseRow, 'id' | 'path'>,
  { now, after, limit, only }: { now: Date; after?: { name: string; id: string }; limit: number; only?: string },
): Promise<CaseOfficer[]> {
  const day = dayOf(now)
  const [above, args] = aboveOf(path)
  const rows = await db.read(
    `SELECT w.id, w.name, w.unit_name, min(w.lent) AS lent FROM (
       SELECT o.id, o.name, coalesce(u.short_name, u.name) AS unit_name, 0 AS lent
       FROM units u JOIN officers o ON o.unit_id = u.id AND o.active = 1
       WHERE ${above} AND ${has('o.roles')}
       UNION ALL
       SELECT o.id, o.name, coalesce(h.short_name, h.name), 1
       FROM units u JOIN officers l ON l.unit_id = u.id AND l.active = 1
       JOIN delegations d ON d.lender_id = l.id AND d.from_day <= ? AND d.until_day >= ? AND d.ended_at IS NULL
       JOIN officers o ON o.id = d.officer_id AND o.active = 1 JOIN units h ON h.id = o.unit_id
       WHERE ${above} AND ${has('l.roles')} AND ${has('d.roles')}) w
     WHERE NOT ${conflictOf('w.id')}
       AND (w.name, w.id) > (?, ?) ${only === undefined ? '' : 'AND w.id = ?'}
     GROUP BY w.id, w.name, w.unit_name ORDER BY w.name, w.id LIMIT ?`,
    [
      ...args,
      WORKERS,
      day,
      day,
      ...args,
      WORKERS,
      WORKERS,
      id,
      id,
      after?.name ?? '',
      after?.id ?? '',
      ...(only === undefined ? [] : [only]),
      limit,
    ],
  )
  return rows.map(officerOf)
}

/** May this officer take the case over, as things stand? */
export async function findCaseOfficer(
  db: Db,
  row: Pick<CaseRow, 'id' | 'path'>,
  officerId: string,
  now: Date,
): Promise<CaseOfficer | undefined> {
  return (await listCaseOfficers(db, row, { now, limit: 1, only: officerId }))[0]
}

/** Case officers of the unit with this path, else of the nearest above that has one; of the highest where there is no path. */
export async function findNearestOfficers(
  db: Db,
  path: string | null,
  { caseId = '', except = '' }: { caseId?: string; except?: string } = {},
): Promise<string[]> {
  const [above, args] = aboveOf(path)
  const rows = await db.read(
    `SELECT o.id, length(u.path) AS depth FROM units u JOIN officers o ON o.unit_id = u.id AND o.active = 1
     WHERE ${above} AND ${has('o.roles')} AND o.id <> ?
       AND NOT ${conflictOf('o.id')}
     ORDER BY length(u.path) DESC, o.id LIMIT ?`,
    [...args, WORKERS, except, caseId, caseId, TOLD_MOST],
  )
  return rows.filter(({ depth }) => depth === rows[0]?.depth).map(({ id }) => String(id))
}

/** One line without a number or a name, and the way to the console. */
export async function tellCaseOfficers(
  db: Db,
  keys: Keys,
  officerIds: readonly string[],
  { text, host, now }: { text: Reply['text']; host: string | null; now: Date },
): Promise<Statement[]> {
  const buttons = host === null ? [] : [{ label: { key: 'case.b_console' }, url: `https://${host}/console/cases` }]
  return (await tellOfficers(db, keys, officerIds, { text, buttons }, now)).writes
}

/** The unit itself and those above it; those above none where a case is of no unit. */
function aboveOf(path: string | null): [sql: string, args: Value[]] {
  if (path === null) return ['u.parent_id IS NULL', []]
  return ['u.id IN (SELECT value FROM json_each(?))', [JSON.stringify(path.split('/').filter((id) => id !== ''))]]
}

/** Who has to do with a merged case is told nothing of its main one either. */
const conflictOf = (officer: string) => `EXISTS (SELECT 1 FROM case_conflicts x WHERE x.officer_id = ${officer}
  AND (x.case_id = ? OR x.case_id IN (SELECT m.id FROM cases m WHERE m.merged_into = ?)))`

const has = (column: string) => `EXISTS (SELECT 1 FROM json_each(${column}) r WHERE r.value IN (SELECT value FROM json_each(?)))`

const officerOf = ({ id, name, unit_name, lent }: Row): CaseOfficer => ({
  id: String(id),
  name: String(name),
  unitName: String(unit_name),
  delegated: lent === 1,
})
