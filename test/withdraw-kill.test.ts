/**
 * The real program, killed again and again while members take their reports back on Telegram. At each kill a report is either
 * whole or gone, never half; in the end each that was acknowledged is gone exactly once, and no object of a photo lies in
 * the folder that no row speaks for: those a kill left between the commit and the deletion go with the next start.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDb } from '../db/open.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { freePort } from './database.ts'
import { FAKE_TOKEN, type FakeTelegram, fakeTelegram } from './fake-telegram.ts'
import { grain } from './photo-desk.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const program = join(root, 'dist', `withdraw-kill-${process.pid}`)
const SECRET = 'secret-of-the-kill-tests'
const KEY = Buffer.alloc(32, 8)
const KILLS = 5
const PEOPLE = 9
const FIRST_START = Date.parse('2026-11-23T02:00:00Z')
const RECEIPT = /PA-2611-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/
const pause = (milliseconds: number) => new Promise((resume) => setTimeout(resume, milliseconds))

let folder: string
let telegram: FakeTelegram
let port: number
let child: ChildProcess | undefined
let output = ''
let starts = 0

beforeAll(async () => {
  await build({
    ...{ absWorkingDir: root, entryPoints: ['src/node.ts'], outdir: program, bundle: true, platform: 'node', target: 'node20' },
    ...{ format: 'esm', packages: 'external', jsx: 'automatic', jsxImportSource: 'hono/jsx' },
  })
})
afterAll(() => rm(program, { recursive: true, force: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hang-viet-withdraw-kill-'))
  telegram = await fakeTelegram()
  port = await freePort()
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await telegram.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(): Promise<void> {
  const began = spawn(process.execPath, [join(program, 'node.js')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: String(port),
      PUBLIC_URL: 'https://bot.example.vn',
      LIBSQL_URL: `file:${join(folder, 'data', 'bot.db')}`,
      EVIDENCE_DIR: join(folder, 'evidence'),
      DATA_KEY: KEY.toString('base64'),
      TELEGRAM_BOT_TOKEN: FAKE_TOKEN,
      TELEGRAM_WEBHOOK_SECRET: SECRET,
      TELEGRAM_API_ROOT: telegram.root,
      NOW: new Date(FIRST_START + 5 * 60_000 * starts++).toISOString(),
    },
  })
  child = began
  for (const stream of [began.stdout, began.stderr]) stream?.on('data', (data) => (output += data))
  await until('up', async () => (await call('/readyz'))?.status === 200)
}

async function kill(): Promise<void> {
  const dying = child
  if (!dying || dying.exitCode !== null) throw new Error(`the program stopped by itself:\n${output}`)
  const gone = once(dying, 'exit')
  dying.kill('SIGKILL')
  await gone
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const from = Date.now(); !(await holds()); await pause(20))
    if (Date.now() - from > 90_000) throw new Error(`never ${what}:\n${output}`)
}

/** undefined while nobody answers. */
const call = (path: string, init: RequestInit = {}): Promise<Response | undefined> =>
  fetch(`http://127.0.0.1:${port}${path}`, init).then(
    async (response) => new Response(await response.arrayBuffer(), response),
    () => undefined,
  )

let updates = 0
/** Until it is acknowledged, as the platform does. */
async function tell(chat: number, part: object): Promise<void> {
  const id = ++updates
  const from = { id: chat, is_bot: false, first_name: 'L' }
  const message = { message_id: id, date: 1_795_000_000, from, chat: { id: chat, type: 'private' }, ...part }
  const body = JSON.stringify({ update_id: id, message })
  const headers = { 'x-telegram-bot-api-secret-token': SECRET, 'content-type': 'application/json' }
  while ((await call('/webhooks/telegram', { method: 'POST', headers, body }))?.status !== 200) await pause(10)
}

test('killed five times amid withdrawals: whole or gone, each once, and no photo is left behind', async () => {
  const photo = await grain()
  await start()
  const db = openDb({ url: `file:${join(folder, 'data', 'bot.db')}` })
  const evidence = createFileEvidence(join(folder, 'evidence'), () => new Date(FIRST_START))
  const receipts = new Map<number, string>()
  for (let who = 0; who < PEOPLE; who++) {
    const chat = 7_200_000 + who
    for (const text of ['/phananh', 'hàng nghi giả', 'tem mờ', 'chợ Mẫu', 'hôm nay']) await tell(chat, { text })
    telegram.addFile(`file-${who}`, photo)
    await tell(chat, { photo: [{ file_id: `file-${who}`, file_unique_id: `u${who}`, file_size: photo.length, width: 300, height: 300 }] })
    for (const text of ['xong', 'chưa dùng', 'gửi', 'cho trợ lý nhắn lại']) await tell(chat, { text })
  }
  await until('all brought home', async () => (await db.read("SELECT 1 FROM photos WHERE state <> 'stored' LIMIT 1")).length === 0)
  await until('all receipts', () => {
    for (const { chat, text } of telegram.taken) {
      const found = RECEIPT.exec(text ?? '')?.[0]
      if (found) receipts.set(Number(chat), found)
    }
    return receipts.size === PEOPLE
  })
  expect((await evidence.list()).names).toHaveLength(2 * PEOPLE)

  /** What of each report is there: one line for whatever fits together, and what does not. */
  const states = async () =>
    (
      await db.read(
        `SELECT c.gone, c.state,
           (SELECT count(*) FROM photos p WHERE p.case_id = c.id) AS photos,
           (SELECT group_concat(e.kind) FROM case_events e WHERE e.case_id = c.id) AS events FROM cases c`,
      )
    ).map(({ gone, state, photos, events }) => `${gone} ${state} ${photos} ${events}`)
  const WHOLE = 'null new 1 opened'
  const GONE = 'withdrawn closed 0 withdrawn'

  let done = 0
  const leaving = Promise.all(
    [...receipts].map(async ([chat, receipt]) => {
      await pause(Math.random() * 3_000)
      await tell(chat, { text: receipt })
      await tell(chat, { text: 'rut phan anh' })
      await pause(Math.random() * 500)
      await tell(chat, { text: 'co rut' })
      done++
      // A second yes, however late, does nothing twice.
      await tell(chat, { text: 'co rut' })
    }),
  )
  for (let n = 1; n <= KILLS; n++) {
    const more = Math.min(PEOPLE, Math.floor((PEOPLE * n) / (KILLS + 1)))
    await until(`${more} taken back`, () => done >= more)
    await pause(Math.random() * 60)
    await kill()
    expect((await states()).filter((one) => one !== WHOLE && one !== GONE)).toEqual([])
    expect((await states()).filter((one) => one === GONE).length).toBeGreaterThanOrEqual(done)
    const kept = new Set((await db.read('SELECT id FROM photos')).map(({ id }) => String(id)))
    const names = (await evidence.list()).names
    // Whatever lies there is spoken for by a row, or named among what is to go.
    const going = new Set((await db.read('SELECT name FROM gone_objects')).map(({ name }) => String(name)))
    expect(names.filter((name) => !kept.has(name.replace('-view', '')) && !going.has(name))).toEqual([])
    await start()
  }
  await leaving
  expect(await states()).toEqual(Array.from({ length: PEOPLE }, () => GONE))
  expect(await db.read('SELECT 1 FROM reply_links')).toEqual([])
  // Once more between the last commit and what follows it.
  await kill()
  await start()
  await until('nothing is left in the folder', async () => (await evidence.list()).names.length === 0)
  await until('nothing waits to go', async () => (await db.read('SELECT 1 FROM gone_objects LIMIT 1')).length === 0)
  for (const receipt of receipts.values()) expect(output).not.toContain(receipt.slice(0, 12))
  db.close()
}, 240_000)
