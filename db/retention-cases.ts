/**
 * What of a case has been kept long enough (F63, §5): the way back to its member and their name 90 days after closing, all
 * of it 24 months after. A case that is never closed is never let go by itself: it stands overdue in its unit's queue,
 * and the job says how many lay untouched that long.
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import { type Settings, wholeOf } from '../src/settings.ts'
import { hourOf } from '../src/time.ts'
import { guardThat } from './client.ts'
import { dropPhotos } from './photo-copies.ts'
import { monthsBefore, STEP } from './retention.ts'

/** Cases closed between two hours, up to 500, in order. @param after id and hour of the last one of the page before */
export async function listClosed(db: Db, until: string, after: { hour: string; id: string }): Promise<Array<{ id: string; hour: string }>> {
  const rows = await db.read(
    `SELECT id, closed_hour FROM cases WHERE closed_hour < ? AND (closed_hour, id) > (?, ?) ORDER BY closed_hour, id LIMIT ${STEP}`,
    [until, after.hour, after.id],
  )
  return rows.map(({ id, closed_hour }) => ({ id: String(id), hour: String(closed_hour) }))
}

/** Ids of cases taken back or removed between two hours, like `listClosed`: the last word about them is seven days old. */
export async function listGone(db: Db, until: string, after: { hour: string; id: string }): Promise<Array<{ id: string; hour: string }>> {
  const rows = await db.read(
    `SELECT id, gone_hour FROM cases WHERE gone IS NOT NULL AND gone_hour < ? AND (gone_hour, id) > (?, ?) ORDER BY gone_hour, id LIMIT ${STEP}`,
    [until, after.hour, after.id],
  )
  return rows.map(({ id, gone_hour }) => ({ id: String(id), hour: String(gone_hour) }))
}

/** Until then a member is looked for who was told that their report was removed and has not read it yet. */
export const goneHour = (now: Date): string => hourOf(new Date(now.getTime() - LAST_WORD_DAYS * 86_400_000))
const LAST_WORD_DAYS = 7

/** The hour before which a closed case keeps no way back to its tipster (90 days at most), and the one before which it goes (24 months at most). */
export const linkHour = (now: Date, settings: Settings): string =>
  hourOf(new Date(now.getTime() - wholeOf(settings, 'keep_identity_days') * 86_400_000))
export const caseHour = (now: Date, settings: Settings): string =>
  hourOf(new Date(monthsBefore(now.toISOString(), wholeOf(settings, 'keep_case_months'))))

/** Ways back and identities of these cases. */
export async function countTipsters(db: Db, tags: string[]): Promise<number> {
  const list = JSON.stringify(tags)
  return countOf(
    await db.read(
      `SELECT (SELECT count(*) FROM reply_links WHERE case_tag IN (SELECT value FROM json_each(?)))
            + (SELECT count(*) FROM case_identities WHERE case_tag IN (SELECT value FROM json_each(?))) AS n`,
      [list, list],
    ),
  )
}

export function dropTipsters(tags: string[]): Statement[] {
  return ['case_identities', 'reply_links'].map((table) => ({
    sql: `DELETE FROM ${table} WHERE case_tag IN (SELECT value FROM json_each(?)) RETURNING 1 AS gone`,
    args: [JSON.stringify(tags)],
  }))
}

export async function countCases(db: Db, until: string): Promise<number> {
  return countOf(await db.read('SELECT count(*) AS n FROM cases WHERE closed_hour < ?', [until]))
}

/** Rows that name a case, in the order they go: what hangs on a row before the row. A test finds a table that is not here. */
const OF_CASE: ReadonlyArray<[table: string, column: string]> = [
  ['case_events', 'case_id'],
  ['case_marks', 'case_id'],
  ['case_pairs', 'case_id'],
  ['case_pairs', 'other_id'],
  ['case_conflicts', 'case_id'],
  ['identity_openings', 'case_id'],
  ['removals', 'case_id'],
  ['hand_overs', 'case_id'],
]

/**
 * These cases with all that hangs on them. The rows that `dropPhotos` returns say which objects have to go now. The batch
 * fails as a conflict when one of them was opened again meanwhile: then nothing of any is gone.
 */
export function dropCases(ids: string[], until: string): Statement[] {
  const list = JSON.stringify(ids)
  const theirs = 'IN (SELECT value FROM json_each(?))'
  return [
    guardThat(`(SELECT count(*) FROM cases WHERE id ${theirs} AND closed_hour < ?) = ?`, [list, until, ids.length]),
    ...dropHanging(ids),
    ...dropPhotos(ids),
    { sql: `DELETE FROM cases WHERE id ${theirs} AND closed_hour < ? RETURNING 1 AS gone`, args: [list, until] },
  ]
}

/** All that names these cases but their photos and the boxes of their members. */
export function dropHanging(ids: string[]): Statement[] {
  const list = JSON.stringify(ids)
  const theirs = 'IN (SELECT value FROM json_each(?))'
  return [
    ...OF_CASE.map(([table, column]) => ({ sql: `DELETE FROM ${table} WHERE ${column} ${theirs}`, args: [list] })),
    {
      sql: `DELETE FROM decision_approvals WHERE decision_id IN (SELECT id FROM decisions WHERE case_id IS NOT NULL AND case_id ${theirs})`,
      args: [list],
    },
    { sql: `DELETE FROM decisions WHERE case_id IS NOT NULL AND case_id ${theirs}`, args: [list] },
  ]
}

/** A merged case is closed when the one it was merged into is, and opened again with it: its own member's boxes go with theirs. */
export const CLOSE_MERGED: Statement = {
  sql: `UPDATE cases SET closed_hour = (SELECT m.closed_hour FROM cases m WHERE m.id = cases.merged_into)
        WHERE merged_into IS NOT NULL AND closed_hour IS NOT (SELECT m.closed_hour FROM cases m WHERE m.id = cases.merged_into)`,
  args: [],
}

/** Cases still open that nobody has touched for as long as a closed one is kept: for officers to decide, never let go by itself. */
export async function countUntouched(db: Db, until: string): Promise<number> {
  return countOf(await db.read(UNTOUCHED, [until, until]))
}

const UNTOUCHED = `SELECT count(*) AS n FROM cases c INDEXED BY cases_opened WHERE c.opened_hour < ? AND c.closed_hour IS NULL
  AND NOT EXISTS (SELECT 1 FROM case_events e WHERE e.case_id = c.id AND e.hour >= ?)`

const countOf = (rows: Row[]): number => Number(rows[0]?.n ?? 0)
