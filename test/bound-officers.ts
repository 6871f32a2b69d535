/**
 * Units with officers at their chats, for tests of what officers do: a small tree, people who are bound with a secret of
 * their own, and the six digits their app shows now.
 */
import { addOfficer } from '../db/officers.ts'
import type { Role } from '../src/rights.ts'
import { newTotpSecret, totpDigits } from '../src/totp.ts'
import type { Bot } from './harness.ts'

/** tinh → xa → co-so, and xa-khac beside xa. */
export async function addTree(bot: Bot): Promise<void> {
  const units: Array<[id: string, name: string, parent: string | null, path: string]> = [
    ['tinh', 'LĐLĐ tỉnh Mẫu', null, '/tinh/'],
    ['xa', 'Công đoàn xã Mẫu', 'tinh', '/tinh/xa/'],
    ['co-so', 'CĐCS Công ty Mẫu', 'xa', '/tinh/xa/co-so/'],
    ['xa-khac', 'Công đoàn xã Khác', 'tinh', '/tinh/xa-khac/'],
  ]
  await bot.db.write(
    units.map(([id, name, parent, path]) => ({
      sql: "INSERT INTO units(id, kind, level, name, parent_id, path) VALUES (?, 'cong_doan', 'x', ?, ?, ?)",
      args: [id, name, parent, path],
    })),
  )
}

export type Seated = Awaited<ReturnType<typeof seat>>

/** An officer at work, bound to the chat of this address. */
export async function seat(bot: Bot, id: string, unitId: string, roles: readonly Role[], channel?: string) {
  const chat = bot.person(`chat-${id}`, channel)
  await chat.says('menu')
  const secret = newTotpSecret()
  await bot.db.write([
    addOfficer({ id, name: `Cán bộ ${id}`, unitId, roles, now: bot.clock.now() }),
    {
      sql: 'UPDATE officers SET totp = ?, contact_id = (SELECT contact_id FROM addresses WHERE native = ?) WHERE id = ?',
      args: [await bot.keys.seal('totp', secret, id), `chat-${id}`, id],
    },
  ])
  return { ...chat, id, digits: () => totpDigits(secret, bot.clock.now()) }
}

/** A member of this unit who has asked an officer something. */
export async function asks(bot: Bot, address: string, unitId: string | null, text: string) {
  const member = bot.person(address)
  await member.says('menu')
  await bot.db.write([
    { sql: 'UPDATE contacts SET unit_id = ? WHERE id = (SELECT contact_id FROM addresses WHERE native = ?)', args: [unitId, address] },
  ])
  await member.says('gặp cán bộ')
  await member.says(text)
  return member
}

export async function auditOf(bot: Bot, act?: string) {
  const rows = await bot.db.read('SELECT officer_id, act, outcome, unit_id, about, about_id, detail FROM audit ORDER BY id')
  return rows.filter((row) => act === undefined || row.act === act)
}
