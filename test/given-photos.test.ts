/**
 * Photos and scanned letters that reach an officer, over the whole product: with a report that is typed in, and added later.
 * The same road as a member's, kept apart from what the member sent; who may, what is recorded, what the same form twice makes.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addToken } from '../db/api-tokens.ts'
import { findPhotoRoom } from '../db/case-answers.ts'
import { addPhotos, keepPhotos } from '../db/given-photos.ts'
import { listClearedCopies } from '../db/photo-copies.ts'
import { readPhotoFacts } from '../db/photo-facts.ts'
import { createProduct } from '../src/app.ts'
import { imageOf } from '../src/given-photos.ts'
import { sha256Hex } from '../src/keys.ts'
import { createRetention } from '../src/retention.ts'
import { signIn } from './console-desk.ts'
import { wordsOf } from './members.ts'
import { deskAt } from './people.ts'
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

const LETTER = { source: 'letter', kind: 'fake', signs: 'Thư kể: hộp sữa tem in mờ.', place: 'Chợ Mẫu', health: 'unknown', unit: 'tinh' }

const file = (bytes: Uint8Array, name = 'anh.jpg', type = 'image/jpeg') => new File([new Uint8Array(bytes)], name, { type })
const formIn = (html: string) => /name="form" value="([a-z0-9]{16})"/.exec(html)?.[1] ?? ''
/** What a form that is shown again carries. */
const again = (html: string) => ({ form: formIn(html), held: /name="held" value="([^"]+)"/.exec(html)?.[1] ?? '' })
type Officer = Awaited<ReturnType<Road['signsIn']>>

async function typesIn(officer: Officer, photos: Uint8Array[], more: Record<string, string> = {}) {
  const page = await officer.get('/console/cases/new')
  return officer.post('/console/cases/new', { ...LETTER, form: formIn(page.html), photos: photos.map((bytes) => file(bytes)), ...more })
}

async function adds(officer: Officer, caseId: string, photos: Uint8Array[], source = 'visit') {
  await officer.get(`/console/cases/${caseId}`)
  return officer.post(`/console/cases/${caseId}/photos/new`, { source, photos: photos.map((bytes) => file(bytes)) })
}

const caseAt = (path: string) => /\/cases\/([a-z0-9]+)/.exec(path)?.[1] ?? ''
const audits = (act: string) => road.db.read('SELECT officer_id, at, unit_id, about_id, detail FROM audit WHERE act = ?', [act])
const bytesOf = async () => [...(await road.opened())].filter(([name]) => !name.includes('-')).map(([, bytes]) => bytes)
/** Nothing is left of what was not taken. */
const nothing = async () =>
  expect([await road.count('cases'), await road.count('photos'), (await road.evidence.list()).names]).toEqual([0, 0, []])

describe('a report that is typed in', () => {
  test('takes the photos that came with it: sealed as they came, seen without where they were taken, covered, ready for a packet', async () => {
    const [letter, place] = [await scene(1), await jpegWithPlace()]
    const hoa = await road.signsIn()
    const saved = await typesIn(hoa, [letter, place])
    expect(saved.text).toContain('Đã nhập phản ánh.')
    const caseId = caseAt(saved.path)
    // Before anything else is done to them: what they are, their sums, and that they are on their way.
    expect(saved.text).toContain('Đang niêm phong')
    expect(saved.text).toContain(await sha256Hex(letter))
    road.clock.advance(3_600_000)
    await road.fetchPhotos()
    expect(await road.photosOf(caseId)).toMatchObject([
      { state: 'stored', reason: null },
      { state: 'stored', reason: null },
    ])
    const page = await hoa.get(`/console/cases/${caseId}`)
    expect(page.text).toContain('Cán bộ thêm')
    expect(page.text).toMatch(/Nguồn\s+Kèm thư, đơn/)
    expect(page.text).toMatch(/Gửi phản ánh\s+Cán bộ hoa · .* · 2 ảnh/)
    expect((await bytesOf()).map((bytes) => bytes.toString('base64')).sort()).toEqual(
      [letter, place].map((bytes) => bytes.toString('base64')).sort(),
    )
    // Neither what waited nor anything but pixels is left beside the originals.
    const objects = await road.opened()
    expect([...objects.keys()].filter((name) => name.startsWith('in-'))).toEqual([])
    for (const [name, bytes] of objects) if (name.endsWith('-view')) expect(bytes.includes('Exif'), name).toBe(false)
    const facts = await readPhotoFacts(road.db, road.keys, caseId)
    // When they came, not when they were brought home.
    expect(facts.map(({ receivedAt }) => receivedAt)).toEqual(Array(2).fill('2026-11-23T02:00:00.000Z'))
    const where = facts.find(({ width }) => width === 640)?.id ?? ''
    const at = `/console/cases/${caseId}/photos/${where}`
    expect((await hoa.request(at)).status).toBe(200)
    await hoa.get(`${at}/redact`)
    await hoa.post(`${at}/redact`, { boxes: '10 10 20 20', cleared: 'on' })
    expect(await listClearedCopies(road.db, road.keys, caseId)).toMatchObject([
      { photoId: where, sha256OfOriginal: await sha256Hex(place) },
    ])
    expect(await audits('photo.read')).toMatchObject([{ officer_id: 'hoa', detail: JSON.stringify({ photo: where }) }])
    expect(await audits('case.typed_in')).toEqual([
      {
        ...{ officer_id: 'hoa', at: '2026-11-23T02:00:00.000Z', unit_id: 'tinh', about_id: caseId },
        detail: JSON.stringify({ source: 'letter', photos: 2 }),
      },
    ])
    // A row tells by which road, and nothing finer than the day; the name of a file stands nowhere.
    const rows = JSON.stringify(await road.db.read('SELECT source, channel, ref, due_at, day FROM photos'))
    expect(rows).toBe(JSON.stringify(Array(2).fill({ source: 'letter', channel: '', ref: null, due_at: 0, day: '2026-11-23' })))
    expect(road.lines.some((line) => facts.some(({ id }) => line.includes(id)) || line.includes('anh.jpg'))).toBe(false)
  })

  test('sent twice, one after the other or at once, is one case with its photos once; a second paper is another', async () => {
    const hoa = await road.signsIn()
    const form = formIn((await hoa.get('/console/cases/new')).html)
    const send = (files: Uint8Array[]) => hoa.post('/console/cases/new', { ...LETTER, form, photos: files.map((bytes) => file(bytes)) })
    const photos = [await scene(1), await scene(2)]
    const both = await Promise.all([send(photos), send(photos)])
    const third = await send([...photos, await scene(3)])
    expect(new Set([...both, third].map(({ path }) => caseAt(path))).size).toBe(1)
    expect(third.text).toContain('Phản ánh này đã được lưu từ lần gửi trước')
    expect([await road.count('cases'), await road.count('photos'), await road.count('case_events')]).toEqual([1, 2, 1])
    await road.fetchPhotos()
    // What the other two brought is not left lying anywhere.
    expect((await road.evidence.list()).names).toHaveLength(4)
    const other = await typesIn(hoa, [])
    expect(caseAt(other.path)).not.toBe(caseAt(third.path))
    // Another officer who posts the same paper has not made, and does not reach, the first one's case.
    await road.officer('minh')
    const minh = await road.signsIn('minh')
    await minh.get('/console/cases/new')
    const theirs = await minh.post('/console/cases/new', { ...LETTER, form })
    expect(caseAt(theirs.path)).not.toBe(caseAt(third.path))
    expect(await road.count('cases')).toBe(3)
  })

  test('what is wrong beside the photos is said, what was typed stands there again, and the photos need not be chosen again', async () => {
    const hoa = await road.signsIn()
    const back = await typesIn(hoa, [await scene(1), await scene(2)], { name: 'Trần Thị Mẫu', note: 'Người này gọi lại sau.' })
    expect(back.status).toBe(400)
    for (const text of ['Thư kể: hộp sữa tem in mờ.', 'Người này gọi lại sau.', 'Đã giữ 2 ảnh, không cần chọn lại.'])
      expect(back.text).toContain(text)
    expect(back.html).toContain('value="Trần Thị Mẫu"')
    expect(await road.count('cases')).toBe(0)
    await road.fetchPhotos()
    const send = (more: object = {}) => hoa.post('/console/cases/new', { ...LETTER, source: 'visit', ...again(back.html), ...more })
    // Chosen once more all the same, and sent by two hands.
    const more = { photos: [file(await scene(2)), file(await scene(3))] }
    const [one, other] = await Promise.all([send(more), send(more)])
    expect(caseAt(one.path)).toBe(caseAt(other.path))
    await road.fetchPhotos()
    expect(await road.db.read('SELECT case_id, source, state FROM photos')).toEqual(
      Array(3).fill({ case_id: caseAt(one.path), source: 'visit', state: 'stored' }),
    )
    expect((await road.evidence.list()).names).toHaveLength(6)
    expect(await audits('case.typed_in')).toMatchObject([{ detail: JSON.stringify({ source: 'visit', photos: 3 }) }])
  })

  test('photos it holds are that form’s alone, count with the others, and go when the officer says so or after a week', async () => {
    const hoa = await road.signsIn()
    const small = await Promise.all(Array.from({ length: 8 }, (_, n) => scene(n + 1, 40, 30)))
    const back = await typesIn(hoa, small, { name: 'Trần Thị Mẫu' })
    expect(back.text).toContain('Đã giữ 8 ảnh')
    const { form, held } = again(back.html)
    // A member's draft, another form's, another officer's: none of them is had by naming it.
    const lan = road.onTelegram('5012345643')
    for (const text of ['phản ánh', '1', 'hộp sữa tem in mờ', 'chợ Mẫu', '1']) await lan.says(text)
    await lan.sendsPhoto(await scene(9))
    const [draft] = await road.db.read("SELECT id FROM photos WHERE source = 'member'")
    const tag = held.split('~')[1]
    await road.officer('minh')
    const minh = await road.signsIn('minh')
    await minh.get('/console/cases/new')
    const forged = { ...LETTER, form, held: `${draft?.id}~${tag}` }
    await hoa.post('/console/cases/new', { ...forged, form: 'a'.repeat(16) })
    await hoa.post('/console/cases/new', { ...forged, held, form: 'b'.repeat(16) })
    await minh.post('/console/cases/new', { ...LETTER, form, held })
    expect(await road.count('cases')).toBe(3)
    expect(await road.db.read('SELECT count(*) AS n FROM photos WHERE case_id IS NOT NULL')).toEqual([{ n: 0 }])

    const many = await hoa.post('/console/cases/new', {
      ...LETTER,
      form,
      held,
      photos: [1, 2, 3].map(() => file(Buffer.from(small[0] ?? []))),
    })
    expect(many.text).toContain('Đã chọn 11 ảnh; mỗi lần nhận nhiều nhất 10 ảnh.')
    expect(many.text).toContain('Đã giữ 8 ảnh')
    const dropped = await hoa.post('/console/cases/new', { ...LETTER, form, held, drop: 'on', photos: [file(await scene(12))] })
    expect(dropped.text).toContain('Đã nhập phản ánh.')
    await road.fetchPhotos()
    expect(await road.photosOf(caseAt(dropped.path))).toHaveLength(1)
    expect(await road.count('photos')).toBe(2)

    await typesIn(hoa, [await scene(13)], { name: 'Trần Thị Mẫu' })
    await road.fetchPhotos()
    road.clock.advance(9 * 86_400_000)
    const { db, keys, evidence, clock } = road
    await createRetention({ db, keys, evidence, now: clock.now, log: () => {} }).run()
    await road.product.photos.sweep(clock.now())
    expect([await road.count('photos'), (await road.evidence.list()).names.length]).toEqual([1, 2])
  })

  test('is refused whole while the store is away, with all that was typed; without photos it is saved', async () => {
    const hoa = await road.signsIn()
    const { put } = road.evidence
    road.evidence.put = async () => {
      throw new Error('disk is full')
    }
    const back = await typesIn(hoa, [await scene()])
    expect([back.status, back.text.includes('Kho ảnh đang gặp trục trặc')]).toEqual([400, true])
    expect(back.text).toContain('Thư kể: hộp sữa tem in mờ.')
    await nothing()
    expect((await typesIn(hoa, [])).text).toContain('Đã nhập phản ánh.')
    road.evidence.put = put
  })

  test('dies between the photos and the case: no case, no photo to see, the night takes what lies there; the form again makes it', async () => {
    const desk = { ...(await deskAt(road.db, road.keys, 'hoa', road.clock.now())), evidence: road.evidence }
    const bytes = await scene()
    const image = imageOf(bytes)
    if ('refused' in image) throw new Error('no picture')
    await keepPhotos(desk, [{ bytes, image }])
    expect([await road.count('cases'), await road.count('photos'), (await road.evidence.list()).names.length]).toEqual([0, 0, 1])
    const hoa = await road.signsIn()
    const saved = await typesIn(hoa, [bytes])
    await road.fetchPhotos()
    expect(await road.photosOf(caseAt(saved.path))).toHaveLength(1)
    road.clock.advance(2 * 86_400_000)
    expect(await road.product.photos.sweep(road.clock.now())).toBe(1)
    expect((await road.evidence.list()).names).toHaveLength(2)
  })
})

describe('photos that come later', () => {
  /** A member's case with one photo of theirs, and their receipt's words. */
  const reported = async (id = '5012345641') => {
    const lan = road.onTelegram(id)
    return { lan, caseId: await road.reports(lan, () => lan.sendsPhoto(Buffer.from(photo))) }
  }
  let photo: Uint8Array
  beforeEach(async () => {
    photo = await scene(1)
  })

  test('are added by who works on it, with how they came, apart from the member’s own; the member’s figures do not change', async () => {
    const { lan, caseId } = await reported()
    const hoa = await road.signsIn()
    const saved = await adds(hoa, caseId, [await scene(2), await scene(3)], 'officer')
    expect(saved.text).toContain('Đã lưu ảnh.')
    expect(saved.text).toMatch(/Thêm ảnh\s+Cán bộ chụp\s+Cán bộ hoa · .* · 2 ảnh/)
    await road.fetchPhotos()
    const page = await hoa.get(`/console/cases/${caseId}`)
    expect([page.text.match(/Cán bộ thêm/g)?.length, page.text.match(/Người phản ánh gửi qua trợ lý/g)?.length]).toEqual([2, 1])
    expect(await road.db.read('SELECT source, state, count(*) AS n FROM photos GROUP BY source, state ORDER BY source')).toEqual([
      { source: 'member', state: 'stored', n: 1 },
      { source: 'officer', state: 'stored', n: 2 },
    ])
    expect(await audits('case.photo_added')).toMatchObject([
      { officer_id: 'hoa', at: '2026-11-23T02:00:00.000Z', about_id: caseId, detail: JSON.stringify({ source: 'officer', photos: 2 }) },
    ])
    expect(await findPhotoRoom(road.db, caseId)).toBe(19)
    const receipt = /PA-\d{4}-\w{4}-\w{4}-\w{4}/.exec(wordsOf(lan.heard()))?.[0] ?? ''
    expect(wordsOf(await lan.says(`tra cứu ${receipt}`))).toMatch(/1\/1/)
    expect(wordsOf(lan.heard())).not.toMatch(/3 ảnh|3\/3/)
  })

  test('are not added twice: not by the same form again, not by two at once, not by a picture that is there', async () => {
    const { caseId } = await reported()
    const hoa = await road.signsIn()
    const more = await scene(2)
    await hoa.get(`/console/cases/${caseId}`)
    const send = (files: Uint8Array[]) =>
      hoa.post(`/console/cases/${caseId}/photos/new`, { source: 'visit', photos: files.map((bytes) => file(bytes)) })
    const both = await Promise.all([send([more, more]), send([more])])
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    expect((await send([more])).text).toContain('Ảnh này đã có trong phản ánh')
    expect((await send([more, await scene(3)])).text).toContain('Đã lưu ảnh mới; ảnh đã có')
    // The member's own is no second one either.
    expect((await send([photo])).text).toContain('Ảnh này đã có trong phản ánh')
    await road.fetchPhotos()
    expect((await road.photosOf(caseId)).length).toBe(3)
    expect((await road.evidence.list()).names).toHaveLength(6)
    expect((await audits('case.photo_added')).length).toBe(2)
  })

  test('are added although somebody wrote a note meanwhile', async () => {
    const { caseId } = await reported()
    const hoa = await road.signsIn()
    await hoa.get(`/console/cases/${caseId}`)
    await road.db.write([{ sql: 'UPDATE cases SET version = version + 1 WHERE id = ?', args: [caseId] }])
    expect((await hoa.post(`/console/cases/${caseId}/photos/new`, { source: 'phone', photos: [file(await scene(2))] })).text).toContain(
      'Đã lưu ảnh.',
    )
  })

  test('are nobody’s to add who does not work on the case: another unit, a viewer, a conflict, a restricted or a merged case', async () => {
    const { caseId } = await reported()
    const { caseId: main } = await reported('5012345642')
    await road.officer('xa1', 'xa')
    await road.officer('minh')
    await road.db.write([{ sql: "UPDATE officers SET roles = '[\"viewer\"]' WHERE id = 'minh'", args: [] }])
    const before = (await road.evidence.list()).names
    const tries = async (id: string) => {
      const officer = await road.signsIn(id)
      await officer.get('/console/me')
      const form = new FormData()
      for (const [name, value] of [['_csrf', officer.csrf()] as const, ['source', 'visit'] as const]) form.append(name, value)
      form.append('photos', file(await scene(2)))
      const page = await officer.request(`/console/cases/${caseId}`)
      const answer = await officer.request(`/console/cases/${caseId}/photos/new`, { method: 'POST', body: form })
      return [answer.status, (await page.text()).includes('/photos/new')]
    }
    expect(await tries('xa1')).toEqual([404, false])
    expect(await tries('minh')).toEqual([403, false])
    await road.db.write([
      { sql: "UPDATE officers SET roles = '[\"case\"]' WHERE id = 'minh'", args: [] },
      { sql: "INSERT INTO case_conflicts(case_id, officer_id, hour) VALUES (?, 'minh', '2026-11-23T02Z')", args: [caseId] },
    ])
    expect(await tries('minh')).toEqual([403, false])
    await road.db.write([{ sql: "UPDATE cases SET restricted = 1, assignee_id = 'minh' WHERE id = ?", args: [caseId] }])
    expect(await tries('hoa')).toEqual([403, false])
    await road.db.write([{ sql: 'UPDATE cases SET restricted = 0, merged_into = ? WHERE id = ?', args: [main, caseId] }])
    expect(await tries('hoa')).toEqual([409, false])
    expect((await road.evidence.list()).names).toEqual(before)
    expect(await audits('case.photo_added')).toEqual([])
  })

  test('stop at a hundred in one case', async () => {
    const { caseId } = await reported()
    const rows = Array.from({ length: 98 }, (_, n) => `('full${n}', '${caseId}', '', 'stored', 0, 0, '2026-11-23')`)
    await road.db.write([
      { sql: `INSERT INTO photos(id, case_id, channel, state, due_at, give_up_at, day) VALUES ${rows.join()}`, args: [] },
    ])
    const hoa = await road.signsIn()
    const back = await adds(hoa, caseId, [await scene(2), await scene(3)])
    expect([back.status, back.text.includes('nhiều nhất 100 ảnh')]).toEqual([400, true])
    expect((await adds(hoa, caseId, [await scene(2)])).text).toContain('Đã lưu ảnh.')
    expect((await road.photosOf(caseId)).length).toBe(100)
  })

  test('go with their case, and what waits of one that is gone goes at night', async () => {
    const { caseId } = await reported()
    const hoa = await road.signsIn()
    await adds(hoa, caseId, [await scene(2)])
    await road.fetchPhotos()
    await adds(hoa, caseId, [await scene(3)])
    await road.db.write([{ sql: "UPDATE cases SET state = 'closed', closed_hour = '2024-01-01T00Z' WHERE id = ?", args: [caseId] }])
    const { db, keys, evidence, clock } = road
    await createRetention({ db, keys, evidence, now: clock.now, log: () => {} }).run()
    expect([await road.count('cases'), await road.count('photos')]).toEqual([0, 0])
    await road.fetchPhotos()
    road.clock.advance(2 * 86_400_000)
    await road.product.photos.sweep(road.clock.now())
    expect((await road.evidence.list()).names).toEqual([])
  })

  test('without an image library (Workers) are sealed without a copy, and the form says so before', async () => {
    const { pictures: _, viewerCopy: __, looksOf: ___, ...parts } = road.parts
    const product = await createProduct(parts)
    const hoa = await signIn({ ...road, product }, 'hoa')
    const page = await hoa.get('/console/cases/new')
    expect(page.text).toContain('ảnh được niêm phong, chỉ tải được ảnh gốc')
    const saved = await hoa.post('/console/cases/new', { ...LETTER, form: formIn(page.html), photos: [file(photo)] })
    await product.photos.drain()
    expect(await road.photosOf(caseAt(saved.path))).toMatchObject([{ state: 'stored', reason: 'no_copy' }])
    expect((await hoa.get(`/console/cases/${caseAt(saved.path)}`)).text).toContain('Chỉ có ảnh gốc')
    expect(await bytesOf()).toEqual([photo])
    product.close()
  })
})

describe('over REST', () => {
  const TOKEN = 'hv_0001ThisIsATokenOfTheTestsAlone'
  const call = async (path: string, body: Uint8Array | string, type = 'image/jpeg') =>
    road.product.app.request(`https://bot.example.vn/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': type },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    })
  beforeEach(async () => {
    const token = { id: 't1', officerId: 'hoa', unitId: null, name: 'Hệ thống thử', expiresDay: '2026-12-31', now: road.clock.now() }
    await road.db.write([addToken({ ...token, scopes: ['cases'], tag: await road.keys.tag('token', TOKEN) })])
  })

  test('a case system types a report in and adds its photos, each again as often as it likes', async () => {
    const { unit: unitId, ...intake } = LETTER
    const made = (await (await call('/cases', JSON.stringify({ ...intake, unitId }), 'application/json')).json()) as { id: string }
    const photo = await jpegWithPlace()
    const at = `/cases/${made.id}/photos/add?source=letter`
    const first = await call(at, photo)
    expect(first.status).toBe(201)
    const added = (await first.json()) as { id: string }
    expect(added).toEqual({ id: expect.stringMatching(/^[a-z0-9]{16}$/), sha256: await sha256Hex(photo), known: false })
    const more = await Promise.all([call(at, photo), call(at, photo)])
    for (const answer of more) expect(await answer.json()).toEqual({ ...added, known: true })
    await road.fetchPhotos()
    expect(await (await call(at, photo)).json()).toEqual({ ...added, known: true })
    const listed = (await (await call(`/cases/${made.id}/photos`, '', 'application/json')).json()) as { rows: unknown[] }
    expect(listed.rows).toMatchObject([{ id: added.id, source: 'letter', state: 'stored', original: { sha256: await sha256Hex(photo) } }])
    expect((await road.opened()).size).toBe(2)
    expect(await road.db.read("SELECT via, count(*) AS n FROM audit WHERE act = 'case.photo_added' GROUP BY via")).toEqual([
      { via: 'api', n: 1 },
    ])
  })

  test('what is no photo, has no road it came by, or is for no case of theirs is refused, and nothing is kept', async () => {
    const hoa = await road.signsIn()
    const caseId = caseAt((await typesIn(hoa, [])).path)
    const at = `/cases/${caseId}/photos/add?source=letter`
    const photo = await scene()
    const refused = async (answer: Promise<Response>) => {
      const { status, ...rest } = await answer
      const { error } = (await (await answer).clone().json()) as { error: { message: string } }
      return [status, error.message, ...Object.keys(rest)].slice(0, 2)
    }
    expect(await refused(call(at, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')))).toEqual([
      400,
      'Tệp này không phải ảnh JPEG, PNG hoặc WebP, dù tên tệp ghi thế nào.',
    ])
    expect(await refused(call(at, new Uint8Array()))).toEqual([400, 'Tệp trống, không có ảnh bên trong.'])
    expect(await refused(call(at, photo, 'image/svg+xml'))).toEqual([400, 'Ảnh phải là JPEG, PNG hoặc WebP.'])
    expect((await call(at, new Uint8Array(10 * 1024 * 1024 + 1))).status).toBe(413)
    expect((await call(`/cases/${caseId}/photos/add`, photo)).status).toBe(400)
    expect((await call(`/cases/${caseId}/photos/add?source=member`, photo)).status).toBe(400)
    expect((await call('/cases/khongco/photos/add?source=letter', photo)).status).toBe(404)
    expect([await road.count('photos'), (await road.evidence.list()).names]).toEqual([0, []])
    expect(await road.db.read("SELECT outcome, count(*) AS n FROM audit WHERE act = 'case.photo_added' GROUP BY outcome")).toMatchObject([
      { outcome: 'refused' },
    ])
  })
})

test('a change that keeps losing to others is given up, and leaves nothing', async () => {
  const hoa = await road.signsIn()
  const caseId = caseAt((await typesIn(hoa, [])).path)
  const bytes = await scene()
  const image = imageOf(bytes)
  if ('refused' in image) throw new Error('no picture')
  const desk = await deskAt(road.db, road.keys, 'hoa', road.clock.now())
  const busy = {
    ...road.db,
    write: async (statements: Parameters<typeof road.db.write>[0]) => {
      await road.db.write([{ sql: 'UPDATE cases SET version = version + 1', args: [] }])
      return road.db.write(statements)
    },
  }
  const trying = addPhotos({ ...desk, db: busy, evidence: road.evidence }, caseId, { source: 'visit', photos: [{ bytes, image }] })
  await expect(trying).rejects.toThrow(/CHECK/)
  expect([await road.count('photos'), (await road.evidence.list()).names]).toEqual([0, []])
})
