import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkKey, compareKeys, readTagKeys } from '../db/key-state.ts'
import { openDb } from '../db/open.ts'
import { OWN_SEALED, SEALED } from '../db/sealed.ts'
import type { Db } from '../src/chat.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { keepTags, TAG_WAYS } from '../src/keys.ts'
import { createNodeKeys, tagKeyOf } from '../src/keys-node.ts'
import { createWebKeys } from '../src/keys-web.ts'
import type { TagKeys, TagPurpose } from '../src/sealing.ts'
import { bundleAdmin, createOperator, type Operator } from './admin-desk.ts'
import { base64, CRASH, change, FIRST, frail, type Home, keysFor, NOW, SECOND, THIRD } from './rotation-kit.ts'
import { findLosses, OBJECTS, receiptOf, sealRows } from './sealed-rows.ts'

let origin: Operator
let operator: Operator
let lan: string
const opened: Db[] = []
/** The database and the folder of the operator, or a copy of them. */
function home(folder = join(operator.folder, 'data')): Home {
  const db = openDb({ url: `file:${join(folder, 'hang-viet.db')}` })
  opened.push(db)
  return { db, evidence: createFileEvidence(join(folder, 'evidence'), NOW) }
}
/** Copied, because a connection of this process stays open a while after it was closed, and the command wants the file alone. */
const copyHome = (from: string, to: string) => cp(from, to, { recursive: true, filter: (path) => !path.endsWith('-shm') })

beforeAll(async () => {
  origin = await createOperator()
  expect(await origin.run('migrate')).toMatchObject({ code: 0 })
  const { db, evidence } = home(join(origin.folder, 'data'))
  lan = (await sealRows(db, createNodeKeys(FIRST), evidence)).lan
  db.close()
})
afterAll(() => origin.close())
beforeEach(async () => {
  operator = await createOperator()
  await copyHome(join(origin.folder, 'data'), join(operator.folder, 'data'))
})
afterEach(async () => {
  for (const db of opened.splice(0)) db.close()
  await operator.close()
})

describe('a change of keys', () => {
  test('brings over every box, every photo, every receipt and every way back, and leaves the old key nothing', async () => {
    const here = home()
    const first = createNodeKeys(FIRST)
    expect(await findLosses(here.db, first, here.evidence, lan)).toEqual([])
    expect(await change(here, FIRST, SECOND)).toMatchObject({ objects: OBJECTS.length, damaged: 0 })
    expect(await findLosses(here.db, await keysFor(here.db, SECOND), here.evidence, lan)).toEqual([])
    await expect(checkKey(here.db, first)).rejects.toThrow('another DATA_KEY')
    // Whoever has the old key and the new database opens nothing and joins nothing.
    const left = await findLosses(here.db, first, here.evidence, lan)
    for (const { table, column } of SEALED)
      expect(left.filter((one) => one.startsWith(`${table}.${column} `)).length, `${table}.${column}`).toBeGreaterThan(0)
    expect(left.length).toBe((await findLosses(here.db, createNodeKeys(THIRD), here.evidence, lan)).length)
    const cells = (await Promise.all(OWN_SEALED.map(({ table }) => here.db.read(`SELECT * FROM ${table}`))))
      .flat()
      .flatMap((row) => Object.values(row))
    for (const tag of [first.tag('contact', lan), first.tag('case', 'viec1'), first.tag('case', 'viec2')]) expect(cells).not.toContain(tag)
    const receipts = (await here.db.read('SELECT receipt_tag FROM cases')).map(({ receipt_tag }) => receipt_tag)
    expect(receipts).not.toContain(first.tag('receipt', receiptOf('viec1')))
  })

  test('can be made again and again: what was handed out at the first key is found at the third', async () => {
    const here = home()
    const first = createNodeKeys(FIRST)
    await change(here, FIRST, SECOND)
    await change(here, SECOND, THIRD)
    const third = await keysFor(here.db, THIRD)
    expect(await findLosses(here.db, third, here.evidence, lan)).toEqual([])
    for (const [purpose, way] of Object.entries(TAG_WAYS) as Array<[TagPurpose, string]>)
      expect((await third.tag(purpose, 'x')) === (await first.tag(purpose, 'x')), purpose).toBe(way === 'kept')
    // Workers make the same of what is kept.
    const kept = await readTagKeys(here.db, third)
    const web = await createWebKeys(THIRD as Uint8Array<ArrayBuffer>, kept)
    for (const purpose of Object.keys(TAG_WAYS) as TagPurpose[])
      expect(await web.tag(purpose, 'x'), purpose).toBe(await third.tag(purpose, 'x'))
    // The keys before are not among what is kept: they open no old backup.
    expect(JSON.stringify(kept)).not.toMatch(new RegExp([FIRST, SECOND].map((key) => Buffer.from(key).toString('hex')).join('|')))
  })

  test('a box of no case goes, and so does a way back to nobody', async () => {
    const here = home()
    await here.db.write([{ sql: "DELETE FROM cases WHERE id = 'viec1'", args: [] }])
    await change(here, FIRST, SECOND)
    expect(await here.db.read('SELECT count(*) AS n FROM reply_links')).toEqual([{ n: 1 }])
    expect(await here.db.read('SELECT count(*) AS n FROM case_identities')).toEqual([{ n: 1 }])
    await here.db.write([{ sql: 'DELETE FROM contacts WHERE id = ?', args: [lan] }])
    await change(here, SECOND, THIRD)
    expect(await here.db.read('SELECT count(*) AS n FROM reply_links')).toEqual([{ n: 0 }])
  })

  test('the marks of reports are left to be made anew', async () => {
    const here = home()
    await here.db.write([
      { sql: "INSERT INTO case_marks(mark, case_id) VALUES ('m', 'viec1')", args: [] },
      { sql: 'UPDATE cases SET marked = 1', args: [] },
    ])
    await change(here, FIRST, SECOND)
    expect(await here.db.read('SELECT count(*) AS n FROM case_marks')).toEqual([{ n: 0 }])
    expect(await here.db.read('SELECT count(*) AS n FROM cases WHERE marked = 1')).toEqual([{ n: 0 }])
  })

  test('the entries of an incident cannot be changed afterwards either', async () => {
    const here = home()
    await change(here, FIRST, SECOND)
    await expect(here.db.write([{ sql: "UPDATE incident_entries SET kind = 'x'", args: [] }])).rejects.toThrow('not changed')
  })

  test('nothing is touched while a box does not open; then it is left, when the operator says so', async () => {
    const here = home()
    await here.db.write([{ sql: 'UPDATE inquiries SET box = ?', args: [new Uint8Array(64)] }])
    await expect(change(here, FIRST, SECOND)).rejects.toThrow('1 hộp hoặc ảnh không mở được')
    expect(await compareKeys(here.db, createNodeKeys(FIRST), createNodeKeys(SECOND))).toBe('old')
    expect(await findLosses(here.db, createNodeKeys(FIRST), here.evidence, lan)).toHaveLength(1)
    expect(await change(here, FIRST, SECOND, { leaveDamaged: true })).toMatchObject({ damaged: 1 })
    expect(await findLosses(here.db, await keysFor(here.db, SECOND), here.evidence, lan)).toHaveLength(1)
  })

  test('photos that lie somewhere else stop it before anything is changed', async () => {
    const here = home()
    const elsewhere = { db: here.db, evidence: createFileEvidence(join(operator.folder, 'elsewhere')) }
    await expect(change(elsewhere, FIRST, SECOND)).rejects.toThrow('EVIDENCE_DIR')
    expect(await compareKeys(here.db, createNodeKeys(FIRST), createNodeKeys(SECOND))).toBe('old')
  })
})

describe('killed anywhere', () => {
  test('before any of its writes, it starts with neither key, and the same two keys finish it', async () => {
    let died = 0
    for (let writes = 0; ; writes++) {
      const folder = await mkdtemp(join(tmpdir(), 'hang-viet-frail-'))
      await cp(join(operator.folder, 'data'), folder, { recursive: true })
      const here = home(folder)
      const weak = frail(here, writes)
      const end = await change(weak, FIRST, SECOND).then(
        () => 'done',
        (error: Error) => error.message,
      )
      if (end === 'done') {
        await rm(folder, { recursive: true })
        break
      }
      expect(end).toBe(CRASH)
      died++
      const [first, second] = [createNodeKeys(FIRST), createNodeKeys(SECOND)]
      if (writes > 0) {
        for (const keys of [first, second]) await expect(checkKey(here.db, keys)).rejects.toThrow('unfinished')
        // Another new key does not go on where this one began.
        await expect(change(here, FIRST, THIRD)).rejects.toThrow('lần thay khóa trước')
      }
      await change(here, FIRST, SECOND)
      expect(await findLosses(here.db, await keysFor(here.db, SECOND), here.evidence, lan), `killed before write ${writes}`).toEqual([])
      here.db.close()
      await rm(folder, { recursive: true })
    }
    expect(died).toBeGreaterThan(20)
  }, 240_000)
})

describe('npm run admin -- key rotate', { timeout: 240_000 }, () => {
  let unbundle: () => Promise<void>
  beforeAll(async () => {
    unbundle = await bundleAdmin()
  })
  afterAll(() => unbundle())
  const keyFile = () => join(operator.folder, 'data', 'key')
  const inFile = async () => {
    await writeFile(keyFile(), base64(FIRST), { mode: 0o600 })
    delete operator.env.DATA_KEY
  }

  test('with the keys in the environment: afterwards the product starts with the new one alone', async () => {
    operator.env.DATA_KEY_NEW = base64(SECOND)
    const said = await operator.spawn('key', 'rotate')
    expect(said).toMatchObject({ code: 0 })
    for (const part of ['Đã thay khóa', `${OBJECTS.length} ảnh`, 'DATA_KEY_NEW', 'bản sao lưu']) expect(said.out).toContain(part)
    expect(said.out + said.err).not.toContain(base64(SECOND))
    const old = await operator.spawn('setting', 'list')
    expect([old.code, old.err.includes('another DATA_KEY')]).toEqual([1, true])
    // Again with the same two keys: nothing is left to do.
    expect((await operator.spawn('key', 'rotate')).out).toContain('Khóa đã thay từ lần trước')
    operator.env.DATA_KEY = base64(SECOND)
    delete operator.env.DATA_KEY_NEW
    expect(await operator.spawn('setting', 'list')).toMatchObject({ code: 0 })
    const { db } = home()
    expect(await db.read("SELECT via FROM audit WHERE act = 'key.rotate'")).toEqual([{ via: 'admin' }])
  })

  test('with the key in a file: a new one takes its place and the old one lies beside it, both their owner’s alone', async () => {
    await inFile()
    expect(await operator.spawn('key', 'rotate')).toMatchObject({ code: 0 })
    expect(await readFile(`${keyFile()}.old`, 'utf8')).toBe(base64(FIRST))
    expect(await readFile(keyFile(), 'utf8')).not.toBe(base64(FIRST))
    expect((await readdir(join(operator.folder, 'data'))).filter((name) => name.startsWith('key')).sort()).toEqual(['key', 'key.old'])
    for (const path of [keyFile(), `${keyFile()}.old`]) expect((await stat(path)).mode & 0o077).toBe(0)
    expect(await operator.spawn('setting', 'list')).toMatchObject({ code: 0 })
    const again = await operator.spawn('key', 'rotate')
    expect([again.code, again.err.includes('key.old')]).toEqual([1, true])
    await rm(`${keyFile()}.old`)
    expect(await operator.spawn('key', 'rotate')).toMatchObject({ code: 0 })
    expect(await operator.spawn('setting', 'list')).toMatchObject({ code: 0 })
  })

  test('ended between the database and the key file, the next run sets the file right', async () => {
    await inFile()
    const next = Buffer.alloc(32, 8).toString('base64')
    await writeFile(`${keyFile()}.new`, next, { mode: 0o600 })
    const elsewhere = join(operator.folder, 'elsewhere')
    await copyHome(join(origin.folder, 'data'), elsewhere)
    const there = home(elsewhere)
    await change(there, FIRST, SECOND)
    there.db.close()
    await copyHome(elsewhere, join(operator.folder, 'data'))
    const stopped = await operator.spawn('setting', 'list')
    expect([stopped.code, stopped.err.includes('another DATA_KEY')]).toEqual([1, true])
    expect(await operator.spawn('key', 'rotate')).toMatchObject({ code: 0 })
    expect(await readFile(keyFile(), 'utf8')).toBe(next)
    expect(await operator.spawn('setting', 'list')).toMatchObject({ code: 0 })
  })

  test('a real kill -9 in the midst, then once more: all is there', async () => {
    await inFile()
    const evidence = createFileEvidence(operator.evidenceDir)
    const first = createNodeKeys(FIRST)
    for (let i = 0; i < 60; i++) {
      const name = `nang-${i}`
      await evidence.put(name, await first.seal('evidence', new Uint8Array(200_000), name))
    }
    const child = operator.launch('key', 'rotate')
    // It says what it does; the database is its own.
    await new Promise<void>((go) => {
      child.stderr?.on('data', (said) => String(said).includes('niêm lại') && go())
      child.once('close', () => go())
    })
    child.kill('SIGKILL')
    await new Promise((go) => (child.exitCode === null && child.signalCode === null ? child.once('close', go) : go(undefined)))
    expect(child.signalCode).toBe('SIGKILL')
    const half = await operator.spawn('setting', 'list')
    expect([half.code, half.err.includes('unfinished')]).toEqual([1, true])
    expect(await operator.spawn('key', 'rotate')).toMatchObject({ code: 0 })
    const here = home()
    const key = Buffer.from(await readFile(keyFile(), 'utf8'), 'base64')
    expect(await findLosses(here.db, await keysFor(here.db, key), here.evidence, lan)).toEqual([])
    expect(existsSync(`${keyFile()}.new`)).toBe(false)
  })

  test('refuses while a process has the database open, without a new key, with the same key, with a wrong one', async () => {
    const refusal = async (env: Record<string, string>, part: string) => {
      const before = { ...operator.env }
      Object.assign(operator.env, env)
      const said = await operator.spawn('key', 'rotate')
      expect([said.code, said.err.includes(part)], said.err).toEqual([1, true])
      for (const name of Object.keys(operator.env)) delete operator.env[name]
      Object.assign(operator.env, before)
    }
    await refusal({}, 'DATA_KEY_NEW')
    await refusal({ DATA_KEY_NEW: base64(FIRST) }, 'giống khóa đang dùng')
    await refusal({ DATA_KEY_NEW: 'abc' }, 'base64 of 32 bytes')
    await refusal({ DATA_KEY: base64(THIRD), DATA_KEY_NEW: base64(SECOND) }, 'Neither key')
    const { db } = home()
    await db.read('SELECT 1')
    await refusal({ DATA_KEY_NEW: base64(SECOND) }, 'hãy dừng trước')
  })

  test('a backup of before opens with the old key alone, and a newer one with the new', async () => {
    const fresh = await createOperator()
    try {
      const [before, after] = [operator.path('truoc.bak'), operator.path('sau.bak')]
      expect(await operator.spawn('backup', before)).toMatchObject({ code: 0 })
      operator.env.DATA_KEY_NEW = base64(SECOND)
      expect(await operator.spawn('key', 'rotate')).toMatchObject({ code: 0 })
      operator.env.DATA_KEY = base64(SECOND)
      expect(await operator.spawn('backup', after)).toMatchObject({ code: 0 })
      fresh.env.DATA_KEY = base64(SECOND)
      expect((await fresh.spawn('restore', before)).err).toContain('DATA_KEY khác')
      expect(await fresh.spawn('restore', after)).toMatchObject({ code: 0 })
      fresh.env.DATA_KEY = base64(FIRST)
      expect(await fresh.spawn('restore', before, '--replace')).toMatchObject({ code: 0 })
    } finally {
      await fresh.close()
    }
  })
})

test('what is kept of earlier keys is hashes’ keys alone, each purpose’s own', () => {
  const kept: TagKeys = keepTags({}, (purpose) => tagKeyOf(FIRST, purpose))
  expect(Object.keys(kept).sort()).toEqual(
    Object.entries(TAG_WAYS)
      .filter(([, way]) => way !== 'current')
      .map(([purpose]) => purpose)
      .sort(),
  )
  const twice = keepTags(kept, (purpose) => tagKeyOf(SECOND, purpose))
  expect(twice.token).toEqual(kept.token)
  expect(twice.receipt).toHaveLength(2)
})
