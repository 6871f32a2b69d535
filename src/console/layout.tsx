/**
 * The frame around every page: doors on the left (behind one button on a phone), who is signed in, the title with its
 * how-to, what was just said. Prints as the body alone.
 */
import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { Locale } from '../chat.ts'
import { type Actor, scopeOf } from '../rights.ts'
import { assets } from './assets.ts'
import { themeOf } from './cookies.ts'
import { Icon } from './kit/icon.tsx'
import { type Door, doorAt, doorsOf } from './nav.ts'
import type { ConsoleParts, Head } from './page.ts'

export type Frame = { c: Context; parts: ConsoleParts; actor: Actor; locale: Locale; csrf: string }
type Say = (key: string, params?: Record<string, string>) => string

/** Texts that may be shown because an address asks for it. */
const SAID = /^console(_[a-z]+)*\.said_[a-z_-]+$/

/** Written out, so that the style sheet keeps them. */
const ALERTS = { danger: 'alert alert-danger', success: 'alert alert-success', warning: 'alert alert-warning', info: 'alert alert-info' }

export function drawPage(frame: Frame, head: Head, body: Child, status: 200 | 400 | 403 | 404 | 409 | 413 | 429 | 503): Response {
  const { c, parts, actor, locale, csrf } = frame
  const t: Say = (key, params) => parts.texts.render(params ? { key, params } : { key }, locale)
  const { pathname, searchParams } = new URL(c.req.url)
  const said = searchParams.get('said')
  const notice = head.notice ?? (said && SAID.test(said) && parts.texts.has(said) ? { kind: 'success' as const, text: t(said) } : undefined)
  const doors = doorsOf(actor)
  const here = doorAt(doors, pathname)
  const page = (
    <Document locale={locale} title={`${head.title} – ${t('console.product')}`} theme={themeOf(c)}>
      <a class="visually-hidden-focusable skip" href="#body">
        {t('console.skip')}
      </a>
      <div class="page">
        <aside class="navbar navbar-vertical navbar-expand-lg d-none d-lg-flex d-print-none" data-bs-theme="dark">
          <div class="container-fluid">
            <p class="navbar-brand mb-0">
              <a href="/console">{t('console.product')}</a>
            </p>
            <Doors t={t} doors={doors} here={here} label={t('console.nav')} />
          </div>
        </aside>
        <header class="navbar d-lg-none d-print-none" data-bs-theme="dark">
          <div class="container-fluid">
            <p class="navbar-brand mb-0">
              <a href="/console">{t('console.product')}</a>
            </p>
            <details class="phone-doors">
              <summary class="btn">
                <Icon name="list" />
                {t('console.nav')}
              </summary>
              <Doors t={t} doors={doors} here={here} label={t('console.nav')} />
            </details>
          </div>
        </header>
        <div class="page-wrapper">
          <div class="container-xl d-print-none">
            <div class="top d-flex flex-wrap align-items-center gap-2 pt-3">
              <p class="mb-0 text-secondary me-auto">{t('console.signed_in', { name: actor.name, unit: actor.unitName })}</p>
              {scopeOf(actor, 'pushes.halt').length > 0 ? (
                <a class="btn btn-sm btn-outline-danger" href="/console/halt">
                  <Icon name="octagon" />
                  {t('console.halt')}
                </a>
              ) : null}
              <Taste t={t} csrf={csrf} locale={locale} path={pathname} />
            </div>
          </div>
          <div class="page-header">
            <div class="container-xl">
              <div class="row g-2 align-items-center">
                <div class="col-12 col-md">
                  {head.crumbs ? (
                    <nav aria-label={t('console.crumbs')}>
                      <ol class="breadcrumb">
                        {head.crumbs.map(({ href, label }) => (
                          <li class="breadcrumb-item">
                            <a href={href}>{label}</a>
                          </li>
                        ))}
                      </ol>
                    </nav>
                  ) : null}
                  <h1 class="page-title">{head.title}</h1>
                </div>
                <div class="col-auto ms-auto d-print-none">
                  <div class="btn-list">
                    {head.actions}
                    {head.help ? (
                      <a class="btn btn-ghost-secondary" href={`/console/help/${head.help}`}>
                        <Icon name="question-circle" />
                        {t('console.how')}
                      </a>
                    ) : null}
                  </div>
                </div>
              </div>
            </div>
          </div>
          <main class="page-body" id="body">
            <div class="container-xl">
              {notice ? (
                <div class={ALERTS[notice.kind]} role={notice.kind === 'danger' ? 'alert' : 'status'}>
                  {notice.text}
                </div>
              ) : null}
              {body}
            </div>
          </main>
        </div>
      </div>
    </Document>
  )
  return c.html(`<!doctype html>${page}`, status)
}

/** A page for somebody who is not signed in. */
export function drawDoor(
  c: Context,
  parts: ConsoleParts,
  locale: Locale,
  title: string,
  body: Child,
  status: 200 | 400 | 403 | 404 | 429 = 200,
): Response {
  const t: Say = (key) => parts.texts.render({ key }, locale)
  const page = (
    <Document locale={locale} title={`${title} – ${t('console.product')}`} theme={themeOf(c)}>
      <div class="page page-center">
        <main class="container container-tight py-4" id="body">
          <p class="text-center navbar-brand d-block">{t('console.product')}</p>
          <div class="card card-md">
            <div class="card-body">
              <h1 class="h2 text-center mb-4">{title}</h1>
              {body}
            </div>
          </div>
          <p class="text-center text-secondary mt-3">{parts.about().unitName}</p>
        </main>
      </div>
    </Document>
  )
  return c.html(`<!doctype html>${page}`, status)
}

function Document({
  locale,
  title,
  theme,
  children,
}: {
  locale: Locale
  title: string
  theme: 'light' | 'dark' | undefined
  children?: Child
}) {
  return (
    <html lang={locale} data-bs-theme={theme} data-chosen={theme ? 'yes' : 'no'}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <link rel="icon" type="image/svg+xml" href={`/console/assets/${assets.mark.name}`} />
        <link rel="stylesheet" href={`/console/assets/${assets.style.name}`} />
        <script type="module" src={`/console/assets/${assets.script.name}`} />
      </head>
      <body>{children}</body>
    </html>
  )
}

function Doors({ t, doors, here, label }: { t: Say; doors: readonly Door[]; here: Door | undefined; label: string }) {
  return (
    <nav aria-label={label}>
      <ul class="navbar-nav">
        {doors.map((door) => (
          <li class={`nav-item${door === here ? ' active' : ''}`}>
            <a class="nav-link" href={door.href} {...(door === here ? { 'aria-current': 'page' as const } : {})}>
              <span class="nav-link-icon">
                <Icon name={door.icon} />
              </span>
              <span class="nav-link-title">{t(door.text)}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Language and light: kept in the browser, by forms that need no script. */
function Taste({ t, csrf, locale, path }: { t: Say; csrf: string; locale: Locale; path: string }) {
  return (
    <form method="post" action="/console/taste" class="btn-list">
      <input type="hidden" name="_csrf" value={csrf} />
      <input type="hidden" name="next" value={path} />
      <button type="submit" class="btn btn-sm btn-ghost-secondary" name="language" value={locale === 'vi' ? 'en' : 'vi'}>
        <Icon name="translate" />
        {locale === 'vi' ? 'English' : 'Tiếng Việt'}
      </button>
      {(['light', 'dark'] as const).map((theme) => (
        <button
          type="submit"
          class={`btn btn-sm btn-ghost-secondary ${theme === 'light' ? 'to-light' : 'to-dark'}`}
          name="theme"
          value={theme}
        >
          <Icon name={theme === 'light' ? 'sun' : 'moon-stars'} />
          {t(`console.${theme}`)}
        </button>
      ))}
    </form>
  )
}
