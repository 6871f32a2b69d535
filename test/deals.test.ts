import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { insertDeal, listDeals, type NewDeal } from '../db/deals.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

const deal = (id: string, more: Partial<NewDeal> = {}): NewDeal => ({
  id,
  unitId: 'ldld-mau',
  kind: 'mua_sam',
  title: `Nước mắm làng nghề ${id}`,
  detail: 'Giảm 10% cho mỗi hóa đơn từ 200.000 đồng, đưa thẻ đoàn viên khi trả tiền.',
  place: 'Phường Tân Thuận, Thành phố Hồ Chí Minh',
  agreementNumber: '12/TTHT-LĐLĐ',
  agreementOn: '2026-03-01',
  partner: 'Hợp tác xã Mẫu',
  signedBy: 'LĐLĐ tỉnh Mẫu',
  startsOn: '2026-03-05',
  endsOn: '2026-12-31',
  state: 'published',
  ...more,
})

describe('deals', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await createBot()
  })
  afterEach(() => bot.close())

  const enter = (...deals: NewDeal[]) => bot.db.write(deals.map((one) => insertDeal(one, bot.clock.now())))
  /** Titles in the order in which they are told. */
  const told = (text: string) => [...text.matchAll(/\[Ưu đãi\] Nước mắm làng nghề (\S+)/g)].map(([, id]) => id)

  test.each(['ưu đãi', 'uu dai', 'Giảm giá', 'phuc loi', 'khuyến mãi', '/uudai'])(
    'with no deal yet “%s” says so and offers to tell',
    async (words) => {
      const answer = await bot.person('100').says(words)
      expect(textOf(answer)).toContain('Hiện chưa có ưu đãi nào')
      expect(textOf(answer)).toContain('Bạn có muốn được báo')
      expect(answer.at(-1)?.buttons).toContainEqual({ label: 'Báo khi có ưu đãi', payload: 'consent:want:deals' })
    },
  )

  test('a deal is told whole: what, how much, where, until when, with whom, signed by whom, under which agreement', async () => {
    await enter(deal('a'))
    const lan = bot.person('100')
    const kinds = await lan.says('ưu đãi')
    expect(kinds[0]?.buttons.map(({ label }) => label)).toEqual(['Mua sắm', 'Gần tôi', 'Tất cả ưu đãi'])
    const text = textOf(await lan.taps('Mua sắm'))
    for (const part of [
      '[Ưu đãi] Nước mắm làng nghề a',
      'Giảm 10%',
      'Phường Tân Thuận',
      '31/12/2026',
      'Hợp tác xã Mẫu',
      'LĐLĐ tỉnh Mẫu',
      '12/TTHT-LĐLĐ',
      '01/03/2026',
    ]) {
      expect(text).toContain(part)
    }
    expect(text).not.toMatch(/phải mua|tốt nhất|hàng ngoại/i)
  })

  test('a deal lasts to the end of its last day in Vietnam and then vanishes by itself', async () => {
    await enter(deal('a', { endsOn: '2026-11-25' }))
    const lan = bot.person('100')
    bot.clock.set('2026-11-25T16:59:00Z')
    await lan.says('ưu đãi')
    expect(told(textOf(await lan.taps('Tất cả ưu đãi')))).toEqual(['a'])
    bot.clock.set('2026-11-25T17:00:00Z')
    expect(textOf(await lan.says('ưu đãi'))).toContain('Hiện chưa có ưu đãi nào')
    expect(textOf(await lan.sends({ payload: 'deals:all:' }))).toContain('không còn ưu đãi')
  })

  test('a deal appears on its first day in Vietnam, a draft never', async () => {
    await enter(deal('a', { startsOn: '2026-11-24' }), deal('b', { state: 'draft' }))
    const lan = bot.person('100')
    bot.clock.set('2026-11-23T16:59:00Z')
    expect(textOf(await lan.says('ưu đãi'))).toContain('Hiện chưa có ưu đãi nào')
    bot.clock.set('2026-11-23T17:00:00Z')
    expect(told(textOf(await lan.sends({ payload: 'deals:all:' })))).toEqual(['a'])
  })

  test.each([
    ['agreement number', { agreementNumber: ' ' }],
    ['end date', { endsOn: '' }],
    ['readable end date', { endsOn: '31/12/2026' }],
    ['end after its start', { startsOn: '2026-05-01', endsOn: '2026-04-30' }],
  ])('a deal without %s is refused by the table', async (_, wrong) => {
    await expect(enter(deal('a', wrong))).rejects.toThrow(/CHECK/)
    expect(await bot.db.read('SELECT id FROM deals')).toEqual([])
  })

  test('five a page, the one that ends first on top, to the end and no further', async () => {
    await enter(...[7, 3, 6, 1, 5, 2, 4].map((n) => deal(`d${n}`, { endsOn: `2026-12-0${n}` })))
    const lan = bot.person('100')
    await lan.says('ưu đãi')
    expect(told(textOf(await lan.taps('Tất cả ưu đãi')))).toEqual(['d1', 'd2', 'd3', 'd4', 'd5'])
    const rest = await lan.taps('Xem thêm')
    expect(told(textOf(rest))).toEqual(['d6', 'd7'])
    expect(rest[0]?.buttons.map(({ label }) => label)).not.toContain('Xem thêm')
  })

  test('deals of the own unit and of those above it come first, over all pages', async () => {
    await bot.db.write([
      {
        sql: "INSERT INTO units(id, kind, level, name, parent_id, path) VALUES ('tinh', 'cong_doan', 'tinh', 'Tỉnh', NULL, '/tinh')",
        args: [],
      },
      {
        sql: "INSERT INTO units(id, kind, level, name, parent_id, path) VALUES ('co-so', 'cong_doan', 'co_so', 'Cơ sở', 'tinh', '/tinh/co-so')",
        args: [],
      },
    ])
    const lan = bot.person('100')
    await lan.says('ưu đãi')
    await bot.db.write([{ sql: "UPDATE contacts SET unit_id = 'co-so'", args: [] }])
    await enter(
      ...[1, 2, 3, 4, 5].map((n) => deal(`khac${n}`, { endsOn: `2026-12-0${n}` })),
      deal('tinh', { unitId: 'tinh', endsOn: '2026-12-30' }),
      deal('coso', { unitId: 'co-so', endsOn: '2026-12-29' }),
    )
    expect(told(textOf(await lan.sends({ payload: 'deals:all:' })))).toEqual(['coso', 'tinh', 'khac1', 'khac2', 'khac3'])
    expect(told(textOf(await lan.taps('Xem thêm')))).toEqual(['khac4', 'khac5'])
  })

  test.each(['phường Tân Thuận', 'phuong tan thuan', 'em ở Tân Thuận', 'TP.HCM', 'xã Không Có, Thành phố Hồ Chí Minh'])(
    'near “%s” finds the deals of that place and those valid everywhere',
    async (place) => {
      await enter(deal('tan-thuan'), deal('lai-chau', { place: 'Tỉnh Lai Châu' }), deal('ca-nuoc', { place: 'Toàn quốc' }))
      const lan = bot.person('100')
      await lan.says('ưu đãi')
      expect(textOf(await lan.taps('Gần tôi'))).toContain('Bạn gõ tên nơi đó')
      expect(told(textOf(await lan.says(place))).toSorted()).toEqual(['ca-nuoc', 'tan-thuan'])
    },
  )

  test('a ward with a number is a place although a number could be a choice', async () => {
    await enter(deal('q', { place: 'Phường 1, Tỉnh Mẫu' }), deal('k', { place: 'Phường 2, Tỉnh Mẫu' }))
    const lan = bot.person('100')
    await lan.says('ưu đãi')
    await lan.taps('Gần tôi')
    expect(told(textOf(await lan.says('phuong 1')))).toEqual(['q'])
  })

  test('a place without deals is said so, and the next place may be typed at once', async () => {
    await enter(deal('a'))
    const lan = bot.person('100')
    await lan.says('ưu đãi')
    await lan.taps('Gần tôi')
    expect(textOf(await lan.says('Cà Mau'))).toContain('Chưa thấy ưu đãi ở “Cà Mau”')
    expect(textOf(await lan.says('🙂'))).toContain('Bạn gõ tên nơi đó')
    expect(told(textOf(await lan.says('tan thuan')))).toEqual(['a'])
    expect(textOf(await lan.says('tan thuan'))).toContain('chưa hiểu')
  })

  test('the pages of a place keep to that place', async () => {
    await enter(...[1, 2, 3, 4, 5, 6].map((n) => deal(`t${n}`)), deal('khac', { place: 'Tỉnh Lai Châu' }))
    const lan = bot.person('100')
    await lan.sends({ payload: 'deals:near:' })
    await lan.says('Phường Tân Thuận')
    expect(told(textOf(await lan.taps('Xem thêm')))).toEqual(['t6'])
  })

  test('another question while a place is asked is answered, and the place asked again', async () => {
    await enter(deal('a'))
    const lan = bot.person('100')
    await lan.sends({ payload: 'deals:near:' })
    expect(textOf(await lan.says('đổi trả'))).toMatch(/đổi trả hoặc bồi thường[\s\S]*Bạn gõ tên nơi đó/)
    expect(textOf(await lan.says('hủy'))).toContain('Đã hủy')
    expect(textOf(await lan.says('tan thuan'))).toContain('chưa hiểu')
  })

  test('without buttons the same is done with numbers', async () => {
    await bot.close()
    bot = await createBot({ channels: [fakeChannel('zalo-bot', { buttons: 0 })] })
    await enter(deal('a'), deal('b', { kind: 'suc_khoe' }))
    const lan = bot.person('100')
    expect(textOf(await lan.says('uu dai'))).toMatch(/1\. Mua sắm\n2\. Sức khỏe\n3\. Gần tôi\n4\. Tất cả ưu đãi/)
    expect(told(textOf(await lan.says('2')))).toEqual(['b'])
  })

  test('a button typed by hand does no harm', async () => {
    await enter(deal('a'))
    const lan = bot.person('100')
    for (const payload of ['deals:kind:vang.1', 'deals:all:.999999', 'deals:near:zzz.abc', 'deals:khong:x']) {
      const answer = await lan.sends({ payload })
      expect(answer).toHaveLength(1)
      expect(answer[0]?.buttons.length).toBeGreaterThan(0)
    }
    expect(bot.lines).toEqual([])
  })

  test('in a group the list is public and asks nobody where they live', async () => {
    await enter(deal('a'))
    const group = bot.person('-1')
    const answer = await group.sends({ text: '/uudai', group: true })
    expect(answer[0]?.buttons.map(({ label }) => label)).toEqual(['Mua sắm', 'Tất cả ưu đãi'])
  })

  test('having seen a deal is the moment pushes are offered', async () => {
    await bot.close()
    bot = await createBot({ offerPush: () => ({ replies: [{ text: { literal: 'Bạn có muốn nhận tin không?' } }] }) })
    const lan = bot.person('100')
    expect(textOf(await lan.says('ưu đãi'))).not.toContain('nhận tin không')
    await enter(deal('a'))
    expect(textOf(await lan.says('ưu đãi'))).not.toContain('nhận tin không')
    expect(textOf(await lan.taps('Mua sắm'))).toContain('nhận tin không')
  })

  test('the list goes through its index', async () => {
    const plan = await bot.db.read(
      "EXPLAIN QUERY PLAN SELECT * FROM deals d WHERE d.state = 'published' AND d.ends_on >= ? AND d.starts_on <= ? AND d.agreement_number <> ''",
      ['2026-11-23', '2026-11-23'],
    )
    expect(plan.map(({ detail }) => detail).join()).toContain('deals_shown')
    expect(await listDeals(bot.db, '2026-11-23', { unitId: null }, 5)).toEqual([])
  })
})
