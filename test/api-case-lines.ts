/**
 * Who may do what with cases over REST, for test/api-rights.test.ts: a case of its own for each try, at the unit `xa`.
 */
import { caseReasons } from '../content/data/case-reasons.ts'
import { loadReasons } from '../db/case-reasons.ts'
import type { Role, TokenScope } from '../src/rights.ts'
import type { ApiDesk } from './api-desk.ts'
import { caseRows } from './console-cases.ts'
import { PNG } from './pictures.ts'

const CASE: { roles: readonly Role[]; scopes: readonly TokenScope[]; ok: number } = { roles: ['case'], scopes: ['cases'], ok: 200 }
const TYPED = { source: 'phone', kind: 'fake', signs: 'Tem nhãn mờ.', unitId: 'xa' }

export const CASE_LINES = {
  'get /cases': CASE,
  'post /cases': { ...CASE, ok: 201, body: TYPED },
  'post /cases/:id/read': CASE,
  'post /cases/:id/thread': CASE,
  'post /cases/:id/photos': CASE,
  'post /cases/:id/photos/add': {
    ...CASE,
    ok: 201,
    path: '/cases/:id/photos/add?source=letter',
    body: PNG,
    headers: { 'content-type': 'image/png' },
  },
  'get /cases/:id/places': CASE,
  'get /case-reasons': { ...CASE, roles: ['case', 'approver', 'admin'] as readonly Role[] },
  'post /cases/:id/take': { ...CASE, body: { version: 1 } },
  'post /cases/:id/assign': { ...CASE, roles: ['case', 'approver'] as readonly Role[], body: { version: 1, officerId: 'xa-worker' } },
  'post /cases/:id/move': { ...CASE, body: { version: 1, to: 'closed', reasonId: 'closed-too-little' } },
  'post /cases/:id/ask': { ...CASE, body: { version: 1, text: 'Bạn mua ở đâu?', reasonId: 'asked-place' } },
  'post /cases/:id/tell': { ...CASE, body: { version: 1, text: 'Cán bộ đã nhận.' } },
  'post /cases/:id/note': { ...CASE, body: { version: 1, text: 'Đã gọi chợ.' } },
  'post /cases/:id/transfer': { ...CASE, body: { version: 1, unitId: 'tinh' } },
  'post /cases/:id/due': { ...CASE, body: { version: 1, day: '2026-12-10', text: 'Chờ trả lời.' } },
  'post /cases/:id/priority': { ...CASE, body: { version: 1, urgency: 'danger' } },
  'post /cases/:id/restrict': { ...CASE, body: { version: 1, on: true } },
  'post /cases/:id/spam': { ...CASE, body: { version: 1, on: true } },
  'post /cases/:id/conflict': { ...CASE, body: { version: 1 } },
}

/** Reasons, and an officer a case can be given to. */
export async function addCaseWorkers(desk: ApiDesk): Promise<void> {
  await desk.db.write([loadReasons(caseReasons)])
  await desk.officer('xa', ['case'], 'xa-worker')
}

let serial = 0
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

export async function freshCase({ db, keys, clock }: ApiDesk): Promise<string> {
  const n = ++serial
  const code = [n / 27000, n / 900, n / 30, n].map((part) => LETTERS[Math.floor(part) % 30]).join('')
  await db.write(await caseRows(keys, { id: `case${n}`, number: `PA-2611-${code}`, now: clock.now() }))
  return `case${n}`
}
