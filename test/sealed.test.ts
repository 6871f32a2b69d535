import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OWN_SEALED, SEALED, TAGGED, UNSEALED } from '../db/sealed.ts'
import { TAG_WAYS } from '../src/keys.ts'
import { openTestFile, type TestDatabase } from './database.ts'

describe('the list of what is sealed', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestFile()
  })
  afterAll(() => database.close())

  test('names every column of bytes in the schema, and none that is not there', async () => {
    const rows = await database.db.read(
      `SELECT t.name || '.' || c.name AS place FROM pragma_table_list t JOIN pragma_table_info(t.name) c
       WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND upper(c.type) = 'BLOB'`,
    )
    const listed = [
      ...SEALED.map(({ table, column }) => `${table}.${column}`),
      ...OWN_SEALED.map(({ table, column }) => `${table}.${column}`),
      ...UNSEALED.map(([table, column]) => `${table}.${column}`),
    ]
    expect(rows.map(({ place }) => String(place)).sort()).toEqual(listed.sort())
    expect(listed.length).toBeGreaterThan(25)
  })

  test('names every column of keyed hashes, and those made anew are made anew', async () => {
    const rows = await database.db.read(
      `SELECT t.name || '.' || c.name AS place FROM pragma_table_list t JOIN pragma_table_info(t.name) c
       WHERE t.schema = 'main' AND t.type = 'table' AND (c.name LIKE '%\\_tag' ESCAPE '\\' OR c.name IN ('tag', 'mark'))`,
    )
    expect(rows.map(({ place }) => String(place)).sort()).toEqual(TAGGED.map(([table, column]) => `${table}.${column}`).sort())
    const current = TAGGED.filter(([, , purpose]) => TAG_WAYS[purpose] === 'current').map(([, , purpose]) => purpose)
    // Re-keyed by rotation.test.ts; marks are let go; tries and challenges live for minutes.
    expect([...new Set(current)].sort()).toEqual(['case', 'challenge', 'contact', 'mark', 'notice', 'tries'])
  })

  test('walks each table by its whole primary key', async () => {
    for (const { table, keys } of SEALED) {
      const found = await database.db.read(`SELECT name FROM pragma_table_info('${table}') WHERE pk > 0 ORDER BY pk`)
      expect(
        found.map(({ name }) => name),
        table,
      ).toEqual(keys)
    }
  })

  test('knows every purpose that anything is sealed for', () => {
    const used = ['db', 'src', 'handlers'].flatMap((folder) =>
      readdirSync(new URL(`../${folder}/`, import.meta.url), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.tsx?$/.test(name))
        .flatMap((name) => [
          ...readFileSync(new URL(`../${folder}/${name}`, import.meta.url), 'utf8').matchAll(/\.seal(?:Own)?\('([a-z-]+)'/g),
        ])
        .map(([, purpose]) => purpose),
    )
    // A backup is a file of its own; the others are of the key itself.
    const known = new Set<string>(
      [...SEALED, ...OWN_SEALED].map(({ purpose }) => purpose).concat(['backup', 'check', 'tag-keys'] as never[]),
    )
    expect([...new Set(used)].filter((purpose) => !known.has(String(purpose)))).toEqual([])
    expect(used.length).toBeGreaterThan(20)
  })
})
