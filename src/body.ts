/**
 * Reads a request body with a ceiling, so that nobody can fill our memory: every webhook and form starts here.
 */
import { AppError } from './errors.ts'

/** The body as bytes. Throws AppError `too_large` past `max` bytes, whether or not the length was announced. */
export async function readBytes(request: Request, max: number): Promise<Uint8Array> {
  const announced = lengthOf(request, max)
  const bytes = announced === undefined ? await readAtMost(request, max) : new Uint8Array(await request.arrayBuffer())
  if (bytes.byteLength > max) throw tooLarge()
  return bytes
}

/**
 * As much of the body as `most`, and whether that was all. Of a longer one only the first `head` bytes are kept; the rest is
 * read and let go, `drain` bytes at most, because a browser that is cut off while it sends shows no answer.
 */
export async function readStart(
  request: Request,
  { most, head, drain }: { most: number; head: number; drain: number },
): Promise<{ bytes: Uint8Array<ArrayBuffer>; whole: boolean }> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  const pieces: Uint8Array[] = []
  let size = 0
  let kept = 0
  const reader = request.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > drain) {
      await reader.cancel()
      break
    }
    if (kept > (Math.max(announced, size) > most ? head : most)) continue
    pieces.push(value)
    kept += value.byteLength
  }
  const whole = size <= most
  return { bytes: joined(pieces).subarray(0, whole ? size : head), whole }
}

/** The body as text, byte for byte as it was signed. Invalid UTF-8 is kept as replacement characters; throws AppError `too_large`. */
export async function readText(request: Request, max: number): Promise<string> {
  const announced = lengthOf(request, max)
  const text = announced === undefined ? new TextDecoder().decode(await readAtMost(request, max)) : await request.text()
  if (text.length > max) throw tooLarge()
  return text
}

/** Parses JSON that must be an object. Throws AppError `invalid`. */
export function parseObject(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid', 'The body is not JSON.', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new AppError('invalid', 'The body is not a JSON object.')
  return value as Record<string, unknown>
}

const tooLarge = () => new AppError('too_large', 'The body is too large.')

/** What was announced: the server holds the sender to it. */
function lengthOf(request: Request, max: number): number | undefined {
  const header = request.headers.get('content-length')
  if (header === null) return undefined
  if (!(Number(header) <= max)) throw tooLarge()
  return Number(header)
}

/** A body that comes in pieces of no announced number is given up as soon as it passes `max`. */
async function readAtMost(request: Request, max: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > max) {
      await reader.cancel()
      throw tooLarge()
    }
    pieces.push(value)
  }
  return joined(pieces)
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.byteLength
  }
  return all
}
