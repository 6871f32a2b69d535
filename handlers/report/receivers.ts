/**
 * Who would look at a member's report: their own unit, and for "Tôi không muốn … xem" (R8) the nearest open one above.
 */
import { findUnit, listAncestors } from '../../db/units.ts'
import type { Turn } from '../../src/chat.ts'
import { dayOf } from '../../src/time.ts'

type Receiver = { id: string; name: string }

/** Undefined for a person without a unit: whoever runs the deployment looks. */
export async function findReceivers({ db, contact, now }: Turn): Promise<{ own: Receiver; above?: Receiver } | undefined> {
  const day = dayOf(now)
  const own = contact.unitId === null ? undefined : await findUnit(db, contact.unitId, day)
  if (!own) return undefined
  const above = (await listAncestors(db, own.path, day)).findLast(({ id, closed }) => id !== own.id && !closed)
  return { own, ...(above ? { above } : {}) }
}
