/**
 * The channel for the Zalo Bot Platform: a bot a union can have without an Official Account, a licence or a fee. It
 * has no buttons, no files and no locations, so options are numbered text and links are written out (zalo.md §5).
 */
import * as z from 'zod'
import { parseObject, readText } from '../../body.ts'
import type { Channel, ChannelCheck, ChannelState, Limits, OutboundMessage } from '../../chat.ts'
import { AppError, SendError } from '../../errors.ts'
import { sameSecret } from '../../keys.ts'
import { fetchAllowed, zaloMediaHosts } from '../../media.ts'
import { numberedText } from '../../text.ts'
import { type ApiOptions, zaloBotApi } from './api.ts'
import { pollUpdates, type Wait, waitFor } from './poll.ts'
import { readUpdate } from './update.ts'
import { webhookOf } from './webhook.ts'

export { type Webhook, type WebhookInfo, zaloBotWebhook } from './webhook.ts'

export type ZaloBotOptions = ApiOptions & {
  /** What `X-Bot-Api-Secret-Token` must carry; 8–256 characters. */
  secret: string
  /** Hosts a photo may come from besides Zalo's own (`ZALO_MEDIA_HOSTS`). */
  mediaHosts: readonly string[]
  now(): Date
  /** Bulk messages a second; the platform publishes no figure. */
  perSecond?: number
  /** How long one send may take, in milliseconds; a picture gets five times as long, because Zalo fetches it first. */
  timeoutMs?: number
  wait?: Wait
}

const MAX_BODY = 1_048_576
const MAX_TEXT = 2_000

const sentSchema = z.object({ message_id: z.union([z.string(), z.number()]).transform(String) })
const meSchema = z.object({ account_name: z.string().optional().catch(undefined) })

export function createZaloBot(options: ZaloBotOptions): Channel {
  const { secret, apiRoot, mediaHosts, fetch, now, perSecond = 5, timeoutMs = 30_000, wait = waitFor } = options
  const call = zaloBotApi(options)
  const webhook = webhookOf(call)
  const hosts = [...zaloMediaHosts, ...mediaHosts, ...(apiRoot.startsWith('http://') ? [new URL(apiRoot).origin] : [])]
  const limits: Limits = { text: MAX_TEXT, buttons: 0, perSecond, perChat: 1, chatBurst: 3, documents: false }

  return {
    name: 'zalo-bot',
    limits,

    async receive(request) {
      const body = await readText(request, MAX_BODY)
      if (!sameSecret(request.headers.get('x-bot-api-secret-token') ?? '', secret))
        throw new AppError('unauthorized', 'The secret of the webhook does not match.')
      return readUpdate(parseObject(body), now())
    },

    async send(message) {
      const { method, params } = wireOf(message)
      const result = await call(method, params, { timeoutMs: method === 'sendPhoto' ? timeoutMs * 5 : timeoutMs })
      return sentSchema.safeParse(result).data?.message_id ?? ''
    },

    photo: (ref, signal) => fetchAllowed(ref, { hosts, fetch, signal }),

    poll: (take, signal) => pollUpdates({ call, webhook, read: (result) => readUpdate(objectOf(result), now()), wait, take, signal }),

    async check(webhookUrl): Promise<ChannelCheck> {
      try {
        const { url } = await webhook.info()
        const where = url === webhookUrl ? (url === null ? 'polled' : 'ok') : url === null ? 'missing' : 'elsewhere'
        return { token: true, webhook: where, waiting: null, trouble: null }
      } catch (error) {
        const failure = error instanceof SendError ? error : new SendError('temporary', 'zalo_bot_answer')
        return { token: failure.failure !== 'operator', webhook: 'unknown', waiting: null, trouble: failure.reason }
      }
    },

    async setUp(webhookUrl): Promise<ChannelState> {
      try {
        const name = meSchema.parse(await call('getMe')).account_name ?? 'Zalo Bot'
        if (webhookUrl === null) return { ok: true, name, link: null, detail: 'Connected; updates are polled.' }
        const { url } = await webhook.info()
        if (url !== webhookUrl) await webhook.set(webhookUrl, secret)
        return { ok: true, name, link: null, detail: 'Connected; updates come by webhook.' }
      } catch (error) {
        const reason = error instanceof SendError ? error.reason : 'zalo_bot_answer'
        return { ok: false, name: 'Zalo Bot', link: null, detail: `The Zalo Bot Platform did not accept us (${reason}).` }
      }
    },
  }
}

/** A picture that is not on https cannot be fetched by Zalo: its words still reach the person. */
function wireOf(message: OutboundMessage): { method: 'sendMessage' | 'sendPhoto'; params: Record<string, unknown> } {
  if (message.document) throw new SendError('refused', 'zalo_bot_document')
  const text = numberedText(message.text, message.buttons, message.hint, message.from)
  if (text.length > MAX_TEXT) throw new SendError('refused', 'zalo_bot_text_too_long')
  if (message.image?.startsWith('https://')) {
    const caption = text === '' ? {} : { caption: text }
    return { method: 'sendPhoto', params: { chat_id: message.address, photo: message.image, ...caption } }
  }
  if (text === '') throw new SendError('refused', 'zalo_bot_text_empty')
  return { method: 'sendMessage', params: { chat_id: message.address, text } }
}

function objectOf(result: unknown): Record<string, unknown> {
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) return result as Record<string, unknown>
  throw new AppError('invalid', 'The answer is not a Zalo Bot update.')
}
