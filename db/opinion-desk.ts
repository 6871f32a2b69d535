/**
 * Opinions about the market as officers work them (F48): listed without their words, read one at a time, each reading
 * recorded; and counts by month, unit and topic, of which those with fewer than five people are hidden (R23).
 */
import type { Row, Statement, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { evenJson, openJson } from '../src/keys.ts'
import { OPINION_LEAST, type Opinion, type OpinionState, type OpinionTopic } from '../src/opinion.ts'
import { type Act, type Actor, scopeOf } from '../src/rights.ts'
import { demandNoVerdict } from '../src/verdict.ts'
import { recordAct } from './audit.ts'
import { isWithin } from './case-desk.ts'
import { guard } from './client.ts'
import { insideArgs, insideOf, isNarrow } from './narrow.ts'
import { type Desk, stillActing } from './rights.ts'
import { hourBefore } from './tries.ts'
import { isTop, subtreeOf } from './units.ts'

export type OpinionRow = {
  id: string
  /** Null: of nobody's unit; the highest unit reads it. */
  unitId: string | null
  unitName: string | null
  path: string | null
  topic: OpinionTopic
  state: OpinionState
  day: string
  version: number
}

/** `note`: what the officer who passed it on wrote. */
export type OpenOpinion = OpinionRow & { said: Opinion; note: string | null }

export type OpinionFilter = { state?: OpinionState | undefined; topic?: OpinionTopic | undefined; under?: string | undefined }

/** Newest first. @param before the last one seen */
export async function listOpinions(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  { state, topic, under }: OpinionFilter,
  { before, limit }: { before?: Pick<OpinionRow, 'day' | 'id'> | undefined; limit: number },
): Promise<OpinionRow[]> {
  const paths = scopeOf(actor, 'opinion.read')
  if (paths.length === 0) return []
  const top = paths.some(isTop)
  // One unit's are found by the unit, also for who reads them all.
  const narrow = under === undefined ? !top && (await isNarrow(db, paths)) : await isNarrow(db, [under])
  const from = narrow
    ? 'units u CROSS JOIN opinions o INDEXED BY opinions_unit ON o.unit_id = u.id'
    : `opinions o INDEXED BY ${state ? 'opinions_state' : 'opinions_day'} LEFT JOIN units u ON u.id = o.unit_id`
  const rows = await db.read(
    `SELECT ${COLUMNS} FROM ${from}
     WHERE (${insideOf(paths)}${top ? ' OR o.unit_id IS NULL' : ''}) AND (o.day, o.id) < (?, ?)
       ${state ? 'AND o.state = ?' : ''} ${topic ? 'AND o.topic = ?' : ''} ${under ? 'AND (u.path >= ? AND u.path < ?)' : ''}
     ORDER BY o.day DESC, o.id DESC LIMIT ?`,
    [
      ...insideArgs(paths),
      ...[before?.day ?? '9', before?.id ?? ''],
      ...(state ? [state] : []),
      ...(topic ? [topic] : []),
      ...(under ? subtreeOf(under) : []),
      limit,
    ],
  )
  return rows.map(rowOf)
}

/** The row, for an officer who may do this with it. Throws AppError `not_found` also where they may not. */
export async function requireOpinion({ db, actor }: Pick<Desk, 'db' | 'actor'>, id: string, act: Act): Promise<OpinionRow> {
  const [row] = await db.read(`SELECT ${COLUMNS} FROM opinions o LEFT JOIN units u ON u.id = o.unit_id WHERE o.id = ?`, [id])
  if (!row || !isWithin(actor, act, textOf(row.path))) throw new AppError('not_found', 'opinion.gone')
  return rowOf(row)
}

/** Opens it; that an officer did is recorded. Throws AppError `not_found`. */
export async function readOpinion(desk: Desk, id: string): Promise<OpenOpinion> {
  const open = await openOpinion(desk, id, 'opinion.read')
  await desk.db.write([recordOpinionAct(desk, open, 'opinion.read')])
  return open
}

/** The same within an act that records itself. */
export async function openOpinion({ db, keys, actor }: Pick<Desk, 'db' | 'keys' | 'actor'>, id: string, act: Act): Promise<OpenOpinion> {
  const row = await requireOpinion({ db, actor }, id, act)
  const [sealed] = await db.read('SELECT box, note FROM opinions WHERE id = ?', [id])
  if (!sealed) throw new AppError('not_found', 'opinion.gone')
  const note = sealed.note === null ? null : await openJson<{ note: string }>(keys, 'opinion', sealed.note as Uint8Array, `${id}:note`)
  return { ...row, said: await openJson<Opinion>(keys, 'opinion', sealed.box as Uint8Array, id), note: note?.note ?? null }
}

/**
 * Read, kept for a report, or passed on with a neutral note. Fails as a conflict when another officer was faster. Throws
 * AppError `invalid` for passing on without a note, or for one that says what goods are (R5).
 */
export async function markOpinion(
  desk: Desk,
  row: OpinionRow,
  { state, note }: { state: Exclude<OpinionState, 'new'>; note: string },
): Promise<Statement[]> {
  const { keys, actor } = desk
  if (!isWithin(actor, 'opinion.work', row.path)) throw new AppError('forbidden', 'desk.forbidden')
  demandNoVerdict(note)
  if (state === 'passed' && note === '') throw new AppError('invalid', 'opinion.note_needed')
  return [
    ...stillActing(actor),
    {
      sql: 'UPDATE opinions SET state = ?, note = coalesce(?, note), version = version + 1 WHERE id = ? AND version = ?',
      args: [state, note === '' ? null : await keys.seal('opinion', evenJson({ note }), `${row.id}:note`), row.id, row.version],
    },
    guard(),
    recordOpinionAct(desk, row, 'opinion.mark', { state }),
  ]
}

/** On the whole hour: an officer's exact time would lie beside a member's messages. */
function recordOpinionAct({ actor, now }: Desk, { id, unitId }: OpinionRow, act: string, detail: Record<string, string> = {}): Statement {
  return recordAct(actor, { act, unitId, about: ['opinion', id], detail }, new Date(hourBefore(now.getTime())))
}

export type OpinionCount = { month: string; unitId: string; unitName: string | null; topic: OpinionTopic; n: number | null }

/** One month's counts by unit and topic, by their keys; `n` is null below five people. No sums, so that nothing hidden can be worked out. */
export async function listOpinionCounts(
  { db, actor }: { db: Desk['db']; actor: Actor },
  month: string,
  { after, limit }: { after?: Pick<OpinionCount, 'unitId' | 'topic'> | undefined; limit: number },
): Promise<OpinionCount[]> {
  const paths = scopeOf(actor, 'opinion.read')
  if (paths.length === 0) return []
  const rows = await db.read(
    `SELECT k.month, k.unit_id, k.topic, iif(k.people >= ?, k.n, NULL) AS n, coalesce(u.short_name, u.name) AS unit_name
     FROM opinion_counts k LEFT JOIN units u ON u.id = k.unit_id
     WHERE k.month = ? AND (k.unit_id, k.topic) > (?, ?) AND (${insideOf(paths)}${paths.some(isTop) ? " OR k.unit_id = ''" : ''})
     ORDER BY k.unit_id, k.topic LIMIT ?`,
    [OPINION_LEAST, month, after?.unitId ?? '', after?.topic ?? '', ...insideArgs(paths), limit],
  )
  return rows.map(({ unit_id, unit_name, topic, n }) => ({
    month,
    unitId: String(unit_id),
    unitName: textOf(unit_name),
    topic: topic as OpinionTopic,
    n: n === null ? null : Number(n),
  }))
}

const COLUMNS = 'o.id, o.unit_id, o.topic, o.state, o.day, o.version, coalesce(u.short_name, u.name) AS unit_name, u.path'

const textOf = (value: Value | undefined): string | null => (value === null || value === undefined ? null : String(value))

function rowOf(row: Row): OpinionRow {
  return {
    id: String(row.id),
    unitId: textOf(row.unit_id),
    unitName: textOf(row.unit_name),
    path: textOf(row.path),
    topic: row.topic as OpinionTopic,
    state: row.state as OpinionState,
    day: String(row.day),
    version: Number(row.version),
  }
}
