/**
 * What a route of the REST API is: one row of a table from which both the routing (serve.ts) and the OpenAPI document
 * (openapi.ts) are made, so that the two cannot drift. Every route names its act, or that it needs none.
 */
import type * as z from 'zod'
import type { Texts } from '../../content/index.ts'
import type { Desk } from '../../db/rights.ts'
import type { Channel, Db, Keys, Locale } from '../chat.ts'
import type { EvidenceStore } from '../evidence.ts'
import type { Later } from '../gather.ts'
import type { Log } from '../log.ts'
import type { Act, Actor } from '../rights.ts'
import type { ApiMemory } from './memory.ts'
import type { Watch } from './watch.ts'

export type ApiParts = {
  db: Db
  keys: Keys
  now(): Date
  random(): number
  log: Log
  texts: Texts
  channels: ReadonlyArray<Pick<Channel, 'name' | 'limits'>>
  publicUrl: string | null
  /** Where photos of cases lie: a call may add one, none ever gets one. */
  evidence: EvidenceStore
  /** Encodes a picture anew without what came along with it, within so many bytes if it can (Node). */
  viewerCopy?: ((bytes: Uint8Array, most?: number) => Promise<Uint8Array>) | undefined
  /** Lets go of the event loop between steps of a long count (Node). */
  later?: Later | undefined
  /** Handed in where a product lives shorter than the process (Workers). */
  memory?: ApiMemory | undefined
  /** Streams end by themselves after this long (Workers). */
  maxStreamMs?: number | undefined
}

export type TokenActor = Actor & { token: NonNullable<Actor['token']> }

/** One call, its inputs parsed. */
export type Call<P, Q, B> = {
  desk: Desk & { actor: TokenActor }
  params: P
  query: Q
  body: B
  /** Of a route that takes a file. */
  bytes: Uint8Array
  locale: Locale
  parts: ApiParts
  watch: Watch
  /** Long counts wait here for one another. */
  few: <T>(work: () => Promise<T>) => Promise<T>
  /** The token's tag: whether it still holds is asked again while a stream is open. */
  tag: string
}

export type Route = {
  method: 'get' | 'post' | 'patch'
  /** Below /api/v1, as Hono writes it. */
  path: string
  /** operationId, and `api.r_<name>` is what it does. */
  name: string
  /** What the officer must be allowed to do somewhere; null where any valid token serves. */
  act: Act | null
  /** A change: its name in the audit log, where its refusals stand too. */
  change?: string
  /** What a change is about: the kind of thing that `:id` names. */
  about?:
    | 'campaign'
    | 'broadcast'
    | 'inquiry'
    | 'unit'
    | 'officer'
    | 'hotline'
    | 'setting'
    | 'data_request'
    | 'incident'
    | 'opinion'
    | 'warning'
  /** Text key of why no token ever may. */
  never?: string
  /** Calls it counts for. */
  cost?: number
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** A file instead of JSON: its types, and bytes at most. */
  file?: { types: readonly string[]; most: number /** Text key of another type; a picture's unless told. */; wrong?: string }
  status?: 200 | 201
  answer: z.ZodType
  /** The answer is a file of one of these types. */
  download?: readonly string[]
  /** The answer is an event stream; each event's data is `answer`. */
  stream?: true
  handle(call: Call<unknown, unknown, unknown>): Promise<unknown>
}

type None = z.ZodObject<Record<never, never>>

/** A row of the table, its handler typed by its schemas. */
export function route<
  A extends z.ZodType,
  P extends z.ZodObject = None,
  Q extends z.ZodObject = None,
  B extends z.ZodType = z.ZodUndefined,
>(
  one: Omit<Route, 'params' | 'query' | 'body' | 'answer' | 'handle'> & {
    params?: P
    query?: Q
    body?: B
    answer: A
    handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<z.input<A> | Response>
  },
): Route {
  return one
}
