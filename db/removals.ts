/**
 * "Xóa hẳn": one officer of the case asks that it, or one of its photos, be removed for good, and says why; a second one, who
 * sees number, unit, who asks and the reason but never the report, lets it through. Both by their own hand. What remains is the
 * bare row, the kind of reason and both officers in the audit log. A report is not removed while an authority is waited
 * for or others are merged with it; a photo always may be, because a child's does not wait (R13), and what a packet carried
 * is said to be with its recipient.
 */
import type { Row, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { evenJson } from '../src/keys.ts'
import { REMOVAL_DAYS, REMOVED_OUTCOME, type RemovalKind, removedReason } from '../src/removal.ts'
import { demand, demandAtTop } from '../src/rights.ts'
import { dayOf, hourOf } from '../src/time.ts'
import { addWorkingDays } from '../src/working-days.ts'
import { changeCase, recordCaseAct } from './case-change.ts'
import { isWithin, type OpenCase, openCaseOf } from './case-desk.ts'
import { addEvent } from './case-events.ts'
import { emptyCase } from './case-gone.ts'
import { markAgain } from './case-marks.ts'
import { guard, guardThat } from './client.ts'
import { dropWithObjects } from './gone-objects.ts'
import { type Hand, useHand } from './hand.ts'
import { findHolidays } from './holidays.ts'
import { tellOfficers } from './officer-notices.ts'
import { requireCasePhoto } from './photo-facts.ts'
import { listRemovalsOf, type Removal, type RemovalBox, removalOf, SELECT_REMOVALS } from './removal-list.ts'
import { type Desk, stillActing } from './rights.ts'
import { demandSecond, listSeconds, stillIndependent } from './second-officer.ts'

/** Requests of one case that are looked at for one that waits. */
const LOOKED_AT = 50

export type Asked = { photoId: string | null; kind: RemovalKind; reason: string }

/** The case, where this officer may ask now. Throws AppError like `requireCase`. */
export function checkRemoving(desk: Desk, caseId: string): Promise<OpenCase> {
  return openCaseOf(desk, caseId, 'removal.ask')
}

/**
 * Asks for it. Uses the hand up. Throws AppError `conflict` (asked already, an authority is waited for, merged), `forbidden`,
 * `not_found` (a photo of another case).
 */
export async function askRemoval(desk: Desk, caseId: string, { photoId, kind, reason }: Asked, hand: Hand): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  const open = await checkRemoving(desk, caseId)
  if (photoId === null) await refuseWhole(desk, open.id, open.mergedInto)
  else await requireCasePhoto(db, keys, caseId, photoId)
  const running = (await listRemovalsOf(desk, caseId, LOOKED_AT)).filter(({ state }) => state === 'asked')
  if (running.some((one) => one.photoId === photoId)) throw new AppError('conflict', 'console_removals.asked_already')
  const id = desk.id()
  const box: RemovalBox = { at: now.toISOString(), reason }
  const granters = await listSeconds(desk, caseId, open.path)
  const { writes: notices } = await tellOfficers(db, keys, granters, { text: { key: 'console_identity.tell' } }, now)
  return [
    ...(await useHand(db, keys, actor.officerId, hand, now)),
    ...(await changeCase(desk, open, { event: { kind: 'removal_asked', detail: detailOf(id, kind, photoId) } }, 'removal.ask')),
    { sql: "UPDATE removals SET state = 'expired' WHERE state = 'asked' AND until_day < ?", args: [dayOf(now)] },
    guardThat("NOT EXISTS (SELECT 1 FROM removals WHERE case_id = ? AND state = 'asked' AND photo_id IS ?)", [caseId, photoId]),
    {
      sql: 'INSERT INTO removals(id, case_id, photo_id, reason, asked_by, asked_hour, until_day, box) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      args: [
        ...[id, caseId, photoId, kind, actor.officerId, hourOf(now), dayOf(addWorkingDays(now, REMOVAL_DAYS, await findHolidays(db, now)))],
        await keys.seal('removal-reason', evenJson(box), id),
      ],
    },
    ...notices,
  ]
}

/** A request as the second officer sees it. Throws AppError `not_found` where they may not decide it, `forbidden`, `conflict`. */
export async function requireRemoval(desk: Desk, id: string): Promise<Removal> {
  const { db, keys, actor, now } = desk
  const [row] = await db.read(`${SELECT_REMOVALS} WHERE r.id = ?`, [id])
  const path = row?.path === null || row === undefined ? null : String(row.path)
  if (!row || !isWithin(actor, 'removal.grant', path)) throw new AppError('not_found', 'console_identity.request_gone')
  const removal = await removalOf(keys, row, now)
  await demandSecond(desk, removal, path, 'removal.grant')
  if (removal.state === 'expired') throw new AppError('conflict', 'console_identity.expired')
  if (removal.state !== 'asked') throw new AppError('conflict', 'console_identity.decided')
  return removal
}

/** The second officer's word, and with it the removal itself. Uses the hand up. Throws AppError like `requireRemoval`. */
export async function decideRemoval(desk: Desk, id: string, granted: boolean, hand: Hand): Promise<Statement[]> {
  const { db, keys, actor, now } = desk
  const removal = await requireRemoval(desk, id)
  const { caseId, photoId, kind, askedBy } = removal
  const [found] = await db.read(
    `SELECT c.version, c.opened_hour, c.merged_into, c.unit_id, u.path FROM cases c LEFT JOIN units u ON u.id = c.unit_id WHERE c.id = ?`,
    [caseId],
  )
  if (!found) throw new AppError('not_found', 'console_identity.request_gone')
  const row = rowOf(caseId, found)
  const detail = { ...detailOf(id, kind, photoId), askedBy }
  const decided = [
    ...(await useHand(db, keys, actor.officerId, hand, now)),
    {
      sql: "UPDATE removals SET state = 'refused', decided_by = ?, decided_hour = ? WHERE id = ? AND state = 'asked' AND asked_by <> ?",
      args: [actor.officerId, hourOf(now), id, actor.officerId],
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
  if (!granted) return [...decided, ...(await changeCase(desk, row, { event: { kind: 'removal_refused', detail } }, 'removal.grant'))]
  if (photoId !== null) return [...decided, ...(await removePhoto(desk, row, photoId, detail))]
  await refuseWhole(desk, caseId, found.merged_into)
  if (row.path === null) demandAtTop(actor, 'removal.grant')
  else demand(actor, 'removal.grant', row.path)
  return [
    ...stillActing(actor),
    ...decided,
    guardThat(MAY_GO, [caseId, caseId]),
    ...(await emptyCase(
      desk,
      { id: caseId, version: row.version, openedHour: String(found.opened_hour) },
      { gone: 'removed', reasonId: removedReason(kind), outcomeId: REMOVED_OUTCOME, way: true },
    )),
    await addEvent(keys, {
      ...{ id: desk.id(), caseId, kind: 'removed', officerId: actor.officerId, relay: true, now },
      detail: { ...detail, to: 'closed', reason: removedReason(kind) },
    }),
    recordCaseAct(actor, row, 'case.removed', now, detail),
  ]
}

/** The photo with all that was made of it; what it looked like is no trait of the case any more. */
async function removePhoto(desk: Desk, row: ReturnType<typeof rowOf>, photoId: string, detail: Detail): Promise<Statement[]> {
  return [
    ...(await changeCase(desk, row, { event: { kind: 'photo_removed', detail, relay: true } }, 'removal.grant')),
    guardThat('EXISTS (SELECT 1 FROM photos WHERE id = ? AND case_id = ?)', [photoId, row.id]),
    ...dropWithObjects(['p.id = ? AND p.case_id = ?', [photoId, row.id]]),
    { sql: 'DELETE FROM removals WHERE case_id = ? AND photo_id = ?', args: [row.id, photoId] },
    { sql: 'DELETE FROM case_marks WHERE case_id = ?', args: [row.id] },
    markAgain(row.id),
  ]
}

/** Was a paper sent while the newest copy of this photo was one that may leave the house? Then its recipient may have it. */
export async function mayBeCarried({ db }: Pick<Desk, 'db'>, caseId: string): Promise<boolean> {
  const rows = await db.read(
    `SELECT 1 FROM hand_overs h WHERE h.case_id IN (?, (SELECT merged_into FROM cases WHERE id = ?)) AND h.state <> 'draft' LIMIT 1`,
    [caseId, caseId],
  )
  return rows.length > 0
}

/** No answer is waited for, and it stands alone. Takes the case's id twice. */
const MAY_GO = `NOT EXISTS (SELECT 1 FROM hand_overs WHERE case_id = ? AND state = 'sent')
  AND NOT EXISTS (SELECT 1 FROM cases WHERE merged_into = ?)`

async function refuseWhole({ db }: Pick<Desk, 'db'>, caseId: string, mergedInto: Row[string] | undefined): Promise<void> {
  const [row] = await db.read(
    `SELECT EXISTS (SELECT 1 FROM hand_overs WHERE case_id = ? AND state = 'sent') AS waits, EXISTS (SELECT 1 FROM cases WHERE merged_into = ?) AS others`,
    [caseId, caseId],
  )
  if (row?.waits === 1) throw new AppError('conflict', 'console_removals.handed_over')
  if (row?.others === 1 || (mergedInto !== null && mergedInto !== undefined)) throw new AppError('conflict', 'console_removals.merged')
}

type Detail = ReturnType<typeof detailOf> & { askedBy?: string }
const detailOf = (removal: string, kind: RemovalKind, photoId: string | null) => ({
  removal,
  why: kind,
  what: photoId === null ? 'case' : 'photo',
})

function rowOf(id: string, { version, unit_id, path }: Row) {
  return {
    id,
    version: Number(version),
    unitId: unit_id === null || unit_id === undefined ? null : String(unit_id),
    path: path === null || path === undefined ? null : String(path),
  }
}
