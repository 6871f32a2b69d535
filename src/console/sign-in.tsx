/**
 * The door: a one-time link (used up by pressing the button, so that a preview of the link in a chat does not use it) or
 * a passkey. No passwords. What is wrong is said the same way whatever was wrong.
 */
import type { Context } from 'hono'
import { Hono } from 'hono'
import { recordAct } from '../../db/audit.ts'
import { conflictOf } from '../../db/client.ts'
import { findActor } from '../../db/rights.ts'
import { closeSession, findSignInLink, openSession, useSignInLink } from '../../db/sessions.ts'
import type { Statement } from '../chat.ts'
import { AppError, statusOf } from '../errors.ts'
import { randomId } from '../keys.ts'
import { causeOf } from '../log.ts'
import { isOwnSite } from '../site.ts'
import { deviceOf, dropSession, keepSession, localeOf, newSecret } from './cookies.ts'
import { readForm, safeNext } from './form.ts'
import { drawDoor } from './layout.tsx'
import type { ConsoleLimiters, ConsoleParts } from './page.ts'
import { admit, checkCsrf } from './serve.ts'
import { askPasskey, givenPasskey } from './webauthn.ts'

const LINK = /^[0-9A-Z]{32}$/

/** Routes for those who are not signed in yet, and the way out. */
export function signInRoutes(parts: ConsoleParts, limiters: ConsoleLimiters): Hono {
  const { db, keys, now, random, texts } = parts
  const app = new Hono()
  const t = (c: Context, key: string, params?: Record<string, string>) => texts.render(params ? { key, params } : { key }, localeOf(c))

  /** One door for all who are not known: guessing is hopeless, and this keeps it cheap for us. */
  const knocking = (work: (c: Context) => Promise<Response>) => async (c: Context) => {
    const { wait } = limiters.doors.take('door')
    if (wait > 0) {
      c.header('retry-after', String(wait))
      return drawDoor(c, parts, localeOf(c), t(c, 'console.sign_in'), <p>{t(c, 'console.too_many')}</p>, 429)
    }
    try {
      return await work(c)
    } catch (thrown) {
      const error = conflictOf(thrown) ? new AppError('forbidden', 'console.link_over', { cause: thrown }) : thrown
      if (!(error instanceof AppError) || !texts.has(error.message)) {
        parts.log('error', 'console.failed', { page: 'sign-in', cause: causeOf(thrown) })
        return drawDoor(c, parts, localeOf(c), t(c, 'console.sign_in'), <p>{t(c, 'console.failed')}</p>, 400)
      }
      const status = statusOf[error.code]
      return drawDoor(
        c,
        parts,
        localeOf(c),
        t(c, 'console.sign_in'),
        <Again c={c} text={t(c, error.message)} />,
        status === 403 || status === 404 ? status : 400,
      )
    }
  }

  function Again({ c, text }: { c: Context; text: string }) {
    return (
      <>
        <p role="alert">{text}</p>
        <p>
          <a href="/console/sign-in">{t(c, 'console.sign_in_again')}</a>
        </p>
      </>
    )
  }

  /** A session of this officer, kept in this browser. */
  const begin = async (c: Context, officerId: string, how: 'link' | 'passkey', writes: Statement[]): Promise<void> => {
    const secret = newSecret(random)
    const actor = await findActor(db, officerId, now(), 'console')
    if (!actor) throw new AppError('forbidden', 'console.link_over')
    await db.write([
      ...writes,
      ...openSession({
        id: randomId(random),
        tag: await keys.tag('officer-session', secret),
        officerId,
        device: deviceOf(c.req.header('user-agent')),
        now: now(),
        proven: how === 'passkey',
      }),
      recordAct(actor, { act: 'session.open', detail: { how } }, now()),
    ])
    await keepSession(c, keys, secret, parts.publicUrl)
  }

  app.get('/console/sign-in', async (c) => {
    if (await admit(c, parts)) return c.redirect(safeNext(c.req.query('next')), 303)
    return drawDoor(
      c,
      parts,
      localeOf(c),
      t(c, 'console.sign_in'),
      <>
        <p>{t(c, 'console.sign_in_how')}</p>
        <ol>
          <li>{t(c, 'console.sign_in_chat')}</li>
          <li>{t(c, 'console.sign_in_open')}</li>
        </ol>
        <div class="passkey" data-passkey="sign-in" data-next={safeNext(c.req.query('next'))} hidden>
          <p class="hr-text">{t(c, 'console.or')}</p>
          <button type="button" class="btn btn-outline-secondary w-100">
            {t(c, 'console.sign_in_passkey')}
          </button>
          <p class="text-danger" role="alert" data-failed={t(c, 'console.passkey_failed')} />
        </div>
        <p class="text-secondary mt-3">{t(c, 'console.sign_in_never')}</p>
      </>,
    )
  })

  app.get(
    '/console/link/:secret',
    knocking(async (c) => {
      const secret = c.req.param('secret') ?? ''
      const found = LINK.test(secret) ? await findSignInLink(db, await keys.tag('sign-in', secret), now()) : undefined
      if (!found) throw new AppError('forbidden', 'console.link_over')
      return drawDoor(
        c,
        parts,
        localeOf(c),
        t(c, 'console.welcome', { name: found.name }),
        <form method="post" action={`/console/link/${secret}`}>
          <p>{t(c, 'console.link_once')}</p>
          <button type="submit" class="btn btn-primary w-100">
            {t(c, 'console.enter')}
          </button>
        </form>,
      )
    }),
  )

  app.post(
    '/console/link/:secret',
    knocking(async (c) => {
      if (!isOwnSite(c, parts.publicUrl)) throw new AppError('forbidden', 'console.other_site')
      const secret = c.req.param('secret') ?? ''
      const tag = await keys.tag('sign-in', secret)
      const found = LINK.test(secret) ? await findSignInLink(db, tag, now()) : undefined
      if (!found) throw new AppError('forbidden', 'console.link_over')
      await begin(c, found.officerId, 'link', useSignInLink(tag, now()))
      return c.redirect('/console', 303)
    }),
  )

  app.post(
    '/console/sign-in/passkey',
    knocking(async (c) => {
      if (!isOwnSite(c, parts.publicUrl)) throw new AppError('forbidden', 'console.other_site')
      return c.json(await askPasskey(c, parts))
    }),
  )

  app.post(
    '/console/sign-in/passkey/answer',
    knocking(async (c) => {
      if (!isOwnSite(c, parts.publicUrl)) throw new AppError('forbidden', 'console.other_site')
      const { passkey, writes } = await givenPasskey(c, parts, (await readForm(c)).typed.answer)
      await begin(c, passkey.officerId, 'passkey', writes)
      return c.json({ ok: true })
    }),
  )

  app.post('/console/sign-out', async (c) => {
    const signed = await admit(c, parts)
    if (signed) {
      await checkCsrf(c, parts, signed.session, await readForm(c))
      await db.write([closeSession(signed.session.id, signed.actor.officerId), recordAct(signed.actor, { act: 'session.close' }, now())])
    }
    dropSession(c)
    return c.redirect('/console/sign-in', 303)
  })
  return app
}
