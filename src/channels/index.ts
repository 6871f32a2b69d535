/**
 * The list of channels: each is there when its keys are. Adding one is a folder and a line here.
 */
import { type ApiFetch, apiFetchOver } from '../api-fetch.ts'
import type { Channel, Keys } from '../chat.ts'
import type { Config } from '../config.ts'
import { causeOf, type Log } from '../log.ts'
import type { Fetch } from '../media.ts'
import { createTelegram } from './telegram/index.ts'
import { createZalo, type TokenStore, type ZaloChannel } from './zalo/index.ts'
import { createZaloBot } from './zalo-bot/index.ts'

export type ChannelParts = {
  config: Config
  keys: Keys
  fetch: Fetch
  apiFetch?: ApiFetch | undefined
  now(): Date
  log: Log
  /** Where Zalo's token pair is kept. */
  tokens: TokenStore
  /** What Telegram shows behind "/". */
  commands(): Array<{ command: string; description: string }>
}

/** The platforms' channels that have keys, Zalo first. */
export async function createChannels(parts: ChannelParts): Promise<Channel[]> {
  const { config, fetch, now, log, keys, apiFetch = apiFetchOver(fetch) } = parts
  const channels: Channel[] = []
  const zalo = createZaloOf({ ...parts, apiFetch })
  if (zalo) channels.push(zalo)
  if (config.zaloBot) {
    const { token, apiRoot } = config.zaloBot
    const secret = await webhookSecret(config, keys, 'zalo-bot')
    channels.push(createZaloBot({ token, secret, apiRoot, mediaHosts: config.zaloMediaHosts, fetch, apiFetch, now }))
  }
  if (config.telegram) {
    const { token, apiRoot } = config.telegram
    const secret = await webhookSecret(config, keys, 'telegram')
    channels.push(
      createTelegram({
        token,
        secret,
        apiRoot,
        commands: parts.commands,
        now,
        fetch,
        apiFetch,
        warn: (sentence) => log('warn', 'telegram.poll', { cause: causeOf(sentence) }),
      }),
    )
  }
  return channels
}

/** The Zalo Official Account, when its keys are there. Also for the operator's article. */
export function createZaloOf({
  config,
  tokens,
  fetch,
  apiFetch = apiFetchOver(fetch),
  now,
  log,
}: Omit<ChannelParts, 'keys' | 'commands'>): ZaloChannel | undefined {
  if (!config.zalo) return undefined
  const { seed, ...zalo } = config.zalo
  return createZalo({
    ...zalo,
    ...(seed ? { seed } : {}),
    mediaHosts: config.zaloMediaHosts,
    tokens,
    fetch,
    apiFetch,
    now,
    log: { error: (message, fields) => log('error', message, fields) },
  })
}

/** What the platform must send back with each update: as configured, else derived from DATA_KEY. */
export async function webhookSecret(config: Config, keys: Keys, channel: 'telegram' | 'zalo-bot'): Promise<string> {
  const given = channel === 'telegram' ? config.telegram?.secret : config.zaloBot?.secret
  return given ?? keys.tag('webhook', channel)
}
