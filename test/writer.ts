/**
 * A process of its own that writes rows as fast as it can and says which ones it was told are stored: one half of the
 * test that what is acknowledged is stored. Arguments: database url, name, rows.
 */
import { isBusy } from '../db/client.ts'
import { openDb } from '../db/open.ts'

const [url = '', name = '', rows = '0'] = process.argv.slice(2)
const db = openDb({ url, timeout: 0 })

process.stdout.write('ready\n')
await new Promise((go) => process.stdin.once('data', go))
const acknowledged: string[] = []
for (let i = 0; i < Number(rows); i++) {
  const id = `${name}-${i}`
  // What it was not told to be stored it writes again, as its callers do; were it stored all the same, it would stand there twice.
  while (acknowledged.at(-1) !== id) {
    try {
      await db.write([{ sql: 'INSERT INTO written(id) VALUES (?)', args: [id] }])
      acknowledged.push(id)
    } catch (error) {
      if (!isBusy(error)) throw error
    }
  }
  // Without a pause now and then nothing else of this process runs (the file driver is synchronous).
  if (i % 50 === 0) await new Promise((go) => setImmediate(go))
}
process.stdout.write(`${JSON.stringify(acknowledged)}\n`)
process.exit(0)
