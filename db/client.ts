/**
 * Opens the database and evens out what differs between the embedded file and a libSQL server: how numbers bind,
 * what blobs come back as, what "busy" needs. The only file that knows the client library.
 * Measured reasons (one writer, mode 'write', reconnect on busy): shared/reference "What was measured and binds us".
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
}

const BUSY_TRIES = 12
const SERVER_CONNECTIONS = 4

export async function openDb(options: DbOptions): Promise<Db> {
  return options.url.startsWith('file:') ? openFile(options) : openServer(options)
}

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
 * Folds a file's write-ahead log into the file, so that it can be moved as one. False while any process has it open.
 * Throws what the driver throws for a file that is no database.
 */
export async function foldFile(url: string): Promise<boolean> {
  const client = createClient({ url, concurrency: 1, timeout: 200 })
  try {
    await client.executeMultiple('PRAGMA journal_mode = DELETE')
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  } finally {
    client.close()
  }
}

async function openFile({ url, timeout = 5000, onBusy }: DbOptions): Promise<Db> {
  const client = createClient({ url, concurrency: 1, timeout })
  await prepareFile(client)
  const steady = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (!isBusy(error) || attempt >= BUSY_TRIES) throw error
        // A busy answer poisons the connection (libsql-client-ts#352): later writes are acknowledged and lost.
        onBusy?.()
        await pause(attempt)
        await client.reconnect()
        await prepareFile(client)
      }
    }
  }
  const inTurn = queue(1)
  return {
    kind: 'file',
    // Reads share the one connection; the queue keeps them from meeting a reconnect half-way.
    read: (sql, args = []) => inTurn(() => steady(async () => plainRows(await client.execute({ sql, args: bind(args) })))),
    write: (statements) => inTurn(() => steady(async () => (await client.batch(bindAll(statements), 'write')).map(plainRows))),
    close: () => client.close(),
  }
}

async function openServer({ url, authToken, onBusy }: DbOptions): Promise<Db> {
  const client = createClient({ url, concurrency: SERVER_CONNECTIONS, ...(authToken ? { authToken } : {}) })
  const atMostFour = queue(SERVER_CONNECTIONS)
  const steady = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await atMostFour(work)
      } catch (error) {
        if (!isBusy(error) || attempt >= BUSY_TRIES) throw error
        onBusy?.()
        await pause(attempt)
      }
    }
  }
  return {
    kind: 'server',
    read: (sql, args = []) => steady(async () => plainRows(await client.execute({ sql, args: bind(args) }))),
    write: (statements) => steady(async () => (await client.batch(bindAll(statements), 'write')).map(plainRows)),
    close: () => client.close(),
  }
}

async function prepareFile(client: Client): Promise<void> {
  for (const pragma of [
    'journal_mode = WAL',
    'synchronous = FULL',
    'secure_delete = ON',
    'cache_size = -32768',
    'wal_autocheckpoint = 4000',
  ]) {
    await client.execute(`PRAGMA ${pragma}`)
  }
}

function isBusy(error: unknown): boolean {
  const text = `${(error as { code?: string }).code} ${(error as Error).message}`
  return text.includes('SQLITE_BUSY') || text.includes('SQLITE_LOCKED') || text.includes('database is locked')
}

/** At most `width` at once, in order of arrival. */
function queue(width: number): <T>(work: () => Promise<T>) => Promise<T> {
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

const pause = (attempt: number) => new Promise((resume) => setTimeout(resume, Math.min(5 * attempt ** 2, 200)))

function bindAll(statements: Statement[]): Array<{ sql: string; args: InValue[] }> {
  return statements.map(({ sql, args }) => ({ sql, args: bind(args) }))
}

/** JS integers bind as floats ('5.0' in a text column): they go as BigInt. A missing argument is a mistake, not NULL. */
function bind(args: Value[]): InValue[] {
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
