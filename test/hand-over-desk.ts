/**
 * A case on its way to an authority, for tests of hand-overs and decisions: units, officers, an office that may be chosen, the
 * reasons of the program, one case of the commune with everything a member may leave of themselves.
 */

import { authorities } from '../content/data/authorities.ts'
import { createTexts } from '../content/index.ts'
import { addAuthority, loadAuthorities } from '../db/authorities.ts'
import { takeCase } from '../db/case-assign.ts'
import { type CaseRow, requireCase } from '../db/case-desk.ts'
import { findPaperUnit, type HandOverDraft } from '../db/hand-overs.ts'
import type { Desk } from '../db/rights.ts'
import type { Db, Statement } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import { draftPaper, type Say, styleOf } from '../src/paper.ts'
import type { Role } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import { totpDigits } from '../src/totp.ts'
import { caseRows } from './console-cases.ts'
import { openTestFile } from './database.ts'
import { fakeClock } from './harness.ts'
import { addPeople, addTestOfficer, deskAt, unitRows } from './people.ts'

/** `an` works on the case; `binh` and `chi` may let a decision out; `dung` sits at another commune. */
const OFFICERS: ReadonlyArray<[id: string, unit: string, roles: readonly Role[]]> = [
  ['top', 'tinh', ['admin']],
  ['an', 'xa', ['case']],
  ['binh', 'xa', ['approver']],
  ['chi', 'xa', ['approver']],
  ['dung', 'xa-khac', ['case', 'approver']],
]

/** What must stand in no paper, packet or row in clear. */
export const SECRETS = [
  'Nguyễn Thị Mẫu Mực',
  '0912345678',
  'M4TD-9XWE',
  '10.8231',
  '106.6297',
  'nativeofthemember',
  'làm ở xưởng may',
] as const

export const REPORT = {
  kind: 'fake',
  signs: 'Tem nhãn mờ, không có nhãn phụ tiếng Việt.',
  place: 'Sạp cuối chợ Mẫu, xã Mẫu',
  time: 'Sáng Chủ nhật',
  spot: { latitude: 10.8231, longitude: 106.6297, exact: true },
  health: 'ill',
  note: 'Tôi làm ở xưởng may gần đó',
} as const

const texts = createTexts()
export const say: Say = (key, params) => texts.render(params ? { key, params } : { key }, 'vi')

export type HandOverDesk = Awaited<ReturnType<typeof openHandOverDesk>>

export async function openHandOverDesk() {
  const database = await openTestFile()
  const { db } = database
  const keys = createNodeKeys(new Uint8Array(32).fill(3))
  const clock = fakeClock()
  await db.write([...unitRows(), loadAuthorities(authorities), ...reasonRows()])
  const secrets = new Map<string, string>()
  for (const [id, unit, roles] of OFFICERS) secrets.set(id, (await addTestOfficer(db, keys, id, unit, roles)).secret)
  const [contactId = ''] = await addPeople(db, [{ native: 'nativeofthemember' }])
  const [address] = await db.read('SELECT id FROM addresses WHERE contact_id = ?', [contactId])
  await db.write(
    await caseRows(keys, {
      ...{ id: 'vuviec1', number: 'PA-2611-7K3Q', now: clock.now(), danger: true, report: REPORT },
      identity: { told: { name: 'Nguyễn Thị Mẫu Mực', phone: '0912345678' }, contactId },
      replyTo: { contactId, addressId: String(address?.id), word: 'K7' },
    }),
  )
  const deskOf = async (id: string): Promise<Desk> => deskAt(db, keys, id, clock.now())
  await takeCase(await deskOf('an'), 'vuviec1', 1)
  const { id: authorityId, writes } = addAuthority(
    await deskOf('top'),
    {
      ...{ kind: 'qltt', name: 'Chi cục Quản lý thị trường tỉnh Mẫu', address: 'Số 1 đường Mẫu', phone: '', email: '' },
      ...{ source: 'Cổng tỉnh Mẫu', place: 1 },
    },
    null,
    '2026-11-20',
  )
  await db.write(writes)

  const theCase = async (officer = 'an', id = 'vuviec1'): Promise<CaseRow> => requireCase(await deskOf(officer), id, 'case.work')
  return {
    ...{ database, db, keys, clock, deskOf, theCase, authorityId },
    /** What this officer's app shows, half a minute later each time: digits are used up by an act. */
    digits(id: string): string {
      clock.advance(30_000)
      return totpDigits(secrets.get(id) ?? '', clock.now())
    },
    /** A draft as the form offers it. */
    async draft(more: Partial<HandOverDraft['paper']> = {}, officer = 'an'): Promise<HandOverDraft> {
      const unit = await findPaperUnit(await deskOf(officer))
      const paper = draftPaper({ report: REPORT, number: 'PA-2611-7K3Q', danger: true }, unit, dayOf(clock.now()), say)
      return { authorityId, dueDay: '2026-12-21', paper: { ...paper, ...more }, style: styleOf(unit.kind) }
    },
    events: async (caseId = 'vuviec1') =>
      (await db.read('SELECT kind, detail, relay FROM case_events WHERE case_id = ? ORDER BY place', [caseId])).map(
        ({ kind, detail, relay }) => ({ kind: String(kind), detail: JSON.parse(String(detail ?? '{}')) as Record<string, unknown>, relay }),
      ),
    acts: async () => (await db.read("SELECT act FROM audit WHERE act NOT LIKE 'authority%' ORDER BY id")).map(({ act }) => String(act)),
    close: () => database.close(),
  }
}

/** Reasons these acts name, as the program brings them along. */
export function reasonRows(): Statement[] {
  return [
    ['resolved-handled', 'resolved'],
    ['resolved-no-answer', 'resolved'],
    ['referred-paper', 'referred'],
    ['reviewing-returned', 'reviewing'],
  ].map(([id = '', state = '']) => ({
    sql: `INSERT INTO case_reasons(id, state, label_vi, label_en, says_vi, says_en, place) VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT(id) DO NOTHING`,
    args: [id, state, `Nhãn ${id}`, `Label ${id}`, `Câu ${id}`, `Sentence ${id}`],
  }))
}

/** A case merged into the one above, with its own thread. */
export async function addMerged(
  { db, keys, clock }: { db: Db; keys: HandOverDesk['keys']; clock: HandOverDesk['clock'] },
  id: string,
  number: string,
) {
  await db.write(await caseRows(keys, { id, number, now: clock.now() }))
  await db.write([{ sql: "UPDATE cases SET merged_into = 'vuviec1' WHERE id = ?", args: [id] }])
}
