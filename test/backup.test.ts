import { createHash } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDb } from '../db/open.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { bundleAdmin, createOperator, type Operator, TEST_KEY } from './admin-desk.ts'

const PHOTO = new TextEncoder().encode('sealed bytes of a photo')
const NAME = 'Công đoàn Rất Dễ Nhận Ra'

describe('backup and restore', () => {
  let unbundle: () => Promise<void>
  beforeAll(async () => {
    unbundle = await bundleAdmin()
  })
  afterAll(() => unbundle())

  let old: Operator
  let fresh: Operator
  beforeEach(async () => {
    old = await createOperator()
    fresh = await createOperator()
    await old.run('setting', 'set', 'unit_name', NAME)
    const evidence = createFileEvidence(old.evidenceDir)
    for (const name of ['a1b2c3', 'a9', '-x', 'zz-1']) await evidence.put(name, PHOTO)
    await withDb(old, async (db) => {
      await db.write([outbox(1, 0, 'queued'), outbox(2, 1, 'queued'), outbox(3, 1, 'sending'), outbox(4, 1, 'sent')])
    })
  })
  afterEach(async () => {
    await old.close()
    await fresh.close()
  })

  const outbox = (id: number, priority: number, state: string) => ({
    sql: "INSERT INTO outbox(id, priority, channel, address_id, broadcast_id, state, due_at, created_at) VALUES (?1, ?2, 'telegram', 'a', iif(?2 = 1, '7', NULL), ?3, 0, 0)",
    args: [id, priority, state],
  })
  const withDb = async <T>(operator: Operator, work: (db: Awaited<ReturnType<typeof openDb>>) => Promise<T>): Promise<T> => {
    const db = openDb({ url: operator.url })
    try {
      return await work(db)
    } finally {
      db.close()
    }
  }
  const backUp = async () => {
    const file = old.path('copy.bak')
    expect(await old.run('backup', file)).toMatchObject({ code: 0 })
    return file
  }
  /** Nothing of a try stays: no target, no staging folder. */
  const untouched = async () => {
    const names = await readdir(dirname(fresh.url.slice(5))).catch(() => [])
    expect(names).toEqual([])
  }

  test('a backup put into a fresh folder brings back rows and photos, and sends nothing twice', async () => {
    const file = await backUp()
    const said = await fresh.run('restore', file)
    expect(said).toMatchObject({ code: 0 })
    expect(said.out).toContain('4 ảnh')
    expect((await fresh.run('setting', 'list')).out).toContain(NAME)
    const evidence = createFileEvidence(fresh.evidenceDir)
    expect((await evidence.list()).names).toEqual(['-x', 'a1b2c3', 'a9', 'zz-1'])
    expect(new Uint8Array((await evidence.get('a9')) ?? [])).toEqual(PHOTO)
    const rows = await withDb(fresh, (db) => db.read('SELECT id, state, reason FROM outbox ORDER BY id'))
    expect(rows).toEqual([
      { id: 2, state: 'unknown', reason: 'restored' },
      { id: 3, state: 'unknown', reason: 'restored' },
      { id: 4, state: 'sent', reason: null },
    ])
    expect((await readdir(dirname(fresh.url.slice(5)))).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('the file is its owner’s alone and holds neither the key nor a readable word; its fingerprint is printed', async () => {
    const file = old.path('copy.bak')
    const said = await old.spawn('backup', file)
    expect(said.code).toBe(0)
    const bytes = await readFile(file)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(said.out).toContain(createHash('sha256').update(bytes).digest('hex'))
    expect(said.out).toContain(`${bytes.length} byte`)
    for (const secret of [TEST_KEY, Buffer.from(TEST_KEY, 'base64'), NAME, 'SQLite format 3', 'sealed bytes of a photo', 'a1b2c3'])
      expect(bytes.includes(secret), String(secret)).toBe(false)
    expect((await readdir(dirname(old.url.slice(5)))).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('an existing file is never written over', async () => {
    await writeFile(old.path('copy.bak'), 'something dear')
    const said = await old.run('backup', old.path('copy.bak'))
    expect(said).toMatchObject({ code: 1 })
    expect(said.err).toContain('đã có')
    expect(await readFile(old.path('copy.bak'), 'utf8')).toBe('something dear')
  })

  test('another key is refused with a sentence, and nothing is touched', async () => {
    const file = await backUp()
    fresh.env.DATA_KEY = Buffer.alloc(32, 8).toString('base64')
    const said = await fresh.run('restore', file)
    expect(said).toMatchObject({ code: 1 })
    expect(said.err).toContain('DATA_KEY khác')
    await untouched()
  })

  test('without any key a restore makes none up', async () => {
    const file = await backUp()
    delete fresh.env.DATA_KEY
    expect((await fresh.run('restore', file)).err).toContain('Chưa có khóa')
    await untouched()
  })

  test('one changed byte anywhere, a cut end, an added byte and a foreign file are refused', async () => {
    const whole = await readFile(await backUp())
    const broken: Array<[string, Uint8Array]> = [
      ...[5, 60, 150, 200, 70_000, whole.length >> 1, whole.length - 1].map((at): [string, Uint8Array] => {
        const bytes = Buffer.from(whole)
        bytes[at] = (bytes[at] ?? 0) ^ 1
        return [`byte ${at}`, bytes]
      }),
      ['cut in the middle', whole.subarray(0, whole.length >> 1)],
      // Whole chunks of 64 KB and their tags remain: only the mark of the last chunk tells.
      ['cut between chunks', whole.subarray(0, whole.length - ((whole.length - HEADER_OF(whole)) % 65_552))],
      ['cut by one', whole.subarray(0, -1)],
      ['one more', Buffer.concat([whole, Buffer.of(0)])],
      ['foreign', Buffer.from('not a backup at all')],
      ['empty', Buffer.alloc(0)],
    ]
    for (const [what, bytes] of broken) {
      await writeFile(fresh.path('broken.bak'), bytes)
      const said = await fresh.run('restore', fresh.path('broken.bak'))
      expect(said.code, what).toBe(1)
      expect(said.err, what).toMatch(/đã hỏng|DATA_KEY khác/)
      await untouched()
    }
  })

  test('data that is there is left alone without --replace and moved aside with it', async () => {
    const file = await backUp()
    await fresh.spawn('setting', 'set', 'unit_name', 'LĐLĐ cũ')
    await createFileEvidence(fresh.evidenceDir).put('old-photo', PHOTO)
    const refused = await fresh.spawn('restore', file)
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.err).toContain('--replace')
    const said = await fresh.spawn('restore', file, '--replace')
    expect(said).toMatchObject({ code: 0 })
    expect((await fresh.spawn('setting', 'list')).out).toContain(NAME)
    const aside = [...said.out.matchAll(/the old data is at: (.*)/g)].map(([, path]) => path ?? '')
    expect(aside).toHaveLength(2)
    const kept = openDb({ url: `file:${aside[0]}` })
    expect(await kept.read("SELECT value FROM settings WHERE name = 'unit_name'")).toEqual([{ value: 'LĐLĐ cũ' }])
    kept.close()
    expect((await createFileEvidence(aside[1] ?? '').list()).names).toEqual(['old-photo'])
  })

  test('a database that a running server has open is not replaced', async () => {
    const file = await backUp()
    await fresh.spawn('setting', 'set', 'unit_name', 'Đang chạy')
    const server = openDb({ url: fresh.url })
    await server.read('SELECT count(*) FROM settings')
    const said = await fresh.spawn('restore', file, '--replace')
    expect(said).toMatchObject({ code: 1 })
    expect(said.err).toContain('dừng trước')
    expect(await server.read("SELECT value FROM settings WHERE name = 'unit_name'")).toEqual([{ value: 'Đang chạy' }])
    server.close()
  })

  test('the database of a libSQL server is left to the server’s own tools', async () => {
    fresh.env.LIBSQL_URL = 'http://127.0.0.1:9'
    const said = await fresh.run('restore', fresh.path('any.bak'))
    expect(said).toMatchObject({ code: 1 })
    expect(said.err).toContain('máy chủ libSQL')
  })
})

/** Bytes before the sealed chunks: up to the line of the header's MAC, and the 16-byte nonce. */
const HEADER_OF = (file: Buffer): number => file.indexOf('\n', file.indexOf('\n--- ') + 1) + 1 + 16
