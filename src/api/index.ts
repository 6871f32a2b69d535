/**
 * The REST API: the same nouns, rights and functions as the chat of officers, for other systems. Nothing of it is for a
 * browser of another site: no CORS, no cookies, nothing kept by a cache.
 */
import { Hono } from 'hono'
import { queue } from '../../db/client.ts'
import { listWatched } from '../../db/watched.ts'
import { AppError } from '../errors.ts'
import { resultOf } from './broadcasts.ts'
import { createMedia } from './images.ts'
import { createApiMemory } from './memory.ts'
import { documentOf } from './openapi.ts'
import type { ApiParts } from './route.ts'
import { ROUTES } from './routes.ts'
import { localeOf, refused, serve } from './serve.ts'
import { createWatch } from './watch.ts'

export { type ApiMemory, createApiMemory } from './memory.ts'
export type { ApiParts } from './route.ts'

export type Api = {
  /** /api/… and /media/…. */
  routes: Hono
  /** Ends every open stream. */
  close(): void
}

/** Counts that walk the members beside each other. */
const COUNTS_TOGETHER = 2
const OVER = new Set(['done', 'cancelled'])

export function createApi(parts: ApiParts): Api {
  const memory = parts.memory ?? createApiMemory(parts.now)
  const watch = createWatch({
    look: async (ids) =>
      (await listWatched(parts.db, ids)).map(({ run, counts }) => ({
        id: run.id,
        data: JSON.stringify(resultOf(run, counts)),
        over: OVER.has(run.state),
      })),
    maxStreamMs: parts.maxStreamMs,
  })
  const shared = { memory, watch, few: queue(COUNTS_TOGETHER) }
  const app = new Hono()
  app.use('/api/*', async (c, next) => {
    await next()
    c.res.headers.set('cache-control', 'no-store')
    c.res.headers.set('x-content-type-options', 'nosniff')
    c.res.headers.set('referrer-policy', 'no-referrer')
    c.res.headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  })
  app.get('/api/openapi.json', (c) => c.body(documentOf(parts.texts, localeOf(c)), 200, { 'content-type': 'application/json' }))
  for (const route of ROUTES) app.on(route.method.toUpperCase(), `/api/v1${route.path}`, serve(route, parts, shared))
  app.all('/api/*', (c) => refused(c, parts, new AppError('not_found', 'api.not_found')))
  app.route('/', createMedia(parts.db))
  return { routes: app, close: watch.close }
}
