import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { haltPushes } from '../db/halts.ts'
import { addOfficer, dismissOfficer, makeBindCode } from '../db/officers.ts'
import { deskOf, findOfficerAt } from '../db/rights.ts'
import { newTotpSecret, totpDigits } from '../src/totp.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'
import { unitRows } from './people.ts'
import { auditOf } from './seats.ts'

const CODE = 'ABCD2345'

describe('gắn tài khoản cán bộ', () => {
  let bot: Bot
  let secret: string
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel(), fakeChannel('zalo-bot', { buttons: 0 })] })
    await bot.db.write(unitRows())
    await bot.db.write([
      addOfficer({ id: 'o1', name: 'Nguyễn Văn Mẫu', unitId: 'xa', roles: ['approver', 'viewer'], now: bot.clock.now() }),
    ])
    await takeCode(CODE)
  })
  afterEach(() => bot.close())

  const takeCode = async (code: string, officerId = 'o1') => {
    secret = newTotpSecret()
    const codeTag = await bot.keys.tag('officer-code', code)
    await bot.db.write(await makeBindCode(bot.keys, { officerId, codeTag, secret, now: bot.clock.now() }))
  }
  const digits = () => totpDigits(secret, bot.clock.now())
  const wrongDigits = () => String((Number(digits()) + 1) % 1_000_000).padStart(6, '0')
  const boundTo = async () =>
    (
      await bot.db.read('SELECT a.native FROM officers o JOIN addresses a ON a.contact_id = o.contact_id WHERE o.id = ? AND o.active = 1', [
        'o1',
      ])
    )[0]?.native

  test('by words and code, then the digits of the app: says who, where and what can be done now', async () => {
    const an = bot.person('100')
    expect(textOf(await an.says('gan tai khoan can bo'))).toContain('mã gắn tài khoản gồm 8 ký tự')
    const asked = textOf(await an.says('abcd-2345'))
    expect(asked).toContain('sáu số')
    expect(await boundTo()).toBeUndefined()
    const done = textOf(await an.says(digits()))
    expect(done).toContain('Nguyễn Văn Mẫu, Công đoàn xã Mẫu')
    for (const command of ['/soantin', '/hangcho', '/dungmoitin']) expect(done).toContain(command)
    expect(await boundTo()).toBe('100')
    expect(textOf(an.heard())).not.toContain(secret)
    expect(JSON.stringify(await auditOf(bot))).not.toMatch(new RegExp(`${secret}|${CODE}`))
    expect(await auditOf(bot)).toMatchObject([{ officer_id: 'o1', act: 'officer.bind', outcome: 'done', unit_id: 'xa', about_id: 'o1' }])
    expect(bot.lines).toEqual([])
  })

  test('in one message, and through the link that opens the chat, also as the very first word', async () => {
    expect(textOf(await bot.person('100').says('Gắn tài khoản cán bộ ABCD 2345'))).toContain('sáu số')
    const first = bot.person('200')
    const answer = textOf(await first.sends({ text: '/start', start: `cb-${CODE}` }))
    expect(answer).toContain('sáu số')
    expect(answer).not.toContain('Mã đơn vị')
    await first.says(digits())
    expect(await boundTo()).toBe('200')
  })

  test('somebody with other roles reads only what those let them do', async () => {
    await bot.db.write([{ sql: `UPDATE officers SET roles = '["viewer"]'`, args: [] }])
    await bot.person('100').says(`gắn tài khoản cán bộ ${CODE}`)
    const done = textOf(await bot.person('100').says(digits()))
    expect(done).toContain('Đã gắn')
    expect(done).not.toMatch(/soantin|hangcho|dungmoitin/)
  })

  test('one answer to every wrong code: unknown, malformed in the link, run out, used, of an officer who left', async () => {
    const wrong = 'không đúng, đã dùng hoặc đã hết hạn'
    const tries = async (address: string, code = CODE) => textOf(await bot.person(address).says(`gắn tài khoản cán bộ ${code}`))
    expect(await tries('1', 'ABCD-2346')).toContain(wrong)
    expect(textOf(await bot.person('2').sends({ text: '/start', start: 'cb-none' }))).toContain(wrong)
    await bot.person('3').says(`gắn tài khoản cán bộ ${CODE}`)
    await bot.person('3').says(digits())
    expect(await tries('4')).toContain(wrong)
    await takeCode(CODE)
    bot.clock.advance(24 * 60 * 60 * 1000)
    expect(await tries('5')).toContain(wrong)
    await takeCode(CODE)
    await bot.db.write(dismissOfficer('o1', bot.clock.now()))
    expect(await tries('6')).toContain(wrong)
  })

  test('the sixth code within a quarter of an hour is not looked at, even the right one', async () => {
    const an = bot.person('100')
    await an.says('gắn tài khoản cán bộ')
    for (let i = 0; i < 5; i++) expect(textOf(await an.says(`WRNG234${i + 2}`))).toContain('không đúng')
    expect(textOf(await an.says(CODE))).toContain('thử lại sau 15 phút')
    bot.clock.advance(15 * 60 * 1000 + 1)
    expect(textOf(await an.says(`gắn tài khoản cán bộ ${CODE}`))).toContain('sáu số')
  })

  test('wrong digits are refused and written down; five with one code, from whatever accounts, end its use', async () => {
    for (const address of ['100', '200']) await bot.person(address).says(`gắn tài khoản cán bộ ${CODE}`)
    for (let i = 0; i < 5; i++) expect(textOf(await bot.person(i % 2 ? '100' : '200').says(wrongDigits()))).toContain('Sáu số chưa đúng')
    expect(textOf(await bot.person('100').says(digits()))).toContain('quá năm lần')
    bot.clock.advance(60 * 60 * 1000)
    await bot.person('100').says(`gắn tài khoản cán bộ ${CODE}`)
    expect(textOf(await bot.person('100').says(digits()))).toContain('quá năm lần')
    expect(await boundTo()).toBeUndefined()
    expect(await auditOf(bot)).toHaveLength(7)
    for (const row of await auditOf(bot)) expect(row).toMatchObject({ act: 'officer.bind', outcome: 'refused', officer_id: 'o1' })
  })

  test('the digits that bound the account are used up', async () => {
    const an = bot.person('100')
    await an.says(`gắn tài khoản cán bộ ${CODE}`)
    const used = digits()
    await an.says(used)
    const [row] = await bot.db.read('SELECT contact_id FROM officers')
    const actor = await findOfficerAt(bot.db, String(row?.contact_id), bot.clock.now())
    if (!actor) throw new Error('not bound')
    const turn = { ...bot, now: bot.clock.now(), id: () => 'x', random: () => 0 } as unknown as Parameters<typeof deskOf>[0]
    await expect(haltPushes(deskOf(turn, actor), used)).rejects.toThrow('desk.digits_wrong')
  })

  test('two accounts with the right digits at once: one is bound', async () => {
    const [an, binh] = [bot.person('100'), bot.person('200')]
    await an.says(`gắn tài khoản cán bộ ${CODE}`)
    await binh.says(`gắn tài khoản cán bộ ${CODE}`)
    await Promise.all([an.says(digits()), binh.says(digits())])
    const said = [textOf(an.heard()), textOf(binh.heard())]
    expect(said.filter((text) => text.includes('Đã gắn'))).toHaveLength(1)
    expect(said.filter((text) => text.includes('đã dùng hoặc'))).toHaveLength(1)
    expect(await auditOf(bot)).toHaveLength(1)
  })

  test('a second account takes over, and the first one is told', async () => {
    await bot.person('100').says(`gắn tài khoản cán bộ ${CODE}`)
    await bot.person('100').says(digits())
    await takeCode('WXYZ2345')
    await bot.person('200').says('gắn tài khoản cán bộ WXYZ-2345')
    await bot.person('200').says(digits())
    expect(await boundTo()).toBe('200')
    expect(textOf(bot.person('100').heard())).toContain('vừa được chuyển sang một tài khoản khác')
    expect(textOf(await bot.person('100').says('hàng chờ'))).toContain('dành cho cán bộ')
  })

  test('forged payloads bind nobody', async () => {
    const eve = bot.person('900')
    for (const payload of ['bind:digits:o1', 'bind:done:o1', 'bind:unbind:o1', 'bind:keep:', 'bind:code:ABCD2345'])
      expect((await eve.sends({ payload })).length).toBeGreaterThan(0)
    expect(await boundTo()).toBeUndefined()
    expect(await auditOf(bot)).toEqual([])
    expect(bot.lines).toEqual([])
  })

  test('thôi gắn tài khoản is asked once; afterwards the chat is a member’s', async () => {
    const an = bot.person('100')
    await an.says(`gắn tài khoản cán bộ ${CODE}`)
    await an.says(digits())
    expect(textOf(await an.says('thôi gắn tài khoản'))).toContain('phải không?')
    expect(textOf(await an.says('không'))).toContain('vẫn được gắn')
    await an.says('thoi gan tai khoan')
    expect(textOf(await an.taps('Thôi gắn'))).toContain('Đã thôi gắn')
    expect(await boundTo()).toBeUndefined()
    expect(textOf(await an.says('thôi gắn tài khoản'))).toContain('không gắn với cán bộ nào')
    expect(await auditOf(bot, 'officer.unbind')).toMatchObject([{ officer_id: 'o1', outcome: 'done' }])
  })

  test('in a group no code is taken', async () => {
    const answer = await bot.person('-1').sends({ text: `gắn tài khoản cán bộ ${CODE}`, group: true })
    expect(textOf(answer)).toContain('nhắn riêng')
    expect(await bot.db.read('SELECT * FROM tries')).toEqual([])
  })
})
