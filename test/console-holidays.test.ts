/**
 * *Ngày nghỉ lễ* by hand: a day added, checked, taken out; the year confirmed; the line on *Hôm nay* from 1 December until then;
 * what officers of other units see, and what REST lets a token do.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findHolidays } from '../db/holidays.ts'
import { loadContent } from '../src/load-content.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { caseRows } from './console-cases.ts'
import { type Browser, signIn } from './console-desk.ts'

const PAGE = '/console/calendar/holidays'
const EVIL = '<script>alert(1)</script>'
const DAY = {
  day: '2027-02-11',
  kind: 'off',
  vi: 'Nghỉ hoán đổi sau Tết',
  en: '',
  source: 'Công văn số 1/VPCP-KGVX',
  checkedOn: '2026-11-30',
}

let desk: ApiDesk
let admin: Browser
beforeEach(async () => {
  desk = await openApiDesk()
  await loadContent(desk.db, () => {})
  desk.clock.set('2026-11-30T10:00:00Z')
  admin = await signIn(desk, await desk.officer('tinh', ['admin'], 'an'))
})
afterEach(async () => {
  await desk.close()
  expect(desk.lines.filter((line) => line.includes('"error"'))).toEqual([])
})
const acts = async () =>
  (await desk.db.read("SELECT officer_id, act, about_id FROM audit WHERE act LIKE 'holiday.%' AND outcome = 'done' ORDER BY id")).map(
    ({ officer_id, act, about_id }) => `${officer_id} ${act} ${about_id}`,
  )
const editionIn = ({ html }: { html: string }) => /name="edition" value="([^"]*)"/.exec(html)?.[1] ?? ''
const counts = async () => [...(await findHolidays(desk.db, desk.clock.now())).off]

describe('the year', () => {
  test('stands on the first page from 1 December until it is confirmed', async () => {
    expect((await admin.get('/console')).text).not.toContain('Lịch nghỉ năm 2027')
    desk.clock.set('2026-11-30T17:00:00Z')
    expect((await admin.get('/console')).text).toContain('Lịch nghỉ năm 2027 chưa được xác nhận')
    const page = await admin.get(PAGE)
    for (const words of ['Ngày nghỉ lễ năm 2027', 'Thứ Năm, 04/02/2027', '10065/VPCP-KGVX', 'Kiểm tra ngày 26/11/2026'])
      expect(page.text).toContain(words)
    const done = await admin.post(`${PAGE}/confirm`, { year: '2027' })
    expect(done.text).toContain('Lịch nghỉ năm 2027 đã xác nhận ngày 01/12/2026: Cán bộ an')
    expect(done.html).not.toContain(`action="${PAGE}/confirm"`)
    expect((await admin.get('/console')).text).not.toContain('Lịch nghỉ năm')
    desk.clock.set('2027-12-01T02:00:00Z')
    admin = await signIn(desk, 'an')
    expect((await admin.get('/console')).text).toContain('Lịch nghỉ năm 2028 chưa được xác nhận')
    await desk.db.write([{ sql: "DELETE FROM holidays WHERE day LIKE '2028%'", args: [] }])
    expect((await admin.get('/console')).text).toContain('Chưa có lịch nghỉ năm 2028')
    expect((await admin.get(`${PAGE}?year=2028`)).text).toContain('Chưa có ngày nghỉ nào của năm 2028')
    expect(await acts()).toEqual(['an holiday.confirm 2027'])
  })

  test('is confirmed only once each expected day was checked or taken out', async () => {
    const page = await admin.get(`${PAGE}?year=2028`)
    expect(page.text).toContain('Còn 6 ngày cần kiểm tra')
    expect(page.html).not.toContain(`action="${PAGE}/confirm"`)
    expect((await admin.post(`${PAGE}/confirm`, { year: '2028' })).text).toContain('Còn ngày cần kiểm tra')
    for (const day of ['2028-01-24', '2028-01-25', '2028-01-27', '2028-01-28']) {
      const one = await admin.get(`${PAGE}/${day}`)
      expect(one.text).toContain('Ngày này mới là dự kiến')
      const { day: _day, ...fields } = { ...DAY, vi: 'Tết Âm lịch', edition: editionIn(one) }
      expect((await admin.post(`${PAGE}/${day}`, fields)).path).toContain('year=2028')
    }
    for (const day of ['2028-01-31', '2028-09-01'])
      await admin.post(`${PAGE}/${day}/remove`, { edition: editionIn(await admin.get(`${PAGE}/${day}`)) })
    expect((await admin.get(`${PAGE}?year=2028`)).text).toContain('Đã bỏ, không tính')
    expect((await admin.post(`${PAGE}/confirm`, { year: '2028' })).text).toContain('Lịch nghỉ năm 2028 đã xác nhận')
    // A start of the program changes nothing of it.
    await loadContent(desk.db, () => {})
    expect((await admin.get(`${PAGE}?year=2028`)).text).not.toContain('Cần kiểm tra, chưa tính')
  })
})

describe('a day', () => {
  test('is added, changed over the newest words alone, and taken out', async () => {
    await admin.get(PAGE)
    expect((await admin.post(PAGE, DAY)).text).toContain('Nghỉ hoán đổi sau Tết')
    expect(await counts()).toContain('2027-02-11')
    const first = await admin.get(`${PAGE}/2027-02-11`)
    const { day: _day, ...fields } = { ...DAY, edition: editionIn(first) }
    desk.clock.advance(60_000)
    await admin.post(`${PAGE}/2027-02-11`, { ...fields, checkedOn: '' })
    expect(await counts()).not.toContain('2027-02-11')
    desk.clock.advance(60_000)
    const again = await admin.post(`${PAGE}/2027-02-11`, { ...fields, vi: 'Của người chậm hơn' })
    expect([again.status, again.html.includes('Của người chậm hơn')]).toEqual([400, true])
    const last = await admin.get(`${PAGE}/2027-02-11`)
    expect((await admin.post(`${PAGE}/2027-02-11/remove`, { edition: editionIn(last) })).text).toContain('Đã bỏ ngày này')
    expect((await admin.get(`${PAGE}/2027-02-11`)).status).toBe(404)
    expect(await acts()).toEqual(['an holiday.add 2027-02-11', 'an holiday.edit 2027-02-11', 'an holiday.remove 2027-02-11'])
    expect((await admin.get('/console/audit')).text).toContain('Bỏ ngày nghỉ lễ')
  })

  test.each([
    [{ day: '31/13/2027' }, 'Ngày'],
    [{ day: '2027-02-10' }, 'Ngày này đã có trong danh sách'],
    [{ day: '2027-02-12', kind: 'work' }, 'Ngày làm bù phải là thứ Bảy hoặc Chủ nhật'],
    [{ checkedOn: '2026-12-02' }, 'Ngày kiểm tra không được ở sau hôm nay'],
    [{ source: '' }, 'Cần điền mục này'],
  ])('that is wrong (%o) is told at its field, and what was typed stays', async (wrong, words) => {
    await admin.get(PAGE)
    const again = await admin.post(PAGE, { ...DAY, vi: EVIL, ...wrong })
    expect([again.status, again.text.includes(words)]).toEqual([400, true])
    expect(again.html).toContain('&lt;script&gt;alert(1)')
    expect(again.html).not.toContain(EVIL)
    expect(await acts()).toEqual([])
  })

  test('stands in the calendar, and is seen but not changed by a lower unit’s administrator', async () => {
    const lower = await signIn(desk, await desk.officer('xa', ['admin', 'case'], 'xa'))
    expect((await lower.get('/console/calendar?month=2027-02')).text).toContain('Nghỉ: Tết Âm lịch, mùng 1')
    expect((await lower.get('/console/calendar/2027-02-09')).text).toContain('Nghỉ: Tết Âm lịch, mùng 4 (nghỉ bù)')
    expect((await lower.get('/console/calendar?month=2028-01')).text).not.toContain('dự kiến')
    expect((await lower.get('/console')).text).not.toContain('Lịch nghỉ năm')
    const page = await lower.get(PAGE)
    const one = await lower.get(`${PAGE}/2027-02-09`)
    expect([page.html, one.html].filter((html) => html.includes(`action="${PAGE}`))).toEqual([])
    for (const [path, fields] of [
      [PAGE, DAY],
      [`${PAGE}/confirm`, { year: '2027' }],
      [`${PAGE}/2027-02-09`, { ...DAY, day: '' }],
      [`${PAGE}/2027-02-09/remove`, {}],
    ] as const)
      expect([403, 400]).toContain((await lower.post(path, fields)).status)
    expect(await acts()).toEqual([])
    expect(await counts()).toContain('2027-02-09')
  })
})

test('a case that is due in a holiday is shown with the day after it, and is not late meanwhile', async () => {
  const an = await signIn(desk, await desk.officer('xa', ['case'], 'binh'))
  await desk.db.write(await caseRows(desk.keys, { id: 'phananh1', number: 'PA-2702-2222', now: desk.clock.now() }))
  await desk.db.write([{ sql: "UPDATE cases SET due_day = '2027-02-05', assignee_id = 'binh', state = 'reviewing'", args: [] }])
  const token = desk.client((await desk.token('binh', ['cases'], { expiresDay: '2027-12-31' })).token)
  const shown = async (now: string) => {
    desk.clock.set(now)
    const page = await (await signIn(desk, 'binh')).get('/console/cases?late=1')
    const [row] = ((await (await token.get('/cases')).json()) as { rows: Array<{ dueDay: string; late: boolean }> }).rows
    return [page.text.includes('PA-2702-2222'), row?.dueDay, row?.late]
  }
  expect((await an.get('/console/cases')).text).toContain('11/02/2027')
  expect(await shown('2027-02-08T02:00:00Z')).toEqual([false, '2027-02-11', false])
  expect(await shown('2027-02-12T02:00:00Z')).toEqual([true, '2027-02-11', true])
})

describe('over REST', () => {
  type List = { confirmedOn: string | null; rows: Array<{ day: string; kind: string; checkedOn: string | null; counts: boolean }> }

  test('a year is read, and a day that a token adds waits for an officer', async () => {
    const client = await desk.clientOf('tinh', ['admin'], ['read', 'draft'])
    const list = async () => (await (await client.get('/holidays?year=2027')).json()) as List
    expect((await list()).rows.find(({ day }) => day === '2027-02-04')).toMatchObject({ kind: 'off', counts: true })
    const { checkedOn: _checked, en: _en, ...day } = DAY
    expect((await client.post('/holidays', day)).status).toBe(201)
    expect((await list()).rows.find((one) => one.day === day.day)).toMatchObject({ checkedOn: null, counts: false })
    expect(await counts()).not.toContain(day.day)
    expect((await client.post('/holidays', day)).status).toBe(400)
    expect((await client.post('/holidays', { ...day, day: '2027-02-12', checkedOn: '2026-12-01' })).status).toBe(400)
    expect((await client.get('/holidays?year=27')).status).toBe(400)
    expect((await list()).confirmedOn).toBeNull()
    const lower = await desk.clientOf('xa', ['admin'], ['draft'])
    expect((await lower.post('/holidays', { ...day, day: '2027-02-12' })).status).toBe(403)
  })
})
