/**
 * Photos whose rows go: the names of their objects stay behind in the same commit, until the minute's job has deleted them
 * (src/gone-objects.ts). So a kill between commit and deletion leaves nothing that nobody knows of. Which photos these are is
 * asked inside the commit: one that came or was copied a moment before is not missed.
 */
import type { Db, Statement, Value } from '../src/chat.ts'
import { coveredName, viewName } from '../src/evidence.ts'

/** Which photos: a condition on `p`, with its arguments. */
export type WhichPhotos = [condition: string, args: Value[]]

const MOST = 500

/** Photos with all their copies, and the names of what is to be deleted. */
export function dropWithObjects([condition, args]: WhichPhotos): Statement[] {
  const which = `SELECT p.id FROM photos p WHERE ${condition}`
  return [
    {
      sql: `INSERT INTO gone_objects(name) SELECT p.id || value FROM photos p, json_each(?) WHERE ${condition} ON CONFLICT DO NOTHING`,
      args: [OF_PHOTO, ...args],
    },
    namesOfCopies(which, args),
    { sql: `DELETE FROM photo_copies WHERE photo_id IN (${which})`, args },
    { sql: `DELETE FROM photos AS p WHERE ${condition}`, args },
  ]
}

/**
 * Of these photos nothing stays but the newest copy, which is cleared: what a packet has carried. Their rows say so, because a
 * copy is spoken for by its photo.
 */
export function keepCleared([condition, args]: WhichPhotos): Statement[] {
  const which = `SELECT p.id FROM photos p WHERE ${condition}`
  const older = `k.place < (SELECT max(n.place) FROM photo_copies n WHERE n.photo_id = k.photo_id)`
  return [
    {
      sql: `INSERT INTO gone_objects(name) SELECT p.id || value FROM photos p, json_each(?) WHERE ${condition} ON CONFLICT DO NOTHING`,
      args: [OF_PHOTO, ...args],
    },
    namesOfCopies(which, args, `AND ${older}`),
    { sql: `DELETE FROM photo_copies AS k WHERE k.photo_id IN (${which}) AND ${older}`, args },
    { sql: `UPDATE photos AS p SET reason = 'cleared_only' WHERE ${condition}`, args },
  ]
}

/** A condition: of this photo the newest copy is cleared, so that a packet may have carried it. */
export const CLEARED = `EXISTS (SELECT 1 FROM photo_copies k WHERE k.photo_id = p.id AND k.cleared = 1
  AND k.place = (SELECT max(n.place) FROM photo_copies n WHERE n.photo_id = p.id))`

export async function listGoneObjects(db: Db): Promise<string[]> {
  return (await db.read(`SELECT name FROM gone_objects ORDER BY name LIMIT ${MOST}`)).map(({ name }) => String(name))
}

export function forgetObjects(names: readonly string[]): Statement {
  return { sql: 'DELETE FROM gone_objects WHERE name IN (SELECT value FROM json_each(?))', args: [JSON.stringify(names)] }
}

/** What follows a photo's id in the names of its original and of its viewer's copy. */
const OF_PHOTO = JSON.stringify(['', viewName('')])

const namesOfCopies = (which: string, args: Value[], and = ''): Statement => ({
  sql: `INSERT INTO gone_objects(name) SELECT k.photo_id || ? || k.id FROM photo_copies k WHERE k.photo_id IN (${which}) ${and}
        ON CONFLICT DO NOTHING`,
  args: [coveredName('', ''), ...args],
})
