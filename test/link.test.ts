import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { joinContacts } from '../db/linking.ts'
import { handlers } from '../handlers/index.ts'
import { broadcastRow, pushRow } from './broadcast-rows.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'

const channels = () => [
  fakeChannel('zalo'),
  fakeChannel('telegram'),
  fakeChannel('web'),
  fakeChannel('zalo-bot', { buttons: 0, documents: false }),
]

describe('nối tài khoản', () => {
  let bot: Bot
  const onZalo = () => bot.person('z1', 'zalo')
  const onTelegram = () => bot.person('t1', 'telegram')
  beforeEach(async () => {
    bot = await createBot({ channels: channels() })
    await onZalo().says('menu')
    await onTelegram().says('menu')
  })
  afterEach(() => bot.close())

  const contactOf = async (native: string) => {
    const [row] = await bot.db.read('SELECT c.* FROM addresses a JOIN contacts c ON c.id = a.contact_id WHERE a.native = ?', [native])
    return row ?? {}
  }
  const set = async (native: string, facts: string) =>
    bot.db.write([{ sql: `UPDATE contacts SET ${facts} WHERE id = ?`, args: [String((await contactOf(native)).id)] }])
  const choose = async (native: string, purpose: string, choice: string, flag = choice === 'yes' ? 1 : 0) => {
    const id = String((await contactOf(native)).id)
    await bot.db.write([
      {
        sql: "INSERT INTO consents(id, contact_id, purpose, choice, wording, channel, message_tag, at) VALUES (?, ?, ?, ?, 'w-1', 'zalo', 't', '2026')",
        args: [`${native}-${purpose}`, id, purpose, choice],
      },
      { sql: `UPDATE contacts SET ${purpose} = ? WHERE id = ?`, args: [flag, id] },
    ])
  }
  /** This side takes a code; returns it as it was shown. */
  const takeCode = async () => {
    await onZalo().says('nối tài khoản')
    const shown = textOf(await onZalo().taps('Lấy mã'))
    return /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(shown)?.[0] ?? ''
  }
  const joinBoth = async () => {
    const code = await takeCode()
    await onTelegram().says(`nối tài khoản ${code}`)
    await onTelegram().taps('Đồng ý')
    return onZalo().says('đồng ý nối')
  }

  test('one takes a code, the other types it, both agree, and both are one person', async () => {
    const code = await takeCode()
    expect(await onTelegram().says('noi tai khoan')).toHaveLength(1)
    await onTelegram().taps('Nhập mã')
    const told = await onTelegram().says(code.toLowerCase().replace('-', ' '))
    expect(textOf(told)).toContain('Bạn muốn nối tài khoản này với tài khoản Zalo')
    expect(textOf(told)).toContain('Nơi nào đã từ chối hoặc ngừng nhận tin thì cả hai cùng ngừng')
    expect(told[0]?.buttons.map(({ label }) => label)).toEqual(['Đồng ý', 'Không đồng ý'])
    const before = onZalo().heard().length
    expect(textOf(await onTelegram().says('đồng ý'))).toContain('hỏi lại bạn trên Zalo')
    const question = onZalo().heard().slice(before)
    expect(textOf(question)).toContain('Một tài khoản Telegram vừa nhập mã nối của bạn')
    expect(question[0]?.buttons).toEqual([])
    expect((await contactOf('z1')).id).not.toBe((await contactOf('t1')).id)
    expect(textOf(await onZalo().says('dong y noi'))).toContain('Đã nối với tài khoản Telegram')
    expect(textOf(onTelegram().heard().slice(-1))).toContain('Đã nối với tài khoản Zalo')
    expect((await contactOf('z1')).id).toBe((await contactOf('t1')).id)
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 1 }])
    expect(await bot.db.read('SELECT count(*) AS n FROM link_codes')).toEqual([{ n: 0 }])
    expect(await bot.db.read('SELECT count(*) AS n FROM tries')).toEqual([{ n: 0 }])
    expect(textOf(await onTelegram().says('dữ liệu của tôi'))).toContain('Tài khoản trên Zalo')
  })

  test('the code stands nowhere in the database, and its links open the other side by themselves', async () => {
    const code = (await takeCode()).replace('-', '')
    const urls = onZalo()
      .heard()
      .at(-1)
      ?.buttons.map((button) => ('url' in button ? button.url : ''))
    expect(urls).toEqual([`https://t.me/HangVietBot?start=lk-${code}`, `https://bot.example.vn/?start=lk-${code}`])
    expect(JSON.stringify(await bot.db.read('SELECT * FROM link_codes'))).not.toContain(code)
    const answer = await onTelegram().sends({ text: '/start', start: `lk-${code}` })
    expect(textOf(answer)).toContain('Bạn muốn nối tài khoản này')
    expect(textOf(await bot.person('w9', 'web').sends({ start: `lk-${code}` }))).toContain('Bạn muốn nối tài khoản này')
  })

  test.each([
    ['agreed', 'agreed', 1],
    ['agreed', 'never asked', 1],
    ['never asked', 'agreed', 1],
    ['agreed', 'refused', 0],
    ['refused', 'agreed', 0],
    ['agreed', 'withdrawn', 0],
    ['withdrawn', 'agreed', 0],
    ['blocked', 'agreed', 0],
    ['agreed', 'blocked', 0],
    ['never asked', 'never asked', 0],
  ])('one side %s, the other %s: pushes are %i', async (zalo, telegram, push) => {
    for (const [native, state] of [
      ['z1', zalo],
      ['t1', telegram],
    ] as const) {
      if (state === 'agreed') await choose(native, 'push', 'yes')
      if (state === 'refused') await choose(native, 'push', 'no')
      if (state === 'withdrawn') await choose(native, 'push', 'withdrawn')
      if (state === 'blocked') await choose(native, 'push', 'yes', 0)
    }
    const rows = await bot.db.read('SELECT count(*) AS n FROM consents')
    await joinBoth()
    expect((await contactOf('t1')).push).toBe(push)
    expect(await bot.db.read('SELECT count(*) AS n FROM consents WHERE contact_id = ?', [String((await contactOf('z1')).id)])).toEqual(rows)
  })

  test('unit, name and topics: what this side has, else the other’s; topics stopped on either side stay stopped', async () => {
    await set('z1', "honorific = 'ban', joined_day = '2026-11-20'")
    await set(
      't1',
      "unit_id = 'u2', member_kind = 'cong_doan', honorific = 'chi', name = 'Lan', age = 'adult', push_offered = 1, joined_day = '2026-11-10'",
    )
    await bot.db.write([{ sql: "INSERT INTO topic_stops(contact_id, topic) SELECT id, 'ocop' FROM contacts", args: [] }])
    await bot.db.write([
      { sql: "INSERT INTO topic_stops(contact_id, topic) VALUES (?, 'law')", args: [String((await contactOf('t1')).id)] },
    ])
    await joinBoth()
    expect(await contactOf('z1')).toMatchObject({
      unit_id: 'u2',
      member_kind: 'cong_doan',
      honorific: 'chi',
      name: 'Lan',
      age: 'adult',
      push_offered: 1,
      joined_day: '2026-11-10',
    })
    expect(await bot.db.read('SELECT topic FROM topic_stops ORDER BY topic')).toEqual([{ topic: 'law' }, { topic: 'ocop' }])
  })

  test('under 16 on one side: under 16 on both, without name and pushes', async () => {
    await set('z1', "age = 'adult', name = 'Lan', unit_id = 'u1'")
    await choose('z1', 'push', 'yes')
    await set('t1', "age = 'under16', unit_id = 'u2'")
    await joinBoth()
    expect(await contactOf('t1')).toMatchObject({ age: 'under16', name: null, push: 0, unit_id: 'u1' })
  })

  test('questions to an officer, reply links and waiting pushes come along; nothing is pushed twice', async () => {
    const [z, t] = [String((await contactOf('z1')).id), String((await contactOf('t1')).id)]
    await bot.db.write([
      {
        sql: "INSERT INTO inquiries(id, contact_id, address_id, box, asked_at, due_at) VALUES ('i1', ?, 'a', x'00', '2026', '2026')",
        args: [t],
      },
      { sql: "INSERT INTO reply_links(case_tag, contact_tag, box) VALUES ('k', ?, x'00')", args: [await bot.keys.tag('contact', t)] },
      broadcastRow(1),
      broadcastRow(2),
      pushRow(1, { contact_id: z }),
      pushRow(1, { contact_id: t }),
      pushRow(2, { contact_id: t }),
    ])
    await joinBoth()
    expect(await bot.db.read('SELECT contact_id FROM inquiries')).toEqual([{ contact_id: z }])
    expect(await bot.db.read('SELECT contact_tag FROM reply_links')).toEqual([{ contact_tag: await bot.keys.tag('contact', z) }])
    expect(await bot.db.read('SELECT broadcast_id, state, reason, contact_id FROM outbox WHERE priority = 1 ORDER BY id')).toEqual([
      { broadcast_id: '1', state: 'queued', reason: null, contact_id: z },
      { broadcast_id: '1', state: 'skipped', reason: 'linked', contact_id: null },
      { broadcast_id: '2', state: 'queued', reason: null, contact_id: z },
    ])
  })

  test('“không nối” voids the code and tells the other side', async () => {
    const code = await takeCode()
    await onTelegram().says(`nối tài khoản ${code}`)
    await onTelegram().taps('Đồng ý')
    expect(textOf(await onZalo().says('không nối'))).toContain('đã bị hủy')
    expect(textOf(onTelegram().heard().slice(-1))).toContain('không đồng ý nối')
    expect(textOf(await onZalo().says('đồng ý nối'))).toContain('không có tài khoản nào đang chờ')
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 2 }])
  })

  test('the other side may say no; an unclear word asks again; a button of a finished step does nothing', async () => {
    const code = await takeCode()
    await onTelegram().says(`nối tài khoản ${code}`)
    expect(textOf(await onTelegram().says('hmmm'))).toContain('Bạn muốn nối tài khoản này')
    expect(textOf(await onTelegram().says('không'))).toContain('không nối tài khoản')
    expect(textOf(await onTelegram().sends({ payload: 'link:join:' }))).toContain('không đúng, đã dùng hoặc đã hết hạn')
    expect(await bot.db.read('SELECT asked_by_contact_id FROM link_codes')).toEqual([{ asked_by_contact_id: null }])
  })

  test('wrong, used and old codes get one answer; one’s own code and a joined account are named', async () => {
    const wrong = 'Mã này không đúng, đã dùng hoặc đã hết hạn'
    const code = await takeCode()
    expect(textOf(await onZalo().says(`nối tài khoản ${code}`))).toContain('do chính tài khoản này lấy')
    expect(textOf(await onTelegram().says('nối tài khoản ABCD-2345'))).toContain(wrong)
    bot.clock.advance(10 * 60_000)
    expect(textOf(await onTelegram().says(code))).toContain(wrong)
    const next = await takeCode()
    expect(textOf(await onTelegram().says(code))).toContain(wrong)
    await onTelegram().says(next)
    await onTelegram().taps('Đồng ý')
    expect(textOf(await bot.person('w1', 'web').says(`nối tài khoản ${next}`))).toContain(wrong)
    await onZalo().says('đồng ý nối')
    expect(textOf(await bot.person('w2', 'web').says(`nối tài khoản ${next}`))).toContain(wrong)
    const again = await takeCode()
    expect(textOf(await onTelegram().says(`nối tài khoản ${again}`))).toContain('đã nối với nhau rồi')
  })

  test('five tries in a quarter of an hour, also all at once; then the right code has to wait too', async () => {
    const code = await takeCode()
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => onTelegram().says(`nối tài khoản ABCD-234${i + 2}`)))
    expect(answers).toHaveLength(5)
    expect(textOf(await onTelegram().says(`nối tài khoản ${code}`))).toContain('thử lại sau 15 phút')
    expect(textOf(await bot.person('t2', 'telegram').says(`nối tài khoản ${code}`))).toContain('Bạn muốn nối tài khoản này')
    bot.clock.advance(15 * 60_000)
    const fresh = await takeCode()
    expect(textOf(await onTelegram().says(`nối tài khoản ${fresh}`))).toContain('Bạn muốn nối tài khoản này')
  })

  test('two others agree to one code at once: the first is asked about, the second hears it is used', async () => {
    const code = await takeCode()
    const [first, second] = [onTelegram(), bot.person('w1', 'web')]
    await first.says(`nối tài khoản ${code}`)
    await second.says(`nối tài khoản ${code}`)
    const before = onZalo().heard().length
    await Promise.all([first.says('đồng ý'), second.says('đồng ý')])
    await bot.dispatcher.drain()
    expect(onZalo().heard().length - before).toBe(1)
    const said = [first, second].map((one) => one.heard().at(-1)?.text ?? '')
    expect(said.filter((text) => text.includes('hỏi lại bạn'))).toHaveLength(1)
    expect(said.filter((text) => text.includes('không đúng, đã dùng'))).toHaveLength(1)
  })

  test('two yes at once, a message of the other side and its erasing meanwhile leave one whole person', async () => {
    const code = await takeCode()
    await onTelegram().says(`nối tài khoản ${code}`)
    await onTelegram().taps('Đồng ý')
    await Promise.all([
      onZalo().says('đồng ý nối'),
      onZalo().says('đồng ý nối'),
      onTelegram().says('menu'),
      onTelegram().says('dữ liệu của tôi'),
    ])
    const contacts = await bot.db.read('SELECT id FROM contacts')
    expect(contacts).toHaveLength(1)
    expect(await bot.db.read('SELECT DISTINCT contact_id FROM addresses')).toEqual([{ contact_id: contacts[0]?.id }])
  })

  test('the other side erases itself before the last yes: nothing is joined', async () => {
    const code = await takeCode()
    await onTelegram().says(`nối tài khoản ${code}`)
    await onTelegram().taps('Đồng ý')
    await onTelegram().says('xóa dữ liệu')
    await onTelegram().says('có')
    expect(textOf(await onZalo().says('đồng ý nối'))).toContain('không có tài khoản nào đang chờ')
    expect(await bot.db.read('SELECT channel FROM addresses')).toEqual([{ channel: 'zalo' }])
  })

  test('after joining, erasing on one side erases both', async () => {
    await joinBoth()
    await onTelegram().says('xóa dữ liệu')
    await onTelegram().says('có')
    expect(await bot.db.read('SELECT count(*) AS n FROM addresses')).toEqual([{ n: 0 }])
  })

  test('on a channel without buttons digits choose, and the question on its own is answered with words', async () => {
    const bare = bot.person('b1', 'zalo-bot')
    await bare.says('nối tài khoản')
    const shown = textOf(await bare.says('1'))
    const code = /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(shown)?.[0] ?? ''
    await onTelegram().says(`nối tài khoản ${code}`)
    await onTelegram().says('có')
    expect(bare.heard().at(-1)?.text).not.toMatch(/^1\. /m)
    expect(textOf(await bare.says('Đồng ý nối'))).toContain('Đã nối với tài khoản Telegram')
  })

  test('joining reads no table from end to end', async () => {
    for (const { sql, args } of await joinContacts(bot.db, bot.keys, 'c1', 'c2')) {
      const plan = (await bot.db.read(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => String(detail))
      expect(
        plan.filter((line) => line.startsWith('SCAN') && !line.includes('CONSTANT ROW') && !line.includes('broadcasts_kept')),
        sql,
      ).toEqual([])
    }
  })

  test('a group is not joined', async () => {
    expect(textOf(await bot.person('g1', 'telegram').sends({ text: 'nối tài khoản', group: true }))).toContain('nhắn riêng')
    const code = await takeCode()
    const answer = await bot.person('g1', 'telegram').sends({ text: `nối tài khoản ${code}`, group: true })
    expect(textOf(answer)).toContain('nhắn riêng')
    expect(await bot.db.read('SELECT asked_by_contact_id FROM link_codes')).toEqual([{ asked_by_contact_id: null }])
  })
})

test('the link handler stands before help and after what must always work', () => {
  const names = handlers.map(({ name }) => name)
  expect(names.indexOf('erase')).toBeLessThan(names.indexOf('link'))
  expect(names.at(-1)).toBe('help')
})
