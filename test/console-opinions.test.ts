/**
 * Opinions about the market at the desk: a queue by key, words one at a time and on record, counts without the small cells.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addOpinion } from '../db/opinions.ts'
import type { OpinionTopic } from '../src/opinion.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'
import { type Browser, signIn } from './console-desk.ts'

let desk: ApiDesk
let officer: Browser
beforeEach(async () => {
  desk = await openApiDesk()
  officer = await signIn(desk, await desk.officer('xa', ['case'], 'tiepnhan'), true)
})
afterEach(() => desk.close())

const SECRET = 'Gạo ở chợ tăng hai nghìn'
let serial = 0
async function says(unitId: string | null, topic: OpinionTopic = 'price', contactId = `c${++serial}`): Promise<string> {
  const id = `o${String(++serial).padStart(4, '0')}`
  await desk.db.write(await addOpinion(desk.keys, { id, topic, unitId, what: SECRET, where: 'Chợ Mẫu', contactId, now: desk.clock.now() }))
  return id
}

describe('opinions at the desk', () => {
  test('the queue shows subject, unit and day of the officer’s units, never the words', async () => {
    await says('xa')
    await says('co-so', 'quality')
    await says('xa-khac', 'supply')
    await says(null, 'other')
    const list = await officer.get('/console/opinions')
    for (const part of ['Giá cả', 'Chất lượng hàng', '23/11/2026']) expect(list.text).toContain(part)
    expect(list.html.match(/\/console\/opinions\/o\d+/g)).toHaveLength(2)
    expect(list.text).not.toContain(SECRET)
    const top = await signIn(desk, await desk.officer('tinh', ['approver'], 'tren'), true)
    expect((await top.get('/console/opinions')).html.match(/\/console\/opinions\/o\d+/g)).toHaveLength(4)
  })

  test('is filtered by state, subject and unit, and goes on by its key, each once', async () => {
    const ids = new Set<string>()
    for (let i = 0; i < 30; i++) ids.add(await says(i % 2 ? 'xa' : 'co-so', i % 3 ? 'price' : 'supply'))
    const seen: string[] = []
    for (let path = '/console/opinions', page = 0; page < 3; page++) {
      const { html } = await officer.get(path)
      seen.push(...[...html.matchAll(/href="\/console\/opinions\/(o\d+)"/g)].map(([, id]) => id ?? ''))
      const next = /href="([^"]+)" rel="next"/.exec(html)?.[1]
      if (!next) break
      path = next.replaceAll('&amp;', '&')
    }
    expect([...seen].sort()).toEqual([...ids].sort())
    const supply = await officer.get('/console/opinions?topic=supply&state=new&unit=cong+ty')
    expect(supply.html.match(/href="\/console\/opinions\/o\d+"/g)).toHaveLength(5)
    expect((await officer.get('/console/opinions?state=passed')).text).toContain('Chưa có ý kiến nào')
    expect((await officer.get('/console/opinions?unit=xa-khac')).html).not.toContain('/console/opinions/o')
  })

  test('the words are opened one at a time, and each opening stands in the log on the whole hour', async () => {
    const id = await says('xa')
    desk.clock.advance(7 * 60_000)
    const page = await officer.get(`/console/opinions/${id}`)
    for (const part of [SECRET, 'Chợ Mẫu', 'không ghi tên']) expect(page.text).toContain(part)
    expect(await desk.db.read("SELECT at, officer_id, about_id FROM audit WHERE act = 'opinion.read'")).toEqual([
      { at: '2026-11-23T02:00:00.000Z', officer_id: 'tiepnhan', about_id: id },
    ])
    const elsewhere = await signIn(desk, await desk.officer('xa-khac', ['case'], 'khac'), true)
    expect((await elsewhere.get(`/console/opinions/${id}`)).status).toBe(404)
    expect((await officer.get(`/console/opinions/${await says(null)}`)).status).toBe(404)
  })

  test('is marked read, kept, or passed on with a note that stays sealed', async () => {
    const id = await says('xa')
    await officer.get(`/console/opinions/${id}`)
    const mark = (fields: Record<string, string>) => officer.post(`/console/opinions/${id}/mark`, fields)
    const missing = await mark({ state: 'passed', version: '1' })
    expect([missing.status, missing.text.includes('Ghi đã chuyển cho nơi nào')]).toEqual([400, true])
    expect((await mark({ state: 'passed', version: '1', note: 'Sạp này bán hàng giả.' })).status).toBe(400)
    expect((await mark({ state: 'passed', version: '1', note: 'Đã gửi Sở Công Thương, về giá gạo.' })).text).toContain('đã chuyển')
    const page = await officer.get(`/console/opinions/${id}`)
    expect(page.text).toContain('Đã gửi Sở Công Thương')
    expect(JSON.stringify(await desk.db.read('SELECT * FROM opinions'))).not.toContain('Sở Công Thương')
    // Another officer was faster.
    const late = await mark({ state: 'kept', version: '1' })
    expect(late.status).toBe(400)
    expect(await desk.db.read('SELECT state, version FROM opinions')).toEqual([{ state: 'passed', version: 2 }])
  })

  test('a file has counts alone; below five people the cell is empty, however many they sent', async () => {
    for (let i = 0; i < 6; i++) await says('xa', 'price')
    for (let i = 0; i < 5; i++) await says('xa', 'supply', 'one-person')
    for (let i = 0; i < 4; i++) await says('co-so', 'quality')
    for (let i = 0; i < 9; i++) await says('xa-khac', 'price')
    await officer.get('/console/opinions/export')
    const answer = await officer.request('/console/opinions/export', {
      method: 'POST',
      body: new URLSearchParams({ _csrf: officer.csrf(), format: 'csv' }),
    })
    const csv = await answer.text()
    const lines = csv
      .replace(/^\uFEFF/, '')
      .trim()
      .split(/\r?\n/)
    expect(lines.slice(1).sort()).toEqual(
      [
        '"11/2026","CĐCS Công ty Mẫu","Chất lượng hàng",',
        '"11/2026","Công đoàn xã Mẫu","Giá cả",6',
        '"11/2026","Công đoàn xã Mẫu","Nguồn hàng, thiếu hàng",',
      ].sort(),
    )
    expect(csv).not.toContain('Gạo')
    expect(await desk.db.read("SELECT detail FROM audit WHERE act = 'opinion.export'")).toEqual([{ detail: '{"format":"csv","rows":3}' }])
  })

  test('over REST the same: no words in the list, one read at a time, cells below five null', async () => {
    const { token } = await desk.token('tiepnhan', ['cases'])
    const client = desk.client(token)
    const id = await says('xa')
    for (let i = 0; i < 5; i++) await says('co-so', 'supply')
    const list = await (await client.get('/opinions?limit=2')).text()
    expect(list).not.toContain('Gạo')
    expect(JSON.parse(list).rows).toHaveLength(2)
    expect(await (await client.get(`/opinions?topic=price`)).json()).toMatchObject({
      rows: [{ id, topic: 'price', state: 'new', day: '2026-11-23' }],
    })
    expect(await (await client.post(`/opinions/${id}/read`)).json()).toMatchObject({ what: SECRET, where: 'Chợ Mẫu', note: null })
    expect((await client.post(`/opinions/${id}/mark`, { version: 1, state: 'passed' })).status).toBe(400)
    expect((await client.post(`/opinions/${id}/mark`, { version: 9, state: 'read' })).status).toBe(409)
    expect(await (await client.post(`/opinions/${id}/mark`, { version: 1, state: 'read' })).json()).toMatchObject({
      state: 'read',
      version: 2,
    })
    expect(await (await client.get('/opinion-counts?month=2026-11')).json()).toEqual({
      rows: [
        { unit: { id: 'co-so', name: 'CĐCS Công ty Mẫu' }, topic: 'supply', n: 5 },
        { unit: { id: 'xa', name: 'Công đoàn xã Mẫu' }, topic: 'price', n: null },
      ],
    })
    expect((await client.get('/opinions?unit=xa-khac')).status).toBe(404)
  })
})
