/**
 * Two officers and a member at their phones, in a real Chromium at 360 px: bound by code and digits, a message is written,
 * approved by the other, sent, tapped and counted. What runs is the product's own road; only the clock is moved by hand.
 */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createAdaptorServer } from '@hono/node-server'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addOfficer, makeBindCode } from '../db/officers.ts'
import { createBroadcasts } from '../src/broadcasts.ts'
import { secureRandom } from '../src/keys.ts'
import type { Role } from '../src/rights.ts'
import { newTotpSecret, totpDigits } from '../src/totp.ts'
import { addMany, unitRows } from './people.ts'
import { createWebBot, type WebBot } from './web-harness.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const OUT = new URL('.out/', import.meta.url).pathname
const TEXT = 'Mời đoàn viên công đoàn dự phiên chợ hàng Việt <b>tại nhà văn hóa</b>, sáng Chủ nhật.'

let browser: Browser
let bot: WebBot
let server: ReturnType<typeof createAdaptorServer>
let broadcasts: ReturnType<typeof createBroadcasts>
let origin: string
let complaints: string[]

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`This test needs Chromium at ${CHROMIUM}: install it, or name it in CHROMIUM.`)
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  await mkdir(OUT, { recursive: true })
})
afterAll(() => browser?.close())

beforeEach(async () => {
  complaints = []
  bot = await createWebBot()
  await bot.db.write(unitRows())
  bot.dispatcher.start()
  broadcasts = createBroadcasts({
    db: bot.db,
    keys: bot.keys,
    channels: [bot.web],
    now: bot.clock.now,
    random: secureRandom,
    log: () => {},
  })
  server = createAdaptorServer({ fetch: bot.app.fetch })
  origin = await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
    })
  })
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  expect(complaints).toEqual([])
  bot.web.close()
  await new Promise((resume) => server.close(resume))
  await bot.dispatcher.stop()
  await bot.close()
})

test('bound, written, approved, sent, tapped, counted', async () => {
  const lan = await officer('Lê Thị Lan', ['editor'])
  const minh = await officer('Trần Văn Minh', ['approver'])
  const mai = await sitsDown()
  await agrees(mai)
  // Nine more, so that a result is shown at all (R23).
  await addMany(bot.db, 9, { unit: 'xa', channel: 'web' })

  await lan.taps('Trang soạn tin')
  await lan.taps('Soạn tin mới')
  await lan.says(TEXT)
  for (const answer of ['Công đoàn xã Mẫu và các đơn vị bên dưới', 'Mọi người', 'Không theo chủ đề', 'Không', 'Không nêu tên', 'Đố vui'])
    await lan.taps(answer)
  expect(await lan.taps('Ngay sau khi duyệt')).toContain('Sẽ gửi cho: khoảng 10 người.')
  await lan.looks('officer-preview-360')
  expect(await lan.taps('Gửi duyệt')).toContain('Cán bộ duyệt vừa được báo tin')

  await minh.reads('gửi duyệt một tin')
  expect(await minh.taps('Mở để duyệt')).toContain(TEXT)
  await minh.looks('officer-approve-360')
  await minh.taps('Duyệt')
  expect(await minh.says('000000')).toContain('Sáu số chưa đúng')
  expect(await minh.says(minh.digits())).toContain('Tin đầu tiên được gửi lúc 09:06 thứ Hai, 23/11/2026')
  await lan.reads('đã duyệt tin')

  bot.clock.advance(6 * 60_000)
  // One tick is one step of a run: gathered, begun, sent, ended.
  while (await broadcasts.tick());
  await mai.reads(TEXT)
  await mai.looks('member-push-360')
  expect(await mai.taps('Chơi đố vui')).not.toContain('không còn')
  bot.clock.advance(2_000)
  while (await broadcasts.tick());
  await bot.dispatcher.drain()
  await lan.reads('đã xong')
  const result = await lan.taps('Xem đợt gửi')
  expect(result).toContain('Người nhận: khoảng 10')
  expect(result).toContain('Lượt bấm nút: dưới 5.')
  await lan.looks('officer-result-360')
})

/** An officer who binds this phone with the operator's code and the digits of their app. */
async function officer(name: string, roles: Role[]) {
  const [id, code, secret] = [roles[0] ?? '', roles[0] === 'editor' ? 'ABCD2345' : 'EFGH6789', newTotpSecret()]
  const now = bot.clock.now()
  await bot.db.write([
    addOfficer({ id, name, unitId: 'xa', roles, now }),
    ...(await makeBindCode(bot.keys, { officerId: id, codeTag: await bot.keys.tag('officer-code', code), secret, now })),
  ])
  const seat = await sitsDown()
  const digits = () => totpDigits(secret, bot.clock.now())
  expect(await seat.says(`gan tai khoan can bo ${code.slice(0, 4)}-${code.slice(4)}`)).toContain('sáu số')
  expect(await seat.says(digits())).toContain(`Đã gắn tài khoản này với cán bộ ${name}`)
  // Digits are good once: the next ones are of the next half minute.
  bot.clock.advance(30_000)
  return { ...seat, digits }
}

async function agrees(member: Seat): Promise<void> {
  await member.says('đổi đơn vị')
  await member.says('cong doan xa mau')
  await member.taps(/Công đoàn xã Mẫu/)
  await member.taps('Bỏ qua')
  await member.says('nhận tin')
  await member.taps('Bật nhận tin')
  await member.taps('Từ 16 tuổi trở lên')
  expect(await member.taps('Đồng ý')).toContain('Đã bật nhận tin')
}

type Seat = Awaited<ReturnType<typeof sitsDown>>

/** Somebody at a phone of their own. `says` and `taps` return what is answered, line under line. */
async function sitsDown() {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'vi-VN', reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(origin)
  const seat = {
    async says(text: string) {
      return answered(page, async () => {
        await page.getByLabel('Nội dung tin nhắn').fill(text)
        await page.keyboard.press('Enter')
      })
    },
    taps: (label: string | RegExp) =>
      answered(page, () => page.locator('.line.bot').getByRole('button', { name: label, exact: true }).last().click()),
    /** Waits for a line with these words. */
    reads: (words: string) => page.locator('.line.bot', { hasText: words }).last().waitFor(),
    looks: (name: string) => page.screenshot({ path: `${OUT}${name}.png` }),
  }
  await answered(page, () => page.getByRole('button', { name: 'Bắt đầu' }).click())
  return seat
}

/** Does it, and waits until the answer to it is whole: everything of one turn stands before the next line is asked for. */
async function answered(page: Page, act: () => Promise<void>): Promise<string> {
  const lines = page.locator('.line.bot')
  const before = await lines.count()
  await act()
  await lines.nth(before).waitFor()
  await bot.dispatcher.drain()
  await page.waitForTimeout(150)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
  const said = (await lines.locator('.words').allInnerTexts()).slice(before)
  return said.join('\n')
}
