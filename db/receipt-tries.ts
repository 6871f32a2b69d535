/**
 * Trying a receipt (F35): wrong ones make a person wait longer and longer; many wrong ones by everybody make each newcomer
 * wait a minute, so that an attack from many accounts shuts nobody out. All doors that take a receipt count together.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { DAY_MS } from '../src/time.ts'
import { addTries, claimTries, forgiveTry, hourBefore, listTries, type Tries, triesTag } from './tries.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Wrong tries of one person before each further one waits, twice as long each time, a day at most. */
const FREE_TRIES = 5
/** Wrong tries of everybody in an hour before newcomers wait a minute. */
const FREE_TRIES_OF_ALL = 300

/** `wait` in milliseconds; nothing was looked up then. `writes` belong in the turn's commit. */
export type Tried<T> = { wait: number } | { wait: 0; found: T | undefined; writes: Statement[] }

export async function tryReceipt<T>(
  { db, keys, contactId, now: at }: { db: Db; keys: Keys; contactId: string; now: Date },
  find: () => Promise<T | undefined>,
): Promise<Tried<T>> {
  const now = at.getTime()
  const mine = await triesTag(keys, 'receipt', contactId)
  const everybody = await triesTag(keys, 'receipt')
  const [seen, all] = await listTries(db, [mine, everybody])
  const pressed = all !== undefined && all.until > now && all.count >= FREE_TRIES_OF_ALL
  const plan = planOf(seen, pressed, now)
  if (plan.next && !(await claimTries(db, mine, seen, plan.next))) return { wait: MINUTE_MS }
  if (plan.wait > 0) return { wait: plan.wait }

  const found = await find()
  if (found !== undefined) return { wait: 0, found, writes: [forgiveTry(mine, now)] }
  const until = hourBefore(now) + HOUR_MS
  return { wait: 0, found, writes: [addTries(everybody, { n: 1, limit: Number.MAX_SAFE_INTEGER, now, until })] }
}

/** As the person is told: whole minutes. */
export const minutesOf = (wait: number): number => Math.ceil(wait / MINUTE_MS)

/** Whether this try waits, and what is claimed for it. A try is claimed as a wrong one and forgiven when it was right. */
function planOf(seen: Tries | undefined, pressed: boolean, now: number): { wait: number; next?: Tries } {
  if (seen && seen.until > now) return { wait: seen.until - now }
  const known = seen && seen.until + DAY_MS > now ? seen : undefined
  if (pressed && !known) return { wait: MINUTE_MS, next: { count: 0, until: untilOf(now, MINUTE_MS) } }
  const count = (known?.count ?? 0) + 1
  const grown = count >= FREE_TRIES ? Math.min(MINUTE_MS * 2 ** (count - FREE_TRIES), DAY_MS) : 0
  return { wait: 0, next: { count, until: untilOf(now, Math.max(grown, pressed ? MINUTE_MS : 0)) } }
}

/** When the next try is allowed, in whole minutes, or an hour that is past: the instant somebody tried is nobody's to know. */
function untilOf(now: number, wait: number): number {
  return wait === 0 ? hourBefore(now) : Math.ceil((now + wait) / MINUTE_MS) * MINUTE_MS
}
