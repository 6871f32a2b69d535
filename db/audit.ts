/**
 * The audit log (F62): every act of an officer, done or refused. A row names the officer, the act and what it was about,
 * never a contact and never a text of a member. The table itself refuses changes, and lets only its oldest rows go.
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import type { AppError } from '../src/errors.ts'
import type { Actor } from '../src/rights.ts'
import { subtreeOf } from './units.ts'

export type AuditEntry = {
  act: string
  outcome?: 'done' | 'refused'
  unitId?: string | null
  /** A kind and an id: `campaign` and its id, `broadcast`, `officer`, `inquiry`, `token`. */
  about?: [kind: string, id: string]
  /** Counts, states, reasons: nothing personal. */
  detail?: Record<string, string | number | boolean | null>
}

/** Who acted; the token, where one did. */
type Who = Pick<Actor, 'officerId' | 'via' | 'unitId' | 'token'>

export type AuditRow = {
  id: number
  at: string
  officerId: string | null
  officerName: string | null
  via: string
  act: string
  outcome: string
  unitId: string | null
  about: string | null
  aboutId: string | null
  detail: Record<string, string | number | boolean | null> | null
}

/** One row; it belongs into the batch of the act itself. */
export function recordAct(actor: Who | { via: 'admin' }, entry: AuditEntry, now: Date): Statement {
  const who = 'officerId' in actor ? actor : undefined
  const detail = who?.token ? { ...entry.detail, token: who.token.id } : entry.detail
  const [about, aboutId] = entry.about ?? [null, null]
  return {
    sql: 'INSERT INTO audit(at, officer_id, via, act, outcome, unit_id, about, about_id, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    args: [
      now.toISOString(),
      who?.officerId ?? null,
      actor.via,
      entry.act,
      entry.outcome ?? 'done',
      entry.unitId ?? who?.unitId ?? null,
      about,
      aboutId,
      detail ? JSON.stringify(detail) : null,
    ],
  }
}

/** An act that was not allowed, or not possible: what was tried, and the text key of why not. */
export function recordRefusal(actor: Who, entry: Omit<AuditEntry, 'outcome'>, error: AppError, now: Date): Statement {
  return recordAct(actor, { ...entry, outcome: 'refused', detail: { ...entry.detail, why: error.message } }, now)
}

/** What the product did by itself (a pause, a missed run). */
export function recordOwnAct(entry: AuditEntry, now: Date): Statement {
  const { sql, args } = recordAct({ via: 'admin' }, entry, now)
  return { sql, args: args.map((value, place) => (place === 2 ? 'assistant' : value)) }
}

/** Newest first, of the units at and below these paths. @param before id of the last row seen; 0 at first */
export async function listAudit(
  db: Db,
  {
    paths,
    before,
    limit,
    officerId,
    about,
  }: { paths: string[]; before: number; limit: number; officerId?: string; about?: [string, string] },
): Promise<AuditRow[]> {
  if (paths.length === 0) return []
  const inside = paths.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')
  const filters = [...(officerId ? ['a.officer_id = ?'] : []), ...(about ? ['a.about = ? AND a.about_id = ?'] : [])]
  const rows = await db.read(
    `SELECT a.*, o.name FROM audit a LEFT JOIN officers o ON o.id = a.officer_id JOIN units u ON u.id = a.unit_id
     WHERE a.id < ? AND (${inside}) ${filters.map((filter) => `AND ${filter}`).join(' ')} ORDER BY a.id DESC LIMIT ?`,
    [
      before || Number.MAX_SAFE_INTEGER,
      ...paths.flatMap((path) => subtreeOf(path)),
      ...(officerId ? [officerId] : []),
      ...(about ?? []),
      limit,
    ],
  )
  return rows.map(rowOf)
}

function rowOf(row: Row): AuditRow {
  const text = (value: Row[string] | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: Number(row.id),
    at: String(row.at),
    officerId: text(row.officer_id),
    officerName: text(row.name),
    via: String(row.via),
    act: String(row.act),
    outcome: String(row.outcome),
    unitId: text(row.unit_id),
    about: text(row.about),
    aboutId: text(row.about_id),
    detail: row.detail === null ? null : (JSON.parse(String(row.detail)) as AuditRow['detail']),
  }
}
