/**
 * Built-in rows keep a short hash of what they were made from, so that a start writes only what changed, and never over
 * a row an officer edited: those get the program's new text as an offer (entry-rows.ts).
 */
import type { Db } from '../src/chat.ts'

/** 64 bits in hex of anything JSON can hold. */
export async function hashOf(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).slice(0, 8)
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export type Hashed<T> = T & { hash: string }

/**
 * What differs from what the table was filled with, each row with its hash. `changed`: new rows and those no officer
 * touched, to be written. `behind`: rows an officer edited or took down, whose text stays theirs; they are only told of it.
 */
export async function changedRows<T extends { id: string }>(
  db: Db,
  table: 'items' | 'questions',
  rows: readonly T[],
  shape: number,
): Promise<{ changed: Hashed<T>[]; behind: Hashed<T>[] }> {
  const ids = JSON.stringify(rows.map(({ id }) => id))
  const [hashes, known] = await Promise.all([
    Promise.all(rows.map((row) => hashOf([shape, row]))),
    db.read(`SELECT id, built_in, edited_at FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`, [ids]),
  ])
  const byId = new Map(known.map((row) => [row.id, row]))
  const differ = rows.map((row, i) => ({ ...row, hash: hashes[i] ?? '' })).filter(({ id, hash }) => byId.get(id)?.built_in !== hash)
  const edited = ({ id }: T) => (byId.get(id)?.edited_at ?? null) !== null
  return { changed: differ.filter((row) => !edited(row)), behind: differ.filter(edited) }
}
