/**
 * A process of its own that writes rows as fast as it can and says which ones it was told are stored: one half of the
 * test that what is acknowledged is stored. Arguments: how (`product` or `naive`), database url, name, rows.
 */
import { createClient } from '@libsql/client'
import { openDb } from '../db/open.ts'

const [how = '', url = '', name = '', rows = '0'] = process.argv.slice(2)
const write = how === 'naive' ? naive() : await product()

process.stdout.write('ready\n')
await new Promise((go) => process.stdin.once('data', go))
const acknowledged: string[] = []
let busy = 0
for (let i = 0; i < Number(rows); i++) {
  const id = `${name}-${i}`
  if (await write(id).catch(() => false)) acknowledged.push(id)
  // Without a pause now and then nothing else of this process runs (the file driver is synchronous).
  if (i % 50 === 0) await new Promise((go) => setImmediate(go))
}
process.stdout.write(`${JSON.stringify({ acknowledged, busy })}\n`)
process.exit(0)

async function product(): Promise<(id: string) => Promise<boolean>> {
  const db = openDb({
    url,
    timeout: 0,
    onBusy: () => {
      busy++
    },
  })
  return async (id) => {
    await db.write([{ sql: 'INSERT INTO written(id) VALUES (?)', args: [id] }])
    return true
  }
}

/** The client as its documentation shows it. */
function naive(): (id: string) => Promise<boolean> {
  const client = createClient({ url, timeout: 0 })
  return async (id) => {
    await client.execute({ sql: 'INSERT INTO written(id) VALUES (?)', args: [id] })
    return true
  }
}
