/**
 * The unit tree over REST: what another system may do to it with a token of its own scope, how far, and that no token
 * ever changes an officer's rights.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadLevelNames } from '../db/unit-rows.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'

let desk: ApiDesk
beforeEach(async () => {
  desk = await openApiDesk()
  await desk.db.write(loadLevelNames([{ kind: 'cong_doan', level: 'co_so', vi: 'Công đoàn cơ sở', en: 'Grassroots union' }]))
})
afterEach(() => desk.close())

type Json = { rows: Array<{ name: string }>; [name: string]: unknown }
const json = async (answer: Promise<Response>) => (await answer).json() as Promise<Json>

test('a unit is made, listed page by page, renamed on a day, and the change is taken back', async () => {
  const client = await desk.clientOf('xa', ['admin'], ['units'])
  const made = await json(
    client.post('/units', { parentId: 'xuong', kind: 'cong_doan', level: 'co_so', name: 'CĐCS Phân xưởng | Một', aliases: ['PX1'] }),
  )
  expect(made).toMatchObject({ path: `/tinh/xa/xuong/${made.id}/`, closed: false, aliases: ['PX1'] })
  await client.post('/units', { parentId: 'xuong', kind: 'cong_doan', level: 'co_so', name: 'CĐCS Phân xưởng | Một' })
  const first = await json(client.get('/units/xuong/children?limit=1'))
  const second = await json(client.get(`/units/xuong/children?limit=1&after=${encodeURIComponent(String(first.next))}`))
  expect(second).not.toHaveProperty('next')
  expect([...first.rows, ...second.rows].map(({ name }) => name)).toEqual(['CĐCS Phân xưởng | Một', 'CĐCS Phân xưởng | Một'])
  const change = await json(client.post(`/units/${made.id}/changes`, { kind: 'rename', name: 'CĐCS Tổ Một', day: '2026-12-01' }))
  expect(change).toMatchObject({ state: 'planned', name: 'CĐCS Tổ Một', before: 'CĐCS Phân xưởng | Một', told: 0 })
  expect(await json(client.post(`/unit-changes/${change.id}/cancel`))).toMatchObject({ state: 'cancelled' })
  expect((await client.post(`/unit-changes/${change.id}/cancel`)).status).toBe(409)
  expect((await json(client.get(`/units/${made.id}`))).links).toEqual([
    { channel: 'web', url: `https://bot.example.vn/?start=${made.code}`, typed: false },
  ])
})

test('what cannot be is refused with its reason, and leaves a row in the audit log', async () => {
  const client = await desk.clientOf('tinh', ['admin'], ['units'])
  const answer = await client.post('/units/xa/changes', { kind: 'close', day: '2026-11-23' })
  expect(answer.status).toBe(400)
  expect(JSON.stringify(await answer.json())).toContain('còn đơn vị trực thuộc')
  expect((await desk.audits()).at(-1)).toMatchObject({ act: 'unit.change', outcome: 'refused', unit_id: 'xa', about: 'unit' })
})

test('how many were told is rounded, and under ten is only that', async () => {
  await desk.people('co-so', 3)
  const client = await desk.clientOf('tinh', ['admin'], ['units'])
  await client.post('/units/xa-khac/changes', { kind: 'merge', sources: ['co-so'], day: '2026-11-23' })
  await desk.product.schedule.tick(desk.clock.now())
  expect((await json(client.get('/units/co-so/changes'))).rows).toMatchObject([{ kind: 'merge', state: 'done', told: { under: 10 } }])
  expect(await desk.db.read("SELECT count(*) AS n FROM contacts WHERE unit_id = 'xa-khac'")).toEqual([{ n: 3 }])
})

test('what lies outside is not there', async () => {
  const client = await desk.clientOf('xa', ['admin'], ['units', 'read'])
  for (const path of ['/units/xa-khac', '/units/xa-khac/children', '/units/xa-khac/changes', '/units/xa-khac/terms', '/units/tinh'])
    expect((await client.get(path)).status, path).toBe(404)
  expect((await client.post('/units', { parentId: 'tinh', kind: 'cong_doan', level: 'co_so', name: 'X' })).status).toBe(404)
  await desk.officer('xa-khac', ['viewer'], 'fremd')
  expect((await client.get('/officers/fremd')).status).toBe(404)
  const renamed = await client.post('/units/xa/changes', { kind: 'move', parentId: 'co-so', day: '2026-11-23' })
  expect(renamed.status).toBe(403)
})

test('fields nobody asked for are refused', async () => {
  const client = await desk.clientOf('xa', ['admin'], ['units'])
  const wish = { parentId: 'xa', kind: 'cong_doan', level: 'co_so', name: 'X', path: '/', code: 'AAAAA2', id: 'tinh' }
  expect((await client.post('/units', wish)).status).toBe(400)
})
