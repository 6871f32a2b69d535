/**
 * Entries as rows of a spreadsheet, both ways: the columns of each section, what a cell means, what an entry looks like
 * in cells. What is exported can be changed and brought in again: the code in the first column says which entry it is.
 */
import type { Text } from './chat.ts'
import { AUDIENCES, DIFFICULTIES, DOCUMENT_STATUSES, type Fields, OPTIONS, QUESTION_TOPICS, type Section, type Trouble } from './entry.ts'
import type { SheetCell, SheetRow } from './sheet/index.ts'
import { dateVi } from './time.ts'
import { fold } from './vietnamese/index.ts'

type Kind = 'text' | 'optional' | 'day' | 'flag' | 'letter' | { choice: readonly string[]; label(value: string): string } | 'topic'
type Column = { field: string; kind: Kind; width: number }

/** What a key is called, in every language: headings and choices are read in any of them. */
export type Names = (key: string) => string[]
export type SheetTopic = { id: string; vi: string; en: string }
export type RawRow = { line: number; code: string | null; raw: Record<string, unknown> }
/** Why a row is not taken: one sentence for each thing. */
export type BadRow = { line: number; reasons: Text[] }

const column = (field: string, kind: Kind = 'text', width = 24): Column => ({ field, kind, width })
const CHECKED = [column('sourceLabel', 'text', 40), column('checkedOn', 'day', 14), column('reviewBy', 'day', 14)]

export const COLUMNS: Record<Section, readonly Column[]> = {
  library: [
    column('topic', 'topic'),
    column('kind', { choice: ['fact', 'law'], label: (value) => `entry.kind_${value}` }, 14),
    column('title', 'text', 40),
    column('body', 'text', 60),
    column('sourceUrl', 'optional'),
    column('daily', 'flag', 12),
    ...CHECKED,
  ],
  documents: [
    column('document.number', 'text', 16),
    column('document.issuedOn', 'day', 14),
    column('document.issuer'),
    column('document.title', 'text', 50),
    column('document.status', { choice: DOCUMENT_STATUSES, label: (value) => `library.status_${value}` }, 18),
    column('title', 'text', 40),
    column('body', 'text', 60),
    column('sourceUrl', 'optional'),
    ...CHECKED,
  ],
  questions: [
    column('topic', { choice: QUESTION_TOPICS, label: (value) => `entry.topic_${value}` }),
    column('difficulty', { choice: DIFFICULTIES, label: (value) => `entry.difficulty_${value}` }, 12),
    column('audience', { choice: AUDIENCES, label: (value) => `entry.audience_${value}` }, 14),
    column('text', 'text', 60),
    ...Array.from({ length: OPTIONS }, (_, place) => column(`options.${place}`, 'text', 28)),
    column('correct', 'letter', 10),
    column('explanation', 'text', 50),
    column('law', 'flag', 12),
    ...CHECKED,
  ],
}

const LETTERS = 'ABCD'
const YES = new Set(['co', 'x', 'dung', 'true', '1', 'yes'])
const NO = new Set(['', 'khong', 'sai', 'false', '0', 'no'])

/** What a field is called on pages and in headings: `document.issuedOn` is `entry.f_document_issued_on`. */
export function labelOf(field: string): Text {
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('.', '_')
  return { key: `entry.f_${name}` }
}

/** What is wrong, with the name of its column before it. */
export function reasonOf({ field, text }: Trouble): Text {
  return field === '' ? text : { key: 'entry.s_reason', params: { column: labelOf(field), why: text } }
}

/** Rows as what the schemas read; a heading that lacks a column makes its own line bad, and then no row is read. */
export function readEntryRows(
  section: Section,
  rows: readonly SheetRow[],
  names: Names,
  topics: readonly SheetTopic[],
): { rows: RawRow[]; bad: BadRow[] } {
  const [head, ...body] = rows
  const places = new Map((head?.cells ?? []).map((cell, place) => [fold(cell), place]).reverse() as Array<[string, number]>)
  const placeOf = (field: string) => {
    const label = labelOf(field)
    return [field, ...('key' in label ? names(label.key) : [])].map((name) => places.get(fold(name))).find((place) => place !== undefined)
  }
  const found = COLUMNS[section].map((one) => ({ ...one, place: placeOf(one.field) }))
  const missing = found.filter(({ place, kind }) => place === undefined && kind !== 'optional' && kind !== 'flag')
  if (missing.length > 0) {
    const reasons = missing.map(({ field }): Text => ({ key: 'entry.s_no_column', params: { column: labelOf(field) } }))
    return { rows: [], bad: [{ line: head?.line ?? 1, reasons }] }
  }
  const codeAt = placeOf('code')
  return {
    bad: [],
    rows: body.map(({ line, cells }) => {
      const raw: Record<string, unknown> = {}
      for (const { field, kind, place } of found)
        if (place !== undefined) putField(raw, field, valueOfCell(kind, cells[place] ?? '', names, topics))
      const code = codeAt === undefined ? '' : (cells[codeAt] ?? '')
      return { line, code: code === '' ? null : code, raw }
    }),
  }
}

/** The heading of a section's sheet. */
export function sheetColumns(section: Section, name: (text: Text) => string) {
  return [
    { title: name(labelOf('code')), width: 12 },
    ...COLUMNS[section].map(({ field, width }) => ({ title: name(labelOf(field)), width })),
  ]
}

/** An entry in cells, under the same heading. */
export function sheetRow(
  section: Section,
  code: string,
  fields: Fields,
  name: (text: Text) => string,
  topics: readonly SheetTopic[],
): SheetCell[] {
  return [code, ...COLUMNS[section].map(({ field, kind }) => cellOf(kind, valueAt(fields, field), name, topics))]
}

function valueOfCell(kind: Kind, cell: string, names: Names, topics: readonly SheetTopic[]): unknown {
  switch (kind) {
    case 'text':
      return cell
    case 'optional':
      return cell === '' ? null : cell
    case 'day':
      return dayOfCell(cell)
    case 'flag':
      return YES.has(fold(cell)) ? true : NO.has(fold(cell)) ? false : cell
    case 'letter': {
      const place = /^[1-4]$/.test(cell) ? Number(cell) - 1 : cell.length === 1 ? LETTERS.indexOf(cell.toUpperCase()) : -1
      return place < 0 ? cell : place
    }
    case 'topic':
      return topics.find((topic) => [topic.id, topic.vi, topic.en].some((name) => fold(name) === fold(cell)))?.id ?? cell
    default:
      return kind.choice.find((value) => [value, ...names(kind.label(value))].some((name) => fold(name) === fold(cell))) ?? cell
  }
}

/** "25/11/2026" as people type it, "2026-11-25" as spreadsheets keep it. */
function dayOfCell(cell: string): string {
  const [, day = '', month = '', year = ''] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(cell) ?? []
  return year === '' ? cell.replace(/T.*$/, '') : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

function cellOf(kind: Kind, value: unknown, name: (text: Text) => string, topics: readonly SheetTopic[]): SheetCell {
  if (value === null || value === undefined) return null
  if (kind === 'flag') return name({ key: value === true ? 'entry.yes' : 'entry.no' })
  if (kind === 'letter') return LETTERS[Number(value)] ?? null
  if (kind === 'day') return dateVi(String(value))
  if (kind === 'topic') return topics.find(({ id }) => id === value)?.vi ?? String(value)
  return typeof kind === 'object' ? name({ key: kind.label(String(value)) }) : String(value)
}

/** Sets a field by its path. */
export function putField(raw: Record<string, unknown>, field: string, value: unknown): void {
  const [first = '', second] = field.split('.')
  if (second === undefined) raw[first] = value
  else if (first === 'options') raw[first] = [...((raw[first] as unknown[] | undefined) ?? []), value]
  else raw[first] = { ...(raw[first] as Record<string, unknown> | undefined), [second]: value }
}

export function valueAt(fields: Fields | Record<string, unknown>, field: string): unknown {
  return field.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown> | null)?.[step], fields)
}
