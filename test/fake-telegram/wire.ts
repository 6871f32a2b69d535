/**
 * The wire of the fake Bot API: reading a call's parameters (JSON or multipart, as grammY sends them), writing an
 * answer, and what Telegram finds wrong with a message, in its own words.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

export type Params = Record<string, unknown>
export type Answer = { status: number; body: unknown }
export type UploadedFile = { name: string; bytes: Uint8Array }

export function accepted(result: unknown, description?: string): Answer {
  return { status: 200, body: { ok: true, result, ...(description === undefined ? {} : { description }) } }
}

export function refused(code: number, description: string, parameters: Params = {}): Answer {
  const more = Object.keys(parameters).length === 0 ? {} : { parameters }
  return { status: code, body: { ok: false, error_code: code, description, ...more } }
}

export function write(response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** Telegram's own word for what is wrong with a message, or undefined. */
export function wrongWith(method: string, params: Params): string | undefined {
  if (!/^-?\d+$/.test(String(params.chat_id ?? ''))) return 'chat not found'
  const text = String(params.text ?? '')
  if (method === 'sendMessage' && text === '') return 'message text is empty'
  if (text.length > 4096) return 'message is too long'
  if (String(params.caption ?? '').length > 1024) return 'message caption is too long'
  const markup = params.reply_markup as { inline_keyboard?: { callback_data?: string }[][] } | undefined
  const keys = markup?.inline_keyboard?.flat() ?? []
  return keys.some((key) => Buffer.byteLength(key.callback_data ?? '') > 64) ? 'BUTTON_DATA_INVALID' : undefined
}

export async function readParams(request: IncomingMessage): Promise<Params> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const boundary = /boundary=(\S+)/.exec(request.headers['content-type'] ?? '')?.[1]
  if (boundary !== undefined) return readMultipart(body, boundary)
  return body.byteLength === 0 ? {} : JSON.parse(body.toString())
}

/** Fields as text, or as JSON where they are; a file takes the place of the field that says `attach://<its part>`. */
function readMultipart(body: Buffer, boundary: string): Params {
  const params: Params = {}
  const uploads = new Map<string, UploadedFile>()
  for (const part of body.toString('latin1').split(`--${boundary}`).slice(1, -1)) {
    const [head = '', ...rest] = part.replace(/^\r\n/, '').split('\r\n\r\n')
    const content = Buffer.from(rest.join('\r\n\r\n').replace(/\r\n$/, ''), 'latin1')
    const field = /name="([^"]+)"/.exec(head)?.[1] ?? ''
    const file = /filename="?([^\r\n"]+)"?/.exec(head)?.[1]
    if (file !== undefined) uploads.set(field, { name: Buffer.from(file, 'latin1').toString(), bytes: new Uint8Array(content) })
    else params[field] = content.toString()
  }
  for (const [field, value] of Object.entries(params)) {
    const text = String(value)
    const upload = text.startsWith('attach://') ? uploads.get(text.slice(9)) : undefined
    if (upload !== undefined) params[field] = upload
    else if (/^[[{]/.test(text) && field !== 'caption') params[field] = JSON.parse(text)
  }
  return params
}
