/**
 * What a browser posts: read with a ceiling, checked for where it comes from, parsed by a schema. What is wrong comes
 * back field by field with all that was typed, so that nothing is lost.
 */
import type { Context } from 'hono'
import type * as z from 'zod'
import { readBytes } from '../body.ts'
import type { Text } from '../chat.ts'
import { AppError } from '../errors.ts'
import type { Posted, Typed, Wrong } from './page.ts'

const MOST = 256 * 1024
/** More is no form of ours. */
const MOST_FIELDS = 2_000

export type Form = { typed: Typed; files: Map<string, File> }

/** Names that end with `[]` are lists. Throws AppError `invalid`, `too_large`. */
export async function readForm(c: Context, most = MOST): Promise<Form> {
  const type = c.req.header('content-type') ?? ''
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i.test(type)) throw new AppError('invalid', 'console.not_a_form')
  const bytes = await readBytes(c.req.raw, most).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'too_large' ? new AppError('too_large', 'console.form_too_large') : error
  })
  const data = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData().catch((cause: unknown) => {
    throw new AppError('invalid', 'console.not_a_form', { cause })
  })
  const typed: Typed = {}
  const files = new Map<string, File>()
  let fields = 0
  for (const [name, value] of data.entries()) {
    if (++fields > MOST_FIELDS) throw new AppError('invalid', 'console.not_a_form')
    if (typeof value !== 'string') files.set(name, value)
    else if (name.endsWith('[]')) typed[name.slice(0, -2)] = [...listOf(typed[name.slice(0, -2)]), value]
    else typed[name] = value
  }
  return { typed: Object.assign(Object.create(null) as Typed, typed), files }
}

/** By the schema; a message of an issue that is a text key is the sentence, else it is a general one. */
export function parseForm<S extends z.ZodType>(schema: S, typed: Typed, has: (key: string) => boolean): Posted<z.output<S>> {
  const result = schema.safeParse({ ...typed })
  if (result.success) return { ok: true, data: result.data, typed }
  const wrong: Wrong = {}
  for (const issue of result.error.issues) {
    const field = String(issue.path[0] ?? '')
    wrong[field] ??= sentenceOf(issue, typed[field], has)
  }
  return { ok: false, typed, wrong }
}

function sentenceOf(issue: z.core.$ZodIssue, value: Typed[string] | undefined, has: (key: string) => boolean): Text {
  if (/^[a-z_]+\.[a-z_0-9]+$/.test(issue.message) && has(issue.message)) return { key: issue.message }
  if (issue.code === 'too_small' && issue.origin === 'string') return { key: 'console.field_needed' }
  if (issue.code === 'too_big' && issue.origin === 'string') return { key: 'console.field_long', params: { most: Number(issue.maximum) } }
  // Nothing was chosen or written: there is nothing to look over again.
  if (issue.path.length === 1 && (value === undefined || (typeof value === 'string' && value.trim() === '')))
    return { key: 'console.field_needed' }
  return { key: 'console.field_wrong' }
}

const listOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat())

/** A page of ours to go on to, or the first one: never another site's, whatever stands in the address. */
export function safeNext(next: string | undefined): string {
  const whole = next !== undefined && next.length <= 300 && !/\/\.{1,2}(\/|\?|$)/.test(next)
  return whole && /^\/console(\/[\w.~%-]+)*(\?[\w.~%&=+-]*)?$/.test(next) ? next : '/console'
}
