import { createRequire } from 'node:module'
import axios from 'axios'
import { afterEach, describe, expect, test } from 'vitest'
import { failure, keys, zaloOnFake } from './zalo-kit.ts'

let close: (() => Promise<void>) | undefined
afterEach(() => close?.())

async function onFake(...options: Parameters<typeof zaloOnFake>) {
  const bench = await zaloOnFake(...options)
  close = bench.fake.close
  return bench
}

describe('zalo-api', () => {
  test('shares one axios with our adapter', () => {
    const require = createRequire(import.meta.url)
    expect(createRequire(require.resolve('zalo-api'))('axios')).toBe(axios)
  })

  test('learns who the OA is, with the token in the header and never in the address', async () => {
    const { zalo, fake } = await onFake()
    const state = await zalo.setUp('https://bot.example.vn/webhooks/zalo')
    expect(state).toMatchObject({ ok: true, name: 'Công đoàn mẫu', link: `https://zalo.me/${keys.oaId}` })
    expect(state.detail).toContain('https://bot.example.vn/webhooks/zalo')
    expect(fake.calls).toMatchObject([{ method: 'GET', path: '/v2.0/oa/getoa', query: '', headers: { access_token: keys.accessToken } }])
  })

  test('broadcasts an article to a target', async () => {
    const { zalo, fake } = await onFake()
    expect(await zalo.broadcastArticle('bd5ea46bb32e5a0033f', { cities: '4' })).toBe('broadcast-1')
    const elements = [{ media_type: 'article', attachment_id: 'bd5ea46bb32e5a0033f' }]
    expect(fake.calls).toMatchObject([{ method: 'POST', path: '/v2.0/oa/message', query: '', headers: { access_token: keys.accessToken } }])
    expect(fake.calls[0]?.headers['content-type']).toBe('application/json')
    expect(fake.calls[0]?.json).toEqual({
      recipient: { target: { cities: '4' } },
      message: { attachment: { type: 'template', payload: { template_type: 'media', elements } } },
    })
  })

  test('tells a refusal like every other call', async () => {
    const { zalo, fake } = await onFake()
    fake.script('/v2.0/oa/message', { error: -1441 }, 'drop')
    expect(await failure(zalo.broadcastArticle('a'))).toMatchObject({ failure: 'later', reason: 'zalo_-1441' })
    expect(await failure(zalo.broadcastArticle('a'))).toMatchObject({ failure: 'unknown' })
  })

  test('serves two channels at a time without mixing their tokens', async () => {
    const one = await onFake()
    const two = await zaloOnFake({ oaId: '1' })
    const [first, second] = await Promise.all([one.zalo.setUp('https://a.example.vn'), two.zalo.setUp('https://b.example.vn')])
    await two.fake.close()
    expect([first.ok, one.fake.calls.length, two.fake.calls.length]).toEqual([true, 1, 1])
    expect(second).toMatchObject({ ok: false, detail: expect.stringContaining('OA khác') })
  })
})

describe('at start', () => {
  test('it says what is missing', async () => {
    const { zalo, fake } = await onFake()
    expect(await zalo.setUp(null)).toMatchObject({ ok: false, detail: expect.stringContaining('PUBLIC_URL') })
    fake.script('/v2.0/oa/getoa', { status: 503 }, { error: -224 })
    expect(await zalo.setUp(null)).toMatchObject({ ok: false, name: 'Zalo', detail: expect.stringContaining('zalo_http_503') })
    expect(await zalo.setUp(null)).toMatchObject({ ok: false, detail: expect.stringContaining('gói dịch vụ') })
  })
})

describe('a photo', () => {
  const signal = new AbortController().signal

  test('is opened at the configured API root without the token', async () => {
    const { zalo, fake } = await onFake()
    fake.photos.set('/photo/1.jpg', { type: 'image/jpeg', bytes: new Uint8Array([255, 216, 255]) })
    const response = await zalo.photo(`${fake.apiRoot}/photo/1.jpg`, signal)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([255, 216, 255]))
    expect(fake.calls[0]?.headers).not.toHaveProperty('access_token')
  })

  test('elsewhere is refused, also by a redirect', async () => {
    const { zalo, fake } = await onFake()
    fake.photos.set('/photo/2.jpg', { location: 'https://evil.example/x.jpg' })
    expect(await failure(zalo.photo(`${fake.apiRoot}/photo/2.jpg`, signal))).toMatchObject({ failure: 'refused', reason: 'photo_host' })
    expect(await failure(zalo.photo('https://evil.example/x.jpg', signal))).toMatchObject({ failure: 'refused', reason: 'photo_host' })
  })
})

test('the fetch it is given is called on its own, as workerd asks', async () => {
  const owners: unknown[] = []
  const { zalo, fake, clock } = await onFake({
    fetch: function (this: unknown, url, init) {
      owners.push(this)
      return fetch(url, init)
    },
  })
  clock.now += 30 * 3600_000
  fake.photos.set('/1.jpg', { type: 'image/jpeg', bytes: new Uint8Array([255]) })
  await zalo.setUp(null)
  await zalo.photo(`${fake.apiRoot}/1.jpg`, new AbortController().signal)
  expect(owners).toEqual([undefined, undefined, undefined])
})
