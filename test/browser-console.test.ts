/**
 * Officers at the console in a real Chromium: the first sign-in, a passkey, the keyboard, a phone, no script, and every
 * page looked at by axe (WCAG 2.2 AA), in light and dark, at both widths.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ROLES } from '../src/rights.ts'
import { ADDRESSES, furnish } from './console-addresses.ts'
import { launch, OUT, openStage, PHONE, type Stage } from './console-stage.ts'

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

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

/** What axe finds wrong. Its script is put in past the page's own policy, which stays as it is. */
async function wrongOn(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async (rules) => {
    type Found = { violations: Array<{ id: string; nodes: Array<{ html: string; failureSummary?: string }> }> }
    const axe = (window as unknown as { axe: { run(where: Document, how: object): Promise<Found> } }).axe
    const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: rules } })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
    )
  }, RULES)
}

/** Wider than the screen: somebody has to scroll sideways. */
/** A phone shows a page that is too wide smaller instead of scrolling it: its screen stays as wide as it is. */
const sideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - Math.min(document.documentElement.clientWidth, screen.width))

test('the first sign-in: a link, a passkey of this device, and from then on the passkey alone', async () => {
  await stage.officer('an', 'tinh', ['admin'], 'Nguyễn Thị An')
  const page = await stage.signsIn('an')
  expect(await page.locator('body').innerText()).toContain('Nguyễn Thị An · LĐLĐ tỉnh Mẫu')
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await page.goto(`${stage.origin}/console/enrol?next=/console/me`)
  await page.getByLabel('Tên khóa').fill('Máy văn phòng')
  await page.getByRole('button', { name: 'Tạo khóa trên máy này' }).click()
  await page.waitForURL(`${stage.origin}/console/me`)
  expect(await page.locator('main').innerText()).toContain('Máy văn phòng')
  // The clock moves past the proof: the passkey gives a new one.
  stage.clock.advance(16 * 60_000)
  await page.goto(`${stage.origin}/console/proof?next=/console/help`)
  await page.getByRole('button', { name: 'Xác nhận bằng khóa của máy này' }).click()
  await page.waitForURL(`${stage.origin}/console/help`)
  await page.goto(`${stage.origin}/console/me`)
  await page.getByRole('button', { name: 'Đăng xuất' }).click()
  await page.waitForURL(/sign-in/)
  await page.getByRole('button', { name: 'Đăng nhập bằng khóa của máy này' }).click()
  await page.waitForURL(`${stage.origin}/console`)
  const acts = (await stage.db.read("SELECT act FROM audit WHERE officer_id = 'an' ORDER BY id")).map(({ act }) => act)
  expect(acts).toEqual(['session.open', 'passkey.add', 'session.close', 'session.open'])
  // A signature that was seen once proves nothing again, and the officer's key is of no use for another.
  expect(await stage.db.read('SELECT * FROM challenges')).toEqual([])
})

test('without a script every form works; with the keyboard alone too', async () => {
  await stage.officer('an', 'tinh', ['admin'])
  const plain = await stage.signsIn('an', { javaScriptEnabled: false })
  await plain.getByRole('button', { name: 'Nền tối' }).click()
  expect(await plain.locator('html').getAttribute('data-bs-theme')).toBe('dark')
  await plain.getByRole('button', { name: 'English' }).click()
  expect(await plain.locator('h1').innerText()).toBe('Today')
  const keys = await stage.signsIn('an')
  await keys.keyboard.press('Tab')
  expect(await keys.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Tới nội dung chính')
  await keys.keyboard.press('Enter')
  expect(await keys.evaluate(() => location.hash)).toBe('#body')
})

describe('every page', () => {
  test.each([
    ['light, at a desk', {}],
    ['dark, on a phone', { viewport: PHONE, colorScheme: 'dark' as const, isMobile: true, hasTouch: true }],
  ])(
    '%s: axe finds nothing, nothing is wider than the screen',
    async (_, options) => {
      await stage.officer('an', 'tinh', ROLES)
      await furnish(stage, 'an')
      const page = await stage.signsIn('an', { ...options, proven: true })
      const wrong: string[] = []
      for (const address of ADDRESSES) {
        await page.goto(`${stage.origin}${address}`)
        for (const one of await wrongOn(page)) wrong.push(`${address} ${one}`)
        const wider = await sideways(page)
        if (wider > 0) wrong.push(`${address}: ${wider} px wider than the screen`)
      }
      const { page: outside } = await stage.sitsDown(options)
      await outside.goto(`${stage.origin}/console/sign-in`)
      wrong.push(...(await wrongOn(outside)))
      await outside.screenshot({ path: `${OUT}console-sign-in.png` })
      expect(wrong).toEqual([])
      // A second a page, and there are about a hundred.
    },
    300_000,
  )
})
