/**
 * Zalo's events as inbound messages (zalo.md §3.4). Read loosely: only `event_name` is certain, and an event we do not
 * know must still get its 200, or Zalo takes the webhook away. Echoes of our own sends are dropped, or the bot would
 * answer itself.
 */
import * as z from 'zod'
import type { Attachment, Inbound, InboundEvent, InboundMessage } from '../../chat.ts'
import { AppError } from '../../errors.ts'
import { cleanText, parsePayload } from '../../text.ts'
import { attachmentsOf, isSentByPerson } from './attachments.ts'

const id = z.union([z.string().min(1).max(128), z.int().transform(String)])
const maybeId = id.optional().catch(undefined)
const party = z.object({ id: maybeId, admin_id: maybeId }).optional().catch(undefined)

/*
{ "app_id": "360846524940903967", "user_id_by_app": "552177279717587730",
  "sender": {"id": "<user>"}, "recipient": {"id": "<oa>"}, "event_name": "user_send_text",
  "message": {"text": "...", "msg_id": "..."}, "timestamp": "1543908534740" }
*/
const shape = z.object({
  event_name: z.string().min(1).max(128),
  // an app id of a wrong type is not ours either
  app_id: id.optional().catch(''),
  oa_id: maybeId,
  user_id: maybeId,
  timestamp: z.union([z.string(), z.number()]).optional().catch(undefined),
  sender: party,
  recipient: party,
  follower: party,
  message: z
    .object({
      text: z.string().optional().catch(undefined),
      msg_id: maybeId,
      attachments: z
        .array(z.object({ type: z.string().catch(''), payload: z.record(z.string(), z.unknown()).catch({}) }))
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
})

export type ZaloEvent = z.infer<typeof shape>

/** Throws AppError `invalid` when the value is no event at all. */
export function readEvent(value: unknown): ZaloEvent {
  const result = shape.safeParse(value)
  if (!result.success) throw new AppError('invalid', 'The body is not a Zalo event.')
  return result.data
}

// group, anonymous and template sends have other parties at both ends
const OFFICIAL_SENDS: ReadonlySet<string> = new Set(['text', 'image', 'gif', 'list', 'file', 'sticker'].map((what) => `oa_send_${what}`))

/** The OA an event speaks of, where the event says it: receiver of what people send, sender of what it sends itself. */
export function officialAccountOf(event: ZaloEvent): string | undefined {
  if (event.oa_id !== undefined) return event.oa_id
  if (isSentByPerson(event.event_name)) return event.recipient?.id
  if (OFFICIAL_SENDS.has(event.event_name)) return event.sender?.id
  return undefined
}

/** Milliseconds of a timestamp. Live ones have 13 digits; a shorter one (the docs show 12) has lost its last digits. */
export function timeOf(timestamp: string | number | undefined): number | undefined {
  const digits = String(timestamp ?? '')
  return /^\d{10,13}$/.test(digits) ? Number(digits.padEnd(13, '0')) : undefined
}

/** What the event means to us; none for echoes, receipts, forms we never ask for and everything unknown. */
export function inboundOf(event: ZaloEvent, at: Date): Inbound[] {
  const name = event.event_name
  if (isSentByPerson(name)) return said(event, at, event.sender?.id, event.message?.text ?? '', attachmentsOf(name, event.message))
  // `admin_id` stands there when a person answered from the OA's own inbox (zalo.md §3.3)
  if (OFFICIAL_SENDS.has(name)) return event.sender?.admin_id === undefined ? [] : happened(event, at, event.recipient?.id, 'officer_spoke')
  switch (name) {
    case 'follow':
    case 'unfollow':
      return happened(event, at, event.follower?.id, name)
    case 'user_withdraw':
      return happened(event, at, event.user_id ?? event.sender?.id, 'withdraw')
    case 'user_click_chatnow':
      return said(event, at, event.user_id ?? event.sender?.id, 'menu', [])
    default:
      return []
  }
}

function said(event: ZaloEvent, at: Date, address: string | undefined, raw: string, attachments: Attachment[]): InboundMessage[] {
  if (address === undefined) return []
  const typed = WITHOUT_WORDS.has(event.event_name) ? '' : cleanText(raw)
  // a tap on a button arrives as a text equal to its payload (zalo.md §1.3); `#` is what the console's filter asks for
  const payload = event.event_name === 'user_send_text' ? typed.replace(/^#/, '') : undefined
  const tapped = parsePayload(payload) !== undefined
  return [
    {
      kind: 'message',
      channel: 'zalo',
      id: keyOf(event, address),
      address,
      at,
      text: tapped ? '' : typed,
      ...(tapped && payload !== undefined ? { payload } : {}),
      attachments,
      group: false,
    },
  ]
}

// the text of these is a place's title, a sticker's name or a third person's phone number, not what the person says
const WITHOUT_WORDS: ReadonlySet<string> = new Set(['user_send_location', 'user_send_sticker', 'user_send_business_card'])

function happened(event: ZaloEvent, at: Date, address: string | undefined, what: InboundEvent['event']): InboundEvent[] {
  return address === undefined ? [] : [{ kind: 'event', channel: 'zalo', id: keyOf(event, address), address, at, event: what }]
}

/** What dedupe counts by: Zalo delivers at least once, for up to an hour (zalo.md §3.1). */
function keyOf(event: ZaloEvent, address: string): string {
  return event.message?.msg_id ?? `${event.event_name}:${address}:${event.timestamp ?? ''}`
}
