/**
 * Requests to remove a report or a photo for good, as they are read: those of one case, for its officers, and those that
 * wait, for whoever may let them through. Of the case only its number and unit are ever there.
 */
import type { Keys, Row } from '../src/chat.ts'
import { openJson } from '../src/keys.ts'
import type { RemovalKind, RemovalState } from '../src/removal.ts'
import { dayOf } from '../src/time.ts'
import { NO_CONFLICT, scopeSql } from './case-desk.ts'
import type { Desk } from './rights.ts'

/** What stands sealed in a request: when exactly it was asked, and why. */
export type RemovalBox = { at: string; reason: string }

export type Removal = {
  id: string
  caseId: string
  /** Null: the whole report. */
  photoId: string | null
  /** `PA-2611-7K3Q` */
  number: string
  unitName: string | null
  kind: RemovalKind
  state: RemovalState
  askedBy: string
  askedByName: string
  askedByUnit: string
  decidedByName: string | null
  /** UTC, `2026-11-23T08Z`. */
  askedHour: string
  /** Day in Vietnam: the last one on which it may be let through. */
  untilDay: string
  reason: string
  at: Date
}

/** Where a page of the list ended. */
export type RemovalMark = Pick<Removal, 'askedHour' | 'id'>

/** Newest first. */
export async function listRemovalsOf(
  { db, keys, now }: Pick<Desk, 'db' | 'keys' | 'now'>,
  caseId: string,
  limit: number,
): Promise<Removal[]> {
  const rows = await db.read(`${SELECT_REMOVALS} WHERE r.case_id = ? ORDER BY r.asked_hour DESC, r.id DESC LIMIT ?`, [caseId, limit])
  const found = await Promise.all(rows.map((row) => removalOf(keys, row, now)))
  return found.sort((one, other) => other.at.getTime() - one.at.getTime())
}

/** What waits for this officer's word, oldest first: never their own request, never a case they have to do with. */
export async function listRemovalRequests(
  { db, keys, actor, now }: Pick<Desk, 'db' | 'keys' | 'actor' | 'now'>,
  { after, limit }: { after?: RemovalMark | undefined; limit: number },
): Promise<Removal[]> {
  const within = scopeSql(actor, 'removal.grant')
  if (!within) return []
  const rows = await db.read(
    `${SELECT_REMOVALS}
     WHERE r.state = 'asked' AND (r.asked_hour, r.id) > (?, ?) AND r.until_day >= ? AND r.asked_by <> ? AND (${within.sql})
       ${NO_CONFLICT}
     ORDER BY r.asked_hour, r.id LIMIT ?`,
    [after?.askedHour ?? '', after?.id ?? '', dayOf(now), actor.officerId, ...within.args, actor.officerId, limit],
  )
  return Promise.all(rows.map((row) => removalOf(keys, row, now)))
}

export const SELECT_REMOVALS = `SELECT r.*, c.number, coalesce(u.short_name, u.name) AS unit_name, u.path,
    o.name AS asker, coalesce(ou.short_name, ou.name) AS asker_unit, d.name AS decider
  FROM removals r JOIN cases c ON c.id = r.case_id LEFT JOIN units u ON u.id = c.unit_id
  JOIN officers o ON o.id = r.asked_by LEFT JOIN units ou ON ou.id = o.unit_id LEFT JOIN officers d ON d.id = r.decided_by`

export async function removalOf(keys: Keys, row: Row, now: Date): Promise<Removal> {
  const id = String(row.id)
  const box = await openJson<RemovalBox>(keys, 'removal-reason', row.box as Uint8Array, id)
  const untilDay = String(row.until_day)
  const state = row.state as RemovalState
  return {
    id,
    caseId: String(row.case_id),
    photoId: row.photo_id === null ? null : String(row.photo_id),
    number: String(row.number),
    unitName: row.unit_name === null ? null : String(row.unit_name),
    kind: row.reason as RemovalKind,
    // Nobody has to pass by for a request to run out.
    state: state === 'asked' && untilDay < dayOf(now) ? 'expired' : state,
    askedBy: String(row.asked_by),
    askedByName: String(row.asker),
    askedByUnit: String(row.asker_unit ?? ''),
    decidedByName: row.decider === null ? null : String(row.decider),
    askedHour: String(row.asked_hour),
    untilDay,
    reason: box.reason,
    at: new Date(box.at),
  }
}
