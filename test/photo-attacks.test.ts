/**
 * What somebody sends who means harm, over the real road: webhook or web form, the loop, the officer's page. What a file
 * does to the intake alone is in photo-intake.test.ts, addresses alone in media.test.ts, headers of files in image.test.ts.
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { viewName } from '../src/evidence.ts'
import { MAX_PHOTO_BYTES } from '../src/image.ts'
import { createPhotoLoop } from '../src/photos.ts'
import { looksOf } from '../src/pictures.ts'
import { viewerCopy } from '../src/viewer-copy.ts'
import { wordsOf } from './members.ts'
import { grain, jpegWithPlace, padded } from './photo-desk.ts'
import { openRoad, type Road, scene } from './photo-road.ts'

let road: Road
beforeEach(async () => {
  road = await openRoad()
})
afterEach(async () => {
  const failures = road.lines.filter((line) => line.includes('"error"'))
  await road.close()
  expect(failures).toEqual([])
})

/** The case of a report with these files, one message each, by Telegram. */
async function reported(...files: Uint8Array[]): Promise<string> {
  const lan = road.onTelegram('5012345631')
  return road.reports(lan, async () => {
    for (const file of files) await lan.sendsPhoto(file)
  })
}

/** The only photo of a case as an officer sees it; undefined when there is no picture to see. */
async function seen(caseId: string): Promise<{ page: string; picture?: Buffer; type?: string | null }> {
  const hoa = await road.signsIn()
  const page = await hoa.get(`/console/cases/${caseId}`)
  const src = /src="([^"?]+)\?size=small"/.exec(page.html)?.[1]
  if (src === undefined) return { page: page.text }
  const answer = await hoa.request(src)
  return { page: page.text, picture: Buffer.from(await answer.arrayBuffer()), type: answer.headers.get('content-type') }
}

describe('a file of ten megabytes', () => {
  test('to the byte is kept and seen; one byte more is not, by a webhook or on the page', async () => {
    const photo = await scene()
    const caseId = await reported(padded(photo, MAX_PHOTO_BYTES))
    expect(await road.photosOf(caseId)).toMatchObject([{ state: 'stored', reason: null }])
    expect((await seen(caseId)).page).toContain('10,5 MB')
    const minh = road.onTelegram('5012345632')
    const without = await road.reports(minh, async () => minh.sendsPhoto(padded(photo, MAX_PHOTO_BYTES + 1)))
    expect(await road.photosOf(without)).toEqual([])
    expect(wordsOf(minh.heard())).toContain('không tới được hoặc không đúng loại')
    const guest = await road.visits()
    expect((await guest.sendsFiles([['a.jpg', padded(photo, MAX_PHOTO_BYTES)]])).status).toBe(202)
    expect((await guest.sendsFiles([['a.jpg', padded(photo, MAX_PHOTO_BYTES + 1)]])).status).toBe(413)
  })
})

describe('a PNG that unfolds', () => {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, check])
  }
  /** @param said what the header claims @param pixels what the data unfolds to, in bytes */
  const png = (said: { width: number; height: number }, pixels: number, ...more: Buffer[]): Buffer => {
    const head = Buffer.alloc(13)
    head.writeUInt32BE(said.width, 0)
    head.writeUInt32BE(said.height, 4)
    head.set([8, 0, 0, 0, 0], 8)
    const data = deflateSync(Buffer.alloc(pixels), { level: 9 })
    return Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      chunk('IHDR', head),
      ...more,
      chunk('IDAT', data),
      chunk('IEND', Buffer.alloc(0)),
    ])
  }

  test('to 900 million pixels out of a few kilobytes is refused by its header, before anything is unfolded', async () => {
    const bomb = png({ width: 30_000, height: 30_000 }, 100_000_000)
    expect(bomb.length).toBeLessThan(150_000)
    const before = process.memoryUsage().rss
    const lan = road.onTelegram('5012345633')
    const caseId = await road.reports(lan, async () => lan.sendsPhoto(bomb))
    expect(await road.photosOf(caseId)).toEqual([])
    expect(await road.evidence.list()).toEqual({ names: [] })
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000)
  })

  test.each([
    ['past what its header says', png({ width: 100, height: 100 }, 100_000_000)],
    [
      'in a profile of colours',
      png(
        { width: 100, height: 100 },
        10_100,
        chunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(100_000_000), { level: 9 })])),
      ),
    ],
    [
      'in a text beside the picture',
      png(
        { width: 100, height: 100 },
        10_100,
        chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(100_000_000), { level: 9 })])),
      ),
    ],
  ])('%s harms nobody: it is kept as it came, the next photo is kept and seen', async (_, bomb) => {
    const before = process.memoryUsage().rss
    const photo = await scene()
    const caseId = await reported(bomb, photo)
    const states = await road.photosOf(caseId)
    expect(states.map(({ state }) => state)).toEqual(['stored', 'stored'])
    const copies = states.filter(({ reason }) => reason === null).map(({ id }) => viewName(id))
    expect(copies.length).toBeGreaterThanOrEqual(1)
    const objects = await road.opened()
    for (const name of copies) expect(objects.get(name)?.length).toBeLessThan(100_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000)
  })
})

describe('a file that is two things', () => {
  const END_OF_ZIP = Buffer.from('504b0506000000000000000000000000000000000000', 'hex')
  const hidden = Buffer.from('<html><script>fetch("https://evil.example/")</script></html>')
  const files: Array<[string, (photo: Buffer) => Buffer]> = [
    ['a photo and an archive', (photo) => Buffer.concat([photo, Buffer.from('504b0304', 'hex'), hidden, END_OF_ZIP])],
    [
      'a photo with a page in a comment of its own',
      (photo) => {
        const length = Buffer.alloc(2)
        length.writeUInt16BE(hidden.length + 2)
        return Buffer.concat([photo.subarray(0, 2), Buffer.from([0xff, 0xfe]), length, hidden, photo.subarray(2)])
      },
    ],
    ['a photo and a program', (photo) => Buffer.concat([photo, Buffer.from('#!/bin/sh\nrm -rf /\n'), hidden])],
  ]

  test.each(files)('%s: officers see the photo alone; the original leaves as a file of no type, byte for byte', async (_, make) => {
    const both = make(await scene())
    const caseId = await reported(both)
    const { picture, type } = await seen(caseId)
    expect(type).toBe('image/jpeg')
    for (const word of ['PK', '<script', 'evil.example', '/bin/sh']) expect(picture?.includes(word), word).toBe(false)
    expect((await sharp(picture).metadata()).width).toBe(800)
    const [photo] = await road.photosOf(caseId)
    const hoa = await road.signsIn('hoa', true)
    await hoa.get(`/console/cases/${caseId}/photos/${photo?.id}/original`)
    const answer = await hoa.request(`/console/cases/${caseId}/photos/${photo?.id}/original`, {
      method: 'POST',
      body: new URLSearchParams({ _csrf: hoa.csrf(), reason: 'giám định' }),
    })
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(both)
    const told = ['content-type', 'x-content-type-options', 'content-disposition'].map((name) => answer.headers.get(name)?.split(';')[0])
    expect(told).toEqual(['application/octet-stream', 'nosniff', 'attachment'])
  })
})

describe('a file that is not what it is called', () => {
  test('a drawing, a page, nothing at all, called photos, are refused; a photo called a page is a photo; names go nowhere', async () => {
    const guest = await road.visits()
    for (const text of ['phản ánh', '1', 'hộp sữa tem in mờ', 'chợ Mẫu', '1']) await guest.says(text)
    const names = ['../../../etc/passwd.jpg', 'C:\\Windows\\nhà-của-Lan.jpg', '<script>alert(1)</script>.jpg', 'a.html', 'ảnh\0.jpg']
    const [svg, html, none] = [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
      Buffer.from('<!doctype html>'),
      new Uint8Array(),
    ]
    expect(
      (
        await guest.sendsFiles([
          [names[0] ?? '', svg],
          [names[1] ?? '', html],
          [names[2] ?? '', none],
          [names[3] ?? '', await scene(1), 'text/html'],
          [names[4] ?? '', await scene(2), 'image/svg+xml'],
        ])
      ).status,
    ).toBe(202)
    await road.fetchPhotos()
    const states = await road.db.read('SELECT state, reason FROM photos ORDER BY state, reason')
    // What is no picture was turned away at the door: no row, no object.
    expect(states).toEqual([
      { state: 'stored', reason: null },
      { state: 'stored', reason: null },
    ])
    expect((await road.evidence.list()).names).toHaveLength(4)
    const everything = JSON.stringify([
      await Promise.all(
        (await road.db.read("SELECT name FROM sqlite_schema WHERE type = 'table'")).map(({ name }) =>
          road.db.read(`SELECT * FROM "${String(name)}"`),
        ),
      ),
      road.lines,
      (await road.evidence.list()).names,
    ])
    for (const word of ['passwd', 'Windows', 'nhà-của-Lan', 'alert(1)', 'a.html']) expect(everything.includes(word), word).toBe(false)
  })

  test('a photo cut off on the way is kept as it came; officers are told that there is only the original', async () => {
    const whole = await grain()
    const caseId = await reported(whole.subarray(0, whole.length / 2))
    expect((await seen(caseId)).page).toContain('Chỉ có ảnh gốc')
    const [photo] = await road.photosOf(caseId)
    const hoa = await road.signsIn()
    for (const part of ['', '/redact']) {
      const answer = await hoa.get(`/console/cases/${caseId}/photos/${photo?.id}${part}`)
      expect([answer.status, answer.text.includes('không có bản xem')]).toEqual([404, true])
    }
  })

  test.each(['webp', 'png'] as const)('a %s that moves is seen as its first picture; what comes later is in no copy', async (kind) => {
    const frame = (background: string) =>
      sharp({ create: { width: 200, height: 150, channels: 3, background } })
        .png()
        .toBuffer()
    const [red, blue] = await Promise.all([frame('#ff0000'), frame('#0000ff')])
    const moving =
      kind === 'webp'
        ? await sharp([red, blue], { join: { animated: true } })
            .webp({ loop: 0, delay: [100, 100] })
            .toBuffer()
        : animated(red, blue)
    const caseId = await reported(moving)
    const { picture } = await seen(caseId)
    const { channels } = await sharp(picture).stats()
    expect((await sharp(picture).metadata()).pages ?? 1).toBe(1)
    expect([(channels[0]?.min ?? 0) > 240, (channels[2]?.max ?? 255) < 15]).toEqual([true, true])
  })

  /** `IHDR acTL fcTL IDAT fcTL fdAT IEND`: the second picture's pixels stand in a chunk of their own. */
  function animated(first: Buffer, second: Buffer): Buffer {
    const chunks = (png: Buffer) => {
      const found: Array<{ type: string; data: Buffer }> = []
      for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
        found.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + png.readUInt32BE(at)) })
      return found
    }
    const write = (type: string, data: Buffer) => {
      const body = Buffer.concat([Buffer.from(type), data])
      const frame = Buffer.alloc(8)
      frame.writeUInt32BE(data.length)
      frame.writeUInt32BE(crc32(body), 4)
      return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
    }
    const control = (place: number) => {
      const data = Buffer.alloc(26)
      for (const [at, value] of [place, 200, 150, 0, 0].entries()) data.writeUInt32BE(value, at * 4)
      data.writeUInt16BE(1, 20)
      data.writeUInt16BE(10, 22)
      return write('fcTL', data)
    }
    const two = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])
    const rest = (png: Buffer) =>
      chunks(png)
        .filter(({ type }) => type === 'IDAT')
        .map(({ data }) => data)
    return Buffer.concat([
      first.subarray(0, 8),
      ...chunks(first)
        .filter(({ type }) => type === 'IHDR')
        .map(({ type, data }) => write(type, data)),
      write('acTL', two),
      control(0),
      write('IDAT', Buffer.concat(rest(first))),
      control(1),
      write('fdAT', Buffer.concat([Buffer.from([0, 0, 0, 2]), ...rest(second)])),
      write('IEND', Buffer.alloc(0)),
    ])
  }
})

describe('a photo that tells where it was taken', () => {
  test('tells it in the sealed original alone: in no copy, no covered copy, no row, no line, no page', async () => {
    const original = await jpegWithPlace()
    const exif = (await sharp(original).metadata()).exif ?? Buffer.alloc(0)
    expect(exif.length).toBeGreaterThan(100)
    // The middle of it: sizes and offsets at its beginning are everybody's.
    const place = exif.subarray(60, 100)
    expect(original.includes(place)).toBe(true)
    const caseId = await reported(original)
    const [photo] = await road.photosOf(caseId)
    const hoa = await road.signsIn('hoa', true)
    const at = `/console/cases/${caseId}/photos/${photo?.id}`
    await hoa.get(`${at}/redact`)
    await hoa.post(`${at}/redact`, { boxes: '10 10 20 20', cleared: 'on' })
    const pages = [await hoa.get(`/console/cases/${caseId}`), await hoa.get(`${at}/redact`), await hoa.get(`${at}/original`)]
    const objects = await road.opened()
    expect(objects.size).toBe(3)
    for (const [name, bytes] of objects) {
      const whole = name === photo?.id
      expect(bytes.includes('Exif'), name).toBe(whole)
      expect((await sharp(bytes).metadata()).exif === undefined, name).toBe(!whole)
      const sealed = await road.sealed(name)
      for (const word of ['Exif', place, original.subarray(-200)]) expect(sealed.includes(word), name).toBe(false)
    }
    const rows = await Promise.all(
      (await road.db.read("SELECT name FROM sqlite_schema WHERE type = 'table'")).map(({ name }) =>
        road.db.read(`SELECT * FROM "${String(name)}"`),
      ),
    )
    const clear = JSON.stringify([rows, road.lines, pages.map(({ html }) => html)], (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    )
    for (const word of ['Exif', JSON.stringify(place.toString('latin1')).slice(1, -1), 'Hãng máy ảnh', 'GPSLatitude', '21/1 1/1'])
      expect(clear.includes(word), word).toBe(false)
  })
})

describe('an address that leads elsewhere', () => {
  let victim: Server
  let hits: string[]
  let port: number
  let open: Set<ServerResponse>
  beforeEach(async () => {
    hits = []
    open = new Set()
    victim = createServer((request, response) => {
      hits.push(`${request.method} ${request.url}`)
      if (request.url !== '/slow.jpg') return void response.end('secret of the inside')
      open.add(response)
      response.on('close', () => open.delete(response))
      response.writeHead(200, { 'content-type': 'image/jpeg' })
      response.write(Buffer.from([0xff, 0xd8, 0xff]))
    })
    // Every name and form of this machine reaches it.
    await new Promise<void>((resolve) => victim.listen(0, '::', resolve))
    port = (victim.address() as AddressInfo).port
  })
  afterEach(async () => {
    victim.closeAllConnections()
    await new Promise((resolve) => victim.close(resolve))
  })

  /** Forms under which software has been led to its own machine or network. */
  const inside = () => [
    `http://127.0.0.1:${port}/`,
    `http://localhost:${port}/`,
    `http://2130706433:${port}/`,
    `http://0x7f000001:${port}/`,
    `http://0177.0.0.1:${port}/`,
    `http://127.1:${port}/`,
    `http://0:${port}/`,
    `http://[::1]:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    `http://127.0.0.1.nip.io:${port}/`,
    `http://f6.zdn.vn.evil.example:${port}/`,
    `http://zdn.vn@127.0.0.1:${port}/`,
    `http://127.0.0.1:${port}/f6.zdn.vn`,
    `http://①②⑦.0.0.1:${port}/`,
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'file:///etc/passwd',
    'gopher://127.0.0.1/',
  ]

  const zaloPhoto = (url: string, n: number) => ({
    event_name: 'user_send_image',
    message: { msg_id: `96d3cdf3af15047${n}`, attachments: [{ type: 'image', payload: { thumbnail: url, url } }] },
  })

  test('written in the message or come to by a redirect, is never asked; the photo fails for good', async () => {
    const lan = road.onZalo('246845883529197931')
    for (const text of ['phản ánh', '1', 'hộp sữa tem in mờ', 'chợ Mẫu', '1']) await lan.says(text)
    const urls = inside()
    // It would answer.
    await fetch(urls[0] ?? '')
    expect(hits.splice(0)).toEqual(['GET /'])
    for (const [n, url] of urls.entries()) {
      const path = `/away/${n}.jpg`
      // A header holds bytes: these are the same in UTF-8.
      road.zalo.photos.set(path, { location: Buffer.from(url).toString('latin1') })
      // Only ten are taken in a report: each pair is a turn of its own.
      await lan.event(zaloPhoto(url, 2 * n))
      await lan.event(zaloPhoto(`${road.zalo.apiRoot}${path}`, 2 * n + 1))
      await road.fetchPhotos()
      await lan.says('xóa ảnh')
      await road.db.write([{ sql: 'DELETE FROM tries', args: [] }])
    }
    expect(hits).toEqual([])
    for (const n of urls.keys()) expect(road.zalo.to(`/away/${n}.jpg`), urls[n]).toHaveLength(1)
    expect((await road.evidence.list()).names).toEqual([])
    expect(road.lines.filter((line) => line.includes('photo.failed')).length).toBeGreaterThan(10)
    expect(await road.db.read("SELECT state, count(*) AS n FROM photos WHERE state <> 'failed' GROUP BY state")).toEqual([])
  })

  test('that sends three bytes and then nothing is hung up on, and asked again later', async () => {
    const lan = road.onZalo('246845883529197932')
    for (const text of ['phản ánh', '1', 'hộp sữa tem in mờ', 'chợ Mẫu', '1']) await lan.says(text)
    road.zalo.photos.set('/p.jpg', { type: 'image/jpeg', bytes: await scene() })
    await lan.event(zaloPhoto(`${road.zalo.apiRoot}/p.jpg`, 1))
    const slow = {
      ...(road.product.channels.find(({ name }) => name === 'zalo') ?? { name: '' }),
      photo: (_: string, signal: AbortSignal) => fetch(`http://127.0.0.1:${port}/slow.jpg`, { signal }),
    }
    const loop = createPhotoLoop({
      ...{ db: road.db, keys: road.keys, evidence: road.evidence, now: road.clock.now, viewerCopy, looksOf, holder: 'slow', log: () => {} },
      channels: [slow as (typeof road.product.channels)[number]],
      limits: { fetchMs: 150 },
    })
    expect(await loop.drain()).toBe(1)
    expect(await road.db.read('SELECT state, reason FROM photos')).toEqual([{ state: 'due', reason: 'timeout' }])
    await expect.poll(() => open.size).toBe(0)
    expect(hits).toEqual(['GET /slow.jpg'])
    road.clock.advance(60_000)
    await road.fetchPhotos()
    expect(await road.db.read('SELECT state, reason FROM photos')).toEqual([{ state: 'stored', reason: null }])
  })
})

describe('twenty photos at once', () => {
  test('by one form are refused as too many, and nothing of them stays', async () => {
    const guest = await road.visits()
    const photo = await scene()
    const answer = await guest.sendsFiles(Array.from({ length: 20 }, (_, n): [string, Uint8Array] => [`${n}.jpg`, photo]))
    expect(answer.status).toBe(400)
    expect((await road.evidence.list()).names).toEqual([])
    expect(await road.count('photos')).toBe(0)
  })

  test('in twenty messages that arrive together: ten are kept, each once, all are seen', async () => {
    const lan = road.onTelegram('5012345639')
    const chat = { id: 5012345639, type: 'private', first_name: 'Lan' }
    const photos = await Promise.all(Array.from({ length: 20 }, (_, n) => scene(n + 1, 120, 90)))
    const caseId = await road.reports(lan, async () => {
      await Promise.all(
        photos.map((photo, n) => {
          road.telegram.addFile(`at-once-${n}`, photo)
          const size = { file_id: `at-once-${n}`, file_unique_id: `u${n}`, file_size: photo.length, width: 120, height: 90 }
          const message = { message_id: 9_000 + n, date: 1_795_000_000, from: { ...chat, is_bot: false }, chat, photo: [size] }
          return road.postTelegram({ update_id: 735_900_000 + n, message })
        }),
      )
      await road.settle()
    })
    const kept = await road.photosOf(caseId)
    expect(kept).toHaveLength(10)
    expect(new Set(kept.map(({ state }) => state))).toEqual(new Set(['stored']))
    expect((await road.evidence.list()).names).toHaveLength(20)
    const hoa = await road.signsIn()
    const page = await hoa.get(`/console/cases/${caseId}`)
    expect(page.html.match(/size=small/g)).toHaveLength(10)
  })
})
