/**
 * Reads a request body with a ceiling, so that nobody can fill our memory: every webhook and form starts here.
 */
import { AppError } from './errors.ts'

/** The body as bytes. Throws AppError `too_large` past `max` bytes, whether or not the length was announced. */
export async function readBytes(request: Request, max: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > max) throw new AppError('too_large', 'The body is too large.')
  const bytes = new Uint8Array(await request.arrayBuffer())
  if (bytes.byteLength > max) throw new AppError('too_large', 'The body is too large.')
  return bytes
}

/** The body as text, byte for byte as it was signed. Invalid UTF-8 is kept as replacement characters; throws AppError `too_large`. */
export async function readText(request: Request, max: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > max) throw new AppError('too_large', 'The body is too large.')
  const text = await request.text()
  if (text.length > max) throw new AppError('too_large', 'The body is too large.')
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
