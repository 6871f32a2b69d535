/**
 * What is known of a case's photos. Outside the seal stands only whether one arrived; when exactly, its SHA-256, its size
 * and what it looks like stand in a sealed box beside it.
 */
import type { PhotoSource } from '../src/case.ts'
import type { Db, Keys, Row } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import type { Image } from '../src/image.ts'
import { openJson } from '../src/keys.ts'
import { factsBinding, type PhotoReason, type PhotoState } from './photos.ts'

/**
 * The sealed facts of a stored photo, and of one an officer added from when it came. `receivedAt`: the exact time, which stands nowhere else. `looks`: 64 bits in 16 hex
 * digits by which two pictures of one thing are found (src/pictures.ts); absent without a viewer's copy, or where a
 * picture shows too little.
 */
export type PhotoFacts = Image & { sha256: string; bytes: number; receivedAt: string; looks?: string }

export type CasePhoto = {
  id: string
  state: PhotoState
  reason: PhotoReason | null
  source: PhotoSource
  /** Of a stored one; of one an officer added also before. */
  facts?: PhotoFacts
}

/** Photos of one case that are read at once: ten come with a report, a few with each answer. */
export const PHOTOS_MOST = 100

/** By id, which is random. @param after id of the last one seen */
export async function listCasePhotos(
  db: Db,
  keys: Keys,
  caseId: string,
  { after = '', limit }: { after?: string; limit: number },
): Promise<CasePhoto[]> {
  return Promise.all((await db.read(LIST_PHOTOS, [caseId, after, limit])).map((row) => photoOf(keys, row)))
}

export const LIST_PHOTOS = 'SELECT id, state, reason, source, facts FROM photos WHERE case_id = ? AND id > ? ORDER BY id LIMIT ?'

/** One photo of this case. Throws AppError `not_found` also for another case's. */
export async function requireCasePhoto(db: Db, keys: Keys, caseId: string, photoId: string): Promise<CasePhoto> {
  const [row] = await db.read('SELECT id, state, reason, source, facts FROM photos WHERE id = ? AND case_id = ?', [photoId, caseId])
  if (!row) throw new AppError('not_found', 'console_evidence.gone')
  return photoOf(keys, row)
}

/** The facts of the stored photos of a case, a hundred at most: what duplicates are looked for by. */
export async function readPhotoFacts(db: Db, keys: Keys, caseId: string): Promise<Array<PhotoFacts & { id: string }>> {
  const photos = await listCasePhotos(db, keys, caseId, { limit: PHOTOS_MOST })
  return photos.flatMap(({ id, facts }) => (facts ? [{ id, ...facts }] : []))
}

async function photoOf(keys: Keys, row: Row): Promise<CasePhoto> {
  const id = String(row.id)
  return {
    id,
    state: row.state as PhotoState,
    reason: row.reason as PhotoReason | null,
    source: row.source as PhotoSource,
    ...(row.facts === null ? {} : { facts: await openJson<PhotoFacts>(keys, 'evidence', row.facts as Uint8Array, factsBinding(id)) }),
  }
}
