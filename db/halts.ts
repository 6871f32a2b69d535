/**
 * "Dừng mọi tin" (F68): one officer stops every push of this deployment, two start them again. The stop is one row that
 * each claim looks at in its own batch, so that nothing leaves after the batch under way.
 */
import type { Db, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { scopeOf } from '../src/rights.ts'
import { recordAct } from './audit.ts'
import { guard } from './client.ts'
import { type Hand, useHand } from './hand.ts'
import { type Desk, stillActing } from './rights.ts'

export type Halt = { id: number; at: Date; officerId: string; officerName: string; restartBy: string | null }

/** The stop that holds now. */
export async function findHalt(db: Db): Promise<Halt | undefined> {
  const [row] = await db.read(
    'SELECT h.id, h.at, h.officer_id, o.name, h.restart_by FROM halts h LEFT JOIN officers o ON o.id = h.officer_id WHERE h.ended_at IS NULL',
  )
  return (
    row && {
      id: Number(row.id),
      at: new Date(String(row.at)),
      officerId: String(row.officer_id),
      officerName: String(row.name ?? ''),
      restartBy: row.restart_by as string | null,
    }
  )
}

/** Stops every push. Said twice it is the same stop. */
export async function haltPushes(desk: Desk, digits: Hand): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  if (scopeOf(actor, 'pushes.halt').length === 0) throw new AppError('forbidden', 'desk.forbidden')
  const hand = await useHand(db, keys, actor.officerId, digits, now)
  return [
    ...stillActing(actor),
    ...hand,
    { sql: 'INSERT INTO halts(at, officer_id) VALUES (?, ?) ON CONFLICT DO NOTHING', args: [now.toISOString(), actor.officerId] },
    recordAct(actor, { act: 'pushes.halt' }, now),
  ]
}

/**
 * Starts pushes again: the first officer asks, the second one, not the same, does it. Throws AppError `conflict` when
 * nothing is stopped, `forbidden` when the same officer says it twice.
 */
export async function restartPushes(desk: Desk, digits: Hand): Promise<{ writes: Statement[]; restarted: boolean }> {
  const { db, keys, actor, now } = desk
  if (scopeOf(actor, 'pushes.restart').length === 0) throw new AppError('forbidden', 'desk.forbidden')
  const halt = await findHalt(db)
  if (!halt) throw new AppError('conflict', 'desk.not_halted')
  if (halt.restartBy === actor.officerId) throw new AppError('forbidden', 'desk.restart_second')
  const hand = await useHand(db, keys, actor.officerId, digits, now)
  const restarted = halt.restartBy !== null
  const change = restarted
    ? {
        sql: 'UPDATE halts SET ended_by = ?, ended_at = ? WHERE id = ? AND ended_at IS NULL AND restart_by IS NOT NULL AND restart_by <> ?',
        args: [actor.officerId, now.toISOString(), halt.id, actor.officerId],
      }
    : {
        sql: 'UPDATE halts SET restart_by = ?, restart_at = ? WHERE id = ? AND ended_at IS NULL AND restart_by IS NULL',
        args: [actor.officerId, now.toISOString(), halt.id],
      }
  const act = restarted ? 'pushes.restart' : 'pushes.restart_asked'
  return { restarted, writes: [...stillActing(actor), ...hand, change, guard(), recordAct(actor, { act }, now)] }
}
