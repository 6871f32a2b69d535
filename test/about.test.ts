import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadContent } from '../src/load-content.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

describe('questions about the assistant itself', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel(), fakeChannel('zalo', { buttons: 5 }), fakeChannel('zalo-bot', { buttons: 0 })] })
  })
  afterEach(() => bot.close())
  const ask = async (text: string, channel?: string) => textOf(await bot.person('100', channel).says(text))

  test.each([
    ['bạn là ai', 'không phải người thật'],
    ['ban la ai vay', 'không phải người thật'],
    ['có mất phí không', 'Trợ lý miễn phí'],
    ['dùng cái này có mất tiền không ạ', 'Trợ lý miễn phí'],
    ['ai đọc được tin của tôi', 'không có người ngồi đọc'],
    ['ai doc duoc tin nhan cua toi the', 'không có người ngồi đọc'],
    ['hàng này thật hay giả', 'không kết luận được hàng thật hay giả'],
    ['xem giúp đây có phải hàng giả không', 'không kết luận được hàng thật hay giả'],
    ['cảm ơn bạn nhiều nhé', 'Cần gì bạn cứ nhắn'],
  ])('“%s” is answered, not met with a menu', async (question, answer) => {
    expect(await ask(question)).toContain(answer)
  })

  test('on Zalo people are told honestly that the page’s staff can open the talk', async () => {
    expect(await ask('ai đọc được tin của tôi', 'zalo')).toContain('người quản trị trang Zalo của LĐLĐ tỉnh Mẫu')
    expect(await ask('quyền riêng tư', 'zalo')).toContain('người quản trị trang Zalo của LĐLĐ tỉnh Mẫu')
    expect(await ask('phản ánh', 'zalo')).toContain('Người quản trị trang Zalo của đơn vị có thể thấy')
    expect(await ask('quyền riêng tư', 'zalo-bot')).not.toContain('người quản trị')
  })

  test('in a group the answer has no doors to what is private', async () => {
    const [answer] = await bot.person('-7').sends({ text: 'bạn là ai', group: true })
    expect(answer).toMatchObject({ text: expect.stringContaining('không phải người thật'), buttons: [] })
  })

  test('a long story with a thank-you in it is no thank-you', async () => {
    const story = 'tôi mua ở chợ hộp sữa này về thấy nhãn in mờ quá nên hỏi thử, cảm ơn'
    expect(await ask(story)).not.toContain('Cần gì bạn cứ nhắn')
  })
})

describe('what an old person types in whole sentences', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot()
    await loadContent(bot.db, () => {})
  })
  afterEach(() => bot.close())
  const labels = async (text: string) => (await bot.person('100').says(text)).at(-1)?.buttons.map(({ label }) => label) ?? []

  test('leads to what the library has about it, with a person and the menu beside it', async () => {
    expect(await labels('điểm bán')).toEqual(expect.arrayContaining(['Nhận ra điểm bán hàng Việt từ xa', 'Gặp cán bộ', 'Danh mục']))
    expect((await labels('điểm bán')).length).toBeLessThanOrEqual(5)
    expect(await labels('tôi muốn hỏi mua hàng giả thì báo ai')).toEqual(['Phản ánh hàng nghi giả', 'Gọi ai?', 'Gặp cán bộ', 'Danh mục'])
    expect(textOf(await bot.person('200').says('lương tháng này chưa trả'))).toContain('chưa hiểu')
  })

  test('someone unwell is told 115 and what can be done then, never “not understood”', async () => {
    const answer = await bot.person('100').says('con tôi uống sữa bị nôn')
    expect(textOf(answer)).toMatch(/115[\s\S]*Khi người đó đã được chăm sóc/)
    expect(textOf(answer)).not.toContain('chưa hiểu')
    expect(textOf(await bot.person('100').says('cháu nó bị nôn tiếp'))).not.toContain('chưa hiểu')
  })

  test('a pasted link alone is not opened, and the way to report it is shown', async () => {
    expect(await labels('https://ban-hang.example.vn/sua?id=1')).toEqual(['Phản ánh hàng nghi giả', 'Danh mục'])
  })

  test('“ok” outside everything is taken kindly', async () => {
    expect(textOf(await bot.person('100').says('ok'))).toContain('Bạn muốn làm gì tiếp')
  })
})
