/**
 * Proof of work: what a visitor's browser computes while a report is being told, so that nobody files thousands by a
 * script. A challenge is signed and stored nowhere; it says for whom and until when, and it is dearer the more reports
 * the page sent this hour. Nobody's address is looked at: a factory behind one is many visitors.
 */
import { type Challenge, createChallenge, type Solution, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/web/sha'
import * as z from 'zod'
import type { Keys } from '../../chat.ts'

export type Work = { challenge: Challenge; solution: Pick<Solution, 'counter' | 'derivedKey'> }

export type Works = {
  /** @param filings reports that the page sent this hour */
  ask(visitor: string, filings: number): Promise<Challenge>
  /** What stands for this work where it is spent; undefined when it is not this visitor's, too old or not done. */
  accept(visitor: string, work: Work): Promise<string | undefined>
}

const LIFE_MS = 60 * 60 * 1000
/** Rounds of SHA-256 in one try; tries are between this many and twice as many: about a second on a phone of 2018. */
const ROUNDS = 10
export const LEAST_TRIES = 3_000
/** From so many reports an hour on it costs twice as much again, eight times at most. */
const DEARER = [150, 600, 2_400] as const

const hex = (most: number) =>
  z
    .string()
    .regex(/^[0-9a-f]+$/)
    .max(most)

export const workSchema = z.strictObject({
  challenge: z.strictObject({
    parameters: z.strictObject({
      algorithm: z.literal('SHA-256'),
      nonce: hex(64),
      salt: hex(64),
      cost: z.int().min(1).max(1_000),
      keyLength: z.literal(32),
      keyPrefix: hex(64),
      keySignature: hex(128),
      data: z.strictObject({ whose: z.string().max(64), until: z.int() }),
    }),
    signature: hex(128),
  }),
  solution: z.strictObject({ counter: z.int().min(0).max(10_000_000), derivedKey: hex(128) }),
})

export function createWorks({ keys, now, random, least = LEAST_TRIES }: WorkParts): Works {
  const whose = async (visitor: string) => keys.tag('work', `visitor:${visitor}`)
  const secrets = async () => ({
    hmacSignatureSecret: await keys.tag('work', 'challenge'),
    hmacKeySignatureSecret: await keys.tag('work', 'solution'),
  })
  return {
    async ask(visitor, filings) {
      const dearer = DEARER.filter((from) => filings >= from).length
      return createChallenge({
        ...(await secrets()),
        algorithm: 'SHA-256',
        cost: ROUNDS * 2 ** dearer,
        counter: least + Math.floor(random() * least),
        deriveKey,
        data: { whose: await whose(visitor), until: now().getTime() + LIFE_MS },
      })
    },
    async accept(visitor, { challenge, solution }) {
      const { data, nonce } = challenge.parameters
      if (data?.whose !== (await whose(visitor)) || Number(data.until) < now().getTime()) return undefined
      const { verified } = await verifySolution({ ...(await secrets()), challenge, solution, deriveKey })
      return verified ? keys.tag('work', `spent:${nonce}`) : undefined
    },
  }
}

type WorkParts = { keys: Keys; now(): Date; random(): number; least?: number | undefined }
