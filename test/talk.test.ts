/**
 * The talk about a report without anybody's name (F34): a question comes to the member, is read by a word, answered in words
 * and photos, and stands in the case; on a messenger, on Zalo, without buttons, on the page.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changeCase } from '../db/case-change.ts'
import { requireCase } from '../db/case-desk.ts'
import { listEvents } from '../db/case-events.ts'
import { addIdentity } from '../db/case-links.ts'
import { LIST_NEWEST, LIST_UNSEEN } from '../db/case-thread.ts'
import { joinContacts } from '../db/linking.ts'
import { loadContent } from '../src/load-content.ts'
import { textOf } from './harness.ts'
import { deskAt } from './people.ts'
import { CHANNELS, type Filed, type Member, openTalkDesk, type TalkDesk } from './talk-desk.ts'

const DAY = 86_400_000
const QUESTION = 'Bạn mua ở gian nào, còn giữ hộp không?'

describe('talk', () => {
  let desk: TalkDesk
  let lan: Member
  let filed: Filed
  beforeEach(async () => {
    desk = await openTalkDesk()
    lan = desk.bot.person('7100200300')
    filed = await desk.files(lan)
  })
  afterEach(() => desk.close())

  /** Reads the newest notice by its word. */
  const reads = async (who: Member) => textOf(await who.says(`xem ${desk.wordOf(who)}`))
  const asked = async () => {
    await desk.asks(filed.id, QUESTION)
    await desk.pass(2)
  }
  const answersOf = async (id: string) =>
    (await listEvents(desk.bot.db, desk.bot.keys, id, { limit: 50 })).filter(({ kind }) => kind === 'answered')

  test.each(CHANNELS.map(([name]) => name))(
    'on %s a question is read, answered in words and a photo, and the case is looked at again',
    async (channel) => {
      const hoa = desk.bot.person('246845883529197922', channel)
      const { id } = await desk.files(hoa)
      await desk.asks(id, QUESTION)
      await desk.pass(2)
      expect(await reads(hoa)).toContain(`23/11/2026. Cán bộ hỏi: ${QUESTION}`)
      expect(textOf(await hoa.says('trả lời'))).toContain('Bạn viết điều muốn gửi')
      const shown = textOf(await hoa.says('Gian số 12, tôi còn giữ hộp.'))
      expect(shown).toContain('Gian số 12, tôi còn giữ hộp.')
      const withPhoto = textOf(await hoa.sendsPhotos('photo-1', 'photo-2'))
      expect(withPhoto).toContain('Ảnh: 2')
      expect(withPhoto).toContain('biển số xe')
      expect(await desk.events(id)).toHaveLength(2)
      expect(textOf(await hoa.says('gửi'))).toContain('Đã gửi cho cán bộ')
      expect(await desk.caseOf(id)).toMatchObject({ state: 'reviewing', due_day: '2026-11-30', version: 4 })
      expect(await desk.events(id)).toMatchObject([
        { kind: 'opened' },
        { kind: 'asked', relay: 'queued', seen: 1 },
        { kind: 'answered', officer_id: null, relay: null },
        { kind: 'moved', officer_id: null, detail: '{"from":"needs_info","to":"reviewing"}' },
      ])
      expect(await answersOf(id)).toMatchObject([{ text: 'Gian số 12, tôi còn giữ hộp.', photos: 2 }])
      expect(await desk.bot.db.read('SELECT count(*) AS n FROM photos WHERE case_id = ?', [id])).toEqual([{ n: 2 }])
    },
  )

  test('“xem” without its letter and digit is told what is missing, and shows nothing', async () => {
    await asked()
    for (const typed of ['xem', 'XEM', 'xem tin báo']) {
      const said = textOf(await lan.says(typed))
      expect(said, typed).toContain('cả chữ và số')
      expect(said, typed).not.toContain('Cán bộ hỏi')
    }
    expect(await reads(lan)).toContain('Cán bộ hỏi')
  })

  test('an answer typed at once, without a tap, is shown before it goes; “không” and “2” are answers too', async () => {
    await asked()
    await reads(lan)
    expect(textOf(await lan.says('không'))).toContain('Sẽ gửi cho cán bộ xem phản ánh của bạn:\n\nkhông')
    await lan.taps('Gửi')
    await desk.asks(filed.id, 'Mua mấy hộp?')
    await desk.pass(2)
    await reads(lan)
    await lan.taps('Trả lời')
    expect(textOf(await lan.says('2'))).toContain('\n\n2\n\n')
    expect(textOf(await lan.says('khiếu nại'))).toContain('2\nkhiếu nại')
    await lan.says('gửi')
    expect((await answersOf(filed.id)).map(({ text }) => text)).toEqual(['không', '2\nkhiếu nại'])
  })

  test('the button of the notice reads as the word does, each thing once, and old ones again on request', async () => {
    await asked()
    await desk.tells(filed.id, 'Cảm ơn bạn đã báo.')
    await desk.pass(2)
    const read = textOf(await lan.taps('Xem tin báo'))
    expect(read.indexOf(QUESTION)).toBeLessThan(read.indexOf('Cán bộ nhắn: Cảm ơn bạn đã báo.'))
    const nothing = await reads(lan)
    expect(nothing).toContain('Chưa có tin mới')
    expect(nothing).not.toContain(QUESTION)
    expect(textOf(await lan.taps('Xem lại tin cũ'))).toContain(QUESTION)
  })

  test('the word works in the middle of anything, and what was under way goes on', async () => {
    await asked()
    await lan.says('phản ánh')
    await lan.says('hết hạn')
    const read = textOf(await lan.says(`Xem ${desk.wordOf(lan).toLowerCase()}.`))
    expect(read).toContain(QUESTION)
    await lan.taps('Trả lời')
    await lan.says('Gian số 12')
    const sent = textOf(await lan.taps('Gửi'))
    expect(sent).toContain('Đã gửi cho cán bộ')
    expect(sent).toContain('Bước 2/8')
  })

  test('another person’s word opens nothing, whether it is somebody’s or nobody’s', async () => {
    await asked()
    const word = desk.wordOf(lan)
    const thief = desk.bot.person('666', 'web')
    await thief.says('xin chào')
    const theirs = textOf(await thief.says(`xem ${word}`))
    expect(theirs).toBe(textOf(await thief.says('xem Z9')))
    expect(theirs).not.toContain('gian nào')
    for (const action of ['read', 'again', 'answer', 'stop', 'stop_yes'])
      expect(textOf(await thief.sends({ payload: `talk:${action}:${word}` })), action).toBe(theirs)
    expect(textOf(await thief.sends({ payload: `talk:send:` }))).toContain('Nút này thuộc về một bước đã qua')
    expect(await desk.events(filed.id)).toHaveLength(2)
    expect(await desk.bot.db.read('SELECT count(*) AS n FROM reply_links')).toEqual([{ n: 1 }])
  })

  test('the words of a broadcast and of a notice are told apart', async () => {
    await asked()
    expect(textOf(await lan.says('xem K7M'))).not.toContain('gian nào')
    expect(textOf(await lan.says('xem tin K7'))).not.toContain('gian nào')
  })

  test('“viết lại”, “quay lại” and “hủy” keep nothing, neither words nor photos', async () => {
    await asked()
    for (const leaves of ['viết lại', 'hủy', 'quay lại', 'không gửi']) {
      await reads(lan)
      await lan.says('trả lời')
      await lan.says('Điều tôi không muốn gửi')
      await lan.sendsPhotos('photo-1')
      expect(textOf(await lan.says(leaves)), leaves).not.toContain('Điều tôi không muốn gửi')
      if (leaves === 'viết lại') expect(textOf(await lan.says('gửi'))).toContain('Bạn viết điều muốn gửi')
      await lan.says('hủy')
    }
    expect(await desk.bot.db.read('SELECT count(*) AS n FROM photos')).toEqual([{ n: 0 }])
    expect(await desk.events(filed.id)).toHaveLength(2)
  })

  test('danger to health is answered with 115 first, and raises the case', async () => {
    await asked()
    await reads(lan)
    await lan.says('trả lời')
    expect(textOf(await lan.says('Con tôi uống xong bị co giật'))).toMatch(/^Nếu có người khó thở[\s\S]*115[\s\S]*Sẽ gửi/)
    await lan.says('gửi')
    expect(await desk.caseOf(filed.id)).toMatchObject({ rank: 1, danger: 1 })
  })

  test('stop words, menu and help work inside an answer', async () => {
    await asked()
    await reads(lan)
    await lan.says('trả lời')
    await lan.says('Gian số 12')
    expect(textOf(await lan.says('menu'))).toContain('Gian số 12')
    expect(textOf(await lan.says('ngừng nhận tin'))).toContain('không nhận tin nào')
    await lan.says('gửi')
    expect(await answersOf(filed.id)).toMatchObject([{ text: 'Gian số 12' }])
  })

  test('a receipt that slipped into an answer stays out of it', async () => {
    await asked()
    await reads(lan)
    await lan.says('trả lời')
    expect(textOf(await lan.says(`mã của tôi ${filed.receipt}`))).toContain('không đưa vào câu trả lời')
    await lan.says('Gian số 12')
    await lan.says('gửi')
    expect(await answersOf(filed.id)).toMatchObject([{ text: 'Gian số 12' }])
  })

  test('four thousand letters, ten photos, twenty answers a day', async () => {
    await asked()
    await reads(lan)
    await lan.says('trả lời')
    await lan.says('a b '.repeat(999))
    expect(textOf(await lan.says('thêm nữa'))).toContain('4000')
    expect(textOf(await lan.sendsPhotos(...Array.from({ length: 12 }, (_, n) => `photo-${n}`)))).toContain('đã đủ ảnh')
    await lan.says('gửi')
    const [answer] = await answersOf(filed.id)
    expect(answer).toMatchObject({ photos: 10 })
    expect(answer?.text).not.toContain('thêm nữa')
    for (let n = 2; n <= 20; n++) {
      await lan.says(`xem ${desk.wordOf(lan)}`)
      await lan.says('trả lời')
      await lan.says(`câu ${n}`)
      await lan.says('gửi')
    }
    expect(await answersOf(filed.id)).toHaveLength(20)
    await lan.says(`xem ${desk.wordOf(lan)}`)
    await lan.says('trả lời')
    await lan.says('câu 21')
    expect(textOf(await lan.says('gửi'))).toContain('ngày mai')
    desk.bot.clock.advance(DAY - 3_600_000)
    expect(textOf(await lan.says('gửi'))).toContain('Đã gửi')
  })

  test('an officer’s act that was decided before an answer fails, and an answer decided before an act is decided again', async () => {
    await asked()
    const officer = await deskAt(desk.bot.db, desk.bot.keys, 'an', desk.bot.clock.now())
    const seen = await requireCase(officer, filed.id, 'case.work')
    await reads(lan)
    await lan.says('trả lời')
    await lan.says('Gian số 12')
    await lan.says('gửi')
    const late = await changeCase(officer, seen, {
      event: { kind: 'moved', detail: { from: 'needs_info', to: 'closed' } },
      set: ["state = 'closed'", []],
    })
    await expect(desk.bot.db.write(late)).rejects.toThrow()
    expect(await desk.caseOf(filed.id)).toMatchObject({ state: 'reviewing' })

    await lan.says(`xem ${desk.wordOf(lan)}`)
    await lan.says('trả lời')
    await lan.says('Thêm một điều')
    const { read } = desk.bot.db
    let once = true
    desk.bot.db.read = async (sql, args) => {
      const rows = await read(sql, args)
      if (once && sql.includes('coalesce(c.merged_into')) {
        once = false
        await desk.tells(filed.id, 'Đang xem.')
      }
      return rows
    }
    expect(textOf(await lan.says('gửi'))).toContain('Đã gửi')
    desk.bot.db.read = read
    expect(once).toBe(false)
    expect((await desk.events(filed.id)).map(({ kind }) => kind)).toEqual(['opened', 'asked', 'answered', 'moved', 'told', 'answered'])
  })

  test('a closed case takes no answer, one that is gone says so kindly', async () => {
    await asked()
    await reads(lan)
    await lan.says('trả lời')
    await lan.says('Gian số 12')
    await desk.bot.db.write([{ sql: "UPDATE cases SET state = 'closed', closed_hour = '2026-11-23T05Z'", args: [] }])
    expect(textOf(await lan.says('gửi'))).toContain('đã khép lại')
    await desk.bot.db.write([{ sql: 'DELETE FROM cases', args: [] }])
    expect(textOf(await lan.says(`xem ${desk.wordOf(lan)}`))).toContain('không còn lưu')
  })

  test('“đừng nhắn về phản ánh này nữa” ends it for that case alone, after one question', async () => {
    const second = await desk.files(lan)
    await asked()
    await reads(lan)
    expect(textOf(await lan.taps('Đừng nhắn về phản ánh này nữa'))).toContain('phải không')
    await lan.says('không')
    expect(await desk.bot.db.read('SELECT count(*) AS n FROM reply_links')).toEqual([{ n: 2 }])
    await lan.says(`xem ${desk.wordOf(lan)}`)
    await lan.taps('Đừng nhắn về phản ánh này nữa')
    expect(textOf(await lan.says('có'))).toContain('Đã thôi nhắn')
    await desk.tells(filed.id, 'Đã có kết quả.')
    await desk.tells(second.id, 'Đã nhận.')
    const before = desk.noticesTo(lan).length
    await desk.pass(8)
    expect(desk.noticesTo(lan)).toHaveLength(before + 1)
    expect((await desk.events(filed.id)).at(-1)).toMatchObject({ kind: 'told', relay: 'receipt' })
  })

  test('“ngừng nhận tin” says that reports go on, and ends them too when asked', async () => {
    const said = textOf(await lan.says('ngừng nhận tin'))
    expect(said).toContain('vẫn nhắn bạn về phản ánh bạn đã gửi')
    expect(textOf(await lan.taps('Đừng nhắn về phản ánh nữa'))).toContain('không tự nhắn bạn về phản ánh nào')
    expect(await desk.bot.db.read('SELECT count(*) AS n FROM reply_links')).toEqual([{ n: 0 }])
    const hoa = desk.bot.person('8', 'zalo')
    await desk.files(hoa, { link: false })
    expect(textOf(await hoa.says('ngừng nhận tin'))).not.toContain('vẫn nhắn')
  })

  test('taking back the consent to a name takes the name out of the case at once', async () => {
    const mai = desk.bot.person('77')
    await mai.says('xin chào')
    await desk.bot.db.write([{ sql: "UPDATE contacts SET age = 'adult', named_report = 1", args: [] }])
    for (const words of [
      'phản ánh',
      'hết hạn',
      'sữa quá hạn',
      'chợ Mẫu',
      'hôm nay',
      'bỏ qua',
      'chưa ai dùng',
      'để lại tên',
      'Trần Thị Mẫu',
      'bỏ qua',
      'gửi',
    ])
      await mai.says(words)
    await mai.says('không nhắn lại')
    expect(await desk.bot.db.read('SELECT count(*) AS n FROM case_identities')).toEqual([{ n: 1 }])
    await mai.says('rút đồng ý')
    await mai.taps('Phản ánh có ghi tên')
    expect(await desk.bot.db.read('SELECT count(*) AS n FROM case_identities')).toEqual([{ n: 0 }])
  })

  test('two accounts that become one person who took the consent back keep no name in any report', async () => {
    const { db, keys } = desk.bot
    const mai = desk.bot.person('77', 'web')
    await mai.says('xin chào')
    const [to, from] = await Promise.all(
      ['telegram', 'web'].map(async (channel) =>
        String((await db.read('SELECT contact_id FROM addresses WHERE channel = ?', [channel]))[0]?.contact_id),
      ),
    )
    await db.write([{ sql: "UPDATE contacts SET age = 'adult', named_report = 1 WHERE id = ?", args: [from ?? ''] }])
    await db.write([await addIdentity(keys, filed.id, { name: 'Trần Thị Mẫu' }, from ?? '')])
    await db.write([
      {
        sql: "INSERT INTO consents(id, contact_id, purpose, choice, wording, channel, message_tag, at) VALUES ('c1', ?, 'named_report', 'withdrawn', 'named-1', 'telegram', 't', '2026-11-22T00:00:00.000Z')",
        args: [to ?? ''],
      },
    ])
    await db.write(await joinContacts(db, keys, to ?? '', from ?? ''))
    expect(await db.read('SELECT count(*) AS n FROM case_identities')).toEqual([{ n: 0 }])
  })

  test('an account joined with somebody’s phone in hand reads and names nothing of what was filed from another one', async () => {
    const { db, keys } = desk.bot
    await desk.asks(filed.id, 'Bạn mua ở sạp nào?')
    await desk.pass(2)
    const word = desk.wordOf(lan)
    const boss = desk.bot.person('77', 'web')
    await boss.says('xin chào')
    const [to, from] = await Promise.all(
      ['telegram', 'web'].map(async (channel) =>
        String((await db.read('SELECT contact_id FROM addresses WHERE channel = ?', [channel]))[0]?.contact_id),
      ),
    )
    await db.write(await joinContacts(db, keys, to ?? '', from ?? ''))
    expect(textOf(await boss.says(`xem ${word}`))).toBe(textOf(await boss.says('xem A2')))
    const offered = (replies: Awaited<ReturnType<typeof boss.says>>) => replies.flatMap(({ buttons }) => buttons.map(({ label }) => label))
    expect(offered(await boss.says('tôi bị đe dọa')).join()).not.toContain('Tháng 11/2026')
    await boss.taps('Tôi chưa gửi phản ánh')
    expect(offered(await lan.says('tôi bị đe dọa')).join()).toContain('Tháng 11/2026')
    await lan.taps('Tôi chưa gửi phản ánh')
    // Who filed it reads it, and the receipt opens it from everywhere.
    expect(textOf(await lan.says(`xem ${word}`))).toContain('Bạn mua ở sạp nào?')
    expect(textOf(await boss.says(filed.receipt))).toContain('Bạn mua ở sạp nào?')
  })

  test('what else is told has its own words: a state with its reason, a decision, that a name was opened', async () => {
    await loadContent(desk.bot.db, () => {})
    const [reason] = await desk.bot.db.read("SELECT id, says_vi FROM case_reasons WHERE state = 'referred' ORDER BY place LIMIT 1")
    await desk.act(filed.id, {
      kind: 'moved',
      detail: { from: 'new', to: 'referred', reason: String(reason?.id) },
      text: 'Bạn cứ giữ hộp.',
      relay: true,
    })
    await desk.act(filed.id, {
      kind: 'decided',
      detail: { decision: 'd1', from: 'referred', to: 'resolved' },
      text: 'Quyết định số 12 đã công bố.',
      relay: true,
    })
    await desk.act(filed.id, { kind: 'identity_granted', detail: { opening: 'o1', purpose: 'protect', askedBy: 'an' }, relay: true })
    await desk.pass(2)
    const said = await reads(lan)
    expect(said).toContain(`Đã chuyển: ${reason?.says_vi} Bạn cứ giữ hộp.`)
    expect(said).toMatch(/Có kết quả: .*Quyết định số 12 đã công bố\./)
    expect(said).toContain(desk.bot.texts.render({ key: 'case.opened_protect' }, 'vi'))
    expect(said).not.toMatch(/hàng giả|hàng thật/)
  })

  test('two reports of one person have different words', async () => {
    for (let n = 0; n < 4; n++) await desk.files(lan)
    for (const { id } of await desk.bot.db.read('SELECT id FROM cases')) await desk.tells(String(id), 'Đã nhận.')
    await desk.pass(2)
    expect(new Set(desk.noticesTo(lan).map(({ text }) => text)).size).toBe(5)
  })

  test('the thread of a case is found by its index', async () => {
    for (const sql of [LIST_UNSEEN, LIST_NEWEST]) {
      const plan = (await desk.bot.db.read(`EXPLAIN QUERY PLAN ${sql}`, [filed.id, 10])).map(({ detail }) => String(detail)).join('\n')
      expect(plan).toMatch(/SEARCH e USING INDEX case_events_case/)
      expect(plan).not.toContain('TEMP B-TREE')
    }
  })
})
