/**
 * When a case is due, how urgent it is, who may open it. A threatened member's case is restricted at once to the officer who
 * has it (F40); danger to health comes before all others (R12).
 */
import { URGENCY, type Urgency } from '../src/case.ts'
import type { Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { addDays, dayOf } from '../src/time.ts'
import { changeCase } from './case-change.ts'
import type { CaseRow } from './case-desk.ts'
import { requireSeen } from './case-seen.ts'
import { checkNote } from './case-words.ts'
import type { Desk } from './rights.ts'

/** Days ahead that another day may lie. */
const DUE_MOST = 366

/** Another day, and why: the reason stays with officers. Throws AppError `invalid` for a day that is past or too far. */
export async function setDue(
  desk: Desk,
  id: string,
  { version, day, text }: { version: number; day: string; text: string },
): Promise<void> {
  const found = await requireSeen(desk, id, version)
  if (found.state === 'closed') throw new AppError('conflict', 'case.is_closed')
  const today = dayOf(desk.now)
  if (day < today || day > addDays(today, DUE_MOST)) throw new AppError('invalid', 'case.due_day_wrong')
  checkNote(text)
  await desk.db.write(await changeCase(desk, found, { set: ['due_day = ?', [day]], event: { kind: 'due', text, detail: { day } } }))
}

/** Throws AppError `conflict` when it is as urgent already, or closed. */
export async function setUrgency(desk: Desk, id: string, { version, urgency }: { version: number; urgency: Urgency }): Promise<void> {
  const found = await requireSeen(desk, id, version)
  if (found.state === 'closed') throw new AppError('conflict', 'case.is_closed')
  if (found.urgency === urgency) throw new AppError('conflict', 'case.as_urgent')
  const rank = URGENCY[urgency]
  const today = dayOf(desk.now)
  const looked = found.state === 'new' || found.state === 'reviewing'
  const parts: Array<[string, Value[]]> = [
    // The officer who says so knows: nobody has to be told at once.
    ['rank = ?, told_rank = ?', [rank, rank]],
    ...(looked && rank < found.rank && found.dueDay > today ? [['due_day = ?', [today]] as [string, Value[]]] : []),
    ...(urgency === 'threatened' ? [restrictTo(found, desk.actor.officerId)] : []),
  ]
  await desk.db.write(
    await changeCase(desk, found, {
      set: [parts.map(([sql]) => sql).join(', '), parts.flatMap(([, args]) => args)],
      event: { kind: 'raised', detail: { was: found.urgency, is: urgency } },
    }),
  )
}

/** From now on only the officer who has it opens it; whoever restricts one of nobody has it. Throws AppError `conflict`. */
export async function restrictCase(desk: Desk, id: string, version: number): Promise<void> {
  const found = await requireSeen(desk, id, version)
  if (found.restricted) throw new AppError('conflict', 'case.restricted_already')
  await desk.db.write(await changeCase(desk, found, { set: restrictTo(found, desk.actor.officerId), event: { kind: 'restricted' } }))
}

/** Throws AppError `conflict` while the member is threatened. */
export async function unrestrictCase(desk: Desk, id: string, version: number): Promise<void> {
  const found = await requireSeen(desk, id, version)
  if (!found.restricted) throw new AppError('conflict', 'case.not_restricted')
  if (found.urgency === 'threatened') throw new AppError('conflict', 'case.threatened_stays')
  await desk.db.write(await changeCase(desk, found, { set: ['restricted = 0', []], event: { kind: 'unrestricted' } }))
}

function restrictTo({ assigneeId }: CaseRow, officerId: string): [string, Value[]] {
  return ['restricted = 1, assignee_id = ?', [assigneeId ?? officerId]]
}
