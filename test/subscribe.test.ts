import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { topics } from '../content/data/items.ts'
import { loadTopics } from '../db/topics.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

describe('subscribe', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel(), fakeChannel('zalo-bot', { buttons: 0 })] })
    await bot.db.write(loadTopics(topics))
  })
  afterEach(() => bot.close())

  const stops = async () => (await bot.db.read('SELECT topic FROM topic_stops ORDER BY topic')).map(({ topic }) => topic)
  const withPush = async (channel = 'telegram') => {
    const lan = bot.person('100', channel)
    await lan.says('hi')
    await bot.db.write([{ sql: "UPDATE contacts SET age = 'adult'", args: [] }])
    await lan.sends({ payload: 'consent:yes:push.push-1' })
    return lan
  }

  test.each(['nhận tin', 'nhan tin', 'bật tin', 'bat tin', '/nhantin'])(
    '%s shows the state with quiet hours and the cap',
    async (words) => {
      const answer = await bot.person('100').says(words)
      expect(textOf(answer)).toContain('chưa bật nhận tin')
      for (const part of ['3 tin một tuần', '21:00', '07:00', 'ngừng nhận tin']) expect(textOf(answer)).toContain(part)
      expect(answer[0]?.buttons.map(({ label }) => label)).toEqual(['Bật nhận tin', 'Bật tin ưu đãi', 'Danh mục'])
      expect(await bot.db.read('SELECT push FROM contacts')).toEqual([{ push: 0 }])
    },
  )

  test('from the menu to messages on, and off again, by numbers alone', async () => {
    const lan = bot.person('100', 'zalo-bot')
    await lan.says('menu')
    await lan.says('7')
    await lan.says('1')
    await lan.says('1')
    expect(textOf(await lan.says('1'))).toContain('Đã bật nhận tin')
    expect(await bot.db.read('SELECT push FROM contacts')).toEqual([{ push: 1 }])
    const state = await lan.says('nhận tin')
    expect(textOf(state)).toContain('đủ các chủ đề')
    expect(textOf(state)).toContain('3. Ngừng nhận tin')
    await lan.says('3')
    expect(textOf(await lan.says('1'))).toContain('Đã dừng gửi tin')
    expect(await bot.db.read('SELECT push FROM contacts')).toEqual([{ push: 0 }])
  })

  test('after stopping, coming back asks for consent anew', async () => {
    const lan = await withPush()
    await lan.says('stop')
    await lan.taps('Có')
    await lan.says('nhận tin')
    expect((await lan.taps('Bật nhận tin'))[0]?.buttons.map(({ label }) => label)).toEqual(['Đồng ý', 'Không đồng ý'])
    await lan.taps('Đồng ý')
    expect((await bot.db.read('SELECT choice FROM consents ORDER BY rowid')).map(({ choice }) => choice)).toEqual([
      'yes',
      'withdrawn',
      'yes',
    ])
  })

  test('a topic is turned off and on with one tap each, and tapped twice stays so', async () => {
    const lan = await withPush()
    await lan.says('nhận tin')
    const first = await lan.taps('Chọn chủ đề')
    expect(first[0]?.buttons).toHaveLength(8)
    const off = await lan.taps('Tắt: Hàng giả và phản ánh')
    expect(textOf(off)).toContain('Đã tắt chủ đề “Hàng giả và phản ánh”')
    expect(off[0]?.buttons.map(({ label }) => label)).toContain('Bật: Hàng giả và phản ánh')
    await lan.sends({ payload: 'subscribe:topic:hang_gia.off' })
    expect(await stops()).toEqual(['hang_gia'])
    expect(textOf(await lan.taps('Quay lại'))).toContain('đã tắt 1 chủ đề')
    await Promise.all([lan.sends({ payload: 'subscribe:topic:hang_gia.on' }), lan.sends({ payload: 'subscribe:topic:hang_gia.on' })])
    expect(await stops()).toEqual([])
  })

  test('all topics are reached page by page', async () => {
    const lan = await withPush()
    const seen: string[] = []
    let answer = await lan.sends({ payload: 'subscribe:topics:' })
    for (;;) {
      const labels = answer[0]?.buttons.map(({ label }) => label) ?? []
      seen.push(...labels.filter((label) => label.startsWith('Tắt: ')).map((label) => label.slice(5)))
      if (!labels.includes('Xem thêm')) break
      answer = await lan.taps('Xem thêm')
    }
    expect(seen).toEqual(topics.map(({ vi }) => vi))
    const second = await lan.taps(`Tắt: ${topics[8]?.vi}`)
    expect(second[0]?.buttons.map(({ label }) => label)).toContain(`Bật: ${topics[8]?.vi}`)
  })

  test.each(['subscribe:topic:khong_co.off', 'subscribe:topic:hang_gia.maybe', 'subscribe:topics:abc', 'subscribe:nothing:'])(
    'a payload made up by hand changes nothing: %s',
    async (payload) => {
      const lan = await withPush()
      expect(await lan.sends({ payload })).toHaveLength(1)
      expect(await stops()).toEqual([])
    },
  )

  test('a topic button from before stopping only shows that messages are off', async () => {
    const lan = bot.person('100')
    expect(textOf(await lan.sends({ payload: 'subscribe:topic:hang_gia.off' }))).toContain('chưa bật nhận tin')
    expect(await stops()).toEqual([])
  })
})
