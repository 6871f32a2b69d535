/**
 * What people say that the bot does not understand, counted without keeping it: keyed hashes of a month, of the phrase
 * and of phrase and person. Only the fifth person's message writes the words down.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { monthOf } from '../src/time.ts'

/** People who must have said the same in one month before its words are kept. */
const PHRASE_PEOPLE = 5

/** Counts one more person for a phrase; the same person twice counts once. `folded` is what is compared, `text` what may be kept. */
export async function countPhrase(keys: Keys, said: { folded: string; text: string; contactId: string; now: Date }): Promise<Statement[]> {
  const month = monthOf(said.now)
  const [phrase, person] = await Promise.all([
    keys.tag('phrase', `${month}:${said.folded}`),
    keys.tag('phrase', `${month}:${said.folded}:${said.contactId}`),
  ])
  return [
    {
      sql: 'INSERT INTO phrase_people(tag, phrase_tag, month) VALUES (?, ?, ?) ON CONFLICT(tag) DO NOTHING',
      args: [person, phrase, month],
    },
    {
      sql: `INSERT INTO phrases(tag, month, people) SELECT ?, ?, 1 WHERE changes() = 1
            ON CONFLICT(tag) DO UPDATE SET people = phrases.people + 1,
              text = CASE WHEN phrases.text IS NULL AND phrases.people + 1 >= ? THEN ? ELSE phrases.text END`,
      args: [phrase, month, PHRASE_PEOPLE, said.text],
    },
  ]
}

export type AskedPhrase = { tag: string; text: string; people: number }

/** Phrases of a month that at least five people said, most people first. @param after the last one of the page before */
export async function listPhrases(db: Db, month: string, limit = 50, after?: Pick<AskedPhrase, 'people' | 'tag'>): Promise<AskedPhrase[]> {
  const rows = await db.read(
    `SELECT tag, text, people FROM phrases WHERE month = ? AND people >= ? AND text IS NOT NULL
     ${after ? 'AND (people, tag) < (?, ?)' : ''} ORDER BY people DESC, tag DESC LIMIT ?`,
    [month, PHRASE_PEOPLE, ...(after ? [after.people, after.tag] : []), limit],
  )
  return rows.map(({ tag, text, people }) => ({ tag: String(tag), text: String(text), people: Number(people) }))
}
