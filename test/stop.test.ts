import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handlers, offerPush } from '../handlers/index.ts'
import type { Handler } from '../src/chat.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

/** A step that takes any words as its answer. */
const form: Handler = {
  name: 'form',
  version: 1,
  words: ['mở phiếu'],
  async handle({ step, message }) {
    return step
      ? { replies: [{ text: { literal: `Đã ghi ${message.text}` } }], next: { step: 'line' } }
      : { replies: [{ text: { literal: 'Mời ghi' } }], next: { step: 'line' }, useful: true }
  },
  async offerAgain() {
    return [{ text: { literal: 'Mời ghi' } }]
  },
}

describe('stop', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ handlers: [form, ...handlers], offerPush, channels: [fakeChannel(), fakeChannel('zalo-bot', { buttons: 0 })] })
  })
  afterEach(() => bot.close())

  const state = async () => (await bot.db.read('SELECT push, deals, contest FROM contacts'))[0]
  const withPush = async (channel = 'telegram') => {
    const lan = bot.person('100', channel)
    await lan.says('hi')
    await bot.db.write([{ sql: "UPDATE contacts SET age = 'adult', contest = 1, unit_id = 'tlld'", args: [] }])
    await lan.sends({ payload: 'consent:yes:push.push-1' })
    await lan.sends({ payload: 'consent:yes:deals.deals-1' })
    return lan
  }

  test.each([
    'ngừng nhận tin',
    'ngung nhan tin',
    'NGUNG NHAN TIN',
    'hủy nhận tin',
    'từ chối nhận tin',
    'tu choi',
    'tắt tin',
    'tat tin ạ',
    'dừng nhận tin',
    'stop',
    'unsubscribe',
    '/ngungtin',
    '/stop',
  ])('is asked once and confirmed once: %s', async (words) => {
    const lan = await withPush()
    const ask = await lan.says(words)
    expect(textOf(ask)).toBe('Bạn muốn ngừng nhận tin phải không?')
    expect(ask[0]?.buttons.map(({ label }) => label)).toEqual(['Có', 'Không'])
    expect(await state()).toEqual({ push: 1, deals: 1, contest: 1 })
    const done = await lan.taps('Có')
    expect(done).toHaveLength(1)
    expect(textOf(done)).toContain('Đã dừng gửi tin')
    expect(await state()).toEqual({ push: 0, deals: 0, contest: 1 })
  })

  test('is proved, counted, and leaves everything else', async () => {
    const lan = await withPush()
    await lan.says('stop')
    await lan.says('co')
    expect(await bot.db.read("SELECT purpose, wording, channel FROM consents WHERE choice = 'withdrawn' ORDER BY purpose")).toEqual([
      { purpose: 'deals', wording: 'deals-1', channel: 'telegram' },
      { purpose: 'push', wording: 'push-1', channel: 'telegram' },
    ])
    expect(await bot.db.read("SELECT reason, total FROM tallies WHERE what = 'stopped'")).toEqual([{ reason: 'word', total: 1 }])
    expect(await bot.db.read('SELECT unit_id, age FROM contacts')).toEqual([{ unit_id: 'tlld', age: 'adult' }])
  })

  test.each(['không', 'khong', 'thôi', '2'])('"%s" keeps the messages', async (no) => {
    const lan = await withPush('zalo-bot')
    await lan.says('tắt tin')
    expect(textOf(await lan.says(no))).toContain('vẫn nhận tin')
    expect(await state()).toMatchObject({ push: 1, deals: 1 })
  })

  test('"dung" alone never stops anything, not even as the answer', async () => {
    const lan = await withPush()
    expect(textOf(await lan.says('dung'))).not.toContain('ngừng nhận tin phải không')
    await lan.says('ngừng nhận tin')
    expect(textOf(await lan.says('dung'))).toContain('phải không')
    expect(await state()).toMatchObject({ push: 1 })
  })

  test('says so when nothing was on, and pushes are not offered afterwards', async () => {
    const lan = bot.person('100')
    const answer = await lan.says('stop')
    expect(textOf(answer)).toContain('đang không nhận tin nào')
    expect(await bot.db.read('SELECT * FROM consents')).toEqual([])
    await lan.says('mở phiếu')
    await lan.says('hủy')
    expect(await bot.db.read('SELECT push_offered FROM contacts')).toEqual([{ push_offered: 1 }])
  })

  test('two taps at once stop once', async () => {
    const lan = await withPush()
    await lan.says('stop')
    await Promise.all([lan.taps('Có'), lan.taps('Có')])
    expect(await bot.db.read("SELECT count(*) AS n FROM consents WHERE choice = 'withdrawn'")).toEqual([{ n: 2 }])
  })

  test('works inside a step of another matter, and that goes on afterwards', async () => {
    const lan = await withPush()
    await lan.says('mở phiếu')
    expect(textOf(await lan.says('hàng này lạ'))).toBe('Đã ghi hàng này lạ')
    expect(textOf(await lan.says('ngung nhan tin'))).toContain('phải không')
    const done = await lan.says('có')
    expect(textOf(done)).toContain('Đã dừng gửi tin')
    expect(textOf(done)).toContain('Mời ghi')
    expect(await state()).toMatchObject({ push: 0 })
    expect(textOf(await lan.says('tiếp'))).toBe('Đã ghi tiếp')
  })

  test('works while an officer is talking', async () => {
    const lan = await withPush()
    await lan.happens('officer_spoke')
    expect(await lan.says('menu')).toEqual([])
    expect(textOf(await lan.says('ngừng nhận tin'))).toContain('phải không')
    expect(textOf(await lan.says('có'))).toContain('Đã dừng')
    expect(await state()).toMatchObject({ push: 0 })
  })

  test('a "có" said after another matter was looked at still answers the question that was asked again', async () => {
    const lan = await withPush()
    await lan.says('stop')
    expect(textOf(await lan.says('danh mục'))).toContain('ngừng nhận tin phải không')
    await lan.says('có')
    expect(await state()).toMatchObject({ push: 0 })
  })

  test('a "có" a day later stops nothing', async () => {
    const lan = await withPush()
    await lan.says('stop')
    bot.clock.advance(25 * 60 * 60 * 1000)
    await lan.says('có')
    expect(await state()).toMatchObject({ push: 1 })
  })
})
