/**
 * Officers at the pages of campaigns, without a script: written, looked at, counted, tried, submitted, approved by another
 * hand, sent back, paused, cancelled, sent again; and everything that must not go.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadContent } from '../src/load-content.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { broadcastRow, pushRow } from './broadcast-rows.ts'
import { type Browser, signIn } from './console-desk.ts'
import { PNG } from './pictures.ts'

let desk: ApiDesk
let editor: Browser
let approver: Browser
beforeEach(async () => {
  desk = await openApiDesk()
  editor = await signIn(desk, await desk.officer('xa', ['editor'], 'lan'))
  approver = await signIn(desk, await desk.officer('tinh', ['approver'], 'minh'))
})
afterEach(() => desk.close())

const prove = (id: string) =>
  desk.db.write([{ sql: 'UPDATE sessions SET proven_at = ? WHERE officer_id = ?', args: [desk.clock.now().getTime(), id] }])
const fields = (more: Record<string, string | string[] | File> = {}) => ({
  title: 'Phiên chợ cuối tuần',
  source: 'text',
  vi: 'Mời bạn ghé phiên chợ hàng Việt sáng thứ Bảy.',
  plan: 'once',
  day: '2026-11-27',
  time: '09:00',
  do: 'save',
  ...more,
})
/** A draft written on the page; its id. */
async function written(more: Record<string, string | string[] | File> = {}): Promise<string> {
  await editor.get('/console/campaigns/new')
  const page = await editor.post('/console/campaigns/new', fields(more))
  expect(page.text).toContain('Đã lưu bản nháp')
  return /\/console\/campaigns\/([A-Za-z0-9]+)/.exec(page.path)?.[1] ?? ''
}
const submitted = async (more: Record<string, string | string[] | File> = {}): Promise<string> => {
  const id = await written(more)
  expect((await editor.post(`/console/campaigns/${id}/submit`, { version: '1' })).text).toContain('Đã gửi duyệt')
  return id
}
const stateOf = async (id: string) => (await desk.db.read('SELECT state, version FROM campaigns WHERE id = ?', [id]))[0]
const refusals = async () => (await desk.audits()).filter(({ outcome }) => outcome === 'refused').map(({ act }) => act)

describe('writing', () => {
  test('keeps what was typed, with a sentence at each field that is wrong', async () => {
    await editor.get('/console/campaigns/new')
    const page = await editor.post('/console/campaigns/new', {
      ...fields({ title: '', vi: 'x'.repeat(1_501), b1_kind: 'link', b1_to: 'http://congdoan.vn', day: '' }),
      find: 'xưởng',
    })
    expect(page.status).toBe(400)
    for (const field of ['title', 'vi', 'b1_vi', 'day']) expect(page.html).toMatch(new RegExp(`id="f-${field}-wrong"`))
    expect(page.html).toContain('x'.repeat(1_501))
    expect(page.html).toContain('value="http://congdoan.vn"')
    expect(await desk.db.read('SELECT id FROM campaigns')).toEqual([])
  })

  test('shows each app without saving, and how long it is there', async () => {
    await editor.get('/console/campaigns/new')
    const page = await editor.post('/console/campaigns/new', fields({ do: 'look', en: 'Come to the fair.', b1_kind: 'quiz' }))
    expect(page.status).toBe(200)
    for (const part of ['Telegram', 'Zalo', 'trang web', 'bản tiếng Anh', 'Come to the fair.', 'Vừa một tin', 'Chơi đố vui', 'mã tin'])
      expect(page.text).toContain(part)
    expect(page.text).toMatch(/\d+ \/ 2\.000 ký tự/)
    expect(await desk.db.read('SELECT id FROM campaigns')).toEqual([])
  })

  test('counts people rounded, of the unit that was found by its name', async () => {
    await desk.people('xuong', 34)
    await desk.people('xa', 7)
    await editor.get('/console/campaigns/new')
    const found = await editor.post('/console/campaigns/new', fields({ do: 'find', find: 'xuong may' }))
    expect(found.html).toContain('<option value="xuong">CĐCS Xưởng may Mẫu</option>')
    const page = await editor.post('/console/campaigns/new', fields({ do: 'count', to_unit: 'xuong' }))
    expect(page.text).toContain('Người nhận: khoảng 30')
    expect((await editor.post('/console/campaigns/new', fields({ do: 'count', to_unit: 'co-so' }))).text).toContain('Người nhận: 0')
    expect((await editor.post('/console/campaigns/new', fields({ do: 'count', 'kinds[]': ['thanh_nien'] }))).text).toContain(
      'Người nhận: 0',
    )
    expect((await editor.post('/console/campaigns/new', fields({ do: 'count', to_unit: 'xa-khac' }))).text).toContain('phải thuộc đơn vị')
  })

  test('a button to the library is found by words and chosen', async () => {
    await loadContent(desk.db, () => {})
    await editor.get('/console/campaigns/new')
    const unclear = fields({ b1_kind: 'item', b1_to: 'thông báo 264' })
    const wrong = await editor.post('/console/campaigns/new', unclear)
    expect([wrong.status, wrong.text.includes('Chưa rõ mục nào')]).toEqual([400, true])
    const [, item = '', title = ''] =
      /<select[^>]*name="b1_item"[\s\S]*?<option value="([\w-]+)"[^>]*>([^<]*264[^<]*)</.exec(wrong.html) ?? []
    expect(title).toContain('264')
    const page = await editor.post('/console/campaigns/new', { ...unclear, b1_item: item })
    expect(page.text).toContain('Đã lưu')
    const [row] = await desk.db.read("SELECT content ->> '$.buttons[0].to.id' AS item FROM campaigns")
    expect(row?.item).toBe(item)
  })

  test('counts as often as an officer needs to, not as often as a machine can', async () => {
    await editor.get('/console/campaigns/new')
    let page = await editor.post('/console/campaigns/new', fields({ do: 'count' }))
    for (let i = 0; i < 120 && page.text.includes('Người nhận: 0'); i++)
      page = await editor.post('/console/campaigns/new', fields({ do: 'count' }))
    expect(page.text).toContain('Đã đếm nhiều lần')
    expect(page.html).toContain('Phiên chợ cuối tuần')
    desk.clock.advance(15 * 60_000 + 1)
    expect((await editor.post('/console/campaigns/new', fields({ do: 'count' }))).text).toContain('Người nhận: 0')
  })

  test('does not send to units outside, and loses nothing by it', async () => {
    await editor.get('/console/campaigns/new')
    const page = await editor.post('/console/campaigns/new', fields({ to_unit: 'tinh' }))
    expect([page.status, page.html.includes('Phiên chợ cuối tuần')]).toEqual([400, true])
    expect(page.text).toContain('Người nhận phải thuộc đơn vị của tin này')
    expect((await editor.get('/console/campaigns/new?unit=xa-khac')).status).toBe(404)
    expect((await editor.post('/console/campaigns/new', { ...fields(), unit: 'tinh' })).status).toBe(404)
    expect(await desk.db.read('SELECT id FROM campaigns')).toEqual([])
  })

  test('a picture is kept once it was given, also when something else is wrong', async () => {
    await editor.get('/console/campaigns/new')
    const picture = new File([new Uint8Array(PNG)], 'ảnh <script>.png', { type: 'image/png' })
    const page = await editor.post('/console/campaigns/new', fields({ title: '', picture }))
    expect(page.status).toBe(400)
    const image = /name="image" value="(\/media\/[a-z0-9]{16}\.png)"/.exec(page.html)?.[1] ?? ''
    expect(image).not.toBe('')
    const id = await written({ image })
    expect((await desk.db.read("SELECT content ->> 'image' AS image FROM campaigns WHERE id = ?", [id]))[0]?.image).toBe(image)
    expect((await editor.get(`/console/campaigns/${id}`)).html).toContain(`src="${image}"`)
    const bad = new File([new TextEncoder().encode('<svg onload="alert(1)"/>')], 'x.png', { type: 'image/png' })
    expect((await editor.post('/console/campaigns/new', fields({ picture: bad }))).html).toContain('id="f-picture"')
  })

  test('a change is not laid over another officer’s', async () => {
    const id = await written()
    const other = await signIn(desk, await desk.officer('xa', ['editor'], 'mai'))
    await other.get(`/console/campaigns/${id}/edit`)
    expect((await other.post(`/console/campaigns/${id}/edit`, fields({ title: 'Của Mai', version: '1' }))).text).toContain('Của Mai')
    const page = await editor.post(`/console/campaigns/${id}/edit`, fields({ title: 'Của Lan', version: '1' }))
    expect([page.status, page.html.includes('Của Lan')]).toEqual([409, true])
    expect((await desk.db.read('SELECT title FROM campaigns'))[0]?.title).toBe('Của Mai')
  })

  test('nothing comes in that no field of the form is for', async () => {
    const more = {
      state: 'approved',
      needs: '0',
      approvals: '9',
      author_id: 'minh',
      'editors[]': ['x'],
      id: 'mine',
      version: '7',
      __proto__: 'x',
    }
    await written({ ...more, b1_kind: 'quiz', b1_to: 'javascript:alert(1)' })
    const [row] = await desk.db.read('SELECT id, state, needs, approvals, author_id, editors, version, content FROM campaigns')
    expect(row).toMatchObject({ state: 'draft', needs: 1, approvals: 0, author_id: 'lan', editors: '["lan"]', version: 1 })
    expect(row?.id).not.toBe('mine')
    expect(String(row?.content)).not.toContain('javascript')
    const page = await editor.post(
      '/console/campaigns/new',
      fields({ b1_kind: 'link', b1_vi: 'Xem', b1_to: 'javascript:alert(1)', image: '/media/../x.png' }),
    )
    expect([page.status, page.html.includes('<img src="/media/../')]).toEqual([400, false])
  })

  test('script in any field is only words', async () => {
    const evil = '<script>alert(1)</script>'
    const id = await written({ title: evil, vi: `Tin ${evil}`, label: 'Tin<b>', b1_kind: 'quiz', b1_vi: evil.slice(0, 30) })
    for (const path of [
      `/console/campaigns/${id}`,
      '/console/campaigns',
      `/console/campaigns/${id}/edit`,
      '/console/calendar/2026-11-27',
    ]) {
      const page = await editor.get(path)
      expect(page.html).not.toContain(evil)
      expect(page.html).toContain('&lt;script&gt;')
    }
  })

  test('all that was written comes back into the form', async () => {
    await desk.db.write([{ sql: "INSERT INTO topics(id, vi, en, place) VALUES ('hang_gia', 'Hàng giả', 'Fakes', 1)", args: [] }])
    const all = {
      ...{ vi: 'Tin ưu đãi', en: 'A deal', label: 'Ưu đãi', purpose: 'deals', topic: 'hang_gia', 'kinds[]': ['cong_doan', 'hoi_vien'] },
      ...{ 'channels[]': ['zalo'], joined: '2026-05-01', plan: 'yearly', month: '3', month_day: '15', until: '2028-01-01' },
      ...{ business: 'on', authority: 'Cục QLTT', number: '12/QĐ', decided: '2026-10-01', decision_url: 'https://tinh.gov.vn/12' },
      ...{ b1_kind: 'link', b1_to: 'https://congdoan.vn/x', b1_vi: 'Xem', b2_kind: 'deal', b2_to: 'mua_sam' },
    }
    const id = await written(all)
    const before = await desk.db.read('SELECT title, content, audience, plan, topic FROM campaigns WHERE id = ?', [id])
    const { html } = await editor.get(`/console/campaigns/${id}/edit`)
    const typed = formOf(html)
    expect((await editor.post(`/console/campaigns/${id}/edit`, { ...typed, do: 'save' })).text).toContain('Đã lưu')
    expect(await desk.db.read('SELECT title, content, audience, plan, topic FROM campaigns WHERE id = ?', [id])).toEqual(before)
    expect(String(before[0]?.content)).toContain('[Ưu đãi]')
    expect((await desk.db.read('SELECT needs FROM campaigns WHERE id = ?', [id]))[0]?.needs).toBe(2)
  })
})

/** What a browser would post from this form as it stands. */
function formOf(html: string): Record<string, string | string[]> {
  const form = /<form method="post" action="\/console\/campaigns[^"]*"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  const plain = (text: string) =>
    text
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'")
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&')
  const typed: Record<string, string | string[]> = {}
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1] ?? ''
    const value = plain(/value="([^"]*)"/.exec(tag)?.[1] ?? 'on')
    if (/type="(checkbox)"/.test(tag) && !/checked/.test(tag)) continue
    if (/type="file"/.test(tag) || name === '_csrf') continue
    typed[name] = name.endsWith('[]') ? [...[typed[name] ?? []].flat(), value] : /value=/.test(tag) || /checkbox/.test(tag) ? value : ''
  }
  for (const [, name = '', text = ''] of form.matchAll(/<textarea[^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/textarea>/g))
    typed[name] = plain(text)
  for (const [, name = '', options = ''] of form.matchAll(/<select[^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g)) {
    const chosen = [...options.matchAll(/<option value="([^"]*)"([^>]*)>/g)]
    typed[name] = (chosen.find(([, , rest]) => rest?.includes('selected')) ?? chosen[0])?.[1] ?? ''
  }
  return typed
}

describe('deciding', () => {
  test('submitted, reviewed, approved by another hand; the run waits its time', async () => {
    const id = await submitted()
    const asked = await approver.get(`/console/campaigns/${id}/approve`)
    expect(asked.path).toMatch(/^\/console\/enrol|^\/console\/proof/)
    await prove('minh')
    const page = await approver.get(`/console/campaigns/${id}/approve`)
    expect(page.text).toContain('Mời bạn ghé phiên chợ')
    expect((await approver.post(`/console/campaigns/${id}/approve`, { version: '1' })).text).toContain('Đã duyệt')
    expect(await desk.db.read('SELECT state, starts_at FROM broadcasts')).toMatchObject([{ starts_at: Date.parse('2026-11-27T02:00:00Z') }])
    // The proof is used up by the act.
    expect((await approver.get('/console/halt')).path).toMatch(/proof|enrol/)
    expect((await desk.audits()).at(-1)).toMatchObject({ act: 'campaign.approve', officer_id: 'minh', via: 'console' })
  })

  test('words about a business need two, and the first of them begins nothing', async () => {
    const decision = { authority: 'Cục QLTT', number: '12/QĐ', decided: '2026-10-01', decision_url: 'https://tinh.gov.vn/12' }
    const bare = await written({ business: 'on' })
    expect((await editor.get(`/console/campaigns/${bare}`)).text).toContain('cần có quyết định của cơ quan có thẩm quyền')
    const id = await submitted({ business: 'on', ...decision })
    await prove('minh')
    expect((await approver.get(`/console/campaigns/${id}/approve`)).text).toContain('12/QĐ, Cục QLTT, 01/10/2026')
    expect((await approver.post(`/console/campaigns/${id}/approve`, { version: '1' })).text).toContain('cần thêm một cán bộ khác')
    expect(await desk.db.read('SELECT id FROM broadcasts')).toEqual([])
    await prove('minh')
    expect((await approver.post(`/console/campaigns/${id}/approve`, { version: '1' })).status).toBe(409)
    const second = await signIn(desk, await desk.officer('tinh', ['approver'], 'hoa'), true)
    await second.get(`/console/campaigns/${id}/approve`)
    await second.post(`/console/campaigns/${id}/approve`, { version: '1' })
    expect((await desk.db.read('SELECT id FROM broadcasts')).length).toBe(1)
  })

  test('not by whoever wrote it, not an older version, not twice', async () => {
    const lan = await signIn(desk, await desk.officer('xa', ['editor', 'approver'], 'hai-vai'), true)
    await lan.get('/console/campaigns/new')
    const id = /campaigns\/([A-Za-z0-9]+)/.exec((await lan.post('/console/campaigns/new', fields())).path)?.[1] ?? ''
    await lan.post(`/console/campaigns/${id}/submit`, { version: '1' })
    expect((await lan.get(`/console/campaigns/${id}`)).html).not.toContain(`/console/campaigns/${id}/approve`)
    expect((await lan.post(`/console/campaigns/${id}/approve`, { version: '1' })).status).toBe(403)
    await prove('minh')
    await approver.get('/console/campaigns')
    expect((await approver.post(`/console/campaigns/${id}/approve`, { version: '2' })).status).toBe(409)
    expect(await stateOf(id)).toEqual({ state: 'submitted', version: 1 })
    expect(await desk.db.read('SELECT id FROM broadcasts')).toEqual([])
    expect(await refusals()).toEqual(['console.campaigns.approve', 'console.campaigns.approve'])
  })

  test('not without a proof, whatever is posted', async () => {
    const id = await submitted()
    await approver.get('/console/campaigns')
    await approver.post(`/console/campaigns/${id}/approve`, { version: '1' })
    expect(await stateOf(id)).toEqual({ state: 'submitted', version: 1 })
  })

  test('sent back with a reason, which the author gets and no page keeps', async () => {
    const id = await submitted()
    await approver.get(`/console/campaigns/${id}/return`)
    const long = await approver.post(`/console/campaigns/${id}/return`, { version: '1', reason: 'y'.repeat(301) })
    expect([long.status, long.html.includes('y'.repeat(301))]).toEqual([400, true])
    expect((await approver.post(`/console/campaigns/${id}/return`, { version: '1', reason: 'Ghi rõ giờ mở cửa' })).text).toContain(
      'Đã trả lại',
    )
    expect(await stateOf(id)).toEqual({ state: 'draft', version: 2 })
    expect(JSON.stringify(await desk.audits())).not.toContain('giờ mở cửa')
  })

  test('dropped after a question; what is missing is said before anybody is asked', async () => {
    const id = await written({ plan: 'once', day: '2026-11-27', time: '23:00' })
    const page = await editor.get(`/console/campaigns/${id}`)
    expect(page.text).toContain('Chưa gửi duyệt được: Giờ này là giờ nghỉ')
    expect(page.html).not.toContain(`/campaigns/${id}/submit`)
    expect((await editor.get(`/console/campaigns/${id}/drop`)).text).toContain('hủy tin')
    expect((await editor.post(`/console/campaigns/${id}/drop`, { version: '1' })).text).toContain('Đã hủy tin')
    expect((await editor.post(`/console/campaigns/${id}/drop`, { version: '1' })).status).toBe(409)
  })

  test('a rule is ended by a proof', async () => {
    const id = await submitted({ source: 'text', plan: 'weekly', weekday: '5', time: '08:00' })
    await prove('minh')
    await approver.get(`/console/campaigns/${id}/approve`)
    await approver.post(`/console/campaigns/${id}/approve`, { version: '1' })
    expect((await editor.get('/console/calendar?month=2026-12')).text.match(/08:00 Phiên chợ cuối tuần/g)?.length).toBe(4)
    await editor.post(`/console/campaigns/${id}/end`)
    expect((await stateOf(id))?.state).toBe('approved')
    await prove('lan')
    await editor.get(`/console/campaigns/${id}/end`)
    expect((await editor.post(`/console/campaigns/${id}/end`)).text).toContain('Đã dừng gửi đều đặn')
    expect((await stateOf(id))?.state).toBe('cancelled')
  })

  test('tried at the officer’s own chat', async () => {
    const id = await written()
    expect((await editor.post(`/console/campaigns/${id}/test`)).text).toContain('chưa gắn với ứng dụng nhắn tin')
    const [contact] = await desk.people('xa', 1)
    await desk.db.write([{ sql: "UPDATE officers SET contact_id = ? WHERE id = 'lan'", args: [contact ?? null] }])
    await editor.get(`/console/campaigns/${id}`)
    expect((await editor.post(`/console/campaigns/${id}/test`)).text).toContain('Đã gửi thử')
    expect(await desk.db.read('SELECT priority FROM outbox')).toEqual([{ priority: 0 }])
  })
})

describe('runs', () => {
  const run = async (
    people: Array<[n: number, state: string, reason?: string | undefined, channel?: string]>,
    columns: Record<string, string | number | null> = {},
  ) => {
    const id = await written()
    let serial = 0
    await desk.db.write([
      broadcastRow(1, {
        ...{ campaign_id: id, unit_id: 'xa', cursor: null, starts_at: Date.parse('2026-11-23T02:00:00Z') },
        message: JSON.stringify({
          ...{
            label: null,
            body: { vi: { literal: 'Nội dung đã gửi' }, en: null },
            image: null,
            buttons: [],
            topic: null,
            purpose: 'push',
          },
          ...{ unitName: 'Công đoàn xã Mẫu', title: 'Tin', zaloTemplate: false, taken: null },
        }),
        ...columns,
      }),
      ...people.flatMap(([n, state, reason = null, channel = 'telegram']) =>
        Array.from({ length: n }, () => pushRow(1, { contact_id: `c${++serial}`, state, reason, channel })),
      ),
    ])
    return id
  }

  test('show a bar for each app and outcomes in plain words, few people as few', async () => {
    await run(
      [
        [60, 'sent'],
        [20, 'queued'],
        [7, 'failed', 'telegram_403'],
        [2, 'failed', 'timeout'],
        [30, 'sent', undefined, 'web'],
        [4, 'skipped', 'weekly_cap', 'web'],
        [3, 'sent', undefined, 'zalo'],
      ],
      { state: 'sending', opted_out: 6, taps: 12 },
    )
    const page = await editor.get('/console/campaigns/runs/1')
    for (const part of [
      'Telegram: xong khoảng 70 trên khoảng 90',
      'trang web: xong khoảng 30 trên khoảng 30',
      'Zalo: xong dưới 10 trên dưới 10',
      'Không gửi được: người nhận đã chặn trợ lý 7',
      'Không gửi được: lý do khác dưới 5',
      'Không gửi: đã nhận đủ tin trong tuần dưới 5',
      'Ngừng nhận tin trong 24 giờ 6',
      'Lượt bấm nút 12',
      'Nội dung đã gửi',
    ])
      expect(page.text).toContain(part)
    // The numbers of a small app stand nowhere, not in a bar either.
    expect(page.html.match(/<progress/g)?.length).toBe(2)
    expect(page.html).toContain('data-events="/console/campaigns/runs/1/events"')
  })

  test('of nine people show only how far they are', async () => {
    await run([[9, 'sent']], { state: 'done', opted_out: 1, taps: 4 })
    const page = await editor.get('/console/campaigns/runs/1')
    expect(page.text).toContain('dưới 10 người')
    expect(page.text).not.toMatch(/Lượt bấm|Ngừng nhận tin trong|xong \S+ trên/)
  })

  test('pause, go on, and cancel by a proof each, with the right to', async () => {
    await run([[12, 'queued']], { state: 'sending' })
    const page = await editor.get('/console/campaigns/runs/1')
    expect(page.html).toContain('/console/campaigns/runs/1/pause')
    await editor.post('/console/campaigns/runs/1/pause')
    expect(await desk.db.read('SELECT state FROM broadcasts')).toEqual([{ state: 'sending' }])
    await prove('lan')
    expect((await editor.get('/console/campaigns/runs/1/pause')).text).toContain('Tạm dừng đợt gửi')
    expect((await editor.post('/console/campaigns/runs/1/pause')).text).toContain('Đã tạm dừng')
    await prove('lan')
    expect((await editor.get('/console/campaigns/runs/1/resume')).status).toBe(403)
    await prove('minh')
    await approver.get('/console/campaigns/runs/1/resume')
    expect((await approver.post('/console/campaigns/runs/1/resume')).text).toContain('được tiếp tục')
    await editor.get('/console/campaigns/runs/1/cancel')
    expect((await editor.post('/console/campaigns/runs/1/cancel')).text).toContain('Đã hủy đợt gửi')
    await prove('minh')
    expect((await approver.get('/console/campaigns/runs/1/resume')).status).toBe(409)
    expect((await desk.audits()).map(({ act, via }) => `${act} ${via}`)).toContain('broadcast.pause console')
  })

  test('are sent again to the failed; to the unknown only by a page that says what may happen', async () => {
    await run(
      [
        [12, 'sent'],
        [6, 'failed', 'timeout'],
        [5, 'unknown', 'interrupted'],
      ],
      { state: 'done' },
    )
    await prove('minh')
    expect((await approver.get('/console/campaigns/runs/1/unknown')).text).toContain('nhận tin này hai lần')
    await approver.get('/console/campaigns/runs/1/failed')
    expect((await approver.post('/console/campaigns/runs/1/failed')).text).toContain('Đang gửi lại')
    expect(await desk.db.read('SELECT state, resend FROM broadcasts')).toEqual([{ state: 'sending', resend: 'failed' }])
  })

  test('are seen by whoever reads that unit, and by nobody else', async () => {
    const id = await run([[12, 'sent']], { state: 'done' })
    const other = await signIn(desk, await desk.officer('xa-khac', ['viewer', 'approver', 'editor'], 'khac'), true)
    for (const path of [
      '/console/campaigns/runs/1',
      '/console/campaigns/runs/1/events',
      '/console/campaigns/runs/1/pause',
      `/console/campaigns/${id}`,
      `/console/campaigns/${id}/edit`,
    ])
      expect((await other.get(path)).status).toBe(404)
    expect((await other.get('/console/campaigns/runs')).text).toContain('Chưa có đợt gửi nào')
    expect((await other.get('/console/campaigns/runs/1e3')).status).toBe(404)
  })

  test('are watched by the session, which ends with it', async () => {
    await run([[12, 'queued']], { state: 'sending' })
    const answer = await editor.request('/console/campaigns/runs/1/events')
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    let seen = ''
    while (!seen.includes('event: counts')) seen += new TextDecoder().decode((await reader.read()).value)
    expect(seen).toContain('"queued":12')
    await reader.cancel()
  })
})

describe('the list', () => {
  test('finds without accents, filters in the address, says what to do when empty', async () => {
    expect((await editor.get('/console/campaigns')).text).toContain('Chưa có tin nào')
    await written({ title: 'Tuần lễ hàng Việt' })
    await submitted({ title: 'Phòng chống hàng giả' })
    expect((await editor.get('/console/campaigns?q=hang+gia')).text).toContain('Phòng chống hàng giả')
    expect((await editor.get('/console/campaigns?q=hang+gia')).text).not.toContain('Tuần lễ')
    expect((await editor.get('/console/campaigns?state=draft&unit=cong+doan+xa+mau')).text).toContain('Tuần lễ')
    expect((await editor.get('/console/campaigns?unit=xa-khac')).text).toContain('Không tìm thấy tin nào')
    expect((await approver.get('/console/campaigns?mine=approve')).text).toContain('Phòng chống hàng giả')
    expect((await editor.get('/console/campaigns?state=nonsense')).text).toContain('Tuần lễ')
  })

  test('leaves the house as a file only after a proof, with its filters, safe from formulas, and is written down', async () => {
    await written({ title: '=HYPERLINK("http://evil.example")' })
    await written({ title: 'Tuần lễ hàng Việt' })
    expect((await editor.get('/console/campaigns/export?format=csv')).path).toMatch(/proof|enrol/)
    await prove('lan')
    const answer = await editor.request('/console/campaigns/export?format=csv')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="campaigns.csv"')
    const csv = await answer.text()
    expect(csv).toContain('Tuần lễ hàng Việt')
    expect(csv).not.toMatch(/(^|[,"])=/m)
    expect(await (await editor.request('/console/campaigns/export?format=csv&q=tuan+le')).text()).not.toContain('HYPERLINK')
    const xlsx = await editor.request('/console/campaigns/runs/export?format=xlsx')
    expect([xlsx.status, xlsx.headers.get('content-type')]).toEqual([200, expect.stringContaining('spreadsheetml')])
    expect((await desk.audits()).filter(({ act }) => act === 'campaign.export').length).toBe(3)
    await prove('minh')
    const other = await signIn(desk, await desk.officer('xa-khac', ['viewer'], 'khac'), true)
    expect(await (await other.request('/console/campaigns/export?format=csv')).text()).not.toContain('Tuần lễ')
  })

  test('goes on by key', async () => {
    for (let i = 0; i < 32; i++) {
      desk.clock.advance(1_000)
      await written({ title: `Tin số ${i}` })
    }
    const first = await editor.get('/console/campaigns?q=tin')
    const next = /href="(\/console\/campaigns\?[^"]*before=[^"]*)" rel="next"/.exec(first.html)?.[1]?.replace(/&amp;/g, '&') ?? ''
    const second = await editor.get(next)
    expect([first.text.includes('Tin số 31'), first.text.includes('Tin số 1 '), second.text.includes('Tin số 1 ')]).toEqual([
      true,
      false,
      true,
    ])
    expect(second.html).not.toContain('rel="next"')
  })
})

describe('stopping everything', () => {
  test('one stops, another two start again; every page says so meanwhile', async () => {
    const hoa = await signIn(desk, await desk.officer('tinh', ['admin'], 'hoa'), true)
    await hoa.get('/console/halt')
    expect((await hoa.post('/console/halt')).text).toContain('Đã dừng mọi tin')
    expect((await editor.get('/console/campaigns')).text).toContain('đã dừng mọi tin')
    await prove('hoa')
    await hoa.get('/console/halt')
    expect((await hoa.post('/console/halt/restart')).text).toContain('Cần một cán bộ khác')
    await prove('hoa')
    await hoa.get('/console/halt')
    expect((await hoa.post('/console/halt/restart')).status).toBe(403)
    await prove('minh')
    expect((await approver.get('/console/halt')).text).toContain('Một cán bộ đã đồng ý')
    expect((await approver.post('/console/halt/restart')).text).toContain('Tin được gửi trở lại')
    expect((await editor.get('/console/campaigns')).text).not.toContain('đã dừng mọi tin')
    expect((await desk.audits()).map(({ act }) => act)).toEqual(
      expect.arrayContaining(['pushes.halt', 'pushes.restart_asked', 'pushes.restart']),
    )
  })
})

describe('the calendar', () => {
  test('takes a unit’s own day and theme, and shows them', async () => {
    await editor.get('/console/calendar/themes')
    expect((await editor.post('/console/calendar/themes', { name: '', year: '2026' })).status).toBe(400)
    expect((await editor.post('/console/calendar/themes', { name: 'Tết ấm', year: '2026' })).text).toContain('Tết ấm')
    expect((await editor.post('/console/calendar/days', { day: '2026-11-20', vi: 'Hội chợ xã', en: '' })).text).toContain('20/11/2026')
    expect((await editor.get('/console/calendar?month=2026-11')).text).toContain('Hội chợ xã')
    expect((await approver.get('/console/calendar?month=2026-11&unit=cong+doan+xa+mau')).text).toContain('Hội chợ xã')
    expect((await approver.get('/console/calendar?month=2026-11&unit=xa-khac')).text).not.toContain('Hội chợ xã')
    expect((await editor.get('/console/campaigns/new')).html).toContain('<option value="Tết ấm">')
    const [theme] = await desk.db.read('SELECT id FROM themes')
    expect((await editor.post(`/console/calendar/themes/${theme?.id}/remove`)).text).toContain('Chưa có chủ đề nào')
  })
})
