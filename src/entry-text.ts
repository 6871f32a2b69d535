/**
 * An entry as a member reads it: the same words in the chat, in a preview and beside a review, so that nobody lets through
 * what looks otherwise later.
 */
import type { Text } from './chat.ts'
import { DOCUMENT_STATUSES, type ItemFields, type QuestionFields } from './entry.ts'
import { dateVi } from './time.ts'

const STATUSES: ReadonlySet<string> = new Set(DOCUMENT_STATUSES)
const LETTERS = 'ABCD'

type Shown = Pick<ItemFields, 'title' | 'body' | 'sourceLabel' | 'checkedOn'> & {
  kind: string
  document: { number: string; issuedOn: string; issuer: string; title: string; status: string } | null
}

/** Law and documents are marked as reference only (R17). */
export function itemText({ kind, title, body, sourceLabel, checkedOn, document }: Shown): Text {
  const source: Text = {
    key: kind === 'fact' ? 'library.source' : 'library.source_law',
    params: { label: sourceLabel, date: dateVi(checkedOn) },
  }
  if (!document) return { key: 'library.item', params: { title, body, source } }
  return {
    key: 'library.document',
    params: {
      title,
      body,
      number: document.number,
      date: dateVi(document.issuedOn),
      issuer: document.issuer,
      name: document.title,
      // A status this version does not know must not sound surer than it is.
      status: { key: `library.status_${STATUSES.has(document.status) ? document.status : 'tham_khao'}` },
      source,
    },
  }
}

/** A question and, after it, what is said to a right answer. Options stand as they were written; a member sees them shuffled. */
export function questionTexts({ text, options, explanation, sourceLabel, law }: QuestionFields): [asked: Text, answered: Text] {
  const listed = options.map((option, place) => `${LETTERS[place]}. ${option}`).join('\n')
  const source: Text = { key: law ? 'quiz.source_law' : 'quiz.source', params: { label: sourceLabel } }
  return [
    { key: 'quiz.question_listed', params: { n: 1, total: 5, text, options: listed } },
    { key: 'quiz.right', params: { explanation, source } },
  ]
}
