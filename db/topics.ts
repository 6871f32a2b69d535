/**
 * Reader topics: what items stand under and what a person subscribes to. Built in; a start brings names and order up
 * to date and leaves equal rows alone.
 */
import type { Db, Statement } from '../src/chat.ts'

export type Topic = { id: string; vi: string; en: string }

export function loadTopics(topics: readonly Topic[]): Statement[] {
  return [
    {
      sql: `INSERT INTO topics(id, vi, en, place) SELECT value ->> 'id', value ->> 'vi', value ->> 'en', key FROM json_each(?) WHERE true
            ON CONFLICT(id) DO UPDATE SET vi = excluded.vi, en = excluded.en, place = excluded.place
            WHERE vi <> excluded.vi OR en <> excluded.en OR place <> excluded.place`,
      args: [JSON.stringify(topics)],
    },
  ]
}

/** In the order readers see them. */
export async function listTopics(db: Db): Promise<Topic[]> {
  const rows = await db.read('SELECT id, vi, en FROM topics ORDER BY place, id')
  return rows.map(({ id, vi, en }) => ({ id: String(id), vi: String(vi), en: String(en) }))
}
