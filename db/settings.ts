/**
 * Who this deployment is: a few values an officer edits, with honest defaults. And the check that a database belongs
 * to this DATA_KEY.
 */
import type { Db, Keys, Statement } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import type { SettingName, Settings } from '../src/settings.ts'

/** Values that were set; the rest is the caller's default. */
export async function listSettings(db: Db): Promise<Settings> {
  const rows = await db.read('SELECT name, value FROM settings')
  return Object.fromEntries(rows.map((row) => [String(row.name), String(row.value)]))
}

/** Sets one value. */
export function changeSetting(name: SettingName, value: string, now: Date): Statement {
  return {
    sql: `INSERT INTO settings(name, value, edited_at) VALUES (?, ?, ?)
          ON CONFLICT(name) DO UPDATE SET value = excluded.value, edited_at = excluded.edited_at`,
    args: [name, value, now.toISOString()],
  }
}

/**
 * Proves that this key is the one the database was sealed with; a new database takes the key as its own.
 * Throws AppError `forbidden` when it is another.
 */
export async function checkKey(db: Db, keys: Keys): Promise<void> {
  const box = await keys.seal('check', 'hang-viet')
  await db.write([{ sql: "INSERT INTO meta(name, box) VALUES ('key_check', ?) ON CONFLICT(name) DO NOTHING", args: [box] }])
  const [row] = await db.read("SELECT box FROM meta WHERE name = 'key_check'")
  try {
    await keys.open('check', row?.box as Uint8Array)
  } catch (cause) {
    throw new AppError('forbidden', 'This database was sealed with another DATA_KEY. Start it with that key; nothing was changed.', {
      cause,
    })
  }
}
