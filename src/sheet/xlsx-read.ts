/**
 * Reads the first sheet of an XLSX that is shown: where it stands, the strings it shares, which of its numbers are days,
 * then its rows. A formula counts as the value the program that saved it had computed.
 */
import type { SheetRow } from './index.ts'
import { LIMITS, refused } from './limits.ts'
import { tidy } from './tidy.ts'
import { unzip } from './unzip.ts'
import { readDayStyles, textOfNumber } from './xlsx-days.ts'
import { parseXml } from './xml.ts'

const WANTED = /^xl\/(workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|styles\.xml|worksheets\/[^/]+\.xml)$/i

/** Throws AppError. */
export async function readXlsx(bytes: Uint8Array): Promise<SheetRow[]> {
  const parts = await unzip(bytes, (name) => WANTED.test(name))
  const { target, from1904 } = await firstSheet(parts)
  const strings = await readStrings(parts.get('xl/sharedStrings.xml'))
  const dayStyles = await readDayStyles(parts.get('xl/styles.xml'))
  const sheet = parts.get(target)
  if (!sheet) throw refused('unreadable')
  return readRows(sheet, { strings, dayStyles, from1904 })
}

async function firstSheet(parts: ReadonlyMap<string, Uint8Array>): Promise<{ target: string; from1904: boolean }> {
  const workbook = parts.get('xl/workbook.xml')
  const relations = parts.get('xl/_rels/workbook.xml.rels')
  if (!workbook || !relations) throw refused('unreadable')
  let first: string | undefined
  let from1904 = false
  await parseXml(workbook, {
    open(name, attributes) {
      if (name === 'workbookPr') from1904 = /^(1|true)$/.test(attributes.get('date1904') ?? '')
      // The relation is `r:id`; `sheetId` is another attribute.
      if (name === 'sheet' && !/hidden/i.test(attributes.get('state') ?? '')) first ??= attributes.get('id')
    },
  })
  let target: string | undefined
  await parseXml(relations, {
    open(name, attributes) {
      if (name === 'Relationship' && attributes.get('Id') === first) target = attributes.get('Target')
    },
  })
  if (!first || !target) throw refused('unreadable')
  return { target: target.startsWith('/') ? target.slice(1) : `xl/${target}`, from1904 }
}

/** Strings that cells share by number. What stands in `rPh` is how they are read aloud in Japanese. */
async function readStrings(part: Uint8Array | undefined): Promise<string[]> {
  const strings: string[] = []
  if (!part) return strings
  let one = ''
  let inText = false
  let aloud = false
  await parseXml(part, {
    open(name) {
      if (name === 'si') one = ''
      if (name === 'rPh') aloud = true
      inText = name === 't' && !aloud
    },
    text(piece) {
      if (inText) one = grown(one, piece)
    },
    close(name) {
      inText = false
      if (name === 'rPh') aloud = false
      if (name !== 'si') return
      if (strings.length >= LIMITS.rows * LIMITS.columns) throw refused('too_big_inside')
      strings.push(tidy(unescaped(one)))
    },
  })
  return strings
}

type Workbook = { strings: readonly string[]; dayStyles: ReadonlySet<number>; from1904: boolean }
type Cell = { at: number; type: string; style: number; text: string }

async function readRows(part: Uint8Array, workbook: Workbook): Promise<SheetRow[]> {
  const rows: SheetRow[] = []
  let row: SheetRow = { line: 0, cells: [] }
  let cell: Cell | undefined
  let inText = false
  await parseXml(part, {
    open(name, attributes) {
      if (name === 'row') {
        row = { line: numberOf(attributes.get('r'), row.line + 1), cells: [] }
        if (row.line > LIMITS.rows) throw refused('too_many_rows')
      } else if (name === 'c') {
        const at = columnOf(attributes.get('r'), row.cells.length)
        cell = { at, type: attributes.get('t') ?? 'n', style: Number(attributes.get('s') ?? -1), text: '' }
      }
      inText = cell !== undefined && (name === 'v' || name === 't')
    },
    text(piece) {
      if (inText && cell) cell.text = grown(cell.text, piece)
    },
    close(name) {
      inText = false
      if (name === 'c' && cell) {
        put(row, cell.at, shownOf(cell, workbook))
        cell = undefined
      }
      if (name === 'row') {
        // A row twice, or one above another, is no sheet of any program; its numbers would mislead.
        if (row.line <= (rows.at(-1)?.line ?? 0)) throw refused('unreadable')
        rows.push(row)
      }
    },
  })
  return rows
}

/** An empty cell far to the right is formatting and says nothing; one with text is a sheet too wide. */
function put(row: SheetRow, at: number, value: string): void {
  if (value === '') return
  if (at >= LIMITS.columns) throw refused('too_many_columns')
  while (row.cells.length < at) row.cells.push('')
  row.cells[at] = value
}

function shownOf({ type, style, text }: Cell, { strings, dayStyles, from1904 }: Workbook): string {
  switch (type) {
    case 's':
      return strings[Number(text)] ?? ''
    case 'n':
      return text.trim() === '' ? '' : textOfNumber(text, dayStyles.has(style), from1904)
    case 'b':
      return text.trim() === '1' ? 'TRUE' : 'FALSE'
    case 'd':
      return tidy(text).replace(/T00:00:00(\.0+)?Z?$/, '')
    default:
      return tidy(unescaped(text))
  }
}

/** "BC12" is column 54, counted from 0. */
function columnOf(reference: string | undefined, next: number): number {
  const letters = /^[A-Z]{1,3}(?=[0-9])/.exec(reference ?? '')?.[0]
  if (!letters) return next
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

function numberOf(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) && text !== '0' ? Number(text) : otherwise
}

/** Refused as soon as it is too long; escapes make it shorter again. */
function grown(text: string, piece: string): string {
  if (text.length + piece.length > LIMITS.cell * 8) throw refused('cell_too_long')
  return text + piece
}

/** `_x000D_` is how XLSX writes what XML cannot. */
function unescaped(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
