/**
 * What is done with the pixels of a viewer's copy: a small one for lists, one with black boxes, and 64 bits of what it
 * looks like. Node only; one at a time with the making of copies (viewer-copy.ts).
 *
 * `looks` is a dHash in twenty lines over sharp's grey pixels. The libraries were weighed: sharp-phash (2.2.0) decodes the
 * file again with a sharp of its own, past the decoders we allow, blockhash-core stands at 0.1.0, and imghash (1.1.4)
 * brings three more decoders along.
 */
import type { Box, Pictures } from './redaction.ts'
import { inTurn, openPicture } from './viewer-copy.ts'

const SMALL_SIDE = 320
const SECONDS = 10

export const pictures: Pictures = {
  small: (copy) =>
    inTurn(async () =>
      (await openPicture(copy))
        .resize({ width: SMALL_SIDE, height: SMALL_SIDE, fit: 'inside', withoutEnlargement: true })
        .jpeg({ quality: 72 })
        .timeout({ seconds: SECONDS })
        .toBuffer(),
    ),
  cover: (copy, boxes) =>
    inTurn(async () => {
      const { data, info } = await (await openPicture(copy))
        .removeAlpha()
        .toColourspace('srgb')
        .raw()
        .timeout({ seconds: SECONDS })
        .toBuffer({ resolveWithObject: true })
      for (const box of boxes) blacken(data, info, box)
      const { width, height, channels } = info
      return (await openPicture(data, { raw: { width, height, channels } })).jpeg({ quality: 82 }).timeout({ seconds: SECONDS }).toBuffer()
    }),
}

/** Grey levels between the darkest and the lightest of 72 points under which a picture shows nothing to tell it by. */
const LEAST_CONTRAST = 12

/**
 * Sixteen hex digits: for each of 8 × 8 points, is the one to its right lighter? Two photos of one thing, scaled or
 * encoded anew, differ in a few bits of 64; other pictures in about half. Undefined for a picture of one colour.
 */
export function looksOf(copy: Uint8Array): Promise<string | undefined> {
  return inTurn(async () => {
    const grey = await (await openPicture(copy)).greyscale().resize(9, 8, { fit: 'fill' }).raw().timeout({ seconds: SECONDS }).toBuffer()
    if (Math.max(...grey) - Math.min(...grey) < LEAST_CONTRAST) return undefined
    let bits = ''
    for (let row = 0; row < 8; row++)
      for (let column = 0; column < 8; column++) bits += (grey[row * 9 + column] ?? 0) < (grey[row * 9 + column + 1] ?? 0) ? '1' : '0'
    return BigInt(`0b${bits}`).toString(16).padStart(16, '0')
  })
}

/** Outward to whole pixels: nothing of a covered edge shows. */
function blacken(data: Uint8Array, { width, height, channels }: { width: number; height: number; channels: number }, box: Box): void {
  const from = Math.floor((box.left * width) / 100)
  const to = Math.min(width, Math.ceil(((box.left + box.width) * width) / 100))
  const end = Math.min(height, Math.ceil(((box.top + box.height) * height) / 100))
  for (let y = Math.floor((box.top * height) / 100); y < end; y++) data.fill(0, (y * width + from) * channels, (y * width + to) * channels)
}
