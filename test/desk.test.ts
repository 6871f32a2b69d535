import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addToInquiry, findOpenInquiry } from '../db/inquiries.ts'
import { answerInquiry, requireInquiry } from '../db/inquiry-desk.ts'
import { dismissOfficer, lendRoles } from '../db/officers.ts'
import { findActor } from '../db/rights.ts'
import { databases } from './database.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'
import { unitRows } from './people.ts'
import { asks, auditOf, type Seated, seat } from './seats.ts'

const QUESTION = 'Công ty em chưa đóng bảo hiểm, em hỏi ai?'

describe('hàng chờ', () => {
  let bot: Bot
  let xa: Seated
  let tinh: Seated
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel(), fakeChannel('zalo-bot', { buttons: 0 })] })
    await bot.db.write(unitRows())
    xa = await seat(bot, 'xa', 'xa', ['editor'])
    tinh = await seat(bot, 'tinh', 'tinh', ['case'])
  })
  afterEach(() => bot.close())

  const only = async () => (await bot.db.read('SELECT * FROM inquiries'))[0] ?? {}
  const open = async (officer: Seated) => {
    await officer.says('hàng chờ')
    const { id } = await only()
    return textOf(await officer.sends({ payload: `desk:show:${id}` }))
  }
  const answer = async (officer: Seated, text: string) => {
    await officer.taps('Trả lời')
    await officer.says(text)
    return textOf(await officer.taps('Gửi'))
  }

  test('a new question is told to the desk in one neutral line with a button, and shown without who asked', async () => {
    await asks(bot, '100200300', 'co-so', QUESTION)
    const [notice] = xa.heard().slice(-1)
    expect(notice?.text).toBe('Có tin mới của một đoàn viên trong hàng chờ của đồng chí.')
    expect(notice?.text).not.toContain('bảo hiểm')
    expect(textOf(tinh.heard())).not.toContain('tin mới của một đoàn viên')
    const queue = await xa.taps('Hàng chờ')
    expect(queue[0]?.buttons[0]?.label).toBe('Một đoàn viên của Công đoàn xã Mẫu, hạn 09:00, 25/11/2026')
    expect(textOf(queue)).not.toContain('bảo hiểm')
    const shown = textOf(await xa.taps('Một đoàn viên của Công đoàn xã Mẫu, hạn 09:00, 25/11/2026'))
    expect(shown).toContain('Gửi lúc 09:00, 23/11/2026')
    expect(shown).toContain(QUESTION)
    expect(textOf(xa.heard())).not.toMatch(/100200300|telegram/)
    expect(await auditOf(bot)).toMatchObject([{ act: 'inquiry.read', officer_id: 'xa', about: 'inquiry', unit_id: 'xa' }])
  })

  test('at most five officers of the desk are told, no viewer among them', async () => {
    for (const n of [1, 2, 3, 4, 5, 6]) await seat(bot, `more${n}`, 'xa', ['approver'])
    const viewer = await seat(bot, 'a-viewer', 'xa', ['viewer'])
    await asks(bot, '100', 'xa', QUESTION)
    const told = bot.channels[0]?.sent.filter(({ text }) => text.startsWith('Có tin mới của một đoàn viên')) ?? []
    expect(told).toHaveLength(5)
    expect(textOf(viewer.heard())).not.toContain('tin mới')
    expect(textOf(await viewer.says('hàng chờ'))).toContain('chưa có quyền')
    expect(await auditOf(bot)).toMatchObject([{ officer_id: 'a-viewer', act: 'inquiry.read', outcome: 'refused' }])
  })

  test('where there are no buttons the notice shows a word, so that a digit still means what was offered', async () => {
    const zalo = await seat(bot, 'zalo', 'xa-khac', ['welfare'], 'zalo-bot')
    expect(textOf(await zalo.says('menu'))).toContain('1. Hàng chờ\n2. Mỗi ngày một điều')
    await asks(bot, '100', 'xa-khac', QUESTION)
    expect(zalo.heard().at(-1)?.text).toContain('• Hàng chờ: “hàng chờ”')
    expect(textOf(await zalo.says('2'))).not.toContain('đang chờ')
    expect(textOf(await zalo.says('hàng chờ'))).toContain('1. Một đoàn viên của Công đoàn xã Khác')
    expect(textOf(await zalo.says('1'))).toContain(QUESTION)
    expect(textOf(await zalo.says('1'))).toContain('viết câu trả lời')
  })

  test('an answer is written, seen as the member will, and sent to them with the way to ask on', async () => {
    const lan = await asks(bot, '100', 'xa', QUESTION)
    await open(xa)
    await xa.taps('Trả lời')
    expect(textOf(await xa.says('Đồng chí Lan gọi 1900 nhé.'))).toContain('Đoàn viên sẽ nhận được')
    await xa.taps('Viết lại')
    const preview = await xa.says('Bạn liên hệ Bảo hiểm xã hội xã vào giờ hành chính.')
    expect(preview[0]?.buttons.map(({ label }) => label)).toEqual(['Gửi', 'Viết lại', 'Quay lại tin'])
    expect(textOf(lan.heard())).not.toContain('giờ hành chính')
    expect(textOf(await xa.says('gửi'))).toContain('Đã gửi câu trả lời')
    const got = lan.heard().at(-1)
    expect(got?.text).toContain('Cán bộ Công đoàn xã Mẫu trả lời: Bạn liên hệ Bảo hiểm xã hội xã vào giờ hành chính.')
    expect(got?.text).not.toContain('Cán bộ xa')
    expect(await only()).toMatchObject({ state: 'answered', officer_id: 'xa', answered_at: bot.clock.now().toISOString() })
    expect(textOf(await lan.taps('Gặp cán bộ'))).toContain('Bạn muốn hỏi cán bộ điều gì?')
    expect(textOf(await xa.says('hàng chờ'))).toContain('đang trống')
    const { id } = await only()
    expect(await auditOf(bot, 'inquiry.answer')).toMatchObject([
      { officer_id: 'xa', outcome: 'done', about: 'inquiry', about_id: id, unit_id: 'xa' },
    ])
    expect(JSON.stringify(await auditOf(bot))).not.toMatch(/bảo hiểm|hành chính/i)
    expect(bot.lines).toEqual([])
  })

  test('too long, empty, or with a link that is not allowed: said, nothing sent', async () => {
    const lan = await asks(bot, '100', 'xa', QUESTION)
    await open(xa)
    await xa.taps('Trả lời')
    expect(textOf(await xa.says('a'.repeat(1001)))).toContain('1.000 ký tự')
    expect(textOf(await xa.sendsPhotos('p'))).toContain('viết câu trả lời')
    expect(textOf(await xa.says('Bạn vào https://bit.ly/qua-tang nhé'))).toContain('chưa được phép')
    expect(textOf(await xa.says('Bạn xem https://laichau.gov.vn nhé'))).toContain('Đoàn viên sẽ nhận được')
    expect(textOf(lan.heard())).not.toContain('gov.vn')
    expect(textOf(await xa.says('hủy'))).toContain('Đã hủy')
    expect(await only()).toMatchObject({ state: 'waiting' })
  })

  test('words that look like the product’s own placeholders stay words, on both ways', async () => {
    const odd = 'Em hỏi {{unit}} và $t(common.yes) là gì?'
    const lan = await asks(bot, '100', 'xa', odd)
    expect(await open(xa)).toContain(odd)
    await answer(xa, `Trả lời: ${odd}`)
    expect(lan.heard().at(-1)?.text).toContain(odd)
  })

  test('what the member adds meanwhile is read before the answer leaves', async () => {
    const lan = await asks(bot, '100', 'xa', QUESTION)
    await open(xa)
    await xa.taps('Trả lời')
    await xa.says('Trả lời cho câu đầu.')
    await lan.says('gặp cán bộ')
    await lan.taps('Viết thêm')
    await lan.says('À, công ty vừa đóng rồi ạ.')
    const held = textOf(await xa.taps('Gửi'))
    expect(held).toContain('vừa viết thêm')
    expect(held).toContain('công ty vừa đóng rồi')
    expect(await only()).toMatchObject({ state: 'waiting' })
    expect(textOf(await xa.taps('Gửi'))).toContain('Đã gửi')
  })

  test('two officers at once: one answer reaches the member', async () => {
    const lan = await asks(bot, '100', 'xa', QUESTION)
    for (const officer of [xa, tinh]) {
      await open(officer)
      await officer.taps('Trả lời')
      await officer.says(`Trả lời của ${officer.id}.`)
    }
    const [one, two] = await Promise.all([xa.taps('Gửi'), tinh.taps('Gửi')])
    expect(textOf([...one, ...two]).match(/Đã gửi câu trả lời/g)).toHaveLength(1)
    expect(textOf([...xa.heard(), ...tinh.heard()])).toContain('đã được trả lời hoặc đã đóng')
    expect(textOf(lan.heard()).match(/ trả lời: /g)).toHaveLength(1)
    expect(await auditOf(bot, 'inquiry.answer')).toHaveLength(1)
  })

  test('handed up and down: the member hears which unit answers and by when, that unit’s officers are told', async () => {
    const coSo = await seat(bot, 'co-so', 'co-so', ['welfare'])
    const lan = await asks(bot, '100', 'xa', QUESTION)
    bot.clock.advance(24 * 60 * 60 * 1000)
    await open(xa)
    const choice = await xa.taps('Chuyển')
    expect(choice[0]?.buttons.map(({ label }) => label)).toEqual(['Lên LĐLĐ tỉnh Mẫu', 'Xuống CĐCS Công ty Mẫu', 'Quay lại tin'])
    expect(textOf(await xa.taps('Lên LĐLĐ tỉnh Mẫu'))).toContain('Đã chuyển tin cho LĐLĐ tỉnh Mẫu')
    expect(lan.heard().at(-1)?.text).toContain('chuyển tới cán bộ LĐLĐ tỉnh Mẫu')
    expect(lan.heard().at(-1)?.text).toContain('trước 09:00, 26/11/2026')
    expect(textOf(tinh.heard())).toContain('Có tin mới của một đoàn viên')
    expect(textOf(await xa.says('hàng chờ'))).toContain('đang trống')
    const { id } = await only()
    expect(textOf(await xa.sends({ payload: `desk:show:${id}` }))).toContain('không thuộc đơn vị')
    await open(tinh)
    await tinh.taps('Chuyển')
    await tinh.taps('Xuống CĐCS Công ty Mẫu')
    expect(await only()).toMatchObject({ unit_id: 'co-so', state: 'waiting', due_at: '2026-11-26T02:00:00.000Z' })
    expect(await open(coSo)).toContain('Một đoàn viên của CĐCS Công ty Mẫu')
    expect((await auditOf(bot, 'inquiry.hand_over')).map(({ unit_id, detail }) => [unit_id, detail])).toEqual([
      ['xa', '{"to":"tinh"}'],
      ['tinh', '{"to":"co-so"}'],
    ])
  })

  test('many units below are shown page by page; a forged choice and a step that is gone choose nobody', async () => {
    for (const n of [1, 2, 3, 4, 5, 6, 7]) {
      await bot.db.write([
        {
          sql: "INSERT INTO units(id, kind, level, name, parent_id, path) VALUES (?, 'cong_doan', 'x', ?, 'xa', ?)",
          args: [`p${n}`, `Phòng ${n}`, `/tinh/xa/p${n}/`],
        },
        { sql: `INSERT INTO officers(id, name, unit_id, roles, created_at) VALUES (?, 'x', ?, '["case"]', '')`, args: [`p${n}`, `p${n}`] },
      ])
    }
    await asks(bot, '100', 'xa', QUESTION)
    const { id } = await only()
    await open(xa)
    const labels = (messages: { buttons: { label: string }[] }[]) => messages[0]?.buttons.map(({ label }) => label)
    expect(labels(await xa.taps('Chuyển'))).toEqual(['Lên LĐLĐ tỉnh Mẫu', 'Xuống Phòng 1', 'Xuống Phòng 2', 'Xem thêm', 'Quay lại tin'])
    expect(labels(await xa.taps('Xem thêm'))).toEqual(['Xuống Phòng 3', 'Xuống Phòng 4', 'Xem thêm', 'Quay lại tin'])
    await xa.taps('Xem thêm')
    expect(labels(await xa.taps('Xem thêm'))).toEqual(['Xuống Phòng 7', 'Quay lại tin'])
    expect(textOf(await xa.taps('Quay lại tin'))).toContain(QUESTION)
    await xa.taps('Chuyển')
    for (const payload of [`desk:to:${id}.9`, `desk:to:${id}.x`, `desk:to:${id}`]) await xa.sends({ payload })
    await xa.says('hủy')
    await xa.sends({ payload: `desk:to:${id}.0` })
    expect(await only()).toMatchObject({ unit_id: 'xa' })
  })

  test('closing is asked once, and the member is told kindly', async () => {
    const lan = await asks(bot, '100', 'xa', QUESTION)
    await open(xa)
    await xa.taps('Đóng')
    expect(textOf(await xa.taps('Giữ lại'))).toContain(QUESTION)
    await xa.taps('Đóng')
    expect(textOf(await xa.taps('Đóng tin'))).toContain('Đã đóng')
    expect(lan.heard().at(-1)?.text).toContain('đã đọc và đóng câu hỏi')
    expect(await only()).toMatchObject({ state: 'closed', officer_id: 'xa' })
    expect(textOf(await lan.says('gặp cán bộ'))).toContain('Bạn muốn hỏi cán bộ điều gì?')
  })

  test('a member, an officer who left and one of another unit get nowhere by payloads; refusals of officers are written down', async () => {
    const lan = await asks(bot, '100', 'xa', QUESTION)
    const other = await seat(bot, 'khac', 'xa-khac', ['approver', 'admin'])
    const left = await seat(bot, 'left', 'xa', ['approver'])
    await bot.db.write(dismissOfficer('left', bot.clock.now()))
    const { id } = await only()
    const payloads = ['show', 'answer', 'send', 'hand', 'to', 'close', 'shut'].map(
      (action) => `desk:${action}:${id}${action === 'to' ? '.0' : ''}`,
    )
    for (const payload of payloads) {
      expect(textOf(await lan.sends({ payload }))).toContain('dành cho cán bộ')
      expect(textOf(await left.sends({ payload }))).toContain('dành cho cán bộ')
      expect(textOf(await other.sends({ payload }))).toContain('không thuộc đơn vị')
    }
    expect(textOf(await other.says('hàng chờ'))).toContain('đang trống')
    expect(await only()).toMatchObject({ state: 'waiting', unit_id: 'xa' })
    const audit = await auditOf(bot)
    expect(audit).toHaveLength(payloads.length)
    for (const row of audit) expect(row).toMatchObject({ officer_id: 'khac', outcome: 'refused', about_id: id })
    expect(new Set(audit.map(({ act }) => act))).toEqual(new Set(['inquiry.read', 'inquiry.answer', 'inquiry.hand_over', 'inquiry.close']))
    expect(JSON.stringify(bot.lines)).not.toContain('handler.failed')
  })

  test('whoever loses their office while writing does not send', async () => {
    const lan = await asks(bot, '100', 'xa', QUESTION)
    await open(xa)
    await xa.taps('Trả lời')
    await xa.says('Đã viết xong.')
    await bot.db.write(dismissOfficer('xa', bot.clock.now()))
    expect(textOf(await xa.taps('Gửi'))).toContain('dành cho cán bộ')
    expect(textOf(lan.heard())).not.toContain('Đã viết xong')
  })

  test('a lent role reaches the lender’s queue until its day, and speaks for that unit', async () => {
    const lan = await asks(bot, '100', 'xa', QUESTION)
    const guest = await seat(bot, 'guest', 'xa-khac', ['viewer'])
    const lent = { id: 'd1', lenderId: 'xa', officerId: 'guest', roles: ['editor' as const], fromDay: '2026-11-23', untilDay: '2026-11-24' }
    await bot.db.write(lendRoles({ ...lent, now: bot.clock.now() }))
    expect(await open(guest)).toContain(QUESTION)
    expect(await answer(guest, 'Trả lời thay.')).toContain('Đã gửi')
    expect(lan.heard().at(-1)?.text).toContain('Cán bộ Công đoàn xã Mẫu trả lời: Trả lời thay.')
    bot.clock.advance(2 * 24 * 60 * 60 * 1000)
    expect(textOf(await guest.says('hàng chờ'))).toContain('chưa có quyền')
  })

  test('nobody’s question belongs to a root unit alone', async () => {
    await bot.db.write([{ sql: 'UPDATE officers SET active = 0', args: [] }])
    await asks(bot, '100', 'xa', QUESTION)
    await bot.db.write([{ sql: 'UPDATE officers SET active = 1', args: [] }])
    expect(await only()).toMatchObject({ unit_id: null })
    expect(textOf(await xa.says('hàng chờ'))).toContain('đang trống')
    const shown = await open(tinh)
    expect(shown).toContain('Một đoàn viên\n')
    await tinh.taps('Chuyển')
    await tinh.taps('Xuống Công đoàn xã Mẫu')
    expect(await only()).toMatchObject({ unit_id: 'xa' })
  })

  test('the queue goes by what is due, page by page, also when the last one seen was answered meanwhile', async () => {
    for (let i = 0; i < 6; i++) {
      bot.clock.advance(60_000)
      await asks(bot, `10${i}`, 'xa', `Câu hỏi số ${i} của một người.`)
    }
    const first = await xa.says('/hangcho')
    expect(first[0]?.buttons).toHaveLength(5)
    expect(first[0]?.buttons[0]?.label).toContain('hạn 09:01')
    await bot.db.write([
      { sql: "UPDATE inquiries SET state = 'closed'", args: [] },
      { sql: "UPDATE inquiries SET state = 'waiting' WHERE due_at > '2026-11-25T02:04:30'", args: [] },
    ])
    const second = await xa.taps('Xem thêm')
    expect(second[0]?.buttons.map(({ label }) => label)).toEqual([expect.stringContaining('09:05'), expect.stringContaining('09:06')])
    for (const payload of ['desk:more:x.zzzzzzzzz', 'desk:more:x.!', 'desk:more:', 'desk:nothing:x'])
      expect(textOf(await xa.sends({ payload })).length).toBeGreaterThan(0)
    expect(bot.lines).toEqual([])
  })

  test('overdue is said; a single word is seen before it leaves, and “menu” leaves the answer open', async () => {
    const lan = await asks(bot, '100', 'xa', QUESTION)
    bot.clock.advance(5 * 24 * 60 * 60 * 1000)
    expect(await open(xa)).toContain('quá hạn từ 09:00, 25/11/2026')
    await xa.taps('Trả lời')
    expect(textOf(await xa.says('alo'))).toContain('Đoàn viên sẽ nhận được')
    expect(textOf(await xa.says('không'))).toContain('viết câu trả lời')
    expect(textOf(await xa.says('menu'))).toContain('viết tiếp câu trả lời')
    expect(textOf(lan.heard())).not.toContain(' trả lời: ')
  })
})

describe.each(databases)('two officers on %s', (_, opened) => {
  test('answer one inquiry once, and never over words they have not read', async () => {
    const bot = await createBot({ database: await opened() })
    await bot.db.write(unitRows())
    const [one, two] = [await seat(bot, 'o1', 'xa', ['editor']), await seat(bot, 'o2', 'tinh', ['case'])]
    await asks(bot, '100', 'xa', QUESTION)
    const [row] = await bot.db.read('SELECT id, contact_id FROM inquiries')
    const deskOf = async (id: string) => {
      const actor = await findActor(bot.db, id, bot.clock.now(), 'chat')
      if (!actor) throw new Error('no officer')
      return { db: bot.db, keys: bot.keys, actor, now: bot.clock.now(), id: () => 'x', random: () => 0, ownHost: null }
    }
    const [a, b] = [await deskOf(one.id), await deskOf(two.id)]
    const read = await requireInquiry(a, String(row?.id), 'inquiry.answer')
    const open = await findOpenInquiry(bot.db, bot.keys, String(row?.contact_id))
    if (!open) throw new Error('no inquiry')
    await bot.db.write(await addToInquiry(bot.keys, open, { at: '2026', text: 'Thêm.' }))
    await expect(bot.db.write(await answerInquiry(a, read, 'Sớm quá.'))).rejects.toThrow(/CHECK/)
    const again = await requireInquiry(a, String(row?.id), 'inquiry.answer')
    const both = await Promise.all([answerInquiry(a, again, 'Một.'), answerInquiry(b, again, 'Hai.')])
    await bot.db.write(both[0] ?? [])
    await expect(bot.db.write(both[1] ?? [])).rejects.toThrow(/CHECK/)
    await bot.close()
  })
})
