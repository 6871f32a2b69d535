/**
 * A change of DATA_KEY on a libSQL server, which is nobody's alone: other programs hold leases on it, go on serving while it
 * is changed, write in its midst. None of them leaves a box that only the old key opens, and none loses what it was told is
 * stored.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { guard } from '../db/client.ts'
import { fenceKey } from '../db/key-fence.ts'
import { checkKey } from '../db/key-state.ts'
import { sayServing, sayStopped, takeLease } from '../db/leases.ts'
import { openDb } from '../db/open.ts'
import { isServing } from '../db/rotation.ts'
import type { Db } from '../src/chat.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { bundleAdmin, createOperator, type Operator } from './admin-desk.ts'
import { databases, freePort, openTestFile, type TestDatabase } from './database.ts'
import { base64, CRASH, change, FIRST, frail, type Home, keysFor, NOW, SECOND, THIRD } from './rotation-kit.ts'
import { findLosses, sealRows } from './sealed-rows.ts'

const first = createNodeKeys(FIRST)
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => String(error.code),
  )
const note = (id: string): { sql: string; args: [string] } => ({ sql: 'INSERT INTO phrases_of_test(id) VALUES (?)', args: [id] })

test('a file is changed by who has it alone: nothing is asked of its writes', async () => {
  const file = await openTestFile()
  const proof = await checkKey(file.db, first)
  expect(fenceKey(file.db, proof, () => {})).toBe(file.db)
  await file.close()
})

describe.each(databases.filter(([name]) => name !== 'a file'))('a change of keys on %s', { timeout: 120_000 }, (_, openServer) => {
  let database: TestDatabase
  let folder: string
  let here: Home
  let lan: string
  const opened: Db[] = []
  const another = (): Db => {
    const db = openDb({ url: database.url })
    opened.push(db)
    return db
  }
  /** A process as it starts, and how often it noticed that its key is no more. */
  const serve = async (key = FIRST) => {
    const db = another()
    let noticed = 0
    const proof = await checkKey(db, createNodeKeys(key))
    return { db: fenceKey(db, proof, () => noticed++), noticed: () => noticed }
  }
  beforeEach(async () => {
    database = await openServer()
    folder = await mkdtemp(join(tmpdir(), 'hang-viet-rotation-'))
    here = { db: database.db, evidence: createFileEvidence(join(folder, 'evidence'), NOW) }
    await checkKey(here.db, first)
    await here.db.write([{ sql: "INSERT INTO meta(name, value) VALUES ('own_boxes', 'done') ON CONFLICT DO NOTHING", args: [] }])
    lan = (await sealRows(here.db, first, here.evidence)).lan
    await here.db.write([{ sql: 'CREATE TABLE phrases_of_test (id TEXT PRIMARY KEY)', args: [] }])
  })
  afterEach(async () => {
    for (const db of opened.splice(0)) db.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('killed before some of its writes, other processes are refused from its first one on, and a second run finishes it', async () => {
    const [one, two] = [await serve(), await serve()]
    await one.db.write([note('before')])
    for (const writes of [1, 5, 20]) await expect(change(frail(here, writes), FIRST, SECOND)).rejects.toThrow(CRASH)
    for (const { db, noticed } of [one, two]) {
      expect(await codeOf(db.write([note('during')]))).toBe('KEY_CHANGED')
      expect(await codeOf(db.read('SELECT 1'))).toBe('KEY_CHANGED')
      expect(await codeOf(db.write([note('during')]))).toBe('KEY_CHANGED')
      expect(noticed()).toBe(1)
    }
    await expect(serve()).rejects.toThrow('unfinished')
    await expect(change(here, FIRST, THIRD)).rejects.toThrow('lần thay khóa trước')
    expect(await change(here, FIRST, SECOND)).toMatchObject({ damaged: 0 })
    expect(await findLosses(here.db, await keysFor(here.db, SECOND), here.evidence, lan)).toEqual([])
    await expect(serve()).rejects.toThrow('another DATA_KEY')
    const next = await serve(SECOND)
    await next.db.write([note('after')])
    expect(await here.db.read('SELECT id FROM phrases_of_test ORDER BY id')).toEqual([{ id: 'after' }, { id: 'before' }])
  })

  test('what others write as fast as they can is under the new key afterwards, or was refused', async () => {
    const told: string[] = []
    let stop = false
    const writes = async ({ db }: { db: Db }, name: string) => {
      for (let n = 0; !stop; n++) {
        const id = `${name}${n}`
        const box = await first.seal('inquiry', id, id)
        const done = await codeOf(
          db.write([
            {
              sql: "INSERT INTO inquiries(id, contact_id, address_id, box, asked_at, due_at) VALUES (?, 'c', 'a', ?, '2026-11-23', '2026-11-24')",
              args: [id, box],
            },
          ]),
        )
        if (done !== 'done') return done
        told.push(id)
      }
      return 'never refused'
    }
    const busy = [writes(await serve(), 'a'), writes(await serve(), 'b')]
    await expect.poll(() => told.length).toBeGreaterThan(10)
    await change(here, FIRST, SECOND)
    stop = true
    expect(await Promise.all(busy)).toEqual(['KEY_CHANGED', 'KEY_CHANGED'])
    const second = await keysFor(here.db, SECOND)
    expect(await findLosses(here.db, second, here.evidence, lan)).toEqual([])
    const rows = (await here.db.read('SELECT id FROM inquiries')).map(({ id }) => String(id))
    expect(told.filter((id) => !rows.includes(id))).toEqual([])
  })

  test('a refusal of another kind is told from it, and what statements return stays in its place', async () => {
    const { db, noticed } = await serve()
    expect(await db.write([note('x'), { sql: 'SELECT id FROM phrases_of_test', args: [] }])).toEqual([[], [{ id: 'x' }]])
    expect(await codeOf(db.write([{ sql: 'DELETE FROM phrases_of_test WHERE id = ?', args: ['nobody'] }, guard()]))).toMatch(
      'SQLITE_CONSTRAINT',
    )
    expect(await codeOf(db.write([note('x')]))).toMatch('SQLITE_CONSTRAINT')
    expect(await codeOf((db.patient ?? db).write([note('y')]))).toBe('done')
    expect(noticed()).toBe(0)
  })

  test('whoever serves says so for two and a half minutes at a time, until they stop', async () => {
    const at = NOW().getTime()
    expect(await isServing(here.db, at)).toBe(false)
    await sayServing(here.db, 'p1', at)
    await sayServing(here.db, 'p2', at + 60_000)
    expect(await isServing(here.db, at + 209_000)).toBe(true)
    expect(await isServing(here.db, at + 211_000)).toBe(false)
    await sayServing(here.db, 'p3', at + 3_600_000)
    expect(await here.db.read('SELECT holder FROM leases')).toEqual([{ holder: 'p3' }])
    await sayStopped(here.db, 'p3')
    expect(await isServing(here.db, at + 3_600_000)).toBe(false)
  })

  describe('npm run admin -- key rotate', () => {
    let operator: Operator
    let unbundle: () => Promise<void>
    const program = fileURLToPath(new URL(`../dist/rotation-${process.pid}`, import.meta.url))
    let child: ChildProcess | undefined
    beforeAll(async () => {
      unbundle = await bundleAdmin()
      await build({
        ...{ entryPoints: [fileURLToPath(new URL('../src/node.ts', import.meta.url))], outdir: program, bundle: true, platform: 'node' },
        ...{ target: 'node20', format: 'esm', packages: 'external', jsx: 'automatic', jsxImportSource: 'hono/jsx', logLevel: 'warning' },
      })
    })
    afterAll(async () => {
      await unbundle()
      await rm(program, { recursive: true, force: true })
    })
    beforeEach(async () => {
      operator = await createOperator({ LIBSQL_URL: database.url, EVIDENCE_DIR: join(folder, 'evidence'), DATA_KEY_NEW: base64(SECOND) })
    })
    afterEach(async () => {
      child?.kill('SIGKILL')
      await operator.close()
    })

    test('refuses while any of several processes holds its lease, whatever it holds it for', async () => {
      const at = NOW().getTime()
      for (const [name, holder] of [
        ['worker-drain', 'p2'],
        ['serving:p3', 'p3'],
        ['poll:telegram', 'p1'],
      ] as const) {
        await here.db.write([{ sql: 'DELETE FROM leases', args: [] }])
        await takeLease(here.db, name, holder, at, 600_000)
        expect(await isServing(here.db, at), name).toBe(true)
      }
      const said = await operator.spawn('key', 'rotate')
      expect([said.code, said.err.includes('hãy dừng trước')]).toEqual([1, true])
      expect(await findLosses(here.db, first, here.evidence, lan)).toEqual([])
      // One that ran out is of a process that died.
      await here.db.write([{ sql: 'UPDATE leases SET until = ?', args: [at - 1] }])
      expect(await operator.spawn('key', 'rotate')).toMatchObject({ code: 0 })
    })

    test('a real kill -9 in the midst, with photos in the folder, then once more: all is there', async () => {
      for (let i = 0; i < 60; i++) await here.evidence.put(`nang-${i}`, await first.seal('evidence', new Uint8Array(200_000), `nang-${i}`))
      const killed = operator.launch('key', 'rotate')
      await new Promise<void>((go) => {
        killed.stderr?.on('data', (said) => String(said).includes('ảnh / photos') && go())
        killed.once('close', () => go())
      })
      killed.kill('SIGKILL')
      await new Promise((go) => (killed.exitCode === null && killed.signalCode === null ? killed.once('close', go) : go(undefined)))
      expect(killed.signalCode).toBe('SIGKILL')
      const half = await operator.spawn('setting', 'list')
      expect([half.code, half.err.includes('unfinished')]).toEqual([1, true])
      const said = await operator.spawn('key', 'rotate')
      expect([said.code, said.out.includes('64 ảnh')]).toEqual([0, true])
      expect(await findLosses(here.db, await keysFor(here.db, SECOND), here.evidence, lan)).toEqual([])
    })

    test('a program that serves is seen; killed and not seen any more, or asleep, it is refused afterwards, and platforms hear 503', async () => {
      const port = await freePort()
      const { DATA_KEY_NEW: _, NOW: __, ...env } = operator.env
      child = spawn(process.execPath, [join(program, 'node.js')], {
        env: {
          ...env,
          PORT: String(port),
          PUBLIC_URL: 'https://bot.example.vn',
          ZALO_BOT_TOKEN: '12345689:abc-xyz_of_the_tests',
          ZALO_BOT_WEBHOOK_SECRET: 'bi-mat-cua-webhook-0123',
          ZALO_BOT_API_ROOT: `http://127.0.0.1:${port}/nobody`,
        },
        stdio: 'ignore',
      })
      const says = async (id: string) => {
        const body = {
          event_name: 'message.text.received',
          message: {
            message_id: id,
            date: Date.now(),
            chat: { id: 'a1b2c3', chat_type: 'PRIVATE' },
            from: { id: 'a1b2c3', display_name: 'L', is_bot: false },
            text: 'menu',
          },
        }
        const headers = { 'x-bot-api-secret-token': 'bi-mat-cua-webhook-0123', 'content-type': 'application/json' }
        const answer = await fetch(`http://127.0.0.1:${port}/webhooks/zalo-bot`, { method: 'POST', headers, body: JSON.stringify(body) })
        return answer.status
      }
      await expect
        .poll(
          () =>
            fetch(`http://127.0.0.1:${port}/readyz`).then(
              ({ status }) => status,
              () => 0,
            ),
          { timeout: 60_000 },
        )
        .toBe(200)
      await expect.poll(() => isServing(here.db, Date.now()), { timeout: 20_000 }).toBe(true)
      expect(await says('m1')).toBe(200)
      delete operator.env.NOW
      expect((await operator.spawn('key', 'rotate')).err).toContain('hãy dừng trước')
      // Its lease is gone, as after a pause of the machine it runs on; it itself is not.
      await here.db.write([{ sql: 'DELETE FROM leases', args: [] }])
      expect(await operator.spawn('key', 'rotate')).toMatchObject({ code: 0 })
      const before = await here.db.read('SELECT count(*) AS n FROM inbox')
      expect(await says('m2')).toBe(503)
      expect(await fetch(`http://127.0.0.1:${port}/readyz`).then(({ status }) => status)).toBe(503)
      expect(await here.db.read('SELECT count(*) AS n FROM inbox')).toEqual(before)
      // What its night's work let go meanwhile (old codes, objects of no photo) is no loss.
      const second = await keysFor(here.db, SECOND)
      const losses = await findLosses(here.db, second, here.evidence, lan)
      expect(losses.filter((one) => !/is empty$|^evidence /.test(one))).toEqual([])
      const { names } = await here.evidence.list()
      expect(names).toContain('anh1')
      for (const name of names) await second.open('evidence', (await here.evidence.get(name)) ?? new Uint8Array(), name)
    })
  })
})
