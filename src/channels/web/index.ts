/**
 * The web chat: a channel like the others whose platform is our own page. Sending is appending to the sealed
 * transcript; the page fetches it from there. Runs on Node and on Workers alike.
 */
import type { Hono } from 'hono'
import type { About, Channel, Inbound, Keys, Limits, OutboundMessage } from '../../chat.ts'
import { AppError, SendError } from '../../errors.ts'
import type { EvidenceStore } from '../../evidence.ts'
import { gather, type Later } from '../../gather.ts'
import { evenJson } from '../../keys.ts'
import type { Log } from '../../log.ts'
import type { Render } from '../../render.ts'
import { createDelivered } from './delivered.ts'
import { createLimiters, type WebLimiters } from './limiter.ts'
import { fileKind, mimeOf } from './picture.ts'
import { createRoutes } from './routes.ts'
import { createStreams } from './streams.ts'
import { type BotBody, goodbyeOwner, type TranscriptStore } from './transcript.ts'

export { createLimiters, type WebLimiters } from './limiter.ts'
export type { Line } from './line.ts'
export type { StoredLine, TranscriptStore } from './transcript.ts'

export type WebOptions = {
  keys: Keys
  store: TranscriptStore
  evidence: EvidenceStore
  texts: Render
  about(): About
  now(): Date
  random(): number
  log: Log
  /** Holds the process until work that outlasts its request is done (Workers). */
  keep?: ((work: Promise<void>) => void) | undefined
  /** Gathers the lines of one tick into one write; without it (Workers) each is written alone. */
  later?: Later | undefined
  /** Handed in where the channel lives shorter than the process (Workers). */
  limiters?: WebLimiters
  /** Ends each event stream after so long (Workers: 25 s). */
  maxStreamMs?: number
  /** Reports that came through the page in this hour: what proof of work costs depends on them. */
  countFilings(): Promise<number>
  /** Fewest tries of a proof of work; tests need fewer. */
  leastTries?: number
  /** `ZALO_SITE_VERIFICATION`, as a meta tag of the page. */
  siteVerification?: string | undefined
}

export type WebChannel = Channel & {
  /** The page and its chat. `take` resolves when the message is committed. */
  routes(take: (inbound: Inbound[]) => Promise<void>): Hono
  /** Ends every open stream. */
  close(): void
}

const limits: Limits = { text: 8_000, buttons: 12, perSecond: 1_000, documents: true, fetched: true }

export function createWeb(options: WebOptions): WebChannel {
  const { keys, store, evidence, now, later } = options
  const limiters = options.limiters ?? createLimiters(now)
  const delivered = createDelivered(options)
  const streams = createStreams({ keys, store, delivered, maxStreamMs: options.maxStreamMs })
  const owners = gather(async (visitors: string[]) => {
    const found = await store.findOwners([...new Set(visitors)])
    return visitors.map((visitor) => found.get(visitor))
  }, later)
  const append = gather((lines: Parameters<TranscriptStore['append']>[0]) => store.append(lines), later)

  return {
    name: 'web',
    limits,

    async receive() {
      throw new AppError('not_found', 'The web chat has no webhook.')
    },

    async send(message) {
      const address = await stored(owners(message.address))
      const goodbye = address === undefined
      // A goodbye is a reply; a broadcast has nothing to say to somebody who was erased.
      if (goodbye && message.bulk) throw new SendError('unreachable', 'erased')
      const owner = address ?? (await goodbyeOwner(keys, message.address))
      const at = now()
      const body = await keys.seal('transcript', evenJson(bodyOf(message, at, goodbye, options.about().publicUrl)), owner)
      const seq = await stored(append({ owner, goodbye, body, at, sentAs: message.id, pushId: message.pushId }))
      if (seq === undefined) throw new SendError('unreachable', 'erased')
      streams.wake()
      return String(seq)
    },

    async photo(ref) {
      const box = await evidence.get(ref)
      if (!box) throw new SendError('refused', 'photo_gone')
      const bytes = new Uint8Array(await keys.open('evidence', box, ref))
      return new Response(bytes, { headers: { 'content-type': mimeOf[fileKind(bytes)], 'content-length': String(bytes.byteLength) } })
    },

    routes: (take) => createRoutes({ ...options, streams, limiters, delivered, take }),
    close: () => streams.close(),
  }
}

/** A database that is away is asked again: a line stands once, however often it is written. */
async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw new SendError('temporary', 'web_store', undefined, { cause })
  }
}

/** A picture of ours is named by its path, so that the page loads it from where it was itself loaded. */
function bodyOf({ text, buttons, image, document }: OutboundMessage, at: Date, goodbye: boolean, publicUrl: string | null): BotBody {
  const own = publicUrl !== null && image?.startsWith(`${publicUrl}/`)
  return {
    at: at.toISOString(),
    text,
    ...(buttons.length > 0 ? { buttons } : {}),
    ...(image ? { image: own ? image.slice(publicUrl.length) : image } : {}),
    ...(document ? { document } : {}),
    ...(goodbye ? { goodbye } : {}),
  }
}
