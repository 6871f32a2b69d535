/**
 * The daily job that lets go of what was kept long enough (F63). `plan` says what would go, `run` lets it go, in steps
 * small enough to answer messages in between. Both speak in counts only; a step that meets a person who has just
 * written leaves that person alone.
 */
import { conflictOf, guard } from '../db/client.ts'
import { eraseContact } from '../db/erasure.ts'
import { dropLedger, LEDGER_DAYS, listForgettable, markForgotten } from '../db/ledger-people.ts'
import { droppedObjects } from '../db/photo-copies.ts'
import {
  countDue,
  countPeople,
  countTallies,
  dropDue,
  dropInbox,
  dropTallies,
  endSessions,
  findInboxStretch,
  findMark,
  findSessionDay,
  listAskable,
  listEndedSessions,
  listPeople,
  listRules,
  markAsked,
  type People,
  recordMark,
  STEP,
  silent,
  stillDue,
  toAsk,
  unanswered,
} from '../db/retention.ts'
import {
  CLOSE_MERGED,
  caseHour,
  countCases,
  countTipsters,
  countUntouched,
  dropCases,
  dropTipsters,
  goneHour,
  linkHour,
  listClosed,
  listGone,
} from '../db/retention-cases.ts'
import { listSettings } from '../db/settings.ts'
import { enqueueReplies } from '../db/turns.ts'
import type { Db, Keys, Reply, Statement } from './chat.ts'
import type { EvidenceStore } from './evidence.ts'
import type { Log } from './log.ts'
import { sealReply } from './sealed-reply.ts'
import { addDays, dayOf, vietnamHour, vietnamInstant } from './time.ts'

/**
 * Rows per kind. `asked` is people asked whether to keep their data, `untouched` open reports that nobody has touched for 24
 * months and that stay for an officer to decide; all else is let go.
 */
export type Counts = Record<string, number>

export type Retention = {
  /** What `run` would do now. Changes nothing. */
  plan(): Promise<Counts>
  run(): Promise<Counts>
}

export type RetentionParts = {
  db: Db
  keys: Keys
  /** Where the photos of a case lie: gone right after their rows. What a kill leaves there, or all without it, is swept at night. */
  evidence?: Pick<EvidenceStore, 'delete'> | undefined
  now(): Date
  log: Log
}

/** People erased in one commit: a person who has just written makes it fail, and then each is tried alone. */
const GROUP = 20
/** Cases let go in one commit: ten photos each make at most 500 rows. */
const CASES = 50
const QUESTION: Reply = { text: { key: 'data.ask_to_keep' } }

export function createRetention(parts: RetentionParts): Retention {
  const { db, now, log } = parts
  return {
    async plan() {
      const at = now()
      const settings = await listSettings(db)
      const counts: Counts = {}
      for (const rule of listRules(at, settings)) counts[rule.name] = await countDue(db, rule)
      counts.inbox = await walkInbox(db, at, false)
      counts.tallies = await countTallies(db, at)
      counts.ledger = (await listForgettable(db, ledgerUntil(at))).reduce((sum, { people }) => sum + people, 0)
      counts.sessions = 0
      for await (const ids of endedSessions(parts, at)) counts.sessions += ids.length
      counts.tipsters = 0
      for await (const tags of closedTags(parts, linkHour(at, settings))) counts.tipsters += await countTipsters(db, tags)
      for await (const tags of closedTags(parts, goneHour(at), true)) counts.tipsters += await countTipsters(db, tags)
      counts.cases = await countCases(db, caseHour(at, settings))
      counts.untouched = await countUntouched(db, caseHour(at, settings))
      counts.silent = await countPeople(db, silent(at))
      counts.unanswered = await countPeople(db, unanswered(at))
      counts.asked = await countPeople(db, toAsk(at))
      return counts
    },
    async run() {
      const at = now()
      const settings = await listSettings(db)
      const counts: Counts = {}
      for (const rule of listRules(at, settings)) counts[rule.name] = await dropAll(db, dropDue(rule))
      counts.inbox = await walkInbox(db, at, true)
      counts.tallies = await dropAll(db, dropTallies(at))
      counts.ledger = await forgetLedgers(db, at)
      counts.sessions = 0
      for await (const ids of endedSessions(parts, at)) counts.sessions += await affected(db, [endSessions(ids, at)])
      await db.write([recordMark('sessions_ended', dayOf(at))])
      await db.write([CLOSE_MERGED])
      counts.tipsters = 0
      for await (const tags of closedTags(parts, linkHour(at, settings))) counts.tipsters += await affectedBy(db, dropTipsters(tags))
      await db.write([recordMark('reply_links_cut', linkHour(at, settings))])
      for await (const tags of closedTags(parts, goneHour(at), true)) counts.tipsters += await affectedBy(db, dropTipsters(tags))
      await db.write([recordMark('gone_links_cut', goneHour(at))])
      counts.cases = await dropOldCases(parts, caseHour(at, settings))
      counts.untouched = await countUntouched(db, caseHour(at, settings))
      counts.silent = await erasePeople(parts, silent(at), at)
      counts.unanswered = await erasePeople(parts, unanswered(at), at)
      counts.asked = await askPeople(parts, at)
      await db.emptyLog?.()
      log('info', 'retention.done', counts)
      return counts
    },
  }
}

/** Repeats a bounded statement until it finds nothing more. */
async function dropAll(db: Db, statement: Statement): Promise<number> {
  for (let total = 0; ; ) {
    const gone = await affected(db, [statement])
    total += gone
    if (gone < STEP) return total
    await breathe()
  }
}

/** Walks the inbox once along its key; returns how many keys are older than a week, and ends them when told. */
async function walkInbox(db: Db, at: Date, drop: boolean): Promise<number> {
  let total = 0
  for (let after = ''; ; ) {
    const { until, due, last } = await findInboxStretch(db, after, at)
    if (drop && due > 0) await db.write([dropInbox(after, until, at)])
    total += due
    if (last) return total
    after = until
    await breathe()
  }
}

/** Who got a broadcast is known for a while after it ended; then only how many. */
async function forgetLedgers(db: Db, at: Date): Promise<number> {
  let total = 0
  for (const { id } of await listForgettable(db, ledgerUntil(at))) {
    total += await dropAll(db, dropLedger(id))
    await db.write([markForgotten(id, at.getTime())])
  }
  return total
}

const ledgerUntil = (at: Date) => at.getTime() - LEDGER_DAYS * 86_400_000

async function* endedSessions({ db }: RetentionParts, at: Date): AsyncGenerator<string[]> {
  for (let day = await findSessionDay(db, at); day <= dayOf(at); day = addDays(day, 1)) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: { ids: string[]; next?: string } = await listEndedSessions(db, day, after, at)
      if (page.ids.length > 0) yield page.ids
      after = page.next
      await breathe()
    }
  }
}

/** Keyed hashes of the cases whose way back is due to be cut and was not yet: closed ones, or those that went for good. */
async function* closedTags({ db, keys }: RetentionParts, until: string, gone = false): AsyncGenerator<string[]> {
  let after = { hour: await findMark(db, gone ? 'gone_links_cut' : 'reply_links_cut'), id: '' }
  for (;;) {
    const cases = await (gone ? listGone : listClosed)(db, until, after)
    const last = cases.at(-1)
    if (!last) return
    yield await Promise.all(cases.map(({ id }) => keys.tag('case', id)))
    after = last
    await breathe()
  }
}

async function dropOldCases({ db, evidence, log }: RetentionParts, until: string): Promise<number> {
  for (let total = 0; ; ) {
    const ids = (await listClosed(db, until, { hour: '', id: '' })).map(({ id }) => id)
    if (ids.length === 0) return total
    for (let from = 0; from < ids.length; from += CASES) {
      const results = await db.write(dropCases(ids.slice(from, from + CASES), until)).catch((error: unknown) => {
        if (!conflictOf(error)) throw error
      })
      // One of them has just been opened again: what is left to go is asked anew.
      if (!results) break
      total += results.at(-1)?.length ?? 0
      if (evidence) await dropObjects(evidence, droppedObjects(results), log)
      await breathe()
    }
  }
}

async function erasePeople(parts: RetentionParts, people: People, at: Date): Promise<number> {
  for (let total = 0; ; ) {
    const ids = await listPeople(parts.db, people)
    let gone = 0
    for (let from = 0; from < ids.length; from += GROUP) {
      gone += await eraseGroup(parts, ids.slice(from, from + GROUP), people, at)
      await breathe()
    }
    total += gone
    if (ids.length < STEP || gone === 0) return total
  }
}

async function eraseGroup(parts: RetentionParts, ids: string[], people: People, at: Date): Promise<number> {
  const { db, keys } = parts
  const writes = await Promise.all(ids.map(async (id) => [stillDue(id, people), ...(await eraseContact(db, keys, id, at))]))
  try {
    await db.write(writes.flat())
    return ids.length
  } catch (error) {
    if (!conflictOf(error)) throw error
    if (ids.length === 1) return 0
  }
  let gone = 0
  for (const id of ids) gone += await eraseGroup(parts, [id], people, at)
  return gone
}

/** Asks, in one commit with the mark that it was asked, so that nobody is asked twice. Not at night (R14). */
async function askPeople({ db, keys, now }: RetentionParts, at: Date): Promise<number> {
  for (let total = 0; ; ) {
    const ids = await listPeople(db, toAsk(at))
    if (ids.length === 0) return total
    const due = daytime(now()).getTime()
    const rows = await Promise.all(
      (await listAskable(db, ids)).map(async ({ addressId, channel, locale }) => ({
        channel,
        addressId,
        body: await sealReply(keys, QUESTION, locale),
        at: due,
      })),
    )
    const asked = await db.write([markAsked(ids, at), guard(ids.length), enqueueReplies(rows)]).then(
      () => ids.length,
      (error: unknown) => {
        // Somebody of them has just written: the rest is asked tomorrow.
        if (!conflictOf(error)) throw error
        return 0
      },
    )
    total += asked
    if (ids.length < STEP || asked === 0) return total
    await breathe()
  }
}

/** Now, or nine in the morning when it is between nine in the evening and seven. */
function daytime(at: Date): Date {
  const hour = vietnamHour(at)
  if (hour >= 7 && hour < 21) return at
  return vietnamInstant(hour < 7 ? dayOf(at) : addDays(dayOf(at), 1), 9)
}

/** The rows are gone for good: a store that is away must not stop the rest. */
async function dropObjects(evidence: Pick<EvidenceStore, 'delete'>, names: string[], log: Log): Promise<void> {
  const failed = (await Promise.allSettled(names.map((name) => evidence.delete(name)))).filter(({ status }) => status === 'rejected')
  if (failed.length > 0) log('warn', 'retention.objects_left', { objects: failed.length })
}

/** Rows the last statement returned. */
async function affected(db: Db, statements: Statement[]): Promise<number> {
  return (await db.write(statements)).at(-1)?.length ?? 0
}

/** Rows all of them returned. */
async function affectedBy(db: Db, statements: Statement[]): Promise<number> {
  return (await db.write(statements)).reduce((sum, rows) => sum + rows.length, 0)
}

/** Lets messages that came in meanwhile be answered: the file driver works synchronously under its promises. */
const breathe = () => new Promise<void>((resume) => setTimeout(resume, 0))
