/**
 * How often something was tried: wrong receipts, reports and photos of one person in one span of time. A row is a
 * keyed hash, a count and an instant; it says neither who nor what.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'

/** `until` in epoch ms: the end of the span a count belongs to, or the instant the next try is allowed. */
export type Tries = { count: number; until: number }

/** The rows of these tags, in their order. */
export async function listTries(db: Db, tags: string[]): Promise<Array<Tries | undefined>> {
  const rows = await db.read('SELECT tag, count, until FROM tries WHERE tag IN (SELECT value FROM json_each(?))', [JSON.stringify(tags)])
  const byTag = new Map(rows.map((row) => [row.tag, { count: Number(row.count), until: Number(row.until) }]))
  return tags.map((tag) => byTag.get(tag))
}

/** How many of this were counted in the span that is running at `now`. */
export async function countTries(db: Db, tag: string, now: number): Promise<number> {
  const [tries] = await listTries(db, [tag])
  return tries && tries.until > now ? tries.count : 0
}

/**
 * Counts `n` more in the span that ends at `until`, unless that passes `limit`: then no row changes, and a guard()
 * after it rolls the turn back.
 */
export function addTries(tag: string, span: { n: number; limit: number; now: number; until: number }): Statement {
  const { n, limit, now, until } = span
  return {
    sql: `INSERT INTO tries(tag, count, until) VALUES (?, ?, ?)
          ON CONFLICT(tag) DO UPDATE SET count = excluded.count + iif(tries.until > ?, tries.count, 0), until = excluded.until
          WHERE tries.until <= ? OR tries.count + excluded.count <= ?`,
    args: [tag, n, until, now, now, limit],
  }
}

/** A claim: from what was seen to what comes next, or false when somebody moved it in between. Written at once, so that parallel guesses count. */
export async function claimTries(db: Db, tag: string, seen: Tries | undefined, next: Tries): Promise<boolean> {
  const [rows = []] = await db.write([
    {
      sql: `INSERT INTO tries(tag, count, until) VALUES (?, ?, ?)
            ON CONFLICT(tag) DO UPDATE SET count = excluded.count, until = excluded.until WHERE tries.count = ? AND tries.until = ?
            RETURNING count`,
      args: [tag, next.count, next.until, seen?.count ?? -1, seen?.until ?? -1],
    },
  ])
  return rows.length > 0
}

/**
 * A claim: one more try in the span that runs, or in a new one that ends at `until`. False when there is none left.
 * Written at once, so that parallel guesses count.
 */
export async function claimTry(
  db: Db,
  tag: string,
  { limit, now, until }: { limit: number; now: number; until: number },
): Promise<boolean> {
  const [rows = []] = await db.write([
    {
      sql: `INSERT INTO tries(tag, count, until) VALUES (?, 1, ?)
            ON CONFLICT(tag) DO UPDATE SET count = iif(tries.until > ?, tries.count + 1, 1), until = iif(tries.until > ?, tries.until, excluded.until)
            WHERE tries.until <= ? OR tries.count < ?
            RETURNING count`,
      args: [tag, until, now, now, now, limit],
    },
  ])
  return rows.length > 0
}

/** A try that was right after all does not count. Only the hour is kept: an exact instant would tell who looked up a report. */
export function forgiveTry(tag: string, now: number): Statement {
  return { sql: 'UPDATE tries SET count = max(count - 1, 0), until = ? WHERE tag = ?', args: [hourBefore(now), tag] }
}

/** The beginning of an hour, in epoch ms. */
export const hourBefore = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS

const HOUR_MS = 60 * 60 * 1000

/** Whose tries: a keyed hash that is neither the contact nor any other tag of theirs. */
export async function triesTag(keys: Keys, what: string, whose = ''): Promise<string> {
  return keys.tag('tries', `${what}:${whose}`)
}
