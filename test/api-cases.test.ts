/**
 * A case over REST: found, read and worked by a token made for it, each act on the version that was read. Nothing shows the
 * receipt, the way back or a name, and a restricted case shows no more than in the console.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { caseReasons } from '../content/data/case-reasons.ts'
import { loadReasons } from '../db/case-reasons.ts'
import { type ApiDesk, type Client, openApiDesk } from './api-desk.ts'
import { caseRows } from './console-cases.ts'

let desk: ApiDesk
let client: Client
beforeEach(async () => {
  desk = await openApiDesk()
  await desk.db.write([loadReasons(caseReasons)])
  client = desk.client((await desk.token(await desk.officer('xa', ['case'], 'an'), ['cases'])).token)
  await desk.db.write(
    await caseRows(desk.keys, {
      ...{ id: 'c1', number: 'PA-2611-7K3Q', now: desk.clock.now() },
      identity: { told: { name: 'Nguyễn Văn Mẫu', phone: '0912 345 678' }, contactId: 'contact-7' },
      replyTo: { contactId: 'contact-7', addressId: 'address-7', word: 'K7' },
    }),
  )
})
afterEach(() => desk.close())

const json = async (answer: Response) => (await answer.json()) as Record<string, unknown>

test('a case is found by its number however it is typed, read with a record, and shows nobody', async () => {
  for (const typed of ['PA-2611-7K3Q', 'pa26117k3q', 'PA 2611 7k3q'])
    expect(await json(await client.get(`/cases?number=${encodeURIComponent(typed)}`))).toMatchObject({
      rows: [{ id: 'c1', state: 'new', version: 1 }],
    })
  expect(await json(await client.get('/cases?number=PA-2611-9999'))).toEqual({ rows: [] })
  const answer = await json(await client.post('/cases/c1/read'))
  expect(answer).toMatchObject({
    ...{ number: 'PA-2611-7K3Q', openedHour: '2026-11-23T02Z', dueDay: '2026-11-24', late: false },
    ...{ report: { place: 'Sạp cuối chợ Mẫu, xã Mẫu' }, member: { link: true, identity: true } },
  })
  expect(JSON.stringify(answer)).not.toMatch(/M4TD|Nguyễn Văn Mẫu|0912|contact-7|address-7|K7"|openedAt|02:00/)
  expect((await desk.audits()).at(-1)).toMatchObject({ act: 'case.read', via: 'api', about_id: 'c1', outcome: 'done' })
})

test('it is worked step by step, and whoever is a version behind is told so', async () => {
  expect(await json(await client.post('/cases/c1/take', { version: 1 }))).toEqual({ id: 'c1', version: 2 })
  expect(await json(await client.post('/cases/c1/ask', { version: 2, text: 'Bạn mua ở sạp nào?', reasonId: 'asked-place' }))).toMatchObject(
    { version: 3 },
  )
  const late = await client.post('/cases/c1/note', { version: 2, text: 'Muộn.' })
  expect([late.status, (await json(late)).error]).toMatchObject([409, { code: 'conflict' }])
  const bare = await client.post('/cases/c1/move', { version: 3, to: 'closed' })
  expect(bare.status).toBe(400)
  expect(await json(await client.post('/cases/c1/move', { version: 3, to: 'closed', reasonId: 'closed-too-little' }))).toMatchObject({
    version: 4,
  })
  const thread = (await json(await client.post('/cases/c1/thread'))) as { rows: Array<Record<string, unknown>> }
  expect(thread.rows.map(({ kind, relay }) => [kind, relay])).toEqual([
    ['opened', null],
    ['taken', null],
    ['asked', 'waiting'],
    ['moved', 'waiting'],
  ])
  // When the member wrote is said to the hour.
  expect(thread.rows[0]).toMatchObject({ officer: null, at: '2026-11-23T02Z' })
  expect(thread.rows[2]).toMatchObject({ officer: { id: 'an' }, text: 'Bạn mua ở sạp nào?' })
  expect(await json(await client.get('/cases?shelf=closed'))).toMatchObject({ rows: [{ id: 'c1' }] })
})

test('a text that says what only an authority says goes to nobody', async () => {
  const answer = await client.post('/cases/c1/tell', { version: 1, text: 'Đây là hàng giả, bạn đừng dùng.' })
  expect([answer.status, (await json(answer)).error]).toMatchObject([400, { code: 'invalid' }])
  expect(await desk.db.read('SELECT version FROM cases')).toEqual([{ version: 1 }])
})

test('a restricted case of somebody else is not shown, and opens by no road', async () => {
  await desk.db.write([{ sql: "UPDATE cases SET restricted = 1, rank = 0, assignee_id = 'other' WHERE id = 'c1'", args: [] }])
  expect(await json(await client.get('/cases'))).toMatchObject({ rows: [] })
  for (const path of ['read', 'thread']) expect((await client.post(`/cases/c1/${path}`)).status).toBe(404)
  for (const [path, body] of [
    ['note', { version: 1, text: 'x' }],
    ['assign', { version: 1, officerId: 'an' }],
    ['conflict', { version: 1 }],
  ] as const)
    expect((await client.post(`/cases/c1/${path}`, body)).status).toBe(404)
  // What was refused at an exact time names no case.
  const refused = (await desk.audits()).filter(({ outcome }) => outcome === 'refused')
  expect(refused.length).toBe(5)
  expect(refused.every(({ about_id }) => about_id === null)).toBe(true)
})

test('a report by phone is typed in, its case has no receipt anybody knows, and tố cáo is sent elsewhere', async () => {
  const report = { source: 'phone', kind: 'expired', signs: 'Bánh quá hạn hai tháng.', place: 'Chợ Mẫu', health: 'ill', unitId: 'xa' }
  const answer = await json(await client.post('/cases', report))
  expect(answer).toMatchObject({ number: expect.stringMatching(/^PA-2611-[2-9A-Z]{4}$/) })
  expect(Object.keys(answer).sort()).toEqual(['id', 'number'])
  expect(await json(await client.get('/cases?source=phone'))).toMatchObject({
    rows: [{ urgency: 'danger', source: 'phone', dueDay: '2026-11-23' }],
  })
  const denounced = await client.post('/cases', { ...report, signs: 'Tôi muốn tố cáo ông chủ sạp.' })
  expect(denounced.status).toBe(400)
  expect((await client.post('/cases', { ...report, signs: 'Tôi muốn tố cáo ông chủ sạp.', report: true })).status).toBe(201)
  expect((await client.post('/cases', { ...report, unitId: 'xa-khac' })).status).toBe(404)
})
