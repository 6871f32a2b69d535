/**
 * How the API says no: one shape for every refusal, a sentence in the caller's language, never a cause. Which field is
 * wrong is said by our own sentences: what zod says is English and may quote what was sent.
 */
import type * as z from 'zod'
import type { Texts } from '../../content/index.ts'
import type { Locale, Text } from '../chat.ts'
import { AppError, type AppErrorCode } from '../errors.ts'

export type WrongField = { path: string; text: Text }

/** An AppError with what an answer needs besides: wrong fields, seconds to wait. */
export class Refusal extends AppError {
  readonly fields: readonly WrongField[]
  readonly retryAfter: number | undefined
  constructor(code: AppErrorCode, key: string, { fields = [], retryAfter }: { fields?: WrongField[]; retryAfter?: number } = {}) {
    super(code, key)
    this.fields = fields
    this.retryAfter = retryAfter
  }
}

export type ErrorBody = { error: { code: string; message: string; fields?: Array<{ path: string; message: string }> } }

export function bodyOfError(error: AppError, { render, has }: Texts, locale: Locale): ErrorBody {
  const key = /^[a-z]+\.[a-z_]+$/.test(error.message) && has(error.message) ? error.message : (BY_CODE[error.code] ?? 'api.invalid')
  const fields = error instanceof Refusal ? error.fields.map(({ path, text }) => ({ path, message: render(text, locale) })) : []
  return { error: { code: error.code, message: render({ key }, locale), ...(fields.length > 0 ? { fields } : {}) } }
}

const BY_CODE: Partial<Record<AppErrorCode, string>> = {
  unauthorized: 'api.unauthorized',
  forbidden: 'desk.forbidden',
  not_found: 'api.not_found',
  conflict: 'desk.conflict',
  too_large: 'api.too_large',
  too_many: 'api.too_many',
  unavailable: 'api.internal',
}

const FIELDS = 20
const PATH = 120

/** What a schema found wrong, as fields. @param value what was parsed */
export function wrongFields(error: z.ZodError, value: unknown): WrongField[] {
  return error.issues
    .flatMap((issue): WrongField[] => {
      const path = issue.path.map(String)
      if (issue.code !== 'unrecognized_keys') return [{ path: nameOf(path), text: sentenceOf(issue, value) }]
      return issue.keys.map((key) => ({ path: nameOf([...path, key]), text: { key: 'api.field_unknown' } }))
    })
    .slice(0, FIELDS)
}

const nameOf = (path: string[]) => path.join('.').slice(0, PATH)

function sentenceOf(issue: z.core.$ZodIssue, value: unknown): Text {
  switch (issue.code) {
    case 'invalid_type':
      return { key: isThere(value, issue.path) ? 'api.field_kind' : 'api.field_missing' }
    case 'too_small':
      return { key: 'api.field_small', params: { least: String(issue.minimum) } }
    case 'too_big':
      return { key: 'api.field_big', params: { most: String(issue.maximum) } }
    case 'invalid_value':
    case 'invalid_union':
      return { key: isThere(value, issue.path) ? 'api.field_choice' : 'api.field_missing' }
    default:
      return { key: 'api.field_form' }
  }
}

function isThere(value: unknown, path: PropertyKey[]): boolean {
  let at = value
  for (const step of path) at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined
  return at !== undefined
}
