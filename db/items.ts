/**
 * The library: short items and documents, each with its source and the days it was checked and must be checked again.
 * Readers only ever see what is published and not past its review day (R17, F67); everything else waits for an officer.
 */
import type { Db, Row, Statement } from '../src/chat.ts'
import type { ItemFields } from '../src/entry.ts'
import { fold } from '../src/vietnamese/index.ts'
import { changedRows, hashOf } from './built-in.ts'
import { offerRow } from './entry-rows.ts'
import { documentKey, wordsOf } from './item-words.ts'

export type ItemKind = 'fact' | 'law' | 'document'

export type ItemDocument = { number: string; issuedOn: string; issuer: string; title: string; status: string }

export type Item = {
  id: string
  topic: string
  kind: ItemKind
  title: string
  body: string
  sourceLabel: string
  sourceUrl: string | null
  checkedOn: string
  document: ItemDocument | null
}

/** An item as the content file has it. */
export type BuiltInItem = {
  id: string
  topic: string
  kind: ItemKind
  title: string
  body: string
  source_label: string
  source_url: string | null
  checked_on: string
  review_by: string
  state: 'published' | 'waiting'
  daily: boolean
  document: { number: string; issued_on: string; issuer: string; title: string; status: string } | null
}

/** `next`: the key of the page after this one, missing on the last. */
export type Page<T> = { rows: T[]; next?: string }

export const PAGE = 6

/** `?` is today in Vietnam: an item is shown up to and on its review day. */
export const SHOWN = "state = 'published' AND review_by >= ?"
export const COLUMNS =
  'id, topic, kind, title, body, source_label, source_url, checked_on, doc_number, doc_issued_on, doc_issuer, doc_title, doc_status'

// Raised when what is made of a row (its words, its keys) changes shape, so that a start makes it again.
const SHAPE = 2

/**
 * One atomic batch that brings the built-in items in: new rows, and changed ones no officer edited. Empty when the
 * table is up to date, so that a second start writes nothing.
 */
export async function loadItems(db: Db, items: readonly BuiltInItem[]): Promise<Statement[]> {
  const { changed, behind } = await changedRows(db, 'items', items, SHAPE)
  const offers = behind.flatMap((item) => offerRow(item.document ? 'documents' : 'library', { ...item, fields: fieldsOf(item) }))
  if (changed.length === 0) return offers
  const rows = await Promise.all(
    changed.map(async (item) => ({
      ...item,
      order: await hashOf(item.id),
      key: item.document && documentKey(item.document.number),
      folded: fold(item.title),
    })),
  )
  const words = changed.map((item) => ({ id: item.id, ...wordsOf(item) }))
  // An officer may have edited a row since it was read: the words are made only for rows that are still as we filled them.
  const ours = 'SELECT items.id FROM json_each(?) JOIN items ON items.id = value WHERE items.edited_at IS NULL'
  return [
    ...offers,
    {
      sql: `INSERT INTO items(id, topic, kind, title, body, source_label, source_url, checked_on, review_by, state, daily, daily_order,
                              doc_key, doc_number, doc_issued_on, doc_issuer, doc_title, doc_status, built_in, folded)
            SELECT value ->> 'id', value ->> 'topic', value ->> 'kind', value ->> 'title', value ->> 'body', value ->> 'source_label',
                   value ->> 'source_url', value ->> 'checked_on', value ->> 'review_by', value ->> 'state', value ->> 'daily',
                   value ->> 'order', value ->> 'key', value ->> '$.document.number', value ->> '$.document.issued_on',
                   value ->> '$.document.issuer', value ->> '$.document.title', value ->> '$.document.status', value ->> 'hash',
                   value ->> 'folded'
            FROM json_each(?) WHERE true
            ON CONFLICT(id) DO UPDATE SET topic = excluded.topic, kind = excluded.kind, title = excluded.title, body = excluded.body,
              source_label = excluded.source_label, source_url = excluded.source_url, checked_on = excluded.checked_on,
              review_by = excluded.review_by, state = excluded.state, daily = excluded.daily, daily_order = excluded.daily_order,
              doc_key = excluded.doc_key, doc_number = excluded.doc_number, doc_issued_on = excluded.doc_issued_on,
              doc_issuer = excluded.doc_issuer, doc_title = excluded.doc_title, doc_status = excluded.doc_status,
              built_in = excluded.built_in, folded = excluded.folded
            WHERE items.edited_at IS NULL`,
      args: [JSON.stringify(rows)],
    },
    { sql: `DELETE FROM item_words WHERE item_id IN (${ours})`, args: [JSON.stringify(words.map(({ id }) => id))] },
    {
      sql: `INSERT INTO item_words(title, body, numbers, item_id)
            SELECT value ->> 'title', value ->> 'body', value ->> 'numbers', items.id
            FROM json_each(?) JOIN items ON items.id = value ->> 'id' WHERE items.edited_at IS NULL`,
      args: [JSON.stringify(words)],
    },
  ]
}

/** A built-in item as officers write items. */
function fieldsOf({ topic, kind, title, body, source_label, source_url, checked_on, review_by, daily, document }: BuiltInItem): ItemFields {
  const dated = { sourceLabel: source_label, sourceUrl: source_url, checkedOn: checked_on, reviewBy: review_by }
  const paper = document && { ...document, issuedOn: document.issued_on, issued_on: undefined }
  return { topic, kind, title, body, ...dated, daily, document: paper } as ItemFields
}

/** @param day today in Vietnam, here and below */
export async function findItem(db: Db, id: string, day: string): Promise<Item | undefined> {
  return first(await db.read(`SELECT ${COLUMNS} FROM items WHERE id = ? AND ${SHOWN}`, [id, day]))
}

/**
 * "Mỗi ngày một điều": the same item for everyone on one day. The first reader of a day claims the item that was shown
 * longest ago, so that all daily items pass before one returns, also when items come, go stale or are pulled.
 */
export async function findDailyItem(db: Db, day: string): Promise<Item | undefined> {
  const known = `SELECT ${COLUMNS} FROM items WHERE daily = 1 AND daily_on = ? AND ${SHOWN} LIMIT 1`
  const today = first(await db.read(known, [day, day]))
  if (today) return today
  const [rows = []] = await db.write([
    {
      sql: `UPDATE items SET daily_on = ?
            WHERE id = (SELECT id FROM items WHERE daily = 1 AND ${SHOWN} ORDER BY daily_on, daily_order, id LIMIT 1)
              AND NOT EXISTS (SELECT 1 FROM items WHERE daily = 1 AND daily_on = ? AND ${SHOWN})
            RETURNING ${COLUMNS}`,
      args: [day, day, day, day],
    },
  ])
  return first(rows) ?? first(await db.read(known, [day, day]))
}

/** Another daily item than this one: yesterday's side of the walk first, round and round. */
export async function findOtherItem(db: Db, id: string, day: string): Promise<Item | undefined> {
  const from = `SELECT ${COLUMNS} FROM items WHERE daily = 1 AND ${SHOWN}`
  const order = 'ORDER BY daily_order DESC, id DESC LIMIT 1'
  const before = await db.read(`${from} AND (daily_order, id) < (SELECT i.daily_order, i.id FROM items i WHERE i.id = ?) ${order}`, [
    day,
    id,
  ])
  return first(before) ?? first(await db.read(`${from} AND id <> ? ${order}`, [day, id]))
}

export async function listItemsByTopic(db: Db, topic: string, day: string): Promise<Page<Item>> {
  const rows = await db.read(`SELECT ${COLUMNS} FROM items WHERE topic = ? AND ${SHOWN} ORDER BY id LIMIT ?`, [topic, day, PAGE + 1])
  return itemPage(rows)
}

/** The page of its topic that follows this item, whether or not the item itself is still shown. */
export async function listItemsAfter(db: Db, id: string, day: string): Promise<Page<Item>> {
  const rows = await db.read(
    `SELECT ${COLUMNS} FROM items WHERE topic = (SELECT i.topic FROM items i WHERE i.id = ?) AND id > ? AND ${SHOWN} ORDER BY id LIMIT ?`,
    [id, id, day, PAGE + 1],
  )
  return itemPage(rows)
}

/** "Thông tin này sai?" (F19): what was said, sealed; which item and which day, and never who. */
export function flagItem(flag: { id: string; itemId: string; box: Uint8Array; day: string }): Statement {
  return { sql: 'INSERT INTO item_flags(id, item_id, box, day) VALUES (?, ?, ?, ?)', args: [flag.id, flag.itemId, flag.box, flag.day] }
}

export function itemOf(row: Row): Item {
  return {
    id: String(row.id),
    topic: String(row.topic),
    kind: row.kind as ItemKind,
    title: String(row.title),
    body: String(row.body),
    sourceLabel: String(row.source_label),
    sourceUrl: row.source_url as string | null,
    checkedOn: String(row.checked_on),
    document:
      row.doc_number === null
        ? null
        : {
            number: String(row.doc_number),
            issuedOn: String(row.doc_issued_on),
            issuer: String(row.doc_issuer),
            title: String(row.doc_title),
            status: String(row.doc_status),
          },
  }
}

function itemPage(rows: Row[]): Page<Item> {
  const shown = rows.slice(0, PAGE).map(itemOf)
  const last = shown.at(-1)
  return { rows: shown, ...(rows.length > PAGE && last ? { next: last.id } : {}) }
}

const first = (rows: Row[]): Item | undefined => rows.map(itemOf)[0]
