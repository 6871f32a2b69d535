import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addToInquiry, findDesk, findOpenInquiry, type InquiryMessage, openInquiry } from '../db/inquiries.ts'
import { openJson } from '../src/keys.ts'
import { databases } from './database.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

const DAY = '2026-11-23'

describe('officer', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot()
    await bot.db.write(
      [
        ['tinh', 'LĐLĐ tỉnh Mẫu', null, '/tinh'],
        ['xa', 'Công đoàn xã Mẫu', 'tinh', '/tinh/xa'],
        ['co-so', 'CĐCS Công ty Mẫu', 'xa', '/tinh/xa/co-so'],
        ['xa-khac', 'Công đoàn xã Khác', 'tinh', '/tinh/xa-khac'],
      ].map(([id = '', name = '', parent = null, path = '']) => ({
        sql: "INSERT INTO units(id, kind, level, name, parent_id, path) VALUES (?, 'cong_doan', 'x', ?, ?, ?)",
        args: [id, name, parent, path],
      })),
    )
  })
  afterEach(() => bot.close())

  const seat = (unitId: string, active = 1) =>
    bot.db.write([
      {
        sql: "INSERT INTO officers(id, name, unit_id, roles, active, created_at) VALUES (?, 'Cán bộ Mẫu', ?, '[\"editor\"]', ?, '2026-11-01T00:00:00Z')",
        args: [`o-${unitId}-${active}`, unitId, active],
      },
    ])
  const join = (unitId: string) => bot.db.write([{ sql: 'UPDATE contacts SET unit_id = ?', args: [unitId] }])
  const inquiries = async () => {
    const rows = await bot.db.read('SELECT id, unit_id, box, state FROM inquiries ORDER BY asked_at')
    return Promise.all(
      rows.map(async ({ id, unit_id, box }) => ({
        unitId: unit_id,
        texts: (await openJson<InquiryMessage[]>(bot.keys, 'inquiry', box as Uint8Array, String(id))).map(({ text }) => text),
      })),
    )
  }

  test.each(['gặp cán bộ', 'gap can bo', 'Nói chuyện với người', 'tu van', '/canbo'])('“%s” asks what it is about', async (words) => {
    const text = textOf(await bot.person('100').says(words))
    expect(text).toContain('Bạn muốn hỏi cán bộ điều gì?')
    expect(text).toContain('OTP')
    expect(await inquiries()).toEqual([])
  })

  test('the question is sealed, queued, and the unit and the time of an answer are named', async () => {
    await seat('tinh')
    const lan = bot.person('100')
    bot.clock.set('2026-11-23T09:30:00Z')
    await lan.says('gặp cán bộ')
    await join('co-so')
    const answer = await lan.says('Công ty em chưa đóng bảo hiểm, em hỏi ai?')
    expect(textOf(answer)).toContain('tới cán bộ LĐLĐ tỉnh Mẫu')
    expect(textOf(answer)).toContain('trước 16:30, 25/11/2026')
    expect(textOf(answer)).toContain('115')
    expect(await inquiries()).toEqual([{ unitId: 'tinh', texts: ['Công ty em chưa đóng bảo hiểm, em hỏi ai?'] }])
    const [row] = await bot.db.read('SELECT box FROM inquiries')
    expect(Buffer.from(row?.box as Uint8Array).toString('utf8')).not.toContain('bảo hiểm')
  })

  test('asked on a Friday, the answer is due on Tuesday', async () => {
    await seat('tinh')
    bot.clock.set('2026-11-27T02:00:00Z')
    const lan = bot.person('100')
    await lan.says('gặp cán bộ')
    expect(textOf(await lan.says('Em muốn hỏi về ưu đãi của tỉnh mình.'))).toContain('trước 09:00, 01/12/2026')
  })

  test('the nearest unit with an active officer is found, then further up the tree, then the top', async () => {
    expect(await findDesk(bot.db, 'co-so', DAY)).toBeUndefined()
    await seat('xa-khac')
    expect(await findDesk(bot.db, 'co-so', DAY)).toEqual({ id: 'xa-khac', name: 'Công đoàn xã Khác' })
    await seat('tinh')
    expect(await findDesk(bot.db, 'co-so', DAY)).toMatchObject({ id: 'tinh' })
    expect(await findDesk(bot.db, null, DAY)).toMatchObject({ id: 'tinh' })
    await seat('xa', 0)
    expect(await findDesk(bot.db, 'co-so', DAY)).toMatchObject({ id: 'tinh' })
    await seat('xa')
    expect(await findDesk(bot.db, 'co-so', DAY)).toMatchObject({ id: 'xa' })
    await seat('co-so')
    expect(await findDesk(bot.db, 'co-so', DAY)).toMatchObject({ id: 'co-so' })
    expect(await findDesk(bot.db, 'xa', DAY)).toMatchObject({ id: 'xa' })
  })

  test('a closed unit is no desk, and a tree that bites its tail ends', async () => {
    await seat('xa')
    await seat('tinh')
    await bot.db.write([{ sql: "UPDATE units SET valid_to = '2026-11-22' WHERE id = 'xa'", args: [] }])
    expect(await findDesk(bot.db, 'co-so', DAY)).toMatchObject({ id: 'tinh' })
    await bot.db.write([
      { sql: 'DELETE FROM officers', args: [] },
      { sql: "UPDATE units SET parent_id = 'co-so' WHERE id = 'tinh'", args: [] },
    ])
    expect(await findDesk(bot.db, 'co-so', DAY)).toBeUndefined()
  })

  test('with no officer anywhere the question is kept, no day is promised, and numbers are offered', async () => {
    const lan = bot.person('100')
    await lan.says('gặp cán bộ')
    const answer = await lan.says('Em cần hỏi về tết.')
    expect(textOf(answer)).toContain('chưa hẹn được ngày trả lời')
    expect(textOf(answer)).not.toMatch(/trước \d/)
    expect(answer.at(-1)?.buttons.map(({ label }) => label)).toEqual(['Gọi ai?', 'Hủy yêu cầu', 'Danh mục'])
    expect(await inquiries()).toMatchObject([{ unitId: null }])
    expect(textOf(await lan.says('gặp cán bộ'))).toContain('chưa có cán bộ nào nhận việc')
  })

  test('a second wish finds the open one; what is added joins the same box', async () => {
    await seat('tinh')
    const lan = bot.person('100')
    await lan.says('gặp cán bộ')
    await lan.says('Câu hỏi thứ nhất của em.')
    const again = await lan.says('gap can bo')
    expect(textOf(again)).toContain('Bạn có một câu hỏi gửi lúc 09:00, 23/11/2026')
    await lan.taps('Viết thêm')
    expect(textOf(await lan.says('Em nói thêm một ý.'))).toContain('Đã thêm vào câu hỏi')
    expect(await inquiries()).toEqual([{ unitId: 'tinh', texts: ['Câu hỏi thứ nhất của em.', 'Em nói thêm một ý.'] }])
  })

  test('after five messages no more are added', async () => {
    const lan = bot.person('100')
    await lan.says('gặp cán bộ')
    await lan.says('Ý số một của em.')
    for (const text of ['Ý số hai của em.', 'Ý số ba của em.', 'Ý số bốn của em.', 'Ý số năm của em.']) {
      await lan.says('gặp cán bộ')
      await lan.taps('Viết thêm')
      await lan.says(text)
    }
    const answer = await lan.says('gặp cán bộ')
    expect(answer.at(-1)?.buttons.map(({ label }) => label)).toEqual(['Hủy yêu cầu', 'Danh mục'])
    await lan.taps('Viết thêm')
    expect((await inquiries())[0]?.texts).toHaveLength(5)
  })

  test('taking it back is asked once and leaves nothing', async () => {
    const lan = bot.person('100')
    await lan.says('gặp cán bộ')
    await lan.says('Em hỏi nhầm chỗ rồi.')
    expect(textOf(await lan.taps('Hủy yêu cầu'))).toContain('phải không?')
    expect(textOf(await lan.says('không'))).toContain('vẫn được giữ')
    expect(await inquiries()).toHaveLength(1)
    await lan.taps('Hủy yêu cầu')
    expect(textOf(await lan.says('co'))).toContain('Đã hủy yêu cầu')
    expect(await inquiries()).toEqual([])
  })

  test('a stale button, a button of another person and a double tap do nothing', async () => {
    const [lan, minh] = [bot.person('100'), bot.person('200')]
    await lan.says('gặp cán bộ')
    await lan.says('Câu hỏi của Lan.')
    const [row] = await bot.db.read('SELECT id FROM inquiries')
    for (const action of ['drop', 'withdraw', 'add', 'keep']) {
      expect(textOf(await minh.sends({ payload: `officer:${action}:${row?.id}` }))).toContain('không còn nữa')
    }
    expect(await inquiries()).toHaveLength(1)
    const taps = [lan.sends({ payload: `officer:drop:${row?.id}` }), lan.sends({ payload: `officer:drop:${row?.id}` })]
    await Promise.all(taps)
    const said = textOf(lan.heard())
    expect(said.match(/Đã hủy yêu cầu/g)).toHaveLength(1)
    expect(said).toContain('không còn nữa')
    expect(bot.lines).toEqual([])
  })

  test('too long, empty or with a photo: said kindly, nothing lost', async () => {
    const lan = bot.person('100')
    await lan.says('gặp cán bộ')
    expect(textOf(await lan.says('a'.repeat(1001)))).toContain('dài 1001 ký tự')
    expect(textOf(await lan.sendsPhotos('p1'))).toContain('chỉ chuyển được chữ')
    expect(await inquiries()).toEqual([])
    const answer = await lan.sends({ text: 'b'.repeat(1000), attachments: [{ kind: 'photo', ref: 'p2' }] })
    expect(textOf(answer)).toContain('kèm theo không được giữ lại')
    expect((await inquiries())[0]?.texts).toEqual(['b'.repeat(1000)])
  })

  test('another question meanwhile is answered and the step offered again; hủy leaves it', async () => {
    const lan = bot.person('100')
    await lan.says('gặp cán bộ')
    expect(textOf(await lan.says('gọi ai'))).toContain('Bạn viết tiếp câu hỏi gửi cán bộ')
    await lan.taps('Hủy')
    await lan.says('Câu này không gửi cho ai cả nhé')
    expect(await inquiries()).toEqual([])
  })

  test('on a channel without buttons the number cancels', async () => {
    await bot.close()
    bot = await createBot({ channels: [fakeChannel('zalo-bot', { buttons: 0 })] })
    const lan = bot.person('100')
    expect(textOf(await lan.says('gap can bo'))).toContain('1. Hủy')
    expect(textOf(await lan.says('1'))).toContain('Đã hủy')
  })

  test('in a group it is answered with the way to a private chat', async () => {
    expect(textOf(await bot.person('-1').sends({ text: 'gặp cán bộ', group: true }))).toContain('nhắn riêng')
  })

  test('erasing a person takes the inquiry along', async () => {
    const lan = bot.person('100')
    await lan.says('gặp cán bộ')
    await lan.says('Câu hỏi sẽ bị xóa.')
    await lan.happens('withdraw')
    expect(await inquiries()).toEqual([])
  })
})

describe.each(databases)('two chats of one person at the same moment, on %s', (_, open) => {
  test('open one inquiry, not two, and lose no added message', async () => {
    const bot = await createBot({ database: await open() })
    const now = bot.clock.now()
    const asked = { contactId: 'lan', unitId: null, now, dueAt: now }
    await bot.db.write(await openInquiry(bot.keys, { ...asked, id: 'a', addressId: '1', text: 'Từ Zalo' }))
    const second = await openInquiry(bot.keys, { ...asked, id: 'b', addressId: '2', text: 'Từ Telegram' })
    await expect(bot.db.write(second)).rejects.toThrow(/CHECK/)
    const read = await findOpenInquiry(bot.db, bot.keys, 'lan')
    if (!read) throw new Error('no open inquiry')
    const [one, two] = await Promise.all(
      ['Thêm một', 'Thêm hai'].map((text) => addToInquiry(bot.keys, read, { at: now.toISOString(), text })),
    )
    await bot.db.write(one ?? [])
    await expect(bot.db.write(two ?? [])).rejects.toThrow(/CHECK/)
    const kept = await findOpenInquiry(bot.db, bot.keys, 'lan')
    expect(kept?.messages.map(({ text }) => text)).toEqual(['Từ Zalo', 'Thêm một'])
    await bot.close()
  })
})
