/**
 * Photos and scanned letters that an officer hands in for a report: looked at by what their bytes are, before anything is
 * kept, so that each wrong one is named with what to do about it. Pure. The road of what is taken is a member's photo's.
 */
import type { PhotoSource } from './case.ts'
import type { Text } from './chat.ts'
import { type Image, lookAt, MAX_PHOTO_BYTES } from './image.ts'
import { cleanText } from './text.ts'

/** Of one form: as many as a member's report takes. */
export const GIVEN_MOST = 10
/** Bytes of a form with its photos: as many as the page of members takes. */
export const GIVEN_FORM_MOST = 32 * 1024 * 1024
/** By which road a photo comes to an officer. */
export const GIVEN_SOURCES = ['letter', 'visit', 'phone', 'officer'] as const satisfies readonly PhotoSource[]
export type GivenSource = (typeof GIVEN_SOURCES)[number]

export const GIVEN_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const

export type GivenFile = { name: string; bytes: Uint8Array }
export type GivenPhoto = { bytes: Uint8Array; image: Image }

/** Characters of a file's name that are shown. */
const NAME_MOST = 60

/** Those that are photos, and a sentence for each that cannot be taken. */
export function lookAtGiven(files: readonly GivenFile[]): { photos: GivenPhoto[]; wrong: Text[] } {
  if (files.length > GIVEN_MOST) return { photos: [], wrong: [{ key: 'case.photos_many', params: { n: files.length, most: GIVEN_MOST } }] }
  const seen = files.map(({ name, bytes }) => ({ name, bytes, image: imageOf(bytes) }))
  const wrong = seen.flatMap(({ name, image }) =>
    'refused' in image ? [{ key: 'case.photo_named', params: { name: shownName(name), why: { key: image.refused } } }] : [],
  )
  return { photos: seen.flatMap(({ bytes, image }) => ('refused' in image ? [] : [{ bytes, image }])), wrong }
}

/** The picture, or the text key of why it is not taken. */
export function imageOf(bytes: Uint8Array): Image | { refused: string } {
  if (bytes.byteLength === 0) return { refused: 'case.photo_empty' }
  if (bytes.byteLength > MAX_PHOTO_BYTES) return { refused: 'case.photo_too_large' }
  if (startsWith(bytes, '%PDF')) return { refused: 'case.photo_pdf' }
  const image = lookAt(bytes)
  return 'refused' in image ? { refused: `case.photo_${image.refused}` } : image
}

/** A scanner's usual file. Read past the marks some programs put before it. */
function startsWith(bytes: Uint8Array, magic: string): boolean {
  return String.fromCharCode(...bytes.subarray(0, 8)).includes(magic)
}

/** As much of a name as tells the file, and no sign that turns the line around. */
function shownName(name: string): string {
  const letters = [...cleanText(name)]
  return letters.length > NAME_MOST ? `${letters.slice(0, NAME_MOST - 1).join('')}…` : letters.join('')
}
