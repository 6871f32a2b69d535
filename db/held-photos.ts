/**
 * Photos of a form that has to be shown again: a browser gives a file only once, so what is a photo is kept at once, like a
 * member's draft, of no case until the form is right. One that never gets right is let go of after seven days.
 */
import type { Statement } from '../src/chat.ts'
import type { GivenPhoto, GivenSource } from '../src/given-photos.ts'
import { openJson } from '../src/keys.ts'
import { conflictOf } from './client.ts'
import type { EvidenceDesk } from './evidence-desk.ts'
import { givenPhotos, keepPhotos, letGo } from './given-photos.ts'
import type { PhotoFacts } from './photo-facts.ts'
import { factsBinding } from './photos.ts'
import type { Desk } from './rights.ts'

export type HeldPhoto = { id: string; sha256: string }

/** Which of these are still held, in their order. */
export async function findHeld({ db, keys }: Pick<Desk, 'db' | 'keys'>, ids: readonly string[]): Promise<HeldPhoto[]> {
  if (ids.length === 0) return []
  const rows = await db.read(FIND_HELD, [JSON.stringify(ids)])
  const found = await Promise.all(
    rows.map(async ({ id, facts }) => {
      const { sha256 } = await openJson<PhotoFacts>(keys, 'evidence', facts as Uint8Array, factsBinding(String(id)))
      return { id: String(id), sha256 }
    }),
  )
  return ids.flatMap((id) => found.find((one) => one.id === id) ?? [])
}

const HELD = 'case_id IS NULL AND facts IS NOT NULL AND id IN (SELECT value FROM json_each(?))'
export const FIND_HELD = `SELECT id, facts FROM photos WHERE ${HELD}`

/** Holds these too; all that are held now. Throws AppError `unavailable` when the store cannot be reached. */
export async function holdPhotos(desk: EvidenceDesk, photos: readonly GivenPhoto[], held: readonly HeldPhoto[]): Promise<HeldPhoto[]> {
  const kept = await keepPhotos(desk, photos, held)
  try {
    if (kept.length > 0) await desk.db.write(await givenPhotos(desk, null, 'officer', kept))
  } catch (error) {
    if (conflictOf(error)) await letGo(desk, kept)
    throw error
  }
  return [...held, ...kept.map(({ id, facts: { sha256 } }) => ({ id, sha256 }))]
}

/** They become the case's. */
export function attachHeld(caseId: string, source: GivenSource, held: readonly HeldPhoto[]): Statement {
  return {
    sql: `UPDATE photos SET case_id = ?, source = ? WHERE ${HELD}`,
    args: [caseId, source, JSON.stringify(held.map(({ id }) => id))],
  }
}
