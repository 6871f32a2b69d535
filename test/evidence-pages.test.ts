/**
 * An officer at the photos of a case, over the whole product: what the page says, who may look, what is recorded, what a
 * covered copy still shows, what leaves the house and what does not.
 */
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addToken } from '../db/api-tokens.ts'
import { listClearedCopies, readCopy } from '../db/photo-copies.ts'
import { readPhotoFacts } from '../db/photo-facts.ts'
import { createProduct } from '../src/app.ts'
import { coveredName, viewName } from '../src/evidence.ts'
import { sha256Hex } from '../src/keys.ts'
import { looksOf, pictures } from '../src/pictures.ts'
import { signIn } from './console-desk.ts'
import { jpegWithPlace } from './photo-desk.ts'
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

/** A case with one photo; the page of the photo. */
async function oneCase(bytes?: Uint8Array): Promise<{ caseId: string; photo: string; at: string; original: Uint8Array }> {
  const original = bytes ?? (await scene())
  const lan = road.onTelegram('5012345611')
  const caseId = await road.reports(lan, () => lan.sendsPhoto(original))
  const [photo] = await road.photosOf(caseId)
  return { caseId, photo: photo?.id ?? '', at: `/console/cases/${caseId}/photos/${photo?.id}`, original }
}

const looks = async () =>
  await road.db.read("SELECT officer_id, at, about, about_id, detail FROM audit WHERE act = 'photo.read' ORDER BY id")

describe('the page of a case', () => {
  test('says of each photo whether it came, when to the hour, its size and SHA-256, and shows a small picture', async () => {
    const original = await scene()
    const lan = road.onTelegram('5012345612')
    const caseId = await road.reports(lan, async () => {
      await lan.sendsPhoto(original)
      await lan.sendsPhoto(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))
    })
    const hoa = await road.signsIn()
    const page = await hoa.get(`/console/cases/${caseId}`)
    expect(page.text).toContain('Ảnh bằng chứng')
    expect(page.text).toContain('Đã nhận')
    expect(page.text).toContain(`JPEG, 800 × 600, ${Math.round(original.length / 1_000)} kB`)
    expect(page.text).toContain(await sha256Hex(original))
    expect(page.text).toMatch(/Nhận lúc\s+09 giờ, 23\/11\/2026/)
    const small = await hoa.request(/src="([^"]+\?size=small)"/.exec(page.html)?.[1] ?? '')
    expect([small.status, small.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    const shown = await sharp(Buffer.from(await small.arrayBuffer())).metadata()
    expect([shown.width, shown.height]).toEqual([320, 240])
    // What is no photo left the draft at once; one that failed after the report was sent is said to have.
    await road.db.write([
      {
        sql: "INSERT INTO photos(id, case_id, channel, state, reason, due_at, give_up_at, day) VALUES ('late', ?, '', 'failed', 'heic', 0, 0, '')",
        args: [caseId],
      },
    ])
    const later = await hoa.get(`/console/cases/${caseId}`)
    expect(later.text).toContain('Không nhận được: định dạng HEIC')
    expect(later.html.match(/size=small/g)).toHaveLength(1)
  })

  test('where there are none says so to who works on it, and offers to add some', async () => {
    const caseId = await road.reports(road.onTelegram('5012345613'), async () => {})
    const page = await (await road.signsIn()).get(`/console/cases/${caseId}`)
    expect(page.text).toContain('Ảnh bằng chứng Chưa có ảnh nào.')
    expect(page.html).toContain(`action="/console/cases/${caseId}/photos/new" enctype="multipart/form-data"`)
  })
})

describe('a photo', () => {
  test('is shown as its clean copy, kept by no cache, sniffed by nobody, and the look stands in the log once an hour', async () => {
    const { caseId, photo, at } = await oneCase(await jpegWithPlace())
    const hoa = await road.signsIn()
    for (let i = 0; i < 3; i++) {
      const answer = await hoa.request(at)
      expect(answer.status).toBe(200)
      expect(
        Object.fromEntries(
          ['content-type', 'content-disposition', 'cache-control', 'x-content-type-options'].map((name) => [
            name,
            answer.headers.get(name),
          ]),
        ),
      ).toEqual({
        'content-type': 'image/jpeg',
        'content-disposition': 'inline',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      const bytes = Buffer.from(await answer.arrayBuffer())
      expect(bytes.includes('Exif')).toBe(false)
      expect((await sharp(bytes).metadata()).format).toBe('jpeg')
    }
    expect(await looks()).toEqual([
      { officer_id: 'hoa', at: '2026-11-23T02:00:00.000Z', about: 'case', about_id: caseId, detail: JSON.stringify({ photo }) },
    ])
    road.clock.advance(3_600_000)
    await hoa.request(at)
    expect(await looks()).toHaveLength(2)
  })

  test('is nobody’s who may not see the case: another unit, a conflict, a restricted case, another case’s address', async () => {
    const { caseId, photo, at } = await oneCase()
    await road.officer('xa1', 'xa')
    const statusFor = async (id: string, path = at) => (await (await road.signsIn(id)).request(path)).status
    expect(await statusFor('xa1')).toBe(404)
    await road.officer('minh')
    expect(await statusFor('minh')).toBe(200)
    expect(await statusFor('minh', `/console/cases/${caseId}/photos/khongco`)).toBe(404)
    expect(await statusFor('minh', at.replace(caseId, 'khongco'))).toBe(404)
    const lan = road.onTelegram('5012345614')
    const other = await road.reports(lan, async () => {})
    expect(await statusFor('minh', `/console/cases/${other}/photos/${photo}`)).toBe(404)
    await road.db.write([
      { sql: "INSERT INTO case_conflicts(case_id, officer_id, hour) VALUES (?, 'minh', '2026-11-23T02Z')", args: [caseId] },
    ])
    for (const path of [at, `${at}/redact`]) expect(await statusFor('minh', path)).toBe(403)
    await road.db.write([{ sql: 'UPDATE cases SET restricted = 1 WHERE id = ?', args: [caseId] }])
    expect(await statusFor('hoa')).toBe(403)
    await road.db.write([{ sql: "UPDATE cases SET assignee_id = 'hoa' WHERE id = ?", args: [caseId] }])
    expect(await statusFor('hoa')).toBe(200)
    expect((await looks()).map(({ officer_id }) => officer_id)).toEqual(['minh', 'hoa'])
  })
})

describe('black boxes', () => {
  test('are drawn on a new copy, pixels and all; the earlier one stays; the thread says so without telling what was hidden', async () => {
    const { caseId, photo, at } = await oneCase(await jpegWithPlace())
    const hoa = await road.signsIn()
    expect((await hoa.get(`${at}/redact`)).text).toContain('Che ảnh')
    const saved = await hoa.post(`${at}/redact`, { boxes: '10 20 30 40\n50 50 10 10' })
    expect(saved.text).toContain('Đã lưu bản che. Bản này chưa được gửi đi.')
    expect(saved.text).toContain('Chưa được gửi đi')
    expect(saved.text).toContain('Che thông tin trong ảnh')
    // The next one begins with what was drawn.
    const again = await hoa.get(`${at}/redact`)
    expect(again.html).toContain('10 20 30 40\n50 50 10 10')
    expect(again.html.match(/<rect /g)).toHaveLength(2)
    await hoa.post(`${at}/redact`, { boxes: '10 20 30 40', cleared: 'on' })
    const page = await hoa.get(`/console/cases/${caseId}`)
    expect(page.text).toMatch(/Bản 2 · 1 ô đen · Cán bộ hoa Được gửi kèm hồ sơ Bản 1 · 2 ô đen · Cán bộ hoa Bản cũ/)
    const [newest = '', older = ''] = [...page.html.matchAll(/href="([^"]+\/copies\/[^"]+)"/g)].map(([, href]) => href)
    const copy = Buffer.from(await (await hoa.request(newest)).arrayBuffer())
    expect((await hoa.request(older)).status).toBe(200)
    const { data, info } = await sharp(copy).raw().toBuffer({ resolveWithObject: true })
    const pixel = (left: number, top: number) =>
      data[(Math.floor((top * info.height) / 100) * info.width + Math.floor((left * info.width) / 100)) * 3 + 2] ?? -1
    expect([pixel(11, 21), pixel(39, 59), pixel(25, 40)].every((light) => light < 8)).toBe(true)
    expect([pixel(5, 21), pixel(45, 40), pixel(55, 55), pixel(25, 65)].every((light) => light > 100)).toBe(true)
    const metadata = await sharp(copy).metadata()
    for (const trace of ['exif', 'icc', 'xmp', 'iptc'] as const) expect(metadata[trace], trace).toBeUndefined()
    for (const word of ['Exif', 'GPS', 'Hãng']) expect(copy.includes(word), word).toBe(false)
    // Outside the seal stands how many boxes, never where.
    const events = await road.db.read("SELECT detail FROM case_events WHERE kind = 'redacted' ORDER BY place")
    expect(events.map(({ detail }) => JSON.parse(String(detail)))).toEqual([
      { photo, boxes: 2, cleared: false },
      { photo, boxes: 1, cleared: true },
    ])
  })

  test('leave nothing of what lay below: two pictures that differ only there become the same file', async () => {
    const base = await sharp(await scene())
      .raw()
      .toBuffer()
    const withSecret = async (light: number) => {
      const data = Buffer.from(base)
      for (let y = 220; y < 380; y++)
        for (let x = 320; x < 480; x++) data.fill((x * y * light) % 256, (y * 800 + x) * 3, (y * 800 + x) * 3 + 3)
      return sharp(data, { raw: { width: 800, height: 600, channels: 3 } })
        .jpeg({ quality: 82 })
        .toBuffer()
    }
    const [one, two] = await Promise.all([withSecret(3), withSecret(7)])
    expect(one.equals(two)).toBe(false)
    // A margin of more than a block of JPEG: what bleeds over the edge of the secret is the photo's own.
    const boxes = [{ left: 36, top: 32, width: 28, height: 36 }]
    expect(await pictures.cover(one, boxes)).toEqual(await pictures.cover(two, boxes))
  })

  test('that are wrong come back as they were typed, with the line that is wrong', async () => {
    const { at } = await oneCase()
    const hoa = await road.signsIn()
    await hoa.get(`${at}/redact`)
    for (const [boxes, said] of [
      ['10 20 30 40\nmột ô ở góc', 'Dòng 2 chưa đúng'],
      ['10 20 30', 'Dòng 1 chưa đúng'],
      ['10 20 -3 4', 'Dòng 1 chưa đúng'],
      ['101 20 3 4', 'Dòng 1 chưa đúng'],
      ['1e1 20 3 4', 'Dòng 1 chưa đúng'],
      [Array.from({ length: 21 }, () => '1 1 5 5').join('\n'), 'Nhiều nhất 20 ô'],
      ['', 'Chưa có ô nào'],
    ] as const) {
      const page = await hoa.post(`${at}/redact`, { boxes })
      expect([page.status, page.text.includes(said)], boxes).toEqual([400, true])
      expect(page.html).toContain(boxes.split('\n').at(-1))
    }
    expect(await road.count('photo_copies')).toBe(0)
    const fine = await hoa.post(`${at}/redact`, { boxes: '90,5 95,25 30 40' })
    expect(fine.text).toContain('Đã lưu bản che')
    expect((await hoa.get(`${at}/redact`)).html).toContain('90.5 95.3 9.5 4.8')
  })

  test('of two officers who save at one moment are two copies, each whole', async () => {
    const { caseId, photo, at } = await oneCase()
    await road.officer('minh')
    const desks = [await road.signsIn('hoa'), await road.signsIn('minh')]
    for (const desk of desks) await desk.get(`${at}/redact`)
    await Promise.all(desks.map((desk, n) => desk.post(`${at}/redact`, { boxes: `${n * 10 + 5} 10 20 20`, cleared: 'on' })))
    const rows = await road.db.read('SELECT id, place FROM photo_copies WHERE photo_id = ? ORDER BY place', [photo])
    expect(rows.map(({ place }) => place)).toEqual([1, 2])
    const cleared = await listClearedCopies(road.db, road.keys, caseId)
    expect(cleared.map(({ place }) => place)).toEqual([2])
    for (const copy of cleared) expect((await readCopy(road, copy)).byteLength).toBe(copy.bytes)
  })
})

describe('what may leave the house', () => {
  test('is the newest copy of each photo, if its maker cleared it, with the hash of the original and its own', async () => {
    const { caseId, photo, at, original } = await oneCase()
    const hoa = await road.signsIn()
    const cleared = () => listClearedCopies(road.db, road.keys, caseId)
    await hoa.get(`${at}/redact`)
    await hoa.post(`${at}/redact`, { boxes: '1 1 9 9' })
    expect(await cleared()).toEqual([])
    await hoa.post(`${at}/redact`, { boxes: '', cleared: 'on' })
    const [copy] = await cleared()
    if (!copy) throw new Error('no copy')
    expect(copy).toMatchObject({ photoId: photo, place: 2, sha256OfOriginal: await sha256Hex(original) })
    const bytes = await readCopy(road, copy)
    expect([bytes.byteLength, await sha256Hex(bytes)]).toEqual([copy.bytes, copy.sha256])
    // Somebody saw what was missed: the new copy counts, and it is not cleared.
    await hoa.post(`${at}/redact`, { boxes: '5 5 20 20' })
    expect(await cleared()).toEqual([])
  })

  test('never is another file than the one that was cleared', async () => {
    const { caseId, at } = await oneCase()
    const hoa = await road.signsIn()
    await hoa.get(`${at}/redact`)
    await hoa.post(`${at}/redact`, { boxes: '1 1 9 9', cleared: 'on' })
    const [copy] = await listClearedCopies(road.db, road.keys, caseId)
    if (!copy) throw new Error('no copy')
    const name = coveredName(copy.photoId, copy.id)
    await road.evidence.put(name, await road.keys.seal('evidence', await scene(2), name))
    await expect(readCopy(road, copy)).rejects.toThrow('console_evidence.changed')
    // A box moved here from the viewer's copy does not even open.
    await road.evidence.put(name, (await road.evidence.get(viewName(copy.photoId))) ?? new Uint8Array())
    await expect(readCopy(road, copy)).rejects.toThrow('does not open')
    await road.evidence.delete(name)
    await expect(readCopy(road, copy)).rejects.toThrow('console_evidence.gone')
  })
})

describe('the original', () => {
  test('leaves as a file after a proof and with a reason, byte for byte, and the case says who took it and why', async () => {
    const { caseId, at, original } = await oneCase(await jpegWithPlace())
    const hoa = await road.signsIn()
    expect((await hoa.request(`${at}/original`)).headers.get('location')).toContain('/console/proof?')
    const proven = await road.signsIn('hoa', true)
    const page = await proven.get(`${at}/original`)
    expect(page.text).toMatch(/Nhận lúc \d\d:\d\d, 23\/11\/2026/)
    expect((await proven.post(`${at}/original`, { reason: ' ' })).text).toContain('Lý do tải')
    const answer = await proven.request(`${at}/original`, {
      method: 'POST',
      body: new URLSearchParams({ _csrf: proven.csrf(), reason: 'Quản lý thị trường cần bản gốc' }),
    })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/octet-stream'])
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="PA-2611-[2-9A-Z]{4}-[a-z0-9]{6}\.jpg"$/)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(original)
    // The proof is used up.
    expect((await proven.request(`${at}/original`)).headers.get('location')).toContain('/console/proof?')
    const thread = await proven.get(`/console/cases/${caseId}`)
    expect(thread.text).toMatch(/Tải ảnh gốc\s+Quản lý thị trường cần bản gốc\s+Cán bộ hoa/)
    const [row] = await road.db.read("SELECT at, detail FROM audit WHERE act = 'case.original_taken'")
    expect(String(row?.at)).toMatch(/:00:00\.000Z$/)
    expect(JSON.stringify(await road.db.read('SELECT * FROM audit'))).not.toContain('thị trường')
  })

  test('that is no more what was received is given to nobody', async () => {
    const { photo, at } = await oneCase()
    await road.evidence.put(photo, await road.keys.seal('evidence', await scene(3), photo))
    const hoa = await road.signsIn('hoa', true)
    await hoa.get(`${at}/original`)
    expect((await hoa.post(`${at}/original`, { reason: 'thử' })).text).toContain('không còn đúng như lúc nhận')
    expect(await road.db.read("SELECT 1 AS taken FROM case_events WHERE kind = 'original_taken'")).toEqual([])
  })
})

describe('where there is no image library (Workers)', () => {
  test('the page says so, shows what was copied elsewhere, offers the original and no black boxes', async () => {
    const { caseId, at } = await oneCase()
    const { pictures: _, viewerCopy: __, looksOf: ___, ...parts } = road.parts
    const product = await createProduct(parts)
    const hoa = await signIn({ ...road, product }, 'hoa')
    const page = await hoa.get(`/console/cases/${caseId}`)
    expect(page.text).toContain('Máy chủ đang chạy không tạo được bản xem và bản che.')
    expect(page.html).not.toContain('size=small')
    expect(page.html).not.toContain('/redact')
    expect(page.html).toContain('/original')
    expect((await hoa.request(at)).headers.get('content-type')).toBe('image/jpeg')
    const refused = await hoa.get(`${at}/redact`)
    expect([refused.status, refused.text.includes('không tạo được bản xem')]).toEqual([503, true])
    product.close()
  })
})

describe('over REST', () => {
  test('a case system learns which photos came, their sums and copies, and never gets a picture', async () => {
    const { caseId, photo, at, original } = await oneCase()
    const hoa = await road.signsIn()
    await hoa.get(`${at}/redact`)
    await hoa.post(`${at}/redact`, { boxes: '1 1 9 9', cleared: 'on' })
    const token = 'hv_0001ThisIsATokenOfTheTestsAlone'
    await road.db.write([
      addToken({
        ...{
          id: 't1',
          officerId: 'hoa',
          unitId: null,
          name: 'Hệ thống thử',
          scopes: ['cases'],
          expiresDay: '2026-12-31',
          now: road.clock.now(),
        },
        tag: await road.keys.tag('token', token),
      }),
    ])
    const ask = (path: string, method = 'POST') =>
      road.product.app.request(`https://bot.example.vn${path}`, { method, headers: { authorization: `Bearer ${token}` } })
    const answer = await ask(`/api/v1/cases/${caseId}/photos`)
    expect(answer.status).toBe(200)
    const [copy] = await listClearedCopies(road.db, road.keys, caseId)
    expect(await answer.json()).toEqual({
      rows: [
        {
          ...{ id: photo, state: 'stored', reason: null, source: 'member' },
          original: {
            ...{ type: 'image/jpeg', width: 800, height: 600, bytes: original.length },
            ...{ sha256: await sha256Hex(original), receivedHour: '2026-11-23T02Z' },
          },
          copies: [{ place: 1, boxes: 1, cleared: true, bytes: copy?.bytes, sha256: copy?.sha256 }],
        },
      ],
    })
    for (const path of [at, `${at}/original`]) expect((await ask(path, 'GET')).headers.get('location')).toContain('/console/sign-in')
    expect((await ask('/api/v1/cases/khongco/photos')).status).toBe(404)
  })
})

describe('what a photo looks like', () => {
  const distance = (a = '', b = '') => (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length

  test('stays nearly the same when it is scaled, pressed or sent by another app, and differs from other pictures', async () => {
    const original = await scene(1)
    const like = await looksOf(original)
    expect(like).toMatch(/^[0-9a-f]{16}$/)
    const variants = await Promise.all([
      sharp(original).resize(400).jpeg({ quality: 40 }).toBuffer(),
      sharp(original).resize(1600).webp({ quality: 50 }).toBuffer(),
      sharp(original).modulate({ brightness: 1.1 }).png().toBuffer(),
    ])
    for (const variant of variants) expect(distance(like, await looksOf(variant))).toBeLessThanOrEqual(6)
    for (const seed of [2, 3, 4]) expect(distance(like, await looksOf(await scene(seed)))).toBeGreaterThan(6)
  })

  test('is not told of a picture of one colour: all of those would be one', async () => {
    expect(
      await looksOf(
        await sharp({ create: { width: 300, height: 200, channels: 3, background: '#205090' } })
          .jpeg()
          .toBuffer(),
      ),
    ).toBeUndefined()
  })

  test('stands in the sealed facts of a case’s photos, and nowhere in clear', async () => {
    const { caseId, photo } = await oneCase()
    const [facts] = await readPhotoFacts(road.db, road.keys, caseId)
    expect(facts).toMatchObject({ id: photo, type: 'image/jpeg', width: 800, looks: expect.stringMatching(/^[0-9a-f]{16}$/) })
    const rows = JSON.stringify(await road.db.read('SELECT * FROM photos'), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    )
    expect(rows).not.toContain(facts?.looks)
    expect(rows).not.toContain(facts?.sha256)
  })
})
