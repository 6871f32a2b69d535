/**
 * The public page that checks a proof of filing: whether number and code belong together, and nothing else. It looks up
 * no case, so that a number that exists and one that does not are answered alike. How often one number is tried is
 * counted in memory by the number, never by who asks.
 */
import { type Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { checkProof } from '../../db/filing-proofs.ts'
import type { About, Db, Keys, Locale } from '../chat.ts'
import { readProof } from '../filing-proof.ts'
import { createLimiter, type Limiter } from '../limiter.ts'
import type { Render } from '../render.ts'
import { STYLE } from './style.ts'

export type ProofPageParts = {
  db: Db
  keys: Keys
  texts: Render
  about(): About
  now(): Date
  /** Handed in where a product lives for one request only (Workers). */
  limiter?: Limiter | undefined
}

/** Checks of one number in a minute, and numbers that begin in one. */
const CHECKS = 20
const NUMBERS = 1_200

const HEADERS: Record<string, string> = {
  'content-security-policy': "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'geolocation=(), camera=(), microphone=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

export const STYLE_PATH = '/xac-nhan/trang.css'

export function createProofLimiter(now: () => Date): Limiter {
  return createLimiter({ now, perMinute: CHECKS, newPerMinute: NUMBERS })
}

export function filingProofRoutes(parts: ProofPageParts): Hono {
  const limiter = parts.limiter ?? createProofLimiter(parts.now)
  const app = new Hono()
  app.use('/xac-nhan', secure)
  app.use('/xac-nhan/*', secure)
  app.get(STYLE_PATH, (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600' }))
  app.get('/xac-nhan', (c) => {
    const { so, ma } = c.req.query()
    return so === undefined && ma === undefined ? show(parts, c, { number: '', code: '' }) : check(parts, limiter, c, so ?? '', ma ?? '')
  })
  app.get('/xac-nhan/:number/:code', (c) => check(parts, limiter, c, c.req.param('number'), c.req.param('code')))
  return app
}

async function secure(c: Context, next: () => Promise<void>): Promise<void> {
  await next()
  for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value)
}

type Answer = { yes: { number: string; month: string; unit: string } } | { no: true } | { wait: number }

async function check(parts: ProofPageParts, limiter: Limiter, c: Context, number: string, code: string): Promise<Response> {
  const typed = readProof(number.slice(0, 60), code)
  const given = { number: number.slice(0, 60), code: code.slice(0, 60) }
  if (!typed) return show(parts, c, given, { no: true })
  const { wait } = limiter.take(typed.number)
  if (wait > 0) {
    c.header('retry-after', String(wait))
    return show(parts, c, given, { wait }, 429)
  }
  const found = await checkProof(parts, typed)
  if (!found) return show(parts, c, given, { no: true })
  return show(parts, c, given, {
    yes: { number: typed.number, month: found.month, unit: found.unitName ?? parts.about().unitName },
  })
}

function show(
  { texts, about }: ProofPageParts,
  c: Context,
  typed: { number: string; code: string },
  answer?: Answer,
  status: 200 | 429 = 200,
): Response | Promise<Response> {
  const locale: Locale = c.req.query('lang') === 'en' ? 'en' : 'vi'
  const t = (key: string, params?: Record<string, string | number>) =>
    texts(params ? { key: `filing_proof.${key}`, params } : { key: `filing_proof.${key}` }, locale)
  c.header('cache-control', 'no-store')
  return c.html(
    `<!doctype html>${(
      <Sheet locale={locale} title={t('page_title')}>
        <h1>{t('page_title')}</h1>
        <p class="by">{t('page_by', { unit: about().unitName })}</p>
        {answer ? <Answered answer={answer} t={t} /> : <p>{t('page_intro')}</p>}
        {answer && 'yes' in answer ? (
          <p class="screen">
            {t('page_print')} <a href={`/xac-nhan${locale === 'en' ? '?lang=en' : ''}`}>{t('page_again')}</a>
          </p>
        ) : (
          <form method="get" action="/xac-nhan">
            {locale === 'en' ? <input type="hidden" name="lang" value="en" /> : null}
            <label>
              {t('page_number')}
              <span class="hint">{t('page_number_hint')}</span>
              <input name="so" value={typed.number} maxlength={60} autocomplete="off" spellcheck={false} required />
            </label>
            <label>
              {t('page_code')}
              <span class="hint">{t('page_code_hint')}</span>
              <input name="ma" value={typed.code} maxlength={60} autocomplete="off" spellcheck={false} required />
            </label>
            <button type="submit">{t('page_check')}</button>
          </form>
        )}
      </Sheet>
    )}`,
    status,
  )
}

function Answered({ answer, t }: { answer: Answer; t(key: string, params?: Record<string, string | number>): string }) {
  if ('yes' in answer)
    return (
      <div class="answer yes" role="status">
        <p>{t('page_yes', answer.yes)}</p>
      </div>
    )
  if ('wait' in answer)
    return (
      <div class="answer" role="alert">
        <p>{t('page_busy', { seconds: answer.wait })}</p>
      </div>
    )
  return (
    <div class="answer" role="status">
      <p>
        <strong>{t('page_no')}</strong>
      </p>
      <p>{t('page_no_text')}</p>
    </div>
  )
}

/** A bare page with this look. */
export function Sheet({ locale, title, children }: { locale: Locale; title: string; children?: Child }) {
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <title>{title}</title>
        <link rel="stylesheet" href={STYLE_PATH} />
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  )
}
