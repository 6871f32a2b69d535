/**
 * Who this deployment is: a few values an officer edits, with honest defaults.
 */
import type { Db, Statement } from '../src/chat.ts'
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
