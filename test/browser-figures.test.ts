/**
 * Figures and runs in a real Chromium: a chart stands beside each table and says the same in light and dark, bars move
 * while messages are sent, and without a script all of it can still be read.
 */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ROLES } from '../src/rights.ts'
import { furnishDay } from './console-figures.ts'
import { launch, openStage, type Stage } from './console-stage.ts'

let browser: Browser
let stage: Stage
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  stage = await openStage(browser)
  await stage.officer('an', 'tinh', ROLES)
  await furnishDay(stage, 'an')
})
afterEach(async () => {
  const { complaints, errors } = stage
  await stage.close()
  // No inline style, no script of another's: the content policy had nothing to refuse.
  expect([...complaints, ...errors]).toEqual([])
})

/** Whether anything is drawn in the first chart, and in which colours. */
const drawn = `(() => {
  const canvas = document.querySelector('.figure-chart canvas')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const colours = new Set()
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200) colours.add(data.slice(i, i + 3).join())
  return [...colours]
})()`

test('each table of figures has its chart, drawn anew when light turns to dark', async () => {
  const page = await stage.signsIn('an', { colorScheme: 'light' })
  await page.goto(`${stage.origin}/console/figures`)
  await page.locator('.figure-chart:visible').nth(4).waitFor()
  expect(await page.locator('.figure-chart:visible').count()).toBe(5)
  expect(await page.locator('canvas[role=img][aria-label]').count()).toBe(5)
  const light = await page.evaluate<string[]>(drawn)
  expect(light.length).toBeGreaterThan(3)
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.waitForFunction("document.documentElement.dataset.bsTheme === 'dark'")
  await page.waitForTimeout(100)
  expect(await page.evaluate<string[]>(drawn)).not.toEqual(light)
  // The library is fetched by pages with a chart alone.
  const loads: string[] = []
  page.on('request', (request) => loads.push(request.url()))
  await page.goto(`${stage.origin}/console/health`)
  await page.waitForLoadState('networkidle')
  expect(loads.filter((url) => url.includes('/chart-'))).toEqual([])
})

test('without a script the tables say all', async () => {
  const page = await stage.signsIn('an', { javaScriptEnabled: false })
  await page.goto(`${stage.origin}/console/figures`)
  expect(await page.locator('.figure-chart:visible').count()).toBe(0)
  expect(await page.locator('#t-reach').innerText()).toContain('1.830')
})

test('the bar of a run moves while its messages leave', async () => {
  const page = await stage.signsIn('an')
  await page.goto(`${stage.origin}/console`)
  const text = page.locator('[data-live-text]')
  expect(await text.innerText()).toBe('431 trên 1.243 người')
  await stage.db.write([{ sql: 'UPDATE broadcast_totals SET queued = queued - 700, sent = sent + 700', args: [] }])
  await expect.poll(() => text.innerText(), { timeout: 10_000 }).toBe('1.131 trên 1.243 người')
  expect(await page.locator('[data-live-run] progress').evaluate((bar: HTMLProgressElement) => bar.value)).toBe(1131)
})

test('the map of units is walked by the keyboard, says every count in words, and keeps its words and borders on paper', async () => {
  const page = await stage.signsIn('an', { viewport: { width: 360, height: 740 } })
  await page.goto(`${stage.origin}/console/figures/map?unit=tinh`)
  const tiles = page.locator('.tiles .tile')
  expect(await tiles.count()).toBe(2)
  await tiles.first().focus()
  expect(await tiles.first().evaluate((tile) => getComputedStyle(tile).outlineStyle)).toBe('solid')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('40 phản ánh')
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  await page.emulateMedia({ media: 'print' })
  const shaded = page.locator('.tile-shade-4')
  expect(await shaded.evaluate((tile) => getComputedStyle(tile).printColorAdjust)).toBe('exact')
  expect(await tiles.allInnerTexts()).toEqual([expect.stringContaining('ẩn'), expect.stringContaining('phản ánh')])
  await page.emulateMedia({ media: 'screen' })
  await page.keyboard.press('Enter')
  await page.waitForURL(/unit=xa&/)
  await page.getByRole('heading', { name: 'Bản đồ phản ánh: Công đoàn xã Mẫu' }).waitFor()
})
