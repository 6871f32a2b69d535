/**
 * A case an officer acts on: as they saw it. Who decided on an older version is told to look again, a merged one is worked
 * where it went, and a restricted one only by its named officer.
 */
import { AppError } from '../src/errors.ts'
import type { Act } from '../src/rights.ts'
import { type CaseRow, requireCase, type Sight } from './case-desk.ts'

/**
 * Throws AppError like `requireCase`; `conflict` when it moved on or was merged, `forbidden` while a restricted one is nobody's.
 * @param version which the officer had before their eyes
 */
export async function requireSeen(desk: Sight, id: string, version: number, act: Act = 'case.work'): Promise<CaseRow> {
  const found = await requireWork(desk, id, act)
  if (found.version !== version) throw new AppError('conflict', 'case.moved_on')
  return found
}

/** The same as it stands now, for the form of an act. */
export async function requireWork(desk: Sight, id: string, act: Act = 'case.work'): Promise<CaseRow> {
  const found = await requireCase(desk, id, act)
  if (found.mergedInto !== null) throw new AppError('conflict', 'case.merged')
  if (found.restricted && found.assigneeId !== desk.actor.officerId) throw new AppError('forbidden', 'case.take_first')
  return found
}
