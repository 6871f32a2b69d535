/**
 * Brings the photos of reports home: claims what is due, fetches it two at a time, looks what it is, seals the original
 * byte for byte and a viewer's copy, and only then says so in the row. Killed anywhere, a photo is tried again or is
 * complete: the evidence lies durably before its row is stored, and a retry finds it there. Log lines name no photo:
 * its row leads to a case, and the line's time would lead to who sent it.
 */
import {
  type ClaimedPhoto,
  claimPhoto,
  factsBinding,
  failPhoto,
  hasDuePhoto,
  holdsPhoto,
  listKeptPhotos,
  type PhotoReason,
  releasePhoto,
  storePhoto,
} from '../db/photos.ts'
import type { Channel, Db, Keys } from './chat.ts'
import { AppError } from './errors.ts'
import type { EvidenceStore } from './evidence.ts'
import { type Image, lookAt } from './image.ts'
import { openText, toHex } from './keys.ts'
import { causeOf, type Log } from './log.ts'
import { type FetchFailure, fetchPhoto } from './photo-fetch.ts'
import { DAY_MS } from './time.ts'

export type PhotoLoopParts = {
  db: Db
  keys: Keys
  channels: readonly Channel[]
  evidence: EvidenceStore
  /** Makes the copy that officers see; without it (Workers) photos are stored with the reason `no_copy`. */
  viewerCopy?: ((bytes: Uint8Array) => Promise<Uint8Array>) | undefined
  now(): Date
  /** Names this process in leases. */
  holder: string
  log: Log
  /** Milliseconds: one fetch, body included; what is in hand at a stop. */
  limits?: { fetchMs?: number; stopMs?: number }
}

export type PhotoLoop = {
  /** Fetches what is due now until nothing is or `until` (epoch ms) has passed; the number of tries. Workers and tests. */
  drain(until?: number): Promise<number>
  /** Runs until `stop`; looks once a second. */
  start(): void
  /** Takes nothing new, finishes what is in hand (10 s), gives the rest back. */
  stop(): Promise<void>
  /** Each night: deletes objects over a day old that no photo's row speaks for; the number of objects. */
  sweep(now: Date): Promise<number>
}

/** What the sealed facts of a stored photo say. `receivedAt` is the exact time, which stands nowhere else. */
export type PhotoFacts = Image & { sha256: string; bytes: number; receivedAt: string }

/** Name of the viewer's copy; the original is named by the photo's id alone. */
export const viewName = (id: string): string => `${id}${VIEW}`

const VIEW = '-view'
const LANES = 2
const FETCH_MS = 15_000
const STOP_MS = 10_000
const IDLE_MS = 1_000
/** Before try 2, 3, … in ms; the last goes on. */
const DELAYS = [5_000, 15_000, 60_000, 180_000, 600_000, 1_200_000]
/** Our own store or database away: that is no fault of the photo, it waits longer than for a platform. */
const OWN_DELAY_MS = 60_000
const OWN_PATIENCE_MS = DAY_MS / 2
/** A photo that was in hand at two deaths may be their cause: its pixels are left alone. */
const DEATHS = 2

export function createPhotoLoop(parts: PhotoLoopParts): PhotoLoop {
  const { db, keys, evidence, log, now } = parts
  const channels = new Map(parts.channels.map((channel) => [channel.name, channel]))
  const stopping = new AbortController()
  const idle = new Set<() => void>()
  let taking = true
  let running: Promise<unknown> = Promise.resolve()

  const drain = async (until = Number.POSITIVE_INFINITY): Promise<number> => {
    let tries = 0
    const lane = async () => {
      while (now().getTime() <= until && (await tryOne())) tries++
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    return tries
  }

  /** One photo from claim to outcome. False when none is due. */
  const tryOne = async (): Promise<boolean> => {
    const at = now().getTime()
    if (!(await hasDuePhoto(db, at))) return false
    const photo = await claimPhoto(db, parts.holder, at)
    if (!photo) return false
    try {
      await bringHome(photo)
    } catch (error) {
      log('error', 'photo.unavailable', { channel: photo.channel, cause: causeOf(error) })
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
    const facts: PhotoFacts = {
      ...image,
      sha256: await sha256(found.bytes),
      bytes: found.bytes.byteLength,
      receivedAt: now().toISOString(),
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
    const limit = new AbortController()
    const end = () => limit.abort()
    const timer = setTimeout(end, parts.limits?.fetchMs ?? FETCH_MS)
    stopping.signal.addEventListener('abort', end)
    try {
      return await fetchPhoto(channels.get(photo.channel), ref, limit.signal)
    } finally {
      clearTimeout(timer)
      stopping.signal.removeEventListener('abort', end)
    }
  }

  const afterFailure = async (photo: ClaimedPhoto, ref: string, { failed, final, retryAfter = 0 }: FetchFailure): Promise<void> => {
    if (final) return fail(photo, ref, failed)
    if (stopping.signal.aborted) return void (await db.write([releasePhoto(photo, now().getTime(), 'stopping')]))
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

  /** On the web the reference names what the visitor sent, sealed and waiting. The night's sweep finds what a kill leaves. */
  const dropIncoming = async (photo: ClaimedPhoto, ref: string): Promise<void> => {
    if (photo.channel === 'web') await evidence.delete(ref)
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

  const runLane = async (): Promise<void> => {
    while (taking) {
      try {
        if (await tryOne()) continue
      } catch (error) {
        log('error', 'photos.unavailable', { cause: causeOf(error) })
      }
      if (taking) await pause()
    }
  }

  const pause = () =>
    new Promise<void>((resume) => {
      const wake = () => {
        clearTimeout(timer)
        idle.delete(wake)
        resume()
      }
      const timer = setTimeout(wake, IDLE_MS)
      idle.add(wake)
    })

  return {
    drain,
    start() {
      running = Promise.all(Array.from({ length: LANES }, runLane))
    },
    async stop() {
      taking = false
      for (const wake of idle) wake()
      const timer = setTimeout(() => stopping.abort(), parts.limits?.stopMs ?? STOP_MS)
      await running
      clearTimeout(timer)
    },
    async sweep(at) {
      const before = new Date(at.getTime() - DAY_MS)
      let swept = 0
      let after: string | undefined
      do {
        const { names, next } = await evidence.list(after, before)
        const owned = await listKeptPhotos(db, [...new Set(names.map(ownerOf))])
        for (const name of names) {
          if (owned.has(ownerOf(name))) continue
          await evidence.delete(name)
          swept++
        }
        after = next
      } while (after !== undefined)
      return swept
    },
  }
}

const ownerOf = (name: string): string => (name.endsWith(VIEW) ? name.slice(0, -VIEW.length) : name)

async function sha256(bytes: Uint8Array): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)))
}
