/**
 * Two officers in a real Chromium, one of them on a phone: two hundred questions from a spreadsheet with three bad rows,
 * the good ones taken, and reviewed by the other.
 */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { writeXlsx } from '../src/sheet/index.ts'
import { launch, openStage, PHONE, type Stage } from './console-stage.ts'
import { questionRows, SHEET_HEAD } from './question-sheet.ts'

let browser: Browser
let stage: Stage
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  stage = await openStage(browser)
})
afterEach(async () => {
  const { complaints, errors } = stage
  await stage.close()
  expect([...complaints, ...errors]).toEqual([])
})

test('200 questions come in from one sheet: three rows are named by line, the rest is taken and reviewed by another officer', async () => {
  await stage.officer('binh', 'tinh', ['editor'], 'Trần Văn Bình')
  await stage.officer('an', 'tinh', ['approver'], 'Nguyễn Thị An')
  const rows = questionRows(200)
  rows[9] = { ...rows[9], 8: 'E' }
  rows[49] = { ...rows[49], 10: '' }
  rows[150] = { ...rows[150], 3: rows[3]?.[3] ?? '' }
  const columns = SHEET_HEAD.map((title) => ({ title }))
  const cells = rows.map((row) => SHEET_HEAD.map((_, place) => row[place] ?? ''))
  const buffer = Buffer.from(await writeXlsx(columns, cells, 'Câu hỏi'))

  const page = await stage.signsIn('binh')
  await page.getByRole('link', { name: 'Câu hỏi' }).first().click()
  await page.getByRole('link', { name: 'Nhập bảng' }).click()
  const mimeType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  await page.getByLabel('Tệp').setInputFiles({ name: 'cau-hoi.xlsx', mimeType, buffer })
  await page.getByRole('button', { name: 'Đọc thử' }).click()
  const bad = page.getByRole('table', { name: 'Các dòng sai' }).getByRole('row')
  expect((await bad.allInnerTexts()).slice(1).map((text) => text.replace(/\s+/g, ' ').trim())).toEqual([
    '11 Đáp án đúng: Đáp án đúng phải là A, B, C hoặc D.',
    '51 Nguồn: Cần điền mục này.',
    '152 Trùng với dòng 5 của chính bảng này.',
  ])
  await page.getByRole('button', { name: 'Nhập 197 dòng đúng' }).click()
  await page.getByText('Đã nhập. Các mục đang chờ một cán bộ khác duyệt.').waitFor()
  expect(await stage.db.read("SELECT count(*) AS n FROM entry_versions WHERE state = 'submitted'")).toEqual([{ n: 197 }])

  const phone = await stage.signsIn('an', { viewport: PHONE, hasTouch: true, isMobile: true, proven: true })
  await phone.goto(`${stage.origin}/console/content/questions?view=review`)
  await phone.getByRole('link', { name: 'Duyệt nhiều mục' }).click()
  for (const box of (await phone.getByRole('checkbox').all()).slice(0, 2)) await box.check()
  await phone.getByRole('button', { name: 'Duyệt các mục đã chọn' }).click()
  await phone.getByText('Đã duyệt các mục đã chọn.').waitFor()
  expect(await stage.db.read("SELECT text FROM questions WHERE text LIKE 'Câu thử%' ORDER BY text")).toEqual([
    { text: 'Câu thử số 1 hỏi về điều gì?' },
    { text: 'Câu thử số 2 hỏi về điều gì?' },
  ])
  await phone.goto(`${stage.origin}/console/content/questions?q=cau+thu+so+2`)
  await phone.getByRole('link', { name: 'Câu thử số 2 hỏi về điều gì?' }).click()
  await phone.getByText('Trần Văn Bình viết, Nguyễn Thị An duyệt ngày').waitFor()
})

test('the preview follows what is typed, and stays as it was while something is wrong', async () => {
  await stage.officer('binh', 'tinh', ['editor'], 'Trần Văn Bình')
  const page = await stage.signsIn('binh')
  await page.goto(`${stage.origin}/console/content/library/entry/cvd-01/edit`)
  const shown = page.locator('[data-looked]')
  await page.getByLabel('Tiêu đề').fill('Một tên mới hẳn')
  await shown.getByText('Một tên mới hẳn').waitFor()
  const refused = page.waitForResponse((answer) => answer.status() === 400)
  await page.getByLabel('Nguồn', { exact: true }).fill('')
  await refused
  expect(await shown.innerText()).toContain('Một tên mới hẳn')
  expect(await stage.db.read('SELECT count(*) AS n FROM entry_versions')).toEqual([{ n: 0 }])
})
