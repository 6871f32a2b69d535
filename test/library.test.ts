/** The library in conversation: reading, choosing, searching, telling what is wrong. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { libraryItems, topics } from '../content/data/items.ts'
import { loadItems } from '../db/items.ts'
import { loadTopics } from '../db/topics.ts'
import { openText } from '../src/keys.ts'
import { type Bot, type BotOptions, createBot, fakeChannel, textOf } from './harness.ts'

async function libraryBot(options: BotOptions = {}): Promise<Bot> {
  const bot = await createBot(options)
  await bot.db.write([...loadTopics(topics), ...(await loadItems(bot.db, libraryItems))])
  return bot
}

const labels = (messages: ReadonlyArray<{ buttons: ReadonlyArray<{ label: string }> }>) =>
  messages.flatMap(({ buttons }) => buttons.map(({ label }) => label))

describe('library', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await libraryBot()
  })
  afterEach(() => bot.close())

  test.each(['tin mới', 'tin moi', 'hàng Việt', 'mỗi ngày một điều', '/tinmoi', 'cho tôi xem tin mới'])(
    '“%s” shows today’s item with its source and the day it was checked',
    async (words) => {
      const answer = await bot.person('100').says(words)
      expect(answer).toHaveLength(1)
      expect(textOf(answer)).toMatch(/\n\nNguồn: .+\nKiểm tra ngày \d\d\/\d\d\/\d{4}/)
      expect(labels(answer)).toEqual(expect.arrayContaining(['Chủ đề', 'Tin khác', 'Thông tin này sai?']))
    },
  )

  test('two people read the same item on one day, and another one the next day', async () => {
    const lan = await bot.person('100').says('tin')
    const hung = await bot.person('200').says('tin mới')
    expect(textOf(hung)).toBe(textOf(lan))
    bot.clock.advance(24 * 3600 * 1000)
    expect(textOf(await bot.person('100').says('tin'))).not.toBe(textOf(lan))
  })

  test('the day turns at midnight in Vietnam', async () => {
    bot.clock.set('2026-11-23T16:59:00Z')
    const evening = textOf(await bot.person('100').says('tin'))
    bot.clock.set('2026-11-23T17:01:00Z')
    expect(textOf(await bot.person('100').says('tin'))).not.toBe(evening)
  })

  test('“Tin khác” shows another one, again and again', async () => {
    const lan = bot.person('100')
    const seen = new Set([textOf(await lan.says('tin'))])
    for (let i = 0; i < 5; i++) seen.add(textOf(await lan.taps('Tin khác')))
    expect(seen.size).toBe(6)
  })

  test('law is marked as reference only, plain facts are not', async () => {
    const law = libraryItems.find(({ kind, state }) => kind === 'law' && state === 'published')
    const lan = bot.person('100')
    expect(textOf(await lan.sends({ payload: `library:item:${law?.id}` }))).toMatch(/Thông tin tham khảo\.$/)
    expect(textOf(await lan.sends({ payload: 'library:item:cvd-01' }))).not.toContain('Thông tin tham khảo')
  })

  test('topics are read page by page, down to an item with a link to its source', async () => {
    const lan = bot.person('100')
    expect(labels(await lan.says('thư viện'))).toEqual([...topics.slice(0, 6).map(({ vi }) => vi), 'Xem thêm', 'Tìm'])
    expect(labels(await lan.taps('Xem thêm'))).toEqual([...topics.slice(6).map(({ vi }) => vi), 'Tìm', 'Cảnh báo về hàng hóa'])
    await lan.says('chu de')
    const page = await lan.taps('Cuộc vận động')
    expect(labels(page)).toHaveLength(8)
    expect(labels(page)[0]).toBe('Cuộc vận động có từ khi nào?')
    await lan.taps('Xem thêm')
    const last = await lan.taps('Xem thêm')
    expect(labels(last)).not.toContain('Xem thêm')
    const item = await lan.sends({ payload: 'library:item:cvd-16' })
    expect(item[0]?.buttons[0]).toMatchObject({ label: 'Mở trang nguồn', url: expect.stringMatching(/^https:/) })
  })

  test('on a channel without buttons the same is done with digits', async () => {
    const plain = await libraryBot({ channels: [fakeChannel('zalo-bot', { buttons: 0 })] })
    const lan = plain.person('100')
    expect(textOf(await lan.says('chủ đề'))).toContain('2. Đọc nhãn, nhận biết hàng')
    expect(textOf(await lan.says('2'))).toContain('Đọc nhãn, nhận biết hàng: bạn chọn')
    expect(textOf(await lan.says('số 1'))).toContain('Nguồn: ')
    const found = textOf(await lan.says('264'))
    expect(found).toContain('1. 264-TB/TW, 31/07/2009, Bộ Chính trị')
    expect(textOf(await lan.says('2'))).toContain('Số: 264/KH-BCĐ')
    await plain.close()
  })

  test.each([
    ['chi thi 28', '28/CT-TTg', '26/10/2021', 'Thủ tướng Chính phủ', 'còn hiệu lực'],
    ['kế hoạch 28', '28/KH-BCĐCVĐ', '24/02/2023', 'Ban Chỉ đạo Cuộc vận động tỉnh Bình Định', 'giai đoạn áp dụng đã qua'],
    ['03-CT/TW', '03-CT/TW', '19/05/2021', 'Ban Bí thư', 'còn hiệu lực'],
    ['03 ct tw', '03-CT/TW', '19/05/2021', 'Ban Bí thư', 'còn hiệu lực'],
    ['386', '386/QĐ-TTg', '17/03/2021', 'Thủ tướng Chính phủ', 'giai đoạn áp dụng đã qua'],
    ['tra 386', '386/QĐ-TTg', '17/03/2021', 'Thủ tướng Chính phủ', 'giai đoạn áp dụng đã qua'],
    ['10-CT/TU', '10-CT/TU', '11/06/2021', 'Ban Thường vụ Tỉnh ủy Bình Định (khóa XX)', 'chỉ để tham khảo'],
    ['/vanban 386', '386/QĐ-TTg', '17/03/2021', 'Thủ tướng Chính phủ', 'giai đoạn áp dụng đã qua'],
  ])('“%s” opens %s at once, with date, issuer, title and status', async (typed, number, date, issuer, status) => {
    const text = textOf(await bot.person('100').says(typed))
    expect(text).toContain(`Số: ${number}\nNgày ban hành: ${date}\nCơ quan ban hành: ${issuer}\nTên văn bản: `)
    expect(text).toMatch(new RegExp(`Tình trạng: .*${status}`))
    expect(text).toMatch(/Thông tin tham khảo\.$/)
  })

  test('look-alike numbers are told apart by date and issuer before one is chosen', async () => {
    const lan = bot.person('100')
    expect(labels(await lan.says('264')).slice(0, 2)).toEqual([
      '264-TB/TW, 31/07/2009, Bộ Chính trị',
      '264/KH-BCĐ, 22/03/2024, Ban Chỉ đạo Cuộc vận động tỉnh Lai Châu',
    ])
    expect(labels(await lan.says('28')).slice(0, 2)).toEqual([
      '28/CT-TTg, 26/10/2021, Thủ tướng Chính phủ',
      '28/KH-BCĐCVĐ, 24/02/2023, Ban Chỉ đạo Cuộc vận động tỉnh Bình Định',
    ])
    expect(textOf(await lan.says('264/QĐ-TTg'))).toContain('Chưa có văn bản đúng số')
  })

  test('“văn bản” lists documents and says how to find one by number', async () => {
    const lan = bot.person('100')
    for (const words of ['văn bản', 'chi thi', '/vanban']) {
      const answer = await lan.says(words)
      expect(textOf(answer)).toContain('Bạn gõ số văn bản')
      expect(labels(answer)[0]).toBe('264-TB/TW, 31/07/2009, Bộ Chính trị')
    }
    expect(labels(await lan.taps('Xem thêm'))[0]).toMatch(/^KL 77/)
  })

  test('search by words, with and without accents, leads to an item in two messages', async () => {
    const lan = bot.person('100')
    const accented = await lan.says('tìm người tiêu dùng')
    expect(labels(accented).length).toBeGreaterThan(1)
    expect(labels(await lan.says('tim nguoi tieu dung'))).toEqual(labels(accented))
    const item = await lan.taps(labels(accented)[0] ?? '')
    expect(textOf(item)).toContain('Nguồn: ')
  })

  test('a long result goes on with “Xem thêm”, without repeating', async () => {
    const lan = bot.person('100')
    const first = labels(await lan.says('tìm hàng giả')).slice(0, 6)
    const second = labels(await lan.taps('Xem thêm')).slice(0, 6)
    expect(first.filter((label) => second.includes(label))).toEqual([])
  })

  test('after “Tìm” the next message is the query, also a word that opens something else', async () => {
    const lan = bot.person('100')
    await lan.says('chủ đề')
    expect(textOf(await lan.taps('Tìm'))).toContain('Bạn muốn tìm gì?')
    expect(textOf(await lan.says('hàng giả'))).toContain('Trợ lý tìm thấy')
    await lan.says('chủ đề')
    await lan.taps('Tìm')
    expect(textOf(await lan.says('nguon goc'))).toContain('Trợ lý tìm thấy')
    await lan.says('chủ đề')
    await lan.taps('Tìm')
    expect(textOf(await lan.sendsPhotos('p1'))).toContain('Bạn muốn tìm gì?')
    expect(textOf(await lan.says('hủy'))).toContain('Đã hủy')
  })

  test('nothing found says so and shows ways on', async () => {
    const lan = bot.person('100')
    const words = await lan.says('tìm xyzzy qwqw')
    expect(textOf(words)).toContain('chưa tìm thấy')
    expect(labels(words)).toEqual(['Tìm lại', 'Chủ đề', 'Gặp cán bộ', 'Danh mục'])
    expect(textOf(await lan.says('9876/QĐ-TTg'))).toContain('chưa có văn bản số này')
  })

  test('an item vanishes when its review day has passed, from every list', async () => {
    const lan = bot.person('100')
    expect(textOf(await lan.says('98/2020/NĐ-CP'))).toContain('Số: 98/2020/NĐ-CP')
    bot.clock.set('2027-01-01T02:00:00Z')
    expect(textOf(await lan.says('98/2020/NĐ-CP'))).not.toContain('Số: 98/2020/NĐ-CP')
    expect(textOf(await lan.sends({ payload: 'library:item:vb-32' }))).toContain('không còn được hiển thị')
    bot.clock.set('2029-01-01T02:00:00Z')
    expect(textOf(await lan.says('tin'))).toContain('Hôm nay chưa có tin')
  })

  test.each([
    'library:item:khong-co',
    'library:nonsense:cvd-01',
    'library:wrong:',
    'library:topic:xxx',
    'library:more:xxx',
    'library:topics:.-9',
  ])('the button “%s” typed by hand gets a polite sentence and does nothing', async (payload) => {
    const answer = await bot.person('100').sends({ payload })
    expect(answer).toHaveLength(1)
    expect(textOf(answer)).toMatch(/không còn được hiển thị|Nguồn: |Bạn muốn đọc/)
    expect(await bot.db.read('SELECT 1 FROM updates')).toEqual([])
  })

  test('a group may read, but is not asked what is wrong', async () => {
    const answer = await bot.person('-5').sends({ text: 'tin mới', group: true })
    expect(textOf(answer)).toContain('Nguồn: ')
    expect(labels(answer)).not.toContain('Thông tin này sai?')
  })

  test('reading is the moment to offer messages', async () => {
    const offered: string[] = []
    const other = await libraryBot({
      offerPush: (turn) => {
        offered.push(turn.message.text)
        return { replies: [] }
      },
    })
    const lan = other.person('100')
    await lan.says('chủ đề')
    expect(offered).toEqual([])
    await lan.says('tin')
    expect(offered).toEqual(['tin'])
    await other.close()
  })
})

describe('“Thông tin này sai?”', () => {
  let bot: Bot
  beforeEach(async () => {
    bot = await libraryBot()
  })
  afterEach(() => bot.close())

  const flags = async () => {
    const rows = await bot.db.read('SELECT * FROM item_flags ORDER BY rowid')
    return Promise.all(
      rows.map(async (row) => ({ row, said: JSON.parse(await openText(bot.keys, 'flag', row.box as Uint8Array, String(row.id))) })),
    )
  }

  test('a tapped reason is noted once, sealed, without the person, and thanked once', async () => {
    const lan = bot.person('100')
    await lan.sends({ payload: 'library:item:cvd-01' })
    const question = await lan.taps('Thông tin này sai?')
    expect(textOf(question)).toMatch(/Mục này sai ở đâu\?[\s\S]*Cuộc vận động có từ khi nào\?/)
    expect(labels(question)).toEqual(['Số liệu sai', 'Văn bản đã thay', 'Khác', 'Bỏ qua'])
    const both = await Promise.all([lan.taps('Số liệu sai'), lan.taps('Số liệu sai')])
    const said = textOf(lan.heard())
    expect(both).toHaveLength(2)
    expect(said.match(/Đã ghi nhận/g)).toHaveLength(1)
    expect(said).toContain('Phần này đã xong')
    const [flag, ...more] = await flags()
    expect(more).toEqual([])
    expect(flag?.said).toEqual({ reason: 'number', words: '' })
    expect(flag?.row).toMatchObject({ item_id: 'cvd-01', day: '2026-11-23', settled_at: null })
    const [contact] = await bot.db.read('SELECT c.id, a.id AS address FROM contacts c JOIN addresses a ON a.contact_id = c.id')
    const open = JSON.stringify({ ...flag?.row, box: '' }) + JSON.stringify(flag?.said)
    expect(open).not.toContain(String(contact?.id))
    expect(open).not.toContain(String(contact?.address))
  })

  test('“Khác” asks for a sentence; a sentence, or none, is kept', async () => {
    const lan = bot.person('100')
    await lan.sends({ payload: 'library:item:cvd-01' })
    await lan.taps('Thông tin này sai?')
    expect(textOf(await lan.taps('Khác'))).toContain('Bạn viết một câu')
    expect(textOf(await lan.says('Ngày ban hành phải là 30/7 chứ'))).toContain('Đã ghi nhận')
    await lan.sends({ payload: 'library:wrong:cvd-02' })
    await lan.says('khác')
    expect(textOf(await lan.says('bỏ qua'))).toContain('Đã ghi nhận')
    expect((await flags()).map(({ said }) => said)).toEqual([
      { reason: 'something', words: 'Ngày ban hành phải là 30/7 chứ' },
      { reason: 'something', words: '' },
    ])
    expect(textOf(await lan.says('tin mới'))).toContain('Nguồn: ')
  })

  test('reasons may be typed, a sentence may come at once, a photo is asked again, “bỏ qua” notes nothing', async () => {
    const lan = bot.person('100')
    const wrong = () => lan.sends({ payload: 'library:wrong:cvd-01' })
    await wrong()
    expect(textOf(await lan.says('van ban da thay'))).toContain('Đã ghi nhận')
    await wrong()
    expect(textOf(await lan.sendsPhotos('p1'))).toContain('sai ở đâu?')
    expect(textOf(await lan.says('x'.repeat(5000)))).toContain('Đã ghi nhận')
    await wrong()
    expect(textOf(await lan.says('bo qua'))).toContain('Đã bỏ qua')
    const said = (await flags()).map((flag) => flag.said)
    expect(said).toHaveLength(2)
    expect(said[0]).toEqual({ reason: 'replaced', words: '' })
    expect(said[1].words).toHaveLength(1000)
  })

  test('“hủy” leaves it, and a reason of another item or of nothing is refused', async () => {
    const lan = bot.person('100')
    await lan.sends({ payload: 'library:wrong:cvd-01' })
    expect(textOf(await lan.sends({ payload: 'library:flag:cvd-02.number' }))).toContain('Phần này đã xong')
    expect(textOf(await lan.says('hủy'))).toContain('Đã hủy')
    expect(textOf(await lan.sends({ payload: 'library:flag:cvd-01.number' }))).toContain('Phần này đã xong')
    await lan.sends({ payload: 'library:wrong:cvd-01' })
    expect(textOf(await lan.says('chủ đề'))).toContain('Bạn muốn đọc về điều gì?')
    expect(await flags()).toEqual([])
  })

  test('something else said meanwhile is answered, and the question comes again', async () => {
    const lan = bot.person('100')
    await lan.sends({ payload: 'library:wrong:cvd-01' })
    const answer = textOf(await lan.says('trợ giúp'))
    expect(answer).toContain('sai ở đâu?')
    expect(textOf(await lan.taps('Số liệu sai'))).toContain('Đã ghi nhận')
  })
})
