/**
 * What is counted while a month goes, exact and never shown: rounds of the quiz at their end, people and runs when the
 * month is over, in steps along a key. Who begins or ends to get messages is counted by triggers of `contacts`.
 */
import { CELL_LEAST, RESULT_LEAST } from '../src/campaign.ts'
import type { Db, Keys, Row, Statement } from '../src/chat.ts'
import { monthOf, vietnamInstant } from '../src/time.ts'
import { guard } from './client.ts'

export const CUTS = ['unit', 'channel', 'topic', 'kind', 'source', 'outcome', 'opinion'] as const
export type Cut = (typeof CUTS)[number]
/** All cuts but the tree of units: what they are of is of all units together. */
export const PARTS = ['channel', 'topic', 'kind', 'source', 'outcome', 'opinion'] as const satisfies readonly Cut[]
export type Part = (typeof PARTS)[number]

/** Of people and messages. `reach`, `joined`, `stopped` are people, `quiz`, `sent`, `taps` are times. */
export const PEOPLE_MEASURES = ['reach', 'joined', 'stopped', 'sent', 'quiz'] as const
/** Of reports (F39): how many, and the median of days from one's receipt. */
export const CASE_COUNTS = ['case_received', 'case_referred', 'case_resolved', 'case_closed'] as const
export const CASE_DAYS = ['case_look_days', 'case_refer_days', 'case_result_days'] as const
export const CASE_MEASURES = [...CASE_COUNTS, ...CASE_DAYS] as const

/** In the order they are shown. */
export const MEASURES = {
  unit: [...PEOPLE_MEASURES, ...CASE_MEASURES],
  channel: ['reach', 'joined', 'stopped', 'sent', 'quiz', 'quiz_rate'],
  topic: ['sent', 'taps', 'opted_out'],
  kind: ['case_received'],
  source: ['case_received'],
  outcome: ['case_closed'],
  opinion: ['opinions'],
} as const satisfies Record<Cut, readonly string[]>
export type Measure = (typeof MEASURES)[Cut][number]

export type Stage = 'open' | 'reach' | 'runs' | 'cases' | 'publish' | 'drop' | 'done'
export type FigureMonth = { month: string; stage: Stage; cursor: string }

/** People looked at in one step. */
const PEOPLE_STEP = 2_000
const RUNS_STEP = 100
/** Key of messages without a topic. */
export const NO_TOPIC = 'none'

/** From now on this month is counted. */
export function openMonth(now: Date): Statement {
  return { sql: 'INSERT INTO figure_months(month) VALUES (?) ON CONFLICT DO NOTHING', args: [monthOf(now)] }
}

/** Months that are over and not published, oldest first. */
export async function listEndedMonths(db: Db, now: Date): Promise<FigureMonth[]> {
  const rows = await db.read("SELECT * FROM figure_months WHERE month < ? AND stage <> 'done' ORDER BY month LIMIT 12", [monthOf(now)])
  return rows.map(({ month, stage, cursor }) => ({ month: String(month), stage: stage as Stage, cursor: String(cursor) }))
}

/** Guarded: of two processes one makes each step. */
export function moveMonth({ month, stage, cursor }: FigureMonth, next: Pick<FigureMonth, 'stage' | 'cursor'>): Statement[] {
  return [
    {
      sql: 'UPDATE figure_months SET stage = ?, cursor = ? WHERE month = ? AND stage = ? AND cursor = ?',
      args: [next.stage, next.cursor, month, stage, cursor],
    },
    guard(),
  ]
}

/** One finished round, by unit and channel. Who played stands nowhere but in a keyed hash of this month. */
export async function countRound(
  keys: Keys,
  round: { contactId: string; unitId: string | null; channel: string; right: number; asked: number; now: Date },
): Promise<Statement[]> {
  const month = monthOf(round.now)
  const cells = [
    ['unit', 'quiz', round.unitId ?? '', 1],
    ['channel', 'quiz', round.channel, 1],
    ['channel', 'quiz_right', round.channel, round.right],
    ['channel', 'quiz_asked', round.channel, round.asked],
  ]
  return [
    {
      sql: 'INSERT INTO figure_people(tag, month) VALUES (?, ?) ON CONFLICT DO NOTHING',
      args: [await keys.tag('figure', `${month}:quiz:${round.contactId}`), month],
    },
    {
      sql: `INSERT INTO figure_counts(month, cut, what, key, n, people)
            SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, p.new FROM (SELECT changes() AS new) p CROSS JOIN json_each(?) WHERE true
            ON CONFLICT DO UPDATE SET n = n + excluded.n, people = people + excluded.people`,
      args: [month, JSON.stringify(cells)],
    },
  ]
}

/** Counts the next people who get messages, by unit and channel, along the index that holds them alone. */
export async function reachStep(db: Db, at: FigureMonth): Promise<FigureMonth> {
  const [last] = await db.read(
    `SELECT id FROM contacts INDEXED BY contacts_reach WHERE (push = 1 OR deals = 1) AND id > ? ORDER BY id LIMIT 1 OFFSET ${PEOPLE_STEP - 1}`,
    [at.cursor],
  )
  const end = last ? String(last.id) : null
  const next: Pick<FigureMonth, 'stage' | 'cursor'> = end === null ? { stage: 'runs', cursor: '' } : { stage: 'reach', cursor: end }
  const count = (cut: Cut, column: string): Statement => ({
    sql: `INSERT INTO figure_counts(month, cut, what, key, n, people)
          SELECT ?, '${cut}', 'reach', coalesce(${column}, ''), count(*), count(*) FROM contacts INDEXED BY contacts_reach
          WHERE (push = 1 OR deals = 1) AND push = 1 AND kind = 'person' AND id > ? ${end === null ? '' : 'AND id <= ?'} GROUP BY 4
          ON CONFLICT DO UPDATE SET n = n + excluded.n, people = people + excluded.people`,
    args: [at.month, at.cursor, ...(end === null ? [] : [end])],
  })
  await db.write([...moveMonth(at, next), count('unit', 'unit_id'), count('channel', 'last_channel')])
  return { ...at, ...next }
}

/**
 * Counts the next runs that ended in the month, from the totals their triggers keep, and only what a run's own result
 * shows: else the month's sum less the runs that are shown would tell of those that are not (R2, R23).
 */
export async function runsStep(db: Db, at: FigureMonth): Promise<FigureMonth> {
  const [from, to] = spanOf(at.month)
  const runs = await db.read(
    `SELECT id, unit_id, coalesce(message ->> 'topic', '${NO_TOPIC}') AS topic, opted_out, taps FROM broadcasts INDEXED BY broadcasts_unfigured
     WHERE figured = 0 AND ended_at IS NOT NULL AND ended_at >= ? AND ended_at < ? ORDER BY ended_at, id LIMIT ${RUNS_STEP}`,
    [from, to],
  )
  const next: Pick<FigureMonth, 'stage' | 'cursor'> =
    runs.length === 0 ? { stage: 'cases', cursor: '' } : { stage: 'runs', cursor: String(runs.at(-1)?.id) }
  const ids = JSON.stringify(runs.map(({ id }) => id))
  const sent = await db.read(
    `SELECT broadcast_id, channel, sent, queued + sending + sent + failed + unknown + skipped AS people FROM broadcast_totals
     WHERE broadcast_id IN (SELECT value FROM json_each(?))`,
    [ids],
  )
  const cells = runs.flatMap((run) => cellsOf(run, sent))
  await db.write([
    ...moveMonth(at, next),
    { sql: 'UPDATE broadcasts SET figured = 1 WHERE figured = 0 AND id IN (SELECT value FROM json_each(?))', args: [ids] },
    guard(runs.length),
    {
      // A person gets many messages a month: of those behind a sum no more is known than that its largest run reached so many.
      sql: `INSERT INTO figure_counts(month, cut, what, key, n, people)
            SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 3 FROM json_each(?) WHERE true
            ON CONFLICT DO UPDATE SET n = n + excluded.n,
              people = iif(what = 'opted_out', people + excluded.people, max(people, excluded.people))`,
      args: [at.month, JSON.stringify(cells)],
    },
  ])
  return { ...at, ...next }
}

/** What was counted of one cut and measure; a few thousand rows at most, one a unit. */
export async function listCounted(
  db: Db,
  month: string,
  /** `days`: by unit and days, of which medians are made. */
  cut: Cut | 'days',
  what: string,
): Promise<Array<{ key: string; n: number; people: number }>> {
  const rows = await db.read('SELECT key, n, people FROM figure_counts WHERE month = ? AND cut = ? AND what = ? ORDER BY key', [
    month,
    cut,
    what,
  ])
  return rows.map(({ key, n, people }) => ({ key: String(key), n: Number(n), people: Number(people) }))
}

/** Lets go of up to 500 exact counts of a published month; returns a row for each. */
export function dropCounted(month: string): Statement {
  return {
    sql: `DELETE FROM figure_counts WHERE (month, cut, what, key) IN
            (SELECT month, cut, what, key FROM figure_counts WHERE month = ? LIMIT 500) RETURNING 1 AS gone`,
    args: [month],
  }
}

type CountedCell = [cut: Cut, what: string, key: string, n: number]

function cellsOf(run: Row, totals: Row[]): CountedCell[] {
  const mine = totals.filter(({ broadcast_id }) => broadcast_id === run.id)
  const sumOf = (column: 'sent' | 'people') => mine.reduce((sum, total) => sum + Number(total[column]), 0)
  if (sumOf('people') < RESULT_LEAST) return []
  const topic = String(run.topic)
  const shown = (n: number) => (n < CELL_LEAST ? 0 : n)
  const cells: CountedCell[] = [
    ['unit', 'sent', String(run.unit_id), sumOf('sent')],
    ['topic', 'sent', topic, sumOf('sent')],
    ['topic', 'taps', topic, shown(Number(run.taps))],
    ['topic', 'opted_out', topic, shown(Number(run.opted_out))],
    ...mine.map(({ channel, sent }): CountedCell => ['channel', 'sent', String(channel), Number(sent)]),
  ]
  return cells.filter(([, , , n]) => n > 0)
}

/** First ms of a Vietnamese month, and of the next. */
function spanOf(month: string): [from: number, to: number] {
  const next = monthAfter(month)
  return [vietnamInstant(`${month}-01`, 0).getTime(), vietnamInstant(`${next}-01`, 0).getTime()]
}

/** `2027-01` from `2026-12`. */
export function monthAfter(month: string): string {
  const total = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7))
  return `${Math.floor(total / 12)}-${String((total % 12) + 1).padStart(2, '0')}`
}
