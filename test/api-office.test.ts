/**
 * The office over REST: what a token may add, what stays a person's, and that nothing outside its units is told.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listHotlines } from '../db/hotlines.ts'
import { loadContent } from '../src/load-content.ts'
import { type ApiDesk, type Client, openApiDesk } from './api-desk.ts'

type Json = Record<string, unknown> & { rows: Array<Record<string, unknown>>; error: { message: string; fields?: Array<{ path: string }> } }

let desk: ApiDesk
let client: Client
const json = async (answer: Response) => (await answer.json()) as Json
beforeEach(async () => {
  desk = await openApiDesk()
  await loadContent(desk.db, () => {})
  client = await desk.clientOf('xa', ['admin', 'data'])
})
afterEach(() => desk.close())

const line = {
  ...{ kind: 'khac', number: '0299.000.111', tel: '0299000111', office: 'Văn phòng xã', whatFor: 'Hỏi việc.', free: false },
  ...{ source: 'Văn phòng xã', place: 50, unitId: 'xa' },
}

test('a number from a token waits for an officer; a change hides it again; nobody checks over REST', async () => {
  const added = await json(await client.post('/hotlines', line))
  expect(added).toMatchObject({ checkedOn: null, mine: true, unit: { id: 'xa', name: 'Công đoàn xã Mẫu' } })
  expect((await client.post('/hotlines', { ...line, checkedOn: '2026-11-23' })).status).toBe(400)
  const shown = async () => (await listHotlines(desk.db, 'xa')).map(({ number }) => number)
  expect(await shown()).not.toContain('0299.000.111')
  await desk.db.write([{ sql: "UPDATE hotlines SET checked_on = '2026-11-23' WHERE id = ?", args: [String(added.id)] }])
  expect(await shown()).toContain('0299.000.111')
  const refused = await client.post(`/hotlines/${added.id}/check`, {})
  expect([refused.status, (await json(refused)).error.message]).toEqual([
    403,
    'Mã truy cập không xác nhận số điện thoại. Cán bộ gọi thử rồi ghi ngày kiểm tra.',
  ])
  desk.clock.advance(1000)
  expect(await json(await client.patch(`/hotlines/${added.id}`, { number: '0299.000.222' }))).toMatchObject({ checkedOn: null })
  expect((await client.post('/hotlines', { ...line, unitId: null })).status).toBe(403)
  expect((await client.post('/hotlines', { ...line, unitId: 'xa-khac' })).status).toBe(404)
  expect((await client.patch('/hotlines/cap-cuu', { number: '999' })).status).toBe(403)
  const wrong = await json(await client.post('/hotlines', { ...line, source: '', place: 'x' }))
  expect(wrong.error.fields?.map(({ path }) => path).sort()).toEqual(['place', 'source'])
})

test('settings are read with their floors and without any key', async () => {
  const answer = await client.get('/settings')
  const text = await answer.text()
  for (const secret of ['AAF-fake_token', 'app-secret', 'oa-secret']) expect(text).not.toContain(secret)
  const { rows } = JSON.parse(text) as Json
  expect(rows.find(({ name }) => name === 'weekly_cap')).toMatchObject({ value: '3', least: 1, most: 3 })
  expect(String(rows.find(({ name }) => name === 'quiet_to')?.floor)).toContain('Nghị định 91/2020/NĐ-CP')
})

test('the log is filtered, page by page, within the token’s units', async () => {
  await client.post('/hotlines', line)
  await client.post('/hotlines/cap-cuu/hide', {})
  const list = async (query: string) => (await json(await client.get(`/audit${query}`))).rows
  expect((await list('?act=hotline.add')).map(({ outcome, unitName }) => [outcome, unitName])).toEqual([['done', 'Công đoàn xã Mẫu']])
  expect((await list('?outcome=refused')).map(({ act }) => act)).toEqual(['hotline.hide'])
  expect(await list('?from=2026-11-24')).toEqual([])
  expect((await list('?unit=co-so')).length).toBe(0)
  expect((await client.get('/audit?unit=xa-khac')).status).toBe(404)
  expect((await client.get('/audit?from=yesterday')).status).toBe(400)
})

test('a request is recorded and then an officer’s; days only, overdue first', async () => {
  const body = { kind: 'view', source: 'mail', askedOn: '2026-11-20', others: false, ref: '', unitId: 'xa' }
  const added = await json(await client.post('/data-requests', body))
  // 24 November is Vietnam Culture Day.
  expect(added).toMatchObject({ askedOn: '2026-11-20', answerBy: '2026-11-25', finishBy: '2026-11-30', overdue: false, state: 'waiting' })
  await client.post('/data-requests', { ...body, askedOn: '2026-11-10' })
  const { rows } = await json(await client.get('/data-requests'))
  expect(rows.map(({ overdue }) => overdue)).toEqual([true, false])
  expect((await client.post(`/data-requests/${added.id}/finish`, {})).status).toBe(403)
  const other = await desk.clientOf('xa-khac', ['data'])
  expect((await other.get(`/data-requests/${added.id}`)).status).toBe(404)
  expect((await json(await other.get('/data-requests'))).rows).toEqual([])
})

test('an incident is opened at once by a system, grows, and drafts its notices; another commune knows nothing of it', async () => {
  const opened = await json(
    await client.post('/incidents', {
      unitId: 'xa',
      title: 'Máy chủ lạ',
      detectedAt: '2026-11-23T07:00:00+07:00',
      happened: 'Có kết nối lạ.',
    }),
  )
  expect(opened).toMatchObject({ state: 'open', detectedAt: '2026-11-23T00:00:00.000Z', dueAt: '2026-11-26T00:00:00.000Z', overdue: false })
  const figures = { people: 20, records: null, peopleKinds: ['members'], dataKinds: ['account'] }
  expect((await client.post(`/incidents/${opened.id}/entries`, { kind: 'affected', text: '', affected: figures })).status).toBe(201)
  expect((await client.post(`/incidents/${opened.id}/entries`, { kind: 'affected', text: '' })).status).toBe(400)
  const notices = await json(await client.get(`/incidents/${opened.id}/notices`))
  expect(notices.authority).toContain('Số người: 20.')
  const found = (await json(await client.get(`/incidents/${opened.id}`))) as unknown as { timeline: Array<{ kind: string }> }
  expect(found.timeline.map(({ kind }) => kind)).toEqual(['opened', 'happened', 'affected'])
  const other = await desk.clientOf('xa-khac', ['data'])
  for (const path of ['', '/notices']) expect((await other.get(`/incidents/${opened.id}${path}`)).status).toBe(404)
  expect((await other.post(`/incidents/${opened.id}/entries`, { kind: 'note', text: 'Xin chào.' })).status).toBe(404)
})
