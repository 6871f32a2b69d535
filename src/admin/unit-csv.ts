/**
 * An operator's list of units as text: UTF-8 with or without a byte order mark, columns by name in any order, commas
 * or semicolons between them (Excel in Vietnamese writes semicolons). A row that cannot be read is named by its line.
 */
import { CsvError, parse } from 'csv-parse/sync'
import { AppError } from '../errors.ts'

export const COLUMNS = [
  'id',
  'kind',
  'level',
  'name',
  'short_name',
  'parent',
  'code',
  'aliases',
  'valid_from',
  'valid_to',
  'successors',
  'note',
] as const
export type Column = (typeof COLUMNS)[number]
const REQUIRED: readonly Column[] = ['kind', 'level', 'name']

/** `line` is where the row ends in the file, counted from 1. */
export type UnitLine = { line: number; cells: Record<Column, string> }
export type BadRow = { line: number; reason: string }

const CELL_MOST = 2000

/** Throws AppError `invalid` when the file as a whole cannot be read. */
export function readUnitCsv(bytes: Uint8Array): { lines: UnitLine[]; bad: BadRow[] } {
  const [header, ...records] = parsed(textOf(bytes))
  if (!header) throw new AppError('invalid', 'Tệp trống. / The file is empty.')
  const columns = columnsOf(header.cells)
  const lines: UnitLine[] = []
  const bad: BadRow[] = []
  for (const { line, cells } of records) {
    if (cells.every((cell) => cell === '')) continue
    if (cells.length !== columns.length) {
      bad.push({ line, reason: `có ${cells.length} ô, cần ${columns.length} / has ${cells.length} cells, needs ${columns.length}` })
    } else if (cells.some((cell) => cell.length > CELL_MOST || /\p{Cc}/u.test(cell))) {
      bad.push({ line, reason: 'có ô quá dài hoặc xuống dòng / a cell is too long or has a line break' })
    } else {
      const row = Object.fromEntries(COLUMNS.map((column) => [column, ''])) as Record<Column, string>
      for (const [at, column] of columns.entries()) row[column] = cells[at] ?? ''
      lines.push({ line, cells: row })
    }
  }
  return { lines, bad }
}

function textOf(bytes: Uint8Array): string {
  try {
    // Decoding drops a byte order mark. macOS writes accents apart from their letters: NFC joins them.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).normalize('NFC')
  } catch {
    throw new AppError(
      'invalid',
      'Tệp không phải UTF-8. Trong Excel chọn “CSV UTF-8”. / The file is not UTF-8; in Excel choose “CSV UTF-8”.',
    )
  }
}

function parsed(text: string): Array<{ line: number; cells: string[] }> {
  const first = text.slice(0, text.search(/[\r\n]|$/))
  const delimiter = first.split(';').length > first.split(',').length ? ';' : ','
  const rows: Array<{ line: number; cells: string[] }> = []
  try {
    parse(text, {
      delimiter,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (cells: string[], { lines }) => {
        rows.push({ line: lines, cells })
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new AppError('invalid', `Không đọc được tệp CSV: ${error.message} / The CSV file cannot be read.`)
  }
  return rows
}

function columnsOf(header: string[]): Column[] {
  const named = header.map((cell) => cell.toLowerCase())
  const unknown = named.filter((name) => !(COLUMNS as readonly string[]).includes(name))
  const missing = REQUIRED.filter((name) => !named.includes(name))
  const twice = named.filter((name, at) => named.indexOf(name) !== at)
  const wrong = [
    ...(unknown.length > 0 ? [`cột lạ / unknown: ${unknown.join(', ')}`] : []),
    ...(missing.length > 0 ? [`thiếu cột / missing: ${missing.join(', ')}`] : []),
    ...(twice.length > 0 ? [`cột lặp / twice: ${twice.join(', ')}`] : []),
  ]
  if (wrong.length > 0) throw new AppError('invalid', `Dòng 1: ${wrong.join('; ')}. Các cột / columns: ${COLUMNS.join(', ')}.`)
  return named as Column[]
}
