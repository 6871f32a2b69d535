/**
 * Long polling for a deployment without a public address. getUpdates hands out one update and forgets it: there is no
 * offset to ask again with, so an update once taken is offered to the engine until it is committed. While a webhook
 * is set polling gets nothing and says nothing (zalo.md §5), hence the question about it, asked again from time to time.
 */
import type { Inbound } from '../../chat.ts'
import { AppError, SendError } from '../../errors.ts'
import type { Call } from './api.ts'
import type { Webhook } from './webhook.ts'

export type Wait = (ms: number, signal: AbortSignal) => Promise<void>
type Polling = {
  call: Call
  webhook: Webhook
  read(result: unknown): Inbound[]
  wait: Wait
  take(inbound: Inbound[]): Promise<void>
  signal: AbortSignal
}

const POLL_SECONDS = 30
const POLL_MS = 45_000
const MAX_PAUSE_MS = 60_000
const EMPTY_PAUSE_MS = 1_000
/** Empty polls between two questions about the webhook: about five minutes. */
const ASK_AGAIN = 10

/**
 * Ends when the signal does. Throws AppError `conflict` when a webhook is set, SendError `operator` when the token is
 * refused, and what `take` threw last when the signal came before the update was committed.
 */
export async function pollUpdates({ call, webhook, read, wait, take, signal }: Polling): Promise<void> {
  let failures = 0
  let untilAsked = 0
  while (!signal.aborted) {
    let inbound: Inbound[] = []
    try {
      if (untilAsked <= 0) {
        await refuseWebhook(webhook, signal)
        untilAsked = ASK_AGAIN
      }
      const result = await call('getUpdates', { timeout: String(POLL_SECONDS) }, { signal, timeoutMs: POLL_MS })
      failures = 0
      if (isEmpty(result)) {
        untilAsked -= 1
        await wait(EMPTY_PAUSE_MS, signal)
      } else inbound = read(result)
    } catch (error) {
      if (signal.aborted) return
      if (isFinal(error)) throw error
      if (isIdle(error)) {
        failures = 0
        untilAsked -= 1
      } else await wait(pauseOf(failures++, error), signal)
    }
    if (inbound.length > 0) await commit(inbound, take, wait, signal)
  }
}

export const waitFor: Wait = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })

async function refuseWebhook(webhook: Webhook, signal: AbortSignal): Promise<void> {
  const { url } = await webhook.info({ signal })
  if (url === null) return
  throw new AppError(
    'conflict',
    'This Zalo Bot delivers to a webhook, so it cannot be polled. Remove the webhook first, or set PUBLIC_URL.',
  )
}

async function commit(inbound: Inbound[], take: Polling['take'], wait: Wait, signal: AbortSignal): Promise<void> {
  for (let failures = 0; ; failures++) {
    try {
      return await take(inbound)
    } catch (error) {
      if (signal.aborted) throw error
      await wait(pauseOf(failures, error), signal)
    }
  }
}

function pauseOf(failures: number, error: unknown): number {
  if (error instanceof SendError && error.retryAfter !== undefined) return error.retryAfter * 1000
  return Math.min(MAX_PAUSE_MS, 1000 * 2 ** Math.min(failures, 6))
}

function isFinal(error: unknown): boolean {
  return (error instanceof AppError && error.code === 'conflict') || (error instanceof SendError && error.failure === 'operator')
}

/** Nobody wrote during the poll: the platform reports that as an error. */
function isIdle(error: unknown): boolean {
  return error instanceof SendError && (error.reason === 'zalo_bot_408' || error.reason === 'zalo_bot_504')
}

function isEmpty(result: unknown): boolean {
  return result === null || result === undefined || (typeof result === 'object' && Object.keys(result).length === 0)
}
