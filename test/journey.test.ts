/**
 * Members' whole journeys over the real app, each by the webhooks of a platform with that platform's JSON: reads an
 * item, plays a quiz, files a report with a photo, looks it up. Then what else happens to people there.
 */
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listReplayable } from '../db/updates.ts'
import { createProduct } from '../src/app.ts'
import { type Answer, type Member, wordsOf } from './members.ts'
import { jpegWithPlace } from './photo-desk.ts'
import { openProduct, type WholeProduct } from './product.ts'

let p: WholeProduct
beforeEach(async () => {
  p = await openProduct()
})
afterEach(async () => {
  const failures = p.lines.filter((line) => line.includes('"error"'))
  await p.close()
  expect(failures).toEqual([])
})

const RECEIPT = /PA-2611-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/
const ZALO_ID = '246845883529197922'

/** What a new member does in the first minutes. Returns the receipt. */
async function liveAMember(member: Member): Promise<string> {
  const hello = await member.says('xin chào')
  expect(wordsOf(hello)).toMatch(/Trợ lý Hàng Việt, kênh của LĐLĐ tỉnh Mẫu[\s\S]*tự nguyện/)

  const item = await member.taps('Mỗi ngày một điều')
  expect(wordsOf(item)).toMatch(/Nguồn: .+\nKiểm tra ngày \d\d\/\d\d\/\d{4}/)
  expect(wordsOf(item)).toContain('Bạn có muốn trợ lý gửi tin')

  let answer = await member.says('do vui')
  for (let question = 1; question <= 5; question++) {
    expect(wordsOf(answer)).toContain(`Câu ${question}/5`)
    answer = await member.says(question % 2 === 0 ? 'b' : '1')
    expect(wordsOf(answer)).toMatch(/Đúng rồi\.|Chưa đúng\. Đáp án là/)
    expect(wordsOf(answer)).toContain('Nguồn:')
  }
  expect(wordsOf(answer)).toMatch(/Bạn đúng|Lần này bạn gặp câu khó/)

  expect(wordsOf(await member.says('phan anh hang gia'))).toContain('Bước 1/8')
  expect(wordsOf(await member.taps('Hàng nghi giả'))).toContain('Bước 2/8')
  expect(wordsOf(await member.says('hop sua bot, tem in mờ, mùi lạ'))).toContain('Bước 3/8')
  expect(wordsOf(await member.says('chợ Mẫu dãy 2'))).toContain('Bước 4/8')
  expect(wordsOf(await member.taps('Hôm qua'))).toContain('Bước 5/8')
  expect(wordsOf(await member.sendsPhoto(await jpegWithPlace()))).toContain('Đã ghi nhận ảnh 1/10')
  await p.fetchPhotos()
  expect(wordsOf(await member.says('xong'))).toMatch(/Đã nhận đủ 1 ảnh[\s\S]*Bước 6\/8/)
  expect(wordsOf(await member.taps('Chưa ai dùng'))).toMatch(/Bước 7\/8[\s\S]*tem in mờ[\s\S]*22\/11\/2026[\s\S]*Ảnh: 1/)
  expect(wordsOf(await member.taps('Gửi'))).toContain('Bước 8/8')
  const filed = await member.taps('Không')
  expect(filed).toHaveLength(3)
  const receipt = RECEIPT.exec(wordsOf(filed))?.[0] ?? ''
  expect(receipt).toMatch(RECEIPT)
  return receipt
}

async function looksUp(member: Member, receipt: string): Promise<void> {
  expect(wordsOf(await member.says(receipt.toLowerCase().replaceAll('-', ' ')))).toMatch(/Tình trạng: Mới\.[\s\S]*Ảnh đã nhận được: 1\/1\./)
}

/** Sealed on the disk; opened, the original as it came and a viewer's copy that tells no place and no camera. */
async function holdsThePhoto(): Promise<void> {
  const objects = await p.opened()
  const original = [...objects].find(([name]) => !name.endsWith('-view'))
  const copy = [...objects].find(([name]) => name.endsWith('-view'))
  expect(objects.size).toBe(2)
  expect(original?.[1].equals(await jpegWithPlace())).toBe(true)
  expect((await sharp(original?.[1]).metadata()).exif).toBeDefined()
  expect((await sharp(copy?.[1]).metadata()).exif).toBeUndefined()
  expect((await sharp(copy?.[1]).metadata()).width).toBe(640)
  for (const name of objects.keys()) expect((await p.sealed(name)).includes(Buffer.from('Exif'))).toBe(false)
}

describe('a new member reads, plays, reports with a photo and looks it up', () => {
  test('on Telegram, by buttons; the receipt works from Zalo and the Zalo bot too', async () => {
    const receipt = await liveAMember(p.onTelegram('4503599627370495'))
    await holdsThePhoto()
    await looksUp(p.onTelegram('4503599627370495'), receipt)
    await looksUp(p.onZalo(ZALO_ID), receipt)
    await looksUp(p.onZaloBot('a1b2c3d4e5f60718293a'), receipt)
    const taps = p.telegram.taken.filter(({ params }) => params.reply_markup !== undefined)
    expect(taps.length).toBeGreaterThan(10)
  })

  test('on Zalo, by buttons that come back as texts; the receipt works from Telegram too', async () => {
    const receipt = await liveAMember(p.onZalo(ZALO_ID))
    await holdsThePhoto()
    await looksUp(p.onZalo(ZALO_ID), receipt)
    await looksUp(p.onTelegram('5012345601'), receipt)
  })

  test('on Zalo where buttons are refused, by numbered texts', async () => {
    p.zalo.behaviour.refuseButtons = -201
    const receipt = await liveAMember(p.onZalo(ZALO_ID))
    await holdsThePhoto()
    await looksUp(p.onZalo(ZALO_ID), receipt)
  })

  test('on the Zalo bot, by digits', async () => {
    const receipt = await liveAMember(p.onZaloBot('a1b2c3d4e5f60718293a'))
    await holdsThePhoto()
    await looksUp(p.onZaloBot('a1b2c3d4e5f60718293a'), receipt)
  })

  test('and nothing of them lies open in the database', async () => {
    await liveAMember(p.onTelegram('4503599627370495'))
    const [report] = await p.db.read('SELECT * FROM cases')
    expect(JSON.stringify(report)).not.toContain('4503599627370495')
    const file = await readFile(p.url.slice('file:'.length))
    expect(file.includes(Buffer.from('tem in mờ'))).toBe(false)
    expect(file.includes(Buffer.from('chợ Mẫu'))).toBe(false)
    expect(p.lines.join('\n')).not.toMatch(/4503599627370495|tem in mờ/)
  })
})

test('a digit below an item and the offer of pushes never agrees by mistake', async () => {
  const lan = p.onZaloBot('a1b2c3d4e5f60718293a')
  await lan.says('menu')
  const [item, offer] = await lan.says('1')
  expect(item?.text).toContain('1. Chủ đề')
  expect(offer?.text).toContain('5. Đồng ý\n6. Không đồng ý')
  expect(wordsOf(await lan.says('1'))).toContain('Bạn muốn đọc về điều gì?')
  expect(await p.db.read('SELECT choice FROM consents')).toEqual([])
  expect(wordsOf(await lan.says('không đồng ý'))).not.toContain('Đã bật')
})

describe('on Zalo', () => {
  const officer = (at: { clock: WholeProduct['clock'] }, text = 'Chị ơi, em là cán bộ công đoàn đây ạ') => ({
    event_name: 'oa_send_text',
    sender: { id: '388613280878808645', admin_id: '1579210310470271540' },
    recipient: { id: ZALO_ID },
    message: { text, msg_id: `96d3cdf3af1504${at.clock.now().getTime()}` },
  })

  test('while an officer is talking the bot is silent, save for stop, erase and 115', async () => {
    const lan = p.onZalo(ZALO_ID)
    await lan.says('menu')
    await lan.event(officer(p))
    expect(await lan.says('menu')).toEqual([])
    expect(await lan.says('dạ em hỏi chút ạ')).toEqual([])
    expect(wordsOf(await lan.says('con em bị nôn, khó thở'))).toContain('115')
    expect(wordsOf(await lan.says('ngừng nhận tin'))).toContain('không nhận tin nào')
    expect(wordsOf(await lan.says('xóa dữ liệu'))).toContain('Bạn muốn xóa hết dữ liệu')
    expect(wordsOf(await lan.says('có'))).toContain('Đã xóa hết dữ liệu của bạn')
    expect(await p.count('contacts')).toBe(0)
  })

  test('half an hour after the officer’s last word the bot answers again', async () => {
    const lan = p.onZalo(ZALO_ID)
    await lan.event(officer(p))
    expect(await lan.says('menu')).toEqual([])
    p.clock.advance(31 * 60_000)
    expect(wordsOf(await lan.says('menu'))).toContain('Bạn muốn làm gì?')
  })

  test('a follow is greeted and opts in to nothing; an unfollow opts out of everything; a withdrawal erases', async () => {
    const lan = p.onZalo(ZALO_ID)
    const people = { follower: { id: ZALO_ID }, oa_id: '388613280878808645' }
    expect(wordsOf(await lan.event({ event_name: 'follow', ...people }))).toContain('Chào bạn')
    expect(await p.db.read('SELECT push, deals FROM contacts')).toMatchObject([{ push: 0, deals: 0 }])
    await lan.says('nhận tin')
    await lan.taps('Bật nhận tin')
    await lan.taps('Từ 16 tuổi trở lên')
    await lan.taps('Đồng ý')
    expect(await p.db.read('SELECT push FROM contacts')).toMatchObject([{ push: 1 }])
    expect(await lan.event({ event_name: 'unfollow', ...people })).toEqual([])
    expect(await p.db.read('SELECT push FROM contacts')).toMatchObject([{ push: 0 }])
    expect(await lan.event({ event_name: 'user_withdraw', user_id: ZALO_ID, oa_id: '388613280878808645' })).toEqual([])
    expect(await p.count('contacts')).toBe(0)
    expect(wordsOf(await lan.says('menu'))).toContain('kênh của LĐLĐ tỉnh Mẫu')
  })

  test('ids above 2^53 that differ by one are two people', async () => {
    const one = p.onZalo('9007199254740993')
    const other = p.onZalo('9007199254740992')
    await one.says('menu')
    await one.says('phản ánh')
    expect(wordsOf(await other.says('menu'))).toContain('kênh của LĐLĐ tỉnh Mẫu')
    expect(wordsOf(await other.says('menu'))).not.toContain('Bước')
  })
})

describe('on Telegram', () => {
  test('blocking opts out; coming back is not an opt-in', async () => {
    const lan = p.onTelegram('5012345601')
    await lan.says('nhận tin')
    await lan.taps('Bật nhận tin')
    await lan.taps('Từ 16 tuổi trở lên')
    await lan.taps('Đồng ý')
    expect(await p.db.read('SELECT push FROM contacts')).toMatchObject([{ push: 1 }])
    await lan.event('kicked')
    expect(await p.db.read('SELECT push FROM contacts')).toMatchObject([{ push: 0 }])
    await lan.event('member')
    expect(await p.db.read('SELECT push FROM contacts')).toMatchObject([{ push: 0 }])
    expect(wordsOf(await lan.says('menu'))).toContain('Bạn muốn làm gì')
  })

  test('in a group only what is public is answered, the rest by a link to the private chat', async () => {
    const group = { chat: { id: -1001987654321, type: 'supergroup', title: 'Công đoàn Tổ 3' } }
    const said = async (text: string): Promise<Answer> => {
      const before = p.groupHeard('-1001987654321').length
      await p
        .onTelegram('5012345601')
        .sends({ ...group, text, entities: [{ offset: 0, length: text.split(' ')[0]?.length, type: 'bot_command' }] })
      return p.groupHeard('-1001987654321').slice(before)
    }
    expect(wordsOf(await said('/tinmoi'))).toContain('Nguồn:')
    const [answer] = await said('/phananh')
    expect(answer?.text).toContain('Việc này chỉ làm được khi nhắn riêng')
    expect(answer?.buttons).toEqual([{ label: 'Nhắn riêng với trợ lý', url: 'https://t.me/HangVietThuBot' }])
    expect(wordsOf(await said('/dulieu'))).toContain('nhắn riêng')
    expect(p.onTelegram('5012345601').heard()).toEqual([])
  })

  test('a unit’s deep link joins at once', async () => {
    const [row] = await p.db.read('SELECT code, name FROM units WHERE code IS NOT NULL AND valid_to IS NULL LIMIT 1')
    const answer = await p.onTelegram('5012345601').says(`/start ${row?.code}`)
    expect(wordsOf(answer)).toContain(`Bạn đã vào ${row?.name}`)
    expect(await p.db.read('SELECT unit_id FROM contacts')).not.toMatchObject([{ unit_id: null }])
  })

  test('an id that JSON cannot hold exactly is refused, never answered to somebody else', async () => {
    await expect(p.onTelegram('9007199254740993').says('menu')).rejects.toThrow('400')
    expect(await p.count('contacts')).toBe(0)
  })

  test('two taps at once count once, and a button of a finished step says so kindly', async () => {
    const lan = p.onTelegram('5012345601')
    await lan.says('phản ánh')
    const both = await lan.tapsTwice('Hàng nghi giả')
    expect(wordsOf(both).match(/Bước 2\/8/g)?.length).toBeGreaterThanOrEqual(1)
    expect(wordsOf(both)).not.toContain('Bước 3/8')
    expect(wordsOf(both)).not.toContain('trục trặc')
    await lan.says('hủy')
    expect(wordsOf(await lan.taps('Hàng nghi giả'))).toContain('một bước đã qua')
    await lan.says('đố vui')
    await lan.says('1')
    await lan.says('hủy')
    expect(wordsOf(await lan.says('quiz:answer:zz.90ABCD'))).not.toContain('trục trặc')
  })

  test('of fifty photos ten are kept, and the person is told', async () => {
    const lan = p.onTelegram('5012345601')
    await lan.says('phản ánh')
    const photo = await jpegWithPlace()
    let last: Answer = []
    for (let i = 0; i < 50; i++) last = await lan.sendsPhoto(photo)
    expect(wordsOf(last)).toContain('Mỗi phản ánh nhận 10 ảnh')
    expect(await p.count('photos')).toBe(10)
    await p.fetchPhotos()
    expect(await p.db.read("SELECT count(*) AS n FROM photos WHERE state = 'stored'")).toMatchObject([{ n: 10 }])
  })
})

describe('whatever people send', () => {
  test.each([
    ['ten thousand characters', 'hàng giả '.repeat(1_111)],
    ['emoji alone', '🇻🇳👨‍👩‍👧‍👦🙂'.repeat(40)],
    ['invisible and right-to-left characters', '\u202emenu\u200b\u2066'],
    ['half an emoji', 'a\ud83d'],
    ['somebody’s code', "'; DROP TABLE contacts; -- {{unit}} $t(start.menu) <b>"],
  ])('%s is answered on every platform, in few words', async (_what, text) => {
    for (const member of [p.onTelegram('5012345601'), p.onZalo(ZALO_ID), p.onZaloBot('a1b2c3d4e5f60718293a')]) {
      const answer = await member.says(text)
      expect(answer.length).toBeGreaterThan(0)
      expect(answer.length).toBeLessThanOrEqual(3)
      expect(wordsOf(answer)).not.toMatch(/trục trặc|\{\{|undefined/)
    }
  })

  test('a story of ten thousand characters in a report is shown, kept and filed', async () => {
    const lan = p.onTelegram('5012345601')
    await lan.says('phản ánh')
    await lan.taps('Không chắc')
    await lan.says('nhãn mờ, mùi lạ. '.repeat(588))
    await lan.says('không nhớ')
    await lan.says('hôm nay')
    await lan.says('bỏ qua')
    const review = await lan.says('không rõ')
    expect(wordsOf(review)).toContain('Bước 7/8')
    expect(review.every(({ text }) => text.length <= 4096)).toBe(true)
    await lan.taps('Gửi')
    expect(wordsOf(await lan.says('không'))).toMatch(RECEIPT)
  })
})

describe('when something breaks', () => {
  test('the person gets an apology with a code, and the kept message can be answered later', async () => {
    const lan = p.onTelegram('5012345601')
    await lan.says('menu')
    p.break(/FROM items/)
    const answer = await lan.says('tin mới')
    const code = /Mã tra cứu: ([A-Z0-9]{5})\./.exec(wordsOf(answer))?.[1] ?? ''
    expect(code).not.toBe('')
    p.forgetErrors('handler.failed')
    p.break(undefined)
    const [kept] = await listReplayable(p.db, p.keys, code)
    if (!kept) throw new Error('nothing was kept')
    const before = lan.heard().length
    expect(await p.product.receiver.replay(kept)).toBe(true)
    await p.settle()
    expect(wordsOf(lan.heard().slice(before))).toContain('Nguồn:')
    expect(await p.product.receiver.replay(kept).catch(() => false)).toBe(false)
  })

  test('a stop in the middle loses nothing: what waits goes out after the next start, once', async () => {
    const lan = p.onTelegram('5012345601')
    p.product.dispatcher.start()
    await p.product.dispatcher.stop()
    await lan.posts('menu')
    expect(lan.heard()).toEqual([])
    const next = await createProduct({ ...p.parts, holder: 'after' })
    await next.dispatcher.drain()
    expect(wordsOf(lan.heard())).toContain('Bạn muốn làm gì?')
    expect(lan.heard()).toHaveLength(2)
    await next.dispatcher.drain()
    await p.settle()
    expect(lan.heard()).toHaveLength(2)
    next.close()
  })
})
