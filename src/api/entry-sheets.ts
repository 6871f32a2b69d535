/**
 * A section as a spreadsheet, and a spreadsheet as what is to be looked at: what the API and the console share of both.
 */
import type { Texts } from '../../content/index.ts'
import { type EntryState, listEntries } from '../../db/entries.ts'
import { keepImport } from '../../db/entry-imports.ts'
import type { Desk } from '../../db/rights.ts'
import { listTopics } from '../../db/topics.ts'
import type { Statement, Text } from '../chat.ts'
import type { Section } from '../entry.ts'
import { readEntryRows, sheetColumns, sheetRow } from '../entry-sheet.ts'
import { LIMITS, readSheet, type SheetCell, writeCsv, writeXlsx } from '../sheet/index.ts'
import { dayOf } from '../time.ts'

const STEP = 200

/** All entries of a section in one state, in the format asked for. Throws AppError past the rows a sheet can have. */
export async function sheetOf(
  { db, now }: Pick<Desk, 'db' | 'now'>,
  { section, state, format }: { section: Section; state: EntryState; format: 'csv' | 'xlsx' },
  name: (text: Text) => string,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; rows: number }> {
  const topics = await listTopics(db)
  const columns = sheetColumns(section, name)
  const rows: SheetCell[][] = []
  for (let after = ''; rows.length <= LIMITS.written; ) {
    const page = await listEntries(db, { section, state, day: dayOf(now), after, limit: STEP })
    rows.push(...page.map(({ id, fields }) => sheetRow(section, id, fields, name, topics)))
    if (page.length < STEP) break
    after = page.at(-1)?.id ?? ''
  }
  const bytes = format === 'csv' ? writeCsv(columns, rows) : await writeXlsx(columns, rows, name({ key: `entry.section_${section}` }))
  return { bytes: new Uint8Array(bytes), rows: rows.length }
}

/** A heading and nothing else, to be filled in. */
export function emptySheet(section: Section, name: (text: Text) => string): Promise<Uint8Array<ArrayBuffer>> {
  return writeXlsx(sheetColumns(section, name), [], name({ key: `entry.section_${section}` }))
}

/** Reads a file and keeps its rows to be looked at. Throws AppError with a sentence for what cannot be read. */
export async function lookAtSheet(
  desk: Desk,
  { section, unitId, name, bytes }: { section: Section; unitId: string; name: string; bytes: Uint8Array },
  texts: Texts,
): Promise<{ id: string; writes: Statement[] }> {
  const names = (key: string) => [texts.render({ key }, 'vi'), texts.render({ key }, 'en')]
  const read = readEntryRows(section, await readSheet(bytes, name), names, await listTopics(desk.db))
  return keepImport(desk, { section, unitId, name, ...read })
}
