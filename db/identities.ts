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
import { dayOf, hourOf } from '../src/time.ts'
import { addWorkingDays } from '../src/working-days.ts'
import { changeCase } from './case-change.ts'
import { isWithin, openCaseOf } from './case-desk.ts'
import { findWays, openIdentity } from './case-links.ts'
import { conflictOf, guard, guardThat } from './client.ts'
import { type Hand, useHand } from './hand.ts'
import { findHolidays } from './holidays.ts'
import { listOpeningsOf, type Opening, type OpeningBox, openingOf, SELECT_OPENINGS } from './identity-list.ts'
import { tellOfficers } from './officer-notices.ts'
import type { Desk } from './rights.ts'
import { demandSecond, listSeconds, stillIndependent } from './second-officer.ts'

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
  const granters = await listSeconds(desk, caseId, open.path)
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
export async function requireWaiting(desk: Desk, id: string): Promise<Opening> {
  const { db, keys, actor, now } = desk
  const [row] = await db.read(`${SELECT_OPENINGS} WHERE i.id = ?`, [id])
  const path = row?.path === null || row === undefined ? null : String(row.path)
  if (!row || !isWithin(actor, 'identity.grant', path)) throw new AppError('not_found', 'console_identity.request_gone')
  const opening = await openingOf(keys, row, now)
  await demandSecond(desk, opening, path, 'identity.grant')
  if (opening.state === 'expired') throw new AppError('conflict', 'console_identity.expired')
  if (opening.state !== 'asked') throw new AppError('conflict', 'console_identity.decided')
  return opening
}

/** The second officer's word. Uses the hand up. Throws AppError `conflict` when it was decided, ran out or has no object any more. */
export async function decideIdentity(desk: Desk, id: string, granted: boolean, hand: Hand): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  const { caseId, askedBy, purpose, reason, at } = await requireWaiting(desk, id)
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

function rowOf(id: string, { version, unit_id, path }: Row) {
  return {
    id,
    version: Number(version),
    unitId: unit_id === null ? null : String(unit_id),
    path: path === null || path === undefined ? null : String(path),
  }
}
