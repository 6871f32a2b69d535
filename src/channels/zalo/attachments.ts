/**
 * What hangs on a person's message: photos to fetch later, a place, or the name of something we cannot use, so that
 * the answer can say which (zalo.md §3.4). The loop that fetches a photo sniffs its real type; here only names speak.
 */
import type { Attachment } from '../../chat.ts'
import { cleanText } from '../../text.ts'

type Payload = Record<string, unknown>
type Message = { text?: string | undefined; attachments?: { type: string; payload: Payload }[] | undefined }

type Reader = (payloads: Payload[], message: Message | undefined) => Attachment[]

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['user_send_text', () => []],
  ['user_send_image', (payloads) => someOf(payloads.map(photo))],
  ['user_send_gif', (payloads) => someOf(payloads.map(photo))],
  ['user_send_file', (payloads) => someOf(payloads.map(file))],
  ['user_send_location', (payloads, message) => someOf(payloads.slice(0, 1).map((payload) => place(payload, message?.text)))],
  ['user_send_sticker', () => unsupported('sticker')],
  ['user_send_audio', () => unsupported('voice')],
  ['user_send_video', () => unsupported('video')],
  ['user_send_link', () => unsupported('link')],
  ['user_send_business_card', () => unsupported('contact')],
])

/** Whether the event is a message of one person to the OA. */
export function isSentByPerson(name: string): boolean {
  return readers.has(name)
}

export function attachmentsOf(name: string, message: Message | undefined): Attachment[] {
  const payloads = (message?.attachments ?? []).map((attachment) => attachment.payload)
  return readers.get(name)?.(payloads, message) ?? []
}

function someOf(attachments: Attachment[]): Attachment[] {
  return attachments.length > 0 ? attachments : unsupported('unknown')
}

function unsupported(what: Extract<Attachment, { kind: 'unsupported' }>['what']): Attachment[] {
  return [{ kind: 'unsupported', what }]
}

// {"type":"image","payload":{"thumbnail":"https://...","url":"https://..."}}
function photo(payload: Payload): Attachment {
  const { url } = payload
  if (typeof url !== 'string' || url === '' || url.length > 4096) return { kind: 'unsupported', what: 'unknown' }
  return { kind: 'photo', ref: url }
}

// {"type":"file","payload":{"url":"https://...","size":"2048","name":"anh.jpg","checksum":"<md5>","type":"jpg"}}
function file(payload: Payload): Attachment {
  const name = typeof payload.name === 'string' ? payload.name : ''
  const types = [typeof payload.type === 'string' ? payload.type : '', name.slice(name.lastIndexOf('.') + 1)]
    .map((type) => type.toLowerCase())
    .map((type) => type.replace(/^image\//, ''))
  if (types.some((type) => /^hei[cf]$/.test(type))) return { kind: 'unsupported', what: 'heic' }
  if (types.some((type) => /^(jpe?g|png|webp|gif)$/.test(type))) return photo(payload)
  return { kind: 'unsupported', what: 'file' }
}

// {"type":"location","payload":{"coordinates":{"latitude":"10.7639","longitude":"106.6563"}}}
function place(payload: Record<string, unknown>, text: string | undefined): Attachment {
  const coordinates = payload.coordinates
  if (typeof coordinates !== 'object' || coordinates === null) return { kind: 'unsupported', what: 'unknown' }
  const latitude = degrees('latitude' in coordinates ? coordinates.latitude : undefined, 90)
  const longitude = degrees('longitude' in coordinates ? coordinates.longitude : undefined, 180)
  if (latitude === undefined || longitude === undefined) return { kind: 'unsupported', what: 'unknown' }
  const title = cleanText(text ?? '')
  return { kind: 'location', latitude, longitude, ...(title === '' ? {} : { title }) }
}

function degrees(value: unknown, most: number): number | undefined {
  if ((typeof value !== 'string' || value.trim() === '') && typeof value !== 'number') return undefined
  const number = Number(value)
  return Math.abs(number) <= most ? number : undefined
}
