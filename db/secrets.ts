/**
 * Small sealed values with a version, changed by compare-and-set so that two processes never overwrite each other:
 * Zalo's token pair.
 */
import type { Db, Keys } from '../src/chat.ts'
import { openJson } from '../src/keys.ts'

/** The value and its version, or undefined. A value of another key throws AppError `invalid`. */
async function findSecret<T>(db: Db, keys: Keys, name: string): Promise<{ version: number; value: T } | undefined> {
  const [row] = await db.read('SELECT version, box FROM secrets WHERE name = ?', [name])
  if (!row) return undefined
  return { version: Number(row.version), value: await openJson<T>(keys, 'token', row.box as Uint8Array, name) }
}

/** Writes the value if the stored version is still `expected` (0 = none yet); it becomes `expected + 1`. */
async function writeSecret(db: Db, keys: Keys, name: string, value: unknown, expected: number): Promise<boolean> {
  const box = await keys.seal('token', JSON.stringify(value), name)
  const [rows = []] = await db.write([
    expected === 0
      ? {
          sql: 'INSERT INTO secrets(name, version, box) VALUES (?, 1, ?) ON CONFLICT(name) DO NOTHING RETURNING version',
          args: [name, box],
        }
      : {
          sql: 'UPDATE secrets SET version = version + 1, box = ? WHERE name = ? AND version = ? RETURNING version',
          args: [box, name, expected],
        },
  ])
  return rows.length === 1
}

/** A token pair as a channel keeps it. */
export function tokenStore<T>(db: Db, keys: Keys, name: string) {
  return {
    async read(): Promise<{ version: number; pair: T } | undefined> {
      const secret = await findSecret<T>(db, keys, name)
      return secret && { version: secret.version, pair: secret.value }
    },
    write: (pair: T, expected: number): Promise<boolean> => writeSecret(db, keys, name, pair, expected),
  }
}
