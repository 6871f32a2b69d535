/**
 * The load: Telegram updates of many chats over kept-alive connections, each with its own update id. It runs in the
 * bench process, pinned to one core, the server to the other.
 */
import autocannon from 'autocannon'

export type Load = { perSecond: number; p99: number; errors: number; total: number }

let updateId = 1_000_000

/** A text message of chat `chat`, as Telegram sends it. */
export function updateOf(chat: number, text: string): string {
  updateId++
  return JSON.stringify({
    update_id: updateId,
    message: {
      message_id: updateId,
      from: { id: chat, is_bot: false, first_name: 'Lan', language_code: 'vi' },
      chat: { id: chat, first_name: 'Lan', type: 'private' },
      date: 1_795_000_000,
      text,
    },
  })
}

/** @param next the body of the next request. Latency in ms. */
export async function load(options: {
  url: string
  seconds?: number
  amount?: number
  connections: number
  next(): string
}): Promise<Load> {
  const result = await autocannon({
    url: options.url,
    connections: options.connections,
    ...(options.amount ? { amount: options.amount } : { duration: options.seconds ?? 5 }),
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': 'bench-secret' },
        setupRequest: (request) => ({ ...request, body: options.next() }),
      },
    ],
  })
  return {
    perSecond: result.requests.total / ((result.finish.getTime() - result.start.getTime()) / 1000),
    p99: result.latency.p99,
    errors: result.errors + result.non2xx,
    total: result.requests.total,
  }
}
