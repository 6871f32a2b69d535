/**
 * The case desk in a browser without a script: the queue and its filters, a case from new to closed by its forms, what is
 * wrong said where it was typed, who was overtaken keeping their words, the restricted view, typing in, reasons.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadContent } from '../src/load-content.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { caseRows } from './console-cases.ts'
import { type Browser, signIn } from './console-desk.ts'

let desk: ApiDesk
let an: Browser
beforeEach(async () => {
  desk = await openApiDesk()
  await loadContent(desk.db, () => {})
  an = await signIn(desk, await desk.officer('xa', ['case'], 'an'))
  await file('c1', 'PA-2611-7K3Q')
})
afterEach(() => desk.close())

const file = async (id: string, number: string, more: Record<string, unknown> = {}) =>
  desk.db.write(await caseRows(desk.keys, { id, number, now: desk.clock.now(), ...more }))
const caseRow = async (id: string) => (await desk.db.read('SELECT * FROM cases WHERE id = ?', [id]))[0]
const versionIn = (html: string) => /name="version" value="(\d+)"/.exec(html)?.[1] ?? ''

describe('the queue', () => {
  test('has the urgent first, is filtered by its address, and finds a number as it is typed', async () => {
    await file('c2', 'PA-2611-8M4T', { danger: true })
    await file('c3', 'PA-2611-9W4E', { unitId: 'co-so', report: { kind: 'expired', signs: 'Quá hạn.' } })
    await file('c4', 'PA-2611-5B6C', { unitId: 'xa-khac' })
    const all = await an.get('/console/cases')
    expect([...all.html.matchAll(/PA-2611-\w{4}/g)].map(([number]) => number)).toEqual(['PA-2611-8M4T', 'PA-2611-7K3Q', 'PA-2611-9W4E'])
    expect((await an.get('/console/cases?kind=expired')).text).toMatch(/PA-2611-9W4E/)
    expect((await an.get('/console/cases?kind=expired')).text).not.toMatch(/7K3Q/)
    expect((await an.get(`/console/cases?unit=${encodeURIComponent('công ty mẫu')}`)).text).toContain('9W4E')
    expect((await an.get('/console/cases?who=mine')).text).toContain('Không tìm thấy phản ánh nào')
    for (const typed of ['PA-2611-7K3Q', 'pa26117k3q', 'pa 2611 7k3q'])
      expect((await an.get(`/console/cases?q=${encodeURIComponent(typed)}`)).path).toBe('/console/cases/c1')
    for (const typed of ['PA-2611-5B6C', 'hàng giả']) {
      const nowhere = await an.get(`/console/cases?q=${encodeURIComponent(typed)}`)
      expect([nowhere.status, nowhere.text.includes('Không có số này')]).toEqual([400, true])
    }
  })

  test('goes on where the page before ended', async () => {
    for (let i = 0; i < 35; i++) await file(`m${i}`, `PA-2611-M${String(i + 200).padStart(3, '0')}`)
    const first = await an.get('/console/cases')
    const next = /href="([^"]+after=[^"]+)"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await an.get(next)
    const numbers = [first, second].flatMap(({ html }) => [...html.matchAll(/>(PA-2611-\w{4})</g)].map(([, number]) => number))
    expect(new Set(numbers).size).toBe(36)
    expect(numbers).toHaveLength(36)
  })

  test('what waits stands on the page of the day', async () => {
    const today = await an.get('/console')
    expect(today.text).toMatch(/Phản ánh chưa ai nhận.*PA-2611-7K3Q/)
    expect(today.text).not.toContain('Tem nhãn')
  })
})

describe('a case', () => {
  test('has what can be done above its photos and what happened, and a way down to the words', async () => {
    const { html, text } = await an.get('/console/cases/c1')
    expect(text).toMatch(/Nội dung phản ánh.*Tới diễn biến, lời nhắn.*Việc có thể làm.*Diễn biến/)
    expect(html).toMatch(/href="#thread"[\s\S]*<section class="card mb-3" id="thread">/)
  })

  test('is taken, asked about, answered and closed by its forms', async () => {
    const page = await an.get('/console/cases/c1')
    expect(page.text).toMatch(/Tem nhãn mờ.*Chưa ai nhận/)
    expect((await an.post('/console/cases/c1/take', { version: '1' })).text).toContain('Đồng chí đã nhận phản ánh này.')
    const ask = await an.get('/console/cases/c1/ask?q=asked-place')
    expect(ask.html).toContain('Bạn cho biết thêm nơi bán')
    const empty = await an.post('/console/cases/c1/ask', { version: versionIn(ask.html), reason: '', text: '' })
    expect([empty.status, empty.text.includes('Cần điền mục này.')]).toEqual([400, true])
    const asked = await an.post('/console/cases/c1/ask', {
      version: versionIn(ask.html),
      reason: 'asked-place',
      text: 'Bạn mua ở sạp nào?',
    })
    expect(asked.text).toMatch(/Đã ghi câu hỏi.*Bạn mua ở sạp nào\?/)
    expect(await caseRow('c1')).toMatchObject({ state: 'needs_info', assignee_id: 'an' })
    expect((await an.get('/console/cases/c1/move')).text).toContain('Chuyển phản ánh sang trạng thái nào?')
    const close = await an.get('/console/cases/c1/move?to=closed')
    const bare = await an.post('/console/cases/c1/move', { version: versionIn(close.html), to: 'closed', reason: '', text: 'Cảm ơn bạn.' })
    expect([bare.status, bare.text.includes('Đồng chí chọn một lý do.'), bare.html.includes('Cảm ơn bạn.')]).toEqual([400, true, true])
    const done = await an.post('/console/cases/c1/move', {
      version: versionIn(bare.html),
      to: 'closed',
      reason: 'closed-answered',
      text: '',
    })
    expect(done.text).toMatch(/Đã chuyển trạng thái.*Đóng/)
    expect((await an.get('/console/cases?shelf=closed')).text).toContain('PA-2611-7K3Q')
    // The thread says what, why and who.
    expect(done.text).toMatch(/Hỏi thêm người phản ánh Đang xem → Cần bổ sung · Chưa rõ nơi bán.*Cán bộ an/)
    expect(done.text).toMatch(/Chuyển trạng thái Cần bổ sung → Đóng · Đã trả lời/)
    expect(done.text).toMatch(/Người phản ánh · 09 giờ, 23\/11\/2026/)
    expect(done.html).not.toMatch(/M4TD|9XWE/)
  })

  test('a sentence that says what only an authority says comes back with its reason', async () => {
    const page = await an.get('/console/cases/c1/tell')
    const back = await an.post('/console/cases/c1/tell', { version: versionIn(page.html), text: 'Đây là hàng giả.' })
    expect([back.status, back.html.includes('Đây là hàng giả.</textarea>')]).toEqual([400, true])
    expect(back.text).toContain('hàng nghi giả')
    expect(await caseRow('c1')).toMatchObject({ version: 1 })
  })

  test('who was overtaken keeps their words and sees why', async () => {
    await desk.officer('xa', ['case'], 'binh')
    const binh = await signIn(desk, 'binh')
    const mine = await an.get('/console/cases/c1/note')
    await binh.get('/console/cases/c1')
    await binh.post('/console/cases/c1/take', { version: '1' })
    const late = await an.post('/console/cases/c1/note', { version: versionIn(mine.html), text: 'Đã gọi ban quản lý chợ.' })
    expect([late.status, late.html.includes('Đã gọi ban quản lý chợ.</textarea>')]).toEqual([409, true])
    expect(late.text).toContain('Vừa có thay đổi ở phản ánh này')
    expect((await an.post('/console/cases/c1/note', { version: versionIn(late.html), text: 'Đã gọi ban quản lý chợ.' })).text).toContain(
      'Đã lưu ghi chú.',
    )
  })

  test('restricted and nobody’s shows number, state and one button; then its officer alone', async () => {
    await desk.db.write([{ sql: "UPDATE cases SET restricted = 1, rank = 0 WHERE id = 'c1'", args: [] }])
    const closed = await an.get('/console/cases/c1')
    expect(closed.text).toMatch(/PA-2611-7K3Q.*Nhận việc/)
    expect(closed.text).not.toMatch(/Tem nhãn|Chợ|Diễn biến/)
    // A look at nothing is no look.
    expect((await desk.audits()).filter(({ act }) => act === 'case.read')).toEqual([])
    await an.post('/console/cases/c1/take', { version: '1' })
    expect((await an.get('/console/cases/c1')).text).toContain('Tem nhãn mờ')
    await desk.officer('xa', ['case'], 'binh')
    const binh = await signIn(desk, 'binh')
    const other = await binh.get('/console/cases/c1')
    expect([other.status, other.text.includes('Tem nhãn')]).toEqual([404, false])
    await desk.officer('tinh', ['approver'], 'em')
    const em = await signIn(desk, 'em')
    expect((await em.get('/console/cases/restricted')).text).toMatch(/PA-2611-7K3Q.*Cán bộ an/)
    const assign = await em.get('/console/cases/c1/assign')
    expect(assign.text).not.toContain('Tem nhãn')
    await em.post('/console/cases/c1/assign', { version: versionIn(assign.html), officer: 'binh' })
    expect(await caseRow('c1')).toMatchObject({ assignee_id: 'binh' })
  })

  test('an officer with a conflict is led back to the list and sees it no more', async () => {
    const page = await an.get('/console/cases/c1/conflict')
    const gone = await an.post('/console/cases/c1/conflict', { version: versionIn(page.html) })
    expect(gone.text).toContain('Đồng chí không xem phản ánh ấy nữa.')
    expect(gone.text).not.toContain('7K3Q')
    expect((await an.get('/console/cases/c1')).status).toBe(403)
  })

  test('spam goes to its shelf and comes back', async () => {
    const page = await an.get('/console/cases/c1/spam')
    const marked = await an.post('/console/cases/c1/spam', { version: versionIn(page.html) })
    expect(marked.text).toContain('Đã đánh dấu tin rác')
    expect((await an.get('/console/cases?shelf=spam')).text).toContain('7K3Q')
    const back = await an.get('/console/cases/c1/not-spam')
    expect((await an.post('/console/cases/c1/not-spam', { version: versionIn(back.html) })).text).toContain('Đã bỏ đánh dấu')
    expect((await an.get('/console/cases')).text).toContain('7K3Q')
  })
})

describe('typing in', () => {
  const TYPED = {
    source: 'letter',
    unit: 'xa',
    kind: 'poor',
    signs: 'Gạo có mùi lạ.',
    health: 'unused',
    place: '',
    time: '',
    note: '',
    name: '',
    phone: '',
  }

  test('says what such a case cannot do, and keeps it apart', async () => {
    const form = await an.get('/console/cases/new')
    expect(form.text).toMatch(/không có mã nhận.*Đơn tố cáo không nhập ở đây.*bản chụp thư.*Không nhận ảnh có trẻ em/)
    const saved = await an.post('/console/cases/new', TYPED)
    expect(saved.text).toMatch(/Đã nhập phản ánh.*Cán bộ nhập.*Gạo có mùi lạ/)
    expect((await an.get('/console/cases?source=letter')).text).toContain('Cán bộ nhập')
  })

  test('says before anything is written that nobody will be told of it, and nowhere that the assistant passes it on', async () => {
    await an.get('/console/cases/new')
    const typed = new URL((await an.post('/console/cases/new', TYPED)).path, 'http://x').pathname
    expect((await an.get(typed)).text).toContain('Trợ lý không nhắn được, vì cán bộ nhập')
    await file('c2', 'PA-2611-8M4T', { replyTo: { contactId: 'c', addressId: 'a', word: 'K7' } })
    for (const form of ['ask', 'tell']) {
      expect((await an.get(`${typed}/${form}`)).text, form).toContain('không nhắn được cho ai')
      expect((await an.get(`/console/cases/c1/${form}`)).text, form).toContain('chỉ khi tự tra bằng mã nhận')
      expect((await an.get(`/console/cases/c2/${form}`)).text, form).not.toContain('không nhắn được')
    }
    const ask = await an.get('/console/cases/c1/ask')
    const asked = { version: versionIn(ask.html), reason: 'asked-place', text: 'Bạn mua ở sạp nào?' }
    expect((await an.post('/console/cases/c1/ask', asked)).text).not.toContain('sẽ chuyển tới người phản ánh')
  })

  test('words of a denunciation bring the explanation back with what was typed; a tick lets it through', async () => {
    await an.get('/console/cases/new')
    const signs = 'Ông ấy muốn tố cáo chủ sạp.'
    const back = await an.post('/console/cases/new', { ...TYPED, signs })
    expect([back.status, back.html.includes(signs), back.html.includes('name="report"')]).toEqual([400, true, true])
    expect(back.text).toContain('cơ quan có thẩm quyền')
    expect(back.text, 'an officer is no member').not.toMatch(/\bbạn\b/)
    expect(await desk.db.read("SELECT count(*) AS n FROM cases WHERE source = 'letter'")).toEqual([{ n: 0 }])
    expect((await an.post('/console/cases/new', { ...TYPED, signs, report: 'on' })).text).toContain('Đã nhập phản ánh')
  })

  test('a name without the person’s consent is not kept', async () => {
    await an.get('/console/cases/new')
    const back = await an.post('/console/cases/new', { ...TYPED, name: 'Trần Văn Mẫu' })
    expect([back.status, back.text.includes('Chỉ ghi tên hoặc số khi người này đã đồng ý.')]).toEqual([400, true])
    const saved = await an.post('/console/cases/new', { ...TYPED, name: 'Trần Văn Mẫu', agreed: 'on' })
    expect(saved.text).toContain('đang niêm phong')
    expect(saved.text).not.toContain('Trần Văn Mẫu')
  })
})

test('an administrator adds, changes and switches off a reason; the program’s are only switched off', async () => {
  await desk.officer('tinh', ['admin'], 'quan')
  const quan = await signIn(desk, 'quan')
  await quan.get('/console/cases/reasons/new')
  const words = { labelVi: 'Đã hòa giải', labelEn: 'Settled', saysVi: 'Hai bên đã thỏa thuận.', saysEn: 'Both sides agreed.' }
  const verdict = await quan.post('/console/cases/reasons/new', { state: 'closed', ...words, saysVi: 'Đây là hàng giả.' })
  expect([verdict.status, verdict.html.includes('Đây là hàng giả.')]).toEqual([400, true])
  expect((await quan.post('/console/cases/reasons/new', { state: 'closed', ...words })).text).toContain('Đã lưu lý do.')
  const [own] = await desk.db.read("SELECT id FROM case_reasons WHERE label_vi = 'Đã hòa giải'")
  const page = await quan.get(`/console/cases/reasons/${own?.id}`)
  const edition = /name="edition" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
  desk.clock.advance(1_000)
  await quan.post(`/console/cases/reasons/${own?.id}`, { ...words, labelVi: 'Hai bên thỏa thuận', edition })
  const late = await quan.post(`/console/cases/reasons/${own?.id}`, { ...words, edition })
  expect([late.status, late.text.includes('Việc này vừa được người khác làm.')]).toEqual([400, true])
  const builtIn = await quan.get('/console/cases/reasons/closed-spam')
  expect(builtIn.html).not.toContain('name="labelVi"')
  await quan.post('/console/cases/reasons/closed-withdrawn/switch', { do: 'off', edition: '' })
  expect((await an.get('/console/cases/c1/move?to=closed')).text).not.toContain('Người phản ánh rút lại')
})
