/**
 * What waits to be looked at again (F67): past its review day or soon to be, never confirmed, flagged by members, or
 * brought anew by the program. Flags tell what is wrong and on which day; nothing leads to who said it.
 */
import type { Db, Keys, Statement, Value } from '../src/chat.ts'
import type { Section } from '../src/entry.ts'
import { AppError } from '../src/errors.ts'
import { openJson } from '../src/keys.ts'
import { addDays } from '../src/time.ts'
import { recordAct } from './audit.ts'
import { guard } from './client.ts'
import { type Entry, entryOf, ROWS, selectOf } from './entries.ts'
import { aboutOf } from './entry-acts.ts'
import { mayReview } from './entry-reviews.ts'
import { type Desk, stillActing } from './rights.ts'

export const QUEUES = ['stale', 'soon', 'waiting', 'flagged', 'offered'] as const
export type Queue = (typeof QUEUES)[number]

/** Days before its review day in which an entry is "soon". */
const SOON = 30
/** Counted up to here: more is "more". */
export const QUEUE_COUNTED = 99

export type QueueFilter = { section: Section; queue: Queue; day: string }

/** What has been waiting longest first. @param after `next` of the page before: `<day>.<id>` or an id */
export async function listQueue(db: Db, { after, limit, ...filter }: QueueFilter & { after: string; limit: number }): Promise<Entry[]> {
  const { from, where, args, dated } = queryOf(filter)
  const [, day = '', id = after] = /^(\d{4}-\d{2}-\d{2})\.(.+)$/.exec(after) ?? []
  const key = dated ? '(e.review_by, e.id) > (?, ?)' : 'e.id > ?'
  const rows = await db.read(
    `SELECT ${selectOf(filter.section)} FROM ${from} WHERE ${where} AND ${key} ORDER BY ${dated ? 'e.review_by, e.id' : 'e.id'} LIMIT ?`,
    [...args, ...(dated ? [day, day === '' ? '' : id] : [after]), limit],
  )
  return rows.map((row) => entryOf(filter.section, row, filter.day))
}

/** The key of a row in its queue: what `after` is for the next page. */
export function queueKey(queue: Queue, { id, fields }: Entry): string {
  return queue === 'stale' || queue === 'soon' ? `${fields.reviewBy}.${id}` : id
}

/** At most QUEUE_COUNTED + 1. */
export async function countQueue(db: Db, filter: QueueFilter): Promise<number> {
  const { from, where, args } = queryOf(filter)
  const [row] = await db.read(`SELECT count(*) AS n FROM (SELECT 1 FROM ${from} WHERE ${where} LIMIT ${QUEUE_COUNTED + 1})`, args)
  return Number(row?.n)
}

function queryOf({ section, queue, day }: QueueFilter): { from: string; where: string; args: Value[]; dated: boolean } {
  const { table, where } = ROWS[section]
  const plain = { from: `${table} e`, args: [] as Value[], dated: false }
  switch (queue) {
    case 'stale':
      return { ...plain, where: `${where} AND e.state = 'published' AND e.review_by < ?`, args: [day], dated: true }
    case 'soon':
      return {
        ...plain,
        where: `${where} AND e.state = 'published' AND e.review_by >= ? AND e.review_by < ?`,
        args: [day, addDays(day, SOON)],
        dated: true,
      }
    case 'waiting':
      return { ...plain, where: `${where} AND e.state = 'waiting'` }
    case 'flagged':
      if (section === 'questions') return { ...plain, where: 'false' }
      return { ...plain, where: `${where} AND EXISTS (SELECT 1 FROM item_flags f WHERE f.item_id = e.id AND f.settled_at IS NULL)` }
    case 'offered':
      return {
        ...plain,
        where: `${where} AND e.id IN (SELECT v.entry_id FROM entry_versions v WHERE v.section = ? AND v.state = 'offered')`,
        args: [section],
      }
  }
}

export type Flag = { id: string; day: string; reason: 'number' | 'replaced' | 'something'; words: string }

/** Open flags of an item, oldest first, opened. @param after id of the last one seen */
export async function listFlags(
  db: Db,
  keys: Keys,
  { itemId, after, limit }: { itemId: string; after: string; limit: number },
): Promise<Flag[]> {
  const rows = await db.read(
    'SELECT id, day, box FROM item_flags WHERE item_id = ? AND settled_at IS NULL AND id > ? ORDER BY id LIMIT ?',
    [itemId, after, limit],
  )
  return Promise.all(
    rows.map(async ({ id, day, box }) => {
      const said = await openJson<Pick<Flag, 'reason' | 'words'>>(keys, 'flag', box as Uint8Array, String(id))
      return { id: String(id), day: String(day), ...said }
    }),
  )
}

/** Looked at: the flags of an item up to now are settled, whatever became of them. Throws AppError `forbidden`, `conflict`. */
export function settleFlags({ actor, now }: Desk, { section, id }: Entry, flags: readonly Pick<Flag, 'id'>[]): Statement[] {
  if (!mayReview(actor)) throw new AppError('forbidden', 'desk.forbidden')
  if (flags.length === 0) throw new AppError('conflict', 'desk.entry_moved')
  const ids = JSON.stringify(flags.map((flag) => flag.id))
  return [
    ...stillActing(actor),
    {
      sql: 'UPDATE item_flags SET settled_at = ?, box = NULL WHERE item_id = ? AND settled_at IS NULL AND id IN (SELECT value FROM json_each(?))',
      args: [now.toISOString().slice(0, 10), id, ids],
    },
    guard(flags.length),
    recordAct(actor, { act: 'content.settle', about: aboutOf({ section, entryId: id }), detail: { flags: flags.length } }, now),
  ]
}
