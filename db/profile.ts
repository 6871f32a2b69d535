/**
 * Everything the database holds about one person, read for that person alone (F7): what the flags of a contact do not
 * show already.
 */
import type { Db } from '../src/chat.ts'

export type Profile = {
  joinedDay: string
  unitName: string | null
  /** Channels joined, each once. */
  channels: string[]
  /** Topics not wanted, by name. */
  stoppedTopics: Array<{ vi: string; en: string }>
  /** Questions to an officer that are still kept. */
  inquiries: number
  officer: boolean
}

/** Undefined for someone who writes for the first time: nothing is kept yet. */
export async function findProfile(db: Db, contactId: string): Promise<Profile | undefined> {
  const [facts, addresses, topics] = await Promise.all([
    db.read(
      `SELECT c.joined_day, u.name AS unit_name,
              (SELECT count(*) FROM inquiries i WHERE i.contact_id = c.id) AS inquiries,
              EXISTS (SELECT 1 FROM officers o WHERE o.contact_id = c.id) AS officer
       FROM contacts c LEFT JOIN units u ON u.id = c.unit_id WHERE c.id = ?`,
      [contactId],
    ),
    db.read('SELECT DISTINCT channel FROM addresses WHERE contact_id = ? ORDER BY channel LIMIT 50', [contactId]),
    db.read(`SELECT t.vi, t.en FROM topic_stops s JOIN topics t ON t.id = s.topic WHERE s.contact_id = ? ORDER BY t.place LIMIT 200`, [
      contactId,
    ]),
  ])
  const [row] = facts
  if (!row) return undefined
  return {
    joinedDay: String(row.joined_day),
    unitName: row.unit_name as string | null,
    channels: addresses.map(({ channel }) => String(channel)),
    stoppedTopics: topics.map(({ vi, en }) => ({ vi: String(vi), en: String(en) })),
    inquiries: Number(row.inquiries),
    officer: row.officer === 1,
  }
}
