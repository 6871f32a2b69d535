/**
 * The peer without a database: grammY behind Hono, answering each update in the webhook's own response, which is the
 * cheapest answer there is. grammY's own Hono adapter encodes that answer twice, so the adapter here is a plain one.
 */
import { serve } from '@hono/node-server'
import { Bot, webhookCallback } from 'grammy'
import { Hono } from 'hono'
import { plainAdapter } from './adapter.ts'

const bot = new Bot('1:bench-token-bench-token-bench', {
  botInfo: { id: 1, is_bot: true, first_name: 'bench', username: 'bench_bot' } as never,
  client: { canUseWebhookReply: () => true },
})
bot.on('message:text', (ctx) => ctx.reply('Trợ lý làm được những việc sau. Bạn chọn một mục, hoặc gõ điều bạn cần.'))

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
