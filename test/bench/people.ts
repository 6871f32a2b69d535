/**
 * People and a run for the bench, as rows: two hundred units unless told, ids as random as real ones, the message both sides of a
 * drain send.
 */
import { addBroadcast } from '../../db/broadcasts.ts'
import { audienceSchema, contentSchema, type Message } from '../../src/campaign.ts'
import type { Db } from '../../src/chat.ts'
import { randomCode, randomId, secureRandom } from '../../src/keys.ts'
import { BUTTONS, chatOf, TEXT } from './broadcast.ts'

const UNITS = 200
const STEP = 10_000

/** People who agreed to messages, with chats from `chatOf(from + 1)` on. */
export async function fillPeople(db: Db, people: number, from = 0, units = UNITS): Promise<void> {
  await db.write([
    { sql: "INSERT OR IGNORE INTO units(id, kind, level, name, path) VALUES ('u', 'cong_doan', 'tinh', 'LĐLĐ tỉnh Mẫu', '/u/')", args: [] },
    {
      sql: `INSERT OR IGNORE INTO units(id, kind, level, name, parent_id, path)
            SELECT 'u' || value, 'cong_doan', 'xa', 'Đơn vị ' || value, 'u', '/u/u' || value || '/' FROM json_each(?)`,
      args: [JSON.stringify(Array.from({ length: units }, (_, i) => i))],
    },
  ])
  for (let done = 0; done < people; done += STEP) {
    const rows = Array.from({ length: Math.min(STEP, people - done) }, (_, i) => [
      randomId(secureRandom),
      randomId(secureRandom),
      chatOf(from + done + i + 1),
      `u${(done + i) % units}`,
    ])
    const json = JSON.stringify(rows)
    await db.write([
      {
        sql: `INSERT INTO contacts(id, unit_id, member_kind, age, push, joined_day, seen_day, last_channel, last_address)
              SELECT value ->> 0, value ->> 3, 'cong_doan', 'adult', 1, '2026-01-01', '2026-11-20', 'telegram', value ->> 1 FROM json_each(?)`,
        args: [json],
      },
      {
        sql: `INSERT INTO addresses(id, contact_id, channel, native, turn, in_at)
              SELECT value ->> 1, value ->> 0, 'telegram', value ->> 2, 1, 1795000000000 FROM json_each(?)`,
        args: [json],
      },
    ])
  }
}

/** A run of a new campaign to all of them, as its last approval leaves it. */
export async function addRun(db: Db, now: Date, startsAt: Date): Promise<void> {
  const message: Message = {
    ...{ label: null, body: { vi: { literal: TEXT }, en: null }, image: null, topic: null, unitName: 'LĐLĐ tỉnh Mẫu' },
    ...{ title: 'Tin thử', zaloTemplate: false, taken: null },
    purpose: 'push',
    buttons: BUTTONS.map(({ label }) => ({ label: { vi: { literal: label }, en: null }, to: { kind: 'quiz' } })),
  }
  const code = randomCode(8, secureRandom)
  await db.write([
    {
      sql: `INSERT INTO campaigns(id, unit_id, author_id, editors, title, content, audience, plan, state, created_at, changed_at)
            VALUES (?, 'u', 'o', '[]', 'Tin thử', ?, ?, '{"kind":"now"}', 'approved', ?, ?)`,
      args: [
        code,
        JSON.stringify(contentSchema.parse({ vi: TEXT })),
        JSON.stringify(audienceSchema.parse({ unitId: 'u' })),
        now.toISOString(),
        now.toISOString(),
      ],
    },
    addBroadcast({
      ...{ campaignId: code, unitId: 'u', code, word: 'K7M', message },
      ...{ audience: audienceSchema.parse({ unitId: 'u' }), now, startsAt },
    }),
  ])
}
