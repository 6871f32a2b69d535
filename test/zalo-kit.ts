/** What the Zalo tests share: keys, a clock that is moved by hand, a token store in memory, a channel on the fake. */

import { createZalo, type TokenPair, type TokenStore, type ZaloOptions } from '../src/channels/zalo/index.ts'
import type { OutboundMessage } from '../src/chat.ts'
import { SendError } from '../src/errors.ts'
import { startFakeZalo } from './fake-zalo.ts'

export const keys = {
  appId: '360846524940903967',
  appSecret: 'app-secret-of-the-test',
  oaSecretKey: 'oa-secret-of-the-test',
  oaId: '388613280878808645',
  accessToken: 'access-0',
  refreshToken: 'refresh-0',
}

export const person = '246845883529197922'
/** 16:00 in Vietnam, a second after the payloads were sent. */
export const START = Date.parse('2026-11-22T09:00:01.740Z')

export type MemoryStore = TokenStore & { row: { version: number; pair: TokenPair } | undefined; writes: TokenPair[]; broken: boolean }

export function memoryStore(pair?: TokenPair): MemoryStore {
  const store: MemoryStore = {
    row: pair === undefined ? undefined : { version: 1, pair },
    writes: [],
    broken: false,
    async read() {
      if (store.broken) throw new Error('the database is away')
      return store.row === undefined ? undefined : structuredClone(store.row)
    },
    async write(next, expectedVersion) {
      if (store.broken) throw new Error('the database is away')
      if ((store.row?.version ?? 0) !== expectedVersion) return false
      store.row = { version: expectedVersion + 1, pair: structuredClone(next) }
      store.writes.push(structuredClone(next))
      return true
    },
  }
  return store
}

/** A pair that was renewed an hour ago and lives 25. */
export function freshPair(overrides: Partial<TokenPair> = {}): TokenPair {
  return {
    accessToken: keys.accessToken,
    refreshToken: keys.refreshToken,
    accessExpiresAt: START + 24 * 3600_000,
    rotatedAt: START - 3600_000,
    seeds: [],
    ...overrides,
  }
}

export async function zaloOnFake(overrides: Partial<ZaloOptions> & { pair?: TokenPair | null } = {}) {
  const fake = await startFakeZalo(keys)
  const clock = { now: START }
  const { pair = freshPair(), ...options } = overrides
  const store = memoryStore(pair ?? undefined)
  const alarms: { message: string; fields: Record<string, string | number> }[] = []
  const base: ZaloOptions = {
    ...keys,
    apiRoot: fake.apiRoot,
    oauthRoot: fake.oauthRoot,
    tokens: store,
    fetch,
    now: () => new Date(clock.now),
    log: { error: (message, fields) => void alarms.push({ message, fields }) },
    ...options,
  }
  return {
    fake,
    clock,
    store,
    alarms,
    zalo: createZalo(base),
    /** A second process on the same store. */
    another: (more: Partial<ZaloOptions> = {}) => createZalo({ ...base, ...more }),
  }
}

export function outbound(overrides: Partial<OutboundMessage> = {}): OutboundMessage {
  return { id: 'out1.0', address: person, text: 'Chào bạn', buttons: [], hint: 'Bạn nhắn số để chọn nhé.', bulk: false, ...overrides }
}

/** What a send that must fail threw. */
export async function failure(attempt: Promise<unknown>): Promise<{ failure: string; reason: string; retryAfter: number | undefined }> {
  const error = await attempt.then(
    () => new Error('nothing was thrown'),
    (cause: unknown) => cause,
  )
  if (!(error instanceof SendError)) throw error
  return { failure: error.failure, reason: error.reason, retryAfter: error.retryAfter }
}
