/**
 * The web chat in a real Chromium, on the whole product with its real handlers: what a person on a phone sees and does.
 * Every test also holds that nothing left the origin, that the console is silent and that no policy was broken.
 * Pictures of each state are written to test/.out for whoever wants to look.
 */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createAdaptorServer } from '@hono/node-server'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LEAST_TRIES } from '../src/channels/web/work.ts'
import { createWebBot, type WebBot } from './web-harness.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const OUT = new URL('.out/', import.meta.url).pathname

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

type Server = ReturnType<typeof createAdaptorServer>

let browser: Browser
let bot: WebBot
let server: Server
let origin: string
let complaints: string[]

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`These tests need Chromium at ${CHROMIUM}: install it, or name it in CHROMIUM.`)
  browser = await chromium.launch({ executablePath: CHROMIUM, args: flags })
  await mkdir(OUT, { recursive: true })
})
afterAll(() => browser?.close())

beforeEach(async () => {
  complaints = []
  bot = await createWebBot({ about: { telegramName: 'HangVietBot', zaloOaId: '1234567890' }, web: { leastTries: LEAST_TRIES } })
  bot.dispatcher.start()
  server = createAdaptorServer({ fetch: bot.app.fetch })
  origin = await listen(server)
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  expect(complaints).toEqual([])
  bot.web.close()
  await new Promise((resume) => server.close(resume))
  await bot.dispatcher.stop()
  await bot.close()
})

describe('on a phone', () => {
  test('a person begins, taps, types with accents, and finds both sides again after a reload', async () => {
    const page = await open({ viewport: { width: 390, height: 844 } })
    await page.getByRole('heading', { name: 'Chào bạn!' }).waitFor()
    expect(await page.getByRole('heading', { name: 'Chào bạn!' }).boundingBox()).toMatchObject({
      y: expect.toSatisfy((y: number) => y > 50),
    })
    await look(page, 'welcome-390-light')
    await page.getByRole('button', { name: 'Bắt đầu' }).click()
    await answers(page, 1)
    expect(await page.locator('.line.you').allInnerTexts()).toEqual([expect.stringContaining('Bắt đầu')])
    await page.getByLabel('Nội dung tin nhắn').fill('trợ giúp')
    await page.keyboard.press('Enter')
    await answers(page, 2)
    await page.locator('.line.now .buttons').getByRole('button', { name: 'Đố vui' }).click()
    await answers(page, 3)
    await look(page, 'talk-390-light')
    const before = await page.locator('.words').allInnerTexts()
    expect(before[0]).toBe('Bắt đầu')
    expect(before).toContain('Đố vui')
    await page.reload()
    await page.locator('.line.bot').nth(2).waitFor()
    expect(await page.locator('.words').allInnerTexts()).toEqual(before)
    await page.emulateMedia({ colorScheme: 'dark' })
    await look(page, 'talk-390-dark')
  })

  test('a page that goes away frees its stream: reloading often never runs into the limit', async () => {
    const page = await open()
    for (let i = 0; i < 8; i++) {
      const streaming = page.waitForResponse((response) => response.url().includes('/chat/events'))
      await page.reload()
      expect((await streaming).status()).toBe(200)
    }
  })

  test('a deep link’s code goes along with the beginning, once', async () => {
    const page = await open({}, '/?start=QUAY7')
    await page.getByRole('button', { name: 'Bắt đầu' }).click()
    await answers(page, 1)
    expect(bot.taken[0]).toMatchObject({ text: '/start', start: 'QUAY7' })
    expect(page.url()).toBe(`${origin}/`)
  })

  test('Enter in the middle of composing a syllable sends nothing', async () => {
    const page = await open()
    const input = page.getByLabel('Nội dung tin nhắn')
    await input.fill('trợ giu')
    const session = await page.context().newCDPSession(page)
    await session.send('Input.imeSetComposition', { text: 'giú', selectionStart: 3, selectionEnd: 3 })
    await input.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })
    await input.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true })
    await session.send('Input.insertText', { text: 'giúp' })
    expect(await page.locator('.line').count()).toBe(0)
    await input.fill('trợ giúp')
    await input.press('Shift+Enter')
    expect(await page.locator('.line').count()).toBe(0)
    await input.fill('trợ giúp')
    await input.press('Enter')
    await answers(page, 1)
    expect(bot.taken).toHaveLength(1)
    expect(bot.taken[0]).toMatchObject({ text: 'trợ giúp' })
  })

  test('a photo is seen before it is sent, can be taken out, and arrives as it was', async () => {
    const page = await open({ viewport: { width: 390, height: 844 } })
    const jpeg = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#c96' } })
      .jpeg()
      .toBuffer()
    const files = ['a.jpg', 'b.jpg'].map((name) => ({ name, mimeType: 'image/jpeg', buffer: jpeg }))
    await page.getByLabel('Gửi ảnh').setInputFiles(files)
    expect(await page.locator('.thumb img').count()).toBe(2)
    await page.getByLabel('Bỏ ảnh này').first().click()
    expect(await page.locator('.thumb img').count()).toBe(1)
    expect(await page.locator('.thumb img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(300)
    await look(page, 'photo-390-light')
    await page.getByLabel('Nội dung tin nhắn').fill('hàng nghi giả')
    await page.getByRole('button', { name: 'Gửi', exact: true }).click()
    await answers(page, 1)
    expect(await page.locator('.line.you img').count()).toBe(1)
    expect(bot.taken[0]).toMatchObject({ text: 'hàng nghi giả', attachments: [{ kind: 'photo' }] })
    expect(bot.evidence.files.size).toBe(1)
    const [name, box] = [...bot.evidence.files][0] ?? ['', new Uint8Array()]
    expect(new Uint8Array(await bot.keys.open('evidence', box, name))).toEqual(new Uint8Array(jpeg))
  })

  test('the place is asked for on a tap only, shown, and sent when the person sends it', async () => {
    const page = await open({ geolocation: { latitude: 21.03, longitude: 105.85 }, permissions: ['geolocation'] })
    await page.getByLabel('Gửi vị trí').click()
    await page.getByText('Vị trí hiện tại').waitFor()
    expect(bot.taken).toEqual([])
    await page.getByRole('button', { name: 'Gửi', exact: true }).click()
    await answers(page, 1)
    expect(bot.taken[0]).toMatchObject({ attachments: [{ kind: 'location', latitude: 21.03, longitude: 105.85 }] })
    expect(await page.locator('.line.you .words').innerText()).toBe('Vị trí của bạn')
  })

  test('a refused place leaves a sentence that says what to do', async () => {
    const page = await open()
    await page.getByLabel('Gửi vị trí').click()
    await page.getByText('Bạn có thể gõ địa chỉ').waitFor()
  })

  test('without a network a message waits, says so, and goes out once when it is back', async () => {
    const page = await open()
    await page.context().setOffline(true)
    await page.getByLabel('Nội dung tin nhắn').fill('trợ giúp')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Gửi lại' }).waitFor()
    await page.getByText('Mất kết nối').waitFor()
    await look(page, 'offline-390-light')
    await page.context().setOffline(false)
    await answers(page, 1)
    await page.getByText('Mất kết nối').waitFor({ state: 'hidden' })
    expect(bot.taken).toHaveLength(1)
    expect(await page.locator('.line.you').count()).toBe(1)
    complaints = complaints.filter((one) => !one.includes('ERR_INTERNET_DISCONNECTED'))
  })

  test('a report is filed without anybody noticing what the browser computes for it, also after a reload at the last step', async () => {
    const page = await open({ viewport: { width: 390, height: 844 } })
    const input = page.getByLabel('Nội dung tin nhắn')
    const tells = async () => {
      const steps = ['phản ánh', 'hàng nghi giả', 'tem mờ và in sai', 'chợ Mẫu', 'hôm nay', 'bỏ qua', 'chưa dùng', 'gửi']
      for (const [at, text] of steps.entries()) {
        await input.fill(text)
        await input.press('Enter')
        const asked = page.locator('.line.bot.now').filter({ hasText: at + 1 < steps.length ? `Bước ${at + 1}/8` : 'Bước 8/8' })
        await asked.waitFor()
      }
    }
    const receipts = page.getByText(/^PA-\d{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/)
    await tells()
    await page.locator('.line.now .buttons').getByRole('button', { name: 'Không' }).click()
    await receipts.first().waitFor({ timeout: 10_000 })
    bot.clock.advance(3_600_000)
    await tells()
    await page.reload()
    await page.locator('.line.now .buttons').getByRole('button', { name: 'Không' }).click()
    await receipts.nth(1).waitFor({ timeout: 10_000 })
    expect(await page.getByText('Bạn chờ vài giây').count()).toBe(0)
    expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 2 }])
    expect(bot.taken.filter((one) => 'work' in one)).toHaveLength(2)
  })

  test('the conversation is deleted only after a second yes', async () => {
    const page = await open({ viewport: { width: 390, height: 844 } })
    await page.getByRole('button', { name: 'Bắt đầu' }).click()
    await answers(page, 2)
    await page.getByRole('button', { name: 'Giới thiệu', exact: true }).click()
    await look(page, 'about-390-light')
    await page.getByRole('button', { name: 'Xóa cuộc trò chuyện' }).click()
    await page.getByRole('button', { name: 'Giữ lại' }).click()
    expect(await page.locator('.line').count()).toBe(3)
    await page.getByRole('button', { name: 'Xóa cuộc trò chuyện' }).click()
    await page.getByRole('button', { name: 'Xóa', exact: true }).click()
    await page.locator('.line.you', { hasText: 'Dữ liệu của tôi' }).waitFor()
    expect(await page.locator('.line.you').count()).toBe(1)
  })

  test('reading above, one is told of something new instead of being pulled down', async () => {
    const page = await open({ viewport: { width: 390, height: 600 } })
    for (let i = 1; i <= 4; i++) {
      await page.getByLabel('Nội dung tin nhắn').fill('trợ giúp')
      await page.keyboard.press('Enter')
      await answers(page, i)
    }
    await page.locator('#scroll').evaluate((node: { scrollTop: number }) => {
      node.scrollTop = 0
    })
    const [cookie] = await page.context().cookies()
    await bot.browser(`${cookie?.name}=${cookie?.value}`).posts({ id: 'tab2', text: 'trợ giúp' })
    await page.getByRole('button', { name: 'Tin mới' }).click()
    const gap = await page
      .locator('#scroll')
      .evaluate((node: { scrollHeight: number; scrollTop: number; clientHeight: number }) =>
        Math.round(node.scrollHeight - node.scrollTop - node.clientHeight),
      )
    expect(gap).toBeLessThanOrEqual(1)
  })
})

describe('on any screen', () => {
  test.each([320, 390, 1280])('nothing runs out sideways and every target is large enough at %i px', async (width) => {
    const page = await open({ viewport: { width, height: 700 } })
    await fits(page)
    await look(page, `welcome-${width}-light`)
    await page.getByRole('button', { name: 'Bắt đầu' }).click()
    await answers(page, 1)
    await page.getByLabel('Nội dung tin nhắn').fill(`trợ giúp ${'https://example.vn/mot-dia-chi-rat-dai-khong-co-khoang-trang/'.repeat(3)}`)
    await page.keyboard.press('Enter')
    await answers(page, 2)
    await fits(page)
    await look(page, `talk-${width}-light`)
    await page.emulateMedia({ colorScheme: 'dark' })
    await look(page, `talk-${width}-dark`)
  })

  test('dark is dark', async () => {
    const page = await open({ colorScheme: 'dark' })
    const shade = await page.locator('body').evaluate((body) => globalThis.getComputedStyle(body).backgroundColor)
    expect(shade).toBe('rgb(21, 19, 18)')
    await look(page, 'welcome-320-dark')
  })

  test('everything can be done from the keyboard, in the order it is seen', async () => {
    const page = await open({ viewport: { width: 1280, height: 800 } })
    const seen: string[] = []
    for (let i = 0; i < 14; i++) {
      await page.keyboard.press('Tab')
      seen.push(await page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim() || ''))
    }
    expect(seen[0]).toBe('Đến ô nhập tin')
    const order = ['start', 'photos', 'locate', 'input', 'send'].map((id) => seen.indexOf(id))
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(Math.min(...order)).toBeGreaterThan(0)
    await page.locator('#start').focus()
    await page.keyboard.press('Enter')
    await answers(page, 1)
  })

  test('without the script it says where else to write', async () => {
    const page = await open({ javaScriptEnabled: false })
    await page.locator('noscript .welcome').waitFor()
    expect(await page.locator('noscript .welcome').innerText()).toContain('đang tắt JavaScript')
    expect(await page.locator('noscript a').allInnerTexts()).toEqual(['Nhắn qua Zalo', 'Nhắn qua Telegram'])
    expect(await page.locator('#composer').isVisible()).toBe(false)
    await look(page, 'noscript-320-light')
  })
})

async function open(options: BrowserContextOptions = {}, path = '/'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, locale: 'vi-VN', reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`page: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith(`blob:${origin}/`))
      complaints.push(`outside: ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`)
  })
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`policy: ${violatedDirective} ${blockedURI}`)
    })
  })
  await page.goto(`${origin}${path}`)
  if (options.javaScriptEnabled !== false) await page.locator('#composer').waitFor()
  return page
}

/** Waits until the bot has said this many things. */
async function answers(page: Page, count: number): Promise<void> {
  await page
    .locator('.line.bot')
    .nth(count - 1)
    .waitFor()
}

/** The head on top, the composer at the bottom, no sideways scroll, and 44 px for whatever one taps. */
async function fits(page: Page): Promise<void> {
  const { wide, small } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    small: [...document.querySelectorAll<HTMLElement>('button, textarea, input, .choice')]
      .filter((node) => node.offsetParent !== null)
      .map((node) => ({ name: node.id || node.textContent, box: node.getBoundingClientRect() }))
      .filter(({ box }) => box.height < 44 || box.width < 44 || box.right > window.innerWidth)
      .map(({ name }) => name),
  }))
  const ends = await page.evaluate(() => [
    document.querySelector('.top')?.getBoundingClientRect().top,
    window.innerHeight - (document.querySelector('#composer')?.getBoundingClientRect().bottom ?? 0),
  ])
  expect(ends).toEqual([0, 0])
  expect({ wide, small }).toEqual({ wide: 0, small: [] })
  const sizes = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('p, h1, h2, button, a, textarea, span')]
      .filter((node) => node.offsetParent !== null && node.textContent?.trim())
      .map((node) => Number.parseFloat(getComputedStyle(node).fontSize)),
  )
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(16)
}

const look = (page: Page, name: string) => page.screenshot({ path: `${OUT}${name}.png` })

function listen(on: Server): Promise<string> {
  return new Promise((resolve) => {
    on.listen(0, '127.0.0.1', () => {
      const address = on.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
    })
  })
}
