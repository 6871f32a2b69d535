/**
 * A letter with two photos, typed in by an officer on a phone of 360 pixels: wrong files are named and no word is lost, one
 * photo is blackened and lies in the packet that leaves; another photo is added later. Without a script, and with files that
 * are more than a form takes, as a real browser sends them.
 */
import { readFile } from 'node:fs/promises'
import { unzipSync } from 'fflate'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addAuthority } from '../db/authorities.ts'
import { launch, OUT, openStage, PHONE, type Stage } from './console-stage.ts'
import { deskAt } from './people.ts'
import { grain } from './photo-desk.ts'
import { scene } from './photo-road.ts'

let browser: Browser
let stage: Stage
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  stage = await openStage(browser)
  await stage.officer('an', 'tinh', ['case'], 'Nguyễn Thị An')
})
afterEach(async () => {
  const { complaints, errors } = stage
  await stage.close()
  expect([...complaints, ...errors]).toEqual([])
})

const SIGNS = 'Thư kể: dầu gội đổi mùi, nắp không có tem.'
const jpeg = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/jpeg', buffer })
const main = (page: Page) => page.locator('main').innerText()
const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
const press = (page: Page, name: string) => page.getByRole('main').getByRole('button', { name, exact: true }).click()
const files = (page: Page) => page.getByLabel('Ảnh hoặc bản chụp thư')

async function types(page: Page): Promise<void> {
  await page.goto(`${stage.origin}/console/cases/new`)
  await page.getByLabel('Nhận qua').selectOption({ label: 'Qua thư, đơn' })
  await page.getByLabel('Dấu hiệu').fill(SIGNS)
  await page.getByLabel('Nơi thấy').fill('Chợ Mẫu')
}

/** What the loop of the running product does by itself. */
async function brought(page: Page): Promise<void> {
  await stage.product.photos.drain()
  await page.reload()
}

test('on a phone: two photos with a letter, one blackened, and that one alone in the packet; another is added later', async () => {
  const { db, keys, clock, origin } = stage
  await stage.officer('quantri', 'tinh', ['admin'], 'Lê Thị Quản')
  const office = { kind: 'qltt', name: 'Chi cục Quản lý thị trường tỉnh Mẫu', address: 'Số 1 đường Mẫu', phone: '', email: '' } as const
  const { id: authority, writes } = addAuthority(
    await deskAt(db, keys, 'quantri', clock.now()),
    { ...office, source: 'Cổng tỉnh Mẫu', place: 1 },
    null,
    '2026-11-20',
  )
  await db.write(writes)
  const an = await stage.signsIn('an', { viewport: PHONE, isMobile: true, hasTouch: true })
  await types(an)
  await files(an).setInputFiles([jpeg('thu-1.jpg', await scene(1)), jpeg('thu-2.jpg', Buffer.from('<svg/>'))])
  await press(an, 'Lưu phản ánh')
  expect(await main(an)).toContain('“thu-2.jpg”: Tệp này không phải ảnh JPEG, PNG hoặc WebP')
  expect(await an.getByLabel('Dấu hiệu').inputValue()).toBe(SIGNS)
  expect(await an.getByLabel('Nhận qua').inputValue()).toBe('letter')
  expect(await sideways(an)).toBe(0)
  await an.screenshot({ path: `${OUT}intake-wrong-360.png`, fullPage: true })

  await files(an).setInputFiles([jpeg('thu-1.jpg', await scene(1)), jpeg('thu-2.jpg', await scene(2, 600, 900))])
  await press(an, 'Lưu phản ánh')
  expect(await main(an)).toContain('Đã nhập phản ánh.')
  const at = an.url().replace(/\?.*/, '')
  expect(await main(an)).toContain('Đang niêm phong')
  await brought(an)
  expect(await an.locator('img.photo-small').count()).toBe(2)
  expect(await main(an)).toContain('Kèm thư, đơn')
  expect(await sideways(an)).toBe(0)
  await an.screenshot({ path: `${OUT}intake-case-360.png`, fullPage: true })

  await an
    .getByRole('link', { name: /^Che ảnh/ })
    .first()
    .click()
  await an.getByRole('button', { name: 'Thêm ô' }).tap()
  await an.getByText('Đã vẽ 1/20 ô.').waitFor()
  await an.getByLabel('Tôi đã xem kỹ').check()
  await an.getByRole('button', { name: 'Lưu bản che' }).tap()
  await an.getByText('Bản này được gửi kèm hồ sơ.').waitFor()

  await an.getByText('Thêm ảnh', { exact: true }).first().tap()
  await an.getByLabel('Ảnh từ đâu').selectOption({ label: 'Cán bộ chụp' })
  await files(an).setInputFiles([jpeg('chup.jpg', await scene(3))])
  await an.screenshot({ path: `${OUT}intake-add-360.png`, fullPage: true })
  await press(an, 'Lưu ảnh')
  expect(await main(an)).toContain('Đã lưu ảnh.')
  await brought(an)
  expect(await an.locator('img.photo-small').count()).toBe(3)

  await stage.proves('an')
  await an.getByRole('link', { name: 'Soạn phiếu chuyển' }).click()
  await an.getByLabel('Cơ quan nhận', { exact: true }).selectOption(authority)
  await an.getByLabel('Tôi đã đọc lại: trong phiếu không có gì cho biết ai phản ánh.').check()
  await press(an, 'Lưu bản nháp')
  await stage.proves('an')
  await an.getByRole('link', { name: 'Tải phiếu, hồ sơ' }).click()
  const [zip] = await Promise.all([an.waitForEvent('download'), press(an, 'Tải cả hồ sơ (.zip)')])
  const packet = unzipSync(await readFile(await zip.path()))
  const pictures = Object.entries(packet).filter(([name]) => name.endsWith('.jpg'))
  expect(pictures).toHaveLength(1)
  const { data, info } = await sharp(pictures[0]?.[1]).greyscale().raw().toBuffer({ resolveWithObject: true })
  // The box stands in the middle; the sky beside it is as it was.
  expect(data[Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)]).toBeLessThan(8)
  expect(data[5 * info.width + 5]).toBeGreaterThan(60)
  expect(Buffer.from(pictures[0]?.[1] ?? []).includes('Exif')).toBe(false)
  expect(at.startsWith(origin)).toBe(true)
})

test('without a script: typed, sent twice by an impatient hand, one case', async () => {
  const an = await stage.signsIn('an', { viewport: PHONE, javaScriptEnabled: false })
  await types(an)
  await files(an).setInputFiles([jpeg('thu-1.jpg', await scene(1))])
  await an.getByRole('button', { name: 'Lưu phản ánh' }).dblclick()
  await an.waitForURL(/\/console\/cases\/[a-z0-9]{16}/)
  await stage.product.photos.drain()
  expect(await stage.db.read('SELECT (SELECT count(*) FROM cases) AS cases, (SELECT count(*) FROM photos) AS photos')).toEqual([
    { cases: 1, photos: 1 },
  ])
  await an.reload()
  await an.getByText('Thêm ảnh', { exact: true }).first().click()
  await files(an).setInputFiles([jpeg('thu-1.jpg', await scene(1))])
  await press(an, 'Lưu ảnh')
  expect(await main(an)).toContain('Ảnh này đã có trong phản ánh')
})

test('fifty megabytes and thirty files are answered with a sentence and every typed word, not with a broken connection', async () => {
  const an = await stage.signsIn('an', { viewport: PHONE })
  const bytes = Buffer.concat([await grain(), Buffer.alloc(7_000_000)])
  await types(an)
  await files(an).setInputFiles(Array.from({ length: 7 }, (_, n) => jpeg(`to-${n}.jpg`, bytes)))
  await press(an, 'Lưu phản ánh')
  expect(await main(an)).toContain('Các ảnh cộng lại quá 32 MB')
  expect(await an.getByLabel('Dấu hiệu').inputValue()).toBe(SIGNS)
  const small = await grain()
  await files(an).setInputFiles(Array.from({ length: 30 }, (_, n) => jpeg(`nho-${n}.jpg`, small)))
  await press(an, 'Lưu phản ánh')
  expect(await main(an)).toContain('Đã chọn 30 ảnh; mỗi lần nhận nhiều nhất 10 ảnh.')
  expect(await an.getByLabel('Nơi thấy').inputValue()).toBe('Chợ Mẫu')
  expect(await stage.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 0 }])
})
