/**
 * The parts of an XLSX, unpacked with a ceiling: what comes out is counted as it comes, in small pieces, and the sizes
 * the archive declares are not looked at. A bomb costs no more than the ceiling.
 */
import { Unzip, UnzipInflate } from 'fflate'
import { AppError } from '../errors.ts'
import { LIMITS, refused } from './limits.ts'

// Deflate grows at most 1,032 times: a piece becomes 8 MB at worst.
const PIECE = 8192

/** The wanted parts by name. Throws AppError. */
export async function unzip(bytes: Uint8Array, wanted: (name: string) => boolean): Promise<Map<string, Uint8Array>> {
  const parts = new Map<string, Uint8Array[]>()
  let seen = 0
  let size = 0
  const zip = new Unzip((file) => {
    seen += 1
    if (seen > LIMITS.parts) throw refused('too_big_inside')
    if (!wanted(file.name)) return
    // Two parts of one name: programs differ in which one they show.
    if (parts.has(file.name)) throw refused('unreadable')
    const pieces: Uint8Array[] = []
    parts.set(file.name, pieces)
    file.ondata = (error, piece) => {
      if (error) throw error
      size += piece.byteLength
      if (size > LIMITS.unpacked) throw refused('too_big_inside')
      pieces.push(piece)
    }
    file.start()
  })
  zip.register(UnzipInflate)
  try {
    for (let from = 0; from < bytes.byteLength; from += PIECE) {
      zip.push(bytes.subarray(from, from + PIECE), from + PIECE >= bytes.byteLength)
      await breath()
    }
  } catch (error) {
    throw error instanceof AppError ? error : refused('unreadable', error)
  }
  return new Map(Array.from(parts, ([name, pieces]) => [name, joined(pieces)]))
}

/** Lets go of the event loop, on Node and on Workers. */
export const breath = () => new Promise<void>((resume) => setTimeout(resume, 0))

function joined(pieces: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.byteLength
  }
  return all
}
