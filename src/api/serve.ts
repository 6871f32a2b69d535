/**
 * From a row of the table to an answer: who calls, how often, may they at all, is what they sent in order; then the
 * handler. Every refusal of a change leaves a row in the audit log, whoever tried it and however.
 */
import type { Context } from 'hono'
import type * as z from 'zod'
import { recordRefusal } from '../../db/audit.ts'
import { findBroadcast } from '../../db/broadcasts.ts'
import { findCampaign } from '../../db/campaigns.ts'
import { conflictOf } from '../../db/client.ts'
import { findSeat } from '../../db/officer-list.ts'
import { findTreeUnits } from '../../db/tree-units.ts'
import { parseObject, readBytes, readText } from '../body.ts'
import type { Locale } from '../chat.ts'
import { AppError, statusOf } from '../errors.ts'
import { randomId } from '../keys.ts'
import { causeOf } from '../log.ts'
import { scopeOf } from '../rights.ts'
import type { ApiMemory } from './memory.ts'
import { bodyOfError, Refusal, wrongFields } from './refusal.ts'
import type { ApiParts, Call, Route, TokenActor } from './route.ts'
import { reaches } from './scope.ts'
import { admit } from './token.ts'

/** Bytes of a JSON body. */
const BODY_MOST = 64 * 1024

/** What a call has brought so far: what a refusal's audit row and a log line may say. */
type Visit = { actor?: TokenActor; id: string | undefined; said: string }

/** What the calls of one product share. */
export type Shared = { memory: ApiMemory } & Pick<Call<unknown, unknown, unknown>, 'watch' | 'few'>

export function serve(route: Route, parts: ApiParts, shared: Shared) {
  return async (c: Context): Promise<Response> => {
    const visit: Visit = { id: undefined, said: '' }
    try {
      const found = await answerOf(route, parts, shared, c, visit)
      return found instanceof Response ? found : c.json(route.answer.parse(found) as object, route.status ?? 200)
    } catch (thrown) {
      const error = conflictOf(thrown) ? new AppError('conflict', 'desk.conflict', { cause: thrown }) : thrown
      if (!(error instanceof AppError)) return failed(c, parts, route, thrown, visit)
      await record(route, parts, visit, error)
      return refused(c, parts, error)
    }
  }
}

/** The refusal as an answer. */
export function refused(c: Context, { texts }: Pick<ApiParts, 'texts'>, error: AppError): Response {
  if (error.code === 'unauthorized') c.header('www-authenticate', 'Bearer realm="hang-viet"')
  if (error instanceof Refusal && error.retryAfter !== undefined) c.header('retry-after', String(error.retryAfter))
  return c.json(bodyOfError(error, texts, localeOf(c)), statusOf[error.code])
}

/** Vietnamese unless English is asked for first. */
export function localeOf(c: Context): Locale {
  return /^\s*en\b/i.test(c.req.header('accept-language') ?? '') ? 'en' : 'vi'
}

async function answerOf(route: Route, parts: ApiParts, { memory, watch, few }: Shared, c: Context, visit: Visit): Promise<unknown> {
  const { actor, tag } = await admit(parts, memory, c.req.header('authorization'))
  const { wait } = memory.calls.take(actor.token.id, route.cost ?? 1)
  if (wait > 0) throw new Refusal('too_many', 'api.too_many', { retryAfter: wait })
  visit.actor = actor
  const params = route.params?.safeParse(c.req.param())
  if (params && !params.success) throw new AppError('not_found', 'api.not_found')
  visit.id = (params?.data as { id?: string | number } | undefined)?.id?.toString()
  if (route.act !== null && scopeOf(actor, route.act).length === 0) throw new AppError('forbidden', route.never ?? 'desk.forbidden')
  const query = route.query && parsed(route.query, queryOf(c.req.raw.url))
  const body = route.body && parsed(route.body, await jsonOf(route.body, c.req.raw, visit))
  const bytes = route.file ? await fileOf(route.file, actor, memory, c.req.raw) : new Uint8Array()
  const { db, keys, now, random, publicUrl } = parts
  const ownHost = publicUrl ? new URL(publicUrl).hostname : null
  const desk = { db, keys, actor, now: now(), id: () => randomId(random), random, ownHost }
  return route.handle({ desk, params: params?.data, query, body, bytes, locale: localeOf(c), parts, watch, few, tag } satisfies Call<
    unknown,
    unknown,
    unknown
  >)
}

function parsed(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value)
  if (!result.success) throw new Refusal('invalid', 'api.invalid', { fields: wrongFields(result.error, value) })
  return result.data
}

/** A name that stands twice has no meaning here, and is refused rather than guessed. */
function queryOf(url: string): Record<string, string> {
  const pairs = [...new URL(url).searchParams]
  const twice = pairs.find(([name], place) => pairs.findIndex(([other]) => other === name) !== place)
  if (twice) throw new Refusal('invalid', 'api.invalid', { fields: [{ path: twice[0].slice(0, 60), text: { key: 'api.field_twice' } }] })
  return Object.fromEntries(pairs)
}

async function jsonOf(schema: z.ZodType, request: Request, visit: Visit): Promise<unknown> {
  const text = await readText(request, BODY_MOST)
  visit.said = text
  // A change that needs nothing said may be posted without a body.
  if (text === '' && schema.safeParse({}).success) return {}
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) throw new AppError('invalid', 'api.not_json')
  try {
    return parseObject(text)
  } catch {
    throw new AppError('invalid', 'api.not_json')
  }
}

async function fileOf(
  { types, most, wrong = 'api.image_kind' }: NonNullable<Route['file']>,
  actor: TokenActor,
  { images }: ApiMemory,
  request: Request,
) {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (!types.includes(type)) throw new AppError('invalid', wrong)
  const { wait } = images.take(actor.token.id)
  if (wait > 0) throw new Refusal('too_many', 'api.too_many', { retryAfter: wait })
  return readBytes(request, most)
}

/** The audit row of a refused change. It stands with the unit of the thing where the token reaches it, else with the officer's own. */
async function record(route: Route, parts: ApiParts, { actor, id }: Visit, error: AppError): Promise<void> {
  if (route.change === undefined || !actor || error.code === 'too_many') return
  try {
    const thing = id === undefined ? undefined : await thingOf(route, parts, id)
    const unitId = thing && reaches(actor, thing.path) ? thing.unitId : null
    const about: [string, string] | undefined = route.about && id !== undefined ? [route.about, id] : undefined
    await parts.db.write([recordRefusal(actor, { act: route.change, unitId, ...(about ? { about } : {}) }, error, parts.now())])
  } catch (cause) {
    parts.log('error', 'api.not_recorded', { route: route.name, cause: causeOf(cause) })
  }
}

async function thingOf({ about }: Route, { db }: ApiParts, id: string): Promise<{ unitId: string; path: string } | undefined> {
  if (about === 'officer') return findSeat(db, id)
  if (about === 'unit') {
    const unit = (await findTreeUnits(db, [id])).get(id)
    return unit && { unitId: unit.id, path: unit.path }
  }
  if (about === 'broadcast') return findBroadcast(db, Number(id))
  return about === 'campaign' ? findCampaign(db, id) : undefined
}

function failed(c: Context, { log, texts }: ApiParts, route: Route, error: unknown, visit: Visit): Response {
  log('error', 'api.failed', { route: route.name, token: visit.actor?.token.id, cause: causeOf(error, visit.said) })
  return c.json({ error: { code: 'internal', message: texts.render({ key: 'api.internal' }, localeOf(c)) } }, 500)
}
