/**
 * Looks each minute at reports that nobody has compared yet: opens one, finds those that share marks with it, compares the
 * likeliest exactly, and keeps which ones an officer should see side by side. What a case costs is a fixed number of looks
 * into an index and at most fifty boxes opened, however many cases there are.
 */

import { type FoundPair, keyMarks, listSharing, listUnmarked, markCase, openForMarks, type Unmarked } from '../db/case-marks.ts'
import { conflictOf } from '../db/client.ts'
import type { Db, Keys } from './chat.ts'
import { markTexts } from './duplicate-marks.ts'
import { traitsOf } from './duplicate-traits.ts'
import { DAYS_APART, likenessOf } from './duplicates.ts'
import { causeOf, type Log } from './log.ts'
import type { Job } from './schedule.ts'
import { DAY_MS, monthOf } from './time.ts'

export type CaseMarkParts = { db: Db; keys: Keys; now(): Date; log: Log }

/** Cases of one step, and steps of one tick: a tick stays well within its minute. */
const STEP = 20
const STEPS = 25
/** Boxes that are opened for one case. */
const COMPARED_MOST = 50

/** Each minute, on every process: one that was faster makes the other's step come to nothing. */
export const caseMarksJob = (parts: CaseMarkParts): Job => ({
  name: 'case-marks',
  at: 'minute',
  run: async () => void (await markCases(parts)),
})

/** Returns how many were marked. */
export async function markCases(parts: CaseMarkParts): Promise<number> {
  let done = 0
  for (let step = 0; step < STEPS; step++) {
    const due = await listUnmarked(parts.db, STEP)
    for (const one of due) if (await markOne(parts, one)) done += 1
    if (due.length < STEP) break
    await breathe()
  }
  return done
}

async function markOne({ db, keys, now, log }: CaseMarkParts, one: Unmarked): Promise<boolean> {
  try {
    const { kept, pairs } = one.spam ? { kept: [], pairs: [] } : await compare({ db, keys }, one.id, now())
    await db.write(await markCase(keys, one, kept, pairs))
    return true
  } catch (error) {
    // It was told more of, another process marked it, or it was let go of: the next tick looks again.
    if (conflictOf(error)) return false
    log('error', 'case.marks_stuck', { cause: causeOf(error) })
    // A box that does not open must not keep all others waiting.
    await db.write(await markCase(keys, one, [], [])).catch(() => undefined)
    return false
  }
}

async function compare(
  { db, keys }: Pick<CaseMarkParts, 'db' | 'keys'>,
  id: string,
  now: Date,
): Promise<{ kept: string[]; pairs: FoundPair[] }> {
  const [told] = await openForMarks(db, keys, [id])
  if (!told) return { kept: [], pairs: [] }
  const traits = traitsOf(told)
  const { kept, sought } = markTexts(traits, monthOf(told.openedAt), monthsAround(told.openedAt, now))
  const marks = await keyMarks(keys, [...sought.keys()])
  const weighs = [...sought.values()]
  const weights = new Map(marks.map((mark, i) => [mark, weighs[i] ?? 0]))
  const since = new Date(now.getTime() - DAYS_APART * DAY_MS)
  const sharing = await listSharing(db, weights, id, since, COMPARED_MOST)
  const pairs: FoundPair[] = []
  for (const other of await openForMarks(db, keys, sharing)) {
    const { score, level, why } = likenessOf(traits, traitsOf(other))
    if (level) pairs.push({ otherId: other.id, score, level, why })
  }
  return { kept: await keyMarks(keys, kept), pairs }
}

/** Months in Vietnam in which something of the same time may have been opened. */
function monthsAround(openedAt: Date, now: Date): string[] {
  const months = new Set<string>()
  const until = Math.min(now.getTime(), openedAt.getTime() + DAYS_APART * DAY_MS)
  for (let at = openedAt.getTime() - DAYS_APART * DAY_MS; at < until; at += 14 * DAY_MS) months.add(monthOf(new Date(at)))
  return [...months.add(monthOf(new Date(until))).add(monthOf(openedAt))]
}

/** Lets messages that came in meanwhile be answered: the file driver works synchronously under its promises. */
const breathe = () => new Promise<void>((resume) => setTimeout(resume, 0))
