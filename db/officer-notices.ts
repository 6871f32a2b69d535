/**
 * Telling officers something at their chats: who can be reached, and the same words to each. A notice comes unasked, so
 * its buttons have words.
 */
import type { Db, Keys, Reply, Statement } from '../src/chat.ts'
import type { Role } from '../src/rights.ts'
import { sealReply } from '../src/sealed-reply.ts'
import { listOfficerAddresses } from './officers.ts'
import { enqueueReplies } from './turns.ts'

/** The same words to each of these officers' bound accounts. `told`: how many have one. */
export async function tellOfficers(
  db: Db,
  keys: Keys,
  officerIds: readonly string[],
  reply: Reply,
  now: Date,
): Promise<{ writes: Statement[]; told: number }> {
  const addresses = officerIds.length > 0 ? await listOfficerAddresses(db, officerIds) : []
  const rows = await Promise.all(
    addresses.map(async ({ channel, addressId, locale }) => ({
      channel,
      addressId,
      body: await sealReply(keys, { ...reply, officer: true }, locale),
      at: now.getTime(),
    })),
  )
  return { writes: rows.length > 0 ? [enqueueReplies(rows)] : [], told: rows.length }
}

/** Bound officers at work with one of these roles: of one unit, or of all. */
export async function listReachableOfficers(
  db: Db,
  { unitId, roles, except = '', limit }: { unitId?: string; roles: readonly Role[]; except?: string; limit: number },
): Promise<string[]> {
  const rows = await db.read(
    `SELECT o.id FROM officers o WHERE o.active = 1 AND o.contact_id IS NOT NULL AND o.id <> ? ${unitId === undefined ? '' : 'AND o.unit_id = ?'}
       AND EXISTS (SELECT 1 FROM json_each(o.roles) r WHERE r.value IN (SELECT value FROM json_each(?))) ORDER BY o.id LIMIT ?`,
    [except, ...(unitId === undefined ? [] : [unitId]), JSON.stringify(roles), limit],
  )
  return rows.map(({ id }) => String(id))
}
