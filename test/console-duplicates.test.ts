/**
 * Two reports side by side on the console, and over REST: suggested with what agrees, merged, said to be two, taken out
 * again; by nobody who may not see both.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changeCase } from '../db/case-change.ts'
import { requireCase } from '../db/case-desk.ts'
import type { Report } from '../src/case.ts'
import { markCases } from '../src/case-marks.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { caseRows } from './console-cases.ts'
import { type Browser, signIn } from './console-desk.ts'
import { deskAt } from './people.ts'

const SHOP: Report = { kind: 'fake', signs: 'Sữa bột Mẫu Kids, tem mờ', place: 'Cửa hàng Bà Mẫu, 12 Trần Phú' }

let desk: ApiDesk
let an: Browser
beforeEach(async () => {
  desk = await openApiDesk()
  await desk.officer('tinh', ['case'], 'an')
  an = await signIn(desk, 'an')
  await file('one', 'PA-2611-2A3B')
  await file('two', 'PA-2611-3B4C', { place: 'ch ba mau' })
  await file('far', 'PA-2611-4C5D', { place: 'Siêu thị Thành Công', signs: 'dép nhựa' })
  await markCases({ db: desk.db, keys: desk.keys, now: desk.clock.now, log: () => {} })
})
afterEach(() => desk.close())

async function file(id: string, number: string, report: Partial<Report> = {}, unitId = 'xa'): Promise<void> {
  await desk.db.write(await caseRows(desk.keys, { id, number, unitId, report: { ...SHOP, ...report }, now: desk.clock.now() }))
}
const into = async (id: string) => (await desk.db.read('SELECT merged_into FROM cases WHERE id = ?', [id]))[0]?.merged_into
const version = async (id: string) => Number((await desk.db.read('SELECT version FROM cases WHERE id = ?', [id]))[0]?.version)
const versions = async () => ({ version: String(await version('one')), other_version: String(await version('two')) })

describe('an officer', () => {
  test('sees on the case what may be the same, with what agrees, and nothing of the words in the list', async () => {
    const page = await an.get('/console/cases/one')
    expect(page.text).toContain('PA-2611-3B4C')
    expect(page.text).toContain('Rất giống')
    expect(page.text).toContain('nơi bán, thời gian, tên cửa hàng')
    expect(page.text).not.toContain('PA-2611-4C5D')
    const list = await an.get('/console/cases/duplicates')
    expect(list.text).toContain('PA-2611-2A3B')
    expect(list.text).not.toContain('Mẫu Kids')
    expect(list.text).not.toContain('Bà Mẫu')
  })

  test('compares both sides, merges, works on the main one, and takes the other out again', async () => {
    const page = await an.get('/console/cases/one/compare/two')
    expect(page.text).toContain('Cửa hàng Bà Mẫu, 12 Trần Phú')
    expect(page.text).toContain('ch ba mau')
    const merged = await an.post('/console/cases/one/compare/two/merge', { ...(await versions()), main: 'one' })
    expect([merged.status, merged.path.split('?')[0]]).toEqual([200, '/console/cases/one'])
    expect(merged.text).toContain('Đã gộp hai phản ánh.')
    expect(merged.text).toContain('Đã gộp vào đây: PA-2611-3B4C')
    expect(merged.text).toContain('ch ba mau')
    expect(await into('two')).toBe('one')

    for (const act of ['ask', 'tell']) expect((await an.get(`/console/cases/one/${act}`)).text).toContain('của cả 2 phản ánh đã gộp')
    const other = await an.get('/console/cases/two')
    expect(other.text).toContain('đã gộp vào một phản ánh khác')
    expect(other.text).not.toContain('So sánh với phản ánh khác')
    expect((await an.get('/console/cases/duplicates')).text).toContain('Không có cặp nào cần xem')
    const twice = await an.get('/console/cases/one/compare/two')
    expect(twice.text).toContain('Hai phản ánh này đã gộp')
    expect(twice.html).not.toContain('/merge"')

    await an.get('/console/cases/one')
    const back = await an.post('/console/cases/one/unmerge', { version: String(await version('one')), other: 'two' })
    expect(back.path.split('?')[0]).toBe('/console/cases/two')
    expect(back.text).toContain('trở lại như trước khi gộp')
    expect(await into('two')).toBeNull()
  })

  test('keeps the other one as main when they choose so', async () => {
    await an.get('/console/cases/one/compare/two')
    await an.post('/console/cases/one/compare/two/merge', { ...(await versions()), main: 'other' })
    expect(await into('one')).toBe('two')
  })

  test('says that they are two, and is not asked again', async () => {
    await an.get('/console/cases/one/compare/two')
    const page = await an.post('/console/cases/one/compare/two/apart')
    expect(page.text).toContain('Đã ghi là hai việc khác nhau.')
    expect(page.text).not.toContain('PA-2611-3B4C')
  })

  test('finds another case by its number, however it is typed', async () => {
    expect((await an.get('/console/cases/one/compare?number=pa+2611+4c5d')).text).toContain('So sánh PA-2611-2A3B và PA-2611-4C5D')
    const unknown = await an.get('/console/cases/one/compare?number=PA-2611-9X9X')
    expect([unknown.status, unknown.text.includes('Không có phản ánh mang số này')]).toEqual([400, true])
    expect(unknown.html).toContain('value="PA-2611-9X9X"')
    expect((await an.get('/console/cases/one/compare?number=PA-2611-2A3B')).text).toContain('cùng một phản ánh')
  })

  test('is told when the case moved on meanwhile, and sees both as they are now', async () => {
    await an.get('/console/cases/one/compare/two')
    const seen = await versions()
    const binh = await deskAt(desk.db, desk.keys, await desk.officer('tinh', ['case'], 'binh'), desk.clock.now())
    const row = await requireCase(binh, 'one', 'case.work')
    await desk.db.write(await changeCase(binh, row, { event: { kind: 'noted', text: 'Đã gọi cửa hàng' } }))
    const page = await an.post('/console/cases/one/compare/two/merge', { ...seen, main: 'one' })
    expect([page.status, page.text.includes('Vừa có thay đổi')]).toEqual([409, true])
    expect(await into('two')).toBeNull()
    expect((await an.post('/console/cases/one/compare/two/merge', { ...(await versions()), main: 'one' })).status).toBe(200)
  })

  test('is told why two may not be merged', async () => {
    await desk.db.write([{ sql: "UPDATE cases SET state = 'closed', closed_hour = '2026-11-23T02Z' WHERE id = 'one'", args: [] }])
    await an.get('/console/cases/one/compare/two')
    const page = await an.post('/console/cases/one/compare/two/merge', { ...(await versions()), main: 'one' })
    expect([page.status, page.text.includes('Phản ánh chính đã đóng')]).toEqual([409, true])
  })

  test('whose unit has only one of them is shown neither pair nor the other', async () => {
    await file('below', 'PA-2611-5D6E', { place: 'tiệm Bà Mẫu' }, 'co-so')
    await markCases({ db: desk.db, keys: desk.keys, now: desk.clock.now, log: () => {} })
    const local = await signIn(desk, await desk.officer('co-so', ['case'], 'local'))
    expect((await local.get('/console/cases/below')).text).not.toContain('PA-2611-2A3B')
    expect((await local.get('/console/cases/duplicates')).text).toContain('Không có cặp nào cần xem')
    expect((await local.get('/console/cases/below/compare/one')).status).toBe(404)
    expect((await local.get('/console/cases/below/compare?number=PA-2611-2A3B')).status).toBe(400)
    // Merged by who may see both, the other's words stay with those who may see it.
    await an.get('/console/cases/below/compare/one')
    await an.post('/console/cases/below/compare/one/merge', {
      ...{ version: String(await version('below')), other_version: String(await version('one')), main: 'one' },
    })
    expect(await into('one')).toBe('below')
    const page = await local.get('/console/cases/below')
    expect(page.text).toContain('Còn 1 phản ánh đã gộp mà đồng chí không có quyền xem.')
    expect(page.text).not.toContain('12 Trần Phú')
  })
})

describe('over REST', () => {
  test('pairs are listed, merged, taken back and said to be two', async () => {
    const api = desk.client((await desk.token('an', ['cases'])).token)
    const json = async (answer: Response) => (await answer.json()) as Record<string, never>
    const list = await json(await api.get('/case-pairs'))
    expect(list).toMatchObject({
      rows: [
        { level: 'strong', why: ['place', 'time', 'shop', 'product'], one: { number: 'PA-2611-2A3B' }, other: { number: 'PA-2611-3B4C' } },
      ],
    })
    expect(JSON.stringify(list)).not.toMatch(/Mẫu Kids|Trần Phú/)
    expect(await json(await api.get('/cases/two/pairs'))).toMatchObject({ rows: [{ other: { id: 'one' } }] })
    expect((await api.get('/cases/nothing/pairs')).status).toBe(404)

    const merged = await api.post('/cases/one/merge', { version: 1, otherId: 'two', otherVersion: 1 })
    expect(await json(merged)).toEqual({ id: 'two', mainId: 'one' })
    const again = await api.post('/cases/one/merge', { version: 1, otherId: 'two', otherVersion: 1 })
    expect([again.status, (await json(again)).error]).toMatchObject([409, { code: 'conflict' }])
    expect(await json(await api.post('/cases/two/unmerge', { mainVersion: await version('one') }))).toEqual({ id: 'two', mainId: null })
    expect((await api.post('/cases/one/apart', { otherId: 'two' })).status).toBe(200)
    expect(await json(await api.get('/case-pairs'))).toEqual({ rows: [] })
  })

  test('a refusal names no case beside a minute', async () => {
    const api = desk.client((await desk.token('an', ['cases'])).token)
    await api.post('/cases/one/merge', { version: 9, otherId: 'two', otherVersion: 1 })
    const [row] = await desk.db.read("SELECT about_id, detail FROM audit WHERE act = 'case.merged' AND outcome = 'refused'")
    expect(row?.about_id).toBeNull()
    expect(String(row?.detail)).not.toMatch(/one|two/)
  })
})
