/**
 * GET /api/openapi.json: the document of the table, made of the very schemas that parse what comes in and describe what
 * goes out. Its sentences are in the language that is asked for.
 */
import * as z from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import type { Texts } from '../../content/index.ts'
import { audienceSchema, contentSchema } from '../campaign.ts'
import type { Locale } from '../chat.ts'
import { planSchema } from '../plan.ts'
import { ACTS, BY_TOKEN, TOKEN_SCOPES } from '../rights.ts'
import { auditSchema } from './audit.ts'
import { broadcastSchema, resultSchema } from './broadcasts.ts'
import { campaignSchema } from './campaigns.ts'
import { countsSchema } from './counts.ts'
import { officerSchema } from './officers.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes.ts'
import { unitSchema } from './units.ts'

const errorSchema = z.object({
  error: z.object({
    code: z.enum(['invalid', 'unauthorized', 'forbidden', 'not_found', 'conflict', 'too_large', 'too_many', 'unavailable', 'internal']),
    message: z.string(),
    fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
})

const made = new Map<Locale, string>()

/** The document as JSON, made once. */
export function documentOf(texts: Texts, locale: Locale): string {
  const known = made.get(locale) ?? JSON.stringify(makeDocument((key) => texts.render({ key }, locale)))
  made.set(locale, known)
  return known
}

function makeDocument(say: (key: string) => string) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const route of ROUTES) {
    const path = `/api/v1${route.path.replace(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method]: operationOf(route, say) }
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: say('api.doc_title'), version: '1', description: say('api.doc_about') },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths: paths as ZodOpenApiPathsObject,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: say('api.doc_token') } },
      schemas: {
        Content: contentSchema,
        Audience: audienceSchema,
        Plan: planSchema,
        Campaign: campaignSchema,
        Counts: countsSchema,
        Broadcast: broadcastSchema,
        Result: resultSchema,
        Unit: unitSchema,
        Officer: officerSchema,
        AuditRow: auditSchema,
        Error: errorSchema,
      },
    },
  })
}

function operationOf(route: Route, say: (key: string) => string): ZodOpenApiOperationObject {
  const { name, act, params, query, body, file, answer, stream, download, status = 200, never } = route
  const types = download ?? [stream ? 'text/event-stream' : 'application/json']
  const content = Object.fromEntries(types.map((type) => [type, { schema: answer }]))
  return {
    operationId: name,
    tags: [route.path.split('/')[1] ?? ''],
    summary: say(`api.r_${name}`),
    ...(never ? { description: say(never) } : {}),
    ...(act === null
      ? {}
      : { 'x-act': act, 'x-roles': [...ACTS[act]], 'x-scopes': TOKEN_SCOPES.filter((scope) => BY_TOKEN[scope].includes(act)) }),
    requestParams: { ...(params ? { path: params } : {}), ...(query ? { query } : {}) },
    ...(body ? { requestBody: { required: !body.safeParse({}).success, content: { 'application/json': { schema: body } } } } : {}),
    ...(file ? { requestBody: { required: true, content: Object.fromEntries(file.types.map((type) => [type, {}])) } } : {}),
    responses: {
      ...(never ? {} : { [status]: { description: say('api.doc_ok'), content } }),
      ...Object.fromEntries(
        refusalsOf(route).map((code) => [
          code,
          { description: say(`api.doc_${code}`), content: { 'application/json': { schema: errorSchema } } },
        ]),
      ),
    },
  }
}

/** Which refusals a route has. */
function refusalsOf({ act, params, query, body, file, change, never }: Route): string[] {
  return [
    ...(query || body || file ? ['400'] : []),
    '401',
    ...(act === null ? [] : ['403']),
    ...(params || query || body ? ['404'] : []),
    ...(change && !never ? ['409'] : []),
    ...(body || file ? ['413'] : []),
    '429',
  ]
}
