/**
 * How the library looks in a chat: one item with its source and the day it was checked, and lists of at most a page.
 */
import { type Found, searchWords } from '../../db/item-search.ts'
import { type Item, listItemsAfter, listItemsByTopic, PAGE, type Page } from '../../db/items.ts'
import { listTopics } from '../../db/topics.ts'
import type { Button, Reply, Text, Turn } from '../../src/chat.ts'
import { itemText } from '../../src/entry-text.ts'
import { payloadOf } from '../../src/text.ts'
import { dateVi, dayOf } from '../../src/time.ts'

/** The topic whose items are documents. */
const DOCUMENTS = 'van_ban'
/** What fits the id of a payload. */
const MAX_QUERY = 36

export const topicsButton = button('library.b_topics', 'topics')
const menuButton: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
const officerButton: Button = { label: { key: 'common.b_officer' }, payload: payloadOf('officer', 'start') }

export function itemReply(item: Item, turn: Turn): Reply {
  const { id, sourceUrl, document } = item
  return {
    text: itemText(item),
    buttons: [
      ...(sourceUrl?.startsWith('https://') ? [{ label: { key: 'library.b_source' }, url: sourceUrl }] : []),
      topicsButton,
      document ? button('library.b_documents', 'documents') : button('library.b_other', 'other', id),
      // What is wrong is asked over two messages, and a group chat keeps no step.
      ...(turn.contact.group ? [] : [button('library.b_wrong', 'wrong', id), menuButton]),
    ],
  }
}

/** @param from place of the first topic shown */
export async function topicsReply(turn: Turn, from: number, key = 'library.topics'): Promise<Reply> {
  const topics = await listTopics(turn.db)
  const shown = topics.slice(from, from + PAGE)
  return {
    text: { key },
    buttons: [
      ...shown.map((topic) => ({ label: { literal: topic[turn.contact.locale] }, payload: payloadOf('library', 'topic', topic.id) })),
      ...(topics.length > from + PAGE ? [button('common.b_more', 'topics', '', String(from + PAGE))] : []),
      ...(turn.contact.group ? [] : [searchButton('library.b_search')]),
      // Where there is room on every channel: eight buttons on Telegram.
      ...(topics.length <= from + PAGE ? [{ label: { key: 'warning.b_door' }, payload: payloadOf('warning', 'list') }] : []),
    ],
  }
}

/** The first page of a topic; of documents without an id. */
export async function topicReply(turn: Turn, topic = DOCUMENTS): Promise<Reply> {
  return pageReply(turn, topic, await listItemsByTopic(turn.db, topic, dayOf(turn.now)))
}

/** The page of a topic after this item. */
export async function moreReply(turn: Turn, itemId: string): Promise<Reply> {
  const page = await listItemsAfter(turn.db, itemId, dayOf(turn.now))
  return pageReply(turn, page.rows[0]?.topic, page)
}

async function pageReply({ db, contact }: Turn, id: string | undefined, { rows, next }: Page<Item>): Promise<Reply> {
  const topic = (await listTopics(db)).find((one) => one.id === id)?.[contact.locale]
  if (!topic) return goneReply()
  if (rows.length === 0) return { text: { key: 'library.topic_empty', params: { topic } }, buttons: [topicsButton] }
  return {
    text: id === DOCUMENTS ? { key: 'library.documents' } : { key: 'library.topic', params: { topic } },
    buttons: [...rows.map(itemButton), ...(next ? [button('common.b_more', 'more', next)] : []), topicsButton],
  }
}

export function searchReply(): Reply {
  return {
    text: { key: 'library.search' },
    buttons: [topicsButton, { label: { key: 'common.b_cancel' }, payload: payloadOf('cancel', 'now') }],
  }
}

/** The query travels in the button of the next page, so that nothing needs to stay open; one too long to travel has one page. */
export function foundReply(found: Found, query: string, byNumber: boolean): Reply {
  const words = searchWords(query).join('-')
  const next = words.length <= MAX_QUERY && /^[a-z0-9-]+$/.test(words) ? found.next : undefined
  const near = byNumber ? 'library.found_near_number' : 'library.found_near'
  return {
    text: { key: found.match === 'exact' ? 'library.found' : near },
    buttons: [...found.rows.map(itemButton), ...(next ? [button('common.b_more', 'find', words, next)] : []), topicsButton],
  }
}

export function nothingReply(byNumber: boolean): Reply {
  return {
    text: { key: byNumber ? 'library.found_none_number' : 'library.found_none' },
    buttons: [searchButton('library.b_search_again'), topicsButton, officerButton, menuButton],
  }
}

export function goneReply(): Reply {
  return { text: { key: 'library.gone' }, buttons: [button('menu.library', 'today'), topicsButton] }
}

/** Documents of one number are told apart by date and issuer, so the label says all three. */
function itemButton({ id, title, document }: Item): Button {
  const label: Text = document
    ? { key: 'library.document_label', params: { number: document.number, date: dateVi(document.issuedOn), issuer: document.issuer } }
    : { literal: title }
  return { label, payload: payloadOf('library', 'item', id) }
}

function searchButton(key: string): Button {
  return button(key, 'search')
}

function button(key: string, action: string, id = '', step = ''): Button {
  return { label: { key }, payload: payloadOf('library', action, id, step) }
}
