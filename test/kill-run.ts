/**
 * The real program, killed at random moments while it sends a broadcast to a fake Telegram that takes its time; each start
 * is five minutes later, so that what a dead process had in hand is free. For the test (a few kills) and the bench (fifty).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import { changeSetting } from '../db/settings.ts'
import type { Db } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { freePort, readMigrations } from './database.ts'
import { FAKE_TOKEN, type FakeTelegram, fakeTelegram } from './fake-telegram.ts'
import { type Books, compareBooks, countUnknown, listInHand, type PlatformRecord } from './ledger.ts'
import { addPeople, addTestOfficer, deskAt, runOf, unitRows } from './people.ts'

export type KillRun = {
  books: Books
  /** People the platform took a message for. */
  reached: number
  /** At each kill: rows in the process's hands, and how many of them nobody knows about in the end. */
  kills: Array<{ inHand: number; unknown: number }>
  /** Everything the program printed. */
  output: string
}

const KEY = Buffer.alloc(32, 5)
/** 07:30 in Vietnam: a hundred and fifty starts fit before the quiet hours. */
const FIRST_START = Date.parse('2026-11-23T00:30:00Z')
const STEP_MS = 5 * 60_000
const pause = (milliseconds: number) => new Promise((resume) => setTimeout(resume, milliseconds))

/**
 * @param program the bundled src/node.ts
 * @param onCore how the program is started, where it is pinned
 */
export async function runKilled({
  kills,
  people,
  program,
  onCore = (command, args) => [command, args],
}: {
  kills: number
  people: number
  program: string
  onCore?: (command: string, args: string[]) => [string, string[]]
}): Promise<KillRun> {
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-killed-'))
  const url = `file:${join(folder, 'data', 'bot.db')}`
  const telegram = await fakeTelegram({ latency: () => 2.5 + Math.random() * 7.5 })
  const port = await freePort()
  let child: ChildProcess | undefined
  let output = ''
  let starts = 0

  const start = async (): Promise<void> => {
    const [command, args] = onCore(process.execPath, [program])
    const began = spawn(command, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        PUBLIC_URL: 'https://hangviet.example.vn',
        LIBSQL_URL: url,
        EVIDENCE_DIR: join(folder, 'evidence'),
        DATA_KEY: KEY.toString('base64'),
        TELEGRAM_BOT_TOKEN: FAKE_TOKEN,
        TELEGRAM_API_ROOT: telegram.root,
        NOW: new Date(FIRST_START + STEP_MS * starts++).toISOString(),
      },
    })
    child = began
    for (const stream of [began.stdout, began.stderr]) stream?.on('data', (data) => (output += data))
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!child || child.exitCode !== null) throw new Error(`the program stopped by itself:\n${output}`)
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  const look = async <T>(read: (db: Db) => Promise<T>): Promise<T> => {
    const db = openDb({ url })
    try {
      return await read(db)
    } finally {
      db.close()
    }
  }
  const until = async (what: string, holds: () => boolean | Promise<boolean>, everyMs: number): Promise<void> => {
    for (const from = Date.now(); !(await holds()); await pause(everyMs))
      if (Date.now() - from > 60_000 || child?.exitCode !== null) throw new Error(`never ${what}:\n${output}`)
  }

  try {
    await mkdir(join(folder, 'data'))
    await look((db) => seed(db, people))
    const inHand: number[][] = []
    await start()
    for (let kill = 1; kill <= kills; kill++) {
      // Somewhere in this process's share of those who are left.
      const left = people - telegram.taken.length - inHand.flat().length
      const more = telegram.taken.length + (left * (0.2 + 1.3 * Math.random())) / (kills - kill + 2)
      await until(`${more} messages`, () => telegram.taken.length >= more, 1)
      await pause(Math.random() * 15)
      await end('SIGKILL')
      inHand.push(await look(listInHand))
      await start()
    }
    const over = (db: Db) => db.read("SELECT 1 AS over FROM broadcasts WHERE state = 'done'")
    await until('done', async () => (await look(over)).length > 0, 100)
    await end('SIGTERM')
    return await look(async (db) => ({
      books: await compareBooks(db, 1, recordOf(telegram)),
      reached: new Set(telegram.taken.map(({ chat }) => chat)).size,
      kills: await Promise.all(inHand.map(async (ids) => ({ inHand: ids.length, unknown: await countUnknown(db, ids) }))),
      output,
    }))
  } finally {
    child?.kill('SIGKILL')
    await telegram.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Members and an approved run that is due, at Telegram's paid rate so that it ends in seconds. */
async function seed(db: Db, people: number): Promise<void> {
  const keys = createNodeKeys(KEY)
  await migrate(db, await readMigrations())
  await db.write([...unitRows(), changeSetting('telegram_paid_rate', '1000', new Date(FIRST_START))])
  const editor = await addTestOfficer(db, keys, 'soan', 'tinh', ['editor'])
  await addPeople(
    db,
    Array.from({ length: people }, () => ({})),
    5_000_000_000,
  )
  await runOf(await deskAt(db, keys, editor.id, new Date(FIRST_START)))
}

function recordOf({ taken }: FakeTelegram): PlatformRecord {
  const record: PlatformRecord = new Map()
  for (const { chat, text } of taken) record.set(chat, [...(record.get(chat) ?? []), text])
  return record
}
