import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bot, createBot, textOf } from './harness.ts'

describe('language', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot()
  })
  afterEach(() => bot.close())

  test.each(['english', 'English please', 'tiếng Anh', 'tieng anh'])('%s switches to English', async (words) => {
    const john = bot.person('100')
    await john.says('hi')
    expect(textOf(await john.says(words))).toContain('From now on the assistant answers in English')
    expect(textOf(await john.says('menu'))).toContain('What would you like to do?')
  })

  test.each(['tiếng Việt', 'tieng viet', 'vietnamese'])('%s switches back', async (words) => {
    const john = bot.person('100')
    await john.says('english')
    expect(textOf(await john.says(words))).toContain('trả lời bằng tiếng Việt')
    expect(textOf(await john.says('menu'))).toContain('Bạn muốn làm gì?')
    expect(await bot.db.read('SELECT locale FROM contacts')).toEqual([{ locale: 'vi' }])
  })

  test('a hand-made payload only asks which language', async () => {
    expect(textOf(await bot.person('100').sends({ payload: 'language:set:xx' }))).toContain('English')
    expect(await bot.db.read('SELECT locale FROM contacts')).toEqual([{ locale: 'vi' }])
  })
})
