/**
 * Who may do what of opinions and warnings over REST: lines of the table in api-rights.test.ts, and the rows they are done to.
 */
import { addOpinion } from '../db/opinions.ts'
import { ROLES, type Role, type TokenScope } from '../src/rights.ts'
import type { ApiDesk } from './api-desk.ts'
import { WARNING } from './console-notices.ts'

const CASES: readonly TokenScope[] = ['cases']
const BOTH: readonly TokenScope[] = ['read', 'draft']
const DRAFT: readonly TokenScope[] = ['draft']
const readers: readonly Role[] = ['case', 'editor', 'welfare', 'approver']
const writers: readonly Role[] = ['case', 'editor']
const never = { roles: [] as readonly Role[], scopes: BOTH, ok: 0, body: {} }

export const NOTICE_LINES = {
  'get /opinions': { roles: readers, scopes: CASES, ok: 200 },
  'post /opinions/:id/read': { roles: readers, scopes: CASES, ok: 200 },
  'post /opinions/:id/mark': {
    roles: readers,
    scopes: CASES,
    ok: 200,
    body: { version: 1, state: 'passed', note: 'Đã báo Sở Công Thương.' },
  },
  'get /opinion-counts': { roles: readers, scopes: CASES, ok: 200, path: '/opinion-counts?month=2026-11' },
  'get /warnings': { roles: ROLES, scopes: BOTH, ok: 200 },
  'get /warnings/:id': { roles: ROLES, scopes: BOTH, ok: 200 },
  'post /warnings': { roles: writers, scopes: DRAFT, ok: 201, body: { ...WARNING, unitId: 'xa' } },
  'patch /warnings/:id': { roles: writers, scopes: DRAFT, ok: 200, body: { version: 1, title: 'Thu hồi lô sữa khác' } },
  'post /warnings/:id/submit': { roles: writers, scopes: DRAFT, ok: 200, body: { version: 1 } },
  'post /warnings/:id/drop': { roles: writers, scopes: DRAFT, ok: 200, body: { version: 1 } },
  'post /warnings/:id/approve': never,
  'post /warnings/:id/withdraw': never,
}

let serial = 0

/** An opinion of the unit `xa`, or a draft warning of it. */
export async function freshNotice({ db, keys, clock }: Pick<ApiDesk, 'db' | 'keys' | 'clock'>, route: string): Promise<string> {
  const id = `notice${++serial}`
  if (route.startsWith('/opinions')) {
    const said = { what: 'Gạo tăng giá.', topic: 'price' as const, unitId: 'xa', contactId: id, now: clock.now() }
    await db.write(await addOpinion(keys, { ...said, id }))
    return id
  }
  const { title, body, authority, number, day, link, reviewBy } = WARNING
  await db.write([
    {
      sql: `INSERT INTO warnings(id, unit_id, title, body, authority_name, number, day, link, review_by, editors, changed_at)
            VALUES (?, 'xa', ?, ?, ?, ?, ?, ?, ?, '["nguoi-khac"]', ?)`,
      args: [id, title, body, authority, number, day, link, reviewBy, clock.now().toISOString()],
    },
  ])
  return id
}
