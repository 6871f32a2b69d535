/**
 * Reads one update of the Zalo Bot Platform into an inbound message. Live webhooks are flat, the documentation and
 * getUpdates wrap the same thing in `{ok, result}` (zalo.md §5): both are taken. Only what we act on is checked, so
 * that a new field or a new event never costs a person an answer.
 *
 *   { "event_name": "message.text.received",
 *     "message": { "message_id": "2d…", "date": 1789033572455, "text": "…",
 *                  "chat": { "id": "6e…", "chat_type": "PRIVATE" }, "from": { "id": "6e…", "is_bot": false } } }
 */
import * as z from 'zod'
import type { Attachment, Inbound } from '../../chat.ts'
import { AppError } from '../../errors.ts'
import { cleanText, parsePayload } from '../../text.ts'

// Live ids are 20 hex digits; anything printable without spaces is let through
const idSchema = z.union([z.string(), z.number().transform(String)]).pipe(z.string().regex(/^[!-~]{1,128}$/))
const wordsSchema = z.string().optional().catch(undefined)

const eventSchema = z.object({ event_name: z.string().min(1).max(100), message: z.unknown().optional() })
const wrappedSchema = z.object({ ok: z.literal(true), result: eventSchema })

const messageSchema = z.object({
  message_id: idSchema.optional().catch(undefined),
  date: z.coerce.number().positive().optional().catch(undefined),
  chat: z.object({ id: idSchema, chat_type: wordsSchema }),
  from: z
    .object({ is_bot: z.boolean().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  text: wordsSchema,
  caption: wordsSchema,
  photo_url: wordsSchema,
  photo: wordsSchema,
  url: wordsSchema,
  link: z.object({ url: wordsSchema }).optional().catch(undefined),
})
type Message = z.infer<typeof messageSchema>
type Content = { text: string; attachments: Attachment[] }

const MAX_REF = 2_000
const NO_CONTENT = 'message.unsupported.received'

/** One update → at most one message. Throws AppError `invalid` when it is not this platform's shape. */
export function readUpdate(body: Record<string, unknown>, now: Date): Inbound[] {
  const event = eventSchema.safeParse(body).data ?? wrappedSchema.safeParse(body).data?.result
  if (!event) throw new AppError('invalid', 'The body is not a Zalo Bot update.')
  const read = readers.get(event.event_name)
  if (!read) return []
  const message = messageSchema.safeParse(event.message).data
  if (!message) {
    // Protected accounts and some group events come without anything to answer to
    if (event.event_name === NO_CONTENT) return []
    throw new AppError('invalid', 'The Zalo Bot update carries no message.')
  }
  // Two bots answering each other in a group would never end
  if (message.from?.is_bot === true) return []
  const { text, attachments } = read(message)
  const at = dateOf(message.date) ?? now
  const address = message.chat.id
  return [
    {
      kind: 'message',
      channel: 'zalo-bot',
      id: message.message_id ?? `${event.event_name}:${address}:${at.getTime()}`,
      address,
      at,
      text,
      ...(parsePayload(text) ? { payload: text } : {}),
      attachments,
      // In a group the platform passes on only replies to the bot and @mentions of it
      group: message.chat.chat_type === 'GROUP',
    },
  ]
}

/** A reaction needs no answer and is unknown here on purpose, like every event that may come later. */
const readers = new Map<string, (message: Message) => Content>([
  ['message.text.received', ({ text }) => (text === undefined ? unsupported('unknown') : { text: cleanText(text), attachments: [] })],
  ['message.image.received', (message) => ({ text: cleanText(message.caption ?? ''), attachments: [pictureOf(message)] })],
  ['message.sticker.received', () => unsupported('sticker')],
  ['message.voice.received', () => unsupported('voice')],
  ['message.link.received', linkOf],
  [NO_CONTENT, () => unsupported('unknown')],
])

function linkOf(message: Message): Content {
  const text = cleanText(message.text || message.link?.url || message.url || message.caption || '')
  return text === '' ? unsupported('link') : { text, attachments: [] }
}

function unsupported(what: Extract<Attachment, { kind: 'unsupported' }>['what']): Content {
  return { text: '', attachments: [{ kind: 'unsupported', what }] }
}

function pictureOf({ photo_url, photo }: Message): Attachment {
  const ref = photo_url || photo
  if (ref === undefined || ref.length > MAX_REF || !/^https?:\/\//i.test(ref)) return { kind: 'unsupported', what: 'unknown' }
  return { kind: 'photo', ref }
}

/** Milliseconds, unlike the platform it is modelled on. */
function dateOf(date: number | undefined): Date | undefined {
  const at = new Date(date ?? Number.NaN)
  return Number.isNaN(at.getTime()) ? undefined : at
}
