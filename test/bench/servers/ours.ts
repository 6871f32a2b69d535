/**
 * Our broadcast engine for the bench: the real database file, Telegram channel, dispatcher and run engine, as the Node
 * entrance composes them, against a platform that takes everything; only the channel's rate is lifted. A clock in the
 * Vietnamese morning, so that quiet hours never stand in the way.
 *
 * `POST /fill?people=n` · `POST /freeze` → `{seconds, blockedMs, rssMb}` · `POST /drain` → `{seconds}` of the newest run
 */
import { createServer } from 'node:http'
import { createTexts } from '../../../content/index.ts'
import { addBroadcast } from '../../../db/broadcasts.ts'
import { listCounts } from '../../../db/ledger.ts'
import { migrate } from '../../../db/migrate.ts'
import { openDb } from '../../../db/open.ts'
import { createBroadcasts } from '../../../src/broadcasts.ts'
import { audienceSchema, type Message } from '../../../src/campaign.ts'
import { createTelegram } from '../../../src/channels/telegram/index.ts'
import { createDispatcher } from '../../../src/dispatch.ts'
import { randomCode, randomId, secureRandom } from '../../../src/keys.ts'
import { createNodeKeys } from '../../../src/keys-node.ts'
import { openFetches } from '../../../src/node-fetch.ts'
import { readMigrations } from '../../database.ts'
import { BUTTONS, chatOf, TEXT } from '../broadcast.ts'

const startedAt = Date.now()
const now = () => new Date(Date.parse('2026-11-23T01:00:00Z') + Date.now() - startedAt)
const log = (level: string, what: string, fields: object = {}) => {
  if (level === 'error') console.error(what, fields)
}
const db = openDb({ url: `file:${process.env.BENCH_DB}` })
await migrate(db, await readMigrations())
const keys = createNodeKeys(new Uint8Array(32).fill(7))
const telegram = createTelegram({
  token: '12345:abcdefghijklmnopqrstuvwxyz',
  secret: 'bench-secret',
  apiRoot: process.env.PLATFORM_ROOT ?? '',
  ...openFetches(),
  commands: () => [],
  now,
})
const channel = { ...telegram, limits: { ...telegram.limits, perSecond: Number(process.env.RATE ?? 1e7) } }
const parts = { db, keys, channels: [channel], render: createTexts().render, publicUrl: null, now, holder: 'bench', log }
const dispatcher = createDispatcher({ ...parts, later: setImmediate })
const broadcasts = createBroadcasts({ ...parts, random: secureRandom })
dispatcher.start()
let filled = 0

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://bench')
  request.resume()
  work(pathname, Number(searchParams.get('people')))
    .then((result) => response.end(JSON.stringify(result)))
    .catch((error) => {
      console.error(error)
      response.writeHead(500).end()
    })
}).listen(Number(process.env.PORT), '127.0.0.1')

async function work(path: string, people: number): Promise<unknown> {
  if (path === '/fill') return fill(people)
  if (path === '/freeze') return freeze()
  if (path === '/drain') return drain()
  return {}
}

/** People of two hundred units, with ids as random as real ones. */
async function fill(people: number): Promise<unknown> {
  await db.write([
    { sql: "INSERT OR IGNORE INTO units(id, kind, level, name, path) VALUES ('u', 'cong_doan', 'tinh', 'LĐLĐ tỉnh Mẫu', '/u/')", args: [] },
    {
      sql: `INSERT OR IGNORE INTO units(id, kind, level, name, parent_id, path)
            SELECT 'u' || value, 'cong_doan', 'xa', 'Đơn vị ' || value, 'u', '/u/u' || value || '/' FROM json_each(?)`,
      args: [JSON.stringify(Array.from({ length: 200 }, (_, i) => i))],
    },
  ])
  for (let from = 1; from <= people; from += 10_000) {
    const rows = Array.from({ length: Math.min(10_000, people - from + 1) }, (_, i) => [
      randomId(secureRandom),
      randomId(secureRandom),
      chatOf(filled + from + i),
      `u${(from + i) % 200}`,
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
  filled += people
  return { filled }
}

/** A run approved now, until its last row is made. `blockedMs`: the longest the loop was held. */
async function freeze(): Promise<unknown> {
  const message: Message = {
    ...{ label: null, body: { vi: { literal: TEXT }, en: null }, image: null, topic: null, unitName: 'LĐLĐ tỉnh Mẫu' },
    ...{ title: 'Tin thử', zaloTemplate: false, taken: null },
    purpose: 'push',
    buttons: BUTTONS.map(({ label }) => ({ label: { vi: { literal: label }, en: null }, to: { kind: 'quiz' } })),
  }
  const names = { code: randomCode(8, secureRandom), word: 'K7M' }
  const startedAt = performance.now()
  await db.write([
    {
      sql: `INSERT INTO campaigns(id, unit_id, author_id, editors, title, content, audience, plan, state, created_at, changed_at)
            VALUES (?, 'u', 'o', '[]', 'Tin thử', '{}', '{}', '{}', 'approved', '', '')`,
      args: [names.code],
    },
    addBroadcast({
      ...{ campaignId: names.code, unitId: 'u', ...names, message },
      ...{ audience: audienceSchema.parse({ unitId: 'u' }), now: now(), startsAt: new Date(now().getTime() + 3_600_000) },
    }),
  ])
  let blockedMs = 0
  let last = performance.now()
  const watch = setInterval(() => {
    blockedMs = Math.max(blockedMs, performance.now() - last - 1)
    last = performance.now()
  }, 1)
  while (await broadcasts.tick());
  clearInterval(watch)
  return { seconds: (performance.now() - startedAt) / 1000, blockedMs, rssMb: process.memoryUsage().rss / 1048576 }
}

async function drain(): Promise<unknown> {
  const [row] = await db.read('SELECT max(id) AS id FROM broadcasts')
  const id = Number(row?.id)
  const startedAt = performance.now()
  await db.write([{ sql: 'UPDATE broadcasts SET starts_at = ? WHERE id = ?', args: [now().getTime(), id] }])
  await broadcasts.tick()
  for (;;) {
    const open = (await listCounts(db, id)).some(({ state }) => state === 'queued' || state === 'sending')
    if (!open) break
    await new Promise((resume) => setTimeout(resume, 10))
  }
  const seconds = (performance.now() - startedAt) / 1000
  await broadcasts.tick()
  return { seconds, counts: await listCounts(db, id) }
}
