import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findBindCode } from '../db/officers.ts'
import { openDb } from '../db/open.ts'
import { findActor, findTokenActor } from '../db/rights.ts'
import { replayKept } from '../src/admin/replay.ts'
import type { Db, Handler } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { newTotpSecret, totpDigits } from '../src/totp.ts'
import { bundleAdmin, createOperator, type Operator, TEST_KEY } from './admin-desk.ts'
import { FAKE_TOKEN, fakeTelegram } from './fake-telegram.ts'
import { startFakeZalo } from './fake-zalo.ts'
import { startFakeZaloBot } from './fake-zalo-bot.ts'
import { type Bot, createBot, textOf } from './harness.ts'
import { keys as zaloKeys } from './zalo-kit.ts'

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
    for (const command of [
      'migrate',
      'webhook',
      'replay',
      'unit',
      'officer',
      'token',
      'article',
      'setting',
      'retention',
      'backup',
      'restore',
    ])
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
    'officer roles',
    'officer bind',
    'officer lend',
    'officer unlend',
    'token add',
    'token list',
    'token revoke',
    'article send',
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
    const db = openDb({ url: operator.url })
    expect(await db.read('SELECT via, act, about_id FROM audit')).toEqual([{ via: 'admin', act: 'setting.write', about_id: 'unit_name' }])
    db.close()
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

describe('officers', () => {
  const AT = '2026-11-23T02:00:00.000Z'
  let operator: Operator
  let db: Db
  const keys = createNodeKeys(Buffer.from(TEST_KEY, 'base64'))
  beforeEach(async () => {
    operator = await createOperator({ NOW: AT, PUBLIC_URL: 'https://bot.example.vn' })
    await operator.run('migrate')
    db = openDb({ url: operator.url })
  })
  afterEach(async () => {
    db.close()
    await operator.close()
  })

  const add = async (...more: string[]) =>
    (await operator.run('officer', 'add', '--name', 'Nguyễn Văn Mẫu', '--unit', 'ld-lai-chau', ...more)).out.split(' ')[0] ?? ''
  const audit = async () => (await db.read('SELECT * FROM audit ORDER BY id')) as Array<Record<string, string>>
  const refused = async (...args: string[]) => {
    const said = await operator.run(...args)
    expect(said.code, said.out).toBe(1)
    return said.err
  }

  test('a title suggests the roles, --roles wins, and roles change at once', async () => {
    const deputy = await add('--title', 'pho_ban')
    const other = await add('--title', 'pho_ban', '--roles', 'viewer')
    expect(await db.read('SELECT roles, title FROM officers ORDER BY roles')).toEqual([
      { roles: '["approver","editor","viewer"]', title: 'pho_ban' },
      { roles: '["viewer"]', title: 'pho_ban' },
    ])
    expect((await operator.run('officer', 'add', '--name', 'x', '--unit', 'ld-lai-chau', '--title', 'vua')).code).toBe(2)
    expect((await operator.run('officer', 'roles', deputy, 'editor')).out).toContain('pho_ban (editor)')
    expect((await operator.run('officer', 'roles', deputy, 'king')).code).toBe(2)
    await operator.run('officer', 'remove', other)
    expect(await refused('officer', 'roles', other, 'editor')).toContain('Không có cán bộ đang trực')
    expect((await audit()).map(({ act, via, unit_id, about, about_id, detail }) => [act, via, unit_id, about, about_id, detail])).toEqual([
      ['officer.add', 'admin', 'ld-lai-chau', 'officer', deputy, '{"roles":"approver,editor,viewer","title":"pho_ban"}'],
      ['officer.add', 'admin', 'ld-lai-chau', 'officer', other, '{"roles":"viewer","title":"pho_ban"}'],
      ['officer.roles', 'admin', 'ld-lai-chau', 'officer', deputy, '{"before":"approver,editor,viewer","after":"editor"}'],
      ['officer.remove', 'admin', 'ld-lai-chau', 'officer', other, null],
    ])
  })

  test('bind prints the code, its links and the secret once; they open the binding and stand nowhere in the clear', async () => {
    const id = await add('--title', 'truong_ban')
    await operator.run('setting', 'set', 'telegram_name', 'HangVietBot')
    const { out } = await operator.run('officer', 'bind', id)
    const [, code = ''] = /gắn tài khoản cán bộ ([2-9A-Z]{4}-[2-9A-Z]{4})/.exec(out) ?? []
    const plain = code.replace('-', '')
    const [, secret = ''] = /secret: ([A-Z2-7]{32})/.exec(out) ?? []
    expect(out).toContain(`https://t.me/HangVietBot?start=cb-${plain}`)
    expect(out).toContain(`https://bot.example.vn/?start=cb-${plain}`)
    expect(out).toMatch(/otpauth:\/\/totp\/.*secret=/)
    expect(out).toMatch(/[▀▄█]{5}/)
    expect(out).toContain('09:00, 24/11/2026')
    const found = await findBindCode(db, keys, await keys.tag('officer-code', plain), new Date(AT))
    expect(found).toMatchObject({ officerId: id, secret })
    await operator.run('officer', 'bind', id)
    expect(await findBindCode(db, keys, await keys.tag('officer-code', plain), new Date(AT))).toBeUndefined()
    expect(JSON.stringify(await audit())).not.toMatch(new RegExp(`${secret}|${plain}|${code}`))
    expect(await refused('officer', 'bind', 'nobody')).toContain('nobody')
  })

  test('roles are lent until a day, only those the lender has, shown in the list and ended', async () => {
    const [lender, borrower] = [await add('--roles', 'approver,viewer'), await add('--roles', 'viewer')]
    const lend = ['officer', 'lend', lender, borrower, '--roles']
    expect(await refused(...lend, 'admin', '--until', '2026-12-31')).toContain('không có vai trò admin')
    expect(await refused(...lend, 'approver', '--until', '2026-11-22')).toContain('hôm nay')
    expect(await refused(...lend, 'approver', '--until', '2026-11-30', '--from', '2026-12-01')).toContain('hôm nay')
    expect(await refused('officer', 'lend', lender, lender, '--roles', 'viewer', '--until', '2026-12-31')).toContain('chính mình')
    for (const day of ['2026-02-30', '31/12/2026']) expect((await operator.run(...lend, 'approver', '--until', day)).code).toBe(2)
    const id = (await operator.run(...lend, 'approver', '--until', '2026-12-31')).out.split(' ')[0] ?? ''
    expect((await operator.run('officer', 'list')).out).toContain(`${id}  ủy quyền`)
    const grants = async () => (await findActor(db, borrower, new Date(AT), 'chat'))?.grants.flatMap(({ roles }) => roles)
    expect(await grants()).toEqual(['viewer', 'approver'])
    expect((await operator.run('officer', 'unlend', id)).code).toBe(0)
    expect(await grants()).toEqual(['viewer'])
    expect(await refused('officer', 'unlend', id)).toContain(id)
    expect((await operator.run('officer', 'list')).out).not.toContain('ủy quyền')
    expect((await audit()).map(({ act }) => act).slice(2)).toEqual(['officer.lend', 'officer.unlend'])
  })

  test('a token is shown once, kept as a hash, limited to its unit, and revoked', async () => {
    const id = await add('--title', 'tuyen_giao')
    const make = (...more: string[]) => ['token', 'add', '--officer', id, '--name', 'Cổng thông tin', '--until', '2026-12-31', ...more]
    const { out } = await operator.run(...make('--scopes', 'read,draft'))
    const [, token = ''] = /^(hv_[A-Za-z0-9]{40})$/m.exec(out) ?? []
    const tokenId = out.split(' ')[0] ?? ''
    expect(await findTokenActor(db, await keys.tag('token', token), new Date(AT))).toMatchObject({ officerId: id, token: { id: tokenId } })
    expect(JSON.stringify([await db.read('SELECT * FROM api_tokens'), await audit()])).not.toContain(token)
    expect((await operator.run(...make('--scopes', 'approve'))).code).toBe(2)
    expect(await refused('token', 'add', '--officer', id, '--name', 'x', '--scopes', 'read', '--until', '2026-11-22')).toContain('đã qua')
    expect(await refused(...make('--scopes', 'read', '--unit', 'ld-hai-phong'))).toMatch(/không có quyền ở đơn vị|Không có đơn vị/)
    expect((await operator.run('token', 'list')).out).toContain(`${tokenId}  Cổng thông tin`)
    expect((await operator.run('token', 'list')).out).not.toContain('hv_')
    expect((await operator.run('token', 'revoke', tokenId)).code).toBe(0)
    expect(await refused('token', 'revoke', tokenId)).toContain(tokenId)
    expect((await operator.run('token', 'list')).out).toContain('đã thu hồi')
    expect(await findTokenActor(db, await keys.tag('token', token), new Date(AT))).toBeUndefined()
    expect((await audit()).map(({ act }) => act)).toEqual(['officer.add', 'token.add', 'token.revoke'])
  })

  describe('an article', () => {
    let fake: Awaited<ReturnType<typeof startFakeZalo>>
    let secret: string
    let admin: string
    beforeEach(async () => {
      fake = await startFakeZalo(zaloKeys)
      Object.assign(operator.env, {
        ZALO_APP_ID: zaloKeys.appId,
        ZALO_APP_SECRET: zaloKeys.appSecret,
        ZALO_OA_SECRET_KEY: zaloKeys.oaSecretKey,
        ZALO_OA_ID: zaloKeys.oaId,
        ZALO_ACCESS_TOKEN: zaloKeys.accessToken,
        ZALO_REFRESH_TOKEN: zaloKeys.refreshToken,
        ZALO_API_ROOT: fake.apiRoot,
        ZALO_OAUTH_ROOT: fake.oauthRoot,
      })
      admin = await add('--title', 'quan_tri')
      secret = newTotpSecret()
      await db.write([{ sql: 'UPDATE officers SET totp = ?', args: [await keys.seal('totp', secret, admin)] }])
    })
    afterEach(() => fake.close())

    const send = (...more: string[]) => ['article', 'send', 'bd5ea46bb32e5a0033f', ...more]
    const signed = (officer = admin, at = AT) => ['--officer', officer, '--code', totpDigits(secret, new Date(at)), '--confirm-public']
    const broadcasts = () => fake.to('/v2.0/oa/message')
    const acts = async () => (await audit()).filter(({ about }) => about === 'article').map(({ act, outcome }) => `${act} ${outcome}`)

    test('without the word of confirmation it says whom it reaches and sends nothing', async () => {
      const { out } = await operator.run(...send('--officer', admin, '--code', '123456'))
      expect(out).toContain('kể cả người đã ngừng nhận tin')
      expect(out).toContain('Chưa gửi gì')
      expect(await refused(...send('--confirm-public'))).toContain('--officer')
      expect(broadcasts()).toEqual([])
    })

    test('is sent by an admin’s own digits, once', async () => {
      expect(await operator.run(...send(...signed()))).toMatchObject({ code: 0, out: expect.stringContaining('broadcast-1') })
      expect(await refused(...send(...signed()))).toContain('Sáu số chưa đúng hoặc đã dùng')
      expect(broadcasts()).toHaveLength(1)
      expect(await acts()).toEqual(['article.confirm done', 'article.send done', 'article.send refused'])
    })

    test('another role, wrong digits and an officer who left send nothing', async () => {
      await operator.run('officer', 'roles', admin, 'approver,editor')
      expect(await refused(...send(...signed()))).toContain('chưa có quyền')
      await operator.run('officer', 'roles', admin, 'admin')
      expect(await refused(...send('--officer', admin, '--code', '000000', '--confirm-public'))).toMatch(/Sáu số/)
      await operator.run('officer', 'remove', admin)
      expect(await refused(...send(...signed()))).toContain('Không có cán bộ')
      expect(await refused('article', 'send', '../x', ...signed())).toContain('không đúng dạng')
      expect(broadcasts()).toEqual([])
      expect(await acts()).toEqual(['article.send refused', 'article.send refused'])
    })

    test('a refusal of Zalo and an answer that never came are written down', async () => {
      fake.script('/v2.0/oa/message', { error: -1441 }, 'drop')
      expect(await refused(...send(...signed()))).toContain('zalo_-1441')
      operator.env.NOW = '2026-11-23T02:01:00.000Z'
      expect(await refused(...send(...signed(admin, operator.env.NOW)))).toContain('Không rõ Zalo đã nhận chưa')
      expect(await acts()).toEqual(['article.confirm done', 'article.send refused', 'article.confirm done', 'article.send refused'])
    })
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
