/**
 * Rows for the pages of units and officers: a unit with a code, one that went up in another, a change that waits, officers
 * with terms, a loan.
 */
import { changeSeat, lendSeat } from '../db/officer-desk.ts'
import { planChange } from '../db/unit-changes.ts'
import { renewCode } from '../db/unit-desk.ts'
import { editSeatSchema, loanSchema } from '../src/seats.ts'
import { changeSchema } from '../src/tree.ts'
import type { Stage } from './console-stage.ts'
import { deskAt } from './people.ts'

export async function furnishUnits({ db, keys, clock }: Pick<Stage, 'db' | 'keys' | 'clock'>, officerId: string) {
  const desk = () => deskAt(db, keys, officerId, clock.now())
  await db.write([
    {
      sql: `INSERT INTO officers(id, name, unit_id, roles, title, area, since_day, until_day, created_at) VALUES
        ('binh', 'Trần Văn Bình', 'xa', '["editor","approver","viewer"]', 'pho_ban', 'Tuyên truyền tại các khu công nghiệp', '2025-07-01', '2026-12-31', '2025'),
        ('chi', 'Lê Thị Chi', 'co-so', '["editor"]', 'tuyen_giao', NULL, NULL, NULL, '2026-01-01')`,
      args: [],
    },
  ])
  for (const id of ['xa', 'co-so']) await db.write((await renewCode(await desk(), id)).writes)
  await db.write(
    (
      await planChange(
        await desk(),
        'xa-khac',
        changeSchema.parse({ kind: 'merge', sources: ['xuong'], day: '2026-11-23', note: 'Nghị quyết số 12' }),
      )
    ).writes,
  )
  await db.write(
    (await planChange(await desk(), 'xa', changeSchema.parse({ kind: 'rename', name: 'Công đoàn phường Mẫu', day: '2027-01-01' }))).writes,
  )
  await db.write(await changeSeat(await desk(), 'binh', editSeatSchema.parse({ area: 'Kiểm tra, giám sát' })))
  const loan = loanSchema.parse({ lenderId: 'binh', officerId: 'chi', roles: ['approver'], fromDay: '2026-11-23', untilDay: '2026-12-15' })
  await db.write((await lendSeat(await desk(), loan)).writes)
  await db.write([{ sql: "UPDATE delegations SET id = 'loan1'", args: [] }])
}
