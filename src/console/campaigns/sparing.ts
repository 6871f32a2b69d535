/**
 * What is dear and therefore not for ever at one officer's hand: a count walks a whole organisation, a picture is encoded
 * anew. Each has its own budget of a quarter of an hour.
 */
import type * as z from 'zod'
import { claimTry, triesTag } from '../../../db/tries.ts'
import { countPeople, type countsSchema } from '../../api/counts.ts'
import type { Audience } from '../../campaign.ts'
import { AppError } from '../../errors.ts'
import type { Visit } from '../page.ts'

const SPAN_MS = 15 * 60 * 1000
const MOST = { count: 120, picture: 40 } as const

/** Throws AppError `too_many`. */
export async function spare({ desk: { db, keys, actor, now } }: Pick<Visit, 'desk'>, what: keyof typeof MOST): Promise<void> {
  const at = now.getTime()
  const tag = await triesTag(keys, `console-${what}`, actor.officerId)
  if (!(await claimTry(db, tag, { limit: MOST[what], now: at, until: at + SPAN_MS })))
    throw new AppError('too_many', `console_campaigns.e_many_${what}`)
}

/** People of an audience, rounded. Throws AppError `too_many`, `invalid`. */
export async function countSparing(
  visit: Visit,
  { audience, path, topic, template }: { audience: Audience; path: string; topic: string | null; template: boolean },
): Promise<z.input<typeof countsSchema>> {
  await spare(visit, 'count')
  return countPeople(visit, audience, path, topic, template)
}
