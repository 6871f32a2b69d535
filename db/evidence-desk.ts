/**
 * What officers do with a case's photos: look at one, cover parts of it, take the original. Each goes through the case
 * itself (scope, restriction, conflict), and each is recorded: who looked at what, to the hour.
 */

import { AppError } from '../src/errors.ts'
import type { EvidenceStore } from '../src/evidence.ts'
import { coveredName, viewName } from '../src/evidence.ts'
import { sha256Hex } from '../src/keys.ts'
import type { Box, Pictures } from '../src/redaction.ts'
import { hourOf } from '../src/time.ts'
import { changeCase, recordCaseAct } from './case-change.ts'
import { type CaseRow, type OpenCase, openCaseOf } from './case-desk.ts'
import { conflictOf, guard } from './client.ts'
import { type Hand, useHand } from './hand.ts'
import { addCopy, readCopy, requireCopy } from './photo-copies.ts'
import { type CasePhoto, requireCasePhoto } from './photo-facts.ts'
import type { Desk } from './rights.ts'

/** The desk, and where photos lie. */
export type EvidenceDesk = Desk & { evidence: EvidenceStore }

/** A photo with its case. Throws AppError like `requireCase`, and `not_found` for a photo of another case. */
export async function requirePhoto(
  desk: Desk,
  caseId: string,
  photoId: string,
  act: 'case.read' | 'case.work' = 'case.read',
): Promise<{ open: OpenCase; photo: CasePhoto }> {
  const open = await openCaseOf(desk, caseId, act)
  return { open, photo: await requireCasePhoto(desk.db, desk.keys, caseId, photoId) }
}

/** The viewer's copy, as JPEG; that the officer looked is recorded. Throws AppError `not_found` where there is none. */
export async function readView(desk: EvidenceDesk, caseId: string, photoId: string): Promise<Uint8Array> {
  const { open } = await requirePhoto(desk, caseId, photoId)
  const bytes = await openObject(desk, viewName(photoId))
  if (!bytes) throw new AppError('not_found', 'console_evidence.no_view')
  await recordLook(desk, open, photoId)
  return bytes
}

/** A copy with black boxes, as JPEG. */
export async function readCovered(desk: EvidenceDesk, caseId: string, photoId: string, copyId: string): Promise<Uint8Array> {
  const { open } = await requirePhoto(desk, caseId, photoId)
  const copy = await requireCopy(desk.db, desk.keys, photoId, copyId)
  const bytes = await readCopy(desk, copy)
  await recordLook(desk, open, photoId)
  return bytes
}

/**
 * Makes the next copy, black in these boxes. Its object lies durably before its row; whoever is killed in between leaves an
 * object that no row speaks for, which the night's sweep takes. Throws AppError `not_found` without a viewer's copy.
 * @param cleared the officer looked and says that no face, plate or name is to be seen
 */
export async function coverPhoto(
  desk: EvidenceDesk,
  pictures: Pictures,
  { caseId, photoId, boxes, cleared }: { caseId: string; photoId: string; boxes: Box[]; cleared: boolean },
): Promise<{ copyId: string }> {
  const { keys, actor, now, evidence } = desk
  const { open } = await requirePhoto(desk, caseId, photoId, 'case.work')
  const view = await openObject(desk, viewName(photoId))
  if (!view) throw new AppError('not_found', 'console_evidence.no_view')
  const covered = await pictures.cover(view, boxes)
  const copyId = desk.id()
  const name = coveredName(photoId, copyId)
  const facts = { sha256: await sha256Hex(covered), bytes: covered.byteLength, boxes }
  await evidence.put(name, await keys.seal('evidence', covered, name))
  const event = { kind: 'redacted', detail: { photo: photoId, boxes: boxes.length, cleared } } as const
  for (let seen = open, tries = TRIES; ; ) {
    try {
      await desk.db.write([
        ...(await changeCase(desk, seen, { event })),
        await addCopy(keys, { id: copyId, photoId, officerId: actor.officerId, cleared, facts, now }),
        guard(),
      ])
      return { copyId }
    } catch (error) {
      // What was drawn does not depend on how the case moved on meanwhile.
      const again =
        conflictOf(error) && --tries > 0 ? await requirePhoto(desk, caseId, photoId, 'case.work').catch(() => undefined) : undefined
      if (again) {
        seen = again.open
        continue
      }
      // Refused for certain: an object whose commit only went unanswered may be spoken for.
      if (conflictOf(error)) await evidence.delete(name)
      throw error
    }
  }
}

const TRIES = 3

/**
 * The original, byte for byte as it came. The reason stands sealed in the case's thread. Throws AppError `not_found` when it
 * never arrived, `invalid` when it is not what came.
 */
export async function takeOriginal(
  desk: EvidenceDesk,
  hand: Hand,
  { caseId, photoId, reason }: { caseId: string; photoId: string; reason: string },
): Promise<{ bytes: Uint8Array; open: CaseRow; photo: CasePhoto }> {
  const { open, photo } = await requirePhoto(desk, caseId, photoId, 'case.work')
  const bytes = photo.facts && (await openObject(desk, photoId))
  if (!bytes) throw new AppError('not_found', 'console_evidence.gone')
  if ((await sha256Hex(bytes)) !== photo.facts?.sha256) throw new AppError('invalid', 'console_evidence.changed')
  const used = await useHand(desk.db, desk.keys, desk.actor.officerId, hand, desk.now)
  const event = { kind: 'original_taken', text: reason, detail: { photo: photoId } } as const
  await desk.db.write([...used, ...(await changeCase(desk, open, { event }))])
  return { bytes, open, photo }
}

async function openObject({ evidence, keys }: EvidenceDesk, name: string): Promise<Uint8Array | undefined> {
  const box = await evidence.get(name)
  return box && keys.open('evidence', box, name)
}

/** Once for an officer, a photo and an hour: a page with ten pictures, looked at three times, is ten rows. */
async function recordLook(desk: Desk, open: CaseRow, photoId: string): Promise<void> {
  const detail = { photo: photoId }
  const hour = `${hourOf(desk.now).slice(0, 13)}:00:00.000Z`
  const seen = await desk.db.read(FIND_LOOK, [open.id, hour, desk.actor.officerId, JSON.stringify(detail)])
  if (seen.length === 0) await desk.db.write([recordCaseAct(desk.actor, open, 'photo.read', desk.now, detail)])
}

export const FIND_LOOK = `SELECT 1 AS seen FROM audit INDEXED BY audit_about
  WHERE about = 'case' AND about_id = ? AND at = ? AND officer_id = ? AND act = 'photo.read' AND detail = ? LIMIT 1`
