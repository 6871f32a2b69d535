/**
 * One outbound message as Zalo's v3 consultation message (zalo.md §1.2, §1.3). Whether buttons pass there is likely but
 * not certain, so a refusal of the shape sends the same words again as numbered text and is remembered for an hour.
 */
import type { DocumentFile, OutboundMessage } from '../../chat.ts'
import { SendError } from '../../errors.ts'
import { numberedText, splitText } from '../../text.ts'
import type { Answer } from './api.ts'
import { isShapeRefused } from './errors.ts'
import { multipart } from './multipart.ts'

/** Calls Zalo with a token that works. */
export type Post = (path: string, request: { json: unknown } | { body: string; type: string }) => Promise<Answer>

export const TEXT_LIMIT = 2000
export const BUTTON_LIMIT = 5
const TITLE_LIMIT = 100
const HOUR = 3600_000
const UPLOADABLE = /\.(csv|pdf|docx?)$/i

export function sender(post: Post, now: () => Date): (message: OutboundMessage) => Promise<string> {
  let buttonsRefusedUntil = 0

  return async (message) => {
    const { document } = message
    if (document === undefined) return sendWords(message)
    const token = await uploaded(document)
    const id = message.text === '' ? undefined : await sendWords(message)
    return (await sendFile(message.address, token)) ?? (await sendTexts(message.address, document.text, id))
  }

  async function sendWords(message: OutboundMessage): Promise<string> {
    const plain = numberedText(message.text, message.buttons, message.hint, message.from)
    const image = imageOf(message, plain)
    const rich = image ?? (now().getTime() < buttonsRefusedUntil ? undefined : withButtons(message))
    if (rich === undefined) return sendTexts(message.address, plain)
    try {
      return await deliver(message.address, rich)
    } catch (error) {
      if (plain === '' || !(isShapeRefused(error) || (image !== undefined && isTooMuch(error)))) throw error
      const id = await sendTexts(message.address, plain)
      // only now is it known that the buttons were at fault and not, say, the address
      if (image === undefined) buttonsRefusedUntil = now().getTime() + HOUR
      return id
    }
  }

  async function sendTexts(address: string, text: string, before = ''): Promise<string> {
    let id = before
    // the numbered form can pass the limit that the text alone kept
    for (const part of splitText(text, TEXT_LIMIT)) id = await deliver(address, { text: part })
    return id
  }

  /** Undefined when there is no file or it did not pass: its text goes instead. */
  async function sendFile(address: string, token: string | undefined): Promise<string | undefined> {
    if (token === undefined) return undefined
    return absent(deliver(address, { attachment: { type: 'file', payload: { token } } }))
  }

  async function uploaded(document: DocumentFile): Promise<string | undefined> {
    if (!UPLOADABLE.test(document.name)) return undefined
    const answer = await absent(post('/v2.0/oa/upload/file', multipart(document)))
    return textOf(answer?.data, 'token')
  }

  async function deliver(address: string, message: object): Promise<string> {
    const answer = await post('/v3.0/oa/message/cs', { json: { recipient: { user_id: address }, message } })
    return textOf(answer.data, 'message_id') ?? ''
  }
}

/** An approved template to somebody whose window is closed; billed (zalo.md §4). Its values are those of src/pushes.ts. */
export function templateSender(post: Post): (address: string, templateId: string, values: Record<string, string>) => Promise<string> {
  return async (address, templateId, values) => {
    const answer = await post('/v3.0/oa/message/template', { json: { user_id: address, template_id: templateId, template_data: values } })
    return textOf(answer.data, 'message_id') ?? ''
  }
}

function imageOf(message: OutboundMessage, plain: string): object | undefined {
  if (!message.image?.startsWith('https://') || plain.length > TEXT_LIMIT) return undefined
  const elements = [{ media_type: 'image', url: message.image }]
  // no source shows a picture with buttons, so they are numbered under it
  return { ...(plain === '' ? {} : { text: plain }), attachment: { type: 'template', payload: { template_type: 'media', elements } } }
}

function withButtons(message: OutboundMessage): object | undefined {
  const { text, buttons } = message
  if (text === '' || text.length > TEXT_LIMIT || buttons.length === 0 || buttons.length > BUTTON_LIMIT) return undefined
  const rendered = buttons.map((button) => ({
    title: titleOf(button.label),
    ...('payload' in button ? { type: 'oa.query.hide', payload: button.payload } : { type: 'oa.open.url', payload: { url: button.url } }),
  }))
  return { text, attachment: { type: 'template', payload: { buttons: rendered } } }
}

function titleOf(label: string): string {
  if (label.length <= TITLE_LIMIT) return label
  return `${splitText(label, TITLE_LIMIT - 1)[0] ?? ''}…`
}

/** A file is a kindness: its failure must not cost the person the words. What ails the channel shows when those are sent. */
async function absent<T>(attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt
  } catch (error) {
    if (error instanceof SendError) return undefined
    throw error
  }
}

/** A picture past Zalo's size. */
function isTooMuch(error: unknown): boolean {
  return error instanceof SendError && error.reason === 'zalo_-210'
}

function textOf(data: unknown, key: string): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const value = (data as Record<string, unknown>)[key]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
