import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { topics } from '../content/data/items.ts'
import { firstLeaves } from '../db/approvals.ts'
import { type AudienceRules, countAudience, countFurther, isCounted, newCounting } from '../db/audience.ts'
import { changeRoles, lendRoles } from '../db/officers.ts'
import { loadTopics } from '../db/topics.ts'
import type { OutboundMessage } from '../src/chat.ts'
import { loadContent } from '../src/load-content.ts'
import { pushRow } from './broadcast-rows.ts'
import { type Bot, createBot, fakeChannel, textOf } from './harness.ts'
import { addMany, unitRows } from './people.ts'
import { type Seated, seat } from './seats.ts'

const TEXT = 'Mời đoàn viên công đoàn dự phiên chợ hàng Việt tại nhà văn hóa xã, sáng Chủ nhật.'
const labels = (answer: OutboundMessage[]) => answer.at(-1)?.buttons.map(({ label }) => label) ?? []

describe('soạn tin', () => {
  let bot: Bot
  let lan: Seated
  let minh: Seated
  beforeEach(async () => {
    bot = await createBot({
      channels: [
        fakeChannel('telegram', { buttons: 12 }),
        fakeChannel('zalo', { buttons: 5, text: 2000 }),
        fakeChannel('zalo-bot', { buttons: 0, text: 2000, documents: false }),
        fakeChannel('web', { buttons: 20 }),
      ],
    })
    await bot.db.write(unitRows())
    await bot.db.write(loadTopics(topics))
    lan = await seat(bot, 'lan', 'xa', ['editor'])
    minh = await seat(bot, 'minh', 'xa', ['approver'])
  })
  afterEach(() => {
    expect(bot.lines.filter((line) => line.includes('handler.failed'))).toEqual([])
    return bot.close()
  })

  const campaigns = async () => bot.db.read('SELECT * FROM campaigns ORDER BY id')
  const draft = async () => (await campaigns()).at(-1) ?? {}
  const content = async () => JSON.parse(String((await draft()).content)) as Record<string, unknown>
  const runs = () => bot.db.read('SELECT id, state, reason, starts_at, campaign_id FROM broadcasts ORDER BY id')
  const audit = async (outcome = 'done') => {
    const rows = await bot.db.read('SELECT act, officer_id, detail FROM audit WHERE outcome = ? ORDER BY id', [outcome])
    return rows.map(({ act, officer_id, detail }) =>
      outcome === 'done' ? `${officer_id} ${act}` : `${officer_id} ${act} ${(JSON.parse(String(detail)) as { why: string }).why}`,
    )
  }
  /** Writes a message to the end of the questions with the usual answers. */
  const write = async (who: Pick<Seated, 'says' | 'taps'>, text = TEXT) => {
    await who.says('soạn tin')
    await who.taps('Soạn tin mới')
    await who.says(text)
    await who.says('cả đơn vị')
    await who.says('mọi người')
    await who.says('không theo chủ đề')
    await who.says('không')
    await who.says('không')
    await who.says('không')
    return who.says('ngay')
  }
  const submitted = async () => {
    await write(lan)
    return lan.taps('Gửi duyệt')
  }
  const approve = async () => {
    await minh.taps('Mở để duyệt')
    await minh.taps('Duyệt')
    return minh.says(minh.digits())
  }

  test.each(['soạn tin', 'soan tin', '/soantin', 'gửi tin cho đoàn viên', 'duyệt tin', 'kết quả gửi tin', 'tin của đơn vị'])(
    '“%s” of somebody who is no officer says for whom it is and nothing else',
    async (words) => {
      await write(lan)
      const answer = await bot.person('900').says(words)
      expect(answer).toHaveLength(1)
      expect(textOf(answer)).toContain('dành cho cán bộ đã gắn tài khoản')
      expect(labels(answer)).toEqual(['Danh mục'])
      const id = String((await draft()).id)
      const before = await campaigns()
      for (const payload of [`campaign:open:${id}`, `campaign:submit:${id}.9`, 'campaign:list:', 'campaign:run:1', 'campaign:new:']) {
        expect(textOf(await bot.person('900').sends({ payload }))).toBe(textOf(answer))
      }
      expect(await campaigns()).toEqual(before)
    },
  )

  test('an editor writes, one question at a time, and sees exactly what a person will get and how many', async () => {
    await addMany(bot.db, 34, { unit: 'co-so' })
    await addMany(bot.db, 12, { unit: 'xuong', channel: 'web' })
    await addMany(bot.db, 3, { unit: 'xuong', age: 'under16' })
    await addMany(bot.db, 21, { unit: 'xa', push: 0 })
    await addMany(bot.db, 50, { unit: 'xa-khac' })
    expect(labels(await lan.says('soạn tin'))).toEqual(['Soạn tin mới', 'Tin của đơn vị', 'Gửi đều đặn'])
    expect(textOf(await lan.taps('Soạn tin mới'))).toContain('nhiều nhất 1.500 ký tự')
    const asked = await lan.says(TEXT)
    expect(await draft()).toMatchObject({
      state: 'draft',
      unit_id: 'xa',
      author_id: 'lan',
      title: expect.stringContaining('Mời đoàn viên'),
    })
    expect(labels(asked)).toEqual(['Công đoàn xã Mẫu và các đơn vị bên dưới', 'Quay lại'])
    await lan.taps('Công đoàn xã Mẫu và các đơn vị bên dưới')
    await lan.taps('Mọi người')
    await lan.taps('Cuộc vận động')
    await lan.taps('Không')
    await lan.taps('Không nêu tên')
    await lan.taps('Đố vui')
    const preview = await lan.taps('Ngay sau khi duyệt')
    expect(preview).toHaveLength(2)
    expect(preview[0]?.text).toContain('Xem thử (chưa gửi cho ai)')
    expect(preview[0]?.text).toContain(`${TEXT}\n\nCông đoàn xã Mẫu · mã tin `)
    expect(preview[0]?.text).toContain('Dừng nhận tin')
    expect(preview[0]?.buttons.map(({ label }) => label)).toEqual(['Chơi đố vui'])
    const facts = preview[1]?.text ?? ''
    expect(facts).toContain('Sẽ gửi cho: khoảng 50 người.')
    expect(facts).toContain('• Telegram: khoảng 30')
    expect(facts).toContain('khoảng 10')
    expect(facts).toContain('• dưới 16 tuổi hoặc chưa rõ tuổi: dưới 10')
    expect(facts).toContain('• chưa đồng ý hoặc đã ngừng nhận tin: khoảng 20')
    expect(facts).toContain('Chủ đề: Cuộc vận động.')
    expect(labels(preview)).toEqual(['Gửi duyệt', 'Sửa', 'Hủy tin', 'Trang soạn tin'])
    expect(await draft()).toMatchObject({ topic: 'cuoc_van_dong', plan: '{"kind":"now"}' })
    expect((await content()).buttons).toEqual([{ to: { kind: 'quiz' } }])
  })

  test('submitted, opened by the approver, approved by six digits: the run waits five minutes and can still be cancelled', async () => {
    expect(textOf(await submitted())).toContain('Đã gửi duyệt')
    expect(textOf(minh.heard())).toContain('Đồng chí Cán bộ lan gửi duyệt một tin của Công đoàn xã Mẫu')
    const opened = await minh.taps('Mở để duyệt')
    expect(opened[0]?.text).toContain(TEXT)
    expect(textOf(opened)).toContain('Người soạn: Cán bộ lan')
    expect(labels(opened)).toEqual(['Duyệt', 'Trả lại', 'Sửa', 'Hủy tin', 'Trang soạn tin'])
    expect(textOf(await minh.taps('Duyệt'))).toContain('sáu số')
    expect(await runs()).toEqual([])
    const done = await minh.says(minh.digits())
    expect(textOf(done)).toContain('Tin đầu tiên được gửi lúc 09:05 thứ Hai, 23/11/2026')
    expect(labels(done)).toEqual(['Hủy gửi', 'Mở tin', 'Trang soạn tin'])
    expect(await runs()).toMatchObject([{ state: 'preparing', starts_at: new Date('2026-11-23T02:05:00Z').getTime() }])
    expect(await draft()).toMatchObject({ state: 'approved', approvals: 1 })
    expect(textOf(lan.heard())).toContain('Đồng chí Cán bộ minh đã duyệt tin')
    await minh.taps('Hủy gửi')
    bot.clock.advance(60_000)
    expect(textOf(await minh.says(minh.digits()))).toContain('Đã hủy đợt gửi')
    expect(await runs()).toMatchObject([{ state: 'cancelling' }])
    expect(await audit()).toEqual([
      'lan campaign.add',
      ...Array.from({ length: 7 }, () => 'lan campaign.edit'),
      'lan campaign.submit',
      'minh campaign.approve',
      'minh broadcast.cancel',
    ])
  })

  test('wrong digits are asked again, used digits are wrong, and after five the door is shut', async () => {
    await submitted()
    await minh.taps('Mở để duyệt')
    await minh.taps('Duyệt')
    expect(textOf(await minh.says('000 001'))).toContain('Sáu số chưa đúng')
    expect(textOf(await minh.says('chưa thấy số'))).toContain('Đồng chí gõ sáu số')
    const used = minh.digits()
    expect(textOf(await minh.says(used))).toContain('Đã duyệt')
    await minh.taps('Hủy gửi')
    expect(textOf(await minh.says(used))).toContain('đã dùng rồi')
    for (let i = 0; i < 4; i++) await minh.says('000002')
    expect(textOf(await minh.says('000003'))).toContain('Đồng chí')
    expect(await runs()).toMatchObject([{ state: 'preparing' }])
    const refused = await audit('refused')
    expect(refused).toContain('minh campaign.approve desk.digits_wrong')
    expect(refused).toContain('minh broadcast.cancel desk.digits_wrong')
    expect(refused).toContain('minh broadcast.cancel desk.digits_locked')
  })

  test('nobody approves what they wrote or changed', async () => {
    const hoa = await seat(bot, 'hoa', 'xa', ['approver'])
    await write(hoa)
    const sent = await hoa.taps('Gửi duyệt')
    expect(textOf(sent)).toContain('Đã gửi duyệt')
    const { id, version } = await draft()
    expect(labels(await hoa.taps('Mở tin'))).not.toContain('Duyệt')
    expect(textOf(await hoa.sends({ payload: `campaign:approve:${id}.${version}` }))).toContain('không tự duyệt được')
    expect(await runs()).toEqual([])
    expect(await audit('refused')).toEqual(['hoa campaign.approve desk.own_campaign'])
    expect(textOf(hoa.heard())).not.toContain('gửi duyệt một tin')
  })

  test('a viewer looks and can do nothing', async () => {
    const mai = await seat(bot, 'mai', 'xa', ['viewer'])
    await submitted()
    expect(labels(await mai.says('soạn tin'))).toEqual(['Tin của đơn vị', 'Gửi đều đặn'])
    const { id, version } = await draft()
    expect(labels(await mai.sends({ payload: `campaign:open:${id}` }))).toEqual(['Trang soạn tin'])
    const before = await draft()
    for (const payload of [
      'campaign:new:',
      'campaign:rule:daily_item',
      `campaign:edit:${id}.text`,
      `campaign:submit:${id}.${version}`,
      `campaign:approve:${id}.${version}`,
      `campaign:return:${id}.${version}`,
      `campaign:drop:${id}.yes`,
    ])
      expect(textOf(await mai.sends({ payload })), payload).toContain('chưa có quyền')
    expect(await draft()).toEqual(before)
    expect(await audit('refused')).toHaveLength(7)
  })

  test('an officer of another unit sees nothing of it, in lists or by its id', async () => {
    const tu = await seat(bot, 'tu', 'xa-khac', ['editor', 'approver', 'admin'])
    await submitted()
    await approve()
    expect(labels(await tu.says('tin của đơn vị'))).toEqual(['Trang soạn tin'])
    expect(labels(await tu.says('soạn tin'))).toContain('Chờ duyệt (0)')
    const { id } = await draft()
    for (const payload of [`campaign:open:${id}`, `campaign:edit:${id}.text`, `campaign:drop:${id}.yes`, `campaign:runs:${id}`])
      expect(textOf(await tu.sends({ payload })), payload).toContain('Tin này không còn, hoặc không thuộc đơn vị')
    for (const payload of ['campaign:run:1', 'campaign:act:1.cancel', 'campaign:message:1', `campaign:hold:${id}`])
      expect(textOf(await tu.sends({ payload })), payload).toContain('Đợt gửi này không còn, hoặc không thuộc đơn vị')
    expect(await runs()).toMatchObject([{ state: 'preparing' }])
  })

  test('a lent right approves until its day, and not after it', async () => {
    const bao = await seat(bot, 'bao', 'xa-khac', ['viewer'])
    const lent = { id: 'd1', lenderId: 'minh', officerId: 'bao', roles: ['approver' as const], fromDay: '2026-11-20' }
    await bot.db.write(lendRoles({ ...lent, untilDay: '2026-11-23', now: bot.clock.now() }))
    await submitted()
    const { id, version } = await draft()
    expect(labels(await bao.sends({ payload: `campaign:open:${id}` }))).toContain('Duyệt')
    expect(textOf(await bao.sends({ payload: `campaign:approve:${id}.${version}` }))).toContain('sáu số')
    bot.clock.advance(24 * 60 * 60 * 1000)
    expect(textOf(await bao.sends({ payload: `campaign:approve:${id}.${version}` }))).toContain('không thuộc đơn vị của đồng chí')
    expect(await runs()).toEqual([])
    expect(await audit('refused')).toEqual(['bao campaign.approve desk.campaign_gone'])
  })

  test('who may approve by a lent right is told that a message waits, while it is lent and its lender has it', async () => {
    const tu = await seat(bot, 'tu', 'xa-khac', ['viewer'])
    const bao = await seat(bot, 'bao', 'xa-khac', ['viewer'])
    const hoa = await seat(bot, 'hoa', 'xa', ['viewer'])
    const nga = await seat(bot, 'nga', 'xa', ['editor'])
    const kim = await seat(bot, 'kim', 'tinh', ['approver'])
    const lend = (id: string, lenderId: string, officerId: string, fromDay: string, untilDay: string) =>
      bot.db.write(lendRoles({ ...{ id, lenderId, officerId, fromDay, untilDay }, roles: ['approver'], now: bot.clock.now() }))
    await lend('d1', 'minh', 'bao', '2026-11-20', '2026-11-23')
    await lend('d2', 'minh', 'hoa', '2026-11-24', '2026-11-30')
    // Of a role the lender has not.
    await lend('d3', 'hoa', 'tu', '2026-11-20', '2026-11-30')
    // An author approves nothing, however the right came.
    await lend('d4', 'minh', 'nga', '2026-11-20', '2026-11-30')
    const waits = (who: Seated) => who.heard().filter(({ buttons }) => buttons.some(({ label }) => label === 'Mở để duyệt')).length
    const told = () => [minh, bao, hoa, tu, nga, kim].map(waits)
    await write(lan)
    await bot.db.write([{ sql: `UPDATE campaigns SET editors = '["lan","nga"]'`, args: [] }])
    await lan.taps('Gửi duyệt')
    expect(told()).toEqual([1, 1, 0, 0, 0, 0])
    await bao.taps('Mở để duyệt')
    await bao.taps('Duyệt')
    expect(textOf(await bao.says(bao.digits()))).toContain('Tin đầu tiên được gửi')
    bot.clock.advance(24 * 60 * 60 * 1000)
    await bot.db.write([{ sql: "UPDATE delegations SET ended_at = '2026-11-24' WHERE id = 'd4'", args: [] }])
    await submitted()
    expect(told()).toEqual([2, 1, 1, 0, 0, 0])
    await bot.db.write(changeRoles('minh', ['viewer'], bot.clock.now()))
    await submitted()
    expect(told(), 'then the unit above').toEqual([2, 1, 1, 0, 0, 1])
  })

  test('what is changed after submission is a draft again, and the approver is told to look anew', async () => {
    await submitted()
    await minh.taps('Mở để duyệt')
    await minh.taps('Duyệt')
    await lan.taps('Mở tin')
    expect(textOf(await lan.taps('Sửa'))).toContain('phải gửi duyệt lại')
    await lan.taps('Nội dung')
    const changed = await lan.says('Phiên chợ dời sang chiều Chủ nhật.')
    expect(textOf(changed)).toContain('trở lại bản nháp')
    expect(changed.map(({ text }) => text).join()).toContain('Phiên chợ dời sang chiều Chủ nhật.')
    expect(textOf(await minh.says(minh.digits()))).toContain('vừa được người khác xử lý')
    await lan.taps('Gửi duyệt')
    const old = Number((await draft()).version) - 1
    expect(textOf(await minh.sends({ payload: `campaign:approve:${(await draft()).id}.${old}` }))).toContain('Mời đồng chí xem lại')
    expect(await runs()).toEqual([])
    bot.clock.advance(60_000)
    await approve()
    expect(await runs()).toHaveLength(1)
    expect(JSON.parse(String((await bot.db.read('SELECT message FROM broadcasts'))[0]?.message)).body.vi.literal).toContain(
      'chiều Chủ nhật',
    )
  })

  test('sent back: the author is told and nothing leaves', async () => {
    await submitted()
    await minh.taps('Mở để duyệt')
    expect(textOf(await minh.taps('Trả lại'))).toContain('cần sửa gì')
    expect(await draft()).toMatchObject({ state: 'submitted' })
    expect(textOf(await minh.taps('Trả lại, không ghi lý do'))).toContain('Chưa có gì được gửi')
    expect(textOf(lan.heard())).toContain('trả lại tin')
    expect(await draft()).toMatchObject({ state: 'draft' })
    expect(labels(await minh.says('duyệt tin'))).toEqual(['Trang soạn tin'])
  })

  test('sent back with a reason: the author reads it, and one who changes their mind goes back', async () => {
    await submitted()
    await minh.taps('Mở để duyệt')
    await minh.taps('Trả lại')
    expect(labels(await minh.says('quay lại'))).toContain('Duyệt')
    expect(await draft()).toMatchObject({ state: 'submitted' })
    await minh.taps('Trả lại')
    expect(textOf(await minh.says('a'.repeat(301)))).toContain('từ 1 đến 300 ký tự')
    const told = await minh.says('Ghi rõ giờ bắt đầu, dùng “ưu đãi đoàn viên công đoàn”.')
    expect(textOf(told)).toContain('Đã trả lại')
    expect(lan.heard().at(-1)?.text).toContain('Lý do: Ghi rõ giờ bắt đầu')
    expect(await draft()).toMatchObject({ state: 'draft' })
    expect(JSON.stringify(await bot.db.read('SELECT * FROM audit'))).not.toContain('giờ bắt đầu')
  })

  test('who is asked for digits reads what for, and can go back; within the hold nobody has got it', async () => {
    await submitted()
    await minh.taps('Mở để duyệt')
    expect(labels(await minh.taps('Duyệt'))).toEqual(['Quay lại', 'Trang soạn tin'])
    expect(labels(await minh.says('000000'))).toEqual(['Quay lại', 'Trang soạn tin'])
    expect(labels(await minh.taps('Quay lại'))).toContain('Duyệt')
    await minh.taps('Duyệt')
    await minh.says(minh.digits())
    const sure = await minh.taps('Hủy gửi')
    expect(textOf(sure)).toContain('Hủy đợt gửi “Mời đoàn viên công đoàn dự phiên chợ…”. Chưa ai nhận tin này')
    bot.clock.advance(60_000)
    expect(textOf(await minh.says(minh.digits()))).toContain('Đã hủy đợt gửi. Chưa ai nhận tin này.')
  })

  test('two taps on “Gửi duyệt” are told that it has moved on, not that somebody took it', async () => {
    await submitted()
    expect(textOf(await lan.taps('Gửi duyệt'))).toContain('Tin đã sang bước khác')
  })

  test('an officer finds the doors of their work above the menu, a member does not', async () => {
    expect(labels(await lan.says('menu')).slice(0, 3)).toEqual(['Trang soạn tin', 'Hàng chờ', 'Mỗi ngày một điều'])
    expect(textOf(await lan.taps('Trang soạn tin'))).toContain('Đồng chí muốn làm gì?')
    const member = bot.person('901')
    await member.says('menu')
    expect(labels(await member.says('menu'))[0]).toBe('Mỗi ngày một điều')
  })

  test('a unit with one officer is approved by the unit above', async () => {
    const vy = await seat(bot, 'vy', 'co-so', ['editor', 'approver'])
    await write(vy)
    await vy.taps('Gửi duyệt')
    expect(textOf(minh.heard())).toContain('một tin của CĐCS Công ty Mẫu')
    await approve()
    expect(await runs()).toHaveLength(1)
  })

  test('without anybody to tell, the author learns it', async () => {
    await bot.db.write([{ sql: "UPDATE officers SET contact_id = NULL WHERE id = 'minh'", args: [] }])
    expect(textOf(await submitted())).toContain('chưa có cán bộ duyệt nào khác gắn tài khoản')
  })

  describe('writing', () => {
    test('a unit below is found by its name without accents; one outside is not', async () => {
      await lan.says('soạn tin')
      await lan.taps('Soạn tin mới')
      await lan.says(TEXT)
      expect(textOf(await lan.says('xa khac'))).toContain('Không tìm thấy đơn vị này')
      const found = await lan.says('xuong may')
      expect(found).toHaveLength(1)
      expect(labels(found)).toEqual(['CĐCS Xưởng may Mẫu · Công đoàn xã Mẫu', 'Quay lại'])
      await lan.taps('CĐCS Xưởng may Mẫu · Công đoàn xã Mẫu')
      expect(JSON.parse(String((await draft()).audience))).toMatchObject({ unitId: 'xuong' })
    })

    test('whoever goes back to the text reads it and keeps it by one tap', async () => {
      await lan.says('soạn tin')
      await lan.taps('Soạn tin mới')
      await lan.says(TEXT)
      const asked = await lan.says('quay lại')
      expect(textOf(asked)).toContain(`“${TEXT}”`)
      expect(labels(asked)).toEqual(['Giữ nội dung này', 'Quay lại'])
      expect(textOf(await lan.taps('Giữ nội dung này'))).toContain('Gửi cho ai?')
      expect(await content()).toMatchObject({ vi: TEXT })
      await lan.says('quay lại')
      await lan.says('Phiên chợ dời sang chiều.')
      expect(await content()).toMatchObject({ vi: 'Phiên chợ dời sang chiều.' })
    })

    test('a unit that is closed is not offered, and a topic is found by a part of its name', async () => {
      await bot.db.write([{ sql: "UPDATE units SET valid_to = '2025-06-30' WHERE id = 'xuong'", args: [] }])
      await lan.says('soạn tin')
      await lan.taps('Soạn tin mới')
      await lan.says(TEXT)
      expect(textOf(await lan.says('xuong may'))).toContain('Không tìm thấy đơn vị này')
      await lan.says('cả đơn vị')
      await lan.says('mọi người')
      expect(textOf(await lan.says('hàng'))).toContain('Tin thuộc chủ đề nào?')
      expect(textOf(await lan.says('ocop'))).toContain('tin ưu đãi không?')
      expect((await draft()).topic).not.toBeNull()
      await lan.says('tin ưu đãi')
      expect(await content()).toMatchObject({ label: '[Ưu đãi]' })
    })

    test('a time that is typed is said back before it is kept; a day alone asks for its hour; quiet hours are refused', async () => {
      await write(lan)
      await lan.taps('Sửa')
      await lan.taps('Giờ gửi')
      expect(textOf(await lan.says('hôm nào đó'))).toContain('chưa hiểu ngày giờ')
      expect(textOf(await lan.says('22h ngày 15/12'))).toContain('từ 21:00 đến 07:00')
      expect(textOf(await lan.says('8h ngày 20/11/2026'))).toContain('Giờ gửi đã qua')
      expect(textOf(await lan.says('15/12'))).toContain('Gửi lúc mấy giờ thứ Ba, 15/12/2026?')
      expect(textOf(await lan.says('9h30'))).toContain('Gửi lúc 09:30 thứ Ba, 15/12/2026, đúng không?')
      expect((await draft()).plan).toBe('{"kind":"now"}')
      const preview = await lan.says('đúng')
      expect(textOf(preview)).toContain('Giờ gửi: 09:30 thứ Ba, 15/12/2026')
      expect(JSON.parse(String((await draft()).plan))).toEqual({ kind: 'once', at: '2026-12-15T02:30:00.000Z' })
    })

    test('a deal is labelled and goes to those who agreed to deals', async () => {
      await write(lan)
      await lan.taps('Sửa')
      await lan.taps('Nhãn ưu đãi')
      const preview = await lan.taps('Có, là tin ưu đãi')
      expect(preview[0]?.text).toContain(`[Ưu đãi] ${TEXT}`)
      expect(JSON.parse(String((await draft()).audience))).toMatchObject({ purpose: 'deals' })
    })

    test('a message that names a business is kept and led to where its decision is filled in (R5)', async () => {
      await write(lan)
      await lan.taps('Sửa')
      await lan.taps('Nêu tên cơ sở')
      const answer = await lan.taps('Có nêu tên')
      expect(textOf(answer)).toContain('quyết định của cơ quan có thẩm quyền')
      expect(textOf(answer)).toContain('Bản nháp đã được giữ')
      expect(await draft()).toMatchObject({ state: 'draft', needs: 2 })
      expect(labels(await lan.taps('Mở tin'))).toEqual(['Sửa', 'Hủy tin', 'Trang soạn tin'])
      const { id, version } = await draft()
      expect(textOf(await lan.sends({ payload: `campaign:submit:${id}.${version}` }))).toContain('tên cơ quan, số, ngày')
    })

    test('with its decision it needs two approvals by two officers', async () => {
      const ha = await seat(bot, 'ha', 'tinh', ['approver'])
      await write(lan)
      const decision = { authority: 'Chi cục QLTT', number: '12/QĐ-XPHC', day: '2026-11-20', url: 'https://laichau.gov.vn/12' }
      await bot.db.write([
        {
          sql: "UPDATE campaigns SET needs = 2, content = json_set(content, '$.business', json('true'), '$.decision', json(?))",
          args: [JSON.stringify(decision)],
        },
      ])
      await lan.says('tin của đơn vị')
      await lan.sends({ payload: `campaign:open:${(await draft()).id}` })
      await lan.taps('Gửi duyệt')
      expect(textOf(await approve())).toContain('cần thêm một cán bộ khác duyệt')
      expect(await runs()).toEqual([])
      expect(textOf(ha.heard())).toContain('gửi duyệt một tin')
      bot.clock.advance(60_000)
      const { id, version } = await draft()
      expect(textOf(await minh.sends({ payload: `campaign:approve:${id}.${version}` }))).toContain('đã duyệt tin này')
      const opened = await ha.taps('Mở để duyệt')
      expect(textOf(opened)).toContain('Đã duyệt: 1/2 người.')
      expect(textOf(opened)).toContain('12/QĐ-XPHC')
      await ha.taps('Duyệt')
      expect(textOf(await ha.says(ha.digits()))).toContain('Tin đầu tiên được gửi lúc')
      expect(await runs()).toHaveLength(1)
    })

    test('a library item by its code, by words, and none', async () => {
      await loadContent(bot.db, () => {})
      await write(lan)
      await lan.taps('Sửa')
      await lan.taps('Nút bấm')
      await lan.taps('Một mục thư viện')
      expect(textOf(await lan.says('qwrtp zzkl'))).toContain('Không tìm thấy mục nào')
      const found = await lan.says('cuộc vận động')
      expect(found).toHaveLength(1)
      expect(labels(found).length).toBeGreaterThan(2)
      const preview = await lan.says('cvd-01')
      expect(preview[0]?.buttons.map(({ label }) => label)).toEqual(['Đọc thêm'])
      expect((await content()).buttons).toEqual([{ to: { kind: 'item', id: 'cvd-01' } }])
    })

    test('too long, a foreign link, a photo, no words: said kindly, nothing made', async () => {
      await lan.says('soạn tin')
      await lan.taps('Soạn tin mới')
      expect(textOf(await lan.says('a'.repeat(1501)))).toContain('Tin dài 1.501 ký tự')
      expect(textOf(await lan.says('Xem https://vi-du.com/qua-tang'))).toContain('trang chưa được phép')
      for (const bare of ['bit.ly/abc', 'vi-du.com', 'congdoan.vn@vi-du.com/x', 'Xem:T.ME/nhom', 'congdoan.vn.vi-du.xyz'])
        expect(textOf(await lan.says(`Mời bạn xem ${bare} nhé.`)), bare).toContain('trang chưa được phép')
      expect(textOf(await lan.sendsPhotos('p1'))).toContain('Ảnh của tin được thêm trên trang quản trị')
      expect(await campaigns()).toEqual([])
      const both = await lan.sends({ text: TEXT, attachments: [{ kind: 'photo', ref: 'p2' }] })
      expect(textOf(both)).toContain('Ảnh của tin')
      expect(await campaigns()).toHaveLength(1)
    })

    test.each([
      'congdoan.vn/tin, laichau.gov.vn.',
      'https://congdoan.vn',
      'thư lienhe@congdoan.vn',
      'tại TP.HCM, Q.7 v.v. lúc 8.30',
      'An.Mời đoàn viên',
    ])('what is no strange link may stand in a message: “%s”', async (words) => {
      await lan.says('soạn tin')
      await lan.taps('Soạn tin mới')
      expect(textOf(await lan.says(words))).toContain('Gửi cho ai?')
    })

    test('keywords of others inside the text are text; stop words and the menu still work', async () => {
      await lan.says('soạn tin')
      await lan.taps('Soạn tin mới')
      expect(textOf(await lan.says('menu'))).toContain('Đồng chí gõ nội dung tin')
      expect(textOf(await lan.says('ngừng nhận tin'))).toMatch(/ngừng nhận tin|phải không/i)
      await lan.says('ưu đãi đoàn viên')
      expect(await draft()).toMatchObject({ title: 'ưu đãi đoàn viên' })
    })

    test('quay lại goes one question back, hủy leaves and keeps the draft, and it is opened again days later', async () => {
      await lan.says('soạn tin')
      await lan.taps('Soạn tin mới')
      await lan.says(TEXT)
      await lan.says('cả đơn vị')
      expect(textOf(await lan.says('quay lại'))).toContain('Gửi cho ai?')
      expect(textOf(await lan.says('hủy'))).toContain('Bản nháp được giữ')
      bot.clock.advance(3 * 24 * 60 * 60 * 1000)
      const list = await lan.says('tin của đơn vị')
      expect(labels(list)[0]).toMatch(/^Mời đoàn viên.*… · bản nháp$/)
      expect((await lan.taps(labels(list)[0] ?? ''))[0]?.text).toContain(TEXT)
    })

    test('another question meanwhile is answered and the open one asked again; an old button changes nothing', async () => {
      await lan.says('soạn tin')
      await lan.taps('Soạn tin mới')
      await lan.says(TEXT)
      await lan.says('cả đơn vị')
      const answer = await lan.says('/goiai')
      expect(textOf(answer)).toContain('Gửi cho nhóm nào?')
      const before = await draft()
      expect(textOf(await lan.taps('Công đoàn xã Mẫu và các đơn vị bên dưới'))).toContain('Nút này thuộc một bước trước')
      expect(await draft()).toEqual(before)
    })

    test('a draft is cancelled once it is said twice', async () => {
      await write(lan)
      expect(textOf(await lan.taps('Hủy tin'))).toContain('phải không?')
      expect(await draft()).toMatchObject({ state: 'draft' })
      expect(textOf(await lan.taps('Có, hủy tin'))).toContain('Đã hủy tin')
      expect(await draft()).toMatchObject({ state: 'cancelled' })
    })

    test('who writes for two units says for which', async () => {
      await bot.db.write([
        ...lendRoles({
          ...{ id: 'd2', lenderId: 'tu', officerId: 'lan', roles: ['editor'], fromDay: '2026-11-01', untilDay: '2026-12-31' },
          now: bot.clock.now(),
        }),
      ])
      await seat(bot, 'tu', 'xa-khac', ['editor'])
      await lan.says('soạn tin')
      expect(labels(await lan.taps('Soạn tin mới'))).toEqual(['Công đoàn xã Mẫu', 'Công đoàn xã Khác', 'Hủy'])
      await lan.taps('Công đoàn xã Khác')
      await lan.says(TEXT)
      expect(await draft()).toMatchObject({ unit_id: 'xa-khac', author_id: 'lan' })
    })

    test('and a rule too', async () => {
      const lent = { id: 'd3', lenderId: 'tu', officerId: 'lan', roles: ['editor' as const], fromDay: '2026-11-01', untilDay: '2026-12-31' }
      await bot.db.write(lendRoles({ ...lent, now: bot.clock.now() }))
      await seat(bot, 'tu', 'xa-khac', ['editor'])
      await lan.says('soạn tin')
      await lan.taps('Gửi đều đặn')
      await lan.taps('Thêm: Câu hỏi của tuần')
      await lan.taps('Công đoàn xã Khác')
      expect(await draft()).toMatchObject({ unit_id: 'xa-khac', title: 'câu hỏi của tuần' })
    })

    test('in English too', async () => {
      await lan.says('english')
      await lan.says('soạn tin')
      await lan.taps('New message')
      await lan.says(TEXT)
      await lan.taps('Công đoàn xã Mẫu and the units below')
      await lan.taps('Trade union members')
      await lan.taps('The campaign')
      for (const label of ['No', 'It does not', 'The quiz']) await lan.taps(label)
      const preview = await lan.taps('Right after the approval')
      expect(textOf(preview)).toContain('Preview (sent to nobody yet)')
      expect(textOf(preview)).toContain('To: Trade union members of Công đoàn xã Mẫu and the units below.')
      expect(textOf(preview)).toContain('Topic: The campaign.')
    })

    test('of Zalo it is said whom it does not reach and what it costs', async () => {
      const at = (hours: number) => bot.clock.now().getTime() - hours * 60 * 60 * 1000
      await addMany(bot.db, 20, { unit: 'xa', channel: 'zalo', seenAt: at(1) })
      await addMany(bot.db, 30, { unit: 'xa', channel: 'zalo', seenAt: at(72) })
      await addMany(bot.db, 40, { unit: 'xa', channel: 'zalo', seenAt: at(300) })
      const facts = textOf(await write(lan))
      expect(facts).toContain('• Zalo: khoảng 90')
      expect(facts).toContain('• Tin Zalo phải trả phí: khoảng 30')
      expect(facts).toContain('Zalo không cho gửi: khoảng 40')
    })
  })

  describe('counting', () => {
    test('a count that stops and goes on ends with the same numbers', async () => {
      await addMany(bot.db, 2500, { unit: 'co-so' })
      await addMany(bot.db, 2500, { unit: 'xuong', channel: 'web' })
      await addMany(bot.db, 40, { unit: 'xuong', push: 0 })
      const rules: AudienceRules = {
        audience: { unitId: 'tinh', memberKinds: [], channels: [], joinedSince: null, purpose: 'push', withoutUnit: false },
        path: '/tinh/',
        topic: null,
        windows: {},
        now: bot.clock.now(),
      }
      const week = { week: '2026-11-23', cap: 3 }
      let counting = newCounting()
      let steps = 0
      for (; !isCounted(counting); steps++) counting = await countFurther(bot.db, rules, week, counting, async () => false)
      expect(steps).toBeGreaterThan(3)
      expect(counting.counts).toEqual(await countAudience(bot.db, rules, { ...week, breathe: async () => {} }))
      expect(counting.counts).toMatchObject({ total: 5000, leftOut: { notAgreed: 40 } })
    })

    test('when it takes long, what is known so far is said, and the next tap goes on from there', async () => {
      await addMany(bot.db, 60, { unit: 'co-so' })
      const wait = globalThis.setTimeout
      const hasty = ((work: () => void, ms?: number) => wait(work, ms === 1200 ? 0 : ms)) as typeof setTimeout
      vi.stubGlobal('setTimeout', hasty)
      const preview = await write(lan)
      expect(textOf(preview)).toContain('Trợ lý đang đếm người nhận, đến lúc này là khoảng 60')
      expect(labels(preview)[0]).toBe('Đếm tiếp')
      vi.unstubAllGlobals()
      const counted = await lan.taps('Đếm tiếp')
      expect(counted).toHaveLength(1)
      expect(textOf(counted)).toContain('Sẽ gửi cho: khoảng 60 người.')
      expect(labels(counted)).toEqual(['Gửi duyệt', 'Sửa', 'Hủy tin', 'Trang soạn tin'])
    })
  })

  describe('a run', () => {
    const ended = async (people: Record<string, number>, columns = "state = 'done', cursor = NULL") => {
      await submitted()
      await approve()
      await bot.db.write([{ sql: `UPDATE broadcasts SET ${columns} WHERE id = 1`, args: [] }])
      const rows = Object.entries(people).flatMap(([outcome, n]) =>
        Array.from({ length: n }, (_, i) => {
          const [state = '', reason = null] = outcome.split(' ')
          return pushRow(1, { state, reason, contact_id: `${outcome}${i}`, address_id: `a${i}` })
        }),
      )
      await bot.db.write(rows)
      bot.clock.advance(60_000)
    }
    const result = async () => lan.sends({ payload: 'campaign:run:1' })

    test('is told in totals, small cells hidden, and never by name', async () => {
      await ended({
        sent: 40,
        'failed telegram_403': 7,
        'failed strange': 2,
        unknown: 5,
        'skipped outside_window': 12,
        'skipped erased': 1,
      })
      await bot.db.write([{ sql: 'UPDATE broadcasts SET taps = 17, opted_out = 3', args: [] }])
      const text = textOf(await result())
      expect(text).toContain('Người nhận: khoảng 70 (làm tròn')
      expect(text).toContain('Đã gửi: 40.')
      expect(text).toContain('Không gửi được vì người nhận đã chặn trợ lý: 7.')
      expect(text).toContain('Không gửi được vì lý do khác: dưới 5.')
      expect(text).toContain('Chưa rõ đã nhận hay chưa: 5.')
      expect(text).toContain('Không gửi vì lâu chưa nhắn nên Zalo không cho gửi: 12.')
      expect(text).toContain('Không gửi vì đã xóa dữ liệu: dưới 5.')
      expect(text).toContain('Ngừng nhận tin trong 24 giờ: dưới 5.')
      expect(text).toContain('Lượt bấm nút: 17.')
    })

    test('done while lines of the web page wait to be seen: said so, and in tens', async () => {
      await ended({ sent: 20, sending: 13 })
      const text = textOf(await result())
      expect(text).toContain('Người nhận: khoảng 30 (làm tròn')
      expect(text).toContain('Chờ người nhận mở trang trò chuyện: khoảng 10.')
      expect(text).not.toContain('Đang chờ')
      expect(labels(await lan.says('tin của đơn vị'))[0]).toBe('Mời đoàn viên công đoàn… · đã gửi 23/11/2026')
    })

    test('of fewer than ten people shows no figure', async () => {
      await ended({ sent: 9 })
      const text = textOf(await result())
      expect(text).toContain('không hiện số liệu')
      expect(text).not.toContain('Đã gửi: ')
    })

    test('is paused and goes on by the digits of those who may', async () => {
      await ended({ sent: 20, queued: 20 }, "state = 'sending', cursor = NULL")
      expect(labels(await result())).toEqual(['Dừng', 'Hủy hẳn', 'Xem nội dung', 'Cập nhật số liệu', 'Trang soạn tin'])
      await lan.taps('Dừng')
      expect(textOf(await lan.says(lan.digits()))).toContain('Đã tạm dừng')
      expect(await runs()).toMatchObject([{ state: 'paused', reason: 'officer' }])
      // Stopping is anybody's who writes; starting again is the approver's.
      expect(labels(await result())).not.toContain('Gửi tiếp')
      expect(textOf(await lan.sends({ payload: 'campaign:act:1.resume' }))).toContain('chưa có quyền')
      await minh.sends({ payload: 'campaign:run:1' })
      await minh.taps('Gửi tiếp')
      await minh.says(minh.digits())
      expect(await runs()).toMatchObject([{ state: 'scheduled', reason: null }])
      expect(textOf(await minh.sends({ payload: 'campaign:act:1.resume' }))).toContain('chuyển sang bước khác')
    })

    test('is sent again to whom it failed; where it is unknown the officer is warned first', async () => {
      await ended({ sent: 20, 'failed telegram_500': 6, unknown: 8 })
      await minh.sends({ payload: 'campaign:run:1' })
      await minh.taps('Gửi lại cho người chưa nhận được')
      await minh.says(minh.digits())
      expect(await bot.db.read('SELECT state, resend FROM broadcasts')).toEqual([{ state: 'sending', resend: 'failed' }])
      await bot.db.write([{ sql: "UPDATE broadcasts SET resend = NULL, state = 'done'", args: [] }])
      await minh.sends({ payload: 'campaign:run:1' })
      expect(textOf(await minh.taps('Gửi lại cho người chưa rõ'))).toContain('có thể nhận tin này hai lần')
      bot.clock.advance(60_000)
      await minh.says(minh.digits())
      expect(await bot.db.read('SELECT resend FROM broadcasts')).toEqual([{ resend: 'unknown' }])
    })

    test('that missed its time is sent now or left out', async () => {
      await ended({}, "state = 'paused', reason = 'missed'")
      const opened = await minh.sends({ payload: 'campaign:run:1' })
      expect(textOf(opened)).toContain('lỡ giờ gửi')
      expect(labels(opened).slice(0, 2)).toEqual(['Gửi bây giờ', 'Bỏ qua'])
      expect(textOf(await minh.taps('Bỏ qua'))).toContain('Bỏ qua, không gửi nữa')
      await minh.says(minh.digits())
      expect(await runs()).toMatchObject([{ state: 'cancelling' }])
    })

    test('under an emergency stop says so, as the first page does', async () => {
      await ended({ sent: 20, queued: 20 }, "state = 'sending', cursor = NULL")
      await bot.db.write([{ sql: "INSERT INTO halts(at, officer_id) VALUES ('2026-11-23T02:00:00Z', 'minh')", args: [] }])
      expect(textOf(await result())).toContain('Cán bộ Cán bộ minh đã dừng mọi tin lúc 09:00, 23/11/2026')
      expect(textOf(await lan.says('soạn tin'))).toContain('đã dừng mọi tin')
    })

    test('shows the message as it was sent', async () => {
      await ended({ sent: 20 })
      await result()
      expect(textOf(await lan.taps('Xem nội dung'))).toContain(TEXT)
    })

    test('“hủy” instead of digits does nothing', async () => {
      await ended({ sent: 20, queued: 5 }, "state = 'sending', cursor = NULL")
      await result()
      await lan.taps('Hủy hẳn')
      expect(textOf(await lan.says('hủy'))).toContain('đang gửi')
      expect(await runs()).toMatchObject([{ state: 'sending' }])
      expect(textOf(await lan.says(lan.digits()))).not.toContain('Đã hủy đợt gửi')
    })
  })

  describe('regular messages', () => {
    beforeEach(() => loadContent(bot.db, () => {}))

    test('“Mỗi ngày một điều” is approved as a rule over reviewed content, and ended by digits', async () => {
      await lan.says('soạn tin')
      expect(labels(await lan.taps('Gửi đều đặn'))).toEqual(['Thêm: Mỗi ngày một điều', 'Thêm: Câu hỏi của tuần', 'Trang soạn tin'])
      const asked = await lan.taps('Thêm: Mỗi ngày một điều')
      expect([labels(asked)[0], labels(asked).at(-1)]).toEqual(['07:30 mỗi ngày', 'Hủy'])
      await lan.says('8h15')
      await lan.says('cả đơn vị')
      await lan.says('mọi người')
      const preview = await lan.says('không theo chủ đề')
      expect(textOf(preview)).toContain('Giờ gửi: 08:15 mỗi ngày.')
      expect(textOf(preview)).toContain('nhiều nhất 3 tin một tuần, tính cả tin này')
      expect(textOf(preview)).toContain('Nguồn: ')
      await lan.taps('Gửi duyệt')
      expect(textOf(await approve())).toContain('Lần gửi đầu tiên: 08:15 thứ Ba, 24/11/2026')
      expect(await runs()).toEqual([])
      expect(await draft()).toMatchObject({ state: 'approved', next_at: new Date('2026-11-24T01:15:00Z').getTime() })
      await minh.says('soạn tin')
      expect(labels(await minh.taps('Gửi đều đặn'))[0]).toBe('Mỗi ngày một điều · đang gửi đều đặn')
      await minh.taps('Mỗi ngày một điều · đang gửi đều đặn')
      await minh.taps('Dừng gửi đều đặn')
      bot.clock.advance(60_000)
      expect(textOf(await minh.says(minh.digits()))).toContain('Đã dừng gửi đều đặn')
      expect(await draft()).toMatchObject({ state: 'cancelled', next_at: null })
    })

    test('the first message of a rule waits the five minutes as well', () => {
      const at = (time: string) => firstLeaves({ kind: 'daily', time }, new Date('2026-11-23T02:00:00Z'))?.toISOString()
      expect(at('09:06')).toBe('2026-11-23T02:06:00.000Z')
      expect(at('09:04')).toBe('2026-11-24T02:04:00.000Z')
    })

    test('“Câu hỏi của tuần” has its weekday, tapped or typed', async () => {
      await lan.says('soạn tin')
      await lan.taps('Gửi đều đặn')
      expect(labels(await lan.taps('Thêm: Câu hỏi của tuần'))[0]).toBe('08:00 thứ Hai hằng tuần')
      await lan.says('thứ năm 9 giờ')
      expect(JSON.parse(String((await draft()).plan))).toEqual({ kind: 'weekly', weekday: 4, time: '09:00' })
      await lan.taps('Quay lại')
      await lan.says('thứ sáu 22h')
      expect(JSON.parse(String((await draft()).plan))).toEqual({ kind: 'weekly', weekday: 4, time: '09:00' })
      await lan.taps('17:00 thứ Sáu hằng tuần')
      expect(JSON.parse(String((await draft()).plan))).toEqual({ kind: 'weekly', weekday: 5, time: '17:00' })
    })
  })

  describe.each(['zalo', 'zalo-bot', 'web'])('on %s', (channel) => {
    /** Picks a choice by its number where choices are numbered, else taps it. */
    const picker = (who: Seated) => async (label: string) => {
      const text = who.heard().at(-1)?.text ?? ''
      const number = text.split('\n').find((line) => line.replace(/^\d+\. /, '') === label && /^\d/.test(line))
      return number ? who.says(number.split('.')[0] ?? '') : who.taps(label)
    }

    test('the whole way is gone by choices alone', async () => {
      const an = await seat(bot, 'an', 'tinh', ['editor'], channel)
      const yen = await seat(bot, 'yen', 'tinh', ['approver'], channel)
      const [pick, choose] = [picker(an), picker(yen)]
      await an.says('soạn tin')
      await pick('Soạn tin mới')
      await an.says(TEXT)
      await pick('Cả người chưa chọn đơn vị')
      await pick('Đoàn viên công đoàn và thanh niên')
      await pick('Phúc lợi, ưu đãi')
      await pick('Không')
      await pick('Không nêu tên')
      await pick('Ưu đãi đoàn viên')
      await pick('17:30 thứ Hai, 23/11/2026')
      expect(await draft()).toMatchObject({ topic: 'phuc_loi', plan: '{"kind":"once","at":"2026-11-23T10:30:00.000Z"}' })
      expect(JSON.parse(String((await draft()).audience))).toMatchObject({ withoutUnit: true, memberKinds: ['cong_doan', 'thanh_nien'] })
      await pick('Gửi duyệt')
      const told = yen.heard().at(-1)
      if (channel === 'zalo-bot') expect(told?.text).toContain('• Mở để duyệt: “duyệt tin”')
      const waiting = await yen.says('duyệt tin')
      expect(textOf(waiting)).toContain('Các tin chờ đồng chí duyệt')
      await choose('Mời đoàn viên công đoàn… · chờ duyệt')
      await choose('Duyệt')
      expect(textOf(await yen.says(yen.digits()))).toContain('Tin đầu tiên được gửi lúc 17:30 thứ Hai, 23/11/2026')
      expect(await runs()).toHaveLength(1)
      for (const { text } of [...an.heard(), ...yen.heard()]) expect(text.length).toBeLessThanOrEqual(2000)
    })

    test('an officer is called “đồng chí” under the choices too, a member “bạn”', async () => {
      const an = await seat(bot, 'an', 'xa', ['editor'], channel)
      const yen = await seat(bot, 'yen', 'xa', ['approver'], channel)
      const before = an.heard().length
      await an.says('soạn tin')
      await picker(an)('Gửi đều đặn')
      await an.says('hàng chờ')
      await an.says('dừng mọi tin')
      const [cancelled] = await an.says('hủy')
      expect(cancelled?.text).toContain('Đã hủy. Đồng chí muốn làm gì tiếp?')
      if (channel !== 'web')
        expect(cancelled?.text).toMatch(/\n\n1\. Trang soạn tin\n2\. Hàng chờ\n3\. [\s\S]*\n\nĐồng chí nhắn số để chọn\.$/)
      await picker(an)('Trang soạn tin')
      const said = an.heard().slice(before)
      expect(said.map(({ hint }) => hint)).toEqual(said.map(() => 'Đồng chí nhắn số để chọn.'))
      expect(said).toHaveLength(6)
      await submitted()
      expect(yen.heard().at(-1)?.hint).toBe('Đồng chí gõ chữ trong ngoặc kép để mở.')
      const member = bot.person('77', channel)
      for (const words of ['menu', 'dừng mọi tin', 'hủy']) await member.says(words)
      const heard = member.heard()
      expect(heard.map(({ hint }) => hint)).toEqual(heard.map(() => 'Bạn nhắn số để chọn.'))
      expect(heard.at(-1)?.text).toContain('Bạn muốn làm gì tiếp?')
    })
  })
})
