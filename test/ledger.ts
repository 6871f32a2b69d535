/**
 * The books against the world: what the platform took, person by person, beside what the ledger says of each. The one
 * check every test of broadcasts under faults ends with.
 */
import { expect } from 'vitest'
import { listCounts } from '../db/ledger-counts.ts'
import type { Db, Statement } from '../src/chat.ts'

/** Chat → the parts it was sent, as often as it was sent them. */
export type PlatformRecord = Map<string, string[]>

export type Books = {
  /** People in the run's rows by state, and by state and reason. */
  states: Record<string, number>
  audience: number
  /** Chats that got a part more than once. */
  doubles: string[]
  /** People the ledger calls reached whom the platform does not know, and people whose outcome is not final. */
  missing: string[]
  /** People the ledger calls not reached, or does not know, to whom something went. */
  unlisted: string[]
  /** Totals that differ from the rows. */
  wrongSums: string[]
  /** People whose week counts other than what was sent to them or may have been. */
  wrongWeeks: string[]
}

/** @param parts of one message; `sent` means all of them. @param record what this run's people were sent */
export async function compareBooks(db: Db, run: number, record: PlatformRecord, parts = 1): Promise<Books> {
  const rows = await db.read(
    `SELECT o.id, o.state, coalesce(o.reason, '') AS reason, o.channel, o.contact_id, a.native FROM outbox o LEFT JOIN addresses a ON a.id = o.address_id
     WHERE o.priority = 1 AND o.broadcast_id = ?`,
    [String(run)],
  )
  const books: Books = { states: {}, audience: rows.length, doubles: [], missing: [], unlisted: [], wrongSums: [], wrongWeeks: [] }
  const known = new Set<string>()
  const sums = new Map<string, number>()
  for (const row of rows) {
    const [state, native] = [String(row.state), String(row.native)]
    known.add(native)
    const label = `${state}${row.reason !== '' && FINAL.has(state) && state !== 'sent' ? ` ${row.reason}` : ''}`
    books.states[label] = (books.states[label] ?? 0) + 1
    sums.set(`${row.channel} ${label}`, (sums.get(`${row.channel} ${label}`) ?? 0) + 1)
    const got = new Set(record.get(native) ?? [])
    if (!FINAL.has(state) || (state === 'sent' && got.size < parts)) books.missing.push(`${native} ${label}`)
    if ((state === 'failed' || state === 'skipped') && got.size >= parts) books.unlisted.push(`${native} ${label}`)
  }
  for (const [chat, got] of record) {
    if (new Set(got).size < got.length) books.doubles.push(chat)
    if (!known.has(chat)) books.unlisted.push(`${chat} in no row`)
  }
  for (const table of ['broadcast_totals', 'broadcast_reasons'])
    for (const row of await db.read(`SELECT * FROM ${table} WHERE broadcast_id = ?`, [run]))
      for (const [name, n] of Object.entries(row)) if (typeof n === 'number' && n < 0) books.wrongSums.push(`${table}.${name}: ${n}`)
  for (const { channel, state, reason, n } of await listCounts(db, run)) {
    const label = `${channel} ${state}${reason === '' ? '' : ` ${reason}`}`
    if (sums.get(label) !== Number(n)) books.wrongSums.push(`${label}: ${n}, rows ${sums.get(label) ?? 0}`)
    sums.delete(label)
  }
  for (const [label, n] of sums) books.wrongSums.push(`${label}: none, rows ${n}`)
  books.wrongWeeks = (
    await db.read(
      `SELECT c.contact_id, c.n, (SELECT count(*) FROM outbox o WHERE o.priority = 1 AND o.contact_id = c.contact_id AND o.state IN ('sent', 'unknown', 'sending')) AS reached
       FROM push_counts c WHERE c.n <> reached`,
    )
  ).map(({ contact_id, n, reached }) => `${contact_id}: ${n} counted, ${reached} reached`)
  return books
}

const FINAL = new Set(['sent', 'failed', 'unknown', 'skipped'])

/** Nobody twice, everybody sent to or listed, sums equal the audience. Returns the books for what else a test expects. */
export async function expectTrueBooks(db: Db, run: number, record: PlatformRecord, audience: number, parts = 1): Promise<Books> {
  const books = await compareBooks(db, run, record, parts)
  const { doubles, missing, unlisted, wrongSums, wrongWeeks } = books
  const wrong = { doubles, missing, unlisted, wrongSums, wrongWeeks }
  // A few of each say what is wrong.
  const few = Object.fromEntries(Object.entries(wrong).map(([name, list]) => [name, list.slice(0, 5)]))
  expect({ audience: books.audience, states: books.states, ...few }).toMatchObject({
    ...{ audience, doubles: [], missing: [], unlisted: [], wrongSums: [], wrongWeeks: [] },
  })
  return books
}

/** Rows a process has in hand at this moment. */
export async function listInHand(db: Db): Promise<number[]> {
  return (await db.read("SELECT id FROM outbox WHERE state = 'sending' AND priority = 1")).map(({ id }) => Number(id))
}

/** Of these rows, those whose outcome nobody knows. */
export async function countUnknown(db: Db, ids: number[]): Promise<number> {
  const [row] = await db.read("SELECT count(*) AS n FROM outbox WHERE state = 'unknown' AND id IN (SELECT value FROM json_each(?))", [
    JSON.stringify(ids),
  ])
  return Number(row?.n)
}

/** Is this batch the claim of a broadcast's people? */
export const isClaim = (statements: Statement[]): boolean =>
  statements.some(
    ({ sql }) => sql.includes("SET state = 'sending', lease_until = ?, lease_by = ?, attempts") && sql.includes('priority = 1'),
  )
