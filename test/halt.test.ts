import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findHalt } from '../db/halts.ts'
import { dismissOfficer } from '../db/officers.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'
import { unitRows } from './people.ts'
import { auditOf, type Seated, seat } from './seats.ts'

describe('dừng mọi tin', () => {
  let bot: Bot
  let an: Seated
  let binh: Seated
  beforeEach(async () => {
    bot = await createBot({ channels: [fakeChannel(), fakeChannel('zalo-bot', { buttons: 0 })] })
    await bot.db.write(unitRows())
    an = await seat(bot, 'an', 'xa', ['approver'])
    binh = await seat(bot, 'binh', 'tinh', ['admin'])
  })
  afterEach(() => bot.close())

  const halted = () => findHalt(bot.db)
  const stops = async (officer: Seated, words = 'dừng mọi tin') => {
    await officer.says(words)
    return textOf(await officer.says(officer.digits()))
  }
  const later = () => bot.clock.advance(30_000)

  test.each(['dừng mọi tin', 'dung moi tin', 'Dừng tất cả tin', '/dungmoitin'])(
    '“%s”: six digits, then nothing leaves, and who and when is said',
    async (words) => {
      expect(textOf(await an.says(words))).toContain('gõ sáu số')
      expect(await halted()).toBeUndefined()
      expect(textOf(await an.says(an.digits()))).toContain('Đã dừng mọi tin lúc 09:00, 23/11/2026')
      expect(binh.heard().at(-1)?.text).toContain('Cán bộ Cán bộ an đã dừng mọi tin lúc 09:00, 23/11/2026')
      expect(await halted()).toMatchObject({ officerId: 'an' })
      expect(textOf(await binh.says('dừng mọi tin'))).toContain('Cán bộ an đã dừng')
      expect(await auditOf(bot)).toMatchObject([{ officer_id: 'an', act: 'pushes.halt', outcome: 'done' }])
    },
  )

  test('two officers start it again: the first asks, the others are told with a button, the second does it', async () => {
    const viewer = await seat(bot, 'xem', 'tinh', ['viewer'])
    await stops(an)
    later()
    expect(textOf(await an.says('cho gửi lại mọi tin'))).toContain('đã dừng mọi tin lúc')
    expect(textOf(await an.says(an.digits()))).toContain('Đã báo cho 1 cán bộ')
    expect(await halted()).toMatchObject({ restartBy: 'an' })
    expect(textOf(viewer.heard())).not.toContain('đề nghị cho gửi lại')
    expect(textOf(await an.says('cho gửi lại mọi tin'))).toContain('Cần một cán bộ khác')
    expect(binh.heard().at(-1)?.text).toContain('Cán bộ an đề nghị cho gửi tin trở lại')
    await binh.taps('Cho gửi tin trở lại')
    expect(textOf(await binh.says(binh.digits()))).toContain('Hai cán bộ đã cùng đồng ý')
    expect(await halted()).toBeUndefined()
    expect(an.heard().at(-1)?.text).toContain('Hai cán bộ đã cùng đồng ý: tin được gửi trở lại')
    expect(textOf(await an.says('cho gửi lại mọi tin'))).toContain('không có lệnh dừng nào')
    expect((await auditOf(bot)).map(({ act, officer_id }) => `${act} ${officer_id}`)).toEqual([
      'pushes.halt an',
      'pushes.restart_asked an',
      'pushes.restart binh',
    ])
  })

  test('with nobody else to agree it says so', async () => {
    await bot.db.write(dismissOfficer('binh', bot.clock.now()))
    await stops(an)
    later()
    await an.says('cho gửi lại mọi tin')
    expect(textOf(await an.says(an.digits()))).toContain('chưa ai khác gắn tài khoản')
  })

  test('at most twenty are told', async () => {
    for (let n = 0; n < 22; n++) await seat(bot, `b${n}`, 'xa', ['approver'])
    await stops(an)
    later()
    await an.says('cho gửi lại mọi tin')
    expect(textOf(await an.says(an.digits()))).toContain('Đã báo cho 20 cán bộ')
    expect(bot.channels[0]?.sent.filter(({ text }) => text.includes('đề nghị cho gửi tin trở lại'))).toHaveLength(20)
  })

  test('wrong, replayed and too many digits stop nothing and start nothing; each is written down', async () => {
    await an.says('dừng mọi tin')
    const wrong = String((Number(an.digits()) + 1) % 1_000_000).padStart(6, '0')
    expect(textOf(await an.says(wrong))).toContain('chưa đúng')
    const used = an.digits()
    await an.says(used)
    expect(await halted()).toBeDefined()
    await an.says('cho gửi lại mọi tin')
    expect(textOf(await an.says(used))).toContain('chưa đúng hoặc đã dùng')
    for (let i = 0; i < 4; i++) await an.says(wrong)
    later()
    expect(textOf(await an.says(an.digits()))).toContain('quá năm lần')
    expect(await halted()).toMatchObject({ restartBy: null })
    expect((await auditOf(bot)).filter(({ outcome }) => outcome === 'refused')).toHaveLength(7)
  })

  test('both start it again at the same moment: still it takes two', async () => {
    const chi = await seat(bot, 'chi', 'tinh', ['approver'])
    await stops(an)
    later()
    for (const one of [binh, chi]) await one.says('cho gửi lại mọi tin')
    await Promise.all([binh.says(binh.digits()), chi.says(chi.digits())])
    const acts = (await auditOf(bot)).filter(({ outcome }) => outcome === 'done').map(({ act }) => act)
    if (await halted()) expect(acts).toEqual(['pushes.halt', 'pushes.restart_asked'])
    else expect(acts).toEqual(['pushes.halt', 'pushes.restart_asked', 'pushes.restart'])
  })

  test('an officer without the right is refused and it is written down; one who left is a member', async () => {
    const editor = await seat(bot, 'soan', 'xa', ['editor'])
    expect(textOf(await editor.says('dừng mọi tin'))).toContain('chưa có quyền')
    expect(await auditOf(bot)).toMatchObject([{ officer_id: 'soan', act: 'pushes.halt', outcome: 'refused' }])
    await an.says('dừng mọi tin')
    await bot.db.write(dismissOfficer('an', bot.clock.now()))
    expect(textOf(await an.says(an.digits()))).not.toContain('đã dừng mọi tin')
    expect(await halted()).toBeUndefined()
  })

  test('a member’s payloads stop and start nothing', async () => {
    await stops(an)
    const eve = bot.person('900')
    for (const payload of ['halt:restart:', 'halt:halt:', 'halt:now:x']) await eve.sends({ payload })
    await eve.says('123456')
    expect(textOf(await eve.says('cho gửi lại mọi tin'))).toContain('dành cho cán bộ')
    expect(await halted()).toMatchObject({ restartBy: null })
  })

  test('a member who says so is asked what “ngừng nhận tin” asks, and confirmed once', async () => {
    const lan = bot.person('100')
    await lan.says('hi')
    await bot.db.write([
      { sql: "UPDATE contacts SET age = 'adult' WHERE id = (SELECT contact_id FROM addresses WHERE native = '100')", args: [] },
    ])
    await lan.sends({ payload: 'consent:yes:push.push-1' })
    const ask = await lan.says('dừng tất cả tin')
    expect(textOf(ask)).toBe('Bạn muốn ngừng nhận tin phải không?')
    expect(ask[0]?.buttons.map((button) => 'payload' in button && button.payload)).toEqual(['stop:yes:', 'stop:no:'])
    expect(textOf(await lan.says('có'))).toContain('Đã dừng gửi tin')
    expect(textOf(await lan.sends({ payload: 'stop:ask:' }))).toContain('không nhận tin nào')
  })

  test.each(['ngừng nhận tin', 'dừng nhận tin', 'dung nhan tin', 'tắt tin', 'stop'])(
    '“%s” still is the member’s own stop, also of an officer',
    async (words) => {
      expect(textOf(await an.says(words))).toContain('không nhận tin nào')
      expect(textOf(await bot.person('100').says(words))).toContain('không nhận tin nào')
    },
  )

  test('without buttons the notice shows its words', async () => {
    const zalo = await seat(bot, 'dung', 'xa', ['approver'], 'zalo-bot')
    await stops(an)
    later()
    await an.says('cho gửi lại mọi tin')
    await an.says(an.digits())
    expect(zalo.heard().at(-1)?.text).toContain('“cho gửi tin trở lại”')
    expect(textOf(await zalo.says('dừng mọi tin'))).toContain('1. Cho gửi tin trở lại')
    expect(textOf(await zalo.says('2'))).toContain('Trợ lý làm được')
    await zalo.says('cho gui lai moi tin')
    expect(textOf(await zalo.says(zalo.digits()))).toContain('Hai cán bộ')
  })
})
