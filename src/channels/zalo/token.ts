/**
 * The OA's token pair and who may renew it. A refresh token works once, and a pair lost between Zalo's answer and our
 * store can only be restored by the OA's administrator in a browser: so one process claims the refresh by compare-and-set
 * before it asks, and the new pair is stored before anybody uses it (zalo.md §2).
 */
import { SendError } from '../../errors.ts'
import { type Grant, type OauthOptions, requestGrant } from './oauth.ts'

/** Times in milliseconds since 1970. */
export type TokenPair = {
  accessToken: string
  refreshToken: string
  accessExpiresAt: number
  /** Null for a pair that came from the environment: its age is unknown, so it is due at once. */
  rotatedAt: number | null
  /** The pair before, for the day when somebody has to find out what happened. */
  previous?: { accessToken: string; refreshToken: string; rotatedAt: number | null }
  /** Hashes of the environment pairs this one and its forebears grew from: none of them is taken up twice. */
  seeds: string[]
  /** Somebody is asking Zalo for the next pair until then. */
  claimedUntil?: number
  failure?: { reason: string; lost: boolean; at: number; alarmedAt: number }
}

/** A compare-and-set row. An empty store has version 0; a write that succeeds makes the version `expectedVersion + 1`. */
export type TokenStore = {
  read(): Promise<{ version: number; pair: TokenPair } | undefined>
  write(pair: TokenPair, expectedVersion: number): Promise<boolean>
}

export type Seed = { accessToken: string; refreshToken: string }
export type Log = { error(message: string, fields: Record<string, string | number>): void }

export type Tokens = {
  /** A token that has not run out. Throws SendError `operator` when there is none to be had. */
  access(): Promise<string>
  /** Another token than the one Zalo has just refused: the stored one if somebody was faster, else a new one. */
  renew(refused: string): Promise<string>
  /** Renews ahead of time. Throws nothing that another minute may mend. */
  tend(at: Date): Promise<void>
  /** Why no new token can be had until an administrator grants it again, or undefined. */
  lost(): Promise<string | undefined>
}

type Stored = { version: number; pair: TokenPair }

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const SEED_LIFE = 25 * HOUR
const CLAIM = 60 * SECOND
const KEPT_SEEDS = 20

export function tokens(options: OauthOptions & { store: TokenStore; seed?: Seed | undefined; now: () => Date; log: Log }): Tokens {
  const { store, seed, log } = options
  const now = () => options.now().getTime()
  let seedMark: string | undefined
  // Zalo's answer that could not be stored yet: the only copy of the grant
  let held: { pair: TokenPair; after: string; version: number; alarmedAt?: number } | undefined

  return {
    async access() {
      const stored = await current()
      if (now() < stored.pair.accessExpiresAt) return stored.pair.accessToken
      return rotate(stored, now())
    },
    async renew(refused) {
      const stored = await current()
      if (stored.pair.accessToken !== refused) return stored.pair.accessToken
      // a token of this minute that is refused will not get better by another one
      if (stored.pair.rotatedAt !== null && now() - stored.pair.rotatedAt < MINUTE)
        throw new SendError('operator', 'zalo_fresh_token_refused')
      return rotate(stored, now())
    },
    async tend(at) {
      try {
        const stored = await current()
        if (isDue(stored.pair, at.getTime())) await rotate(stored, at.getTime())
      } catch (error) {
        if (!(error instanceof SendError)) throw error
      }
    },
    async lost() {
      const stored = await read()
      return stored?.pair.failure?.lost ? stored.pair.failure.reason : undefined
    },
  }

  async function current(): Promise<Stored> {
    if (held !== undefined) await save()
    let stored = await read()
    if (seed !== undefined) {
      seedMark ??= await markOf(seed)
      if (!stored?.pair.seeds.includes(seedMark)) {
        // false when another process was faster, with this seed or with a rotation: the next read shows which
        await write(seeded(seed, seedMark, stored?.pair), stored?.version ?? 0)
        stored = await read()
      }
    }
    if (stored === undefined) throw new SendError('operator', 'zalo_no_token')
    return stored
  }

  function seeded(from: Seed, mark: string, before: TokenPair | undefined): TokenPair {
    const seeds = [...(before?.seeds ?? []), mark].slice(-KEPT_SEEDS)
    const previous = before === undefined ? {} : { previous: forebear(before) }
    return { ...from, accessExpiresAt: now() + SEED_LIFE, rotatedAt: null, seeds, ...previous }
  }

  /** Claims, asks, stores, and only then hands out the new access token. */
  async function rotate(stored: Stored, at: number): Promise<string> {
    const { claimedUntil: claimed, ...pair } = stored.pair
    if (claimed !== undefined && claimed > at) throw new SendError('rate_limited', 'zalo_token_refreshing', 5)
    if (pair.failure !== undefined && at < retryAt(pair.failure)) throw failureOf(pair.failure)
    if (!(await write({ ...pair, claimedUntil: at + CLAIM }, stored.version))) {
      const winner = await current()
      if (winner.pair.accessToken !== pair.accessToken) return winner.pair.accessToken
      throw new SendError('rate_limited', 'zalo_token_refreshing', 5)
    }
    const version = stored.version + 1
    const grant = await requestGrant(options, pair.refreshToken)
    if ('reason' in grant) throw await failed(pair, version, grant, at)
    const next: TokenPair = {
      accessToken: grant.accessToken,
      refreshToken: grant.refreshToken,
      accessExpiresAt: at + grant.expiresIn * SECOND,
      rotatedAt: at,
      previous: forebear(pair),
      seeds: pair.seeds,
    }
    held = { pair: next, after: pair.refreshToken, version }
    await save()
    return (await current()).pair.accessToken
  }

  async function failed(pair: TokenPair, version: number, grant: Extract<Grant, { reason: string }>, at: number): Promise<SendError> {
    const alarmedAt = pair.failure?.alarmedAt
    const silent = alarmedAt !== undefined && at - alarmedAt < HOUR
    if (!silent) log.error('zalo: the access token could not be renewed', { reason: grant.reason, name: grant.name })
    const failure = { reason: grant.reason, lost: grant.lost, at, alarmedAt: silent ? alarmedAt : at }
    // also gives the claim back; if it fails the claim runs out by itself
    await write({ ...pair, failure }, version).catch(() => false)
    return failureOf(failure)
  }

  /** Stores the held pair, over a claim of our own line but never over a newer grant. */
  async function save(): Promise<void> {
    const pending = held
    for (let tries = 0; pending !== undefined && tries < 3; tries++) {
      try {
        const written = await store.write(pending.pair, pending.version)
        const stored = written ? undefined : await store.read()
        if (written || (stored !== undefined && stored.pair.refreshToken !== pending.after)) {
          held = undefined
          return
        }
        pending.version = stored?.version ?? 0
      } catch (cause) {
        alarmUnsaved(pending)
        throw new SendError('temporary', 'zalo_token_unsaved', undefined, { cause })
      }
    }
    if (pending !== undefined) throw new SendError('temporary', 'zalo_token_unsaved')
  }

  function alarmUnsaved(pending: { alarmedAt?: number }): void {
    if (now() - (pending.alarmedAt ?? 0) < HOUR) return
    log.error('zalo: the new token pair could not be stored; it is kept in memory until it can', { reason: 'zalo_token_unsaved' })
    pending.alarmedAt = now()
  }

  async function read(): Promise<Stored | undefined> {
    return store.read().catch((cause) => {
      throw new SendError('temporary', 'zalo_token_store', undefined, { cause })
    })
  }

  async function write(pair: TokenPair, version: number): Promise<boolean> {
    return store.write(pair, version).catch((cause) => {
      throw new SendError('temporary', 'zalo_token_store', undefined, { cause })
    })
  }
}

/** At four fifths of its life: 20 of the usual 25 hours. */
function isDue(pair: TokenPair, at: number): boolean {
  if (pair.claimedUntil !== undefined && pair.claimedUntil > at) return false
  if (pair.rotatedAt === null) return true
  return at >= pair.rotatedAt + 0.8 * (pair.accessExpiresAt - pair.rotatedAt)
}

/** A lost grant is tried once an hour, a broken line each minute. */
function retryAt(failure: NonNullable<TokenPair['failure']>): number {
  return failure.at + (failure.lost ? HOUR : 50 * SECOND)
}

function failureOf(failure: { reason: string; lost: boolean }): SendError {
  return new SendError(failure.lost ? 'operator' : 'temporary', failure.reason)
}

function forebear(pair: TokenPair): NonNullable<TokenPair['previous']> {
  return { accessToken: pair.accessToken, refreshToken: pair.refreshToken, rotatedAt: pair.rotatedAt }
}

async function markOf(seed: Seed): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${seed.accessToken}\n${seed.refreshToken}`))
  return Array.from(new Uint8Array(bytes).slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
