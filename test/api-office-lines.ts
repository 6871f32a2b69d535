/**
 * Who may do what of the office over REST: lines of the table in api-rights.test.ts, and the rows their addresses name.
 */
import { ROLES, type Role, type TokenScope } from '../src/rights.ts'
import type { ApiDesk } from './api-desk.ts'

const BOTH: readonly TokenScope[] = ['read', 'draft']
const READ: readonly TokenScope[] = ['read']
const DRAFT: readonly TokenScope[] = ['draft']
const editors: readonly Role[] = ['editor', 'admin']
const desk: readonly Role[] = ['admin', 'data']
const never = { roles: [] as readonly Role[], scopes: BOTH, ok: 0, body: {} }

const line = { kind: 'khac', number: '0299.000.000', tel: '0299000000', office: 'Văn phòng', whatFor: 'Hỏi việc.', free: false }
const request = { kind: 'erase', source: 'letter', askedOn: '2026-11-23', others: false, ref: '', unitId: 'xa' }
const incident = { unitId: 'xa', title: 'Mất một máy', detectedAt: '2026-11-23T01:00:00Z', happened: 'Một máy bị mất.' }

export const OFFICE_LINES = {
  'get /hotlines': { roles: ROLES, scopes: BOTH, ok: 200 },
  'post /hotlines': { roles: editors, scopes: DRAFT, ok: 201, body: { ...line, source: 'Gọi thử', place: 5, unitId: 'xa' } },
  'get /hotlines/:id': { roles: ROLES, scopes: BOTH, ok: 200, path: '/hotlines/so-xa' },
  'patch /hotlines/:id': { roles: editors, scopes: DRAFT, ok: 200, path: '/hotlines/so-xa', body: { office: 'Văn phòng xã' } },
  'post /hotlines/:id/hide': { roles: editors, scopes: DRAFT, ok: 200, path: '/hotlines/so-xa/hide' },
  'post /hotlines/:id/remove': { roles: editors, scopes: DRAFT, ok: 200 },
  'post /hotlines/:id/check': never,
  'get /settings': { roles: desk, scopes: READ, ok: 200 },
  'patch /settings/:id': { ...never, path: '/settings/weekly_cap', body: { value: '1' } },
  'get /data-requests': { roles: desk, scopes: READ, ok: 200 },
  'post /data-requests': { roles: desk, scopes: DRAFT, ok: 201, body: request },
  'get /data-requests/:id': { roles: desk, scopes: READ, ok: 200, path: '/data-requests/yc' },
  'post /data-requests/:id/answer': never,
  'post /data-requests/:id/extend': never,
  'post /data-requests/:id/finish': never,
  'get /incidents': { roles: desk, scopes: READ, ok: 200 },
  'post /incidents': { roles: desk, scopes: DRAFT, ok: 201, body: incident },
  'get /incidents/:id': { roles: desk, scopes: READ, ok: 200, path: '/incidents/sc' },
  'post /incidents/:id/entries': {
    ...{ roles: desk, scopes: DRAFT, ok: 201, path: '/incidents/sc/entries' },
    body: { kind: 'measure', text: 'Đã khóa máy từ xa.' },
  },
  'get /incidents/:id/notices': { roles: desk, scopes: READ, ok: 200, path: '/incidents/sc/notices' },
  'post /incidents/:id/notified': never,
  'post /incidents/:id/people-told': never,
  'post /incidents/:id/close': never,
  'post /incidents/:id/reopen': never,
}

export async function addOfficeRows({ db, keys }: Pick<ApiDesk, 'db' | 'keys'>): Promise<void> {
  await addHotlineRow({ db }, 'so-xa')
  await db.write([
    {
      sql: `INSERT INTO data_requests(id, person_tag, kind, asked_at, due_at, source, unit_id, code, clock_at)
            VALUES ('yc', 'p', 'erase', '2026-11-23T01:00:00.000Z', '2026-11-25T01:00:00.000Z', 'letter', 'xa', 'YC-2611-AAAA', '2026-11-25T01:00:00.000Z')`,
      args: [],
    },
    {
      sql: `INSERT INTO incidents(id, code, unit_id, box, detected_at, due_at, opened_by, opened_at)
            VALUES ('sc', 'SC-2611-AAAA', 'xa', ?, '2026-11-23T01:00:00.000Z', '2026-11-26T01:00:00.000Z', 'o', '2026-11-23T01:00:00.000Z')`,
      args: [await keys.seal('incident', 'Mất một máy', 'sc')],
    },
  ])
}

/** A line of the unit `xa`. */
export async function addHotlineRow({ db }: Pick<ApiDesk, 'db'>, id: string): Promise<string> {
  await db.write([
    {
      sql: `INSERT INTO hotlines(id, kind, number, tel, office, what_for, source_label, unit_id, place)
            VALUES (?, 'khac', '0299.111.111', '0299111111', 'Xã', 'Hỏi việc.', 'Xã', 'xa', 9)`,
      args: [id],
    },
  ])
  return id
}
