import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LATEST_MIGRATION, listApplied, migrate } from '../db/migrate.ts'
import { openDb } from '../db/open.ts'
import type { Db } from '../src/chat.ts'
import { databases, readMigrations, type TestDatabase } from './database.ts'

const MORE = { name: '9001_more', sql: '-- More.\nCREATE TABLE more (id TEXT);\n\nCREATE INDEX more_id ON more(id);\n' }

describe.each(databases)('migrating the database in %s', (_, openTest) => {
  let database: TestDatabase
  let db: Db
  beforeEach(async () => {
    database = await openTest()
    db = database.db
  })
  afterEach(() => database.close())

  const tables = async (name: string) => (await db.read('SELECT name FROM sqlite_master WHERE tbl_name = ?', [name])).length

  test('every file is in, in the order of its number, and the program knows the newest', async () => {
    const names = (await readMigrations()).map(({ name }) => name)
    expect(await listApplied(db)).toEqual(names)
    expect(names.at(-1)).toBe(LATEST_MIGRATION)
  })

  test('a second run changes nothing and reports nothing', async () => {
    const heard: string[] = []
    const before = await db.read('SELECT name, applied_at FROM migrations')
    await migrate(db, await readMigrations(), (name) => heard.push(name))
    expect(heard).toEqual([])
    expect(await db.read('SELECT name, applied_at FROM migrations')).toEqual(before)
  })

  test('what is new is applied and heard', async () => {
    const heard: string[] = []
    await migrate(db, [...(await readMigrations()), MORE], (name) => heard.push(name))
    expect(heard).toEqual(['9001_more'])
    expect(await tables('more')).toBe(2)
  })

  test('two programs that start at once both go on, and each migration is in once', async () => {
    const other = openDb({ url: database.url })
    const all = [...(await readMigrations()), MORE, { name: '9002_rows', sql: "INSERT INTO more(id) VALUES ('once');" }]
    const heard: string[] = []
    await Promise.all([migrate(db, all, (name) => heard.push(name)), migrate(other, all, (name) => heard.push(name))])
    expect(heard.sort()).toEqual(['9001_more', '9002_rows'])
    expect(await db.read('SELECT id FROM more')).toEqual([{ id: 'once' }])
    other.close()
  })

  test('a database newer than the program is refused and left alone', async () => {
    await migrate(db, [...(await readMigrations()), MORE])
    await expect(migrate(db, await readMigrations())).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('9001_more'),
    })
    expect(await tables('more')).toBe(2)
  })

  test('a migration that fails half-way leaves nothing of itself and stops those after it', async () => {
    const broken = { name: '9001_broken', sql: 'CREATE TABLE half (id TEXT);\n\nINSERT INTO nowhere VALUES (1);\n' }
    await expect(migrate(db, [...(await readMigrations()), broken, { ...MORE, name: '9002_more' }])).rejects.toThrow()
    expect(await tables('half')).toBe(0)
    expect(await tables('more')).toBe(0)
    expect((await listApplied(db)).at(-1)).toBe(LATEST_MIGRATION)
    // Mended, it goes in.
    await migrate(db, [...(await readMigrations()), { name: '9001_broken', sql: 'CREATE TABLE half (id TEXT);' }])
    expect(await tables('half')).toBe(1)
  })
})

test('migration files are numbered without a gap and say in a comment what they are', async () => {
  const files = (await readdir(new URL('../db/migrations/', import.meta.url))).sort()
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, i) => i + 1))
  for (const { sql } of await readMigrations()) expect(sql).toMatch(/^-- /)
})
