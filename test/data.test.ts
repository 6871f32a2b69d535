import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handlers } from '../handlers/index.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

/** Sets facts of the only contact, as other handlers would. */
const set = (bot: Bot, facts: string) => bot.db.write([{ sql: `UPDATE contacts SET ${facts}`, args: [] }])

const agree = async (bot: Bot, purpose: string, at = '2026-11-20T03:00:00.000Z') => {
  await bot.db.write([
    {
      sql: `INSERT INTO consents(id, contact_id, purpose, choice, wording, channel, message_tag, at)
            SELECT ?, id, ?, 'yes', ?, 'telegram', 'tag', ? FROM contacts`,
      args: [`c-${purpose}`, purpose, `${purpose}-1`, at],
    },
    { sql: `UPDATE contacts SET ${purpose} = 1`, args: [] },
  ])
}

const requests = (bot: Bot) => bot.db.read('SELECT kind, asked_at, due_at, done_at, person_tag FROM data_requests ORDER BY asked_at, rowid')

describe('dữ liệu của tôi', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot()
    await bot.person('100').says('menu')
  })
  afterEach(() => bot.close())

  test.each(['dữ liệu của tôi', 'du lieu cua toi', 'Dữ liệu cá nhân', '/dulieu', 'cho em xem dữ liệu của em với ạ'])(
    '“%s” shows what is kept and what is not',
    async (words) => {
      await agree(bot, 'push')
      const answer = textOf(await bot.person('100').says(words))
      expect(answer).toContain('• Đơn vị: chưa có')
      expect(answer).toContain('• Độ tuổi: chưa biết')
      expect(answer).toContain('• Cách gọi: bạn')
      expect(answer).toContain('• Tài khoản trên Telegram')
      expect(answer).toContain('• Dùng trợ lý từ ngày 23/11/2026')
      expect(answer).toContain('• Nhận tin: đồng ý ngày 20/11/2026 (bản push-1)')
      expect(answer).toContain('• Dự thi: chưa hỏi')
      expect(answer).toContain('không giữ: số điện thoại')
      expect(answer).not.toMatch(/\{\{|undefined|null/)
    },
  )

  test('shows the unit, the topics not wanted and questions to an officer', async () => {
    await bot.db.write([
      { sql: "INSERT INTO units(id, kind, level, name, path) VALUES ('u1', 'cong_doan', 'co_so', 'CĐCS Công ty May Mẫu', 'u1')", args: [] },
      { sql: "UPDATE contacts SET unit_id = 'u1', member_kind = 'cong_doan', age = 'adult', honorific = 'chi', name = 'Lan'", args: [] },
      { sql: "INSERT INTO topics(id, vi, en, place) VALUES ('ocop', 'Hàng OCOP', 'OCOP goods', 1)", args: [] },
      { sql: "INSERT INTO topic_stops(contact_id, topic) SELECT id, 'ocop' FROM contacts", args: [] },
      {
        sql: "INSERT INTO inquiries(id, contact_id, address_id, box, asked_at, due_at) SELECT 'i1', id, 'a', x'00', '2026', '2026' FROM contacts",
        args: [],
      },
    ])
    const answer = textOf(await bot.person('100').says('dữ liệu của tôi'))
    expect(answer).toContain('CĐCS Công ty May Mẫu')
    expect(answer).toContain('Đoàn viên công đoàn')
    expect(answer).toContain('Từ 16 tuổi trở lên')
    expect(answer).toContain('• Cách gọi: chị Lan')
    expect(answer).toContain('• Chủ đề không nhận tin: Hàng OCOP')
    expect(answer).toContain('• Câu hỏi gửi cán bộ đang giữ: 1')
  })

  test('a consent that ended on the platform is not shown as one that holds', async () => {
    await agree(bot, 'push')
    await bot.person('100').happens('blocked')
    expect(textOf(await bot.person('100').says('dữ liệu của tôi'))).toContain('• Nhận tin: đã dừng, lần đồng ý gần nhất ngày 20/11/2026')
  })

  test('each request stands in the log with two working days, done at once, without a name', async () => {
    const lan = bot.person('100')
    bot.clock.set('2026-11-27T02:00:00.000Z')
    await lan.says('dữ liệu của tôi')
    await lan.taps('Nhận bản sao')
    const [view, copy] = await requests(bot)
    expect(view).toMatchObject({
      kind: 'view',
      asked_at: '2026-11-27T02:00:00.000Z',
      due_at: '2026-12-01T02:00:00.000Z',
      done_at: '2026-11-27T02:00:00.000Z',
    })
    expect(copy?.kind).toBe('copy')
    const [contact] = await bot.db.read('SELECT id FROM contacts')
    expect(view?.person_tag).toBe(await bot.keys.tag('request', String(contact?.id)))
  })

  test('the copy is a file with every choice ever made', async () => {
    await agree(bot, 'push')
    const lan = bot.person('100')
    await lan.taps('Dữ liệu của tôi')
    await lan.taps('Rút lại đồng ý')
    await lan.taps('Nhận tin')
    const [answer] = await lan.says('nhan ban sao')
    expect(answer?.document).toMatchObject({ name: 'du-lieu-cua-toi.txt', mime: 'text/plain; charset=utf-8' })
    expect(answer?.document?.text).toContain('Trợ lý Hàng Việt của LĐLĐ tỉnh Mẫu')
    expect(answer?.document?.text).toContain('- 10:00, 20/11/2026: Nhận tin: đồng ý (bản push-1, qua Telegram)')
    expect(answer?.document?.text).toContain('Nhận tin: đã rút lại')
  })

  test('withdraws one consent at once, with its proof; a second tap does nothing', async () => {
    await agree(bot, 'push')
    await agree(bot, 'deals')
    const lan = bot.person('100')
    const asked = await lan.says('rút lại đồng ý')
    expect(asked[0]?.buttons.map(({ label }) => label)).toEqual(['Nhận tin', 'Nhận ưu đãi'])
    expect(textOf(await lan.taps('Nhận tin'))).toContain('Đã rút lại đồng ý: Nhận tin')
    expect(await bot.db.read('SELECT push, deals FROM contacts')).toEqual([{ push: 0, deals: 1 }])
    expect(textOf(await lan.sends({ payload: 'data:withdraw:push' }))).toContain('chưa đồng ý hoặc đã rút lại rồi')
    expect(await bot.db.read("SELECT count(*) AS n FROM consents WHERE choice = 'withdrawn'")).toEqual([{ n: 1 }])
    expect((await requests(bot)).map(({ kind }) => kind)).toEqual(['withdraw'])
  })

  test('nothing agreed: nothing to withdraw', async () => {
    expect(textOf(await bot.person('100').says('rut dong y'))).toContain('không có mục đồng ý nào')
  })

  test('corrects kind, age, form of address and name', async () => {
    const lan = bot.person('100')
    await lan.says('dữ liệu của tôi')
    const menu = await lan.taps('Sửa')
    expect(menu[0]?.buttons).toContainEqual({ label: 'Đơn vị', payload: 'unit:open:' })
    expect(menu[0]?.buttons.map(({ label }) => label)).not.toContain('Tên gọi')
    await lan.taps('Loại đoàn viên')
    await lan.taps('Đoàn viên thanh niên')
    await lan.sends({ payload: 'data:age:' })
    expect(textOf(await lan.says('1'))).toContain('Từ 16 tuổi trở lên')
    await lan.sends({ payload: 'data:call:' })
    expect(textOf(await lan.says('chị'))).toContain('Cách gọi bạn muốn: “chị”')
    await lan.sends({ payload: 'data:correct:' })
    await lan.taps('Tên gọi')
    expect(textOf(await lan.says('Hồng Hạnh'))).toContain('Cách gọi bạn muốn: “chị Hồng Hạnh”')
    expect(await bot.db.read('SELECT member_kind, age, honorific, name FROM contacts')).toEqual([
      { member_kind: 'thanh_nien', age: 'adult', honorific: 'chi', name: 'Hồng Hạnh' },
    ])
    expect((await requests(bot)).filter(({ kind }) => kind === 'correct')).toHaveLength(4)
    await lan.sends({ payload: 'data:correct:' })
    await lan.taps('Xóa tên')
    expect(await bot.db.read('SELECT name FROM contacts')).toEqual([{ name: null }])
  })

  test('a name may be Phan Anh, but no number, no link, nothing long; “hủy” leaves', async () => {
    await set(bot, "age = 'adult'")
    const lan = bot.person('100')
    await lan.sends({ payload: 'data:name:' })
    for (const wrong of ['0912345678', 'https://xau.vn', 'a'.repeat(41), '$t(common.yes)', '{{x}}', '😀']) {
      expect(textOf(await lan.says(wrong))).toContain('Tên chỉ gồm chữ')
    }
    expect(textOf(await lan.says('Phan Anh'))).toContain('“bạn Phan Anh”')
    await lan.sends({ payload: 'data:name:' })
    expect(textOf(await lan.says('Hủy'))).toContain('Đã hủy')
    expect(await bot.db.read('SELECT name FROM contacts')).toEqual([{ name: 'Phan Anh' }])
  })

  test('no name under 16 or of unknown age, not even by a payload typed by hand', async () => {
    const lan = bot.person('100')
    expect(textOf(await lan.sends({ payload: 'data:name:' }))).toContain('từ 16 tuổi trở lên')
    await lan.says('Lan')
    expect(await bot.db.read('SELECT name FROM contacts')).toEqual([{ name: null }])
  })

  test('becoming under 16 ends what was agreed to and drops the name', async () => {
    await agree(bot, 'push')
    await set(bot, "age = 'adult', name = 'Lan'")
    const answer = await bot.person('100').sends({ payload: 'data:age:under16' })
    expect(textOf(answer)).toContain('đã được rút lại')
    expect(await bot.db.read('SELECT push, name, age FROM contacts')).toEqual([{ push: 0, name: null, age: 'under16' }])
    expect(await bot.db.read("SELECT purpose FROM consents WHERE choice = 'withdrawn'")).toEqual([{ purpose: 'push' }])
  })

  test('payloads typed by hand ask politely and change nothing', async () => {
    const lan = bot.person('100')
    for (const payload of ['data:age:999', 'data:kind:vua', 'data:call:ngai', 'data:withdraw:all', 'data:xyz:']) {
      expect((await lan.sends({ payload }))[0]?.text).toBeTruthy()
    }
    expect(await bot.db.read('SELECT member_kind, age, honorific FROM contacts')).toEqual([
      { member_kind: null, age: 'unknown', honorific: 'ban' },
    ])
  })

  test('the first message of someone new: nothing is kept yet', async () => {
    expect(textOf(await bot.person('200').says('dữ liệu của tôi'))).toContain('chưa giữ điều gì')
  })

  test('in a group nobody’s data is spoken of', async () => {
    const [answer] = await bot.person('100').sends({ text: 'dữ liệu của tôi', group: true })
    expect(answer?.text).toContain('nhắn riêng')
  })
})

test('without files and buttons the copy comes as text and digits choose', async () => {
  const bot = await createBot({ channels: [fakeChannel('zalo-bot', { buttons: 0, documents: false, text: 2000 })], handlers })
  const lan = bot.person('100')
  await lan.says('menu')
  expect(textOf(await lan.says('dữ liệu của tôi'))).toContain('1. Nhận bản sao')
  const copy = await lan.says('1')
  expect(textOf(copy)).toContain('Bản sao dữ liệu của bạn')
  expect(copy.every(({ document }) => document === undefined)).toBe(true)
  await bot.close()
})

test('in English, for the same rows', async () => {
  const bot = await createBot()
  const lan = bot.person('100')
  await lan.says('menu')
  await set(bot, "locale = 'en'")
  const answer = textOf(await lan.says('dữ liệu của tôi'))
  expect(answer).toContain('• Unit: not set')
  expect(answer).toContain('Not kept')
  await bot.close()
})
