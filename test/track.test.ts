import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FIND_BY_RECEIPT, openCase } from '../db/cases.ts'
import { addTries, claimTries, countTries, listTries } from '../db/tries.ts'
import { caseStates } from '../src/case.ts'
import type { OutboundMessage } from '../src/chat.ts'
import { randomId, secureRandom } from '../src/keys.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

const MINUTE = 60_000
const NUMBER = 'PA-2611-7K3Q'
const RECEIPT = `${NUMBER}-M4TD-9XWE`
const WRONG = `${NUMBER}-2222-2222`

async function opens(bot: Bot, receipt = RECEIPT, photos: string[] = []): Promise<string> {
  const id = randomId(secureRandom)
  await bot.db.write(
    await openCase(bot.keys, {
      id,
      eventId: randomId(secureRandom),
      number: receipt.slice(0, 12),
      receipt,
      report: { kind: 'fake', signs: 'Tem in mờ, mực lem' },
      danger: false,
      unitId: null,
      photos,
      now: bot.clock.now(),
    }),
  )
  return id
}

describe('track', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel('telegram'), fakeChannel('zalo', { buttons: 0 })] })
  })
  afterEach(() => bot.close())

  test('the receipt alone shows the state, from another account and another channel', async () => {
    const id = await opens(bot)
    const stranger = bot.person('555', 'zalo')
    expect(textOf(await stranger.says('tra phản ánh'))).toContain('mã nhận')
    const answer = textOf(await stranger.says(RECEIPT))
    expect(answer).toContain('Tình trạng: Mới')
    expect(answer).toContain('11/2026')
    for (const hidden of ['Tem', 'mực', 'giờ', ':00', '23/11', id, NUMBER]) expect(answer).not.toContain(hidden)
  })

  test('the receipt sent out of the blue, spaced, in small letters or without dashes is understood', async () => {
    await opens(bot)
    const lan = bot.person('1')
    for (const typed of ['pa 2611 7k3q m4td 9xwe', 'pa26117k3qm4td9xwe', `mã của tôi là ${RECEIPT} nhé`, `/tracuu ${RECEIPT}`]) {
      expect(textOf(await lan.says(typed)), typed).toContain('Tình trạng: Mới')
    }
  })

  test('each state has its neutral words', async () => {
    const id = await opens(bot)
    const lan = bot.person('1')
    const words = ['Mới', 'Đang xem', 'Cần bổ sung', 'Đã chuyển', 'Có kết quả', 'Đóng']
    for (const [at, state] of caseStates.entries()) {
      await bot.db.write([{ sql: 'UPDATE cases SET state = ? WHERE id = ?', args: [state, id] }])
      const answer = textOf(await lan.says(RECEIPT))
      expect(answer).toContain(`Tình trạng: ${words[at]}.`)
      expect(answer).not.toMatch(/hàng giả|hàng thật/)
    }
  })

  test('photos are counted as they arrive', async () => {
    const photo = (id: string, state: string) => ({
      sql: "INSERT INTO photos(id, channel, state, due_at, give_up_at, day) VALUES (?, 'telegram', ?, 0, 0, '2026-11-23')",
      args: [id, state],
    })
    await bot.db.write([photo('a', 'stored'), photo('b', 'stored'), photo('c', 'failed')])
    await opens(bot, RECEIPT, ['a', 'b', 'c'])
    expect(textOf(await bot.person('1').says(RECEIPT))).toContain('2/3')
  })

  test('a report of the last night of a month counts by Vietnam’s calendar', async () => {
    bot.clock.set('2026-11-30T18:00:00.000Z')
    await opens(bot)
    expect(textOf(await bot.person('1').says(RECEIPT))).toContain('12/2026')
  })

  test('the number alone shows nothing, whether it exists or not', async () => {
    await opens(bot)
    const lan = bot.person('1')
    const real = textOf(await lan.says(NUMBER))
    expect(real).toContain('8 chữ')
    expect(textOf(await lan.says('PA-2611-ZZZZ'))).toBe(real)
    expect(await bot.db.read('SELECT count(*) AS n FROM tries')).toEqual([{ n: 0 }])
  })

  test('a wrong receipt of a real number and of no number get the same answer', async () => {
    await opens(bot)
    const real = textOf(await bot.person('1').says(WRONG))
    expect(real).toContain('Không tìm thấy')
    expect(textOf(await bot.person('2').says('PA-2611-ZZZZ-2222-2222'))).toBe(real)
  })

  test('what is no code gets a hint, “hủy” leaves', async () => {
    const lan = bot.person('1')
    await lan.says('tra cuu')
    expect(textOf(await lan.says('hôm trước tôi gửi rồi'))).toContain('dạng PA-')
    expect(textOf(await lan.says('hủy'))).toContain('Đã hủy')
  })

  test('five wrong tries wait a minute, then two, then four; even the right receipt must wait', async () => {
    await opens(bot)
    const lan = bot.person('1')
    for (let i = 0; i < 5; i++) expect(textOf(await lan.says(WRONG))).toContain('Không tìm thấy')
    expect(textOf(await lan.says(RECEIPT))).toContain('sau 1 phút')
    bot.clock.advance(MINUTE)
    expect(textOf(await lan.says(WRONG))).toContain('Không tìm thấy')
    expect(textOf(await lan.says(RECEIPT))).toContain('sau 2 phút')
    bot.clock.advance(2 * MINUTE)
    await lan.says(WRONG)
    expect(textOf(await lan.says(RECEIPT))).toContain('sau 4 phút')
    bot.clock.advance(4 * MINUTE)
    expect(textOf(await lan.says(RECEIPT))).toContain('Tình trạng')
    // Somebody else is not held back by it, and the next day it is forgotten.
    expect(textOf(await bot.person('2').says(RECEIPT))).toContain('Tình trạng')
    bot.clock.advance(30 * 60 * MINUTE)
    for (let i = 0; i < 5; i++) expect(textOf(await lan.says(WRONG))).toContain('Không tìm thấy')
  })

  test('right receipts never make anyone wait', async () => {
    await opens(bot)
    const lan = bot.person('1')
    for (let i = 0; i < 12; i++) expect(textOf(await lan.says(RECEIPT))).toContain('Tình trạng')
  })

  test('many guesses sent at once from one chat are slowed all the same', async () => {
    const lan = bot.person('1')
    await Promise.all(Array.from({ length: 20 }, () => lan.says(WRONG)))
    await bot.dispatcher.drain()
    const heard = (what: string) => lan.heard().filter(({ text }: OutboundMessage) => text.includes(what)).length
    expect(heard('Không tìm thấy')).toBe(5)
    expect(heard('sau 1 phút')).toBe(15)
  })

  test('three hundred wrong tries in an hour make every newcomer wait a minute, then the receipt works', async () => {
    await opens(bot)
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        for (let k = 0; k < 3; k++) await bot.person(`guesser-${i}`).says(WRONG)
      }),
    )
    const lan = bot.person('1')
    expect(textOf(await lan.says(RECEIPT))).toContain('sau 1 phút')
    bot.clock.advance(MINUTE)
    expect(textOf(await lan.says(RECEIPT))).toContain('Tình trạng')
    const next = bot.person('2')
    bot.clock.advance(60 * MINUTE)
    expect(textOf(await next.says(RECEIPT))).toContain('Tình trạng')
  })

  test('tries name nobody', async () => {
    await bot.person('100200300').says(WRONG)
    const [address] = await bot.db.read('SELECT id, contact_id, native FROM addresses')
    const rows = JSON.stringify(await bot.db.read('SELECT * FROM tries'))
    for (const trace of Object.values(address ?? {})) expect(rows).not.toContain(String(trace))
  })

  test('a receipt is found through its index', async () => {
    const plan = await bot.db.read(`EXPLAIN QUERY PLAN ${FIND_BY_RECEIPT}`, ['x'])
    const details = plan.map(({ detail }) => String(detail))
    expect(details.filter((detail) => detail.startsWith('SCAN'))).toEqual([])
    expect(details.join()).toContain('photos_case')
  })

  test('counted tries stop at their limit within the span and start anew after it', async () => {
    const add = (n: number, now: number) => bot.db.write([addTries('t', { n, limit: 5, now, until: now + 100 })])
    await add(3, 1000)
    await add(2, 1010)
    await add(1, 1020)
    expect(await countTries(bot.db, 't', 1030)).toBe(5)
    expect(await countTries(bot.db, 't', 2000)).toBe(0)
    await add(4, 2000)
    expect(await countTries(bot.db, 't', 2001)).toBe(4)
  })

  test('of two claims from the same sight one is taken', async () => {
    const claim = (seen: { count: number; until: number } | undefined) =>
      claimTries(bot.db, 't', seen, { count: (seen?.count ?? 0) + 1, until: 9 })
    expect(await Promise.all([claim(undefined), claim(undefined)])).toEqual([true, false])
    const [seen] = await listTries(bot.db, ['t'])
    expect(await Promise.all([claim(seen), claim(seen)])).toEqual([true, false])
  })
})
