/**
 * One call to a platform's API, as the channels see it: a short request with a time limit, a short answer. It is less
 * than `fetch`, so that the server can serve it without building a Response (a broadcast makes thousands of calls a
 * second) and every runtime's own `fetch` can serve it too. What is streamed, a photo, goes by `Fetch` (media.ts).
 */
import type { Fetch } from './media.ts'

export type ApiRequest = {
  method: string
  headers?: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
  /** For the whole call, its body included. When it runs out the call rejects with an error named `TimeoutError`. */
  timeoutMs: number
  signal?: AbortSignal
  /** One of thousands: the server keeps its sockets apart, so that an answer to somebody never waits for one. */
  bulk?: boolean
}

export type ApiAnswer = {
  status: number
  ok: boolean
  headers: { get(name: string): string | null }
  text(): Promise<string>
}

/**
 * Never follows a redirect: it would carry the token to another host. Rejects when no whole answer came; an error that
 * bears the code `ERR_NEVER_WRITTEN`, or one of a connection that was never made, says that nothing had left.
 */
export type ApiFetch = (url: string, request: ApiRequest) => Promise<ApiAnswer>

/** The same over a `fetch`: Workers and tests. */
export function apiFetchOver(fetch: Fetch): ApiFetch {
  return (url, { timeoutMs, signal, bulk: _, ...request }) => {
    const limit = AbortSignal.timeout(timeoutMs)
    return fetch(url, { ...request, redirect: 'manual', signal: signal ? AbortSignal.any([signal, limit]) : limit })
  }
}
