/**
 * What a member adds to a case that is under way: an answer (F34), or that they are threatened because of it (F40). Written
 * like an officer's act, on the version that stands now, so that an act decided before fails; in the turn's own commit. It
 * stands in the case's side alone: by the hour outside the seal, and no contact anywhere.
 */
import { type CaseState, dueDayIn, URGENCY, urgencyOf } from '../src/case.ts'
import type { Db, Keys, Statement, Value } from '../src/chat.ts'
import { dayOf } from '../src/time.ts'
import { addEvent, type NewEvent } from './case-events.ts'
import { guard } from './client.ts'
import { findHolidays } from './holidays.ts'
import { attachPhotos } from './photos.ts'

type Parts = { db: Db; keys: Keys; id(): string; now: Date }

/** Photos of one case, those of the report and all that came later. */
const CASE_PHOTOS = 20

/**
 * An answer with its photos. A case that waited for it is looked at again, with a new due day. `gone`: it is kept no longer;
 * `closed`: nobody reads it any more.
 * @param danger the words speak of somebody's health (R12)
 */
export async function addAnswer(
  parts: Parts,
  caseId: string,
  { text, photos, danger }: { text: string; photos: string[]; danger: boolean },
): Promise<Statement[] | 'gone' | 'closed'> {
  const found = await findMain(parts.db, caseId)
  if (!found) return 'gone'
  if (found.state === 'closed' || found.gone) return 'closed'
  const raised: Change = danger ? ['rank = min(rank, ?), danger = 1', [URGENCY.danger]] : undefined
  const about = { ...(found.id === caseId ? {} : { of: caseId }), ...(danger ? { danger: true } : {}) }
  const { db, now } = parts
  const urgency = urgencyOf(danger ? Math.min(found.rank, URGENCY.danger) : found.rank)
  return [
    ...(await step(parts, found, raised, {
      kind: 'answered',
      detail: about,
      text,
      ...(photos.length > 0 ? { photos: photos.length } : {}),
    })),
    // With the case of who sent them: taken out of the main one again, it keeps them.
    ...(photos.length > 0 ? [attachPhotos(caseId, photos)] : []),
    ...(found.state === 'needs_info'
      ? await step(
          parts,
          { ...found, version: found.version + 1 },
          ["state = 'reviewing', reason_id = NULL, due_day = ?", [dueDayIn('reviewing', urgency, now, await findHolidays(db, now))]],
          {
            kind: 'moved',
            detail: { from: 'needs_info', to: 'reviewing' },
          },
        )
      : []),
  ]
}

/** Before all others, for its named officer alone, due today; a closed one is opened again. Undefined when it is kept no longer. */
export async function addThreat(parts: Parts, caseId: string, text: string): Promise<Statement[] | undefined> {
  const found = await findMain(parts.db, caseId)
  // Of one that was taken back or removed nothing is left to be read before all others.
  if (!found || found.gone) return undefined
  const today = dayOf(parts.now)
  return [
    ...(await step(parts, found, ['rank = ?, told_rank = 2, restricted = 1, due_day = ?, spam = 0', [URGENCY.threatened, today]], {
      kind: 'threatened',
      ...(found.id === caseId ? {} : { detail: { of: caseId } }),
      ...(text === '' ? {} : { text }),
    })),
    ...(found.state === 'closed'
      ? await step(
          parts,
          { ...found, version: found.version + 1 },
          ["state = 'reviewing', reason_id = NULL, outcome_id = NULL, closed_hour = NULL, spam = 0", []],
          {
            kind: 'moved',
            detail: { from: 'closed', to: 'reviewing' },
          },
        )
      : []),
  ]
}

/** How many photos the case still takes from its member. */
export async function findPhotoRoom(db: Db, caseId: string): Promise<number> {
  const found = await findMain(db, caseId)
  if (!found || found.gone) return 0
  const [row] = await db.read("SELECT count(*) AS n FROM photos WHERE case_id = ? AND source = 'member'", [caseId])
  return Math.max(0, CASE_PHOTOS - Number(row?.n ?? 0))
}

type Found = { id: string; state: CaseState; rank: number; version: number; gone: boolean }
type Change = [sql: string, args: Value[]] | undefined

/** The case, or the one it was merged into. */
async function findMain(db: Db, caseId: string): Promise<Found | undefined> {
  const [row] = await db.read(
    `SELECT m.id, m.state, m.rank, m.version, c.gone FROM cases c JOIN cases m ON m.id = coalesce(c.merged_into, c.id) WHERE c.id = ?`,
    [caseId],
  )
  return (
    row && {
      id: String(row.id),
      state: row.state as CaseState,
      rank: Number(row.rank),
      version: Number(row.version),
      gone: row.gone !== null,
    }
  )
}

async function step(
  { keys, id, now }: Parts,
  { id: caseId, version }: Pick<Found, 'id' | 'version'>,
  change: Change,
  event: Omit<NewEvent, 'id' | 'caseId' | 'officerId' | 'now'>,
): Promise<Statement[]> {
  const [sql, args] = change ?? ['', []]
  return [
    { sql: `UPDATE cases SET version = version + 1${sql && `, ${sql}`} WHERE id = ? AND version = ?`, args: [...args, caseId, version] },
    guard(),
    await addEvent(keys, { ...event, id: id(), caseId, officerId: null, now }),
  ]
}
