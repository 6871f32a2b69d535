/**
 * Telegram as a Channel. The webhook is verified and parsed here, because grammY's own callback neither drops
 * duplicates nor reports errors. Messages leave by a cheap call of our own, all other calls are grammY's. Nothing is
 * retried: the outbox decides that.
 */
import { parseObject, readText } from '../../body.ts'
import type { Channel, Inbound, OutboundMessage } from '../../chat.ts'
import { AppError, SendError } from '../../errors.ts'
import { sameSecret } from '../../keys.ts'
import { asGrammy, type Connection, fileUrl, openApi, openCall, runtimeFetch } from './api.ts'
import { askFailureOf, failureOf } from './failure.ts'
import { asksForName, inboundOf, type Self } from './inbound.ts'
import { sendOne } from './outgoing.ts'
import { LONG_POLL, pause, pollUpdates } from './poll.ts'
import { parseUpdate, type TelegramUpdate } from './update.ts'
import { type Command, checkTelegram, register } from './webhook.ts'

export { type Command, telegramWebhook } from './webhook.ts'

export type TelegramOptions = Connection & {
  /** What Telegram sends back in each webhook's header: 1–256 of A–Z a–z 0–9 _ -. */
  secret: string
  commands(): Command[]
  now(): Date
  /** Seconds one call may take. */
  seconds?: number
  pause?: typeof pause
  /** Told once when polling begins to fail; the sentence carries no secret. */
  warn?(sentence: string): void
}

const MAX_BODY = 1_000_000
const SECRET = /^[A-Za-z0-9_-]{1,256}$/
/** While getMe fails, it is asked at most this often: the webhook must not wait for it each time. */
const NAME_PAUSE = 60_000

export function createTelegram(options: TelegramOptions): Channel & { name: 'telegram' } {
  const { token, secret, now, seconds = 30 } = options
  if (!SECRET.test(secret)) throw new Error('TELEGRAM_WEBHOOK_SECRET must be 1 to 256 of A-Z a-z 0-9 _ -')
  const api = openApi(options, seconds)
  const call = openCall(options, seconds)
  const self: Self = { id: Number(token.split(':')[0]), name: null }
  let askedAt = Number.NEGATIVE_INFINITY

  async function read(update: TelegramUpdate): Promise<Inbound[]> {
    if (self.name === null && asksForName(update) && now().getTime() - askedAt >= NAME_PAUSE) {
      askedAt = now().getTime()
      self.name = await api.getMe().then(
        (me) => me.username,
        () => null,
      )
    }
    return inboundOf(update, self, now())
  }

  return {
    name: 'telegram',
    limits: { text: 4096, buttons: 8, perSecond: 30, perChat: 1, chatBurst: 3, documents: true },

    async receive(request: Request): Promise<Inbound[]> {
      const body = await readText(request, MAX_BODY)
      const given = request.headers.get('x-telegram-bot-api-secret-token') ?? ''
      if (!sameSecret(given, secret)) throw new AppError('unauthorized', 'The webhook secret is missing or wrong.')
      return read(parseUpdate(parseObject(body)))
    },

    answer(inbound: Inbound[]): unknown {
      const taps = inbound.flatMap((said) => (said.kind === 'message' && said.ack !== undefined ? [said.ack] : []))
      return taps.length === 1 ? { method: 'answerCallbackQuery', callback_query_id: taps[0] } : undefined
    },

    async send(message: OutboundMessage): Promise<string> {
      try {
        return await sendOne(call, api, message)
      } catch (error) {
        throw failureOf(error, token)
      }
    },

    async photo(ref: string, signal: AbortSignal): Promise<Response> {
      try {
        const { file_path: path } = await api.getFile(ref, asGrammy(signal))
        if (path === undefined) throw new SendError('refused', 'telegram_file_gone')
        const response = await (options.fetch ?? runtimeFetch)(fileUrl(options, path), { signal })
        if (!response.ok) throw fileFailure(response.status)
        // A new Response: the one that was fetched names its address, and that holds the token.
        return new Response(response.body, { headers: lengthAndType(response.headers) })
      } catch (error) {
        throw askFailureOf(error, token)
      }
    },

    poll(take, signal): Promise<void> {
      const patient = openApi(options, LONG_POLL + seconds)
      return pollUpdates({
        api: patient,
        token,
        read,
        take,
        signal,
        pause: options.pause ?? pause,
        warn: options.warn ?? (() => undefined),
      })
    },

    check: (webhookUrl) => checkTelegram(api, webhookUrl, now()),

    setUp: (webhookUrl) => register({ api, token, secret, self, commands: options.commands(), webhookUrl }),
  }
}

function fileFailure(status: number): SendError {
  return new SendError(status === 429 || status >= 500 ? 'temporary' : 'refused', `telegram_file_${status}`)
}

function lengthAndType(headers: Headers): Record<string, string> {
  const kept = ['content-type', 'content-length'].map((name) => [name, headers.get(name)] as const)
  return Object.fromEntries(kept.filter((pair): pair is [string, string] => pair[1] !== null))
}
