/**
 * One try at the bytes behind a photo's reference: 10 MB and the given time at most, headers and body together,
 * whether or not the other side keeps to anything. What went wrong is told as data; the loop decides what follows.
 */
import type { Channel } from './chat.ts'
import { SendError } from './errors.ts'
import { MAX_PHOTO_BYTES } from './image.ts'

/** `final`: no further try can help. `retryAfter` in seconds, when the platform named it. */
export type FetchFailure = {
  failed: 'too_large' | 'gone' | 'timeout' | 'unreachable'
  final: boolean
  retryAfter?: number | undefined
}

/** @param channel undefined when its keys were taken away; they may come back within the hour. */
export async function fetchPhoto(
  channel: Channel | undefined,
  ref: string,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array } | FetchFailure> {
  if (!channel) return { failed: 'unreachable', final: false }
  try {
    const response = await orAbort(channel.photo(ref, signal), signal)
    if (!response.ok) {
      drop(response)
      return { failed: response.status === 404 || response.status === 410 ? 'gone' : 'unreachable', final: false }
    }
    const bytes = await readAtMost(response, MAX_PHOTO_BYTES, signal)
    return bytes ? { bytes } : { failed: 'too_large', final: true }
  } catch (error) {
    if (signal.aborted) return { failed: 'timeout', final: false }
    if (!(error instanceof SendError)) return { failed: 'unreachable', final: false }
    if (error.failure !== 'refused') return { failed: 'unreachable', final: false, retryAfter: error.retryAfter }
    return { failed: error.reason === 'too_large' ? 'too_large' : 'gone', final: true }
  }
}

/** Does not wait for a channel that ignores the signal; what it opens late is closed at once. */
async function orAbort(opening: Promise<Response>, signal: AbortSignal): Promise<Response> {
  let give: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(signal.reason)
    if (signal.aborted) give()
    else signal.addEventListener('abort', give)
  })
  try {
    return await Promise.race([opening, aborted])
  } catch (error) {
    opening.then(drop, () => {})
    throw error
  } finally {
    if (give) signal.removeEventListener('abort', give)
  }
}

/** The body, or undefined past `max` bytes: then nothing more is read, announced or not. */
async function readAtMost(response: Response, max: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  if (Number(response.headers.get('content-length') ?? 0) > max) {
    drop(response)
    return undefined
  }
  const reader = response.body?.getReader()
  if (!reader) return new Uint8Array()
  // Cancelling ends a read that waits, even where the body itself ignores the signal
  const cancel = () => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  try {
    const chunks: Uint8Array[] = []
    let total = 0
    while (!signal.aborted) {
      const { done, value } = await reader.read()
      if (done) break
      total += value.byteLength
      if (total > max) {
        cancel()
        return undefined
      }
      chunks.push(value)
    }
    signal.throwIfAborted()
    return joined(chunks, total)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

function drop(response: Response): void {
  response.body?.cancel().catch(() => {})
}

function joined(chunks: Uint8Array[], total: number): Uint8Array {
  const bytes = new Uint8Array(total)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
