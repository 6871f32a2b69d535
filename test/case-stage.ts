/**
 * Cases with officers around them, for tests of what officers do with cases: the units of people.ts, built-in reasons, case
 * officers of three units, one approver. Monday 23 November 2026, a quarter past nine in Vietnam.
 */
import { caseReasons } from '../content/data/case-reasons.ts'
import { listEvents } from '../db/case-events.ts'
import { loadReasons } from '../db/case-reasons.ts'
import type { Opening } from '../db/cases.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import type { Role } from '../src/rights.ts'
import { caseRows } from './console-cases.ts'
import { openTestFile, type TestDatabase } from './database.ts'
import { addPeople, addTestOfficer, deskAt, unitRows } from './people.ts'

export type CaseStage = Awaited<ReturnType<typeof openCaseStage>>

const OFFICERS: ReadonlyArray<[id: string, unit: string, roles: readonly Role[]]> = [
  ['an', 'xa', ['case']],
  ['binh', 'xa', ['case']],
  ['cuc', 'tinh', ['case']],
  ['dung', 'co-so', ['case']],
  ['em', 'tinh', ['approver']],
  ['gia', 'xa-khac', ['case']],
]

export const NOW = new Date('2026-11-23T02:15:00Z')

export async function openCaseStage(open: () => Promise<TestDatabase> = openTestFile) {
  const database = await open()
  const { db } = database
  const keys = createNodeKeys(new Uint8Array(32).fill(5))
  await db.write([...unitRows(), loadReasons(caseReasons)])
  const chats = await addPeople(
    db,
    OFFICERS.map(([id]) => ({ unit: null, native: `chat-${id}` })),
  )
  for (const [i, [id, unit, roles]] of OFFICERS.entries()) await addTestOfficer(db, keys, id, unit, roles, chats[i] ?? null)
  const row = async (id: string) => (await db.read('SELECT * FROM cases WHERE id = ?', [id]))[0]

  return {
    database,
    db,
    keys,
    desk: (officerId: string, now = NOW) => deskAt(db, keys, officerId, now),
    file: async (more: Partial<Opening> & Pick<Opening, 'id'>) => db.write(await caseRows(keys, { now: NOW, ...more })),
    row,
    version: async (id: string) => Number((await row(id))?.version),
    events: (id: string) => listEvents(db, keys, id, { limit: 100 }),
    audits: () => db.read("SELECT at, officer_id, act, outcome, about, about_id, detail FROM audit WHERE about = 'case' ORDER BY id"),
    /** Who was written to, by their officer's id. */
    async told(): Promise<string[]> {
      const rows = await db.read(
        `SELECT o.id FROM outbox b JOIN addresses a ON a.id = b.address_id JOIN officers o ON o.contact_id = a.contact_id ORDER BY b.id`,
      )
      return rows.map(({ id }) => String(id))
    },
    close: () => database.close(),
  }
}
