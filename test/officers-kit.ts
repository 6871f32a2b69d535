/**
 * A small organisation at its desk, for tests: units, officers with roles whose chat account is bound and whose app shows
 * six digits, and members who agreed to messages.
 */
import { addOfficer } from '../db/officers.ts'
import { loadUnits } from '../db/unit-rows.ts'
import type { Db, MemberKind } from '../src/chat.ts'
import type { Role } from '../src/rights.ts'
import { newTotpSecret, totpDigits } from '../src/totp.ts'
import type { Bot } from './harness.ts'

/** Id, name, and the unit above. */
export const UNITS = [
  ['tinh', 'LĐLĐ tỉnh Mẫu', null],
  ['xa', 'Công đoàn xã Mẫu', 'tinh'],
  ['co-so', 'CĐCS Công ty Mẫu', 'xa'],
  ['xuong', 'CĐCS Xưởng may Mẫu', 'xa'],
  ['xa-khac', 'Công đoàn xã Khác', 'tinh'],
] as const
export type UnitId = (typeof UNITS)[number][0]

export function pathOf(unitId: UnitId): string {
  const above = UNITS.find(([id]) => id === unitId)?.[2]
  return `${above ? pathOf(above) : '/'}${unitId}/`
}

/** The units of UNITS, found by their names. */
export async function seedUnits(db: Db): Promise<void> {
  const rows = UNITS.map(([id, name, parent]) => ({
    ...{ id, name, parent, kind: 'cong_doan', level: 'co_so', short_name: null, code: null, valid_from: null, valid_to: null },
    ...{ successors: [], aliases: [], note: null },
  }))
  await db.write(loadUnits(rows, { sample: false }))
}

export type OfficerAtDesk = Awaited<ReturnType<typeof seatOfficer>>

/** An officer with these roles at a unit, bound to the chat account `address`; `digits()` is what their app shows now. */
export async function seatOfficer(
  bot: Pick<Bot, 'db' | 'keys' | 'clock' | 'person'>,
  officer: { id: string; unitId: UnitId; roles: readonly Role[]; address?: string; channel?: string; name?: string },
) {
  const { id, unitId, roles, address = id, channel, name = `Cán bộ ${id}` } = officer
  const person = bot.person(address, channel)
  await person.says('menu')
  await bot.db.write([addOfficer({ id, name, unitId, roles, now: bot.clock.now() })])
  const secret = await bindOfficerTo(bot, id, person.channel, address)
  return { ...person, id, name, secret, digits: () => totpDigits(secret, bot.clock.now()) }
}

/** Binds an officer to whoever writes from this address, with a secret of their own, which is returned. */
export async function bindOfficerTo(
  { db, keys }: Pick<Bot, 'db' | 'keys'>,
  officerId: string,
  channel: string,
  native: string,
): Promise<string> {
  const secret = newTotpSecret()
  await db.write([
    {
      sql: `UPDATE officers SET totp = ?, contact_id = (SELECT contact_id FROM addresses WHERE channel = ? AND native = ?) WHERE id = ?`,
      args: [await keys.seal('totp', secret, officerId), channel, native, officerId],
    },
  ])
  return secret
}

/** People of a unit who agreed to messages, unless said otherwise; they never wrote, which costs a test nothing. */
export async function addMembers(
  db: Db,
  n: number,
  member: { unitId: UnitId; channel?: string; push?: 0 | 1; deals?: 0 | 1; age?: string; kind?: MemberKind; at?: number; name?: string },
): Promise<void> {
  const { unitId, channel = 'telegram', push = 1, deals = 0, age = 'adult', kind = null, at = 0, name = `${unitId}-${channel}` } = member
  const ids = JSON.stringify(Array.from({ length: n }, (_, i) => `${name}-${push}${age}${String(i).padStart(6, '0')}`))
  await db.write([
    {
      sql: `INSERT INTO contacts(id, kind, locale, joined_day, seen_day, unit_id, push, deals, age, member_kind, last_channel, last_address)
            SELECT value, 'person', 'vi', '2026-11-01', '2026-11-01', ?, ?, ?, ?, ?, ?, 'a-' || value FROM json_each(?)`,
      args: [unitId, push, deals, age, kind, channel, ids],
    },
    {
      sql: `INSERT INTO addresses(id, contact_id, channel, native, turn, in_at) SELECT 'a-' || value, value, ?, 'n-' || value, 1, ? FROM json_each(?)`,
      args: [channel, at, ids],
    },
  ])
}
