/**
 * A case an officer types in for somebody who called, wrote or came. Its number is drawn as any other; its receipt is random
 * and nobody ever learns it, so this person asks the officer and not the assistant. A name has no contact behind it.
 */
import type { CaseSource } from '../src/case.ts'
import { type Intake, identityIn, isDangerIn, reportIn, wrongIn } from '../src/case-intake.ts'
import { AppError } from '../src/errors.ts'
import { randomCode } from '../src/keys.ts'
import { demand, demandAtTop } from '../src/rights.ts'
import { monthOf } from '../src/time.ts'
import { recordCaseAct } from './case-change.ts'
import { openCase } from './cases.ts'
import { conflictOf, conflictTable } from './client.ts'
import { findHolidays } from './holidays.ts'
import { type Desk, stillActing } from './rights.ts'

/** Numbers that are tried: one is taken about once in ten thousand. */
const TRIES = 5

/**
 * Throws AppError `invalid` with the text key of the first thing that is wrong, `forbidden`.
 * @param unit whose case it is; null: of the deployment itself
 */
export async function typeInCase(
  desk: Desk,
  intake: Intake,
  unit: { id: string; path: string } | null,
): Promise<{ id: string; number: string }> {
  const { db, keys, actor, now, random } = desk
  if (unit === null) demandAtTop(actor, 'case.work')
  else demand(actor, 'case.work', unit.path)
  const [wrong] = Object.values(wrongIn(intake))
  if (wrong !== undefined) throw new AppError('invalid', wrong)
  const told = identityIn(intake)
  const holidays = await findHolidays(db, now)
  for (let tries = 1; ; tries++) {
    const id = desk.id()
    const number = `PA-${monthOf(now).slice(2).replace('-', '')}-${randomCode(4, random)}`
    const source: Exclude<CaseSource, 'assistant'> = intake.source
    const writes = [
      ...stillActing(actor),
      ...(await openCase(keys, {
        ...{ id, eventId: desk.id(), number, receipt: `${number}-${randomCode(4, random)}-${randomCode(4, random)}`, now },
        ...{ report: reportIn(intake), danger: isDangerIn(intake), unitId: unit?.id ?? null, photos: [], holidays },
        ...(told ? { identity: { told, contactId: null } } : {}),
        typed: { source, officerId: actor.officerId },
      })),
      recordCaseAct(actor, { id, unitId: unit?.id ?? null }, 'case.typed_in', now, { source }),
    ]
    try {
      await db.write(writes)
      return { id, number }
    } catch (error) {
      if (conflictOf(error) !== 'unique' || conflictTable(error) !== 'cases' || tries >= TRIES) throw error
    }
  }
}
