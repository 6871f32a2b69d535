/**
 * A libSQL server, and what both kinds of database share: how numbers bind, what "busy" needs, what a refusal means,
 * the guard of a guarded write. Always mode 'write': the library's default gives up under contention.
 */
import { type Client, createClient, type InValue, type ResultSet } from '@libsql/client'
import type { Db, Row, Statement, Value } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'

export type DbOptions = {
  /** `file:…`, `http(s)://…` or `libsql://…` */
  url: string
  authToken?: string | undefined
  /** Milliseconds a file waits for another process's write. */
  timeout?: number
  /** Told of each reconnect after a busy answer. */
  onBusy?: () => void
  /** How long a server may take; as for serving unless told. A file needs none. */
  deadlines?: Deadlines
}

/** How long a call may take, waiting for its turn included, in ms. */
export type Deadlines = { readMs: number; writeMs: number }

/** While serving: a platform or a page hears within these that the database is away, and the platform sends again. */
const SERVING: Deadlines = { readMs: 10_000, writeMs: 20_000 }
/** Where one statement may go through a million rows: migrations, operators' commands, the night's work. Longer no fetch waits. */
export const PATIENT: Deadlines = { readMs: 290_000, writeMs: 290_000 }

/** How often a busy database is asked again before the call fails. */
export const BUSY_TRIES = 12
const SERVER_READERS = 3
/**
 * Writes of this process in flight at a server. It runs one at a time anyway, and sqld 0.24.1 was measured to stop taking
 * any write, for good, once a dozen waited at once (after 2,000 to 22,000 writes; with four waiting never, in 800 s).
 */
const SERVER_WRITERS = 1

/** True when a batch was refused by a unique key or a check: a duplicate update, a lost turn, a taken code. */
export function conflictOf(error: unknown): 'unique' | 'check' | undefined {
  const { code, message } = error as { code?: string; message?: string }
  if (!`${code} ${message}`.includes('CONSTRAINT') && !message?.includes('constraint failed')) return undefined
  return message?.includes('CHECK') ? 'check' : 'unique'
}

/** Which table a refused unique key belongs to, or undefined. */
export function conflictTable(error: unknown): string | undefined {
  return /constraint failed: ([a-z_]+)\./i.exec(String((error as Error).message))?.[1]
}

/**
 * True when the statement itself cannot run (no such table, wrong type): somebody's mistake, neither a conflict nor the
 * database being away. A server says so in words alone, under code SQLITE_UNKNOWN.
 */
export function mistakeOf(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  const text = `${code} ${message}`
  if (conflictOf(error) || isBusy(error) || /disk|read-?only|malformed/i.test(text)) return false
  return /SQLITE_ERROR|SQL_INPUT_ERROR|SQLITE_MISMATCH|SQL_PARSE_ERROR|SQLite (input )?error:/.test(text)
}

/** The guard of a guarded write: rolls the whole batch back unless the statement before it changed exactly `rows` rows. */
export function guard(rows = 1): Statement {
  return {
    sql: 'INSERT INTO guards(id, ok) SELECT 1, changes() = ? WHERE true ON CONFLICT(id) DO UPDATE SET ok = excluded.ok',
    args: [rows],
  }
}

/** The same for something that must be true of the database: rolls the whole batch back unless `condition` is. */
export function guardThat(condition: string, args: Value[]): Statement {
  return {
    sql: `INSERT INTO guards(id, ok) SELECT 1, (${condition}) WHERE true ON CONFLICT(id) DO UPDATE SET ok = excluded.ok`,
    args,
  }
}

/**
 * A libSQL server, over HTTP; works on Workers too. What does not come in time fails with code DEADLINE, and leaves its turn
 * to the next: a write may have been done all the same, as with a connection that breaks.
 */
export function openServer({ url, authToken, onBusy, deadlines = SERVING }: DbOptions): Db {
  const readers = queue(SERVER_READERS)
  const writers = queue(SERVER_WRITERS)
  let closed = false
  // A client a call, because it takes no other signal: it holds no connection, those are the runtime's own.
  const clientUntil = (cut: AbortSignal) =>
    createClient({ url, fetch: (request: Request) => fetch(request, { signal: cut }), ...(authToken ? { authToken } : {}) })
  const steady = async <T>(inTurn: typeof readers, cut: AbortSignal, work: (client: Client) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await inTurn(async () => {
          cut.throwIfAborted()
          if (closed) throw new Error('The database was closed.')
          return work(clientUntil(cut))
        })
      } catch (error) {
        if (!isBusy(error) || attempt >= BUSY_TRIES) throw error
        onBusy?.()
        await pause(attempt)
      }
    }
  }
  const within = ({ readMs, writeMs }: Deadlines): Omit<Db, 'patient'> => ({
    kind: 'server',
    read: (sql, args = []) =>
      inTime(readMs, (cut) => steady(readers, cut, async (client) => plainRows(await client.execute({ sql, args: bind(args) })))),
    write: (statements) =>
      inTime(writeMs, (cut) => steady(writers, cut, async (client) => (await client.batch(bindAll(statements), 'write')).map(plainRows))),
    close: () => {
      closed = true
    },
  })
  return { ...within(deadlines), patient: within(PATIENT) }
}

/** The same database for work that may take minutes, in the same turns. A file takes the time it takes. */
export const patientOf = (db: Db): Db => db.patient ?? db

async function inTime<T>(ms: number, work: (cut: AbortSignal) => Promise<T>): Promise<T> {
  const cut = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = Object.assign(new Error('The database did not answer in time.'), { code: 'DEADLINE' })
      cut.abort(error)
      reject(error)
    }, ms)
  })
  try {
    return await Promise.race([work(cut.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Another process has the database: try again. */
export function isBusy(error: unknown): boolean {
  const text = `${(error as { code?: string }).code} ${(error as Error).message}`
  return text.includes('SQLITE_BUSY') || text.includes('SQLITE_LOCKED') || text.includes('database is locked')
}

/** At most `width` at once, in order of arrival. */
export function queue(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: Array<() => void> = []
  let running = 0
  return async (work) => {
    if (running >= width) await new Promise<void>((go) => waiting.push(go))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** Longer with each attempt. */
export const pause = (attempt: number) => new Promise((resume) => setTimeout(resume, Math.min(5 * attempt ** 2, 200)))

function bindAll(statements: Statement[]): Array<{ sql: string; args: InValue[] }> {
  return statements.map(({ sql, args }) => ({ sql, args: bind(args) }))
}

/** JS integers bind as floats ('5.0' in a text column): they go as BigInt. A missing argument is a mistake, not NULL. */
export function bind(args: Value[]): Array<Exclude<Value, number> | number> {
  return args.map((value) => {
    if (value === undefined) throw new AppError('invalid', 'A statement has an argument without a value.')
    return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value
  })
}

function plainRows(result: ResultSet): Row[] {
  const { columns, rows } = result
  return rows.map((row) => {
    const plain: Row = {}
    for (const [i, column] of columns.entries()) {
      const value = row[i]
      plain[column] = value instanceof ArrayBuffer ? new Uint8Array(value) : (value as Value)
    }
    return plain
  })
}
