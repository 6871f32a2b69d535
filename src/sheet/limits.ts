/**
 * How much of a spreadsheet is read and written at most, and how a file says no. A file comes from anybody's computer:
 * nothing it says of itself is believed, everything is counted while it is read.
 */
import { AppError } from '../errors.ts'

export const LIMITS = {
  /** The file as it was sent. */
  bytes: 5_000_000,
  /** What an XLSX may become when it is unpacked, all parts together. */
  unpacked: 40_000_000,
  /** Files inside an XLSX. */
  parts: 300,
  /** Rows of a sheet, the heading and empty ones included. */
  rows: 10_000,
  columns: 60,
  /** Letters of a cell. */
  cell: 5_000,
  /** Letters of all cells together: many cells may share one long string. */
  text: 20_000_000,
  /** Rows of an XLSX that is written: it is made in memory. A CSV has no such limit. */
  written: 50_000,
} as const

/** `sheet.<why>` is the sentence. */
export type SheetTrouble =
  | 'empty'
  | 'unreadable'
  | 'old_format'
  | 'not_utf8'
  | 'quotes'
  | 'too_big'
  | 'too_big_inside'
  | 'too_many_rows'
  | 'too_many_columns'
  | 'cell_too_long'
  | 'too_many_written'

export function refused(why: SheetTrouble, cause?: unknown): AppError {
  return new AppError(why === 'too_big' || why === 'too_big_inside' ? 'too_large' : 'invalid', `sheet.${why}`, { cause })
}
