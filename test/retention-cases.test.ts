/**
 * What is left of a case, row by row of the retention list (features §5): everything that names it goes with it 24 months
 * after closing, its member's boxes 90 days after; what was never closed is told to officers and stays.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Row, Value } from '../src/chat.ts'
import { createRetention } from '../src/retention.ts'
import { type Bot, createBot, fakeChannel } from './harness.ts'
import { DAY } from './life.ts'

const NOW = new Date('2026-11-23T02:00:00.000Z')
const hourAgo = (days: number) => `${new Date(NOW.getTime() - days * DAY).toISOString().slice(0, 13)}Z`

describe('of a case', () => {
  let bot: Bot
  const lines: string[] = []
  const run = () =>
    createRetention({
      db: bot.db,
      keys: bot.keys,
      now: bot.clock.now,
      log: (_, what, fields = {}) => void lines.push(JSON.stringify({ what, ...fields })),
    }).run()
  const plan = () => createRetention({ db: bot.db, keys: bot.keys, now: bot.clock.now, log: () => {} }).plan()
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel('telegram')] })
    lines.length = 0
  })
  afterEach(() => bot.close())

  /** A row of any table: what is not given is filled by the kind of its column. */
  const put = async (table: string, given: Record<string, Value> = {}) => {
    const columns = await bot.db.read(`SELECT name, type, "notnull" AS needed, dflt_value, pk FROM pragma_table_info('${table}')`)
    const row = Object.fromEntries(
      columns
        .filter(({ needed, dflt_value, pk, name }) => given[String(name)] !== undefined || ((needed === 1 || pk) && dflt_value === null))
        .map((column) => [column.name, fillerOf(column, given)]),
    )
    await bot.db.write([
      {
        sql: `INSERT INTO ${table}(${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
          .map(() => '?')
          .join(', ')})`,
        args: Object.values(row),
      },
    ])
  }
  let made = 0
  const fillerOf = ({ name, type }: Row, given: Record<string, Value>): Value => {
    const value = given[String(name)]
    if (value !== undefined) return value
    if (type === 'BLOB') return new Uint8Array([1])
    if (type === 'INTEGER') return ++made
    return name === 'link' ? 'https://example.vn' : `filler${++made}`
  }
  const tablesWith = async (column: string) =>
    (
      await bot.db.read(
        `SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = ? ORDER BY m.name`,
        [column],
      )
    ).map(({ name }) => String(name))
  const count = async (table: string, where = '1') => Number((await bot.db.read(`SELECT count(*) AS n FROM ${table} WHERE ${where}`))[0]?.n)
  const aCase = (id: string, more: Record<string, Value> = {}) => put('cases', { id, state: 'closed', kind: 'fake', ...more })

  test('everything that names it goes with it 24 months after closing, in whatever table, and nothing of another', async () => {
    const naming = [
      ...(await tablesWith('case_id')).map((table) => [table, 'case_id']),
      ...(await tablesWith('other_id')).map((table) => [table, 'other_id']),
    ]
    expect(naming.length).toBeGreaterThan(8)
    await aCase('old', { opened_hour: hourAgo(800), closed_hour: hourAgo(732) })
    await aCase('young', { opened_hour: hourAgo(800), closed_hour: hourAgo(729) })
    for (const id of ['old', 'young']) {
      for (const [table = '', column = ''] of naming)
        await put(table, {
          [column]: id,
          ...(table === 'photos' ? { id: `photo-${id}` } : {}),
          ...(table === 'decisions' ? { id: `decision-${id}` } : {}),
        })
      await put('photo_copies', { photo_id: `photo-${id}` })
      await put('decision_approvals', { decision_id: `decision-${id}` })
    }
    const before = await Promise.all(naming.map(([table = '']) => count(table)))
    expect(await plan()).toMatchObject({ cases: 1 })
    expect(await run()).toMatchObject({ cases: 1 })
    for (const [at, [table = '', column = '']] of naming.entries()) {
      expect([table, await count(table, `${column} = 'old'`)]).toEqual([table, 0])
      expect([table, await count(table)]).toEqual([table, (before[at] ?? 0) / (table === 'case_pairs' ? 2 : 2)])
    }
    expect(await count('photo_copies')).toBe(1)
    expect(await count('decision_approvals')).toBe(1)
    expect(await count('cases')).toBe(1)
  })

  test('that was merged the boxes of its member go 90 days after the main one was closed, and itself with it', async () => {
    await aCase('main', { opened_hour: hourAgo(200), closed_hour: hourAgo(91) })
    await put('cases', { id: 'part', state: 'new', kind: 'fake', merged_into: 'main', opened_hour: hourAgo(190) })
    await put('reply_links', { case_tag: await bot.keys.tag('case', 'part') })
    await put('case_identities', { case_tag: await bot.keys.tag('case', 'part') })
    expect(await run()).toMatchObject({ tipsters: 2, cases: 0 })
    expect([await count('reply_links'), await count('case_identities')]).toEqual([0, 0])
    // Opened again with the main one: it is not let go.
    await bot.db.write([{ sql: "UPDATE cases SET closed_hour = NULL WHERE id = 'main'", args: [] }])
    bot.clock.advance(800 * DAY)
    expect(await run()).toMatchObject({ cases: 0 })
    expect(await count('cases')).toBe(2)
  })

  test('that nobody closed and nobody touched for 24 months is counted for officers and stays', async () => {
    await put('cases', { id: 'forgotten', state: 'reviewing', kind: 'fake', opened_hour: hourAgo(900) })
    await put('case_events', { case_id: 'forgotten', kind: 'opened', hour: hourAgo(900), place: 1 })
    await put('cases', { id: 'worked', state: 'reviewing', kind: 'fake', opened_hour: hourAgo(900) })
    await put('case_events', { case_id: 'worked', kind: 'noted', hour: hourAgo(30), place: 1 })
    expect(await plan()).toMatchObject({ untouched: 1, cases: 0 })
    expect(await run()).toMatchObject({ untouched: 1, cases: 0 })
    expect(await count('cases')).toBe(2)
    expect(lines.join()).not.toMatch(/forgotten|worked/)
  })

  test('that is opened again at the instant it would go stays whole, and the others go', async () => {
    const old = hourAgo(731)
    for (const id of ['one', 'two']) {
      await put('cases', { id, number: `PA-2411-${id}`, state: 'closed', opened_hour: old, closed_hour: old })
      await put('case_events', { id: `e-${id}`, case_id: id, hour: old, kind: 'opened' })
    }
    const write = bot.db.write
    let opened = false
    bot.db.write = async (statements) => {
      if (!opened && statements.some(({ sql }) => sql.startsWith('DELETE FROM case_events'))) {
        opened = true
        await write([{ sql: "UPDATE cases SET state = 'reviewing', closed_hour = NULL WHERE id = 'one'", args: [] }])
      }
      return write(statements)
    }
    expect((await run()).cases).toBe(1)
    expect(await bot.db.read('SELECT id FROM cases')).toEqual([{ id: 'one' }])
    expect(await bot.db.read('SELECT case_id FROM case_events')).toEqual([{ case_id: 'one' }])
  })

  test('marked as spam all goes 24 months after closing like any other', async () => {
    await aCase('junk', { spam: 1, opened_hour: hourAgo(800), closed_hour: hourAgo(740) })
    expect(await run()).toMatchObject({ cases: 1 })
    expect(await count('cases')).toBe(0)
  })

  test('that was never filed the photos go after seven days', async () => {
    const day = (days: number) => new Date(NOW.getTime() - days * DAY).toISOString().slice(0, 10)
    await put('photos', { id: 'lost', channel: 'web', day: day(8) })
    await put('photos', { id: 'fresh', channel: 'web', day: day(7) })
    expect(await run()).toMatchObject({ photos: 1 })
    expect(await bot.db.read('SELECT id FROM photos')).toEqual([{ id: 'fresh' }])
  })
})
