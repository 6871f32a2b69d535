/**
 * Search in the library: full text without accents, and documents by number. A number is compared part by part, so
 * that 264-TB/TW and 264/KH-BCĐ never pass for each other (F11).
 */
import type { Db } from '../src/chat.ts'
import { type DocumentNumber, documentNumber, fold, sameDocument } from '../src/vietnamese/index.ts'
import { COLUMNS, type Item, itemOf, PAGE, type Page, SHOWN } from './items.ts'

export type Found = Page<Item> & {
  /** `exact`: what was asked for; `near`: only some of its words, or another document of that number. */
  match: 'exact' | 'near'
}

const WORDS = 12
const BY_NUMBER = 50
// Words that stand in nearly every question and say nothing about what is looked for.
const EMPTY = new Set(
  'la gi the nao nhu o dau khi nao ai va cua cho ve voi cac nhung mot co duoc khong toi minh em hoi cach a nhe'.split(' '),
)

/** Documents of this number. When its letters or kind fit none, those that share the number, as `near`. */
export async function findDocuments(db: Db, wanted: DocumentNumber, day: string): Promise<Found> {
  const rows = await db.read(`SELECT ${COLUMNS} FROM items WHERE doc_key = ? AND ${SHOWN} ORDER BY doc_issued_on, id LIMIT ?`, [
    wanted.number,
    day,
    BY_NUMBER,
  ])
  const items = rows.map(itemOf)
  const same = items.filter(({ document }) => {
    const number = document && documentNumber(document.number)
    return number ? sameDocument(wanted, number) : false
  })
  return { rows: (same.length > 0 ? same : items).slice(0, PAGE), match: same.length > 0 ? 'exact' : 'near' }
}

/**
 * Items with all the words (the last one may be unfinished), best first; else with all that tell something; else, as
 * `near`, with any two that stand side by side: a single syllable of Vietnamese is rarely a word. Titles and numbers
 * weigh more than bodies.
 * @param after `next` of the page before
 */
export async function searchItems(db: Db, query: string, day: string, after = ''): Promise<Found> {
  const words = searchWords(query)
  for (const all of [words, words.filter((word) => !EMPTY.has(word))]) {
    if (all.length === 0) continue
    const terms = all.map((word, i) => termOf(word, i === all.length - 1))
    const page = await match(db, terms.join(' '), day, after)
    if (page.rows.length > 0) return { ...page, match: 'exact' }
  }
  const pairs = words.slice(1).map((word, i) => `"${words[i]} ${word}"`)
  if (pairs.length === 0) return { rows: [], match: 'exact' }
  return { ...(await match(db, pairs.join(' OR '), day, after)), match: 'near' }
}

/** The folded words of a query as the index has them; at most 12. */
export function searchWords(query: string): string[] {
  return fold(query)
    .split(/[\s/-]+/)
    .filter((word) => word !== '')
    .slice(0, WORDS)
}

function termOf(word: string, last: boolean): string {
  return last && /^\D{2,}$/.test(word) ? `"${word}" *` : `"${word}"`
}

/** A page by score; the key of a hit is its row in the index, because a score is no key. */
async function match(db: Db, expression: string, day: string, after: string): Promise<Page<Item>> {
  const rows = await db.read(
    `WITH hits AS MATERIALIZED (
       SELECT rowid AS place, item_id, bm25(item_words, 8.0, 1.0, 10.0, 0.0) AS score FROM item_words WHERE item_words MATCH ?
     )
     SELECT place, ${COLUMNS} FROM hits JOIN items ON items.id = hits.item_id
     WHERE ${SHOWN} AND (? = '' OR (score, place) > (SELECT h.score, h.place FROM hits h WHERE h.place = CAST(? AS INTEGER)))
     ORDER BY score, place LIMIT ?`,
    [expression, day, after, after, PAGE + 1],
  )
  const shown = rows.slice(0, PAGE)
  return { rows: shown.map(itemOf), ...(rows.length > PAGE ? { next: String(shown.at(-1)?.place) } : {}) }
}
