/**
 * Who may be the second of two officers, wherever one asks something of a case that another has to let through (openings of an
 * identity, removals). They are two people only where the second has neither the right nor the seat from the first: a role that
 * was lent for this, or an account that was made for it, is the first one's own hand.
 */
import type { Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { withoutLoansOf } from '../src/rights.ts'
import { CONFLICT, isWithin } from './case-desk.ts'
import { isKeptFrom } from './case-kept.ts'
import { guardThat } from './client.ts'
import type { Desk } from './rights.ts'

/** Officers told of a request at their chats: the nearest to the case. */
const TOLD_MOST = 10

/**
 * Refuses who may not decide a request: its asker, whom the case is kept from, who has to do with it, the asker's own hand.
 * Throws AppError `forbidden`, `not_found`. @param path of the case's unit
 */
export async function demandSecond(
  desk: Desk,
  { askedBy, caseId }: { askedBy: string; caseId: string },
  path: string | null,
  act: 'identity.grant' | 'removal.grant',
): Promise<void> {
  const { db, actor } = desk
  if (askedBy === actor.officerId) throw new AppError('forbidden', 'console_identity.own')
  // Who has to do with a merged case decides nothing of its main one either, and who is kept from it decides nothing.
  const [facts] = await db.read(`SELECT c.id, c.merged_into, ${CONFLICT} AS conflict FROM cases c WHERE c.id = ?`, [
    actor.officerId,
    caseId,
  ])
  if (!facts || (await isKeptFrom(desk, { id: String(facts.merged_into ?? facts.id), path }, actor.officerId)))
    throw new AppError('not_found', 'console_identity.request_gone')
  if (facts.conflict === 1) throw new AppError('forbidden', 'case.conflicted')
  if (!isWithin(withoutLoansOf(actor, [askedBy]), act, path) || (await db.read(SEATED, [actor.officerId, askedBy])).length > 0)
    throw new AppError('forbidden', 'console_identity.not_independent')
}

/** What the second of two officers (?1) has through the first (?2). */
const SEATED = `SELECT 1 FROM audit a INDEXED BY audit_about
    WHERE a.about = 'officer' AND a.about_id = ?1 AND a.officer_id = ?2 AND a.outcome = 'done'
      AND a.act IN ('officer.add', 'officer.roles', 'officer.bind_code', 'officer.unbind')
  UNION ALL
  SELECT 1 FROM delegations d JOIN audit b INDEXED BY audit_about ON b.about = 'delegation' AND b.about_id = d.id
    WHERE d.officer_id = ?1 AND d.ended_at IS NULL AND b.officer_id = ?2 AND b.act = 'officer.lend' AND b.outcome = 'done'`

/** The same as the act commits. */
export const stillIndependent = (second: string, first: string): Statement =>
  guardThat(`NOT EXISTS (${SEATED.replaceAll('?1', '?').replaceAll('?2', '?')})`, [second, first, second, first])

/** Bound officers at the case's unit and above it who may decide, the nearest first. */
export async function listSeconds({ db, actor }: Pick<Desk, 'db' | 'actor'>, caseId: string, path: string | null): Promise<string[]> {
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
