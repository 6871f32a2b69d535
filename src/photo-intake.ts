/**
 * One photo from its claim to its outcome: fetched, looked at, the original sealed byte for byte and a viewer's copy
 * beside it, and only then told in the row. Killed anywhere, it is tried again or complete: evidence lies durably before
 * its row says stored, and a later try finds it there. Log lines name no photo: its row leads to a case, and the line's
 * time would lead to who sent it.
 */
import type { PhotoFacts } from '../db/photo-facts.ts'
import {
  type ClaimedPhoto,
  claimPhoto,
  factsBinding,
  failPhoto,
  hasDuePhoto,
  holdsPhoto,
  listKeptPhotos,
  OFFICE,
  type PhotoReason,
  releasePhoto,
  storePhoto,
} from '../db/photos.ts'
import type { Channel, Db, Keys } from './chat.ts'
import { AppError } from './errors.ts'
import { type EvidenceStore, viewName } from './evidence.ts'
import { lookAt } from './image.ts'
import { openJson, openText, sha256Hex } from './keys.ts'
import { causeOf, type Log } from './log.ts'
import { type FetchFailure, fetchPhoto } from './photo-fetch.ts'
import { DAY_MS } from './time.ts'

export type PhotoParts = {
  db: Db
  keys: Keys
  channels: readonly Channel[]
  evidence: EvidenceStore
  /** Makes the copy that officers see; without it (Workers) photos are stored with the reason `no_copy`. */
  viewerCopy?: ((bytes: Uint8Array) => Promise<Uint8Array>) | undefined
  /** What a copy looks like, in 64 bits; undefined when it shows too little to tell. */
  looksOf?: ((copy: Uint8Array) => Promise<string | undefined>) | undefined
  now(): Date
  /** Names this process in leases. */
  holder: string
  log: Log
  /** Milliseconds: `fetchMs` for one fetch, body included; `stopMs` for what is in hand at a stop. */
  limits?: { fetchMs?: number; stopMs?: number }
}

const FETCH_MS = 15_000
/** Before try 2, 3, … in ms, then up to the next whole minute; the last goes on. */
const DELAYS = [5_000, 15_000, 60_000, 180_000, 600_000, 1_200_000]
/** Our own store or database away: that is no fault of the photo, it waits longer than for a platform. */
const OWN_DELAY_MS = 60_000
const OWN_PATIENCE_MS = DAY_MS / 2
/** A photo that was in hand at two deaths may be their cause: its pixels are left alone. */
const DEATHS = 2

/**
 * Takes one due photo and sees it through; false when none is due. Once `stopping` aborts, a fetch under way is given
 * back. Throws only when the database cannot be reached: the lease then runs out by itself.
 */
export function createIntake(parts: PhotoParts, stopping: AbortSignal): () => Promise<boolean> {
  const { db, keys, evidence, log, now } = parts
  const channels = new Map(parts.channels.map((channel) => [channel.name, channel]))

  const takeOne = async (): Promise<boolean> => {
    const at = now().getTime()
    if (!(await hasDuePhoto(db, at))) return false
    const photo = await claimPhoto(db, parts.holder, at)
    if (!photo) return false
    try {
      await bringHome(photo)
    } catch (error) {
      log('error', 'photo.unavailable', { channel: photo.channel, cause: codeOf(error) })
      const { giveUpAt } = photo
      await again(photo, 'unavailable', { delay: OWN_DELAY_MS, giveUpAt: giveUpAt + OWN_PATIENCE_MS })
    }
    return true
  }

  const bringHome = async (photo: ClaimedPhoto): Promise<void> => {
    const ref = await openText(keys, 'photo-ref', photo.ref, photo.id)
    const found = (await kept(photo)) ?? (await fetchInTime(photo, ref))
    if ('failed' in found) return afterFailure(photo, ref, found)
    const image = lookAt(found.bytes)
    if ('refused' in image) return fail(photo, ref, image.refused)
    const copy = await copyOf(photo, found.bytes)
    if (!(await holdsPhoto(db, photo, now().getTime()))) return
    await evidence.put(photo.id, await keys.seal('evidence', found.bytes, photo.id))
    const view = viewName(photo.id)
    if (copy) await evidence.put(view, await keys.seal('evidence', copy, view))
    const looks = copy && (await looksOf(photo, copy))
    // What an officer added came when they sent it, however long it waited
    const told = photo.facts && (await openJson<PhotoFacts>(keys, 'evidence', photo.facts, factsBinding(photo.id)))
    const facts: PhotoFacts = {
      ...image,
      sha256: await sha256Hex(found.bytes),
      bytes: found.bytes.byteLength,
      receivedAt: told?.receivedAt ?? now().toISOString(),
      ...(looks === undefined ? {} : { looks }),
    }
    const box = await keys.seal('evidence', JSON.stringify(facts), factsBinding(photo.id))
    const [stored = []] = await db.write([storePhoto(photo, box, copy ? null : 'no_copy')])
    if (stored.length > 0) {
      log('info', 'photo.stored', { channel: photo.channel, copy: copy !== undefined })
      await dropIncoming(photo, ref)
    } else if (!(await listKeptPhotos(db, [photo.id])).has(photo.id)) {
      // Erased while it was being stored: ids are never used again, so these objects are nobody else's
      await Promise.all([evidence.delete(photo.id), evidence.delete(view), dropIncoming(photo, ref)])
    }
  }

  /** A try that stored the original and died before its row: the bytes are here, whatever has become of the source. */
  const kept = async (photo: ClaimedPhoto): Promise<{ bytes: Uint8Array } | undefined> => {
    const box = photo.attempts > 1 ? await evidence.get(photo.id) : undefined
    if (!box) return undefined
    try {
      return { bytes: await keys.open('evidence', box, photo.id) }
    } catch (error) {
      if (error instanceof AppError) return undefined
      throw error
    }
  }

  const fetchInTime = async (photo: ClaimedPhoto, ref: string): Promise<{ bytes: Uint8Array } | FetchFailure> => {
    if (photo.channel === OFFICE) {
      const box = await evidence.get(ref)
      return box ? { bytes: await keys.open('evidence', box, ref) } : { failed: 'gone', final: true }
    }
    const limit = new AbortController()
    const end = () => limit.abort()
    const timer = setTimeout(end, parts.limits?.fetchMs ?? FETCH_MS)
    stopping.addEventListener('abort', end)
    if (stopping.aborted) end()
    try {
      return await fetchPhoto(channels.get(photo.channel), ref, limit.signal)
    } finally {
      clearTimeout(timer)
      stopping.removeEventListener('abort', end)
    }
  }

  const afterFailure = async (photo: ClaimedPhoto, ref: string, { failed, final, retryAfter = 0 }: FetchFailure): Promise<void> => {
    if (final) return fail(photo, ref, failed)
    if (stopping.aborted) return void (await db.write([releasePhoto(photo, 0, 'stopping')]))
    const delay = Math.max(DELAYS[Math.min(photo.attempts, DELAYS.length) - 1] ?? 0, retryAfter * 1000)
    return again(photo, failed, { delay, giveUpAt: photo.giveUpAt, ref })
  }

  /** Due again after the delay, for the last time when the patience ends; after that it has failed. */
  const again = async (
    photo: ClaimedPhoto,
    reason: PhotoReason,
    wait: { delay: number; giveUpAt: number; ref?: string },
  ): Promise<void> => {
    const at = now().getTime()
    if (at >= wait.giveUpAt) return fail(photo, wait.ref, reason)
    await db.write([releasePhoto(photo, Math.min(at + wait.delay, wait.giveUpAt), reason)])
  }

  const fail = async (photo: ClaimedPhoto, ref: string | undefined, reason: PhotoReason): Promise<void> => {
    const [failed = []] = await db.write([failPhoto(photo, reason)])
    // Another process has it by now: what becomes of it is told there
    if (failed.length === 0) return
    log('warn', 'photo.failed', { channel: photo.channel, reason })
    if (ref !== undefined) await dropIncoming(photo, ref)
  }

  /** On the web, and from an officer, the reference names what was sent, sealed and waiting. The night's sweep finds what a kill leaves. */
  const dropIncoming = async (photo: ClaimedPhoto, ref: string): Promise<void> => {
    if (photo.channel === 'web' || photo.channel === OFFICE) await evidence.delete(ref)
  }

  /** A damaged photo is kept as it came, without a copy: it may still be proof. */
  const copyOf = async (photo: ClaimedPhoto, bytes: Uint8Array): Promise<Uint8Array | undefined> => {
    if (photo.lost >= DEATHS) return undefined
    try {
      return await parts.viewerCopy?.(bytes)
    } catch (error) {
      log('warn', 'photo.no_copy', { channel: photo.channel, cause: causeOf(error) })
      return undefined
    }
  }

  /** Without it a photo is compared with none; that is no reason to lose it. */
  const looksOf = async (photo: ClaimedPhoto, copy: Uint8Array): Promise<string | undefined> => {
    try {
      return await parts.looksOf?.(copy)
    } catch (error) {
      log('warn', 'photo.no_looks', { channel: photo.channel, cause: causeOf(error) })
      return undefined
    }
  }

  return takeOne
}

/** The message of a store's error may carry an object's name, which is a photo's id. */
function codeOf(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string }
  return `${name ?? 'Error'}: ${code ?? 'no code'}`
}
