/**
 * What an officer does to a unit at once (F3, F65): make it, give it other names people type, a new join code, name a level.
 * What takes effect on a day stands in db/unit-changes.ts.
 */
import type { Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { randomCode } from '../src/keys.ts'
import { demand, scopeOf } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import type { LevelName, NewUnit } from '../src/tree.ts'
import { recordAct } from './audit.ts'
import { guard, guardThat } from './client.ts'
import { type Desk, stillActing } from './rights.ts'
import { addNames, isOpen, pathAbove, replaceNames, requireTreeUnit } from './tree-units.ts'
import { listLevelNames } from './units.ts'

const CODE_LENGTH = 6

/** A new unit below one that is open, with a join code. Throws AppError `not_found`, `forbidden`, `invalid`. */
export async function addUnit(desk: Desk, wish: NewUnit): Promise<{ id: string; writes: Statement[] }> {
  const { db, actor, now } = desk
  const parent = await requireTreeUnit(desk, wish.parentId, 'unit.write')
  if (!isOpen(parent, dayOf(now))) throw new AppError('invalid', 'tree.parent_closed')
  const levels = await listLevelNames(db)
  if (!levels.some(({ kind, level }) => kind === wish.kind && level === wish.level)) throw new AppError('invalid', 'tree.no_level')
  const id = desk.id()
  const at = now.toISOString()
  return {
    id,
    writes: [
      ...stillActing(actor),
      guardThat('EXISTS (SELECT 1 FROM units WHERE id = ? AND path = ? AND (valid_to IS NULL OR valid_to >= ?))', [
        parent.id,
        parent.path,
        dayOf(now),
      ]),
      {
        sql: `INSERT INTO units(id, kind, level, name, short_name, parent_id, path, code, valid_from, aliases, edited_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        args: [
          id,
          wish.kind,
          wish.level,
          wish.name,
          wish.shortName,
          parent.id,
          `${parent.path}${id}/`,
          newCode(desk.random),
          dayOf(now),
          JSON.stringify(wish.aliases),
          at,
        ],
      },
      addNames(id, [wish.name, wish.shortName ?? '', ...wish.aliases]),
      recordAct(actor, { act: 'unit.add', unitId: id, about: ['unit', id] }, now),
    ],
  }
}

/** Other names people type, and what is said of the unit. Names it once had stay among them only when they are given. */
export async function editUnit(desk: Desk, id: string, edit: { aliases?: string[]; note?: string }): Promise<Statement[]> {
  const { actor, now } = desk
  const unit = await requireTreeUnit(desk, id, 'unit.write')
  const aliases = edit.aliases ?? unit.aliases
  return [
    ...stillActing(actor),
    {
      sql: 'UPDATE units SET aliases = ?, note = ?, edited_at = ? WHERE id = ? AND path = ? AND aliases = ?',
      args: [
        JSON.stringify(aliases),
        edit.note === undefined ? unit.note : edit.note || null,
        now.toISOString(),
        id,
        unit.path,
        JSON.stringify(unit.aliases),
      ],
    },
    guard(),
    ...replaceNames(id, [unit.name, unit.shortName ?? '', ...aliases]),
    recordAct(actor, { act: 'unit.edit', unitId: id, about: ['unit', id], detail: { aliases: aliases.length } }, now),
  ]
}

/** Another join code; the old one, and every poster that shows it, is of no use from now on. */
export async function renewCode(desk: Desk, id: string): Promise<{ code: string; writes: Statement[] }> {
  const { actor, now } = desk
  const unit = await requireTreeUnit(desk, id, 'unit.write')
  if (!isOpen(unit, dayOf(now))) throw new AppError('invalid', 'tree.unit_closed')
  const code = newCode(desk.random)
  return {
    code,
    writes: [
      ...stillActing(actor),
      { sql: 'UPDATE units SET code = ?, edited_at = ? WHERE id = ? AND code IS ?', args: [code, now.toISOString(), id, unit.code] },
      guard(),
      recordAct(actor, { act: 'unit.code', unitId: id, about: ['unit', id] }, now),
    ],
  }
}

/** How a level of a kind of unit is called: for the whole deployment, so by those who tend a top of the tree. */
export function nameLevel({ actor, now }: Desk, { kind, level, vi, en }: LevelName): Statement[] {
  const top = scopeOf(actor, 'unit.write').find((path) => pathAbove(path) === path)
  demand(actor, 'unit.write', top ?? '/')
  return [
    ...stillActing(actor),
    {
      sql: `INSERT INTO level_names(kind, level, vi, en, edited_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT(kind, level) DO UPDATE SET vi = excluded.vi, en = excluded.en, edited_at = excluded.edited_at`,
      args: [kind, level, vi, en, now.toISOString()],
    },
    recordAct(actor, { act: 'unit.level', detail: { kind, level } }, now),
  ]
}

/** With a letter and a digit in it: in a chat six letters alone are a word. */
export function newCode(random: () => number): string {
  for (;;) {
    const code = randomCode(CODE_LENGTH, random)
    if (/\d/.test(code) && /[A-Z]/.test(code)) return code
  }
}
