/**
 * The Cloudflare Workers entrance. Nothing that does input or output crosses requests: each has a database client and
 * a product of its own (a shared one made most of 20 parallel requests fail). Only what is pure is kept for the
 * isolate: the parsed configuration, the keys and the counts of what web visitors and API tokens send. Migrations and webhooks are the admin command's work, on Node.
 */
import { openServer } from '../db/client.ts'
import { fenceKey } from '../db/key-fence.ts'
import { checkKey, readTagKeys } from '../db/key-state.ts'
import { dropLease, takeLease } from '../db/leases.ts'
import { findNextDue } from '../db/outbox.ts'
import { type ApiMemory, createApiMemory } from './api/index.ts'
import { createProduct, type Product } from './app.ts'
import { createLimiters, type WebLimiters } from './channels/web/index.ts'
import type { Db, Keys } from './chat.ts'
import { type Config, parseConfig } from './config.ts'
import { type ConsoleLimiters, createConsoleLimiters } from './console/index.ts'
import { AppError } from './errors.ts'
import type { EvidenceStore } from './evidence.ts'
import { createR2Evidence, type EvidenceBucket } from './evidence-r2.ts'
import { randomId, secureRandom } from './keys.ts'
import { createWebKeys } from './keys-web.ts'
import type { Limiter } from './limiter.ts'
import { causeOf, createLog, type Log } from './log.ts'
import { createProofLimiter } from './pages/filing-proof.tsx'

type Env = Record<string, unknown>
type Ground = {
  env: Env
  config: Config
  keys: Keys
  log: Log
  now(): Date
  limiters: WebLimiters
  apiMemory: ApiMemory
  consoleLimiters: ConsoleLimiters
  proofLimiter: Limiter
  /** What the key proved itself with, once it has. */
  proof: Uint8Array | undefined
}
/** Holds the invocation until the work is done. */
type Keep = (work: Promise<void>) => void
type Opened = { product: Product; db: Db; log: Log; now(): Date; holder: string }

/**
 * Cloudflare ends what goes on after an answer at 30 seconds, the sends of the last round need some of them. A cron run may
 * take minutes; this one leaves room for its last sends before the next.
 */
const AFTER_POST_MS = 20_000
const MINUTE_MS = 50_000
/** Between two rounds, and the longest where they find nothing to send: at night what is due rests. */
const PAUSE_MS = 600
const LONGEST_PAUSE_MS = 5_000
/** After so long in a round it is looked whether a run starts, rests or ends. */
const ROUND_MS = 3_000
/** Cloudflare ends an invocation at 10,000 calls to the outside; a send and what is written of it are three or four. */
const MOST_SENDS = 2_000
/** The page's event stream ends by itself and is opened again: a request of Workers is not meant to stay. */
const STREAM_MS = 25_000
const LEASE = 'worker-drain'
/** Longer than a round with its slowest send. */
const LEASE_MS = 20_000

let ground: Ground | undefined

const entrance: ExportedHandler<Env> = {
  async fetch(request, env, ctx) {
    const opened = await open(env, (work) => ctx.waitUntil(work)).catch(() => undefined)
    if (!opened) return new Response('unavailable', { status: 503 })
    const answer = await opened.product.app.fetch(request, env, ctx)
    // Only what was posted makes replies; they leave now instead of at the next minute.
    if (request.method === 'POST') ctx.waitUntil(drain(opened, AFTER_POST_MS))
    return answer
  },
  async scheduled(_event, env, ctx) {
    const opened = await open(env, (work) => ctx.waitUntil(work))
    await opened.product.schedule.tick(opened.now())
    await drain(opened, MINUTE_MS, true)
  },
}

export default entrance

/** A product for one request. What stops it is logged, never answered. */
async function open(env: Env, keep: Keep): Promise<Opened> {
  try {
    if (ground?.env !== env) ground = await prepare(env)
    const { config, log, now, limiters, apiMemory, consoleLimiters, proofLimiter } = ground
    const server = openServer({ url: config.databaseUrl, authToken: config.databaseToken, onBusy: () => log('warn', 'database.busy') })
    if (!ground.proof) {
      const proof = await checkKey(server, ground.keys)
      const earlier = await readTagKeys(server, ground.keys)
      if (config.dataKey) ground.keys = await createWebKeys(config.dataKey, earlier)
      ground.proof = proof
    }
    const { keys, proof } = ground
    const db = fenceKey(server, proof, () => {
      log('error', 'key.changed')
      ground = undefined
    })
    const holder = `worker-${randomId(secureRandom)}`
    // Called by its bare name: workerd's fetch refuses to be a method of another object.
    const evidence = evidenceOf(env)
    const product = await createProduct({
      config,
      db,
      keys,
      fetch: (url, init) => fetch(url, init),
      now,
      log,
      holder,
      evidence,
      limiters,
      apiMemory,
      consoleLimiters,
      proofLimiter,
      maxStreamMs: STREAM_MS,
      keep,
    })
    return { product, db, log, now, holder }
  } catch (error) {
    const log = ground?.log ?? createLog('error', () => new Date())
    log('error', 'worker.unavailable', { cause: error instanceof AppError ? error.message : causeOf(error) })
    throw error
  }
}

async function prepare(env: Env): Promise<Ground> {
  const config = parseConfig(env)
  if (config.databaseUrl.startsWith('file:')) {
    throw new AppError('invalid', 'LIBSQL_URL is required on Workers: http(s)://… or libsql://… of a libSQL server.')
  }
  if (!config.dataKey) {
    throw new AppError('invalid', 'DATA_KEY is required on Workers: base64 of 32 bytes, e.g. the output of: openssl rand -base64 32')
  }
  const startedAt = Date.now()
  const now = () => (config.now ? new Date(config.now.getTime() + Date.now() - startedAt) : new Date())
  const log = createLog(config.logLevel, now)
  warnAbroad(config, log)
  return {
    env,
    config,
    keys: await createWebKeys(config.dataKey),
    log,
    now,
    limiters: createLimiters(now),
    apiMemory: createApiMemory(now),
    consoleLimiters: createConsoleLimiters(now),
    proofLimiter: createProofLimiter(now),
    proof: undefined,
  }
}

/** The bucket bound as EVIDENCE. Without one a photo cannot be kept: its report says that it did not arrive. */
function evidenceOf({ EVIDENCE }: Env): EvidenceStore {
  if (EVIDENCE) return createR2Evidence(EVIDENCE as EvidenceBucket)
  return {
    put: () => Promise.reject(new AppError('unavailable', 'No R2 bucket is bound as EVIDENCE.')),
    get: () => Promise.resolve(undefined),
    delete: () => Promise.resolve(),
    list: () => Promise.resolve({ names: [] }),
  }
}

/** R21: Workers run outside Vietnam; until the decision's reference is recorded, each isolate says so. */
function warnAbroad({ abroadDecision }: Config, log: Log): void {
  if (abroadDecision) return
  log('warn', 'data.abroad', {
    notice:
      'Workers chạy ngoài Việt Nam: đây là chuyển dữ liệu cá nhân ra nước ngoài (Luật 91/2025/QH15), cần quyết định và hồ sơ. Ghi số quyết định vào DATA_ABROAD_DECISION.',
  })
}

/**
 * Moves runs on, sends what is due and fetches what photos are due. What must wait a little (a full bucket, the paced rest
 * of a long answer, a second try) is waited for by one request at a time, the leader; the others leave it to that one, or
 * to the next minute.
 * @param patient waits for its turn to lead, so that a run goes on when a leader after a POST has to end
 */
async function drain({ product, db, log, now, holder }: Opened, forMs: number, patient = false): Promise<void> {
  const until = now().getTime() + forMs
  const channels = product.channels.map(({ name }) => name)
  const wait = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms))
  let leading = false
  let idle = PAUSE_MS
  let sent = 0
  try {
    for (let first = true; ; first = false) {
      if (first || leading) {
        const round = Math.min(until, now().getTime() + ROUND_MS)
        // Frozen, then started: a small run leaves in the minute it is due.
        while ((await product.broadcasts.tick(until)) && now().getTime() < until);
        const [sends] = await Promise.all([product.dispatcher.drain(round, leading ? wait : undefined), product.photos.drain(round)])
        sent += sends
        idle = sends > 0 ? PAUSE_MS : Math.min(idle * 2, LONGEST_PAUSE_MS)
      }
      const next = await findNextDue(db, channels)
      const pause = Math.max((next ?? until) - now().getTime(), idle)
      if (now().getTime() + pause >= until || sent >= MOST_SENDS) break
      leading = await takeLease(db, LEASE, holder, now().getTime(), pause + LEASE_MS)
      if (!leading && !patient) break
      await wait(leading ? pause : Math.max(pause, ROUND_MS))
    }
    if (leading) await dropLease(db, LEASE, holder)
  } catch (error) {
    // The rows stay in the outbox: the next minute sends them.
    log('error', 'worker.drain_failed', { cause: causeOf(error) })
  } finally {
    db.close()
  }
}
