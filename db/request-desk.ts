/**
 * Requests about data at the desk (F7): those that came by letter, telephone or at the counter are recorded here and kept
 * within their legal clock. An officer sees a code, never who asked: the paper stays on paper, notes are sealed.
 */

import type { Db, Keys, Row, Statement } from '../src/chat.ts'
import { answerBy, EXTENSION_MOST, finishBy, isExtendable, type RequestDraft, type RequestKind } from '../src/data-clock.ts'
import { AppError } from '../src/errors.ts'
import { openJson, randomCode } from '../src/keys.ts'
import { type Act, type Actor, demand, may, mayAtTop, scopeOf } from '../src/rights.ts'
import { DAY_MS, dayOf, monthOf, vietnamInstant } from '../src/time.ts'
import { recordAct } from './audit.ts'
import { guard } from './client.ts'
import { findHolidays } from './holidays.ts'
import { type Desk, stillActing } from './rights.ts'
import { subtreeOf } from './units.ts'

export type RequestState = 'waiting' | 'answered' | 'done'

export type DataRequest = {
  id: string
  /** `YC-2611-7K3Q` of one an officer recorded; null: the assistant fulfilled it in the chat. */
  code: string | null
  kind: RequestKind
  source: string
  unitId: string | null
  unitName: string | null
  path: string | null
  state: RequestState
  askedAt: Date
  answerBy: Date
  finishBy: Date | null
  answeredAt: Date | null
  doneAt: Date | null
  outcome: 'done' | 'refused' | null
  extended: boolean
  /** What the law wants next, and until when; null once it is done. */
  clockAt: Date | null
  version: number
}

/** Notes of officers, in their order. */
export type RequestNotes = { ref: string; notes: Array<{ at: string; about: 'answered' | 'extended' | 'done'; text: string }> }

/** Of the desk: open and done; and what the assistant fulfilled at once, which belongs to no unit. */
export const REQUEST_LISTS = ['open', 'done', 'chat'] as const

/**
 * Open ones by their next deadline, so that what is overdue stands first; done ones newest first. What the assistant
 * fulfilled is seen from the top only.
 * @param after of the last row seen: its `clockAt` or `doneAt`, and its id
 */
export async function listRequests(
  db: Db,
  actor: Actor,
  { list, kind }: { list: (typeof REQUEST_LISTS)[number]; kind?: RequestKind },
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
): Promise<DataRequest[]> {
  const paths = scopeOf(actor, 'data.read')
  if (paths.length === 0 || (list === 'chat' && !mayAtTop(actor, 'data.read'))) return []
  const [column, where, beyond, order] = LISTS[list]
  const inside = list === 'chat' ? [] : paths
  const rows = await db.read(
    `${SELECT} WHERE ${where} AND (${column}, r.id) ${beyond} (?, ?)
     ${inside.length > 0 ? `AND (${inside.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')})` : ''} ${kind ? 'AND r.kind = ?' : ''}
     ORDER BY ${column} ${order}, r.id ${order} LIMIT ?`,
    [
      after?.at ?? (order === 'ASC' ? '' : '~'),
      after?.id ?? (order === 'ASC' ? '' : '~'),
      ...inside.flatMap((path) => subtreeOf(path)),
      ...(kind ? [kind] : []),
      limit,
    ],
  )
  return rows.map(requestOf)
}

const LISTS = {
  open: ['r.clock_at', 'r.done_at IS NULL', '>', 'ASC'],
  done: ['r.done_at', 'r.done_at IS NOT NULL AND r.unit_id IS NOT NULL', '<', 'DESC'],
  chat: ['r.done_at', 'r.done_at IS NOT NULL AND r.unit_id IS NULL', '<', 'DESC'],
} as const

export async function findRequest(db: Db, id: string): Promise<DataRequest | undefined> {
  return (await db.read(`${SELECT} WHERE r.id = ?`, [id])).map(requestOf)[0]
}

/** One this officer may know of; what the assistant did itself is seen from the top. Throws AppError `not_found`. */
export async function requireRequest({ db, actor }: Pick<Desk, 'db' | 'actor'>, id: string): Promise<DataRequest> {
  const request = await findRequest(db, id)
  const seen = request && (request.path === null ? mayAtTop(actor, 'data.read') : may(actor, 'data.read', request.path))
  if (!seen) throw new AppError('not_found', 'office.request_gone')
  return request
}

/** What officers wrote about it. */
export async function readNotes(db: Db, keys: Keys, id: string): Promise<RequestNotes> {
  const [row] = await db.read('SELECT box FROM data_requests WHERE id = ?', [id])
  return row?.box ? openJson<RequestNotes>(keys, 'data-note', row.box as Uint8Array, id) : { ref: '', notes: [] }
}

/** Records one that reached an officer. Throws AppError `invalid` for a day to come or long past. */
export async function addRequest(desk: Desk, draft: RequestDraft, unit: { id: string; path: string }) {
  const { db, keys, actor, now, random } = desk
  demand(actor, 'data.record', unit.path)
  const today = dayOf(now)
  if (draft.askedOn > today || draft.askedOn < dayOf(new Date(now.getTime() - 366 * DAY_MS)))
    throw new AppError('invalid', 'office.asked_day')
  const id = desk.id()
  const code = `YC-${monthOf(now).slice(2).replace('-', '')}-${randomCode(4, random)}`
  // Of an earlier day the end of work counts; today's runs from now.
  const asked = draft.askedOn === today ? now : vietnamInstant(draft.askedOn, 17)
  const due = answerBy(asked, await findHolidays(db, asked)).toISOString()
  const notes: RequestNotes = { ref: draft.ref, notes: [] }
  const writes: Statement[] = [
    ...stillActing(actor),
    {
      sql: `INSERT INTO data_requests(id, person_tag, kind, asked_at, due_at, source, unit_id, code, others, finish_at, clock_at, box)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      args: [
        ...[id, await keys.tag('request', `desk:${id}`), draft.kind, asked.toISOString(), due, draft.source, unit.id, code],
        ...[draft.others ? 1 : 0, finishBy(asked, draft.kind, draft.others).toISOString(), due],
        await keys.seal('data-note', JSON.stringify(notes), id),
      ],
    },
    recordAct(actor, { act: 'data.record', unitId: unit.id, about: ['data_request', id], detail: { code, kind: draft.kind } }, now),
  ]
  return { id, code, writes }
}

/** The person has been told that and how it is dealt with; from now on the end is what the clock runs to. */
export async function answerRequest(desk: Desk, request: DataRequest, note: string): Promise<Statement[]> {
  if (request.state !== 'waiting') throw new AppError('conflict', 'office.request_moved')
  return change(desk, request, 'data.answer', { about: 'answered', text: note }, { state: 'answered' }, [
    'answered_at = ?, clock_at = finish_at',
    [desk.now.toISOString()],
  ])
}

/** Draws the end out, once, where the law allows it. @param days 1 to 15 */
export async function extendRequest(desk: Desk, request: DataRequest, days: number, note: string): Promise<Statement[]> {
  if (!isExtendable(request.kind) || request.extended || !request.finishBy) throw new AppError('conflict', 'office.request_fixed')
  if (!Number.isInteger(days) || days < 1 || days > EXTENSION_MOST) throw new AppError('invalid', 'office.extension_days')
  if (request.state === 'done') throw new AppError('conflict', 'office.request_moved')
  const finish = new Date(request.finishBy.getTime() + days * DAY_MS).toISOString()
  return change(desk, request, 'data.extend', { about: 'extended', text: note }, { days }, [
    'extended = 1, finish_at = ?, clock_at = CASE WHEN answered_at IS NULL THEN clock_at ELSE ? END',
    [finish, finish],
  ])
}

/** Done as asked, or refused with the reason in the note. */
export async function finishRequest(desk: Desk, request: DataRequest, outcome: 'done' | 'refused', note: string): Promise<Statement[]> {
  if (request.state === 'done') throw new AppError('conflict', 'office.request_moved')
  const at = desk.now.toISOString()
  return change(desk, request, 'data.finish', { about: 'done', text: note }, { outcome }, [
    'done_at = ?, outcome = ?, clock_at = NULL, answered_at = coalesce(answered_at, ?)',
    [at, outcome, at],
  ])
}

async function change(
  { db, keys, actor, now }: Desk,
  { id, code, unitId, path, version }: DataRequest,
  recorded: string,
  note: Omit<RequestNotes['notes'][number], 'at'>,
  detail: Record<string, string | number>,
  [set, args]: [sql: string, args: Statement['args']],
): Promise<Statement[]> {
  const act: Act = 'data.answer'
  if (path === null || code === null) throw new AppError('conflict', 'office.request_moved')
  demand(actor, act, path)
  const kept = await readNotes(db, keys, id)
  const box = await keys.seal('data-note', JSON.stringify({ ...kept, notes: [...kept.notes, { at: now.toISOString(), ...note }] }), id)
  return [
    ...stillActing(actor),
    {
      sql: `UPDATE data_requests SET ${set}, box = ?, version = version + 1 WHERE id = ? AND version = ? AND done_at IS NULL`,
      args: [...args, box, id, version],
    },
    guard(),
    recordAct(actor, { act: recorded, unitId, about: ['data_request', id], detail: { code, ...detail } }, now),
  ]
}

const SELECT = `SELECT r.id, r.code, r.kind, r.source, r.unit_id, r.asked_at, r.due_at, r.finish_at, r.answered_at, r.done_at, r.outcome,
  r.extended, r.clock_at, r.version, u.name AS unit_name, u.path FROM data_requests r LEFT JOIN units u ON u.id = r.unit_id`

function requestOf(row: Row): DataRequest {
  const text = (value: Row[string] | undefined) => (value === null || value === undefined ? null : String(value))
  const date = (value: Row[string] | undefined) => (value === null || value === undefined ? null : new Date(String(value)))
  return {
    id: String(row.id),
    code: text(row.code),
    kind: row.kind as RequestKind,
    source: String(row.source),
    unitId: text(row.unit_id),
    unitName: text(row.unit_name),
    path: text(row.path),
    state: row.done_at !== null ? 'done' : row.answered_at !== null ? 'answered' : 'waiting',
    askedAt: new Date(String(row.asked_at)),
    answerBy: new Date(String(row.due_at)),
    finishBy: date(row.finish_at),
    answeredAt: date(row.answered_at),
    doneAt: date(row.done_at),
    outcome: row.done_at === null ? null : ((text(row.outcome) ?? 'done') as DataRequest['outcome']),
    extended: row.extended === 1,
    clockAt: date(row.clock_at),
    version: Number(row.version),
  }
}
