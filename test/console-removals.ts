/**
 * Removals for good for the console's pages: a case that one may be asked for, one whose request waits for the officer's word,
 * one that was removed.
 */
import { askRemoval, decideRemoval } from '../db/removals.ts'
import { proveSession } from '../db/sessions.ts'
import type { Db, Keys } from '../src/chat.ts'
import { caseRows } from './console-cases.ts'
import { addTestOfficer, deskAt } from './people.ts'

export const REMOVAL_ADDRESSES: Record<string, string> = {
  '/cases/:id/remove': '/console/cases/xoaxin1/remove',
  '/removal-requests': '/console/removal-requests',
  '/removal-requests/:id': '/console/removal-requests/yeucauxoa2',
}

const WHY = {
  photoId: null,
  kind: 'papers',
  reason: 'Phản ánh kèm giấy tờ của một người không liên quan, che lại cũng không hết.',
} as const

/** For an officer of the unit `tinh` who works on cases and may let through. */
export async function furnishRemovals({ db, keys, now }: { db: Db; keys: Keys; now: Date }, officerId: string): Promise<void> {
  const other = 'thuba'
  await addTestOfficer(db, keys, other, 'xa', ['case', 'data'])
  for (const id of ['xoaxin1', 'xoacho2', 'xoahet3'])
    await db.write(await caseRows(keys, { id, now, number: `PA-2611-XQA${id.slice(-1)}` }))
  const hand = async (officer: string) => {
    const session = `xoa-${officer}`
    await db.write([
      {
        sql: `INSERT INTO sessions(id, session_tag, officer_id, device, created_at, expires_at) VALUES (?1, ?1, ?2, 'desktop', ?3, ?4) ON CONFLICT DO NOTHING`,
        args: [session, officer, now.getTime(), now.getTime() + 1],
      },
      proveSession(session, now),
    ])
    return { session }
  }
  /** The request takes the name; the event beside it a name after that. */
  const named = async (officer: string, id: string) => {
    let drawn = 0
    return { ...(await deskAt(db, keys, officer, now)), id: () => (drawn++ === 0 ? id : `${id}-${drawn}`) }
  }
  await db.write(await askRemoval(await named(other, 'yeucauxoa2'), 'xoacho2', WHY, await hand(other)))
  await db.write(await askRemoval(await named(officerId, 'yeucauxoa3'), 'xoahet3', WHY, await hand(officerId)))
  await db.write(await decideRemoval(await deskAt(db, keys, other, now), 'yeucauxoa3', true, await hand(other)))
}
