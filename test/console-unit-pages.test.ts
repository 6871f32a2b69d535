/**
 * The pages of units and officers, as an officer walks them (F3, F55, F61, F65): each form with right and wrong input,
 * what comes of it, what lies outside, and what a page must never show.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findSeat } from '../db/officer-list.ts'
import { loadLevelNames } from '../db/unit-rows.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { poster } from '../src/poster.ts'
import { readSheet } from '../src/sheet/index.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { type Browser, signIn } from './console-desk.ts'

let desk: ApiDesk
let above: Browser
let inside: Browser
beforeEach(async () => {
  desk = await openApiDesk(undefined, { poster })
  await desk.db.write(loadLevelNames([{ kind: 'cong_doan', level: 'co_so', vi: 'Công đoàn cơ sở', en: 'Grassroots union' }]))
  above = await signIn(desk, await desk.officer('tinh', ['admin'], 'tinh-ad'), true)
  inside = await signIn(desk, await desk.officer('xa', ['admin'], 'xa-ad'), true)
  await above.get('/console/me')
  await inside.get('/console/me')
})
afterEach(() => desk.close())

const one = async (sql: string, ...args: string[]) => (await desk.db.read(sql, args))[0]
const idOf = async (name: string) => String((await one('SELECT id FROM units WHERE name = ?', name))?.id)

describe('units', () => {
  test('an officer starts at the top of what they reach, and finds any name without accents', async () => {
    const top = await inside.get('/console/units')
    expect(top.text).toContain('Công đoàn xã Mẫu')
    expect(top.text).not.toContain('LĐLĐ tỉnh Mẫu Công')
    expect((await inside.get('/console/units?q=xuong+may')).text).toContain('CĐCS Xưởng may Mẫu')
    expect((await inside.get('/console/units?q=xa+khac')).text).toContain('Không tìm thấy đơn vị nào')
    expect((await inside.get('/console/units/xa-khac')).status).toBe(404)
  })

  test('a unit is made with a code; what was typed stays when something is wrong', async () => {
    const wrong = await inside.post('/console/units/xa/new', {
      name: '  ',
      shortName: 'Trường Mẫu',
      sort: 'cong_doan/co_so',
      aliases: 'Mầm non',
    })
    expect(wrong.status).toBe(400)
    expect(wrong.html).toContain('value="Trường Mẫu"')
    expect(wrong.text).toContain('Cần điền mục này')
    const made = await inside.post('/console/units/xa/new', {
      name: 'CĐCS Trường Mẫu <b>&"',
      shortName: '',
      sort: 'cong_doan/co_so',
      aliases: 'Mầm non Hoa\n\nTrường Hoa',
      path: '/',
      id: 'tinh',
      code: 'AAAAA2',
    })
    expect(made.text).toContain('Đã lập đơn vị')
    expect(made.html).toContain('CĐCS Trường Mẫu &lt;b&gt;&amp;&quot;')
    expect(made.html).not.toContain('Mẫu <b>')
    const id = await idOf('CĐCS Trường Mẫu <b>&"')
    expect(await one('SELECT parent_id, aliases FROM units WHERE id = ?', id)).toEqual({
      parent_id: 'xa',
      aliases: '["Mầm non Hoa","Trường Hoa"]',
    })
    expect(await one("SELECT act, via FROM audit WHERE act = 'unit.add'")).toEqual({ act: 'unit.add', via: 'console' })
  })

  test('renamed on a later day, in either way of writing a day, and taken back', async () => {
    const wrong = await inside.post('/console/units/co-so/rename', {
      name: 'CĐCS Tập đoàn Mẫu',
      shortName: '',
      day: '31/13/2026',
      note: '',
    })
    expect([wrong.status, wrong.html]).toEqual([400, expect.stringContaining('value="CĐCS Tập đoàn Mẫu"')])
    expect(wrong.text).toContain('Ngày chưa đúng')
    const planned = await inside.post('/console/units/co-so/rename', {
      name: 'CĐCS Tập đoàn Mẫu',
      shortName: '',
      day: '01/12/2026',
      note: '',
    })
    expect(planned.text).toContain('Trợ lý tự thực hiện khi đến ngày')
    expect(planned.text).toContain('chờ đến ngày')
    const id = String((await one('SELECT id FROM unit_changes'))?.id)
    expect((await inside.post(`/console/units/changes/${id}/cancel`)).text).toContain('Đã rút lại')
    expect((await one("SELECT name FROM units WHERE id = 'co-so'"))?.name).toBe('CĐCS Công ty Mẫu')
    expect((await inside.get('/console/units/changes')).text).toContain('đã rút lại')
  })

  test('merging asks for a proof, finds other units without losing ticks, and does it', async () => {
    await desk.people('xuong', 3)
    const found = await above.post('/console/units/xa-khac/merge', {
      'sources[]': ['co-so'],
      find: 'xuong',
      do: 'find',
      day: '2026-11-23',
      note: 'Nghị quyết',
    })
    expect(found.html).toMatch(/value="co-so" checked/)
    expect(found.text).toContain('CĐCS Xưởng may Mẫu')
    expect(found.html).toContain('value="Nghị quyết"')
    expect((await one('SELECT count(*) AS n FROM unit_changes'))?.n).toBe(0)
    const none = await above.post('/console/units/xa-khac/merge', { day: '2026-11-23', note: '' })
    expect([none.status, none.text]).toEqual([400, expect.stringContaining('Cần chọn một đơn vị')])
    const done = await above.post('/console/units/xa-khac/merge', {
      'sources[]': ['co-so', 'xuong'],
      day: '2026-11-23',
      note: 'Nghị quyết',
    })
    expect(done.text).toContain('Nhập vào Công đoàn xã Khác: CĐCS Công ty Mẫu; CĐCS Xưởng may Mẫu')
    await desk.product.schedule.tick(desk.clock.now())
    const after = await above.get('/console/units/xa-khac')
    // Three people: no page says three.
    expect(after.text).toContain('Đã báo dưới 10 người')
    const old = await above.get('/console/units/co-so')
    expect(old.text).toContain('kết thúc hoạt động sau ngày 22/11/2026')
    expect(old.text).toContain('Công đoàn xã Khác')
    const fresh = await signIn(desk, 'tinh-ad')
    await fresh.get('/console/me')
    expect((await fresh.post('/console/units/xa-khac/merge', { 'sources[]': ['xa'] })).path).toMatch(/^\/console\/(proof|enrol)\?next=/)
  })

  test('what cannot be is said beside the field, and nothing is done', async () => {
    const close = await above.post('/console/units/xa/close', { day: '2026-11-23', note: '' })
    expect([close.status, close.text]).toEqual([400, expect.stringContaining('còn đơn vị trực thuộc')])
    const split = await above.post('/console/units/co-so/split', { names: 'Chỉ một', day: '2026-11-23', note: '' })
    expect(split.text).toContain('ít nhất hai đơn vị')
    const move = await above.post('/console/units/xa/move', { parentId: 'co-so', day: '2026-11-23', note: '' })
    expect(move.text).toContain('Không chuyển được vào chính đơn vị này')
    // The unit above decides about the place of a unit, not the unit itself.
    expect((await inside.post('/console/units/xa/close', { day: '2026-11-23', note: '' })).status).toBe(403)
    expect((await one('SELECT count(*) AS n FROM unit_changes'))?.n).toBe(0)
  })

  test('split into new units, each with its code', async () => {
    const done = await above.post('/console/units/co-so/split', { names: 'CĐCS Một\nCĐCS Hai', day: '2026-11-23', note: '' })
    expect(done.text).toContain('CĐCS Hai')
    expect((await one('SELECT code FROM units WHERE id = ?', await idOf('CĐCS Một')))?.code).toMatch(/^[A-Z2-9]{6}$/)
  })

  test('a new code ends the old one; the poster is a PDF with its font, the QR code a PNG and an SVG', async () => {
    await inside.post('/console/units/co-so/code')
    const first = String((await one("SELECT code FROM units WHERE id = 'co-so'"))?.code)
    expect((await inside.get('/console/units/co-so')).text).toContain(first)
    await inside.post('/console/units/co-so/code')
    const page = await inside.get('/console/units/co-so/poster')
    const code = String((await one("SELECT code FROM units WHERE id = 'co-so'"))?.code)
    expect(code).not.toBe(first)
    expect(page.text).toContain(`https://bot.example.vn/?start=${code}`)
    expect(page.text).toContain('https://zalo.me/579745863508352884')
    const save = (file: string) =>
      inside.request('/console/units/co-so/poster', { method: 'POST', body: new URLSearchParams({ _csrf: inside.csrf(), file }) })
    const pdf = await save('pdf')
    expect(pdf.headers.get('content-type')).toBe('application/pdf')
    expect(pdf.headers.get('content-disposition')).toBe(`attachment; filename="${code}-A4.pdf"`)
    const bytes = Buffer.from(await pdf.arrayBuffer()).toString('latin1')
    expect(bytes.startsWith('%PDF-')).toBe(true)
    expect(bytes).toContain('BeVietnamPro')
    expect(
      Buffer.from(await (await save('web.png')).arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
    expect(await (await save('zalo.svg')).text()).toContain('<svg')
    expect((await save('../../etc/passwd')).status).toBe(404)
  })

  test('where nothing draws posters the page says so, and still gives the SVG', async () => {
    const worker = await openApiDesk()
    const browser = await signIn(worker, await worker.officer('xa', ['admin'], 'ad'))
    await browser.get('/console/units/co-so/code')
    await browser.post('/console/units/co-so/code')
    const page = await browser.get('/console/units/co-so/poster')
    expect(page.text).toContain('chỉ làm được khi trợ lý chạy trên máy chủ riêng')
    expect(page.html).not.toContain('value="pdf"')
    expect(page.html).toContain('value="web.svg"')
    await worker.close()
  })

  test('levels are named by those at a top alone', async () => {
    expect((await inside.get('/console/units/levels')).html).not.toContain('name="vi"')
    const level = { kind: 'cong_doan', level: 'co_so', vi: 'CĐCS', en: 'Local' }
    expect((await inside.post('/console/units/levels', level)).status).toBe(403)
    expect((await above.post('/console/units/levels', level)).text).toContain('Đã lưu tên cấp')
    expect((await above.post('/console/units/levels', { ...level, kind: 'Công đoàn' })).status).toBe(400)
  })
})

describe('officers', () => {
  const seat = {
    name: 'Đỗ Thị Ánh',
    title: 'tuyen_giao',
    'roles[]': ['editor', 'viewer'],
    area: 'Tuyên truyền',
    untilDay: '',
    unitId: 'co-so',
  }

  test('added, found, bound by a code that is shown once, changed, dismissed', async () => {
    const none = await inside.post('/console/officers/new', { ...seat, 'roles[]': [], area: 'Giữ nguyên' })
    expect(none.status).toBe(400)
    expect(none.text).toContain('ít nhất một vai trò')
    expect(none.html).toContain('value="Giữ nguyên"')
    const added = await inside.post('/console/officers/new', seat)
    expect(added.text).toContain('Đã thêm cán bộ')
    const id = String((await one("SELECT id FROM officers WHERE name = 'Đỗ Thị Ánh'"))?.id)
    expect((await inside.get('/console/officers?q=do+thi+anh')).text).toContain('Đỗ Thị Ánh')
    const bound = await inside.post(`/console/officers/${id}/bind`)
    const [, code = ''] = /gắn tài khoản cán bộ (\S{4}-\S{4})/.exec(bound.text) ?? []
    expect(code).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}$/)
    expect(bound.headers.get('cache-control')).toBe('no-store')
    expect((await inside.get(`/console/officers/${id}/bind`)).text).not.toContain(code)
    const changed = await inside.post(`/console/officers/${id}/edit`, { ...seat, 'roles[]': ['viewer'], unitId: 'xuong' })
    expect(changed.text).toContain('Có hiệu lực ngay')
    expect(changed.text).toContain('đổi vị trí')
    const gone = await inside.post(`/console/officers/${id}/dismiss`)
    expect(gone.text).toContain('Mọi quyền đã hết')
    expect((await inside.get('/console/officers/roster/xuong')).text).toContain('thôi làm việc')
  })

  test('a leaver’s page ends with them', async () => {
    const leaver = await signIn(desk, await desk.officer('co-so', ['editor'], 'leaver'))
    expect((await leaver.get('/console/me')).status).toBe(200)
    await inside.post('/console/officers/leaver/dismiss')
    expect((await leaver.get('/console/me')).path).toContain('/console/sign-in')
    expect(await one("SELECT count(*) AS n FROM sessions WHERE officer_id = 'leaver'")).toEqual({ n: 0 })
  })

  test('nobody gives themselves a role, and who is out of reach is not there', async () => {
    const own = await inside.post('/console/officers/xa-ad/edit', { ...seat, unitId: 'xa', 'roles[]': ['admin', 'approver'] })
    expect([own.status, own.text]).toEqual([403, expect.stringContaining('Không ai tự đổi quyền của mình')])
    expect((await inside.get('/console/officers/tinh-ad')).status).toBe(404)
    expect((await inside.post('/console/officers/tinh-ad/dismiss')).status).toBe(404)
    expect((await findSeat(desk.db, 'tinh-ad'))?.active).toBe(true)
    expect((await inside.post('/console/officers/new', { ...seat, unitId: 'tinh' })).status).toBe(404)
  })

  test('roles are lent until a day, and ended', async () => {
    await desk.officer('xa', ['approver', 'viewer'], 'binh')
    await desk.officer('co-so', ['editor'], 'chi')
    const wish = { officerId: 'chi', 'roles[]': ['approver'], fromDay: '2026-11-23', untilDay: '31/12/2026' }
    const late = await inside.post('/console/officers/binh/lend', { ...wish, untilDay: '2030-01-01' })
    expect([late.status, late.text]).toEqual([400, expect.stringContaining('không quá một năm')])
    expect((await inside.post('/console/officers/binh/lend', wish)).text).toContain('23/11/2026 – 31/12/2026')
    const id = String((await one('SELECT id FROM delegations'))?.id)
    expect((await inside.get(`/console/officers/loans/${id}/end`)).text).toContain('duyệt tin')
    expect((await inside.post(`/console/officers/loans/${id}/end`)).text).toContain('Không có ủy quyền nào')
  })

  test('unbinding ends chat, digits, passkeys and sessions', async () => {
    const lost = await signIn(desk, await desk.officer('co-so', ['editor'], 'lost'))
    const keys = createNodeKeys(new Uint8Array(32).fill(3))
    await desk.db.write([{ sql: "UPDATE officers SET totp = ? WHERE id = 'lost'", args: [await keys.seal('totp', 'X', 'lost')] }])
    expect((await inside.post('/console/officers/lost/unbind')).text).toContain('Đã thôi gắn')
    expect((await lost.get('/console/me')).path).toContain('/console/sign-in')
    expect(await findSeat(desk.db, 'lost')).toMatchObject({ active: true, digits: false, roles: ['editor'] })
  })
})

describe('as a file', () => {
  const take = (browser: Browser, path: string, format: string) =>
    browser.request(path, { method: 'POST', body: new URLSearchParams({ _csrf: browser.csrf(), format }) })

  test('units within reach, by the filter of the page, safe from formulas; each file takes a proof and stands in the audit log', async () => {
    await inside.post('/console/units/co-so/rename', { name: '=HYPERLINK("x") Mẫu', shortName: '', day: '2026-11-23', note: '' })
    expect((await inside.get('/console/units?q=xuong')).html).toContain('href="/console/units/export?q=xuong"')
    const csv = await (await take(inside, '/console/units/export?q=mau', 'csv')).text()
    expect(csv).toContain('CĐCS Xưởng may Mẫu')
    expect(csv).toContain('CĐCS Công ty Mẫu')
    expect(csv).not.toContain('LĐLĐ tỉnh Mẫu,')
    expect(csv).not.toMatch(/(^|,)"?=HYPERLINK/m)
    expect(await one("SELECT act, detail FROM audit WHERE act = 'unit.export'")).toEqual({
      act: 'unit.export',
      detail: '{"format":"csv","rows":3}',
    })
    // The proof went with it.
    expect((await take(inside, '/console/units/export', 'csv')).headers.get('location')).toMatch(/^\/console\/(proof|enrol)/)
  })

  test('officers, those who left too when they are asked for, as a workbook', async () => {
    await desk.officer('xa-khac', ['viewer'], 'elsewhere')
    const answer = await take(inside, '/console/officers/export?which=all', 'xlsx')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="can-bo-2026-11-23.xlsx"')
    const rows = await readSheet(new Uint8Array(await answer.arrayBuffer()), 'x.xlsx')
    expect(rows.map(({ cells }) => cells[0])).toEqual(['Họ và tên', 'Cán bộ xa-ad'])
    await desk.db.write([{ sql: 'UPDATE sessions SET proven_at = ?', args: [desk.clock.now().getTime()] }])
    expect((await take(inside, '/console/officers/export', 'exe')).status).toBe(400)
  })
})
