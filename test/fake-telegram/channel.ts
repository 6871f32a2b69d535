/**
 * What the Telegram tests share: our channel wired to a fake Bot API, recorded webhook bodies, and a message to send.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createTelegram, type TelegramOptions } from '../../src/channels/telegram/index.ts'
import type { OutboundMessage } from '../../src/chat.ts'
import { SendError } from '../../src/errors.ts'
import type { FakeTelegram } from '../fake-telegram.ts'

export const SECRET = 'bi-mat_cua-webhook_0123456789'
export const NOW = new Date('2026-11-23T03:00:00Z')
export const PERSON = '5012345601'
export const COMMANDS = [
  { command: 'tim', description: 'Tìm hàng Việt' },
  { command: 'dung', description: 'Ngừng nhận tin' },
]
const PAYLOADS = new URL('../payloads/telegram/', import.meta.url)

export function telegramAt(fake: FakeTelegram, change: Partial<TelegramOptions> = {}) {
  return createTelegram({ token: fake.token, secret: SECRET, apiRoot: fake.root, commands: () => COMMANDS, now: () => NOW, ...change })
}

export function payloadNames(): string[] {
  return readdirSync(PAYLOADS).map((file) => file.replace('.json', ''))
}

export function payload(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`${name}.json`, PAYLOADS), 'utf8'))
}

export function webhook(body: string, secret: string | null = SECRET): Request {
  const headers = { 'content-type': 'application/json', ...(secret === null ? {} : { 'x-telegram-bot-api-secret-token': secret }) }
  return new Request('https://bot.example.vn/webhooks/telegram', { method: 'POST', headers, body })
}

export function outbound(change: Partial<OutboundMessage> = {}): OutboundMessage {
  return { id: 'o1.0', address: PERSON, text: 'Chào bạn', buttons: [], hint: 'Bạn nhắn số để chọn', bulk: false, ...change }
}

export async function failureOf(work: Promise<unknown>): Promise<SendError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SendError)) throw new Error(`not a SendError: ${String(error)}`)
  return error
}
