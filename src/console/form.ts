/**
 * What a browser posts: read with a ceiling, checked for where it comes from, parsed by a schema. What is wrong comes
 * back field by field with all that was typed, so that nothing is lost.
 */
import type { Context } from 'hono'
import type * as z from 'zod'
import { readBytes, readStart } from '../body.ts'
import type { Text } from '../chat.ts'
import { AppError } from '../errors.ts'
import { beforeFiles, HEAD_MOST, hasManyParts } from '../multipart.ts'
import type { Posted, Typed, Wrong } from './page.ts'

const MOST = 256 * 1024
/** More is no form of ours. */
const MOST_FIELDS = 2_000
/** Of a form with photos: its fields and many more files than are taken, which has a sentence of its own. */
const MOST_PARTS = 100
/** A body that is too long is read on for so many times its ceiling, so that the browser gets to its answer. */
const DRAIN = 8

/** `broken`: its files were too large together, too many, or broke off; what was typed before them is there. */
export type Form = { typed: Typed; files: Map<string, File[]>; broken?: Text }

/** What a page says of its form. */
type Shape = { most?: number | undefined; uploads?: true | undefined }

export const NO_FORM: Form = { typed: {}, files: new Map() }

/** Names that end with `[]` are lists. Throws AppError `invalid`, `too_large`. */
export async function readForm(c: Context, { most = MOST, uploads }: Shape = {}): Promise<Form> {
  const type = c.req.header('content-type') ?? ''
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i.test(type)) throw new AppError('invalid', 'console.not_a_form')
  if (uploads && /^multipart/i.test(type)) return readUploads(c.req.raw, type, most)
  const bytes = await readBytes(c.req.raw, most).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'too_large' ? new AppError('too_large', 'console.form_too_large') : error
  })
  return fieldsOf(await parse(new Uint8Array(bytes), type))
}

/** Nothing that was typed is lost with the files it came with. */
async function readUploads(request: Request, type: string, most: number): Promise<Form> {
  const { bytes, whole } = await readStart(request, { most, head: HEAD_MOST, drain: DRAIN * most }).catch((cause: unknown) => {
    // Its sender hung up: nobody is there to be told, and it is no failure of ours.
    throw new AppError('invalid', 'console.not_a_form', { cause })
  })
  const many = whole && hasManyParts(bytes, type, MOST_PARTS)
  const data = whole && !many ? await parse(bytes, type).catch(() => undefined) : undefined
  if (data) return fieldsOf(data)
  const form = fieldsOf(await parse(beforeFiles(bytes, type), type))
  if (!whole) return { ...form, broken: { key: 'case.photos_too_large', params: { most: most / 1024 / 1024 } } }
  return { ...form, broken: { key: many ? 'case.photos_too_many' : 'case.photos_cut' } }
}

function parse(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<FormData> {
  return new Response(bytes, { headers: { 'content-type': type } }).formData().catch((cause: unknown) => {
    throw new AppError('invalid', 'console.not_a_form', { cause })
  })
}

function fieldsOf(data: FormData): Form {
  const typed: Typed = {}
  const files = new Map<string, File[]>()
  let fields = 0
  for (const [name, value] of data.entries()) {
    if (++fields > MOST_FIELDS) throw new AppError('invalid', 'console.not_a_form')
    if (typeof value !== 'string') files.set(name, [...(files.get(name) ?? []), value])
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
