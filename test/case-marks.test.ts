/**
 * The blind index of reports: what is one thing is found without opening every case, its cost does not grow with their
 * number, and whoever has the tables without the key learns no shop.
 */
import { createHash, createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LIST_SHARING, LIST_UNMARKED, listSharing, markAgain } from '../db/case-marks.ts'
import { factsBinding } from '../db/photos.ts'
import { dropCases } from '../db/retention-cases.ts'
import type { Db } from '../src/chat.ts'
import { markTexts } from '../src/duplicate-marks.ts'
import { traitsOf } from '../src/duplicate-traits.ts'
import { hourOf } from '../src/time.ts'
import { fold } from '../src/vietnamese/index.ts'
import { type CaseDesk, openCaseDesk, SHOP } from './case-desk.ts'
import { watchQueries } from './plans.ts'

const DAY = 86_400_000

let cases: CaseDesk
/** Boxes of cases that were read since the last look. */
let watch: ReturnType<typeof watchQueries>
beforeEach(async () => {
  cases = await openCaseDesk((db) => {
    watch = watchQueries(db)
    return watch.db
  })
})
afterEach(() => cases.close())

test('the same shop, told three ways, becomes pairs; another shop does not', async () => {
  await cases.files('one')
  await cases.files('two', { place: 'ch ba mau' })
  await cases.files('typo', { place: 'tap hoa ba mauu', signs: 'sua mau kids' })
  await cases.files('far', { place: 'Cửa hàng Bà Mẫu' }, { unitId: 'xa-khac' })
  await cases.files('other', { place: 'Siêu thị Thành Công', signs: 'dép nhựa' })
  expect(await cases.marks()).toBe(5)
  expect((await cases.pairs()).map(({ case_id, other_id, level, state }) => [case_id, other_id, level, state])).toEqual([
    ['one', 'two', 'strong', 'open'],
    ['one', 'typo', 'suggest', 'open'],
    ['two', 'typo', 'suggest', 'open'],
  ])
  expect((await cases.pairs())[0]?.why).toBe('place,time,shop,product')
  // Nothing is looked at twice.
  expect(await cases.marks()).toBe(0)
})

test.each([
  ['a barcode', { place: 'Tạp hóa A', signs: 'mã 8934563138165' }, { place: 'tiem b', signs: '8 934563 138165' }],
  ['a page', { place: 'https://www.facebook.com/shopbamau/?ref=1', signs: 'son' }, { place: 'fb: facebook.com/shopbamau', signs: 'kem' }],
  ['a door', { place: '12 Trần Phú', signs: 'sữa bột Mẫu' }, { place: 'so 12 duong tran phu', signs: 'sữa Mẫu' }],
  ['a name with a letter too many', { place: 'Tạp hóa Hồng Nhung', signs: '' }, { place: 'tap hoa hong nhungg', signs: '' }],
  ['a name with two letters swapped', { place: 'Nhà thuốc Minh Châu', signs: '' }, { place: 'minh chaau', signs: '' }],
  ['a name with more behind it', { place: 'Tạp hóa Hồng Nhung', signs: '' }, { place: 'hong nhung nga tu song', signs: '' }],
  ['the words turned round', { place: 'Tạp hóa Hải Minh', signs: '' }, { place: 'Tạp hóa Minh Hải', signs: '' }],
  [
    'neighbouring squares',
    { spot: { latitude: 10.774, longitude: 106.7, exact: false } },
    { spot: { latitude: 10.786, longitude: 106.7, exact: false } },
  ],
] as const)('reports meet by %s', async (_, one, other) => {
  await cases.files('one', one)
  await cases.files('two', other)
  await cases.marks()
  expect((await cases.pairs()).length).toBe(1)
})

test('reports that meet by the month before are found, those of a season ago are not', async () => {
  await cases.files('old')
  cases.clock.advance(40 * DAY)
  await cases.files('older-by-now')
  cases.clock.advance(40 * DAY)
  await cases.files('new')
  await cases.marks()
  expect((await cases.pairs()).map(({ case_id, other_id }) => [case_id, other_id])).toEqual([
    ['new', 'old'],
    ['new', 'older-by-now'],
    ['old', 'older-by-now'],
  ])
  cases.clock.advance(91 * DAY)
  await cases.files('spring')
  await cases.marks()
  expect((await cases.pairs()).length).toBe(3)
})

test('spam, and what was closed more than ninety days ago, is nothing to be compared with', async () => {
  await cases.files('spam')
  await cases.files('closed')
  await cases.files('just-closed')
  await cases.db.write([
    { sql: "UPDATE cases SET spam = 1 WHERE id = 'spam'", args: [] },
    { sql: "UPDATE cases SET state = 'closed', closed_hour = ? WHERE id = 'closed'", args: [hourOf(cases.clock.now())] },
  ])
  await cases.marks()
  await cases.db.write([{ sql: 'DELETE FROM case_pairs', args: [] }])
  cases.clock.advance(89 * DAY)
  await cases.db.write([
    { sql: "UPDATE cases SET closed_hour = '2026-11-01T00Z' WHERE id = 'closed'", args: [] },
    { sql: "UPDATE cases SET state = 'closed', closed_hour = ? WHERE id = 'just-closed'", args: [hourOf(cases.clock.now())] },
  ])
  await cases.files('new', { time: '23/11' })
  await cases.marks()
  expect((await cases.pairs()).map(({ case_id, other_id }) => [case_id, other_id])).toEqual([['just-closed', 'new']])
})

test('what a member answers and a photo that arrives later are looked at too', async () => {
  await cases.files('one', { place: '', signs: 'mã 8934563138165' })
  await cases.files('two', { place: '', signs: '' })
  await cases.marks()
  expect(await cases.pairs()).toEqual([])

  const { addEvent } = await import('../db/case-events.ts')
  const answer = {
    caseId: 'two',
    kind: 'answered',
    officerId: null,
    text: 'Mã vạch là 8934563138165 bạn nhé',
    now: cases.clock.now(),
  } as const
  await cases.db.write([
    { sql: "UPDATE cases SET version = version + 1 WHERE id = 'two'", args: [] },
    await addEvent(cases.keys, { ...answer, id: 'answer1' }),
  ])
  expect(await cases.marks()).toBe(1)
  expect((await cases.pairs()).map(({ why }) => why)).toEqual(['place,time,barcode'])

  await cases.files('three', { place: '', signs: '' })
  await cases.marks()
  for (const [id, looks] of [
    ['one', 'f0e1d2c3b4a59687'],
    ['three', 'f0e1d2c3b4a59680'],
  ] as const)
    await photo(id, looks)
  expect(await cases.marks()).toBe(2)
  expect((await cases.pairs()).map(({ case_id, other_id, why }) => [case_id, other_id, why])).toEqual([
    ['one', 'three', 'place,time,photo'],
    ['one', 'two', 'place,time,barcode'],
  ])
})

/** A photo that arrives, and how it looks. */
async function photo(caseId: string, looks: string): Promise<void> {
  const id = `p-${caseId}`
  const facts = JSON.stringify({ kind: 'jpeg', width: 1, height: 1, sha256: '', bytes: 1, receivedAt: '', looks })
  await cases.db.write([
    {
      sql: "INSERT INTO photos(id, channel, due_at, give_up_at, day, case_id, state) VALUES (?, '', 0, 0, '2026-11-23', ?, 'fetching')",
      args: [id, caseId],
    },
    {
      sql: "UPDATE photos SET state = 'stored', facts = ? WHERE id = ?",
      args: [await cases.keys.seal('evidence', facts, factsBinding(id)), id],
    },
  ])
}

test('what is told while a case is being marked is not lost', async () => {
  await cases.files('one')
  const { db } = cases
  const write = db.write
  let told = false
  Object.assign(db, {
    write: async (statements: Parameters<Db['write']>[0]) => {
      if (!told && statements.some(({ sql }) => sql.includes('marked = 1'))) {
        told = true
        await write([markAgain('one')])
      }
      return write(statements)
    },
  })
  expect(await cases.marks()).toBe(0)
  expect(told).toBe(true)
  expect(await cases.marks()).toBe(1)
  expect((await cases.row('one')).marked).toBe(1)
})

test('two processes at once mark a case once', async () => {
  for (let i = 0; i < 30; i++) await cases.files(`c${i}`, { place: `Tạp hóa Số ${i} Mẫu` })
  const [one, other] = await Promise.all([cases.marks(), cases.marks()])
  expect(one + other).toBe(30)
  expect((await cases.db.read('SELECT count(*) AS n FROM cases WHERE marked = 1'))[0]?.n).toBe(30)
})

test('a case that cannot be opened keeps nobody waiting, and the log names nothing', async () => {
  await cases.files('broken')
  await cases.files('fine')
  await cases.db.write([{ sql: "UPDATE cases SET box = x'00' WHERE id = 'broken'", args: [] }])
  expect(await cases.marks()).toBe(1)
  expect(await cases.marks()).toBe(0)
  expect(cases.lines.join()).toContain('case.marks_stuck')
  expect(cases.lines.join()).not.toMatch(/broken|fine|Mẫu/)
})

test('marks and pairs go with the case', async () => {
  await cases.files('one')
  await cases.files('two')
  await cases.marks()
  await cases.db.write([{ sql: "UPDATE cases SET state = 'closed', closed_hour = '2026-11-01T00Z' WHERE id = 'one'", args: [] }])
  await cases.db.write(dropCases(['one'], '2027-01-01T00Z'))
  expect(await cases.pairs()).toEqual([])
  expect((await cases.db.read('SELECT DISTINCT case_id FROM case_marks')).map(({ case_id }) => case_id)).toEqual(['two'])
})

test('without the key nobody tells which shop it is, with a list of all shops either', async () => {
  const shops = ['Bà Mẫu', 'Hồng Nhung', 'Thành Công', 'Minh Châu']
  await cases.files('one', {
    place: 'Cửa hàng Bà Mẫu, 12 Trần Phú',
    signs: 'mã 8934563138165',
    spot: { latitude: 10.77, longitude: 106.7, exact: false },
  })
  await cases.files('two', { place: 'Tạp hóa Hồng Nhung' })
  await cases.marks()
  const rows = await cases.db.read('SELECT mark, case_id FROM case_marks')
  const marks = new Set(rows.map(({ mark }) => String(mark)))
  expect(rows.every(({ mark }) => /^[A-Za-z0-9_-]{20}$/.test(String(mark)))).toBe(true)

  // Whoever knows how marks are made and tries every shop, barcode and square, with every hash but the keyed one.
  const tried = new Set<string>()
  for (const place of shops)
    for (const text of markTexts(
      traitsOf({ report: { ...SHOP, place }, openedAt: cases.clock.now(), path: '/tinh/xa/', looks: [] }),
      '2026-11',
      ['2026-11'],
    ).kept)
      for (const hash of [
        createHash('sha256').update(text),
        createHmac('sha256', Buffer.alloc(32)).update(text),
        createHmac('sha256', '').update(text),
      ])
        tried.add(hash.digest('base64url').slice(0, 20))
  expect(tried.size).toBeGreaterThan(100)
  expect([...tried].filter((mark) => marks.has(mark))).toEqual([])
  // The key finds it at once.
  expect(marks.has((await cases.keys.tag('mark', '2026-11 name bamau')).slice(0, 20))).toBe(true)

  const everything = JSON.stringify([rows, await cases.pairs()]).toLowerCase()
  for (const word of [...shops, 'trần phú', '8934563138165', '10.77']) {
    expect(everything).not.toContain(word.toLowerCase())
    expect(everything).not.toContain(fold(word))
  }
  // A short name and a long one leave as many marks.
  expect(new Set((await cases.db.read('SELECT count(*) AS n FROM case_marks GROUP BY case_id')).map(({ n }) => Number(n) % 16))).toEqual(
    new Set([0]),
  )
})

test('what a case costs does not grow with their number', async () => {
  const { db } = cases
  const many = async (from: number, to: number) => {
    const rows = JSON.stringify(Array.from({ length: to - from }, (_, i) => from + i))
    await db.write([
      {
        sql: `INSERT INTO cases(id, number, receipt_tag, state, kind, danger, box, opened_hour, marked)
              SELECT 'm' || value, 'PA-' || value, 'r' || value, 'new', 'fake', 0, x'00', '2026-11-23T02Z', 1 FROM json_each(?)`,
        args: [rows],
      },
      // Ten of their own, and the marks everybody has: those of the very shop that is reported below.
      {
        sql: "INSERT INTO case_marks(mark, case_id) SELECT 'own' || j.value || '-' || k.value, 'm' || j.value FROM json_each(?) j, json_each('[1,2,3,4,5,6,7,8,9,10]') k",
        args: [rows],
      },
      { sql: "INSERT INTO case_marks(mark, case_id) SELECT ?, 'm' || value FROM json_each(?)", args: [common, rows] },
    ])
  }
  const common = (await cases.keys.tag('mark', '2026-11 name bamau')).slice(0, 20)
  const rare = (await cases.keys.tag('mark', '2026-11 door 12 tran phu')).slice(0, 20)
  await many(0, 2_000)
  expect(
    await listSharing(
      db,
      new Map([
        [common, 3],
        [rare, 4],
      ]),
      'none',
      new Date(0),
      50,
    ),
  ).toEqual([])
  await many(2_000, 20_000)

  watch.queries.length = 0
  await cases.files('one')
  await cases.files('two')
  expect(await cases.marks()).toBe(2)
  expect(await watch.scans()).toEqual([])
  // By the door they meet, though half the country reports a shop of that name.
  expect((await cases.pairs()).map(({ case_id, other_id }) => [case_id, other_id])).toEqual([['one', 'two']])
  const rows = await db.read(LIST_SHARING, [JSON.stringify([common, rare]), 41])
  expect(rows.map(({ ids }) => (JSON.parse(String(ids)) as string[]).length).sort()).toEqual([2, 41])
  const plans = [
    ...(await db.read(`EXPLAIN QUERY PLAN ${LIST_SHARING}`, ['[]', 41])),
    ...(await db.read(`EXPLAIN QUERY PLAN ${LIST_UNMARKED}`, [20])),
  ]
  expect(
    plans
      .map(({ detail }) => String(detail))
      .filter((detail) => /^SCAN (case|s )|TEMP B-TREE/.test(detail) && !detail.includes('cases_unmarked')),
  ).toEqual([])
})
