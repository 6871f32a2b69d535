/**
 * Officers are reminded of cases and told why (F32): each working morning one line with how many of what kind, and within a
 * minute when something is urgent. Neither names a case: whoever reads it on a lock screen learns that there is work. The
 * urgent line is not part of the member's turn, whose rows it could be laid beside.
 */
import { findNearestOfficers, tellCaseOfficers } from '../db/case-officers.ts'
import { listTakenBack, listUntold, listWaitingCases, markTold, WHYS, type Why } from '../db/case-reminders.ts'
import { conflictOf } from '../db/client.ts'
import { listDueCorrections, listOverdueHandOvers, type Overdue } from '../db/hand-over-due.ts'
import { findHolidays } from '../db/holidays.ts'
import { findMark, recordMark } from '../db/retention.ts'
import type { Db, Keys, Statement, Text } from './chat.ts'
import type { Log } from './log.ts'
import { dayOf, hourOf, vietnamHour } from './time.ts'
import { isWorkingDay, type LateDays, lateDaysOf } from './working-days.ts'

/** Cases read at once, and rows written at once. */
const STEP = 500
const WRITES = 50
/** Urgent cases told of in one minute; more wait for the next. */
const URGENT_MOST = 100

export type CaseReminders = { remind(now: Date): Promise<void>; alert(now: Date): Promise<void> }

export function createCaseReminders({
  db,
  keys,
  publicUrl,
  log,
}: {
  db: Db
  keys: Keys
  publicUrl: string | null
  log: Log
}): CaseReminders {
  const host = publicUrl ? new URL(publicUrl).hostname : null

  return {
    /** On a working day between seven and nine in the evening; a morning that nothing ran is not made up for at night. */
    async remind(now) {
      const hour = vietnamHour(now)
      if (hour < 7 || hour >= 21) return
      const holidays = await findHolidays(db, now)
      if (!isWorkingDay(dayOf(now), holidays)) return
      const counts = await countWaiting(db, lateDaysOf(now, holidays))
      await addTakenBack(db, counts, hourOf(now))
      let writes: Statement[] = []
      for (const [officerId, whys] of counts) {
        writes.push(...(await tellCaseOfficers(db, keys, [officerId], { text: lineOf(whys), host, now })))
        if (writes.length < WRITES) continue
        await db.write(writes)
        writes = []
      }
      await db.write([...writes, recordMark('taken_back_told', hourOf(now))])
      log('info', 'cases.reminded', { officers: counts.size })
    },

    async alert(now) {
      const cases = await listUntold(db, URGENT_MOST)
      if (cases.length === 0) return
      const counts = new Map<string, number>()
      for (const { id, path, officerId } of cases) {
        const whose = officerId === null ? await findNearestOfficers(db, path, { caseId: id }) : [officerId]
        for (const one of whose) counts.set(one, (counts.get(one) ?? 0) + 1)
      }
      const writes = markTold(cases)
      for (const [officerId, n] of counts)
        writes.push(...(await tellCaseOfficers(db, keys, [officerId], { text: { key: 'case.tell_urgent', params: { n } }, host, now })))
      await db.write(writes).catch((error: unknown) => {
        // Another process was faster; it told them.
        if (!conflictOf(error)) throw error
      })
    },
  }
}

/** Officer → why → how many. What nobody has is counted for the officers who could take it. */
async function countWaiting(db: Db, days: LateDays): Promise<Map<string, Map<Why, number>>> {
  const counts = new Map<string, Map<Why, number>>()
  const count = (officerId: string, why: Why): void => {
    const whys = counts.get(officerId) ?? new Map<Why, number>()
    whys.set(why, (whys.get(why) ?? 0) + 1)
    counts.set(officerId, whys)
  }
  const nearest = new Map<string, Promise<string[]>>()
  const officersOf = (path: string | null, caseId: string, conflicts: boolean): Promise<string[]> => {
    if (conflicts) return findNearestOfficers(db, path, { caseId })
    const known = nearest.get(path ?? '') ?? findNearestOfficers(db, path)
    nearest.set(path ?? '', known)
    return known
  }
  for (let after: Awaited<ReturnType<typeof listWaitingCases>>[number] | undefined; ; ) {
    const page = await listWaitingCases(db, days, { after, limit: STEP })
    for (const { id, why, officerId, path, conflicts } of page)
      for (const one of officerId === null ? await officersOf(path, id, conflicts) : [officerId]) count(one, why)
    after = page.at(-1)
    if (page.length < STEP) break
  }
  const owed = async ({ caseId, officerId, path }: Overdue, why: Why) => {
    for (const one of officerId === null ? await findNearestOfficers(db, path, { caseId }) : [officerId]) count(one, why)
  }
  // A case that waits for an authority is counted by its own day; others may have a paper out all the same.
  for await (const paper of eachOf((after) => listOverdueHandOvers(db, { day: days.line, after, limit: STEP })))
    if (paper.state !== 'referred') await owed(paper, 'late_authority')
  for await (const decision of eachOf((after) => listDueCorrections(db, { after, limit: STEP }))) await owed(decision, 'correction')
  return counts
}

/** Those that members took back since the last morning that told of them; one is told of once. */
async function addTakenBack(db: Db, counts: Map<string, Map<Why, number>>, until: string): Promise<void> {
  const from = await findMark(db, 'taken_back_told')
  for (let after = ''; ; ) {
    const page = await listTakenBack(db, { from, until, after, limit: STEP })
    for (const { id, path, officerId } of page)
      for (const one of officerId === null ? await findNearestOfficers(db, path, { caseId: id }) : [officerId]) {
        const whys = counts.get(one) ?? new Map<Why, number>()
        counts.set(one, whys.set('withdrawn', (whys.get('withdrawn') ?? 0) + 1))
      }
    after = page.at(-1)?.id ?? ''
    if (page.length < STEP) return
  }
}

async function* eachOf(read: (after: Overdue | undefined) => Promise<Overdue[]>): AsyncGenerator<Overdue> {
  for (let after: Overdue | undefined; ; ) {
    const page = await read(after)
    yield* page
    after = page.at(-1)
    if (page.length < STEP) return
  }
}

/** "Phản ánh chờ đồng chí: 2 quá hạn xem, 1 chưa ai nhận." */
function lineOf(whys: Map<Why, number>): Text {
  const parts = WHYS.filter((why) => whys.has(why)).map((why): Text => ({ key: `case.why_${why}`, params: { n: whys.get(why) ?? 0 } }))
  const list = parts.reduce((before, next): Text => ({ key: 'case.why_and', params: { before, next } }))
  return { key: 'case.tell_waiting', params: { list } }
}
