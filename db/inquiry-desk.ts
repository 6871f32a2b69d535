/**
 * The officers' side of members' inquiries (F70): the queue of their units, answering, handing over, closing. An officer
 * sees a unit, times and texts, never a contact or an address; each act is guarded by the state it was decided on, so
 * that two officers never answer the same inquiry.
 */

import type { Db, Keys, Locale, Reply, Row, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { openJson } from '../src/keys.ts'
import { ACTS, type Act, type Actor, scopeOf } from '../src/rights.ts'
import { sealReply } from '../src/sealed-reply.ts'
import { payloadOf } from '../src/text.ts'
import { dayOf, timeVi } from '../src/time.ts'
import { addWorkingDays } from '../src/working-days.ts'
import { recordAct } from './audit.ts'
import { guard } from './client.ts'
import { findHolidays } from './holidays.ts'
import { ANSWER_DAYS, type InquiryMessage } from './inquiries.ts'
import { listReachableOfficers, tellOfficers } from './officer-notices.ts'
import { findPushRules, isAllowedLink, linksIn } from './push-rules.ts'
import { type Desk, stillActing } from './rights.ts'
import { enqueueReplies } from './turns.ts'
import { isTop, subtreeOf } from './units.ts'

/** Characters of an answer. */
const ANSWER_MOST = 1000
/** Officers who are told of one new inquiry. */
const TOLD_MOST = 5

export type Waiting = {
  id: string
  unitId: string | null
  /** Null while no unit has it. */
  unitName: string | null
  path: string | null
  askedAt: Date
  dueAt: Date
}

/** What an officer has open: the texts, and what only the act itself needs. */
export type OpenInquiry = Waiting & {
  messages: InquiryMessage[]
  box: Uint8Array
  /** Where the member reads the answer; never shown. */
  to: { addressId: string; channel: string; locale: Locale }
}

export type Place = { id: string; name: string; path: string }

/** The queue of this officer's units, what is due first on top. @param after the last one seen */
export async function listWaiting(
  { db, actor }: Pick<Desk, 'db' | 'actor'>,
  { after, limit }: { after?: Pick<Waiting, 'id' | 'dueAt'> | undefined; limit: number },
): Promise<Waiting[]> {
  const paths = scopeOf(actor, 'inquiry.read')
  if (paths.length === 0) return []
  const inside = [...paths.map(() => '(u.path >= ? AND u.path < ?)'), ...(paths.some(isTop) ? ['u.id IS NULL'] : [])].join(' OR ')
  const rows = await db.read(
    `SELECT i.id, i.unit_id, coalesce(u.short_name, u.name) AS unit_name, u.path, i.asked_at, i.due_at
     FROM inquiries i INDEXED BY inquiries_due LEFT JOIN units u ON u.id = i.unit_id
     WHERE i.state = 'waiting' AND (${inside}) AND (i.due_at, i.id) > (?, ?) ORDER BY i.due_at, i.id LIMIT ?`,
    [...paths.flatMap((path) => subtreeOf(path)), after?.dueAt.toISOString() ?? '', after?.id ?? '', limit],
  )
  return rows.map(waitingOf)
}

/**
 * The inquiry, for an officer who may do this with it. Throws AppError `not_found` also where they may not, so that nobody
 * probes; `conflict` when it is answered or closed.
 */
export async function requireInquiry({ db, keys, actor }: Pick<Desk, 'db' | 'keys' | 'actor'>, id: string, act: Act): Promise<OpenInquiry> {
  const [row] = await db.read(
    `SELECT i.id, i.unit_id, u.name AS unit_name, u.path, i.asked_at, i.due_at, i.box, i.state, i.address_id, a.channel, c.locale
     FROM inquiries i LEFT JOIN units u ON u.id = i.unit_id
     JOIN addresses a ON a.id = i.address_id JOIN contacts c ON c.id = i.contact_id WHERE i.id = ?`,
    [id],
  )
  if (!row || !isWithin(actor, act, row.path as string | null)) throw new AppError('not_found', 'desk.inquiry_gone')
  if (row.state !== 'waiting') throw new AppError('conflict', 'desk.inquiry_moved')
  const box = row.box as Uint8Array
  return {
    ...waitingOf(row),
    messages: await openJson<InquiryMessage[]>(keys, 'inquiry', box, id),
    box,
    to: { addressId: String(row.address_id), channel: String(row.channel), locale: row.locale as Locale },
  }
}

/** That an officer opened it: what a member wrote is read by nobody unseen. */
export function recordReading({ actor, now }: Pick<Desk, 'actor' | 'now'>, { id, unitId }: Waiting): Statement {
  return recordAct(actor, { act: 'inquiry.read', unitId, about: ['inquiry', id] }, now)
}

/** Throws AppError `invalid` with the text key of what is wrong: too long, or a link that is not allowed (R16). */
export async function checkAnswer({ db, ownHost }: Pick<Desk, 'db' | 'ownHost'>, text: string): Promise<void> {
  if (text === '' || text.length > ANSWER_MOST) throw new AppError('invalid', 'desk.answer_long')
  const rules = await findPushRules(db)
  if (linksIn(text).some((link) => !isAllowedLink(link, rules, ownHost))) throw new AppError('invalid', 'desk.bad_link')
}

/** The answer goes to the member as a reply; what they wrote is let go of 30 days later. */
export async function answerInquiry(desk: Desk, inquiry: OpenInquiry, text: string): Promise<Statement[]> {
  await checkAnswer(desk, text)
  const reply: Reply = { text: { key: 'desk.member_answer', params: { unit: speaksFor(desk.actor, inquiry), text } }, buttons: [ASK] }
  return end(desk, inquiry, 'answered', 'inquiry.answer', reply)
}

/** Ends it without an answer; the member is told. */
export async function closeInquiry(desk: Desk, inquiry: OpenInquiry): Promise<Statement[]> {
  const reply: Reply = { text: { key: 'desk.member_closed', params: { unit: speaksFor(desk.actor, inquiry) } }, buttons: [ASK] }
  return end(desk, inquiry, 'closed', 'inquiry.close', reply)
}

/** Where it can be handed over: the nearest unit above, and a page of those below, each with an officer who may answer. */
export async function findHandOvers(
  { db, actor, now }: Pick<Desk, 'db' | 'actor' | 'now'>,
  inquiry: Waiting,
  { after, limit }: { after: string; limit: number },
): Promise<{ above: Place | undefined; below: Place[] }> {
  const { unitId, path } = inquiry
  const day = dayOf(now)
  const above = path?.split('/').filter((id) => id !== '' && id !== unitId) ?? []
  const [top] = await db.read(`${PLACES} AND u.id IN (SELECT value FROM json_each(?)) ORDER BY length(u.path) DESC LIMIT 1`, [
    day,
    ANSWERERS,
    JSON.stringify(above),
  ])
  const roots = path === null ? scopeOf(actor, 'inquiry.answer').filter(isTop) : [path]
  const inside = roots.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ')
  const below = await db.read(`${PLACES} AND (${inside || '0'}) AND u.id <> ? AND u.path > ? ORDER BY u.path LIMIT ?`, [
    day,
    ANSWERERS,
    ...roots.flatMap((root) => subtreeOf(root)),
    unitId ?? '',
    after,
    limit,
  ])
  return { above: top && placeOf(top), below: below.map(placeOf) }
}

/** Another unit answers from now on, by a new time; the member and that unit's officers are told. Throws AppError `not_found`. */
export async function handOver(
  desk: Desk,
  inquiry: OpenInquiry,
  toUnitId: string,
): Promise<{ writes: Statement[]; place: Place; dueAt: Date }> {
  const { db, keys, actor, now } = desk
  const place = await findPlace(desk, inquiry, toUnitId)
  if (!place) throw new AppError('not_found', 'desk.unit_gone')
  const dueAt = addWorkingDays(now, ANSWER_DAYS, await findHolidays(db, now))
  const words: Reply = { text: { key: 'desk.member_handed', params: { unit: place.name, due: timeVi(dueAt) } } }
  const writes = [
    ...stillActing(actor),
    {
      sql: "UPDATE inquiries SET unit_id = ?, due_at = ? WHERE id = ? AND state = 'waiting' AND unit_id IS ?",
      args: [place.id, dueAt.toISOString(), inquiry.id, inquiry.unitId],
    },
    guard(),
    await tellMember(keys, inquiry, words, now),
    ...(await tellDesk(db, keys, place.id, now)),
    recordAct(actor, { act: 'inquiry.hand_over', unitId: inquiry.unitId, about: ['inquiry', inquiry.id], detail: { to: place.id } }, now),
  ]
  return { writes, place, dueAt }
}

/** One neutral line to officers of the unit that has a new inquiry: what it says is read at the desk alone. */
export async function tellDesk(db: Db, keys: Keys, unitId: string, now: Date): Promise<Statement[]> {
  const officers = await listReachableOfficers(db, { unitId, roles: ACTS['inquiry.answer'], limit: TOLD_MOST })
  return (await tellOfficers(db, keys, officers, { text: { key: 'desk.new_inquiry' }, buttons: [QUEUE] }, now)).writes
}

async function end(desk: Desk, inquiry: OpenInquiry, state: 'answered' | 'closed', act: string, reply: Reply): Promise<Statement[]> {
  const { keys, actor, now } = desk
  return [
    ...stillActing(actor),
    // The box as the officer read it: what the member adds meanwhile is read first.
    {
      sql: `UPDATE inquiries SET state = ?, officer_id = ?, answered_at = ?
            WHERE id = ? AND state = 'waiting' AND unit_id IS ? AND box = ?`,
      args: [state, actor.officerId, now.toISOString(), inquiry.id, inquiry.unitId, inquiry.box],
    },
    guard(),
    await tellMember(keys, inquiry, reply, now),
    recordAct(actor, { act, unitId: inquiry.unitId, about: ['inquiry', inquiry.id] }, now),
  ]
}

async function tellMember(keys: Keys, { to }: OpenInquiry, reply: Reply, now: Date): Promise<Statement> {
  return enqueueReplies([
    { channel: to.channel, addressId: to.addressId, body: await sealReply(keys, reply, to.locale), at: now.getTime() },
  ])
}

async function findPlace(desk: Desk, inquiry: Waiting, unitId: string): Promise<Place | undefined> {
  const { above } = await findHandOvers(desk, inquiry, { after: '', limit: 0 })
  if (above?.id === unitId) return above
  const [row] = await desk.db.read(`${PLACES} AND u.id = ?`, [dayOf(desk.now), ANSWERERS, unitId])
  const place = row && placeOf(row)
  const roots = inquiry.path === null ? scopeOf(desk.actor, 'inquiry.answer').filter(isTop) : [inquiry.path]
  return place && place.id !== inquiry.unitId && roots.some((root) => place.path.startsWith(root)) ? place : undefined
}

/** Whose officer the member hears: the officer's own unit where their own right reaches, else the unit whose right is lent to them. */
function speaksFor({ grants, unitName }: Actor, inquiry: Waiting): string {
  const own = grants.some(({ path, delegated }) => !delegated && (inquiry.path === null || inquiry.path.startsWith(path)))
  return own ? unitName : (inquiry.unitName ?? unitName)
}

function isWithin(actor: Actor, act: Act, path: string | null): boolean {
  return scopeOf(actor, act).some((scope) => (path === null ? isTop(scope) : path.startsWith(scope)))
}

const ANSWERERS = JSON.stringify(ACTS['inquiry.answer'])

const PLACES = `SELECT u.id, coalesce(u.short_name, u.name) AS name, u.path FROM units u
  WHERE (u.valid_to IS NULL OR u.valid_to >= ?) AND EXISTS (
    SELECT 1 FROM officers o, json_each(o.roles) r
    WHERE o.unit_id = u.id AND o.active = 1 AND r.value IN (SELECT value FROM json_each(?)))`

const placeOf = ({ id, name, path }: Row): Place => ({ id: String(id), name: String(name), path: String(path) })

/** Both come unasked, where a digit would belong to something else: each has a word. */
const ASK = { label: { key: 'common.b_officer' }, payload: payloadOf('officer', 'start'), word: 'gặp cán bộ' }
const QUEUE = { label: { key: 'desk.b_queue' }, payload: payloadOf('desk', 'list'), word: 'hàng chờ' }

function waitingOf(row: Row): Waiting {
  const text = (value: Row[string] | undefined) => (value === null || value === undefined ? null : String(value))
  return {
    id: String(row.id),
    unitId: text(row.unit_id),
    unitName: text(row.unit_name),
    path: text(row.path),
    askedAt: new Date(String(row.asked_at)),
    dueAt: new Date(String(row.due_at)),
  }
}
