/**
 * Two officers at the console in a real Chromium: a message is written with what people will see beside it, approved by
 * the other, sent to five hundred and watched on a phone, rested, stopped, read; and the same form without a script.
 */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launch, OUT, openStage, PHONE, type Stage } from './console-stage.ts'
import { addMany, addPeople } from './people.ts'

const TEXT = 'Mời bạn ghé phiên chợ hàng Việt <b>sáng thứ Bảy</b> tại nhà văn hóa xã.'

let browser: Browser
let stage: Stage
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  stage = await openStage(browser)
  await stage.officer('lan', 'xa', ['editor'], 'Lê Thị Lan')
  await stage.officer('minh', 'tinh', ['approver'], 'Trần Văn Minh')
})
afterEach(async () => {
  const { complaints, errors } = stage
  await stage.close()
  expect([...complaints, ...errors]).toEqual([])
})

/** Second by second, as the paces let people be sent to. */
async function passes(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    stage.clock.advance(1_000)
    while (await stage.product.broadcasts.tick());
    await stage.product.dispatcher.drain()
  }
}

test('written, looked at, approved, sent to five hundred, watched, rested, stopped, read', async () => {
  await addPeople(
    stage.db,
    Array.from({ length: 500 }, () => ({ unit: 'xuong' })),
  )
  const lan = await stage.signsIn('lan')
  await lan.goto(`${stage.origin}/console/campaigns`)
  await lan.getByRole('link', { name: 'Soạn tin mới' }).first().click()
  await lan.getByLabel('Tên tin').fill('Phiên chợ cuối tuần')
  await lan.getByLabel('Nội dung tin', { exact: true }).fill(TEXT)
  // What people will see comes by itself, as words and never as markup.
  await lan.locator('.phone-said', { hasText: TEXT }).first().waitFor()
  expect(await lan.locator('.phone-said b').count()).toBe(0)
  expect(await lan.locator('[data-part="look"]').innerText()).toMatch(/\d+ \/ 4\.096 ký tự/)
  // A field that does not belong to the plan is put away until it does.
  expect(await lan.getByLabel('Giờ', { exact: true }).isVisible()).toBe(false)
  await lan.getByLabel('Cách gửi').selectOption('weekly')
  expect(await lan.getByLabel('Giờ', { exact: true }).isVisible()).toBe(true)
  await lan.getByLabel('Cách gửi').selectOption('now')
  await lan.getByLabel('Tìm đơn vị bên dưới').fill('xuong may')
  await lan.locator('select[name=to_unit] option', { hasText: 'Xưởng may' }).waitFor({ state: 'attached' })
  await lan.getByLabel('Đơn vị nhận').selectOption('xuong')
  await lan.getByRole('button', { name: 'Đếm người nhận' }).click()
  await lan.getByText('Người nhận: khoảng 500').waitFor()
  expect(await lan.getByLabel('Tên tin').inputValue()).toBe('Phiên chợ cuối tuần')
  await lan.screenshot({ path: `${OUT}campaign-write.png` })
  await lan.getByRole('button', { name: 'Lưu bản nháp' }).click()
  await lan.getByText('Đã lưu bản nháp').waitFor()
  await lan.getByRole('button', { name: 'Gửi duyệt' }).click()
  await lan.getByText('Đã gửi duyệt').waitFor()
  expect(await lan.getByRole('link', { name: 'Xem và duyệt' }).count()).toBe(0)

  const minh = await stage.signsIn('minh', { proven: true })
  await minh.goto(`${stage.origin}/console/campaigns`)
  await minh.getByRole('link', { name: 'Chờ tôi duyệt' }).click()
  await minh.getByRole('link', { name: 'Phiên chợ cuối tuần' }).click()
  await minh.getByRole('link', { name: 'Xem và duyệt' }).click()
  await minh.getByRole('button', { name: 'Duyệt tin này' }).click()
  await minh.getByText('Trước khi tin đầu tiên đi').waitFor()

  stage.clock.advance(6 * 60_000)
  await passes(2)
  const phone = await stage.signsIn('lan', { viewport: PHONE, isMobile: true, hasTouch: true })
  await phone.goto(`${stage.origin}/console/campaigns/runs`)
  await phone.getByRole('link', { name: 'Phiên chợ cuối tuần' }).click()
  const bar = phone.getByRole('progressbar', { name: 'Telegram' })
  await bar.waitFor()
  const done = async () => Number(await bar.getAttribute('value'))
  const before = await done()
  // The page is the same one all along: only its numbers move.
  await phone.evaluate(() => Object.assign(window, { same: true }))
  await passes(5)
  await expect.poll(done, { timeout: 10_000 }).toBeGreaterThan(before)
  expect(await phone.evaluate(() => 'same' in window)).toBe(true)
  expect(await done()).toBeLessThan(500)
  await phone.screenshot({ path: `${OUT}campaign-watch-360.png`, fullPage: true })

  const run = phone.url()
  await stage.proves('minh')
  await minh.goto(run)
  await minh.getByRole('link', { name: 'Dừng', exact: true }).click()
  await minh.getByRole('button', { name: 'Dừng', exact: true }).click()
  await minh.getByText('Đã tạm dừng').waitFor()
  // Whoever watches sees it without doing anything.
  await phone.getByText('tạm dừng', { exact: true }).waitFor()
  const sent = stage.telegram.taken.length
  expect(sent).toBeGreaterThan(20)
  await passes(3)
  expect(stage.telegram.taken.length).toBe(sent)

  await stage.proves('minh')
  await minh.getByRole('link', { name: 'Hủy hẳn' }).click()
  await minh.getByRole('button', { name: 'Hủy hẳn' }).click()
  await minh.getByText('Đã hủy đợt gửi').waitFor()
  await passes(1)
  await minh.goto(run)
  const result = await minh.locator('main').innerText()
  expect(result).toContain('Không gửi: đợt gửi đã hủy')
  expect(result).toMatch(new RegExp(`Đã gửi\\s+${sent}\\b`))
  await minh.screenshot({ path: `${OUT}campaign-result.png`, fullPage: true })
}, 240_000)

test('without a script the form looks, counts and saves all the same', async () => {
  await addMany(stage.db, 34, { unit: 'xa' })
  const lan = await stage.signsIn('lan', { javaScriptEnabled: false, viewport: PHONE })
  await lan.goto(`${stage.origin}/console/campaigns/new`)
  await lan.getByLabel('Tên tin').fill('Tin không cần script')
  await lan.getByLabel('Nội dung tin', { exact: true }).fill(TEXT)
  await lan.getByRole('button', { name: 'Xem thử' }).last().click()
  expect(await lan.locator('.phone-said').first().innerText()).toContain(TEXT)
  await lan.getByRole('button', { name: 'Đếm người nhận' }).click()
  expect(await lan.locator('main').innerText()).toContain('Người nhận: khoảng 30')
  await lan.getByLabel('Cách gửi').selectOption('once')
  await lan.getByLabel('Ngày', { exact: true }).fill('2026-11-28')
  await lan.getByLabel('Giờ', { exact: true }).fill('09:00')
  await lan.getByRole('button', { name: 'Lưu bản nháp' }).click()
  expect(await lan.locator('main').innerText()).toContain('09:00 thứ Bảy, 28/11/2026')
  await lan.getByRole('button', { name: 'Gửi duyệt' }).click()
  expect(await lan.locator('main').innerText()).toContain('Đã gửi duyệt')
})
