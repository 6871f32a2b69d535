/**
 * A month of reports with the officers who work on them: filed with photos that know where they were taken, asked about,
 * answered, covered, handed over, decided, merged, opened with a second officer's word, threatened, closed. After each
 * step, and of everything that left the house, the gate finds nothing of who told.
 */
import { unzipSync } from 'fflate'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeCase } from '../db/case-assign.ts'
import { mergeCases } from '../db/case-merge.ts'
import { moveCase } from '../db/case-moves.ts'
import { askMember, noteCase, tellMember } from '../db/case-notes.ts'
import { approveDecision } from '../db/decision-acts.ts'
import { fileDecision, requireDecision } from '../db/decisions.ts'
import { coverPhoto } from '../db/evidence-desk.ts'
import { answerHandOver, sendHandOver } from '../db/hand-over-acts.ts'
import { draftHandOver, findPaperUnit, requireHandOver } from '../db/hand-overs.ts'
import { askIdentity, decideIdentity, seeIdentity } from '../db/identities.ts'
import { askRemoval, decideRemoval } from '../db/removals.ts'
import { caseMarksJob } from '../src/case-marks.ts'
import { createCaseReminders } from '../src/case-reminders.ts'
import type { Db } from '../src/chat.ts'
import { createFigures } from '../src/figures.ts'
import { goneObjectsJob } from '../src/gone-objects.ts'
import { noticeOutcomesJob } from '../src/notice-outcomes.ts'
import { draftPaper, styleOf } from '../src/paper.ts'
import { pictures } from '../src/pictures.ts'
import { createRelay } from '../src/relay.ts'
import { dayOf } from '../src/time.ts'
import { say } from './hand-over-desk.ts'
import { textOf } from './harness.ts'
import { DAY, type Life, MINUTE, openLife, type Person } from './life.ts'
import { type Office, openOffice } from './life-office.ts'
import { findStepJoins, takePicture } from './steps.ts'

const LAN = '7100200300'
const HOA = '246845883529197922'
const NAME = 'Nguyễn Thị Mẫu Mực'
const PHONE = '0912 345 678'
const MAKER = 'MauPhoneOfLan'

/** A photo as a phone takes it: which one, and where. */
const taken = async () =>
  new Uint8Array(
    await sharp({ create: { width: 400, height: 300, channels: 3, background: '#a86', noise: { type: 'gaussian', mean: 128, sigma: 60 } } })
      .jpeg({ quality: 95 })
      .withExif({
        IFD0: { Make: MAKER, Artist: NAME },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '21/1 1/1 4012/100', GPSLongitudeRef: 'E', GPSLongitude: '105/1 50/1 347/100' },
      })
      .toBuffer(),
  )

/** Rows that name a report, a photo, a hand-over or a decision that is no more; officers' acts are kept for their own time. */
async function orphansIn(db: Db): Promise<string[]> {
  const found: string[] = []
  const owners = { case_id: 'cases', other_id: 'cases', merged_into: 'cases', photo_id: 'photos', decision_id: 'decisions' }
  for (const [column, owner] of Object.entries(owners)) {
    const tables = await db.read(
      "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = ?",
      [column],
    )
    expect(tables.length).toBeGreaterThan(0)
    for (const { name } of tables) {
      const sql = `SELECT count(*) AS n FROM ${name} WHERE ${column} IS NOT NULL AND ${column} NOT IN (SELECT id FROM ${owner})`
      const [row] = await db.read(sql)
      if (Number(row?.n) > 0) found.push(`${name}.${column}: ${row?.n}`)
    }
  }
  return found
}

describe('a month of reports', () => {
  let life: Life
  let office: Office
  beforeEach(async () => {
    const photo = await taken()
    life = await openLife([LAN, HOA], { photo })
    office = await openOffice(life)
    const exif = Buffer.from(photo).indexOf(MAKER)
    expect(exif).toBeGreaterThan(0)
    life.secrets.bytes.push(photo.slice(exif - 4, exif + 60), photo.slice(photo.length - 400, photo.length - 300))
    life.secrets.words.push(MAKER, NAME)
    life.secrets.who.push(NAME, PHONE, PHONE.replaceAll(' ', ''), MAKER)
  })
  afterEach(() => life.close())

  test('nothing that is kept and nothing that leaves tells who reported, from the first word to the year after', async () => {
    const { bot, secrets, photos, found, pass, look } = life
    const { db, keys, clock } = bot
    const log = (level: string, what: string, fields: object = {}) => void bot.lines.push(JSON.stringify({ level, what, ...fields }))
    const relay = createRelay({ db, keys, channels: bot.channels, random: () => 0, log })
    const outcomes = noticeOutcomesJob({ db, keys, random: () => 0, log })
    const figures = createFigures({ db, log })
    const reminders = createCaseReminders({ db, keys, publicUrl: bot.about.publicUrl, log })
    const marks = caseMarksJob({ db, keys, now: clock.now, log })
    /** Some minutes of the product's own jobs. */
    const minutes = async (n: number) => {
      for (let i = 0; i < n; i++) {
        clock.advance(MINUTE)
        await relay.run(clock.now())
        await outcomes.run(clock.now())
        await reminders.alert(clock.now())
        await marks.run(clock.now())
        await figures.open(clock.now())
        await bot.dispatcher.drain()
      }
    }
    const idOf = async (receipt: string) => String((await db.read('SELECT id FROM cases WHERE number = ?', [receipt.slice(0, 12)]))[0]?.id)
    const an = () => office.deskOf('an')
    const row = (id: string) => office.row(id)
    const version = async (id: string) => (await row(id)).version
    const reads = async (who: Person) => {
      const word = /xem ([A-Z]\d)/.exec(textOf(who.heard().slice(-3)))?.[0] ?? ''
      expect(word).not.toBe('')
      return textOf(await who.says(word))
    }

    const lan = life.person(LAN, 'telegram')
    const hoa = life.person(HOA, 'zalo-bot')
    const guest = await life.visitor()
    const mai = life.person(guest.id, 'web')
    for (const one of [lan, hoa, mai]) await one.says('/start')
    await lan.says('đơn vị')
    await lan.says('xưởng may')
    await lan.taps('CĐCS Xưởng may số 1 (mẫu) · CĐ khu công nghiệp (mẫu) · Công đoàn cơ sở')
    await lan.taps('Đoàn viên công đoàn')
    await figures.open(clock.now())

    await life.tells(lan, 'Mua của chị Bưởi Mẫu, tem bong ra, chữ in lem', async () => lan.sendsPhotos('AgACAgUAAx-photo-of-lan'))
    secrets.words.push('AgACAgUAAx-photo-of-lan', PHONE)
    await lan.taps('Để lại tên, số điện thoại')
    await lan.taps('Đủ 16 tuổi').catch(() => lan.says('đủ 16'))
    await lan.says('đồng ý')
    await lan.says(NAME)
    await lan.says('0912345678')
    const receipt = await life.files(lan, 'Cho trợ lý nhắn lại')
    await photos.drain()
    await life.tells(hoa, 'Tem bong ra, chữ in lem, mua ở tiệm bà Mẫu', async () => {})
    const second = await life.files(hoa, 'Cho trợ lý nhắn lại')
    await life.tells(mai, 'Hộp sữa mờ hạn dùng của cửa hàng ông Tư Mẫu', async () => expect(await guest.sendsPhoto()).toBe(202))
    const third = await life.files(mai, 'Không')
    await photos.drain()
    const [one, two, three] = await Promise.all([receipt, second, third].map(idOf))
    await minutes(3)
    await look('three reports are filed')

    await takeCase(await an(), one ?? '', await version(one ?? ''))
    const asked = office.wrote('Bạn còn giữ hóa đơn hay vỏ hộp không?')
    await askMember(await an(), one ?? '', { version: await version(one ?? ''), text: asked })
    await look('asked, and not told yet')
    await minutes(8)
    await look('the member is told')
    clock.set(new Date(Math.ceil(clock.now().getTime() / 3_600_000) * 3_600_000).toISOString())
    const before = await takePicture(db)
    await outcomes.run(clock.now())
    expect(findStepJoins(before, await takePicture(db))).toEqual([])
    expect(await db.read('SELECT DISTINCT relay FROM case_events WHERE case_id = ? AND relay IS NOT NULL', [one ?? ''])).toEqual([
      { relay: 'sent' },
    ])
    await look('the case knows that its notice arrived')
    expect(await reads(lan)).toContain(asked)
    await lan.taps('Trả lời').catch(() => {})
    await lan.says('Tôi còn giữ vỏ hộp ở nhà trọ số 12 ngõ Mẫu')
    await lan.sendsPhotos('AgACAgUAAx-second-of-lan')
    secrets.words.push('AgACAgUAAx-second-of-lan')
    await look('an answer is being told')
    await lan.says('gửi')
    await photos.drain()
    await minutes(3)
    await look('answered')

    await noteCase(await an(), one ?? '', { version: await version(one ?? ''), text: office.wrote('Vỏ hộp còn, hẹn lấy mẫu tuần sau') })
    const [photo] = await db.read("SELECT id FROM photos WHERE case_id = ? AND state = 'stored' ORDER BY id", [one ?? ''])
    const boxes = [{ left: 10, top: 10, width: 30, height: 30 }]
    const cover = { caseId: one ?? '', photoId: String(photo?.id), boxes, cleared: true }
    await coverPhoto({ ...(await an()), evidence: life.evidence }, pictures, cover)
    await look('a photo is covered')

    /** What an officer hands in, by the form itself; its pixels, its place and its name are secrets like the member's. */
    const given = async (path: string, fields: Record<string, string>) => {
      const bytes = await taken()
      const name = `thu-cua-${NAME}.jpg`
      secrets.bytes.push(bytes.slice(600, 700), bytes.slice(bytes.length - 400, bytes.length - 300))
      secrets.words.push(name)
      const browser = await office.browserOf('an')
      const form = /name="form" value="([a-z0-9]+)"/.exec((await browser.get(path)).html)?.[1]
      const photos = [new File([bytes], name, { type: 'image/jpeg' })]
      return browser.post(path, { ...fields, ...(form ? { form } : {}), photos })
    }
    const brought = await given(`/console/cases/${one}/photos/new`, { source: 'visit' })
    expect(brought.text).toContain('Đã lưu ảnh.')
    await look('an officer’s photo waits')
    await photos.drain()
    await look('an officer’s photo is sealed')
    const [own] = await db.read("SELECT id FROM photos WHERE case_id = ? AND source = 'visit' AND state = 'stored'", [one ?? ''])
    await coverPhoto({ ...(await an()), evidence: life.evidence }, pictures, { ...cover, photoId: String(own?.id) })
    await look('an officer’s photo is covered')

    const report = { kind: 'fake', signs: 'Tem bong, chữ in lem', place: 'Chợ trung tâm', time: '22/11/2026' } as const
    const unit = await findPaperUnit(await an())
    const paper = draftPaper({ report, number: receipt.slice(0, 12), danger: false }, unit, dayOf(clock.now()), say)
    const draft = { authorityId: office.authorityId, dueDay: '2026-12-21', paper, style: styleOf(unit.kind) }
    const drafted = await draftHandOver(await an(), await row(one ?? ''), draft)
    await db.write(drafted.writes)
    for (const file of ['paper', 'packet'])
      await office.download('an', `/cases/${one}/hand-over/${drafted.id}/file`, { file }, `hand-over-${file}`, 'case')
    const sent = await requireHandOver(await an(), await row(one ?? ''), drafted.id)
    await db.write(await sendHandOver(await an(), await row(one ?? ''), sent, { day: dayOf(clock.now()), how: 'post', ref: '12/PC' }))
    await minutes(8)
    await look('handed over')

    const why = { purpose: 'authority', reason: office.wrote('Cơ quan kiểm tra cần gọi lại người phản ánh để lấy mẫu') } as const
    pass()
    await db.write(await askIdentity(await an(), one ?? '', why, office.hand('an')))
    const [request] = await db.read('SELECT id FROM identity_openings')
    await look('an opening is asked for')
    pass()
    await db.write(await decideIdentity(await office.deskOf('binh'), String(request?.id), true, office.hand('binh')))
    expect((await seeIdentity(await an(), one ?? '')).identity.name).toBe(NAME)
    await minutes(8)
    await look('a name was opened and its member told')

    await mergeCases(
      await office.deskOf('top'),
      { id: one ?? '', version: await version(one ?? '') },
      { id: two ?? '', version: (await office.row(two ?? '', 'top')).version },
    )
    await look('two reports are one')

    const decision = await fileDecision(await an(), await row(one ?? ''), {
      ...{ authorityName: 'Chi cục Quản lý thị trường tỉnh Mẫu', number: '12/QĐ-XPHC', day: '2026-11-23', link: 'https://qltt.gov.vn/12' },
      says: office.wrote('Cơ quan đã xử lý cơ sở theo quyết định này.'),
    })
    await db.write(decision.writes)
    for (const id of ['binh', 'chi']) {
      pass()
      const desk = await office.deskOf(id)
      const waiting = await requireDecision(desk, decision.id, ['decision.approve'])
      await db.write(await approveDecision(desk, waiting, 'Chi cục đã ra quyết định 12/QĐ-XPHC.', office.hand(id)))
    }
    await minutes(8)
    await look('a decision is out')
    const handed = await requireHandOver(await an(), await row(one ?? ''), drafted.id)
    if ((await row(one ?? '')).state === 'referred')
      await db.write(
        await answerHandOver(await an(), await row(one ?? ''), handed, {
          ...{
            day: dayOf(clock.now()),
            ref: '7/CV',
            text: office.wrote('Đã kiểm tra, đã xử lý'),
            outcomeId: 'resolved-handled',
            wait: false,
          },
        }),
      )
    await tellMember(await an(), one ?? '', { version: await version(one ?? ''), text: office.wrote('Cảm ơn bạn, việc đã xong.') })
    await minutes(8)
    await look('the result is told')

    for (const who of [lan, mai, hoa]) await who.says(receipt)
    await mai.says('hủy')
    await mai.says('tôi bị đe dọa')
    await mai.says(third)
    await look('a threatened member')
    await minutes(3)
    await mai.says('hủy')
    await mai.says('giấy xác nhận')
    const shown = /\/xac-nhan\/PA-\d{4}-[2-9A-Z]{4}\/[0-9A-Z-]+/.exec(JSON.stringify(await mai.says(third)))?.[0] ?? ''
    expect(shown).toContain(third.slice(0, 12))
    const proof = await life.site.request(shown)
    expect(proof.status).toBe(200)
    life.papers.push({ name: 'proof of filing', bytes: new Uint8Array(await proof.arrayBuffer()), of: 'case' })
    await look('a proof of filing')
    await hoa.says('hủy')
    await hoa.says('góp ý giá')
    await hoa.says('Nước mắm ở chợ gần nhà tôi lên giá gấp đôi từ đầu tháng')
    await hoa.says('bỏ qua')
    await hoa.says('gửi')
    expect(await db.read('SELECT count(*) AS n FROM opinions')).toEqual([{ n: 1 }])
    await look('an opinion')

    // One of her own, one that was merged into what an authority has.
    await mai.says('rút phản ánh')
    expect(textOf(await mai.says(third))).toContain('không lấy lại được')
    await mai.says('có, rút')
    await look('a report is taken back')
    await hoa.says('rut phan anh')
    expect(textOf(await hoa.says(second))).toContain('Chi cục Quản lý thị trường tỉnh Mẫu')
    await hoa.says('co rut')
    await look('one that was handed over is taken back')
    await goneObjectsJob({ db, evidence: life.evidence, log: () => {} }).run(clock.now())
    expect((await db.read('SELECT gone FROM cases WHERE gone IS NOT NULL ORDER BY gone')).map(({ gone }) => gone)).toEqual([
      'partly',
      'withdrawn',
    ])
    await look('and their objects are gone')

    const typed = await office.call('POST', '/cases', {
      ...{ source: 'phone', kind: 'poor', signs: office.wrote('Người gọi kể nồi cơm điện cháy ngay lần đầu'), unitId: 'ld-hai-phong' },
      ...{ name: 'Phạm Văn Gọi Mẫu', phone: '0987654321', agreed: true },
    })
    expect(typed.status).toBe(201)
    secrets.words.push('Phạm Văn Gọi Mẫu', '0987 654 321', '0987654321')
    secrets.who.push('Phạm Văn Gọi Mẫu', '0987 654 321', '0987654321')
    await look('typed in by an officer')
    const letter = await given('/console/cases/new', {
      ...{ source: 'letter', kind: 'fake', signs: office.wrote('Thư kể dầu gội đổi mùi, nắp không có tem'), health: 'fine' },
      ...{ unit: 'ld-hai-phong', name: 'Lý Thị Thư Mẫu', agreed: 'on' },
    })
    expect(letter.text).toContain('Đã nhập phản ánh.')
    secrets.words.push('Lý Thị Thư Mẫu')
    secrets.who.push('Lý Thị Thư Mẫu')
    await look('typed in with a photo that waits')
    await photos.drain()
    await look('typed in with a photo')

    const wrong = await office.call('POST', '/cases', {
      ...{ source: 'visit', kind: 'poor', signs: office.wrote('Người đến kể nhầm chuyện của nhà hàng xóm'), unitId: 'ld-hai-phong' },
    })
    expect(wrong.status).toBe(201)
    const [typedIn] = await db.read("SELECT id FROM cases WHERE source = 'visit'")
    const because = { photoId: null, kind: 'mistake', reason: office.wrote('Người gọi đã báo lại là nhầm số máy của trợ lý') } as const
    pass()
    await db.write(await askRemoval(await an(), String(typedIn?.id), because, office.hand('an')))
    await look('a removal is asked for')
    pass()
    const [wish] = await db.read('SELECT id FROM removals')
    await db.write(await decideRemoval(await office.deskOf('binh'), String(wish?.id), true, office.hand('binh')))
    await minutes(8)
    await look('removed for good')

    const [opinion] = await db.read('SELECT id FROM opinions')
    const [copy] = await db.read('SELECT id FROM photo_copies')
    await office.takesAll({
      ...{ id: one ?? '', 'cases.id': one ?? '', over: drafted.id, photo: String(photo?.id), copy: String(copy?.id) },
      ...{ 'decisions.id': decision.id, 'opinions.id': String(opinion?.id), 'identity-requests.id': String(request?.id) },
      ...{ section: 'library', 'units.id': 'ld-hai-phong', 'officers.id': 'an' },
    })
    await office.backsUp()
    const names = life.papers.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['hand-over-paper', 'hand-over-packet', '/figures/export.xlsx', '/audit/export.csv', 'backup']),
    )
    const packet = life.papers.find(({ name }) => name === 'hand-over-packet')
    expect(Object.keys(unzipSync(packet?.bytes ?? new Uint8Array()))).toHaveLength(5)
    await look('everything was taken out')
    expect(found).toEqual({})
    expect(office.taken.refused).toEqual([])
    expect([office.taken.pages > 60, office.taken.answers > 30, office.taken.files > 8]).toEqual([true, true, true])

    await moveCase(await an(), one ?? '', { version: await version(one ?? ''), to: 'closed', reasonId: 'closed-answered' })
    await minutes(8)
    clock.advance(10 * DAY)
    await figures.open(clock.now())
    await figures.publish(clock.now())
    await reminders.remind(clock.now())
    await life.letGo()
    await look('the month is over')
    await lan.says('xóa dữ liệu')
    await lan.taps('Có, xóa hết')
    await look('erased')
    // The night empties the log that still holds the pages as they were.
    await life.letGo()
    secrets.words.push(LAN)
    await look('the night after')
    clock.advance(120 * DAY)
    await life.letGo()
    await look('four months later')
    expect(await db.read('SELECT count(*) AS n FROM case_identities')).toEqual([{ n: 2 }])
    clock.advance(760 * DAY)
    await life.letGo()
    await photos.sweep(clock.now())
    await look('two years after')
    for (const table of ['cases', 'case_events', 'photos', 'photo_copies', 'hand_overs', 'decisions'])
      expect([
        table,
        (
          await db.read(
            `SELECT count(*) AS n FROM ${table} WHERE ${table === 'cases' ? 'id' : table === 'photo_copies' ? 'photo_id' : 'case_id'} IN (?, ?)`,
            [one ?? '', String(photo?.id)],
          )
        )[0]?.n,
      ]).toEqual([table, 0])
    expect(three).toBeDefined()
    expect(await orphansIn(db)).toEqual([])
    expect(found).toEqual({})
  }, 600_000)
})
