/**
 * Warnings as members read them (F37): newest first, each with number, day, link and source; withdrawn ones say so.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WARNING } from './console-notices.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'
import { unitRows } from './people.ts'

let bot: Bot
beforeEach(async () => {
  bot = await createBot({
    channels: [
      fakeChannel('telegram'),
      fakeChannel('zalo', { buttons: 0, documents: false, text: 2000 }),
      fakeChannel('web', { text: 8_000, buttons: 12 }),
    ],
  })
  await bot.db.write(unitRows())
})
afterEach(() => bot.close())

async function stands(id: string, change: Record<string, string | null> = {}): Promise<void> {
  const row: Record<string, string | null> = {
    ...{
      id,
      unit_id: 'xa',
      title: `${WARNING.title} (${id})`,
      body: WARNING.body,
      authority_name: WARNING.authority,
      number: WARNING.number,
    },
    ...{ day: WARNING.day, link: WARNING.link, state: 'published', editors: '["o"]', review_by: '2027-02-20' },
    ...{ published_at: bot.clock.now().toISOString(), changed_at: bot.clock.now().toISOString() },
    ...change,
  }
  const names = Object.keys(row)
  await bot.db.write([
    {
      sql: `INSERT INTO warnings(${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      args: Object.values(row),
    },
  ])
  bot.clock.advance(1_000)
}

describe('warning', () => {
  test('says that there is none, and why there is none without a decision', async () => {
    expect(textOf(await bot.person('1').says('cảnh báo'))).toContain('Hiện chưa có cảnh báo nào')
  })

  test('lists what is published, newest first, each with number, day, link and “Nguồn”, and opens one', async () => {
    await stands('cu')
    await stands('moi')
    const lan = bot.person('1')
    const listed = textOf(await lan.says('canh bao hang'))
    expect(listed.indexOf('(moi)')).toBeLessThan(listed.indexOf('(cu)'))
    for (const part of [WARNING.number, '20/11/2026', WARNING.authority, `Nguồn: ${WARNING.link}`]) expect(listed).toContain(part)
    const [one] = await lan.taps(`${WARNING.title} (moi)`)
    for (const part of [WARNING.body, WARNING.number, WARNING.authority, 'Nguồn:', 'Đăng ngày 23/11/2026'])
      expect(one?.text).toContain(part)
    expect(one?.buttons).toContainEqual({ label: 'Mở nguồn', url: WARNING.link })
  })

  test('drafts, those that wait, and those past their review day are not there, not even by their button', async () => {
    await stands('nhap', { state: 'draft', published_at: null })
    await stands('cho', { state: 'waiting', published_at: null })
    await stands('hetHan', { review_by: '2026-11-22' })
    const lan = bot.person('1')
    expect(textOf(await lan.says('cảnh báo'))).toContain('Hiện chưa có')
    for (const id of ['nhap', 'cho', 'hetHan', 'khongco', '../x']) {
      const answer = textOf(await lan.sends({ payload: `warning:show:${id}` }))
      expect(answer, id).not.toContain(WARNING.title)
    }
  })

  test('comes a page at a time, by its key, in words where there are no buttons', async () => {
    for (let i = 0; i < 12; i++) await stands(`c${i}`)
    const hoa = bot.person('2', 'zalo')
    const seen: string[] = []
    let answer = textOf(await hoa.says('cảnh báo'))
    for (let page = 0; page < 4; page++) {
      seen.push(...[...new Set([...answer.matchAll(/\((c\d+)\)/g)].map(([, id]) => id ?? ''))])
      const more = /(\d+)\. Xem thêm/.exec(answer)?.[1]
      if (!more) break
      answer = textOf(await hoa.says(more))
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => `c${11 - i}`))
    expect(textOf(await hoa.says('1'))).toContain('Đăng ngày')
  })

  test('who opens a withdrawn one reads that it was withdrawn and why, and where the right one is', async () => {
    await stands('sai')
    const lan = bot.person('1')
    await lan.says('cảnh báo')
    const withdrawn = {
      sql: "UPDATE warnings SET state = 'withdrawn', withdrawn_at = ?, withdrawn_why = 'Ghi nhầm số lô.' WHERE id = 'sai'",
    }
    await bot.db.write([{ ...withdrawn, args: [bot.clock.now().toISOString()] }])
    const answer = textOf(await lan.taps(`${WARNING.title} (sai)`))
    for (const part of ['đã được rút ngày 23/11/2026', 'Ghi nhầm số lô.', WARNING.number]) expect(answer).toContain(part)
    // The accusation itself is not said again.
    expect(answer).not.toContain(WARNING.title)
    expect(answer).not.toContain(WARNING.body)
    await stands('dung', { corrects: 'sai' })
    await lan.sends({ payload: 'warning:show:sai' })
    expect(textOf(await lan.taps('Xem bản đã sửa'))).toContain('(dung)')
    expect(textOf(await lan.sends({ payload: 'warning:wrong:sai' }))).toContain('đã được rút')
  })

  test('“Thông tin này sai?” keeps words and day, sealed, and nothing of who said it', async () => {
    await stands('x')
    const lan = bot.person('1')
    await lan.sends({ payload: 'warning:show:x' })
    expect(textOf(await lan.taps('Thông tin này sai?'))).toContain('sai ở đâu')
    expect(textOf(await lan.says('Số lô trên quyết định là 0127'))).toContain('Đã ghi nhận')
    const rows = await bot.db.read('SELECT warning_id, day, settled FROM warning_flags')
    expect(rows).toEqual([{ warning_id: 'x', day: '2026-11-23', settled: 0 }])
    const [contact] = await bot.db.read('SELECT id FROM contacts')
    const all = JSON.stringify(await bot.db.read('SELECT * FROM warning_flags'))
    for (const part of ['0127', String(contact?.id)]) expect(all).not.toContain(part)
    await lan.sends({ payload: 'warning:wrong:x' })
    expect(textOf(await lan.says('bỏ qua'))).toContain('không ghi nhận gì')
    await lan.sends({ payload: 'warning:wrong:x' })
    expect(textOf(await lan.taps('Bỏ qua'))).toContain('không ghi nhận gì')
    for (let i = 0; i < 4; i++) {
      await lan.sends({ payload: 'warning:wrong:x' })
      await lan.says(`Sai thêm chỗ thứ ${i}`)
    }
    expect(textOf(await lan.sends({ payload: 'warning:wrong:x' }))).toContain('nhiều lần')
    expect(await bot.db.read('SELECT count(*) AS n FROM warning_flags')).toEqual([{ n: 5 }])
  })

  test('a group reads them too, without what belongs to one person', async () => {
    await stands('x')
    const group = bot.person('-100', 'telegram')
    const [listed] = await group.sends({ text: 'cảnh báo', group: true })
    expect(listed?.text).toContain(WARNING.number)
    const [one] = await group.sends({ payload: 'warning:show:x', group: true })
    expect(one?.buttons.map(({ label }) => label)).toEqual(['Mở nguồn', 'Cảnh báo khác'])
  })

  test('markup of an officer is shown as letters, and long titles stay short on buttons', async () => {
    const evil = `"'><b>x</b>{{unit}}`
    await stands('x', { title: `${evil} ${'rất dài '.repeat(13)}`.slice(0, 120), body: `${evil} ${WARNING.body}` })
    const [listed] = await bot.person('1').says('cảnh báo')
    expect(listed?.text).toContain(evil)
    for (const { label } of listed?.buttons ?? []) expect(label.length).toBeLessThanOrEqual(62)
  })

  test('its door stands in the library, in help, and in the web page’s words', async () => {
    const lan = bot.person('1')
    await lan.says('chủ đề')
    expect(textOf(await bot.person('3', 'web').says('/canhbao'))).toContain('Hiện chưa có')
    expect(textOf(await bot.person('2').says('trợ giúp'))).toContain('“cảnh báo”')
  })
})
