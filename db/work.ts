/**
 * Proof of work as it is spent: once, in the commit of what it was done for. What stays for two hours is a keyed hash
 * and a count of the page's reports this hour; neither says who or from where.
 */
import type { Db, Keys, Statement, Turn } from '../src/chat.ts'
import { guard } from './client.ts'
import { addTries, countTries, hourBefore, triesTag } from './tries.ts'

const HOUR_MS = 60 * 60 * 1000
/** Nobody is turned away for the many: it only gets dearer. */
const ANY = 1_000_000_000

/** Reports that came through the page in this hour. */
export async function countFilings(db: Db, keys: Keys, now: Date): Promise<number> {
  return countTries(db, await triesTag(keys, 'web-filings'), now.getTime())
}

/** What a report costs who sends it: nothing but on the page, where nobody has an account. Undefined when its work is not done or was spent. */
export async function spendWork({
  db,
  keys,
  message,
  now,
}: Pick<Turn, 'db' | 'keys' | 'message' | 'now'>): Promise<Statement[] | undefined> {
  if (message.channel !== 'web') return []
  if (message.work === undefined) return undefined
  const at = now.getTime()
  const tag = await triesTag(keys, 'work', message.work)
  if ((await countTries(db, tag, at)) > 0) return undefined
  const hour = hourBefore(at) + HOUR_MS
  return [
    addTries(tag, { n: 1, limit: 1, now: at, until: hour + HOUR_MS }),
    guard(),
    addTries(await triesTag(keys, 'web-filings'), { n: 1, limit: ANY, now: at, until: hour }),
  ]
}
