/**
 * What a backup holds: a word about itself, the database, the sealed photos under their names. Never DATA_KEY and
 * never the key file. Streams both ways, so that size does not matter.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable, Writable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { createTarDecoder, createTarPacker, type ParsedTarEntry, type TarPackController } from 'modern-tar'
import * as z from 'zod'
import { AppError } from '../errors.ts'
import { type EvidenceStore, isEvidenceName } from '../evidence.ts'

export type Contents = {
  /** The file with the database: read when packing, made when unpacking. */
  databasePath: string
  evidence: EvidenceStore
  /** Hears of every 500 photos. */
  note(line: string): void
}

const FORMAT = 1
const MANIFEST = 'manifest.json'
const DATABASE = 'database.db'
const EVIDENCE = 'evidence/'
const NOTED = 500
const MANIFEST_MOST = 10_000

const manifestSchema = z.object({ format: z.literal(FORMAT), madeAt: z.iso.datetime() })

/** `done` resolves to the number of photos; a failure also ends the stream with it. */
export function packContents(contents: Contents, madeAt: string): { stream: ReadableStream<Uint8Array>; done: Promise<number> } {
  const { readable, controller } = createTarPacker()
  const done = pack(controller, contents, JSON.stringify({ format: FORMAT, madeAt }), new Date(madeAt)).catch((error: unknown) => {
    controller.error(error)
    throw error
  })
  return { stream: readable as unknown as ReadableStream<Uint8Array>, done }
}

/** Resolves once every byte was read. Throws AppError `invalid` for a newer format, and what the stream throws. */
export async function unpackContents(
  stream: ReadableStream<Uint8Array>,
  contents: Contents,
  signal: AbortSignal,
): Promise<{ madeAt: string; photos: number }> {
  const decoder = createTarDecoder({ strict: true })
  const failing = new AbortController()
  const works = [
    unpack(decoder.readable as unknown as ReadableStream<ParsedTarEntry>, contents),
    stream.pipeTo(decoder.writable as never, { signal: AbortSignal.any([signal, failing.signal]) }),
  ] as const
  // One failing ends the other, and both have ended before anyone clears up.
  for (const work of works) work.catch((error: unknown) => failing.abort(error))
  await Promise.allSettled(works)
  if (failing.signal.aborted) throw failing.signal.reason
  return works[0]
}

async function pack(
  controller: TarPackController,
  { databasePath, evidence, note }: Contents,
  manifest: string,
  at: Date,
): Promise<number> {
  const add = async (name: string, bytes: Uint8Array) => {
    const writer = controller.add({ name, size: bytes.byteLength, mode: 0o600, mtime: at }).getWriter()
    await writer.write(bytes)
    await writer.close()
  }
  await add(MANIFEST, new TextEncoder().encode(manifest))
  const { size } = await stat(databasePath)
  const database = controller.add({ name: DATABASE, size, mode: 0o600, mtime: at })
  await (Readable.toWeb(createReadStream(databasePath)) as ReadableStream<Uint8Array>).pipeTo(database as never)
  let photos = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: { names: string[]; next?: string } = await evidence.list(after)
    for (const name of page.names) {
      const bytes = await evidence.get(name)
      // Let go by retention since the list was read.
      if (!bytes) continue
      await add(`${EVIDENCE}${name}`, new Uint8Array(bytes))
      photos++
      if (photos % NOTED === 0) note(`  ảnh / photos: ${photos}`)
    }
    after = page.next
  }
  controller.finalize()
  return photos
}

async function unpack(
  entries: ReadableStream<ParsedTarEntry>,
  { databasePath, evidence, note }: Contents,
): Promise<{ madeAt: string; photos: number }> {
  let madeAt: string | undefined
  let database = false
  let photos = 0
  for await (const { header, body } of entries) {
    const name = header.name.startsWith(EVIDENCE) ? header.name.slice(EVIDENCE.length) : undefined
    if (header.name === MANIFEST && header.size <= MANIFEST_MOST) {
      madeAt = madeAtIn(await new Response(body).text())
    } else if (header.name === DATABASE && !database) {
      database = true
      await (body as unknown as ReadableStream<Uint8Array>).pipeTo(
        Writable.toWeb(createWriteStream(databasePath, { flags: 'wx', mode: 0o600 })),
      )
    } else if (name !== undefined && isEvidenceName(name)) {
      await evidence.put(name, new Uint8Array(await new Response(body).arrayBuffer()))
      photos++
      if (photos % NOTED === 0) note(`  ảnh / photos: ${photos}`)
    } else {
      throw newer()
    }
  }
  if (madeAt === undefined || !database) throw newer()
  return { madeAt, photos }
}

function madeAtIn(text: string): string {
  const parsed = manifestSchema.safeParse(JSON.parse(text))
  if (!parsed.success) throw newer()
  return parsed.data.madeAt
}

const newer = () =>
  new AppError(
    'invalid',
    'Bản sao lưu do một bản chương trình khác tạo ra; hãy dùng bản mới hơn. / Made by another version; use a newer one.',
  )
