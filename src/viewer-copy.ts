/**
 * The copy of a photo that officers look at: decoded and encoded anew as JPEG, upright, at most 2048 pixels a side.
 * Nothing of the file survives but its pixels: no place, no time, no camera, no hidden second file (R7). Node only:
 * sharp is native code; it is loaded at the first photo, so that a start does not wait for it.
 */
import type { Sharp, SharpOptions } from 'sharp'
import { MAX_PIXELS } from './image.ts'

const MAX_SIDE = 2048
const SECONDS = 10
const QUALITIES = [82, 68, 50] as const

type Open = (bytes: Uint8Array, options: SharpOptions) => Sharp

let opening: Promise<Open> | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * One at a time: a decoded photo may take 300 MB. Throws when the image is damaged, too large or takes over 10 s.
 * @param most bytes it should not be longer than: quality is given up for it, as far as that still looks well
 */
export function viewerCopy(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  return inTurn(async () => {
    let copy = await encodeAt(bytes, QUALITIES[0])
    for (const quality of QUALITIES.slice(1)) if (copy.byteLength > most) copy = await encodeAt(bytes, quality)
    return copy
  })
}

/** After whatever else is done with pixels in this process. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work)
  last = turn.catch(() => undefined)
  return turn
}

/** Decoded by nothing but the three decoders we take. `options`: for pixels that are decoded already. */
export async function openPicture(bytes: Uint8Array, options: SharpOptions = {}): Promise<Sharp> {
  opening ??= load()
  const open = await opening
  return open(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS, ...options })
}

async function encodeAt(bytes: Uint8Array, quality: number): Promise<Uint8Array> {
  // Only the first frame of an animation is read, and no metadata is written: both are sharp's defaults
  return (await openPicture(bytes, { sequentialRead: true, autoOrient: true }))
    .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality })
    .timeout({ seconds: SECONDS })
    .toBuffer()
}

async function load(): Promise<Open> {
  const { default: sharp } = await import('sharp')
  // The three decoders we take and no other, whatever a file claims to be
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] })
  // Decoded photos do not linger in memory, and one processor stays free for the messages
  sharp.cache(false)
  sharp.concurrency(1)
  return sharp
}
