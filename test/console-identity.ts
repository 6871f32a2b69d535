/**
 * Openings of an identity for the console's pages: a case whose name may be asked for, one that is open to the officer who
 * looks, one whose request waits for their word.
 */
import { askIdentity, decideIdentity } from '../db/identities.ts'
import { proveSession } from '../db/sessions.ts'
import type { Db, Keys } from '../src/chat.ts'
import { caseRows } from './console-cases.ts'
import { addTestOfficer, deskAt } from './people.ts'

export const IDENTITY_ADDRESSES: Record<string, string> = {
  '/cases/:id/identity': '/console/cases/tenkin1/identity',
  '/cases/:id/identity/open': '/console/cases/tenmo2/identity/open',
  '/identity-requests': '/console/identity-requests',
  '/identity-requests/:id': '/console/identity-requests/yeucauten3',
}

const WHY = {
  purpose: 'protect',
  reason: 'Người phản ánh không đọc tin nhắn từ thứ Hai; cần gọi để hướng dẫn cách giữ an toàn.',
} as const

/** For an officer of the unit `tinh` who works on cases and may grant. */
export async function furnishIdentities({ db, keys, now }: { db: Db; keys: Keys; now: Date }, officerId: string): Promise<void> {
  const other = 'thuhai'
  await addTestOfficer(db, keys, other, 'xa', ['case', 'data'])
  for (const id of ['tenkin1', 'tenmo2', 'tencho3'])
    await db.write(
      await caseRows(keys, {
        id,
        now,
        number: `PA-2611-TEN${id.slice(-1)}`,
        identity: { told: { name: 'Đoàn viên Mẫu', phone: '0900000000' }, contactId: null },
      }),
    )
  const hand = async (officer: string) => {
    const session = `hand-${officer}`
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
  await db.write(await askIdentity(await named(officerId, 'yeucauten2'), 'tenmo2', WHY, await hand(officerId)))
  await db.write(await decideIdentity(await deskAt(db, keys, other, now), 'yeucauten2', true, await hand(other)))
  await db.write(await askIdentity(await named(other, 'yeucauten3'), 'tencho3', WHY, await hand(other)))
}
