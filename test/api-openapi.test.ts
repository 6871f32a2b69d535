/**
 * The document says what the routes do: it lists each of them, its references lead somewhere, and what is answered has
 * the shape it promises.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ROUTES } from '../src/api/routes.ts'
import { type ApiDesk, openApiDesk } from './api-desk.ts'

type Schema = Record<string, unknown>
type Operation = {
  operationId: string
  summary: string
  parameters?: Array<{ name: string; in: string; required?: boolean; schema: Schema }>
  requestBody?: { required?: boolean; content: Record<string, { schema?: Schema }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>
}
type Document = {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> }
  security: unknown[]
}

let desk: ApiDesk
let document: Document
beforeEach(async () => {
  desk = await openApiDesk()
  document = (await (await desk.product.app.request('/api/openapi.json')).json()) as Document
})
afterEach(() => desk.close())

const at = (path: string) => `/api/v1${path.replace(/:(\w+)/g, '{$1}')}`

describe('the document', () => {
  test('needs no token, and is in the language that is asked for', async () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.security).toEqual([{ token: [] }])
    expect(document.components.securitySchemes).toMatchObject({ token: { type: 'http', scheme: 'bearer' } })
    const english = await desk.product.app.request('/api/openapi.json', { headers: { 'accept-language': 'en' } })
    expect(((await english.json()) as Document).paths['/api/v1/me']?.get?.summary).toContain('Whose token')
    expect(document.paths['/api/v1/me']?.get?.summary).toContain('Mã truy cập này của ai')
  })

  test('lists every route and no other', () => {
    const listed = Object.entries(document.paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`))
    expect(listed.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${at(path)}`).sort())
    const names = Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId))
    expect(new Set(names).size).toBe(names.length)
  })

  test('every reference leads somewhere, every parameter of a path is described, every operation has its answers', () => {
    const text = JSON.stringify(document)
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(document.components.schemas).toHaveProperty(name)
    expect(text).not.toMatch(/__schema|ZOD_OPENAPI/)
    for (const { method, path, act, never, status = 200 } of ROUTES) {
      const operation = document.paths[at(path)]?.[method] as Operation
      const needed = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
      const described = (operation.parameters ?? []).filter((one) => one.in === 'path')
      expect(described.map(({ name, required }) => [name, required])).toEqual(needed.map((name) => [name, true]))
      expect(operation.summary).not.toBe('')
      expect(Object.keys(operation.responses)).toEqual(
        expect.arrayContaining(['401', '429', ...(act ? ['403'] : []), ...(never ? [] : [String(status)])]),
      )
      if (never) expect(Object.keys(operation.responses).some((code) => code.startsWith('2'))).toBe(false)
    }
  })

  test('limits of what is written stand in it', () => {
    const add = document.paths['/api/v1/campaigns']?.post
    const body = add?.requestBody?.content['application/json']?.schema as {
      properties: Record<string, Schema>
      required: string[]
      additionalProperties: boolean
    }
    expect(add?.requestBody?.required).toBe(true)
    expect(body.additionalProperties).toBe(false)
    expect(body.required).toEqual(['unitId', 'title', 'content', 'audience', 'plan'])
    expect(body.properties.title).toMatchObject({ type: 'string', minLength: 1, maxLength: 120 })
    const content = document.components.schemas.Content as { properties: Record<string, unknown>; additionalProperties: boolean }
    expect(content.additionalProperties).toBe(false)
    expect(JSON.stringify(content.properties.vi)).toContain('"maxLength":1500')
    const limit = document.paths['/api/v1/units']?.get?.parameters?.find(({ name }) => name === 'limit')
    expect(limit).toMatchObject({ in: 'query', schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } })
    expect(Object.keys(document.paths['/api/v1/images']?.post?.requestBody?.content ?? {})).toEqual(['image/jpeg', 'image/png'])
    expect(Object.keys(document.paths['/api/v1/broadcasts/{id}/events']?.get?.responses['200']?.content ?? {})).toEqual([
      'text/event-stream',
    ])
  })
})
