/**
 * What members can read and play, as the officers' desk sees it: published, waiting or retired, with what members flagged.
 * What is being written stands in entry-versions.ts. A published text is public: every officer may read it.
 */
import type { Db, Row } from '../src/chat.ts'
import type { Fields, Section } from '../src/entry.ts'
import { fold } from '../src/vietnamese/index.ts'

export const ENTRY_STATES = ['published', 'waiting', 'retired'] as const
export type EntryState = (typeof ENTRY_STATES)[number]

export type Entry = {
  section: Section
  id: string
  state: EntryState
  fields: Fields
  /** Published, but past its review day: hidden from members. */
  stale: boolean
  /** Open flags of members, counted up to a hundred. */
  flags: number
  /** As the program brought it: no officer changed it. */
  builtIn: boolean
  editedAt: string | null
}

const WORDS = 8

/** The columns of a row as the fields officers write. One expression for reading and for keeping what was. */
export const FIELDS: Record<Section, string> = {
  library: itemFields(),
  documents: itemFields(),
  questions: `json_object('topic', e.topic, 'difficulty', e.difficulty, 'audience', e.audience, 'text', e.text, 'options', json(e.options),
    'correct', e.correct, 'explanation', e.explanation, 'sourceLabel', e.source_label, 'checkedOn', e.checked_on, 'reviewBy', e.review_by,
    'law', json(iif(e.law = 1, 'true', 'false')))`,
}

function itemFields(): string {
  return `json_object('topic', e.topic, 'kind', e.kind, 'title', e.title, 'body', e.body, 'sourceLabel', e.source_label,
    'sourceUrl', e.source_url, 'checkedOn', e.checked_on, 'reviewBy', e.review_by, 'daily', json(iif(e.daily = 1, 'true', 'false')),
    'document', json(iif(e.doc_number IS NULL, 'null', json_object('number', e.doc_number, 'issuedOn', e.doc_issued_on,
      'issuer', e.doc_issuer, 'title', e.doc_title, 'status', e.doc_status))))`
}

/** Which rows of which table a section is. */
export const ROWS: Record<Section, { table: 'items' | 'questions'; where: string }> = {
  library: { table: 'items', where: "(e.kind = 'document') = 0" },
  documents: { table: 'items', where: "(e.kind = 'document') = 1" },
  questions: { table: 'questions', where: 'true' },
}

// Somebody may flag one item ten thousand times: a hundred say as much.
const FLAGS = '(SELECT count(*) FROM (SELECT 1 FROM item_flags f WHERE f.item_id = e.id AND f.settled_at IS NULL LIMIT 100))'

/** The columns an Entry is made of. */
export function selectOf(section: Section): string {
  return `e.id, e.state, e.edited_at, e.review_by, ${section === 'questions' ? '0' : FLAGS} AS flags, ${FIELDS[section]} AS fields`
}

/** @param day today in Vietnam, here and below */
export async function findEntry(db: Db, section: Section, id: string, day: string): Promise<Entry | undefined> {
  const { table, where } = ROWS[section]
  const rows = await db.read(`SELECT ${selectOf(section)} FROM ${table} e WHERE ${where} AND e.id = ?`, [id])
  return rows.map((row) => entryOf(section, row, day))[0]
}

export type EntryFilter = { section: Section; state: EntryState; topic?: string; typed?: string }

/** By id. With `typed`, those that have all its words, the last one perhaps unfinished, with or without accents. @param after id of the last one seen */
export async function listEntries(
  db: Db,
  { section, state, topic, typed, day, after, limit }: EntryFilter & { day: string; after: string; limit: number },
): Promise<Entry[]> {
  const { table, where } = ROWS[section]
  const words =
    typed === undefined
      ? []
      : fold(typed)
          .split(/[\s/-]+/)
          .filter(Boolean)
          .slice(0, WORDS)
  if (typed !== undefined && words.length === 0) return []
  const found =
    section === 'questions'
      ? 'SELECT question_id FROM question_words WHERE question_words MATCH ?'
      : 'SELECT item_id FROM item_words WHERE item_words MATCH ?'
  const rows = await db.read(
    `SELECT ${selectOf(section)} FROM ${table} e WHERE ${where} AND e.state = ? ${topic ? 'AND e.topic = ?' : ''} AND e.id > ?
     ${words.length > 0 ? `AND e.id IN (${found})` : ''} ORDER BY e.id LIMIT ?`,
    [state, ...(topic ? [topic] : []), after, ...(words.length > 0 ? [`${words.map((word) => `"${word}"`).join(' ')}*`] : []), limit],
  )
  return rows.map((row) => entryOf(section, row, day))
}

export function entryOf(section: Section, row: Row, day: string): Entry {
  return {
    section,
    id: String(row.id),
    state: row.state as EntryState,
    fields: JSON.parse(String(row.fields)) as Fields,
    stale: row.state === 'published' && String(row.review_by) < day,
    flags: Number(row.flags),
    builtIn: row.edited_at === null,
    editedAt: row.edited_at === null ? null : String(row.edited_at),
  }
}
