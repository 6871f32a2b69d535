/**
 * The pages of *Thư viện*, *Văn bản* and *Câu hỏi* as officers use them, in a browser without a script: write, look, keep,
 * submit; another officer reviews; members read it. Sheets by the same road, and what must not work.
 */
import { zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findItem } from '../db/items.ts'
import { loadContent } from '../src/load-content.ts'
import { readSheet, writeCsv } from '../src/sheet/index.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { type Browser, signIn } from './console-desk.ts'
import { questionRows, SHEET_HEAD } from './question-sheet.ts'

const FACT = {
  ...{ topic: 'cuoc_van_dong', kind: 'fact', title: 'Chiếc nón quai thao', body: 'Nón làm từ lá gồi.\n\nLàng Chuông nay vẫn làm.' },
  ...{ sourceLabel: 'Báo Mẫu ngày 20/11/2026', checkedOn: '2026-11-20', reviewBy: '2027-11-20', sourceUrl: '', daily: 'on' },
}
const QUESTION = {
  ...{ text: 'Nón quai thao gắn với nơi nào?', 'options.0': 'Hà Nội', 'options.1': 'Huế', 'options.2': 'Bắc Ninh', 'options.3': 'Cà Mau' },
  ...{ correct: '2', explanation: 'Nón gắn với quan họ Bắc Ninh.', topic: 'thuong_hieu', difficulty: 'de', audience: 'doan_vien' },
  ...{ sourceLabel: 'Sách Mẫu', checkedOn: '2026-11-20', reviewBy: '2027-11-20' },
}

let desk: ApiDesk
let author: Browser
let second: Browser
beforeEach(async () => {
  desk = await openApiDesk()
  await loadContent(desk.db, () => {})
  author = await signIn(desk, await desk.officer('tinh', ['editor', 'approver'], 'author'))
  second = await signIn(desk, await desk.officer('tinh', ['approver'], 'second'), true)
})
afterEach(() => desk.close())

const at = (path: string) => path.split('?')[0] ?? ''
const write = async (browser: Browser, section: string, fields: Record<string, string>, pressed = 'submit') => {
  desk.clock.advance(1000)
  await browser.get(`/console/content/${section}/new`)
  return browser.post(`/console/content/${section}/new`, { ...fields, do: pressed })
}

describe('writing', () => {
  test('a look shows what members will read and keeps what was typed; nothing is kept yet', async () => {
    const page = await write(author, 'library', FACT, 'look')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Nón làm từ lá gồi. Làng Chuông nay vẫn làm. Nguồn: Báo Mẫu ngày 20/11/2026 Kiểm tra ngày 20/11/2026')
    expect(page.html).toContain('value="Chiếc nón quai thao"')
    expect(await desk.db.read('SELECT count(*) AS n FROM entry_versions')).toEqual([{ n: 0 }])
  })

  test('what is wrong is said beside its field, and nothing that was typed is lost', async () => {
    const page = await write(author, 'library', { ...FACT, sourceLabel: '', reviewBy: '2026-11-01', title: 'x'.repeat(61) })
    expect(page.status).toBe(400)
    expect(page.html).toMatch(/id="f-sourceLabel-wrong"[^>]*>Cần điền mục này\./)
    expect(page.html).toMatch(/id="f-title-wrong"[^>]*>Dài quá: có 61 ký tự, nhiều nhất 60\./)
    expect(page.html).toContain(`value="${'x'.repeat(61)}"`)
    expect(page.html).toContain('Làng Chuông nay vẫn làm.')
    const late = await write(author, 'library', { ...FACT, reviewBy: '2026-11-01' })
    expect(late.html).toMatch(/id="f-reviewBy-wrong"[^>]*>Hạn xem lại phải sau hôm nay\./)
    const link = await write(author, 'library', { ...FACT, sourceUrl: 'https://evil.example/x' })
    expect(link.html).toMatch(/id="f-sourceUrl-wrong"[^>]*>Đường dẫn này không nằm trong các trang được phép/)
  })

  test('fields that no form has change nothing: state, author, number, unit', async () => {
    const page = await write(
      author,
      'library',
      { ...FACT, state: 'published', unitId: 'xa-khac', author_id: 'second', number: '9' },
      'save',
    )
    expect(page.status).toBe(200)
    expect(await desk.db.read('SELECT state, unit_id, author_id, number FROM entry_versions')).toEqual([
      { state: 'draft', unit_id: 'tinh', author_id: 'author', number: null },
    ])
  })

  test('scripts in every field stand as text, on every page that shows them', async () => {
    const evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>'
    const fields = {
      ...QUESTION,
      text: `${evil}?`,
      explanation: evil,
      sourceLabel: evil,
      ...Object.fromEntries([0, 1, 2, 3].map((n) => [`options.${n}`, `${evil}${n}`])),
    }
    const saved = await write(author, 'questions', fields)
    expect(saved.status).toBe(200)
    const pages = [
      saved,
      await second.get(`${at(saved.path)}/review`),
      await second.get('/console/content/questions?view=review'),
      await second.get('/console/content/questions/review'),
    ]
    const approved = await second.post('/console/content/questions/review', { 'picked[]': (await picks())[0] ?? '' })
    pages.push(
      approved,
      await second.get('/console/content/questions?q=alert'),
      await author.get(`/console/content/questions/entry/${await entryId()}`),
    )
    for (const page of pages) {
      expect(page.status).toBe(200)
      expect(page.html).not.toMatch(/<script>alert|<img src=x/)
    }
    expect(pages.filter(({ text }) => text.includes('<script>alert(1)</script>')).length).toBeGreaterThan(4)
  })
})

const picks = async () =>
  (await desk.db.read("SELECT id, edition FROM entry_versions WHERE state = 'submitted' ORDER BY id")).map(
    ({ id, edition }) => `${id}.${edition}`,
  )
const entryId = async () =>
  String((await desk.db.read('SELECT entry_id FROM entry_versions ORDER BY changed_at DESC LIMIT 1'))[0]?.entry_id)

describe('the second person', () => {
  test('reads it as members will, lets it through after a proof, and from then on members read it', async () => {
    const sent = await write(author, 'library', FACT)
    expect(sent.text).toContain('Đã gửi duyệt')
    const draft = at(sent.path)
    const own = await author.get(`${draft}/review`)
    expect(own.path).toContain('/console/enrol')
    await desk.db.write([{ sql: 'UPDATE sessions SET proven_at = ?', args: [desk.clock.now().getTime()] }])
    expect((await author.get(`${draft}/review`)).text).toContain('Người viết hoặc sửa không tự duyệt được')
    expect((await author.post(`${draft}/review`, { edition: '1', do: 'approve' })).status).toBe(403)
    const page = await second.get(`${draft}/review`)
    expect(page.text).toContain('Nón làm từ lá gồi.')
    const done = await second.post(`${draft}/review`, { edition: '1', do: 'approve' })
    expect(done.text).toContain('Đã duyệt. Đoàn viên đọc được ngay.')
    expect(await findItem(desk.db, await entryId(), '2026-11-23')).toMatchObject({ title: 'Chiếc nón quai thao' })
    expect((await author.get('/console/content/library?q=non+quai')).text).toContain('Chiếc nón quai thao')
  })

  test('sends it back with a reason, which must be given; the author changes it and sends the new edition', async () => {
    const draft = at((await write(author, 'library', FACT)).path)
    await second.get(`${draft}/review`)
    const silent = await second.post(`${draft}/review`, { edition: '1', do: 'return', reason: ' ' })
    expect([silent.status, silent.html.includes('id="f-reason-wrong"')]).toEqual([400, true])
    await second.post(`${draft}/review`, { edition: '1', do: 'return', reason: 'Nguồn nào?' })
    expect((await author.get(draft)).text).toContain('Bị trả lại Nguồn nào?')
    await author.get(`${draft}/edit`)
    const again = await author.post(`${draft}/edit`, { ...FACT, edition: '2', sourceLabel: 'Sách Mẫu, trang 3', do: 'submit' })
    expect(again.text).toContain('Đã gửi duyệt')
    await second.get(`${draft}/review`)
    expect((await second.post(`${draft}/review`, { edition: '1', do: 'approve' })).status).toBe(409)
    expect((await second.post(`${draft}/review`, { edition: '3', do: 'approve' })).status).toBe(200)
    expect(await findItem(desk.db, await entryId(), '2026-11-23')).toMatchObject({ sourceLabel: 'Sách Mẫu, trang 3' })
  })

  test('is not asked anything without a proof', async () => {
    const draft = at((await write(author, 'library', FACT)).path)
    const fresh = await signIn(desk, await desk.officer('tinh', ['approver'], 'third'))
    expect((await fresh.get(`${draft}/review`)).path).toContain('/console/enrol')
    expect((await fresh.post(`${draft}/review`, { edition: '1', do: 'approve' })).path).toContain('/console/enrol')
    expect(await desk.db.read("SELECT count(*) AS n FROM items WHERE title = 'Chiếc nón quai thao'")).toEqual([{ n: 0 }])
  })

  test('lets through those that were ticked, of many, and no others', async () => {
    for (const n of [1, 2, 3]) await write(author, 'questions', { ...QUESTION, text: `Câu thử số ${n}?` })
    const page = await second.get('/console/content/questions/review')
    for (const n of [1, 2, 3]) expect(page.text).toContain(`Câu thử số ${n}?`)
    const [one = '', , three = ''] = await picks()
    expect((await second.post('/console/content/questions/review', {})).text).toContain('Chưa chọn mục nào.')
    const done = await second.post('/console/content/questions/review', { 'picked[]': [one, three] })
    expect(done.text).toContain('Đã duyệt các mục đã chọn.')
    expect(await desk.db.read("SELECT text FROM questions WHERE text LIKE 'Câu thử%' ORDER BY text")).toEqual([
      { text: 'Câu thử số 1?' },
      { text: 'Câu thử số 3?' },
    ])
    await second.post('/console/content/questions/review', { 'picked[]': ['nothing.1'] })
    expect(await picks()).toHaveLength(1)
  })
})

describe('an entry', () => {
  const AT = '/console/content/library/entry/cvd-01'

  test('shows its history with what differs; taken down it is gone for members, and writing it again takes two', async () => {
    await author.get(`${AT}/edit`)
    const body = 'Một câu hoàn toàn mới về Cuộc vận động.'
    const saved = await author.post(`${AT}/edit`, { ...FACT, title: 'Cuộc vận động có từ khi nào?', body, do: 'submit' })
    expect(saved.text).toContain('Khác bản đang hiển thị')
    // Whoever wants to change it meanwhile comes to the same text.
    expect((await author.get(`${AT}/edit`)).path).toContain('/draft/')
    await second.get(`${at(saved.path)}/review`)
    await second.post(`${at(saved.path)}/review`, { edition: '1', do: 'approve' })
    const page = await author.get(AT)
    expect(page.text).toContain('Bản 2: Cán bộ author viết, Cán bộ second duyệt ngày 23/11/2026')
    expect(page.text).toContain('Bản 1: có sẵn trong chương trình')
    expect(page.html).toMatch(/<ins>[\s\S]*<\/ins>/)
    await second.get(`${AT}/retire`)
    expect((await second.post(`${AT}/retire`, { reason: '' })).status).toBe(400)
    expect((await second.post(`${AT}/retire`, { reason: 'Văn bản đã thay' })).text).toContain('Đã gỡ xuống.')
    expect(await findItem(desk.db, 'cvd-01', '2026-11-23')).toBeUndefined()
    expect((await author.get('/console/content/library?view=retired')).text).toContain('Cuộc vận động có từ khi nào?')
    expect((await author.get(AT)).text).toContain('Lý do: Văn bản đã thay')
    await loadContent(desk.db, () => {})
    expect(await findItem(desk.db, 'cvd-01', '2026-11-23')).toBeUndefined()
  })

  test('that is still right is sent with its new day to a second person', async () => {
    await author.get(AT)
    const far = await author.post(`${AT}/recheck`, { reviewBy: '2031-01-01' })
    expect([far.status, far.html.includes('id="f-reviewBy-wrong"')]).toEqual([400, true])
    expect((await author.post(`${AT}/recheck`, { reviewBy: '2027-12-31' })).text).toContain('Đã gửi duyệt')
    expect((await second.get('/console/content/library?view=review')).text).toContain('Cuộc vận động có từ khi nào?')
  })

  test('that members flagged stands in the queue with what they said and nothing of them', async () => {
    const box = await desk.keys.seal('flag', JSON.stringify({ reason: 'number', words: 'Con số này <b>cũ</b>' }), 'f1')
    await desk.db.write([{ sql: "INSERT INTO item_flags(id, item_id, box, day) VALUES ('f1', 'cvd-01', ?, '2026-11-23')", args: [box] }])
    expect((await author.get('/console/content/library?view=again&queue=flagged')).text).toContain('Đoàn viên báo sai (1)')
    expect((await author.get(AT)).text).toContain('Số liệu sai – Con số này <b>cũ</b>')
    const viewer = await signIn(desk, await desk.officer('tinh', ['viewer']))
    expect((await viewer.get(AT)).text).not.toContain('Con số này')
    await second.get(AT)
    expect((await second.post(`${AT}/settle`, { 'flags[]': ['f1'] })).text).toContain('Đã đánh dấu đã xem.')
  })
})

test('texts that are being written stay in their unit, published ones are everybody’s', async () => {
  const below = await signIn(desk, await desk.officer('xa', ['editor']))
  const draft = at((await write(below, 'library', FACT, 'save')).path)
  const other = await signIn(desk, await desk.officer('xa-khac', ['editor', 'approver']), true)
  for (const path of [draft, `${draft}/edit`, `${draft}/review`]) expect((await other.get(path)).status).toBe(404)
  expect((await other.get('/console/content/library?view=drafts')).text).not.toContain('Chiếc nón')
  expect((await other.post(`${draft}/drop`)).status).toBe(404)
  expect((await second.get('/console/content/library?view=drafts')).text).toContain('Chiếc nón')
  expect((await other.get('/console/content/library/entry/cvd-01')).status).toBe(200)
  // Of another section it is not there.
  expect((await below.get(draft.replace('library', 'questions'))).status).toBe(404)
})

describe('a spreadsheet', () => {
  const rows = () => {
    const all = questionRows(200)
    all[9] = { ...all[9], 8: 'E' }
    all[49] = { ...all[49], 10: '' }
    all[150] = { ...all[150], 3: all[3]?.[3] ?? '' }
    return all.map((row) => SHEET_HEAD.map((_, place) => row[place] ?? ''))
  }
  const upload = async (bytes: Uint8Array, name = 'cau-hoi.csv', section = 'questions') => {
    await author.get(`/console/content/${section}/import`)
    return author.post(`/console/content/${section}/import`, { file: new File([new Uint8Array(bytes)], name) })
  }

  test('of 200 questions with three bad rows: the three are named by line, the officer takes the rest, a second person reviews them', async () => {
    const found = await upload(
      writeCsv(
        SHEET_HEAD.map((title) => ({ title })),
        rows(),
      ),
    )
    expect(found.text).toContain('Dòng nhập được: 197')
    expect(found.text).toContain('Dòng sai: 3')
    expect(found.text).toMatch(
      /11 Đáp án đúng: Đáp án đúng phải là A, B, C hoặc D\. 51 Nguồn: Cần điền mục này\. 152 Trùng với dòng 5 của chính bảng này\./,
    )
    const taken = await author.post(at(found.path))
    expect(taken.text).toContain('Đã nhập. Các mục đang chờ một cán bộ khác duyệt.')
    expect(await picks()).toHaveLength(197)
    expect((await author.post(at(found.path))).status).toBe(409)
    expect((await author.get(at(found.path))).text).toContain('Bảng này đã được nhập rồi.')
    expect((await second.get('/console/content/questions/review')).text).toContain('Câu thử số 1 hỏi về điều gì?')
    await second.post('/console/content/questions/review', { 'picked[]': (await picks()).slice(0, 10) })
    expect(await desk.db.read("SELECT count(*) AS n FROM questions WHERE text LIKE 'Câu thử%'")).toEqual([{ n: 10 }])
    expect((await author.get('/console/content/questions/review')).status).not.toBe(500)
  })

  test.each([
    ['nothing', undefined, 'Chưa chọn tệp nào.'],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0]), 'Không đọc được tệp này.'],
    ['a bomb', zipSync({ 'xl/workbook.xml': new Uint8Array(60_000_000) }), 'lớn quá 40 MB'],
  ])('that is %s is refused beside the field', async (_, bytes, why) => {
    const page = await upload(bytes ?? new Uint8Array(), 'a.xlsx')
    expect(page.status).toBe(400)
    expect(page.html).toMatch(/id="f-file-wrong"/)
    expect(page.text).toContain(why)
  })

  test('named as an attack is shown as text', async () => {
    const name = '"><script>alert(1)</script>../../etc/passwd.csv'
    const page = await upload(writeCsv([{ title: 'Câu hỏi' }], [['x']]), name)
    expect(page.html).not.toContain('<script>alert')
    expect(page.text).toContain('Thiếu cột “Nguồn” ở dòng tiêu đề.')
  })

  test('is exported after a proof and recorded, and its template has the headings that are read', async () => {
    expect((await author.get('/console/content/questions/export')).path).toContain('/console/enrol')
    await second.get('/console/content/questions/export')
    const answer = await second.request('/console/content/questions/export', {
      method: 'POST',
      body: new URLSearchParams({ _csrf: second.csrf(), state: 'published', format: 'xlsx' }),
    })
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="questions.xlsx"')
    const exported = await readSheet(new Uint8Array(await answer.arrayBuffer()), 'x.xlsx')
    expect(exported).toHaveLength(106)
    expect((await desk.audits()).at(-1)).toMatchObject({ officer_id: 'second', act: 'content.export', outcome: 'done' })
    const template = await author.request('/console/content/questions/template', {
      method: 'POST',
      body: new URLSearchParams({ _csrf: author.csrf() }),
    })
    const [head] = await readSheet(new Uint8Array(await template.arrayBuffer()), 'x.xlsx')
    expect(head?.cells).toEqual(exported[0]?.cells)
  })
})

test('the first page tells what waits: for a reviewer to let through, for an author to mend', async () => {
  const draft = at((await write(author, 'library', FACT)).path)
  expect((await second.get('/console')).text).toContain('Thư viện, chờ đồng chí duyệt: 1')
  // What they wrote themselves does not wait for them.
  expect((await author.get('/console')).text).not.toContain('chờ đồng chí duyệt')
  await second.get(`${draft}/review`)
  await second.post(`${draft}/review`, { edition: '1', do: 'return', reason: 'Nguồn nào?' })
  expect((await author.get('/console')).text).toContain('Thư viện, bị trả lại để sửa: 1')
  const viewer = await signIn(desk, await desk.officer('tinh', ['viewer']))
  expect((await viewer.get('/console')).text).not.toContain('Nội dung cần xử lý')
})
