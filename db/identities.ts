/**
 * Opening what a member typed of themselves (F31, R7): one officer of the case asks and says why, a second one who decides
 * sees the number, the unit, who asks and the reason, never the report. Granted, the first one alone looks, for an hour; each
 * look is logged, and the member is told. Nobody of a unit the member did not want to see it takes part (R8).
 */

import type { Identity } from '../src/case.ts'
import type { Row, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { ASKED_DAYS, OPEN_MS, type OpeningPurpose } from '../src/identity.ts'
import { evenJson } from '../src/keys.ts'
import { withoutLoansOf } from '../src/rights.ts'
import { dayOf, hourOf } from '../src/time.ts'
import { addWorkingDays } from '../src/working-days.ts'
import { changeCase } from './case-change.ts'
import { CONFLICT, isWithin, openCaseOf } from './case-desk.ts'
import { isKeptFrom } from './case-kept.ts'
import { findWays, openIdentity } from './case-links.ts'
import { conflictOf, guard, guardThat } from './client.ts'
import { type Hand, useHand } from './hand.ts'
import { findHolidays } from './holidays.ts'
import { listOpeningsOf, type Opening, type OpeningBox, openingOf, SELECT_OPENINGS } from './identity-list.ts'
import { tellOfficers } from './officer-notices.ts'
import type { Desk } from './rights.ts'

/** Officers told of a request at their chats: the nearest to the case. */
const TOLD_MOST = 10
const TRIES = 4

/**
 * Asks to see the name or phone of a case. Uses the hand up. Throws AppError `conflict` (closed, nothing was left, asked
 * already), `forbidden`, `not_found`, all with a text key. @param why in at least a sentence (`reasonSchema`)
 */
export async function askIdentity(
  desk: Desk,
  caseId: string,
  why: { purpose: OpeningPurpose; reason: string },
  hand: Hand,
): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  const open = await checkAsking(desk, caseId)
  const [running] = (await listOpeningsOf(desk, caseId, 1)).filter(({ state }) => state === 'asked')
  if (running) throw new AppError('conflict', 'console_identity.asked_already')
  const id = desk.id()
  const today = dayOf(now)
  const box: OpeningBox = { ...why, at: now.toISOString() }
  const granters = await listGranters(desk, caseId, open.path)
  const { writes: notices } = await tellOfficers(db, keys, granters, { text: { key: 'console_identity.tell' } }, now)
  return [
    ...(await useHand(db, keys, actor.officerId, hand, now)),
    ...(await changeCase(desk, open, { event: { kind: 'identity_asked', detail: { opening: id, purpose: why.purpose } } }, 'identity.ask')),
    { sql: "UPDATE identity_openings SET state = 'expired' WHERE state = 'asked' AND until_day < ?", args: [today] },
    guardThat("NOT EXISTS (SELECT 1 FROM identity_openings WHERE case_id = ? AND state = 'asked')", [caseId]),
    {
      sql: 'INSERT INTO identity_openings(id, case_id, asked_by, asked_hour, until_day, box) VALUES (?, ?, ?, ?, ?, ?)',
      args: [
        ...[id, caseId, actor.officerId, hourOf(now), dayOf(addWorkingDays(now, ASKED_DAYS, await findHolidays(db, now)))],
        await keys.seal('identity-reason', evenJson(box), id),
      ],
    },
    ...notices,
  ]
}

/** The case, where this officer may ask now. Throws AppError like `askIdentity`. */
export async function checkAsking(desk: Desk, caseId: string) {
  const open = await openCaseOf(desk, caseId, 'identity.ask')
  if (open.state === 'closed') throw new AppError('conflict', 'console_identity.closed')
  if (!(await findWays(desk.db, desk.keys, caseId)).identity) throw new AppError('conflict', 'console_identity.none_left')
  return open
}

/** A request as the second officer sees it. Throws AppError `not_found` where they may not decide it, `forbidden`, `conflict`. */
export async function requireRequest(desk: Desk, id: string): Promise<Opening> {
  const { db, keys, actor, now } = desk
  const [row] = await db.read(`${SELECT_OPENINGS} WHERE i.id = ?`, [id])
  if (!row || !isWithin(actor, 'identity.grant', row.path === null ? null : String(row.path)))
    throw new AppError('not_found', 'console_identity.request_gone')
  const opening = await openingOf(keys, row, now)
  if (opening.askedBy === actor.officerId) throw new AppError('forbidden', 'console_identity.own')
  // Who has to do with a merged case decides nothing of its main one either, and who is kept from it decides nothing.
  const [facts] = await db.read(`SELECT c.id, c.merged_into, ${CONFLICT} AS conflict FROM cases c WHERE c.id = ?`, [
    actor.officerId,
    opening.caseId,
  ])
  const path = row.path === null ? null : String(row.path)
  if (!facts || (await isKeptFrom(desk, { id: String(facts.merged_into ?? facts.id), path }, actor.officerId)))
    throw new AppError('not_found', 'console_identity.request_gone')
  if (facts.conflict === 1) throw new AppError('forbidden', 'case.conflicted')
  if (!(await isIndependent(desk, opening.askedBy, path))) throw new AppError('forbidden', 'console_identity.not_independent')
  return opening
}

/**
 * Two officers are two people only where the second has neither the right nor the seat from the first: a role that was lent
 * for this, or an account that was made for it, is the first one's own hand.
 */
export async function isIndependent(
  { db, actor }: Desk,
  askedBy: string,
  path: string | null,
  act: 'identity.grant' | 'removal.grant' = 'identity.grant',
): Promise<boolean> {
  if (!isWithin(withoutLoansOf(actor, [askedBy]), act, path)) return false
  return (await db.read(SEATED, [actor.officerId, askedBy])).length === 0
}

/** What the second of two officers (?1) has through the first (?2). */
export const SEATED = `SELECT 1 FROM audit a INDEXED BY audit_about
    WHERE a.about = 'officer' AND a.about_id = ?1 AND a.officer_id = ?2 AND a.outcome = 'done'
      AND a.act IN ('officer.add', 'officer.roles', 'officer.bind_code', 'officer.unbind')
  UNION ALL
  SELECT 1 FROM delegations d JOIN audit b INDEXED BY audit_about ON b.about = 'delegation' AND b.about_id = d.id
    WHERE d.officer_id = ?1 AND d.ended_at IS NULL AND b.officer_id = ?2 AND b.act = 'officer.lend' AND b.outcome = 'done'`

/** The same as the act commits. */
export const stillIndependent = (second: string, first: string): Statement =>
  guardThat(`NOT EXISTS (${SEATED.replaceAll('?1', '?').replaceAll('?2', '?')})`, [second, first, second, first])

/** The second officer's word. Uses the hand up. Throws AppError `conflict` when it was decided, ran out or has no object any more. */
export async function decideIdentity(desk: Desk, id: string, granted: boolean, hand: Hand): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  const opening = await requireRequest(desk, id)
  const { caseId, askedBy, purpose, reason, at } = opening
  if (opening.state !== 'asked')
    throw new AppError('conflict', opening.state === 'expired' ? 'console_identity.expired' : 'console_identity.decided')
  const [found] = await db.read(
    'SELECT c.version, c.state, c.unit_id, u.path FROM cases c LEFT JOIN units u ON u.id = c.unit_id WHERE c.id = ?',
    [caseId],
  )
  if (!found || found.state === 'closed') throw new AppError('conflict', 'console_identity.closed')
  if (granted && !(await findWays(db, keys, caseId)).identity) throw new AppError('conflict', 'console_identity.none_left')
  const endsAt = new Date(now.getTime() + OPEN_MS)
  const box: OpeningBox = { purpose, reason, at: at.toISOString(), ...(granted ? { endsAt: endsAt.toISOString() } : {}) }
  const event = granted
    ? ({ kind: 'identity_granted', detail: { opening: id, purpose, askedBy }, relay: true } as const)
    : ({ kind: 'identity_refused', detail: { opening: id, purpose, askedBy } } as const)
  return [
    ...(await useHand(db, keys, actor.officerId, hand, now)),
    ...(await changeCase(desk, rowOf(caseId, found), { event }, 'identity.grant')),
    {
      sql: "UPDATE identity_openings SET state = ?, decided_by = ?, decided_hour = ?, box = ? WHERE id = ? AND state = 'asked' AND asked_by <> ?",
      args: [
        ...[granted ? 'granted' : 'refused', actor.officerId, hourOf(now)],
        await keys.seal('identity-reason', evenJson(box), id),
        ...[id, actor.officerId],
      ],
    },
    guard(),
    // Whoever asked has not left and not said since that they have to do with it.
    guardThat(
      `EXISTS (SELECT 1 FROM officers WHERE id = ? AND active = 1)
       AND NOT EXISTS (SELECT 1 FROM case_conflicts WHERE case_id = ? AND officer_id IN (?, ?))`,
      [askedBy, caseId, askedBy, actor.officerId],
    ),
    stillIndependent(actor.officerId, askedBy),
  ]
}

/**
 * What the member typed, for the officer who asked, within the hour; the look is logged before it is shown. Throws AppError
 * `forbidden` for everybody else and afterwards, `conflict` when it was erased meanwhile.
 */
export async function seeIdentity(desk: Desk, caseId: string): Promise<{ identity: Identity; opening: Opening; endsAt: Date }> {
  const { db, keys, actor, now } = desk
  for (let attempt = 1; ; attempt++) {
    const open = await openCaseOf(desk, caseId, 'identity.ask')
    const opening = (await listOpeningsOf(desk, caseId, OPENINGS_LOOKED_AT)).find((one) => mayLook(one, actor.officerId, now))
    if (!opening?.endsAt) throw new AppError('forbidden', 'console_identity.not_open')
    const identity = await openIdentity(db, keys, caseId)
    if (!identity) throw new AppError('conflict', 'console_identity.none_left')
    try {
      const event = { kind: 'identity_seen', detail: { opening: opening.id } } as const
      await db.write([
        ...(await changeCase(desk, open, { event }, 'identity.ask')),
        guardThat("EXISTS (SELECT 1 FROM identity_openings WHERE id = ? AND state = 'granted' AND asked_by = ?)", [
          opening.id,
          actor.officerId,
        ]),
      ])
      return { identity, opening, endsAt: opening.endsAt }
    } catch (error) {
      // The case moved on meanwhile: a look changes nothing that was decided.
      if (!conflictOf(error) || attempt >= TRIES) throw error
    }
  }
}

/** May this officer look at what this opening opened? */
export function mayLook({ state, askedBy, endsAt }: Opening, officerId: string, now: Date): boolean {
  return state === 'granted' && askedBy === officerId && endsAt !== undefined && now <= endsAt
}

const OPENINGS_LOOKED_AT = 10

/** Bound officers at the case's unit and above it who may decide, the nearest first. */
export async function listGranters({ db, actor }: Pick<Desk, 'db' | 'actor'>, caseId: string, path: string | null): Promise<string[]> {
  const above = path === null ? null : path.split('/').filter((id) => id !== '')
  const rows = await db.read(
    `SELECT o.id FROM officers o JOIN units u ON u.id = o.unit_id
     WHERE ${above === null ? 'u.parent_id IS NULL' : 'o.unit_id IN (SELECT value FROM json_each(?))'}
       AND o.active = 1 AND o.contact_id IS NOT NULL AND o.id <> ?
       AND EXISTS (SELECT 1 FROM json_each(o.roles) r WHERE r.value IN ('data', 'approver'))
       AND NOT EXISTS (SELECT 1 FROM case_conflicts x WHERE x.case_id = ? AND x.officer_id = o.id)
     ORDER BY length(u.path) DESC, o.id LIMIT ?`,
    [...(above === null ? [] : [JSON.stringify(above)]), actor.officerId, caseId, TOLD_MOST],
  )
  return rows.map(({ id }) => String(id))
}

function rowOf(id: string, { version, unit_id, path }: Row) {
  return {
    id,
    version: Number(version),
    unitId: unit_id === null ? null : String(unit_id),
    path: path === null || path === undefined ? null : String(path),
  }
}
