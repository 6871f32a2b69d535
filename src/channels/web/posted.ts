/**
 * One message as the page posts it: JSON, or a form with photos. Read with a ceiling while it comes in, so that nobody
 * fills our memory. Errors name a text key: the visitor reads it.
 */
import * as z from 'zod'
import { readBytes } from '../../body.ts'
import { AppError } from '../../errors.ts'
import { hasManyParts } from '../../multipart.ts'
import { cleanText } from '../../text.ts'
import { type Work, workSchema } from './work.ts'

const MAX_JSON = 64 * 1024
const MAX_FORM = 32 * 1024 * 1024
const MAX_PHOTO = 10 * 1024 * 1024
const MAX_PHOTOS = 10
/** Id, text, more photos than are taken (that has a sentence of its own), the end. */
const MAX_PARTS = 64

export type Posted = {
  id: string
  text: string
  payload?: string
  /** What the tapped button said; shown in the visitor's own history, never acted on. */
  label?: string
  start?: string
  location?: { latitude: number; longitude: number }
  /** Sent along with a report. */
  work?: Work
  photos: Uint8Array[]
}

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)
const text = z.string().max(MAX_JSON).transform(cleanText)
const work = workSchema.optional()
const label = z
  .string()
  .max(400)
  .transform((value) => cleanText(value).slice(0, 200))
  .optional()

// {"id":"m1","text":"đố vui"} · {"id":"m2","payload":"quiz:start:","label":"Đố vui"} · {"id":"m3","location":{"latitude":21.02,"longitude":105.85}}
const messageSchema = z.union([
  z.strictObject({
    id,
    text: text.refine((value) => value !== ''),
    label,
    start: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .optional(),
    work,
  }),
  z.strictObject({ id, payload: z.string().min(1).max(64), label, work }),
  z.strictObject({ id, location: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }) }),
])

const forgetSchema = z.strictObject({ id })

/** Throws AppError `invalid` or `too_large` with a text key. The caller has checked that the type is one of the two. */
export async function readPosted(request: Request): Promise<Posted> {
  if (isForm(request)) return readForm(request)
  const message = await readJson(request, messageSchema)
  return {
    id: message.id,
    text: 'text' in message ? message.text : '',
    photos: [],
    ...('payload' in message ? { payload: message.payload } : {}),
    ...('label' in message && message.label ? { label: message.label } : {}),
    ...('start' in message && message.start ? { start: message.start } : {}),
    ...('location' in message ? { location: message.location } : {}),
    ...('work' in message && message.work ? { work: message.work } : {}),
  }
}

/** The id of a wish to forget. */
export async function readForget(request: Request): Promise<string> {
  return (await readJson(request, forgetSchema)).id
}

export const isJson = (request: Request): boolean => typeOf(request) === 'application/json'
export const isForm = (request: Request): boolean => typeOf(request) === 'multipart/form-data'

async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const bytes = await readLimited(request, MAX_JSON)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new AppError('invalid', 'web.bad_message', { cause })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new AppError('invalid', 'web.bad_message')
  return parsed.data
}

async function readForm(request: Request): Promise<Posted> {
  const bytes = await readLimited(request, MAX_FORM)
  if (hasManyParts(bytes, request.headers.get('content-type') ?? '', MAX_PARTS)) throw new AppError('invalid', 'web.too_many_photos')
  let form: FormData
  try {
    form = await new Response(bytes, { headers: { 'content-type': request.headers.get('content-type') ?? '' } }).formData()
  } catch (cause) {
    throw new AppError('invalid', 'web.bad_message', { cause })
  }
  const named = id.safeParse(form.get('id'))
  const said = text.safeParse(form.get('text') ?? '')
  const files = form.getAll('photo').filter((value) => typeof value !== 'string')
  if (!named.success || !said.success || files.length === 0) throw new AppError('invalid', 'web.bad_message')
  if (files.length > MAX_PHOTOS) throw new AppError('invalid', 'web.too_many_photos')
  if (files.some(({ size }) => size > MAX_PHOTO)) throw new AppError('too_large', 'web.photo_too_large')
  return { id: named.data, text: said.data, photos: await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer()))) }
}

/** The body, with the sentence of the page when it is too large. */
async function readLimited(request: Request, max: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return (await readBytes(request, max)) as Uint8Array<ArrayBuffer>
  } catch (error) {
    throw error instanceof AppError && error.code === 'too_large' ? new AppError('too_large', 'web.too_large') : error
  }
}

function typeOf(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}
