/**
 * Who may do what with hand-overs and decisions over REST: lines of the table in api-rights.test.ts, and a case with a paper
 * for each try.
 */
import type { Role, TokenScope } from '../src/rights.ts'
import type { ApiDesk } from './api-desk.ts'
import { caseRows } from './console-cases.ts'
import { reasonRows } from './hand-over-desk.ts'

const CASE: { roles: readonly Role[]; scopes: readonly TokenScope[]; ok: number } = { roles: ['case'], scopes: ['cases'], ok: 200 }
const READERS = { ...CASE, roles: ['case', 'approver', 'admin'] as readonly Role[] }
const never = { roles: [] as readonly Role[], scopes: CASE.scopes, ok: 0, body: {} }
const DAY = '2026-11-23'
const DECISION = {
  ...{ authorityName: 'Chi cục Mẫu', number: '12/QĐ', day: DAY, link: 'https://qltt.mau.gov.vn/12' },
  says: 'Cơ sở bị xử phạt theo quyết định.',
}

export const HAND_OVER_LINES = {
  'get /authorities': READERS,
  'get /authorities/:id': { ...READERS, path: '/authorities/co-quan' },
  'get /cases/:id/hand-overs': CASE,
  'post /cases/:id/hand-overs': { ...CASE, ok: 201, body: { authorityId: 'co-quan', paper: { town: 'Mẫu' } } },
  'post /cases/:id/hand-overs/:over/drop': { ...CASE, path: '/cases/:id/hand-overs/:id/drop' },
  'post /cases/:id/hand-overs/:over/send': { ...CASE, path: '/cases/:id/hand-overs/:id/send', body: { day: DAY, how: 'post' } },
  'post /cases/:id/hand-overs/:over/answer': {
    ...{ ...CASE, path: '/cases/:id/hand-overs/:id/answer' },
    // Where the case moves along, there is a row for that too.
    body: { day: DAY, text: 'Đã kiểm tra.', outcome: 'resolved-handled', wait: true },
  },
  'post /cases/:id/hand-overs/:over/return': {
    ...{ ...CASE, path: '/cases/:id/hand-overs/:id/return' },
    body: { day: DAY, text: 'Không thuộc thẩm quyền.' },
  },
  'get /cases/:id/decisions': CASE,
  'post /cases/:id/decisions': { ...CASE, ok: 201, body: DECISION },
  'get /decisions/:id': CASE,
  'post /decisions/:id/approve': never,
  'post /decisions/:id/return': never,
  'post /decisions/:id/correct': never,
  'post /decisions/:id/withdraw': never,
}

/** An office that can be chosen, and the reasons that answers name. */
export async function addAuthorityRow({ db }: Pick<ApiDesk, 'db'>): Promise<void> {
  await db.write([
    {
      sql: `INSERT INTO authorities(id, kind, name, address, source_label, checked_on) VALUES ('co-quan', 'qltt', 'Chi cục Mẫu', 'Số 1', 'Cổng', ?)`,
      args: [DAY],
    },
    ...reasonRows(),
  ])
}

let serial = 0
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The id of a case, of its paper and of its decision alike. */
export async function freshHandOver({ db, keys, clock }: ApiDesk, route: string): Promise<string> {
  const n = ++serial
  const id = `paper${n}`
  const code = [n / 27000, n / 900, n / 30, n].map((part) => LETTERS[Math.floor(part) % 30]).join('')
  await db.write(await caseRows(keys, { id, number: `PA-2610-${code}`, now: clock.now() }))
  const sent = /(answer|return)$/.test(route)
  const box = JSON.stringify({ paper: { subject: 'Phản ánh', body: 'Một câu đủ dài để gửi đi.', ask: '' }, style: 'union' })
  await db.write([
    {
      sql: `INSERT INTO hand_overs(id, case_id, authority_id, state, hour, due_day, officer_id, box) VALUES (?, ?, 'co-quan', ?, ?, ?, 'o', ?)`,
      args: [id, id, sent ? 'sent' : 'draft', '2026-11-23T02Z', '2026-12-21', await keys.seal('hand-over', box, id)],
    },
    {
      sql: `INSERT INTO decisions(id, case_id, authority_name, number, day, link, box, officer_id, unit_id, hour)
            VALUES (?, ?, 'Chi cục Mẫu', '12/QĐ', ?, 'https://qltt.mau.gov.vn/12', ?, 'o', 'xa', '2026-11-23T02Z')`,
      args: [id, id, DAY, await keys.seal('decision', JSON.stringify({ says: 'Theo quyết định.', writtenAt: '' }), id)],
    },
    { sql: "UPDATE cases SET state = 'reviewing' WHERE id = ?", args: [id] },
  ])
  return id
}
