/**
 * Warnings as officers find them: those of their units by state, those due for another look, those somebody wants taken
 * down; who agreed to one, and what members said is wrong with it.
 */
import type { Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { openJson } from '../src/keys.ts'
import { type Act, type Actor, may, scopeOf } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import type { WarningState } from '../src/warning.ts'
import { insideArgs, insideOf } from './narrow.ts'
import type { Desk } from './rights.ts'
import { SELECT_WARNING, type Warning, warningOf } from './warnings.ts'

/** `stale`: hidden from members until somebody has looked. `asked`: a takedown waits. */
export type WarningList = WarningState | 'stale' | 'asked'

/** Newest change first; what has a day, the earliest first. @param after of the last one seen */
export async function listWarnings(
  { db, actor, now }: Pick<Desk, 'db' | 'actor' | 'now'>,
  list: WarningList,
  { after, limit }: { after?: { at: string; id: string } | undefined; limit: number },
): Promise<Warning[]> {
  const paths = scopeOf(actor, 'warning.read')
  if (paths.length === 0) return []
  const [index, where, args, order] = queryOf(list, dayOf(now), after)
  const rows = await db.read(
    `${SELECT_WARNING.replace('warnings w', `warnings w INDEXED BY ${index}`)} WHERE ${where} AND ${insideOf(paths)} ORDER BY ${order} LIMIT ?`,
    [...args, ...insideArgs(paths), limit],
  )
  return rows.map(warningOf)
}

/** What `after` of the next page is. */
export function markOf(list: WarningList, { changedAt, reviewBy, asked, id }: Warning): { at: string; id: string } {
  return { at: list === 'stale' ? reviewBy : list === 'asked' ? (asked?.due.toISOString() ?? '') : changedAt.toISOString(), id }
}

function queryOf(list: WarningList, day: string, after: { at: string; id: string } | undefined): [string, string, Value[], string] {
  if (list === 'asked')
    return [
      'warnings_asked',
      'w.asked_at IS NOT NULL AND (w.asked_due, w.id) > (?, ?)',
      [after?.at ?? '', after?.id ?? ''],
      'w.asked_due, w.id',
    ]
  if (list === 'stale')
    return [
      'warnings_review',
      "w.state = 'published' AND w.review_by < ? AND (w.review_by, w.id) > (?, ?)",
      [day, after?.at ?? '', after?.id ?? ''],
      'w.review_by, w.id',
    ]
  return [
    'warnings_state',
    'w.state = ? AND (w.changed_at, w.id) < (?, ?)',
    [list, after?.at ?? '9', after?.id ?? ''],
    'w.changed_at DESC, w.id DESC',
  ]
}

/** Throws AppError `not_found` also where the officer may not read it; `forbidden` where they may not do this. */
export async function requireWarning({ db, actor }: Pick<Desk, 'db' | 'actor'>, id: string, act: Act = 'warning.read'): Promise<Warning> {
  const [row] = await db.read(`${SELECT_WARNING} WHERE w.id = ?`, [id])
  const warning = row && warningOf(row)
  if (!warning || !may(actor, 'warning.read', warning.path)) throw new AppError('not_found', 'warning.desk_gone')
  if (!may(actor, act, warning.path)) throw new AppError('forbidden', 'desk.forbidden')
  return warning
}

export type Agreed = { officerId: string; name: string; at: Date }

/** Who agreed to the text that stands: of what waits its own version alone, of what was let out the one that was. */
export async function listAgreed(
  { db }: Pick<Desk, 'db'>,
  { id, version, publishedAt }: Pick<Warning, 'id' | 'version' | 'publishedAt'>,
): Promise<Agreed[]> {
  const rows = await db.read(
    `SELECT a.officer_id, a.at, o.name FROM warning_approvals a LEFT JOIN officers o ON o.id = a.officer_id
     WHERE a.warning_id = ?1 AND a.version = ${publishedAt === null ? '?2' : '(SELECT max(version) FROM warning_approvals WHERE warning_id = ?1 AND version <= ?2)'}
     ORDER BY a.at, a.officer_id`,
    [id, version],
  )
  return rows.map(({ officer_id, at, name }) => ({ officerId: String(officer_id), name: String(name ?? ''), at: new Date(String(at)) }))
}

export type WarningFlag = { id: string; day: string; words: string }

const FLAGS = 20

/** What members said is wrong and nobody has settled, oldest first. */
export async function listFlags({ db, keys }: Pick<Desk, 'db' | 'keys'>, warningId: string): Promise<WarningFlag[]> {
  const rows = await db.read(
    `SELECT id, day, box FROM warning_flags WHERE warning_id = ? AND settled = 0 ORDER BY day, id LIMIT ${FLAGS}`,
    [warningId],
  )
  return Promise.all(
    rows.map(async ({ id, day, box }) => {
      const { words } = await openJson<{ words: string }>(keys, 'flag', box as Uint8Array, String(id))
      return { id: String(id), day: String(day), words }
    }),
  )
}

/** Messages begun from it that may still be running: an officer stops them by themselves. */
export async function listBegun({ db }: Pick<Desk, 'db'>, warningId: string): Promise<Array<{ id: string; title: string; state: string }>> {
  const rows = await db.read(
    'SELECT c.id, c.title, c.state FROM warning_campaigns x JOIN campaigns c ON c.id = x.campaign_id WHERE x.warning_id = ? ORDER BY c.id DESC LIMIT 20',
    [warningId],
  )
  return rows.map(({ id, title, state }) => ({ id: String(id), title: String(title), state: String(state) }))
}

export type WarningDay = {
  /** Waits for this officer's word. */
  toApprove: Warning[]
  /** A takedown was asked for: decided within a working day. */
  asked: Warning[]
  /** Members say that something is wrong. */
  flagged: Warning[]
  stale: Warning[]
}

/** For the page of the day; empty for who cannot do anything about it. */
export async function findWarningDay(desk: Pick<Desk, 'db' | 'actor' | 'now'>, limit: number): Promise<WarningDay> {
  const { db, actor } = desk
  const approves = scopeOf(actor, 'warning.approve')
  const writes = scopeOf(actor, 'warning.write')
  if (approves.length + writes.length === 0) return { toApprove: [], asked: [], flagged: [], stale: [] }
  const [waiting, asked, flagged, stale] = await Promise.all([
    approves.length === 0 ? [] : listForApproval({ db, actor }, approves, limit),
    listWarnings(desk, 'asked', { limit }),
    listFlagged({ db, actor }, limit),
    listWarnings(desk, 'stale', { limit }),
  ])
  return { toApprove: waiting, asked, flagged, stale }
}

async function listForApproval({ db, actor }: { db: Desk['db']; actor: Actor }, paths: string[], limit: number): Promise<Warning[]> {
  const rows = await db.read(
    `${SELECT_WARNING} WHERE w.state = 'waiting' AND ${insideOf(paths)}
       AND NOT EXISTS (SELECT 1 FROM json_each(w.editors) WHERE value = ?)
       AND NOT EXISTS (SELECT 1 FROM warning_approvals a WHERE a.warning_id = w.id AND a.version = w.version AND a.officer_id = ?)
     ORDER BY w.changed_at DESC LIMIT ?`,
    [...insideArgs(paths), actor.officerId, actor.officerId, limit],
  )
  return rows.map(warningOf)
}

async function listFlagged({ db, actor }: { db: Desk['db']; actor: Actor }, limit: number): Promise<Warning[]> {
  const paths = scopeOf(actor, 'warning.read')
  const rows = await db.read(
    `${SELECT_WARNING} WHERE w.flagged_day IS NOT NULL AND ${insideOf(paths)} ORDER BY w.flagged_day, w.id LIMIT ?`,
    [...insideArgs(paths), limit],
  )
  return rows.map(warningOf)
}
