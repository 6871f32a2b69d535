/**
 * The talk about a report, looked at after each step by someone who took everything but the key: while a notice waits, while
 * an answer is written, while a threatened member tells, after the erasing.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeCase } from '../db/case-change.ts'
import { requireCase } from '../db/case-desk.ts'
import { createRelay } from '../src/relay.ts'
import { textOf } from './harness.ts'
import { type Life, MINUTE, openLife, type Person } from './life.ts'
import { addTestOfficer, deskAt } from './people.ts'
import { NOTICE } from './talk-desk.ts'

const LAN = '7100200300'
const HOA = '246845883529197922'

let life: Life
beforeEach(async () => {
  life = await openLife([LAN, HOA])
})
afterEach(() => life.close())

test('questions, notices, answers and threats lead from nobody to a case and from no case to anybody', async () => {
  const { bot, secrets, found, person, pass, look, tells, files } = life
  const { db, keys, clock } = bot
  const lan = person(LAN, 'telegram')
  const hoa = person(HOA, 'zalo-bot')
  const guest = await life.visitor()
  const mai = person(guest.id, 'web')
  for (const one of [lan, hoa, mai]) await one.says('/start')
  await addTestOfficer(db, keys, 'an', 'tong-lien-doan', ['case'])
  await db.write([
    { sql: "UPDATE officers SET unit_id = (SELECT id FROM units WHERE parent_id IS NULL LIMIT 1) WHERE id = 'an'", args: [] },
  ])

  const filed = async (who: Person, signs: string, withPhoto: () => Promise<unknown>, answer: string) => {
    const before = new Set((await db.read('SELECT id FROM cases')).map(({ id }) => id))
    await tells(who, signs, withPhoto)
    const receipt = await files(who, answer)
    const id = (await db.read('SELECT id FROM cases')).map((row) => String(row.id)).find((one) => !before.has(one)) ?? ''
    return { receipt, id }
  }
  const photoOf = (who: Person, name: string) => async () => {
    secrets.words.push(name)
    await who.sendsPhotos(name)
  }
  const hers = await filed(lan, 'Mua của chị Bưởi Mẫu, tem bong ra', photoOf(lan, 'AgACAgUAAx-photo-of-lan'), 'Cho trợ lý nhắn lại')
  const theirs = await filed(mai, 'Hộp sữa không có hạn dùng nào cả', () => guest.sendsPhoto(), 'Không')
  await look('two reports')

  const asks = async (id: string, text: string) => {
    pass()
    secrets.words.push(text)
    const desk = await deskAt(db, keys, 'an', clock.now())
    const row = await requireCase(desk, id, 'case.work')
    const event = { kind: 'asked' as const, text, relay: true, detail: { from: 'new', to: 'needs_info' } }
    await db.write(await changeCase(desk, row, { event, set: ["state = 'needs_info'", []] }))
  }
  const relay = createRelay({
    db,
    keys,
    channels: bot.channels,
    random: () => 0,
    log: (_, what, fields) => void bot.lines.push(JSON.stringify({ what, ...fields })),
  })

  await asks(hers.id, 'Chị Bưởi Mẫu bán ở gian số mấy?')
  await asks(theirs.id, 'Bạn còn giữ vỏ hộp sữa không?')
  await look('asked, and nobody told yet')
  clock.advance(2 * MINUTE)
  await relay.run(clock.now())
  expect(await db.read("SELECT count(*) AS n FROM outbox WHERE notice_tag IS NOT NULL AND state = 'queued'")).toEqual([{ n: 1 }])
  await look('the notice waits')
  expect(bot.lines.filter((line) => line.includes('relay'))).toEqual([
    JSON.stringify({ what: 'relay.done', queued: 1, receipt: 1, again: 0 }),
  ])
  await bot.dispatcher.drain()
  await look('the notice is sent')
  const word = NOTICE.exec(textOf(lan.heard()))?.[1] ?? ''

  expect(textOf(await lan.says(`xem ${word}`))).toContain('gian số mấy')
  await look('read')
  await lan.says('Gian số 12 dãy C chợ Mẫu, cạnh hàng rau')
  pass()
  await photoOf(lan, 'AgACAgUAAx-second-photo')()
  await look('an answer is being written')
  await lan.taps('Gửi')
  await look('answered')

  expect(textOf(await hoa.says(theirs.receipt))).toContain('vỏ hộp sữa')
  await look('a receipt is looked up elsewhere')
  await hoa.says('trả lời')
  await hoa.says('Vỏ hộp vẫn còn ở nhà tôi')
  await look('an answer by receipt is being written')
  await hoa.says('gửi')
  await look('answered by receipt')

  await lan.says('tôi bị đe dọa')
  await lan.says('Tháng 11/2026: Hàng nghi giả')
  await look('a threatened member chooses')
  await lan.says('Quản đốc Mẫu bảo rút lại không thì nghỉ')
  await look('threatened')
  expect(await db.read('SELECT rank, restricted FROM cases WHERE id = ?', [hers.id])).toEqual([{ rank: 0, restricted: 1 }])

  await life.photos.drain()
  await look('all photos are stored')
  await lan.says('xóa dữ liệu')
  await lan.says('có')
  secrets.words.push(LAN)
  await asks(theirs.id, 'Bạn mua hộp sữa đó hôm nào?')
  clock.advance(7 * MINUTE)
  await relay.run(clock.now())
  await bot.dispatcher.drain()
  await life.letGo()
  await look('erased')
  expect(found).toEqual({})
})
