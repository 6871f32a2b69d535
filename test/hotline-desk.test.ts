import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hotlines as builtIn } from '../content/data/hotlines.ts'
import {
  addHotline,
  type DeskHotline,
  editHotline,
  findDeskHotline,
  hideHotline,
  listDeskHotlines,
  mayChange,
  removeHotline,
  showHotline,
} from '../db/hotline-desk.ts'
import { listHotlines, loadHotlines } from '../db/hotlines.ts'
import type { Desk } from '../db/rights.ts'
import type { Db } from '../src/chat.ts'
import { type HotlineDraft, hotlineSchema } from '../src/hotline.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { addTestOfficer, deskAt, unitRows } from './people.ts'

const draft: HotlineDraft = {
  ...{ kind: 'thi_truong', number: '0299.123.456', tel: '0299123456', office: 'Chi cục Quản lý thị trường tỉnh Mẫu' },
  ...{ whatFor: 'Báo hàng nghi giả trong tỉnh.', free: false, source: 'Cổng thông tin tỉnh Mẫu', place: 55 },
}
const XA = { id: 'xa', path: '/tinh/xa/' }

describe('the directory at the desk', () => {
  let database: TestDatabase
  let db: Db
  let at = new Date('2026-11-23T02:00:00Z')
  const keys = createNodeKeys(new Uint8Array(32).fill(3))
  /** Each look at the desk is a second later, so that editions differ. */
  const deskOf = (id: string): Promise<Desk> => {
    at = new Date(at.getTime() + 1000)
    return deskAt(db, keys, id, at)
  }
  const members = async (unitId: string | null) => (await listHotlines(db, unitId)).map(({ number }) => number)
  const line = async (id: string) => (await findDeskHotline(db, id)) as DeskHotline
  beforeEach(async () => {
    database = await openTestFile()
    db = database.db
    await db.write([...unitRows(), loadHotlines(builtIn)])
    await addTestOfficer(db, keys, 'top', 'tinh', ['admin'])
    await addTestOfficer(db, keys, 'commune', 'xa', ['editor'])
    await addTestOfficer(db, keys, 'viewer', 'tinh', ['viewer'])
  })
  afterEach(() => database.close())

  test('a new line is hidden until an officer has called it; then its members see it, and others do not', async () => {
    const { id, writes } = addHotline(await deskOf('commune'), draft, XA)
    await db.write(writes)
    expect(await members('co-so')).not.toContain('0299.123.456')
    await db.write(showHotline(await deskOf('commune'), await line(id), '2026-11-23'))
    expect(await members('co-so')).toContain('0299.123.456')
    expect(await members('xa-khac')).not.toContain('0299.123.456')
    expect(await db.read('SELECT act, unit_id, about, about_id FROM audit ORDER BY id')).toEqual([
      { act: 'hotline.add', unit_id: 'xa', about: 'hotline', about_id: id },
      { act: 'hotline.check', unit_id: 'xa', about: 'hotline', about_id: id },
    ])
  })

  test('another number, office or source hides a shown line; other words do not; a day given with it shows it', async () => {
    const { id, writes } = addHotline(await deskOf('commune'), draft, XA, '2026-11-20')
    await db.write(writes)
    await db.write(editHotline(await deskOf('commune'), await line(id), { ...draft, whatFor: 'Hỏi việc trong tỉnh.', place: 3 }))
    expect((await line(id)).checkedOn).toBe('2026-11-20')
    for (const other of [{ number: '0299.999.999' }, { office: 'Nơi khác' }, { source: 'Nguồn khác' }, { tel: '113' }]) {
      const { number, tel, office, whatFor, free, source, kind, place } = await line(id)
      await db.write(
        editHotline(await deskOf('commune'), await line(id), { number, tel, office, whatFor, free, source, kind, place, ...other }),
      )
      expect((await line(id)).checkedOn).toBeNull()
      await db.write(showHotline(await deskOf('commune'), await line(id), '2026-11-21'))
    }
    await db.write(editHotline(await deskOf('commune'), await line(id), draft, '2026-11-22'))
    expect((await line(id)).checkedOn).toBe('2026-11-22')
  })

  test('no day to come; nothing shown without a number, an office and a source, whoever writes the row', async () => {
    const desk = await deskOf('commune')
    expect(() => addHotline(desk, draft, XA, '2026-11-24')).toThrow('office.checked_future')
    for (const column of ['number', 'office', 'source_label'])
      await expect(db.write([{ sql: `UPDATE hotlines SET ${column} = ' ' WHERE id = 'cap-cuu'`, args: [] }])).rejects.toThrow()
    for (const wrong of [{ number: '' }, { office: ' ' }, { source: '' }, { tel: 'abc' }, { place: -1 }, { number: `0${'1'.repeat(60)}` }])
      expect(hotlineSchema.safeParse({ ...draft, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
    expect(hotlineSchema.parse({ ...draft, tel: '(0299) 123-456' }).tel).toBe('0299123456')
  })

  test('everyone’s lines are changed from the top only, a unit’s by its own officers', async () => {
    const commune = await deskOf('commune')
    const top = await deskOf('top')
    const viewer = await deskOf('viewer')
    const everyones = await line('thi-truong')
    expect(() => addHotline(commune, draft, null)).toThrow('desk.only_top')
    expect(() => showHotline(commune, everyones, '2026-11-23')).toThrow('desk.only_top')
    expect(() => addHotline(viewer, draft, XA)).toThrow('desk.forbidden')
    expect(() => addHotline(commune, draft, { id: 'xa-khac', path: '/tinh/xa-khac/' })).toThrow('desk.forbidden')
    expect([mayChange(commune.actor, everyones), mayChange(top.actor, everyones), mayChange(viewer.actor, everyones)]).toEqual([
      false,
      true,
      false,
    ])
    await db.write(showHotline(await deskOf('top'), everyones, '2026-11-23'))
    expect(await members(null)).toContain('1900.888.655')
    await db.write(hideHotline(await deskOf('top'), await line('thi-truong')))
    expect(await members(null)).not.toContain('1900.888.655')
  })

  test('what an older form says does not overwrite; what comes with the program cannot be removed, the rest can', async () => {
    const { id, writes } = addHotline(await deskOf('commune'), draft, XA)
    await db.write(writes)
    const old = await line(id)
    await db.write(editHotline(await deskOf('commune'), old, { ...draft, office: 'Tên mới' }))
    await expect(db.write(editHotline(await deskOf('top'), old, draft))).rejects.toThrow()
    expect((await line(id)).office).toBe('Tên mới')
    await expect(db.write(removeHotline(await deskOf('top'), old))).rejects.toThrow()
    await db.write(removeHotline(await deskOf('commune'), await line(id)))
    expect(await findDeskHotline(db, id)).toBeUndefined()
    const top = await deskOf('top')
    expect(() => removeHotline(top, { ...old, builtIn: true, path: null })).toThrow('office.hotline_built_in')
  })

  test('is listed by place, page by page, found without accents and by digits, within one’s units and those above', async () => {
    for (const [unit, office] of [
      [XA, 'Công đoàn xã Mẫu'],
      [{ id: 'xa-khac', path: '/tinh/xa-khac/' }, 'Công đoàn xã Khác'],
      [{ id: 'tinh', path: '/tinh/' }, 'LĐLĐ tỉnh Mẫu'],
    ] as const)
      await db.write(addHotline(await deskOf('top'), { ...draft, office, place: 900 }, unit).writes)
    const { actor } = await deskOf('commune')
    const list = (filter: Parameters<typeof listDeskHotlines>[2], after: { place: number; id: string } | null = null, limit = 50) =>
      listDeskHotlines(db, actor, filter, { after, limit })
    const all = await list({})
    expect(
      all
        .filter(({ unitId }) => unitId !== null)
        .map(({ unitId }) => unitId)
        .sort(),
    ).toEqual(['tinh', 'xa'])
    expect(all.length).toBe(builtIn.length + 2)
    const [first, second, third] = await list({}, null, 3)
    expect((await list({}, first, 2)).map(({ id }) => id)).toEqual([second?.id, third?.id])
    expect((await list({ typed: 'CAP cuu y te' })).map(({ number }) => number)).toEqual(['115'])
    expect((await list({ typed: '18006838' })).map(({ number }) => number)).toEqual(['1800.6838'])
    const hidden = await list({ shown: 'hidden', kind: 'thi_truong' })
    expect(hidden.filter(({ unitId }) => unitId).length).toBe(2)
    expect(hidden.every(({ checkedOn, kind }) => checkedOn === null && kind === 'thi_truong')).toBe(true)
    expect((await list({ shown: { checkedBefore: '2026-11-22' } })).length).toBe(0)
    expect((await list({ shown: { checkedBefore: '2026-11-23' } })).length).toBe(builtIn.filter(({ checked_on }) => checked_on).length)
  })
})
