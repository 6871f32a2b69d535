/**
 * The part of Telegram's Update that this product reads, and nothing more: everything else a person's phone sends
 * along (names, languages, entities) is dropped here and never reaches the engine. Field names are Telegram's own
 * (core.telegram.org/bots/api#update). Ids must be safe integers: a rounded id would be somebody else's.
 */
import * as z from 'zod'
import { AppError } from '../../errors.ts'

/** What we ask Telegram to send, over the webhook and over getUpdates. Everything else is ignored if it comes. */
export const ALLOWED_UPDATES = ['message', 'callback_query', 'my_chat_member'] as const

// {"update_id":735800101,"message":{"message_id":401,"from":{"id":5012345601,"is_bot":false,"first_name":"…"},
//   "chat":{"id":5012345601,"type":"private"},"date":1795000000,"text":"/start CT-2611"}}
// {"update_id":735800102,"callback_query":{"id":"2152…","from":{…},"message":{"message_id":402,"chat":{…}},"data":"find:open:a1.2"}}
const id = z.int()
const user = z.object({ id, is_bot: z.boolean().optional() })
const chat = z.object({ id, type: z.string() })
const fileId = z.string().min(1).max(512)
const present = z.unknown().optional()

const message = z.object({
  chat,
  from: user.optional(),
  date: z.number().optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  photo: z.array(z.object({ file_id: fileId, width: z.number(), height: z.number() })).optional(),
  document: z.object({ file_id: fileId, mime_type: z.string().optional() }).optional(),
  location: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).optional(),
  venue: z.object({ title: z.string() }).optional(),
  reply_to_message: z.object({ from: user.optional() }).optional(),
  contact: present,
  sticker: present,
  voice: present,
  audio: present,
  animation: present,
  video: present,
  video_note: present,
  story: present,
  poll: present,
  dice: present,
  game: present,
  checklist: present,
  paid_media: present,
})

const update = z.object({
  update_id: id,
  message: message.optional(),
  callback_query: z
    .object({ id: z.string().min(1), from: user, data: z.string().optional(), message: z.object({ chat }).optional() })
    .optional(),
  my_chat_member: z.object({ chat, date: z.number().optional(), new_chat_member: z.object({ status: z.string() }) }).optional(),
})

export type TelegramMessage = z.infer<typeof message>
export type TelegramUpdate = z.infer<typeof update>

/** Throws AppError `invalid` when this is not an update of Telegram's. */
export function parseUpdate(value: unknown): TelegramUpdate {
  const parsed = update.safeParse(value)
  if (!parsed.success) throw new AppError('invalid', 'The body is not a Telegram update.')
  return parsed.data
}
