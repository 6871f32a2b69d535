/**
 * The two ways to the Bot API. `openCall` makes the calls that send, by itself and as cheaply as can be: a broadcast is
 * thousands of them a second, and grammY's Api costs more processor than the call. `openApi` is grammY's Api for all the
 * rest. Both turn an answer that is not Telegram's JSON (a proxy's page) into an error with its status. The token stands
 * in the address of every call, so what goes wrong below is never passed on as it is: `withoutToken`.
 */
import { Api, GrammyError } from 'grammy'
import type { ApiResponse } from 'grammy/types'
import { type ApiFetch, apiFetchOver } from '../../api-fetch.ts'
import type { Fetch } from '../../media.ts'

export type Connection = {
  token: string
  apiRoot: string
  /** For files; the default is the runtime's own. */
  fetch?: Fetch | undefined
  /** For calls; over `fetch` unless given. */
  apiFetch?: ApiFetch | undefined
}

/**
 * Resolves to `result`. Throws GrammyError as grammY does, save that no word of the message hangs on it.
 * @param body the parameters as JSON
 * @param bulk part of a broadcast
 */
export type Call = (method: string, body: string, bulk: boolean) => Promise<unknown>

type Init = { method: string; headers: Record<string, string>; body: string | AsyncIterable<Uint8Array>; signal: AbortSignal }

const JSON_BODY = { 'content-type': 'application/json' }
/** Seconds by which grammY's own limit comes after ours, since ours knows whether the request had been written. */
const LATER = 5

/** `seconds` is how long one call may take. Nothing is tried again. */
export function openCall(connection: Connection, seconds: number): Call {
  const apiFetch = callsOf(connection)
  const base = `${rootOf(connection.apiRoot)}/bot${connection.token}/`
  const timeoutMs = seconds * 1000
  return async (method, body, bulk) => {
    const response = await apiFetch(base + method, { method: 'POST', headers: JSON_BODY, body, timeoutMs, bulk })
    const answer = answerOf(await response.text(), response.status)
    if (answer.ok) return answer.result
    throw new GrammyError(`Call to '${method}' failed!`, answer, method, {})
  }
}

/** As `openCall`, with grammY's methods, uploads and types. */
export function openApi(connection: Connection, seconds: number): Api {
  return new Api(connection.token, {
    apiRoot: rootOf(connection.apiRoot),
    timeoutSeconds: seconds + LATER,
    fetch: carry(callsOf(connection), seconds * 1000),
  })
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

function callsOf({ apiFetch, fetch = runtimeFetch }: Connection): ApiFetch {
  return apiFetch ?? apiFetchOver(fetch)
}

/** Gives every runtime the AbortSignal of its own kind, and a body of known length. */
function carry(apiFetch: ApiFetch, timeoutMs: number) {
  return async (url: string, init: Init) => {
    const stop = new AbortController()
    if (init.signal.aborted) stop.abort()
    init.signal.addEventListener('abort', () => stop.abort())
    const response = await apiFetch(url, {
      method: init.method,
      headers: { 'content-type': init.headers['content-type'] ?? 'application/json' },
      body: typeof init.body === 'string' ? init.body : await joined(init.body),
      timeoutMs,
      signal: stop.signal,
    })
    const text = await response.text()
    return { json: async () => answerOf(text, response.status) }
  }
}

function answerOf(text: string, status: number): ApiResponse<unknown> {
  try {
    const answer = JSON.parse(text)
    if (answer?.ok === true || (answer?.ok === false && typeof answer.error_code === 'number' && typeof answer.description === 'string'))
      return answer
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
