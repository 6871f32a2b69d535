/**
 * grammY's Api over a `fetch` of ours. The wrapper gives every runtime the AbortSignal of its own kind, sends a body
 * of known length, and turns an answer that is not Telegram's JSON (a proxy's page) into an error with its status.
 * The token stands in the address of every call, so what goes wrong below is never passed on as it is: `withoutToken`.
 */
import { Api } from 'grammy'

/** The part of `fetch` that is used; the Node entrance gives one over undici, the default is the runtime's own. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

export type Connection = { token: string; apiRoot: string; fetch?: Fetch | undefined }

type Init = { method: string; headers: Record<string, string>; body: string | AsyncIterable<Uint8Array>; signal: AbortSignal }

/** `seconds` is how long one call may take. Nothing is tried again. */
export function openApi({ token, apiRoot, fetch }: Connection, seconds: number): Api {
  return new Api(token, { apiRoot: rootOf(apiRoot), timeoutSeconds: seconds, fetch: carry(fetch ?? runtimeFetch) })
}

/** Where the bytes of a file lie. Holds the token: never shown, never logged. */
export function fileUrl({ token, apiRoot }: Connection, path: string): string {
  return `${rootOf(apiRoot)}/file/bot${token}/${path}`
}

export const runtimeFetch: Fetch = (url, init) => globalThis.fetch(url, init)

/** An error of the same words with the token taken out, and nothing else of the original hanging on it. */
export function withoutToken(token: string, error: unknown): Error {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new Error(text.replaceAll(token, '<token>').replace(/bot\d+:[\w-]+/g, 'bot<token>'))
}

/** grammY's type names its polyfill's class; every AbortSignal serves. */
export function asGrammy(signal: AbortSignal): Parameters<Api['getMe']>[0] {
  return signal as unknown as Parameters<Api['getMe']>[0]
}

function rootOf(apiRoot: string): string {
  return apiRoot.replace(/\/+$/, '')
}

function carry(fetch: Fetch) {
  return async (url: string, init: Init) => {
    const stop = new AbortController()
    if (init.signal.aborted) stop.abort()
    init.signal.addEventListener('abort', () => stop.abort())
    const response = await fetch(url, {
      method: init.method,
      headers: { 'content-type': init.headers['content-type'] ?? 'application/json' },
      body: typeof init.body === 'string' ? init.body : await joined(init.body),
      signal: stop.signal,
    })
    const text = await response.text()
    return { json: async () => answerOf(text, response.status) }
  }
}

function answerOf(text: string, status: number): unknown {
  try {
    const answer = JSON.parse(text)
    if (typeof answer?.ok === 'boolean') return answer
  } catch {
    // falls through: whoever answered, it was not the Bot API
  }
  return { ok: false, error_code: status, description: 'The answer is not the Bot API’s.' }
}

async function joined(body: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.byteLength, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}
