/**
 * A cell as it is kept: accents joined to their letters (macOS writes them apart), ends trimmed, line ends alike, nothing
 * that cannot be seen.
 */
import { LIMITS, refused } from './limits.ts'

/** Throws AppError for a cell that is too long. */
export function tidy(cell: string): string {
  if (cell.length > LIMITS.cell) throw refused('cell_too_long')
  return visible(cell.replace(/\r\n?/g, '\n')).normalize('NFC').trim()
}

/** Without control characters other than tab and line end, halves of letters, and signs that only turn the direction of text. */
export function visible(text: string): string {
  return text.replace(/(?![\t\n])\p{Cc}|\p{Cs}|[\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/gu, '')
}
