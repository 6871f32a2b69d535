/**
 * What answers at which address: the channels' webhooks, how the process is, the pages handed in, the web chat last.
 */
import { Hono } from 'hono'
import { LATEST_MIGRATION, listApplied } from '../db/migrate.ts'
import { listTallies } from '../db/tallies.ts'
import type { WebChannel } from './channels/web/index.ts'
import type { Channel, Db } from './chat.ts'
import type { Config } from './config.ts'
import { AppError, statusOf } from './errors.ts'
import { causeOf, type Log } from './log.ts'
import { metricsText } from './metrics.ts'
import type { Receiver } from './receive.ts'
import { addDays, dayOf } from './time.ts'

export type RouteParts = { config: Config; db: Db; log: Log; now(): Date }

/** @param pages routes that stand before the web chat's own */
export function createRoutes(
  { config, db, log, now }: RouteParts,
  { channels, web, receiver, pages }: { channels: readonly Channel[]; web: WebChannel; receiver: Receiver; pages: readonly Hono[] },
): Hono {
  const app = new Hono()
  for (const channel of channels) {
    if (channel === web) continue
    app.post(`/webhooks/${channel.name}`, async (c) => {
      const inbound = await channel.receive(c.req.raw)
      if (inbound.length > 0) await receiver.receive(inbound)
      const answer = channel.answer?.(inbound)
      return answer === undefined ? c.body(null, 200) : c.json(answer)
    })
  }
  app.get('/healthz', (c) => c.text('ok'))
  app.get('/readyz', async (c) => {
    try {
      const applied = await listApplied(db)
      if (!applied.includes(LATEST_MIGRATION)) return c.text(`migrations are missing: ${LATEST_MIGRATION}`, 503)
      return c.text('ok')
    } catch (error) {
      log('error', 'ready.failed', { cause: causeOf(error) })
      return c.text('the database does not answer', 503)
    }
  })
  app.get('/metrics', async (c) => {
    const since = addDays(dayOf(now()), -1)
    return c.body(metricsText(await listTallies(db, since)), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
  if (config.zaloSiteVerification) {
    const code = config.zaloSiteVerification
    app.get(`/zalo_verifier${code}.html`, (c) =>
      c.html(`<html><head><meta name="zalo-platform-site-verification" content="${code}"></head></html>`),
    )
  }
  for (const page of pages) app.route('/', page)
  app.route('/', web.routes(receiver.receive))
  app.notFound((c) => c.text('not found', 404))
  app.onError((error, c) => {
    if (error instanceof AppError) return c.text(error.code === 'ignored' ? '' : error.message, statusOf[error.code])
    log('error', 'request.failed', { path: c.req.routePath, cause: causeOf(error) })
    return c.text('internal error', 500)
  })
  return app
}
