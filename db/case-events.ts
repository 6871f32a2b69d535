/**
 * The thread of a case: one row for whatever was done, asked, told or answered, in the order of the case alone. What
 * anybody wrote is sealed with the exact time; outside the seal stands the hour.
 */
import type { Db, Keys, Row, Statement } from '../src/chat.ts'
import { evenJson, openJson } from '../src/keys.ts'
import { hourOf } from '../src/time.ts'

export const EVENT_KINDS = [
  ...(['opened', 'taken', 'assigned', 'moved', 'due', 'transferred', 'raised', 'restricted', 'unrestricted'] as const),
  ...(['conflict', 'noted', 'asked', 'told', 'answered', 'threatened', 'merged', 'unmerged', 'spam', 'not_spam'] as const),
  ...(['referred', 'authority_answered', 'returned', 'decided', 'redacted', 'original_taken', 'photo_added'] as const),
  ...(['identity_asked', 'identity_granted', 'identity_refused', 'identity_seen'] as const),
  ...(['withdrawn', 'removal_asked', 'removal_refused', 'removed', 'photo_removed'] as const),
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

/** How far something to the member has come: `receipt` when nobody was reached, and only the receipt shows it. */
export type Relay = 'waiting' | 'sent' | 'receipt'
/** The same as it is kept. `queued`: its notice stands ready or left, and what became of it is told later (notice-outcomes.ts). */
export type KeptRelay = Relay | 'queued'

/** What stands sealed in an event. `text`: as it was written. `photos`: how many came along. */
export type EventBox = { at: string; text?: string; photos?: number }

export type NewEvent = {
  id: string
  caseId: string
  kind: EventKind
  /** Null: the member, or the product itself. */
  officerId: string | null
  /** States, reasons, ids of officers and units. Never a word of the member, never a contact. */
  detail?: Record<string, string | number | boolean | null>
  text?: string
  photos?: number
  /** It is for the member: the relay tells them that there is something new. */
  relay?: boolean
  now: Date
}

export type CaseEvent = {
  place: number
  kind: EventKind
  officerId: string | null
  officerName: string | null
  detail: NonNullable<NewEvent['detail']>
  /** The exact time, from inside the seal. */
  at: Date
  text?: string
  photos?: number
  relay: Relay | null
  seen: boolean
}

/** The first event of a case that is opened in the same commit. */
export async function firstEvent(
  keys: Keys,
  { id, caseId, officerId, photos = 0, now }: Pick<NewEvent, 'id' | 'caseId' | 'officerId' | 'photos' | 'now'>,
): Promise<Statement> {
  return insert(keys, { id, caseId, kind: 'opened', officerId, photos, now }, '1', [])
}

/** The next event of a case; its place is the version the case has by then (case-change.ts raises it before). */
export function addEvent(keys: Keys, event: NewEvent): Promise<Statement> {
  return insert(keys, event, '(SELECT version FROM cases WHERE id = ?)', [event.caseId])
}

/** Oldest first. @param after place of the last one seen */
export async function listEvents(
  db: Db,
  keys: Keys,
  caseId: string,
  { after = 0, limit, kinds = EVENT_KINDS }: { after?: number; limit: number; kinds?: readonly EventKind[] },
): Promise<CaseEvent[]> {
  const rows = await db.read(
    `SELECT e.*, o.name AS officer_name FROM case_events e LEFT JOIN officers o ON o.id = e.officer_id
     WHERE e.case_id = ? AND e.place > ? AND e.kind IN (SELECT value FROM json_each(?)) ORDER BY e.place LIMIT ?`,
    [caseId, after, JSON.stringify(kinds), limit],
  )
  return Promise.all(rows.map((row) => eventOf(keys, row)))
}

const insert = async (keys: Keys, event: NewEvent, place: string, placeArgs: string[]): Promise<Statement> => {
  const { id, caseId, kind, officerId, detail, text, photos, relay, now } = event
  const box: EventBox = { at: now.toISOString(), ...(text === undefined ? {} : { text }), ...(photos ? { photos } : {}) }
  return {
    sql: `INSERT INTO case_events(id, case_id, place, hour, kind, officer_id, detail, box, relay) VALUES (?, ?, ${place}, ?, ?, ?, ?, ?, ?)`,
    args: [
      ...[id, caseId, ...placeArgs, hourOf(now), kind, officerId],
      detail ? JSON.stringify(detail) : null,
      await keys.seal('case-event', evenJson(box), id),
      relay ? 'waiting' : null,
    ],
  }
}

/** A row of the thread, opened. */
export async function eventOf(keys: Keys, row: Row): Promise<CaseEvent> {
  // An event of before this had a seal has none.
  const box = row.box === null ? { at: `${String(row.hour).slice(0, 13)}:00:00Z` } : await boxOf(keys, row)
  return {
    place: Number(row.place),
    kind: row.kind as EventKind,
    officerId: row.officer_id === null ? null : String(row.officer_id),
    officerName: row.officer_name === null ? null : String(row.officer_name),
    detail: row.detail === null ? {} : (JSON.parse(String(row.detail)) as CaseEvent['detail']),
    at: new Date(box.at),
    ...(box.text === undefined ? {} : { text: box.text }),
    ...(box.photos === undefined ? {} : { photos: box.photos }),
    relay: relayOf(row.relay as KeptRelay | null),
    seen: row.seen === 1,
  }
}

const relayOf = (kept: KeptRelay | null): Relay | null => (kept === 'queued' ? 'waiting' : kept)

function boxOf(keys: Keys, { id, box }: Row): Promise<EventBox> {
  return openJson<EventBox>(keys, 'case-event', box as Uint8Array, String(id))
}
