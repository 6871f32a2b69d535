/**
 * The audit log as officers read it: every filter, every scope, page by page, and never by a walk over the whole log.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AuditFilter, listAudit } from '../db/audit-list.ts'
import type { Db, Value } from '../src/chat.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { unitRows } from './people.ts'

let database: TestDatabase
let db: Db
const ROWS = 60_000
/** The units of people.ts in turn, the fifth row of no unit: the operator's command, the assistant itself. */
const UNITS = ['tinh', 'xa', 'co-so', 'xa-khac', null]

beforeAll(async () => {
  database = await openTestFile()
  db = database.db
  const rows = Array.from({ length: ROWS }, (_, i) => ({
    // A row a minute from 1 October on, Vietnamese time.
    at: new Date(Date.parse('2026-09-30T17:00:00Z') + i * 60_000).toISOString(),
    officer: i === 7 ? 'rare' : `o${i % 3}`,
    act: i === 11 ? 'article.send' : i % 2 === 0 ? 'campaign.edit' : 'campaign.add',
    outcome: i % 1000 === 3 ? 'refused' : 'done',
    unit: UNITS[i % 5],
    about: `k${i % 4000}`,
  }))
  await db.write([
    ...unitRows(),
    {
      sql: `INSERT INTO audit(at, officer_id, via, act, outcome, unit_id, about, about_id)
            SELECT value ->> 'at', value ->> 'officer', 'chat', value ->> 'act', value ->> 'outcome', value ->> 'unit', 'campaign', value ->> 'about' FROM json_each(?)`,
      args: [JSON.stringify(rows)],
    },
  ])
})
afterAll(() => database.close())

const page = (filter: Partial<AuditFilter>, before = 0, limit = 3) => listAudit(db, { paths: ['/tinh/'], ...filter }, { before, limit })
/** Every page, until there is no next one. */
async function all(filter: Partial<AuditFilter>, limit = 500): Promise<number[]> {
  const ids: number[] = []
  for (let before: number | undefined = 0; before !== undefined; ) {
    const { rows, next }: Awaited<ReturnType<typeof page>> = await page(filter, before, limit)
    ids.push(...rows.map(({ id }) => id))
    before = next
  }
  return ids
}
/** What the same question is by the plainest statement there is. */
async function plain(where: string, args: Value[] = []): Promise<number[]> {
  const rows = await db.read(`SELECT id FROM audit WHERE ${where} ORDER BY id DESC`, args)
  return rows.map(({ id }) => Number(id))
}

describe('the audit log', () => {
  test('is newest first; whoever sees all also sees what belongs to no unit', async () => {
    const { rows, next } = await page({})
    expect(rows.map(({ id, unitId, unitName }) => [id, unitId, unitName])).toEqual([
      [ROWS, null, null],
      [ROWS - 1, 'xa-khac', 'Công đoàn xã Khác'],
      [ROWS - 2, 'co-so', 'CĐCS Công ty Mẫu'],
    ])
    expect(next).toBe(ROWS - 2)
    expect((await page({}, next)).rows[0]?.id).toBe(ROWS - 3)
  })

  test('of some units holds theirs and nothing else, to the last page', async () => {
    expect(await all({ paths: ['/tinh/xa/'] })).toEqual(await plain("unit_id IN ('xa', 'co-so')"))
    expect(await all({ paths: ['/tinh/xa/co-so/', '/tinh/xa-khac/'] }, 999)).toEqual(await plain("unit_id IN ('co-so', 'xa-khac')"))
    expect(await page({ paths: [] })).toEqual({ rows: [] })
  })

  test.each<[string, Partial<AuditFilter>, string, Value[]]>([
    ['an officer', { officerId: 'o1' }, 'officer_id = ?', ['o1']],
    ['an act', { act: 'campaign.edit' }, 'act = ?', ['campaign.edit']],
    ['a rare act', { act: 'article.send' }, 'act = ?', ['article.send']],
    ['what was refused', { outcome: 'refused' }, 'outcome = ?', ['refused']],
    ['what was done', { outcome: 'done' }, 'outcome = ?', ['done']],
    ['a thing', { about: ['campaign', 'k7'] }, 'about_id = ?', ['k7']],
    ['an officer and an act', { officerId: 'o1', act: 'campaign.edit' }, 'officer_id = ? AND act = ?', ['o1', 'campaign.edit']],
    ['an officer who was refused', { officerId: 'o0', outcome: 'refused' }, 'officer_id = ? AND outcome = ?', ['o0', 'refused']],
    ['a day', { from: '2026-10-03', to: '2026-10-03' }, 'id > 2880 AND id <= 4320', []],
    ['days from one on', { from: '2026-11-10' }, 'id > 57600', []],
    ['days up to one', { to: '2026-10-01' }, 'id <= 1440', []],
    ['days to come', { from: '2027-01-01' }, 'false', []],
    ['days before the first', { to: '2026-09-01' }, 'false', []],
  ])('is found by %s, alone and within a few units', async (_what, filter, where, args) => {
    expect(await all(filter)).toEqual(await plain(where, args))
    expect(await all({ ...filter, paths: ['/tinh/xa/'] })).toEqual(await plain(`(${where}) AND unit_id IN ('xa', 'co-so')`, args))
  })

  test('a page looks at a bounded stretch of one index, sorts what it found, and reads no table whole', async () => {
    const seen: Array<[string, Value[]]> = []
    const watched: Db = {
      ...db,
      read(sql, args = []) {
        seen.push([sql, args])
        return db.read(sql, args)
      },
    }
    const filters: Array<Partial<AuditFilter>> = [
      {},
      { officerId: 'o1' },
      { act: 'campaign.edit' },
      { outcome: 'refused' },
      { about: ['campaign', 'k7'] },
      { from: '2026-10-03', to: '2026-10-05' },
    ]
    for (const filter of filters)
      for (const paths of [['/tinh/'], ['/tinh/xa/']]) await listAudit(watched, { ...filter, paths }, { before: 0, limit: 50 })
    expect(seen.length).toBeGreaterThan(24)
    for (const [sql, args] of seen) {
      const plan = (await db.read(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => String(detail))
      const scans = plan.filter((line) => /^SCAN /.test(line) && !/^SCAN (a|\(subquery-\d+\)|[us] USING|CONSTANT ROW)/.test(line))
      expect(scans, `${sql}\n${plan.join('\n')}`).toEqual([])
      expect(
        plan.filter((line) => /SCAN audit\b/.test(line) && !sql.includes('LIMIT')),
        sql,
      ).toEqual([])
    }
  })
})
