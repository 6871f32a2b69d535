/**
 * The rows members read, written from a version's fields: the row, its search words, and what was there before it for
 * the history. Rows an officer has touched carry `edited_at`, and no start writes over them again.
 */
import type { Statement } from '../src/chat.ts'
import { type Fields, isQuestion, type Section, titleOf } from '../src/entry.ts'
import { fold } from '../src/vietnamese/index.ts'
import { hashOf } from './built-in.ts'
import { FIELDS, ROWS } from './entries.ts'
import { documentKey, wordsOf } from './item-words.ts'

/** Puts this text before members. */
export async function publishRow(entryId: string, fields: Fields, now: Date): Promise<Statement[]> {
  const json = JSON.stringify(fields)
  const folded = fold(titleOf(fields))
  if (isQuestion(fields)) {
    return [
      { sql: PUBLISH_QUESTION, args: [entryId, folded, now.toISOString(), json] },
      { sql: 'DELETE FROM question_words WHERE question_id = ?', args: [entryId] },
      { sql: 'INSERT INTO question_words(text, question_id) VALUES (?, ?)', args: [questionWords(fields), entryId] },
    ]
  }
  const key = fields.document ? documentKey(fields.document.number) : null
  const words = wordsOf(fields)
  return [
    { sql: PUBLISH_ITEM, args: [entryId, await hashOf(entryId), key, folded, now.toISOString(), json] },
    { sql: 'DELETE FROM item_words WHERE item_id = ?', args: [entryId] },
    {
      sql: 'INSERT INTO item_words(title, body, numbers, item_id) VALUES (?, ?, ?, ?)',
      args: [words.title, words.body, words.numbers, entryId],
    },
  ]
}

/** What a question is found by at the desk. */
export function questionWords({ text, options }: { text: string; options: readonly string[] }): string {
  return fold([text, ...options].join(' '))
}

/** Takes an entry down; guarded by the caller. */
export function retireRow(section: Section, entryId: string, now: Date): Statement {
  const { table } = ROWS[section]
  return {
    sql: `UPDATE ${table} SET state = 'retired', edited_at = ? WHERE id = ? AND state <> 'retired'`,
    args: [now.toISOString(), entryId],
  }
}

/** Keeps what the program had brought as the first of the history, before an officer's first change of it. */
export function keepBuiltIn(section: Section, entryId: string, id: string, now: Date): Statement {
  const { table } = ROWS[section]
  return {
    sql: `INSERT INTO entry_versions(id, section, entry_id, number, state, fields, folded, created_at, changed_at)
          SELECT ?, ?, e.id, 1, 'published', ${FIELDS[section]}, coalesce(e.folded, ''), ?, ? FROM ${table} e
          WHERE e.id = ? AND e.edited_at IS NULL`,
    args: [id, section, now.toISOString(), now.toISOString(), entryId],
  }
}

/** What a newer program brings for a row that officers changed: shown to them, never put over theirs. */
export function offerRow(section: Section, { id, hash, fields }: { id: string; hash: string; fields: Fields }): Statement[] {
  const at = `${fields.checkedOn}T00:00:00.000Z`
  return [
    { sql: "DELETE FROM entry_versions WHERE section = ? AND entry_id = ? AND state = 'offered'", args: [section, id] },
    {
      sql: `INSERT INTO entry_versions(id, section, entry_id, state, fields, folded, created_at, changed_at) VALUES (?, ?, ?, 'offered', ?, ?, ?, ?)`,
      args: [`p${hash}${id}`, section, id, JSON.stringify(fields), fold(titleOf(fields)), at, at],
    },
    { sql: `UPDATE ${ROWS[section].table} SET built_in = ? WHERE id = ?`, args: [hash, id] },
  ]
}

const SOURCED = `value ->> 'sourceLabel', value ->> 'checkedOn', value ->> 'reviewBy'`

// `value` is the version as JSON.
const PUBLISH_QUESTION = `INSERT INTO questions(id, folded, state, edited_at, topic, difficulty, audience, text, options, correct, explanation, law,
    source_label, checked_on, review_by)
  SELECT id, folded, 'published', at, value ->> 'topic', value ->> 'difficulty', value ->> 'audience', value ->> 'text', value -> 'options',
    value ->> 'correct', value ->> 'explanation', value ->> 'law', ${SOURCED}
  FROM (SELECT ? AS id, ? AS folded, ? AS at, ? AS value) WHERE true
  ON CONFLICT(id) DO UPDATE SET folded = excluded.folded, state = excluded.state, edited_at = excluded.edited_at, topic = excluded.topic,
    difficulty = excluded.difficulty, audience = excluded.audience, text = excluded.text, options = excluded.options,
    correct = excluded.correct, explanation = excluded.explanation, law = excluded.law, source_label = excluded.source_label,
    checked_on = excluded.checked_on, review_by = excluded.review_by`

const PUBLISH_ITEM = `INSERT INTO items(id, daily_order, doc_key, folded, state, edited_at, topic, kind, title, body, source_url, daily,
    doc_number, doc_issued_on, doc_issuer, doc_title, doc_status, source_label, checked_on, review_by)
  SELECT id, place, key, folded, 'published', at, value ->> 'topic', value ->> 'kind', value ->> 'title', value ->> 'body', value ->> 'sourceUrl',
    value ->> 'daily', value ->> '$.document.number', value ->> '$.document.issuedOn', value ->> '$.document.issuer',
    value ->> '$.document.title', value ->> '$.document.status', ${SOURCED}
  FROM (SELECT ? AS id, ? AS place, ? AS key, ? AS folded, ? AS at, ? AS value) WHERE true
  ON CONFLICT(id) DO UPDATE SET doc_key = excluded.doc_key, folded = excluded.folded, state = excluded.state, edited_at = excluded.edited_at,
    topic = excluded.topic, kind = excluded.kind, title = excluded.title, body = excluded.body, source_url = excluded.source_url,
    daily = excluded.daily, doc_number = excluded.doc_number, doc_issued_on = excluded.doc_issued_on, doc_issuer = excluded.doc_issuer,
    doc_title = excluded.doc_title, doc_status = excluded.doc_status, source_label = excluded.source_label,
    checked_on = excluded.checked_on, review_by = excluded.review_by`
