/**
 * Openings of an identity (F31) as they are read: those of one case, for its officers, and those that wait, for whoever may
 * decide. Of the case only its number and unit are ever there.
 */
import type { Keys, Row } from '../src/chat.ts'
import type { OpeningPurpose, OpeningState } from '../src/identity.ts'
import { openJson } from '../src/keys.ts'
import { dayOf } from '../src/time.ts'
import { NO_CONFLICT, scopeSql } from './case-desk.ts'
import type { Desk } from './rights.ts'

/** What stands sealed in an opening: why, when it was asked, and until when the officer may look. */
export type OpeningBox = { at: string; purpose: OpeningPurpose; reason: string; endsAt?: string }

export type Opening = {
  id: string
  caseId: string
  /** `PA-2611-7K3Q` */
  number: string
  unitName: string | null
  state: OpeningState
  askedBy: string
  askedByName: string
  askedByUnit: string
  decidedByName: string | null
  /** UTC, `2026-11-23T08Z`. */
  askedHour: string
  /** Day in Vietnam: the last one on which it may be granted. */
  untilDay: string
  purpose: OpeningPurpose
  reason: string
  at: Date
  /** Of a granted one: the last moment of looking. */
  endsAt?: Date
}

/** Where a page of the list ended. */
export type OpeningMark = Pick<Opening, 'askedHour' | 'id'>

/** Newest first. */
export async function listOpeningsOf(
  { db, keys, now }: Pick<Desk, 'db' | 'keys' | 'now'>,
  caseId: string,
  limit: number,
): Promise<Opening[]> {
  const rows = await db.read(`${SELECT_OPENINGS} WHERE i.case_id = ? ORDER BY i.asked_hour DESC, i.id DESC LIMIT ?`, [caseId, limit])
  const found = await Promise.all(rows.map((row) => openingOf(keys, row, now)))
  return found.sort((one, other) => other.at.getTime() - one.at.getTime())
}

/** What waits for this officer's word, oldest first: never their own request, never a case they have to do with. */
export async function listOpeningRequests(
  { db, keys, actor, now }: Pick<Desk, 'db' | 'keys' | 'actor' | 'now'>,
  { after, limit }: { after?: OpeningMark | undefined; limit: number },
): Promise<Opening[]> {
  const within = scopeSql(actor, 'identity.grant')
  if (!within) return []
  const rows = await db.read(
    `${SELECT_OPENINGS}
     WHERE i.state = 'asked' AND (i.asked_hour, i.id) > (?, ?) AND i.until_day >= ? AND i.asked_by <> ? AND c.state <> 'closed' AND (${within.sql})
       ${NO_CONFLICT}
     ORDER BY i.asked_hour, i.id LIMIT ?`,
    [after?.askedHour ?? '', after?.id ?? '', dayOf(now), actor.officerId, ...within.args, actor.officerId, limit],
  )
  return Promise.all(rows.map((row) => openingOf(keys, row, now)))
}

export const SELECT_OPENINGS = `SELECT i.*, c.number, coalesce(u.short_name, u.name) AS unit_name, u.path,
    o.name AS asker, coalesce(ou.short_name, ou.name) AS asker_unit, d.name AS decider
  FROM identity_openings i JOIN cases c ON c.id = i.case_id LEFT JOIN units u ON u.id = c.unit_id
  JOIN officers o ON o.id = i.asked_by LEFT JOIN units ou ON ou.id = o.unit_id LEFT JOIN officers d ON d.id = i.decided_by`

export async function openingOf(keys: Keys, row: Row, now: Date): Promise<Opening> {
  const id = String(row.id)
  const box = await openJson<OpeningBox>(keys, 'identity-reason', row.box as Uint8Array, id)
  const untilDay = String(row.until_day)
  const state = row.state as OpeningState
  return {
    id,
    caseId: String(row.case_id),
    number: String(row.number),
    unitName: row.unit_name === null ? null : String(row.unit_name),
    // Nobody has to pass by for a request to run out.
    state: state === 'asked' && untilDay < dayOf(now) ? 'expired' : state,
    askedBy: String(row.asked_by),
    askedByName: String(row.asker),
    askedByUnit: String(row.asker_unit ?? ''),
    decidedByName: row.decider === null ? null : String(row.decider),
    askedHour: String(row.asked_hour),
    untilDay,
    purpose: box.purpose,
    reason: box.reason,
    at: new Date(box.at),
    ...(box.endsAt === undefined ? {} : { endsAt: new Date(box.endsAt) }),
  }
}
