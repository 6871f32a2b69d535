/**
 * The office's pages by hand: a number written, checked and hidden; a setting that cannot be loosened; the log as a file;
 * a request and an incident from their first day to their last. Nothing typed is lost, nothing outside one's units is shown.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listHotlines } from '../db/hotlines.ts'
import { loadContent } from '../src/load-content.ts'
import { readSheet } from '../src/sheet/index.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { type Browser, signIn } from './console-desk.ts'
import { furnishOffice } from './console-office.ts'

let desk: ApiDesk
let admin: Browser
const EVIL = '<script>alert(1)</script>'

beforeEach(async () => {
  desk = await openApiDesk()
  await loadContent(desk.db, () => {})
  admin = await signIn(desk, await desk.officer('tinh', ['admin', 'data'], 'an'), true)
})
afterEach(async () => {
  await desk.close()
  expect(desk.lines.filter((line) => line.includes('"error"'))).toEqual([])
})

const proves = (id: string) =>
  desk.db.write([{ sql: 'UPDATE sessions SET proven_at = ? WHERE officer_id = ?', args: [desk.clock.now().getTime(), id] }])
const acts = async () => (await desk.db.read('SELECT act, outcome FROM audit ORDER BY id')).map(({ act, outcome }) => `${act} ${outcome}`)

const line = {
  ...{ number: '0299.123.456', tel: '0299 123 456', office: 'Chi cục tỉnh Mẫu', whatFor: 'Báo hàng nghi giả.', kind: 'thi_truong' },
  ...{ source: 'Cổng tỉnh Mẫu', place: '60', checkedOn: '' },
}

describe('the directory', () => {
  test('a new number waits hidden, is shown once it was called, and hidden again by hand', async () => {
    await admin.get('/console/hotlines/new')
    const waits = await admin.post('/console/hotlines/new', line)
    expect(waits.text).toContain('Số này đang ẩn cho đến khi có người gọi thử')
    expect(await listHotlines(desk.db, null)).not.toEqual(expect.arrayContaining([expect.objectContaining({ number: '0299.123.456' })]))
    const path = waits.path.split('?')[0] ?? ''
    const shown = await admin.post(`${path}/check`, { checkedOn: '2026-11-23' })
    expect(shown.text).toContain('Đoàn viên thấy số này từ bây giờ')
    expect(await listHotlines(desk.db, null)).toEqual(
      expect.arrayContaining([expect.objectContaining({ number: '0299.123.456', tel: '0299123456', checkedOn: '2026-11-23' })]),
    )
    const edition = /name="edition" value="([^"]+)"/.exec(shown.html)?.[1] ?? ''
    const changed = await admin.post(path, { ...line, edition, number: '0299.999.999' })
    expect(changed.text).toContain('Đang ẩn, chưa gọi thử')
    const removed = await admin.post(`${path}/remove`)
    expect(removed.text).toContain('Đã xóa dòng danh bạ')
    expect((await admin.get(path)).status).toBe(404)
  })

  test('wrong fields are told one by one, and what was typed stays', async () => {
    await admin.get('/console/hotlines/new')
    const again = await admin.post('/console/hotlines/new', {
      ...line,
      number: '',
      source: '',
      tel: 'gọi số',
      office: EVIL,
      checkedOn: '2026-12-01',
    })
    expect(again.status).toBe(400)
    expect(again.text.match(/Cần điền mục này|Mục này chưa đúng/g)?.length).toBe(3)
    expect(again.html).toContain('Báo hàng nghi giả.')
    expect(again.html).toContain('&lt;script&gt;alert(1)')
    expect(again.html).not.toContain(EVIL)
    const future = await admin.post('/console/hotlines/new', { ...line, checkedOn: '2026-12-01' })
    expect(future.text).toContain('Ngày kiểm tra không được ở sau hôm nay')
    expect(await desk.db.read('SELECT count(*) AS n FROM hotlines WHERE built_in IS NULL')).toEqual([{ n: 0 }])
  })

  test('an older form does not overwrite a newer one: what was typed stays, and is saved the second time', async () => {
    await admin.get('/console/hotlines/new')
    const path = (await admin.post('/console/hotlines/new', line)).path.split('?')[0] ?? ''
    const edition = /name="edition" value="([^"]+)"/.exec((await admin.get(path)).html)?.[1] ?? ''
    desk.clock.advance(1000)
    await admin.post(path, { ...line, edition, office: 'Chi cục, tên mới' })
    const late = await admin.post(path, { ...line, edition, whatFor: 'Gõ đã lâu.' })
    expect([late.status, late.text.includes('vừa được người khác sửa'), late.html.includes('Gõ đã lâu.')]).toEqual([409, true, true])
    expect(await desk.db.read('SELECT office FROM hotlines WHERE built_in IS NULL')).toEqual([{ office: 'Chi cục, tên mới' }])
    const again = /name="edition" value="([^"]+)"/.exec(late.html)?.[1] ?? ''
    expect((await admin.post(path, { ...line, edition: again, whatFor: 'Gõ đã lâu.' })).status).toBe(200)
  })

  test('is searched without accents, filtered in the address, and a commune changes its own lines only', async () => {
    expect((await admin.get('/console/hotlines?q=cap+cuu')).text).toContain('Cấp cứu y tế')
    expect((await admin.get('/console/hotlines?q=khong+co+dau')).text).toContain('Không có gì khớp với bộ lọc')
    expect((await admin.get('/console/hotlines?shown=hidden')).text).not.toContain('Cấp cứu y tế')
    const commune = await signIn(desk, await desk.officer('xa', ['editor'], 'binh'))
    expect((await commune.get('/console/hotlines/cap-cuu')).text).toContain('Dòng này thuộc đơn vị khác hoặc dùng chung')
    const refused = await commune.post('/console/hotlines/cap-cuu/hide')
    expect([refused.status, refused.text.includes('chỉ cán bộ ở đơn vị cao nhất')]).toEqual([403, true])
    const own = await commune.post('/console/hotlines/new', { ...line, unit: 'xa', checkedOn: '2026-11-23' })
    expect(own.text).toContain('Công đoàn xã Mẫu')
    const other = await commune.post('/console/hotlines/new', { ...line, unit: 'xa-khac' })
    expect(other.text).toContain('Không thấy đơn vị này trong phạm vi được giao')
    expect((await commune.post('/console/hotlines/new', { ...line, unit: '' })).status).toBe(400)
  })
})

describe('settings', () => {
  test('each says what it is and its floor; it can be made stricter, never looser; no key is shown', async () => {
    const page = await admin.get('/console/settings')
    expect(page.text).toContain('Muộn nhất 22 giờ (Nghị định 91/2020/NĐ-CP)')
    for (const secret of ['AAF-fake_token', 'app-secret', 'oa-secret']) expect(page.html).not.toContain(secret)
    await admin.get('/console/settings/quiet_from')
    const looser = await admin.post('/console/settings/quiet_from', { value: '23', was: '' })
    expect([looser.status, looser.text.includes('Luật không cho gửi sau 22 giờ')]).toEqual([400, true])
    expect(looser.html).toContain('value="23"')
    const stricter = await admin.post('/console/settings/quiet_from', { value: '18', was: '' })
    expect(stricter.text).toContain('Đã đổi cài đặt')
    expect(stricter.text).toContain('18:00')
    const lost = await admin.post('/console/settings/quiet_from', { value: '20', was: '' })
    expect(lost.status).toBe(409)
    expect(await desk.db.read('SELECT name, value FROM settings')).toEqual([{ name: 'quiet_from', value: '18' }])
    expect((await admin.get('/console/settings/data_key')).status).toBe(404)
  })

  test('a commune’s administrator reads them and changes none; without a proof nobody does', async () => {
    const commune = await signIn(desk, await desk.officer('xa', ['admin'], 'binh'), true)
    const page = await commune.get('/console/settings')
    expect(page.html).not.toContain('/console/settings/weekly_cap')
    await commune.get('/console/settings/weekly_cap')
    expect((await commune.post('/console/settings/weekly_cap', { value: '1', was: '' })).status).toBe(403)
    desk.clock.advance(16 * 60_000)
    const asked = await admin.request('/console/settings/weekly_cap')
    expect(asked.headers.get('location')).toContain('/console/proof?next=')
    expect(await desk.db.read('SELECT count(*) AS n FROM settings')).toEqual([{ n: 0 }])
  })
})

describe('the audit log', () => {
  test('is filtered in the address, says acts in words, and keeps to one’s units', async () => {
    await signIn(desk, await desk.officer('xa-khac', ['admin'], 'cuong'))
    const binh = await signIn(desk, await desk.officer('xa', ['admin'], 'binh'))
    await admin.get('/console/hotlines/new')
    await admin.post('/console/hotlines/new', { ...line, checkedOn: '2026-11-23' })
    const all = await admin.get('/console/audit')
    for (const word of ['Thêm số danh bạ', 'Đăng nhập', 'Cán bộ cuong', 'Cán bộ binh']) expect(all.text).toContain(word)
    const rows = async (browser: Browser, query: string) => (await browser.get(`/console/audit${query}`)).html.split('<tbody>')[1] ?? ''
    expect(await rows(admin, '?act=hotline.add')).not.toContain('Đăng nhập')
    expect(await rows(admin, '?officer=binh')).not.toContain('Cán bộ cuong')
    expect(await rows(admin, '?from=2026-11-24')).toBe('')
    expect((await admin.get('/console/audit?from=2026-11-24')).text).toContain('Không có dòng nào')
    const own = await rows(binh, '')
    expect(own).toContain('Cán bộ binh')
    expect(own).not.toMatch(/Cán bộ (cuong|an)/)
    expect((await binh.get('/console/audit?unit=xa-khac')).status).toBe(404)
  })

  test('as a file it takes a proof each time, runs nothing, and stands in the log itself', async () => {
    await desk.db.write([{ sql: "UPDATE officers SET name = '=cmd()' WHERE id = 'an'", args: [] }])
    await admin.get('/console/audit/export')
    const body = () => new URLSearchParams({ _csrf: admin.csrf(), format: 'csv' })
    const csv = await admin.request('/console/audit/export?outcome=done', { method: 'POST', body: body() })
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="nhat-ky-2026-11-23.csv"')
    const text = await csv.text()
    expect(text).toContain(`"'=cmd()"`)
    expect(text).toContain('Đăng nhập')
    const again = await admin.request('/console/audit/export?outcome=done', { method: 'POST', body: body() })
    expect(again.headers.get('location')).toContain('/console/proof?next=%2Fconsole%2Faudit%2Fexport%3Foutcome%3Ddone')
    await proves('an')
    const xlsx = await admin.request('/console/audit/export', {
      method: 'POST',
      body: new URLSearchParams({ _csrf: admin.csrf(), format: 'xlsx' }),
    })
    const rows = await readSheet(new Uint8Array(await xlsx.arrayBuffer()), 'nhat-ky.xlsx')
    expect(rows[0]?.cells.slice(0, 4)).toEqual(['Lúc', 'Cán bộ', 'Qua', 'Việc'])
    expect(rows.some(({ cells }) => cells.includes('Xuất nhật ký'))).toBe(true)
    const [exported] = await desk.db.read("SELECT detail FROM audit WHERE act = 'audit.export' ORDER BY id LIMIT 1")
    expect(JSON.parse(String(exported?.detail))).toMatchObject({ format: 'csv', outcome: 'done', rows: 1 })
    expect((await acts()).filter((one) => one === 'audit.export done')).toHaveLength(2)
  })
})

describe('requests about data', () => {
  const request = { kind: 'withdraw', source: 'letter', askedOn: '2026-11-23', unit: 'xa', ref: 'Công văn 12' }

  test('one by letter: recorded, answered, drawn out, ended, each step told in words', async () => {
    await admin.get('/console/data-requests/new')
    const recorded = await admin.post('/console/data-requests/new', request)
    expect(recorded.text).toContain('Đã ghi yêu cầu. Hạn của luật bắt đầu chạy.')
    // 24 November is Vietnam Culture Day.
    expect(recorded.text).toContain('Trả lời trước hết ngày 26/11/2026')
    const path = recorded.path.split('?')[0] ?? ''
    const short = await admin.post(`${path}/answer`, { note: 'x' })
    expect([short.status, short.text.includes('Cần điền mục này')]).toEqual([400, true])
    expect((await admin.post(`${path}/answer`, { note: 'Đã báo người gửi.' })).text).toContain('Xong trước hết ngày 08/12/2026')
    const long = await admin.post(`${path}/extend`, { note: 'Chờ bên khác.', days: '16' })
    expect([long.status, long.text.includes('Gia hạn từ 1 đến 15 ngày'), long.html.includes('Chờ bên khác.')]).toEqual([400, true, true])
    expect((await admin.post(`${path}/extend`, { note: 'Chờ bên khác.', days: '15' })).text).toContain('23/12/2026 (đã gia hạn)')
    const done = await admin.post(`${path}/finish`, { note: 'Đã dừng gửi tin.', outcome: 'done' })
    expect(done.text).toContain('Đã làm theo yêu cầu')
    expect(done.html).not.toContain(`${path}/finish`)
    expect((await admin.get('/console/data-requests')).text).toContain('Không có yêu cầu nào đang mở')
    expect((await admin.get('/console/data-requests?list=done')).text).toContain('Rút lại đồng ý')
  })

  test('what is overdue stands first and is called so; a commune sees its own, and not what the assistant did', async () => {
    await admin.get('/console/data-requests/new')
    await admin.post('/console/data-requests/new', { ...request, unit: 'xa-khac' })
    await admin.post('/console/data-requests/new', { ...request, askedOn: '2026-11-10', kind: 'view' })
    const list = await admin.get('/console/data-requests')
    expect(list.text.indexOf('Quá hạn')).toBeLessThan(list.text.indexOf('Chờ trả lời'))
    const commune = await signIn(desk, await desk.officer('xa', ['data'], 'binh'))
    const own = await commune.get('/console/data-requests?list=open')
    expect(own.text).toContain('Xem dữ liệu')
    expect((own.html.split('<tbody>')[1] ?? '').match(/<tr>/g)).toHaveLength(1)
    expect(own.html).not.toContain('value="chat"')
    const future = await admin.post('/console/data-requests/new', { ...request, askedOn: '2026-11-30' })
    expect(future.text).toContain('Ngày nhận phải từ một năm trước đến hôm nay')
  })
})

test.each([
  ['hotlines', 'danh-ba', 'Số hoặc tên cổng'],
  ['data-requests', 'yeu-cau-du-lieu', 'Mã'],
  ['incidents', 'su-co', 'Mã hồ sơ'],
])('%s leave as a file with a proof, and it is recorded', async (list, file, first) => {
  await furnishOffice({ db: desk.db, keys: desk.keys, now: desk.clock.now() }, 'an')
  await admin.get(`/console/${list}/export`)
  const body = new URLSearchParams({ _csrf: admin.csrf(), format: 'xlsx' })
  const answer = await admin.request(`/console/${list}/export`, { method: 'POST', body })
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${file}-2026-11-23.xlsx"`)
  const rows = await readSheet(new Uint8Array(await answer.arrayBuffer()), 'x.xlsx')
  expect([rows[0]?.cells[0], rows.length > 2]).toEqual([first, true])
  expect((await acts()).at(-1)).toMatch(/\.export done$/)
})

describe('an incident', () => {
  test('from the first word to the closed file, with notices written from its entries', async () => {
    await admin.get('/console/incidents/new')
    const opened = await admin.post('/console/incidents/new', {
      ...{ title: `Lộ tệp ${EVIL}`, day: '2026-11-22', time: '21:00', unit: 'tinh' },
      happened: 'Một tệp bị lộ.',
    })
    expect(opened.text).toContain('Đã mở hồ sơ')
    expect(opened.text).toContain('Còn 60 giờ')
    expect(opened.html).not.toContain(EVIL)
    const path = opened.path.split('?')[0] ?? ''
    expect(opened.html).not.toContain(`${path}/notified`)
    const none = await admin.post(`${path}/affected`, { people: '12', records: '', text: '' })
    expect(none.status).toBe(400)
    expect(none.text.match(/Chọn ít nhất một mục/g)).toHaveLength(2)
    expect(none.html).toContain('value="12"')
    await admin.post(`${path}/affected`, {
      people: '1.250',
      records: '',
      'peopleKinds[]': ['members', 'officers'],
      'dataKinds[]': 'account',
      text: '',
    })
    const ready = await admin.post(`${path}/entries`, { kind: 'measure', text: 'Đã đổi khóa.' })
    expect(ready.text).toContain('Số người: 1.250.')
    expect(ready.html).toContain(`${path}/notified`)
    const notices = await admin.get(`${path}/notices`)
    for (const words of ['Kính gửi: Cục An ninh mạng', '- Một tệp bị lộ.', 'Số người: 1.250.', '- Đã đổi khóa.'])
      expect(notices.text).toContain(words)
    const file = await admin.request(`${path}/notices/authority`)
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="SC-2611-\w{4}-A05\.txt"$/)
    expect(await file.text()).toContain('Số người: 1.250.')
    expect((await admin.request(`${path}/notices/other`)).status).toBe(404)
    expect((await admin.post(`${path}/notified`, { note: 'Công văn 15.' })).text).toContain('Đã báo đúng hạn')
    const short = await admin.post(`${path}/close`, { note: 'Xong' })
    expect([short.status, short.text.includes('Ghi kết quả xử lý trước khi đóng')]).toEqual([400, true])
    expect((await admin.post(`${path}/close`, { note: 'Không thấy ai truy cập trái phép.' })).text).toContain('Mở lại hồ sơ')
  })

  test('two who write at the same moment lose no word', async () => {
    await admin.get('/console/incidents/new')
    const opened = await admin.post('/console/incidents/new', {
      ...{ title: 'Mất máy', day: '2026-11-22', time: '21:00', unit: 'tinh', happened: 'Một máy bị mất.' },
    })
    const path = opened.path.split('?')[0] ?? ''
    const other = await signIn(desk, await desk.officer('tinh', ['data'], 'binh'))
    await other.get(path)
    const words = ['Thứ nhất.', 'Thứ hai.', 'Thứ ba.', 'Thứ tư.']
    const pages = await Promise.all(words.map((text, i) => (i % 2 ? admin : other).post(`${path}/entries`, { kind: 'note', text })))
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const { text } = await admin.get(path)
    for (const word of words) expect(text).toContain(word)
  })

  test('past its 72 hours it is called overdue, in hours', async () => {
    await admin.get('/console/incidents/new')
    const late = await admin.post('/console/incidents/new', {
      ...{ title: 'Biết muộn', day: '2026-11-20', time: '06:30', unit: 'tinh', happened: 'Biết sau.' },
    })
    expect(late.text).toContain('Quá hạn 2 giờ')
    expect((await admin.get('/console/incidents')).text).toContain('Quá hạn 2 giờ')
    const future = await admin.post('/console/incidents/new', {
      title: 'Mai',
      day: '2026-11-23',
      time: '23:59',
      unit: 'tinh',
      happened: 'Chưa tới.',
    })
    expect([future.status, future.text.includes('không ở sau bây giờ'), future.html.includes('Chưa tới.')]).toEqual([400, true, true])
  })
})
