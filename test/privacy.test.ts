/**
 * What is left of people's lives with the product, looked at by someone who took everything but the key: reports, and
 * broadcasts with the officers behind them.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addToken } from '../db/api-tokens.ts'
import type { TokenScope } from '../src/rights.ts'
import { textOf } from './harness.ts'
import { DAY, type Life, MINUTE, openLife } from './life.ts'

const LAN = '7100200300'
const HOA = '246845883529197922'
const TEXT = 'Mời đoàn viên công đoàn dự phiên chợ hàng Việt tại nhà văn hóa xã, sáng Chủ nhật.'

describe('a month of life, looked at by someone who took everything but the key', () => {
  let life: Life
  beforeEach(async () => {
    life = await openLife([LAN, HOA])
  })
  afterEach(() => life.close())

  test('no table, byte, file or line tells who reported what, from the first message to the last', async () => {
    const { bot, photos, platform, secrets, found, person, pass, look, tells, files } = life
    const lan = person(LAN, 'telegram')
    const hoa = person(HOA, 'zalo-bot')
    const guest = await life.visitor()
    const mai = person(guest.id, 'web')

    for (const one of [lan, hoa, mai]) await one.says('/start')
    await lan.says('đơn vị')
    await lan.says('xưởng may')
    await lan.taps('CĐCS Xưởng may số 1 (mẫu) · CĐ khu công nghiệp (mẫu) · Công đoàn cơ sở')
    await lan.taps('Đoàn viên công đoàn')
    await lan.says('đố vui')
    await hoa.says('câu này tôi tự nghĩ ra')
    await mai.says('thử lỗi vì hàng xóm tên Tèo Mẫu')
    secrets.words.push('Tèo Mẫu')
    await look('before any report')

    platform.down = true
    await tells(lan, 'Mua của chị Bưởi Mẫu, tem bong ra', async () => {
      secrets.words.push('AgACAgUAAx-photo-of-lan')
      await lan.sendsPhotos('AgACAgUAAx-photo-of-lan')
    })
    await look('a report is being told')
    await photos.drain()
    await look('its photo is tried again')
    const receipt = await files(lan, 'Cho trợ lý nhắn lại')
    await look('filed while its photo waits')
    platform.down = false
    pass(20 * MINUTE)
    await photos.drain()
    await look('its photo is stored')

    await tells(mai, 'Hộp sữa không có hạn dùng nào cả', async () => expect(await guest.sendsPhoto()).toBe(202))
    await look('a report on the page')
    await mai.taps('Để lại tên, số điện thoại')
    await mai.says('đủ 16')
    await mai.says('đồng ý')
    await mai.says('Nguyễn Thị Mẫu Mực')
    secrets.words.push('0912 345 678', '0912345678')
    await mai.says('0912345678')
    const second = await files(mai, 'Không')
    await look('filed with a name')
    await photos.drain()
    await look('the page’s photo is stored')

    for (const one of [hoa, mai, lan]) await one.says(receipt)
    await hoa.says(second)
    await hoa.says(`${receipt.slice(0, 12)}-2222-3333`)
    await look('looked up')

    await hoa.says('gặp cán bộ')
    await hoa.says('Tôi bị ép mua hàng của công ty Mẫu')
    await look('a question to an officer')

    // What she looked up waits for words of hers.
    await mai.says('hủy')
    await lan.says('nối tài khoản')
    const code = /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(textOf(await lan.taps('Lấy mã')))?.[0] ?? ''
    secrets.words.push(code.replace('-', ''))
    await mai.says(`nối tài khoản ${code}`)
    bot.clock.advance(-6 * MINUTE)
    await mai.taps('Đồng ý')
    bot.clock.advance(-6 * MINUTE)
    await lan.says('đồng ý nối')
    expect(await bot.db.read('SELECT count(*) AS n FROM contacts')).toEqual([{ n: 2 }])
    await look('two accounts are one person')

    await hoa.says('ngừng nhận tin')
    for (let day = 0; day < 9; day++) {
      pass(3 * DAY)
      await lan.says('tin mới')
      await life.letGo()
    }
    await look('a month later')
    await lan.says('xóa dữ liệu')
    await lan.taps('Có, xóa hết')
    await look('erased')
    await life.letGo()
    secrets.words.push(LAN, guest.id)
    await look('the night after')
    expect(await bot.db.read('SELECT count(*) AS n FROM addresses')).toEqual([{ n: 1 }])
    expect(found).toEqual({})
  })

  test('broadcasts and officers leave counts behind, and nobody’s name, words or secrets', async () => {
    const { bot, secrets, found, person, pass, look } = life
    const lan = person(LAN, 'telegram')
    const hoa = person(HOA, 'zalo-bot')
    const guest = await life.visitor()
    const mai = person(guest.id, 'web')
    const members = [lan, hoa, mai]
    for (const one of members) await one.says('/start')
    for (const one of members) {
      await one.says('nhận tin')
      for (const first of ['bật nhận tin', 'từ 16 tuổi', 'đồng ý']) expect(await one.says('1'), first).not.toEqual([])
    }
    expect(await bot.db.read('SELECT sum(push) AS n FROM contacts')).toEqual([{ n: 3 }])
    await life.tells(lan, 'Mua của chị Bưởi Mẫu, tem bong ra', async () => lan.sendsPhotos('AgACAgUAAx-photo-of-lan'))
    await life.files(lan, 'Cho trợ lý nhắn lại')
    const [hers = {}] = await bot.db.read('SELECT id, contact_id FROM addresses WHERE native = ?', [LAN])
    await bot.db.write([{ sql: "UPDATE contacts SET unit_id = 'cdcs-may-hp'", args: [] }])

    // Fixed secrets, so that no day shows digits that happen to stand in a time.
    const unitId = 'ld-hai-phong'
    const atDesk = { code: 'QWERTY23', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', native: '5550001119', unitId }
    const above = { code: 'ASDFGH45', secret: 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU', native: '5550002229', unitId }
    const editor = await life.officer('soan', ['editor'], atDesk)
    const approver = await life.officer('duyet', ['approver'], above)
    await look('two officers are bound')

    const token = 'hv_LeakedNowhereAtAllInThisLife0042'
    secrets.words.push(token, token.slice(3))
    const tag = await bot.keys.tag('token', token)
    const api = { id: 't1', officerId: 'soan', unitId: null, name: 'Cổng thông tin', scopes: ['read', 'draft'] as TokenScope[] }
    await bot.db.write([addToken({ ...api, expiresDay: '2026-12-31', tag, now: bot.clock.now() })])
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    expect((await life.site.request(`/api/v1/contacts/count?unit=${unitId}`, { headers })).status).toBe(200)
    for (const body of ['{"title":', JSON.stringify({ title: token })]) {
      expect((await life.site.request('/api/v1/campaigns', { method: 'POST', headers, body })).status).toBe(400)
    }
    await look('a system called with a token')

    await editor.says('soạn tin')
    await editor.taps('Soạn tin mới')
    for (const answer of [TEXT, 'cả đơn vị', 'mọi người', 'không theo chủ đề', 'không', 'không']) await editor.says(answer)
    await editor.taps('Đố vui')
    await editor.says('ngay')
    await editor.taps('Gửi duyệt')
    await approver.taps('Mở để duyệt')
    await approver.taps('Duyệt')
    await approver.proves()
    await look('a broadcast is approved')
    while (await bot.broadcasts.tick());
    expect(await bot.db.read("SELECT count(*) AS n FROM outbox WHERE priority = 1 AND state = 'queued'")).toEqual([{ n: 3 }])
    await look('its people are listed')
    pass(5 * MINUTE)
    await life.settle()
    for (const one of members) expect(textOf(one.heard())).toContain(TEXT)
    expect(await bot.db.read('SELECT sum(sent) AS n FROM broadcast_totals')).toEqual([{ n: 3 }])
    expect(await bot.db.read('SELECT count(*) AS n FROM push_counts')).toEqual([{ n: 3 }])
    await look('everybody has it')

    const push = lan.heard().find(({ text }) => text.includes(TEXT))
    await lan.taps(push?.buttons[0]?.label ?? '')
    await hoa.says(/xem [A-Z]\d[A-Z]/.exec(textOf(hoa.heard()))?.[0] ?? '')
    await lan.says(`kiểm tra tin ${/mã tin (\S+)/.exec(push?.text ?? '')?.[1]}`)
    await mai.says('ngừng nhận tin')
    await mai.taps('Có')
    expect(await bot.db.read('SELECT taps, opted_out FROM broadcasts')).toEqual([{ taps: 2, opted_out: 1 }])
    await look('tapped, checked, and left')

    await hoa.says('gặp cán bộ')
    await hoa.says('Tôi bị ép mua hàng của công ty Mẫu')
    await editor.taps('Hàng chờ')
    await editor.taps(editor.heard().at(-1)?.buttons[0]?.label ?? '')
    await look('an officer reads a question')
    await editor.taps('Trả lời')
    secrets.words.push('Bạn gọi Liên đoàn Lao động tỉnh nhé')
    await editor.says('Bạn gọi Liên đoàn Lao động tỉnh nhé.')
    await look('an officer is answering')
    await editor.taps('Gửi')
    expect(textOf(hoa.heard())).toContain('Bạn gọi Liên đoàn Lao động tỉnh nhé')
    await look('answered')

    await lan.says('xóa dữ liệu')
    await lan.taps('Có, xóa hết')
    await life.letGo()
    secrets.words.push(LAN)
    expect(await life.leftOf([String(hers.id), String(hers.contact_id)])).toEqual([])
    expect(await bot.db.read("SELECT count(*) AS n FROM outbox WHERE priority = 1 AND contact_id IS NULL AND address_id = ''")).toEqual([
      { n: 1 },
    ])
    await look('erased')

    bot.clock.advance(31 * DAY)
    await life.letGo()
    expect(await bot.db.read('SELECT count(*) AS n FROM outbox WHERE priority = 1')).toEqual([{ n: 0 }])
    expect(await bot.db.read('SELECT sum(sent) AS n FROM broadcast_totals')).toEqual([{ n: 3 }])
    expect(await bot.db.read('SELECT count(*) AS n FROM push_counts')).toEqual([{ n: 0 }])
    expect(await bot.db.read('SELECT count(*) AS n FROM inquiries')).toEqual([{ n: 0 }])
    await look('the ledger is only sums')
    expect(found).toEqual({})
  })
})
