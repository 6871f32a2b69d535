/**
 * Copies of photos with black boxes, made by officers. Earlier ones stay; the newest of a photo decides whether it may leave
 * the house (F33): only one whose maker looked at it and says that no face, plate or name is to be seen (R7). What was
 * covered stands in a sealed box, the pixels in the evidence store under the copy's own name.
 */
import type { Db, Keys, Row, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { coveredName, type EvidenceStore, incomingName, ownerOf, viewName } from '../src/evidence.ts'
import { openJson, sha256Hex } from '../src/keys.ts'
import type { Box } from '../src/redaction.ts'
import { hourOf } from '../src/time.ts'
import { PHOTOS_MOST, type PhotoFacts } from './photo-facts.ts'
import { factsBinding, listKeptPhotos } from './photos.ts'

/** What stands sealed about a copy. `boxes`: where it is black, so that the next copy begins with them. */
export type CopyFacts = { sha256: string; bytes: number; boxes: Box[]; madeAt: string }

export type PhotoCopy = CopyFacts & {
  id: string
  photoId: string
  /** 1, 2, … within its photo. */
  place: number
  cleared: boolean
  officerId: string
  officerName: string | null
}

/** A copy that may go into a packet. */
export type ClearedCopy = {
  id: string
  photoId: string
  place: number
  /** Of the original as it came; the copy's own is `sha256`. */
  sha256OfOriginal: string
  sha256: string
  bytes: number
}

/** What the sealed facts of a copy are bound to. */
export const copyBinding = (id: string): string => `${id}/copy`

/** Newest first; twenty of each of these photos at most are shown. */
export async function listCopies(db: Db, keys: Keys, photoIds: string[]): Promise<PhotoCopy[]> {
  const rows = await db.read(LIST_COPIES, [JSON.stringify(photoIds), COPIES_MOST * photoIds.length])
  return Promise.all(rows.map((row) => copyOf(keys, row)))
}

const COPIES_MOST = 20
export const LIST_COPIES = `SELECT k.id, k.photo_id, k.place, k.officer_id, k.cleared, k.facts, o.name AS officer_name
  FROM json_each(?) j CROSS JOIN photo_copies k ON k.photo_id = j.value LEFT JOIN officers o ON o.id = k.officer_id
  ORDER BY k.photo_id, k.place DESC LIMIT ?`

/** One copy of this photo. Throws AppError `not_found`. */
export async function requireCopy(db: Db, keys: Keys, photoId: string, copyId: string): Promise<PhotoCopy> {
  const [row] = await db.read(
    `SELECT k.id, k.photo_id, k.place, k.officer_id, k.cleared, k.facts, o.name AS officer_name
     FROM photo_copies k LEFT JOIN officers o ON o.id = k.officer_id WHERE k.id = ? AND k.photo_id = ?`,
    [copyId, photoId],
  )
  if (!row) throw new AppError('not_found', 'console_evidence.gone')
  return copyOf(keys, row)
}

/** The next copy of a photo: its object lies in the store already. A photo that went meanwhile fails the batch's key. */
export async function addCopy(
  keys: Keys,
  copy: { id: string; photoId: string; officerId: string; cleared: boolean; facts: Omit<CopyFacts, 'madeAt'>; now: Date },
): Promise<Statement> {
  const { id, photoId, officerId, cleared, facts, now } = copy
  const sealed: CopyFacts = { ...facts, madeAt: now.toISOString() }
  return {
    sql: `INSERT INTO photo_copies(id, photo_id, place, hour, officer_id, cleared, facts)
          SELECT ?, p.id, 1 + coalesce((SELECT max(k.place) FROM photo_copies k WHERE k.photo_id = p.id), 0), ?, ?, ?, ?
          FROM photos p WHERE p.id = ? AND p.state = 'stored'`,
    args: [...[id, hourOf(now), officerId, cleared ? 1 : 0], await keys.seal('evidence', JSON.stringify(sealed), copyBinding(id)), photoId],
  }
}

/** What of this case may go into a hand-over packet: of each photo its newest copy, if that one is cleared. */
export async function listClearedCopies(db: Db, keys: Keys, caseId: string): Promise<ClearedCopy[]> {
  const rows = await db.read(CLEARED_COPIES, [caseId, PHOTOS_MOST])
  return Promise.all(
    rows.map(async (row) => {
      const [id, photoId] = [String(row.id), String(row.photo_id)]
      const [own, original] = await Promise.all([
        openJson<CopyFacts>(keys, 'evidence', row.facts as Uint8Array, copyBinding(id)),
        openJson<PhotoFacts>(keys, 'evidence', row.original as Uint8Array, factsBinding(photoId)),
      ])
      const { sha256, bytes } = own
      return { id, photoId, place: Number(row.place), sha256OfOriginal: original.sha256, sha256, bytes }
    }),
  )
}

export const CLEARED_COPIES = `SELECT k.id, k.photo_id, k.place, k.facts, p.facts AS original
  FROM photos p CROSS JOIN photo_copies k ON k.photo_id = p.id
  WHERE p.case_id = ? AND k.cleared = 1 AND k.place = (SELECT max(n.place) FROM photo_copies n WHERE n.photo_id = p.id)
  ORDER BY p.id LIMIT ?`

/** Its JPEG. Throws AppError `not_found` when the object is gone, `invalid` when it is not what was made. */
export async function readCopy(
  { evidence, keys }: { evidence: EvidenceStore; keys: Keys },
  { id, photoId, sha256 }: Pick<ClearedCopy, 'id' | 'photoId' | 'sha256'>,
): Promise<Uint8Array> {
  const name = coveredName(photoId, id)
  const box = await evidence.get(name)
  if (!box) throw new AppError('not_found', 'console_evidence.gone')
  const bytes = await keys.open('evidence', box, name)
  if ((await sha256Hex(bytes)) !== sha256) throw new AppError('invalid', 'console_evidence.changed')
  return bytes
}

/** Which of these objects of the evidence store a row speaks for. */
export async function listKeptObjects(db: Db, names: string[]): Promise<Set<string>> {
  const owners = names.map((name) => ({ name, ...ownerOf(name) }))
  const copyIds = owners.flatMap(({ copyId }) => copyId ?? [])
  const [photos, copies] = await Promise.all([
    listKeptPhotos(db, [...new Set(owners.map(({ photoId }) => photoId))]),
    copyIds.length === 0
      ? []
      : db.read('SELECT id, photo_id FROM photo_copies WHERE id IN (SELECT value FROM json_each(?))', [JSON.stringify(copyIds)]),
  ])
  const photoOf = new Map(copies.map(({ id, photo_id }) => [String(id), String(photo_id)]))
  return new Set(
    owners
      .filter(({ photoId, copyId }) => photos.has(photoId) && (copyId === undefined || photoOf.get(copyId) === photoId))
      .map(({ name }) => name),
  )
}

/** The photos of these cases and their copies. Their rows tell which objects have to go (`droppedObjects`). */
export function dropPhotos(caseIds: string[]): Statement[] {
  const list = JSON.stringify(caseIds)
  const theirs = 'case_id IS NOT NULL AND case_id IN (SELECT value FROM json_each(?))'
  return [
    {
      sql: `DELETE FROM photo_copies WHERE photo_id IN (SELECT id FROM photos WHERE ${theirs}) RETURNING id AS copy_id, photo_id`,
      args: [list],
    },
    { sql: `DELETE FROM photos WHERE ${theirs} RETURNING id AS photo_id, ref IS NOT NULL AS waits`, args: [list] },
  ]
}

/** Names of the objects of what a batch with `dropPhotos` took away. */
export function droppedObjects(results: Row[][]): string[] {
  return results.flat().flatMap(({ photo_id, copy_id, waits }) => {
    if (typeof photo_id !== 'string') return []
    return typeof copy_id === 'string'
      ? [coveredName(photo_id, copy_id)]
      : [photo_id, viewName(photo_id), ...(Number(waits) === 1 ? [incomingName(photo_id)] : [])]
  })
}

async function copyOf(keys: Keys, row: Row): Promise<PhotoCopy> {
  const id = String(row.id)
  return {
    ...(await openJson<CopyFacts>(keys, 'evidence', row.facts as Uint8Array, copyBinding(id))),
    id,
    photoId: String(row.photo_id),
    place: Number(row.place),
    cleared: row.cleared === 1,
    officerId: String(row.officer_id),
    officerName: row.officer_name === null ? null : String(row.officer_name),
  }
}
