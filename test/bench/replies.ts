/**
 * A member's question while a broadcast goes to a hundred thousand at Telegram's paid rate: the real program, from the
 * webhook's request to the moment the platform took the answer, against the same program with nothing else to do.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../db/migrate.ts'
import { openDb } from '../../db/open.ts'
import { changeSetting } from '../../db/settings.ts'
import type { Db } from '../../src/chat.ts'
import { readMigrations } from '../database.ts'
import { type Figure, figure, median } from './figures.ts'
import { updateOf } from './load.ts'
import { addRun, fillPeople } from './people.ts'
import { startPlatform } from './platform.ts'
import { freePort, type Server, startServer } from './server.ts'

const PEOPLE = 100_000
const PAID = 1_000
/** Of a turn: the p99 stands on eight of them. */
const QUESTIONS = 800
/** Idle and busy turns, one after the other: a machine that is slow for a minute is slow for both. */
const ROUNDS = 3
/** A question every so many ms: far below what the program can answer. */
const EVERY_MS = 30
/** Chats that ask are nobody the run goes to. */
const FIRST_ASKER = 1_000
/** Morning in Vietnam. */
const NOW = new Date('2026-11-23T01:00:00Z')
const PROGRAM = new URL('../../dist/node.js', import.meta.url).pathname

type Round = { idleMs: number; busyMs: number; messagesPerSecond: number }

export async function replyFigure(say: (line: string) => void): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-bench-'))
  const url = `file:${join(folder, 'ours.db')}`
  const platform = await startPlatform(1)
  const db = openDb({ url })
  let server: Server | undefined
  try {
    await migrate(db, await readMigrations())
    await db.write([changeSetting('telegram_paid_rate', String(PAID), NOW)])
    await fillPeople(db, PEOPLE)
    server = await startServer(['--max-semi-space-size=8', PROGRAM], envOf(url, folder, platform.url), await freePort())
    await ask(server.url, platform.url, QUESTIONS / 4)
    await addRun(db, NOW, NOW)
    await until(
      () => sentOf(db),
      (sent) => sent > 0,
    )
    const rounds: Round[] = []
    for (let round = 1; round <= ROUNDS; round++) {
      await rest(db, true)
      const idleMs = p99(await ask(server.url, platform.url, QUESTIONS))
      await rest(db, false)
      const before = await sentOf(db)
      const startedAt = performance.now()
      const busyMs = p99(await ask(server.url, platform.url, QUESTIONS))
      const messagesPerSecond = Math.round(((await sentOf(db)) - before) / ((performance.now() - startedAt) / 1000))
      if (messagesPerSecond < PAID / 2) throw new Error(`the run went at ${messagesPerSecond} messages/s: it was not under way`)
      say(`a reply's p99: ${idleMs.toFixed(1)} ms idle, ${busyMs.toFixed(1)} ms while ${messagesPerSecond} messages/s go out`)
      rounds.push({ idleMs, busyMs, messagesPerSecond })
    }
    const ratio = median(rounds.map(({ busyMs, idleMs }) => busyMs / idleMs))
    return figure('reply_p99_under_broadcast', ratio, '<=2', { rounds })
  } finally {
    db.close()
    await server?.stop()
    await platform.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const envOf = (url: string, folder: string, platformRoot: string): Record<string, string> => ({
  LIBSQL_URL: url,
  EVIDENCE_DIR: join(folder, 'evidence'),
  DATA_KEY: Buffer.alloc(32, 7).toString('base64'),
  TELEGRAM_BOT_TOKEN: '12345:abcdefghijklmnopqrstuvwxyz',
  TELEGRAM_WEBHOOK_SECRET: 'bench-secret',
  TELEGRAM_API_ROOT: platformRoot,
  PUBLIC_URL: 'https://bench.example.vn',
  LOG_LEVEL: 'error',
  NOW: NOW.toISOString(),
})

/** Questions of as many chats, one after another. Returns how many ms each waited for its answer. */
async function ask(server: string, platformRoot: string, questions: number): Promise<number[]> {
  const waits: number[] = []
  const open: Array<Promise<void>> = []
  for (let i = 0; i < questions; i++) {
    open.push(askOne(server, platformRoot, asker++).then((wait) => void waits.push(wait)))
    await new Promise((resume) => setTimeout(resume, EVERY_MS))
  }
  await Promise.all(open)
  return waits
}

let asker = FIRST_ASKER

async function askOne(server: string, platformRoot: string, chat: number): Promise<number> {
  const taken = fetch(`${platformRoot}/next?chat=${chat}`, { signal: AbortSignal.timeout(30_000) })
  const askedAt = performance.timeOrigin + performance.now()
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': 'bench-secret' }
  const response = await fetch(`${server}/webhooks/telegram`, { method: 'POST', headers, body: updateOf(chat, 'menu') })
  if (!response.ok) throw new Error(`the webhook answered ${response.status}`)
  const { at } = (await (await taken).json()) as { at: number }
  return at - askedAt
}

const p99 = (waits: number[]): number => [...waits].sort((a, b) => a - b)[Math.floor(waits.length * 0.99)] ?? 0

/** The only run rests, or goes on; the program looks once a second. */
async function rest(db: Db, rests: boolean): Promise<void> {
  await db.write([{ sql: 'UPDATE broadcasts SET state = ?', args: [rests ? 'paused' : 'sending'] }])
  await new Promise((resume) => setTimeout(resume, 2_000))
}

async function sentOf(db: Db): Promise<number> {
  const [row] = await db.read('SELECT sum(sent) AS sent FROM broadcast_totals')
  return Number(row?.sent ?? 0)
}

async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (holds(await look())) return
    await new Promise((resume) => setTimeout(resume, 100))
  }
  throw new Error('the run never began')
}
