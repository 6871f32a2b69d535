import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FIND_BY_RECEIPT, openCase } from '../db/cases.ts'
import { addTries, claimTries, countTries, listTries } from '../db/tries.ts'
import { caseStates } from '../src/case.ts'
import type { OutboundMessage } from '../src/chat.ts'
import { randomId, secureRandom } from '../src/keys.ts'
import { NO_HOLIDAYS } from '../src/working-days.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'
import { CHANNELS, type Filed, openTalkDesk, type TalkDesk } from './talk-desk.ts'

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
      holidays: NO_HOLIDAYS,
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

  test('whoever lost the receipt is told what still works, in the step and outside it', async () => {
    const lan = bot.person('1')
    for (const asks of ['mất mã', 'lam mat ma nhan', 'quên mã phản ánh'] as const)
      expect(textOf(await lan.says(asks)), asks).toContain('không cấp lại được')
    expect(textOf(await lan.says('phan anh cua toi den dau roi'))).toContain('gửi mã nhận')
    expect(textOf(await lan.says('gì cũng được'))).toContain('“mất mã”')
    const told = await lan.says('tôi bị mất mã rồi')
    expect(textOf(told)).toContain('không cấp lại được')
    expect(told.at(-1)?.buttons?.map(({ label }) => label)).toEqual(['Phản ánh hàng nghi giả', 'Danh mục'])
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
    expect(real).toContain('8 chữ và số')
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

describe('the thread by a receipt', () => {
  let desk: TalkDesk
  let filed: Filed
  const QUESTION = 'Bạn mua ở gian nào?'
  beforeEach(async () => {
    desk = await openTalkDesk()
    filed = await desk.files(desk.bot.person('7100200300'), { link: false })
  })
  afterEach(() => desk.close())

  test.each(CHANNELS.map(([name]) => name))(
    'on %s shows all that was asked and told, takes an answer, and never learns who',
    async (channel) => {
      await desk.asks(filed.id, QUESTION)
      await desk.tells(filed.id, 'Bạn cứ giữ hộp.')
      const stranger = desk.bot.person('246845883529197922', channel)
      for (let look = 0; look < 2; look++) {
        const said = textOf(await stranger.says(filed.receipt))
        expect(said).toContain('Tình trạng: Cần bổ sung.')
        expect(said.indexOf(`Cán bộ hỏi: ${QUESTION}`)).toBeLessThan(said.indexOf('Cán bộ nhắn: Bạn cứ giữ hộp.'))
      }
      expect((await desk.events(filed.id)).slice(1)).toMatchObject([
        { seen: 1, relay: 'waiting' },
        { seen: 1, relay: 'waiting' },
      ])
      await stranger.says('trả lời')
      await stranger.sendsPhotos('photo-1')
      expect(textOf(await stranger.says('Gian số 12'))).toContain('Gian số 12')
      expect(textOf(await stranger.says('gửi'))).toContain('bằng mã nhận')
      expect(await desk.caseOf(filed.id)).toMatchObject({ state: 'reviewing' })
      expect((await desk.events(filed.id)).map(({ kind }) => kind)).toEqual(['opened', 'asked', 'told', 'answered', 'moved'])
      expect(await desk.bot.db.read('SELECT count(*) AS n FROM reply_links')).toEqual([{ n: 0 }])
      await desk.tells(filed.id, 'Cảm ơn.')
      await desk.pass(8)
      expect(desk.noticesTo(stranger)).toEqual([])
      // What was answered is not read out to whoever holds the receipt.
      expect(textOf(await desk.bot.person('third').says(filed.receipt))).not.toContain('Gian số 12')
    },
  )

  test('an answer typed at once is shown first; a new receipt and “hủy” leave it', async () => {
    const other = await desk.files(desk.bot.person('2'), { link: false })
    const mai = desk.bot.person('page', 'web')
    await desk.asks(filed.id, QUESTION)
    await mai.says(filed.receipt)
    expect(textOf(await mai.says('ở gian số 12'))).toContain('Sẽ gửi')
    expect(textOf(await mai.says(other.receipt))).toContain('Tình trạng: Mới')
    await mai.says('trả lời')
    expect(textOf(await mai.says('thêm điều này'))).not.toContain('gian số 12')
    expect(textOf(await mai.says('không gửi'))).toContain('Chưa gửi gì')
    expect(textOf(await mai.taps('track:send:').catch(() => mai.sends({ payload: 'track:send:' })))).toContain('gửi mã nhận')
    expect(await desk.events(filed.id)).toHaveLength(2)
  })

  test('a reason says to the member what its row says, in their language', async () => {
    await desk.bot.db.write([
      {
        sql: `INSERT INTO case_reasons(id, state, label_vi, label_en, says_vi, says_en, place)
              VALUES ('r1', 'referred', 'Chuyển', 'Passed', 'Phản ánh đã chuyển Sở Công Thương để xem xét.', 'The report went to the department.', 1)`,
        args: [],
      },
    ])
    await desk.act(filed.id, { kind: 'moved', detail: { from: 'new', to: 'referred', reason: 'r1' }, relay: true }, [
      "state = 'referred', reason_id = ?",
      ['r1'],
    ])
    const lan = desk.bot.person('1')
    const said = textOf(await lan.says(filed.receipt))
    expect(said).toContain('Tình trạng: Đã chuyển.\nPhản ánh đã chuyển Sở Công Thương để xem xét.')
    expect(said).toContain('23/11/2026. Đã chuyển: Phản ánh đã chuyển Sở Công Thương')
    await lan.says('english')
    expect(textOf(await lan.says(filed.receipt))).toContain('The report went to the department.')
  })

  test('after a look where nothing was asked everything else works as before', async () => {
    const mai = desk.bot.person('page', 'web')
    for (const [typed, answered] of [
      ['tin', 'Hôm nay'],
      ['gọi ai', 'Gọi ai'],
      ['tra cứu', 'gửi mã nhận'],
      ['blah blah', 'chưa hiểu'],
    ] as const) {
      await mai.says(filed.receipt)
      const said = textOf(await mai.says(typed))
      expect(said, typed).not.toMatch(/Sẽ gửi|Bạn viết điều muốn gửi/)
      if (typed !== 'tin' && typed !== 'gọi ai') expect(said, typed).toContain(answered)
    }
    expect((await mai.says(filed.receipt)).at(-1)?.buttons?.[0]?.label).toBe('Viết thêm cho cán bộ')
    await mai.says('gọi ai')
    expect(textOf(await mai.says('trả lời'))).toContain('Bạn viết điều muốn gửi')
  })

  test('a merged report shows the state of its main one, and its answer goes there', async () => {
    const main = await desk.files(desk.bot.person('2'))
    await desk.bot.db.write([
      { sql: 'UPDATE cases SET merged_into = ? WHERE id = ?', args: [main.id, filed.id] },
      { sql: "UPDATE cases SET state = 'resolved' WHERE id = ?", args: [main.id] },
    ])
    await desk.tells(main.id, 'Cảm ơn bạn đã báo.')
    const mai = desk.bot.person('page', 'web')
    const said = textOf(await mai.says(filed.receipt))
    expect(said).toContain('Tình trạng: Có kết quả')
    // What officers tell one of them they tell all, each in their own thread (db/case-audience.ts).
    expect(said).toContain('Cán bộ nhắn: Cảm ơn bạn đã báo.')
    expect(said).toContain('Có người khác cũng phản ánh việc này.')
    await mai.says('trả lời')
    await mai.says('Tôi còn giữ hộp')
    await mai.says('gửi')
    expect((await desk.events(main.id)).at(-1)).toMatchObject({ kind: 'answered', detail: JSON.stringify({ of: filed.id }) })
  })

  test('an old receipt that finds nothing is told kindly that reports go when their time is over; a new one is not', async () => {
    const lan = desk.bot.person('1')
    expect(textOf(await lan.says('PA-2411-7K3Q-M4TD-9XWE'))).toContain('hết thời hạn lưu giữ')
    expect(textOf(await lan.says('PA-2412-7K3Q-M4TD-9XWE'))).not.toContain('thời hạn')
  })

  test('a look costs the same reads whether the number exists or not', async () => {
    const reads: string[] = []
    const { read } = desk.bot.db
    const looks = async (typed: string) => {
      const lan = desk.bot.person(typed)
      await lan.says('xin chào')
      reads.length = 0
      desk.bot.db.read = async (sql, args) => {
        reads.push(sql)
        return read(sql, args)
      }
      await lan.says(typed)
      desk.bot.db.read = read
      return [...reads]
    }
    const real = await looks(`${filed.receipt.slice(0, 12)}-2222-2222`)
    expect(await looks('PA-2611-ZZZZ-2222-2222')).toEqual(real)
  })
})
