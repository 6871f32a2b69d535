import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { levelNames, sampleUnits } from '../content/data/units.ts'
import { loadLevelNames, loadUnits } from '../db/unit-rows.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

describe('start', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel(), fakeChannel('zalo-bot', { buttons: 0, text: 2000 })] })
    await bot.db.write([...loadLevelNames(levelNames), ...loadUnits(sampleUnits, { sample: true })])
  })
  afterEach(() => bot.close())

  const unitOf = async () => (await bot.db.read('SELECT unit_id FROM contacts'))[0]?.unit_id

  test('the first message says who runs it, that it is voluntary and what it never asks, then the menu at once', async () => {
    const [intro, menu] = await bot.person('100').says('/start')
    expect(intro?.text).toContain('LĐLĐ tỉnh Mẫu')
    expect(intro?.text).toContain('tự nguyện')
    for (const never of ['OTP', 'mật khẩu', 'CCCD', 'ngân hàng']) expect(intro?.text).toContain(never)
    expect(intro?.text.split('\n\n').length).toBeLessThanOrEqual(3)
    expect(menu?.buttons).toHaveLength(8)
  })

  test('nothing is ticked for a new contact', async () => {
    await bot.person('100').says('xin chào')
    expect(
      await bot.db.read(
        'SELECT push, contest, named_report, deals, push_offered, age, unit_id, member_kind, name, honorific, locale FROM contacts',
      ),
    ).toEqual([
      {
        push: 0,
        contest: 0,
        named_report: 0,
        deals: 0,
        push_offered: 0,
        age: 'unknown',
        unit_id: null,
        member_kind: null,
        name: null,
        honorific: 'ban',
        locale: 'vi',
      },
    ])
    expect(await bot.db.read('SELECT * FROM consents')).toEqual([])
  })

  test.each(['bắt đầu', 'bat dau', 'menu', 'Danh mục ạ', 'danh muc', 'xin chao', 'hi', 'alo', 'chào bạn', 'hello', '/menu', '/start'])(
    'who comes back is greeted shortly: %s',
    async (words) => {
      const lan = bot.person('100')
      await lan.says('xin chào')
      const answer = await lan.says(words)
      expect(answer).toHaveLength(1)
      expect(answer[0]?.text).toBe('Chào bạn, đây là Trợ lý Hàng Việt của LĐLĐ tỉnh Mẫu. Bạn muốn làm gì?')
      expect(answer[0]?.buttons).toHaveLength(8)
    },
  )

  test('a follow is greeted like a first message and agrees to nothing', async () => {
    const lan = bot.person('100')
    await lan.happens('follow')
    expect(textOf(lan.heard())).toContain('tự nguyện')
    expect(await bot.db.read('SELECT push FROM contacts')).toEqual([{ push: 0 }])
  })

  test('a link of a unit joins at once, says how to undo it, and shows the menu', async () => {
    const lan = bot.person('100')
    const answer = await lan.sends({ text: '/start', start: 'MAUHP3' })
    expect(answer).toHaveLength(2)
    expect(answer[1]?.text).toContain('Bạn đã vào Công đoàn cơ sở Xưởng may số 1 (mẫu)')
    expect(answer[1]?.buttons).toHaveLength(8)
    expect(await unitOf()).toBe('cdcs-may-hp')
    const left = await lan.says('roi don vi')
    expect(textOf(left)).toContain('Bạn đã rời Công đoàn cơ sở Xưởng may số 1')
    expect(await unitOf()).toBe(null)
  })

  test('a link in small letters works, and opening it twice changes nothing', async () => {
    const lan = bot.person('100')
    await lan.sends({ text: '/start', start: 'mauhp3' })
    expect(textOf(await lan.sends({ text: '/start', start: 'mauhp3' }))).toContain('đang ở')
    expect(await unitOf()).toBe('cdcs-may-hp')
  })

  test('a link without text, as the web page sends it, joins too', async () => {
    await bot.person('100').sends({ start: 'MAUGA4' })
    expect(await unitOf()).toBe('nghe-ca-gl')
  })

  test.each(['ZZZZZ9', 'x', "a'; DROP TABLE units", 'link_me'])(
    'an unknown code is said kindly and the menu still comes: %s',
    async (code) => {
      const answer = await bot.person('100').sends({ text: '/start', start: code })
      expect(answer[1]?.text).toContain('chưa thấy mã')
      expect(answer[1]?.buttons).toHaveLength(8)
      expect(await unitOf()).toBe(null)
    },
  )

  test('a link of a closed unit offers what took its place', async () => {
    await bot.db.write([{ sql: "UPDATE units SET code = 'CANCU7' WHERE id = 'ld-hai-duong'", args: [] }])
    const answer = await bot.person('100').sends({ text: '/start', start: 'CANCU7' })
    expect(answer[1]?.text).toContain('nay là')
    expect(answer[1]?.buttons[0]?.label).toContain('LĐLĐ TP Hải Phòng')
    expect(await unitOf()).toBe(null)
  })

  test('the code of joining two accounts is never taken for a unit', async () => {
    const answer = await bot.person('100').sends({ text: '/start', start: 'lk-ABC234' })
    expect(textOf(answer)).toContain('nối tài khoản')
    expect(await unitOf()).toBe(null)
  })

  test.each(['quyền riêng tư', 'quyen rieng tu', 'privacy'])('the notice names all that §2.4 asks for: %s', async (words) => {
    const lan = bot.person('100')
    await lan.says('hi')
    const answer = await lan.says(words)
    expect(answer).toHaveLength(3)
    const all = textOf(answer)
    for (const part of [
      'LĐLĐ tỉnh Mẫu',
      'tự nguyện',
      'nhận tin',
      'dự thi',
      'Trợ lý giữ',
      'Ai xem',
      'tại Việt Nam',
      '30 ngày',
      '24 tháng',
      '5 năm',
      'rút lại đồng ý',
      'dữ liệu của tôi',
      'Văn phòng LĐLĐ tỉnh Mẫu',
      'không làm mất quyền lợi',
    ])
      expect(all).toContain(part)
    expect(answer.at(-1)?.buttons.map(({ label }) => label)).toEqual(['Dữ liệu của tôi'])
  })

  test('the notice says when data is kept abroad', async () => {
    bot.about.hosting = 'abroad'
    expect(textOf(await bot.person('100').sends({ payload: 'start:notice:' }))).toContain('nước ngoài')
  })

  test('a group sees only the public doors and the way to the private chat', async () => {
    const [answer, ...more] = await bot.person('-500').sends({ text: '/start', start: 'MAUHP3', group: true })
    expect(more).toEqual([])
    expect(answer?.buttons.map(({ label }) => label)).toEqual(['Mỗi ngày một điều', 'Ưu đãi đoàn viên', 'Gọi ai?', 'Nhắn riêng với trợ lý'])
    expect(await unitOf()).toBe(null)
  })

  test('without buttons the menu is numbered and only one list is shown', async () => {
    const answer = await bot.person('100', 'zalo-bot').says('alo')
    expect(textOf(answer).match(/^1\. /gm)).toHaveLength(1)
    expect(answer[1]?.text).toContain('8. Dữ liệu của tôi')
  })
})
