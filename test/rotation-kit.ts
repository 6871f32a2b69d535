/**
 * A change of DATA_KEY as tests make one: between three keys, over a database and a folder of photos, cut short where they
 * like.
 */
import { checkKey, readTagKeys } from '../db/key-state.ts'
import { type Rotated, rotate } from '../src/admin/rotation.ts'
import type { Db, Keys } from '../src/chat.ts'
import type { EvidenceStore } from '../src/evidence.ts'
import { keepTags } from '../src/keys.ts'
import { createNodeKeys, followTag, tagKeyOf } from '../src/keys-node.ts'

export const FIRST = new Uint8Array(32).fill(7)
export const SECOND = new Uint8Array(32).fill(8)
export const THIRD = new Uint8Array(32).fill(9)
export const base64 = (key: Uint8Array) => Buffer.from(key).toString('base64')
export const NOW = () => new Date('2026-11-23T02:00:00.000Z')

/** One process's view of a database and its evidence folder. */
export type Home = { db: Db; evidence: EvidenceStore }

export async function change(
  home: Home,
  from: Uint8Array,
  to: Uint8Array,
  more: { leaveDamaged?: boolean } = {},
): Promise<Rotated | 'done before'> {
  const { db, evidence } = home
  const earlier = await readTagKeys(db, createNodeKeys(from)).catch(() => ({}))
  const kept = keepTags(earlier, (purpose) => tagKeyOf(from, purpose))
  return rotate({
    ...{ db, evidence, kept, leaveDamaged: false, now: NOW, note: () => {}, ...more },
    old: createNodeKeys(from, earlier),
    next: createNodeKeys(to, kept),
    follow: (purpose, tag) => followTag(to, purpose, tag),
  })
}

/** As a start makes them. */
export async function keysFor(db: Db, key: Uint8Array): Promise<Keys> {
  await checkKey(db, createNodeKeys(key))
  return createNodeKeys(key, await readTagKeys(db, createNodeKeys(key)))
}

export const CRASH = 'the power went'

/** Writes that work until `left` of them are done; then everything fails, as after a cut of power. */
export function frail({ db, evidence }: Home, left: number): Home & { over(): boolean } {
  let rest = left
  const spend = () => {
    if (rest-- <= 0) throw new Error(CRASH)
  }
  return {
    db: {
      ...db,
      write: async (statements) => {
        spend()
        return db.write(statements)
      },
    },
    evidence: {
      ...evidence,
      put: async (name, bytes) => {
        spend()
        return evidence.put(name, bytes)
      },
    },
    over: () => rest < 0,
  }
}
