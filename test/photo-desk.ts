/**
 * What the tests of photos stand on: a database, a folder of evidence, a clock moved by hand, platforms that answer as
 * told, and real pictures made on the spot.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import type { PhotoFacts } from '../db/photo-facts.ts'
import { duePhoto, factsBinding, listPhotoStates } from '../db/photos.ts'
import type { Db } from '../src/chat.ts'
import { createFileEvidence } from '../src/evidence-files.ts'
import { openJson } from '../src/keys.ts'
import { createNodeKeys } from '../src/keys-node.ts'
import type { PhotoParts } from '../src/photo-intake.ts'
import { createPhotoLoop, type PhotoLoop } from '../src/photos.ts'
import { looksOf } from '../src/pictures.ts'
import { viewerCopy } from '../src/viewer-copy.ts'
import { openTestFile } from './database.ts'
import { fakeChannel, fakeClock } from './harness.ts'

export const HOUR_MS = 60 * 60 * 1000
export const REF = 'https://photos.example.vn/secret-reference-of-lan.jpg'
export const keys = createNodeKeys(new Uint8Array(32).fill(7))

export type Desk = Awaited<ReturnType<typeof openDesk>>
export type Answer = Uint8Array | Response | Error | ((signal: AbortSignal) => Promise<Response>)

/** A platform that answers as told, the last answer again and again. */
export function platform(name: string, ...answers: Answer[]) {
  const asked: string[] = []
  const channel = fakeChannel(name)
  channel.photo = async (ref, signal) => {
    asked.push(ref)
    const answer = answers[Math.min(asked.length, answers.length) - 1]
    if (answer instanceof Error) throw answer
    if (typeof answer === 'function') return answer(signal)
    return answer instanceof Response ? answer.clone() : new Response(answer as Uint8Array<ArrayBuffer>)
  }
  return { channel, asked }
}

/** Close it at the end of the test. */
export async function openDesk() {
  const database = await openTestFile()
  const folder = await mkdtemp(join(tmpdir(), 'hang-viet-evidence-'))
  const clock = fakeClock()
  const evidence = createFileEvidence(folder, clock.now)
  const lines: string[] = []
  const { db } = database
  const rowOf = async (id: string) => (await db.read('SELECT * FROM photos WHERE id = ?', [id]))[0] ?? {}
  return {
    db,
    url: database.url,
    clock,
    evidence,
    lines,
    rowOf,
    loop: (from: ReturnType<typeof platform>, parts: Partial<PhotoParts> = {}) =>
      createPhotoLoop({
        db,
        keys,
        channels: [from.channel],
        evidence,
        viewerCopy,
        looksOf,
        now: clock.now,
        holder: 'p1',
        log: (level, what, fields = {}) => void lines.push(JSON.stringify({ level, what, ...fields })),
        ...parts,
      }),
    async due(id: string, channel = 'telegram', ref = REF, into: Db = db) {
      await into.write([await duePhoto(keys, { id, channel, ref, now: clock.now() })])
    },
    stateOf: async (id: string, from: Db = db) => (await listPhotoStates(from, [id]))[0],
    namesOf: async () => (await evidence.list()).names,
    /** An object of evidence, opened. */
    async opened(name: string): Promise<Buffer> {
      const box = await evidence.get(name)
      if (!box) throw new Error(`no evidence ${name}`)
      return Buffer.from(await keys.open('evidence', box, name))
    },
    async factsOf(id: string): Promise<PhotoFacts> {
      return openJson(keys, 'evidence', (await rowOf(id)).facts as Uint8Array, factsBinding(id))
    },
    /** Runs the loop over and over, the clock moved on each time, for this long. */
    async passes(loop: PhotoLoop, milliseconds: number) {
      const end = clock.now().getTime() + milliseconds
      while (clock.now().getTime() < end) {
        await loop.drain()
        clock.advance(5_000)
      }
      await loop.drain()
    },
    /** Every byte that lies on the disk. */
    files: async () => [...(await filesOf(folder)), ...(await filesOf(dirname(database.url.slice('file:'.length))))],
    async close() {
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const picture = () => sharp({ create: { width: 640, height: 480, channels: 3, background: '#205090' } })

export const jpeg = (): Promise<Buffer> => picture().jpeg().toBuffer()

/** A photo that tells where it was taken, with which camera. */
export const jpegWithPlace = (): Promise<Buffer> =>
  picture()
    .withExif({ IFD0: { Make: 'Hãng máy ảnh' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '21/1 1/1 30/1' } })
    .jpeg()
    .toBuffer()

/** A photo that cannot be pressed small, so that half of it is missing when half of its bytes are. */
export const grain = (): Promise<Buffer> =>
  sharp({ create: { width: 300, height: 300, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 50 } } })
    .jpeg()
    .toBuffer()

export const padded = (bytes: Uint8Array, length: number): Buffer => Buffer.concat([bytes, Buffer.alloc(length - bytes.length)])

/** A body in pieces without a length, that counts what was taken from it. */
export function stream(bytes: Uint8Array, piece = 64 * 1024) {
  const taken = { bytes: 0, cancelled: false }
  const response = () =>
    new Response(
      new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            if (taken.bytes >= bytes.length) return controller.close()
            controller.enqueue(bytes.slice(taken.bytes, taken.bytes + piece))
            taken.bytes += piece
          },
          cancel() {
            taken.cancelled = true
          },
        },
        { highWaterMark: 0 },
      ),
    )
  return { taken, response }
}

async function filesOf(directory: string): Promise<Buffer[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name))))
}
