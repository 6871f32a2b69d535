/**
 * Opinions, flags of warnings and proofs of filing, looked at by someone who took everything but the key: nothing is
 * readable, and nothing leads from a person to what they said.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { textOf } from './harness.ts'
import { DAY, type Life, openLife } from './life.ts'

const LAN = '7100200300'
const HOA = '246845883529197922'

let life: Life
beforeEach(async () => {
  life = await openLife([LAN, HOA])
})
afterEach(() => life.close())

test('from the first word to the night after erasing, no table, byte or line tells who said what', async () => {
  const { bot, secrets, found, person, pass, look, tells, files } = life
  const lan = person(LAN, 'telegram')
  const hoa = person(HOA, 'zalo-bot')
  for (const one of [lan, hoa]) await one.says('/start')
  await bot.db.write([{ sql: "UPDATE contacts SET unit_id = 'cdcs-may-hp'", args: [] }])

  for (const one of [lan, hoa]) {
    await one.says('góp ý giá')
    await look('an opinion is being told')
    await one.says(`Gạo ở quầy bà Mận tăng hai nghìn, ${one === lan ? 'tôi bán xôi ngô' : 'nhà tôi năm người'}`)
    await one.says('chợ đầu mối Mẫu Sơn')
    await one.says('gửi')
  }
  expect(await bot.db.read('SELECT count(*) AS n FROM opinions')).toEqual([{ n: 2 }])
  secrets.words.push('bà Mận', 'Mẫu Sơn', 'xôi ngô')
  await look('two opinions are kept')

  await hoa.says('góp ý giá')
  await hoa.says('Lãnh đạo đảng thật đáng chê')
  secrets.words.push('Lãnh đạo đảng')
  await look('political talk is not')

  await bot.db.write([
    {
      sql: `INSERT INTO warnings(id, unit_id, title, body, authority_name, number, day, link, state, editors, review_by, published_at, changed_at)
            VALUES ('cb1', 'cdcs-may-hp', 'Thu hồi lô sữa', 'Không dùng lô này nữa.', 'Chi cục', '12/QĐ', '2026-11-20', 'https://moit.gov.vn/12',
              'published', '[]', '2027-02-20', ?, ?)`,
      args: ['2026-11-23T01:00:00.000Z', '2026-11-23T01:00:00.000Z'],
    },
  ])
  await lan.says('cảnh báo')
  await lan.taps('Thu hồi lô sữa')
  await lan.taps('Thông tin này sai?')
  await lan.says('Em gái tôi ở cơ quan đó bảo số lô khác')
  expect(await bot.db.read('SELECT count(*) AS n FROM warning_flags')).toEqual([{ n: 1 }])
  await look('a warning is said to be wrong')

  await tells(lan, 'Mua của chị Bưởi Mẫu, tem bong ra', async () => lan.sendsPhotos('AgACAgUAAx-photo-of-lan'))
  const receipt = await files(lan, 'Không')
  await lan.says('giấy xác nhận')
  const paper = await lan.says(receipt)
  expect(paper[0]?.document?.text).toContain(receipt.slice(0, 12))
  await look('a proof of filing was given')
  await hoa.says('giấy xác nhận')
  expect(textOf(await hoa.says(receipt))).toContain('/xac-nhan/')
  await look('and to another account')

  const [contact] = await bot.db.read('SELECT contact_id, id FROM addresses WHERE native = ?', [LAN])
  await lan.says('xóa dữ liệu')
  await lan.taps('Có, xóa hết')
  await life.letGo()
  secrets.words.push(LAN)
  expect(await life.leftOf([String(contact?.contact_id), String(contact?.id)])).toEqual([])
  await look('the night after')
  expect(await bot.db.read('SELECT count(*) AS n FROM opinions')).toEqual([{ n: 2 }])

  pass(40 * DAY)
  await life.letGo()
  expect(await bot.db.read('SELECT count(*) AS n FROM opinion_people')).toEqual([{ n: 0 }])
  await look('the month is over')
  expect(found).toEqual({})
})
