import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createClient } from '@libsql/client'
import Database from 'libsql'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { conflictOf, conflictTable, guard, isBusy, mistakeOf } from '../db/client.ts'
import { openDb } from '../db/open.ts'
import type { Statement, Value } from '../src/chat.ts'
import { databases, freePort, openTestFile, type TestDatabase } from './database.ts'

const statement = (sql: string, ...args: Value[]): Statement => ({ sql, args })
const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('nothing was thrown'),
    (error: Error) => error,
  )

describe.each(databases)('the database in %s', (_, openTest) => {
  let database: TestDatabase
  const read = (sql: string, ...args: Value[]) => database.db.read(sql, args)
  beforeAll(async () => {
    database = await openTest()
  })
  afterAll(() => database.close())
  beforeEach(() =>
    database.db.write([
      statement('DROP TABLE IF EXISTS things'),
      statement('CREATE TABLE things (id TEXT PRIMARY KEY, amount INTEGER, body BLOB, note TEXT, free)'),
    ]),
  )

  test('a batch is stored whole or not at all', async () => {
    const failure = await failureOf(
      database.db.write([
        statement("INSERT INTO things(id) VALUES ('a')"),
        statement("INSERT INTO things(id) VALUES ('b')"),
        statement("INSERT INTO things(id) VALUES ('a')"),
      ]),
    )
    expect(conflictOf(failure)).toBe('unique')
    expect(await read('SELECT id FROM things')).toEqual([])
  })

  test('a guard lets pass what changed the right number of rows and rolls everything else back', async () => {
    await database.db.write([statement("INSERT INTO things(id, amount) VALUES ('a', 1), ('b', 1)")])
    const take = (id: string, rows?: number) =>
      database.db.write([
        statement("INSERT INTO things(id) VALUES ('before-' || ?)", id),
        statement('UPDATE things SET amount = amount - 1 WHERE id LIKE ? AND amount > 0', id),
        guard(rows),
        statement("INSERT INTO things(id) VALUES ('after-' || ?)", id),
      ])
    await take('a')
    expect(conflictOf(await failureOf(take('nobody')))).toBe('check')
    // One row too many is as wrong as one too few.
    await database.db.write([statement("UPDATE things SET amount = 1 WHERE id IN ('a', 'b')")])
    expect(conflictOf(await failureOf(take('_')))).toBe('check')
    await take('_', 2)
    expect((await read('SELECT id FROM things ORDER BY id')).map(({ id }) => id)).toEqual([
      'a',
      'after-_',
      'after-a',
      'b',
      'before-_',
      'before-a',
    ])
  })

  test('several guards in one batch each hold for the statement before them', async () => {
    const insert = (id: string) => statement('INSERT INTO things(id, amount) VALUES (?, 1) ON CONFLICT DO NOTHING', id)
    await database.db.write([insert('a'), guard(), insert('b'), guard()])
    expect(conflictOf(await failureOf(database.db.write([insert('c'), guard(), insert('a'), guard()])))).toBe('check')
    expect(conflictOf(await failureOf(database.db.write([insert('a'), guard(), insert('d'), guard()])))).toBe('check')
    expect(await read('SELECT id FROM things ORDER BY id')).toEqual([{ id: 'a' }, { id: 'b' }])
  })

  test('a refused key says which table refused it and is told from a mistake in a statement', async () => {
    const day = '2026-11-23'
    const seen = statement('INSERT INTO inbox(key, day) VALUES (?, ?)', 'k1', day)
    await database.db.write([seen])
    const twice = await failureOf(database.db.write([seen]))
    expect([conflictOf(twice), conflictTable(twice)]).toEqual(['unique', 'inbox'])
    const address = (id: string) =>
      statement("INSERT INTO addresses(id, contact_id, channel, native, turn, in_at) VALUES (?, 'c', 'telegram', '1', 1, 0)", id)
    await database.db.write([address('a1')])
    const taken = await failureOf(database.db.write([address('a2')]))
    expect([conflictOf(taken), conflictTable(taken)]).toEqual(['unique', 'addresses'])
    for (const failure of [twice, taken]) expect(mistakeOf(failure)).toBe(false)
    for (const sql of ['INSERT INTO nowhere VALUES (1)', 'SELECT nothing FROM things', 'SELEKT 1', "INSERT INTO inbox(kez) VALUES ('k')"]) {
      const failure = await failureOf(database.db.write([statement(sql)]))
      expect([sql, conflictOf(failure), mistakeOf(failure)]).toEqual([sql, undefined, true])
    }
  })

  test('numbers, texts, bytes and nothing come back as they went in', async () => {
    const body = Uint8Array.from({ length: 300 }, (_, i) => i % 256)
    const note = 'Nước mắm Phú Quốc 🐟 “ngon” — đ Đ hết'
    await database.db.write([
      statement('INSERT INTO things VALUES (?, ?, ?, ?, ?)', 'a', 1_795_338_000_740, body, note, 5),
      statement('INSERT INTO things VALUES (?, ?, ?, ?, ?)', 'b', null, body.subarray(10, 20), 7, 0.5),
      statement('INSERT INTO things VALUES (?, ?, ?, ?, ?)', 'c', -3n, new Uint8Array(0), '', null),
    ])
    const [a, b, c] = await read('SELECT * FROM things ORDER BY id')
    expect(a).toEqual({ id: 'a', amount: 1_795_338_000_740, body, note, free: 5 })
    // 7 in a text column is '7', never '7.0'.
    expect(b).toEqual({ id: 'b', amount: null, body: body.slice(10, 20), note: '7', free: 0.5 })
    expect(c).toEqual({ id: 'c', amount: -3, body: new Uint8Array(0), note: '', free: null })
    expect(await read('SELECT typeof(amount) AS amount, typeof(free) AS free FROM things ORDER BY id')).toEqual([
      { amount: 'integer', free: 'integer' },
      { amount: 'null', free: 'real' },
      { amount: 'integer', free: 'null' },
    ])
  })

  test('an id above 2^53 keeps every digit as text', async () => {
    await database.db.write([statement('INSERT INTO things(id, note) VALUES (?, ?)', '9007199254740993', '246845883529197922')])
    expect(await read('SELECT id, note FROM things WHERE id = ?', '9007199254740993')).toEqual([
      { id: '9007199254740993', note: '246845883529197922' },
    ])
  })

  test('an argument without a value is a mistake, not an empty one', async () => {
    const missing = undefined as unknown as Value
    expect((await failureOf(database.db.write([statement('INSERT INTO things(id) VALUES (?)', missing)]))).message).toMatch(
      'without a value',
    )
    expect((await failureOf(database.db.read('SELECT * FROM things WHERE id = ?', [missing]))).message).toMatch('without a value')
    expect(await read('SELECT * FROM things')).toEqual([])
  })

  test('what a statement returns comes back in its place', async () => {
    const results = await database.db.write([
      statement("INSERT INTO things(id, amount) VALUES ('a', 1), ('b', 2)"),
      statement('UPDATE things SET amount = amount + 1 RETURNING id, amount'),
      statement("DELETE FROM things WHERE id = 'nobody' RETURNING id"),
    ])
    expect(results).toEqual([
      [],
      [
        { id: 'a', amount: 2 },
        { id: 'b', amount: 3 },
      ],
      [],
    ])
  })

  test('a hundred writers and readers at once get along', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => String(i))
    await Promise.all(
      ids.flatMap((id) => [database.db.write([statement('INSERT INTO things(id) VALUES (?)', id)]), read('SELECT id FROM things LIMIT 1')]),
    )
    expect(await read('SELECT count(*) AS n FROM things')).toEqual([{ n: 100 }])
  })

  test('four programs that write at once lose nothing and see no error', async () => {
    const programs = await Promise.all(Array.from({ length: 4 }, () => openDb({ url: database.url })))
    const ids = Array.from({ length: 160 }, (_, i) => String(i))
    await Promise.all(ids.map((id, i) => programs[i % 4]?.write([statement('INSERT INTO things(id) VALUES (?)', id)])))
    expect((await read('SELECT id FROM things')).map(({ id }) => id).sort()).toEqual(ids.sort())
    for (const one of programs) one.close()
  })
})

test('a server is never given a second write by the same process while one is on its way', async () => {
  let now = 0
  let most = 0
  const server = createServer((_, response) => {
    most = Math.max(most, ++now)
    setTimeout(() => {
      now--
      response.writeHead(500).end()
    }, 20)
  })
  const port = await freePort()
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  const db = openDb({ url: `http://127.0.0.1:${port}` })
  const writes = Array.from({ length: 6 }, () => failureOf(db.write([statement('DELETE FROM things')])))
  await Promise.all([...writes, failureOf(db.read('SELECT 1'))])
  // The read is not held up by the writes.
  expect(most).toBe(2)
  db.close()
  server.close()
})

test('a database that is away is neither a conflict nor a mistake', async () => {
  const nobody = openDb({ url: `http://127.0.0.1:${await freePort()}` })
  const failure = await failureOf(nobody.read('SELECT 1'))
  expect(failure.message).not.toBe('nothing was thrown')
  expect([conflictOf(failure), mistakeOf(failure)]).toEqual([undefined, false])
})

describe('two processes on one file', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await openTestFile()
    await database.db.write([statement('CREATE TABLE written (id TEXT)')])
  })
  afterEach(() => database.close())

  const stored = async () => (await database.db.read('SELECT id FROM written')).map(({ id }) => String(id))

  test('every row that was acknowledged is stored, once, while both write as fast as they can', async () => {
    const writers = await Promise.all([writer(database.url, 'lan', 400), writer(database.url, 'minh', 400)])
    const acknowledged = writers.flat()
    expect(acknowledged).toHaveLength(800)
    expect((await stored()).sort()).toEqual(acknowledged.sort())
  })

  test('the log of a file is emptied, and where a backup reads it is left as it is without a wait', async () => {
    const patient = openDb({ url: database.url, timeout: 60_000 })
    const path = database.url.slice('file:'.length)
    const size = () => statSync(`${path}-wal`).size
    await patient.write([statement("INSERT INTO written(id) VALUES ('one')")])
    const backup = new Database(path)
    backup.exec('BEGIN')
    backup.prepare('SELECT count(*) FROM written').get()
    await patient.write([statement("INSERT INTO written(id) VALUES ('two')")])
    const before = Date.now()
    await patient.emptyLog?.()
    // Far from the minute that its own connection waits for another.
    expect(Date.now() - before).toBeLessThan(30_000)
    expect(size()).toBeGreaterThan(0)
    backup.exec('COMMIT')
    backup.close()
    await patient.emptyLog?.()
    expect(size()).toBe(0)
    await patient.write([statement("INSERT INTO written(id) VALUES ('three')")])
    patient.close()
    expect(await stored()).toEqual(['one', 'two', 'three'])
  })

  describe('one told “busy”, because another is in the midst of a write', () => {
    const insert = (id: string) => statement('INSERT INTO written(id) VALUES (?)', id)
    let other: Database.Database
    beforeEach(() => {
      other = new Database(database.url.slice('file:'.length), { timeout: 0 })
      other.exec('BEGIN IMMEDIATE')
    })
    afterEach(() => other.close())

    test('tries again, and loses nothing then or later', async () => {
      let busy = 0
      const onBusy = () => {
        if (++busy === 3) other.exec('ROLLBACK')
      }
      const db = openDb({ url: database.url, timeout: 0, onBusy })
      for (const id of ['one', 'two', 'three']) await db.write([insert(id)])
      db.close()
      expect([busy, await stored()]).toEqual([3, ['one', 'two', 'three']])
    })

    test('loses all that follows where it is the bare client, acknowledged or not: why every busy answer reconnects', async () => {
      const client = createClient({ url: database.url, timeout: 0 })
      expect(isBusy(await failureOf(client.execute({ sql: 'INSERT INTO written(id) VALUES (?)', args: ['one'] })))).toBe(true)
      other.exec('ROLLBACK')
      for (const id of ['two', 'three'])
        expect((await client.execute({ sql: 'INSERT INTO written(id) VALUES (?)', args: [id] })).rowsAffected).toBe(1)
      client.close()
      expect(await stored()).toEqual([])
    })
  })
})

/** A process of its own on this database: the ids it was told are stored. */
async function writer(url: string, name: string, rows: number): Promise<string[]> {
  const script = fileURLToPath(new URL('./writer.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, url, name, String(rows)], { stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8')
    if (output === 'ready\n') ready(child)
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`the writer ended with ${code}`)
  return JSON.parse(output.slice('ready\n'.length)) as string[]
}

type Child = ReturnType<typeof spawn>
const waiting: Child[] = []

/** Both begin when both are there, or they would not meet. */
function ready(child: Child): void {
  waiting.push(child)
  if (waiting.length === 2) for (const one of waiting.splice(0)) one.stdin?.write('go\n')
}
