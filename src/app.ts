/**
 * Composes the product from what an entrance hands in: database, keys, channels' surroundings, stores. The result is a
 * Hono app and the few loops an entrance starts. Knows no runtime.
 */
import type { Hono } from 'hono'
import { createTexts } from '../content/index.ts'
import { tokenStore } from '../db/secrets.ts'
import { changeSetting, listSettings } from '../db/settings.ts'
import { transcriptStore } from '../db/transcript.ts'
import { countFilings } from '../db/work.ts'
import { greet, handlers, offerPush, privately } from '../handlers/index.ts'
import { type ApiMemory, type ApiParts, createApi } from './api/index.ts'
import type { ApiFetch } from './api-fetch.ts'
import { type Broadcasts, createBroadcasts } from './broadcasts.ts'
import { createChannels } from './channels/index.ts'
import { createWeb, type WebLimiters } from './channels/web/index.ts'
import type { TokenPair } from './channels/zalo/index.ts'
import type { About, Channel, ChannelState, Db, Keys } from './chat.ts'
import { type Config, isHere } from './config.ts'
import { type ConsoleLimiters, createConsole } from './console/index.ts'
import { createDispatcher, type Dispatcher } from './dispatch.ts'
import type { EvidenceStore } from './evidence.ts'
import type { Later } from './gather.ts'
import { listJobs } from './jobs.ts'
import { secureRandom } from './keys.ts'
import type { Limiter } from './limiter.ts'
import type { Log } from './log.ts'
import type { Fetch } from './media.ts'
import { filingProofRoutes } from './pages/filing-proof.tsx'
import type { Papers } from './paper.ts'
import type { PhotoParts } from './photo-intake.ts'
import { createPhotoLoop, type PhotoLoop } from './photos.ts'
import { createReceiver, type Receiver } from './receive.ts'
import type { Pictures } from './redaction.ts'
import { createRouter } from './router.ts'
import { createRoutes } from './routes.ts'
import { createSchedule, type Schedule } from './schedule.ts'
import type { PosterMaker } from './tree.ts'

export type ProductParts = {
  config: Config
  db: Db
  keys: Keys
  fetch: Fetch
  /** The server's cheap way to the platforms; without it `fetch` serves. */
  apiFetch?: ApiFetch
  now(): Date
  log: Log
  /** Names this process in leases. */
  holder: string
  later?: Later
  evidence: EvidenceStore
  /** Re-encodes a photo or an uploaded picture without EXIF; only where there is an image library (Node). */
  viewerCopy?: ApiParts['viewerCopy']
  /** Small ones, and ones with black boxes, of a viewer's copy (Node). */
  pictures?: Pictures
  /** What a viewer's copy looks like, in 64 bits (Node). */
  looksOf?: PhotoParts['looksOf']
  /** Writes papers and packets of hand-overs (Node). */
  papers?: Papers
  /** Draws posters of join codes (Node). */
  poster?: PosterMaker
  /** Counts what a visitor sends; handed in where a product lives shorter than the process (Workers). */
  limiters?: WebLimiters
  /** What the REST API remembers between calls; handed in for the same reason. */
  apiMemory?: ApiMemory
  /** Counts visits of the console; handed in for the same reason. */
  consoleLimiters?: ConsoleLimiters
  /** Counts checks of proofs of filing; handed in for the same reason. */
  proofLimiter?: Limiter
  /** Streams of the web chat, the API and the console end by themselves after this long (Workers); the page comes again. */
  maxStreamMs?: number
  /** Holds the process until work that outlasts its request is done (Workers). */
  keep?: (work: Promise<void>) => void
}

export type Product = {
  app: Hono
  channels: readonly Channel[]
  receiver: Receiver
  dispatcher: Dispatcher
  broadcasts: Broadcasts
  photos: PhotoLoop
  schedule: Schedule
  about(): About
  /** Registers webhooks and commands, and keeps the bot's own name, which links to the private chat need. One state a channel. */
  connect(): Promise<ChannelState[]>
  /** Ends the streams of the web chat, the API and the console. */
  close(): void
}

/** Routers are compiled once per process, not once per Worker request. */
const route = createRouter(handlers, privately)
const texts = createTexts()

export async function createProduct(parts: ProductParts): Promise<Product> {
  const { config, db, keys, log, now } = parts
  let about = await readAbout(parts)
  const tokens = tokenStore<TokenPair>(db, keys, 'zalo')
  const web = createWeb({
    keys,
    store: transcriptStore(db),
    evidence: parts.evidence,
    texts: texts.render,
    about: () => about,
    now,
    random: secureRandom,
    log,
    keep: parts.keep,
    countFilings: () => countFilings(db, keys, now()),
    ...(parts.limiters ? { limiters: parts.limiters } : {}),
    ...(parts.later ? { later: parts.later } : {}),
    ...(parts.maxStreamMs ? { maxStreamMs: parts.maxStreamMs } : {}),
    ...(config.zaloSiteVerification ? { siteVerification: config.zaloSiteVerification } : {}),
  })
  const channels = [
    ...(await createChannels({ config, keys, fetch: parts.fetch, apiFetch: parts.apiFetch, now, log, tokens, commands })),
    web,
  ]
  const api = createApi({
    evidence: parts.evidence,
    ...{ db, keys, now, random: secureRandom, log, texts, channels },
    publicUrl: config.publicUrl,
    viewerCopy: parts.viewerCopy,
    later: parts.later,
    memory: parts.apiMemory,
    maxStreamMs: parts.maxStreamMs,
  })
  const officers = createConsole({
    ...{ db, keys, now, random: secureRandom, log, texts, channels },
    about: () => about,
    publicUrl: config.publicUrl,
    evidence: parts.evidence,
    viewerCopy: parts.viewerCopy,
    pictures: parts.pictures,
    papers: parts.papers,
    poster: parts.poster,
    later: parts.later,
    limiters: parts.consoleLimiters,
    maxStreamMs: parts.maxStreamMs,
  })
  const proofs = filingProofRoutes({ db, keys, texts: texts.render, about: () => about, now, limiter: parts.proofLimiter })
  const dispatcher = createDispatcher({
    db,
    keys,
    channels,
    render: texts.render,
    publicUrl: config.publicUrl,
    now,
    holder: parts.holder,
    log,
    ...(parts.later ? { later: parts.later } : {}),
  })
  const broadcasts = createBroadcasts({
    db,
    keys,
    channels,
    now,
    random: secureRandom,
    log,
  })
  const receiver = createReceiver({
    db,
    keys,
    route,
    offerPush,
    greet,
    handlers,
    labelOf: (contact) => (label) => texts.render(label, contact.locale),
    about: () => about,
    now,
    random: secureRandom,
    log,
    wake: (channel) => dispatcher.wake(channel),
    transcripts: new Set(['web']),
    ...(parts.later ? { later: parts.later } : {}),
  })
  const photos = createPhotoLoop({
    db,
    keys,
    channels,
    evidence: parts.evidence,
    viewerCopy: parts.viewerCopy,
    looksOf: parts.looksOf,
    now,
    holder: parts.holder,
    log,
  })
  const readAgain = async () => {
    about = await readAbout(parts)
  }
  const jobs = listJobs({
    db,
    keys,
    channels,
    photos,
    evidence: parts.evidence,
    now,
    random: secureRandom,
    log,
    publicUrl: config.publicUrl,
    readAbout: readAgain,
  })
  const schedule = createSchedule({ db, jobs, log })
  return {
    app: createRoutes(parts, { channels, web, receiver, pages: [api.routes, officers.routes, proofs] }),
    channels,
    receiver,
    dispatcher,
    broadcasts,
    photos,
    schedule,
    about: () => about,
    async connect() {
      const states: ChannelState[] = []
      for (const channel of channels) {
        const state = await channel.setUp?.(config.publicUrl ? `${config.publicUrl}/webhooks/${channel.name}` : null)
        if (!state) continue
        states.push({ ...state, name: channel.name })
        if (state.ok && channel.name === 'telegram') await db.write([changeSetting('telegram_name', state.name, now())])
      }
      about = await readAbout(parts)
      return states
    },
    close() {
      web.close()
      api.close()
      officers.close()
    },
  }
}

/** Commands of §4.6 whose handler is there, for Telegram's menu. One with a sentence of its own has the key `command_<name>`. */
function commands(): Array<{ command: string; description: string }> {
  return handlers.flatMap(({ name, commands = [], officers }) =>
    (officers ? [] : commands).map((command) => {
      const own = `${name}.command_${command}`
      return { command, description: texts.render({ key: texts.has(own) ? own : `${name}.command` }, 'vi') }
    }),
  )
}

async function readAbout({ db, config }: ProductParts): Promise<About> {
  const settings = await listSettings(db)
  return {
    unitName: settings.unit_name ?? 'Công đoàn và Đoàn Thanh niên',
    dataOfficer: settings.data_officer ?? settings.unit_name ?? 'đơn vị vận hành trợ lý',
    publicUrl: config.publicUrl,
    telegramName: settings.telegram_name ?? null,
    zaloOaId: config.zalo?.oaId ?? null,
    hosting: config.abroadDecision ? 'abroad' : isHere(config.databaseUrl) ? 'vietnam' : 'unstated',
  }
}
