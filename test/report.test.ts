import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findLink, openIdentity } from '../db/case-links.ts'
import { openBox } from '../db/cases.ts'
import type { InboundMessage, OutboundMessage } from '../src/chat.ts'
import { openText, secureRandom } from '../src/keys.ts'
import { openSession } from '../src/session.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

type Person = ReturnType<Bot['person']>
const HOUR = 60 * 60 * 1000
const RECEIPT = /^PA-\d{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/

const receiptIn = (messages: OutboundMessage[]): string => messages.find(({ text }) => RECEIPT.test(text))?.text ?? ''
const labelsOf = (messages: OutboundMessage[]): string[] => (messages.at(-1)?.buttons ?? []).map(({ label }) => label)

/** The story up to the review, by buttons. */
async function tellsAll(lan: Person, signs = 'Tem mờ, chữ in sai, mùi lạ'): Promise<OutboundMessage[]> {
  await lan.says('phản ánh')
  await lan.taps('Hàng nghi giả')
  await lan.says(signs)
  await lan.says('Sạp số 3 chợ Mẫu')
  await lan.taps('Hôm qua')
  await lan.taps('Bỏ qua')
  return lan.taps('Chưa ai dùng')
}

async function files(lan: Person, answer = 'Không', signs?: string): Promise<OutboundMessage[]> {
  await tellsAll(lan, signs)
  await lan.taps('Gửi')
  return lan.taps(answer)
}

/** Every row of a table with bytes as hex, so that a search misses nothing that is not sealed. */
async function dump(bot: Bot, table: string): Promise<string> {
  const rows = await bot.db.read(`SELECT * FROM ${table}`)
  return JSON.stringify(rows, (_, value) => (value instanceof Uint8Array ? `${Buffer.from(value).toString('latin1')}` : value))
}

async function caseRow(bot: Bot) {
  const [row] = await bot.db.read('SELECT * FROM cases')
  if (!row) throw new Error('no case')
  const { id, number, state, unit_id, danger, opened_hour } = row
  return { id: String(id), number, state, unit_id, danger, opened_hour, box: await openBox(bot.keys, String(id), row.box as Uint8Array) }
}

describe('report', () => {
  let bot: Bot
  let lan: Person
  beforeEach(async () => {
    bot = await createBot()
    lan = bot.person('100200300')
  })
  afterEach(() => bot.close())

  test('told in many long pieces it stays within one, whatever the step, and what was told before is kept', async () => {
    await lan.says('phản ánh')
    const piece = `hộp sữa nhãn in mờ ${'rất mờ '.repeat(600)}`
    for (let n = 0; n < 5; n++) await lan.says(piece)
    expect(textOf(await lan.says(piece))).toContain('dài quá 10000 chữ cái')
    await lan.taps('Hàng nghi giả')
    await lan.says('Sạp số 3 chợ Mẫu')
    await lan.taps('Hôm qua')
    for (let n = 0; n < 5; n++) await lan.sends({ text: piece, attachments: [{ kind: 'photo', ref: `p${n}` }] })
    await lan.taps('Xong')
    for (let n = 0; n < 5; n++) await lan.says(piece)
    await lan.taps('Chưa ai dùng')
    await lan.taps('Gửi')
    await lan.taps('Không')
    const { signs, note = '', place } = (await caseRow(bot)).box
    expect([signs.length <= 10_000, note.length <= 10_000, place]).toEqual([true, true, 'Sạp số 3 chợ Mẫu'])
    expect(signs.startsWith('hộp sữa nhãn in mờ')).toBe(true)
  })

  test('eight steps by buttons end in a case number and a receipt in a message of its own', async () => {
    const opening = await lan.says('phản ánh')
    expect(textOf(opening)).toContain('tự nguyện')
    expect(textOf(opening)).toContain('113')
    expect(textOf(opening)).toContain('Bước 1/8')
    expect(labelsOf(opening)).toHaveLength(8)
    expect(textOf(await lan.taps('Hàng nghi giả'))).toContain('Bước 2/8')
    expect(textOf(await lan.says('Nhãn in mờ, không có tem'))).toContain('Bước 3/8')
    expect(textOf(await lan.says('https://shop.example.vn/abc'))).toContain('Bước 4/8')
    const photos = await lan.taps('Hôm qua')
    expect(textOf(photos)).toContain('Bước 5/8')
    expect(textOf(photos)).toContain('mặt người')
    expect(textOf(await lan.taps('Bỏ qua'))).toContain('Bước 6/8')
    const review = textOf(await lan.taps('Chưa ai dùng'))
    expect(review).toContain('Bước 7/8')
    expect(review).toContain('Thời gian: 22/11/2026')
    expect(review).toContain('ẩn danh')
    const send = await lan.taps('Gửi')
    expect(textOf(send)).toContain('Bước 8/8')
    expect(labelsOf(send)).toEqual(['Cho trợ lý nhắn lại', 'Không', 'Quay lại'])
    const filed = await lan.taps('Không')
    expect(receiptIn(filed)).toMatch(/^PA-2611-/)
    // Nobody is promised a reader while there is no officer.
    expect(textOf(filed)).toContain('Hiện chưa có cán bộ nào nhận việc')
    expect(labelsOf(filed)).toEqual(['Danh mục'])
    expect(textOf(filed)).not.toMatch(/là hàng giả|là hàng thật/)
    const { number, state, opened_hour, danger, box } = await caseRow(bot)
    expect(number).toBe(receiptIn(filed).slice(0, 12))
    expect({ state, opened_hour, danger }).toEqual({ state: 'new', opened_hour: '2026-11-23T02Z', danger: 0 })
    expect(box).toEqual({
      kind: 'fake',
      signs: 'Nhãn in mờ, không có tem',
      place: 'https://shop.example.vn/abc',
      time: '22/11/2026',
      health: 'unused',
      openedAt: '2026-11-23T02:00:00.000Z',
    })
    expect(await bot.db.read('SELECT kind, hour FROM case_events')).toEqual([{ kind: 'opened', hour: '2026-11-23T02Z' }])
  })

  test('without accents, typing instead of tapping, the same report is filed', async () => {
    await lan.says('phan anh hang gia')
    await lan.says('het han')
    await lan.says('hop sua het han tu thang 9')
    await lan.says('cho Mau')
    await lan.says('hom nay')
    await lan.says('bo qua')
    expect(textOf(await lan.says('chua dung'))).toContain('Bước 7/8')
    await lan.says('gui')
    expect(receiptIn(await lan.says('khong'))).toMatch(RECEIPT)
    expect((await caseRow(bot)).box).toMatchObject({ kind: 'expired', time: '23/11/2026' })
    expect(await bot.db.read('SELECT * FROM reply_links')).toEqual([])
  })

  test('in English the words on the buttons are typed, and the report is filed', async () => {
    await lan.says('english')
    for (const said of ['report', 'suspected fake', 'milk powder, stamp blurred', 'Bà Mẫu shop', 'Yesterday', 'skip', 'nobody used it'])
      await lan.says(said)
    const review = textOf(await lan.says('back'))
    expect(review).toContain('Step 6/8')
    expect(textOf(await lan.says('Nobody used it'))).toMatch(/Place: Bà Mẫu shop[\s\S]*Time: 22\/11\/2026[\s\S]*Health: Nobody used it/)
    expect(textOf(await lan.says('send'))).toContain('the last question before sending')
    expect(receiptIn(await lan.says('yes, write back'))).toMatch(RECEIPT)
  })

  test('on a channel without buttons the digits of the list file it', async () => {
    await bot.close()
    bot = await createBot({ channels: [fakeChannel('zalo-bot', { buttons: 0 })] })
    const hoa = bot.person('7')
    expect(textOf(await hoa.says('hàng giả'))).toContain('1. Hàng nghi giả')
    await hoa.says('4')
    await hoa.says('Hộp bánh ghi hạn 01/10')
    await hoa.says('1')
    await hoa.says('2')
    await hoa.says('1')
    const review = textOf(await hoa.says('1'))
    expect(review).toContain('Loại hàng: Hết hạn')
    expect(review).toContain('Nơi mua: không ghi')
    expect(review).toContain('Thời gian: 22/11/2026')
    await hoa.says('1')
    expect(receiptIn(await hoa.says('2'))).toMatch(RECEIPT)
  })

  test('“hủy” in any step leaves it and nothing is kept, nor its photos', async () => {
    await lan.says('/phananh')
    await lan.taps('Không chắc')
    await lan.sendsPhotos('file-1')
    expect(await bot.db.read('SELECT count(*) AS n FROM photos')).toEqual([{ n: 1 }])
    expect(textOf(await lan.says('huy'))).toContain('Đã bỏ')
    expect(await bot.db.read('SELECT count(*) AS n FROM photos')).toEqual([{ n: 0 }])
    expect(textOf(await lan.says('Nhãn in mờ quá'))).toContain('chưa hiểu')
  })

  test('after 23 hours the report goes on where it was, after 25 it is gone', async () => {
    await lan.says('phản ánh')
    await lan.taps('Hết hạn')
    bot.clock.advance(23 * HOUR)
    expect(textOf(await lan.says('Hộp sữa quá hạn hai tháng'))).toContain('Bước 3/8')
    bot.clock.advance(25 * HOUR)
    const answer = textOf(await lan.says('chợ Mẫu gần nhà'))
    expect(answer).toContain('đã được xóa sau 24 giờ')
    expect(answer).toContain('chưa hiểu')
    expect(textOf(await lan.says('menu'))).not.toContain('đã được xóa')
  })

  test('a story told before a kind is chosen is kept and not asked for again', async () => {
    await lan.says('phản ánh')
    const told = textOf(await lan.says('quán đầu ngõ bán kem trộn không nhãn'))
    expect(told).toContain('Đã ghi lời kể của bạn')
    expect(told).toContain('Bước 1/8')
    expect(textOf(await lan.taps('Không rõ nguồn gốc'))).toContain('Bước 3/8')
    for (const answer of ['không nhớ', 'hôm nay', 'bỏ qua']) await lan.says(answer)
    expect(textOf(await lan.taps('Chưa ai dùng'))).toContain('Dấu hiệu: quán đầu ngõ bán kem trộn không nhãn')
  })

  test('a few words before a kind is chosen are kept, and what the goods are is still asked', async () => {
    await lan.says('phản ánh')
    expect(textOf(await lan.says('phản ảnh đồ dởm'))).toContain('Đã ghi lời kể của bạn')
    expect(textOf(await lan.taps('Hàng nghi giả'))).toContain('Bước 2/8')
    expect(textOf(await lan.says('dầu gội mùi lạ'))).toContain('Bước 3/8')
    for (const answer of ['không nhớ', 'hôm nay', 'bỏ qua']) await lan.says(answer)
    expect(textOf(await lan.taps('Chưa ai dùng'))).toContain('Dấu hiệu: phản ảnh đồ dởm dầu gội mùi lạ')
    for (const said of ['sửa', 'dấu hiệu']) await lan.says(said)
    expect(textOf(await lan.says('nước mắm tem mờ'))).toContain('Dấu hiệu: nước mắm tem mờ')
  })

  test('a question mark or a lone digit is no place and no time', async () => {
    for (const said of ['phản ánh', 'hàng nghi giả', 'hộp sữa tem mờ']) await lan.says(said)
    for (const nothing of ['?', '9', '...']) expect(textOf(await lan.says(nothing)), nothing).toContain('nơi mua bằng chữ')
    expect(textOf(await lan.says('chợ Mẫu'))).toContain('Bước 4/8')
    for (const nothing of ['?', '9', '...']) expect(textOf(await lan.says(nothing)), nothing).toContain('thời gian bằng chữ')
    expect(textOf(await lan.says('20/11'))).toContain('Bước 5/8')
  })

  test('who has no unit and wants it kept from one is told where it goes', async () => {
    await tellsAll(lan)
    const said = textOf(await lan.says('tôi không muốn đơn vị xem'))
    expect(said).toMatch(/không có nơi nào khác để chọn[\s\S]*Bước 7\/8/)
  })

  test('before the last question it is said that nothing was sent yet', async () => {
    await tellsAll(lan)
    expect(textOf(await lan.taps('Gửi'))).toMatch(/câu cuối trước khi gửi[\s\S]*chọn xong thì phản ánh được gửi ngay/)
    expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 0 }])
  })

  test('a restart of the program in the middle loses nothing', async () => {
    await lan.says('phản ánh')
    await lan.taps('Hết hạn')
    const again = await createBot({ database: bot.database, channels: bot.channels })
    expect(textOf(await again.person(lan.address).sends({ id: 'after-restart', text: 'Hộp sữa quá hạn hai tháng' }))).toContain('Bước 3/8')
  })

  test('a question in between is answered and the step is asked again', async () => {
    await lan.says('phản ánh')
    await lan.taps('Hết hạn')
    const answer = textOf(await lan.says('tố cáo'))
    expect(answer).toContain('Luật Tố cáo')
    expect(answer).toContain('Bước 2/8')
    expect(textOf(await lan.says('gọi ai'))).toContain('Bước 2/8')
    expect(textOf(await lan.says('Hộp sữa quá hạn'))).toContain('Bước 3/8')
  })

  test.each([
    ['signs', 'Tôi muốn tố cáo chủ tiệm bán sữa giả', ['phản ánh', 'hàng nghi giả']],
    ['place', 'tôi tố cáo ông Mẫu ở chợ Mẫu', ['phản ánh', 'hàng nghi giả', 'hộp sữa tem mờ']],
  ])('“tố cáo” told in the step of %s is explained, and part of the report only as a phản ánh', async (_, words, before) => {
    for (const said of before) await lan.says(said)
    const explained = await lan.says(words)
    expect(textOf(explained)).toMatch(/Luật Tố cáo[\s\S]*cơ quan có thẩm quyền[\s\S]*chưa được ghi vào phản ánh/)
    expect(explained.length).toBeLessThanOrEqual(3)
    expect(textOf(await lan.says('ừm'))).toContain('chưa được ghi')
    const on = textOf(await lan.taps('Ghi là phản ánh'))
    expect(on).toMatch(/Bước [34]\/8/)
    if (on.includes('Bước 3/8')) await lan.says('chợ Mẫu, tôi tố cáo lần nữa')
    for (const said of ['hôm qua', 'bỏ qua']) await lan.says(said)
    expect(textOf(await lan.says('chưa ai dùng'))).toContain(words)
  })

  test('“tố cáo” that is no phản ánh leaves nothing; “quay lại” asks for other words', async () => {
    await lan.says('phản ánh')
    await lan.says('hàng nghi giả')
    await lan.says('Tôi tố cáo chủ tiệm Mẫu')
    expect(textOf(await lan.says('quay lại'))).toContain('Bước 2/8')
    expect(textOf(await lan.says('hộp sữa tem mờ'))).toContain('Bước 3/8')
    await lan.says('tôi tố cáo tiếp')
    expect(textOf(await lan.says('thôi'))).toContain('không giữ lại gì')
    expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 0 }])
  })

  test('opening it again, by its word or the menu, goes on with what is there', async () => {
    await lan.says('phản ánh')
    await lan.taps('Hết hạn')
    await lan.says('Hộp sữa quá hạn')
    for (const answer of [await lan.says('/phananh'), await lan.sends({ payload: 'report:start:' })]) {
      expect(textOf(answer)).toContain('đang làm dở')
      expect(textOf(answer)).toContain('Bước 3/8')
    }
  })

  test('a verdict instead of facts is met with a request for facts', async () => {
    await lan.says('phản ánh')
    await lan.taps('Hàng nghi giả')
    for (const verdict of ['giả', 'hàng giả', 'hàng dỏm']) {
      const answer = textOf(await lan.says(verdict))
      expect(answer).toContain('điều mình thấy')
      expect(answer).toContain('Bước 2/8')
    }
  })

  test('“Quay lại” goes one step back, also when typed, and out of the first', async () => {
    await lan.says('phản ánh')
    await lan.taps('Hết hạn')
    await lan.says('Hộp sữa quá hạn')
    expect(textOf(await lan.taps('Quay lại'))).toContain('Bước 2/8')
    expect(textOf(await lan.says('quay lai'))).toContain('Bước 1/8')
    expect(textOf(await lan.says('Quay lại'))).toContain('Đã bỏ')
  })

  test('each field is changed from the review and leads back to it', async () => {
    await tellsAll(lan)
    const edits: Array<[string, (person: Person) => Promise<OutboundMessage[]>, string]> = [
      ['Loại hàng', (one) => one.taps('Nhập lậu'), 'Loại hàng: Nhập lậu'],
      ['Dấu hiệu', (one) => one.says('Không có nhãn phụ tiếng Việt'), 'Dấu hiệu: Không có nhãn phụ'],
      ['Nơi mua', (one) => one.says('Cửa hàng đầu ngõ'), 'Nơi mua: Cửa hàng đầu ngõ'],
      ['Thời gian', (one) => one.says('tuần trước'), 'Thời gian: tuần trước'],
      ['Sức khỏe', (one) => one.taps('Không rõ'), 'Sức khỏe: Không rõ'],
    ]
    for (const [field, change, expected] of edits) {
      await lan.taps('Sửa')
      await lan.taps(field)
      const review = textOf(await change(lan))
      expect(review).toContain('Bước 7/8')
      expect(review).toContain(expected)
    }
    await lan.taps('Sửa')
    await lan.taps('Thời gian')
    expect(textOf(await lan.taps('Quay lại'))).toContain('Thời gian: tuần trước')
    await lan.taps('Sửa')
    await lan.taps('Ảnh')
    await lan.sendsPhotos('one')
    expect(textOf(await lan.taps('Xong'))).toContain('Ảnh: 1')
    expect(textOf(await lan.taps('Hủy'))).toContain('Đã bỏ')
  })

  test('someone unwell: 115 first, then the form goes on, and the case is flagged', async () => {
    await lan.says('phản ánh')
    await lan.taps('Không chắc')
    await lan.says('Chai rượu không nhãn')
    await lan.taps('Không nhớ rõ')
    await lan.taps('Hôm nay')
    await lan.taps('Bỏ qua')
    const answer = await lan.taps('Có người không khỏe')
    expect(answer[0]?.text).toContain('115')
    expect(answer.at(-1)?.text).toContain('Bước 7/8')
    await lan.taps('Gửi')
    await lan.taps('Không')
    expect(await caseRow(bot)).toMatchObject({ danger: 1 })
  })

  test('what is told in own words at the health step is kept and the choice still asked', async () => {
    await tellsAll(lan)
    await lan.taps('Sửa')
    await lan.taps('Sức khỏe')
    const answer = textOf(await lan.says('con tôi nổi mẩn đỏ hai tay'))
    expect(answer).toContain('Bước 6/8')
    expect(textOf(await lan.taps('Có người không khỏe'))).toContain('con tôi nổi mẩn đỏ')
  })

  test('a location is coarsened to about a kilometre unless the person wants the exact spot', async () => {
    const here = { attachments: [{ kind: 'location', latitude: 21.028511, longitude: 105.804817 }] } satisfies Partial<InboundMessage>
    await lan.says('phản ánh')
    await lan.taps('Không chắc')
    await lan.says('Túi không có nhãn')
    expect(textOf(await lan.sends(here))).toContain('1 km')
    expect(textOf(await lan.taps('Quay lại'))).toContain('Bước 3/8')
    await lan.sends(here)
    expect(textOf(await lan.taps('Giữ gần đúng'))).toContain('Bước 4/8')
    await lan.taps('Hôm nay')
    await lan.taps('Bỏ qua')
    expect(textOf(await lan.taps('Không rõ'))).toContain('vị trí gần đúng')
    await lan.taps('Gửi')
    await lan.taps('Không')
    expect((await caseRow(bot)).box.spot).toEqual({ latitude: 21.03, longitude: 105.8, exact: false })
  })

  test('the exact spot is kept when it was chosen', async () => {
    await lan.says('phản ánh')
    await lan.taps('Không chắc')
    await lan.says('Túi không có nhãn')
    await lan.sends({ attachments: [{ kind: 'location', latitude: 21.028511, longitude: 105.804817, title: 'Chợ Mẫu' }] })
    await lan.says('chính xác')
    await lan.taps('Hôm nay')
    await lan.taps('Bỏ qua')
    expect(textOf(await lan.taps('Không rõ'))).toContain('Chợ Mẫu (vị trí đúng như bạn gửi)')
    await lan.taps('Gửi')
    await lan.taps('Không')
    expect((await caseRow(bot)).box).toMatchObject({ place: 'Chợ Mẫu', spot: { latitude: 21.028511, exact: true } })
  })

  test('a text that looks like a template or a key is shown as it was typed', async () => {
    const review = textOf(await tellsAll(lan, 'nhãn ghi {{kind}} và $t(report.quit) <b>đậm</b>'))
    expect(review).toContain('nhãn ghi {{kind}} và $t(report.quit) <b>đậm</b>')
  })

  test('ten thousand letters, emoji and right-to-left marks are told and filed', async () => {
    const review = textOf(await tellsAll(lan, `Nhãn lạ 😀 ${'a'.repeat(9000)} عربي`))
    expect(review).toContain('…')
    await lan.taps('Gửi')
    await lan.taps('Không')
    expect((await caseRow(bot)).box.signs).toHaveLength(9000 + 'Nhãn lạ 😀  عربي'.length)
  })

  describe('photos', () => {
    async function reachesPhotos() {
      await lan.says('phản ánh')
      await lan.taps('Không chắc')
      await lan.says('Túi không có nhãn')
      await lan.taps('Không nhớ rõ')
      return lan.taps('Hôm nay')
    }

    test('of fifty photos ten are kept, politely', async () => {
      await reachesPhotos()
      const answers: string[] = []
      for (let i = 1; i <= 50; i++) answers.push(textOf(await lan.sendsPhotos(`photo-${i}`)))
      expect(answers[8]).toContain('Bạn gửi tiếp')
      expect(answers[9]).toContain('ảnh 10/10, đủ số ảnh')
      expect(answers[9]).not.toContain('gửi tiếp')
      for (const late of answers.slice(10)) expect(late).toContain('10 ảnh đầu vẫn còn')
      expect(await bot.db.read('SELECT count(*) AS n FROM photos')).toEqual([{ n: 10 }])
      expect(textOf(await lan.says('xong'))).toContain('10 ảnh đang trên đường')
    })

    test('an album in one message is taken as far as there is room', async () => {
      await reachesPhotos()
      const answer = textOf(await lan.sendsPhotos(...Array.from({ length: 12 }, (_, i) => `p${i}`)))
      expect(answer).toContain('ảnh 10/10')
      expect(answer).toContain('không được thêm')
      expect(await bot.db.read('SELECT count(*) AS n FROM photos')).toEqual([{ n: 10 }])
    })

    test('“xong” says what did not arrive and what is still on its way', async () => {
      await reachesPhotos()
      for (const ref of ['a', 'b', 'c']) await lan.sendsPhotos(ref)
      const [first, second] = await bot.db.read('SELECT id, ref FROM photos')
      const refOf = async (row: typeof first) => openText(bot.keys, 'photo-ref', row?.ref as Uint8Array, String(row?.id))
      await bot.db.write([
        { sql: "UPDATE photos SET state = 'failed' WHERE id = ?", args: [first?.id ?? ''] },
        { sql: "UPDATE photos SET state = 'stored' WHERE id = ?", args: [second?.id ?? ''] },
      ])
      const failed = ['a', 'b', 'c'].indexOf(await refOf(first)) + 1
      const answer = textOf(await lan.taps('Xong'))
      expect(answer).toContain(`Ảnh số ${failed} không tới`)
      expect(answer).toContain('Còn 1 ảnh')
      expect(answer).toContain('Bước 6/8')
      expect(textOf(await lan.taps('Chưa ai dùng'))).toContain('Ảnh: 2')
      await lan.taps('Gửi')
      await lan.taps('Không')
      expect(await bot.db.read('SELECT count(*) AS n FROM photos WHERE case_id IS NOT NULL')).toEqual([{ n: 2 }])
    })

    test('the warning about faces is said once', async () => {
      expect(textOf(await reachesPhotos())).toContain('mặt người')
      expect(textOf(await lan.sendsPhotos('a'))).not.toContain('mặt người')
      expect(textOf(await lan.says('ảnh đây nhé'))).not.toContain('mặt người')
    })

    test('a photo in an earlier step is kept and the step asked again', async () => {
      await lan.says('phản ánh')
      await lan.taps('Không chắc')
      const answer = textOf(await lan.sendsPhotos('early'))
      expect(answer).toContain('ảnh 1/10')
      expect(answer).toContain('mặt người')
      expect(answer).toContain('Bước 2/8')
      expect(textOf(await lan.sends({ text: 'Nhãn mờ và nhòe', attachments: [{ kind: 'photo', ref: 'b' }] }))).toContain('Bước 3/8')
      expect(await bot.db.read('SELECT count(*) AS n FROM photos')).toEqual([{ n: 2 }])
    })

    test('HEIC, voice and files are answered with what to do instead', async () => {
      await reachesPhotos()
      const heic = await lan.sends({ attachments: [{ kind: 'unsupported', what: 'heic' }] })
      expect(textOf(heic)).toContain('chụp màn hình')
      expect(textOf(heic)).toContain('Bước 5/8')
      expect(textOf(await lan.sends({ attachments: [{ kind: 'unsupported', what: 'voice' }] }))).toContain('chỉ nhận ảnh')
    })

    test('photos can be taken out again', async () => {
      await reachesPhotos()
      await lan.sendsPhotos('a')
      expect(labelsOf(await lan.taps('Xóa ảnh đã gửi'))).toEqual(['Bỏ qua', 'Quay lại'])
      expect(await bot.db.read('SELECT count(*) AS n FROM photos')).toEqual([{ n: 0 }])
    })

    test('twenty photos an hour, over all drafts; the next hour there is room again', async () => {
      for (let round = 0; round < 2; round++) {
        await reachesPhotos()
        for (let i = 0; i < 10; i++) await lan.sendsPhotos(`r${round}-${i}`)
        await lan.says('hủy')
      }
      await reachesPhotos()
      expect(textOf(await lan.sendsPhotos('late'))).toContain('trong giờ này')
      bot.clock.advance(HOUR)
      expect(textOf(await lan.sendsPhotos('later'))).toContain('ảnh 1/10')
    })
  })

  describe('buttons that are no longer right', () => {
    test('of a finished step: a polite sentence, and the open step again', async () => {
      await lan.says('phản ánh')
      await lan.taps('Hàng nghi giả')
      const answer = textOf(await lan.taps('Hết hạn'))
      expect(answer).toContain('không còn dùng được')
      expect(answer).toContain('Bước 2/8')
    })

    test('of a filed report, of another draft, of another person, typed by hand: nothing happens', async () => {
      await files(lan)
      expect(textOf(await lan.taps('Không'))).toContain('không còn dùng được')
      const hoa = bot.person('200')
      await tellsAll(hoa)
      await hoa.taps('Gửi')
      const stolen = hoa.heard().at(-1)?.buttons[0]
      const payload = stolen && 'payload' in stolen ? stolen.payload : ''
      expect(textOf(await lan.sends({ payload }))).toContain('không còn dùng được')
      await tellsAll(lan)
      await lan.taps('Gửi')
      for (const wrong of [
        payload,
        'report:pick:link.send-zzzz',
        'report:pick:constructor.send-zzzz',
        'report:send:',
        'report:pick:',
        'rubbish',
      ]) {
        expect(textOf(await lan.sends({ payload: wrong })), wrong).toContain('không còn dùng được')
      }
      expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 1 }])
    })

    test('a value that is no choice of the step does nothing, even with the right tie', async () => {
      const [question] = (await lan.says('phản ánh')).slice(-1)
      const first = question?.buttons[0]
      const tie = (first && 'payload' in first ? first.payload : '').split('.')[1]
      for (const value of ['toString', 'send', 'review', 'x']) {
        expect(textOf(await lan.sends({ payload: `report:pick:${value}.${tie}` }))).toContain('không còn dùng được')
      }
      expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 0 }])
    })
  })

  test('whatever is typed, tapped or sent in whatever order, nobody meets an apology or a keyboard too big', async () => {
    let seed = 20261123
    const dice = (sides: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return Math.floor((seed / 2 ** 31) * sides)
    }
    const texts = [
      'có',
      'không',
      '1',
      '9',
      'xong',
      'bỏ qua',
      'quay lại',
      'sửa',
      'gửi',
      'phản ánh',
      'Nguyễn Mẫu',
      '0912 345 678',
      '😀',
      '/phananh',
    ]
    const attachments: InboundMessage['attachments'] = [
      { kind: 'photo', ref: 'p' },
      { kind: 'location', latitude: 10.7, longitude: 106.6 },
      { kind: 'unsupported', what: 'heic' },
      { kind: 'unsupported', what: 'link' },
    ]
    let answer = await lan.says('phản ánh')
    for (let turn = 0; turn < 150; turn++) {
      const buttons = answer.flatMap((message) => message.buttons).flatMap((button) => ('payload' in button ? [button.payload] : []))
      const mine = buttons.filter((payload) => payload.startsWith('report:'))
      const act = dice(10)
      if (mine.length === 0) answer = await lan.sends({ payload: 'report:start:' })
      else if (act < 6) answer = await lan.sends({ payload: mine[mine.length > 1 && dice(2) === 0 ? 0 : dice(mine.length)] ?? '' })
      else if (act < 9) answer = await lan.says(texts[dice(texts.length)] ?? '')
      else answer = await lan.sends({ attachments: [attachments[dice(attachments.length)] ?? { kind: 'photo', ref: 'q' }] })
      expect(textOf(answer)).not.toContain('trục trặc')
      expect(answer.length).toBeGreaterThan(0)
      for (const message of answer) expect(message.buttons.length).toBeLessThanOrEqual(8)
    }
    expect(bot.lines).toEqual([])
    const [{ n = 0 } = {}] = await bot.db.read('SELECT count(*) AS n FROM cases')
    expect(Number(n)).toBeGreaterThan(0)
  })

  test('two taps on the last button at once file once', async () => {
    await tellsAll(lan)
    await lan.taps('Gửi')
    await Promise.all([lan.taps('Cho trợ lý nhắn lại'), lan.taps('Cho trợ lý nhắn lại')])
    expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 1 }])
    expect(await bot.db.read('SELECT count(*) AS n FROM reply_links')).toEqual([{ n: 1 }])
    expect(lan.heard().filter(({ text }) => RECEIPT.test(text))).toHaveLength(1)
  })

  test('nothing of a case, its events, its photos or its reply link leads to the person without the key', async () => {
    await lan.says('phản ánh')
    await lan.taps('Không chắc')
    await lan.sendsPhotos('the-file-id')
    await lan.says('Túi không có nhãn')
    await lan.taps('Không nhớ rõ')
    await lan.taps('Hôm nay')
    await lan.taps('Xong')
    await lan.taps('Không rõ')
    await lan.taps('Gửi')
    const receipt = receiptIn(await lan.taps('Cho trợ lý nhắn lại'))
    const [address] = await bot.db.read('SELECT id, contact_id, native, session FROM addresses')
    const [{ id: caseId } = {}] = await bot.db.read('SELECT id FROM cases')
    for (const table of ['cases', 'case_events', 'photos', 'reply_links', 'tries']) {
      const rows = await dump(bot, table)
      expect(rows.length, table).toBeGreaterThan(2)
      for (const trace of [address?.id, address?.contact_id, address?.native, 'the-file-id']) {
        expect(rows, table).not.toContain(String(trace))
      }
    }
    for (const table of ['addresses', 'contacts', 'consents', 'inbox', 'outbox', 'reply_links', 'tries']) {
      const rows = await dump(bot, table)
      for (const trace of [caseId, receipt, receipt.slice(0, 12)]) expect(rows, table).not.toContain(String(trace))
    }
    expect(await dump(bot, 'cases')).not.toContain(receipt)
    const session = JSON.stringify(await openSession(bot.keys, address?.session as Uint8Array, String(address?.id), 1, 0))
    for (const trace of ['nhãn', 'PA-', 'pick', caseId]) expect(session).not.toContain(trace)
  })

  test('the reply link opens only with the key and only for its case', async () => {
    await files(lan, 'Cho trợ lý nhắn lại')
    const [{ id: caseId = '' } = {}] = await bot.db.read('SELECT id FROM cases')
    const [link] = await bot.db.read('SELECT * FROM reply_links WHERE case_tag = ?', [await bot.keys.tag('case', String(caseId))])
    const [address] = await bot.db.read('SELECT id, contact_id FROM addresses')
    expect(await findLink(bot.db, bot.keys, String(caseId))).toEqual({
      caseId,
      addressId: address?.id,
      word: expect.stringMatching(/^[A-Z][2-9]$/),
    })
    expect(link?.contact_tag).toBe(await bot.keys.tag('contact', String(address?.contact_id)))
    const tag = await bot.keys.tag('case', 'another')
    await expect((async () => bot.keys.openOwn('reply-link', tag, link?.box as Uint8Array))()).rejects.toThrow()
  })

  test('a case number that is taken is drawn again', async () => {
    await bot.close()
    let zeros = 0
    bot = await createBot({ random: () => (zeros-- > 0 ? 0 : secureRandom()) })
    await files(bot.person('1'))
    // Chance of four zeros is the number PA-2611-2222, and a number's letters are the first chance a filing takes.
    await bot.db.write([{ sql: "UPDATE cases SET number = 'PA-2611-2222'", args: [] }])
    const other = bot.person('2')
    await tellsAll(other)
    await other.taps('Gửi')
    zeros = 4
    const filed = await other.taps('Không')
    expect(zeros).toBeLessThan(-16)
    expect(receiptIn(filed)).toMatch(RECEIPT)
    expect(receiptIn(filed)).not.toContain('PA-2611-2222')
    expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 2 }])
  })

  test('five reports a day; the sixth waits as a draft and is sent after midnight', async () => {
    for (let i = 0; i < 5; i++) expect(receiptIn(await files(lan))).toMatch(RECEIPT)
    const refused = await files(lan)
    expect(receiptIn(refused)).toBe('')
    expect(textOf(refused)).toContain('vào ngày mai')
    expect(textOf(refused)).toContain('Tem mờ')
    expect(receiptIn(await files(bot.person('200')))).toMatch(RECEIPT)
    bot.clock.set('2026-11-23T17:05:00.000Z')
    await lan.taps('Gửi')
    expect(receiptIn(await lan.taps('Không'))).toMatch(RECEIPT)
  })

  test('over two chats of one person the fifth place of the day is given once', async () => {
    const web = fakeChannel('web')
    await bot.close()
    bot = await createBot({ channels: [fakeChannel(), web] })
    const here = bot.person('1')
    const there = bot.person('w1', 'web')
    for (let i = 0; i < 4; i++) await files(here)
    await there.says('menu')
    const [owner] = await bot.db.read("SELECT contact_id FROM addresses WHERE native = '1'")
    await bot.db.write([{ sql: "UPDATE addresses SET contact_id = ? WHERE native = 'w1'", args: [owner?.contact_id ?? ''] }])
    await tellsAll(here)
    await tellsAll(there)
    await here.taps('Gửi')
    await there.taps('Gửi')
    await Promise.all([here.taps('Không'), there.taps('Không')])
    await bot.dispatcher.drain()
    expect(await bot.db.read('SELECT count(*) AS n FROM cases')).toEqual([{ n: 5 }])
    expect([...here.heard(), ...there.heard()].filter(({ text }) => text.includes('vào ngày mai'))).toHaveLength(1)
  })

  describe('who looks at it', () => {
    beforeEach(async () => {
      await bot.db.write([
        { sql: "INSERT INTO units(id, kind, level, name, path) VALUES ('up', 'cong_doan', 'tinh', 'LĐLĐ tỉnh Trên', '/up/')", args: [] },
        {
          sql: "INSERT INTO units(id, kind, level, name, parent_id, path) VALUES ('own', 'cong_doan', 'co_so', 'CĐCS Nhà máy', 'up', '/up/own/')",
          args: [],
        },
        {
          sql: "INSERT INTO officers(id, name, unit_id, active, created_at) VALUES ('o1', 'Cán bộ Mẫu', 'up', 1, '2026-11-01T00:00:00Z')",
          args: [],
        },
      ])
      await lan.says('menu')
      await bot.db.write([{ sql: "UPDATE contacts SET unit_id = 'own'", args: [] }])
    })

    test('the member’s own unit', async () => {
      expect(textOf(await tellsAll(lan))).toContain('Nơi tiếp nhận: CĐCS Nhà máy')
      await lan.taps('Gửi')
      expect(textOf(await lan.taps('Không'))).toContain('Cán bộ của CĐCS Nhà máy sẽ xem trong vòng một ngày làm việc')
      expect(await caseRow(bot)).toMatchObject({ unit_id: 'own' })
    })

    test('is named before anything is told, and “không muốn đơn vị xem” is understood as it is said', async () => {
      expect(textOf(await lan.says('phản ánh'))).toContain('CĐCS Nhà máy tiếp nhận')
      await lan.says('hủy')
      await tellsAll(lan)
      expect(textOf(await lan.says('khong muon don vi xem'))).toContain('Nơi tiếp nhận: LĐLĐ tỉnh Trên')
      expect(textOf(await lan.says('cho đơn vị xem'))).toContain('Nơi tiếp nhận: CĐCS Nhà máy')
    })

    test('the unit above when the member does not want their own to see it, and back', async () => {
      await tellsAll(lan)
      expect(textOf(await lan.taps('Tôi không muốn CĐCS Nhà máy xem'))).toContain('Nơi tiếp nhận: LĐLĐ tỉnh Trên')
      expect(textOf(await lan.taps('Để CĐCS Nhà máy xem'))).toContain('Nơi tiếp nhận: CĐCS Nhà máy')
      await lan.taps('Tôi không muốn CĐCS Nhà máy xem')
      await lan.taps('Gửi')
      await lan.taps('Không')
      expect(await caseRow(bot)).toMatchObject({ unit_id: 'up' })
    })
  })

  describe('leaving a name', () => {
    test('age, consent with two equal buttons, name and phone: sealed under a key of their own, nowhere else', async () => {
      await tellsAll(lan)
      expect(labelsOf(await lan.taps('Để lại tên, số điện thoại'))).toEqual(['Đã đủ 16 tuổi', 'Chưa đủ 16 tuổi', 'Quay lại'])
      expect(labelsOf(await lan.taps('Đã đủ 16 tuổi'))).toEqual(['Đồng ý', 'Không đồng ý', 'Quay lại'])
      await lan.taps('Đồng ý')
      expect(textOf(await lan.says('Phan Anh'))).toContain('số điện thoại')
      expect(textOf(await lan.says('12345'))).toContain('chưa đúng dạng')
      expect(textOf(await lan.says('+84 912 345 678'))).toContain('Tên: Phan Anh, 0912 345 678')
      await lan.taps('Gửi')
      await lan.taps('Không')
      const { id, box } = await caseRow(bot)
      expect(JSON.stringify(box)).not.toContain('Phan Anh')
      expect(await openIdentity(bot.db, bot.keys, id)).toEqual({ name: 'Phan Anh', phone: '0912 345 678' })
      const [stored] = await bot.db.read('SELECT case_tag, box FROM case_identities')
      expect(stored?.case_tag).toBe(await bot.keys.tag('case', id))
      const others = await bot.keys.tag('case', 'another')
      await expect((async () => bot.keys.openOwn('identity', others, stored?.box as Uint8Array))()).rejects.toThrow()
      expect(await bot.db.read('SELECT age, named_report, name FROM contacts')).toEqual([{ age: 'adult', named_report: 1, name: null }])
      expect(await bot.db.read('SELECT purpose, choice, wording FROM consents')).toEqual([
        { purpose: 'named_report', choice: 'yes', wording: 'named-1' },
      ])
    })

    test('refusing is recorded and the report stays anonymous', async () => {
      await tellsAll(lan)
      await lan.taps('Để lại tên, số điện thoại')
      await lan.taps('Đã đủ 16 tuổi')
      expect(textOf(await lan.says('không'))).toContain('vẫn ẩn danh')
      expect(await bot.db.read('SELECT choice FROM consents')).toEqual([{ choice: 'no' }])
      await lan.taps('Gửi')
      await lan.taps('Không')
      expect(await bot.db.read('SELECT * FROM case_identities')).toEqual([])
    })

    test('under sixteen no name is asked', async () => {
      await tellsAll(lan)
      await lan.taps('Để lại tên, số điện thoại')
      const review = await lan.taps('Chưa đủ 16 tuổi')
      expect(textOf(review)).toContain('không ghi tên')
      expect(labelsOf(review)).not.toContain('Để lại tên, số điện thoại')
      expect(await bot.db.read('SELECT age FROM contacts')).toEqual([{ age: 'under16' }])
    })

    test('a name can be taken back, and a phone number left out', async () => {
      await tellsAll(lan)
      await lan.taps('Để lại tên, số điện thoại')
      await lan.taps('Đã đủ 16 tuổi')
      await lan.taps('Đồng ý')
      await lan.says('Nguyễn Thị Mẫu')
      expect(textOf(await lan.taps('Bỏ qua'))).toContain('Tên: Nguyễn Thị Mẫu')
      expect(textOf(await lan.taps('Bỏ tên, số điện thoại'))).toContain('ẩn danh')
    })
  })
})
