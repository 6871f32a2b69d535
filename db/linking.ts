/**
 * Two contacts become one (F5): everything of `from` goes to `to`, in one commit. A stop on either side wins, the
 * younger age wins, both sides' proofs of consent stay. Written as SQL over both rows, so that nothing stale is merged.
 */
import type { Db, Keys, Purpose, Statement } from '../src/chat.ts'
import { forgetUnagreed, joinTipsters } from './case-links.ts'
import { guard, guardThat } from './client.ts'
import { joinPushes } from './ledger-people.ts'
import { forgetLinkTries, linkTriesTag } from './link-codes.ts'

const PURPOSES: Purpose[] = ['push', 'contest', 'named_report', 'deals']

/** Rolls the commit back unless the address still belongs to this contact: who agreed may have been erased or joined meanwhile. */
export function stillTheirs(addressId: string, contactId: string): Statement {
  return guardThat('EXISTS (SELECT 1 FROM addresses WHERE id = ? AND contact_id = ?)', [addressId, contactId])
}

/**
 * The statements, in their order. The commit fails as a conflict when either contact is gone; a turn of `from` that
 * was decided meanwhile loses its turn number and is decided again as `to`.
 */
export async function joinContacts(db: Db, keys: Keys, to: string, from: string): Promise<Statement[]> {
  const [turns] = await db.read('SELECT total(turn) AS n FROM addresses WHERE contact_id = ?', [from])
  const move = (table: string): Statement => ({ sql: `UPDATE ${table} SET contact_id = ? WHERE contact_id = ?`, args: [to, from] })
  return [
    // A turn of `from` in this very commit would write for a person who is gone by its end: then both go one after another.
    guardThat('(SELECT total(turn) FROM addresses WHERE contact_id = ?) = ?', [from, Number(turns?.n ?? 0)]),
    {
      sql: `UPDATE contacts AS a SET ${PURPOSES.map(flagOf).join(', ')},
              unit_id = coalesce(a.unit_id, b.unit_id), member_kind = coalesce(a.member_kind, b.member_kind), age = ${AGE},
              name = iif(${CHILD}, NULL, coalesce(a.name, b.name)), honorific = iif(a.honorific = 'ban', b.honorific, a.honorific),
              push_offered = max(a.push_offered, b.push_offered), joined_day = min(a.joined_day, b.joined_day),
              seen_day = max(a.seen_day, b.seen_day), asked_day = NULL, linked = 1
            FROM contacts AS b WHERE a.id = ? AND b.id = ? AND a.id <> b.id AND a.kind = 'person' AND b.kind = 'person'`,
      args: [to, from],
    },
    guard(),
    move('consents'),
    {
      sql: 'INSERT INTO topic_stops(contact_id, topic) SELECT ?, topic FROM topic_stops WHERE contact_id = ? ON CONFLICT DO NOTHING',
      args: [to, from],
    },
    { sql: 'DELETE FROM topic_stops WHERE contact_id = ?', args: [from] },
    move('inquiries'),
    { sql: 'UPDATE officers SET contact_id = ?, edition = edition + 1 WHERE contact_id = ?', args: [to, from] },
    ...joinPushes(to, from),
    ...(await joinTipsters(keys, to, from)),
    await forgetUnagreed(keys, to),
    { sql: 'DELETE FROM link_codes WHERE contact_id = ? OR asked_by_contact_id = ?', args: [from, from] },
    forgetLinkTries(await linkTriesTag(keys, from)),
    { sql: 'UPDATE addresses SET contact_id = ?, turn = turn + 1 WHERE contact_id = ?', args: [to, from] },
    { sql: 'DELETE FROM contacts WHERE id = ?', args: [from] },
  ]
}

const CHILD = "(a.age = 'under16' OR b.age = 'under16')"
const AGE = `CASE WHEN ${CHILD} THEN 'under16' WHEN a.age = 'unknown' THEN b.age ELSE a.age END`

/** Agreed stays agreed only where the other side agreed too or was never asked: a flag that is off beside a consent row is a stop. */
function flagOf(purpose: Purpose): string {
  const stopped = (side: string) =>
    `(${side}.${purpose} = 0 AND EXISTS (SELECT 1 FROM consents s WHERE s.contact_id = ${side}.id AND s.purpose = '${purpose}'))`
  return `${purpose} = iif(${CHILD} OR ${stopped('a')} OR ${stopped('b')}, 0, max(a.${purpose}, b.${purpose}))`
}
