/**
 * Rows for the pages of figures and of the day: ten published months, two members who ask, a campaign that waits and one
 * that is being sent, phrases, channels that were asked.
 */
import { recordCheck } from '../db/health.ts'
import { openInquiry } from '../db/inquiries.ts'
import type { Db, Keys, Statement } from '../src/chat.ts'
import { addPeople, deskAt, draftOf, runOf } from './people.ts'

export const MONTHS = Array.from({ length: 10 }, (_, i) => `2026-${String(i + 1).padStart(2, '0')}`)

/** A published month with cells as given: `cut what key` → n. */
export function monthRows(month: string, cells: Record<string, number>): Statement[] {
  return [
    { sql: "INSERT INTO figure_months(month, stage) VALUES (?, 'done')", args: [month] },
    ...Object.entries(cells).map(([name, n]): Statement => {
      const [cut = '', what = '', key = ''] = name.split(' ')
      return { sql: 'INSERT INTO figures(cut, what, key, month, n) VALUES (?, ?, ?, ?, ?)', args: [cut, what, key, month, n] }
    }),
  ]
}

/** What a member of this unit asks. */
export async function askRows(
  db: Db,
  keys: Keys,
  asked: { id: string; unitId: string; text: string; now: Date; dueAt: Date },
): Promise<Statement[]> {
  const [contactId = ''] = await addPeople(db, [{ unit: asked.unitId, native: `asks-${asked.id}` }])
  const [address] = await db.read('SELECT id FROM addresses WHERE contact_id = ?', [contactId])
  return openInquiry(keys, { ...asked, contactId, addressId: String(address?.id) })
}

/** @param officerId of the unit `tinh` */
export async function furnishDay({ db, keys, clock }: { db: Db; keys: Keys; clock: { now(): Date } }, officerId: string): Promise<void> {
  const now = clock.now()
  const day = 24 * 60 * 60 * 1000
  const cells = (i: number) => ({
    ...{ 'unit reach tinh': 1200 + 70 * i, 'unit reach xa': 700 + 40 * i, 'unit reach xa-khac': 500 + 30 * i },
    ...{ 'unit joined tinh': 120 + i, 'unit stopped tinh': 14 + i, 'unit sent tinh': 4300 + 900 * i, 'unit quiz tinh': 520 + 60 * i },
    ...{ 'channel sent ': 4300 + 900 * i, 'channel sent zalo': 3000 + 700 * i, 'channel sent telegram': 1300 + 200 * i },
    ...{ 'unit case_received tinh': 40 + 3 * i, 'unit case_received xa': 22 + 2 * i, 'unit case_referred tinh': 12 + i },
    ...{ 'unit case_resolved tinh': 9 + i, 'unit case_closed tinh': 8 + i, 'unit case_look_days tinh': 1, 'unit case_refer_days tinh': 6 },
    ...{ 'kind case_received ': 40 + 3 * i, 'kind case_received fake': 21 + i, 'opinion opinions ': 60 + i, 'opinion opinions price': 31 },
    ...{ 'topic sent ': 4300 + 900 * i, 'topic sent none': 4300 + 900 * i },
  })
  for (const [i, month] of MONTHS.entries()) await db.write(monthRows(month, cells(i)))
  await db.write(
    await askRows(db, keys, {
      ...{ id: 'asked-late', unitId: 'xa', text: 'Công ty em chưa đóng bảo hiểm.\nEm cần hỏi ai?' },
      ...{ now: new Date(now.getTime() - 3 * day), dueAt: new Date(now.getTime() - day) },
    }),
  )
  await db.write(
    await askRows(db, keys, {
      ...{ id: 'asked-new', unitId: 'co-so', text: 'Cuối tuần có phiên chợ không ạ?' },
      ...{ now, dueAt: new Date(now.getTime() + 2 * day) },
    }),
  )
  const desk = await deskAt(db, keys, officerId, now)
  const waiting = await draftOf(desk, { unitId: 'xa' })
  const returned = await draftOf(desk, { unitId: 'xa' })
  const run = await runOf(desk)
  await db.write([
    // Written by another, so that this officer may approve it.
    { sql: "UPDATE campaigns SET state = 'submitted', author_id = 'other', editors = '[\"other\"]' WHERE id = ?", args: [waiting] },
    {
      sql: "INSERT INTO audit(at, via, act, outcome, about, about_id) VALUES (?, 'chat', 'campaign.return', 'done', 'campaign', ?)",
      args: [now.toISOString(), returned],
    },
    { sql: "UPDATE broadcasts SET state = 'sending', cursor = NULL WHERE id = ?", args: [run] },
    { sql: "INSERT INTO broadcast_totals(broadcast_id, channel, queued, sent) VALUES (?, 'telegram', 812, 431)", args: [run] },
    { sql: "INSERT INTO phrases(tag, month, people, text) VALUES ('p1', '2026-11', 23, 'mua nước mắm ở đâu')", args: [] },
    recordCheck('telegram', { token: true, webhook: 'elsewhere', waiting: 12, trouble: 'telegram_delivery' }, now),
    {
      sql: "INSERT INTO data_requests(id, person_tag, kind, asked_at, due_at, clock_at, source, unit_id, code) VALUES ('request-due', 'p', 'correct', ?1, ?2, ?2, 'letter', 'tinh', 'YC-2611-BBBB')",
      args: [now.toISOString(), new Date(now.getTime() + day).toISOString()],
    },
  ])
}
