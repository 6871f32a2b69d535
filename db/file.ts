/**
 * The embedded database: one connection, one writer, statements kept. It talks to the native package that the libSQL
 * client itself stands on, because that client prepares every statement anew (measured: 70 µs a read against 10), and
 * the road reads and writes in every turn. Node only; a server is reached through client.ts.
 */
import Database from 'libsql'
import type { Db, Row, Statement } from '../src/chat.ts'
import { BUSY_TRIES, bind, type DbOptions, isBusy, pause, queue } from './client.ts'

type Kept = { statement: Database.Statement; returns: boolean }
type Connection = { database: Database.Database; kept: Map<string, Kept> }

/** Statements kept; the product has about two hundred. */
const KEPT = 400
const PRAGMAS = ['journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON', 'cache_size = -16384', 'wal_autocheckpoint = 2000']

export function openFile({ url, timeout = 5000, onBusy }: DbOptions): Db {
  const path = url.slice('file:'.length)
  let connection: Connection | undefined = connect(path, timeout)
  const inTurn = queue(1)

  /** A busy answer poisons a connection (libsql-client-ts#352): later writes are acknowledged and lost. So it is replaced. */
  const steady = async <T>(work: (connection: Connection) => T): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        // Opening can be busy too, while another process recovers the log.
        connection ??= connect(path, timeout)
        return work(connection)
      } catch (error) {
        if (!isBusy(error) || attempt >= BUSY_TRIES) throw error
        onBusy?.()
        await pause(attempt)
        connection?.database.close()
        connection = undefined
      }
    }
  }
  return {
    kind: 'file',
    // Reads share the one connection; the queue keeps them from meeting a replaced one half-way.
    read: (sql, args = []) => inTurn(() => steady((open) => run(open, { sql, args }))),
    write: (statements) => inTurn(() => steady((open) => commit(open, statements))),
    emptyLog: () => inTurn(async () => emptyLog(path)),
    close: () => connection?.database.close(),
  }
}

/**
 * Folds a file's write-ahead log into the file, so that it can be moved as one. False while any process has it open.
 * Throws what the driver throws for a file that is no database.
 */
export async function foldFile(url: string): Promise<boolean> {
  const database = new Database(url.slice('file:'.length), { timeout: 200 })
  try {
    database.exec('PRAGMA journal_mode = DELETE')
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  } finally {
    database.close()
  }
}

/**
 * The log holds pages as they were before an erasing, in the order of their commits. A connection of its own, because that
 * one does not wait: a backup reads for minutes, and nothing else would run meanwhile.
 */
function emptyLog(path: string): void {
  const database = new Database(path, { timeout: 0 })
  try {
    for (const pragma of ['synchronous = FULL', 'wal_checkpoint(TRUNCATE)']) database.exec(`PRAGMA ${pragma}`)
  } catch (error) {
    if (!isBusy(error)) throw error
  } finally {
    database.close()
  }
}

function connect(path: string, timeout: number): Connection {
  const database = new Database(path, { timeout })
  for (const pragma of PRAGMAS) database.exec(`PRAGMA ${pragma}`)
  return { database, kept: new Map() }
}

function commit(connection: Connection, statements: Statement[]): Row[][] {
  const { database } = connection
  database.exec('BEGIN IMMEDIATE')
  try {
    const results = statements.map((statement) => run(connection, statement))
    database.exec('COMMIT')
    return results
  } catch (error) {
    // A busy COMMIT or a full disk may have rolled back already.
    if (database.inTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function run(connection: Connection, { sql, args }: Statement): Row[] {
  const { statement, returns } = keep(connection, sql)
  try {
    if (returns) return (statement.all(bind(args)) as Row[]).map(plain)
    statement.run(bind(args))
    return []
  } catch (error) {
    connection.kept.delete(sql)
    throw error
  }
}

function keep({ database, kept }: Connection, sql: string): Kept {
  const known = kept.get(sql)
  if (known) return known
  const statement = database.prepare(sql)
  const entry = { statement, returns: statement.reader }
  if (kept.size >= KEPT) kept.delete(kept.keys().next().value ?? '')
  kept.set(sql, entry)
  return entry
}

/** Blobs arrive as bare buffers. */
function plain(row: Row): Row {
  for (const column in row) {
    const value: unknown = row[column]
    if (value instanceof ArrayBuffer) row[column] = new Uint8Array(value)
  }
  return row
}
