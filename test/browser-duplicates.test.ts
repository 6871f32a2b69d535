/**
 * Two reports of one shop, at an officer's phone in a real Chromium at 360 px: suggested on the case's page, looked at side
 * by side with their photos, merged, and taken out again.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { markCases } from '../src/case-marks.ts'
import { caseRows } from './console-cases.ts'
import { launch, OUT, openStage, PHONE, type Stage } from './console-stage.ts'

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

const place = 'Cửa hàng Bà Mẫu, 12 Trần Phú'
const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
const into = async (id: string) => (await stage.db.read('SELECT merged_into, state, assignee_id, due_day FROM cases WHERE id = ?', [id]))[0]

test('merged and taken back on a phone', async () => {
  const { db, keys, clock } = stage
  await stage.officer('an', 'tinh', ['case'], 'Nguyễn Thị An')
  await stage.officer('binh', 'tinh', ['case'], 'Trần Văn Bình')
  const report = { kind: 'fake', signs: 'Sữa bột Mẫu Kids hộp thiếc, tem mờ', place } as const
  await db.write(await caseRows(keys, { id: 'one', number: 'PA-2611-2A3B', report, now: clock.now() }))
  await db.write(await caseRows(keys, { id: 'two', number: 'PA-2611-3B4C', report: { ...report, place: 'ch ba mauu' }, now: clock.now() }))
  await db.write([{ sql: "UPDATE cases SET state = 'reviewing', assignee_id = 'binh', due_day = '2026-12-01' WHERE id = 'two'", args: [] }])
  await markCases({ db, keys, now: clock.now, log: () => {} })
  const before = await into('two')

  const page = await stage.signsIn('an', { viewport: PHONE, javaScriptEnabled: false })
  await page.goto(`${stage.origin}/console/cases/one`)
  expect(await page.locator('main').innerText()).toContain('Giống nhau ở: nơi bán, thời gian, tên cửa hàng, mặt hàng')
  await page.getByRole('link', { name: /^So sánh phản ánh PA-2611-2A3B/ }).click()
  await page.waitForURL(/compare\/two/)
  const both = await page.locator('main').innerText()
  expect([both.includes(place), both.includes('ch ba mauu')]).toEqual([true, true])
  expect(await sideways(page)).toBe(0)
  await page.screenshot({ path: `${OUT}duplicates-compare-phone.png`, fullPage: true })

  await page.getByRole('button', { name: 'Gộp, giữ PA-2611-2A3B làm chính' }).click()
  await page.waitForURL(/cases\/one/)
  expect(await page.locator('main').innerText()).toContain('Đã gộp vào đây: PA-2611-3B4C')
  expect((await into('two'))?.merged_into).toBe('one')
  expect(await sideways(page)).toBe(0)
  await page.screenshot({ path: `${OUT}duplicates-merged-phone.png`, fullPage: true })
  await page.goto(`${stage.origin}/console/cases`)
  const queue = await page.locator('main').innerText()
  expect([queue.includes('PA-2611-2A3B'), queue.includes('PA-2611-3B4C')]).toEqual([true, false])

  await page.goto(`${stage.origin}/console/cases/one`)
  await page.getByRole('button', { name: 'Bỏ gộp PA-2611-3B4C' }).click()
  await page.waitForURL(/cases\/two/)
  expect(await page.locator('body').innerText()).toContain('trở lại như trước khi gộp')
  expect(await into('two')).toEqual(before)
  await page.goto(`${stage.origin}/console/cases`)
  expect(await page.locator('main').innerText()).toContain('PA-2611-3B4C')
})
