/**
 * The webhook registration of a Zalo Bot: read, set, removed. Of use at start and to the operator's command; removing
 * is only ever asked for by a person, because another host may be living from it.
 */
import * as z from 'zod'
import { SendError } from '../../errors.ts'
import { type ApiOptions, type Call, type CallOptions, zaloBotApi } from './api.ts'

export type WebhookInfo = { url: string | null; updatedAt: Date | null }
export type Webhook = {
  /** @param url https address. @param secret 8–256 characters, comes back in `X-Bot-Api-Secret-Token` */
  set(url: string, secret: string): Promise<void>
  info(options?: CallOptions): Promise<WebhookInfo>
  remove(): Promise<void>
}

const infoSchema = z.object({
  url: z.string().nullish(),
  updated_at: z.number().positive().max(8.64e15).optional().catch(undefined),
})

/** All three throw SendError with reason `zalo_bot_<code>`. */
export function zaloBotWebhook(options: ApiOptions): Webhook {
  return webhookOf(zaloBotApi(options))
}

export function webhookOf(call: Call): Webhook {
  return {
    async set(url, secret) {
      await call('setWebhook', { url, secret_token: secret })
    },
    async info(options) {
      const { url, updated_at } = infoSchema.catch({}).parse(await registered(call, options))
      return { url: url || null, updatedAt: updated_at === undefined ? null : new Date(updated_at) }
    },
    async remove() {
      await call('deleteWebhook')
    },
  }
}

/** A bot that never had a webhook may answer 404 instead of an empty address. */
async function registered(call: Call, options?: CallOptions): Promise<unknown> {
  try {
    return await call('getWebhookInfo', {}, options)
  } catch (error) {
    if (error instanceof SendError && error.failure === 'unreachable') return {}
    throw error
  }
}
