/**
 * Every route × every role × every scope of a token: what it answers. A route without a line here fails, so that nobody
 * adds one without saying who may.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openInquiry } from '../db/inquiries.ts'
import { loadLevelNames } from '../db/unit-rows.ts'
import { ROUTES } from '../src/api/routes.ts'
import { loadContent } from '../src/load-content.ts'
import { ACTS, BY_TOKEN, ROLES, type Role, TOKEN_SCOPES, type TokenScope } from '../src/rights.ts'
import { addDays } from '../src/time.ts'
import { addCaseWorkers, CASE_LINES, freshCase } from './api-case-lines.ts'
import { CASE_PAIR_LINES, freshPair } from './api-case-pair-lines.ts'
import { type ApiDesk, draft, openApiDesk } from './api-desk.ts'
import { addAuthorityRow, freshHandOver, HAND_OVER_LINES } from './api-hand-over-lines.ts'
import { freshNotice, NOTICE_LINES } from './api-notice-lines.ts'
import { addHotlineRow, addOfficeRows, OFFICE_LINES } from './api-office-lines.ts'
import { broadcastRow } from './broadcast-rows.ts'
import { PNG } from './pictures.ts'

const ALL = ROLES
const WRITERS: readonly Role[] = ['editor', 'approver']
const NOBODY: readonly Role[] = []

type Line = {
  /** Roles that get `ok`; the others 403. */
  roles: readonly Role[]
  scopes: readonly TokenScope[]
  ok: number
  path?: string
  body?: unknown
  headers?: Record<string, string>
  /** Changes nothing although it is posted: leaves no row. */
  looks?: true
  /** What a fresh one of is made for each try. */
  about?: 'theme' | 'day'
  /** Where the officers sit; `xa` unless told. */
  unit?: string
  /** Reading that leaves a row all the same: an export. */
  audited?: true
}

const SHEET = new TextEncoder().encode('Câu hỏi,Nguồn\nMột câu,Luật')

const BOTH: readonly TokenScope[] = ['read', 'draft']
/** The tree is read by whoever may read anything, and changed by its own scope. */
const TREE: readonly TokenScope[] = ['read', 'draft', 'units']
const UNITS: readonly TokenScope[] = ['units']
const ADMIN: readonly Role[] = ['admin']
const READ: readonly TokenScope[] = ['read']
const DESK: readonly TokenScope[] = ['desk']
const DRAFT: readonly TokenScope[] = ['draft']

const OFFICERS_OF_INQUIRIES: readonly Role[] = ['editor', 'approver', 'case', 'welfare', 'data', 'admin']
const FACT = {
  ...{ topic: 'cuoc_van_dong', kind: 'fact', title: 'Một điều', body: 'Một câu về hàng Việt.', sourceLabel: 'Báo Mẫu' },
  ...{ checkedOn: '2026-11-20', reviewBy: '2027-11-20' },
}

const LINES: Record<string, Line> = {
  'get /me': { roles: ALL, scopes: BOTH, ok: 200 },
  'get /units': { roles: ALL, scopes: TREE, ok: 200 },
  'get /units/:id': { roles: ALL, scopes: TREE, ok: 200 },
  'get /units/:id/children': { roles: ALL, scopes: TREE, ok: 200 },
  'get /units/:id/changes': { roles: ALL, scopes: TREE, ok: 200 },
  'get /units/:id/terms': { roles: ['admin', 'approver'], scopes: READ, ok: 200 },
  'get /unit-changes': { roles: ALL, scopes: TREE, ok: 200 },
  'get /levels': { roles: ALL, scopes: TREE, ok: 200 },
  'post /levels': {
    roles: ADMIN,
    scopes: UNITS,
    ok: 200,
    body: { kind: 'cong_doan', level: 'co_so', vi: 'CĐCS', en: 'Local' },
    unit: 'tinh',
  },
  'post /units': { roles: ADMIN, scopes: UNITS, ok: 201, body: { parentId: 'xa', kind: 'cong_doan', level: 'co_so', name: 'CĐCS Mới' } },
  'patch /units/:id': { roles: ADMIN, scopes: UNITS, ok: 200, body: { aliases: ['Tên gọi khác'] } },
  'post /units/:id/code': { roles: ADMIN, scopes: UNITS, ok: 200 },
  'post /units/:id/changes': { roles: ADMIN, scopes: UNITS, ok: 201, body: { kind: 'rename', name: 'CĐCS', day: '2026-12-01' } },
  'post /unit-changes/:id/cancel': { roles: ADMIN, scopes: UNITS, ok: 200 },
  'get /contacts/count': { roles: ALL, scopes: BOTH, ok: 200, path: '/contacts/count?unit=xa' },
  'get /campaigns': { roles: ALL, scopes: BOTH, ok: 200 },
  'post /campaigns': { roles: WRITERS, scopes: DRAFT, ok: 201, body: draft('xa') },
  'get /campaigns/:id': { roles: ALL, scopes: BOTH, ok: 200 },
  'patch /campaigns/:id': { roles: WRITERS, scopes: DRAFT, ok: 200, body: { title: 'Khác' } },
  'post /campaigns/:id/submit': { roles: WRITERS, scopes: DRAFT, ok: 200, body: { version: 1 } },
  'post /campaigns/:id/cancel': { roles: WRITERS, scopes: DRAFT, ok: 200 },
  'post /campaigns/:id/approve': { roles: NOBODY, scopes: BOTH, ok: 0, body: { version: 1, digits: '123456' } },
  'post /campaigns/:id/test': { roles: WRITERS, scopes: DRAFT, ok: 200 },
  'post /campaigns/preview': { roles: WRITERS, scopes: DRAFT, ok: 200, body: { unitId: 'xa', content: { vi: 'Tin' } }, looks: true },
  'post /campaigns/:id/return': { roles: NOBODY, scopes: BOTH, ok: 0, body: {} },
  'post /campaigns/:id/end': { roles: NOBODY, scopes: BOTH, ok: 0, body: { digits: '123456' } },
  'get /campaign-exports/campaigns': { roles: ALL, scopes: BOTH, ok: 200, path: '/campaign-exports/campaigns?format=csv', audited: true },
  'get /campaign-exports/runs': { roles: ALL, scopes: BOTH, ok: 200, path: '/campaign-exports/runs?format=csv', audited: true },
  'get /campaigns/:id/preview': { roles: ALL, scopes: BOTH, ok: 200 },
  'get /broadcasts': { roles: ALL, scopes: BOTH, ok: 200 },
  'get /broadcasts/:id': { roles: ALL, scopes: BOTH, ok: 200 },
  'get /broadcasts/:id/events': { roles: ALL, scopes: BOTH, ok: 200 },
  'post /broadcasts/:id/pause': { roles: NOBODY, scopes: BOTH, ok: 0, body: { digits: '123456' } },
  'post /broadcasts/:id/resume': { roles: NOBODY, scopes: BOTH, ok: 0, body: { digits: '123456' } },
  'post /broadcasts/:id/cancel': { roles: NOBODY, scopes: BOTH, ok: 0, body: { digits: '123456' } },
  'post /broadcasts/:id/resend': { roles: NOBODY, scopes: BOTH, ok: 0, body: { which: 'failed', digits: '123456' } },
  'get /calendar': { roles: ALL, scopes: BOTH, ok: 200, path: '/calendar?unit=xa&month=2026-11' },
  'get /themes': { roles: ALL, scopes: BOTH, ok: 200, path: '/themes?unit=xa&year=2026' },
  'post /themes': { roles: WRITERS, scopes: DRAFT, ok: 201, body: () => ({ unitId: 'xa', year: 2026, name: `Chủ đề ${++serial}` }) },
  'post /themes/:id/remove': { roles: WRITERS, scopes: DRAFT, ok: 200, about: 'theme' },
  'get /days': { roles: ALL, scopes: BOTH, ok: 200, path: '/days?unit=xa' },
  'post /days': { roles: WRITERS, scopes: DRAFT, ok: 201, body: () => ({ unitId: 'xa', day: '12-20', vi: `Ngày ${++serial}` }) },
  'post /days/:id/remove': { roles: WRITERS, scopes: DRAFT, ok: 200, about: 'day' },
  'get /holidays': { roles: ALL, scopes: BOTH, ok: 200, path: '/holidays?year=2027' },
  'post /holidays': {
    roles: ADMIN,
    scopes: DRAFT,
    ok: 201,
    unit: 'tinh',
    body: () => ({ day: addDays('2023-02-01', ++serial), kind: 'off', vi: 'Ngày nghỉ mẫu', source: 'Công văn số 1' }),
  },
  'get /halt': { roles: ALL, scopes: BOTH, ok: 200 },
  'post /halt': { roles: NOBODY, scopes: BOTH, ok: 0, body: { digits: '123456' } },
  'post /halt/restart': { roles: NOBODY, scopes: BOTH, ok: 0, body: { digits: '123456' } },
  'get /officers': { roles: ['admin', 'approver'], scopes: READ, ok: 200 },
  'get /officers/:id': { roles: ['admin', 'approver'], scopes: READ, ok: 200 },
  'get /officers/:id/terms': { roles: ['admin', 'approver'], scopes: READ, ok: 200 },
  'post /officers': { roles: NOBODY, scopes: BOTH, ok: 0, body: { unitId: 'xa', name: 'Cán bộ Mới', roles: ['admin'] } },
  'patch /officers/:id': { roles: NOBODY, scopes: BOTH, ok: 0, body: { roles: ['admin'] } },
  'post /officers/:id/dismiss': { roles: NOBODY, scopes: BOTH, ok: 0 },
  'post /officers/:id/bind-code': { roles: NOBODY, scopes: BOTH, ok: 0 },
  'post /officers/:id/unbind': { roles: NOBODY, scopes: BOTH, ok: 0 },
  'post /delegations': { roles: NOBODY, scopes: BOTH, ok: 0, body: {} },
  'post /delegations/:id/end': { roles: NOBODY, scopes: BOTH, ok: 0 },
  'get /audit': { roles: ['admin', 'data'], scopes: READ, ok: 200 },
  'get /figures': { roles: ALL, scopes: READ, ok: 200 },
  'get /phrases': { roles: ['editor', 'approver', 'case', 'admin'], scopes: READ, ok: 200, unit: 'tinh' },
  'get /channels': { roles: ['admin', 'approver'], scopes: READ, ok: 200 },
  ...CASE_PAIR_LINES,
  'get /inquiries': { roles: OFFICERS_OF_INQUIRIES, scopes: DESK, ok: 200 },
  'post /inquiries/:id/read': { roles: OFFICERS_OF_INQUIRIES, scopes: DESK, ok: 200 },
  'get /inquiries/:id/places': { roles: OFFICERS_OF_INQUIRIES, scopes: DESK, ok: 200 },
  'post /inquiries/:id/answer': { roles: OFFICERS_OF_INQUIRIES, scopes: DESK, ok: 200, body: { seen: 1, text: 'Chào bạn.' } },
  'post /inquiries/:id/hand-over': { roles: OFFICERS_OF_INQUIRIES, scopes: DESK, ok: 200, body: { seen: 1, unitId: 'tinh' } },
  'post /inquiries/:id/close': { roles: OFFICERS_OF_INQUIRIES, scopes: DESK, ok: 200, body: { seen: 1 } },
  'get /entries/:section': { roles: ALL, scopes: BOTH, ok: 200, path: '/entries/library' },
  'get /entries/:section/:id': { roles: ALL, scopes: BOTH, ok: 200, path: '/entries/library/cvd-01' },
  'get /entries/:section/:id/history': { roles: ALL, scopes: BOTH, ok: 200, path: '/entries/library/cvd-01/history' },
  'get /entry-queues/:section/:queue': { roles: ALL, scopes: BOTH, ok: 200, path: '/entry-queues/library/waiting' },
  'post /entries/:section/:id/recheck': { roles: WRITERS, scopes: DRAFT, ok: 201, path: '/entries/library/:entry/recheck', body: {} },
  'post /entries/:section/:id/retire': { roles: NOBODY, scopes: BOTH, ok: 0, path: '/entries/library/cvd-01/retire', body: {} },
  'get /entry-exports/:section': { roles: ALL, scopes: BOTH, ok: 200, path: '/entry-exports/library?format=csv', audited: true },
  'get /entry-drafts': { roles: ALL, scopes: BOTH, ok: 200, path: '/entry-drafts?section=library' },
  'post /entry-drafts': { roles: WRITERS, scopes: DRAFT, ok: 201, body: { section: 'library', unitId: 'xa', fields: FACT } },
  'get /entry-drafts/:id': { roles: ALL, scopes: BOTH, ok: 200, path: '/entry-drafts/:draft' },
  'patch /entry-drafts/:id': {
    ...{ roles: WRITERS, scopes: DRAFT, ok: 200, path: '/entry-drafts/:draft' },
    body: { edition: 1, fields: { ...FACT, title: 'Khác' } },
  },
  'post /entry-drafts/:id/submit': { roles: WRITERS, scopes: DRAFT, ok: 200, path: '/entry-drafts/:draft/submit', body: { edition: 1 } },
  'post /entry-drafts/:id/drop': { roles: WRITERS, scopes: DRAFT, ok: 200, path: '/entry-drafts/:draft/drop', body: {} },
  'post /entry-drafts/:id/approve': { roles: NOBODY, scopes: BOTH, ok: 0, path: '/entry-drafts/:draft/approve', body: {} },
  'post /entry-imports/:section': {
    ...{ roles: WRITERS, scopes: DRAFT, ok: 201, path: '/entry-imports/questions?unit=xa' },
    ...{ body: SHEET, headers: { 'content-type': 'text/csv' } },
  },
  'get /entry-imports/:id': { roles: WRITERS, scopes: DRAFT, ok: 200, path: '/entry-imports/:import' },
  'post /entry-imports/:id/take': { roles: WRITERS, scopes: DRAFT, ok: 200, path: '/entry-imports/:import/take', body: {} },
  ...OFFICE_LINES,
  ...CASE_LINES,
  ...HAND_OVER_LINES,
  ...NOTICE_LINES,
  'post /images': { roles: WRITERS, scopes: DRAFT, ok: 201, path: '/images?unit=xa', body: PNG, headers: { 'content-type': 'image/png' } },
}

const SCOPES: TokenScope[][] = [['read'], ['draft'], ['desk'], ['units'], ['cases'], ['read', 'draft'], []]

let desk: ApiDesk
let campaignId: string
const clients = new Map<string, ReturnType<ApiDesk['client']>>()

beforeAll(async () => {
  desk = await openApiDesk()
  await loadContent(desk.db, () => {})
  const author = await desk.clientOf('xa', ['editor'])
  campaignId = ((await (await author.post('/campaigns', draft('xa'))).json()) as { id: string }).id
  await desk.db.write([
    broadcastRow(1, { unit_id: 'xa', campaign_id: campaignId, state: 'done', message: '{"topic":null,"purpose":"push"}', audience: '{}' }),
  ])
  await desk.officer('xa', ['viewer'], 'xa-somebody')
  await desk.db.write(loadLevelNames([{ kind: 'cong_doan', level: 'co_so', vi: 'Công đoàn cơ sở', en: 'Grassroots union' }]))
  await addOfficeRows(desk)
  await addCaseWorkers(desk)
  await addAuthorityRow(desk)
  // Those of `xa` last: what stands for an officer of a role is theirs.
  for (const role of ROLES) {
    for (const unit of ['tinh', 'xa']) {
      const officer = await desk.officer(unit, [role])
      // At their chat they get what they send as a test.
      const [contact] = await desk.people('xa', 1)
      await desk.db.write([{ sql: 'UPDATE officers SET contact_id = ? WHERE id = ?', args: [contact ?? null, officer] }])
      for (const scopes of SCOPES) clients.set(`${unit} ${role} ${scopes}`, desk.client((await desk.token(officer, scopes)).token))
    }
  }
})
afterAll(() => desk.close())

test('each route has its line, and each line its route', () => {
  expect(Object.keys(LINES).sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort())
})

test('the table of the code says the same about who may', () => {
  for (const { method, path, act } of ROUTES) {
    const line = LINES[`${method} ${path}`] as Line
    if (act === null) continue
    const scopes = TOKEN_SCOPES.filter((scope) => BY_TOKEN[scope].includes(act))
    expect([path, scopes]).toEqual([path, line.roles.length === 0 ? [] : line.scopes])
    if (line.roles.length > 0) expect([path, [...ACTS[act]].sort()]).toEqual([path, [...line.roles].sort()])
  }
})

describe.each(Object.entries(LINES))('%s', (name, { roles, scopes, ok, path, body, headers, looks, about, audited, unit = 'xa' }) => {
  test.each(ROLES.flatMap((role) => SCOPES.map((given) => [role, given] as const)))('%s with [%s]', async (role, given) => {
    const [method = '', route = ''] = name.split(' ')
    const at = (await entryPath(path ?? route, role)).replaceAll(':id', about ? await freshRow(about) : await idOf(name))
    const before = (await desk.audits()).length
    const answer = await clients
      .get(`${unit} ${role} ${given}`)
      ?.call(method.toUpperCase(), at, typeof body === 'function' ? body() : body, headers)
    const may = roles.includes(role) && (name === 'get /me' || given.some((scope) => scopes.includes(scope)))
    expect(answer?.status).toBe(may ? ok : 403)
    await answer?.body?.cancel()
    // Every change leaves a row, done or refused; reading leaves none.
    const rows = (await desk.audits()).slice(before)
    expect(rows.map(({ outcome, via }) => `${outcome} ${via}`)).toEqual(
      method !== 'get' && !looks ? [may ? 'done api' : 'refused api'] : audited && may ? ['done api'] : [],
    )
  })
})

test('nothing was approved, stopped or sent by any of it', async () => {
  expect(await desk.db.read("SELECT DISTINCT state FROM campaigns WHERE state NOT IN ('draft', 'submitted', 'cancelled')")).toEqual([])
  expect(await desk.db.read('SELECT id, state FROM broadcasts')).toEqual([{ id: 1, state: 'done' }])
  expect(await desk.db.read('SELECT count(*) AS n FROM approvals')).toEqual([{ n: 0 }])
  expect(desk.sent).toEqual([])
  expect(desk.lines).toEqual([])
})

/** The path with things of its own: an entry, a text of it being written, a sheet that was looked at. */
async function entryPath(path: string, role: Role): Promise<string> {
  if (!/:(entry|draft|import)/.test(path)) return path
  const id = `thing${++serial}`
  const at = '2026-11-23T02:00:00.000Z'
  const fields = JSON.stringify({ ...FACT, sourceUrl: null, daily: false, document: null })
  await desk.db.write([
    {
      sql: `INSERT INTO items(id, topic, kind, title, body, source_label, checked_on, review_by, state) SELECT ?, topic, kind, title, body,
              source_label, checked_on, review_by, state FROM items WHERE id = 'cvd-01'`,
      args: [id],
    },
    {
      sql: `INSERT INTO entry_versions(id, section, entry_id, state, fields, folded, unit_id, created_at, changed_at)
            VALUES (?, 'library', ?, ?, ?, '', 'xa', ?, ?)`,
      args: [id, `new${id}`, path.includes(':draft') ? 'draft' : 'dropped', fields, at, at],
    },
    {
      sql: `INSERT INTO entry_imports(id, section, officer_id, unit_id, name, rows, created_at)
            SELECT ?, 'library', id, 'xa', 'x', ?, ? FROM officers WHERE roles = ? ORDER BY rowid DESC LIMIT 1`,
      args: [id, JSON.stringify({ rows: [{ line: 2, code: null, raw: { ...FACT, title: id } }], bad: [] }), at, JSON.stringify([role])],
    },
  ])
  return path.replace(/:(entry|draft|import)/, id)
}

let serial = 0

/** What `:id` stands for: something the route can be done to. */
async function idOf(name: string): Promise<string> {
  const route = name.split(' ')[1] ?? ''
  if (route.startsWith('/broadcasts')) return '1'
  if (/\/(hand-overs|decisions)/.test(route)) return freshHandOver(desk, route)
  if (route.startsWith('/inquiries')) return freshInquiry()
  if (name in CASE_PAIR_LINES) return freshPair(desk, name)
  if (route.startsWith('/cases')) return freshCase(desk)
  if (route.startsWith('/opinions') || route.startsWith('/warnings')) return freshNotice(desk, route)
  if (route.startsWith('/officers')) return 'xa-somebody'
  if (route === '/hotlines/:id/remove') return addHotlineRow(desk, `so-${++serial}`)
  if (route.startsWith('/unit-changes')) return freshChange()
  if (name === 'post /units/:id/changes') return freshUnit()
  if (route.startsWith('/units')) return 'co-so'
  return name.startsWith('get') ? campaignId : freshDraft(name)
}

async function freshUnit(): Promise<string> {
  const id = `unit${++serial}`
  await desk.db.write([
    {
      sql: `INSERT INTO units(id, kind, level, name, parent_id, path) VALUES (?1, 'cong_doan', 'co_so', 'CĐCS Tạm ' || ?1, 'xa', '/tinh/xa/' || ?1 || '/')`,
      args: [id],
    },
  ])
  return id
}

async function freshChange(): Promise<string> {
  const id = `change${++serial}`
  await desk.db.write([
    {
      sql: `INSERT INTO unit_changes(id, kind, unit_id, day, plan, officer_id, created_at)
            VALUES (?, 'rename', 'co-so', '2027-01-01', '{"kind":"rename","name":"X","shortName":null,"before":"Y"}', 'o', '2026')`,
      args: [id],
    },
  ])
  return id
}

/** A theme or a day to remove. */
async function freshRow(about: 'theme' | 'day'): Promise<string> {
  const id = `row${++serial}`
  const sql =
    about === 'theme'
      ? "INSERT INTO themes(id, unit_id, year, name, created_at) VALUES (?, 'xa', 2025, ?, '')"
      : "INSERT INTO observances(id, unit_id, day, vi) VALUES (?, 'xa', '12-21', ?)"
  await desk.db.write([{ sql, args: [id, id] }])
  return id
}

/** A draft of its own for a route that changes one. */
async function freshDraft(name: string): Promise<string> {
  if (!name.includes('/campaigns/:id')) return campaignId
  const id = `draft${++serial}`
  await desk.db.write([
    {
      sql: `INSERT INTO campaigns SELECT ?, unit_id, author_id, editors, title, content, audience, plan, topic, theme, 'draft', 1, needs, 0, NULL,
              created_at, changed_at FROM campaigns WHERE id = ?`,
      args: [id, campaignId],
    },
  ])
  return id
}

/** What a member asked, waiting at the unit of the officers. */
async function freshInquiry(): Promise<string> {
  const [contactId = ''] = await desk.people('xa', 1)
  const [address] = await desk.db.read('SELECT id FROM addresses WHERE contact_id = ?', [contactId])
  const id = `inquiry${++serial}`
  const at = desk.clock.now()
  const asked = { id, contactId, addressId: String(address?.id), unitId: 'xa', text: 'Em hỏi ai?', now: at, dueAt: at }
  await desk.db.write(await openInquiry(desk.keys, asked))
  return id
}
