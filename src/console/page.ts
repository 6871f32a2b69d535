/**
 * What a page of the console is: one row of a table (pages.ts) that names its route, the act it needs and what answers.
 * A page is drawn on the server, works without a script, and changes rows through the functions in db/ alone.
 */
import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type * as z from 'zod'
import type { Texts } from '../../content/index.ts'
import type { Desk } from '../../db/rights.ts'
import type { Session } from '../../db/sessions.ts'
import type { Watch } from '../api/watch.ts'
import type { About, Channel, Db, Keys, Locale, Text } from '../chat.ts'
import type { EvidenceStore } from '../evidence.ts'
import type { Later } from '../gather.ts'
import type { Limiter } from '../limiter.ts'
import type { Log } from '../log.ts'
import type { Papers } from '../paper.ts'
import type { Pictures } from '../redaction.ts'
import type { Act } from '../rights.ts'
import type { PosterMaker } from '../tree.ts'

export type ConsoleParts = {
  db: Db
  keys: Keys
  now(): Date
  random(): number
  log: Log
  texts: Texts
  channels: readonly Channel[]
  about(): About
  publicUrl: string | null
  /** Sealed photos of cases. */
  evidence: EvidenceStore
  /** Small ones, and ones with black boxes, of a viewer's copy (Node). */
  pictures?: Pictures | undefined
  /** Encodes a picture anew without what came along with it (Node). */
  viewerCopy?: ((bytes: Uint8Array, most?: number) => Promise<Uint8Array>) | undefined
  /** Writes papers and packets of hand-overs (Node). */
  papers?: Papers | undefined
  /** Draws posters of join codes (Node). */
  poster?: PosterMaker | undefined
  later?: Later | undefined
  limiters?: ConsoleLimiters | undefined
  maxStreamMs?: number | undefined
}

/** What one session, and everybody without one, may ask for in a minute. */
export type ConsoleLimiters = { visits: Limiter; doors: Limiter }

export type Page = {
  method: 'get' | 'post'
  /** Below /console, as Hono writes it; '' is the first page. */
  path: string
  /** What the officer must be allowed to do somewhere; null: any officer who is signed in. */
  act: Act | null
  /**
   * A passkey or six digits within the last quarter of an hour. Without them the officer is asked and comes back to the
   * page of the same path: a strong POST has a GET beside it.
   */
  strong?: true
  /** Bytes of a posted form with its files; 256 KB unless told. */
  most?: number
  /** A form with photos: when those cannot be read, the page is shown what was typed, and `broken`. */
  uploads?: true
  handle(visit: Visit): Promise<Response>
}

/** One request of an officer who is signed in. */
export type Visit = {
  c: Context
  desk: Desk
  session: Session
  locale: Locale
  parts: ConsoleParts
  watch: Watch
  /** Long counts wait here for one another. */
  few: <T>(work: () => Promise<T>) => Promise<T>
  /** A sentence of content/, by its full key. */
  t(key: string, params?: Record<string, string | number>): string
  say(text: Text): string
  /** A part of the path. */
  param(name: string): string
  /** The address's query by this schema; what is wrong in it is left out, so that an old link still opens. */
  query<S extends z.ZodObject>(schema: S): z.output<S>
  /** The posted form by this schema, or what was typed and which fields are wrong. */
  read<S extends z.ZodType>(schema: S): Posted<z.output<S>>
  /** A posted file, if one was chosen. */
  file(name: string): Promise<{ name: string; type: string; bytes: Uint8Array } | undefined>
  /** All that were chosen in one field, in their order. */
  files(name: string): Promise<Array<{ name: string; bytes: Uint8Array }>>
  /** What is wrong with the files of a form that brought none (`uploads`). */
  broken?: Text | undefined
  /** The page around this body. */
  show(head: Head, body: Child, status?: 200 | 400 | 403 | 404 | 409 | 413 | 429 | 503): Response
  /** To another page of the console (a path below /console); `said` is a text key shown there once. */
  go(path: string, said?: string): Response
  /** What a form of this session carries so that no other site posts it. */
  csrf: string
  /** What an act is given as the officer's own hand, on a strong page. It is used up by the act. */
  hand: { session: string }
  /** Has a proof been given that still holds? */
  proven: boolean
}

export type Typed = Record<string, string | string[]>
export type Posted<T> = { ok: true; data: T; typed: Typed } | { ok: false; typed: Typed; wrong: Wrong }
/** Field → the text that says what is wrong with it. */
export type Wrong = Record<string, Text>

export type Head = {
  title: string
  /** Pages above this one, from the top. */
  crumbs?: ReadonlyArray<{ href: string; label: string }>
  /** The how-to this page links to: content/console_help, `<name>_title` and `<name>_text`. */
  help?: string
  /** Shown above the body: something went wrong, or well. */
  notice?: { kind: 'danger' | 'success' | 'warning' | 'info'; text: string } | undefined
  /** Buttons beside the title. */
  actions?: Child
}
