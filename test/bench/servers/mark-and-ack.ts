/**
 * The least a ledger can do: one row a person, marked before the send and after it, in one SQLite file that is synced at
 * every commit. No consent, cap, pace, totals or reasons. It tells how much of our cost is the machine's.
 *
 * `POST /fill?people=n` adds people · `POST /drain` → `{seconds}`: until the last one is marked as sent
 */
import { createServer } from 'node:http'
import Database from 'libsql'
import { Pool } from 'undici'
import { chatOf, sendMessageBody } from '../broadcast.ts'
import { BEST } from '../peer.ts'

type Person = { id: number; chat: string }

const IN_HAND = 256
const WORTH = 96
const PATH = '/bot12345:abcdefghijklmnopqrstuvwxyz/sendMessage'
const pool = new Pool(process.env.PLATFORM_ROOT ?? '', { connections: BEST.connections })
const db = new Database(process.env.BENCH_DB ?? '')
for (const pragma of ['journal_mode = WAL', 'synchronous = FULL']) db.exec(`PRAGMA ${pragma}`)
db.exec('CREATE TABLE people(id INTEGER PRIMARY KEY, chat TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0)')
db.exec('CREATE INDEX people_waiting ON people(id) WHERE state = 0')
const mark = db.prepare(
  'UPDATE people SET state = 1 WHERE id IN (SELECT id FROM people WHERE state = 0 ORDER BY id LIMIT ?) RETURNING id, chat',
)
const acknowledge = db.prepare('UPDATE people SET state = 2 WHERE id IN (SELECT value FROM json_each(?))')
const add = db.prepare('INSERT INTO people(chat) VALUES (?)')
let filled = 0

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://bench')
  request.resume()
  work(pathname, Number(searchParams.get('people')))
    .then((result) => response.end(JSON.stringify(result)))
    .catch((error) => {
      console.error(error)
      response.writeHead(500).end()
    })
}).listen(Number(process.env.PORT), '127.0.0.1')

async function work(path: string, people: number): Promise<unknown> {
  if (path === '/fill') fill(people)
  return path === '/drain' ? { seconds: await drain() } : {}
}

function fill(people: number): void {
  db.exec('BEGIN')
  for (let i = 1; i <= people; i++) add.run(chatOf(filled + i))
  db.exec('COMMIT')
  filled += people
}

async function drain(): Promise<number> {
  const startedAt = performance.now()
  let done: number[] = []
  let inHand = 0
  let over = false
  await new Promise<void>((resolve, reject) => {
    const turn = () => {
      db.exec('BEGIN IMMEDIATE')
      acknowledge.run(JSON.stringify(done))
      done = []
      const taken = over ? [] : (mark.all(IN_HAND - inHand) as Person[])
      db.exec('COMMIT')
      over ||= taken.length === 0
      inHand += taken.length
      for (const person of taken) send(person).then(settle, reject)
      if (over && inHand === 0) resolve()
    }
    const settle = (id: number) => {
      inHand--
      done.push(id)
      if (done.length >= WORTH || inHand === 0) turn()
    }
    turn()
  })
  return (performance.now() - startedAt) / 1000
}

async function send({ id, chat }: Person): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const { statusCode, body } = await pool.request({ method: 'POST', path: PATH, headers, body: sendMessageBody(chat) })
  const answer = (await body.json()) as { ok: boolean }
  if (statusCode !== 200 || !answer.ok) throw new Error(`status ${statusCode}`)
  return id
}
