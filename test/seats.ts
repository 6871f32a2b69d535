/**
 * People at their chats, for tests of what officers do: officers bound to a chat account, with the six digits their app
 * shows now, and members who ask them something. The rows behind them: people.ts.
 */
import type { Role } from '../src/rights.ts'
import { totpDigits } from '../src/totp.ts'
import type { Bot } from './harness.ts'
import { addTestOfficer } from './people.ts'

export type Seated = Awaited<ReturnType<typeof seat>>

/** An officer at work with these roles at a unit, bound to a chat of their own. */
export async function seat(
  bot: Pick<Bot, 'db' | 'keys' | 'clock' | 'person'>,
  id: string,
  unitId: string,
  roles: readonly Role[],
  channel?: string,
  address = `chat-${id}`,
) {
  const chat = bot.person(address, channel)
  await chat.says('menu')
  const [row] = await bot.db.read('SELECT contact_id FROM addresses WHERE channel = ? AND native = ?', [chat.channel, address])
  const officer = await addTestOfficer(bot.db, bot.keys, id, unitId, roles, String(row?.contact_id))
  return { ...chat, ...officer, digits: () => totpDigits(officer.secret, bot.clock.now()) }
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
