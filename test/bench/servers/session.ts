/**
 * The peer with a session: the same grammY bot with one SQLite read and one write per update, as a session store does
 * it, as durable as ours (WAL, synchronous=FULL), through the libSQL client.
 */
import { createClient } from '@libsql/client'
import { ANSWER, serveBot } from './adapter.ts'

const db = createClient({ url: `file:${process.env.BENCH_DB}`, concurrency: 1, timeout: 5000 })
await db.execute('PRAGMA journal_mode = WAL')
await db.execute('PRAGMA synchronous = FULL')
await db.execute('CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, data TEXT NOT NULL)')

serveBot(async (context) => {
  const id = String(context.chat?.id)
  const { rows } = await db.execute({ sql: 'SELECT data FROM sessions WHERE id = ?', args: [id] })
  const session = JSON.parse(String(rows[0]?.data ?? '{"n":0}')) as { n: number }
  session.n++
  await db.execute({
    sql: 'INSERT INTO sessions(id, data) VALUES (?, ?) ON CONFLICT(id) DO UPDATE SET data = excluded.data',
    args: [id, JSON.stringify(session)],
  })
  await context.reply(ANSWER)
})
