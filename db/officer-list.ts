/**
 * Officers as those see them who tend the desk (F55, F61): who sits where with which title and roles since when and until
 * when, found without accents; and what is lent to whom. Always within the units the asking officer reaches.
 */
import type { Db, Row, Value } from '../src/chat.ts'
import type { Role, Title } from '../src/rights.ts'
import { fold } from '../src/vietnamese/index.ts'
import { subtreeOf } from './units.ts'

export type Seat = {
  id: string
  name: string
  unitId: string
  unitName: string | null
  path: string
  title: Title | null
  roles: Role[]
  area: string | null
  /** First and last day of the present period; the last may be open. */
  sinceDay: string
  untilDay: string | null
  active: boolean
  bound: boolean
  /** Has the secret of the six digits. */
  digits: boolean
}

export type SeatFilter = {
  /** Units at and below. */
  paths: readonly string[]
  /** Only of this unit. */
  unitId?: string | undefined
  typed?: string | undefined
  /** `here`: at work; `left`; `ending`: at work, and the term ends by this day. */
  which?: { kind: 'here' | 'left' | 'all' } | { kind: 'ending'; by: string }
}

const WORDS_MOST = 8

/** A page by id. @param after id of the last one seen; '' at first */
export async function listSeats(db: Db, filter: SeatFilter, { after, limit }: { after: string; limit: number }): Promise<Seat[]> {
  const { paths, unitId, typed, which = { kind: 'all' } } = filter
  const words = typed === undefined ? [] : fold(typed.slice(0, 60)).split(' ').slice(0, WORDS_MOST)
  if (paths.length === 0 || words[0] === '') return []
  const where: Array<[sql: string, ...args: Value[]]> = [
    ['o.id > ?', after],
    [`(${paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')})`, ...paths.flatMap((path) => subtreeOf(path))],
  ]
  if (unitId !== undefined) where.push(['o.unit_id = ?', unitId])
  if (words.length > 0)
    where.push([
      'o.id IN (SELECT officer_id FROM officer_names WHERE officer_names MATCH ?)',
      `${words.map((word) => `"${word}"`).join(' ')}*`,
    ])
  if (which.kind === 'here') where.push(['o.active = 1'])
  if (which.kind === 'left') where.push(['o.active = 0'])
  if (which.kind === 'ending') where.push(['o.active = 1 AND o.until_day IS NOT NULL AND o.until_day <= ?', which.by])
  const rows = await db.read(`${SELECT} WHERE ${where.map(([sql]) => sql).join(' AND ')} ORDER BY o.id LIMIT ?`, [
    ...where.flatMap(([, ...args]) => args),
    limit,
  ])
  return rows.map(seatOf)
}

export async function findSeat(db: Db, id: string): Promise<Seat | undefined> {
  return (await db.read(`${SELECT} WHERE o.id = ?`, [id])).map(seatOf)[0]
}

export type Loan = {
  id: string
  officerId: string
  officerName: string
  lenderId: string
  lenderName: string
  /** Path of the lender's unit, where the roles hold. */
  path: string
  roles: Role[]
  fromDay: string
  untilDay: string
}

/** What this officer lends or was lent, that holds on this day or later. */
export async function listLoansOf(db: Db, officerId: string, day: string): Promise<Loan[]> {
  const holds = 'd.ended_at IS NULL AND d.until_day >= ?'
  const rows = await db.read(
    `${LOANS} WHERE d.id IN (SELECT id FROM delegations d WHERE d.officer_id = ? AND ${holds}
       UNION SELECT id FROM delegations d WHERE d.lender_id = ? AND ${holds}) ORDER BY d.until_day, d.id LIMIT 100`,
    [officerId, day, officerId, day],
  )
  return rows.map(loanOf)
}

export async function findLoan(db: Db, id: string): Promise<Loan | undefined> {
  return (await db.read(`${LOANS} WHERE d.id = ? AND d.ended_at IS NULL`, [id])).map(loanOf)[0]
}

const SELECT = `SELECT o.id, o.name, o.unit_id, u.name AS unit_name, u.path, o.title, o.roles, o.area, o.until_day, o.active,
    coalesce(o.since_day, substr(o.created_at, 1, 10)) AS since_day, o.contact_id IS NOT NULL AS bound, o.totp IS NOT NULL AS digits
  FROM officers o JOIN units u ON u.id = o.unit_id`

const LOANS = `SELECT d.id, d.officer_id, o.name AS officer_name, d.lender_id, l.name AS lender_name, u.path, d.roles, d.from_day, d.until_day
  FROM delegations d JOIN officers o ON o.id = d.officer_id JOIN officers l ON l.id = d.lender_id JOIN units u ON u.id = l.unit_id`

const text = (value: Value | undefined) => (value === null || value === undefined ? null : String(value))

function seatOf(row: Row): Seat {
  return {
    id: String(row.id),
    name: String(row.name),
    unitId: String(row.unit_id),
    unitName: text(row.unit_name),
    path: String(row.path),
    title: row.title as Title | null,
    roles: JSON.parse(String(row.roles)) as Role[],
    area: text(row.area),
    sinceDay: String(row.since_day),
    untilDay: text(row.until_day),
    active: row.active === 1,
    bound: row.bound === 1,
    digits: row.digits === 1,
  }
}

function loanOf(row: Row): Loan {
  return {
    id: String(row.id),
    officerId: String(row.officer_id),
    officerName: String(row.officer_name),
    lenderId: String(row.lender_id),
    lenderName: String(row.lender_name),
    path: String(row.path),
    roles: JSON.parse(String(row.roles)) as Role[],
    fromDay: String(row.from_day),
    untilDay: String(row.until_day),
  }
}
