/**
 * What other systems may ask for: the OpenAPI document as a page, for whoever connects one. It is made of the document
 * itself, so that the two cannot say different things.
 */
import * as z from 'zod'
import { documentOf } from '../api/openapi.ts'
import { Card } from './kit/card.tsx'
import { Table } from './kit/list.tsx'
import type { Page, Visit } from './page.ts'

export const apiDocs: readonly Page[] = [{ method: 'get', path: '/api', act: null, handle: async (visit) => show(visit) }]

const schemaSchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  $ref: z.string().optional(),
})
const operationSchema = z.object({
  summary: z.string(),
  description: z.string().optional(),
  'x-roles': z.array(z.string()).optional(),
  'x-scopes': z.array(z.string()).optional(),
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), required: z.boolean().optional(), schema: schemaSchema.optional() }))
    .default([]),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.object({ description: z.string() })),
})
const documentSchema = z.object({
  info: z.object({ title: z.string(), description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
})
type Operation = z.output<typeof operationSchema>

function show(visit: Visit): Response {
  const { t, parts, locale } = visit
  const { info, paths } = documentSchema.parse(JSON.parse(documentOf(parts.texts, locale)))
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  return visit.show(
    { title: t('console.nav_api'), help: 'api' },
    <>
      <Card title={info.title}>
        <p>{info.description}</p>
        <p class="mb-0">
          <a href="/api/openapi.json">{t('console.api_document')}</a>
        </p>
      </Card>
      {routes.map(({ path, method, operation }) => (
        <Route visit={visit} path={path} method={method} operation={operation} />
      ))}
    </>,
  )
}

function Route({ visit, path, method, operation }: { visit: Visit; path: string; method: string; operation: Operation }) {
  const { t } = visit
  const { summary, description, parameters, requestBody, responses } = operation
  return (
    <Card title={`${method.toUpperCase()} ${path}`}>
      <p>{summary}</p>
      {description ? <p>{description}</p> : null}
      <p class="text-secondary">
        {t('console.api_rights', {
          roles: operation['x-roles']?.map((role) => t(`console.role_${role}`)).join(', ') ?? t('console.api_any'),
          scopes: operation['x-scopes']?.join(', ') || t('console.api_no_token'),
        })}
      </p>
      {parameters.length > 0 ? (
        <Table
          visit={visit}
          caption={t('console.api_parameters')}
          rows={parameters}
          columns={[
            { label: t('console.api_parameter'), cell: ({ name, required }) => <code>{required ? name : `${name}?`}</code> },
            { label: t('console.api_where'), cell: ({ in: where }) => where },
            {
              label: t('console.api_kind'),
              cell: ({ schema }) => (schema?.enum ? schema.enum.join(' | ') : [schema?.type ?? schema?.$ref ?? ''].flat().join(' | ')),
            },
          ]}
        />
      ) : null}
      {requestBody ? (
        <details class="mt-2">
          <summary>{t('console.api_body')}</summary>
          <pre tabindex={0}>{JSON.stringify(requestBody, null, 2)}</pre>
        </details>
      ) : null}
      <p class="mb-0 mt-2">
        {Object.entries(responses)
          .map(([status, { description: text }]) => `${status}: ${text}`)
          .join(' · ')}
      </p>
    </Card>
  )
}
