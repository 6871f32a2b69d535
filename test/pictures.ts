/**
 * Small pictures whose heads are right, for tests that look at nothing else.
 */

/** The head of a PNG of this size, and its end. */
export function pngOf(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(45)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])
  const view = new DataView(bytes.buffer)
  view.setUint32(16, width)
  view.setUint32(20, height)
  bytes.set([0x49, 0x45, 0x4e, 0x44], 37)
  return bytes
}

/** The head of a JPEG of this size. */
export function jpegOf(width: number, height: number): Uint8Array {
  return new Uint8Array([
    0xff,
    0xd8,
    0xff,
    0xc0,
    0,
    17,
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
    3,
    1,
    17,
    0,
    2,
    17,
    0,
    3,
    17,
    0,
    0xff,
    0xd9,
  ])
}

export const PNG = pngOf(640, 480)
export const JPEG = jpegOf(640, 480)
