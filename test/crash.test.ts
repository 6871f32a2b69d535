/**
 * The real program, killed. What Telegram was answered 200 for has its whole effect exactly once; what it was not is
 * sent again, as Telegram would, and has it then; replies go at least once, twice only where a kill met them in flight.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CaseBox, openBox } from '../db/cases.ts'
import { openDb } from '../db/open.ts'
import type { Db } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { freePort } from './database.ts'
import { FAKE_TOKEN, type FakeTelegram, fakeTelegram } from './fake-telegram.ts'
import { grain } from './photo-desk.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const program = join(root, 'dist', `crash-${process.pid}`)
const SECRET = 'secret-of-the-crash-tests'
const KEY = Buffer.alloc(32, 5)
const KILLS = 5
const PEOPLE = 8
const QUIZ = ['/start', '/dovui', '1', '1', '1', '1', '1']
/** A message that is a photo, not words. */
const PHOTO = '\u{1F4F7}'
const NAME = 'Nguyễn Thị Mẫu'
const reportOf = (who: number) => {
  const told = ['/phananh', 'hàng nghi giả', `tem mờ ở hộp số ${who}`, 'chợ Mẫu', 'hôm nay']
  if (!isNamed(who)) return [...told, 'bỏ qua', 'chưa dùng', 'gửi', 'không nhắn lại']
  const named = ['để lại tên', 'đủ 16', 'đồng ý', NAME, '0912345678']
  return [...told, PHOTO, PHOTO, 'xong', 'chưa dùng', ...named, 'gửi', 'cho trợ lý nhắn lại']
}
/** Every second one sends photos, leaves a name and may be written to. */
const isNamed = (who: number) => who % 2 === 1
const pause = (milliseconds: number) => new Promise((resume) => setTimeout(resume, milliseconds))

beforeAll(async () => {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/node.ts'],
    outdir: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
  })
})
afterAll(() => rm(program, { recursive: true, force: true }))

describe('the program that is killed', () => {
  let folder: string
  let telegram: FakeTelegram
  let port: number
  let child: ChildProcess | undefined
  let output: string
  let starts: number
  let db: Db | undefined

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hang-viet-crash-'))
    telegram = await fakeTelegram()
    port = await freePort()
    output = ''
    starts = 0
  })
  afterEach(async () => {
    child?.kill('SIGKILL')
    db?.close()
    db = undefined
    await telegram.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** Each start is five minutes later: what a dead process had in hand is free again. */
  const start = async (): Promise<void> => {
    const began = spawn(process.execPath, [join(program, 'node.js')], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: String(port),
        PUBLIC_URL: 'https://hangviet.example.vn',
        LIBSQL_URL: `file:${join(folder, 'data', 'bot.db')}`,
        EVIDENCE_DIR: join(folder, 'evidence'),
        DATA_KEY: KEY.toString('base64'),
        TELEGRAM_BOT_TOKEN: FAKE_TOKEN,
        TELEGRAM_WEBHOOK_SECRET: SECRET,
        TELEGRAM_API_ROOT: telegram.root,
        NOW: new Date(Date.parse('2026-11-23T02:00:00Z') + 5 * 60_000 * starts++).toISOString(),
      },
    })
    child = began
    for (const stream of [began.stdout, began.stderr]) stream?.on('data', (data) => (output += data))
    for (let i = 0; i < 600; i++) {
      if (began.exitCode !== null) throw new Error(`the program stopped:\n${output}`)
      if (
        await fetch(`http://127.0.0.1:${port}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return
      await pause(25)
    }
    throw new Error(`the program did not come up:\n${output}`)
  }
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const dying = child
    if (!dying) return null
    const gone = once(dying, 'exit')
    dying.kill(signal)
    return (await gone)[0] as number | null
  }
  const post = (update: object): Promise<number> =>
    fetch(`http://127.0.0.1:${port}/webhooks/telegram`, {
      method: 'POST',
      headers: { 'x-telegram-bot-api-secret-token': SECRET, 'content-type': 'application/json' },
      body: JSON.stringify(update),
    }).then(
      async (response) => {
        await response.arrayBuffer()
        return response.status
      },
      () => 0,
    )
  const updateOf = (id: number, chat: number, text: string) => ({
    update_id: id,
    message: {
      message_id: id,
      date: 1_795_000_000,
      from: { id: chat, is_bot: false, first_name: 'L' },
      chat: { id: chat, type: 'private' },
      ...(text === PHOTO ? { photo: [{ file_id: `photo-${id}`, file_unique_id: `u${id}`, width: 300, height: 300 }] } : { text }),
      ...(text.startsWith('/') ? { entities: [{ type: 'bot_command', offset: 0, length: text.length }] } : {}),
    },
  })
  const open = async (): Promise<Db> => {
    db ??= await openDb({ url: `file:${join(folder, 'data', 'bot.db')}` })
    return db
  }
  const numberOf = async (sql: string): Promise<number> => Number(Object.values((await (await open()).read(sql))[0] ?? {})[0] ?? 0)
  const close = () => {
    db?.close()
    db = undefined
  }

  test('five times at any moment: every update has its whole effect once, and no reply is lost', async () => {
    let nextId = 1000
    let answered = 0
    let inFlight = 0
    const scripts = Array.from({ length: PEOPLE * 2 }, (_, who) => ({
      chat: 7_000_000 + who,
      texts: who < PEOPLE ? QUIZ : reportOf(who),
    }))
    const photo = new Uint8Array(await grain())
    const total = scripts.reduce((sum, { texts }) => sum + texts.length, 0)
    await start()
    const talking = Promise.all(
      scripts.map(async ({ chat, texts }) => {
        for (const text of texts) {
          const update = updateOf(nextId++, chat, text)
          if (text === PHOTO) telegram.addFile(`photo-${update.update_id}`, photo)
          // Telegram sends again what was not answered 200, however often that takes.
          while ((await post(update)) !== 200) await pause(20)
          answered++
          await pause(Math.random() * 60)
        }
      }),
    )
    for (let kill = 1; kill <= KILLS; kill++) {
      const until = Math.floor((total * (kill - Math.random() * 0.8)) / (KILLS + 1))
      while (answered < until) await pause(1)
      await end('SIGKILL')
      inFlight += await numberOf("SELECT count(*) FROM outbox WHERE state = 'sending'")
      close()
      await start()
    }
    await talking
    for (let i = 0; i < 1_200 && (await numberOf('SELECT count(*) FROM outbox')) > 0; i++) await pause(50)
    close()
    expect(await end('SIGTERM')).toBe(0)

    expect(await numberOf('SELECT count(*) FROM inbox')).toBe(total)
    expect(await numberOf('SELECT count(*) FROM outbox')).toBe(0)
    expect(await numberOf('SELECT count(*) FROM updates')).toBe(0)
    const turns = await (await open()).read('SELECT native, turn FROM addresses')
    expect(Object.fromEntries(turns.map(({ native, turn }) => [String(native), Number(turn)]))).toEqual(
      Object.fromEntries(scripts.map(({ chat, texts }) => [String(chat), texts.length])),
    )
    expect(await numberOf("SELECT sum(total) FROM tallies WHERE what = 'quiz_finished'")).toBe(PEOPLE)
    const keys = createNodeKeys(KEY)
    const boxes: CaseBox[] = []
    for (const { id, box } of await (await open()).read('SELECT id, box FROM cases'))
      boxes.push(await openBox(keys, String(id), box as Uint8Array))
    expect(boxes.map(({ signs }) => signs).sort()).toEqual(
      scripts
        .slice(PEOPLE)
        .map(({ texts }) => String(texts[2]))
        .sort(),
    )

    // Case, way back, name and photos stand together or not at all: each of them belongs to one report, and nothing is left over.
    const tags = new Map<string, boolean>()
    for (const { id, box } of await (await open()).read('SELECT id, box FROM cases')) {
      const { signs } = await openBox(keys, String(id), box as Uint8Array)
      tags.set(await keys.tag('case', String(id)), isNamed(Number(signs.slice(signs.lastIndexOf(' ') + 1))))
      const [sent] = await (await open()).read('SELECT count(*) AS n FROM photos WHERE case_id = ?', [String(id)])
      expect(Number(sent?.n)).toBe(isNamed(Number(signs.slice(signs.lastIndexOf(' ') + 1))) ? 2 : 0)
    }
    const named = [...tags].flatMap(([tag, one]) => (one ? [tag] : [])).sort()
    for (const table of ['reply_links', 'case_identities'])
      expect((await (await open()).read(`SELECT case_tag FROM ${table} ORDER BY case_tag`)).map(({ case_tag }) => case_tag)).toEqual(named)
    expect(await numberOf("SELECT count(*) FROM case_events WHERE kind = 'opened'")).toBe(PEOPLE)
    expect(await numberOf('SELECT count(*) FROM case_events WHERE case_id NOT IN (SELECT id FROM cases)')).toBe(0)
    expect(await numberOf('SELECT count(*) FROM case_marks WHERE case_id NOT IN (SELECT id FROM cases)')).toBe(0)
    expect(await numberOf('SELECT count(*) FROM photos WHERE case_id IS NULL')).toBe(0)

    const heard = (chat: number) => telegram.taken.filter((message) => message.chat === String(chat)).map(({ text }) => text)
    for (const { chat } of scripts.slice(0, PEOPLE)) {
      for (let n = 1; n <= 5; n++)
        expect(
          heard(chat).some((text) => text.includes(`Câu ${n}/5`)),
          `${chat} hears question ${n}`,
        ).toBe(true)
    }
    for (const { chat } of scripts.slice(PEOPLE)) {
      for (let n = 1; n <= 8; n++)
        expect(
          heard(chat).some((text) => text.includes(`Bước ${n}/8`)),
          `${chat} hears step ${n}`,
        ).toBe(true)
      expect(new Set(heard(chat).filter((text) => /^PA-\d{4}(-\w{4}){3}$/.test(text))).size, `${chat} gets one receipt`).toBe(1)
    }
    const rows = await numberOf("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
    expect(telegram.taken.length).toBeGreaterThanOrEqual(rows)
    expect(telegram.taken.length).toBeLessThanOrEqual(rows + inFlight)
    expect(output).not.toContain(FAKE_TOKEN)
    expect(output).not.toContain(SECRET)
    expect(output).not.toContain(KEY.toString('base64'))
    expect(output).not.toContain('tem mờ')
    expect(output).not.toContain(NAME)
    expect(output).not.toContain('7000001')
  }, 600_000)

  test('told to stop amid messages: within ten seconds, in good order, with nothing half-claimed', async () => {
    await start()
    const posts = Array.from({ length: 60 }, (_, i) => post(updateOf(5000 + i, 8_000_000 + (i % 20), 'menu')))
    await pause(30)
    const from = Date.now()
    expect(await end('SIGTERM')).toBe(0)
    expect(Date.now() - from).toBeLessThan(10_000)
    const stored = (await Promise.all(posts)).filter((status) => status === 200).length
    expect(await numberOf('SELECT count(*) FROM inbox')).toBeGreaterThanOrEqual(stored)
    expect(await numberOf("SELECT count(*) FROM outbox WHERE state = 'sending' OR lease_by IS NOT NULL")).toBe(0)
  })

  test('told to stop while Telegram does not answer: it waits ten seconds and goes all the same', async () => {
    await start()
    telegram.fail({ hang: true }, { method: 'sendMessage' })
    expect(await post(updateOf(6000, 8_100_000, 'menu'))).toBe(200)
    await pause(300)
    const from = Date.now()
    expect(await end('SIGTERM')).toBe(0)
    expect(Date.now() - from).toBeLessThan(12_000)
  })
})
