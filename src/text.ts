/**
 * Small laws of text that every channel shares: cleaning what comes in, cutting what is too long, numbering buttons
 * where there are none, and the one pair of functions for button payloads.
 */
import type { RenderedButton } from './chat.ts'

const MAX_INPUT = 10_000
// C0/C1 controls but tab and newline, zero-width characters, direction marks and overrides, BOM, soft hyphen, and the two that
// no XML may hold: a paper with one of them opens nowhere
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]/g
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** What a person typed, as the product keeps it: NFC, nothing invisible, newlines as \n, trimmed, at most 10,000 characters. */
export function cleanText(raw: string): string {
  return raw
    .slice(0, MAX_INPUT * 2)
    .replace(/\r\n?/g, '\n')
    .replace(LONE_SURROGATE, '')
    .replace(INVISIBLE, '')
    .normalize('NFC')
    .trim()
    .slice(0, MAX_INPUT)
}

/** Cuts a text into pieces of at most `limit` UTF-16 units: at a paragraph, else a sentence, else a word, else between characters. */
export function splitText(text: string, limit: number): string[] {
  const parts: string[] = []
  let rest = text.trim()
  while (rest.length > limit) {
    const head = rest.slice(0, limit + 1)
    const floor = Math.floor(limit / 3)
    let cut = head.lastIndexOf('\n\n')
    if (cut < floor) cut = head.lastIndexOf('\n')
    if (cut < floor) cut = lastSentence(head)
    if (cut < floor) cut = head.lastIndexOf(' ')
    if (cut < floor) cut = limit
    if (isHighSurrogate(rest, cut - 1)) cut -= 1
    parts.push(rest.slice(0, cut).trimEnd())
    rest = rest.slice(cut).trimStart()
  }
  if (rest.length > 0 || parts.length === 0) parts.push(rest)
  return parts
}

/**
 * The same message where buttons cannot be shown: options numbered on from `from`, or with the word that opens them,
 * links written out, the hint last.
 */
export function numberedText(text: string, buttons: RenderedButton[], hint: string, from = 1): string {
  if (buttons.length === 0) return text
  let number = from
  const lines = buttons.map((button) => {
    if (!('payload' in button)) return `${button.label}: ${button.url}`
    return button.word === undefined ? `${number++}. ${button.label}` : `• ${button.label}: “${button.word}”`
  })
  const chosen = buttons.some((button) => 'payload' in button)
  return [text, lines.join('\n'), ...(chosen ? [hint] : [])].join('\n\n')
}

/** `handler:action:id.step`, at most 64 bytes (Telegram's limit). Throws when a handler builds a longer one. */
export function payloadOf(handler: string, action: string, id = '', step = ''): string {
  const payload = `${handler}:${action}:${id}${step === '' ? '' : `.${step}`}`
  if (!PAYLOAD.test(payload)) throw new Error(`not a payload: ${handler}:${action}`)
  return payload
}

export type Payload = { handler: string; action: string; id: string; step: string }
const PAYLOAD = /^[a-z][a-z_]{1,19}:[a-z_]{1,19}:[A-Za-z0-9_-]{0,36}(\.[A-Za-z0-9_-]{1,12})?$/

/** Reads a payload, or undefined when the text is not one. Untrusted: a person can type it. */
export function parsePayload(text: string | undefined): Payload | undefined {
  if (text === undefined || text.length > 64 || !PAYLOAD.test(text)) return undefined
  const [handler = '', action = '', tail = ''] = text.split(':')
  const [id = '', step = ''] = tail.split('.')
  return { handler, action, id, step }
}

function lastSentence(head: string): number {
  const match = /^[\s\S]*[.!?…](?=\s)/.exec(head)
  return match ? match[0].length : -1
}

function isHighSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0xd800 && code <= 0xdbff
}
