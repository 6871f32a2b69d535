/**
 * Tells cases what became of the notices to their members: on whole hours alone, one to three hours after the notice ended,
 * by chance. So what an officer reads, and what changes in the database, is of no use to find out when a message left, on
 * which channel, or whose account closed itself at that moment. What nobody hears of any more (its member was erased, its
 * notice taken back) counts as not arrived after a day and a half.
 */
import { dropOutcomes, listOutcomes, listQueued, listUnreached, settle, type Told, type ToldMark } from '../db/notice-outcomes.ts'
import type { Db, Keys } from './chat.ts'
import type { Log } from './log.ts'
import type { Job } from './schedule.ts'
import { dayOf, hourOf } from './time.ts'

const HOUR_MS = 3_600_000
/** The longest that a known outcome waits by chance. */
const MOST_HOURS = 3
/** A notice is sent within a day of leaving the case or not at all, and waits for the morning before that. */
const SILENT_HOURS = 36
/** Days after which an outcome goes; all were told long before. */
const KEPT_DAYS = 2

/** Of one case: until when its notices arrived, and until when one did not. */
type Ends = { reached?: Date; failed?: Date }

export function noticeOutcomesJob({ db, keys, random, log }: { db: Db; keys: Keys; random(): number; log: Log }): Job {
  return {
    name: 'notice-outcomes',
    at: 'minute',
    async run(now) {
      if (now.getUTCMinutes() !== 0) return
      const ends = await readEnds(db, keys, now, random)
      const told = { sent: 0, receipt: 0 }
      for (let after: ToldMark | undefined = { hour: '', id: '' }; after; ) {
        const page: Awaited<ReturnType<typeof listQueued>> = await listQueued(db, keys, after)
        const arrived = page.events.filter((event) => isWithin(event, ends.get(event.caseId)?.reached))
        const silent = hourOf(new Date(now.getTime() - SILENT_HOURS * HOUR_MS))
        const lost = page.events.filter(
          (event) => !arrived.includes(event) && (event.hour < silent || isWithin(event, ends.get(event.caseId)?.failed)),
        )
        const earlier = await listUnreached(db, keys, [...new Set(arrived.map(({ caseId }) => caseId))])
        const also = earlier.filter((event) => isWithin(event, ends.get(event.caseId)?.reached))
        const writes = [
          ...(arrived.length > 0 ? [settle(idsOf([...arrived, ...also]), 'sent')] : []),
          ...(lost.length > 0 ? [settle(idsOf(lost), 'receipt')] : []),
        ]
        if (writes.length > 0) await db.write(writes)
        told.sent += arrived.length
        told.receipt += lost.length
        after = page.next
      }
      await dropOutcomes(db, dayOf(new Date(now.getTime() - KEPT_DAYS * 24 * HOUR_MS)))
      if (told.sent + told.receipt > 0) log('info', 'notices.settled', told)
    },
  }
}

async function readEnds(db: Db, keys: Keys, now: Date, random: () => number): Promise<Map<string, Ends>> {
  const ends = new Map<string, Ends>()
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<typeof listOutcomes>> = await listOutcomes(db, keys, after)
    for (const { caseId, reached, at } of page.outcomes) {
      if (!isRipe(at, now, random)) continue
      const own = ends.get(caseId) ?? {}
      const end = reached ? 'reached' : 'failed'
      if (!own[end] || own[end] < at) own[end] = at
      ends.set(caseId, own)
    }
    after = page.next
  }
  return ends
}

/** Each whole hour from the first on may be the one, and each is as likely; nothing is kept about what was drawn. */
function isRipe(at: Date, now: Date, random: () => number): boolean {
  const age = Math.floor(now.getTime() / HOUR_MS) - Math.floor(at.getTime() / HOUR_MS)
  if (age < 1) return false
  const left = MOST_HOURS + 1 - age
  return left <= 1 || random() < 1 / left
}

/** A notice tells of everything that was in the thread when it left. */
const isWithin = ({ at }: Told, end: Date | undefined): boolean => end !== undefined && at <= end

const idsOf = (events: readonly Told[]): string[] => events.map(({ id }) => id)
