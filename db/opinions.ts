/**
 * Opinions about the market as they come in (F48). A row has a random id, a unit, a topic and a day; what was said is
 * sealed, and nothing leads from it to a contact. What a month had is counted as it comes, by unit and topic.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { evenJson } from '../src/keys.ts'
import { OPINIONS_A_DAY, type Opinion, type OpinionTopic } from '../src/opinion.ts'
import { addDays, dayOf, monthOf, vietnamInstant } from '../src/time.ts'
import { guard } from './client.ts'
import { addTries, countTries, triesTag } from './tries.ts'

export type NewOpinion = Opinion & { id: string; topic: OpinionTopic; unitId: string | null; contactId: string; now: Date }

/** Has this person used up the day's opinions? */
export async function hasEnough(db: Db, keys: Keys, contactId: string, now: Date): Promise<boolean> {
  return (await countTries(db, await triesTag(keys, 'opinion', contactId), now.getTime())) >= OPINIONS_A_DAY
}

/** The statements of one more opinion; they fail as a conflict past the day's limit. */
export async function addOpinion(keys: Keys, { id, topic, unitId, what, where, contactId, now }: NewOpinion): Promise<Statement[]> {
  const month = monthOf(now)
  const until = vietnamInstant(addDays(dayOf(now), 1), 0).getTime()
  const said: Opinion = { what, ...(where ? { where } : {}) }
  const unit = unitId ?? ''
  return [
    addTries(await triesTag(keys, 'opinion', contactId), { n: 1, limit: OPINIONS_A_DAY, now: now.getTime(), until }),
    guard(),
    {
      sql: 'INSERT INTO opinions(id, unit_id, topic, box, day) VALUES (?, ?, ?, ?, ?)',
      args: [id, unitId, topic, await keys.seal('opinion', evenJson(said), id), dayOf(now)],
    },
    {
      sql: 'INSERT INTO opinion_people(tag, month) VALUES (?, ?) ON CONFLICT(tag) DO NOTHING',
      args: [await keys.tag('figure', `opinion:${month}:${unit}:${topic}:${contactId}`), month],
    },
    {
      sql: `INSERT INTO opinion_counts(month, unit_id, topic, n, people) SELECT ?, ?, ?, 1, changes() WHERE true
            ON CONFLICT(month, unit_id, topic) DO UPDATE SET n = n + 1, people = people + excluded.people`,
      args: [month, unit, topic],
    },
  ]
}
