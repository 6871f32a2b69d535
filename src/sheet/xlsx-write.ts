/**
 * Writes a sheet as XLSX. Text is a shared string, never a formula, whatever it begins with; the heading is bold and
 * stays in sight.
 */
import write from 'write-excel-file/universal'
import type { SheetCell, SheetColumn } from './index.ts'
import { LIMITS, refused } from './limits.ts'
import { visible } from './tidy.ts'

// Excel's own limit for a cell.
const CELL_MOST = 32_767

/** Throws AppError past LIMITS.written rows. @param name of the sheet, shown on its tab */
export async function writeXlsx(
  columns: readonly SheetColumn[],
  rows: Iterable<readonly SheetCell[]>,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const body: ReturnType<typeof cellOf>[][] = []
  for (const row of rows) {
    if (body.length >= LIMITS.written) throw refused('too_many_written')
    body.push(row.map(cellOf))
  }
  const head = columns.map(({ title }) => ({ ...textCell(title), fontWeight: 'bold' as const }))
  const blob = await write([head, ...body], {
    sheet: tabOf(name),
    stickyRowsCount: 1,
    columns: columns.map(({ width }) => ({ width: width ?? 18 })),
  }).toBlob()
  return new Uint8Array(await blob.arrayBuffer())
}

function cellOf(cell: SheetCell) {
  if (cell === null || cell === '') return null
  return typeof cell === 'number' ? { value: cell, type: Number } : textCell(cell)
}

function textCell(text: string) {
  // What looks like an escape of XLSX must be read as it stands.
  const written = visible(text).replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
  return { value: written.slice(0, CELL_MOST), type: String }
}

/** Excel refuses these signs in a tab, and more than 31 letters. */
function tabOf(name: string): string {
  return (
    visible(name)
      .replace(/[[\]:*?/\\']/g, ' ')
      .trim()
      .slice(0, 31) || 'Sheet1'
  )
}
