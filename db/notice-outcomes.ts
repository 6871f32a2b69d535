/**
 * How a case learns what became of the notices to its member. The outbox knows the recipient, the case only an event: between
 * them lies a box that only DATA_KEY opens, alike for what arrived and what did not. It is written as the notice ends, read
 * on later whole hours (src/notice-outcomes.ts), and goes by its day: nothing in the database changes on both sides at once.
 */
import type { Db, Keys, Statement, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { evenJson, openJson } from '../src/keys.ts'
import { dayOf } from '../src/time.ts'
import type { EventBox } from './case-events.ts'

/** One notice that ended. `at`: when, exactly; it stands in the seal alone. */
export type NoticeOutcome = { caseId: string; reached: boolean; at: Date }
/** An event whose notice ended or may have. `at` as in the seal. */
export type Told = { id: string; caseId: string; hour: string; at: Date }
export type ToldMark = { hour: string; id: string }

const PAGE = 500

export async function recordOutcome(keys: Keys, outcome: NoticeOutcome): Promise<Statement> {
  return { sql: INSERT, args: await outcomeArgs(keys, outcome) }
}

const INSERT = 'INSERT INTO notice_outcomes(id, day, box) SELECT lower(hex(randomblob(16))), ?, ?'

async function outcomeArgs(keys: Keys, { caseId, reached, at }: NoticeOutcome): Promise<Value[]> {
  return [dayOf(at), await keys.seal('notice-outcome', evenJson({ caseId, reached, at: at.toISOString() }))]
}

/** The same for a notice that is needed no more, because its member read by themselves what it tells of; nothing without one. */
export async function recordRead(keys: Keys, { caseId, at }: Omit<NoticeOutcome, 'reached'>): Promise<Statement> {
  return {
    sql: `${INSERT} WHERE EXISTS (SELECT 1 FROM case_events WHERE case_id = ? AND relay = 'queued')`,
    args: [...(await outcomeArgs(keys, { caseId, reached: true, at })), caseId],
  }
}

/** In the order of ids drawn by chance. @param after id of the last one seen */
export async function listOutcomes(db: Db, keys: Keys, after: string): Promise<{ outcomes: NoticeOutcome[]; next?: string }> {
  const rows = await db.read(`SELECT id, box FROM notice_outcomes WHERE id > ? ORDER BY id LIMIT ${PAGE}`, [after])
  const opened = await Promise.all(rows.map(({ box }) => openOutcome(keys, box as Uint8Array)))
  return { outcomes: opened.flat(), ...(rows.length === PAGE ? { next: String(rows.at(-1)?.id) } : {}) }
}

/** A box that does not open keeps no other from being read; its case is told in time that nothing was heard. */
async function openOutcome(keys: Keys, box: Uint8Array): Promise<NoticeOutcome[]> {
  try {
    const { caseId, reached, at } = await openJson<{ caseId: string; reached: boolean; at: string }>(keys, 'notice-outcome', box)
    return [{ caseId, reached, at: new Date(at) }]
  } catch (error) {
    if (error instanceof AppError) return []
    throw error
  }
}

/** Everything of the days before this one. */
export async function dropOutcomes(db: Db, day: string): Promise<void> {
  if ((await db.read('SELECT 1 FROM notice_outcomes WHERE day < ? LIMIT 1', [day])).length === 0) return
  await db.write([{ sql: 'DELETE FROM notice_outcomes WHERE day < ?', args: [day] }])
}

/** Events of which nobody knows yet whether their notice arrived, oldest first. */
export async function listQueued(db: Db, keys: Keys, after: ToldMark): Promise<{ events: Told[]; next?: ToldMark }> {
  const rows = await db.read(LIST_QUEUED, [after.hour, after.id])
  const last = rows.at(-1)
  const events = await Promise.all(rows.map(async (row) => ({ ...named(row), at: await atOf(keys, row) })))
  return { events, ...(rows.length === PAGE && last ? { next: { hour: String(last.hour), id: String(last.id) } } : {}) }
}

export const LIST_QUEUED = `SELECT id, hour, case_id, box FROM case_events
  WHERE relay = 'queued' AND (hour, id) > (?, ?) ORDER BY hour, id LIMIT ${PAGE}`

/** Events of these cases that had reached nobody: a later notice tells of them too. */
export async function listUnreached(db: Db, keys: Keys, caseIds: readonly string[]): Promise<Told[]> {
  const rows = await db.read(LIST_UNREACHED, [JSON.stringify(caseIds)])
  return Promise.all(rows.map(async (row) => ({ ...named(row), at: await atOf(keys, row) })))
}

export const LIST_UNREACHED = `SELECT e.id, e.hour, e.case_id, e.box FROM json_each(?) j
  CROSS JOIN case_events e ON e.case_id = j.value WHERE e.relay = 'receipt' AND e.box IS NOT NULL`

/** What these events are from now on. Of an event that is no longer as it was read nothing changes. */
export function settle(ids: readonly string[], relay: 'sent' | 'receipt'): Statement {
  const from = relay === 'sent' ? "('queued', 'receipt')" : "('queued')"
  return {
    sql: `UPDATE case_events SET relay = ? WHERE relay IN ${from} AND id IN (SELECT value FROM json_each(?))`,
    args: [relay, JSON.stringify(ids)],
  }
}

type RawTold = { id?: unknown; hour?: unknown; case_id?: unknown; box?: unknown }

const named = ({ id, hour, case_id }: RawTold) => ({ id: String(id), hour: String(hour), caseId: String(case_id) })

/** Of a box that does not open: the hour, which stands outside. */
async function atOf(keys: Keys, { id, hour, box }: RawTold): Promise<Date> {
  const opened = await openJson<EventBox>(keys, 'case-event', box as Uint8Array, String(id)).catch(() => undefined)
  return new Date(opened?.at ?? `${String(hour).slice(0, 13)}:00:00Z`)
}
