import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bot, createBot, textOf } from './harness.ts'

describe('receive', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot()
  })
  afterEach(() => bot.close())

  test('what is not understood gets the menu', async () => {
    const lan = bot.person('100')
    const answer = await lan.says('xyz abc qwe')
    expect(textOf(answer)).toContain('chưa hiểu')
    expect(answer[0]?.buttons.length).toBe(8)
    expect(await bot.db.read('SELECT count(*) AS n FROM outbox')).toEqual([{ n: 0 }])
    expect(await bot.db.read('SELECT turn FROM addresses')).toEqual([{ turn: 1 }])
  })

  test('the same update twice is answered once', async () => {
    const lan = bot.person('100')
    expect(await lan.sends({ id: 'same', text: 'trợ giúp' })).toHaveLength(1)
    expect(await lan.sends({ id: 'same', text: 'trợ giúp' })).toHaveLength(0)
  })

  test('a hundred people at once share one commit and each gets one answer', async () => {
    const people = Array.from({ length: 100 }, (_, i) => bot.person(String(i)))
    await Promise.all(people.map((one) => one.says('trợ giúp')))
    await bot.dispatcher.drain()
    for (const one of people) expect(one.heard()).toHaveLength(1)
  })

  test('a session that does not open any more costs an apology, not the person', async () => {
    const lan = bot.person('100')
    await lan.says('phản ánh')
    await bot.db.write([
      { sql: "UPDATE addresses SET session = x'01020304050607080910111213141516171819202122232425262728293031'", args: [] },
    ])
    expect(textOf(await lan.says('hàng giả'))).toContain('Xin lỗi bạn')
    expect(textOf(await lan.says('trợ giúp'))).toContain('Trợ lý làm được')
  })
})
