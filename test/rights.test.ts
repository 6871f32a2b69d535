import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

describe('rights', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot()
  })
  afterEach(() => bot.close())

  test.each(['quyền', 'quyen', 'quyền người tiêu dùng', 'quyen loi'])('“%s” opens the choice of pages', async (words) => {
    const answer = await bot.person('100').says(words)
    expect(textOf(answer)).toContain('bạn có những quyền')
    expect(answer[0]?.buttons).toHaveLength(7)
  })

  test.each([
    ['đổi trả', 'Cách yêu cầu đổi trả'],
    ['doi hang', 'Cách yêu cầu đổi trả'],
    ['trả hàng', 'Cách yêu cầu đổi trả'],
    ['boi thuong', 'Cách yêu cầu đổi trả'],
    ['khiếu nại mua hàng', 'bốn cách giải quyết'],
  ])('“%s” opens the page that answers it', async (words, said) => {
    expect(textOf(await bot.person('100').says(words))).toContain(said)
  })

  test('every page names its source, that it is for information only, and leads to the others', async () => {
    const lan = bot.person('100')
    await lan.says('quyền')
    for (const [label, said] of [
      ['Quyền của tôi', '11 quyền'],
      ['Cần giữ lại gì', 'hóa đơn'],
      ['Đổi trả, bồi thường', 'Ngừng dùng'],
      ['Bốn cách giải quyết', 'Hòa giải'],
      ['Mẫu thư', 'Kính gửi'],
    ] as const) {
      const answer = await lan.taps(label)
      expect(textOf(answer)).toContain(said)
      expect(textOf(answer)).toMatch(/Nguồn: .*19\/2023\/QH15.*Kiểm tra ngày 22\/11\/2026\.\nThông tin tham khảo/)
      const labels = answer.at(-1)?.buttons.map((button) => button.label) ?? []
      expect(labels).not.toContain(label)
      expect(labels).toHaveLength(6)
    }
  })

  test('without buttons the pages are opened by their numbers', async () => {
    await bot.close()
    bot = await createBot({ channels: [fakeChannel('zalo-bot', { buttons: 0 })] })
    const lan = bot.person('100')
    await lan.says('quyen')
    expect(textOf(await lan.says('5'))).toContain('Mẫu thư gửi người bán')
  })

  test('a page that does not exist opens the choice; a group may ask too', async () => {
    expect(textOf(await bot.person('100').sends({ payload: 'rights:khac:' }))).toContain('bạn có những quyền')
    expect(textOf(await bot.person('-1').sends({ text: 'đổi trả', group: true }))).toContain('Cách yêu cầu đổi trả')
  })
})
