import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OWN_SEALED, SEALED, UNSEALED } from '../db/sealed.ts'
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
