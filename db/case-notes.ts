/**
 * What officers write into a case: a question that waits for the member, a note to them, a note for one another. Both words
 * to the member are relayed; a merged case's member reads them too, with their own receipt.
 */
import { dueDayIn, MOVES } from '../src/case.ts'
import { ASKED_REASON } from '../src/case-reason.ts'
import { AppError } from '../src/errors.ts'
import { listMerged } from './case-audience.ts'
import { changeCase } from './case-change.ts'
import type { CaseRow } from './case-desk.ts'
import { requireReason } from './case-reasons.ts'
import { requireSeen } from './case-seen.ts'
import { checkNote, checkTold } from './case-words.ts'
import { findHolidays } from './holidays.ts'
import type { Desk } from './rights.ts'

/**
 * Asks the member: the case needs more until they answer, and so long nobody is late. Throws AppError `invalid` (text, reason),
 * `conflict`.
 * @param reasonId which of the questions it is; another one without it
 */
export async function askMember(
  desk: Desk,
  id: string,
  { version, text, reasonId = ASKED_REASON }: { version: number; text: string; reasonId?: string | undefined },
): Promise<void> {
  const found = await requireSeen(desk, id, version)
  await demandMember(desk, found)
  const moves = found.state !== 'needs_info'
  if (moves && !MOVES[found.state].includes('needs_info')) throw new AppError('conflict', 'case.no_such_move')
  await checkTold(desk, text)
  const reason = await requireReason(desk.db, reasonId, 'needs_info')
  const due = dueDayIn('needs_info', found.urgency, desk.now, await findHolidays(desk.db, desk.now))
  await desk.db.write(
    await changeCase(desk, found, {
      set: ["state = 'needs_info', reason_id = ?, due_day = ?", [reason.id, due]],
      event: {
        kind: 'asked',
        text,
        relay: true,
        detail: { reason: reason.id, ...(moves ? { from: found.state, to: 'needs_info' } : {}) },
      },
    }),
  )
}

/** Tells the member something; the case stays where it is, also a closed one. Throws AppError `invalid`, `conflict`. */
export async function tellMember(desk: Desk, id: string, { version, text }: { version: number; text: string }): Promise<void> {
  const found = await requireSeen(desk, id, version)
  await demandMember(desk, found)
  await checkTold(desk, text)
  await desk.db.write(await changeCase(desk, found, { event: { kind: 'told', text, relay: true } }))
}

/** For officers alone. Throws AppError `invalid`, `conflict`. */
export async function noteCase(desk: Desk, id: string, { version, text }: { version: number; text: string }): Promise<void> {
  const found = await requireSeen(desk, id, version)
  checkNote(text)
  await desk.db.write(await changeCase(desk, found, { event: { kind: 'noted', text } }))
}

/** Who took their report back is asked and told nothing more; those of reports merged into it are. */
export async function hasMember({ db }: Pick<Desk, 'db'>, { id, gone }: Pick<CaseRow, 'id' | 'gone'>): Promise<boolean> {
  return gone === null || (await listMerged(db, id)).length > 0
}

async function demandMember(desk: Desk, found: CaseRow): Promise<void> {
  if (!(await hasMember(desk, found))) throw new AppError('conflict', 'case.member_left')
}
