/**
 * Quiz questions. A draw takes ids from one index and reads only the drawn rows; what was answered is stored nowhere
 * (R3).
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import type { QuestionFields } from '../src/entry.ts'
import { fold } from '../src/vietnamese/index.ts'
import { changedRows } from './built-in.ts'
import { offerRow, questionWords } from './entry-rows.ts'

export type Audience = 'doan_vien' | 'can_bo'

export type Question = {
  id: string
  text: string
  options: string[]
  /** 0-based place of the right one among `options`. */
  correct: number
  explanation: string
  sourceLabel: string
  /** Speaks of law: its answer is marked as reference only (R17). */
  law: boolean
}

/** A question as the content file has it. */
export type BuiltInQuestion = {
  id: string
  topic: string
  difficulty: string
  audience: Audience
  text: string
  options: readonly string[]
  correct: number
  explanation: string
  source_label: string
  law: boolean
  checked_on: string
  review_by: string
  state: 'published' | 'waiting'
}

const COLUMNS = 'id, text, options, correct, explanation, source_label, law'
const SHAPE = 2

/** One atomic batch for new rows and changed ones no officer edited. Empty when the table is up to date. */
export async function loadQuestions(db: Db, questions: readonly BuiltInQuestion[]): Promise<Statement[]> {
  const { changed, behind } = await changedRows(db, 'questions', questions, SHAPE)
  const offers = behind.flatMap((question) => offerRow('questions', { ...question, fields: fieldsOf(question) }))
  if (changed.length === 0) return offers
  const rows = changed.map((question) => ({ ...question, folded: fold(question.text), words: questionWords(question) }))
  // Whoever edited a row since it was read keeps their words with it.
  const ours = "json_each(?) JOIN questions ON questions.id = value ->> 'id' WHERE questions.edited_at IS NULL"
  return [
    ...offers,
    {
      sql: `INSERT INTO questions(id, topic, difficulty, audience, text, options, correct, explanation, source_label, law, checked_on,
                                  review_by, state, built_in, folded)
            SELECT value ->> 'id', value ->> 'topic', value ->> 'difficulty', value ->> 'audience', value ->> 'text', value -> 'options',
                   value ->> 'correct', value ->> 'explanation', value ->> 'source_label', value ->> 'law', value ->> 'checked_on',
                   value ->> 'review_by', value ->> 'state', value ->> 'hash', value ->> 'folded'
            FROM json_each(?) WHERE true
            ON CONFLICT(id) DO UPDATE SET topic = excluded.topic, difficulty = excluded.difficulty, audience = excluded.audience,
              text = excluded.text, options = excluded.options, correct = excluded.correct, explanation = excluded.explanation,
              source_label = excluded.source_label, law = excluded.law, checked_on = excluded.checked_on,
              review_by = excluded.review_by, state = excluded.state, built_in = excluded.built_in, folded = excluded.folded
            WHERE questions.edited_at IS NULL`,
      args: [JSON.stringify(rows)],
    },
    { sql: `DELETE FROM question_words WHERE question_id IN (SELECT questions.id FROM ${ours})`, args: [JSON.stringify(rows)] },
    {
      sql: `INSERT INTO question_words(text, question_id) SELECT value ->> 'words', questions.id FROM ${ours}`,
      args: [JSON.stringify(rows)],
    },
  ]
}

/** A built-in question as officers write questions. */
function fieldsOf(question: BuiltInQuestion): QuestionFields {
  const { topic, difficulty, audience, text, options, correct, explanation, source_label, law, checked_on, review_by } = question
  const dated = { sourceLabel: source_label, checkedOn: checked_on, reviewBy: review_by }
  return { topic, difficulty, audience, text, options: [...options], correct, explanation, ...dated, law } as QuestionFields
}

/** Ids of up to `n` questions for this audience in random order, none of `exclude` unless too few are left without them. */
export async function drawQuestions(
  db: Db,
  draw: { audience: Audience; n: number; day: string; exclude?: readonly string[] },
  random: () => number,
): Promise<string[]> {
  const rows = await db.read("SELECT id FROM questions WHERE state = 'published' AND audience = ? AND review_by >= ?", [
    draw.audience,
    draw.day,
  ])
  const ids = rows.map(({ id }) => String(id)).sort()
  const excluded = new Set(draw.exclude)
  const fresh = ids.filter((id) => !excluded.has(id))
  return shuffle(fresh.length >= draw.n ? fresh : ids, random).slice(0, draw.n)
}

/** Those of the questions that may still be asked, in the order of the ids. @param day today in Vietnam */
export async function findQuestions(db: Db, ids: readonly string[], day: string): Promise<Question[]> {
  const rows = await db.read(
    `SELECT ${COLUMNS} FROM questions WHERE id IN (SELECT value FROM json_each(?)) AND state = 'published' AND review_by >= ?`,
    [JSON.stringify(ids), day],
  )
  const byId = new Map(rows.map((row) => [String(row.id), questionOf(row)]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** A fair shuffle (Fisher–Yates) into a new list. */
export function shuffle<T>(list: readonly T[], random: () => number): T[] {
  const out: T[] = []
  for (const one of list) {
    const at = Math.floor(random() * (out.length + 1))
    const moved = out[at]
    if (moved === undefined) out.push(one)
    else {
      out[at] = one
      out.push(moved)
    }
  }
  return out
}

function questionOf(row: Row): Question {
  return {
    id: String(row.id),
    text: String(row.text),
    options: JSON.parse(String(row.options)) as string[],
    correct: Number(row.correct),
    explanation: String(row.explanation),
    sourceLabel: String(row.source_label),
    law: row.law === 1,
  }
}
