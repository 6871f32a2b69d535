/**
 * "Ý kiến về thị trường" as members meet it: four short steps, nameless, sent where it belongs, and nothing that leads back.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listRules } from '../db/retention.ts'
import { addTries, triesTag } from '../db/tries.ts'
import { openJson } from '../src/keys.ts'
import type { Opinion } from '../src/opinion.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'
import { unitRows } from './people.ts'

describe('opinion', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({
      channels: [
        fakeChannel('telegram'),
        fakeChannel('zalo', { buttons: 0, documents: false, text: 2000 }),
        fakeChannel('web', { text: 8_000, buttons: 12 }),
      ],
    })
    await bot.db.write(unitRows())
  })
  afterEach(() => bot.close())

  const rows = () => bot.db.read('SELECT * FROM opinions')
  const opened = async () => {
    const [row] = await rows()
    return row && openJson<Opinion>(bot.keys, 'opinion', row.box as Uint8Array, String(row.id))
  }
  type One = ReturnType<Bot['person']>
  const tells = async (who: One, what = 'Gạo ở chợ tăng hai nghìn một cân') => {
    await who.says('ý kiến thị trường')
    await who.taps('Giá cả')
    await who.says(what)
    await who.says('chợ Mẫu')
  }

  test('is told in four steps and kept by unit, topic and day, its words sealed', async () => {
    const lan = bot.person('1')
    const first = textOf(await lan.says('ý kiến thị trường'))
    for (const part of ['không ghi tên', 'không cấp mã nhận', 'không có trả lời riêng', 'LĐLĐ tỉnh Mẫu', 'Phản ánh'])
      expect(first).toContain(part)
    await bot.db.write([{ sql: "UPDATE contacts SET unit_id = 'xa'", args: [] }])
    await lan.taps('Giá cả')
    expect(textOf(await lan.says('Gạo ở chợ tăng hai nghìn một cân'))).toContain('Ở đâu')
    const review = textOf(await lan.says('chợ Mẫu'))
    for (const part of ['Giá cả', 'Gạo ở chợ tăng', 'chợ Mẫu']) expect(review).toContain(part)
    const answer = textOf(await lan.taps('Gửi'))
    expect(answer).toContain('Đã nhận ý kiến')
    expect(answer).not.toMatch(/PA-|mã nhận/)
    const [row = {}] = await rows()
    expect(row).toMatchObject({ unit_id: 'xa', topic: 'price', day: '2026-11-23', state: 'new' })
    expect(await opened()).toEqual({ what: 'Gạo ở chợ tăng hai nghìn một cân', where: 'chợ Mẫu' })
    expect(await bot.db.read('SELECT month, unit_id, topic, n, people FROM opinion_counts')).toEqual([
      { month: '2026-11', unit_id: 'xa', topic: 'price', n: 1, people: 1 },
    ])
  })

  test('by numbers and words alone where there are no buttons, and on the web page', async () => {
    const hoa = bot.person('2', 'zalo')
    expect(textOf(await hoa.says('y kien ve thi truong'))).toContain('1. Giá cả')
    await hoa.says('2')
    await hoa.says('Siêu thị hết sữa tươi cả tuần nay')
    await hoa.says('bỏ qua')
    expect(textOf(await hoa.says('gửi'))).toContain('Đã nhận ý kiến')
    expect(await rows()).toMatchObject([{ topic: 'supply', unit_id: null }])
    expect(await opened()).toEqual({ what: 'Siêu thị hết sữa tươi cả tuần nay' })
    const mai = bot.person('3', 'web')
    await tells(mai)
    await mai.taps('Gửi')
    expect(await rows()).toHaveLength(2)
  })

  test.each([
    ['giá cao', 'price'],
    ['gia cao qua', 'price'],
    ['góp ý giá', 'price'],
    ['khan hàng', 'supply'],
    ['thiếu hàng', 'supply'],
    ['góp ý chất lượng', 'quality'],
  ])('“%s” has said already what it is about', async (said, topic) => {
    const lan = bot.person('1')
    expect(textOf(await lan.says(said))).toContain('kể ngắn gọn')
    await lan.says('Tôi thấy ở chợ như vậy cả tháng')
    await lan.taps('Bỏ qua')
    await lan.taps('Gửi')
    expect(await rows()).toMatchObject([{ topic }])
  })

  test.each(['hàng giả', 'hạng giá', 'hết hạn', 'đánh giá', 'hàng kém chất lượng', 'giá đất', 'ưu đãi'])(
    '“%s” is something else',
    async (said) => {
      expect(textOf(await bot.person('1').says(said))).not.toContain('Ý kiến về thị trường: giá cả')
    },
  )

  test('danger to health hears 115 first, in any step', async () => {
    const lan = bot.person('1')
    await lan.says('ý kiến thị trường')
    await lan.taps('Chất lượng hàng')
    const answer = await lan.says('Cả nhà ăn giò ở chợ xong bị ngộ độc')
    expect(answer[0]?.text).toContain('115')
    expect(textOf(answer)).toContain('Ở đâu')
  })

  test('a suspected fake is shown the way to a report, and may still be sent as it is', async () => {
    const lan = bot.person('1')
    await lan.says('ý kiến thị trường')
    await lan.taps('Chất lượng hàng')
    const answer = await lan.says('Nhiều sạp bán hàng giả lẫn với hàng thường')
    expect(textOf(answer)).toContain('chọn Phản ánh')
    expect(textOf(await lan.taps('Phản ánh hàng nghi giả'))).toContain('Bước 1/8')
    expect(await rows()).toEqual([])
  })

  test('a denunciation is explained and not kept', async () => {
    const lan = bot.person('1')
    await lan.says('ý kiến thị trường')
    await lan.taps('Việc khác')
    const answer = textOf(await lan.says('Tôi muốn tố cáo ông Tèo giám đốc ăn chặn'))
    expect(answer).toContain('Tố cáo là thủ tục riêng')
    expect(answer).toContain('kể ngắn gọn')
    expect(textOf(await lan.says('Giá thuê sạp chợ tăng gấp đôi'))).toContain('Ở đâu')
    const review = textOf(await lan.says('bỏ qua'))
    expect(review).not.toContain('Tèo')
  })

  test('political talk is answered neutrally, ends there, and stands nowhere', async () => {
    const lan = bot.person('1')
    for (const words of ['Bộ Chính trị phải từ chức hết đi', 'đả đảo lãnh đạo đảng', 'kêu gọi mọi người biểu tình']) {
      await lan.says('ý kiến thị trường')
      await lan.taps('Việc khác')
      const answer = textOf(await lan.says(words))
      expect(answer, words).toContain('chỉ nhận ý kiến về hàng hóa')
      expect(answer).not.toContain(words)
      expect(await rows()).toEqual([])
      const [session] = await bot.db.read('SELECT session FROM addresses')
      expect(session).toBeDefined()
    }
    // In the place as well.
    await lan.says('góp ý giá')
    await lan.says('Giá điện và giá xăng đều tăng')
    expect(textOf(await lan.says('chỗ nào cũng đa đảng hết'))).toContain('chỉ nhận ý kiến về hàng hóa')
    expect(await rows()).toEqual([])
  })

  test.each([
    'đọc tài liệu ở chợ thấy giá cao',
    'chính quyền xã nên niêm yết giá',
    'nhà nước bình ổn giá gạo giúp dân',
    'chợ Đa Đạo bán đắt',
  ])('“%s” is an opinion about goods', async (said) => {
    const lan = bot.person('1')
    await lan.says('góp ý giá')
    expect(textOf(await lan.says(said))).toContain('Ở đâu')
  })

  test('five a day, and five more the next', async () => {
    const lan = bot.person('1')
    for (let i = 0; i < 5; i++) {
      await tells(lan, `Gạo tăng lần thứ ${i} trong tháng`)
      expect(textOf(await lan.taps('Gửi'))).toContain('Đã nhận')
    }
    expect(textOf(await lan.says('ý kiến thị trường'))).toContain('đã gửi 5 ý kiến')
    await tells(bot.person('2'))
    bot.clock.set('2026-11-23T17:00:01.000Z')
    await tells(lan)
    expect(textOf(await lan.taps('Gửi'))).toContain('Đã nhận')
    // Five of one person are one person.
    expect(await bot.db.read('SELECT n, people FROM opinion_counts')).toEqual([{ n: 6, people: 1 }])
  })

  test('two drafts begun before the limit do not pass it', async () => {
    const lan = bot.person('1')
    await tells(lan)
    const [contact] = await bot.db.read('SELECT id FROM contacts')
    const tag = await triesTag(bot.keys, 'opinion', String(contact?.id))
    const now = bot.clock.now().getTime()
    await bot.db.write([addTries(tag, { n: 5, limit: 5, now, until: now + 3_600_000 })])
    expect(textOf(await lan.taps('Gửi'))).toContain('đã gửi 5 ý kiến')
    expect(await rows()).toEqual([])
  })

  test('too short, too long, a photo, a button of another draft: asked again, nothing lost', async () => {
    const lan = bot.person('1')
    await lan.says('góp ý giá')
    expect(textOf(await lan.says('đắt'))).toContain('kể thêm')
    expect(textOf(await lan.says('a '.repeat(700)))).toContain('1.000 ký tự')
    expect(textOf(await lan.sendsPhotos('x'))).toContain('chỉ nhận chữ')
    await lan.says('Gạo tăng hai nghìn')
    expect(textOf(await lan.says('x'.repeat(301)))).toContain('300 ký tự')
    expect(textOf(await lan.sends({ payload: 'opinion:pick:send.review-zzzz' }))).toContain('bước trước')
    expect(textOf(await lan.says('/ykien'))).toContain('Ở đâu')
    await lan.says('quay lại')
    await lan.says('Gạo tăng ba nghìn')
    expect(textOf(await lan.says('bỏ qua'))).toContain('Gạo tăng ba nghìn')
    expect(textOf(await lan.says('viết lại'))).toContain('kể ngắn gọn')
    expect(textOf(await lan.says('hủy'))).toContain('không lưu gì')
    expect(textOf(await lan.sends({ payload: 'opinion:pick:send.review-zzzz' }))).toContain('không dùng được nữa')
    expect(await rows()).toEqual([])
  })

  test('markup and odd letters are kept as they were written', async () => {
    const lan = bot.person('1')
    const what = `"'><script>alert(1)</script> {{unit}} giá 10% 🌾 đắt`
    await tells(lan, what)
    await lan.taps('Gửi')
    expect((await opened())?.what).toBe(what)
  })

  test('its door stands in the report’s first words and in help', async () => {
    const lan = bot.person('1')
    const [intro] = await lan.says('phản ánh')
    expect(intro?.buttons.map(({ label }) => label)).toContain('Ý kiến về thị trường')
    expect(textOf(await lan.taps('Ý kiến về thị trường'))).toContain('Bạn muốn góp ý về điều gì?')
    // Where there are no buttons the digits still belong to the report's own question.
    const hoa = bot.person('2', 'zalo')
    expect(textOf(await hoa.says('phản ánh'))).toContain('“ý kiến thị trường”')
    expect(textOf(await hoa.says('1'))).toContain('Bước 2/8')
    expect(textOf(await bot.person('3').says('trợ giúp'))).toContain('ý kiến thị trường')
  })

  test('nothing leads from who said it to what was said: no id, no exact time, no order, boxes of equal length', async () => {
    const people = ['1', '2', '3'].map((native) => bot.person(native))
    for (const [i, one] of people.entries()) {
      bot.clock.advance(61_017)
      await tells(one, i === 0 ? 'Gạo đắt lắm' : `Rau quả ${'đắt đỏ '.repeat(10)}`)
      await one.taps('Gửi')
    }
    const found = await rows()
    const contacts = await bot.db.read('SELECT id FROM contacts UNION ALL SELECT id FROM addresses')
    const text = JSON.stringify([
      found,
      await bot.db.read('SELECT * FROM opinion_people'),
      await bot.db.read('SELECT * FROM opinion_counts'),
    ])
    for (const { id } of contacts) expect(text).not.toContain(String(id))
    expect(text).not.toMatch(/T\d\d:/)
    expect(new Set(found.map(({ box }) => (box as Uint8Array).byteLength)).size).toBe(1)
    const [schema] = await bot.db.read("SELECT group_concat(sql) AS sql FROM sqlite_schema WHERE name LIKE 'opinion%' AND type = 'table'")
    expect(String(schema?.sql).match(/WITHOUT ROWID/g)).toHaveLength(3)
    expect(bot.lines.join('\n')).not.toContain('opinion')
  })

  test('goes 24 months after its day; who counted goes with the month', async () => {
    await tells(bot.person('1'))
    await bot.person('1').taps('Gửi')
    const due = async (iso: string) => {
      const rules = listRules(new Date(iso), {}).filter(({ table }) => table.startsWith('opinion'))
      const counts = await Promise.all(
        rules.map(async ({ table, where, args }) => [
          table,
          (await bot.db.read(`SELECT count(*) AS n FROM ${table} WHERE ${where}`, args))[0]?.n,
        ]),
      )
      return Object.fromEntries(counts)
    }
    expect(await due('2026-12-01T03:00:00Z')).toEqual({ opinions: 0, opinion_people: 1, opinion_counts: 0 })
    expect(await due('2028-11-23T03:00:00Z')).toMatchObject({ opinions: 0 })
    expect(await due('2028-11-24T03:00:00Z')).toMatchObject({ opinions: 1, opinion_counts: 0 })
    expect(await due('2032-01-01T03:00:00Z')).toMatchObject({ opinion_counts: 1 })
  })
})
