/**
 * The officers' console: pages drawn on the server over the same functions as chat and API. Nothing of it is answered
 * without a session, save the door and what every browser may load (style, script, icons).
 */
import { Hono } from 'hono'
import { queue } from '../../db/client.ts'
import { listWatched } from '../../db/watched.ts'
import { resultOf } from '../api/broadcasts.ts'
import { createWatch } from '../api/watch.ts'
import { AppError } from '../errors.ts'
import { createLimiter } from '../limiter.ts'
import { assets } from './assets.ts'
import { secureHeaders } from './headers.ts'
import type { ConsoleLimiters, ConsoleParts } from './page.ts'
import { PAGES } from './pages.ts'
import { servePage } from './serve.ts'
import { signInRoutes } from './sign-in.tsx'

export type { ConsoleLimiters } from './page.ts'

export type Console = {
  /** /console/… */
  routes: Hono
  /** Ends every open stream. */
  close(): void
}

/** Visits of one session in a minute, and knocks of all who have none. */
const VISITS = 240
const KNOCKS = 120
const COUNTS_TOGETHER = 2
const OVER = new Set(['done', 'cancelled'])

/** One set for a process; on Workers for an isolate. */
export function createConsoleLimiters(now: () => Date): ConsoleLimiters {
  return { visits: createLimiter({ now, perMinute: VISITS }), doors: createLimiter({ now, perMinute: KNOCKS }) }
}

export function createConsole(parts: ConsoleParts): Console {
  const limiters = parts.limiters ?? createConsoleLimiters(parts.now)
  const watch = createWatch({
    look: async (ids) =>
      (await listWatched(parts.db, ids)).map(({ run, counts }) => ({
        id: run.id,
        data: JSON.stringify(resultOf(run, counts)),
        over: OVER.has(run.state),
      })),
    maxStreamMs: parts.maxStreamMs,
  })
  const shared = { limiters, watch, few: queue(COUNTS_TOGETHER) }
  const app = new Hono()
  app.use('/console', secureHeaders)
  app.use('/console/*', secureHeaders)
  for (const { name, mime, body } of Object.values(assets)) {
    app.get(`/console/assets/${name}`, (c) =>
      c.body(body, 200, { 'content-type': mime, 'cache-control': 'public, max-age=31536000, immutable' }),
    )
  }
  app.route('/', signInRoutes(parts, limiters))
  for (const page of PAGES) app.on(page.method.toUpperCase(), `/console${page.path}`, servePage(page, parts, shared))
  // A trailing slash is the same page; everything else is the door's business, so that nobody learns what exists.
  app.get('/console/', (c) => c.redirect('/console', 301))
  app.all('/console/*', servePage({ method: 'get', path: '/*', act: null, handle: notFound }, parts, shared))
  return { routes: app, close: watch.close }
}

const notFound = async (): Promise<Response> => {
  throw new AppError('not_found', 'console.not_found')
}
