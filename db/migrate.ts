/**
 * Brings a database up to date: numbered SQL files, in order, each in one batch together with its name, so that a
 * migration is either in or not, also when several processes start at once. Runs in Node (start, admin, tests), never
 * inside a Worker request.
 */
import type { Db } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { conflictOf, conflictTable } from './client.ts'

export type Migration = { name: string; sql: string }

/** The newest migration this version needs; a test holds it equal to the newest file. */
export const LATEST_MIGRATION = '0024_notice_outcomes'

/** Applies what is missing; `progress` hears each name. Throws AppError `conflict` when the database is newer than this program. */
export async function migrate(db: Db, migrations: Migration[], progress: (name: string) => void = () => {}): Promise<void> {
  await db.write([
    { sql: 'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)', args: [] },
  ])
  const known = new Set(migrations.map(({ name }) => name))
  const applied = new Set((await listApplied(db)).map((name) => name))
  for (const name of applied) {
    if (!known.has(name)) throw new AppError('conflict', `The database has migration ${name}, which this version does not know.`)
  }
  for (const { name, sql } of migrations) {
    if (applied.has(name)) continue
    try {
      await db.write([{ sql: 'INSERT INTO migrations(name) VALUES (?)', args: [name] }, ...statementsOf(sql)])
      progress(name)
    } catch (error) {
      // Another process brought it in between our look and our batch.
      if (conflictOf(error) === 'unique' && conflictTable(error) === 'migrations') continue
      throw error
    }
  }
}

/** Names of the migrations that are in; empty for a database that was never migrated. */
export async function listApplied(db: Db): Promise<string[]> {
  const rows = await db.read("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'migrations'")
  if (rows.length === 0) return []
  return (await db.read('SELECT name FROM migrations ORDER BY name')).map((row) => String(row.name))
}

/** A statement ends with ";" before an empty line or the end of the file; comment lines are dropped. */
function statementsOf(sql: string): Array<{ sql: string; args: [] }> {
  return sql
    .replace(/^--.*$/gm, '')
    .split(/;[ \t]*(?:\n[ \t]*\n|\s*$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
    .map((statement) => ({ sql: statement, args: [] }))
}
