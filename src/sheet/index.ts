/**
 * Spreadsheets of officers, in and out: CSV (UTF-8, commas or semicolons, as Excel in Vietnamese writes it) and XLSX.
 * What a file is, is told by its first bytes, never by its name alone. Runs on Node and on Workers.
 */
import { readCsv } from './csv.ts'
import { LIMITS, refused } from './limits.ts'
import { readXlsx } from './xlsx-read.ts'

export { csvHead, csvRow, writeCsv } from './csv.ts'
export { LIMITS, type SheetTrouble } from './limits.ts'
export { writeXlsx } from './xlsx-write.ts'

/** `line` is the row as a spreadsheet program numbers it, from 1, the heading included. Cells are trimmed and in NFC. */
export type SheetRow = { line: number; cells: string[] }

/** A column of a sheet that is written. `width` in letters. */
export type SheetColumn = { title: string; width?: number }

/** Text stays text, whatever it begins with; only a number is a number. */
export type SheetCell = string | number | null

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
export const CSV_TYPE = 'text/csv; charset=utf-8'

/**
 * The rows of a CSV, or of the first sheet of an XLSX that is shown; empty rows are left out, the numbers stay. Dates are
 * `YYYY-MM-DD`. Throws AppError with a sentence for whatever cannot be read or is more than LIMITS.
 * @param name of the file: only tells an old Excel file or a picture from a CSV
 */
export async function readSheet(bytes: Uint8Array, name: string): Promise<SheetRow[]> {
  if (bytes.byteLength > LIMITS.bytes) throw refused('too_big')
  if (bytes.byteLength === 0) throw refused('empty')
  const rows = await read(bytes, name)
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== ''))
  if (filled.length === 0) throw refused('empty')
  const letters = filled.reduce((sum, { cells }) => sum + cells.reduce((all, cell) => all + cell.length, 0), 0)
  if (letters > LIMITS.text) throw refused('too_big_inside')
  return filled
}

async function read(bytes: Uint8Array, name: string): Promise<SheetRow[]> {
  if (startsWith(bytes, [0x50, 0x4b])) return readXlsx(bytes)
  // The container of .xls, and of an .xlsx with a password.
  if (startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0])) throw refused('old_format')
  if (/\.(xlsx|xlsm|xls|ods|numbers|pdf|docx?)$/i.test(name) || bytes.includes(0)) throw refused('unreadable')
  return readCsv(bytes)
}

const startsWith = (bytes: Uint8Array, magic: number[]) => magic.every((byte, at) => bytes[at] === byte)
