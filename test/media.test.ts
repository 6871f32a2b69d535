import { describe, expect, test } from 'vitest'
import { SendError } from '../src/errors.ts'
import { fetchAllowed, zaloMediaHosts } from '../src/media.ts'

const hosts = [...zaloMediaHosts, 'cdn.example.vn', 'http://127.0.0.1:9000', 'https://files.example.vn:8443']

/** Asks through a `fetch` that answers from a table; everything else is a small photo. */
async function ask(url: string, table: Record<string, () => Response> = {}) {
  const asked: { url: string; init: RequestInit | undefined }[] = []
  const fetch = async (address: string, init?: RequestInit) => {
    asked.push({ url: address, init })
    return table[address]?.() ?? new Response('photo')
  }
  const outcome = await fetchAllowed(url, { hosts, fetch, signal: new AbortController().signal }).then(
    (response) => response.text(),
    (error: unknown) => (error instanceof SendError ? `${error.failure} ${error.reason}` : Promise.reject(error)),
  )
  return { outcome, asked: asked.map((one) => one.url), inits: asked.map((one) => one.init) }
}

const redirect = (location: string) => () => new Response(null, { status: 302, headers: { location } })

describe('a photo is fetched', () => {
  test.each([
    'https://f6-zpg-r.zdn.vn/jpg/1.jpg',
    'https://photo-stal-11.zdn.vn/a/b.jpg?x=1',
    'https://s120-ava-talk.zadn.vn/1.jpg',
    'https://cdn.example.vn/1.jpg',
    'http://127.0.0.1:9000/1.jpg',
    'https://files.example.vn:8443/1.jpg',
  ])('from %s', async (url) => {
    expect(await ask(url)).toMatchObject({ outcome: 'photo', asked: [url] })
  })

  test('over https although the link says http', async () => {
    expect(await ask('http://f6.photo.talk.zdn.vn/1.jpg')).toMatchObject({
      outcome: 'photo',
      asked: ['https://f6.photo.talk.zdn.vn/1.jpg'],
    })
  })

  test('without any credential and without following redirects blindly', async () => {
    const { inits } = await ask('https://cdn.example.vn/1.jpg')
    expect(inits).toMatchObject([{ redirect: 'manual' }])
    expect(inits[0]).not.toHaveProperty('headers')
  })

  test('through up to three redirects inside the list', async () => {
    const step = (n: number) => `https://a${n}.zdn.vn/x`
    const table = { [step(0)]: redirect(step(1)), [step(1)]: redirect('http://a2.zdn.vn/x'), [step(2)]: redirect(step(3)) }
    expect(await ask(step(0), table)).toMatchObject({ outcome: 'photo', asked: [0, 1, 2, 3].map(step) })
    expect(await ask(step(0), { ...table, [step(3)]: redirect('/y') })).toMatchObject({ outcome: 'refused photo_redirects' })
  })
})

describe('a photo is refused', () => {
  test.each([
    'https://zdn.vn.evil.example/1.jpg',
    'https://evilzdn.vn/1.jpg',
    'https://.zdn.vn/1.jpg',
    'https://f6.zdn.vn:444/1.jpg',
    'http://f6.zdn.vn:8080/1.jpg',
    'https://user:pass@f6.zdn.vn/1.jpg',
    'https://f6.zdn.vn@evil.example/1.jpg',
    'http://127.0.0.1:9001/1.jpg',
    'http://127.0.0.1/1.jpg',
    'https://127.0.0.1:9000/1.jpg',
    'http://169.254.169.254/latest/meta-data',
    'ftp://f6.zdn.vn/1.jpg',
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
    '//f6.zdn.vn/1.jpg',
    'not a link',
    '',
  ])('from %s, and nobody is asked', async (url) => {
    expect(await ask(url)).toMatchObject({ outcome: 'refused photo_host', asked: [] })
  })

  test('when a redirect leads off the list', async () => {
    const first = 'https://f6.zdn.vn/1.jpg'
    for (const away of ['https://evil.example/', 'http://169.254.169.254/', 'file:///etc/passwd', 'http://[::1]/'])
      expect(await ask(first, { [first]: redirect(away) })).toMatchObject({ outcome: 'refused photo_host', asked: [first] })
  })

  test.each([
    [404, 'refused photo_404'],
    [403, 'refused photo_403'],
    [429, 'temporary photo_429'],
    [503, 'temporary photo_503'],
  ])('with status %i as %s', async (status, outcome) => {
    const url = 'https://f6.zdn.vn/1.jpg'
    expect((await ask(url, { [url]: () => new Response(null, { status }) })).outcome).toBe(outcome)
  })

  test('for now when the line is broken', async () => {
    const url = 'https://f6.zdn.vn/1.jpg'
    const broken = () => {
      throw new TypeError('fetch failed')
    }
    expect((await ask(url, { [url]: broken })).outcome).toBe('temporary photo_unreachable')
  })
})
