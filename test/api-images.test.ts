import { afterEach, beforeEach, expect, test } from 'vitest'
import { IMAGE_MOST } from '../db/images.ts'
import { type ApiDesk, draft, openApiDesk } from './api-desk.ts'
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
