/**
 * Warnings as members see them (F37): published ones that are not due for another look, newest first; and one by its id,
 * also after it was taken down, because whoever kept a button shall read that it was. Public: nothing of a reader counts.
 */
import type { Db, Keys, Row, Statement, Value } from '../src/chat.ts'
import { evenJson } from '../src/keys.ts'
import { dayOf } from '../src/time.ts'
import type { WarningState } from '../src/warning.ts'

export type Warning = {
  id: string
  unitId: string
  unitName: string
  path: string
  title: string
  body: string
  authority: string
  number: string
  day: string
  link: string
  state: WarningState
  editors: string[]
  reviewBy: string
  corrects: string | null
  publishedAt: Date | null
  withdrawnAt: Date | null
  withdrawnWhy: string | null
  /** Somebody wants it taken down: since when, by when it is decided, why. */
  asked: { at: Date; due: Date; why: string } | null
  changedAt: Date
  version: number
}

/** Of a chat's page. */
export const WARNINGS_PAGE = 5

/** @param after id of the last one seen */
export async function listPublished(db: Db, now: Date, after: string, limit = WARNINGS_PAGE): Promise<{ rows: Warning[]; next?: string }> {
  const rows = await db.read(LIST_PUBLISHED, [dayOf(now), after, after === '' ? '~' : after, limit + 1])
  const shown = rows.slice(0, limit).map(warningOf)
  const last = shown.at(-1)
  return { rows: shown, ...(rows.length > limit && last ? { next: last.id } : {}) }
}

/** One that members may open: published and fresh, or withdrawn. Undefined for what was never let out. */
export async function findShown(db: Db, id: string, now: Date): Promise<Warning | undefined> {
  const warning = await findWarning(db, id)
  if (!warning || (warning.state === 'published' && warning.reviewBy < dayOf(now))) return undefined
  return warning.publishedAt === null ? undefined : warning
}

/** The published one that stands for a withdrawn one. */
export async function findCorrection(db: Db, id: string, now: Date): Promise<Warning | undefined> {
  const sql = `${SELECT_WARNING} WHERE w.corrects = ? AND w.state = 'published' AND w.review_by >= ? ORDER BY w.published_at DESC LIMIT 1`
  return (await db.read(sql, [id, dayOf(now)])).map(warningOf)[0]
}

export async function findWarning(db: Db, id: string): Promise<Warning | undefined> {
  return (await db.read(`${SELECT_WARNING} WHERE w.id = ?`, [id])).map(warningOf)[0]
}

/** "Thông tin này sai?": the words sealed, the day, and the warning; nothing of who said it. */
export async function flagWarning(keys: Keys, flag: { id: string; warningId: string; words: string; now: Date }): Promise<Statement[]> {
  const { id, warningId, words } = flag
  const day = dayOf(flag.now)
  return [
    {
      sql: "UPDATE warnings SET flagged_day = coalesce(flagged_day, ?) WHERE id = ? AND state = 'published'",
      args: [day, warningId],
    },
    {
      sql: "INSERT INTO warning_flags(id, warning_id, box, day) SELECT ?, id, ?, ? FROM warnings WHERE id = ? AND state = 'published'",
      args: [id, await keys.seal('flag', evenJson({ words }), id), day, warningId],
    },
  ]
}

export const SELECT_WARNING = 'SELECT w.*, u.name AS unit_name, u.path FROM warnings w JOIN units u ON u.id = w.unit_id'

export const LIST_PUBLISHED = `${SELECT_WARNING.replace('warnings w', 'warnings w INDEXED BY warnings_published')}
  WHERE w.state = 'published' AND w.review_by >= ?
    AND (w.published_at, w.id) < (coalesce((SELECT published_at FROM warnings WHERE id = ?), '9'), ?)
  ORDER BY w.published_at DESC, w.id DESC LIMIT ?`

export function warningOf(row: Row): Warning {
  const text = (value: Value | undefined) => (value === null || value === undefined ? null : String(value))
  const date = (value: Value | undefined) => (value === null || value === undefined ? null : new Date(String(value)))
  const [askedAt, askedDue] = [date(row.asked_at), date(row.asked_due)]
  return {
    id: String(row.id),
    unitId: String(row.unit_id),
    unitName: String(row.unit_name),
    path: String(row.path),
    title: String(row.title),
    body: String(row.body),
    authority: String(row.authority_name),
    number: String(row.number),
    day: String(row.day),
    link: String(row.link),
    state: row.state as WarningState,
    editors: JSON.parse(String(row.editors)) as string[],
    reviewBy: String(row.review_by),
    corrects: text(row.corrects),
    publishedAt: date(row.published_at),
    withdrawnAt: date(row.withdrawn_at),
    withdrawnWhy: text(row.withdrawn_why),
    asked: askedAt && askedDue ? { at: askedAt, due: askedDue, why: String(row.asked_why) } : null,
    changedAt: new Date(String(row.changed_at)),
    version: Number(row.version),
  }
}
