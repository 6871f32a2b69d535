/**
 * Photos and scanned letters that officers add to a case: kept like a member's, sealed before any row names them, brought
 * home by the same loop; never counted or shown as the member's. Their SHA-256 and the time they came are taken down at
 * once. The same picture twice in one case is one, so that a form or a call may be sent again.
 */

import type { Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { incomingName } from '../src/evidence.ts'
import { GIVEN_MOST, type GivenPhoto, type GivenSource } from '../src/given-photos.ts'
import { openJson, sha256Hex } from '../src/keys.ts'
import { changeCase } from './case-change.ts'
import { openCaseOf } from './case-desk.ts'
import { conflictOf } from './client.ts'
import type { EvidenceDesk } from './evidence-desk.ts'
import { PHOTOS_MOST, type PhotoFacts } from './photo-facts.ts'
import { duePhoto, factsBinding, OFFICE } from './photos.ts'

/** One that lies sealed in the store, and no row names yet. */
export type KeptPhoto = { id: string; ref: string; facts: PhotoFacts }

/** `known`: of these the case had one already. */
export type AddedPhotos = Array<{ id: string; sha256: string; known: boolean }>

/**
 * Each picture once, and none of those that are known. Throws AppError `unavailable` when the store cannot be reached; nothing is left then. A kill leaves objects for
 * the night's sweep.
 */
export async function keepPhotos(
  desk: EvidenceDesk,
  photos: readonly GivenPhoto[],
  known: ReadonlyArray<{ sha256: string }> = [],
): Promise<KeptPhoto[]> {
  const { evidence, keys, now } = desk
  if (photos.length + known.length > GIVEN_MOST) throw new AppError('invalid', 'case.photos_too_many')
  const kept: KeptPhoto[] = []
  try {
    for (const { bytes, image } of photos) {
      const sha256 = await sha256Hex(bytes)
      if ([...known, ...kept.map(({ facts }) => facts)].some((one) => one.sha256 === sha256)) continue
      const id = desk.id()
      const ref = incomingName(id)
      kept.push({ id, ref, facts: { ...image, sha256, bytes: bytes.byteLength, receivedAt: now.toISOString() } })
      await evidence.put(ref, await keys.seal('evidence', bytes, ref))
    }
    return kept
  } catch (cause) {
    await letGo(desk, kept)
    throw cause instanceof AppError ? cause : new AppError('unavailable', 'case.photos_unavailable', { cause })
  }
}

/** Objects that no row will name. */
export async function letGo({ evidence }: Pick<EvidenceDesk, 'evidence'>, kept: readonly KeptPhoto[]): Promise<void> {
  await Promise.allSettled(kept.map(({ ref }) => evidence.delete(ref)))
}

/** Their rows, for the commit that makes them the case's. */
export function givenPhotos(
  { keys, now }: Pick<EvidenceDesk, 'keys' | 'now'>,
  caseId: string | null,
  source: GivenSource,
  kept: readonly KeptPhoto[],
): Promise<Statement[]> {
  return Promise.all(
    kept.map(async ({ id, ref, facts }) =>
      duePhoto(keys, {
        ...{ id, channel: OFFICE, ref, now },
        given: { caseId, source, facts: await keys.seal('evidence', JSON.stringify(facts), factsBinding(id)) },
      }),
    ),
  )
}

/**
 * Adds photos to a case; the thread and the audit log say who added how many, and how they came. Throws AppError like
 * `openCaseOf`; `conflict` for a merged case; `invalid` when it would hold more than a hundred.
 */
export async function addPhotos(
  desk: EvidenceDesk,
  caseId: string,
  { source, photos }: { source: GivenSource; photos: readonly GivenPhoto[] },
): Promise<AddedPhotos> {
  await openFor(desk, caseId)
  const kept = await keepPhotos(desk, photos)
  let fresh: KeptPhoto[] = []
  for (let tries = TRIES; ; ) {
    try {
      const open = await openFor(desk, caseId)
      const { known, count } = await findKnown(desk, caseId)
      fresh = kept.filter(({ facts }) => !known.has(facts.sha256))
      if (fresh.length > 0 && count + fresh.length > PHOTOS_MOST) throw new AppError('invalid', 'case.photos_full')
      if (fresh.length > 0) {
        const event = { kind: 'photo_added', detail: { source, photos: fresh.length }, photos: fresh.length } as const
        await desk.db.write([...(await changeCase(desk, open, { event })), ...(await givenPhotos(desk, caseId, source, fresh))])
      }
      await letGo(
        desk,
        kept.filter((one) => !fresh.includes(one)),
      )
      return kept.map(({ id, facts: { sha256 } }) => ({ id: known.get(sha256) ?? id, sha256, known: known.has(sha256) }))
    } catch (error) {
      // What was added does not depend on how the case moved on meanwhile.
      if (conflictOf(error) && --tries > 0) continue
      // Refused for certain: objects whose commit only went unanswered may be spoken for.
      if (conflictOf(error) || error instanceof AppError) await letGo(desk, kept)
      throw error
    }
  }
}

const TRIES = 3

async function openFor(desk: EvidenceDesk, caseId: string) {
  const open = await openCaseOf(desk, caseId, 'case.work')
  if (open.mergedInto !== null) throw new AppError('conflict', 'case.merged')
  return open
}

/** SHA-256 → id of the photos the case has, and how many it has in all. */
async function findKnown({ db, keys }: EvidenceDesk, caseId: string): Promise<{ known: Map<string, string>; count: number }> {
  const rows = await db.read(FIND_KNOWN, [caseId, 2 * PHOTOS_MOST])
  const known = new Map<string, string>()
  for (const { id, facts } of rows) {
    if (facts === null) continue
    const { sha256 } = await openJson<PhotoFacts>(keys, 'evidence', facts as Uint8Array, factsBinding(String(id)))
    known.set(sha256, String(id))
  }
  return { known, count: rows.length }
}

export const FIND_KNOWN = "SELECT id, facts FROM photos WHERE case_id = ? AND state <> 'failed' LIMIT ?"
