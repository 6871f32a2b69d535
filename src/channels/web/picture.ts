/**
 * What a sent file really is, by its first bytes: names and types that a browser states are a stranger's words.
 */

export type FileKind = 'jpeg' | 'png' | 'webp' | 'heic' | 'other'

export const mimeOf: Record<FileKind, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  heic: 'image/heic',
  other: 'application/octet-stream',
}

const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'])

export function fileKind(bytes: Uint8Array): FileKind {
  const at = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  if (at(0, 8) === '\u0089PNG\r\n\u001a\n') return 'png'
  if (at(0, 4) === 'RIFF' && at(8, 12) === 'WEBP') return 'webp'
  if (at(4, 8) === 'ftyp' && HEIC_BRANDS.has(at(8, 12))) return 'heic'
  return 'other'
}
