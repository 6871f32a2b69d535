/**
 * A libSQL server that takes every request and never answers: nobody waits for it longer than told, nothing that waits in
 * turn behind it either, and once it answers again it is asked again at once.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { conflictOf, mistakeOf, openServer, PATIENT, patientOf } from '../db/client.ts'
import { createProduct } from '../src/app.ts'
import type { Db } from '../src/chat.ts'
import { parseConfig } from '../src/config.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { openTestFile } from './database.ts'

const READ_MS = 150
const WRITE_MS = 300
/** What a busy machine may add; without a deadline it would be five minutes. */
const BUSY_MS = 20_000
const PATIENCE = { timeout: BUSY_MS }
const SECRET = 'mot-bi-mat-cua-webhook-telegram'

type Late = { code?: string; message: string; ms: number }

describe('a server that never answers', () => {
  let server: Server
  let db: Db
  let hung: boolean
  /** Requests that the other side has not given up, and the most there were at once. */
  let open: Set<unknown>
  let most: number
  beforeEach(async () => {
    hung = true
    // Its own for each test: those of the one before may still close.
    const here = new Set<unknown>()
    open = here
    most = 0
    server = createServer((_, response) => {
      here.add(response)
      most = Math.max(most, here.size)
      response.once('close', () => here.delete(response))
      if (!hung) response.writeHead(500).end()
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    db = openServer({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      deadlines: { readMs: READ_MS, writeMs: WRITE_MS },
    })
  })
  afterEach(async () => {
    db.close()
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  })

  const late = async (work: () => Promise<unknown>): Promise<Late> => {
    const begun = performance.now()
    const error = await work().then(
      () => new Error('it answered'),
      (failure: Error & { code?: string }) => failure,
    )
    return { code: (error as { code?: string }).code ?? '', message: error.message, ms: performance.now() - begun }
  }
  const read = () => late(() => db.read('SELECT 1'))
  const write = () => late(() => db.write([{ sql: 'DELETE FROM things', args: [] }]))

  test('fails each call in its time, reads and writes apart, those that wait in turn too', async () => {
    const reads = Promise.all(Array.from({ length: 30 }, read))
    const writes = Promise.all(Array.from({ length: 30 }, write))
    for (const { code, ms } of await reads) expect([code, ms >= READ_MS - 5 && ms < READ_MS + BUSY_MS]).toEqual(['DEADLINE', true])
    for (const { code, ms } of await writes) expect([code, ms >= WRITE_MS - 5 && ms < WRITE_MS + BUSY_MS]).toEqual(['DEADLINE', true])
    // Three reads and one write, as ever: what was given up is not on its way any more.
    expect(most).toBeLessThanOrEqual(4)
    const error = Object.assign(new Error('The database did not answer in time.'), { code: 'DEADLINE' })
    expect([conflictOf(error), mistakeOf(error)]).toEqual([undefined, false])
  })

  test('is asked again at once when it answers again', async () => {
    await Promise.all(Array.from({ length: 10 }, write))
    await expect.poll(() => open.size, PATIENCE).toBe(0)
    hung = false
    for (const { code, message } of await Promise.all([read(), write()]))
      expect([code, message.includes('500')]).toEqual(['SERVER_ERROR', true])
  })

  test('is given minutes where a statement may take them', async () => {
    expect(PATIENT.writeMs).toBeGreaterThan(60_000)
    const patient = late(() => patientOf(db).write([{ sql: 'CREATE INDEX i ON things(id)', args: [] }]))
    expect(await Promise.race([patient, read()])).toMatchObject({ code: 'DEADLINE' })
    await expect.poll(() => open.size, PATIENCE).toBe(1)
    server.closeAllConnections()
    expect((await patient).code).not.toBe('DEADLINE')
  })

  test('makes platforms send again: a webhook hears 503 within the deadline, twenty at once too', async () => {
    const file = await openTestFile()
    let away = false
    const { app } = await createProduct({
      config: parseConfig({ TELEGRAM_BOT_TOKEN: '7000000001:AAF-fake_token_of_the_tests_0123456', TELEGRAM_WEBHOOK_SECRET: SECRET }),
      db: {
        ...file.db,
        read: (sql, args) => (away ? db : file.db).read(sql, args),
        write: (statements) => (away ? db : file.db).write(statements),
      },
      keys: createNodeKeys(new Uint8Array(32).fill(3)),
      fetch: () => Promise.reject(new Error('no network in this test')),
      now: () => new Date('2026-11-23T02:00:00.000Z'),
      log: () => {},
      holder: 'test',
      later: setImmediate,
      evidence: { put: async () => {}, get: async () => undefined, delete: async () => {}, list: async () => ({ names: [] }) },
    })
    const says = (id: number) =>
      app.request('/webhooks/telegram', {
        method: 'POST',
        headers: { 'x-telegram-bot-api-secret-token': SECRET },
        body: JSON.stringify({
          update_id: id,
          message: {
            message_id: id,
            from: { id, is_bot: false, first_name: 'L' },
            chat: { id, type: 'private' },
            date: 1,
            text: 'menu',
          },
        }),
      })
    away = true
    const begun = performance.now()
    const answers = await Promise.all([...Array.from({ length: 20 }, (_, i) => says(i + 1)), app.request('/readyz')])
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
    expect(performance.now() - begun).toBeLessThan(READ_MS + WRITE_MS + BUSY_MS)
    expect((await app.request('/healthz')).status).toBe(200)
    away = false
    expect((await says(1)).status).toBe(200)
    await file.close()
  })
})
