import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bot, createBot, textOf } from './harness.ts'

describe('denounce', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot()
  })
  afterEach(() => bot.close())

  test('“tố cáo” is explained, with the place a denunciation goes to and the protection of its writer', async () => {
    const lan = bot.person('100')
    for (const typed of ['tố cáo', 'to cao', 'tôi muốn tố cáo', 'Tôi làm đơn tố cáo ông giám đốc nhận tiền']) {
      const answer = textOf(await lan.says(typed))
      expect(answer, typed).toContain('thủ tục riêng')
      expect(answer).toContain('cơ quan có thẩm quyền')
      expect(answer).toContain('Điều 47')
      expect(answer).not.toMatch(/đồng|triệu|phạt/)
    }
  })

  test('the button leads to a report instead', async () => {
    const lan = bot.person('100')
    await lan.says('tố cáo')
    expect(textOf(await lan.taps('Phản ánh'))).toContain('Bước 1/8')
  })

  test('nothing of what was written is kept', async () => {
    await bot.person('100').says('Tôi tố cáo ông Mẫu ở phòng kế toán')
    expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 0 }])
    expect(await bot.db.read('SELECT count(*) AS n FROM inquiries')).toEqual([{ n: 0 }])
    const [address] = await bot.db.read('SELECT id, session FROM addresses')
    const session = Buffer.from(await bot.keys.open('session', address?.session as Uint8Array, String(address?.id))).toString()
    expect(session).not.toContain('kế toán')
  })

  test('“tố giác” and “báo hàng giả” open a report, not this', async () => {
    for (const [at, typed] of ['tố giác', 'bao hang gia', 'hàng dỏm'].entries()) {
      expect(textOf(await bot.person(String(at)).says(typed)), typed).toContain('Bước 1/8')
    }
  })
})
