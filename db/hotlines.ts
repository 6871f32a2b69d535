/**
 * "Gọi ai?" (F36): numbers as rows, edited without a deploy. A number nobody has checked is never shown. A start brings
 * in built-in rows and leaves alone what an officer edited.
 */
import type { Db, Statement } from '../src/chat.ts'
import type { HOTLINE_KINDS } from '../src/hotline.ts'
import { fold } from '../src/vietnamese/index.ts'
import { ABOVE } from './above.ts'

export type HotlineKind = (typeof HOTLINE_KINDS)[number]

/** A row of the built-in data. `checked_on` null hides it. */
export type BuiltInHotline = {
  id: string
  number: string
  tel: string | null
  office: string
  what_for: string
  free: boolean
  checked_on: string | null
  source_label: string
  order: number
  kind: HotlineKind
}

export type Hotline = {
  id: string
  kind: HotlineKind
  number: string
  /** Digits to dial; null for what cannot be called, like an app. */
  tel: string | null
  office: string
  whatFor: string
  free: boolean
  /** Day of the last check, `2026-11-22`. */
  checkedOn: string
}

/** Inserts what is new and updates what changed in the built-in data, save rows an officer edited. One statement. */
export function loadHotlines(rows: readonly BuiltInHotline[]): Statement {
  const built = rows.map((row) => ({
    ...row,
    tel: row.tel ?? '',
    folded: foldedOf(row.number, row.office, row.what_for),
    built: JSON.stringify(row),
  }))
  return {
    sql: `INSERT INTO hotlines(id, kind, number, tel, office, what_for, free, checked_on, source_label, place, folded, built_in)
          SELECT value ->> 'id', value ->> 'kind', value ->> 'number', value ->> 'tel', value ->> 'office', value ->> 'what_for',
            value ->> 'free', value ->> 'checked_on', value ->> 'source_label', value ->> 'order', value ->> 'folded', value ->> 'built'
          FROM json_each(?) WHERE true
          ON CONFLICT(id) DO UPDATE SET kind = excluded.kind, number = excluded.number, tel = excluded.tel, office = excluded.office,
            what_for = excluded.what_for, free = excluded.free, checked_on = excluded.checked_on, source_label = excluded.source_label,
            place = excluded.place, folded = excluded.folded, built_in = excluded.built_in
          WHERE hotlines.edited_at IS NULL AND (hotlines.built_in IS NOT excluded.built_in OR hotlines.folded = '')`,
    args: [JSON.stringify(built)],
  }
}

/** What a line is found by: words without accents, and its digits without dots. */
export function foldedOf(number: string, office: string, whatFor: string): string {
  return `${fold(`${number} ${office} ${whatFor}`)} ${number.replace(/\D/g, '')}`
}

/** An officer has called the number: from now on it is shown, with this day. @param day `2026-11-23` */
export function checkHotline(id: string, day: string, now: Date): Statement {
  return { sql: 'UPDATE hotlines SET checked_on = ?, edited_at = ? WHERE id = ?', args: [day, now.toISOString(), id] }
}

/** Checked numbers for everyone, and those of the person's own units; in their order, at most 40. */
export async function listHotlines(db: Db, unitId: string | null): Promise<Hotline[]> {
  const rows = await db.read(
    `WITH RECURSIVE ${ABOVE}
     SELECT id, kind, number, tel, office, what_for, free, checked_on FROM hotlines
     WHERE checked_on IS NOT NULL AND (unit_id IS NULL OR unit_id IN (SELECT id FROM above)) ORDER BY place, id LIMIT 40`,
    [unitId],
  )
  return rows.map((row) => ({
    id: String(row.id),
    kind: row.kind as HotlineKind,
    number: String(row.number),
    tel: row.tel === '' ? null : String(row.tel),
    office: String(row.office),
    whatFor: String(row.what_for),
    free: row.free === 1,
    checkedOn: String(row.checked_on),
  }))
}
