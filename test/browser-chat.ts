/** The web chat on a phone in a real browser: says, taps, sends a photo, and waits for what comes back. */
import type { Locator } from 'playwright-core'
import sharp from 'sharp'
import { expect } from 'vitest'
import { PHONE, type Stage } from './console-stage.ts'

export const RECEIPT = /PA-\d{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/
const PATIENCE = { timeout: 20_000 }
/** An answer of several messages comes line by line: milliseconds without another one. */
const QUIET = 150

export async function openChat(stage: Stage) {
  const { page } = await stage.sitsDown({ viewport: PHONE })
  await page.goto(`${stage.origin}/`)
  const bot = page.locator('.line.bot .words')
  const textsOf = (lines: Locator) => lines.allInnerTexts()
  /** What the bot says to it. */
  const hears = async (act: () => Promise<void>): Promise<string> => {
    const before = await bot.count()
    await act()
    await expect.poll(() => bot.count(), PATIENCE).toBeGreaterThan(before)
    for (let n = 0; n < (await bot.count()); await page.waitForTimeout(QUIET)) n = await bot.count()
    return (await textsOf(bot)).slice(before).join('\n')
  }
  const chat = {
    page,
    /** Both sides of the talk, as they stand on the page. */
    lines: () => textsOf(page.locator('.line .words')),
    taps: (label: string) => hears(() => page.locator('.buttons').getByRole('button', { name: label, exact: true }).last().click()),
    says: (text: string) =>
      hears(async () => {
        await page.getByLabel('Nội dung tin nhắn').fill(text)
        await page.keyboard.press('Enter')
      }),
    sendsPhoto: () =>
      hears(async () => {
        const buffer = await sharp({ create: { width: 600, height: 400, channels: 3, background: '#b84' } })
          .jpeg()
          .toBuffer()
        await page.getByLabel('Gửi ảnh').setInputFiles([{ name: 'tem.jpg', mimeType: 'image/jpeg', buffer }])
        await page.getByRole('button', { name: 'Gửi', exact: true }).last().click()
      }),
    /** What comes by itself. */
    waits: (words: string) => expect.poll(async () => (await textsOf(bot)).join('\n'), PATIENCE).toContain(words),
    /** A report with a photo, whose member lets the assistant write back; its photo is stored. Returns the receipt. */
    async files(): Promise<string> {
      await chat.says('xin chào')
      await chat.says('phản ánh')
      await chat.taps('Hàng nghi giả')
      await chat.says('Hộp sữa bột tem mờ, bột vón cục, giá rẻ bằng một nửa')
      await chat.says('Tạp hóa Bà Mẫu, chợ Mẫu')
      await chat.taps('Hôm qua')
      await chat.sendsPhoto()
      await chat.taps('Xong')
      await chat.taps('Chưa ai dùng')
      await chat.taps('Gửi')
      await chat.taps('Cho trợ lý nhắn lại')
      await expect.poll(async () => RECEIPT.test((await textsOf(bot)).join('\n')), PATIENCE).toBe(true)
      await stage.product.photos.drain()
      return RECEIPT.exec((await textsOf(bot)).join('\n'))?.[0] ?? ''
    },
  }
  return chat
}
