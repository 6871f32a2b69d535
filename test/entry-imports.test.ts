/**
 * Two hundred questions from one sheet, three of them bad: the three are named by line with every reason, the good ones
 * wait for a second person. By the API here; the console's pages stand on the same functions.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadContent } from '../src/load-content.ts'
import { readSheet, writeCsv, writeXlsx, XLSX_TYPE } from '../src/sheet/index.ts'
import { type ApiDesk, type Client, openApiDesk } from './api-desk.ts'
import { questionRows, SHEET_HEAD } from './question-sheet.ts'

const columns = SHEET_HEAD.map((title) => ({ title }))
type Looked = { id: string; good: number; same: number[]; bad: Array<{ line: number; reasons: string[] }>; taken: boolean }

describe('a sheet of questions', () => {
  let desk: ApiDesk
  let editor: Client
  beforeEach(async () => {
    desk = await openApiDesk()
    await loadContent(desk.db, () => {})
    editor = await desk.clientOf('tinh', ['editor'])
  })
  afterEach(() => desk.close())

  const look = async (bytes: Uint8Array, type = 'text/csv', client = editor) => {
    const answer = await client.post('/entry-imports/questions?unit=tinh', bytes, { 'content-type': type })
    return { status: answer.status, body: (await answer.json()) as Looked & { error?: { message: string } } }
  }
  const waiting = async () => Number((await desk.db.read("SELECT count(*) AS n FROM entry_versions WHERE state = 'submitted'"))[0]?.n)

  /** 200 rows: lines 2 to 201. */
  const sheet = () => {
    const rows = questionRows(200)
    rows[9] = { ...rows[9], 8: 'E', 11: '31/02/2027' }
    rows[49] = { ...rows[49], 6: '' }
    rows[150] = { ...rows[150], 3: rows[3]?.[3] ?? '' }
    return rows.map((row) => SHEET_HEAD.map((_, place) => row[place] ?? ''))
  }
  const BAD = [
    {
      line: 11,
      reasons: ['Đáp án đúng: Đáp án đúng phải là A, B, C hoặc D.', 'Ngày kiểm tra: Ngày phải có dạng 25/11/2026.'],
    },
    { line: 51, reasons: ['Phương án C: Cần điền mục này.'] },
    { line: 152, reasons: ['Trùng với dòng 5 của chính bảng này.'] },
  ]

  test.each([
    ['CSV', 'text/csv', async () => writeCsv(columns, sheet())],
    ['XLSX', XLSX_TYPE, () => writeXlsx(columns, sheet(), 'Câu hỏi')],
  ])('as %s: the dry run names the three bad rows by line, and writes nothing; the rest is taken once', async (_, type, bytesOf) => {
    const { status, body } = await look(await bytesOf(), type)
    expect(status).toBe(201)
    expect({ good: body.good, same: body.same, taken: body.taken }).toEqual({ good: 197, same: [], taken: false })
    expect(body.bad.map(({ line }) => line)).toEqual(BAD.map(({ line }) => line))
    expect(body.bad).toEqual(BAD)
    expect(await waiting()).toBe(0)
    expect(await (await editor.post(`/entry-imports/${body.id}/take`, {})).json()).toEqual({ taken: 197 })
    expect(await waiting()).toBe(197)
    const [drafts] = await desk.db.read(
      "SELECT count(*) AS n, count(DISTINCT entry_id) AS entries FROM entry_versions WHERE state = 'submitted'",
    )
    expect(drafts).toEqual({ n: 197, entries: 197 })
    expect((await editor.post(`/entry-imports/${body.id}/take`, {})).status).toBe(409)
    expect(await waiting()).toBe(197)
    expect(await desk.db.read("SELECT count(*) AS n FROM questions WHERE text LIKE 'Câu thử%'")).toEqual([{ n: 0 }])
  })

  test('sent twice is not taken twice, not even row by row', async () => {
    const bytes = writeCsv(columns, sheet())
    const [one, other] = [await look(bytes), await look(bytes)]
    await editor.post(`/entry-imports/${one.body.id}/take`, {})
    const again = (await (await editor.get(`/entry-imports/${other.body.id}`)).json()) as Looked
    expect([again.good, again.bad.length]).toEqual([0, 200])
    expect(again.bad[0]?.reasons[0]).toContain('Đã có mục giống hệt')
    expect((await editor.post(`/entry-imports/${other.body.id}/take`, {})).status).toBe(400)
  })

  test('taken by two clicks at once is taken once', async () => {
    const { body } = await look(writeCsv(columns, sheet()))
    const answers = await Promise.all([1, 2, 3].map(() => editor.post(`/entry-imports/${body.id}/take`, {})))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect(await waiting()).toBe(197)
  })

  test('that was looked at by one officer is nobody else’s', async () => {
    const { body } = await look(writeCsv(columns, sheet()))
    const other = await desk.clientOf('tinh', ['editor'])
    expect((await other.get(`/entry-imports/${body.id}`)).status).toBe(404)
    expect((await other.post(`/entry-imports/${body.id}/take`, {})).status).toBe(404)
  })

  test('that lacks columns is told which, at the line of its heading', async () => {
    const { body } = await look(writeCsv([{ title: 'Câu hỏi' }, { title: 'Nguồn' }], [['Một câu?', 'Luật Mẫu']]))
    expect(body.good).toBe(0)
    expect(body.bad[0]?.line).toBe(1)
    expect(body.bad[0]?.reasons).toContain('Thiếu cột “Hạn xem lại” ở dòng tiêu đề.')
  })

  test('that is no sheet is refused in a sentence', async () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2])
    expect((await look(png)).body.error?.message).toContain('Không đọc được tệp này')
    expect((await look(png, 'image/png')).body.error?.message).toBe('Bảng phải là tệp CSV hoặc XLSX.')
  })

  test('that was exported comes back unchanged as “the same”, and one changed cell as one text to review', async () => {
    for (const section of ['library', 'documents', 'questions'] as const) {
      const answer = await editor.get(`/entry-exports/${section}?format=xlsx`)
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${section}.xlsx"`)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      const rows = await readSheet(bytes, 'x.xlsx')
      const back = await editor.post(`/entry-imports/${section}?unit=tinh`, bytes, { 'content-type': XLSX_TYPE })
      const looked = (await back.json()) as Looked
      expect([section, looked.bad, looked.good, looked.same.length]).toEqual([section, [], 0, rows.length - 1])
      const cells = rows.map((row) => row.cells)
      const body = cells.findIndex((row) => row.length > 5)
      const changed = cells
        .slice(1)
        .map((row, at) => (at === body ? row.map((cell, place) => (cell.length > 40 && place > 3 ? `${cell} Thêm.` : cell)) : row))
      const csv = writeCsv(
        (cells[0] ?? []).map((title) => ({ title })),
        changed,
      )
      const once = (await (await editor.post(`/entry-imports/${section}?unit=tinh`, csv, { 'content-type': 'text/csv' })).json()) as Looked
      expect([section, once.bad, once.good, once.same.length]).toEqual([section, [], 1, rows.length - 2])
    }
    const audited = await desk.audits()
    expect(audited.filter(({ act }) => act === 'content.export').map(({ about_id }) => about_id)).toEqual([
      'library',
      'documents',
      'questions',
    ])
  })

  test('with a code that nothing has, or of what somebody is changing, is a bad row', async () => {
    const rows = questionRows(2).map((row) => SHEET_HEAD.map((_, place) => row[place] ?? ''))
    const csv = writeCsv(columns, [
      ['QF999', ...(rows[0] ?? []).slice(1)],
      ['QF001', ...(rows[1] ?? []).slice(1)],
    ])
    await desk.db.write([
      {
        sql: `INSERT INTO entry_versions(id, section, entry_id, state, fields, folded, unit_id, created_at, changed_at)
              VALUES ('d', 'questions', 'QF001', 'draft', '{}', 'x', 'tinh', '', '')`,
        args: [],
      },
    ])
    const { body } = await look(csv)
    expect(body.bad).toEqual([
      { line: 2, reasons: ['Mã: không có mục nào mang mã “QF999”. Để trống nếu là mục mới.'] },
      { line: 3, reasons: ['Mục này đang có người sửa hoặc đang chờ duyệt.'] },
    ])
  })
})
