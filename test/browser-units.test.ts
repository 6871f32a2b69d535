/**
 * A unit tree is made on a phone, without a script, in a real Chromium: from the top down, a name put right, a poster
 * saved, two units merged after a proof.
 */
import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openStage, PHONE, type Stage } from './console-stage.ts'

let browser: Browser
let stage: Stage
beforeAll(async () => {
  browser = await launch()
  stage = await openStage(browser)
})
afterAll(async () => {
  await stage?.close()
  await browser?.close()
})

test('make a tree, find it without accents, rename, save a poster, merge', async () => {
  await stage.officer('an', 'tinh', ['admin'], 'Nguyễn Thị An')
  const page = await stage.signsIn('an', { viewport: PHONE, javaScriptEnabled: false, acceptDownloads: true })
  const make = async (parent: string, name: string) => {
    await page.goto(`${stage.origin}/console/units?q=${encodeURIComponent(parent)}`)
    await page.getByRole('link', { name: parent, exact: true }).click()
    await page.getByRole('link', { name: 'Lập đơn vị' }).first().click()
    await page.getByLabel('Tên đơn vị').fill(name)
    await page.getByRole('button', { name: 'Lập đơn vị' }).click()
    expect(await page.locator('h1').innerText()).toBe(name)
    expect(await page.getByRole('status').innerText()).toContain('Đã lập đơn vị')
  }
  await make('LĐLĐ tỉnh Mẫu', 'Công đoàn phường Đông')
  await make('Công đoàn phường Đông', 'CĐCS Nhà máy Ấm chén')
  await make('Công đoàn phường Đông', 'CĐCS Xí nghiệp Gốm')
  await page.goto(`${stage.origin}/console/units?q=nha+may+am+chen`)
  await page.getByRole('link', { name: 'CĐCS Nhà máy Ấm chén' }).click()
  await page.getByRole('link', { name: 'Đổi tên' }).click()
  await page.getByLabel('Tên mới').fill('CĐCS Công ty Ấm chén Mẫu')
  await page.getByRole('button', { name: 'Đổi tên' }).click()
  expect(await page.locator('h1').innerText()).toBe('CĐCS Công ty Ấm chén Mẫu')
  await page.getByRole('link', { name: 'Áp phích và hình QR' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Tải áp phích PDF' }).click()])
  expect((await readFile(await download.path())).subarray(0, 5).toString()).toBe('%PDF-')
  await stage.proves('an')
  await page.goto(`${stage.origin}/console/units?q=am+chen`)
  await page.getByRole('link', { name: 'CĐCS Công ty Ấm chén Mẫu' }).click()
  await page.getByRole('link', { name: 'Nhập đơn vị khác vào' }).click()
  await page.getByLabel('CĐCS Xí nghiệp Gốm').check()
  await page.getByRole('button', { name: 'Nhập đơn vị khác vào' }).click()
  expect(await page.locator('main').innerText()).toContain('Nhập vào CĐCS Công ty Ấm chén Mẫu: CĐCS Xí nghiệp Gốm')
  expect([...stage.complaints, ...stage.errors]).toEqual([])
})
