/**
 * What a file really is, by its first bytes, whatever its name or Content-Type says: JPEG, PNG and WebP are taken,
 * everything else is refused, and the size in pixels is read before anything is decoded. Ninety lines of our own
 * rather than image-size or file-type: those know dozens of formats (SVG among them) that must be refused here, and
 * each parser more is one more way in. No loop here goes backwards, so no file can hold it.
 */

export type ImageType = 'image/jpeg' | 'image/png' | 'image/webp'
export type Image = { type: ImageType; width: number; height: number }
/** `heic` covers its kin (HEIF, AVIF): real photos in a format we do not take. `bomb`: small file, huge picture. */
export type ImageRefusal = 'not_an_image' | 'heic' | 'bomb'

/** Bytes of one photo (issue: 10 MB). */
export const MAX_PHOTO_BYTES = 10 * 1024 * 1024
/** 50 megapixels, counted so that the sensors sold as such (8192 × 6144) fit. */
export const MAX_PIXELS = 50 * 1024 * 1024

/** The image, or why it is none of ours. Bytes after the image are not looked at: the viewer's copy has none of them. */
export function lookAt(bytes: Uint8Array): Image | { refused: ImageRefusal } {
  if (isHeif(bytes)) return { refused: 'heic' }
  const image = jpegOf(bytes) ?? pngOf(bytes) ?? webpOf(bytes)
  if (!image || image.width === 0 || image.height === 0) return { refused: 'not_an_image' }
  return image.width * image.height > MAX_PIXELS ? { refused: 'bomb' } : image
}

/**
 * Whether a JPEG or PNG holds nothing but its picture, to its last byte: no EXIF, XMP, IPTC, comment, thumbnail or second
 * file. What shows the picture is named here and everything else counts as more, damage too. For where no image library
 * can make a clean copy (Workers).
 */
export function isBare(bytes: Uint8Array): boolean {
  return starts(bytes, [0xff, 0xd8]) ? isBareJpeg(bytes) : isBarePng(bytes)
}

/** Segments up to `FF D9`, also those between the scans of a progressive picture. */
function isBareJpeg(bytes: Uint8Array): boolean {
  const view = viewOf(bytes)
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    const length = view.getUint16(at + 2)
    const end = at + 2 + length
    if (marker < 0xc0 || marker === 0xfe || length < 2 || end > bytes.length) return false
    if (marker >= 0xe0 && marker <= 0xef && !isForShowing(bytes, at, marker, length)) return false
    at = marker === 0xda ? endOfScan(bytes, end) : end
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return at + 2 === bytes.length
  }
  return false
}

/** JFIF without a thumbnail, a colour profile, Adobe's colour transform. */
function isForShowing(bytes: Uint8Array, at: number, marker: number, length: number): boolean {
  if (marker === 0xe0) return length === 16 && ascii(bytes, at + 4, 5) === 'JFIF\0'
  if (marker === 0xe2) return ascii(bytes, at + 4, 12) === 'ICC_PROFILE\0'
  return marker === 0xee && length === 14 && ascii(bytes, at + 4, 5) === 'Adobe'
}

/** Pixels go on to the next `FF` that is neither stuffed (00) nor a restart (D0–D7). */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = from
  for (; at + 1 < bytes.length; at++) {
    const next = bytes[at + 1] ?? 0
    if (bytes[at] === 0xff && next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at
  }
  return at
}

const PNG_CHUNKS = new Set('IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD pHYs hIST sPLT'.split(' '))

/** `<length><type><data><crc>` up to `IEND`. */
function isBarePng(bytes: Uint8Array): boolean {
  const view = viewOf(bytes)
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = ascii(bytes, at + 4, 4)
    if (!PNG_CHUNKS.has(type)) return false
    if (type === 'IEND') return at + 12 + view.getUint32(at) === bytes.length
  }
  return false
}

const HEIF_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'mif2', 'msf1', 'avif', 'avis'])

/** `<size>ftyp<brand><version><brand>…`: an ISO media file; a video has other brands. */
function isHeif(bytes: Uint8Array): boolean {
  if (ascii(bytes, 4, 4) !== 'ftyp') return false
  const end = Math.min(viewOf(bytes).getUint32(0), bytes.length, 256)
  for (let at = 8; at + 4 <= end; at += 4) if (HEIF_BRANDS.has(ascii(bytes, at, 4))) return true
  return false
}

/** `FF D8`, then segments `FF <marker> <length>`; the one that starts a frame (C0–CF but C4, C8, CC) holds the size. */
function jpegOf(bytes: Uint8Array): Image | undefined {
  if (!starts(bytes, [0xff, 0xd8, 0xff])) return undefined
  const view = viewOf(bytes)
  let at = 2
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { type: 'image/jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    }
    const length = view.getUint16(at + 2)
    // Pixels (DA) or the end (D9) before any size, or a marker that stands in no header
    if (marker === 0xda || marker === 0xd9 || marker < 0xc0 || length < 2) return undefined
    at += 2 + length
  }
  return undefined
}

/** `89 PNG 0D 0A 1A 0A`, then the header chunk: length 13, `IHDR`, width, height. */
function pngOf(bytes: Uint8Array): Image | undefined {
  if (bytes.length < 33 || !starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])) return undefined
  if (ascii(bytes, 12, 4) !== 'IHDR') return undefined
  const view = viewOf(bytes)
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
}

/** `RIFF<size>WEBP`, then `VP8 ` (lossy), `VP8L` (lossless) or `VP8X` (extended), each with its size in its own place. */
function webpOf(bytes: Uint8Array): Image | undefined {
  if (bytes.length < 30 || ascii(bytes, 0, 4) !== 'RIFF' || ascii(bytes, 8, 4) !== 'WEBP') return undefined
  const type = 'image/webp'
  const view = viewOf(bytes)
  switch (ascii(bytes, 12, 4)) {
    case 'VP8 ':
      if (bytes[23] !== 0x9d || bytes[24] !== 0x01 || bytes[25] !== 0x2a) return undefined
      return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
    case 'VP8L': {
      if (bytes[20] !== 0x2f) return undefined
      const bits = view.getUint32(21, true)
      return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { type, width: (view.getUint32(24, true) & 0xffffff) + 1, height: (view.getUint32(26, true) >>> 8) + 1 }
    default:
      return undefined
  }
}

const starts = (bytes: Uint8Array, magic: number[]): boolean => magic.every((byte, i) => bytes[i] === byte)
const ascii = (bytes: Uint8Array, at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length))
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
