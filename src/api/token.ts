/**
 * Who calls: the officer a bearer token stands for. Missing, unknown, expired, revoked, of an officer who left: one
 * answer for all. The right is read anew for each call, so that what is taken away is gone at once.
 */
import { recordTokenUse, TOKEN_PREFIX } from '../../db/api-tokens.ts'
import { findTokenActor } from '../../db/rights.ts'
import { dayOf } from '../time.ts'
import { type ApiMemory, remember } from './memory.ts'
import { Refusal } from './refusal.ts'
import type { ApiParts, TokenActor } from './route.ts'

const BEARER = new RegExp(`^Bearer +(${TOKEN_PREFIX}[A-Za-z0-9_-]{8,200})$`, 'i')

/** Throws Refusal `unauthorized`, or `too_many` for too many tries with tokens that are not known yet. */
export async function admit(parts: ApiParts, memory: ApiMemory, header: string | undefined): Promise<{ actor: TokenActor; tag: string }> {
  const token = BEARER.exec(header ?? '')?.[1]
  const tag = token === undefined ? undefined : await parts.keys.tag('token', token)
  if (tag === undefined || !memory.seen.has(tag)) {
    const { wait } = memory.tries.take('')
    if (wait > 0) throw new Refusal('too_many', 'api.too_many', { retryAfter: wait })
  }
  const actor = tag === undefined ? undefined : await actorOf(parts, tag)
  if (tag === undefined || !actor) {
    if (tag !== undefined) memory.seen.delete(tag)
    throw new Refusal('unauthorized', 'api.unauthorized')
  }
  const day = dayOf(parts.now())
  if (memory.seen.get(tag) !== day) {
    await parts.db.write([recordTokenUse(actor.token.id, day)])
    remember(memory, tag, day)
  }
  return { actor, tag }
}

/** As they are now; undefined when the token has ended. */
export async function actorOf({ db, now }: ApiParts, tag: string): Promise<TokenActor | undefined> {
  const actor = await findTokenActor(db, tag, now())
  return actor?.token && { ...actor, token: actor.token }
}
