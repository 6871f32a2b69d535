/**
 * Registration at Telegram: who the bot is, the commands in its menu, where its updates go. Used at start and by
 * the operator's admin command. Sentences here are for the operator and carry no secret.
 */
import { type Api, GrammyError } from 'grammy'
import type { WebhookInfo } from 'grammy/types'
import type { ChannelCheck, ChannelState } from '../../chat.ts'
import { AppError } from '../../errors.ts'
import { type Connection, openApi } from './api.ts'
import { sentenceOf } from './failure.ts'
import type { Self } from './inbound.ts'
import { ALLOWED_UPDATES } from './update.ts'

export type Command = { command: string; description: string }

/** Deliveries Telegram makes at a time. */
const MAX_CONNECTIONS = 40
const SECONDS = 30
/** A failed delivery of so long ago is no trouble any more. */
const RECENT_MS = 60 * 60 * 1000

export type Registration = { api: Api; token: string; secret: string; self: Self; commands: Command[]; webhookUrl: string | null }

/** Never throws: what failed stands in `detail`. Writes the learnt name into `self`. */
export async function register({ api, token, secret, self, commands, webhookUrl }: Registration): Promise<ChannelState> {
  try {
    self.name = (await api.getMe()).username
    await api.setMyCommands(commands)
    if (webhookUrl !== null && differs(await api.getWebhookInfo(), webhookUrl)) await setWebhook(api, webhookUrl, secret)
    return stateOf(true, self.name, `@${self.name} is connected ${webhookUrl === null ? 'by polling' : 'by webhook'}.`)
  } catch (error) {
    return stateOf(false, self.name, sentenceOf(error, token))
  }
}

/** Never throws. */
export async function checkTelegram(api: Api, webhookUrl: string | null, now: Date): Promise<ChannelCheck> {
  try {
    const { url, pending_update_count: waiting, last_error_date: failedAt = 0 } = await api.getWebhookInfo()
    const recent = failedAt * 1000 > now.getTime() - RECENT_MS
    const webhook = url === (webhookUrl ?? '') ? (url === '' ? 'polled' : 'ok') : url === '' ? 'missing' : 'elsewhere'
    return { token: true, webhook, waiting, trouble: recent ? 'telegram_delivery' : null }
  } catch (error) {
    const refused = error instanceof GrammyError && (error.error_code === 401 || error.error_code === 404)
    return { token: !refused, webhook: 'unknown', waiting: null, trouble: refused ? 'telegram_token' : 'telegram_silent' }
  }
}

/** For `npm run admin -- webhook …`. Each throws AppError `unavailable` with a sentence for the operator. */
export function telegramWebhook(connection: Connection) {
  const api = openApi(connection, SECONDS)
  const ask = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call
    } catch (error) {
      throw new AppError('unavailable', sentenceOf(error, connection.token))
    }
  }
  return {
    set: async (url: string, secret: string): Promise<void> => void (await ask(setWebhook(api, url, secret))),
    info: (): Promise<WebhookInfo> => ask(api.getWebhookInfo()),
    /** Updates that wait are kept: whoever polls next gets them. */
    remove: async (): Promise<void> => void (await ask(api.deleteWebhook())),
  }
}

function setWebhook(api: Api, url: string, secret: string): Promise<true> {
  return api.setWebhook(url, { secret_token: secret, allowed_updates: [...ALLOWED_UPDATES], max_connections: MAX_CONNECTIONS })
}

/** Telegram does not show the secret it holds; that it is another one shows in our own 401. */
function differs(info: WebhookInfo, url: string): boolean {
  if (info.url !== url || info.max_connections !== MAX_CONNECTIONS) return true
  if (info.last_error_message?.includes('401') === true) return true
  return [...(info.allowed_updates ?? [])].sort().join() !== [...ALLOWED_UPDATES].sort().join()
}

function stateOf(ok: boolean, name: string | null, detail: string): ChannelState {
  return { ok, name: name ?? 'telegram', link: name === null ? null : `https://t.me/${name}`, detail }
}
