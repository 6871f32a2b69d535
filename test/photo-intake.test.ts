import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { attachPhotos, dropDraftPhotos, factsBinding } from '../db/photos.ts'
import { SendError } from '../src/errors.ts'
import { type EvidenceStore, viewName } from '../src/evidence.ts'
import { MAX_PHOTO_BYTES } from '../src/image.ts'
import { type Answer, type Desk, grain, HOUR_MS, jpeg, jpegWithPlace, keys, openDesk, padded, platform, REF, stream } from './photo-desk.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

describe('a photo that arrives', () => {
  test('is kept byte for byte under seal, with a clean copy, and nothing in clear tells where it came from or what it shows', async () => {
    const original = await jpegWithPlace()
    expect(original.includes('Exif')).toBe(true)
    await desk.due('photo1')
    await desk.db.write([attachPhotos('case1', ['photo1'])])
    expect(await desk.loop(platform('telegram', original)).drain()).toBe(1)

    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'stored', reason: null })
    expect(await desk.opened('photo1')).toEqual(original)
    const copy = await desk.opened(viewName('photo1'))
    expect((await sharp(copy).metadata()).exif).toBeUndefined()
    expect(copy.includes('Exif')).toBe(false)
    expect(await desk.factsOf('photo1')).toEqual({
      type: 'image/jpeg',
      width: 640,
      height: 480,
      bytes: original.length,
      sha256: Buffer.from(await crypto.subtle.digest('SHA-256', original)).toString('hex'),
      receivedAt: desk.clock.now().toISOString(),
    })

    const row = await desk.rowOf('photo1')
    expect(row).toMatchObject({ ref: null, due_at: 0, give_up_at: 0, lease_until: null, lease_by: null, case_id: 'case1' })
    const files = await desk.files()
    expect(files.length).toBeGreaterThanOrEqual(3)
    for (const word of [REF, 'Exif', 'Hãng', original.subarray(-200), 'receivedAt', 'image/jpeg']) {
      for (const file of files) expect(file.includes(word), String(word)).toBe(false)
    }
    expect(desk.lines.join('\n')).not.toContain('photo1')
  })

  test('does not open as another photo, as its own facts, or under another purpose', async () => {
    await desk.due('photo1')
    await desk.loop(platform('telegram', await jpeg())).drain()
    const box = (await desk.evidence.get('photo1')) ?? new Uint8Array()
    expect(() => keys.open('evidence', box, 'photo2')).toThrow('does not open')
    expect(() => keys.open('evidence', box, factsBinding('photo1'))).toThrow('does not open')
    expect(() => keys.open('case', box, 'photo1')).toThrow('does not open')
  })

  test('is kept without a copy, and says so, where no copies are made (Workers)', async () => {
    await desk.due('photo1')
    await desk.loop(platform('telegram', await jpeg()), { viewerCopy: undefined }).drain()
    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'stored', reason: 'no_copy' })
    expect(await desk.namesOf()).toEqual(['photo1'])
  })

  test('damaged on the way is kept as it came, without a copy: it may still be proof', async () => {
    const whole = await grain()
    const cut = whole.subarray(0, whole.length / 2)
    await desk.due('photo1')
    await desk.loop(platform('telegram', cut)).drain()
    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'stored', reason: 'no_copy' })
    expect(await desk.opened('photo1')).toEqual(cut)
    expect(await desk.namesOf()).toEqual(['photo1'])
  })

  test('with a page hidden behind it stays as it is under seal; the copy is clean', async () => {
    const polyglot = Buffer.concat([await jpeg(), Buffer.from('<html><script>alert(1)</script></html>')])
    await desk.due('photo1')
    await desk.loop(platform('telegram', polyglot)).drain()
    expect(await desk.opened('photo1')).toEqual(polyglot)
    expect((await desk.opened(viewName('photo1'))).includes('<script>')).toBe(false)
  })

  test('of exactly 10 MB is taken; one byte more is not, and no more than that is read', async () => {
    const photo = await jpeg()
    const full = stream(padded(photo, MAX_PHOTO_BYTES))
    await desk.due('exact')
    await desk.loop(platform('telegram', async () => full.response())).drain()
    expect(await desk.stateOf('exact')).toMatchObject({ state: 'stored' })
    expect((await desk.opened('exact')).length).toBe(MAX_PHOTO_BYTES)

    const more = stream(padded(photo, MAX_PHOTO_BYTES + 1))
    await desk.due('more')
    await desk.loop(platform('telegram', async () => more.response())).drain()
    expect(await desk.stateOf('more')).toMatchObject({ state: 'failed', reason: 'too_large' })

    const endless = stream(padded(photo, 4 * MAX_PHOTO_BYTES))
    await desk.due('endless')
    await desk.loop(platform('telegram', async () => endless.response())).drain()
    expect(await desk.stateOf('endless')).toMatchObject({ state: 'failed', reason: 'too_large' })
    expect(endless.taken.bytes).toBeLessThan(MAX_PHOTO_BYTES + 3 * 64 * 1024)
    expect(endless.taken.cancelled).toBe(true)

    const announced = stream(padded(photo, MAX_PHOTO_BYTES + 1))
    await desk.due('announced')
    const headers = { 'content-length': String(MAX_PHOTO_BYTES + 1) }
    await desk.loop(platform('telegram', async () => new Response(announced.response().body, { headers }))).drain()
    expect(await desk.stateOf('announced')).toMatchObject({ state: 'failed', reason: 'too_large' })
    expect(announced.taken.bytes).toBe(0)
    expect(await desk.namesOf()).toEqual(['exact', 'exact-view'])
  })
})

describe('a file that is no photo of ours', () => {
  const bomb = Buffer.alloc(60)
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bomb)
  bomb.writeUInt32BE(60_000, 16)
  bomb.writeUInt32BE(60_000, 20)
  const cases: Array<[string, Uint8Array, string]> = [
    ['a drawing named .jpg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), 'not_an_image'],
    ['a page', Buffer.from('<!doctype html><html></html>'), 'not_an_image'],
    ['an animation of the old kind', Buffer.from(`GIF89a${'\0'.repeat(40)}`), 'not_an_image'],
    ['an empty file', new Uint8Array(), 'not_an_image'],
    ['a photo in HEIC', Buffer.from(`\0\0\0\x18ftypheic\0\0\0\0mif1heic${'\0'.repeat(40)}`), 'heic'],
    ['a picture of 60,000 by 60,000 in 60 bytes', bomb, 'bomb'],
  ]
  test.each(cases)('%s is refused at once, with its reason, and leaves nothing', async (_, bytes, reason) => {
    const from = platform('telegram', new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-type': 'image/jpeg' } }))
    await desk.due('photo1', 'telegram', 'https://photos.example.vn/nice.jpg')
    await desk.passes(desk.loop(from), 60_000)
    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'failed', reason })
    expect((await desk.rowOf('photo1')).ref).toBeNull()
    expect(from.asked).toHaveLength(1)
    expect(await desk.namesOf()).toEqual([])
  })
})

describe('a platform that has trouble', () => {
  test('is asked again with growing pauses, and the photo arrives', async () => {
    const from = platform(
      'telegram',
      new Response('busy', { status: 500 }),
      new SendError('temporary', 'photo_503'),
      new Error('socket hang up'),
      await jpeg(),
    )
    await desk.due('photo1')
    const loop = desk.loop(from)
    expect(await loop.drain()).toBe(1)
    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'due', reason: 'unreachable' })
    expect(await loop.drain()).toBe(0)
    desk.clock.advance(60_000)
    expect(await loop.drain()).toBe(1)
    desk.clock.advance(30_000)
    expect(await loop.drain()).toBe(0)
    await desk.passes(loop, 120_000)
    expect(from.asked).toHaveLength(4)
    expect(await desk.stateOf('photo1')).toMatchObject({ state: 'stored' })
  })

  test.each([
    ['away', new SendError('temporary', 'photo_unreachable'), 'unreachable'],
    ['without the photo', new Response(null, { status: 404 }), 'gone'],
  ] as Array<[string, Answer, string]>)(
    '%s until the end of the next hour: the photo has failed, and not before',
    async (_, answer, reason) => {
      const from = platform('telegram', answer)
      desk.clock.advance(59 * 60_000)
      await desk.due('photo1')
      const loop = desk.loop(from)
      await desk.passes(loop, HOUR_MS + 50_000)
      expect(await desk.stateOf('photo1')).toMatchObject({ state: 'due', reason })
      await desk.passes(loop, 20_000)
      expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'failed', reason })
      expect((await desk.rowOf('photo1')).ref).toBeNull()
      expect(from.asked.length).toBeGreaterThan(4)
      expect(from.asked.length).toBeLessThan(12)
    },
  )

  test('that will never give it is not asked again', async () => {
    for (const [id, error, reason] of [
      ['a1', new SendError('refused', 'photo_host'), 'gone'],
      ['a2', new SendError('refused', 'too_large'), 'too_large'],
    ] as const) {
      await desk.due(id)
      await desk.passes(desk.loop(platform('telegram', error)), 60_000)
      expect(await desk.stateOf(id)).toEqual({ id, state: 'failed', reason })
    }
  })

  test('that names a pause is given it', async () => {
    const from = platform('telegram', new SendError('rate_limited', 'telegram_429', 120), await jpeg())
    await desk.due('photo1')
    const loop = desk.loop(from)
    await desk.passes(loop, 110_000)
    expect(from.asked).toHaveLength(1)
    await desk.passes(loop, 20_000)
    expect(await desk.stateOf('photo1')).toMatchObject({ state: 'stored' })
  })

  test('whose keys were taken away is waited for', async () => {
    await desk.due('photo1', 'zalo')
    const loop = desk.loop(platform('telegram', await jpeg()))
    await loop.drain()
    expect(await desk.stateOf('photo1')).toMatchObject({ state: 'due', reason: 'unreachable' })
  })

  test.each([
    [
      'sends its bytes too slowly',
      async () => new Response(new ReadableStream({ start: (to) => to.enqueue(new Uint8Array([0xff, 0xd8])) })),
    ],
    ['never answers and heeds no signal', () => new Promise<Response>(() => {})],
    [
      'never answers until it is told to stop',
      (signal: AbortSignal) => new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    ],
  ] as Array<[string, Answer]>)('and %s is left at the time limit and asked again', async (_, answer) => {
    const from = platform('telegram', answer, await jpeg())
    await desk.due('photo1')
    const loop = desk.loop(from, { limits: { fetchMs: 20 } })
    await loop.drain()
    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'due', reason: 'timeout' })
    desk.clock.advance(60_000)
    await loop.drain()
    expect(await desk.stateOf('photo1')).toMatchObject({ state: 'stored' })
  })
})

describe('our own store', () => {
  test('full or away: the photo waits past the hour and arrives once there is room', async () => {
    let full = true
    const store: EvidenceStore = {
      ...desk.evidence,
      put: async (name, bytes) => {
        if (full) throw Object.assign(new Error(`ENOSPC: no space left on device, open '/evidence/${name}'`), { code: 'ENOSPC' })
        await desk.evidence.put(name, bytes)
      },
    }
    await desk.due('photo1')
    const loop = desk.loop(platform('telegram', await jpeg()), { evidence: store })
    await desk.passes(loop, 2 * HOUR_MS)
    expect(await desk.stateOf('photo1')).toEqual({ id: 'photo1', state: 'due', reason: 'unavailable' })
    expect(desk.lines.some((line) => line.includes('photo.unavailable') && line.includes('ENOSPC'))).toBe(true)
    expect(desk.lines.join('\n')).not.toContain('photo1')
    full = false
    desk.clock.advance(60_000)
    await loop.drain()
    expect(await desk.stateOf('photo1')).toMatchObject({ state: 'stored' })
  })
})

describe('a photo that is no longer wanted', () => {
  test('dropped while it is on its way is not stored at all', async () => {
    const photo = await jpeg()
    await desk.due('photo1')
    const from = platform('telegram', async () => {
      await desk.db.write([dropDraftPhotos(['photo1'])])
      return new Response(photo)
    })
    const puts: string[] = []
    const store: EvidenceStore = { ...desk.evidence, put: async (name) => void puts.push(name) }
    await desk.loop(from, { evidence: store }).drain()
    expect(puts).toEqual([])
  })

  test('dropped while it is being stored leaves no object', async () => {
    await desk.due('photo1')
    const store: EvidenceStore = {
      ...desk.evidence,
      put: async (name, bytes) => {
        await desk.evidence.put(name, bytes)
        await desk.db.write([dropDraftPhotos(['photo1'])])
      },
    }
    await desk.loop(platform('telegram', await jpeg()), { evidence: store }).drain()
    expect(await desk.namesOf()).toEqual([])
  })

  test('sent over the web, its waiting object goes with success and with failure', async () => {
    for (const [id, bytes] of [
      ['good', await jpeg()],
      ['bad', Buffer.from('<svg/>')],
    ] as Array<[string, Uint8Array]>) {
      await desk.evidence.put(`in-${id}`, await keys.seal('evidence', bytes, `in-${id}`))
      await desk.due(id, 'web', `in-${id}`)
      await desk.loop(platform('web', bytes)).drain()
    }
    expect(await desk.namesOf()).toEqual(['good', 'good-view'])
  })
})
