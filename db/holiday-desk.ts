/**
 * Holidays as officers of the highest unit keep them: added, changed, taken out, and a year's whole list confirmed once it was
 * held against the announcement. What they change counts from then on; due days that stand are not rewritten.
 */
import type { Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import type { HolidayDraft } from '../src/holiday.ts'
import { demandAtTop } from '../src/rights.ts'
import { dayOf, vietnamInstant, vietnamWeekday } from '../src/time.ts'
import { recordAct } from './audit.ts'
import { guard, guardThat } from './client.ts'
import { findHoliday, findHolidayYear, HOLIDAYS_MOST, type Holiday } from './holidays.ts'
import { type Desk, stillActing } from './rights.ts'

/** Years before and after the present one that a day may lie in. */
const YEARS = 3

/**
 * Throws AppError `forbidden`, `conflict` (too many), `invalid` (there already, too far, a day worked in the week, a day of
 * checking to come).
 * @param checkedOn when the officer held it against the announcement; null: it waits and does not count
 */
export async function addHoliday(desk: Desk, day: string, draft: HolidayDraft, checkedOn: string | null): Promise<Statement[]> {
  const { db, actor, now } = desk
  demandAtTop(actor, 'holiday.write')
  demandSound(desk, day, draft, checkedOn)
  if (await findHoliday(db, day)) throw new AppError('invalid', 'office.holiday_twice')
  if ((await findHolidayYear(db, day.slice(0, 4))).days >= HOLIDAYS_MOST) throw new AppError('conflict', 'office.holiday_many')
  return [
    ...stillActing(actor),
    {
      sql: `INSERT INTO holidays(day, kind, vi, en, source, checked_on, officer_id, edited_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      args: [day, draft.kind, draft.vi, draft.en, draft.source, checkedOn, actor.officerId, now.toISOString()],
    },
    recordAct(actor, { act: 'holiday.add', about: ['holiday', day], detail: { kind: draft.kind, checked: checkedOn } }, now),
  ]
}

/** Other words, another kind, checked or not; one that was taken out is back. Throws AppError like `addHoliday`. */
export function editHoliday(desk: Desk, holiday: Holiday, draft: HolidayDraft, checkedOn: string | null): Statement[] {
  demandSound(desk, holiday.day, draft, checkedOn)
  const { kind, vi, en, source } = draft
  return change(desk, holiday, 'holiday.edit', { kind, checked: checkedOn }, [
    'kind = ?, vi = ?, en = ?, source = ?, checked_on = ?, dropped = 0',
    [kind, vi, en, source, checkedOn],
  ])
}

/** It is no holiday. A built-in one stays as a row that does not count, else the next start would bring it back. */
export function removeHoliday(desk: Desk, holiday: Holiday): Statement[] {
  const { actor, now } = desk
  if (holiday.builtIn) return change(desk, holiday, 'holiday.remove', { kind: holiday.kind }, ['dropped = 1', []])
  demandAtTop(actor, 'holiday.write')
  return [
    ...stillActing(actor),
    { sql: "DELETE FROM holidays WHERE day = ? AND coalesce(edited_at, '') = ?", args: [holiday.day, holiday.edition] },
    guard(),
    recordAct(actor, { act: 'holiday.remove', about: ['holiday', holiday.day], detail: { kind: holiday.kind } }, now),
  ]
}

/** The list of this year is whole. Throws AppError `conflict` while a day of it waits to be checked, or nothing stands in it. */
export async function confirmHolidays(desk: Desk, year: string): Promise<Statement[]> {
  const { db, actor, now } = desk
  demandAtTop(actor, 'holiday.write')
  const { days, unchecked } = await findHolidayYear(db, year)
  if (days === 0) throw new AppError('conflict', 'office.holidays_none')
  if (unchecked > 0) throw new AppError('conflict', 'office.holidays_unchecked')
  return [
    ...stillActing(actor),
    guardThat(
      `NOT EXISTS (SELECT 1 FROM holidays WHERE day >= ?1 || '-01-01' AND day <= ?1 || '-12-31' AND dropped = 0 AND checked_on IS NULL)`,
      [year],
    ),
    {
      sql: `INSERT INTO holiday_years(year, confirmed_on, officer_id) VALUES (?, ?, ?)
            ON CONFLICT(year) DO UPDATE SET confirmed_on = excluded.confirmed_on, officer_id = excluded.officer_id`,
      args: [year, dayOf(now), actor.officerId],
    },
    recordAct(actor, { act: 'holiday.confirm', about: ['holiday', year], detail: { days } }, now),
  ]
}

function change(
  { actor, now }: Desk,
  { day, edition }: Holiday,
  act: string,
  detail: Record<string, string | null>,
  [set, args]: [sql: string, args: Statement['args']],
): Statement[] {
  demandAtTop(actor, 'holiday.write')
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE holidays SET ${set}, officer_id = ?, edited_at = ? WHERE day = ? AND coalesce(edited_at, '') = ?`,
      args: [...args, actor.officerId, now.toISOString(), day, edition],
    },
    guard(),
    recordAct(actor, { act, about: ['holiday', day], detail }, now),
  ]
}

function demandSound({ now }: Desk, day: string, { kind }: HolidayDraft, checkedOn: string | null): void {
  const today = dayOf(now)
  if (Math.abs(Number(day.slice(0, 4)) - Number(today.slice(0, 4))) > YEARS) throw new AppError('invalid', 'office.holiday_far')
  const inWeek = ![0, 6].includes(vietnamWeekday(vietnamInstant(day, 0)))
  if (kind === 'work' && inWeek) throw new AppError('invalid', 'office.holiday_in_week')
  if (checkedOn !== null && checkedOn > today) throw new AppError('invalid', 'office.checked_future')
}
