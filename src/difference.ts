/**
 * What changed between two versions of an entry, field by field and word by word: what a reviewer reads first, and what
 * the history of an entry shows.
 */
import { diffWordsWithSpace } from 'diff'
import { type Fields, isQuestion } from './entry.ts'

export type Piece = { text: string; kind: 'same' | 'added' | 'removed' }
/** `field`: a path such as `options.2` or `document.number`. */
export type Difference = { field: string; pieces: Piece[] }

/** The fields that differ, in the order they are shown. Without `before` everything is new. */
export function differencesOf(before: Fields | null, after: Fields): Difference[] {
  const old = new Map(before ? flat(before) : [])
  const now = new Map(flat(after))
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((field) => {
    const was = old.get(field) ?? ''
    const is = now.get(field) ?? ''
    return was === is ? [] : [{ field, pieces: piecesOf(was, is) }]
  })
}

/** Changes with nothing but a space between them are told as one: "Một tên" for "Ưu tiên", not word by word. */
function piecesOf(was: string, is: string): Piece[] {
  const pieces: Piece[] = []
  let removed = ''
  let added = ''
  const flush = () => {
    if (removed !== '') pieces.push({ text: removed, kind: 'removed' })
    if (added !== '') pieces.push({ text: added, kind: 'added' })
    removed = ''
    added = ''
  }
  const changes = diffWordsWithSpace(was, is)
  for (const [at, { value, ...change }] of changes.entries()) {
    const next = changes[at + 1]
    const between = value.trim() === '' && (removed !== '' || added !== '') && next !== undefined && (next.added || next.removed)
    if (!change.added && !change.removed && !between) {
      flush()
      pieces.push({ text: value, kind: 'same' })
      continue
    }
    if (!change.added) removed += value
    if (!change.removed) added += value
  }
  flush()
  return pieces
}

/** Every field as text; lists and the document's parts by their paths. The right answer is shown as its words. */
function flat(fields: Fields): Array<[field: string, text: string]> {
  if (isQuestion(fields)) {
    const { options, correct, ...rest } = fields
    return [
      ...plain(rest),
      ...options.map((option, place): [string, string] => [`options.${place}`, option]),
      ['correct', options[correct] ?? ''],
    ]
  }
  const { document, ...rest } = fields
  return [...plain(rest), ...plain(document ?? {}).map(([field, text]): [string, string] => [`document.${field}`, text])]
}

function plain(fields: Record<string, string | number | boolean | null>): Array<[string, string]> {
  return Object.entries(fields).flatMap(([field, value]) => (value === null ? [] : [[field, String(value)]]))
}
