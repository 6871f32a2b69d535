import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { broadcastRow } from './broadcast-rows.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'
import { unitRows } from './people.ts'

const body = 'Chào bạn, hội chợ hàng Việt mở cửa tại nhà văn hóa xã từ ngày 01/12.'
const message = (words: object) =>
  JSON.stringify({
    label: null,
    body: words,
    image: null,
    buttons: [],
    topic: null,
    purpose: 'push',
    unitName: 'LĐLĐ tỉnh Mẫu',
    title: 'Nháp 3',
  })

describe('tin này có thật không', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel(), fakeChannel('zalo-bot', { buttons: 0 })] })
    await bot.db.write(unitRows())
    const started = {
      unit_id: 'tinh',
      started_at: Date.parse('2026-11-22T18:00:00Z'),
      message: message({ vi: { literal: body }, en: null }),
    }
    const item = { key: 'push.item', params: { title: 'Tem truy xuất là gì?', body: 'Dài lắm.', source: 'Nguồn' } }
    await bot.db.write([
      {
        sql: "INSERT INTO campaigns(id, unit_id, author_id, editors, title, content, audience, plan, created_at, changed_at) SELECT 'k' || value, 'tinh', 'o', '[]', 'Nháp 3', '{}', '{}', '{}', '', '' FROM json_each('[1,2,3,4,5]')",
        args: [],
      },
      broadcastRow(1, { ...started, code: 'K7Q34T2M', state: 'done' }),
      broadcastRow(2, { ...started, code: 'QQQQ2222', state: 'scheduled', started_at: null }),
      broadcastRow(3, { ...started, code: 'WWWW3333', state: 'cancelled' }),
      broadcastRow(4, { ...started, code: 'ABCDEFGH', state: 'sending', message: message({ vi: item, en: null }) }),
      broadcastRow(5, { ...started, code: 'YYYY5555', state: 'cancelled', started_at: null }),
    ])
  })
  afterEach(() => bot.close())

  test.each([
    'kiểm tra tin K7Q3-4T2M',
    'kiem tra tin k7q34t2m',
    'mã tin K7Q3 4T2M',
    'Mã tin: K7Q3–4T2M',
    'message code K7Q3-4T2M',
    `${body}\n\nLĐLĐ tỉnh Mẫu · mã tin K7Q3-4T2M\nDừng nhận tin: gõ “ngừng nhận tin”.`,
  ])('at once: %s', async (words) => {
    const text = textOf(await bot.person('100').says(words))
    expect(text).toContain('Đúng là tin của LĐLĐ tỉnh Mẫu, gửi từ ngày 23/11/2026')
    expect(text).toContain('hội chợ hàng Việt mở cửa')
    expect(text).not.toContain('Nháp 3')
  })

  test.each([
    'tin này có thật không?',
    'tin nay co that khong',
    'kiểm tra tin',
    'tin có thật của công đoàn không',
    'mã tin',
    '/kiemtratin',
  ])('“%s” asks for the code, and the bare code answers', async (words) => {
    const lan = bot.person('100')
    expect(textOf(await lan.says(words))).toContain('mã tin ở cuối tin nhắn')
    expect(textOf(await lan.says('abcdefgh'))).toContain('“Tem truy xuất là gì?”')
  })

  test.each(['2222-QQQQ', 'QQQQ-2222', 'YYYY-5555'])(
    'never sent, not yet started, cancelled before it began: %s is not confirmed',
    async (code) => {
      const answer = await bot.person('100').says(`kiểm tra tin ${code}`)
      expect(textOf(answer)).toContain(`không gửi tin nào có mã ${code}`)
      expect(textOf(answer)).toContain('OTP')
      expect(answer.at(-1)?.buttons.map(({ label }) => label)).toEqual(['Gặp cán bộ', 'Gọi ai?'])
    },
  )

  test('a run that was stopped on its way is named and not confirmed', async () => {
    const text = textOf(await bot.person('100').says('mã tin WWWW-3333'))
    expect(text).toContain('LĐLĐ tỉnh Mẫu đã dừng gửi')
    expect(text).not.toContain('Đúng là')
    expect(text).not.toContain('hội chợ')
  })

  test('what is no code is asked again; hủy leaves', async () => {
    const lan = bot.person('100')
    await lan.says('kiểm tra tin')
    for (const words of ['mình không thấy', 'nhan duoc', 'mã tin nhan duoc'])
      expect(textOf(await lan.says(words))).toMatch(/chưa thấy mã tin/)
    await lan.taps('Hủy')
    expect(textOf(await lan.says('K7Q3-4T2M'))).not.toContain('Đúng là')
  })

  test('in a group it answers too, without doors that are private', async () => {
    const said = async (text: string) => bot.person('-1').sends({ text, group: true })
    const wrong = await said('kiểm tra tin ZZZZ-9999')
    expect(textOf(wrong)).toContain('không gửi tin nào')
    expect(wrong.at(-1)?.buttons.map(({ label }) => label)).toEqual(['Gọi ai?'])
    expect(textOf(await said('kiểm tra tin K7Q3-4T2M'))).toContain('Đúng là tin')
    expect(textOf(await said('kiểm tra tin'))).toContain('ví dụ: kiểm tra tin')
  })

  test('a forged payload asks, and help suggests it', async () => {
    expect(textOf(await bot.person('100').sends({ payload: 'check:answer:K7Q34T2M' }))).toContain('mã tin ở cuối')
    const answer = await bot.person('200').says('cho em hỏi kiểm tra tin nhắn này thế nào với ạ')
    expect(answer.at(-1)?.buttons.map(({ label }) => label)).toContain('Kiểm tra tin có thật không')
  })

  test('in a step of another handler the code of a pasted message opens nothing', async () => {
    const lan = bot.person('100')
    await lan.says('gặp cán bộ')
    expect(textOf(await lan.says('Em nhận được tin có mã tin K7Q3-4T2M, có phải không ạ?'))).toContain('câu hỏi của bạn')
  })
})
