/**
 * Photos of reports, from "due" (a sealed reference) to "stored" (a sealed object). A row holds no contact, ever; a
 * draft names its photos inside its own sealed session.
 */
import type { PhotoSource } from '../src/case.ts'
import type { Db, Keys, Statement, Value } from '../src/chat.ts'
import { dayOf } from '../src/time.ts'

/** How long a photo is tried at least before the tipster is told it did not arrive. */
const PHOTO_TRY_MS = 60 * 60 * 1000
/** While it waits, its times stand on steps: a finer one would lead to whose message came in then. */
const HOUR_MS = 60 * 60 * 1000
const MINUTE_MS = 60 * 1000

/** How long a claimed photo is ours: longer than fetching, copying and storing may take together. */
const PHOTO_LEASE_MS = 90_000

export type PhotoState = 'due' | 'fetching' | 'stored' | 'failed'

/**
 * Why a photo failed for good, or, of a due one, why the last try did not succeed: `unreachable` (the platform),
 * `unavailable` (we ourselves), `stopping` (a process ended in good order). Of a stored one only `no_copy`: the
 * original is kept, a viewer's copy could not be made; and `cleared_only`: its member withdrew, and nothing is kept but the copy
 * an authority was given.
 */
export type PhotoReason =
  | 'too_large'
  | 'not_an_image'
  | 'heic'
  | 'bomb'
  | 'gone'
  | 'timeout'
  | 'unreachable'
  | 'unavailable'
  | 'stopping'
  | 'no_copy'
  | 'cleared_only'

/** A photo in hand. Holder and attempts together are proof of it: both stand in the row until someone else takes it. */
export type ClaimedPhoto = {
  id: string
  channel: string
  ref: Uint8Array
  /** Sealed, where it was looked at as it came. */
  facts: Uint8Array | null
  holder: string
  attempts: number
  /** Processes that died with it in hand. */
  lost: number
  /** Epoch ms. */
  giveUpAt: number
}

/** The channel of a photo that was handed to an officer: it lies sealed in the evidence store, under the name that is its reference. */
export const OFFICE = 'office'

/**
 * A due fetch, part of the turn's commit; the loop fetches it later. Due from the hour's beginning, given up at an hour's end.
 * @param photo.given of one that an officer added: whose it is, how it came, and its facts, sealed with `factsBinding(id)`
 */
export async function duePhoto(
  keys: Keys,
  photo: { id: string; channel: string; ref: string; now: Date; given?: { caseId: string | null; source: PhotoSource; facts: Uint8Array } },
): Promise<Statement> {
  const { given } = photo
  const hour = Math.floor(photo.now.getTime() / HOUR_MS) * HOUR_MS
  return {
    sql: 'INSERT INTO photos(id, case_id, source, facts, channel, ref, due_at, give_up_at, day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    args: [
      photo.id,
      given?.caseId ?? null,
      given?.source ?? 'member',
      given?.facts ?? null,
      photo.channel,
      await keys.seal('photo-ref', photo.ref, photo.id),
      hour,
      hour + HOUR_MS + PHOTO_TRY_MS,
      dayOf(photo.now),
    ],
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

/** Is there a photo to fetch? Cheap, so that an idle process writes nothing. */
export async function hasDuePhoto(db: Db, now: number): Promise<boolean> {
  const rows = await db.read(
    `SELECT 1 AS due WHERE EXISTS (SELECT 1 FROM photos WHERE state = 'due' AND due_at <= ?)
       OR EXISTS (SELECT 1 FROM photos WHERE state = 'fetching' AND lease_until < ?)`,
    [now, now],
  )
  return rows.length > 0
}

/** Takes one photo for this holder: first what a dead process left, then the one that is due longest. */
export async function claimPhoto(db: Db, holder: string, now: number): Promise<ClaimedPhoto | undefined> {
  const [[row] = []] = await db.write([
    {
      sql: `UPDATE photos SET state = 'fetching', lost = lost + (state = 'fetching'), lease_until = ?, lease_by = ?, attempts = attempts + 1
            WHERE id = coalesce(
              (SELECT id FROM photos WHERE state = 'fetching' AND lease_until < ? ORDER BY lease_until LIMIT 1),
              (SELECT id FROM photos WHERE state = 'due' AND due_at <= ? ORDER BY due_at LIMIT 1))
            RETURNING id, channel, ref, facts, attempts, lost, give_up_at`,
      args: [now + PHOTO_LEASE_MS, holder, now, now],
    },
  ])
  if (!row) return undefined
  return {
    id: String(row.id),
    channel: String(row.channel),
    ref: row.ref as Uint8Array,
    facts: row.facts as Uint8Array | null,
    holder,
    attempts: Number(row.attempts),
    lost: Number(row.lost),
    giveUpAt: Number(row.give_up_at),
  }
}

/** Is it still ours? No once its draft was dropped or the lease ran out: then nothing of it may be stored. */
export async function holdsPhoto(db: Db, photo: ClaimedPhoto, now: number): Promise<boolean> {
  const rows = await db.read(`SELECT 1 AS held FROM photos WHERE ${OURS} AND lease_until >= ?`, [...oursOf(photo), now])
  return rows.length > 0
}

/** It lies in the evidence store. @param facts sealed with `factsBinding(id)`. @param reason `no_copy` or null. Returns its id. */
export function storePhoto(photo: ClaimedPhoto, facts: Uint8Array, reason: 'no_copy' | null): Statement {
  return {
    sql: `UPDATE photos SET state = 'stored', reason = ?, facts = ?, ${FINAL} WHERE ${OURS} RETURNING id`,
    args: [reason, facts, ...oursOf(photo)],
  }
}

/** It will not come any more. Returns its id. */
export function failPhoto(photo: ClaimedPhoto, reason: PhotoReason): Statement {
  return {
    sql: `UPDATE photos SET state = 'failed', reason = ?, facts = NULL, ${FINAL} WHERE ${OURS} RETURNING id`,
    args: [reason, ...oursOf(photo)],
  }
}

/** Due again at the first whole minute from `dueAt` on (epoch ms). */
export function releasePhoto(photo: ClaimedPhoto, dueAt: number, reason: PhotoReason): Statement {
  return {
    sql: `UPDATE photos SET state = 'due', reason = ?, due_at = ?, lease_until = NULL, lease_by = NULL WHERE ${OURS}`,
    args: [reason, Math.ceil(dueAt / MINUTE_MS) * MINUTE_MS, ...oursOf(photo)],
  }
}

/** Which of these photos may have objects in the evidence store: those with a row that has not failed. */
export async function listKeptPhotos(db: Db, ids: string[]): Promise<Set<string>> {
  const rows = await db.read("SELECT id FROM photos WHERE id IN (SELECT value FROM json_each(?)) AND state <> 'failed'", [
    JSON.stringify(ids),
  ])
  return new Set(rows.map(({ id }) => String(id)))
}

/** What the sealed facts of a photo are bound to; apart from the photo itself, so that neither box opens as the other. */
export const factsBinding = (id: string): string => `${id}/facts`

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

const OURS = "id = ? AND state = 'fetching' AND lease_by = ? AND attempts = ?"
const FINAL = "ref = NULL, channel = '', due_at = 0, give_up_at = 0, lease_until = NULL, lease_by = NULL"

const oursOf = ({ id, holder, attempts }: ClaimedPhoto): Value[] => [id, holder, attempts]
