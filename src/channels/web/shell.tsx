/**
 * The page as it is served: who runs this, that it is voluntary, and the empty chat. Readable without the script; the
 * script fills the chat and finds its sentences in `data-texts`.
 */
import type { About, Locale } from '../../chat.ts'
import { menuButtons } from '../../menu.ts'
import type { Render } from '../../render.ts'
import { Icon } from './icons.tsx'
import { assets } from './page/assets.ts'
import { pageTexts } from './page/texts.ts'

export type PageParts = { texts: Render; about: About; locale: Locale; start: string | undefined; siteVerification?: string | undefined }

/** Doors that make sense to somebody who has never been here. */
const EXAMPLES = ['menu.library', 'menu.quiz', 'menu.deals', 'menu.report']

type Say = (name: string, params?: Record<string, string>) => string

export function renderPage({ texts, about, locale, start, siteVerification }: PageParts) {
  const t: Say = (name, params) => texts(params ? { key: `web.${name}`, params } : { key: `web.${name}` }, locale)
  const unit = { unit: about.unitName }
  const spoken = Object.fromEntries(pageTexts.map((name) => [name, t(name)]))
  const url = (name: string) => `/chat/assets/${name}`
  const examples = menuButtons.flatMap((button) =>
    'payload' in button && 'key' in button.label && EXAMPLES.includes(button.label.key)
      ? [{ label: texts(button.label, locale), payload: button.payload }]
      : [],
  )
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
        <title>{`${t('title')} – ${about.unitName}`}</title>
        <meta name="description" content={t('description', unit)} />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1f1c1a" />
        {siteVerification ? <meta name="zalo-platform-site-verification" content={siteVerification} /> : null}
        <link rel="icon" type="image/svg+xml" href={url(assets.icon.name)} />
        <link rel="stylesheet" href={url(assets.style.name)} />
        <script type="module" src={url(assets.script.name)} />
      </head>
      <body data-texts={JSON.stringify(spoken)} data-start={start ?? ''} data-solver={url(assets.solver.name)}>
        <a class="skip" href="#input">
          {t('skip')}
        </a>
        <div class="frame">
          <Introduction t={t} about={about} start={start} />
          <main class="chat">
            <header class="top">
              <Icon name="mark" class="mark" />
              <div class="names">
                <h1>{t('title')}</h1>
                <p>{t('by', unit)}</p>
              </div>
              <button type="button" id="about-open" class="plain" aria-expanded="false" aria-controls="about" hidden>
                {t('about')}
              </button>
            </header>
            <p id="banner" class="banner" role="status" hidden />
            <div id="scroll" class="scroll" tabindex={-1}>
              <section id="welcome" class="welcome" hidden aria-label={t('about')}>
                <h2>{t('hello')}</h2>
                <p>{t('hello_who', unit)}</p>
                <p>{t('what')}</p>
                <p class="soft">{t('voluntary')}</p>
                <button type="button" id="start" class="primary">
                  {t('start')}
                </button>
                <p class="soft small">{t('examples')}</p>
                <div class="examples">
                  {examples.map(({ label, payload }) => (
                    <button type="button" class="choice" data-payload={payload}>
                      {label}
                    </button>
                  ))}
                </div>
              </section>
              <Without t={t} about={about} start={start} />
              <button type="button" id="older" class="plain older" hidden>
                {t('older')}
              </button>
              <div id="log" class="log" role="log" aria-live="polite" aria-label={t('log')} />
              <p id="typing" class="typing" aria-hidden="true" hidden>
                <span />
                <span />
                <span />
              </p>
            </div>
            <button type="button" id="unseen" class="unseen" hidden>
              <Icon name="down" /> {t('unseen')}
            </button>
            <form id="composer" class="composer" aria-label={t('composer')} hidden>
              <div id="tray" class="tray" aria-live="polite" hidden />
              <div class="row">
                <label class="tool" title={t('photo')}>
                  <input id="photos" type="file" accept="image/*" multiple aria-label={t('photo')} />
                  <Icon name="photo" />
                </label>
                <button type="button" id="locate" class="tool" aria-label={t('location')} title={t('location')}>
                  <Icon name="place" />
                </button>
                <textarea
                  id="input"
                  rows={1}
                  maxlength={10000}
                  enterkeyhint="send"
                  aria-label={t('input')}
                  placeholder={t('placeholder')}
                  autocomplete="off"
                />
                <button type="submit" id="send" class="send" aria-label={t('send')} title={t('send')}>
                  <Icon name="send" />
                </button>
              </div>
            </form>
          </main>
        </div>
      </body>
    </html>
  )
}

type Part = { t: Say; about: About; start: string | undefined }

function Introduction({ t, about, start }: Part) {
  return (
    <aside id="about" class="about" aria-label={t('about')}>
      <button type="button" id="about-close" class="plain close" aria-label={t('about_close')}>
        <Icon name="close" />
      </button>
      <h2>{t('about')}</h2>
      <p>{t('what')}</p>
      <p>{t('who', { unit: about.unitName })}</p>
      <p>{t('voluntary')}</p>
      <h2>{t('privacy_title')}</h2>
      <p>{t('privacy')}</p>
      <p>{t('never_asks')}</p>
      <p>{t('privacy_officer', { office: about.dataOfficer })}</p>
      {about.hosting === 'abroad' ? <p>{t('abroad')}</p> : null}
      <div id="forget-part" hidden>
        <button type="button" id="forget" class="choice">
          {t('forget')}
        </button>
        <div id="forget-sure" class="sure" hidden>
          <p>{t('forget_sure')}</p>
          <button type="button" id="forget-yes" class="primary">
            {t('forget_yes')}
          </button>
          <button type="button" id="forget-no" class="choice">
            {t('forget_no')}
          </button>
        </div>
      </div>
      {linksOf(about, start).length > 0 ? <h2>{t('elsewhere')}</h2> : null}
      <Links t={t} about={about} start={start} />
    </aside>
  )
}

function Without({ t, about, start }: Part) {
  return (
    <noscript>
      <section class="welcome">
        <h2>{t('hello_who', { unit: about.unitName })}</h2>
        <p>{t('what')}</p>
        <p>{t('voluntary')}</p>
        <p>{t('noscript')}</p>
        {linksOf(about, start).length > 0 ? <p>{t('noscript_links')}</p> : null}
        <Links t={t} about={about} start={start} />
      </section>
    </noscript>
  )
}

function Links({ t, about, start }: Part) {
  return (
    <ul class="links">
      {linksOf(about, start).map(({ name, href }) => (
        <li>
          <a class="choice" href={href} rel="noopener noreferrer" target="_blank">
            {t(name)}
          </a>
        </li>
      ))}
    </ul>
  )
}

function linksOf(about: About, start: string | undefined): Array<{ name: string; href: string }> {
  const { zaloOaId, telegramName } = about
  return [
    ...(zaloOaId ? [{ name: 'zalo', href: `https://zalo.me/${encodeURIComponent(zaloOaId)}` }] : []),
    ...(telegramName
      ? [
          {
            name: 'telegram',
            href: `https://t.me/${encodeURIComponent(telegramName)}${start ? `?start=${encodeURIComponent(start)}` : ''}`,
          },
        ]
      : []),
  ]
}
