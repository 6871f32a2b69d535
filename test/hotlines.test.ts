import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hotlines as builtIn } from '../content/data/hotlines.ts'
import { checkHotline, loadHotlines } from '../db/hotlines.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

describe('hotlines', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot()
    await bot.db.write([loadHotlines(builtIn)])
  })
  afterEach(() => bot.close())

  test.each(['gọi ai', 'goi ai', 'Đường dây nóng', 'so dien thoai', '/goiai'])('“%s” shows the urgent numbers first', async (words) => {
    const answer = await bot.person('100').says(words)
    expect(answer).toHaveLength(2)
    expect(answer[0]?.text).toMatch(/^Khi khẩn cấp:\n\n115 \(miễn phí\): Cấp cứu y tế/)
    expect(answer[1]?.text).toContain('1800.6838 (miễn phí): Ủy ban Cạnh tranh Quốc gia')
    expect(answer[1]?.text).toContain('“Dịch vụ khác”')
    expect(textOf(answer).match(/Kiểm tra ngày 22\/11\/2026/g)).toHaveLength(builtIn.filter(({ checked_on }) => checked_on).length)
    expect(answer[1]?.buttons.map(({ label }) => label)).toEqual(['Quyền của bạn', 'Phản ánh hàng nghi giả', 'Danh mục'])
  })

  test('a number nobody has checked is hidden until an officer has called it', async () => {
    const lan = bot.person('100')
    expect(textOf(await lan.says('gọi ai'))).not.toContain('1900.888.655')
    await bot.db.write([checkHotline('thi-truong', '2026-11-23', bot.clock.now())])
    const text = textOf(await lan.says('gọi ai'))
    expect(text).toContain('1900.888.655 (có tính cước)')
    expect(text).toContain('Kiểm tra ngày 23/11/2026')
  })

  test('what an officer edited survives a start; what nobody edited follows the built-in data', async () => {
    await bot.db.write([checkHotline('thi-truong', '2026-11-23', bot.clock.now())])
    const changed = builtIn.map((row) => ({ ...row, office: `${row.office} (tên mới)` }))
    await bot.db.write([loadHotlines(changed)])
    const text = textOf(await bot.person('100').says('gọi ai'))
    expect(text).toContain('Cấp cứu y tế (tên mới)')
    expect(text).toContain('1900.888.655')
    expect(text).not.toContain('thị trường trong nước (Bộ Công Thương) (tên mới)')
  })

  test('a start without changes writes nothing', async () => {
    const [rows] = await bot.db.write([loadHotlines(builtIn), { sql: 'SELECT changes() AS n', args: [] }]).then((all) => all.slice(1))
    expect(rows).toEqual([{ n: 0 }])
  })

  test('with every number unchecked it says so and still names 115', async () => {
    await bot.db.write([{ sql: 'UPDATE hotlines SET checked_on = NULL', args: [] }])
    const answer = await bot.person('100').says('gọi ai')
    expect(textOf(answer)).toContain('115')
    expect(textOf(answer)).not.toContain('1800')
  })

  test("a unit's own number is shown to its members only", async () => {
    await bot.db.write([
      {
        sql: "INSERT INTO units(id, kind, level, name, parent_id, path) VALUES ('tinh', 'cong_doan', 'tinh', 'Tỉnh', NULL, '/tinh')",
        args: [],
      },
      {
        sql: "INSERT INTO units(id, kind, level, name, parent_id, path) VALUES ('co-so', 'cong_doan', 'co_so', 'Cơ sở', 'tinh', '/tinh/co-so')",
        args: [],
      },
      {
        sql: `INSERT INTO hotlines(id, kind, number, tel, office, what_for, checked_on, source_label, unit_id, place)
              VALUES ('tinh-mau', 'thi_truong', '0299.000.000', '0299000000', 'Văn phòng tỉnh Mẫu', 'Hỏi việc trong tỉnh.', '2026-11-20', 'Tỉnh', 'tinh', 65)`,
        args: [],
      },
    ])
    const lan = bot.person('100')
    expect(textOf(await lan.says('gọi ai'))).not.toContain('0299.000.000')
    await bot.db.write([{ sql: "UPDATE contacts SET unit_id = 'co-so'", args: [] }])
    expect(textOf(await lan.says('gọi ai'))).toContain('0299.000.000')
  })

  test('the numbers are answered in a group, and without buttons', async () => {
    await bot.close()
    bot = await createBot({ channels: [fakeChannel('zalo-bot', { buttons: 0 })] })
    await bot.db.write([loadHotlines(builtIn)])
    expect(textOf(await bot.person('-1').sends({ text: '/goiai', group: true }))).toContain('115')
    const lan = bot.person('100')
    expect(textOf(await lan.says('goi ai'))).toContain('1. Quyền của bạn')
    expect(textOf(await lan.says('1'))).toContain('bạn có những quyền')
  })
})
