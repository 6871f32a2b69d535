/**
 * Public holidays as rows: what comes with the program, and what counts around a day. Read by day from the primary key, a year
 * and some at most; nothing is kept between requests.
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import type { HolidayKind } from '../src/holiday.ts'
import { addDays, dayOf } from '../src/time.ts'
import type { Holidays } from '../src/working-days.ts'

export type Holiday = {
  /** In Vietnam, `2027-02-04`. */
  day: string
  kind: HolidayKind
  vi: string
  en: string | null
  source: string
  /** Null: nobody has checked it, and it does not count. */
  checkedOn: string | null
  /** Built in, and taken out by an officer. */
  dropped: boolean
  builtIn: boolean
  officerName: string | null
  /** An older form does not overwrite a newer one. Empty: nobody has touched it. */
  edition: string
}

/** Days before and after that what counts working days may look at: the longest term is 20 of them, a due day set by hand lies a year ahead. */
const BEFORE = 45
const AFTER = 400
/** Of one year at most; with so many the queries above stay small. */
export const HOLIDAYS_MOST = 80

/**
 * Brings built-in days up to date at each start. A day an officer touched stays theirs, a confirmed year stays as it was
 * confirmed, and what the program no longer has goes.
 */
export function loadHolidays(rows: ReadonlyArray<{ day: string }>): Statement[] {
  const built = JSON.stringify(rows.map((row) => ({ ...row, built: JSON.stringify(row) })))
  return [
    {
      sql: `INSERT INTO holidays(day, kind, vi, en, source, checked_on, built_in)
            SELECT value ->> 'day', value ->> 'kind', value ->> 'vi', value ->> 'en', value ->> 'source', value ->> 'checked_on', value ->> 'built'
            FROM json_each(?) WHERE substr(value ->> 'day', 1, 4) NOT IN (SELECT year FROM holiday_years)
            ON CONFLICT(day) DO UPDATE SET kind = excluded.kind, vi = excluded.vi, en = excluded.en, source = excluded.source,
              checked_on = excluded.checked_on, built_in = excluded.built_in
            WHERE holidays.edited_at IS NULL AND holidays.built_in IS NOT excluded.built_in`,
      args: [built],
    },
    {
      sql: `DELETE FROM holidays WHERE built_in IS NOT NULL AND edited_at IS NULL AND substr(day, 1, 4) NOT IN (SELECT year FROM holiday_years)
              AND day NOT IN (SELECT value ->> 'day' FROM json_each(?))`,
      args: [built],
    },
  ]
}

/** What counts around this moment. */
export async function findHolidays(db: Db, at: Date): Promise<Holidays> {
  const day = dayOf(at)
  const rows = await db.read(
    'SELECT day, kind FROM holidays WHERE day >= ? AND day < ? AND checked_on IS NOT NULL AND dropped = 0 ORDER BY day LIMIT 400',
    [addDays(day, -BEFORE), addDays(day, AFTER)],
  )
  const of = (kind: HolidayKind) => new Set(rows.filter((row) => row.kind === kind).map((row) => String(row.day)))
  return { off: of('off'), work: of('work') }
}

/** All that is known of these days, both ends counted; at most a year of them. */
export async function listHolidays(db: Db, from: string, to: string): Promise<Holiday[]> {
  return (await db.read(`${SELECT} WHERE h.day >= ? AND h.day <= ? ORDER BY h.day LIMIT ${HOLIDAYS_MOST}`, [from, to])).map(holidayOf)
}

export async function findHoliday(db: Db, day: string): Promise<Holiday | undefined> {
  return (await db.read(`${SELECT} WHERE h.day = ?`, [day])).map(holidayOf)[0]
}

/** `unchecked`: days that wait to be checked. `confirmed`: by whom and when; null while nobody did. */
export type HolidayYear = { days: number; unchecked: number; confirmed: { on: string; by: string } | null }

export async function findHolidayYear(db: Db, year: string): Promise<HolidayYear> {
  const [row] = await db.read(
    `SELECT (SELECT count(*) FROM holidays WHERE day >= ?1 || '-01-01' AND day <= ?1 || '-12-31' AND dropped = 0) AS days,
       (SELECT count(*) FROM holidays WHERE day >= ?1 || '-01-01' AND day <= ?1 || '-12-31' AND dropped = 0 AND checked_on IS NULL) AS unchecked,
       y.confirmed_on, o.name FROM (SELECT 1) LEFT JOIN holiday_years y ON y.year = ?1 LEFT JOIN officers o ON o.id = y.officer_id`,
    [year],
  )
  const on = row?.confirmed_on ?? null
  return {
    days: Number(row?.days),
    unchecked: Number(row?.unchecked),
    confirmed: on === null ? null : { on: String(on), by: String(row?.name ?? '') },
  }
}

const SELECT = `SELECT h.day, h.kind, h.vi, h.en, h.source, h.checked_on, h.dropped, h.built_in IS NOT NULL AS built, h.edited_at, o.name
  FROM holidays h LEFT JOIN officers o ON o.id = h.officer_id`

function holidayOf(row: Row): Holiday {
  const text = (value: Row[string] | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    day: String(row.day),
    kind: row.kind as HolidayKind,
    vi: String(row.vi),
    en: text(row.en),
    source: String(row.source),
    checkedOn: text(row.checked_on),
    dropped: row.dropped === 1,
    builtIn: row.built === 1,
    officerName: text(row.name),
    edition: text(row.edited_at) ?? '',
  }
}
