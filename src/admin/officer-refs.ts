/**
 * What the commands about officers read from a command line: roles, days, one unit by id, code or exact name, one officer
 * at work. Each refuses with a sentence for the operator.
 */
import { InvalidArgumentError } from 'commander'
import { findOfficer, type Officer } from '../../db/officers.ts'
import { findKnownUnits, type KnownUnit } from '../../db/unit-import.ts'
import type { Db } from '../chat.ts'
import { AppError } from '../errors.ts'
import { ROLES, type Role } from '../rights.ts'

const MAX_NAME = 100

/** The one unit with this id, code or exact name. Throws AppError `not_found` or, when several have the name, `conflict`. */
export async function findOneUnit(db: Db, typed: string): Promise<KnownUnit> {
  const text = typed.normalize('NFC').trim()
  const known = await findKnownUnits(db, [text])
  const byKey = known.find(({ id, code }) => id === text || code === text.toUpperCase())
  const named = byKey ? [byKey] : known.filter(({ name }) => name === text)
  const [unit] = named
  if (!unit)
    throw new AppError('not_found', `Không có đơn vị “${text}”. Ghi mã hoặc đúng tên đầy đủ. / No unit with this id or exact name.`)
  if (named.length > 1) {
    const ids = named.map(({ id }) => id).join(', ')
    throw new AppError(
      'conflict',
      `Có ${named.length} đơn vị cùng tên; ghi mã thay cho tên: ${ids}. / Several units have this name; write the id.`,
    )
  }
  return unit
}

/** An officer who is at work. Throws AppError `not_found`. */
export async function findActiveOfficer(db: Db, id: string): Promise<Officer> {
  const officer = await findOfficer(db, id)
  if (!officer?.active) throw new AppError('not_found', `Không có cán bộ đang trực nào mã ${id}. / No active officer ${id}.`)
  return officer
}

export function rolesOf(typed: string): Role[] {
  const given = typed.split(',').map((role) => role.trim())
  const wrong = given.filter((role) => !(ROLES as readonly string[]).includes(role))
  if (wrong.length > 0) throw new InvalidArgumentError(`không có vai trò / unknown role: ${wrong.join(', ')}.`)
  return [...new Set(given)] as Role[]
}

/** `2026-12-31`, a day that exists. */
export function dayOfText(typed: string): string {
  const day = typed.trim()
  const at = new Date(`${day}T00:00:00Z`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== day)
    throw new InvalidArgumentError('ngày ghi dạng 2026-12-31 / a day such as 2026-12-31.')
  return day
}

/** A name on one line. Throws AppError `invalid`. */
export function nameOf(typed: string): string {
  const name = typed.normalize('NFC').trim()
  if (name === '' || name.length > MAX_NAME || /\p{Cc}/u.test(name))
    throw new AppError('invalid', `Tên cần 1–${MAX_NAME} ký tự trên một dòng. / The name must be one line of 1–${MAX_NAME} characters.`)
  return name
}
