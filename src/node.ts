/**
 * The Node entrance: one process that is the whole product. Only this file, the worker entrance and the admin command
 * know the runtime: files, signals, the environment, undici, node-cron, sharp.
 */
import { serve } from '@hono/node-server'
import cron from 'node-cron'
import { sayServing, sayStopped } from '../db/leases.ts'
import { firstLink } from './admin/officer-link.ts'
import { createProduct } from './app.ts'
import { createFileEvidence } from './evidence-files.ts'
import { randomId, secureRandom } from './keys.ts'
import { causeOf } from './log.ts'
import { openGround } from './node-ground.ts'
import { papers } from './packet.ts'
import { looksOf, pictures } from './pictures.ts'
import { createPoller } from './poller.ts'
import { poster } from './poster.ts'
import { viewerCopy } from './viewer-copy.ts'

// What this process writes is nobody else's to read.
process.umask(0o077)

const ground = await openGround(process.env).catch((error: unknown) => {
  console.error(`Không khởi động được / cannot start:\n${error instanceof Error ? error.message : error}`)
  process.exit(1)
})
const { config, db, log, now } = ground
const holder = `${process.pid}-${randomId(secureRandom)}`
const product = await createProduct({
  ...ground,
  holder,
  later: setImmediate,
  evidence: createFileEvidence(config.evidenceDir, now),
  viewerCopy,
  pictures,
  looksOf,
  papers,
  poster,
})
/** A change of DATA_KEY on a server asks whether anybody serves; with a file it sees by itself. */
const saysServing = async () => {
  if (db.kind === 'server')
    await sayServing(db, holder, now().getTime()).catch((error: unknown) => log('error', 'serving.unsaid', { cause: causeOf(error) }))
}
const minute = async () => {
  await saysServing()
  await product.schedule.tick(now())
}
const poller = createPoller({
  db,
  channels: config.publicUrl ? [] : product.channels,
  receive: product.receiver.receive,
  holder,
  now,
  log,
})

const server = serve({ fetch: product.app.fetch, port: config.port, hostname: config.host }, async ({ port }) => {
  console.log(`Trợ lý Hàng Việt: ${config.publicUrl ?? `http://${config.host}:${port}`}/`)
  await saysServing()
  product.dispatcher.start()
  product.broadcasts.start()
  product.photos.start()
  poller.start()
  const states = await product.connect().catch((error: unknown) => {
    log('error', 'connect.failed', { cause: causeOf(error) })
    return []
  })
  for (const { name, ok, link, detail } of states) console.log(`  ${name}: ${ok ? 'ok' : 'NOT CONNECTED'} ${link ?? ''} ${detail}`)
  const first = await firstLink({ ...ground, now: now() }).catch((error: unknown) => {
    log('error', 'first_link.failed', { cause: causeOf(error) })
    return undefined
  })
  if (first) {
    console.log('  Chưa có cán bộ nào. Mở trang cán bộ lần đầu (dùng một lần, trong 24 giờ): / No officers yet. Open the console:')
    console.log(`  ${config.publicUrl ?? `http://localhost:${port}`}${first}`)
  }
  if (product.channels.length === 1) console.log('  Chưa nối kênh nào; web chat vẫn chạy. / No channel connected; the web chat runs.')
  // What was missed while nothing ran, after the channels: a night's work may be long.
  await minute()
})
const ticking = cron.schedule('* * * * *', minute)

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, async () => {
    if (stopping) return
    stopping = true
    log('info', 'stopping', { signal })
    ticking.stop()
    product.close()
    server.close()
    if ('closeIdleConnections' in server) server.closeIdleConnections()
    await Promise.all([poller.stop(), product.dispatcher.stop(), product.broadcasts.stop(), product.photos.stop()])
    if (db.kind === 'server') await sayStopped(db, holder).catch(() => {})
    db.close()
    process.exit(0)
  })
}
process.on('unhandledRejection', (error) => log('error', 'unhandled', { cause: causeOf(error) }))
