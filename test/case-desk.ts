/**
 * Cases and their officers for tests of the case desk: a real database with the units of people.ts, cases as they are
 * filed, the minute job that compares them, officers with their rights.
 */

import type { CaseRow } from '../db/case-desk.ts'
import { openCase } from '../db/cases.ts'
import type { Report } from '../src/case.ts'
import { markCases } from '../src/case-marks.ts'
import type { Db, Row } from '../src/chat.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import type { Role } from '../src/rights.ts'
import { NO_HOLIDAYS } from '../src/working-days.ts'
import { openTestFile } from './database.ts'
import { fakeClock } from './harness.ts'
import { addTestOfficer, deskAt, unitRows } from './people.ts'

export type CaseDesk = Awaited<ReturnType<typeof openCaseDesk>>

export const SHOP: Report = { kind: 'fake', signs: 'Sữa bột Mẫu Kids hộp thiếc, tem mờ', place: 'Cửa hàng Bà Mẫu, 12 Trần Phú' }

export async function openCaseDesk(wrap: (db: Db) => Db = (db) => db) {
  const database = await openTestFile()
  const db = wrap(database.db)
  const keys = createNodeKeys(new Uint8Array(32).fill(3))
  const clock = fakeClock()
  const lines: string[] = []
  await db.write(unitRows())
  const log = (level: string, what: string, fields: object = {}) => void lines.push(JSON.stringify({ level, what, ...fields }))
  let serial = 0

  return {
    db,
    keys,
    clock,
    lines,
    database,
    /** A case as it is filed now; `contact`: who may be written to. */
    async files(
      id: string,
      report: Partial<Report> = {},
      more: { unitId?: string | null; contact?: string; danger?: boolean; keptFrom?: string } = {},
    ): Promise<string> {
      const { unitId = 'xa', contact, danger = false, keptFrom } = more
      const letters = `Z${String(++serial).padStart(3, '0')}`
      await db.write(
        await openCase(keys, {
          ...{ id, eventId: `e-${id}`, number: `PA-2611-${letters}`, receipt: `PA-2611-${letters}-M4TD-9XWE` },
          ...{ report: { ...SHOP, ...report }, danger, unitId, photos: [], holidays: NO_HOLIDAYS, now: clock.now() },
          ...(keptFrom ? { keptFrom } : {}),
          ...(contact ? { replyTo: { contactId: contact, addressId: `a-${contact}`, word: 'K7' } } : {}),
        }),
      )
      return id
    },
    /** The minute job. */
    marks: () => markCases({ db, keys, now: clock.now, log }),
    pairs: () => db.read('SELECT case_id, other_id, level, score, why, state FROM case_pairs ORDER BY case_id, other_id'),
    async row(id: string): Promise<Row> {
      const [row] = await db.read('SELECT * FROM cases WHERE id = ?', [id])
      if (!row) throw new Error(`no case ${id}`)
      return row
    },
    officer: (id: string, unitId = 'tinh', roles: readonly Role[] = ['case']) => addTestOfficer(db, keys, id, unitId, roles),
    /** An officer at their desk now. */
    desk: (id: string) => deskAt(db, keys, id, clock.now()),
    versions: async (...ids: string[]): Promise<Array<CaseRow['version']>> => {
      const found = []
      for (const id of ids) found.push(Number((await db.read('SELECT version FROM cases WHERE id = ?', [id]))[0]?.version))
      return found
    },
    close: () => database.close(),
  }
}
