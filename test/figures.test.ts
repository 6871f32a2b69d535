/**
 * A month of figures from what members do to what officers may see: counted, published once, the same after any crash,
 * and read by a page without counting anything.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countRound } from '../db/figure-counts.ts'
import { figuresOfParts, figuresOfUnit } from '../db/figure-pages.ts'
import { listFigures } from '../db/figures.ts'
import type { Db, Statement } from '../src/chat.ts'
import { createFigures } from '../src/figures.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { broadcastRow } from './broadcast-rows.ts'
import { databases, openTestFile, type TestDatabase } from './database.ts'
import { createBot, fakeChannel } from './harness.ts'
import { addMany, addPeople, addTestOfficer, deskAt, unitRows } from './people.ts'

const NOVEMBER = new Date('2026-11-23T02:00:00.000Z')
const DECEMBER = new Date('2026-12-01T19:30:00.000Z')
const keys = createNodeKeys(new Uint8Array(32).fill(5))
const log = () => {}

/** People, rounds and runs of November, in a database that has just been made. */
async function november(db: Db): Promise<void> {
  await db.write(unitRows())
  await createFigures({ db, log }).open(NOVEMBER)
  await addMany(db, 34, { unit: 'co-so' })
  await addMany(db, 4, { unit: 'xuong', channel: 'web' })
  await addMany(db, 52, { unit: 'xa-khac', channel: 'web' })
  const rounds: Statement[][] = []
  for (let i = 0; i < 40; i++) {
    const contactId = `player${i % 20}`
    rounds.push(await countRound(keys, { contactId, unitId: 'co-so', channel: 'telegram', right: 3, asked: 5, now: NOVEMBER }))
  }
  // Many rounds, few people: never shown by unit.
  for (let i = 0; i < 60; i++)
    rounds.push(await countRound(keys, { contactId: `few${i % 3}`, unitId: 'xa-khac', channel: 'web', right: 5, asked: 5, now: NOVEMBER }))
  for (const statements of rounds) await db.write(statements)
  const ended = NOVEMBER.getTime()
  await db.write([
    broadcastRow(1, { unit_id: 'xa', state: 'done', ended_at: ended, taps: 31, opted_out: 2, message: '{"topic":"hang_viet"}' }),
    broadcastRow(2, { unit_id: 'xa', state: 'done', ended_at: ended + 1, taps: 12, opted_out: 9, message: '{"topic":null}' }),
    // Nine people: its result is shown nowhere, so no sum may tell it.
    broadcastRow(4, { unit_id: 'xa', state: 'done', ended_at: ended + 2, taps: 7, opted_out: 6, message: '{"topic":"hang_viet"}' }),
    broadcastRow(3, { unit_id: 'tinh', state: 'done', ended_at: DECEMBER.getTime(), message: '{"topic":null}' }),
    {
      sql: `INSERT INTO broadcast_totals(broadcast_id, channel, sent) VALUES (1, 'telegram', 34), (1, 'web', 4), (2, 'telegram', 30), (3, 'web', 900), (4, 'web', 9)`,
      args: [],
    },
  ])
}

const shownOf = (db: Db) => db.read('SELECT cut, what, key, month, n FROM figures ORDER BY cut, what, key')

describe.each(databases)('on %s', (_, open) => {
  let database: TestDatabase
  let db: Db
  beforeEach(async () => {
    database = await open()
    db = database.db
    await november(db)
  })
  afterEach(() => database.close())

  test('nothing is shown of a month that goes on, all that may be of one that is over', async () => {
    const figures = createFigures({ db, log })
    await figures.publish(NOVEMBER)
    expect(await shownOf(db)).toEqual([])
    await figures.open(DECEMBER)
    await figures.publish(DECEMBER)
    const cells = (await shownOf(db)).map(({ cut, what, key, n }) => `${cut} ${what} ${key} ${n}`)
    expect(cells).toEqual([
      'channel quiz  100',
      'channel quiz_rate  84',
      'channel reach  90',
      'channel reach telegram 30',
      'channel reach web 60',
      'channel sent  68',
      'topic opted_out  9',
      'topic opted_out none 9',
      'topic sent  68',
      'topic sent hang_viet 38',
      'topic sent none 30',
      'topic taps  43',
      'topic taps hang_viet 31',
      'topic taps none 12',
      'unit quiz  100',
      'unit quiz tinh 100',
      // Four people of the workshop hide the firm beside it; the commune above shows both together.
      'unit reach  90',
      'unit reach tinh 90',
      'unit reach xa 40',
      'unit reach xa-khac 50',
      'unit sent  68',
      'unit sent co-so 0',
      'unit sent tinh 68',
      'unit sent xa 68',
      'unit sent xa-khac 0',
      'unit sent xuong 0',
    ])
  })

  test('what was counted exactly is gone once it is published, and publishing again changes nothing', async () => {
    const figures = createFigures({ db, log })
    await figures.open(DECEMBER)
    await figures.publish(DECEMBER)
    const before = await shownOf(db)
    expect(await db.read("SELECT * FROM figure_counts WHERE month = '2026-11'")).toEqual([])
    await figures.publish(DECEMBER)
    expect(await shownOf(db)).toEqual(before)
    expect(await db.read('SELECT month, stage FROM figure_months ORDER BY month')).toEqual([
      { month: '2026-11', stage: 'done' },
      { month: '2026-12', stage: 'open' },
    ])
  })
})

test('a process killed at any write is taken up by the next, and the figures are the same', async () => {
  const whole = await published(Number.POSITIVE_INFINITY)
  for (let kill = 1; kill < whole.writes; kill++) {
    const killed = await published(kill)
    expect([kill, killed.figures]).toEqual([kill, whole.figures])
  }
  expect(whole.writes).toBeGreaterThan(5)

  async function published(kill: number) {
    const database = await openTestFile()
    await november(database.db)
    let writes = 0
    const dying: Db = {
      ...database.db,
      async write(statements) {
        writes++
        if (writes === kill) throw new Error('killed before')
        const rows = await database.db.write(statements)
        if (writes === kill + 1) throw new Error('killed after')
        return rows
      },
    }
    for (const db of [dying, dying, database.db]) {
      const figures = createFigures({ db, log })
      await figures.open(DECEMBER).catch(() => {})
      await figures.publish(DECEMBER).catch(() => {})
    }
    const figures = await shownOf(database.db)
    await database.close()
    return { figures, writes }
  }
})

test('two processes publish together and count nobody twice', async () => {
  const database = await openTestFile()
  await november(database.db)
  const both = [createFigures({ db: database.db, log }), createFigures({ db: database.db, log })]
  await Promise.all(both.map((figures) => figures.publish(DECEMBER)))
  await both[0]?.publish(DECEMBER)
  expect(await database.db.read("SELECT n FROM figures WHERE cut = 'unit' AND what = 'reach' AND key = 'tinh'")).toEqual([{ n: 90 }])
  expect(await database.db.read("SELECT n FROM figures WHERE cut = 'unit' AND what = 'sent' AND key = 'tinh'")).toEqual([{ n: 68 }])
  await database.close()
})

describe('what members do', () => {
  test('to agree, to stop and to block count once each in the month, and a change of mind does not count again', async () => {
    const bot = await createBot({ channels: [fakeChannel()] })
    await bot.db.write(unitRows())
    const counted = () => bot.db.read("SELECT what, key, n, people FROM figure_counts WHERE cut = 'unit' AND what <> 'quiz' ORDER BY what")
    const choose = async (id: string, choice: 'yes' | 'withdrawn') =>
      bot.db.write([
        {
          sql: `INSERT INTO consents(id, contact_id, purpose, choice, wording, channel, message_tag, at) VALUES (hex(randomblob(8)), ?, 'push', ?, 'w', 'telegram', 't', ?)`,
          args: [id, choice, bot.clock.now().toISOString()],
        },
        { sql: 'UPDATE contacts SET push = ? WHERE id = ?', args: [choice === 'yes' ? 1 : 0, id] },
      ])
    const [lan = '', minh = ''] = await addPeople(bot.db, [{ push: 0 }, { push: 1 }])
    // Before anybody opened the month nothing is counted.
    await choose(lan, 'yes')
    await choose(lan, 'withdrawn')
    expect(await counted()).toEqual([])
    bot.clock.set('2026-12-02T02:00:00.000Z')
    await createFigures({ db: bot.db, log }).open(bot.clock.now())
    for (let i = 0; i < 4; i++) {
      await choose(lan, 'yes')
      await choose(lan, 'withdrawn')
    }
    // Blocked: no word of consent, an end all the same.
    await bot.db.write([{ sql: 'UPDATE contacts SET push = 0, deals = 0 WHERE id = ?', args: [minh] }])
    expect(await counted()).toEqual([
      { what: 'joined', key: 'xa', n: 1, people: 1 },
      { what: 'stopped', key: 'xa', n: 2, people: 2 },
    ])
    await bot.close()
  })

  test('a finished round of the quiz is counted by unit and channel, the player once, by a keyed hash alone', async () => {
    const bot = await createBot({ channels: [fakeChannel()] })
    await bot.db.write(unitRows())
    for (const contactId of ['a', 'a', 'b'])
      await bot.db.write(await countRound(bot.keys, { contactId, unitId: 'xa', channel: 'telegram', right: 4, asked: 5, now: NOVEMBER }))
    expect(await bot.db.read('SELECT cut, what, key, n, people FROM figure_counts ORDER BY cut, what')).toEqual([
      { cut: 'channel', what: 'quiz', key: 'telegram', n: 3, people: 2 },
      { cut: 'channel', what: 'quiz_asked', key: 'telegram', n: 15, people: 2 },
      { cut: 'channel', what: 'quiz_right', key: 'telegram', n: 12, people: 2 },
      { cut: 'unit', what: 'quiz', key: 'xa', n: 3, people: 2 },
    ])
    const tags = await bot.db.read('SELECT tag, month FROM figure_people')
    expect(tags).toHaveLength(2)
    for (const { tag } of tags) expect(String(tag).length).toBeGreaterThan(20)
    await bot.close()
  })
})

describe('what an officer reads', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await openTestFile()
    await november(database.db)
    await createFigures({ db: database.db, log }).publish(DECEMBER)
    await addTestOfficer(database.db, keys, 'o-xa', 'xa', ['viewer'])
    await addTestOfficer(database.db, keys, 'o-tinh', 'tinh', ['viewer'])
  })
  afterEach(() => database.close())
  const span = { what: 'reach' as const, until: '2026-12', months: 12 }
  const desk = (id: string) => deskAt(database.db, keys, id, DECEMBER)

  test('their unit and those right below it; hidden cells are empty', async () => {
    const page = await figuresOfUnit(await desk('o-xa'), { unitId: null, ...span, after: '', limit: 25 })
    expect(page).toEqual({
      months: ['2026-11'],
      rows: [
        { key: 'xa', name: 'Công đoàn xã Mẫu', cells: [40] },
        { key: 'co-so', name: 'CĐCS Công ty Mẫu', cells: [null] },
        { key: 'xuong', name: 'CĐCS Xưởng may Mẫu', cells: [null] },
      ],
    })
  })

  test('page by page', async () => {
    const first = await figuresOfUnit(await desk('o-xa'), { unitId: 'xa', ...span, after: '', limit: 1 })
    expect(first.rows.map(({ key }) => key)).toEqual(['xa', 'co-so'])
    const second = await figuresOfUnit(await desk('o-xa'), { unitId: 'xa', ...span, after: first.next ?? '', limit: 1 })
    expect(second.rows.map(({ key }) => key)).toEqual(['xa', 'xuong'])
    expect(second.next).toBeUndefined()
  })

  test('found by a name without accents, never outside their unit', async () => {
    const found = async (id: string, typed: string) =>
      (await figuresOfUnit(await desk(id), { unitId: null, ...span, after: '', limit: 25, typed })).rows.map(({ key }) => key)
    expect(await found('o-tinh', 'xuong may')).toEqual(['tinh', 'xuong'])
    expect(await found('o-tinh', 'Mẫu')).toEqual(['tinh', 'xa', 'co-so', 'xuong'])
    expect(await found('o-xa', 'xa khac')).toEqual(['xa'])
    const first = await figuresOfUnit(await desk('o-tinh'), { unitId: null, ...span, after: '', limit: 2, typed: 'mau' })
    const second = await figuresOfUnit(await desk('o-tinh'), { unitId: null, ...span, after: first.next ?? '', limit: 2, typed: 'mau' })
    expect([first, second].map(({ rows }) => rows.map(({ key }) => key))).toEqual([
      ['tinh', 'xa', 'co-so'],
      ['tinh', 'xuong'],
    ])
  })

  test('never another unit, nor what is of all together unless theirs is the highest', async () => {
    const xa = await desk('o-xa')
    for (const unitId of ['xa-khac', 'tinh', 'nowhere'])
      await expect(figuresOfUnit(xa, { unitId, ...span, after: '', limit: 25 })).rejects.toMatchObject({ code: 'not_found' })
    await expect(figuresOfParts(xa, { cut: 'channel', ...span, locale: 'vi' })).rejects.toMatchObject({ code: 'forbidden' })
    const all = await figuresOfParts(await desk('o-tinh'), { cut: 'channel', ...span, locale: 'vi' })
    expect(all.rows).toEqual([
      { key: '', name: null, cells: [90] },
      { key: 'telegram', name: null, cells: [30] },
      { key: 'web', name: null, cells: [60] },
    ])
  })

  test('one row a cell: no statement of a page reads a whole table', async () => {
    const { db } = database
    const seen: Array<{ sql: string; args: unknown[] }> = []
    const watched: Db = {
      ...db,
      read: (sql, args = []) => {
        seen.push({ sql, args })
        return db.read(sql, args)
      },
    }
    const actor = (await desk('o-tinh')).actor
    await figuresOfUnit({ db: watched, actor, now: DECEMBER }, { unitId: 'tinh', ...span, after: '', limit: 25 })
    await figuresOfParts({ db: watched, actor }, { cut: 'topic', ...span, what: 'sent', locale: 'vi' })
    await listFigures(watched, { cut: 'unit', what: 'reach', keys: ['tinh'], months: ['2026-11'] })
    for (const { sql, args } of seen) {
      const plan = await db.read(`EXPLAIN QUERY PLAN ${sql}`, args as string[])
      const scans = plan.map(({ detail }) => String(detail)).filter((detail) => /^SCAN (?!j |topics|json)/.test(detail))
      expect([sql, scans]).toEqual([sql, []])
    }
    expect(seen.length).toBeGreaterThan(5)
  })
})
