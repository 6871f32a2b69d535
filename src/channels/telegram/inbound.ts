/**
 * One Telegram update → what the engine understands. In a private chat everything a person sends counts; in a group
 * only words said to this bot do (a command, a mention at the start, an answer to it), so that the talk of others is
 * never read, and never their photos or places. Pure: the webhook and getUpdates share it.
 */
import type { Attachment, Inbound, InboundMessage } from '../../chat.ts'
import { cleanText } from '../../text.ts'
import type { TelegramMessage, TelegramUpdate } from './update.ts'

/** Who the bot is: the id is the number before the colon of its token, the name is learnt from getMe. */
export type Self = { id: number; name: string | null }

const COMMAND = /^(\/[A-Za-z0-9_]{1,32})(?:@(\w{1,64}))?(?=\s|$)/
const MENTION = /^@(\w{1,64})[,:]?(?=\s|$)/
const START = /^\/start(?:\s+([\s\S]+))?$/
const CODE = /^[A-Za-z0-9_-]{1,64}$/
const TITLE = 200

/** Nothing when the update is none of ours: it is acknowledged and forgotten. */
export function inboundOf(update: TelegramUpdate, self: Self, now: Date): Inbound[] {
  // Updates are numbered in order: neighbours share this prefix.
  const near = Math.floor(update.update_id / 1024).toString(36)
  return readUpdate(update, self, now).map((inbound) => ({ ...inbound, near }))
}

function readUpdate(update: TelegramUpdate, self: Self, now: Date): Inbound[] {
  if (update.message !== undefined) return messageOf(update.message, String(update.update_id), self, now)
  if (update.callback_query !== undefined) return tapOf(update.callback_query, String(update.update_id), now)
  if (update.my_chat_member !== undefined) return memberOf(update.my_chat_member, String(update.update_id), now)
  return []
}

/** Does the bot's own name decide whether this update is for it? */
export function asksForName(update: TelegramUpdate): boolean {
  const said = update.message
  if (said === undefined || !isGroup(said.chat.type)) return false
  const text = wordsOf(said)
  return COMMAND.exec(text)?.[2] !== undefined || MENTION.test(text)
}

function messageOf(said: TelegramMessage, id: string, self: Self, now: Date): Inbound[] {
  const group = isGroup(said.chat.type)
  if (said.from?.is_bot === true || !(group || said.chat.type === 'private')) return []
  const attachment = group ? undefined : attachmentOf(said)
  const words = group ? wordsToUs(said, self) : wordsOf(said).replace(COMMAND, '$1')
  if (words === undefined || (said.text === undefined && said.caption === undefined && attachment === undefined)) return []
  const base: InboundMessage = {
    kind: 'message',
    channel: 'telegram',
    id,
    address: String(said.chat.id),
    at: timeOf(said.date, now),
    text: words,
    attachments: attachment === undefined ? [] : [attachment],
    group,
  }
  const start = START.exec(words)
  if (start === null) return [base]
  return [{ ...base, text: '/start', ...(start[1] !== undefined && CODE.test(start[1]) ? { start: start[1] } : {}) }]
}

function tapOf(tap: NonNullable<TelegramUpdate['callback_query']>, id: string, now: Date): Inbound[] {
  const chat = tap.message?.chat
  if (chat === undefined || tap.data === undefined || tap.from.is_bot === true) return []
  const group = isGroup(chat.type)
  if (!(group || chat.type === 'private')) return []
  const address = String(chat.id)
  // A tap carries no time of its own: the date in it is the message's that bears the button.
  const rest = { text: '', payload: cleanText(tap.data), attachments: [], group, ack: tap.id }
  return [{ kind: 'message', channel: 'telegram', id, address, at: now, ...rest }]
}

/** Sent in a private chat only when the person blocks or unblocks the bot. */
function memberOf(change: NonNullable<TelegramUpdate['my_chat_member']>, id: string, now: Date): Inbound[] {
  if (change.chat.type !== 'private') return []
  const status = change.new_chat_member.status
  if (status !== 'kicked' && status !== 'member') return []
  const event = status === 'kicked' ? 'blocked' : 'unblocked'
  return [{ kind: 'event', channel: 'telegram', id, address: String(change.chat.id), at: timeOf(change.date, now), event }]
}

function isGroup(type: string): boolean {
  return type === 'group' || type === 'supergroup'
}

function wordsOf(said: TelegramMessage): string {
  return cleanText(said.text ?? said.caption ?? '')
}

/** The words without the bot's name, or undefined when they were said to somebody else. */
function wordsToUs(said: TelegramMessage, self: Self): string | undefined {
  if (said.text === undefined && said.caption === undefined) return undefined
  const text = wordsOf(said)
  const command = COMMAND.exec(text)
  if (command !== null) return command[2] === undefined || isOurs(command[2], self) ? text.replace(COMMAND, '$1') : undefined
  const mention = MENTION.exec(text)
  if (mention !== null && isOurs(mention[1], self)) return text.slice(mention[0].length).trim()
  return said.reply_to_message?.from?.id === self.id ? text : undefined
}

function isOurs(name: string | undefined, self: Self): boolean {
  return self.name !== null && name?.toLowerCase() === self.name.toLowerCase()
}

function attachmentOf(said: TelegramMessage): Attachment | undefined {
  if (said.photo !== undefined) {
    const [largest] = said.photo.toSorted((a, b) => b.width * b.height - a.width * a.height)
    if (largest !== undefined) return { kind: 'photo', ref: largest.file_id }
  }
  if (said.location !== undefined) {
    const title = cleanText(said.venue?.title ?? '').slice(0, TITLE)
    const { latitude, longitude } = said.location
    return { kind: 'location', latitude, longitude, ...(title === '' ? {} : { title }) }
  }
  // An animation also bears `document`, for older bots: it is looked at first.
  if (said.animation !== undefined || said.video !== undefined || said.video_note !== undefined) return unsupported('video')
  if (said.document !== undefined) return documentOf(said.document)
  if (said.contact !== undefined) return unsupported('contact')
  if (said.sticker !== undefined) return unsupported('sticker')
  if (said.voice !== undefined || said.audio !== undefined) return unsupported('voice')
  const others = [said.story, said.poll, said.dice, said.game, said.checklist, said.paid_media]
  return others.some((other) => other !== undefined) ? unsupported('unknown') : undefined
}

function documentOf(document: NonNullable<TelegramMessage['document']>): Attachment {
  const mime = document.mime_type?.toLowerCase() ?? ''
  if (/^image\/(jpe?g|png|webp)$/.test(mime)) return { kind: 'photo', ref: document.file_id }
  return unsupported(/^image\/hei[cf]$/.test(mime) ? 'heic' : 'file')
}

function unsupported(what: Extract<Attachment, { kind: 'unsupported' }>['what']): Attachment {
  return { kind: 'unsupported', what }
}

function timeOf(seconds: number | undefined, now: Date): Date {
  return seconds !== undefined && seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000) : now
}
