import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bot, createBot, textOf } from './harness.ts'
import { unitRows } from './people.ts'
import { auditOf, type Seated, seat } from './seats.ts'

describe('đăng nhập', () => {
  let bot: Bot
  let an: Seated
  beforeEach(async () => {
    bot = await createBot()
    await bot.db.write(unitRows())
    an = await seat(bot, 'an', 'xa', ['editor'])
  })
  afterEach(() => bot.close())

  const linkIn = (answer: Awaited<ReturnType<Seated['says']>>) =>
    answer.flatMap(({ buttons }) => buttons).flatMap((button) => ('url' in button ? [button.url] : []))

  test.each(['đăng nhập', 'dang nhap', '/dangnhap', 'Trang cán bộ'])(
    '“%s” sends an officer a link of their own, and only the newest holds',
    async (words) => {
      const first = linkIn(await an.says(words))
      const answer = await an.says(words)
      expect(textOf(answer)).toContain('dùng được một lần, đến 09:15')
      expect(linkIn(answer)).toEqual([expect.stringMatching(/^https:\/\/[^/]+\/console\/link\/[0-9A-Z]{32}$/)])
      expect(linkIn(answer)).not.toEqual(first)
      expect(await bot.db.read('SELECT officer_id FROM sign_in_links')).toEqual([{ officer_id: 'an' }])
      expect((await auditOf(bot)).map(({ act }) => act)).toEqual(['session.link', 'session.link'])
      const everything = JSON.stringify(await bot.db.read('SELECT * FROM sign_in_links'))
      expect(everything).not.toContain(linkIn(answer)[0]?.slice(-32))
    },
  )

  test('a member is told that there is nothing to sign in to, and gets no link', async () => {
    const lan = bot.person('lan')
    const answer = await lan.says('đăng nhập')
    expect(textOf(answer)).toContain('chỉ dành cho cán bộ trực')
    expect(linkIn(answer)).toEqual([])
    expect(await bot.db.read('SELECT * FROM sign_in_links')).toEqual([])
  })

  test('ten links an hour, no more', async () => {
    for (let i = 0; i < 10; i++) {
      expect(linkIn(await an.says('đăng nhập'))).toHaveLength(1)
      bot.clock.advance(60_000)
    }
    expect(textOf(await an.says('đăng nhập'))).toContain('xin nhiều đường dẫn')
    bot.clock.advance(3_600_000)
    expect(linkIn(await an.says('đăng nhập'))).toHaveLength(1)
  })
})
