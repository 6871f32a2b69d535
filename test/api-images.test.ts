import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IMAGE_MOST } from '../db/images.ts'
import { viewerCopy } from '../src/viewer-copy.ts'
import { type ApiDesk, draft, openApiDesk } from './api-desk.ts'
import { openTestFile } from './database.ts'
import { JPEG, jpegOf, PNG, pngOf } from './pictures.ts'

let desk: ApiDesk
beforeEach(async () => {
  desk = await openApiDesk()
})
afterEach(() => desk.close())

const put = async (bytes: Uint8Array, type: string, path = '/images?unit=xa') => {
  const client = await desk.clientOf('xa', ['editor'])
  return client.post(path, bytes, { 'content-type': type })
}

test.each([
  ['a PNG', PNG, 'image/png', 'png'],
  ['a JPEG', JPEG, 'image/jpeg', 'jpg'],
  ['a JPEG that calls itself PNG', JPEG, 'image/png', 'jpg'],
])('%s is kept, served to everybody and usable in a campaign', async (_, bytes, type, kind) => {
  const answer = await put(bytes, type)
  expect(answer.status).toBe(201)
  const { image } = (await answer.json()) as { image: string }
  expect(image).toMatch(new RegExp(`^/media/[a-z0-9]{16}\\.${kind}$`))
  const shown = await desk.product.app.request(image)
  expect(shown.status).toBe(200)
  expect(new Uint8Array(await shown.arrayBuffer())).toEqual(bytes)
  expect(Object.fromEntries(shown.headers)).toMatchObject({
    'content-type': kind === 'png' ? 'image/png' : 'image/jpeg',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  })
  expect((await desk.product.app.request(image.replace(kind, kind === 'png' ? 'jpg' : 'png'))).status).toBe(404)
  const client = await desk.clientOf('xa', ['editor'])
  const campaign = (await (await client.post('/campaigns', draft('xa', { content: { vi: 'Có ảnh.', image } }))).json()) as { id: string }
  const preview = (await (await client.get(`/campaigns/${campaign.id}/preview`)).json()) as {
    problem: unknown
    messages: Array<{ parts: unknown[] }>
  }
  expect(preview.problem).toBeNull()
  expect(preview.messages[0]?.parts).toMatchObject([{ image: `https://bot.example.vn${image}` }])
  expect((await desk.audits())[0]).toMatchObject({ act: 'image.add', outcome: 'done', unit_id: 'xa', about: 'image' })
})

test.each([
  ['a page', new TextEncoder().encode('<svg onload="alert(1)"/>'), 'image/png', 400],
  ['a page by its own name', PNG, 'image/svg+xml', 400],
  ['JSON', PNG, 'application/json', 400],
  ['nothing', new Uint8Array(), 'image/png', 400],
  ['a bomb', pngOf(60_000, 60_000), 'image/png', 400],
  ['a picture too long for Telegram', jpegOf(8_000, 200), 'image/jpeg', 400],
  ['a megabyte and a byte', new Uint8Array(IMAGE_MOST + 1), 'image/png', 413],
])('%s is refused and leaves nothing but its audit row', async (_, bytes, type, status) => {
  expect((await put(bytes, type)).status).toBe(status)
  expect(await desk.db.read('SELECT count(*) AS n FROM images')).toEqual([{ n: 0 }])
  expect(await desk.audits()).toMatchObject([{ act: 'image.add', outcome: 'refused' }])
})

describe('what comes along with a picture never leaves it', () => {
  const located = () =>
    sharp({ create: { width: 400, height: 200, channels: 3, background: '#b02020' } }).withExif({
      IFD0: { Make: 'Máy ảnh', Copyright: 'Nguyễn Văn Mẫu' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '21/1 1/1 30/1' },
    })

  test.each(['jpeg', 'png'] as const)('a %s is encoded anew where there is an image library', async (kind) => {
    await desk.close()
    desk = await openApiDesk(openTestFile, { viewerCopy })
    const given = await located()[kind]().toBuffer()
    expect((await sharp(given).metadata()).exif).toBeDefined()
    const answer = await put(new Uint8Array(given), `image/${kind}`)
    expect(answer.status).toBe(201)
    const { image } = (await answer.json()) as { image: string }
    expect(image).toMatch(/\.jpg$/)
    const shown = await desk.product.app.request(image)
    expect(shown.headers.get('content-type')).toBe('image/jpeg')
    const served = Buffer.from(await shown.arrayBuffer())
    expect(await sharp(served).metadata()).toMatchObject({ format: 'jpeg', width: 400, height: 200 })
    expect((await sharp(served).metadata()).exif).toBeUndefined()
    expect((await desk.audits())[0]).toMatchObject({ detail: expect.stringContaining(`"bytes":${served.byteLength}`) })
  })

  test('a damaged one, and one that no quality makes small enough, are refused there', async () => {
    await desk.close()
    desk = await openApiDesk(openTestFile, { viewerCopy })
    const whole = new Uint8Array(await located().jpeg().toBuffer())
    const broken = await put(whole.slice(0, whole.length / 2), 'image/jpeg')
    expect(broken.status).toBe(400)
    expect(await broken.text()).toContain('Không mở được ảnh')
    await desk.close()
    desk = await openApiDesk(openTestFile, { viewerCopy: async () => new Uint8Array(IMAGE_MOST + 1) })
    expect((await put(whole, 'image/jpeg')).status).toBe(400)
    expect(await desk.db.read('SELECT count(*) AS n FROM images')).toEqual([{ n: 0 }])
  })

  test.each(['jpeg', 'png'] as const)('without one a %s that carries more is refused, with what to do', async (kind) => {
    const answer = await put(new Uint8Array(await located()[kind]().toBuffer()), `image/${kind}`)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('nơi chụp')
    expect(await desk.db.read('SELECT count(*) AS n FROM images')).toEqual([{ n: 0 }])
  })
})

test('for another unit it is refused, and an hour takes sixty', async () => {
  expect((await put(PNG, 'image/png', '/images?unit=xa-khac')).status).toBe(404)
  expect((await put(PNG, 'image/png', '/images')).status).toBe(400)
  const client = await desk.clientOf('xa', ['editor'])
  const statuses: number[] = []
  for (let i = 0; i < 61; i++) statuses.push((await client.post('/images?unit=xa', PNG, { 'content-type': 'image/png' })).status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(60)
  expect(statuses.at(-1)).toBe(429)
})

test.each(['/media/0123456789abcdef.jpg', '/media/0123456789abcdef', '/media/..%2f..%2fkey', '/media/', "/media/' OR 1=1.png"])(
  '%s is not there',
  async (path) => {
    expect((await desk.product.app.request(path)).status).toBe(404)
  },
)
