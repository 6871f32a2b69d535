/**
 * Contacts: the little that is kept about a person, and the ways it ends. Commands return statements for the turn's
 * commit.
 */
import type { Statement } from '../src/chat.ts'

/** Everything a platform's "blocked" or "unfollow" ends: all pushes, and what waits to be pushed. Consent rows keep the story. */
export function stopContact(contactId: string, addressId: string): Statement[] {
  return [
    { sql: 'UPDATE contacts SET push = 0, deals = 0 WHERE id = ?', args: [contactId] },
    { sql: 'UPDATE addresses SET stopped = 1 WHERE id = ?', args: [addressId] },
  ]
}

/** Sets facts the person told us; only the named ones. */
export function updateContact(
  contactId: string,
  facts: Partial<{
    unitId: string | null
    memberKind: string | null
    age: string
    honorific: string
    name: string | null
    locale: string
    pushOffered: boolean
  }>,
): Statement {
  const columns: Record<keyof typeof facts, string> = {
    unitId: 'unit_id',
    memberKind: 'member_kind',
    age: 'age',
    honorific: 'honorific',
    name: 'name',
    locale: 'locale',
    pushOffered: 'push_offered',
  }
  const named = (Object.keys(columns) as Array<keyof typeof facts>).filter((key) => facts[key] !== undefined)
  return {
    sql: `UPDATE contacts SET ${named.map((key) => `${columns[key]} = ?`).join(', ')} WHERE id = ?`,
    args: [...named.map((key) => (typeof facts[key] === 'boolean' ? Number(facts[key]) : (facts[key] as string | null))), contactId],
  }
}
