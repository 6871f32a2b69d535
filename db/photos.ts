/**
 * Photos of reports, from "due" (a sealed reference) to "stored" (a sealed object). A row holds no contact, ever; a
 * draft names its photos inside its own sealed session.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { dayOf } from '../src/time.ts'

/** How long a photo is tried before the tipster is told it did not arrive. */
export const PHOTO_TRY_MS = 60 * 60 * 1000

export type PhotoState = 'due' | 'fetching' | 'stored' | 'failed'

/** A due fetch, part of the turn's commit; the loop fetches it later. */
export async function duePhoto(keys: Keys, photo: { id: string; channel: string; ref: string; now: Date }): Promise<Statement> {
  const at = photo.now.getTime()
  return {
    sql: 'INSERT INTO photos(id, channel, ref, due_at, give_up_at, day) VALUES (?, ?, ?, ?, ?, ?)',
    args: [photo.id, photo.channel, await keys.seal('photo-ref', photo.ref, photo.id), at, at + PHOTO_TRY_MS, dayOf(photo.now)],
  }
}

/** Where each of these photos stands, in their order; a missing one counts as failed. */
export async function listPhotoStates(db: Db, ids: string[]): Promise<Array<{ id: string; state: PhotoState; reason: string | null }>> {
  const rows = await db.read('SELECT id, state, reason FROM photos WHERE id IN (SELECT value FROM json_each(?))', [JSON.stringify(ids)])
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => {
    const row = byId.get(id)
    return { id, state: (row?.state ?? 'failed') as PhotoState, reason: (row?.reason ?? null) as string | null }
  })
}

/** The photos of a draft become the case's. */
export function attachPhotos(caseId: string, ids: string[]): Statement {
  return {
    sql: 'UPDATE photos SET case_id = ? WHERE case_id IS NULL AND id IN (SELECT value FROM json_each(?))',
    args: [caseId, JSON.stringify(ids)],
  }
}

/** The photos of a draft that was given up; their objects are swept. */
export function dropDraftPhotos(ids: string[]): Statement {
  return { sql: 'DELETE FROM photos WHERE case_id IS NULL AND id IN (SELECT value FROM json_each(?))', args: [JSON.stringify(ids)] }
}
