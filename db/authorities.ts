/**
 * The directory of offices that take cases (F33): rows of the whole deployment or of a unit and those below it. Only one
 * that is switched on, has an address and was checked on a day can be chosen; another address has to be checked anew.
 */
import { AUTHORITY_CHECK_DAYS, type AuthorityDraft, type AuthorityKind } from '../src/authority.ts'
import type { Db, Row, Statement, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { type Actor, demand, demandAtTop, may, mayAtTop, scopeOf } from '../src/rights.ts'
import { addDays, dayOf } from '../src/time.ts'
import { fold } from '../src/vietnamese/index.ts'
import { ABOVE } from './above.ts'
import { recordAct } from './audit.ts'
import { guard } from './client.ts'
import { type Desk, stillActing } from './rights.ts'
import { subtreeOf } from './units.ts'

export type Authority = AuthorityDraft & {
  id: string
  /** Null: for every unit. */
  unitId: string | null
  unitName: string | null
  path: string | null
  /** Day of the last check; null: it cannot be chosen. */
  checkedOn: string | null
  active: boolean
  builtIn: boolean
  /** What an edit is for: an older form does not overwrite a newer one. Empty: as it came with the program. */
  edition: string
}

export const AUTHORITY_STATES = ['ready', 'unchecked', 'old', 'off'] as const
export type AuthorityState = (typeof AUTHORITY_STATES)[number]
export type AuthorityFilter = {
  state?: AuthorityState | undefined
  kind?: AuthorityKind | undefined
  typed?: string | undefined
}
export type AuthorityMark = Pick<Authority, 'place' | 'id'>

/** Inserts what is new in the built-in data and updates what changed, save rows an officer edited. One statement. */
export function loadAuthorities(
  rows: ReadonlyArray<{ id: string; kind: string; name: string; source_label: string; order: number }>,
): Statement {
  const built = rows.map((row) => ({ ...row, folded: fold(row.name), built: JSON.stringify(row) }))
  return {
    sql: `INSERT INTO authorities(id, kind, name, source_label, place, folded, built_in)
          SELECT value ->> 'id', value ->> 'kind', value ->> 'name', value ->> 'source_label', value ->> 'order', value ->> 'folded', value ->> 'built'
          FROM json_each(?) WHERE true
          ON CONFLICT(id) DO UPDATE SET kind = excluded.kind, name = excluded.name, source_label = excluded.source_label,
            place = excluded.place, folded = excluded.folded, built_in = excluded.built_in
          WHERE authorities.edited_at IS NULL AND authorities.built_in IS NOT excluded.built_in`,
    args: [JSON.stringify(built)],
  }
}

/** Of the whole deployment, of the officer's units and of those above, in their order. @param after of the last row seen */
export async function listAuthorities(
  { db, actor, now }: Pick<Desk, 'db' | 'actor' | 'now'>,
  filter: AuthorityFilter,
  { after, limit }: { after: AuthorityMark | null; limit: number },
): Promise<Authority[]> {
  const paths = scopeOf(actor, 'authority.read')
  if (paths.length === 0) return []
  const above = JSON.stringify(paths.flatMap((path) => path.split('/').filter((id) => id !== '')))
  const inside = paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')
  const { where, args } = filterSql(filter, now)
  const rows = await db.read(
    `${SELECT} WHERE (a.place, a.id) > (?, ?) AND (a.unit_id IS NULL OR a.unit_id IN (SELECT value FROM json_each(?)) OR ${inside})
     ${where} ORDER BY a.place, a.id LIMIT ?`,
    [after?.place ?? -1, after?.id ?? '', above, ...paths.flatMap((path) => subtreeOf(path)), ...args, limit],
  )
  return rows.map(authorityOf)
}

/** Those a case of this unit may be handed to: of every unit, of its own and of those above. */
export async function listChoosable(db: Db, unitId: string | null, typed: string, limit: number): Promise<Authority[]> {
  const { where, args } = filterSql({ typed }, new Date(0))
  const rows = await db.read(
    `WITH RECURSIVE ${ABOVE} ${SELECT} WHERE ${CHOOSABLE} AND (a.unit_id IS NULL OR a.unit_id IN (SELECT id FROM above)) ${where}
     ORDER BY a.unit_id IS NULL, a.place, a.id LIMIT ?`,
    [unitId, ...args, limit],
  )
  return rows.map(authorityOf)
}

/** One a case of this unit may be handed to. Throws AppError `invalid` for any other. */
export async function requireChoosable(db: Db, id: string, unitId: string | null): Promise<Authority> {
  const [row] = await db.read(
    `WITH RECURSIVE ${ABOVE} ${SELECT} WHERE a.id = ? AND ${CHOOSABLE} AND (a.unit_id IS NULL OR a.unit_id IN (SELECT id FROM above))`,
    [unitId, id],
  )
  if (!row) throw new AppError('invalid', 'console_hand_overs.authority_unready')
  return authorityOf(row)
}

/** One this officer may know of. Throws AppError `not_found`. */
export async function requireAuthority({ db, actor }: Pick<Desk, 'db' | 'actor'>, id: string): Promise<Authority> {
  const [row] = await db.read(`${SELECT} WHERE a.id = ?`, [id])
  const found = row && authorityOf(row)
  const path = found?.path ?? null
  const seen = found && (path === null || scopeOf(actor, 'authority.read').some((at) => path.startsWith(at) || at.startsWith(path)))
  if (!seen) throw new AppError('not_found', 'console_hand_overs.authority_gone')
  return found
}

/** May a case be handed to it? */
export function isReady({ active, checkedOn, address }: Authority): boolean {
  return active && checkedOn !== null && address !== ''
}

/** One for everyone is changed from the top only. */
export function mayChangeAuthority(actor: Actor, { path }: Pick<Authority, 'path'>): boolean {
  return path === null ? mayAtTop(actor, 'authority.write') : may(actor, 'authority.write', path)
}

/**
 * A new one, not choosable until it is checked.
 * @param unit whose cases go there; null: every unit's
 * @param day on which the officer has checked the address
 */
export function addAuthority(
  desk: Desk,
  draft: AuthorityDraft,
  unit: { id: string; path: string } | null,
  day: string | null = null,
): { id: string; writes: Statement[] } {
  const { actor, now } = desk
  demandFor(actor, unit?.path ?? null)
  if (day !== null) demandChecked(desk, draft.address, day)
  const id = desk.id()
  return {
    id,
    writes: [
      ...stillActing(actor),
      {
        sql: `INSERT INTO authorities(id, kind, name, address, phone, email, source_label, place, folded, unit_id, checked_on, edited_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        args: [id, ...columnsOf(draft), unit?.id ?? null, day, now.toISOString()],
      },
      recordAct(actor, { act: 'authority.add', unitId: unit?.id ?? null, about: ['authority', id], detail: { day } }, now),
    ],
  }
}

/** With another name, address or way to reach it, it cannot be chosen until somebody checks it again. */
export function editAuthority(desk: Desk, found: Authority, draft: AuthorityDraft, day: string | null = null): Statement[] {
  const same = (['name', 'address', 'phone', 'email'] as const).every((part) => draft[part] === found[part])
  if (day !== null) demandChecked(desk, draft.address, day)
  const checkedOn = day ?? (same ? found.checkedOn : null)
  return change(desk, found, 'authority.edit', { day: checkedOn }, [
    'kind = ?, name = ?, address = ?, phone = ?, email = ?, source_label = ?, place = ?, folded = ?, checked_on = ?',
    [...columnsOf(draft), checkedOn],
  ])
}

/** An officer has checked the address: cases may go there. Throws AppError `invalid` without an address, or for a day to come. */
export function checkAuthority(desk: Desk, found: Authority, day: string): Statement[] {
  demandChecked(desk, found.address, day)
  return change(desk, found, 'authority.check', { day }, ['checked_on = ?', [day]])
}

/** Not offered any more, or offered again; what was handed there stays as it is. */
export function switchAuthority(desk: Desk, found: Authority, active: boolean): Statement[] {
  return change(desk, found, active ? 'authority.on' : 'authority.off', {}, ['active = ?', [active ? 1 : 0]])
}

function change(
  { actor, now }: Desk,
  found: Authority,
  act: string,
  detail: Record<string, string | null>,
  [set, args]: [sql: string, args: Value[]],
): Statement[] {
  demandFor(actor, found.path)
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE authorities SET ${set}, edited_at = ? WHERE id = ? AND coalesce(edited_at, '') = ?`,
      args: [...args, now.toISOString(), found.id, found.edition],
    },
    guard(),
    recordAct(actor, { act, unitId: found.unitId, about: ['authority', found.id], detail }, now),
  ]
}

function demandChecked({ now }: Desk, address: string, day: string): void {
  if (address === '') throw new AppError('invalid', 'console_hand_overs.authority_no_address')
  if (day > dayOf(now)) throw new AppError('invalid', 'console_hand_overs.authority_future')
}

function demandFor(actor: Actor, path: string | null): void {
  if (path === null) demandAtTop(actor, 'authority.write')
  else demand(actor, 'authority.write', path)
}

const CHOOSABLE = "a.active = 1 AND a.checked_on IS NOT NULL AND a.address <> ''"
const STATE_SQL: Record<AuthorityState, string> = {
  ready: CHOOSABLE,
  unchecked: "a.active = 1 AND (a.checked_on IS NULL OR a.address = '')",
  old: 'a.active = 1 AND a.checked_on < ?',
  off: 'a.active = 0',
}

function filterSql({ state, kind, typed }: AuthorityFilter, now: Date): { where: string; args: Value[] } {
  const words = typed === undefined ? [] : fold(typed.slice(0, 60)).split(' ').filter(Boolean).slice(0, 8)
  const filters = [...(state ? [STATE_SQL[state]] : []), ...(kind ? ['a.kind = ?'] : []), ...words.map(() => 'instr(a.folded, ?) > 0')]
  return {
    where: filters.map((filter) => `AND ${filter}`).join(' '),
    args: [...(state === 'old' ? [oldDay(now)] : []), ...(kind ? [kind] : []), ...words],
  }
}

/** Checked before this day is long ago. */
export const oldDay = (now: Date): string => addDays(dayOf(now), -AUTHORITY_CHECK_DAYS)

function columnsOf({ kind, name, address, phone, email, source, place }: AuthorityDraft): Value[] {
  return [kind, name, address, phone, email, source, place, fold(`${name} ${address}`)]
}

const SELECT = 'SELECT a.*, u.name AS unit_name, u.path FROM authorities a LEFT JOIN units u ON u.id = a.unit_id'

function authorityOf(row: Row): Authority {
  const text = (value: Value | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: String(row.id),
    kind: row.kind as AuthorityKind,
    name: String(row.name),
    address: String(row.address),
    phone: String(row.phone),
    email: String(row.email),
    source: String(row.source_label),
    place: Number(row.place),
    unitId: text(row.unit_id),
    unitName: text(row.unit_name),
    path: text(row.path),
    checkedOn: text(row.checked_on),
    active: row.active === 1,
    builtIn: row.built_in !== null,
    edition: text(row.edited_at) ?? '',
  }
}
