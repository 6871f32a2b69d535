/**
 * Erasing a person (F7): by their own word, a platform's erase button, or retention. Found through indexes and keyed
 * hashes, never by a scan.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { openSession } from '../src/session.ts'
import { forgetTipster, listReported } from './case-links.ts'
import { guardThat } from './client.ts'
import { forgetPushes } from './ledger-people.ts'
import { linkTriesTag } from './link-codes.ts'
import { dropNotices } from './relays.ts'

/**
 * The statements that erase `contactId`; they belong in one commit. What remains: a keyed hash of each consent with
 * its dates, the request log's keyed hash, the inbox's hashes, totals. A filed case keeps no way back. The commit fails
 * as a conflict when the person acted elsewhere since this was read.
 * @param ownAddressId the address whose turn erases; its turn is guarded by the commit itself.
 */
export async function eraseContact(db: Db, keys: Keys, contactId: string, now: Date, ownAddressId = ''): Promise<Statement[]> {
  const [consents, addresses] = await Promise.all([
    db.read('SELECT id, purpose FROM consents WHERE contact_id = ?', [contactId]),
    db.read('SELECT id, turn, session FROM addresses WHERE contact_id = ?', [contactId]),
  ])
  const proofs = await Promise.all(
    consents.map(async ({ id, purpose }) => [id, await keys.tag('consent', `${contactId}:${purpose}:${id}`)] as const),
  )
  const drafts = await Promise.all(
    addresses.map(async ({ id, session }) => {
      const { open, parked } = await openSession(keys, session as Uint8Array | null, String(id), 1, 0)
      return [...photosOf(open?.data), ...photosOf(parked?.data)]
    }),
  )
  const reported = await listReported(db, keys, contactId)
  const turns = addresses.reduce((sum, { id, turn }) => sum + (id === ownAddressId ? 0 : Number(turn)), 0)
  const ofContact = (table: string): Statement => ({ sql: `DELETE FROM ${table} WHERE contact_id = ?`, args: [contactId] })
  const ofAddresses = (table: string, and = ''): Statement => ({
    sql: `DELETE FROM ${table} WHERE address_id IN (SELECT id FROM addresses WHERE contact_id = ?)${and}`,
    args: [contactId],
  })
  return [
    // A consent given or a photo sent from another account meanwhile would be missed: then this is read again.
    guardThat(
      `(SELECT count(*) FROM consents WHERE contact_id = ?) = ?
       AND (SELECT total(turn) FROM addresses WHERE contact_id = ? AND id <> ?) = ?`,
      [contactId, consents.length, contactId, ownAddressId, turns],
    ),
    {
      sql: `INSERT INTO consent_proofs(hash, purpose, wording, given_at, ended_at)
            SELECT j.value ->> 1, c.purpose, c.wording, c.at, ? FROM json_each(?) j JOIN consents c ON c.id = j.value ->> 0
            WHERE c.choice = 'yes' ON CONFLICT(hash) DO NOTHING`,
      args: [now.toISOString(), JSON.stringify(proofs)],
    },
    { sql: 'DELETE FROM photos WHERE case_id IS NULL AND id IN (SELECT value FROM json_each(?))', args: [JSON.stringify(drafts.flat())] },
    // Replies that wait are found along their channel's queue, those in flight by address: no reply pays for an index of its own.
    {
      sql: `DELETE FROM outbox WHERE id IN (
              SELECT o.id FROM addresses a CROSS JOIN outbox o ON o.channel = a.channel AND o.priority = 0 AND o.state = 'queued'
              WHERE a.contact_id = ? AND o.address_id = a.id)`,
      args: [contactId],
    },
    ofAddresses('outbox', " AND priority = 0 AND state = 'sending'"),
    // The ledger of broadcasts keeps its totals and forgets for whom a row was; what waits is not sent.
    ...forgetPushes(contactId),
    ofAddresses('transcript'),
    ofAddresses('updates'),
    ...(await forgetTipster(keys, contactId)),
    await dropNotices(keys, reported),
    { sql: 'UPDATE officers SET contact_id = NULL, edition = edition + 1 WHERE contact_id = ?', args: [contactId] },
    { sql: 'DELETE FROM link_codes WHERE contact_id = ? OR asked_by_contact_id = ?', args: [contactId, contactId] },
    { sql: 'DELETE FROM tries WHERE tag = ?', args: [await linkTriesTag(keys, contactId)] },
    ...['consents', 'topic_stops', 'inquiries', 'addresses'].map(ofContact),
    { sql: 'DELETE FROM contacts WHERE id = ?', args: [contactId] },
  ]
}

/** A step that gathers photos names them in `photos`. */
function photosOf(data: unknown): string[] {
  const photos = (data as { photos?: unknown } | undefined)?.photos
  return Array.isArray(photos) ? photos.filter((id) => typeof id === 'string') : []
}
