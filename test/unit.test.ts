import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { levelNames, sampleUnits } from '../content/data/units.ts'
import { loadLevelNames, loadUnits, type UnitRow } from '../db/unit-rows.ts'
import {
  findUnit,
  findUnitByCode,
  joinUnit,
  listAncestors,
  listLevelNames,
  listSubtree,
  listSuccessors,
  searchUnits,
  subtreeOf,
} from '../db/units.ts'
import { databases } from './database.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

const day = '2026-11-23'
const made = (id: string, over: Partial<UnitRow> = {}): UnitRow => ({
  id,
  kind: 'cong_doan',
  level: 'co_so',
  name: `Công đoàn cơ sở ${id}`,
  short_name: null,
  parent: 'ld-lai-chau',
  code: null,
  valid_from: null,
  valid_to: null,
  successors: [],
  aliases: [],
  note: null,
  ...over,
})

describe('unit', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel(), fakeChannel('zalo-bot', { buttons: 0 })] })
    await bot.db.write([...loadLevelNames(levelNames), ...loadUnits(sampleUnits, { sample: true })])
  })
  afterEach(() => bot.close())

  const contact = async () => (await bot.db.read('SELECT unit_id, member_kind FROM contacts'))[0]
  const labels = (answer: Awaited<ReturnType<ReturnType<Bot['person']>['says']>>) => answer.at(-1)?.buttons.map(({ label }) => label) ?? []

  test.each(['đơn vị', 'don vi', 'đổi đơn vị', 'chọn đơn vị', '/donvi'])('%s asks for a name and says it is voluntary', async (words) => {
    const answer = await bot.person('100').says(words)
    expect(textOf(answer)).toContain('tự nguyện')
    expect(textOf(answer)).toContain('tên')
  })

  test('a whole conversation without accents: search, choose, say who one is', async () => {
    const lan = bot.person('100')
    await lan.says('don vi')
    const found = await lan.says('xuong may')
    expect(labels(found)).toEqual(['CĐCS Xưởng may số 1 (mẫu) · CĐ khu công nghiệp (mẫu) · Công đoàn cơ sở'])
    const joined = await lan.taps(labels(found)[0] ?? '')
    expect(joined[0]?.text).toContain('Bạn đã vào Công đoàn cơ sở Xưởng may số 1 (mẫu)')
    expect(labels(joined)).toEqual(['Đoàn viên công đoàn', 'Đoàn viên thanh niên', 'Hội viên', 'Người dân', 'Bỏ qua'])
    const kept = await lan.says('doan vien cong doan')
    expect(textOf(kept)).toContain('Đã ghi nhận: Đoàn viên công đoàn')
    expect(labels(kept)).toHaveLength(8)
    expect(await contact()).toEqual({ unit_id: 'cdcs-may-hp', member_kind: 'cong_doan' })
  })

  test('the same on a channel without buttons, by numbers', async () => {
    const lan = bot.person('100', 'zalo-bot')
    await lan.says('đơn vị')
    expect(textOf(await lan.says('xưởng chè'))).toContain('1. CĐCS Xưởng chè (mẫu)')
    await lan.says('1')
    expect(textOf(await lan.says('5'))).toContain('Không sao cả')
    expect(await contact()).toEqual({ unit_id: 'cdcs-che-lc', member_kind: null })
  })

  test.each([
    ['quan 7', 'Quận 7 (tên cũ) · MTTQ TP.HCM · MTTQ xã, phường, đặc khu'],
    ['Quận 7', 'LĐLĐ Quận 7 (tên cũ) · LĐLĐ TP.HCM · Công đoàn xã, phường, đặc khu, khu công nghiệp'],
    ['q7', 'Quận 7 (tên cũ) · MTTQ TP.HCM · MTTQ xã, phường, đặc khu'],
    ['Hải Dương', 'LĐLĐ tỉnh Hải Dương (tên cũ) · Tổng LĐLĐ Việt Nam · Liên đoàn Lao động tỉnh, thành phố'],
    ['hai duong', 'Tỉnh đoàn Hải Dương (tên cũ) · Trung ương Đoàn · Tỉnh đoàn, Thành đoàn'],
    ['ldld hai duong', 'LĐLĐ tỉnh Hải Dương (tên cũ) · Tổng LĐLĐ Việt Nam · Liên đoàn Lao động tỉnh, thành phố'],
    ['LĐLĐ huyện Tam Đường', 'LĐLĐ huyện Tam Đường (tên cũ) · LĐLĐ tỉnh Lai Châu · Công đoàn xã, phường, đặc khu, khu công nghiệp'],
    ['Hair Duwowng', 'MTTQ tỉnh Hải Dương (tên cũ) · MTTQ Việt Nam · MTTQ tỉnh, thành phố'],
  ])('an old name is found: %s', async (typed, label) => {
    const lan = bot.person('100')
    await lan.says('đơn vị')
    expect(labels(await lan.says(typed))).toContain(label)
  })

  test('an old name leads to what took its place, and is never joined itself', async () => {
    const lan = bot.person('100')
    await lan.says('đơn vị')
    await lan.says('quan 7')
    const former = await lan.taps('unit:pick:quan-7')
    expect(textOf(former)).toContain('Tên cũ, nay là:')
    expect(textOf(former)).toContain('bốn phường')
    expect(labels(former).map((label) => label.split(' · ')[0])).toEqual([
      'Phường Phú Thuận (mẫu)',
      'Phường Tân Hưng (mẫu)',
      'Phường Tân Mỹ (mẫu)',
      'Phường Tân Thuận (mẫu)',
    ])
    expect(await contact()).toEqual({ unit_id: null, member_kind: null })
    await lan.taps('unit:pick:p-tan-my')
    expect(await contact()).toMatchObject({ unit_id: 'p-tan-my' })
  })

  test('an old unit without a successor says so and the search goes on', async () => {
    const lan = bot.person('100')
    await lan.says('đơn vị')
    await lan.says('công đoàn viên chức')
    expect(textOf(await lan.taps('unit:pick:cdvc-lai-chau'))).toContain('không có đơn vị thay thế')
    expect(labels(await lan.says('lai chau')).length).toBeGreaterThan(0)
  })

  test('a member whose unit was closed meanwhile is shown the new one', async () => {
    const lan = bot.person('100')
    await lan.sends({ payload: 'unit:pick:ld-lai-chau' })
    await bot.db.write([
      { sql: "UPDATE units SET valid_to = '2026-11-22' WHERE id = 'ld-lai-chau'", args: [] },
      { sql: "INSERT INTO unit_successors VALUES ('ld-lai-chau', 'ld-gia-lai')", args: [] },
    ])
    await lan.says('bỏ qua')
    expect(labels(await lan.says('đơn vị'))[0]).toContain('LĐLĐ tỉnh Gia Lai')
  })

  test.each(['MAUHP3', 'mauhp3', ' MauHP3 '])('a typed code joins at once, in the search and without it: %s', async (code) => {
    const lan = bot.person('100')
    expect(textOf(await lan.says(code.trim()))).toContain('Bạn đã vào')
    const tu = bot.person('200')
    await tu.says('đơn vị')
    await tu.says(code.trim())
    expect(await bot.db.read('SELECT unit_id FROM contacts')).toEqual([{ unit_id: 'cdcs-may-hp' }, { unit_id: 'cdcs-may-hp' }])
  })

  test('a code nobody has and six letters of a word are no code', async () => {
    const lan = bot.person('100')
    expect(textOf(await lan.says('ABC234'))).toContain('chưa tìm thấy')
    await lan.says('hủy')
    expect(textOf(await lan.says('garden'))).toContain('chưa hiểu')
    expect(await contact()).toMatchObject({ unit_id: null })
  })

  test('who one is, is asked with the first unit only, and a skip asks no more', async () => {
    const lan = bot.person('100')
    await lan.says('MAUHP3')
    await lan.taps('Bỏ qua')
    const changed = await lan.says('MAUGA3')
    expect(changed).toHaveLength(1)
    expect(labels(changed)).toEqual(['Rời đơn vị', 'Danh mục'])
  })

  test.each(['rời đơn vị', 'roi don vi', 'ra khỏi đơn vị'])('%s leaves at once, with a way back', async (words) => {
    const lan = bot.person('100')
    await lan.says('MAUHP3')
    await lan.taps('Bỏ qua')
    expect(textOf(await lan.says(words))).toContain('Bạn đã rời')
    expect(await contact()).toMatchObject({ unit_id: null })
    await lan.taps('Vào lại')
    expect(await contact()).toMatchObject({ unit_id: 'cdcs-may-hp' })
  })

  test('leaving twice, or without a unit, says so and does nothing', async () => {
    const lan = bot.person('100')
    await lan.says('MAUHP3')
    const [first, second] = await Promise.all([lan.sends({ payload: 'unit:leave:' }), lan.sends({ payload: 'unit:leave:' })])
    expect(textOf([...first, ...second])).toContain('chưa chọn đơn vị nào')
    expect(await contact()).toMatchObject({ unit_id: null })
  })

  test('a long list comes six at a time, the same order to the end, whoever taps twice', async () => {
    await bot.db.write(
      loadUnits(
        Array.from({ length: 20 }, (_, i) => made(`x${i}`, { name: `Công đoàn cơ sở Mỏ ${i + 10}` })),
        { sample: false },
      ),
    )
    const lan = bot.person('100')
    await lan.says('đơn vị')
    const seen: string[] = []
    let answer = await lan.says('mo')
    for (let page = 0; page < 5; page++) {
      const shown = labels(answer).filter((label) => label !== 'Xem thêm')
      seen.push(...shown)
      if (shown.length === labels(answer).length) break
      answer = await lan.taps('Xem thêm')
      if (page === 0) expect(labels(await lan.sends({ payload: `unit:more:x5` }))).toEqual(labels(answer))
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => `Công đoàn cơ sở Mỏ ${i + 10} · LĐLĐ tỉnh Lai Châu · Công đoàn cơ sở`))
  })

  test('equal names are told apart by what stands above them', async () => {
    await bot.db.write(loadUnits([made('a', { name: 'Tổ may' }), made('b', { name: 'Tổ may', parent: 'ld-gia-lai' })], { sample: false }))
    const lan = bot.person('100')
    await lan.says('đơn vị')
    expect(labels(await lan.says('to may')).slice(0, 2)).toEqual([
      'Tổ may · LĐLĐ tỉnh Lai Châu · Công đoàn cơ sở',
      'Tổ may · LĐLĐ tỉnh Gia Lai · Công đoàn cơ sở',
    ])
  })

  test.each(['unit:pick:khong-co', 'unit:more:quan-7', 'unit:kind:vua', 'unit:dance:'])(
    'a payload made up by hand does no harm: %s',
    async (payload) => {
      const lan = bot.person('100')
      expect(await lan.sends({ payload })).toHaveLength(1)
      expect(await contact()).toEqual({ unit_id: null, member_kind: null })
    },
  )

  test.each(['"', "' OR 1=1", 'NEAR(', '*', '🙂', 'hai "duong" OR *', '03-CT/TW', '😀 quận 7'])(
    'odd words in the search are only words: %s',
    async (typed) => {
      const lan = bot.person('100')
      await lan.says('đơn vị')
      const answer = await lan.says(typed)
      expect(answer).toHaveLength(1)
      expect(textOf(answer)).not.toContain('trục trặc')
    },
  )

  test('ten thousand letters are one search that finds nothing', async () => {
    const lan = bot.person('100')
    await lan.says('đơn vị')
    expect(textOf(await lan.says('xk'.repeat(5_000)))).toContain('chưa tìm thấy')
  })

  test('the search is left for another matter and offered again; "hủy" ends it', async () => {
    const lan = bot.person('100')
    await lan.says('đơn vị')
    expect(textOf(await lan.says('danh mục'))).toContain('Bạn đang tìm đơn vị')
    await lan.says('hủy')
    expect(textOf(await lan.says('xuong may'))).toContain('chưa hiểu')
  })

  test('in a group nothing about units is said', async () => {
    const answer = await bot.person('-5').sends({ text: 'đơn vị', group: true })
    expect(textOf(answer)).toContain('nhắn riêng')
    expect(textOf(await bot.person('-5').sends({ text: 'MAUHP3', group: true }))).toContain('nhắn riêng')
    expect(await contact()).toMatchObject({ unit_id: null })
  })
})

describe.each(databases)('units in %s', (_name, open) => {
  let database: Awaited<ReturnType<typeof open>>
  beforeEach(async () => {
    database = await open()
    await database.db.write([...loadLevelNames(levelNames), ...loadUnits(sampleUnits, { sample: true })])
  })
  afterEach(() => database.close())

  test('the tree has its paths, its names and its successors', async () => {
    const { db } = database
    expect((await findUnit(db, 'to-may-hp', day))?.path).toBe('/mttq-tw/tlld/ld-hai-phong/kcn-hai-phong/cdcs-may-hp/to-may-hp/')
    expect((await findUnitByCode(db, 'mauhp4', day))?.id).toBe('to-may-hp')
    const above = await listAncestors(db, '/mttq-tw/tlld/ld-hai-phong/', day)
    expect(above.map(({ id }) => id)).toEqual(['mttq-tw', 'tlld', 'ld-hai-phong'])
    expect((await listSuccessors(db, 'ld-quan-7', day)).map(({ id }) => id)).toEqual(['ld-tphcm', 'cd-tan-thuan'])
    expect(await listLevelNames(db)).toHaveLength(levelNames.length)
    const [root] = await db.read("SELECT count(*) AS n FROM units WHERE path = ''")
    expect(root).toEqual({ n: 0 })
  })

  test('the units under one are exactly its branch', async () => {
    const { db } = database
    await db.write(loadUnits([made('ld-hai-phong-2', { parent: 'tlld' })], { sample: false }))
    const page = { day, after: '', limit: 100 }
    const branch = await listSubtree(db, '/mttq-tw/tlld/ld-hai-phong/', page)
    expect(branch.map(({ id }) => id)).toEqual(['ld-hai-phong', 'kcn-hai-phong', 'cdcs-may-hp', 'to-may-hp'])
    const after = branch[1]?.path ?? ''
    expect((await listSubtree(db, '/mttq-tw/tlld/ld-hai-phong/', { ...page, after })).map(({ id }) => id)).toEqual([
      'cdcs-may-hp',
      'to-may-hp',
    ])
  })

  test('loading again changes nothing, and an edited unit keeps what its officer wrote', async () => {
    const { db } = database
    const total = async () => (await db.read('SELECT total_changes() AS n'))[0]?.n
    await db.write(loadUnits(sampleUnits, { sample: true }))
    const before = await total()
    await db.write([...loadLevelNames(levelNames), ...loadUnits(sampleUnits, { sample: true })])
    if (db.kind === 'file') expect(await total()).toBe(before)
    await db.write([
      { sql: "UPDATE units SET name = 'Công đoàn Chè', parent_id = 'ld-gia-lai', edited_at = 'x' WHERE id = 'cdcs-che-lc'", args: [] },
      { sql: "DELETE FROM unit_names WHERE unit_id = 'cdcs-che-lc'", args: [] },
      { sql: "INSERT INTO unit_names(folded, unit_id, name) VALUES ('che xanh', 'cdcs-che-lc', 'Chè xanh')", args: [] },
    ])
    const renamed = sampleUnits.map((unit) =>
      unit.id === 'cdcs-go-gl' ? { ...unit, name: 'Công đoàn cơ sở Đồ gỗ mới', aliases: ['Xưởng ghế'] } : unit,
    )
    await db.write(loadUnits(renamed, { sample: true }))
    const page = { day, after: '', limit: 10 }
    expect((await searchUnits(db, 'chè xanh', page)).map(({ name }) => name)).toEqual(['Công đoàn Chè'])
    expect((await findUnit(db, 'cdcs-che-lc', day))?.path).toBe('/mttq-tw/tlld/ld-gia-lai/cdcs-che-lc/')
    expect((await searchUnits(db, 'xuong ghe', page)).map(({ id }) => id)).toEqual(['cdcs-go-gl'])
    expect(await searchUnits(db, 'xưởng đồ gỗ', page)).toHaveLength(1)
  })

  test('a code of another unit is refused, and nothing of the list comes in', async () => {
    const { db } = database
    await expect(db.write(loadUnits([made('new-1'), made('new-2', { code: 'MAUHP3' })], { sample: false }))).rejects.toThrow()
    expect(await findUnit(db, 'new-1', day)).toBeUndefined()
  })

  test('open comes before closed, the whole name before a part, higher before lower', async () => {
    const { db } = database
    await db.write(
      loadUnits(
        [
          made('c1', { name: 'Xóm Lá', valid_to: '2025-06-30' }),
          made('c2', { name: 'Xóm Lá Đa' }),
          made('c3', { name: 'Xóm Lá', parent: 'cdcs-che-lc' }),
          made('c4', { name: 'Xóm Lánh' }),
          made('c5', { name: 'Xóm Lá' }),
        ],
        { sample: false },
      ),
    )
    expect((await searchUnits(db, 'xom la', { day, after: '', limit: 9 })).map(({ id }) => id)).toEqual(['c5', 'c3', 'c2', 'c4', 'c1'])
    expect((await searchUnits(db, 'xom la', { day, after: 'c3', limit: 2 })).map(({ id }) => id)).toEqual(['c2', 'c4'])
  })

  test('who joins a unit that is gone stays where she is', async () => {
    const { db } = database
    await db.write([{ sql: "INSERT INTO contacts(id, joined_day, seen_day, unit_id) VALUES ('lan', 'd', 'd', 'tlld')", args: [] }])
    await db.write([joinUnit('lan', 'gone'), joinUnit('nobody', 'tlld')])
    expect(await db.read('SELECT id, unit_id FROM contacts')).toEqual([{ id: 'lan', unit_id: 'tlld' }])
  })
})

describe('units by the thousand', () => {
  test('are found by index and fast enough to answer at once', async () => {
    const bot = await createBot()
    const { db } = bot
    const many = Array.from({ length: 2000 }, (_, i) =>
      made(`u${i}`, { name: `Công đoàn cơ sở Nhà máy số ${i}`, parent: i < 50 ? 'ld-lai-chau' : `u${i % 50}` }),
    )
    await db.write([...loadLevelNames(levelNames), ...loadUnits(sampleUnits, { sample: true })])
    await db.write(loadUnits(many, { sample: false }))
    const plan = async (sql: string, args: Array<string | number>) =>
      (await db.read(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => String(detail)).join('\n')
    const [from, to] = subtreeOf('/mttq-tw/tlld/ld-lai-chau/u7/')
    expect(await plan('SELECT id FROM units WHERE path >= ? AND path < ? ORDER BY path LIMIT 6', [from, to])).toMatch(
      /SEARCH units USING (COVERING )?INDEX units_path/,
    )
    expect(await plan('SELECT id FROM units WHERE code = ?', ['MAUHP3'])).toContain('SEARCH')
    // Every table of the search by an index or a page of at most six: nothing scans the units.
    let seen = ''
    const watched = {
      ...db,
      async read(sql: string, args: never[] = []) {
        seen = await plan(sql, args)
        return db.read(sql, args)
      },
    }
    await searchUnits(watched, 'nhà máy 19', { day, after: 'u19', limit: 7 })
    expect(seen).toContain('unit_names VIRTUAL TABLE INDEX')
    expect(seen).not.toMatch(/SCAN (u|p|l|units)\b/)
    const started = performance.now()
    for (let i = 0; i < 20; i++) expect(await searchUnits(db, 'cong doan', { day, after: '', limit: 7 })).toHaveLength(7)
    expect((performance.now() - started) / 20).toBeLessThan(200)
    await bot.close()
  })
})
