/**
 * Black boxes in a real Chromium: drawn with a finger on a phone of 360 pixels, moved, thrown away; by the keyboard alone;
 * and as numbers without a script. What is saved is black in the copy that is made.
 */
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ROLES } from '../src/rights.ts'
import { furnishCases } from './console-cases.ts'
import { furnishEvidence } from './console-evidence.ts'
import { launch, OUT, openStage, PHONE, type Stage } from './console-stage.ts'

const ADDRESS = '/console/cases/phananh1/photos/anh2/redact'

let browser: Browser
let stage: Stage
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  stage = await openStage(browser)
  await stage.officer('an', 'tinh', ROLES, 'Nguyễn Thị An')
  await furnishCases({ db: stage.db, keys: stage.keys, now: stage.clock.now() }, 'an')
  await furnishEvidence(stage, 'an')
})
afterEach(async () => {
  const { complaints, errors } = stage
  await stage.close()
  expect([...complaints, ...errors]).toEqual([])
})

type Spot = [left: number, top: number]

/** A finger put down, moved in steps and lifted, in percent of the picture. */
async function drags(page: Page, from: Spot, to: Spot): Promise<void> {
  const { x, y, width, height } = (await page.locator('.covering-boxes').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const at = ([left, top]: Spot) => [{ x: x + (left * width) / 100, y: y + (top * height) / 100 }]
  const client = await page.context().newCDPSession(page)
  await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from) })
  for (let step = 1; step <= 8; step++) {
    const between: Spot = [from[0] + ((to[0] - from[0]) * step) / 8, from[1] + ((to[1] - from[1]) * step) / 8]
    await client.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(between) })
  }
  // A finger comes to rest: lifted in full flight it is a flick, and Chromium takes the next tap for what stops it.
  await page.waitForTimeout(150)
  await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await client.detach()
}

const numbersOf = async (page: Page): Promise<number[][]> =>
  (await page.locator('textarea[name=boxes]').inputValue())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ').map(Number))

/** Within two percent: a phone's pixel is a third of one. */
const near = (given: number[] | undefined, wanted: number[]) =>
  expect(
    given?.every((number, at) => Math.abs(number - (wanted[at] ?? 0)) <= 2),
    `${given} is not near ${wanted}`,
  ).toBe(true)

/** How light the newest copy is at a spot, 0 to 255. */
async function lightAt(page: Page, [left, top]: Spot): Promise<number> {
  const href = await page.locator('a[href*="/photos/anh2/copies/"]').first().getAttribute('href')
  const answer = await page.request.get(`${stage.origin}${href}`)
  const { data, info } = await sharp(await answer.body())
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return data[Math.floor((top * info.height) / 100) * info.width + Math.floor((left * info.width) / 100)] ?? -1
}

test('with a finger at 360 pixels: drawn, moved, one thrown away, saved; black where it was drawn and nowhere else', async () => {
  const page = await stage.signsIn('an', { viewport: PHONE, isMobile: true, hasTouch: true })
  await page.goto(`${stage.origin}${ADDRESS}`)
  await page.getByText('Đã vẽ 0/20 ô.').waitFor()
  await page.locator('.covering').scrollIntoViewIfNeeded()
  const before = await page.evaluate(() => scrollY)
  await drags(page, [10, 10], [40, 30])
  await drags(page, [80, 90], [60, 70])
  // A finger that only touched has drawn nothing.
  await drags(page, [50, 50], [50.2, 50.2])
  await page.getByText('Đã vẽ 2/20 ô.').waitFor()
  const [first, second] = await numbersOf(page)
  near(first, [10, 10, 30, 20])
  near(second, [60, 70, 20, 20])
  // The page has not run away under the finger.
  expect(await page.evaluate(() => scrollY)).toBe(before)
  await drags(page, [20, 20], [50, 40])
  near((await numbersOf(page))[0], [40, 30, 30, 20])
  await drags(page, [70, 80], [99, 99])
  near((await numbersOf(page))[1], [80, 80, 20, 20])
  await page.screenshot({ path: `${OUT}covering-360.png`, fullPage: true })
  await page.getByRole('button', { name: 'Bỏ ô đang chọn' }).tap()
  await page.getByText('Đã vẽ 1/20 ô.').waitFor()
  await page.getByLabel('Tôi đã xem kỹ').check()
  await page.getByRole('button', { name: 'Lưu bản che' }).tap()
  await page.getByText('Bản này được gửi kèm hồ sơ.').waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  expect(await lightAt(page, [55, 40])).toBeLessThan(8)
  for (const spot of [
    [5, 5],
    [90, 5],
  ] as Spot[])
    expect(await lightAt(page, spot)).toBeGreaterThan(60)
})

test('with the keyboard alone: added, moved, resized, removed', async () => {
  const page = await stage.signsIn('an')
  await page.goto(`${stage.origin}${ADDRESS}`)
  const add = page.getByRole('button', { name: 'Thêm ô' })
  await add.focus()
  await page.keyboard.press('Enter')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Ô 1')
  for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowUp', 'Shift+ArrowRight', 'Shift+ArrowDown', 'Shift+ArrowDown'])
    await page.keyboard.press(key)
  expect(await numbersOf(page)).toEqual([[38, 39, 21, 22]])
  await add.press('Enter')
  await page.keyboard.press('Shift+Tab')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Ô 1')
  await page.keyboard.press('Delete')
  expect(await numbersOf(page)).toEqual([[40, 40, 20, 20]])
  for (let i = 0; i < 50; i++) await page.keyboard.press('ArrowRight')
  expect(await numbersOf(page)).toEqual([[80, 40, 20, 20]])
  // Twenty and no more.
  for (let i = 0; i < 25; i++) await add.press('Enter')
  expect(await numbersOf(page)).toHaveLength(20)
  await page.getByText('Đã vẽ 20/20 ô.').waitFor()
})

test('without a script: numbers are typed, a wrong line is named, the boxes are shown, the copy is made', async () => {
  const page = await stage.signsIn('an', { javaScriptEnabled: false, viewport: PHONE })
  await page.goto(`${stage.origin}${ADDRESS}`)
  expect(await page.getByRole('button', { name: 'Thêm ô' }).isVisible()).toBe(false)
  await page.getByText('Nhập ô bằng số').click()
  await page.getByLabel('Các ô đen').fill('10 10 30 20\nsai')
  await page.getByRole('button', { name: 'Lưu bản che' }).click()
  expect(await page.locator('main').innerText()).toContain('Dòng 2 chưa đúng')
  await page.getByLabel('Các ô đen').fill('10 10 30 20')
  await page.getByRole('button', { name: 'Lưu bản che' }).click()
  expect(await page.locator('main').innerText()).toContain('Chưa được gửi đi')
  expect(await lightAt(page, [25, 20])).toBeLessThan(8)
  await page.goto(`${stage.origin}${ADDRESS}`)
  expect(await page.locator('rect.covering-box').count()).toBe(1)
})
