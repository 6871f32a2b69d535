/**
 * "Gặp cán bộ": what a member asks a person, sealed and queued at the desk of the nearest unit that has an officer.
 * One open inquiry a person; what is written later joins the same box.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { openJson } from '../src/keys.ts'
import type { Role } from '../src/rights.ts'
import { ABOVE } from './above.ts'
import { guard } from './client.ts'

/** Working days in which a unit answers. */
export const ANSWER_DAYS = 2

export type InquiryMessage = { at: string; text: string }

export type Inquiry = {
  id: string
  /** Null while no unit has an officer. */
  unitName: string | null
  askedAt: Date
  dueAt: Date
  messages: InquiryMessage[]
  box: Uint8Array
}

export type Desk = { id: string; name: string }

/**
 * The nearest unit, from the member's own upwards, with an active officer; else the highest unit with one; else undefined.
 * @param roles only officers who have one of these; any without it
 */
export async function findDesk(db: Db, unitId: string | null, day: string, roles: readonly Role[] = []): Promise<Desk | undefined> {
  const wanted = JSON.stringify(roles)
  const near = unitId === null ? [] : await db.read(NEAREST, [unitId, day, wanted, wanted])
  const [row] = near.length > 0 ? near : await db.read(HIGHEST, [wanted, wanted, day])
  return row && { id: String(row.id), name: String(row.name) }
}

/** The inquiry of this person that still waits for an answer. */
export async function findOpenInquiry(db: Db, keys: Keys, contactId: string): Promise<Inquiry | undefined> {
  const [row] = await db.read(
    `SELECT i.id, i.box, i.asked_at, i.due_at, u.name FROM inquiries i LEFT JOIN units u ON u.id = i.unit_id
     WHERE i.contact_id = ? AND i.state = 'waiting' ORDER BY i.asked_at LIMIT 1`,
    [contactId],
  )
  if (!row) return undefined
  const box = row.box as Uint8Array
  return {
    id: String(row.id),
    unitName: row.name as string | null,
    askedAt: new Date(String(row.asked_at)),
    dueAt: new Date(String(row.due_at)),
    messages: await openJson<InquiryMessage[]>(keys, 'inquiry', box, String(row.id)),
    box,
  }
}

/** Queues a new inquiry. Guarded: with one open already (asked at the same moment elsewhere) the turn is decided again. */
export async function openInquiry(
  keys: Keys,
  asked: { id: string; contactId: string; addressId: string; unitId: string | null; text: string; now: Date; dueAt: Date },
): Promise<Statement[]> {
  const at = asked.now.toISOString()
  const box = await seal(keys, asked.id, [{ at, text: asked.text }])
  return [
    {
      sql: `INSERT INTO inquiries(id, contact_id, address_id, unit_id, box, asked_at, due_at) SELECT ?, ?, ?, ?, ?, ?, ?
            WHERE NOT EXISTS (SELECT 1 FROM inquiries WHERE contact_id = ? AND state = 'waiting')`,
      args: [asked.id, asked.contactId, asked.addressId, asked.unitId, box, at, asked.dueAt.toISOString(), asked.contactId],
    },
    guard(),
  ]
}

/** Adds a message to an inquiry as it was read; guarded, so that nothing written meanwhile is lost. */
export async function addToInquiry(keys: Keys, inquiry: Inquiry, message: InquiryMessage): Promise<Statement[]> {
  const box = await seal(keys, inquiry.id, [...inquiry.messages, message])
  return [
    { sql: "UPDATE inquiries SET box = ? WHERE id = ? AND state = 'waiting' AND box = ?", args: [box, inquiry.id, inquiry.box] },
    guard(),
  ]
}

/** The member takes it back: nothing of it stays. Guarded: only one's own, and only while it waits. */
export function withdrawInquiry(id: string, contactId: string): Statement[] {
  return [{ sql: "DELETE FROM inquiries WHERE id = ? AND contact_id = ? AND state = 'waiting'", args: [id, contactId] }, guard()]
}

const seal = (keys: Keys, id: string, messages: InquiryMessage[]) => keys.seal('inquiry', JSON.stringify(messages), id)

const OPEN_UNIT = '(u.valid_to IS NULL OR u.valid_to >= ?)'

// An empty list asks for no role.
const WITH_ROLE = "(? = '[]' OR EXISTS (SELECT 1 FROM json_each(o.roles) r WHERE r.value IN (SELECT value FROM json_each(?))))"

const NEAREST = `WITH RECURSIVE ${ABOVE}
  SELECT u.id, u.name FROM above a JOIN units u ON u.id = a.id
  WHERE ${OPEN_UNIT} AND EXISTS (SELECT 1 FROM officers o WHERE o.unit_id = u.id AND o.active = 1 AND ${WITH_ROLE})
  ORDER BY a.depth LIMIT 1`

// A unit's path holds those above it, so the highest unit has the fewest steps in it.
const HIGHEST = `SELECT DISTINCT u.id, u.name, u.path FROM officers o JOIN units u ON u.id = o.unit_id
  WHERE o.active = 1 AND ${WITH_ROLE} AND ${OPEN_UNIT}
  ORDER BY length(u.path) - length(replace(u.path, '/', '')), length(u.path), u.id LIMIT 1`
