/**
 * How the database answers: every query that goes through is kept and asked for its plan, and a plan that walks a whole
 * table that grows is named.
 */
import type { Db, Value } from '../src/chat.ts'

/** Tables of a few rows, or of one row a unit or less, that may be walked. */
const SMALL = ['topics', 'settings', 'level_names', 'halts', 'json_each', 'migrations']

export function watchQueries(db: Db) {
  const queries: Array<{ sql: string; args: Value[] }> = []
  const watched: Db = {
    ...db,
    read: (sql, args = []) => {
      queries.push({ sql, args })
      return db.read(sql, args)
    },
  }
  return {
    db: watched,
    queries,
    /** Steps of all plans that walk a table without an index. */
    async scans(): Promise<string[]> {
      const found: string[] = []
      for (const { sql, args } of queries) {
        for (const { detail } of await db.read(`EXPLAIN QUERY PLAN ${sql}`, args)) {
          const step = String(detail)
          const table = /^SCAN (\w+)/.exec(step)?.[1] ?? ''
          const walks = table !== '' && !/VIRTUAL TABLE|USING (COVERING )?INDEX|CONSTANT ROW/.test(step)
          if (walks && !SMALL.includes(table) && !/^(d|s|n|j)$/.test(table)) found.push(`${step} in ${sql.slice(0, 80)}`)
        }
      }
      return found
    },
  }
}
