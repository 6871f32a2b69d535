/**
 * A report that is taken back on the web page of a phone, and one that two officers remove for good at theirs: what each of
 * them reads before, and what is left to be seen after. In a real Chromium, 360 px wide.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openChat, RECEIPT } from './browser-chat.ts'
import { launch, OUT, openStage, PHONE, type Stage } from './console-stage.ts'

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
  await stage.officer('chi', 'tinh', ['data'], 'Lê Thị Chi')
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
  await page.getByRole('main').getByRole('link', { name }).first().click()
  await page.waitForLoadState()
}
const main = (page: Page) => page.getByRole('main').innerText()
const flash = (page: Page) => page.locator('body').innerText()
const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

test('a member takes a report back on the page, and the page forgets it', async () => {
  const chat = await openChat(stage)
  const receipt = await chat.files()
  expect(receipt).toMatch(RECEIPT)
  await chat.says(receipt)
  const asked = await chat.taps('Rút phản ánh')
  for (const words of ['Sẽ xóa', 'Còn lại', 'không lấy lại được', 'Không ai được ép bạn']) expect(asked).toContain(words)
  expect(await sideways(chat.page)).toBe(0)
  await chat.page.screenshot({ path: `${OUT}withdraw-asked-phone.png` })
  expect(await chat.taps('Có, rút phản ánh')).toContain('Đã rút phản ánh')
  await chat.page.screenshot({ path: `${OUT}withdraw-done-phone.png` })
  await pass(1)
  expect((await stage.evidence.list()).names).toEqual([])
  await chat.page.reload()
  await chat.waits('Đã rút phản ánh')
  expect((await chat.lines()).join('\n')).not.toContain('bột vón cục')
  expect(await chat.says(receipt)).toContain('Tình trạng: Đã rút')

  const an = await stage.signsIn('an', { viewport: PHONE })
  expect(await main(an)).toContain('Người phản ánh vừa rút, 7 ngày qua')
  await an.screenshot({ path: `${OUT}withdrawn-today-phone.png`, fullPage: true })
  await goes(an, receipt.slice(0, 12))
  const left = await main(an)
  for (const words of ['Phản ánh không còn nội dung', '11/2026', 'Người phản ánh rút']) expect(left).toContain(words)
  expect(left).not.toContain('bột vón cục')
  expect(await sideways(an)).toBe(0)
  await an.screenshot({ path: `${OUT}withdrawn-case-phone.png`, fullPage: true })
})

test('two officers remove first a photo, then the report, and its member reads why', async () => {
  const { origin } = stage
  const chat = await openChat(stage)
  const receipt = await chat.files()
  const number = receipt.slice(0, 12)
  const an = await stage.signsIn('an', { viewport: PHONE, proven: true })
  const chi = await stage.signsIn('chi', { viewport: PHONE, proven: true })
  const asks = async (what: string) => {
    await stage.proves('an')
    await an.goto(`${origin}/console/cases`)
    await goes(an, number)
    await goes(an, what === 'Ảnh 1' ? 'Xóa hẳn' : 'Xin xóa hẳn phản ánh')
    await an.getByLabel('Xóa cái gì').selectOption({ label: what })
    await an.getByLabel('Loại lý do').selectOption({ label: 'Ảnh trẻ em' })
    await an.getByLabel('Giải thích').fill('Ảnh chụp rõ mặt một cháu nhỏ, che lại cũng không hết.')
    await an.getByLabel('Tôi đã xem, không còn cách nào nhẹ hơn').check()
    expect(await sideways(an)).toBe(0)
    await an.screenshot({ path: `${OUT}removal-ask-phone.png`, fullPage: true })
    await press(an, 'Gửi để cán bộ thứ hai quyết')
    expect(await flash(an)).toContain('Cán bộ thứ hai có 3 ngày làm việc')
  }
  const grants = async () => {
    await stage.proves('chi')
    await chi.goto(`${origin}/console`)
    await goes(chi, 'Yêu cầu xóa chờ đồng chí quyết: 1')
    await goes(chi, 'Xem và quyết')
    const shown = await main(chi)
    for (const words of [number, 'Nguyễn Thị An', 'Ảnh trẻ em', 'cháu nhỏ']) expect(shown).toContain(words)
    expect(shown).not.toContain('bột vón cục')
    await chi.getByLabel('Tôi đã đọc lý do').check()
    expect(await sideways(chi)).toBe(0)
    await chi.screenshot({ path: `${OUT}removal-decide-phone.png`, fullPage: true })
    await press(chi, 'Đồng ý xóa hẳn')
    expect(await flash(chi)).toContain('Đã xóa hẳn.')
  }
  await asks('Ảnh 1')
  await grants()
  await pass()
  expect((await stage.evidence.list()).names).toEqual([])
  expect(await chat.taps('Xem tin báo')).toContain('Một ảnh trong phản ánh của bạn đã được xóa vì có trẻ em')
  await asks('Cả phản ánh')
  await grants()
  await pass()
  expect(await chat.taps('Xem tin báo')).toContain('Phản ánh đã được xóa vì có ảnh trẻ em')
  expect(await chat.says(receipt)).toContain('Tình trạng: Đã xóa')
  await an.goto(`${origin}/console/cases?shelf=closed`)
  await goes(an, number)
  const left = await main(an)
  for (const words of ['Phản ánh không còn nội dung', 'người xin: Nguyễn Thị An', 'Lê Thị Chi']) expect(left).toContain(words)
  await an.screenshot({ path: `${OUT}removed-case-phone.png`, fullPage: true })
})
