/**
 * A report's whole life in a real Chromium: a member tells it on the web page of their phone, an officer works it at a desk,
 * asks, hands it to an authority, types in the answer, and the member reads the result. And the life of a threatened
 * member's report, which one officer alone opens.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addAuthority } from '../db/authorities.ts'
import { openChat, RECEIPT } from './browser-chat.ts'
import { launch, OUT, openStage, PHONE, type Stage } from './console-stage.ts'
import { deskAt } from './people.ts'

let browser: Browser
let stage: Stage
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  stage = await openStage(browser)
  stage.product.dispatcher.start()
  await stage.officer('an', 'tinh', ['case'], 'Nguyễn Thị An')
  await stage.officer('binh', 'tinh', ['case'], 'Trần Văn Bình')
})
afterEach(async () => {
  const { complaints, errors, product } = stage
  await product.dispatcher.stop()
  await stage.close()
  expect([...complaints, ...errors]).toEqual([])
})

/** Minutes pass, one tick each: the relay waits one to six of them. */
async function pass(minutes = 8): Promise<void> {
  for (let i = 0; i < minutes; i++) {
    stage.clock.advance(60_000)
    await stage.product.schedule.tick(stage.clock.now())
  }
  await stage.product.dispatcher.drain()
}

const press = async (page: Page, name: string) => {
  await page.getByRole('main').getByRole('button', { name, exact: true }).click()
  await page.waitForLoadState('networkidle')
}
const goes = async (page: Page, name: string) => {
  await page.getByRole('main').getByRole('link', { name, exact: true }).click()
  await page.waitForLoadState()
}
const main = (page: Page) => page.getByRole('main').innerText()
const flash = (page: Page) => page.locator('body').innerText()
const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

test('from the first line in the chat to the result the member reads', async () => {
  const { db, keys, clock, origin } = stage
  await stage.officer('quantri', 'tinh', ['admin'], 'Lê Thị Quản')
  const { id: authority, writes } = addAuthority(
    await deskAt(db, keys, 'quantri', clock.now()),
    {
      ...{ kind: 'qltt', name: 'Chi cục Quản lý thị trường tỉnh Mẫu', address: 'Số 1 đường Mẫu', phone: '', email: '' },
      ...{ source: 'Cổng tỉnh Mẫu', place: 1 },
    },
    null,
    '2026-11-20',
  )
  await db.write(writes)
  const chat = await openChat(stage)
  const receipt = await chat.files()
  expect(receipt).toMatch(RECEIPT)
  const number = receipt.slice(0, 12)

  const an = await stage.signsIn('an', { proven: true })
  await an.goto(`${origin}/console/cases`)
  await goes(an, number)
  const told = await main(an)
  expect(told).toContain('bột vón cục')
  expect(told).not.toContain(receipt.slice(13))
  await press(an, 'Nhận việc')
  expect(await flash(an)).toContain('Đồng chí đã nhận phản ánh này.')
  await goes(an, 'Hỏi thêm')
  await an.getByLabel('Lý do').selectOption({ label: 'Hỏi điều khác' })
  await an.getByLabel('Câu hỏi').fill('Bạn còn giữ vỏ hộp không? Trên vỏ ghi số lô nào?')
  await press(an, 'Gửi câu hỏi')
  expect(await flash(an)).toContain('Đã ghi câu hỏi')

  await pass()
  await chat.waits('Trợ lý có tin mới cho bạn')
  await chat.page.screenshot({ path: `${OUT}case-notice-phone.png` })
  expect(await chat.taps('Xem tin báo')).toContain('Trên vỏ ghi số lô nào?')
  expect(await chat.says('Còn vỏ hộp, số lô 2026A17')).toContain('Sẽ gửi cho cán bộ')
  expect(await chat.taps('Gửi')).toContain('Đã gửi cho cán bộ xem phản ánh của bạn')

  const at = an.url()
  await an.goto(at)
  const answered = await main(an)
  expect(answered).toContain('số lô 2026A17')
  expect(answered).toContain('Đang xem')
  await an.screenshot({ path: `${OUT}case-answered-desk.png`, fullPage: true })

  await stage.proves('an')
  await goes(an, 'Soạn phiếu chuyển')
  await an.getByLabel('Cơ quan nhận', { exact: true }).selectOption(authority)
  await an.getByLabel('Tôi đã đọc lại: trong phiếu không có gì cho biết ai phản ánh.').check()
  await press(an, 'Lưu bản nháp')
  expect(await flash(an)).toContain('Đã lưu bản nháp')
  const paper = an.url()
  await stage.proves('an')
  await goes(an, 'Tải phiếu, hồ sơ')
  const [zip] = await Promise.all([
    an.waitForEvent('download'),
    an.getByRole('main').getByRole('button', { name: 'Tải cả hồ sơ (.zip)' }).click(),
  ])
  expect(zip.suggestedFilename()).toContain('.zip')
  await an.goto(paper)
  await an.getByLabel('Gửi bằng cách').selectOption({ label: 'Mang đến tận nơi' })
  await press(an, 'Ghi là đã gửi')
  expect(await flash(an)).toContain('Phản ánh ở “Đã chuyển”')

  await pass()
  expect(await chat.says(receipt)).toContain('Đã chuyển')
  await an.goto(at)
  await an
    .getByRole('main')
    .getByRole('link', { name: /Chi cục Quản lý thị trường tỉnh Mẫu/ })
    .first()
    .click()
  await an.getByLabel('Nội dung trả lời').fill('Đã kiểm tra điểm bán và xử lý theo quy định.')
  await an.getByLabel('Kết quả').selectOption({ index: 1 })
  await press(an, 'Ghi trả lời')
  expect(await flash(an)).toContain('Đã ghi trả lời của cơ quan.')
  await an.screenshot({ path: `${OUT}case-resolved-desk.png`, fullPage: true })

  await pass()
  const result = await chat.says(receipt)
  expect(result).toContain('Có kết quả')
  expect(result).toContain('Cơ quan có thẩm quyền')
  expect(result).not.toMatch(/hàng giả|Nguyễn Thị An/)
  expect(await sideways(chat.page)).toBe(0)
  await chat.page.screenshot({ path: `${OUT}case-result-phone.png`, fullPage: true })
})

test('a threatened member’s report comes first, and one officer alone opens it', async () => {
  const { db, origin } = stage
  const chat = await openChat(stage)
  const receipt = await chat.files()
  const number = receipt.slice(0, 12)
  expect(await chat.says('tôi bị đe dọa')).toContain('113')
  await chat.page
    .getByRole('button', { name: /^Tháng 11\/2026/ })
    .last()
    .click()
  await chat.waits('Bạn kể ngắn')
  expect(await chat.says('Quản đốc dọa cho nghỉ việc vì chuyện hộp sữa')).toContain('được xem trước mọi việc khác')
  await chat.page.screenshot({ path: `${OUT}case-threat-phone.png` })
  expect(await db.read('SELECT rank, restricted FROM cases')).toEqual([{ rank: 0, restricted: 1 }])

  const an = await stage.signsIn('an', { viewport: PHONE })
  await an.goto(`${origin}/console/cases`)
  expect(await main(an)).toContain('Người phản ánh bị đe dọa')
  await goes(an, number)
  expect(await main(an)).not.toContain('bột vón cục')
  await press(an, 'Nhận việc')
  const opened = await main(an)
  expect(opened).toContain('bột vón cục')
  expect(opened).toContain('Quản đốc dọa cho nghỉ việc')
  expect(await sideways(an)).toBe(0)
  await an.screenshot({ path: `${OUT}case-threatened-phone.png`, fullPage: true })

  const binh = await stage.signsIn('binh')
  await binh.goto(an.url())
  expect(await flash(binh)).toContain('Không có phản ánh này, hoặc đồng chí không có quyền xem.')
  expect(await flash(binh)).not.toContain('bột vón cục')
})
