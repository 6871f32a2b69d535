/**
 * No page of the console reads a whole table that grows with members, messages or years: every statement of every page
 * is shown to SQLite’s planner.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db, Statement } from '../src/chat.ts'
import { loadContent } from '../src/load-content.ts'
import { pictures } from '../src/pictures.ts'
import { ROLES } from '../src/rights.ts'
import { viewerCopy } from '../src/viewer-copy.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { ADDRESSES, furnish } from './console-addresses.ts'
import { type Browser, signIn } from './console-desk.ts'
import type { Stage } from './console-stage.ts'
import { openTestFile, type TestDatabase } from './database.ts'

/** Tables that are as large as the membership, its messages, or all that ever happened. */
const LARGE = [
  'contacts',
  'addresses',
  'outbox',
  'inbox',
  'consents',
  'consent_proofs',
  'push_counts',
  'topic_stops',
  'transcript',
  'audit',
  'cases',
  'case_events',
  'photos',
  'inquiries',
  'item_flags',
  'tries',
  'updates',
  'phrase_people',
  'opinions',
  'opinion_people',
  'warning_flags',
]

const said = new Map<string, Statement>()
let database: TestDatabase
let desk: ApiDesk
let browser: Browser

beforeAll(async () => {
  desk = await openApiDesk(
    async () => {
      database = await openTestFile()
      const { db } = database
      const watched: Db = {
        ...db,
        read: (sql, args = []) => {
          said.set(sql, { sql, args })
          return db.read(sql, args)
        },
        write: (statements) => {
          for (const statement of statements) said.set(statement.sql, statement)
          return db.write(statements)
        },
      }
      return { ...database, db: watched }
    },
    { pictures, viewerCopy },
  )
  await loadContent(database.db, () => {})
  await desk.officer('tinh', ROLES, 'an')
  await desk.people('xa', 200)
  await furnish({ ...desk, origin: '', complaints: [], errors: [] } as unknown as Stage, 'an')
  browser = await signIn(desk, 'an', true)
})
afterAll(() => desk.close())

test.each(ADDRESSES)('%s', async (address) => {
  said.clear()
  const page = await browser.get(address)
  expect(page.status).toBe(200)
  const statements = [...said.values()]
  expect(statements.length).toBeGreaterThan(0)
  const wrong: string[] = []
  for (const { sql, args } of statements) {
    if (!/^\s*(SELECT|WITH|UPDATE|DELETE|INSERT)/i.test(sql)) continue
    const plan = (await database.db.read(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => String(detail))
    const names = new Map(LARGE.map((table) => [table, table]))
    for (const table of LARGE)
      for (const [, alias = ''] of sql.matchAll(new RegExp(`\\b${table}\\s+(?:AS\\s+)?(\\w+)`, 'gi'))) names.set(alias, table)
    for (const step of plan) {
      const [, name = ''] = /^SCAN (\w+)/.exec(step) ?? []
      if (names.has(name)) wrong.push(`${step} in ${sql.replace(/\s+/g, ' ').slice(0, 160)}`)
    }
  }
  expect(wrong).toEqual([])
})
