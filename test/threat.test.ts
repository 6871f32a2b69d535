/**
 * A threatened member (F40, R9): help first, then the report goes before all others, to its officer alone. Inside an answer
 * the words are the answer's.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listQueue, readCase } from '../db/case-desk.ts'
import { listEvents } from '../db/case-events.ts'
import { loadContent } from '../src/load-content.ts'
import { textOf } from './harness.ts'
import { addTestOfficer, deskAt } from './people.ts'
import { CHANNELS, type Filed, type Member, openTalkDesk, type TalkDesk } from './talk-desk.ts'

describe('threat', () => {
  let desk: TalkDesk
  let lan: Member
  beforeEach(async () => {
    desk = await openTalkDesk()
    lan = desk.bot.person('7100200300')
  })
  afterEach(() => desk.close())

  const threatened = async ({ id }: Filed) => (await desk.events(id)).filter(({ kind }) => kind === 'threatened')

  test.each([
    'bị đe dọa',
    'tôi bị đe doạ',
    'bi tru dap',
    'em bị quản đốc trù dập vì đã phản ánh',
    'họ dọa đuổi việc tôi nếu không rút lại',
    'bị ép rút phản ánh',
    'có người đòi trả thù tôi',
  ])('is understood and says first what helps: %s', async (words) => {
    await loadContent(desk.bot.db, () => {})
    const [now, law, question] = await lan.says(words)
    expect(now?.text).toContain('gọi ngay')
    expect(now?.text).toMatch(/gọi ngay:\n113: Công an\n115: /)
    expect(law?.text).toMatch(/25\/2018\/QH14[\s\S]*Điều 8[\s\S]*Điều 47[\s\S]*Điều 49[\s\S]*tham khảo[\s\S]*không liên hệ chủ/)
    expect(question?.text).toContain('xem riêng')
  })

  test.each(CHANNELS.map(([name]) => name))(
    'on %s a member’s own report is chosen by month and kind, told about, and raised',
    async (channel) => {
      const hoa = desk.bot.person('246845883529197922', channel)
      const filed = await desk.files(hoa)
      const asked = textOf(await hoa.says('tôi bị đe dọa'))
      expect(asked).not.toContain(filed.receipt.slice(0, 12))
      expect(textOf(await hoa.says('Tháng 11/2026: Hàng nghi giả'))).toContain('Bạn kể ngắn')
      expect(textOf(await hoa.says('Quản đốc bảo rút đơn không thì nghỉ việc'))).toContain('xem trước mọi việc khác')
      expect(await desk.caseOf(filed.id)).toMatchObject({ rank: 0, restricted: 1, due_day: '2026-11-23', state: 'new' })
      expect(await threatened(filed)).toMatchObject([{ officer_id: null, relay: null, detail: null }])
      const [, event] = await listEvents(desk.bot.db, desk.bot.keys, filed.id, { limit: 10 })
      expect(event).toMatchObject({ kind: 'threatened', text: 'Quản đốc bảo rút đơn không thì nghỉ việc' })
    },
  )

  test('it stands first in the queue and opens for its named officer alone', async () => {
    const first = await desk.files(desk.bot.person('1'), { signs: 'uống vào bị nôn ói' })
    const filed = await desk.files(lan)
    await lan.says('bị đe dọa')
    await lan.taps('Tháng 11/2026: Hàng nghi giả')
    await lan.taps('Bỏ qua, không kể')
    const { db, keys, clock } = desk.bot
    await addTestOfficer(db, keys, 'binh', 'tinh', ['case'])
    const an = await deskAt(db, keys, 'an', clock.now())
    expect((await listQueue(an, {}, { limit: 10 })).map(({ id }) => id)).toEqual([filed.id, first.id])
    await expect(readCase(an, filed.id)).rejects.toThrow('case.take_first')
    await db.write([{ sql: "UPDATE cases SET assignee_id = 'an' WHERE id = ?", args: [filed.id] }])
    expect((await readCase(an, filed.id)).urgency).toBe('threatened')
    await expect(readCase(await deskAt(db, keys, 'binh', clock.now()), filed.id)).rejects.toThrow('case.gone')
  })

  test('a receipt chooses any report, from any account, under the limits of a look', async () => {
    const filed = await desk.files(lan, { link: false })
    const mai = desk.bot.person('page', 'web')
    await mai.says('bị trù dập')
    await mai.taps('Nhập mã nhận')
    expect(textOf(await mai.says('tôi không nhớ'))).toContain('chưa thấy mã nhận')
    for (let n = 0; n < 5; n++) expect(textOf(await mai.says('PA-2611-2222-2222-2222'))).toContain('Không tìm thấy')
    expect(textOf(await mai.says(filed.receipt))).toContain('sau 1 phút')
    desk.bot.clock.advance(60_000)
    expect(textOf(await mai.says(filed.receipt))).toContain('Bạn kể ngắn')
    await mai.says('bỏ qua')
    expect(await desk.caseOf(filed.id)).toMatchObject({ rank: 0, restricted: 1 })
    expect(await desk.bot.db.read('SELECT count(*) AS n FROM reply_links')).toEqual([{ n: 0 }])
  })

  test('who has no report is shown the ways to one, and to an officer above their unit', async () => {
    const { db, keys } = desk.bot
    await addTestOfficer(db, keys, 'own', 'co-so', ['editor'])
    await addTestOfficer(db, keys, 'over', 'xa', ['editor'])
    await lan.says('xin chào')
    await db.write([{ sql: "UPDATE contacts SET unit_id = 'co-so'", args: [] }])
    await lan.says('bị đe dọa')
    expect(textOf(await lan.taps('Tôi chưa gửi phản ánh'))).toContain('không cho đơn vị mình xem')
    await lan.taps('Gặp cán bộ cấp trên')
    expect(textOf(await lan.says('Quản đốc dọa đuổi việc em'))).toContain('Công đoàn xã Mẫu')
    expect(await db.read('SELECT unit_id FROM inquiries')).toEqual([{ unit_id: 'xa' }])
  })

  test('“không” and “hủy” change nothing', async () => {
    const filed = await desk.files(lan)
    for (const words of ['không', 'hủy']) {
      await lan.says('bị đe dọa')
      await lan.says(words)
    }
    await lan.says('bị đe dọa')
    await lan.taps('Tháng 11/2026: Hàng nghi giả')
    await lan.says('hủy')
    expect(await desk.caseOf(filed.id)).toMatchObject({ rank: 2, restricted: 0, version: 1 })
  })

  test('inside the steps of a report a sentence is content, with one line below; the bare words open the help and the report goes on', async () => {
    await lan.says('phản ánh')
    await lan.says('hết hạn')
    const kept = await lan.says('Chủ tiệm bán sữa hết hạn còn đe dọa người mua')
    expect(textOf(kept.slice(0, 1))).toContain('Bước 3/8')
    expect(kept.at(-1)?.text).toContain('bạn nhắn “bị đe dọa”')
    expect(kept).toHaveLength(2)
    const helped = textOf(await lan.says('tôi bị đe dọa'))
    expect(helped).toContain('gọi ngay')
    expect(textOf(await lan.says('không'))).toContain('Bước 3/8')
    await lan.says('chợ Mẫu')
    for (const words of ['hôm qua', 'bỏ qua', 'chưa ai dùng']) await lan.says(words)
    expect(textOf(await lan.says('gửi'))).not.toContain('gọi ngay')
    expect(textOf(lan.heard())).toContain('Dấu hiệu: Chủ tiệm bán sữa hết hạn còn đe dọa người mua')
  })

  test('inside an answer to an officer a sentence is the answer, and the help is offered', async () => {
    const filed = await desk.files(lan)
    await desk.asks(filed.id, 'Ai bán?')
    await desk.pass(2)
    await lan.taps('Xem tin báo')
    const said = textOf(await lan.says('Chủ tiệm, họ đang dọa đánh tôi'))
    expect(said).toContain('Sẽ gửi cho cán bộ xem phản ánh của bạn:\n\nChủ tiệm, họ đang dọa đánh tôi')
    expect(said).toContain('bạn nhắn “bị đe dọa”')
  })

  test('a closed report is opened again; a merged one raises its main one', async () => {
    const closed = await desk.files(lan)
    await desk.bot.db.write([{ sql: "UPDATE cases SET state = 'closed', closed_hour = '2026-11-23T02Z' WHERE id = ?", args: [closed.id] }])
    await lan.says('bị đe dọa')
    await lan.taps('Tháng 11/2026: Hàng nghi giả')
    await lan.says('bỏ qua')
    expect(await desk.caseOf(closed.id)).toMatchObject({ state: 'reviewing', closed_hour: null, rank: 0, restricted: 1, version: 3 })
    const hoa = desk.bot.person('9')
    const merged = await desk.files(hoa)
    const main = await desk.files(desk.bot.person('10'))
    await desk.bot.db.write([{ sql: 'UPDATE cases SET merged_into = ? WHERE id = ?', args: [main.id, merged.id] }])
    await hoa.says('bị đe dọa')
    await hoa.taps('Tháng 11/2026: Hàng nghi giả')
    await hoa.says('bỏ qua')
    expect(await desk.caseOf(main.id)).toMatchObject({ rank: 0, restricted: 1 })
    expect(await threatened(main)).toMatchObject([{ detail: JSON.stringify({ of: merged.id }) }])
  })

  test('five times a day, then the numbers to call', async () => {
    await desk.files(lan)
    for (let n = 0; n < 5; n++) {
      await lan.says('bị đe dọa')
      await lan.taps('Tháng 11/2026: Hàng nghi giả')
      expect(textOf(await lan.says('bỏ qua'))).toContain('xem trước mọi việc khác')
    }
    await lan.says('bị đe dọa')
    await lan.taps('Tháng 11/2026: Hàng nghi giả')
    expect(textOf(await lan.says('bỏ qua'))).toContain('gọi ngay 113')
  })

  test('where no officer works yet nobody is promised one', async () => {
    await desk.bot.db.write([{ sql: 'UPDATE officers SET active = 0', args: [] }])
    await desk.files(lan)
    await lan.says('bị đe dọa')
    await lan.taps('Tháng 11/2026: Hàng nghi giả')
    expect(textOf(await lan.says('bỏ qua'))).toContain('chưa có cán bộ nào')
  })
})
