/**
 * One migrated, empty database that every test of a run copies: twenty migrations for each of thousands of tests would be
 * most of the run. Made once before the first test (vitest's globalSetup), gone after the last.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import { readMigrations } from './database.ts'

export default async function setup(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'hang-viet-template-'))
  const path = join(directory, 'test.db')
  const db = openDb({ url: `file:${path}` })
  await migrate(db, await readMigrations())
  // Closing alone may leave pages in the log, which is not copied.
  await db.read('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
  process.env.TEST_TEMPLATE = path
  return () => rm(directory, { recursive: true, force: true })
}
