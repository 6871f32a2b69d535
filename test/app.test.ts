import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createProduct, type Product } from '../src/app.ts'
import type { Db } from '../src/chat.ts'
import { parseConfig } from '../src/config.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { metricsText } from '../src/metrics.ts'
import { openTestFile, type TestDatabase } from './database.ts'

const ENV = {
  TELEGRAM_BOT_TOKEN: '7000000001:AAF-fake_token_of_the_tests_0123456',
  TELEGRAM_WEBHOOK_SECRET: 'telegram-secret-of-the-tests',
  ZALO_APP_ID: '360846524940903967',
  ZALO_APP_SECRET: 'app-secret',
  ZALO_OA_SECRET_KEY: 'oa-secret',
  ZALO_OA_ID: '579745863508352884',
  ZALO_BOT_TOKEN: '12345:abcdefgh',
  ZALO_BOT_WEBHOOK_SECRET: 'zalo-bot-secret-of-the-tests',
}
const NOW = new Date('2026-11-23T02:00:00Z')

describe('the webhooks of the whole app', () => {
  let database: TestDatabase
  let product: Product
  let app: Hono
  let broken = false
  let lines: string[]

  beforeEach(async () => {
    database = await openTestFile()
    broken = false
    lines = []
    const db: Db = {
      ...database.db,
      read: (sql, args) => (broken ? Promise.reject(new Error('the database is away')) : database.db.read(sql, args)),
      write: (statements) => (broken ? Promise.reject(new Error('the database is away')) : database.db.write(statements)),
    }
    product = await createProduct({
      config: parseConfig(ENV),
      db,
      keys: createNodeKeys(new Uint8Array(32).fill(3)),
      fetch: (url) =>
        url.includes('api.telegram.org')
          ? Promise.resolve(
              Response.json({ ok: true, result: { id: 7000000001, is_bot: true, first_name: 'Thử', username: 'HangVietThuBot' } }),
            )
          : Promise.reject(new Error('no network in this test')),
      now: () => NOW,
      log: (level, what, fields) => void lines.push(JSON.stringify({ level, what, ...fields })),
      holder: 'test',
      later: setImmediate,
      evidence: { put: async () => {}, get: async () => undefined, delete: async () => {}, list: async () => ({ names: [] }) },
    })
    app = product.app
  })
  afterEach(() => database.close())

  const stored = async () => Number((await database.db.read('SELECT count(*) AS n FROM inbox'))[0]?.n)
  const telegram = (body: string, secret = ENV.TELEGRAM_WEBHOOK_SECRET) =>
    app.request('/webhooks/telegram', { method: 'POST', headers: { 'x-telegram-bot-api-secret-token': secret }, body })
  const zalo = (body: string, signature?: string) =>
    app.request('/webhooks/zalo', { method: 'POST', headers: signature ? { 'x-zevent-signature': signature } : {}, body })
  const zaloBot = (body: string, secret = ENV.ZALO_BOT_WEBHOOK_SECRET) =>
    app.request('/webhooks/zalo-bot', { method: 'POST', headers: { 'x-bot-api-secret-token': secret }, body })
  const telegramText = (id: number, text: string) =>
    JSON.stringify({
      update_id: id,
      message: {
        message_id: id,
        from: { id: 5, is_bot: false, first_name: 'L' },
        chat: { id: 5, type: 'private' },
        date: 1_795_000_000,
        text,
      },
    })
  const zaloText = (id: string, at: number) => {
    const body = JSON.stringify({
      app_id: ENV.ZALO_APP_ID,
      sender: { id: '246845883529197922' },
      recipient: { id: ENV.ZALO_OA_ID },
      event_name: 'user_send_text',
      message: { text: 'menu', msg_id: id },
      timestamp: String(at),
    })
    const mac = createHash('sha256').update(`${ENV.ZALO_APP_ID}${body}${at}${ENV.ZALO_OA_SECRET_KEY}`).digest('hex')
    return { body, signature: `mac=${mac}` }
  }

  test('a channel without keys is not there', async () => {
    expect((await app.request('/webhooks/viber', { method: 'POST', body: '{}' })).status).toBe(404)
  })

  test('a body too large is refused before its secret is looked at, announced or not', async () => {
    const large = 'x'.repeat(2_000_000)
    for (const post of [telegram, zaloBot]) expect((await post(large, 'wrong')).status).toBe(413)
    expect((await zalo(large)).status).toBe(413)
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('x'.repeat(100_000)))
        if ((controller.desiredSize ?? 0) < -3_000_000) controller.close()
      },
    })
    const request = new Request('http://x/webhooks/telegram', { method: 'POST', body: large })
    expect((await app.request(request)).status).toBe(413)
    await stream.cancel()
    expect(await stored()).toBe(0)
  })

  test('a forged update is refused and leaves nothing', async () => {
    expect((await telegram(telegramText(1, 'menu'), 'wrong')).status).toBe(401)
    expect((await zaloBot('{}', 'wrong')).status).toBe(401)
    const { body } = zaloText('m1', NOW.getTime())
    expect((await zalo(body, 'mac=00')).status).toBe(401)
    expect((await zalo(body)).status).toBe(401)
    expect(await stored()).toBe(0)
  })

  test('what is not this platform’s JSON is refused', async () => {
    expect((await telegram('{')).status).toBe(400)
    expect((await telegram('[]')).status).toBe(400)
    expect((await zaloBot('"text"')).status).toBe(400)
  })

  test('Zalo’s console probe, an unsigned {}, is acknowledged', async () => {
    expect((await zalo('{}')).status).toBe(200)
    expect(await stored()).toBe(0)
  })

  test('an update is stored, its repeat is acknowledged and not stored', async () => {
    expect((await telegram(telegramText(1, 'menu'))).status).toBe(200)
    expect((await telegram(telegramText(1, 'menu'))).status).toBe(200)
    expect(await stored()).toBe(1)
    const { body, signature } = zaloText('m1', NOW.getTime())
    expect((await zalo(body, signature)).status).toBe(200)
    expect((await zalo(body, signature)).status).toBe(200)
    expect(await stored()).toBe(2)
  })

  test('a signed Zalo event older than seven days is acknowledged and ignored', async () => {
    const { body, signature } = zaloText('old', NOW.getTime() - 8 * 24 * 60 * 60 * 1000)
    expect((await zalo(body, signature)).status).toBe(200)
    expect(await stored()).toBe(0)
  })

  test('with the database away the platform is told to come again, and then nothing is lost', async () => {
    broken = true
    expect((await telegram(telegramText(7, 'menu'))).status).toBe(503)
    expect((await app.request('/readyz')).status).toBe(503)
    expect((await app.request('/healthz')).status).toBe(200)
    broken = false
    expect((await telegram(telegramText(7, 'menu'))).status).toBe(200)
    expect(await stored()).toBe(1)
    expect((await app.request('/readyz')).status).toBe(200)
  })

  test('a tap is acknowledged in the webhook’s own answer', async () => {
    const tap = {
      update_id: 9,
      callback_query: {
        id: '21520000000001',
        from: { id: 5, is_bot: false, first_name: 'L' },
        message: { message_id: 3, chat: { id: 5, type: 'private' }, date: 1_795_000_000, text: 'x' },
        chat_instance: '1',
        data: 'help:menu:',
      },
    }
    const answer = await telegram(JSON.stringify(tap))
    expect(await answer.json()).toEqual({ method: 'answerCallbackQuery', callback_query_id: '21520000000001' })
  })

  test('whatever JSON arrives with the right secret, nobody gets a stack trace and the server goes on', async () => {
    const messages = fc.record({
      update_id: fc.oneof(fc.nat(), fc.maxSafeInteger(), fc.string()),
      message: fc.record({
        message_id: fc.nat(),
        chat: fc.record({ id: fc.oneof(fc.nat(1000), fc.maxSafeInteger()), type: fc.constantFrom('private', 'group', 'channel', 'x') }),
        date: fc.oneof(fc.nat(), fc.string()),
        text: fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom('/start', '1', 'quiz:answer:zz.9', 'report:send:', '\u202e\u200bmenu', '🙂'.repeat(50)),
        ),
      }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          messages.map((one) => JSON.stringify(one)),
        ),
        async (body) => {
          const answer = await telegram(body)
          expect([200, 400]).toContain(answer.status)
          expect(await answer.text()).not.toMatch(/\bat \w+ \(|node_modules|\.ts:/)
          const bot = await zaloBot(body)
          expect([200, 400]).toContain(bot.status)
        },
      ),
      { numRuns: 150 },
    )
    expect(lines.filter((line) => line.includes('handler.failed'))).toEqual([])
  })

  test('metrics hold totals and no person', async () => {
    await telegram(telegramText(1, 'menu'))
    await product.dispatcher.drain()
    const text = await (await app.request('/metrics')).text()
    expect(text).toContain('hang_viet_total{day="2026-11-23",channel="telegram"')
    expect(text).not.toContain('"5"')
  })

  test('metrics move in steps that show no talk while it goes on', () => {
    const total = (what: string, n: number) => ({ day: '2026-11-23', channel: 'telegram', what, reason: '', n })
    const shown = (n: number) => metricsText([total('sent', n), total('waited', n), total('failed', n)]).match(/ \d+$/gm)
    // A report's three last messages, after any number before them.
    expect([20, 21, 24, 27, 29].map((n) => shown(n)?.slice(0, 2))).toEqual(Array.from({ length: 5 }, () => [' 20', ' 20']))
    expect([shown(30), shown(7)?.at(-1)]).toEqual([[' 30', ' 30', ' 30'], ' 7'])
  })

  test('connecting learns the bot’s own name, so that links to the private chat have somewhere to lead', async () => {
    expect(product.about().telegramName).toBeNull()
    const states = await product.connect()
    expect(states.map(({ name, ok }) => [name, ok])).toEqual([
      ['zalo', false],
      ['zalo-bot', false],
      ['telegram', true],
    ])
    expect(product.about().telegramName).toBe('HangVietThuBot')
    expect(await database.db.read("SELECT value FROM settings WHERE name = 'telegram_name'")).toEqual([{ value: 'HangVietThuBot' }])
  })
})
