/**
 * A case from its filing to the day it is let go, on a file and on a libSQL server: chat, photos, console, REST, jobs. The two
 * answer with other types, other counts and other words for a refusal; nothing of that may reach an officer or a member.
 */
import { unzipSync } from 'fflate'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeCase } from '../db/case-assign.ts'
import { mergeCases, unmergeCase } from '../db/case-merge.ts'
import { moveCase } from '../db/case-moves.ts'
import { askMember, noteCase } from '../db/case-notes.ts'
import { conflictOf } from '../db/client.ts'
import { approveDecision } from '../db/decision-acts.ts'
import { fileDecision, requireDecision } from '../db/decisions.ts'
import { coverPhoto } from '../db/evidence-desk.ts'
import { answerHandOver, sendHandOver } from '../db/hand-over-acts.ts'
import { draftHandOver, findPaperUnit, requireHandOver } from '../db/hand-overs.ts'
import { askIdentity, decideIdentity, seeIdentity } from '../db/identities.ts'
import { caseMarksJob } from '../src/case-marks.ts'
import { createCaseReminders } from '../src/case-reminders.ts'
import { createFigures } from '../src/figures.ts'
import { noticeOutcomesJob } from '../src/notice-outcomes.ts'
import { draftPaper, styleOf } from '../src/paper.ts'
import { pictures } from '../src/pictures.ts'
import { createRelay } from '../src/relay.ts'
import { dayOf } from '../src/time.ts'
import { databases } from './database.ts'
import { say } from './hand-over-desk.ts'
import { textOf } from './harness.ts'
import { DAY, type Life, MINUTE, openLife, type Person } from './life.ts'
import { type Office, openOffice } from './life-office.ts'

const LAN = '7100200300'
const HOA = '246845883529197922'
const NAME = 'Nguyễn Thị Mẫu Mực'
const HOUR = 3_600_000

const taken = async () =>
  new Uint8Array(
    await sharp({ create: { width: 320, height: 240, channels: 3, background: '#a86', noise: { type: 'gaussian', mean: 128, sigma: 60 } } })
      .jpeg({ quality: 90 })
      .toBuffer(),
  )
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => (conflictOf(error) ? 'conflict' : String(error.code)),
  )

describe.each(databases)('cases on %s', (_, open) => {
  let life: Life
  let office: Office
  beforeEach(async () => {
    life = await openLife([LAN, HOA], { photo: await taken(), open })
    office = await openOffice(life)
  }, 60_000)
  afterEach(() => life.close())

  test('are filed, worked on by one officer at a time, answered, covered, opened, merged and parted, handed over, decided, counted and let go', async () => {
    const { bot, photos } = life
    const { db, keys, clock } = bot
    const log = (level: string, what: string, fields: object = {}) => void bot.lines.push(JSON.stringify({ level, what, ...fields }))
    const relay = createRelay({ db, keys, channels: bot.channels, random: () => 0, log })
    const outcomes = noticeOutcomesJob({ db, keys, random: () => 0, log })
    const figures = createFigures({ db, log })
    const reminders = createCaseReminders({ db, keys, publicUrl: bot.about.publicUrl, log })
    const marks = caseMarksJob({ db, keys, now: clock.now, log })
    const minutes = async (n: number) => {
      for (let i = 0; i < n; i++) {
        clock.advance(MINUTE)
        await relay.run(clock.now())
        await bot.dispatcher.drain()
      }
      await reminders.alert(clock.now())
      await marks.run(clock.now())
    }
    const hour = async () => {
      clock.set(new Date((Math.floor(clock.now().getTime() / HOUR) + 1) * HOUR).toISOString())
      await outcomes.run(clock.now())
    }
    const idOf = async (receipt: string) => String((await db.read('SELECT id FROM cases WHERE number = ?', [receipt.slice(0, 12)]))[0]?.id)
    const an = () => office.deskOf('an')
    const version = async (id: string, officer = 'an') => (await office.row(id, officer)).version
    const relayOf = async (id: string, kind: string) =>
      (await db.read('SELECT relay, seen FROM case_events WHERE case_id = ? AND kind = ?', [id, kind])).at(-1)
    const reads = async (who: Person) => textOf(await who.says(/xem ([A-Z]\d)/.exec(textOf(who.heard().slice(-3)))?.[0] ?? ''))
    await figures.open(clock.now())

    // Filed with photos and a name, and by another member without a button.
    const lan = life.person(LAN, 'telegram')
    const hoa = life.person(HOA, 'zalo-bot')
    for (const one of [lan, hoa]) await one.says('/start')
    await lan.says('đơn vị')
    await lan.says('xưởng may')
    await lan.taps('CĐCS Xưởng may số 1 (mẫu) · CĐ khu công nghiệp (mẫu) · Công đoàn cơ sở')
    await lan.taps('Đoàn viên công đoàn')
    await life.tells(lan, 'Mua của chị Bưởi Mẫu, tem bong ra, chữ in lem', async () => lan.sendsPhotos('anh-1'))
    await lan.taps('Để lại tên, số điện thoại')
    for (const words of ['đủ 16', 'đồng ý', NAME, '0912345678']) await lan.says(words)
    const receipt = await life.files(lan, 'Cho trợ lý nhắn lại')
    await life.tells(hoa, 'Tem bong ra, chữ in lem, mua ở tiệm bà Mẫu', async () => {})
    const second = await life.files(hoa, 'Cho trợ lý nhắn lại')
    await photos.drain()
    const [one, two] = [await idOf(receipt), await idOf(second)]
    await minutes(2)

    // Taken once, whoever else had it before their eyes too.
    const seen = await version(one)
    expect(await Promise.all([codeOf(takeCase(await an(), one, seen)), codeOf(takeCase(await office.deskOf('top'), one, seen))])).toEqual(
      expect.arrayContaining(['done', 'conflict']),
    )
    if ((await office.row(one, 'top')).assigneeId !== 'an') await takeCase(await an(), one, await version(one))
    expect(await codeOf(takeCase(await an(), one, seen))).toBe('conflict')

    // Asked, told by a notice, answered by receipt from another account.
    await askMember(await an(), one, { version: await version(one), text: 'Bạn còn giữ vỏ hộp không?' })
    expect(await codeOf(askMember(await an(), one, { version: seen, text: 'Lần nữa?' }))).toBe('conflict')
    await minutes(2)
    await hour()
    expect(await relayOf(one, 'asked')).toEqual({ relay: 'sent', seen: 0 })
    expect(await reads(lan)).toContain('vỏ hộp không?')
    expect(await relayOf(one, 'asked')).toEqual({ relay: 'sent', seen: 1 })
    await lan.says('hủy')
    const guest = bot.person('nguoi-khac', 'web')
    await guest.says(receipt)
    for (const words of ['trả lời', 'Tôi còn giữ ở nhà trọ', 'gửi']) await guest.says(words)
    expect((await office.row(one)).state).toBe('reviewing')
    expect((await db.read("SELECT count(*) AS n FROM case_events WHERE case_id = ? AND kind = 'answered'", [one]))[0]?.n).toBe(1)
    await noteCase(await an(), one, { version: await version(one), text: 'Hẹn lấy mẫu' })

    // A box over a photo; the sealed bytes come back as bytes.
    const [photo] = await db.read("SELECT id, facts FROM photos WHERE case_id = ? AND state = 'stored'", [one])
    expect(photo?.facts).toBeInstanceOf(Uint8Array)
    const cover = { caseId: one, photoId: String(photo?.id), boxes: [{ left: 10, top: 10, width: 30, height: 30 }], cleared: true }
    await coverPhoto({ ...(await an()), evidence: life.evidence }, pictures, cover)
    const [copy] = await db.read('SELECT id FROM photo_copies')
    expect(copy).toBeDefined()

    // A name: asked for once, let through by another officer once.
    const why = { purpose: 'authority', reason: 'Cơ quan kiểm tra cần gọi lại người phản ánh để lấy mẫu' } as const
    life.pass()
    await db.write(await askIdentity(await an(), one, why, office.hand('an')))
    const [request] = await db.read('SELECT id FROM identity_openings')
    expect(await codeOf(seeIdentity(await an(), one))).not.toBe('done')
    life.pass()
    await db.write(await decideIdentity(await office.deskOf('binh'), String(request?.id), true, office.hand('binh')))
    expect((await seeIdentity(await an(), one)).identity).toMatchObject({ name: NAME })
    clock.advance(2 * HOUR)
    expect(await codeOf(seeIdentity(await an(), one))).not.toBe('done')

    // Two are one, told together, and two again.
    const both = async () =>
      [
        { id: one, version: await version(one, 'top') },
        { id: two, version: await version(two, 'top') },
      ] as const
    const [main, other] = await both()
    await mergeCases(await office.deskOf('top'), main, other)
    expect(await codeOf(mergeCases(await office.deskOf('top'), main, other))).toBe('conflict')
    expect((await office.row(two, 'top')).mergedInto).toBe(one)
    await unmergeCase(await office.deskOf('top'), two, await version(one, 'top'))
    expect((await office.row(two, 'top')).mergedInto).toBeNull()
    await mergeCases(await office.deskOf('top'), ...(await both()))

    // Handed over with its papers, answered, decided by two, told to both members.
    const unit = await findPaperUnit(await an())
    const report = { kind: 'fake', signs: 'Tem bong, chữ in lem', place: 'Chợ trung tâm', time: '22/11/2026' } as const
    const paper = draftPaper({ report, number: receipt.slice(0, 12), danger: false }, unit, dayOf(clock.now()), say)
    const drafted = await draftHandOver(await an(), await office.row(one), {
      ...{ authorityId: office.authorityId, dueDay: '2026-12-21', paper, style: styleOf(unit.kind) },
    })
    await db.write(drafted.writes)
    for (const file of ['paper', 'packet'])
      await office.download('an', `/cases/${one}/hand-over/${drafted.id}/file`, { file }, `hand-over-${file}`, 'case')
    const packet = life.papers.find(({ name }) => name === 'hand-over-packet')
    expect(Object.keys(unzipSync(packet?.bytes ?? new Uint8Array())).length).toBeGreaterThan(2)
    const draft = await requireHandOver(await an(), await office.row(one), drafted.id)
    const sending = await sendHandOver(await an(), await office.row(one), draft, { day: dayOf(clock.now()), how: 'post', ref: '12/PC' })
    await db.write(sending)
    expect(await codeOf(db.write(sending))).not.toBe('done')
    const handed = await requireHandOver(await an(), await office.row(one), drafted.id)
    await db.write(
      await answerHandOver(await an(), await office.row(one), handed, {
        ...{ day: dayOf(clock.now()), ref: '7/CV', text: 'Đã kiểm tra, đã xử lý', outcomeId: 'resolved-handled', wait: false },
      }),
    )
    const decision = await fileDecision(await an(), await office.row(one), {
      ...{ authorityName: 'Chi cục Quản lý thị trường tỉnh Mẫu', number: '12/QĐ-XPHC', day: '2026-11-23', link: 'https://qltt.gov.vn/12' },
      says: 'Cơ quan đã xử lý cơ sở theo quyết định này.',
    })
    await db.write(decision.writes)
    for (const id of ['binh', 'chi']) {
      life.pass()
      const waiting = await requireDecision(await office.deskOf(id), decision.id, ['decision.approve'])
      await db.write(await approveDecision(await office.deskOf(id), waiting, 'Chi cục đã ra quyết định 12/QĐ-XPHC.', office.hand(id)))
    }
    await minutes(2)
    for (const who of [lan, hoa]) expect(await reads(who)).toContain('12/QĐ-XPHC')

    // Every page, export and answer of the API reads the same from either.
    await office.takesAll({
      ...{ id: one, 'cases.id': one, over: drafted.id, photo: String(photo?.id), copy: String(copy?.id) },
      ...{ 'decisions.id': decision.id, 'opinions.id': 'none', 'identity-requests.id': String(request?.id) },
      ...{ section: 'library', 'units.id': 'ld-hai-phong', 'officers.id': 'an' },
    })
    expect(office.taken.refused).toEqual([])
    expect([office.taken.pages > 60, office.taken.answers > 30, office.taken.files > 8]).toEqual([true, true, true])

    await hoa.says('hủy')
    await hoa.says('tôi bị đe dọa')
    await hoa.says(second)
    await hoa.says('Chủ tiệm dọa đánh nếu còn nói')
    expect((await office.row(one)).rank).toBe(0)
    // Only the officer who works on it opens it from now on.
    expect(await codeOf(office.row(one, 'top'))).toBe('forbidden')

    // Closed, counted, let go.
    await moveCase(await an(), one, { version: await version(one), to: 'closed', reasonId: 'closed-answered' })
    clock.advance(10 * DAY)
    await figures.open(clock.now())
    await figures.publish(clock.now())
    expect(Number((await db.read("SELECT count(*) AS n FROM figures WHERE month = '2026-11'"))[0]?.n)).toBeGreaterThan(0)
    await reminders.remind(clock.now())
    await lan.says('xóa dữ liệu')
    await lan.taps('Có, xóa hết')
    const left = async (table: string) => Number((await db.read(`SELECT count(*) AS n FROM ${table}`))[0]?.n)
    expect([await left('case_identities'), await left('reply_links')]).toEqual([0, 1])
    clock.advance(91 * DAY)
    await life.letGo()
    expect([await left('reply_links'), await left('cases')]).toEqual([0, 2])
    clock.advance(760 * DAY)
    await life.letGo()
    for (const table of ['cases', 'case_events', 'photos', 'photo_copies', 'hand_overs', 'decisions', 'identity_openings', 'case_pairs'])
      expect([table, await left(table)]).toEqual([table, 0])
    expect((await life.evidence.list()).names).toEqual([])
    expect(bot.lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  }, 180_000)
})
