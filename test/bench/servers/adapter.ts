/**
 * What the two peers share: grammY behind Hono, its webhook as a plain function that puts the answer into the webhook's
 * own response. grammY's own Hono adapter encodes that answer twice, so it cannot be used.
 */
import { serve } from '@hono/node-server'
import { Bot, type Context, webhookCallback } from 'grammy'
import type { Update } from 'grammy/types'
import { Hono } from 'hono'

export const ANSWER = 'Trợ lý làm được những việc sau. Bạn chọn một mục, hoặc gõ điều bạn cần.'

/** Serves `answer` for every text message on `PORT`. */
export function serveBot(answer: (context: Context) => Promise<unknown>): void {
  const bot = new Bot('1:bench-token-bench-token-bench', {
    botInfo: { id: 1, is_bot: true, first_name: 'bench', username: 'bench_bot' } as never,
    client: { canUseWebhookReply: () => true },
  })
  bot.on('message:text', answer)
  const handle = webhookCallback(bot, plainAdapter, { secretToken: 'bench-secret' })
  const app = new Hono()
  app.post('/webhooks/telegram', async (c) => {
    const update = await c.req.json()
    const body = await new Promise<string | undefined>((resolve) => {
      void handle(update, c.req.header('x-telegram-bot-api-secret-token') ?? '', resolve)
    })
    return body === undefined ? c.body(null) : c.body(body, 200, { 'content-type': 'application/json' })
  })
  serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' })
}

function plainAdapter(update: Update, header: string, answer: (json?: string) => void) {
  return {
    update: Promise.resolve(update),
    header,
    end: () => answer(),
    respond: (json: string) => answer(json),
    unauthorized: () => answer(),
  }
}
