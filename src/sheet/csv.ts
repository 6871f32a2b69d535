/**
 * CSV, both ways. What is written opens in Excel with its accents (byte order mark) and runs nothing: a cell that would
 * be a formula gets an apostrophe before it, and reading takes that apostrophe away again.
 */
import { CsvError, parse } from 'csv-parse/browser/esm/sync'
import type { SheetCell, SheetColumn, SheetRow } from './index.ts'
import { LIMITS, refused } from './limits.ts'
import { tidy } from './tidy.ts'

const BOM = '\uFEFF'
// What spreadsheet programs take for a formula, in full width too, and behind spaces.
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/
const DISARMED = /^'(?=[\t\r\n]|\s*[=+\-@＝＋－＠])/

/** Throws AppError. A row is a record, as a spreadsheet counts: a cell may have lines of its own. */
export function readCsv(bytes: Uint8Array): SheetRow[] {
  const text = textOf(bytes)
  const rows: SheetRow[] = []
  try {
    parse(text, {
      delimiter: delimiterOf(text),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: false,
      on_record: (cells: string[]) => {
        rows.push(rowOf(cells, rows.length + 1))
        return null
      },
    })
  } catch (error) {
    if (error instanceof CsvError) throw refused('quotes', error)
    throw error
  }
  return rows
}

export function writeCsv(columns: readonly SheetColumn[], rows: Iterable<readonly SheetCell[]>): Uint8Array {
  return new TextEncoder().encode([csvHead(columns), ...Array.from(rows, csvRow)].join(''))
}

/** The beginning of a CSV that is written row by row. */
export function csvHead(columns: readonly SheetColumn[]): string {
  return BOM + csvRow(columns.map(({ title }) => title))
}

export function csvRow(cells: readonly SheetCell[]): string {
  return `${cells.map(quoted).join(',')}\r\n`
}

function quoted(cell: SheetCell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const safe = FORMULA.test(cell) ? `'${cell}` : cell
  return `"${safe.replaceAll('"', '""')}"`
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch (cause) {
    throw refused('not_utf8', cause)
  }
}

/** Of the heading: whichever of the three stands most often outside quotes. */
function delimiterOf(text: string): string {
  const first = text.slice(0, text.search(/[\r\n]|$/)).replace(/"[^"]*"/g, '')
  const counted = [',', ';', '\t'].map((sign) => ({ sign, times: first.split(sign).length }))
  return counted.reduce((most, one) => (one.times > most.times ? one : most)).sign
}

function rowOf(cells: string[], line: number): SheetRow {
  if (line > LIMITS.rows) throw refused('too_many_rows')
  // Empty cells at the end are what a spreadsheet program leaves of columns that once were there.
  const tidied = cells.map((cell) => tidy(cell.replace(DISARMED, '')))
  const used = tidied.findLastIndex((cell) => cell !== '') + 1
  if (used > LIMITS.columns) throw refused('too_many_columns')
  return { line, cells: tidied.slice(0, used) }
}
