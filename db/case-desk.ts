/**
 * Cases as officers see them: the queue of their units, and one case opened. Who told is never there. A restricted case is
 * its named officer's alone (F40): for everybody else it is not there, because the one who threatens may sit at the next
 * desk and know its number. Who declared a conflict sees it no more (R8); a look is recorded.
 */
import { type CaseKind, type CaseSource, type CaseState, URGENCY, type Urgency, urgencyOf } from '../src/case.ts'
import type { Row, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { type Gone, isEmptied } from '../src/removal.ts'
import { type Act, type Actor, scopeOf } from '../src/rights.ts'
import type { LateDays } from '../src/working-days.ts'
import { recordCaseAct } from './case-change.ts'
import { isKeptFrom } from './case-kept.ts'
import { type CaseBox, openBox } from './cases.ts'
import type { Desk } from './rights.ts'
import { isTop, subtreeOf } from './units.ts'

export type CaseRow = {
  id: string
  /** `PA-2611-7K3Q` */
  number: string
  state: CaseState
  kind: CaseKind
  source: CaseSource
  urgency: Urgency
  rank: number
  restricted: boolean
  spam: boolean
  /** Null: of whoever runs the deployment. */
  unitId: string | null
  unitName: string | null
  path: string | null
  assigneeId: string | null
  assigneeName: string | null
  /** Day in Vietnam of the next step; '' when nothing is due. */
  dueDay: string
  reasonId: string | null
  outcomeId: string | null
  /** UTC, `2026-11-23T08Z`. */
  openedHour: string
  closedHour: string | null
  mergedInto: string | null
  /** Taken back by its member, or removed for good. */
  gone: Gone | null
  version: number
}

export type OpenCase = CaseRow & { report: CaseBox }

/** What it takes to see one case. */
export type Sight = Pick<Desk, 'db' | 'keys' | 'actor'>

export type CaseFilter = {
  state?: CaseState | undefined
  kind?: CaseKind | undefined
  source?: CaseSource | undefined
  /** Of one officer; '' for those nobody has. */
  assigneeId?: string | undefined
  /** Due before this day. */
  dueBefore?: string | undefined
  /** Only what is late by these days. */
  late?: LateDays | undefined
  /** At and below this unit's path. */
  under?: string | undefined
}

/** Where a page of the queue ended. */
export type CaseMark = Pick<CaseRow, 'rank' | 'dueDay' | 'id'>

/**
 * What is open, most urgent first, then what is due first. Merged ones, spam and closed ones have lists of their own.
 * @param after the last one seen
 */
export async function listQueue(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  filter: CaseFilter,
  { after, limit }: { after?: CaseMark | undefined; limit: number },
): Promise<CaseRow[]> {
  const within = scopeSql(actor, 'case.read')
  if (!within) return []
  const { where, args } = filterSql(filter, actor.officerId)
  const index = filter.assigneeId ? 'cases_assignee' : 'cases_queue'
  const rows = await db.read(
    `${SELECT} FROM cases c INDEXED BY ${index} ${JOINS}
     WHERE c.state <> 'closed' AND c.merged_into IS NULL AND c.spam = 0 AND (${within.sql}) ${NO_CONFLICT} ${NOT_ANOTHERS}
       AND (c.rank, c.due_day, c.id) > (?, ?, ?) ${where}
     ORDER BY c.rank, c.due_day, c.id LIMIT ?`,
    [...within.args, actor.officerId, actor.officerId, after?.rank ?? -1, after?.dueDay ?? '', after?.id ?? '', ...args, limit],
  )
  return rows.map(caseOf)
}

/** Closed ones and spam, newest first. @param before the last one seen */
export async function listShelf(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  shelf: 'closed' | 'spam',
  { before, limit }: { before?: Pick<CaseRow, 'openedHour' | 'id'> | undefined; limit: number },
): Promise<CaseRow[]> {
  const within = scopeSql(actor, 'case.read')
  if (!within) return []
  const rows = await db.read(
    `${SELECT} FROM cases c INDEXED BY cases_opened ${JOINS}
     WHERE ${shelf === 'spam' ? 'c.spam = 1' : "c.state = 'closed' AND c.spam = 0"} AND c.merged_into IS NULL AND (${within.sql})
       ${NO_CONFLICT} ${NOT_ANOTHERS} AND (c.opened_hour, c.id) < (?, ?) ORDER BY c.opened_hour DESC, c.id DESC LIMIT ?`,
    [...within.args, actor.officerId, actor.officerId, before?.openedHour ?? '9', before?.id ?? '', limit],
  )
  return rows.map(caseOf)
}

/**
 * Restricted ones as who names their officer sees them: by id, no more than number, state and officer. An officer who names
 * nobody sees their own and those of nobody. @param after the last one seen
 */
export async function listRestricted(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  { after, limit }: { after: string; limit: number },
): Promise<Array<Pick<CaseRow, 'id' | 'number' | 'state' | 'unitName' | 'assigneeName'>>> {
  const within = scopeSql(actor, 'case.assign')
  if (!within) return []
  const named = scopeSql({ ...actor, grants: actor.grants.filter(isNaming) }, 'case.assign')
  const rows = await db.read(
    `${SELECT} FROM cases c INDEXED BY cases_restricted ${JOINS}
     WHERE c.restricted = 1 AND c.state <> 'closed' AND c.merged_into IS NULL AND (${within.sql}) ${NO_CONFLICT}
       AND (c.assignee_id IS NULL OR c.assignee_id = ? ${named ? `OR ${named.sql}` : ''}) AND c.id > ? ORDER BY c.id LIMIT ?`,
    [...within.args, actor.officerId, actor.officerId, ...(named?.args ?? []), after, limit],
  )
  return rows.map(caseOf)
}

const isNaming = ({ roles }: Actor['grants'][number]): boolean => roles.includes('approver')

/** Taken back by their members since this hour, newest first. */
export async function listWithdrawn(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  { since, limit }: { since: string; limit: number },
): Promise<Array<CaseRow & { goneHour: string }>> {
  const within = scopeSql(actor, 'case.read')
  if (!within) return []
  const rows = await db.read(
    `${SELECT}, c.gone_hour FROM cases c INDEXED BY cases_gone ${JOINS}
     WHERE c.gone IS NOT NULL AND c.gone <> 'removed' AND c.gone_hour >= ? AND (${within.sql}) ${NO_CONFLICT} ${NOT_ANOTHERS}
     ORDER BY c.gone_hour DESC, c.id DESC LIMIT ?`,
    [since, ...within.args, actor.officerId, actor.officerId, limit],
  )
  return rows.map((row) => ({ ...caseOf(row), goneHour: String(row.gone_hour) }))
}

/** The id behind a number as officers write it, within their units. */
export async function findCaseByNumber({ db, actor }: Pick<Desk, 'db' | 'actor'>, number: string): Promise<string | undefined> {
  const within = scopeSql(actor, 'case.read')
  if (!within) return undefined
  const [row] = await db.read(
    `SELECT c.id FROM cases c LEFT JOIN units u ON u.id = c.unit_id WHERE c.number = ? AND (${within.sql})
       ${NOT_ANOTHERS} ${MAIN_NOT_ANOTHERS}`,
    [number, ...within.args, actor.officerId, actor.officerId],
  )
  return row && String(row.id)
}

/**
 * The row, for an officer who may do this with it. Throws AppError `not_found` also where they may not, or it is restricted to
 * another officer, or kept from their unit, so that nobody probes; `forbidden` when they declared a conflict; `conflict` when
 * nothing is left of it to act on.
 */
export async function requireCase({ db, keys, actor }: Sight, id: string, act: Act): Promise<CaseRow> {
  const [row] = await db.read(
    `${SELECT}, ${CONFLICT} AS conflict, m.restricted AS main_restricted, m.assignee_id AS main_assignee
     FROM cases c ${JOINS} LEFT JOIN cases m ON m.id = c.merged_into WHERE c.id = ?`,
    [actor.officerId, id],
  )
  const path = row?.path === null || row === undefined ? null : String(row.path)
  if (!row || !isWithin(actor, act, path)) throw new AppError('not_found', 'case.gone')
  if (await isKeptFrom({ db, keys }, { id: String(row.merged_into ?? row.id), path }, actor.officerId))
    throw new AppError('not_found', 'case.gone')
  if (row.conflict === 1) throw new AppError('forbidden', 'case.conflicted')
  // A threat is told in the main one: the reports under it are as guarded as it is.
  if (row.main_restricted === 1 && row.main_assignee !== actor.officerId) throw new AppError('not_found', 'case.gone')
  const found = caseOf(row)
  if (isEmptied(found.gone) && act !== 'case.read') throw new AppError('conflict', `case.is_${found.gone}`)
  const another = found.restricted && found.assigneeId !== null && found.assigneeId !== actor.officerId
  if (another && !namesAt(actor, path)) throw new AppError('not_found', 'case.gone')
  if (another && act !== 'case.assign') throw new AppError('forbidden', 'case.restricted_to')
  return found
}

/** An approver gives a restricted case to another officer, for the one who has it may have left; they open nothing. */
function namesAt({ grants }: Actor, path: string | null): boolean {
  return grants.some((grant) => isNaming(grant) && (path === null ? isTop(grant.path) : path.startsWith(grant.path)))
}

/** Opens it: that somebody looked is recorded. Throws AppError like `requireCase`; `forbidden` while a restricted one is nobody's. */
export async function readCase(desk: Desk, id: string): Promise<OpenCase> {
  const open = await openCaseOf(desk, id, 'case.read')
  await desk.db.write([recordCaseAct(desk.actor, open, 'case.read', desk.now)])
  return open
}

/** The same within an act that records itself. */
export async function openCaseOf({ db, keys, actor }: Sight, id: string, act: Act): Promise<OpenCase> {
  const row = await requireCase({ db, keys, actor }, id, act)
  if (row.restricted && row.assigneeId !== actor.officerId) throw new AppError('forbidden', 'case.take_first')
  const [sealed] = await db.read('SELECT box FROM cases WHERE id = ?', [id])
  if (!sealed) throw new AppError('not_found', 'case.gone')
  return { ...row, report: await openBox(keys, id, sealed.box as Uint8Array) }
}

/** May the officer do this at a case of this path? One of nobody's unit is of the top. */
export function isWithin(actor: Actor, act: Act, path: string | null): boolean {
  return scopeOf(actor, act).some((scope) => (path === null ? isTop(scope) : path.startsWith(scope)))
}

/** What limits a query to the officer's units (`u` is the case's unit); undefined when there are none. */
export function scopeSql(actor: Actor, act: Act): { sql: string; args: Value[] } | undefined {
  const paths = scopeOf(actor, act)
  if (paths.length === 0) return undefined
  const inside = [...paths.map(() => '(u.path >= ? AND u.path < ?)'), ...(paths.some(isTop) ? ['c.unit_id IS NULL'] : [])]
  return { sql: inside.join(' OR '), args: paths.flatMap((path) => subtreeOf(path)) }
}

/** Takes the officer's id: one that is restricted to somebody else is not there. `c` is the case. */
const NOT_ANOTHERS = 'AND (c.restricted = 0 OR c.assignee_id IS NULL OR c.assignee_id = ?)'
/** The same of a main one, for those merged into it. */
const MAIN_NOT_ANOTHERS =
  'AND NOT EXISTS (SELECT 1 FROM cases m WHERE m.id = c.merged_into AND m.restricted = 1 AND m.assignee_id IS NOT ?)'
/** Takes the officer's id: who has to do with a merged case sees nothing of its main one either, where it is shown. `c` is the case. */
export const CONFLICT = `EXISTS (SELECT 1 FROM case_conflicts x WHERE x.officer_id = ?
  AND (x.case_id = c.id OR x.case_id IN (SELECT m.id FROM cases m WHERE m.merged_into = c.id)))`
/** Takes the officer's id. `c` is the case. */
export const NO_CONFLICT = `AND NOT ${CONFLICT}`
const COLUMNS = `c.id, c.number, c.state, c.kind, c.source, c.rank, c.restricted, c.spam, c.unit_id, c.assignee_id, c.due_day, c.reason_id,
  c.outcome_id, c.opened_hour, c.closed_hour, c.merged_into, c.gone, c.version, coalesce(u.short_name, u.name) AS unit_name, u.path, o.name AS assignee_name`
const JOINS = 'LEFT JOIN units u ON u.id = c.unit_id LEFT JOIN officers o ON o.id = c.assignee_id'
const SELECT = `SELECT ${COLUMNS}`

function filterSql({ state, kind, source, assigneeId, dueBefore, late, under }: CaseFilter, me: string): { where: string; args: Value[] } {
  const parts: Array<[string, Value[]]> = [
    ...(state ? [['c.state = ?', [state]] as [string, Value[]]] : []),
    // Of a restricted one that is nobody's no kind is shown, and none is found out by choosing.
    ...(kind ? [['c.kind = ? AND (c.restricted = 0 OR c.assignee_id = ?)', [kind, me]] as [string, Value[]]] : []),
    ...(source ? [['c.source = ?', [source]] as [string, Value[]]] : []),
    ...(assigneeId === '' ? [['c.assignee_id IS NULL', []] as [string, Value[]]] : []),
    ...(assigneeId ? [['c.assignee_id = ?', [assigneeId]] as [string, Value[]]] : []),
    ...(dueBefore ? [['c.due_day < ?', [dueBefore]] as [string, Value[]]] : []),
    ...(late
      ? [[`c.due_day <> '' AND c.due_day < iif(c.rank < ${URGENCY.normal}, ?, ?)`, [late.today, late.line]] as [string, Value[]]]
      : []),
    ...(under ? [['(u.path >= ? AND u.path < ?)', subtreeOf(under)] as [string, Value[]]] : []),
  ]
  return { where: parts.map(([sql]) => `AND ${sql}`).join(' '), args: parts.flatMap(([, args]) => args) }
}

/** A row of the query above. */
function caseOf(row: Row): CaseRow {
  const text = (value: Value | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: String(row.id),
    number: String(row.number),
    state: row.state as CaseState,
    kind: row.kind as CaseKind,
    source: row.source as CaseSource,
    urgency: urgencyOf(Number(row.rank)),
    rank: Number(row.rank),
    restricted: row.restricted === 1,
    spam: row.spam === 1,
    unitId: text(row.unit_id),
    unitName: text(row.unit_name),
    path: text(row.path),
    assigneeId: text(row.assignee_id),
    assigneeName: text(row.assignee_name),
    dueDay: String(row.due_day),
    reasonId: text(row.reason_id),
    outcomeId: text(row.outcome_id),
    openedHour: String(row.opened_hour),
    closedHour: text(row.closed_hour),
    mergedInto: text(row.merged_into),
    gone: text(row.gone) as Gone | null,
    version: Number(row.version),
  }
}
