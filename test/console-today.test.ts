/**
 * Officers at their day: what waits for whom, members' messages read, answered, handed over and closed, runs that move,
 * phrases, channels; and figures with their limits, as pages and as files.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listHealth, QUEUE_MOST } from '../db/health.ts'
import { addToInquiry, findOpenInquiry } from '../db/inquiries.ts'
import { stateOf } from '../src/console/health.tsx'
import { readSheet } from '../src/sheet/index.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { signIn } from './console-desk.ts'
import { askRows, furnishDay, monthRows } from './console-figures.ts'

const DAY = 24 * 60 * 60 * 1000
let desk: ApiDesk
beforeEach(async () => {
  desk = await openApiDesk()
})
afterEach(() => desk.close())

const acts = async (act: string) => (await desk.audits()).filter((row) => row.act === act)

describe('members’ messages', () => {
  const asks = async (id = 'q1', unitId = 'xa', text = 'Em cần hỏi ai?') =>
    desk.db.write(
      await askRows(desk.db, desk.keys, { id, unitId, text, now: desk.clock.now(), dueAt: new Date(desk.clock.now().getTime() + 2 * DAY) }),
    )
  const at = async (unitId = 'xa') => signIn(desk, await desk.officer(unitId, ['editor'], `e-${unitId}`))
  const state = async (id = 'q1') => (await desk.db.read('SELECT state, unit_id FROM inquiries WHERE id = ?', [id]))[0]

  test('the queue says the unit and the times, never who or what', async () => {
    await asks()
    const page = await (await at()).get('/console/inquiries')
    expect(page.text).toContain('Một đoàn viên của Công đoàn xã Mẫu')
    expect(page.text).toContain('09:00 thứ Tư, 25/11/2026')
    expect(page.html).not.toMatch(/Em cần hỏi|asks-q1|telegram/i)
    expect(await acts('inquiry.read')).toEqual([])
  })

  test('reading one is recorded, and what stands in it is text', async () => {
    await asks('q1', 'xa', '<script>alert(1)</script> "><img src=x onerror=alert(1)>')
    const page = await (await at()).get('/console/inquiries/q1')
    expect(page.status).toBe(200)
    expect(page.html).not.toMatch(/<script>alert|<img/)
    expect(page.text).toContain('<script>alert(1)</script>')
    expect(await acts('inquiry.read')).toMatchObject([
      { officer_id: 'e-xa', outcome: 'done', about: 'inquiry', about_id: 'q1', unit_id: 'xa' },
    ])
  })

  test('an answer goes to the member; a second officer is told that it was answered', async () => {
    await asks()
    const browser = await at()
    await browser.get('/console/inquiries/q1')
    const done = await browser.post('/console/inquiries/q1/answer', { seen: '1', text: 'Bạn liên hệ Bảo hiểm xã hội xã.' })
    expect(done.text).toContain('Đã gửi câu trả lời')
    expect(done.text).toContain('Không có tin nào chờ trả lời')
    expect(await state()).toMatchObject({ state: 'answered' })
    expect(await desk.db.read('SELECT count(*) AS n FROM outbox WHERE priority = 0')).toEqual([{ n: 1 }])
    const again = await browser.post('/console/inquiries/q1/answer', { seen: '1', text: 'Lần nữa.' })
    expect([again.status, again.text.includes('đã được trả lời hoặc đã đóng')]).toEqual([409, true])
    expect(await desk.db.read('SELECT count(*) AS n FROM outbox WHERE priority = 0')).toEqual([{ n: 1 }])
  })

  test.each([
    ['nothing', '', 'Câu trả lời cần từ 1 đến 1.000 ký tự'],
    ['too much', 'a'.repeat(1001), 'Câu trả lời cần từ 1 đến 1.000 ký tự'],
    ['a link that is not allowed', 'Xem https://evil.example/x', 'đường dẫn tới trang chưa được phép'],
  ])('%s: the form comes back with what was typed and the sentence', async (_, text, sentence) => {
    await asks()
    const browser = await at()
    const page = await browser.post('/console/inquiries/q1/answer', { seen: '1', text })
    expect([page.status, page.text.includes(sentence)]).toEqual([400, true])
    if (text) expect(page.html).toContain(text)
    expect(await state()).toMatchObject({ state: 'waiting' })
  })

  test('who wrote more meanwhile is read first; what the officer typed is kept', async () => {
    await asks()
    const browser = await at()
    const [row] = await desk.db.read("SELECT contact_id FROM inquiries WHERE id = 'q1'")
    const open = await findOpenInquiry(desk.db, desk.keys, String(row?.contact_id))
    if (!open) throw new Error('no inquiry')
    await desk.db.write(await addToInquiry(desk.keys, open, { at: desk.clock.now().toISOString(), text: 'Em hỏi thêm một câu.' }))
    const page = await browser.post('/console/inquiries/q1/answer', { seen: '1', text: 'Câu trả lời của tôi.' })
    expect(page.status).toBe(409)
    expect(page.text).toContain('Đoàn viên vừa viết thêm')
    expect(page.text).toContain('Em hỏi thêm một câu.')
    expect(page.html).toContain('Câu trả lời của tôi.')
    expect(page.html).toContain('name="seen" value="2"')
    await browser.post('/console/inquiries/q1/answer', { seen: '2', text: 'Câu trả lời của tôi.' })
    expect(await state()).toMatchObject({ state: 'answered' })
  })

  test('handed over to the unit above; closed without an answer', async () => {
    await desk.officer('tinh', ['case'], 'e-tinh')
    await asks()
    await asks('q2')
    const browser = await at()
    const page = await browser.get('/console/inquiries/q1')
    expect(page.text).toContain('LĐLĐ tỉnh Mẫu (cấp trên)')
    expect((await browser.post('/console/inquiries/q1/hand-over', { seen: '1', unit: 'tinh' })).text).toContain('Đã chuyển tin')
    expect(await state()).toEqual({ state: 'waiting', unit_id: 'tinh' })
    expect((await browser.get('/console/inquiries/q1')).status).toBe(404)
    expect((await browser.post('/console/inquiries/q2/close', { seen: '1' })).text).toContain('Đã đóng tin')
    expect(await state('q2')).toMatchObject({ state: 'closed' })
  })

  test('of another unit nothing is there, whatever is tried', async () => {
    await asks('q1', 'xa-khac')
    const browser = await at()
    expect((await browser.get('/console/inquiries')).text).toContain('Không có tin nào chờ trả lời')
    expect((await browser.get('/console/inquiries/q1')).status).toBe(404)
    for (const act of ['answer', 'close', 'hand-over'])
      expect((await browser.post(`/console/inquiries/q1/${act}`, { seen: '1', text: 'Chào', unit: 'xa' })).status).toBe(404)
    expect(await state()).toEqual({ state: 'waiting', unit_id: 'xa-khac' })
  })

  test('the API does the same for a token made for it, and knows the same limits', async () => {
    await asks()
    const client = await desk.clientOf('xa', ['editor'], ['desk'])
    const list = (await (await client.get('/inquiries')).json()) as { rows: unknown[] }
    expect(list.rows).toEqual([
      {
        id: 'q1',
        unit: { id: 'xa', name: 'Công đoàn xã Mẫu' },
        askedAt: '2026-11-23T02:00:00.000Z',
        dueAt: '2026-11-25T02:00:00.000Z',
        late: false,
      },
    ])
    expect(await (await client.post('/inquiries/q1/read')).json()).toMatchObject({ messages: [{ text: 'Em cần hỏi ai?' }] })
    expect((await client.post('/inquiries/q1/answer', { seen: 1, text: 'https://evil.example' })).status).toBe(400)
    expect((await client.post('/inquiries/q1/answer', { seen: 1, text: 'Chào bạn.' })).status).toBe(200)
    expect((await client.post('/inquiries/q1/answer', { seen: 1, text: 'Chào bạn.' })).status).toBe(409)
    expect((await desk.audits()).map(({ act, outcome }) => `${act} ${outcome}`)).toEqual([
      'inquiry.read done',
      'inquiry.answer refused',
      'inquiry.answer done',
      'inquiry.answer refused',
    ])
  })
})

describe('the day', () => {
  test('shows an approver what waits for them, and a viewer nothing of it', async () => {
    const boss = await desk.officer('tinh', ['approver', 'editor', 'admin', 'data'], 'boss')
    await furnishDay(desk, boss)
    const page = await (await signIn(desk, boss)).get('/console')
    for (const part of [
      'Tin của đoàn viên',
      'Tin chờ duyệt',
      'Tin bị trả lại',
      'Yêu cầu về dữ liệu',
      'Đang gửi',
      'Câu chưa hiểu',
      'Tình trạng kênh',
    ])
      expect(page.text).toContain(part)
    expect(page.text).toContain('431 trên 1.243 người')
    // Where its bar hears of what moves.
    const [, events = ''] = /data-live-run="([^"]+)"/.exec(page.html) ?? []
    const stream = await (await signIn(desk, boss)).request(events)
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    await stream.body?.cancel()
    expect(page.text).toContain('quá hạn')
    expect(page.text).toContain('Telegram có trục trặc')
    const viewer = await (await signIn(desk, await desk.officer('xa', ['viewer'], 'viewer'))).get('/console')
    expect(viewer.text).toContain('Không có việc gì đang chờ')
    expect(viewer.text).not.toMatch(/Câu chưa hiểu|Tình trạng kênh|Tin chờ duyệt|Yêu cầu về dữ liệu/)
  })

  test('of the first day asks for somebody who reads reports and for an authority, until both are there', async () => {
    const boss = await signIn(desk, await desk.officer('tinh', ['admin'], 'boss'))
    const open = (await boss.get('/console')).text
    expect(open).toMatch(/vai trò “Tiếp nhận phản ánh”[^(]*\(chưa làm\)/)
    expect(open).toMatch(/cơ quan nhận phiếu chuyển phản ánh \(chưa làm\)/)
    const refused = await boss.get('/console/cases')
    expect([refused.status, refused.text.includes('nhờ quản trị của đơn vị giao thêm vai trò')]).toEqual([403, true])
    await desk.officer('xa', ['viewer', 'case'], 'reader')
    await desk.db.write([
      {
        sql: `INSERT INTO authorities(id, kind, name, address, checked_on, folded)
              VALUES ('cq', 'qltt', 'Chi cục Mẫu', 'Số 1 đường Mẫu', '2026-11-20', 'chi cuc mau')`,
        args: [],
      },
    ])
    const done = (await boss.get('/console')).text
    expect(done).toMatch(/vai trò “Tiếp nhận phản ánh”[^(]*\(xong\)/)
    expect(done).toMatch(/cơ quan nhận phiếu chuyển phản ánh \(xong\)/)
  })

  test('nobody is asked to approve what they wrote, nor shown another unit’s work', async () => {
    const boss = await desk.officer('tinh', ['approver', 'editor'], 'boss')
    await furnishDay(desk, boss)
    await desk.db.write([{ sql: 'UPDATE campaigns SET editors = \'["boss"]\'', args: [] }])
    expect((await (await signIn(desk, boss)).get('/console')).text).not.toContain('Tin chờ duyệt')
    const other = await (await signIn(desk, await desk.officer('xa-khac', ['approver', 'editor'], 'other'))).get('/console')
    expect(other.text).toContain('Không có việc gì đang chờ')
    expect(other.text).not.toContain('Đang gửi')
  })

  test('a draft that was sent back and submitted again waits for nobody', async () => {
    const boss = await desk.officer('tinh', ['editor'], 'boss')
    await furnishDay(desk, boss)
    expect((await (await signIn(desk, boss)).get('/console')).text).toContain('Tin bị trả lại')
    await desk.db.write([
      {
        sql: "INSERT INTO audit(at, via, act, outcome, about, about_id) SELECT at, via, 'campaign.submit', outcome, about, about_id FROM audit WHERE act = 'campaign.return'",
        args: [],
      },
    ])
    expect((await (await signIn(desk, boss)).get('/console')).text).not.toContain('Tin bị trả lại')
  })
})

describe('figures', () => {
  beforeEach(async () => {
    for (const [i, month] of ['2026-09', '2026-10'].entries())
      await desk.db.write(
        monthRows(month, {
          ...{
            'unit reach tinh': 90 + 10 * i,
            'unit reach xa': 40,
            'unit sent tinh': 1200,
            'channel sent ': 1200,
            'channel sent zalo': 900,
          },
          ...(i === 1 ? { 'unit reach co-so': 30 } : {}),
        }),
      )
  })

  test('a hidden cell says so, and is nowhere in the page', async () => {
    const browser = await signIn(desk, await desk.officer('xa', ['viewer'], 'v'))
    const page = await browser.get('/console/figures/units?unit=xa&what=reach')
    const cells = [...page.html.matchAll(/<th scope="row">(?:<a[^>]*>)?([^<]*)(?:<\/a>)?<\/th>((?:<td[^>]*>.*?<\/td>)*)/g)].map(
      ([, name, tds = '']) => [name, ...[...tds.matchAll(/data-n="([^"]*)"/g)].map(([, n]) => n)],
    )
    expect(cells).toEqual([
      ['Công đoàn xã Mẫu (tất cả)', '40', '40'],
      ['CĐCS Công ty Mẫu', '', '30'],
      ['CĐCS Xưởng may Mẫu', '', ''],
    ])
    expect(page.text).toContain('ẩn')
  })

  test('a unit officer reaches neither another unit nor what is of all together', async () => {
    const browser = await signIn(desk, await desk.officer('xa', ['viewer'], 'v'))
    for (const path of ['/figures?unit=tinh', '/figures?unit=xa-khac', '/figures/units?unit=tinh'])
      expect((await browser.get(`/console${path}`)).status).toBe(404)
    expect((await browser.get('/console/figures/parts?cut=channel')).status).toBe(403)
    expect((await browser.get('/console/phrases')).status).toBe(403)
    expect((await browser.get('/console/figures')).text).not.toContain('Theo kênh')
  })

  test('before the first month is over the page says when figures come', async () => {
    await desk.db.write([{ sql: 'DELETE FROM figure_months', args: [] }])
    const page = await (await signIn(desk, await desk.officer('tinh', ['viewer'], 'v'))).get('/console/figures')
    expect(page.text).toContain('Chưa có số liệu')
    expect(page.html).not.toContain('data-chart')
  })

  test('every chart has its table, and the script is ours', async () => {
    const page = await (await signIn(desk, await desk.officer('tinh', ['viewer'], 'v'))).get('/console/figures')
    const tables = [...page.html.matchAll(/data-table="([^"]+)"/g)].map(([, name]) => name)
    expect(tables).toHaveLength(5)
    for (const name of tables) expect(page.html).toContain(`id="${name}"`)
    const [, src = ''] = /data-src="([^"]+)"/.exec(page.html) ?? []
    const script = await desk.product.app.request(src)
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
    expect(page.html).not.toMatch(/<script(?![^>]*src=)|style="/)
  })

  test('a file takes a proof each time, has the same cells, and stands in the audit log', async () => {
    const officer = await desk.officer('xa', ['viewer'], 'v')
    const asked = await (await signIn(desk, officer)).request('/console/figures/export?unit=xa')
    expect(asked.headers.get('location')).toMatch(/^\/console\/proof\?next=/)
    for (const format of ['csv', 'xlsx']) {
      const browser = await signIn(desk, officer, true)
      const page = await browser.get('/console/figures/export?cut=unit&what=reach&unit=xa')
      expect(page.text).toContain('Tải tệp Excel')
      const file = await browser.request('/console/figures/export?cut=unit&what=reach&unit=xa', {
        method: 'POST',
        body: new URLSearchParams({ _csrf: browser.csrf(), format }),
      })
      expect(file.headers.get('content-disposition')).toContain(`so-lieu-2026-11-23.${format}`)
      const rows = await readSheet(new Uint8Array(await file.arrayBuffer()), `a.${format}`)
      expect(rows.map(({ cells }) => cells.slice(0, 3))).toEqual([
        ['Đơn vị', '09/2026', '10/2026'],
        ['Công đoàn xã Mẫu', '40', '40'],
        ['CĐCS Công ty Mẫu', '', '30'],
        expect.arrayContaining(['CĐCS Xưởng may Mẫu']),
      ])
      const again = await browser.request('/console/figures/export?unit=xa', {
        method: 'POST',
        body: new URLSearchParams({ _csrf: browser.csrf(), format }),
      })
      expect(again.headers.get('location')).toMatch(/^\/console\/proof/)
    }
    const rows = await acts('figure.export')
    expect(rows.map(({ outcome, detail }) => [outcome, JSON.parse(String(detail))])).toEqual([
      ['done', { format: 'csv', cut: 'unit', what: 'reach', unit: 'xa', rows: 3 }],
      ['done', { format: 'xlsx', cut: 'unit', what: 'reach', unit: 'xa', rows: 3 }],
    ])
  })

  test('over the API: the same cells, null where hidden, within the token’s unit', async () => {
    const client = await desk.clientOf('xa', ['viewer'], ['read'])
    const answer = await (await client.get('/figures?what=reach')).json()
    expect(answer).toEqual({
      months: ['2026-09', '2026-10'],
      rows: [
        { key: 'xa', name: 'Công đoàn xã Mẫu', cells: [40, 40] },
        { key: 'co-so', name: 'CĐCS Công ty Mẫu', cells: [null, 30] },
        { key: 'xuong', name: 'CĐCS Xưởng may Mẫu', cells: [null, null] },
      ],
    })
    expect((await client.get('/figures?unit=tinh')).status).toBe(404)
    expect((await client.get('/figures?cut=channel&what=sent')).status).toBe(403)
    expect((await client.get('/figures?cut=topic&what=reach')).status).toBe(400)
    expect((await client.get('/phrases')).status).toBe(403)
  })
})

describe('channels', () => {
  const state = async (channel: string) => {
    const [one] = await listHealth(desk.db, [channel], desk.clock.now())
    if (!one) throw new Error('no channel')
    return { ...one, state: stateOf(one, desk.clock.now()) }
  }

  test('a long queue is looked at up to a limit, by its index', async () => {
    const rows = JSON.stringify(Array.from({ length: QUEUE_MOST + 500 }, (_, i) => i))
    await desk.db.write([
      {
        sql: `INSERT INTO outbox(priority, channel, address_id, due_at, created_at) SELECT 0, 'zalo', 'a', 1000 + value, 0 FROM json_each(?)`,
        args: [rows],
      },
    ])
    expect(await state('zalo')).toMatchObject({ replies: QUEUE_MOST + 1, oldest: new Date(1000), state: 'waits' })
    expect(await state('web')).toMatchObject({ replies: 0, oldest: null, state: 'well' })
    const client = await desk.clientOf('tinh', ['admin'], ['read'])
    const { rows: shown } = (await (await client.get('/channels')).json()) as { rows: Array<{ channel: string; replies: unknown }> }
    expect(shown.find(({ channel }) => channel === 'zalo')?.replies).toEqual({
      waiting: QUEUE_MOST,
      more: true,
      oldest: '1970-01-01T00:00:01.000Z',
    })
  })

  test('a platform is asked by the minute’s work, once in ten minutes, and its silence is told', async () => {
    await desk.product.schedule.tick(desk.clock.now())
    const asked = () => desk.sent.filter((url) => url.includes('getWebhookInfo')).length
    expect(asked()).toBe(1)
    desk.clock.advance(60_000)
    await desk.product.schedule.tick(desk.clock.now())
    expect(asked()).toBe(1)
    desk.clock.advance(9 * 60_000)
    await desk.product.schedule.tick(desk.clock.now())
    expect(asked()).toBe(2)
    expect((await state('telegram')).asked).toMatchObject({ token: true, webhook: 'unknown', trouble: 'telegram_silent' })
    expect((await state('zalo')).asked).toMatchObject({ webhook: 'by_hand', token: false, trouble: 'zalo_no_token' })
    const page = await (await signIn(desk, await desk.officer('xa', ['admin'], 'admin'))).get('/console/health')
    expect(page.text).toContain('Zalo OA')
    expect(page.text).toContain('bị từ chối')
    expect(page.html).not.toMatch(/AAF-fake|app-secret|oa-secret/)
  })
})
