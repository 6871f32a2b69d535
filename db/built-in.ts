/**
 * Built-in rows keep a short hash of what they were made from, so that a start writes only what changed, and never over
 * a row an officer edited.
 */
import type { Db } from '../src/chat.ts'

/** 64 bits in hex of anything JSON can hold. */
export async function hashOf(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).slice(0, 8)
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The rows that are new or differ from what their table was filled with, each with its hash. Rows an officer edited are left out. */
export async function changedRows<T extends { id: string }>(
  db: Db,
  table: 'items' | 'questions',
  rows: readonly T[],
  shape: number,
): Promise<Array<T & { hash: string }>> {
  const ids = JSON.stringify(rows.map(({ id }) => id))
  const [hashes, known] = await Promise.all([
    Promise.all(rows.map((row) => hashOf([shape, row]))),
    db.read(`SELECT id, built_in, edited_at FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`, [ids]),
  ])
  const byId = new Map(known.map((row) => [row.id, row]))
  return rows.flatMap((row, i) => {
    const stored = byId.get(row.id)
    const hash = hashes[i] ?? ''
    return stored && (stored.edited_at !== null || stored.built_in === hash) ? [] : [{ ...row, hash }]
  })
}
