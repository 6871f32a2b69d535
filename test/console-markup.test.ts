/**
 * Whatever stands in the database is shown as it was written: every free text of every row, also inside JSON, is given
 * markup, and every page is looked at. And no page may put in text without escaping it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadContent } from '../src/load-content.ts'
import { pictures } from '../src/pictures.ts'
import { ROLES } from '../src/rights.ts'
import { viewerCopy } from '../src/viewer-copy.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { ADDRESSES, furnish } from './console-addresses.ts'
import { type Browser, signIn } from './console-desk.ts'
import type { Stage } from './console-stage.ts'
import { openTestFile } from './database.ts'

const EVIL = `"'><img src=x onerror=alert(1)><script>alert(2)</script>{{constructor}}`
/** A date, an id, a code or JSON is no free text; what has a space or an accent is. */
const isFree = (value: string) => /[\sÀ-ỹ]/.test(value) && !/^[[{]/.test(value) && !/^\d{4}-\d\d/.test(value)
/** Rows that nothing changes, and what only searches look at. */
const LEFT = /^(sqlite_|migrations$|audit$|settings$|.*_fts|unit_names|item_words|.*_(data|idx|content|docsize|config)$)/

let desk: ApiDesk
let browser: Browser
let poisoned = 0

beforeAll(async () => {
  desk = await openApiDesk(openTestFile, { pictures, viewerCopy })
  await loadContent(desk.db, () => {})
  await desk.officer('tinh', ROLES, 'an')
  await desk.people('xa', 20)
  await furnish({ ...desk, origin: '', complaints: [], errors: [] } as unknown as Stage, 'an')
  for (const { name } of await desk.db.read("SELECT name FROM sqlite_master WHERE type = 'table'")) await poison(String(name))
  browser = await signIn(desk, 'an', true)
})
afterAll(() => desk.close())

/** Adds markup to the free texts of a table, at most fifty rows of it. */
async function poison(table: string): Promise<void> {
  if (LEFT.test(table)) return
  const columns = await desk.db.read(`PRAGMA table_info("${table}")`)
  const keys = columns.filter(({ pk }) => Number(pk) > 0).map(({ name }) => String(name))
  if (keys.length === 0) return
  for (const row of await desk.db.read(`SELECT * FROM "${table}" LIMIT 50`)) {
    for (const { name: column, pk } of columns) {
      const value = row[String(column)]
      if (Number(pk) > 0 || typeof value !== 'string') continue
      const evil = /^[[{]/.test(value) ? inJson(value) : isFree(value) ? value + EVIL : value
      if (evil === value) continue
      const where = keys.map((key) => `"${key}" = ?`).join(' AND ')
      await desk.db
        .write([
          { sql: `UPDATE "${table}" SET "${String(column)}" = ? WHERE ${where}`, args: [evil, ...keys.map((key) => row[key] ?? null)] },
        ])
        .then(() => poisoned++)
        // A rule of the table keeps it from being changed: nobody gets markup in there either.
        .catch(() => {})
    }
  }
}

function inJson(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value), (_, leaf: unknown) => (typeof leaf === 'string' && isFree(leaf) ? leaf + EVIL : leaf))
  } catch {
    return value
  }
}

test('there is markup to be found', () => {
  expect(poisoned).toBeGreaterThan(50)
})

test.each(ADDRESSES)('%s', async (address) => {
  const page = await browser.get(address)
  expect(page.status).toBe(200)
  expect(page.html).not.toMatch(/<img src=x|<script>alert/)
  expect(page.html).not.toMatch(/\sonerror=(?!alert\(1\)&gt;)/)
  expect(page.html, 'an attribute was left').not.toMatch(/="[^"<>]*"'>/)
})

test('no page puts in text without escaping it', () => {
  const root = fileURLToPath(new URL('../src/console', import.meta.url))
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !name.startsWith('page/'))
  expect(files.length).toBeGreaterThan(20)
  for (const name of files)
    expect(readFileSync(join(root, name), 'utf8'), name).not.toMatch(/dangerouslySetInnerHTML|\braw\(|from 'hono\/html'/)
})
