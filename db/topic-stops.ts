/**
 * Topics a person does not want to be sent. Only the refusals are rows, so that a new topic needs none and nothing
 * says what a person reads.
 */
import type { Db, Statement } from '../src/chat.ts'

export type TopicChoice = { id: string; vi: string; en: string; place: number; on: boolean }

/** Topics in their order with this person's choice, after the one at `after` (-1 for the first page). */
export async function listTopicChoices(db: Db, contactId: string, after: number, limit: number): Promise<TopicChoice[]> {
  const rows = await db.read(
    `SELECT t.id, t.vi, t.en, t.place, s.topic IS NULL AS wanted FROM topics t
     LEFT JOIN topic_stops s ON s.contact_id = ? AND s.topic = t.id
     WHERE t.place > ? ORDER BY t.place LIMIT ?`,
    [contactId, after, limit],
  )
  return rows.map(({ id, vi, en, place, wanted }) => ({
    id: String(id),
    vi: String(vi),
    en: String(en),
    place: Number(place),
    on: wanted === 1,
  }))
}

/** How many topics this person turned off. */
export async function countStoppedTopics(db: Db, contactId: string): Promise<number> {
  const [row] = await db.read('SELECT count(*) AS n FROM topic_stops WHERE contact_id = ?', [contactId])
  return Number(row?.n ?? 0)
}

/** Sends no more of a topic. Said twice it is the same; an unknown topic or person leaves no row. */
export function stopTopic(contactId: string, topic: string): Statement {
  return {
    sql: `INSERT INTO topic_stops(contact_id, topic)
          SELECT c.id, t.id FROM contacts c, topics t WHERE c.id = ? AND t.id = ? ON CONFLICT DO NOTHING`,
    args: [contactId, topic],
  }
}

/** Sends the topic again. */
export function resumeTopic(contactId: string, topic: string): Statement {
  return { sql: 'DELETE FROM topic_stops WHERE contact_id = ? AND topic = ?', args: [contactId, topic] }
}
