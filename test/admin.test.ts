import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDb } from '../db/open.ts'
import { replayKept } from '../src/admin/replay.ts'
import type { Handler } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { bundleAdmin, createOperator, type Operator, TEST_KEY } from './admin-desk.ts'
import { FAKE_TOKEN, fakeTelegram } from './fake-telegram.ts'
import { startFakeZaloBot } from './fake-zalo-bot.ts'
import { type Bot, createBot, textOf } from './harness.ts'

describe('the command line', () => {
  let operator: Operator
  let unbundle: () => Promise<void>
  beforeAll(async () => {
    unbundle = await bundleAdmin()
  })
  afterAll(() => unbundle())
  beforeEach(async () => {
    operator = await createOperator()
  })
  afterEach(() => operator.close())

  test('as a process: help is a success, an unknown command shows the help and ends with 2', async () => {
    const help = await operator.spawn('--help')
    expect(help.code).toBe(0)
    for (const command of ['migrate', 'webhook', 'replay', 'unit', 'officer', 'setting', 'retention', 'backup', 'restore'])
      expect(help.out).toMatch(new RegExp(`^  ${command} .*`, 'm'))
    expect(help.out).toContain('npm run admin -- backup')
    const wrong = await operator.spawn('backupp')
    expect(wrong.code).toBe(2)
    expect(wrong.err).toContain('backupp')
    expect(wrong.err).toContain('npm run admin -- backup')
  })

  test('a wrong value in the environment is a sentence and 1, not a stack trace', async () => {
    operator.env.DATA_KEY = 'short'
    const said = await operator.spawn('migrate')
    expect(said.code).toBe(1)
    expect(said.err).toContain('DATA_KEY must be base64 of 32 bytes')
    expect(said.err).not.toContain('    at ')
  })

  test.each([[], ['unit'], ['webhook', 'set', 'facebook'], ['officer', 'add'], ['setting', 'set', 'colour', 'red'], ['backup']])(
    'a command line that is not whole ends with 2: %s %s %s',
    async (...args) => {
      expect((await operator.run(...args)).code).toBe(2)
    },
  )

  test.each([
    'migrate',
    'webhook',
    'webhook set',
    'replay',
    'unit import',
    'officer add',
    'officer list',
    'setting set',
    'retention',
    'backup',
    'restore',
  ])('help of %s says what it does in both languages', async (command) => {
    const said = await operator.run(...command.split(' '), '--help')
    expect(said.code).toBe(0)
    expect(said.out).toMatch(/[ạ-ỹđ].*\n?.* \/ /)
  })

  test('migrate names what it applied, and the second time has nothing to do', async () => {
    expect((await operator.run('migrate')).out).toContain('0001_road')
    expect((await operator.run('migrate')).out).toContain('Nothing to do')
  })

  test('an officer is added to a unit by id or exact name, listed, and let go', async () => {
    const byId = await operator.run('officer', 'add', '--name', 'Nguyễn Văn Mẫu', '--unit', 'ld-lai-chau', '--roles', 'viewer,case')
    expect(byId).toMatchObject({ code: 0 })
    const byName = await operator.run('officer', 'add', '--name', 'Lê Thị Mẫu', '--unit', 'Liên đoàn Lao động tỉnh Lai Châu')
    expect(byName).toMatchObject({ code: 0 })
    const id = byId.out.split(' ')[0] ?? ''
    expect((await operator.run('officer', 'list')).out).toContain('Nguyễn Văn Mẫu, Liên đoàn Lao động tỉnh Lai Châu (viewer, case)')
    expect((await operator.run('officer', 'remove', id)).code).toBe(0)
    expect((await operator.run('officer', 'remove', id)).code).toBe(1)
    expect((await operator.run('officer', 'list')).out).toMatch(new RegExp(`${id}.*thôi trực`))
    const db = openDb({ url: operator.url })
    expect(await db.read('SELECT roles, active FROM officers ORDER BY active')).toEqual([
      { roles: '["viewer","case"]', active: 0 },
      { roles: '["viewer"]', active: 1 },
    ])
    db.close()
  })

  test('a role or a unit that does not exist is refused', async () => {
    const add = (...more: string[]) => operator.run('officer', 'add', '--name', 'Lê Thị Mẫu', ...more)
    expect(await add('--unit', 'ld-lai-chau', '--roles', 'king')).toMatchObject({ code: 2 })
    const said = await add('--unit', 'ld-sao-hoa')
    expect(said.code).toBe(1)
    expect(said.err).toContain('Không có đơn vị “ld-sao-hoa”')
  })

  test('who the deployment is can be set and read back', async () => {
    expect((await operator.run('setting', 'set', 'unit_name', ' LĐLĐ tỉnh Mẫu ')).code).toBe(0)
    expect((await operator.run('setting', 'set', 'telegram_name', '@HangVietBot')).code).toBe(1)
    const { out } = await operator.run('setting', 'list')
    expect(out).toContain('unit_name = LĐLĐ tỉnh Mẫu')
    expect(out).toContain('telegram_name = (chưa đặt')
  })

  test('retention previews in counts and deletes only with --run', async () => {
    await operator.run('migrate')
    const db = openDb({ url: operator.url })
    await db.write([
      { sql: "INSERT INTO contacts(id, joined_day, seen_day) VALUES ('c1', '2026-01-01', '2026-01-01')", args: [] },
      { sql: "INSERT INTO addresses(id, contact_id, channel, native, turn, in_at) VALUES ('a1', 'c1', 'telegram', '1', 1, 0)", args: [] },
    ])
    const left = async () => (await db.read('SELECT count(*) AS n FROM contacts'))[0]?.n
    expect((await operator.run('retention')).out).toMatch(/silent: 1[\s\S]*--run/)
    expect(await left()).toBe(1)
    expect((await operator.run('retention', '--run')).out).toContain('silent: 1')
    expect(await left()).toBe(0)
    db.close()
  })
})

describe('webhook', () => {
  let operator: Operator
  afterEach(() => operator.close())

  test('Telegram’s and the Zalo bot’s webhooks are set with the secret the server expects, shown, and removed', async () => {
    const telegram = await fakeTelegram()
    const zaloBot = await startFakeZaloBot()
    operator = await createOperator({
      PUBLIC_URL: 'https://bot.example.vn',
      TELEGRAM_BOT_TOKEN: FAKE_TOKEN,
      TELEGRAM_API_ROOT: telegram.root,
      ZALO_BOT_TOKEN: zaloBot.token,
      ZALO_BOT_API_ROOT: zaloBot.root,
    })
    const keys = createNodeKeys(Buffer.from(TEST_KEY, 'base64'))
    const set = await operator.run('webhook', 'set')
    expect(set).toMatchObject({ code: 0 })
    expect(telegram.calls.find(({ method }) => method === 'setWebhook')?.params).toMatchObject({
      url: 'https://bot.example.vn/webhooks/telegram',
      secret_token: await keys.tag('webhook', 'telegram'),
    })
    expect(zaloBot.webhook).toEqual({ url: 'https://bot.example.vn/webhooks/zalo-bot', secret: await keys.tag('webhook', 'zalo-bot') })
    expect(set.out).not.toContain(await keys.tag('webhook', 'telegram'))
    expect((await operator.run('webhook', 'info')).out).toMatch(/telegram: https:[\s\S]*zalo-bot: https:/)
    expect(await operator.run('webhook', 'delete', 'zalo-bot')).toMatchObject({ code: 0, out: 'zalo-bot: đã bỏ / removed' })
    expect(zaloBot.webhook.url).toBe('')
    expect((await operator.run('webhook', 'info', 'telegram')).out).toContain('https://bot.example.vn/webhooks/telegram')
    await telegram.close()
    await zaloBot.close()
  })

  test('for a Zalo Official Account it prints what to enter by hand', async () => {
    operator = await createOperator({
      PUBLIC_URL: 'https://bot.example.vn',
      ZALO_APP_ID: '1',
      ZALO_APP_SECRET: 'x',
      ZALO_OA_SECRET_KEY: 'x',
      ZALO_OA_ID: '2',
    })
    expect((await operator.run('webhook', 'set', 'zalo')).out).toMatch(/developers\.zalo\.me.*https:\/\/bot\.example\.vn\/webhooks\/zalo$/)
  })

  test('without PUBLIC_URL or without keys it says what is missing', async () => {
    operator = await createOperator({ TELEGRAM_BOT_TOKEN: FAKE_TOKEN, TELEGRAM_API_ROOT: 'http://127.0.0.1:9' })
    expect((await operator.run('webhook', 'set')).err).toContain('PUBLIC_URL')
    expect((await operator.run('webhook', 'info', 'zalo-bot')).err).toContain('chưa có khóa')
    const away = await operator.run('webhook', 'info')
    expect(away.code).toBe(1)
    expect(away.err).not.toContain(FAKE_TOKEN)
  })
})

describe('replay', () => {
  let bot: Bot
  let broken: boolean
  const fragile: Handler = {
    name: 'fragile',
    version: 1,
    words: [],
    wants: () => true,
    async handle() {
      if (broken) throw new Error('a mistake of ours')
      return { replies: [{ text: { literal: 'Đã nhận.' } }] }
    },
  }
  beforeEach(async () => {
    broken = true
    bot = await createBot({ handlers: [fragile] })
  })
  afterEach(() => bot.close())

  const replay = async (code?: string) => {
    const lines: string[] = []
    const result = await replayKept({ ...bot, say: (line) => void lines.push(line) }, code)
    await bot.dispatcher.drain()
    return { ...result, lines }
  }
  const codeIn = (text: string) => /\b[2-9A-HJKMNP-TV-Z]{5}\b/.exec(text)?.[0] ?? ''

  test('an update that failed is apologized for, kept, and after the fix answered once', async () => {
    const lan = bot.person('100')
    const code = codeIn(textOf(await lan.says('xin chào')))
    expect(await replay()).toMatchObject({ done: 0, failed: 1, lines: [expect.stringContaining(`${code}: vẫn lỗi`)] })
    broken = false
    expect(await replay(code.toLowerCase())).toMatchObject({ done: 1, failed: 0 })
    expect(
      lan
        .heard()
        .map(({ text }) => text)
        .at(-1),
    ).toBe('Đã nhận.')
    expect(lan.heard()).toHaveLength(2)
    await expect(replay(code)).rejects.toThrow(`Không giữ tin nào có mã ${code}`)
    expect((await replay()).lines).toEqual([expect.stringContaining('Nothing to replay')])
    expect(lan.heard()).toHaveLength(2)
  })

  test('whoever has written since is not answered out of place', async () => {
    const lan = bot.person('100')
    const code = codeIn(textOf(await lan.says('một')))
    broken = false
    await lan.says('hai')
    expect(await replay(code)).toMatchObject({ done: 0, movedOn: 1, lines: [expect.stringContaining('moved on')] })
    expect(lan.heard()).toHaveLength(2)
  })

  test('two operators at once answer it once', async () => {
    const lan = bot.person('100')
    await lan.says('một')
    broken = false
    const results = await Promise.all([replay(), replay()])
    expect(results.map(({ done }) => done).sort()).toEqual([0, 1])
    expect(lan.heard()).toHaveLength(2)
  })

  test('the command sends the answer itself where no server runs', async () => {
    const telegram = await fakeTelegram()
    const operator = await createOperator({ TELEGRAM_BOT_TOKEN: FAKE_TOKEN, TELEGRAM_API_ROOT: telegram.root })
    await operator.run('migrate')
    const database = { db: openDb({ url: operator.url }), url: operator.url, close: async () => {} }
    const other = await createBot({ database, handlers: [fragile] })
    const code = codeIn(textOf(await other.person('100').says('trợ giúp')))
    expect(await operator.run('replay', code, '--send')).toMatchObject({ code: 0, out: `${code}: xong. / done` })
    expect(telegram.taken.map(({ chat }) => chat)).toEqual(['100'])
    expect(await operator.run('replay', code)).toMatchObject({ code: 1 })
    database.db.close()
    await operator.close()
    await telegram.close()
  })
})
