/**
 * A holiday as people live it: what a member is promised on the eve of Tết, when officers are told that something is late, and
 * when they are not. Wednesday 3 February 2027 is the last working day; the next one is Thursday 11 February.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { caseReasons } from '../content/data/case-reasons.ts'
import { holidays as builtIn } from '../content/data/holidays.ts'
import { createTexts } from '../content/index.ts'
import { addAnswer } from '../db/case-answers.ts'
import { assignCase, takeCase } from '../db/case-assign.ts'
import { listQueue } from '../db/case-desk.ts'
import { moveCase } from '../db/case-moves.ts'
import { askMember } from '../db/case-notes.ts'
import { setUrgency } from '../db/case-plan.ts'
import { loadReasons } from '../db/case-reasons.ts'
import { addHoliday, removeHoliday } from '../db/holiday-desk.ts'
import { findHoliday, findHolidays, loadHolidays } from '../db/holidays.ts'
import { addRequest } from '../db/request-desk.ts'
import { isLate, shownDueDay } from '../src/case.ts'
import { createCaseReminders } from '../src/case-reminders.ts'
import type { Statement } from '../src/chat.ts'
import { openReply } from '../src/sealed-reply.ts'
import { dayOf, vietnamInstant } from '../src/time.ts'
import { lateDaysOf } from '../src/working-days.ts'
import { type CaseStage, openCaseStage } from './case-stage.ts'
import { databases } from './database.ts'
import { type Bot, createBot, textOf } from './harness.ts'
import { unitRows } from './people.ts'
import { seat } from './seats.ts'

const EVE = '2027-02-03T02:00:00.000Z'
const at = (day: string, hour = 8) => vietnamInstant(`2027-02-${day}`, hour)
const texts = createTexts()
let serial = 0

describe.each(databases)('in chat, on %s', (_name, open) => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ database: await open() })
    await bot.db.write([...unitRows(), loadReasons(caseReasons), ...loadHolidays(builtIn)])
    await seat(bot, 'an', 'xa', ['case', 'data'])
    bot.clock.set(EVE)
  })
  afterEach(() => bot.close())

  const joined = async (address: string) => {
    const lan = bot.person(address)
    await lan.says('menu')
    await bot.db.write([
      { sql: "UPDATE contacts SET unit_id = 'xa' WHERE id = (SELECT contact_id FROM addresses WHERE native = ?)", args: [address] },
    ])
    return lan
  }
  const files = async (address: string, health = 'Chưa ai dùng') => {
    const lan = await joined(address)
    await lan.says('phản ánh')
    await lan.taps('Hàng nghi giả')
    await lan.says('Tem mờ, chữ in sai')
    await lan.says('Sạp số 3 chợ Mẫu')
    await lan.taps('Hôm qua')
    await lan.taps('Bỏ qua')
    await lan.taps(health)
    await lan.taps('Gửi')
    return textOf(await lan.taps('Không'))
  }
  const dueDays = async () => (await bot.db.read('SELECT due_day FROM cases ORDER BY opened_hour, id')).map(({ due_day }) => due_day)

  test('a report on the eve of Tết is promised a date; on any other day a working day', async () => {
    const eve = await files('100')
    expect(eve).toContain('chậm nhất ngày 11/02/2027')
    expect(eve).not.toContain('ngày làm việc')
    expect(await dueDays()).toEqual(['2027-02-11'])
    bot.clock.set('2027-02-19T02:00:00.000Z')
    // A Friday: Monday is what everybody expects.
    expect(await files('200')).toContain('sẽ xem trong vòng một ngày làm việc')
    expect((await dueDays()).at(-1)).toBe('2027-02-22')
  })

  test('a report of somebody ill is due the same day, and its member is told to call', async () => {
    expect(await files('100', 'Có người không khỏe')).toContain('113, 115')
    expect(await dueDays()).toEqual(['2027-02-03'])
  })

  test('a question to an officer names the time after Tết', async () => {
    const lan = await joined('100')
    await lan.says('gặp cán bộ')
    const answer = textOf(await lan.says('Công ty em chưa đóng bảo hiểm, em hỏi ai?'))
    expect(answer).toContain('trước 09:00, 12/02/2027')
  })

  test('the legal clock of a request about one’s data counts working days too', async () => {
    const lan = await joined('100')
    await lan.says('xóa dữ liệu')
    await lan.taps('Có, xóa hết')
    expect(await bot.db.read('SELECT kind, due_at FROM data_requests')).toEqual([{ kind: 'erase', due_at: '2027-02-12T02:00:00.000Z' }])
  })
})

describe('at the desk', () => {
  let stage: CaseStage
  beforeEach(async () => {
    stage = await openCaseStage()
    await stage.db.write(loadHolidays(builtIn))
  })
  afterEach(() => stage.close())

  const desk = (id = 'an', now = new Date(EVE)) => stage.desk(id, now)
  const due = async (id: string) => (await stage.row(id))?.due_day
  const file = async (id: string, number: string, more = {}) => {
    const now = new Date(EVE)
    await stage.file({ id, number, now, holidays: await findHolidays(stage.db, now), ...more })
  }
  const said = async (): Promise<string[]> => {
    const rows = await stage.db.read('SELECT body FROM outbox ORDER BY id')
    const bodies = await Promise.all(rows.map(({ body }) => openReply(stage.keys, body as Uint8Array)))
    return bodies.map(({ reply }) => texts.render(reply.text, 'vi'))
  }
  const reminders = () => createCaseReminders({ db: stage.db, keys: stage.keys, publicUrl: null, log: () => {} })

  test('each step of a case is due on a working day, an urgent one as before', async () => {
    await file('a', 'PA-2702-2222')
    expect(await due('a')).toBe('2027-02-11')
    await takeCase(await desk(), 'a', 1)
    expect(await due('a')).toBe('2027-02-17')
    await askMember(await desk(), 'a', { version: 2, text: 'Bạn mua hàng ngày nào?' })
    expect(await due('a')).toBe('2027-02-24')
    await stage.db.write((await addAnswer({ ...stage, id: () => `e-answer-${++serial}`, now: at('05') }, 'a', ANSWER)) as Statement[])
    expect(await due('a')).toBe('2027-02-17')
    await moveCase(await desk('an', at('11')), 'a', { version: 5, to: 'referred', reasonId: 'referred-paper' })
    expect(await due('a')).toBe('2027-03-11')
    await file('b', 'PA-2702-3333', { danger: true })
    await assignCase(await desk(), 'b', { version: 1, officerId: 'an' })
    expect(await due('b')).toBe('2027-02-04')
  })

  test('a request that came by letter is answered two working days later, also one recorded after Tết', async () => {
    const draft = { kind: 'view', source: 'letter', askedOn: '2027-02-03', others: false, ref: '' } as const
    await stage.db.write([{ sql: `UPDATE officers SET roles = '["case","data"]', edition = edition + 1 WHERE id = 'an'`, args: [] }])
    const { writes } = await addRequest(await desk('an', at('11')), draft, { id: 'xa', path: '/tinh/xa/' })
    await stage.db.write(writes)
    const [row] = await stage.db.read('SELECT due_at FROM data_requests')
    expect(dayOf(new Date(String(row?.due_at)))).toBe('2027-02-12')
  })

  test('no morning reminder from 4 to 10 February; on the 11th what was due before, and nothing that is due that day', async () => {
    await file('a', 'PA-2702-2222', { now: new Date('2027-01-18T02:00:00Z') })
    await takeCase(await desk('an', new Date('2027-01-18T03:00:00Z')), 'a', 1)
    await file('b', 'PA-2702-3333')
    for (const day of ['04', '05', '06', '07', '08', '09', '10']) await reminders().remind(at(day))
    expect(await said()).toEqual([])
    await reminders().remind(at('11'))
    expect([...new Set(await said())]).toEqual([
      'Việc chờ đồng chí hôm nay: 1 phản ánh quá hạn xem, 1 phản ánh chưa ai nhận.',
      'Việc chờ đồng chí hôm nay: 1 phản ánh chưa ai nhận.',
    ])
  })

  test('what fell due within the holiday is no reason on the first day after it, and is on the second; a paper too', async () => {
    await file('a', 'PA-2702-2222')
    await takeCase(await desk(), 'a', 1)
    await file('p', 'PA-2702-3333')
    await takeCase(await desk(), 'p', 1)
    await stage.db.write([
      { sql: "UPDATE cases SET due_day = '2027-02-05' WHERE id = 'a'", args: [] },
      {
        sql: `INSERT INTO hand_overs(id, case_id, authority_id, state, hour, due_day, officer_id, box)
              VALUES ('p1', 'p', 'x', 'sent', '2027-01-18T02Z', '2027-02-08', 'an', x'')`,
        args: [],
      },
    ])
    await reminders().remind(at('11'))
    expect(await said()).toEqual([])
    await reminders().remind(at('12'))
    expect(await said()).toEqual(['Việc chờ đồng chí hôm nay: 1 phản ánh quá hạn xem, 1 phản ánh đã chuyển mà cơ quan chưa trả lời.'])
  })

  test('a Saturday that is worked instead has its morning reminder', async () => {
    await file('b', 'PA-2702-3333')
    await reminders().remind(at('20'))
    expect(await said()).toEqual([])
    await stage.db.write([{ sql: `UPDATE officers SET roles = '["admin"]' WHERE id = 'cuc'`, args: [] }])
    await stage.db.write(await addHoliday(await stage.desk('cuc', at('11')), '2027-02-20', WORK, '2027-02-11'))
    await reminders().remind(at('20'))
    expect((await said()).length).toBeGreaterThan(0)
  })

  test('a due day that becomes a holiday afterwards stands, is shown and late after it, and is back when the holiday goes', async () => {
    await stage.db.write([{ sql: `UPDATE officers SET roles = '["admin"]' WHERE id = 'cuc'`, args: [] }])
    const cuc = (day: string) => stage.desk('cuc', at(day))
    await file('a', 'PA-2702-2222')
    await takeCase(await desk(), 'a', 1)
    await file('u', 'PA-2702-3333')
    await takeCase(await desk(), 'u', 1)
    await setUrgency(await desk(), 'u', { version: 2, urgency: 'danger' })
    await stage.db.write([{ sql: "UPDATE cases SET due_day = '2027-02-17'", args: [] }])
    const late = async (day: string) => {
      const days = lateDaysOf(at(day), await findHolidays(stage.db, at(day)))
      const listed = (await listQueue(await stage.desk('an', at(day)), { late: days }, { limit: 9 })).map(({ id }) => id)
      const rows = await listQueue(await stage.desk('an', at(day)), {}, { limit: 9 })
      expect(rows.filter((row) => isLate(row, days)).map(({ id }) => id)).toEqual(listed)
      return listed
    }
    expect([await late('17'), await late('18')]).toEqual([[], ['u', 'a']])
    for (const day of ['2027-02-17', '2027-02-18'])
      await stage.db.write(await addHoliday(await cuc('16'), day, { ...WORK, kind: 'off' }, '2027-02-16'))
    expect([await due('a'), await due('u')]).toEqual(['2027-02-17', '2027-02-17'])
    expect([await late('18'), await late('19'), await late('20')]).toEqual([['u'], ['u'], ['u', 'a']])
    const [urgent, plain] = await listQueue(await stage.desk('an', at('16')), {}, { limit: 9 })
    const holidays = await findHolidays(stage.db, at('16'))
    expect([urgent, plain].map((row) => row && shownDueDay(row, holidays))).toEqual(['2027-02-17', '2027-02-19'])
    for (const day of ['2027-02-17', '2027-02-18']) {
      const one = await findHoliday(stage.db, day)
      if (one) await stage.db.write(removeHoliday(await cuc('16'), one))
    }
    expect(await late('18')).toEqual(['u', 'a'])
  })
})

const ANSWER = { text: 'Mua hôm Chủ nhật', photos: [], danger: false }
const WORK = { kind: 'work', vi: 'Làm bù', en: null, source: 'Công văn số 1/VPCP-KGVX' } as const
