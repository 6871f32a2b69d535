/**
 * The peer with a session: the same grammY bot with one SQLite read and one write per update, as a session store does
 * it, in the same durable mode (WAL, synchronous=FULL) through the same client library.
 */
import { serve } from '@hono/node-server'
import { createClient } from '@libsql/client'
import { Bot, webhookCallback } from 'grammy'
import { Hono } from 'hono'
import { plainAdapter } from './adapter.ts'

const db = createClient({ url: `file:${process.env.BENCH_DB}`, concurrency: 1, timeout: 5000 })
await db.execute('PRAGMA journal_mode = WAL')
await db.execute('PRAGMA synchronous = FULL')
await db.execute('CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, data TEXT NOT NULL)')

const bot = new Bot('1:bench-token-bench-token-bench', {
  botInfo: { id: 1, is_bot: true, first_name: 'bench', username: 'bench_bot' } as never,
  client: { canUseWebhookReply: () => true },
})
bot.on('message:text', async (ctx) => {
  const id = String(ctx.chat.id)
  const { rows } = await db.execute({ sql: 'SELECT data FROM sessions WHERE id = ?', args: [id] })
  const session = JSON.parse(String(rows[0]?.data ?? '{"n":0}')) as { n: number }
  session.n++
  await db.execute({
    sql: 'INSERT INTO sessions(id, data) VALUES (?, ?) ON CONFLICT(id) DO UPDATE SET data = excluded.data',
    args: [id, JSON.stringify(session)],
  })
  await ctx.reply('Trợ lý làm được những việc sau. Bạn chọn một mục, hoặc gõ điều bạn cần.')
})

const handle = webhookCallback(bot, plainAdapter, { secretToken: 'bench-secret' })

const app = new Hono()
app.post('/webhooks/telegram', async (c) => {
  const update = await c.req.json()
  const body = await new Promise<string | undefined>((resolve) => {
    void handle(update, c.req.header('x-telegram-bot-api-secret-token') ?? '', resolve)
  })
  return body === undefined ? c.body(null) : c.body(body, 200, { 'content-type': 'application/json' })
})

serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' }, () => console.log('ready'))
