/**
 * Our broadcast engine for the bench: the real database file, Telegram channel, dispatcher and run engine, as the Node
 * entrance composes them, against a platform that takes everything; only the channel's rate is lifted. A clock in the
 * Vietnamese morning, so that quiet hours never stand in the way.
 *
 * `POST /fill?people=n` adds people · `POST /freeze` → `{seconds, blockedMs}`: a new run until its last row ·
 * `POST /drain` → `{seconds}`: that run until its last outcome
 */
import { createServer } from 'node:http'
import { createTexts } from '../../../content/index.ts'
import { countOf, listCounts } from '../../../db/ledger-counts.ts'
import { migrate } from '../../../db/migrate.ts'
import { openDb } from '../../../db/open.ts'
import { createBroadcasts } from '../../../src/broadcasts.ts'
import { createTelegram } from '../../../src/channels/telegram/index.ts'
import { createDispatcher } from '../../../src/dispatch.ts'
import { secureRandom } from '../../../src/keys.ts'
import { createNodeKeys } from '../../../src/keys-node.ts'
import { openFetches } from '../../../src/node-fetch.ts'
import { readMigrations } from '../../database.ts'
import { addRun, fillPeople } from '../people.ts'

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
  if (path === '/fill') {
    await fillPeople(db, people, filled)
    filled += people
  }
  if (path === '/freeze') return freeze()
  if (path === '/drain') return drain()
  return {}
}

/** A run approved now, until its last row is made. `blockedMs`: the longest the loop was held. */
async function freeze(): Promise<unknown> {
  const startedAt = performance.now()
  await addRun(db, now(), new Date(now().getTime() + 3_600_000))
  let blockedMs = 0
  let last = performance.now()
  const watch = setInterval(() => {
    blockedMs = Math.max(blockedMs, performance.now() - last - 1)
    last = performance.now()
  }, 1)
  while (await broadcasts.tick());
  clearInterval(watch)
  return { seconds: (performance.now() - startedAt) / 1000, blockedMs }
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
  const sent = countOf(await listCounts(db, id), 'sent')
  return { seconds, sent }
}
