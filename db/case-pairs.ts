/**
 * Which reports may be one thing, as officers see it: what speaks for it, never what was said. A pair is shown to who may
 * see both; one that an officer called two things is not suggested again.
 */
import type { CaseKind, CaseState } from '../src/case.ts'
import type { Row, Statement, Value } from '../src/chat.ts'
import { type Level, WHY, type Why } from '../src/duplicates.ts'
import { AppError } from '../src/errors.ts'
import type { Actor } from '../src/rights.ts'
import { listMerged } from './case-audience.ts'
import { recordCaseAct } from './case-change.ts'
import { NO_CONFLICT, requireCase, scopeSql } from './case-desk.ts'
import { type Desk, stillActing } from './rights.ts'

export type PairSide = {
  id: string
  number: string
  state: CaseState
  kind: CaseKind
  openedHour: string
  unitName: string | null
}

export type Suggestion = { other: PairSide; level: Level; score: number; why: Why[] }
export type Pair = { one: PairSide; other: PairSide; level: Level; score: number; why: Why[]; key: PairMark }

/** Where a page of pairs ended. */
export type PairMark = { score: number; id: string; otherId: string }

/** Suggestions of one case that are shown. */
const SUGGESTIONS_MOST = 10

/** What may be one thing with this case, or with one that was merged into it; likeliest first. */
export async function listSuggestions({ db, actor }: Pick<Desk, 'db' | 'actor'>, caseId: string): Promise<Suggestion[]> {
  const sight = sightOf(actor, 'g')
  if (!sight) return []
  const rows = await db.read(
    `WITH own(id) AS (SELECT ? UNION ALL SELECT id FROM cases WHERE merged_into = ?),
       near(id, level, score, why) AS (
         SELECT p.other_id, p.level, p.score, p.why FROM own JOIN case_pairs p ON p.case_id = own.id WHERE p.state = 'open'
         UNION ALL
         SELECT p.case_id, p.level, p.score, p.why FROM own JOIN case_pairs p ON p.other_id = own.id WHERE p.state = 'open')
     SELECT max(near.score) AS score, near.level, near.why, ${sideColumns('g', 'ug')}
     FROM near CROSS JOIN cases o ON o.id = near.id CROSS JOIN cases g ON g.id = coalesce(o.merged_into, o.id) LEFT JOIN units ug ON ug.id = g.unit_id
     WHERE g.id <> ? AND g.spam = 0 AND ${sight.sql} GROUP BY g.id ORDER BY max(near.score) DESC, g.id LIMIT ${SUGGESTIONS_MOST}`,
    [caseId, caseId, caseId, ...sight.args],
  )
  return rows.map((row) => ({ other: sideOf(row, 'g'), ...likenessOf(row) }))
}

/**
 * Strong pairs that nobody has looked at, likeliest first; of each at least one is still worked on. Found at a merged case it
 * is its main one's, once.
 * @param after the last one seen
 */
export async function listPairs(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  { after, limit }: { after?: PairMark | undefined; limit: number },
): Promise<Pair[]> {
  const [one, other] = [sightOf(actor, 'a'), sightOf(actor, 'b')]
  if (!one || !other) return []
  const rows = await db.read(
    `SELECT p.case_id, p.other_id, p.score, p.level, p.why, ${sideColumns('a', 'ua')}, ${sideColumns('b', 'ub')}
     FROM case_pairs p INDEXED BY case_pairs_strong
     CROSS JOIN cases x ON x.id = p.case_id CROSS JOIN cases a ON a.id = coalesce(x.merged_into, x.id) LEFT JOIN units ua ON ua.id = a.unit_id
     CROSS JOIN cases y ON y.id = p.other_id CROSS JOIN cases b ON b.id = coalesce(y.merged_into, y.id) LEFT JOIN units ub ON ub.id = b.unit_id
     WHERE p.state = 'open' AND p.level = 'strong' AND (-p.score, p.case_id, p.other_id) > (?, ?, ?) AND p.score <= ?
       AND a.id <> b.id AND a.spam = 0 AND b.spam = 0 AND (a.state <> 'closed' OR b.state <> 'closed')
       AND (a.id = p.case_id AND b.id = p.other_id OR NOT EXISTS (
         SELECT 1 FROM case_pairs d WHERE d.case_id = min(a.id, b.id) AND d.other_id = max(a.id, b.id) AND d.state = 'open' AND d.level = 'strong'))
       AND ${one.sql} AND ${other.sql}
     ORDER BY p.score DESC, p.case_id, p.other_id LIMIT ?`,
    [-(after?.score ?? 1_000), after?.id ?? '', after?.otherId ?? '', after?.score ?? 1_000, ...one.args, ...other.args, limit],
  )
  return rows.map((row) => ({
    ...{ one: sideOf(row, 'a'), other: sideOf(row, 'b'), ...likenessOf(row) },
    key: { score: Number(row.score), id: String(row.case_id), otherId: String(row.other_id) },
  }))
}

/** What is known of these two, whoever of their groups it was found at; undefined when nothing is. */
export async function findPair({ db }: Pick<Desk, 'db'>, one: string, other: string): Promise<Omit<Suggestion, 'other'> | undefined> {
  const groups = [JSON.stringify([one, ...(await listMerged(db, one))]), JSON.stringify([other, ...(await listMerged(db, other))])]
  const [row] = await db.read(
    `SELECT p.level, p.score, p.why FROM case_pairs p
     WHERE (p.case_id IN (SELECT value FROM json_each(?)) AND p.other_id IN (SELECT value FROM json_each(?))
         OR p.case_id IN (SELECT value FROM json_each(?)) AND p.other_id IN (SELECT value FROM json_each(?)))
       AND p.score > 0 ORDER BY p.score DESC LIMIT 1`,
    [...groups, ...groups.toReversed()],
  )
  return row && likenessOf(row)
}

/** "Hai việc khác nhau": these two, and all merged into them, are not suggested as one again. Throws AppError like `requireCase`. */
export async function sayApart(desk: Desk, id: string, otherId: string): Promise<void> {
  if (id === otherId) throw new AppError('invalid', 'console_duplicates.same_case')
  const one = await requireCase(desk, id, 'case.work')
  const other = await requireCase(desk, otherId, 'case.work')
  if (one.mergedInto === other.id || other.mergedInto === one.id) throw new AppError('conflict', 'console_duplicates.merged_already')
  const ids = [one.id, ...(await listMerged(desk.db, one.id))]
  const others = [other.id, ...(await listMerged(desk.db, other.id))]
  const pairs = ids.flatMap((a) => others.map((b) => (a < b ? { a, b } : { a: b, b: a })))
  await desk.db.write([
    ...stillActing(desk.actor),
    {
      sql: `INSERT INTO case_pairs(case_id, other_id, level, score, why, state)
            SELECT value ->> 'a', value ->> 'b', 'suggest', 0, '', 'apart' FROM json_each(?) WHERE true
            ON CONFLICT(case_id, other_id) DO UPDATE SET state = 'apart' WHERE state = 'open'`,
      args: [JSON.stringify(pairs)],
    },
    recordCaseAct(desk.actor, one, 'case.apart', desk.now, { other: other.id }),
  ])
}

/** Part of the commit that merges them. */
export function paired(one: string, other: string): Statement {
  return {
    sql: `INSERT INTO case_pairs(case_id, other_id, level, score, why, state) VALUES (min(?1, ?2), max(?1, ?2), 'suggest', 0, '', 'merged')
          ON CONFLICT(case_id, other_id) DO UPDATE SET state = 'merged'`,
    args: [one, other],
  }
}

/** Part of the commit that takes it back: what was suggested is suggested again. */
export function parted(one: string, other: string): Statement[] {
  const args = [one, other]
  return [
    { sql: "UPDATE case_pairs SET state = 'open' WHERE case_id = min(?1, ?2) AND other_id = max(?1, ?2) AND state = 'merged'", args },
    { sql: 'DELETE FROM case_pairs WHERE case_id = min(?1, ?2) AND other_id = max(?1, ?2) AND score = 0', args },
  ]
}

/** Cases the officer may read, and not one that is restricted to somebody else. `alias`: of cases in the query around. */
function sightOf(actor: Actor, alias: string): { sql: string; args: Value[] } | undefined {
  const within = scopeSql(actor, 'case.read')
  return (
    within && {
      sql: `EXISTS (SELECT 1 FROM cases c LEFT JOIN units u ON u.id = c.unit_id WHERE c.id = ${alias}.id AND (${within.sql})
        AND (c.restricted = 0 OR c.assignee_id = ?) ${NO_CONFLICT})`,
      args: [...within.args, actor.officerId, actor.officerId],
    }
  )
}

const sideColumns = (alias: string, units: string): string =>
  ['id', 'number', 'state', 'kind', 'opened_hour'].map((name) => `${alias}.${name} AS ${alias}_${name}`).join(', ') +
  `, coalesce(${units}.short_name, ${units}.name) AS ${alias}_unit`

function sideOf(row: Row, alias: string): PairSide {
  const at = (name: string) => row[`${alias}_${name}`]
  return {
    id: String(at('id')),
    number: String(at('number')),
    state: at('state') as CaseState,
    kind: at('kind') as CaseKind,
    openedHour: String(at('opened_hour')),
    unitName: at('unit') === null ? null : String(at('unit')),
  }
}

function likenessOf({ level, score, why }: Row): Omit<Suggestion, 'other'> {
  const named = String(why).split(',')
  return { level: level as Level, score: Number(score), why: WHY.filter((one) => named.includes(one)) }
}
