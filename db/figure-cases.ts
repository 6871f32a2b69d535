/**
 * Reports and opinions of a month that is over (F39), counted some days a step: what was received, handed over, answered and
 * closed, and after how many days. A count names a unit, a kind, a reason; never a case, whatever its state. Spam is left out.
 */
import type { CaseState } from '../src/case.ts'
import type { Db, Row, Statement } from '../src/chat.ts'
import { addDays, dayNumber, dayOf, hourOf, vietnamInstant } from '../src/time.ts'
import { type FigureMonth, monthAfter, moveMonth } from './figure-counts.ts'

/** The first time a case came out of the state or into it. */
type Entry = { what: 'look' | 'refer' | 'result'; count?: 'case_referred' | 'case_resolved'; from?: CaseState; to?: CaseState }
const ENTRIES: readonly Entry[] = [
  { what: 'look', from: 'new' },
  { what: 'refer', count: 'case_referred', to: 'referred' },
  { what: 'result', count: 'case_resolved', to: 'resolved' },
]
/** Some thousand reports, where there are very many. */
const DAYS_STEP = 8
/** A year and more is told as a year. */
const DAYS_MOST = 366

/** Counts the next days of the month. */
export async function casesStep(db: Db, at: FigureMonth): Promise<FigureMonth> {
  const day = at.cursor === '' ? `${at.month}-01` : at.cursor
  const end = `${monthAfter(at.month)}-01`
  if (day >= end) {
    const next = { stage: 'publish', cursor: '' } as const
    await db.write([...moveMonth(at, next), countOpinions(at.month)])
    return { ...at, ...next }
  }
  const until = [addDays(day, DAYS_STEP), end].sort()[0] ?? end
  const span = [hourOf(vietnamInstant(day, 0)), hourOf(vietnamInstant(until, 0))] as const
  const next = { stage: 'cases', cursor: until } as const
  await db.write([
    ...moveMonth(at, next),
    count(at.month, 'unit', 'case_received', "coalesce(unit_id, '')", OPENED, span),
    count(at.month, 'kind', 'case_received', 'kind', OPENED, span),
    count(at.month, 'source', 'case_received', "iif(source = 'assistant', source, 'typed')", OPENED, span),
    count(at.month, 'unit', 'case_closed', "coalesce(unit_id, '')", CLOSED, span),
    count(at.month, 'outcome', 'case_closed', "coalesce(outcome_id, '')", CLOSED, span),
    addCounted(at.month, await movesOf(db, span)),
  ])
  return { ...at, ...next }
}

const OPENED = 'cases INDEXED BY cases_opened WHERE opened_hour >= ? AND opened_hour < ? AND spam = 0'
const CLOSED =
  'cases INDEXED BY cases_closed WHERE closed_hour IS NOT NULL AND closed_hour >= ? AND closed_hour < ? AND spam = 0 AND merged_into IS NULL'

function count(month: string, cut: string, what: string, key: string, from: string, span: readonly [string, string]): Statement {
  return {
    sql: `INSERT INTO figure_counts(month, cut, what, key, n, people) SELECT ?, '${cut}', '${what}', ${key}, count(*), count(*) FROM ${from}
          GROUP BY 4 ${ADD}`,
    args: [month, ...span],
  }
}

/** They were counted as they came, with how many different people (db/opinions.ts). */
const countOpinions = (month: string): Statement => ({
  sql: `INSERT INTO figure_counts(month, cut, what, key, n, people)
        SELECT month, 'opinion', 'opinions', topic, sum(n), sum(people) FROM opinion_counts WHERE month = ? GROUP BY topic ${ADD}`,
  args: [month],
})

function addCounted(month: string, cells: Array<[cut: string, what: string, key: string]>): Statement {
  return {
    sql: `INSERT INTO figure_counts(month, cut, what, key, n, people)
          SELECT ?, value ->> 0, value ->> 1, value ->> 2, count(*), count(*) FROM json_each(?) WHERE true GROUP BY 2, 3, 4 ${ADD}`,
    args: [month, JSON.stringify(cells)],
  }
}

const ADD = 'ON CONFLICT DO UPDATE SET n = n + excluded.n, people = people + excluded.people'

/** The moves of some days that are the first of their kind for their case: by unit, and by unit and days. */
async function movesOf(db: Db, span: readonly [string, string]): Promise<Array<[string, string, string]>> {
  const rows = await db.read(MOVES, [...span])
  return rows.flatMap((row) =>
    ENTRIES.filter(({ from, to }) => (from ? row.was === from && row.left === 1 : row.became === to && row.came === 1)).flatMap(
      ({ what, count: counted }): Array<[string, string, string]> => {
        const unit = String(row.unit_id ?? '')
        return [
          ['days', what, `${unit}|${daysOf(row)}`],
          ...(counted ? ([['unit', counted, unit]] as Array<[string, string, string]>) : []),
        ]
      },
    ),
  )
}

export const MOVES = `SELECT e.hour, c.unit_id, c.opened_hour, e.detail ->> 'from' AS was, e.detail ->> 'to' AS became,
    NOT EXISTS (SELECT 1 FROM case_events b WHERE b.case_id = e.case_id AND b.place < e.place AND b.detail ->> 'from' = e.detail ->> 'from') AS left,
    NOT EXISTS (SELECT 1 FROM case_events b WHERE b.case_id = e.case_id AND b.place < e.place AND b.detail ->> 'to' = e.detail ->> 'to') AS came
  FROM case_events e INDEXED BY case_events_moves JOIN cases c ON c.id = e.case_id
  WHERE e.detail IS NOT NULL AND e.hour >= ? AND e.hour < ? AND c.spam = 0 AND (e.detail ->> 'from' = 'new' OR e.detail ->> 'to' IN ('referred', 'resolved'))`

function daysOf({ opened_hour, hour }: Row): number {
  const day = (at: Row[string] | undefined) => dayNumber(dayOf(new Date(`${String(at).slice(0, 13)}:00:00Z`)))
  return Math.min(Math.max(day(hour) - day(opened_hour), 0), DAYS_MOST)
}
