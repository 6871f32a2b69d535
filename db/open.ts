/**
 * Opens the database of a Node process: a file beside it, or a libSQL server.
 */
import type { Db } from '../src/chat.ts'
import { type DbOptions, openServer } from './client.ts'
import { openFile } from './file.ts'

export function openDb(options: DbOptions): Db {
  return options.url.startsWith('file:') ? openFile(options) : openServer(options)
}
