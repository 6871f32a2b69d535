/**
 * Whose case it is: an officer takes one that is nobody's. A new case that is taken is being looked at from then on.
 */
import { dueDayIn } from '../src/case.ts'
import { AppError } from '../src/errors.ts'
import { changeCase } from './case-change.ts'
import { requireCase } from './case-desk.ts'
import type { Desk } from './rights.ts'

/** "Nhận việc". Throws AppError `conflict` when somebody has it or it moved on, and like `requireCase`. */
export async function takeCase(desk: Desk, id: string, version: number): Promise<void> {
  const found = await requireCase(desk, id, 'case.work')
  if (found.mergedInto !== null) throw new AppError('conflict', 'case.merged')
  if (found.assigneeId !== null) throw new AppError('conflict', 'case.taken')
  if (found.state === 'closed') throw new AppError('conflict', 'case.is_closed')
  if (found.version !== version) throw new AppError('conflict', 'case.moved_on')
  const { officerId } = desk.actor
  const looks = found.state === 'new'
  await desk.db.write(
    await changeCase(desk, found, {
      set: looks
        ? ["assignee_id = ?, state = 'reviewing', due_day = ?", [officerId, dueDayIn('reviewing', desk.now)]]
        : ['assignee_id = ?', [officerId]],
      event: { kind: 'taken', detail: { officer: officerId, ...(looks ? { from: 'new', to: 'reviewing' } : {}) } },
    }),
  )
}
