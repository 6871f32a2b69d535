/**
 * What the officers' pages of campaigns stand on: search without accents, the calendar, themes and days, test messages.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { days } from '../content/data/days.ts'
import { createTexts } from '../content/index.ts'
import { listBroadcasts } from '../db/broadcasts.ts'
import { listPlanned } from '../db/calendar.ts'
import { listCampaigns } from '../db/campaigns.ts'
import { loadObservances } from '../db/observances.ts'
import { TESTS_MOST } from '../db/test-sends.ts'
import { daySchema, monthAfter, monthDays, weeksOf } from '../src/month.ts'
import { openReply } from '../src/sealed-reply.ts'
import { type ApiDesk, type Client, draft, openApiDesk } from './api-desk.ts'
import { broadcastRow } from './broadcast-rows.ts'
import { watchQueries } from './plans.ts'

let desk: ApiDesk
let editor: Client
beforeEach(async () => {
  desk = await openApiDesk()
  editor = await desk.clientOf('xa', ['editor'])
})
afterEach(() => desk.close())

const json = async <T>(answer: Response): Promise<T> => (await answer.json()) as T
const add = async (title: string, more: Record<string, unknown> = {}, unitId = 'xa'): Promise<string> => {
  // Lists go by age.
  desk.clock.advance(1)
  const answer = await editor.post('/campaigns', { ...draft(unitId, more), title })
  return (await json<{ id: string }>(answer)).id
}
const titles = async (query: string, client = editor): Promise<string[]> =>
  (await json<{ rows: Array<{ title: string }> }>(await client.get(`/campaigns?${query}`))).rows.map(({ title }) => title)

describe('campaigns are found', () => {
  test('by words of the title without accents, the last one unfinished', async () => {
    await add('Tuần lễ hàng Việt – Đợt 2')
    await add('Phiên chợ ở Mường Lát')
    await add('Chỉ thị 03-CT/TW')
    expect(await titles('q=tuan+le')).toEqual(['Tuần lễ hàng Việt – Đợt 2'])
    expect(await titles('q=dot')).toEqual(['Tuần lễ hàng Việt – Đợt 2'])
    expect(await titles('q=PHIÊN+mư')).toEqual(['Phiên chợ ở Mường Lát'])
    expect(await titles('q=lat+phien')).toEqual(['Phiên chợ ở Mường Lát'])
    expect(await titles(`q=${encodeURIComponent('03-CT/TW')}`)).toEqual(['Chỉ thị 03-CT/TW'])
    expect(await titles('q=hang+gia')).toEqual([])
    // Nothing typed is a query of the index.
    expect(await titles(`q=${encodeURIComponent('" OR id:* NEAR(')}`)).toEqual([])
  })

  test('by the words of a new title, no longer by the old one', async () => {
    const id = await add('Tin cũ')
    await editor.patch(`/campaigns/${id}`, { title: 'Tin đổi tên' })
    expect(await titles('q=tin+cu')).toEqual([])
    expect(await titles('q=doi+ten')).toEqual(['Tin đổi tên'])
    expect(await titles(`q=${id}`)).toEqual([])
    await desk.db.write([{ sql: 'DELETE FROM campaigns', args: [] }])
    expect(await desk.db.read('SELECT id FROM campaign_words')).toEqual([])
  })

  test('by state, unit and topic together, only within the scope', async () => {
    await desk.db.write([{ sql: "INSERT INTO topics(id, vi, en, place) VALUES ('hang_gia', 'Hàng giả', 'Fakes', 1)", args: [] }])
    await add('Ở xã', { topic: 'hang_gia' })
    await add('Ở xưởng', { topic: 'hang_gia' }, 'xuong')
    await add('Không chủ đề')
    expect(await titles('topic=hang_gia')).toEqual(['Ở xưởng', 'Ở xã'])
    expect(await titles('topic=hang_gia&unit=xuong&state=draft')).toEqual(['Ở xưởng'])
    expect(await titles('state=submitted')).toEqual([])
    expect((await editor.get('/campaigns?unit=tinh')).status).toBe(404)
    expect(await titles('q=xa', await desk.clientOf('xa-khac', ['viewer']))).toEqual([])
  })

  test('by an index, in a small scope and in a large one', async () => {
    const spy = watchQueries(desk.db)
    const page = { before: '9', limit: 50 }
    await listCampaigns(spy.db, { paths: ['/tinh/xa/'], states: ['submitted'], topic: 't', typed: 'tuan le', ...page })
    await listBroadcasts(spy.db, { paths: ['/tinh/xa/'], before: 9, limit: 50 })
    await listBroadcasts(spy.db, { paths: ['/tinh/xa/'], campaignId: 'k', before: 0, limit: 50 })
    await desk.db.write(
      Array.from({ length: 201 }, (_, i) => ({
        sql: "INSERT INTO units(id, name, kind, level, path, parent_id) VALUES (?, ?, 'cong_doan', 'co_so', ?, 'tinh')",
        args: [`n${i}`, `Đơn vị ${i}`, `/tinh/n${i}/`],
      })),
    )
    await listCampaigns(spy.db, { paths: ['/tinh/'], states: ['submitted'], ...page })
    await listBroadcasts(spy.db, { paths: ['/tinh/'], before: 0, limit: 50 })
    await listPlanned(spy.db, { paths: ['/tinh/'], from: '2026-11-01', to: '2026-11-30', most: 4, now: desk.clock.now() })
    expect(await spy.scans()).toEqual([])
    expect(spy.queries.length).toBeGreaterThan(5)
  })
})

describe('the calendar', () => {
  type Entry = { kind: string; title: string; at: string; runId: number | null }
  type Month = { days: Array<{ day: string; more: boolean; entries: Entry[] }>; observances: Array<{ day: string; vi: string }> }
  const month = async (query: string, client = editor) => await json<Month>(await client.get(`/calendar?${query}`))
  const shown = ({ days }: Month) =>
    days.flatMap(({ day, entries }) => entries.map(({ kind, title }) => `${day.slice(8)} ${kind} ${title}`))

  test('shows runs, what waits for approval, and the coming times of rules, by Vietnamese days', async () => {
    // Half past midnight in Vietnam is the day before in UTC.
    await add('Nháp', { plan: { kind: 'once', at: '2026-11-27T01:00:00.000Z' } })
    const sent = await add('Đã gửi', { plan: { kind: 'now' } })
    await desk.db.write([
      broadcastRow(1, { campaign_id: sent, unit_id: 'xa', state: 'done', starts_at: Date.parse('2026-11-09T17:30:00Z') }),
      broadcastRow(2, { campaign_id: sent, unit_id: 'xa-khac', state: 'done', starts_at: Date.parse('2026-11-11T03:00:00Z') }),
      broadcastRow(3, { campaign_id: sent, unit_id: 'xa', state: 'cancelled', starts_at: Date.parse('2026-11-11T03:00:00Z') }),
    ])
    const rule = await add('Đều đặn', { plan: { kind: 'weekly', weekday: 5, time: '08:00' } })
    await desk.db.write([
      { sql: "UPDATE campaigns SET state = 'done' WHERE id = ?", args: [sent] },
      {
        sql: "UPDATE campaigns SET state = 'approved', next_at = ? WHERE id = ?",
        args: [Date.parse('2026-11-20T01:00:00Z'), rule],
      },
    ])
    expect(shown(await month('unit=xa&month=2026-11'))).toEqual(['10 run Đã gửi', '27 rule Đều đặn', '27 plan Nháp'])
    expect(shown(await month('unit=xa&month=2026-12')).map((one) => one.slice(0, 7))).toEqual(['04 rule', '11 rule', '18 rule', '25 rule'])
    expect(shown(await month('unit=xuong&month=2026-11'))).toEqual([])
    expect((await editor.get('/calendar?unit=xa-khac&month=2026-11')).status).toBe(404)
  })

  test('says that a day has more than it shows', async () => {
    const id = await add('Nhiều')
    await desk.db.write(
      Array.from({ length: 6 }, (_, i) =>
        broadcastRow(i + 1, { campaign_id: id, unit_id: 'xa', starts_at: Date.parse('2026-12-01T02:00:00Z') }),
      ),
    )
    const planned = await listPlanned(desk.db, {
      paths: ['/tinh/xa/'],
      from: '2026-12-01',
      to: '2026-12-02',
      most: 4,
      now: desk.clock.now(),
    })
    expect(planned.map(({ entries, more }) => [entries.length, more])).toEqual([
      [4, true],
      [0, false],
    ])
  })

  test('carries the days of the country and of the units above, and a unit adds its own', async () => {
    await desk.db.write([loadObservances(days)])
    const own = await editor.post('/days', { unitId: 'xa', day: '11-20', vi: 'Ngày hội của xã' })
    expect(own.status).toBe(201)
    const below = await desk.clientOf('xuong', ['editor'])
    const names = async (client: Client, unit: string) =>
      (await month(`unit=${unit}&month=2026-11`, client)).observances.map(({ vi }) => vi)
    expect(await names(below, 'xuong')).toEqual([
      'Ngày truyền thống Mặt trận Tổ quốc Việt Nam',
      'Ngày hội của xã',
      'Ngày Phòng, chống hàng giả, hàng nhái',
    ])
    expect(await names(await desk.clientOf('xa-khac', ['viewer']), 'xa-khac')).not.toContain('Ngày hội của xã')
    expect((await month('unit=xa&month=2027-02')).observances).toMatchObject([{ day: '2027-02-06' }])
    expect((await month('unit=xa&month=2026-02')).observances).toEqual([])
    const { id } = await json<{ id: string }>(own)
    expect((await below.post(`/days/${id}/remove`)).status).toBe(404)
    expect((await editor.post('/days/chong-hang-gia/remove')).status).toBe(404)
    expect((await editor.post('/days', { unitId: 'xa', day: '11-20', vi: 'Ngày hội của xã' })).status).toBe(409)
    expect((await editor.post('/days', { unitId: 'xa', day: '02-30', vi: 'Không có' })).status).toBe(400)
    expect((await editor.post(`/days/${id}/remove`)).status).toBe(200)
    expect(await names(below, 'xuong')).not.toContain('Ngày hội của xã')
  })

  test('built-in days are days', () => {
    for (const { day, vi, en } of days) expect([daySchema.safeParse(day).success, vi.length < 81, en !== '']).toEqual([true, true, true])
  })

  test('built-in days are brought up to date and written once', async () => {
    await desk.db.write([loadObservances(days)])
    const [, changed] = await desk.db.write([loadObservances(days), { sql: 'SELECT changes() AS n', args: [] }])
    expect(changed).toEqual([{ n: 0 }])
  })

  test('themes of the year go down the tree, once each', async () => {
    const top = await desk.clientOf('tinh', ['approver'])
    expect((await top.post('/themes', { unitId: 'tinh', year: 2026, name: 'Hàng Việt chinh phục người Việt' })).status).toBe(201)
    expect((await top.post('/themes', { unitId: 'tinh', year: 2026, name: 'Hàng Việt chinh phục người Việt' })).status).toBe(409)
    expect((await editor.post('/themes', { unitId: 'tinh', year: 2026, name: 'Không phải của mình' })).status).toBe(404)
    const added = await json<{ id: string }>(await editor.post('/themes', { unitId: 'xa', year: 2026, name: 'Tết ấm' }))
    const names = async (unit: string, year: number) =>
      (await json<{ rows: Array<{ name: string }> }>(await top.get(`/themes?unit=${unit}&year=${year}`))).rows.map(({ name }) => name)
    expect(await names('xuong', 2026)).toEqual(['Hàng Việt chinh phục người Việt', 'Tết ấm'])
    expect(await names('tinh', 2026)).toEqual(['Hàng Việt chinh phục người Việt'])
    expect(await names('xuong', 2027)).toEqual([])
    expect((await (await desk.clientOf('xa-khac', ['editor'])).post(`/themes/${added.id}/remove`)).status).toBe(404)
    expect((await editor.post(`/themes/${added.id}/remove`)).status).toBe(200)
    expect(await names('xuong', 2026)).toEqual(['Hàng Việt chinh phục người Việt'])
    expect((await desk.audits()).map(({ act, outcome }) => `${outcome} ${act}`)).toContain('done theme.remove')
  })

  test('weeks begin on Monday and hold the whole month', () => {
    expect(monthDays('2028-02')).toEqual({ first: '2028-02-01', last: '2028-02-29' })
    expect([monthAfter('2026-12', 1), monthAfter('2026-01', -1)]).toEqual(['2027-01', '2025-12'])
    const weeks = weeksOf('2026-11')
    expect(weeks.length).toBe(6)
    expect(weeks[0]).toEqual([null, null, null, null, null, null, '2026-11-01'])
    expect(weeks[5]?.[0]).toBe('2026-11-30')
  })
})

describe('a test message', () => {
  const seated = async (roles: Parameters<ApiDesk['officer']>[1] = ['editor']) => {
    const officer = await desk.officer('xa', roles)
    const [contact] = await desk.people('xa', 1)
    await desk.db.write([{ sql: 'UPDATE officers SET contact_id = ? WHERE id = ?', args: [contact ?? null, officer] }])
    return { client: desk.client((await desk.token(officer)).token), contact }
  }

  test('goes to the officer who asks, as a reply that no run and no week counts', async () => {
    const { client, contact } = await seated()
    const id = await add('Tin', { content: { vi: 'Mời bạn ghé phiên chợ.', en: 'Come to the fair.', buttons: [{ to: { kind: 'quiz' } }] } })
    expect(await json(await client.post(`/campaigns/${id}/test`, { locale: 'en' }))).toEqual({ sent: true })
    const rows = await desk.db.read('SELECT o.*, a.contact_id AS whose FROM outbox o JOIN addresses a ON a.id = o.address_id')
    expect(rows).toMatchObject([{ priority: 0, whose: contact, broadcast_id: null }])
    const { reply, locale } = await openReply(desk.keys, rows[0]?.body as Uint8Array)
    const text = createTexts().render(reply.text, locale)
    expect(text).toContain('A test, sent to you alone.')
    expect(text).toContain('Come to the fair.')
    expect(reply.buttons).toMatchObject([{ payload: 'quiz:start:' }])
    expect(await desk.db.read('SELECT * FROM broadcast_totals')).toEqual([])
    expect(await desk.db.read('SELECT * FROM push_counts')).toEqual([])
    expect((await desk.audits()).at(-1)).toMatchObject({ act: 'campaign.test', outcome: 'done', about_id: id })
  })

  test('needs a chat, something to send, and patience', async () => {
    const id = await add('Tin')
    expect((await editor.post(`/campaigns/${id}/test`)).status).toBe(409)
    const { client } = await seated()
    const empty = await add('Trống', { content: {} })
    expect((await client.post(`/campaigns/${empty}/test`)).status).toBe(400)
    for (let i = 0; i < TESTS_MOST; i++) expect((await client.post(`/campaigns/${id}/test`)).status).toBe(200)
    expect((await client.post(`/campaigns/${id}/test`)).status).toBe(429)
    desk.clock.advance(3_601_000)
    expect((await client.post(`/campaigns/${id}/test`)).status).toBe(200)
  })

  test('is not for those who only read', async () => {
    const id = await add('Tin')
    const { client } = await seated(['viewer'])
    expect((await client.post(`/campaigns/${id}/test`)).status).toBe(403)
    expect(await desk.db.read('SELECT id FROM outbox')).toEqual([])
  })
})

test('words that nobody has saved are shown as each channel would show them', async () => {
  const answer = await editor.post('/campaigns/preview', { unitId: 'xa', content: { vi: 'a'.repeat(1_500), en: 'Short.' } })
  const { messages } = await json<{
    messages: Array<{ channel: string; locale: string; fits: boolean; parts: Array<{ text: string }> }>
  }>(answer)
  expect(messages.find(({ channel, locale }) => channel === 'zalo' && locale === 'en')?.parts[0]?.text).toContain('Short.')
  expect(messages.find(({ channel, locale }) => channel === 'telegram' && locale === 'vi')?.parts[0]?.text).toContain('Công đoàn xã Mẫu')
  expect(await desk.db.read('SELECT id FROM campaigns')).toEqual([])
  expect((await editor.post('/campaigns/preview', { unitId: 'tinh', content: { vi: 'Tin' } })).status).toBe(404)
})
