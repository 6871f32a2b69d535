/**
 * What a member is told of others who reported the same thing: that there are some, or that they are five or more (R23).
 * Never who, when, where or which of them was first. Their own further reports are no others, whoever merged them; and
 * while one of the cases is restricted (F40) nobody is told anything of it, because the one who threatens may hold a receipt.
 */
import type { Db, Keys, Text } from '../src/chat.ts'
import { audienceOf } from './case-audience.ts'

/** From so many other people on the sentence may say a number; below it none. */
export const OTHERS_LEAST = 5

/** The sentence for the member of this case; undefined when there is nobody else to speak of. */
export async function othersSaid(db: Db, keys: Keys, caseId: string): Promise<Text | undefined> {
  const group = await audienceOf(db, caseId)
  if (group.length < 2) return undefined
  const restricted = await db.read('SELECT 1 FROM cases WHERE id IN (SELECT value FROM json_each(?)) AND restricted = 1 LIMIT 1', [
    JSON.stringify(group),
  ])
  if (restricted.length > 0) return undefined
  const people = await countOthers(db, keys, caseId, group)
  if (people === 0) return undefined
  return { key: people < OTHERS_LEAST ? 'case.others_some' : 'case.others_many' }
}

/**
 * People besides the member of this case who are known to be different ones. All who left no way back count as one together:
 * one of them may have filed several times.
 */
async function countOthers(db: Db, keys: Keys, caseId: string, group: string[]): Promise<number> {
  const tags = await Promise.all(group.map((id) => keys.tag('case', id)))
  const rows = await db.read('SELECT case_tag, contact_tag FROM reply_links WHERE case_tag IN (SELECT value FROM json_each(?))', [
    JSON.stringify(tags),
  ])
  const personOf = new Map(rows.map(({ case_tag, contact_tag }) => [String(case_tag), String(contact_tag)]))
  const own = personOf.get(await keys.tag('case', caseId))
  const others = group.flatMap((id, i) => (id === caseId ? [] : [personOf.get(tags[i] ?? '') ?? '']))
  return new Set(others.filter((person) => person === '' || person !== own)).size
}
