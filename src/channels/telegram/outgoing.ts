/**
 * One OutboundMessage → one call of the Bot API, in plain text: no parse mode, so no name or question can break the
 * formatting. A picture with more text than a caption holds goes as a large preview above the text, so that a part
 * stays one call and a retry never repeats half of it.
 */
import { type Api, InputFile } from 'grammy'
import type { OutboundMessage, RenderedButton } from '../../chat.ts'
import { SendError } from '../../errors.ts'
import type { Call } from './api.ts'

/** Characters under a photo or a file (core.telegram.org/bots/api#sendphoto). */
const CAPTION = 1024
/** A longer label is cut by a phone's screen when two stand in a row. */
const HALF_ROW = 18

type Keyboard = { reply_markup?: { inline_keyboard: ({ text: string; callback_data: string } | { text: string; url: string })[][] } }

/** Returns Telegram's message id. Throws what grammY throws. A file is uploaded by grammY, all else goes by the cheap call. */
export async function sendOne(call: Call, api: Api, message: OutboundMessage): Promise<string> {
  const { address, text, document } = message
  if (document !== undefined) {
    if (text.length > CAPTION) throw new SendError('refused', 'telegram_caption_too_long')
    const file = new InputFile(new TextEncoder().encode(document.text), fileName(document.name))
    return idOf(await api.sendDocument(address, file, { ...captionOf(text), ...othersOf(message) }))
  }
  const image = message.image?.startsWith('https://') === true ? message.image : undefined
  const method = image !== undefined && text.length <= CAPTION ? 'sendPhoto' : 'sendMessage'
  // The address first, before what is the same to everybody.
  return idOf(await call(method, `{"chat_id":${JSON.stringify(address)},${restOf(message, image, method)}`, message.bulk))
}

type Rest = { text: string; image: string | undefined; paid: boolean; json: string }

/** What goes to everybody of a broadcast is one list of buttons and one text: written once, not for each of them. */
const rests = new WeakMap<RenderedButton[], Rest>()

/** All parameters but the address, as the end of a JSON object. */
function restOf(message: OutboundMessage, image: string | undefined, method: 'sendPhoto' | 'sendMessage'): string {
  const { text, buttons, paid = false } = message
  const known = rests.get(buttons)
  if (known && known.text === text && known.image === image && known.paid === paid) return known.json
  const preview = image === undefined ? { is_disabled: true } : { url: image, prefer_large_media: true, show_above_text: true }
  const own = method === 'sendPhoto' ? { photo: image, ...captionOf(text) } : { text, link_preview_options: preview }
  const json = JSON.stringify({ ...own, ...othersOf(message) }).slice(1)
  rests.set(buttons, { text, image, paid, json })
  return json
}

function idOf(result: unknown): string {
  const id = typeof result === 'object' && result !== null && 'message_id' in result ? result.message_id : undefined
  // Said to be sent, by an answer that names no message: nobody knows, so the outcome is `unknown`.
  if (typeof id !== 'number') throw new Error('The answer names no message.')
  return String(id)
}

function captionOf(text: string): { caption?: string } {
  return text === '' ? {} : { caption: text }
}

function othersOf({ buttons, paid }: OutboundMessage): Keyboard & { allow_paid_broadcast?: true } {
  return { ...keyboardOf(buttons), ...(paid === true ? { allow_paid_broadcast: true } : {}) }
}

function keyboardOf(buttons: RenderedButton[]): Keyboard {
  if (buttons.length === 0) return {}
  const perRow = buttons.some((button) => [...button.label].length > HALF_ROW) ? 1 : 2
  const keys = buttons.map((button) =>
    'payload' in button ? { text: button.label, callback_data: button.payload } : { text: button.label, url: button.url },
  )
  const rows = Array.from({ length: Math.ceil(keys.length / perRow) }, (_, row) => keys.slice(row * perRow, (row + 1) * perRow))
  return { reply_markup: { inline_keyboard: rows } }
}

/** The name stands unquoted in the multipart header: letters of any script, digits, dot, dash and underscore only. */
function fileName(name: string): string {
  const clean = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '_')
    .slice(0, 100)
  return clean === '' ? 'file.txt' : clean
}
