/**
 * The public page and the chat behind it. A post is answered 202 once its turn is committed; what is answered comes
 * through the transcript.
 */
import { type Context, Hono } from 'hono'
import type { Attachment, Inbound } from '../../chat.ts'
import { AppError, type AppErrorCode, statusOf } from '../../errors.ts'
import { randomId } from '../../keys.ts'
import { isHttps, isOwnSite } from '../../site.ts'
import { payloadOf } from '../../text.ts'
import type { Delivered } from './delivered.ts'
import { secureHeaders } from './headers.ts'
import type { WebOptions } from './index.ts'
import type { WebLimiters } from './limiter.ts'
import { assets } from './page/assets.ts'
import { fileKind } from './picture.ts'
import { isForm, isJson, type Posted, readForget, readPosted } from './posted.ts'
import { renderPage } from './shell.tsx'
import type { Streams } from './streams.ts'
import { openDocument, openLine, ownersOf, type StoredLine } from './transcript.ts'
import { createVisitors } from './visitor.ts'
import { createWorks } from './work.ts'

type Parts = WebOptions & { streams: Streams; limiters: WebLimiters; delivered: Delivered; take(inbound: Inbound[]): Promise<void> }

const HISTORY = 50
const YEAR_S = 31_536_000

export function createRoutes(parts: Parts): Hono {
  const { keys, store, streams, texts, about, now } = parts
  const visitors = createVisitors({ ...parts, https: (c) => isHttps(c, about().publicUrl) })
  const works = createWorks({ ...parts, least: parts.leastTries })
  const app = new Hono()

  const refuse = (c: Context, status: 400 | 401 | 403 | 404 | 413 | 415 | 429 | 500 | 503, key: string) =>
    c.json({ error: texts({ key }, 'vi') }, status)

  /** Answers an AppError with its sentence; anything else is the app's to log. */
  const answering = (work: (c: Context) => Promise<Response>) => async (c: Context) => {
    c.header('cache-control', 'no-store')
    try {
      return await work(c)
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'ignored') throw error
      if (error.code === 'unavailable') c.header('retry-after', '5')
      const status = statusOf[error.code]
      return refuse(c, status === 409 || status === 200 ? 400 : status, sentenceOf(error))
    }
  }

  /** Who posts, or the refusal. */
  const admit = async (c: Context): Promise<{ visitor: string; fresh: boolean } | Response> => {
    if (!isOwnSite(c, about().publicUrl)) return refuse(c, 403, 'web.other_site')
    const found = await visitors.find(c)
    const { wait, busy } = found === undefined ? { wait: 0, busy: false } : parts.limiters.messages.take(found)
    if (wait > 0) return tooMany(c, wait, busy)
    const who = await visitors.welcome(c)
    if (found !== undefined) return who
    const first = parts.limiters.messages.take(who.visitor)
    return first.wait > 0 ? tooMany(c, first.wait, first.busy) : who
  }

  const tooMany = (c: Context, wait: number, busy: boolean) => {
    c.header('retry-after', String(wait))
    return refuse(c, 429, busy ? 'web.busy' : 'web.too_many')
  }

  /** Seals the photos of a post away and says what became of each. */
  const keepPhotos = async (posted: Posted): Promise<{ attachments: Attachment[]; names: string[] }> => {
    const names: string[] = []
    const attachments: Attachment[] = []
    try {
      for (const bytes of posted.photos) {
        const kind = fileKind(bytes)
        if (kind === 'heic' || kind === 'other') {
          attachments.push({ kind: 'unsupported', what: kind === 'heic' ? 'heic' : 'file' })
          continue
        }
        const name = `in-${randomId(parts.random)}`
        names.push(name)
        await parts.evidence.put(name, await keys.seal('evidence', bytes, name))
        attachments.push({ kind: 'photo', ref: name })
      }
    } catch (cause) {
      await dropPhotos(names)
      throw new AppError('unavailable', 'web.unavailable', { cause })
    }
    return { attachments, names }
  }

  const dropPhotos = (names: string[]) => Promise.allSettled(names.map((name) => parts.evidence.delete(name)))

  const pageOf = async (rows: StoredLine[], more: boolean) => {
    const lines = await Promise.all(rows.map((row) => openLine(keys, row)))
    parts.delivered(rows.filter((_, i) => lines[i] !== undefined))
    return { lines: lines.filter((line) => line !== undefined), more }
  }

  app.use('/', secureHeaders)
  app.use('/chat/*', secureHeaders)

  app.get('/', async (c) => {
    await visitors.welcome(c)
    c.header('cache-control', 'private, no-cache')
    const locale = c.req.query('lang') === 'en' ? 'en' : 'vi'
    const start = /^[A-Za-z0-9_-]{1,64}$/.exec(c.req.query('start') ?? '')?.[0]
    return c.html(`<!doctype html>${renderPage({ texts, about: about(), locale, start, siteVerification: parts.siteVerification })}`)
  })

  app.get('/chat/assets/:name', (c) => {
    const asset = Object.values(assets).find(({ name }) => name === c.req.param('name'))
    if (!asset) return c.notFound()
    return c.body(asset.body, 200, { 'content-type': asset.mime, 'cache-control': `public, max-age=${YEAR_S}, immutable` })
  })

  app.post(
    '/chat/messages',
    answering(async (c) => {
      if (!isJson(c.req.raw) && !isForm(c.req.raw)) return refuse(c, 415, 'web.bad_type')
      const who = await admit(c)
      if (who instanceof Response) return who
      const posted = await readPosted(c.req.raw)
      const photos = parts.limiters.messages.take(who.visitor, Math.max(0, posted.photos.length - 1))
      if (photos.wait > 0) return tooMany(c, photos.wait, photos.busy)
      const stored = posted.photos.length > 0 ? parts.limiters.photos.take(who.visitor, posted.photos.length) : undefined
      if (stored && stored.wait > 0) return tooMany(c, stored.wait, stored.busy)
      const { id, text, payload, label, start, location } = posted
      const work = posted.work && (await works.accept(who.visitor, posted.work))
      const { attachments, names } = await keepPhotos(posted)
      if (location) attachments.push({ kind: 'location', ...location })
      const optional = {
        ...(payload ? { payload } : {}),
        ...(label ? { label } : {}),
        ...(start ? { start } : {}),
        ...(work ? { work } : {}),
      }
      const head = { kind: 'message' as const, channel: 'web', id: `${who.visitor}:${id}`, address: who.visitor, at: now(), group: false }
      try {
        await parts.take([{ ...head, text, attachments, ...optional }])
      } catch (error) {
        await dropPhotos(names)
        throw error
      }
      streams.wake()
      return c.json({ fresh: who.fresh }, 202)
    }),
  )

  app.get(
    '/chat/messages',
    answering(async (c) => {
      const visitor = await visitors.find(c)
      if (visitor === undefined) return c.json({ lines: [], more: false })
      const owners = await ownersOf(keys, store, visitor)
      const after = seqOf(c.req.query('after'))
      if (after !== undefined) {
        const rows = await store.listAfter(owners, after, HISTORY + 1)
        return c.json(await pageOf(rows.slice(0, HISTORY), rows.length > HISTORY))
      }
      const rows = await store.listBefore(owners, seqOf(c.req.query('before')) ?? Number.MAX_SAFE_INTEGER, HISTORY + 1)
      return c.json(await pageOf(rows.slice(0, HISTORY).reverse(), rows.length > HISTORY))
    }),
  )

  app.get(
    '/chat/work',
    answering(async (c) => {
      const visitor = await visitors.find(c)
      if (visitor === undefined) return refuse(c, 401, 'web.no_cookie')
      return c.json(await works.ask(visitor, await parts.countFilings()))
    }),
  )

  app.get(
    '/chat/events',
    answering(async (c) => {
      const visitor = await visitors.find(c)
      if (visitor === undefined) return refuse(c, 401, 'web.no_cookie')
      const after = Math.max(seqOf(c.req.query('after')) ?? 0, seqOf(c.req.header('last-event-id')) ?? 0)
      return (await streams.open(visitor, after)) ?? tooMany(c, 10, true)
    }),
  )

  app.get(
    '/chat/documents/:seq',
    answering(async (c) => {
      const visitor = await visitors.find(c)
      const seq = seqOf(c.req.param('seq'))
      const stored = visitor && seq !== undefined ? await store.findLine(await ownersOf(keys, store, visitor), seq) : undefined
      const document = stored && (await openDocument(keys, stored))
      if (!document) return refuse(c, 404, 'web.no_document')
      return c.body(document.text, 200, {
        'content-type': /^[a-z]+\/[a-z0-9.+-]+$/.test(document.mime) ? `${document.mime}; charset=utf-8` : 'application/octet-stream',
        'content-disposition': `attachment; filename*=UTF-8''${fileName(document.name)}`,
      })
    }),
  )

  app.post(
    '/chat/forget',
    answering(async (c) => {
      if (!isJson(c.req.raw)) return refuse(c, 415, 'web.bad_type')
      const who = await admit(c)
      if (who instanceof Response) return who
      const id = await readForget(c.req.raw)
      const upTo = await store.newestSeq()
      const owners = await ownersOf(keys, store, who.visitor)
      await store.forget(owners)
      // F7 is offered to a person we know; somebody who never wrote leaves nothing to offer.
      if (owners.length > 1) {
        const label = texts({ key: 'menu.data' }, 'vi')
        const head = { kind: 'message' as const, channel: 'web', id: `${who.visitor}:${id}`, address: who.visitor, at: now(), group: false }
        await parts.take([{ ...head, text: '', payload: payloadOf('data', 'open'), label, attachments: [] }])
      }
      streams.wake()
      return c.json({ upTo }, 202)
    }),
  )

  return app
}

/** The error's own sentence where it names one of ours, else the one for its code. */
function sentenceOf(error: AppError): string {
  if (/^web\.[a-z_]+$/.test(error.message)) return error.message
  const byCode: Partial<Record<AppErrorCode, string>> = {
    unavailable: 'web.unavailable',
    too_large: 'web.too_large',
    too_many: 'web.too_many',
  }
  return byCode[error.code] ?? 'web.bad_message'
}

function seqOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

/** RFC 8187: what encodeURIComponent leaves alone but a header may not carry. */
function fileName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
}
