/**
 * The Worker for real: wrangler's bundle in workerd, a libSQL server over HTTP, Telegram and Zalo played by fakes.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTexts } from '../content/index.ts'
import { addToken } from '../db/api-tokens.ts'
import { findBroadcast } from '../db/broadcasts.ts'
import { proofOf } from '../db/filing-proofs.ts'
import { listCounts } from '../db/ledger-counts.ts'
import { addOfficer } from '../db/officers.ts'
import { makeSignInLink } from '../db/sessions.ts'
import { enqueueReplies } from '../db/turns.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { draft } from './api-desk.ts'
import { broadcastRow } from './broadcast-rows.ts'
import { openTestServer, type TestDatabase } from './database.ts'
import { payload, SECRET } from './fake-telegram/channel.ts'
import { type FakeTelegram, fakeTelegram } from './fake-telegram.ts'
import { signedWebhook, startFakeZalo } from './fake-zalo.ts'
import { addPeople, addTestOfficer, deskAt, runOf, unitRows } from './people.ts'
import { PNG } from './pictures.ts'
import { bundleWorker, type RunningWorker, startWorker } from './workerd.ts'
import { keys as zaloKeys } from './zalo-kit.ts'

/** What “trợ giúp” is answered with. */
const ANSWER = createTexts().render({ key: 'help.menu' }, 'vi')
const DATA_KEY = new Uint8Array(32).fill(9)
const PATIENCE = { timeout: 20_000, interval: 50 }

let database: TestDatabase
let telegram: FakeTelegram
let zalo: Awaited<ReturnType<typeof startFakeZalo>>
let values: Record<string, string>

beforeAll(async () => {
  ;[database, telegram, zalo] = await Promise.all([openTestServer(), fakeTelegram(), startFakeZalo(zaloKeys)])
  values = {
    LIBSQL_URL: database.url,
    DATA_KEY: Buffer.from(DATA_KEY).toString('base64'),
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_WEBHOOK_SECRET: SECRET,
    TELEGRAM_API_ROOT: telegram.root,
    ZALO_APP_ID: zaloKeys.appId,
    ZALO_APP_SECRET: zaloKeys.appSecret,
    ZALO_OA_SECRET_KEY: zaloKeys.oaSecretKey,
    ZALO_OA_ID: zaloKeys.oaId,
    ZALO_ACCESS_TOKEN: zaloKeys.accessToken,
    ZALO_REFRESH_TOKEN: zaloKeys.refreshToken,
    ZALO_API_ROOT: zalo.apiRoot,
    ZALO_OAUTH_ROOT: zalo.oauthRoot,
  }
})
afterAll(() => Promise.all([database?.close(), telegram?.close(), zalo?.close()]))

describe('the Worker', () => {
  let worker: RunningWorker
  let updates = 1000
  beforeAll(async () => {
    worker = await startWorker(values)
  })
  afterAll(() => worker?.close())

  /** A typed text as Telegram would post it: the recorded body, with another person, number and text. */
  const typed = (chat: string, text: string, update = ++updates): string => {
    const recorded = payload('text') as { message: { from: object; chat: object } }
    const from = { ...recorded.message.from, id: Number(chat) }
    const message = { ...recorded.message, from, chat: { ...recorded.message.chat, id: Number(chat) }, text, entities: [] }
    return JSON.stringify({ ...recorded, update_id: update, message })
  }
  const toTelegram = async (body: string, secret = SECRET): Promise<number> => {
    const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
    return (await fetch(`${worker.url}/webhooks/telegram`, { method: 'POST', headers, body })).status
  }
  const toZalo = async (sender: string, text: string, id: string, oaSecretKey = zaloKeys.oaSecretKey): Promise<number> => {
    const signed = signedWebhook(
      { appId: zaloKeys.appId, oaSecretKey },
      {
        app_id: zaloKeys.appId,
        sender: { id: sender },
        recipient: { id: zaloKeys.oaId },
        event_name: 'user_send_text',
        message: { text, msg_id: id },
        timestamp: String(Date.now()),
      },
    )
    return (
      await fetch(`${worker.url}/webhooks/zalo`, {
        method: 'POST',
        headers: Object.fromEntries(signed.headers),
        body: await signed.text(),
      })
    ).status
  }
  const sentTo = (chat: string) => telegram.taken.filter((message) => message.chat === chat)
  /** Whoever is new is greeted too: only the answers count. */
  const answersTo = (chat: string) => sentTo(chat).filter(({ text }) => text.includes(ANSWER))
  const zaloAnswersTo = (person: string) =>
    zalo
      .messages()
      .filter((body) => (body as { recipient: { user_id: string } }).recipient.user_id === person && JSON.stringify(body).includes(ANSWER))
  const turnOf = async (native: string) => (await database.db.read('SELECT turn FROM addresses WHERE native = ?', [native]))[0]?.turn
  const waiting = async () => (await database.db.read('SELECT count(*) AS n FROM outbox'))[0]?.n

  test('serves, and says when it is ready', async () => {
    expect((await fetch(`${worker.url}/healthz`)).status).toBe(200)
    expect(await (await fetch(`${worker.url}/readyz`)).text()).toBe('ok')
    expect((await fetch(`${worker.url}/webhooks/zalo-bot`, { method: 'POST' })).status).toBe(404)
  })

  test('warns once that data leaves Vietnam, until the decision is recorded', async () => {
    await fetch(`${worker.url}/healthz`)
    await expect.poll(() => worker.output().split('data.abroad').length - 1, PATIENCE).toBe(1)
  })

  test('answers a Telegram message at once, without waiting for the minute', async () => {
    expect(await toTelegram(typed('501', 'trợ giúp'))).toBe(200)
    await expect.poll(() => answersTo('501').length, PATIENCE).toBe(1)
    await expect.poll(waiting, PATIENCE).toBe(0)
  })

  test('answers a Zalo message', async () => {
    expect(await toZalo('9001', 'trợ giúp', 'zalo-1')).toBe(200)
    await expect.poll(() => zaloAnswersTo('9001').length, PATIENCE).toBe(1)
  })

  test('refuses what is forged and keeps nothing of it', async () => {
    const before = await database.db.read('SELECT count(*) AS n FROM inbox')
    expect(await toTelegram(typed('666', 'trợ giúp'), 'another_secret_0123456789')).toBe(401)
    expect(await toZalo('666', 'trợ giúp', 'zalo-forged', 'another-key')).toBe(401)
    expect(await database.db.read('SELECT count(*) AS n FROM inbox')).toEqual(before)
  })

  test('serves the REST API: the document, drafts, forged approvals, counts beside each other, pictures, a live run', async () => {
    const now = new Date()
    const token = 'hv_WorkerTokenOfTheTests0123456789'
    const tag = await createNodeKeys(DATA_KEY).tag('token', token)
    const sql = "INSERT INTO units(id, kind, level, name, path) VALUES ('xa', 'cong_doan', 'x', 'Công đoàn xã Mẫu', '/xa/')"
    await database.db.write([
      { sql, args: [] },
      addOfficer({ id: 'o1', name: 'Cán bộ Mẫu', unitId: 'xa', roles: ['editor'], now }),
      addToken({ id: 't1', officerId: 'o1', unitId: null, name: 'Thử', scopes: ['read', 'draft'], expiresDay: '2999-12-31', tag, now }),
      broadcastRow(1, { campaign_id: 'k', unit_id: 'xa', state: 'done' }),
    ])
    const call = (path: string, init: RequestInit = {}) =>
      fetch(`${worker.url}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...(init.headers as object) } })
    const post = (path: string, body: unknown) =>
      call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    const document = (await (await fetch(`${worker.url}/api/openapi.json`)).json()) as { openapi: string }
    expect(document.openapi).toBe('3.1.0')
    expect((await fetch(`${worker.url}/api/v1/me`)).status).toBe(401)
    expect(await (await call('/me')).json()).toMatchObject({ officer: { id: 'o1' } })
    const made = await post('/campaigns', draft('xa'))
    expect(made.status).toBe(201)
    const { id } = (await made.json()) as { id: string }
    expect((await post(`/campaigns/${id}/approve`, { version: 1 })).status).toBe(403)
    const counts = await Promise.all(Array.from({ length: 10 }, () => call('/contacts/count?unit=xa')))
    expect(counts.map(({ status }) => status)).toEqual(counts.map(() => 200))
    const picture = await call('/images?unit=xa', { method: 'POST', headers: { 'content-type': 'image/png' }, body: new Uint8Array(PNG) })
    const { image } = (await picture.json()) as { image: string }
    expect(new Uint8Array(await (await fetch(worker.url + image)).arrayBuffer())).toEqual(PNG)
    await database.db.write([{ sql: 'UPDATE broadcasts SET campaign_id = ?', args: [id] }])
    expect(await (await call('/broadcasts/1/events')).text()).toContain('event: counts')
  })

  test('serves the console: the door, a session by a link, pages, the options of a passkey', async () => {
    const keys = createNodeKeys(DATA_KEY)
    const secret = 'WORKERWORKERWORKERWORKERWORKER22'
    await database.db.write(
      makeSignInLink({ tag: await keys.tag('sign-in', secret), officerId: 'o1', until: new Date(Date.now() + 3_600_000) }),
    )
    expect(await (await fetch(`${worker.url}/console/sign-in`)).text()).toContain('Đăng nhập dành cho cán bộ')
    const entered = await fetch(`${worker.url}/console/link/${secret}`, { method: 'POST', redirect: 'manual' })
    const cookie = entered.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    expect([entered.status, cookie]).toEqual([303, expect.stringContaining('hv_officer=')])
    const page = await (await fetch(`${worker.url}/console`, { headers: { cookie } })).text()
    expect(page).toContain('Cán bộ Mẫu')
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const asked = await fetch(`${worker.url}/console/enrol/passkey`, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({ _csrf: csrf }),
    })
    expect([asked.status, ((await asked.json()) as { challenge?: string }).challenge]).toEqual([200, expect.stringMatching(/^[\w-]{40,}$/)])
    expect(await (await fetch(`${worker.url}/console/enrol/digits`, { headers: { cookie } })).text()).toContain('data:image/svg+xml')
    expect((await fetch(`${worker.url}/console/campaigns`, { headers: { cookie } })).status).toBe(200)
  })

  test('checks a proof of filing that was made on Node, and takes a number that does not exist for no match', async () => {
    const keys = createNodeKeys(DATA_KEY)
    const filed = { number: 'PA-2611-7K3Q', kind: 'fake' as const, unitId: null, unitName: null }
    const proof = await proofOf({ db: database.db, keys, random: Math.random }, filed)
    await database.db.write(proof.writes)
    const page = async (number: string) => (await fetch(`${worker.url}/xac-nhan/${number}/${proof.code}`)).text()
    expect(await page(filed.number)).toContain('đã được tiếp nhận trong tháng 11/2026 tại Công đoàn và Đoàn Thanh niên')
    expect(await page('PA-2611-2222')).toContain('Không khớp')
    expect((await fetch(`${worker.url}/xac-nhan/trang.css`)).headers.get('content-type')).toContain('text/css')
  })

  test('answers twenty people who write at once, each once', async () => {
    const people = Array.from({ length: 20 }, (_, i) => String(700 + i))
    const statuses = await Promise.all(
      people.map((one, i) => (i % 4 ? toTelegram(typed(one, 'trợ giúp')) : toZalo(one, 'trợ giúp', `zalo-${one}`))),
    )
    expect(statuses).toEqual(people.map(() => 200))
    for (const [i, one] of people.entries()) {
      await expect.poll(() => (i % 4 ? answersTo(one) : zaloAnswersTo(one)).length, PATIENCE).toBe(1)
      expect(await turnOf(one)).toBe(1)
    }
    await expect.poll(waiting, PATIENCE).toBe(0)
  })

  test('takes ten messages that one person sends at once, as an album comes, in ten turns and without an apology', async () => {
    const statuses = await Promise.all(Array.from({ length: 10 }, () => toTelegram(typed('800', 'trợ giúp'))))
    expect(statuses).toEqual(Array(10).fill(200))
    expect(await turnOf('800')).toBe(10)
    await expect.poll(() => answersTo('800').length, PATIENCE).toBe(10)
    expect(sentTo('800').filter(({ text }) => text.includes('trục trặc'))).toEqual([])
  })

  test('answers an update that Telegram sends twice once', async () => {
    const body = typed('502', 'trợ giúp')
    expect(await Promise.all([toTelegram(body), toTelegram(body), toTelegram(body)])).toEqual([200, 200, 200])
    expect(await toTelegram(body)).toBe(200)
    await expect.poll(waiting, PATIENCE).toBe(0)
    expect(answersTo('502')).toHaveLength(1)
    expect(await turnOf('502')).toBe(1)
  })

  test('its minute sends what was left waiting', async () => {
    const keys = createNodeKeys(DATA_KEY)
    const [address] = await database.db.read("SELECT id FROM addresses WHERE native = '501'")
    const body = await keys.seal('reply', JSON.stringify({ reply: { text: { literal: 'Câu trả lời còn sót' } }, locale: 'vi' }))
    await database.db.write([enqueueReplies([{ channel: 'telegram', addressId: String(address?.id), body, at: Date.now() }])])
    expect(await worker.tick()).toBe(200)
    await expect.poll(() => sentTo('501').map(({ text }) => text), PATIENCE).toContain('Câu trả lời còn sót')
    await expect.poll(waiting, PATIENCE).toBe(0)
  })

  test('its minute renews the Zalo grant ahead of time', async () => {
    await worker.tick()
    await expect.poll(async () => (await database.db.read("SELECT name FROM secrets WHERE name = 'zalo'")).length, PATIENCE).toBe(1)
    expect(zalo.grant.rotations).toBeGreaterThan(0)
  })
})

describe('a broadcast on the Worker', () => {
  /** In the day, whenever the test runs: at night nothing would leave. */
  const NOW = '2026-11-23T03:00:00.000Z'
  const PEOPLE = 60
  let own: TestDatabase
  let strict: FakeTelegram
  let worker: RunningWorker
  beforeAll(async () => {
    ;[own, strict] = await Promise.all([openTestServer(), fakeTelegram({ limits: { perSecond: 30, perChat: 1 } })])
    worker = await startWorker({ ...values, LIBSQL_URL: own.url, TELEGRAM_API_ROOT: strict.root, NOW })
  })
  afterAll(() => Promise.all([worker?.close(), own?.close(), strict?.close()]))

  test('is frozen, started and sent within its minute, no faster than the channel bears, each person once; another minute ends it', async () => {
    const { db } = own
    const keys = createNodeKeys(DATA_KEY)
    await db.write(unitRows())
    await addTestOfficer(db, keys, 'soan', 'tinh', ['editor'])
    await addPeople(
      db,
      Array.from({ length: PEOPLE }, () => ({})),
    )
    await addPeople(db, [{ channel: 'zalo', seenAt: Date.parse(NOW) - 169 * 3600_000 }], 5000)
    const posted = await fetch(`${worker.url}/chat/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ id: 'm1', text: 'trợ giúp' }),
    })
    const cookie = posted.headers.get('set-cookie')?.split(';')[0] ?? ''
    await db.write([{ sql: "UPDATE contacts SET push = 1, age = 'adult', unit_id = 'xa' WHERE last_channel = 'web'", args: [] }])
    const run = await runOf(await deskAt(db, keys, 'soan', new Date(NOW)))
    const began = Date.now()
    // Two minutes at once: one of them leads.
    await Promise.all([worker.tick(), worker.tick()])
    expect(strict.taken.map(({ chat }) => chat).sort()).toEqual(Array.from({ length: PEOPLE }, (_, i) => String(1000 + i)))
    // Four fifths of 30 a second, after a burst of six.
    expect(Date.now() - began).toBeGreaterThan(((PEOPLE - 6) / 24) * 1000 - 500)
    expect(await listCounts(db, run)).toEqual([
      { channel: 'telegram', state: 'sent', reason: '', n: PEOPLE },
      { channel: 'web', state: 'sending', reason: '', n: 1 },
      { channel: 'zalo', state: 'skipped', reason: 'outside_window', n: 1 },
    ])
    // What the platform held against us would stand here.
    expect(await db.read("SELECT what, reason FROM tallies WHERE reason LIKE '%429%'")).toEqual([])
    expect(await db.read("SELECT holder FROM leases WHERE name = 'worker-drain'")).toEqual([])
    await worker.tick()
    expect((await findBroadcast(db, run))?.state).toBe('done')
    // The page's fetch settles its line, though on Workers the work outlasts the answer.
    expect(await (await fetch(`${worker.url}/chat/messages`, { headers: { cookie } })).text()).toContain('Mời đoàn viên')
    const web = async () => (await listCounts(db, run)).find(({ channel }) => channel === 'web')
    await expect.poll(web, PATIENCE).toMatchObject({ state: 'sent', n: 1 })
  })
})

describe('a Worker that is set up wrongly', () => {
  test.each([
    ['without DATA_KEY', 'DATA_KEY', '', 'DATA_KEY is required'],
    ['with a DATA_KEY that is too short', 'DATA_KEY', 'c2hvcnQ=', 'DATA_KEY must be base64 of 32 bytes'],
    ['with the key of another database', 'DATA_KEY', Buffer.alloc(32, 1).toString('base64'), 'another DATA_KEY'],
    ['without a database', 'LIBSQL_URL', '', 'LIBSQL_URL is required'],
  ])('%s answers 503; the reason stands in the log alone', async (_, name, value, reason) => {
    const worker = await startWorker({ ...values, [name]: value })
    try {
      const answer = await fetch(`${worker.url}/webhooks/telegram`, { method: 'POST', body: '{}' })
      expect(answer.status).toBe(503)
      expect(await answer.text()).toBe('unavailable')
      await expect.poll(() => worker.output(), PATIENCE).toContain(reason)
    } finally {
      await worker.close()
    }
  })
})

test('the bundle stays under 1 MB gzipped', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-bundle-'))
  try {
    const bytes = gzipSync(await readFile(await bundleWorker(folder))).byteLength
    console.log(`worker bundle: ${(bytes / 1024).toFixed(1)} KB gzipped`)
    expect(bytes).toBeLessThan(1_000_000)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
