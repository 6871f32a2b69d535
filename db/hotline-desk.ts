/**
 * "Gọi ai?" at the desk (F36): officers add, change, check and hide lines without a deploy. A line belongs to the whole
 * deployment, or to a unit and those below it. Whoever changes what is dialled has to check it anew before it is shown.
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import type { HotlineDraft } from '../src/hotline.ts'
import { type Act, type Actor, demand, demandAtTop, may, mayAtTop, scopeOf } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import { fold } from '../src/vietnamese/index.ts'
import { recordAct } from './audit.ts'
import { guard } from './client.ts'
import { foldedOf, type HotlineKind } from './hotlines.ts'
import { type Desk, stillActing } from './rights.ts'
import { subtreeOf } from './units.ts'

export type DeskHotline = HotlineDraft & {
  id: string
  kind: HotlineKind
  /** Null: for everyone. */
  unitId: string | null
  unitName: string | null
  path: string | null
  /** Day of the last check; null: members do not see it. */
  checkedOn: string | null
  /** Comes with the program: it can be hidden, not removed. */
  builtIn: boolean
  /** What an edit is for: an older form does not overwrite a newer one. Empty: as it came with the program. */
  edition: string
}

export type HotlineFilter = {
  /** Shown to members, hidden from them, or checked before this day. */
  shown?: 'shown' | 'hidden' | { checkedBefore: string }
  kind?: HotlineKind
  typed?: string
}

/** Lines of the whole deployment, of the officer's units and of the units above, in the order members see. @param after of the last row seen */
export async function listDeskHotlines(
  db: Db,
  actor: Actor,
  { shown, kind, typed }: HotlineFilter,
  { after, limit }: { after: { place: number; id: string } | null; limit: number },
): Promise<DeskHotline[]> {
  const paths = scopeOf(actor, 'hotline.read')
  const above = JSON.stringify(paths.flatMap((path) => path.split('/').filter((id) => id !== '')))
  const inside = paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ') || '0'
  const words = typed === undefined ? [] : fold(typed.slice(0, 60)).split(' ').filter(Boolean).slice(0, 8)
  const filters = [
    ...(shown === 'shown' ? ['h.checked_on IS NOT NULL'] : []),
    ...(shown === 'hidden' ? ['h.checked_on IS NULL'] : []),
    ...(typeof shown === 'object' ? ['h.checked_on < ?'] : []),
    ...(kind ? ['h.kind = ?'] : []),
    ...words.map(() => 'instr(h.folded, ?) > 0'),
  ]
  const rows = await db.read(
    `${SELECT} WHERE (h.place, h.id) > (?, ?) AND (h.unit_id IS NULL OR h.unit_id IN (SELECT value FROM json_each(?)) OR ${inside})
     ${filters.map((filter) => `AND ${filter}`).join(' ')} ORDER BY h.place, h.id LIMIT ?`,
    [
      after?.place ?? -1,
      after?.id ?? '',
      above,
      ...paths.flatMap((path) => subtreeOf(path)),
      ...(typeof shown === 'object' ? [shown.checkedBefore] : []),
      ...(kind ? [kind] : []),
      ...words,
      limit,
    ],
  )
  return rows.map(hotlineOf)
}

export async function findDeskHotline(db: Db, id: string): Promise<DeskHotline | undefined> {
  return (await db.read(`${SELECT} WHERE h.id = ?`, [id])).map(hotlineOf)[0]
}

/**
 * A line this officer may know of: everyone's, those of their units and of the units above. Throws AppError `not_found`.
 */
export async function requireHotline({ db, actor }: Pick<Desk, 'db' | 'actor'>, id: string): Promise<DeskHotline> {
  const line = await findDeskHotline(db, id)
  const path = line?.path ?? null
  const seen = line && (path === null || actor.grants.some((grant) => path.startsWith(grant.path) || grant.path.startsWith(path)))
  if (!seen) throw new AppError('not_found', 'office.hotline_gone')
  return line
}

/** May this officer change this line? One for everyone is changed from the top only. */
export function mayChange(actor: Actor, { path }: Pick<DeskHotline, 'path'>, act: Act = 'hotline.write'): boolean {
  return path === null ? mayAtTop(actor, act) : may(actor, act, path)
}

/**
 * A new line, hidden until it is checked.
 * @param unit whose members see it; null: everyone
 * @param day on which the officer has called the number
 */
export function addHotline(
  desk: Desk,
  draft: HotlineDraft,
  unit: { id: string; path: string } | null,
  day: string | null = null,
): { id: string; writes: Statement[] } {
  const { actor, now } = desk
  demandFor(actor, 'hotline.write', unit?.path ?? null)
  if (day !== null) demandChecked(desk, unit?.path ?? null, day)
  const id = desk.id()
  return {
    id,
    writes: [
      ...stillActing(actor),
      {
        sql: `INSERT INTO hotlines(id, kind, number, tel, office, what_for, free, source_label, place, folded, unit_id, checked_on, edited_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        args: [id, ...columnsOf(draft), unit?.id ?? null, day, now.toISOString()],
      },
      recordAct(actor, { act: 'hotline.add', unitId: unit?.id ?? null, about: ['hotline', id], detail: { day } }, now),
    ],
  }
}

/**
 * Other words or another number; with another number, office or source it is hidden until somebody checks it again.
 * @param day on which the officer has called the number as it now is
 */
export function editHotline(desk: Desk, line: DeskHotline, draft: HotlineDraft, day: string | null = null): Statement[] {
  const other = draft.number !== line.number || draft.tel !== line.tel || draft.office !== line.office || draft.source !== line.source
  const checkedOn = day ?? (other ? null : line.checkedOn)
  if (day !== null) demandChecked(desk, line.path, day)
  return change(desk, line, 'hotline.write', 'hotline.edit', { day: checkedOn }, [
    'kind = ?, number = ?, tel = ?, office = ?, what_for = ?, free = ?, source_label = ?, place = ?, folded = ?, checked_on = ?',
    [...columnsOf(draft), checkedOn],
  ])
}

/** An officer has called the number: members see it with this day. Throws AppError `invalid` for a day to come. */
export function showHotline(desk: Desk, line: DeskHotline, day: string): Statement[] {
  demandChecked(desk, line.path, day)
  return change(desk, line, 'hotline.check', 'hotline.check', { day }, ['checked_on = ?', [day]])
}

/** Members no longer see it. */
export function hideHotline(desk: Desk, line: DeskHotline): Statement[] {
  return change(desk, line, 'hotline.write', 'hotline.hide', {}, ['checked_on = NULL', []])
}

/** Ends a line officers wrote. Throws AppError `conflict` for one that comes with the program: it would be back at the next start. */
export function removeHotline({ actor, now }: Desk, line: DeskHotline): Statement[] {
  demandFor(actor, 'hotline.write', line.path)
  if (line.builtIn) throw new AppError('conflict', 'office.hotline_built_in')
  return [
    ...stillActing(actor),
    { sql: "DELETE FROM hotlines WHERE id = ? AND coalesce(edited_at, '') = ?", args: [line.id, line.edition] },
    guard(),
    recordAct(actor, { act: 'hotline.remove', unitId: line.unitId, about: ['hotline', line.id] }, now),
  ]
}

function change(
  { actor, now }: Desk,
  line: DeskHotline,
  act: Act,
  recorded: string,
  detail: Record<string, string | null>,
  [set, args]: [sql: string, args: Statement['args']],
): Statement[] {
  demandFor(actor, act, line.path)
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE hotlines SET ${set}, edited_at = ? WHERE id = ? AND coalesce(edited_at, '') = ?`,
      args: [...args, now.toISOString(), line.id, line.edition],
    },
    guard(),
    recordAct(actor, { act: recorded, unitId: line.unitId, about: ['hotline', line.id], detail }, now),
  ]
}

function demandChecked({ actor, now }: Desk, path: string | null, day: string): void {
  demandFor(actor, 'hotline.check', path)
  if (day > dayOf(now)) throw new AppError('invalid', 'office.checked_future')
}

function demandFor(actor: Actor, act: Act, path: string | null): void {
  if (path === null) demandAtTop(actor, act)
  else demand(actor, act, path)
}

function columnsOf({ kind, number, tel, office, whatFor, free, source, place }: HotlineDraft): Statement['args'] {
  return [kind, number, tel, office, whatFor, free ? 1 : 0, source, place, foldedOf(number, office, whatFor)]
}

const SELECT = `SELECT h.*, u.name AS unit_name, u.path FROM hotlines h LEFT JOIN units u ON u.id = h.unit_id`

function hotlineOf(row: Row): DeskHotline {
  const text = (value: Row[string] | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: String(row.id),
    kind: row.kind as HotlineKind,
    number: String(row.number),
    tel: String(row.tel),
    office: String(row.office),
    whatFor: String(row.what_for),
    free: row.free === 1,
    source: String(row.source_label),
    place: Number(row.place),
    unitId: text(row.unit_id),
    unitName: text(row.unit_name),
    path: text(row.path),
    checkedOn: text(row.checked_on),
    builtIn: row.built_in !== null,
    edition: text(row.edited_at) ?? '',
  }
}
