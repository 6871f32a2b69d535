/**
 * Totals per day of what became of messages and updates: the only counting there is. No label leads to a person.
 */
import type { Db, Statement } from '../src/chat.ts'

export type Tally = { day: string; channel: string; what: string; reason?: string; n: number }

/** Adds to the totals: one statement for all. Equal labels are added up first. */
export function addTallies(tallies: Tally[]): Statement {
  const sums = new Map<string, [string, string, string, string, number]>()
  for (const { day, channel, what, reason = '', n } of tallies) {
    const label = `${day}|${channel}|${what}|${reason}`
    const sum = sums.get(label)
    if (sum) sum[4] += n
    else sums.set(label, [day, channel, what, reason, n])
  }
  return {
    sql: `INSERT INTO tallies(day, channel, what, reason, total)
          SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?) WHERE true
          ON CONFLICT(day, channel, what, reason) DO UPDATE SET total = total + excluded.total`,
    args: [JSON.stringify([...sums.values()])],
  }
}

/** Totals of the days from `since`, for /metrics and pages. */
export async function listTallies(db: Db, since: string): Promise<Array<Required<Tally>>> {
  const rows = await db.read('SELECT day, channel, what, reason, total FROM tallies WHERE day >= ? ORDER BY day, channel, what, reason', [
    since,
  ])
  return rows.map((row) => ({
    day: String(row.day),
    channel: String(row.channel),
    what: String(row.what),
    reason: String(row.reason),
    n: Number(row.total),
  }))
}
