/**
 * From a row of the table of pages to an answer: who visits, how often, may they at all, have they proven themselves
 * where it matters, does the form come from a page of ours; then the page. Refusals are pages with a plain sentence.
 */
import type { Context } from 'hono'
import { recordRefusal } from '../../db/audit.ts'
import { conflictOf } from '../../db/client.ts'
import { findActor } from '../../db/rights.ts'
import { findSession, PROOF_MS, type Session } from '../../db/sessions.ts'
import { AppError, statusOf } from '../errors.ts'
import { randomId, sameSecret } from '../keys.ts'
import { causeOf } from '../log.ts'
import { type Actor, scopeOf } from '../rights.ts'
import { isOwnSite } from '../site.ts'
import { dropSession, localeOf, sessionTag } from './cookies.ts'
import { type Form, NO_FORM, parseForm, readForm } from './form.ts'
import { drawPage, type Frame } from './layout.tsx'
import type { ConsoleLimiters, ConsoleParts, Page, Visit } from './page.ts'
import { Refused } from './refused.tsx'

export type Shared = { limiters: ConsoleLimiters } & Pick<Visit, 'watch' | 'few'>
type Signed = { session: Session; actor: Actor }

export function servePage(page: Page, parts: ConsoleParts, shared: Shared) {
  return async (c: Context): Promise<Response> => {
    let signed: Signed | undefined
    try {
      signed = await admit(c, parts)
      if (!signed) return askIn(c, page)
      const { wait } = shared.limiters.visits.take(signed.session.id)
      if (wait > 0) {
        c.header('retry-after', String(wait))
        throw new AppError('too_many', 'console.too_many')
      }
      return await answerOf(page, parts, shared, c, signed)
    } catch (thrown) {
      return refused(c, page, parts, shared, signed, thrown)
    }
  }
}

/** Who this browser's session belongs to, with the rights they have at this moment. */
export async function admit(c: Context, { db, keys, now }: ConsoleParts): Promise<Signed | undefined> {
  const tag = await sessionTag(c, keys)
  if (tag === undefined) return undefined
  const session = await findSession(db, tag, now())
  const actor = session && (await findActor(db, session.officerId, now(), 'console'))
  if (!session || !actor) dropSession(c)
  return session && actor && { session, actor }
}

/** Is this post made by a form of ours, in this session? */
export async function checkCsrf(c: Context, { keys, publicUrl }: ConsoleParts, session: Session, form: Form): Promise<void> {
  const given = form.typed._csrf
  const fits = typeof given === 'string' && sameSecret(given, await keys.tag('csrf', session.id))
  if (!isOwnSite(c, publicUrl) || !fits) throw new AppError('forbidden', 'console.other_site')
  delete form.typed._csrf
}

async function answerOf(page: Page, parts: ConsoleParts, shared: Shared, c: Context, signed: Signed): Promise<Response> {
  const { session, actor } = signed
  const form: Form = page.method === 'post' ? await readForm(c, page) : NO_FORM
  if (page.method === 'post') await checkCsrf(c, parts, session, form)
  if (page.act !== null && scopeOf(actor, page.act).length === 0) throw new AppError('forbidden', 'desk.forbidden')
  const visit = await visitOf(c, parts, shared, signed, form)
  if (page.strong && !visit.proven) return askProof(c)
  return page.handle(visit)
}

async function visitOf(c: Context, parts: ConsoleParts, shared: Shared, { session, actor }: Signed, form: Form): Promise<Visit> {
  const { db, keys, now, random, publicUrl, texts } = parts
  const locale = localeOf(c)
  const csrf = await keys.tag('csrf', session.id)
  const desk = {
    ...{ db, keys, actor, now: now(), random },
    id: () => randomId(random),
    ownHost: publicUrl ? new URL(publicUrl).hostname : null,
  }
  const frame: Frame = { c, parts, actor, locale, csrf }
  return {
    ...{ c, desk, session, locale, parts, csrf },
    ...{ watch: shared.watch, few: shared.few },
    hand: { session: session.id },
    proven: session.provenAt !== undefined && desk.now.getTime() - session.provenAt.getTime() < PROOF_MS,
    t: (key, params) => texts.render(params ? { key, params } : { key }, locale),
    say: (text) => texts.render(text, locale),
    param: (name) => c.req.param(name) ?? '',
    query(schema) {
      const given = Object.fromEntries(new URL(c.req.url).searchParams)
      const whole = schema.safeParse(given)
      if (whole.success) return whole.data
      for (const { path } of whole.error.issues) delete given[String(path[0])]
      return schema.parse(given)
    },
    read: (schema) => parseForm(schema, form.typed, texts.has),
    async file(name) {
      const file = form.files.get(name)?.at(-1)
      if (!file || file.size === 0) return undefined
      return { name: file.name, type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) }
    },
    async files(name) {
      // A field where nothing was chosen sends one without a name.
      const chosen = (form.files.get(name) ?? []).filter((file) => file.name !== '' || file.size > 0)
      return Promise.all(chosen.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })))
    },
    broken: form.broken,
    show: (head, body, status = 200) => drawPage(frame, head, body, status),
    go: (path, said) => c.redirect(addressOf(path, said), 303),
  }
}

/** Below /console, with the sentence to show there. */
function addressOf(path: string, said: string | undefined): string {
  if (said === undefined) return `/console${path}`
  return `/console${path}${path.includes('?') ? '&' : '?'}said=${encodeURIComponent(said)}`
}

/** Not signed in: to the door, and back to a page that can be looked at. */
function askIn(c: Context, page: Page): Response {
  const { pathname, search } = new URL(c.req.url)
  const next = page.method === 'get' ? `?next=${encodeURIComponent(pathname + search)}` : ''
  return c.redirect(`/console/sign-in${next}`, 303)
}

function askProof(c: Context): Response {
  const { pathname, search } = new URL(c.req.url)
  return c.redirect(`/console/proof?next=${encodeURIComponent(pathname + search)}`, 303)
}

async function refused(
  c: Context,
  page: Page,
  parts: ConsoleParts,
  shared: Shared,
  signed: Signed | undefined,
  thrown: unknown,
): Promise<Response> {
  const error = conflictOf(thrown) ? new AppError('conflict', 'desk.conflict', { cause: thrown }) : thrown
  const known = error instanceof AppError && error.code !== 'ignored' && parts.texts.has(error.message) ? error : undefined
  if (!known) parts.log('error', 'console.failed', { page: `${page.method} ${page.path}`, cause: causeOf(error) })
  const status = known ? statusOf[known.code] : 500
  if (!signed) return c.text(parts.texts.render({ key: known?.message ?? 'console.failed' }, localeOf(c)), status)
  if (known && page.method === 'post' && known.code !== 'too_many') {
    const row = recordRefusal(
      signed.actor,
      { act: `console${page.path.replace(/\/:[^/]+/g, '').replaceAll('/', '.')}` },
      known,
      parts.now(),
    )
    await parts.db.write([row]).catch((cause: unknown) => parts.log('error', 'console.not_recorded', { cause: causeOf(cause) }))
  }
  const visit = await visitOf(c, parts, shared, signed, NO_FORM)
  const shown = visit.show(
    { title: visit.t('console.refused_title') },
    Refused({
      visit,
      text: visit.t(known?.message ?? 'console.failed'),
      // A role that is missing is another's to give; every other refusal says itself what to do.
      next: known?.message === 'desk.forbidden' ? visit.t('console.refused_next') : undefined,
    }),
  )
  return new Response(shown.body, { status, headers: shown.headers })
}
