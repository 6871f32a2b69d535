/**
 * A backup as one file: a tar of the database and the sealed photos, inside age's encrypted format (age-encryption, by
 * age's author), which seals a stream in 64 KB chunks so that a missing, moved or changed chunk and a cut end are
 * noticed. The file's own random key is wrapped by the key derived from DATA_KEY for backups: no password, no scrypt.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { Readable, Writable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { Decrypter, Encrypter, Stanza } from 'age-encryption'
import type { Keys } from '../chat.ts'
import { AppError } from '../errors.ts'
import { type Contents, packContents, unpackContents } from './contents.ts'

export type ArchiveParts = { keys: Keys; contents: Contents; signal: AbortSignal }

/** `sha256` in hex, of the file as it lies there; `photos` is how many it holds. */
export type ArchiveFacts = { sha256: string; bytes: number; photos: number; madeAt: string }

/** Names our way of wrapping among age's own. */
const STANZA = 'hang-viet-bot/data-key'
const BOUND = 'archive'

/** Writes a new file of mode 0600, synced; a failure removes it again. Throws AppError `conflict` when it exists. */
export async function writeArchive(path: string, parts: ArchiveParts, madeAt: string): Promise<ArchiveFacts> {
  const handle = await createNew(path)
  try {
    const meter = createMeter()
    const packing = packContents(parts.contents, madeAt)
    // Awaited below; until then a failure is not to end the process.
    packing.done.catch(() => undefined)
    const encrypter = new Encrypter()
    encrypter.addRecipient({ wrapFileKey: async (key) => [new Stanza([STANZA], await parts.keys.seal('backup', key, BOUND))] })
    const sealed = await encrypter.encrypt(packing.stream as never)
    const target = Writable.toWeb(handle.createWriteStream({ flush: true }))
    const [photos] = await Promise.all([
      packing.done,
      (sealed as unknown as ReadableStream<Uint8Array>).pipeThrough(meter.tap()).pipeTo(target, { signal: parts.signal }),
    ])
    return { ...meter.facts(), photos, madeAt }
  } catch (error) {
    await rm(path, { force: true })
    throw parts.signal.aborted ? interrupted(error) : error
  }
}

/**
 * Opens every byte of the archive into `contents`, which should be empty places. Nothing of what it made may be used
 * when it throws: AppError `forbidden` for another key, `invalid` for a file that is damaged, cut short or none of ours.
 */
export async function readArchive(path: string, parts: ArchiveParts): Promise<ArchiveFacts> {
  const handle = await openOld(path)
  const meter = createMeter()
  const failing = new AbortController()
  const signal = AbortSignal.any([parts.signal, failing.signal])
  const state = { refused: false }
  try {
    const file = handle.createReadStream({ signal })
    const opened = await openerOf(parts.keys, state).decrypt(Readable.toWeb(file).pipeThrough(meter.tap()) as never)
    const facts = await unpackContents(opened as unknown as ReadableStream<Uint8Array>, parts.contents, signal)
    return { ...meter.facts(), ...facts }
  } catch (error) {
    failing.abort()
    if (parts.signal.aborted) throw interrupted(error)
    if (state.refused)
      throw new AppError('forbidden', 'Bản sao lưu này được niêm bằng một DATA_KEY khác. / This backup was sealed with another DATA_KEY.')
    // What the disk refuses (full, not allowed) is not the archive's fault.
    if (error instanceof AppError || (error as NodeJS.ErrnoException).syscall !== undefined) throw error
    throw new AppError('invalid', 'Tệp không phải bản sao lưu, hoặc đã hỏng hay bị cắt. / Not a backup, or damaged, or cut short.', {
      cause: error,
    })
  }
}

/** `state.refused` tells a file of ours under another key from any other trouble. */
function openerOf(keys: Keys, state: { refused: boolean }): Decrypter {
  const decrypter = new Decrypter()
  decrypter.addIdentity({
    async unwrapFileKey(stanzas: Stanza[]) {
      const own = stanzas.find(({ args }) => args[0] === STANZA)
      if (!own) return null
      try {
        return new Uint8Array(await keys.open('backup', own.body, BOUND))
      } catch {
        state.refused = true
        return null
      }
    },
  })
  return decrypter
}

async function createNew(path: string): Promise<FileHandle> {
  return open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new AppError('conflict', `Tệp ${path} đã có; chọn tên khác. / The file exists; choose another name.`)
    throw new AppError('not_found', `Không tạo được tệp ${path}. / The file cannot be made. (${error.code})`)
  })
}

async function openOld(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new AppError('not_found', `Không mở được tệp ${path}. / The file cannot be opened. (${error.code})`)
  })
}

function createMeter() {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    tap: () =>
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          hash.update(chunk)
          bytes += chunk.byteLength
          controller.enqueue(chunk)
        },
      }),
    facts: () => ({ sha256: hash.digest('hex'), bytes }),
  }
}

function interrupted(cause: unknown): AppError {
  return new AppError('unavailable', 'Đã dừng giữa chừng, không để lại gì. / Interrupted; nothing was left behind.', { cause })
}
