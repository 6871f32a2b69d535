/**
 * A case goes to another unit: one below the officer's own, or the nearest above that has a case officer. Never to the unit
 * its member did not want, nor to any below that one (R8). Who had it has it no more; officers there are told that something waits.
 */
import type { Row, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { ACTS, scopeOf } from '../src/rights.ts'
import { dayOf } from '../src/time.ts'
import { changeCase } from './case-change.ts'
import { type OpenCase, openCaseOf, type Sight } from './case-desk.ts'
import { isKept, keptRanges } from './case-kept.ts'
import { findNearestOfficers, tellCaseOfficers } from './case-officers.ts'
import { requireSeen } from './case-seen.ts'
import type { Desk } from './rights.ts'
import { isTop, subtreeOf } from './units.ts'

export type CasePlace = { id: string; name: string; path: string }

/** The nearest unit above, and a page of those below, each with a case officer and none that is kept away. @param after path of the last one seen */
export async function listTransfers(
  { db, keys, actor, now }: Sight & Pick<Desk, 'now'>,
  { id, unitId, path }: OpenCase,
  { after, limit }: { after: string; limit: number },
): Promise<{ above: CasePlace | undefined; below: CasePlace[] }> {
  const day = dayOf(now)
  const kept = keptSql(await keptRanges({ db, keys }, { id, path }))
  const up = (path ?? '').split('/').filter((id) => id !== '' && id !== unitId)
  const roots = path === null ? scopeOf(actor, 'case.work').filter(isTop) : [path]
  const inside = roots.map(() => '(u.path >= ? AND u.path < ?)').join(' OR ') || '0'
  const [above, below] = await Promise.all([
    db.read(`${PLACES} AND u.id IN (SELECT value FROM json_each(?)) ${kept.sql} ORDER BY length(u.path) DESC LIMIT 1`, [
      ...[day, WORKERS, JSON.stringify(up)],
      ...kept.args,
    ]),
    db.read(`${PLACES} AND (${inside}) AND u.id <> ? AND u.path > ? ${kept.sql} ORDER BY u.path LIMIT ?`, [
      ...[day, WORKERS, ...roots.flatMap((root) => subtreeOf(root)), unitId ?? '', after],
      ...[...kept.args, limit],
    ]),
  ])
  return { above: above.map(placeOf)[0], below: below.map(placeOf) }
}

/** Throws AppError `forbidden` for a unit that is kept away, `not_found` for one that cannot take it, `conflict`. */
export async function transferCase(desk: Desk, id: string, { version, unitId }: { version: number; unitId: string }): Promise<CasePlace> {
  const { db, keys, now, ownHost } = desk
  const found = await requireSeen(desk, id, version)
  if (found.state === 'closed') throw new AppError('conflict', 'case.is_closed')
  const place = await findPlace(desk, await openCaseOf(desk, id, 'case.work'), unitId)
  const officers = await findNearestOfficers(db, place.path, { caseId: id })
  await db.write([
    ...(await changeCase(desk, found, {
      set: ['unit_id = ?, assignee_id = NULL', [place.id]],
      event: { kind: 'transferred', detail: { unit_from: found.unitId, unit_to: place.id } },
    })),
    ...(await tellCaseOfficers(db, keys, officers, { text: { key: 'case.tell_transferred' }, host: ownHost, now })),
  ])
  return place
}

async function findPlace(desk: Desk, open: OpenCase, unitId: string): Promise<CasePlace> {
  const { db, actor, now } = desk
  const [row] = await db.read(`${PLACES} AND u.id = ?`, [dayOf(now), WORKERS, unitId])
  const place = row && placeOf(row)
  if (!place || place.id === open.unitId) throw new AppError('not_found', 'desk.unit_gone')
  if (isKept(await keptRanges(desk, open), place.path)) throw new AppError('forbidden', 'case.kept_from')
  const roots = open.path === null ? scopeOf(actor, 'case.work').filter(isTop) : [open.path]
  if (roots.some((root) => place.path.startsWith(root))) return place
  const { above } = await listTransfers(desk, open, { after: '', limit: 0 })
  if (above?.id !== place.id) throw new AppError('not_found', 'desk.unit_gone')
  return place
}

function keptSql(ranges: ReadonlyArray<[from: string, to: string]>): { sql: string; args: Value[] } {
  return { sql: ranges.map(() => 'AND NOT (u.path >= ? AND u.path < ?)').join(' '), args: ranges.flat() }
}

const WORKERS = JSON.stringify(ACTS['case.work'])

const PLACES = `SELECT u.id, coalesce(u.short_name, u.name) AS name, u.path FROM units u
  WHERE (u.valid_to IS NULL OR u.valid_to >= ?) AND EXISTS (
    SELECT 1 FROM officers o, json_each(o.roles) r
    WHERE o.unit_id = u.id AND o.active = 1 AND r.value IN (SELECT value FROM json_each(?)))`

const placeOf = ({ id, name, path }: Row): CasePlace => ({ id: String(id), name: String(name), path: String(path) })
