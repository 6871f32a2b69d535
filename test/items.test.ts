/** The library's rows: what a start writes, what readers may see, what search finds, on every kind of database. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { libraryItems, topics } from '../content/data/items.ts'
import { findDocuments, searchItems } from '../db/item-search.ts'
import {
  type BuiltInItem,
  findDailyItem,
  findItem,
  findOtherItem,
  flagItem,
  listItemsAfter,
  listItemsByTopic,
  loadItems,
  PAGE,
} from '../db/items.ts'
import { listTopics, loadTopics } from '../db/topics.ts'
import type { Db } from '../src/chat.ts'
import { addDays } from '../src/time.ts'
import { documentNumber } from '../src/vietnamese/index.ts'
import { databases, type TestDatabase } from './database.ts'

const TODAY = '2026-11-23'

describe.each(databases)('the library on %s', (_, open) => {
  let database: TestDatabase
  let db: Db
  beforeEach(async () => {
    database = await open()
    db = database.db
    await load(db, libraryItems)
  })
  afterEach(() => database.close())

  test('every built-in item comes in, and a second start writes nothing', async () => {
    expect(await db.read('SELECT count(*) AS n FROM items')).toEqual([{ n: libraryItems.length }])
    expect(await db.read('SELECT count(*) AS n FROM item_words')).toEqual([{ n: libraryItems.length }])
    expect(await loadItems(db, libraryItems)).toEqual([])
  })

  test('a changed built-in item is brought up to date, and found by its new words alone', async () => {
    const [first] = libraryItems
    if (!first) throw new Error('no items')
    await load(db, [{ ...first, title: 'Chiếc nón quai thao', body: 'Một câu mới.' }])
    expect((await findItem(db, first.id, TODAY))?.title).toBe('Chiếc nón quai thao')
    expect(ids((await searchItems(db, 'non quai thao', TODAY)).rows)).toEqual([first.id])
    expect(await db.read('SELECT count(*) AS n FROM item_words WHERE item_id = ?', [first.id])).toEqual([{ n: 1 }])
  })

  test('a row an officer edited is never touched again, not even when the edit falls between look and write', async () => {
    const [first, second] = libraryItems
    if (!first || !second) throw new Error('no items')
    const edit = (id: string) => ({
      sql: "UPDATE items SET title = 'Cán bộ sửa', edited_at = '2026-11-23T01:00:00Z' WHERE id = ?",
      args: [id],
    })
    await db.write([edit(first.id)])
    await load(db, [{ ...first, body: 'Bản mới.' }])
    expect(await db.read('SELECT title, body FROM items WHERE id = ?', [first.id])).toEqual([{ title: 'Cán bộ sửa', body: first.body }])
    const late = await loadItems(db, [{ ...second, title: 'Bản mới', body: 'xyzzy' }])
    await db.write([edit(second.id)])
    await db.write(late)
    expect((await findItem(db, second.id, TODAY))?.title).toBe('Cán bộ sửa')
    expect((await searchItems(db, 'xyzzy', TODAY)).rows).toEqual([])
    expect((await searchItems(db, 'thông báo 264', TODAY)).rows.length).toBeGreaterThan(0)
  })

  test('what waits or is past its review day is shown nowhere', async () => {
    const waiting = libraryItems.find(({ state }) => state === 'waiting')
    expect(await findItem(db, waiting?.id ?? '', TODAY)).toBeUndefined()
    await load(db, [item('stale-01', { review_by: TODAY, title: 'Nồi gang tráng men', daily: true })])
    expect((await findItem(db, 'stale-01', TODAY))?.id).toBe('stale-01')
    const tomorrow = addDays(TODAY, 1)
    expect(await findItem(db, 'stale-01', tomorrow)).toBeUndefined()
    expect((await searchItems(db, 'gang tráng men', TODAY)).match).toBe('exact')
    expect(ids((await searchItems(db, 'gang tráng men', tomorrow)).rows)).not.toContain('stale-01')
    expect(ids((await listItemsByTopic(db, 'thu', tomorrow)).rows)).toEqual([])
    expect((await findDocuments(db, { number: '264' }, '2028-01-01')).rows).toEqual([])
  })

  test('one day has one item for everyone, the next day another, and all pass before one returns', async () => {
    const daily = libraryItems.filter((one) => one.daily && one.state === 'published' && one.review_by >= '2027-03-01')
    await db.write([{ sql: "UPDATE items SET daily = 0 WHERE review_by < '2027-03-01'", args: [] }])
    const [one, two] = await Promise.all([findDailyItem(db, TODAY), findDailyItem(db, TODAY)])
    expect(one?.id).toBeDefined()
    expect(two?.id).toBe(one?.id)
    const shown = [one?.id]
    for (let i = 1; i < daily.length; i++) shown.push((await findDailyItem(db, addDays(TODAY, i)))?.id)
    expect(new Set(shown).size).toBe(daily.length)
    expect((await findDailyItem(db, addDays(TODAY, daily.length)))?.id).toBe(one?.id)
  })

  test('an item pulled at noon is replaced for the rest of the day', async () => {
    const morning = await findDailyItem(db, TODAY)
    await db.write([{ sql: "UPDATE items SET state = 'waiting' WHERE id = ?", args: [morning?.id ?? ''] }])
    const noon = await findDailyItem(db, TODAY)
    expect(noon?.id).toBeDefined()
    expect(noon?.id).not.toBe(morning?.id)
    expect((await findDailyItem(db, TODAY))?.id).toBe(noon?.id)
  })

  test('“tin khác” walks through every daily item and comes round', async () => {
    const daily = libraryItems.filter((one) => one.daily && one.state === 'published' && one.review_by >= TODAY)
    const start = daily[0]?.id ?? ''
    const seen = new Set<string>()
    let id = start
    for (let i = 0; i < daily.length; i++) {
      id = (await findOtherItem(db, id, TODAY))?.id ?? ''
      seen.add(id)
    }
    expect(seen.size).toBe(daily.length)
    expect(id).toBe(start)
    await db.write([{ sql: 'UPDATE items SET daily = 0 WHERE id <> ?', args: [start] }])
    expect(await findOtherItem(db, start, TODAY)).toBeUndefined()
  })

  test('a topic is read page by page, each item once', async () => {
    const all: string[] = []
    let page = await listItemsByTopic(db, 'hang_gia', TODAY)
    expect(page.rows).toHaveLength(PAGE)
    for (;;) {
      all.push(...ids(page.rows))
      if (!page.next) break
      page = await listItemsAfter(db, page.next, TODAY)
    }
    const shown = libraryItems.filter((one) => one.topic === 'hang_gia' && one.state === 'published' && one.review_by >= TODAY)
    expect(all).toEqual(ids(shown).sort())
  })

  test.each([
    ['03-CT/TW', ['03-CT/TW']],
    ['03 ct tw', ['03-CT/TW']],
    ['chi thi 28', ['28/CT-TTg']],
    ['kế hoạch 28', ['28/KH-BCĐCVĐ']],
    ['28', ['28/CT-TTg', '28/KH-BCĐCVĐ']],
    ['386', ['386/QĐ-TTg']],
    ['264', ['264-TB/TW', '264/KH-BCĐ']],
    ['thông báo 264', ['264-TB/TW']],
    ['264/KH-BCĐ', ['264/KH-BCĐ']],
    ['10-CT/TU', ['10-CT/TU']],
    ['10-CTr/TU', ['10-CTr/TU']],
    ['ket luan 77', ['KL 77']],
    ['98/2020/nd-cp', ['98/2020/NĐ-CP']],
    ['98', ['98/2020/NĐ-CP', '98/KH-MT']],
  ])('the number “%s” finds %j and nothing else', async (typed, numbers) => {
    const wanted = documentNumber(typed, { bare: true })
    if (!wanted) throw new Error('no number')
    const found = await findDocuments(db, wanted, TODAY)
    expect(found.match).toBe('exact')
    expect(found.rows.map(({ document }) => document?.number).sort()).toEqual(numbers)
  })

  test('a number with other letters is offered as another paper, never as the one asked for', async () => {
    const found = await findDocuments(db, documentNumber('264/QĐ-TTg') ?? { number: '' }, TODAY)
    expect(found.match).toBe('near')
    expect(found.rows.map(({ document }) => document?.number).sort()).toEqual(['264-TB/TW', '264/KH-BCĐ'])
    expect((await findDocuments(db, { number: '9999' }, TODAY)).rows).toEqual([])
  })

  test.each([
    ['mã vạch', 'ma vach'],
    ['đổi trả hàng', 'doi tra hang'],
    ['hàng giả', 'hang gia'],
  ])('“%s” and “%s” find the same items', async (accented, plain) => {
    const found = await searchItems(db, accented, TODAY)
    expect(found.rows.length).toBeGreaterThan(0)
    expect(ids(found.rows)).toEqual(ids((await searchItems(db, plain, TODAY)).rows))
  })

  test('a title weighs more than a body, an unfinished last word counts, and marks of search are only text', async () => {
    await load(db, [item('in-body', { body: 'Nói về chuồn chuồn.' }), item('in-title', { title: 'Chuồn chuồn tre' })])
    expect(ids((await searchItems(db, 'chuồn chuồn', TODAY)).rows)).toEqual(['in-title', 'in-body'])
    expect(ids((await searchItems(db, 'chuồn chu', TODAY)).rows)).toEqual(['in-title', 'in-body'])
    for (const odd of ['"', '*', 'title:', 'a OR (', "x' --", '{}', '😀', 'NEAR(a b)', '^'])
      await expect(searchItems(db, odd, TODAY)).resolves.toBeDefined()
  })

  test('when nothing has all words, what has two side by side is offered as near', async () => {
    await load(db, [item('in-title', { title: 'Chuồn chuồn tre' })])
    const found = await searchItems(db, 'chuồn chuồn zzzz', TODAY)
    expect(found.match).toBe('near')
    expect(ids(found.rows)).toContain('in-title')
    expect((await searchItems(db, 'qqqq zzzz', TODAY)).rows).toEqual([])
    expect((await searchItems(db, 'zzzz', TODAY)).rows).toEqual([])
  })

  test('a long result is read page by page, each hit once, best first', async () => {
    const many = Array.from({ length: 20 }, (_value, i) => item(`many-${i}`, { body: 'Bươm bướm vàng.' }))
    await load(db, many)
    const all: string[] = []
    let page = await searchItems(db, 'bươm bướm', TODAY)
    for (;;) {
      all.push(...ids(page.rows))
      if (!page.next) break
      page = await searchItems(db, 'bươm bướm', TODAY, page.next)
    }
    expect(all).toHaveLength(20)
    expect(new Set(all).size).toBe(20)
  })

  test('lists are read through their indexes', async () => {
    const plan = async (sql: string, args: Array<string | number>) =>
      (await db.read(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => detail).join('\n')
    const seen: Array<[string, Array<string | number>]> = []
    const spy: Db = {
      ...db,
      read: (sql, args = []) => {
        seen.push([sql, args as string[]])
        return db.read(sql, args)
      },
      write: (statements) => {
        for (const { sql, args } of statements) seen.push([sql, args as string[]])
        return db.write(statements)
      },
    }
    const indexes: Array<[() => Promise<unknown>, string]> = [
      [() => findDailyItem(spy, '2026-12-01'), 'items_daily'],
      [() => findOtherItem(spy, 'cvd-01', TODAY), 'items_shuffled'],
      [() => listItemsByTopic(spy, 'hang_gia', TODAY), 'items_topic'],
      [() => listItemsAfter(spy, 'hg-01', TODAY), 'items_topic'],
      [() => findDocuments(spy, { number: '28' }, TODAY), 'items_doc'],
    ]
    for (const [ask, index] of indexes) {
      seen.length = 0
      await ask()
      for (const [sql, args] of seen) {
        const detail = await plan(sql, args)
        expect(detail).toContain(index)
        expect(detail).not.toMatch(/SCAN items(?! USING INDEX)/)
        if (index !== 'items_doc') expect(detail).not.toContain('TEMP B-TREE')
      }
    }
  })

  test('a flag holds the item, the day and a box, and no column for a person', async () => {
    await db.write([flagItem({ id: 'f1', itemId: 'cvd-01', box: new Uint8Array([1, 2, 3]), day: TODAY })])
    const [row] = await db.read('SELECT * FROM item_flags')
    expect(Object.keys(row ?? {}).sort()).toEqual(['box', 'day', 'id', 'item_id', 'settled_at'])
  })

  test('topics stand in their order, and a new name replaces the old one', async () => {
    await db.write(loadTopics(topics))
    expect(await listTopics(db)).toEqual(topics)
    const [rows] = await db.write([{ sql: 'SELECT 1', args: [] }, ...loadTopics(topics)])
    expect(rows).toHaveLength(1)
    await db.write(loadTopics([{ id: 'van_ban', vi: 'Giấy tờ', en: 'Papers' }]))
    expect((await listTopics(db))[0]).toEqual(topics[0])
    expect((await listTopics(db)).find(({ id }) => id === 'van_ban')?.vi).toBe('Giấy tờ')
  })
})

function item(id: string, facts: Partial<BuiltInItem>): BuiltInItem {
  return {
    id,
    topic: 'thu',
    kind: 'fact',
    title: 'Một mục thử',
    body: 'Chỉ để thử.',
    source_label: 'Sổ tay thử',
    source_url: null,
    checked_on: '2026-11-22',
    review_by: '2027-11-22',
    state: 'published',
    daily: false,
    document: null,
    ...facts,
  }
}

async function load(db: Db, items: readonly BuiltInItem[]): Promise<void> {
  await db.write(await loadItems(db, items))
}

const ids = (rows: ReadonlyArray<{ id: string }>) => rows.map(({ id }) => id)
