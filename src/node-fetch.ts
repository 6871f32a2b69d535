/**
 * The server's way out, over undici. `apiFetch` speaks to undici's dispatcher directly, because WHATWG fetch costs ten
 * times as much processor for a small call and a broadcast makes thousands a second; `fetch` gives the streamed Response
 * that photos need. Neither tries anything again: whether a message may be sent twice is decided elsewhere.
 */
import { Agent, type Dispatcher, Pool, fetch as undiciFetch } from 'undici'
import type { ApiAnswer, ApiFetch, ApiRequest } from './api-fetch.ts'
import type { Fetch } from './media.ts'

/** Sockets to one host, for answers and for a broadcast each. What finds none free waits its turn within its own time limit. */
const CONNECTIONS = 64
const CONNECT_MS = 10_000
const KEEP_ALIVE_MS = 30_000
/** How late a time limit may be noticed. */
const TICK_MS = 50

const POOL = { connections: CONNECTIONS, keepAliveTimeout: KEEP_ALIVE_MS, connect: { timeout: CONNECT_MS } }

export function openFetches(): { fetch: Fetch; apiFetch: ApiFetch } {
  return { fetch: openFetch(), apiFetch: openApiFetch() }
}

/** A Response of the runtime's own class around undici's, so that it is what its type says. */
function openFetch(): Fetch {
  const dispatcher = new Agent(POOL)
  return async (url, init) => {
    const { status, headers, body } = await undiciFetch(url, { ...init, dispatcher } as Parameters<typeof undiciFetch>[1])
    return new Response(body as ReadableStream<Uint8Array> | null, { status, headers: [...headers] })
  }
}

/** Addresses are those of the configuration, a handful of hosts: their pools are never given up. */
function openApiFetch(): ApiFetch {
  const pools = { bulk: new Map<string, Pool>(), single: new Map<string, Pool>() }
  const limits = openLimits()
  return (url, request) =>
    new Promise((resolve, reject) => {
      const call = new Call(resolve, reject, limits, request)
      try {
        const { origin, path } = splitUrl(url)
        const own = request.bulk ? pools.bulk : pools.single
        let pool = own.get(origin)
        if (pool === undefined) {
          pool = new Pool(origin, POOL)
          own.set(origin, pool)
        }
        call.begin()
        // undici's own limits count from the moment of writing and notice late: ours cover the wait for a socket too.
        const { method, body = null, headers = null } = request
        pool.dispatch({ path, method, headers, body, headersTimeout: 0, bodyTimeout: 0 }, call)
      } catch (error) {
        call.fail(error)
      }
    })
}

/** By hand, because parsing an address anew costs more than the rest of the preparation; undici checks both parts. */
function splitUrl(url: string): { origin: string; path: string } {
  const at = url.indexOf('/', url.indexOf('//') + 2)
  // Node's own error would show the address, and that may hold a token.
  if (!/^https?:\/\/[^/]/.test(url) || at < 0) throw new TypeError('The address is not one of http or https.')
  return { origin: url.slice(0, at), path: url.slice(at) }
}

type Limits = { add(call: Call): void; delete(call: Call): void }

/**
 * One timer for all calls under way: a timer or an AbortSignal for each would cost as much as the call. They stand in an
 * array in no order, because a Set that thousands a second enter and leave keeps those that left alive: each table it
 * outgrows points to the next, and once one is old the collector of young objects holds on to all that follow.
 */
function openLimits(): Limits {
  const calls: Call[] = []
  let timer: ReturnType<typeof setInterval> | undefined
  const look = () => {
    if (calls.length === 0) {
      clearInterval(timer)
      timer = undefined
      return
    }
    const now = performance.now()
    for (const call of [...calls]) if (call.until <= now) call.fail(new DOMException('No answer in time.', 'TimeoutError'))
  }
  return {
    add(call) {
      call.place = calls.push(call) - 1
      // The socket keeps the process alive, not its time limit.
      timer ??= setInterval(look, TICK_MS).unref()
    },
    delete(call) {
      const last = calls[calls.length - 1]
      if (last === undefined || call.place < 0) return
      calls[call.place] = last
      last.place = call.place
      calls.pop()
      call.place = -1
    },
  }
}

/** What undici reports to, and then the answer itself: a class, because one is made for every message. */
class Call implements Dispatcher.DispatchHandler, ApiAnswer {
  status = 0
  /** Among those under way; -1 before and after. */
  place = -1
  readonly until: number
  private fields: Record<string, string | string[] | undefined> = {}
  private chunks: Buffer[] = []
  private controller: Dispatcher.DispatchController | undefined
  private settled = false

  constructor(
    private readonly resolve: (answer: ApiAnswer) => void,
    private readonly reject: (error: unknown) => void,
    private readonly limits: Limits,
    private readonly request: ApiRequest,
  ) {
    this.until = performance.now() + request.timeoutMs
  }

  begin(): void {
    const { signal } = this.request
    this.limits.add(this)
    signal?.throwIfAborted()
    signal?.addEventListener('abort', this.stop)
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get headers(): ApiAnswer['headers'] {
    return { get: (name) => [this.fields[name.toLowerCase()] ?? []].flat().join(', ') || null }
  }

  text(): Promise<string> {
    // Joined before decoding: a letter may lie across two chunks.
    const [first] = this.chunks
    const whole = first !== undefined && this.chunks.length === 1 ? first : Buffer.concat(this.chunks)
    return Promise.resolve(whole.toString('utf8'))
  }

  /** Called right before the request is written, and never again: so without it nothing has left. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a socket. Throwing keeps the request from the wire and the socket for the next.
    if (this.settled) throw new Error('given up')
    this.controller = controller
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, fields: Record<string, string | string[] | undefined>): void {
    this.status = status
    this.fields = fields
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (this.settle()) this.resolve(this)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(this.controller === undefined ? error : noAnswer(error))
  }

  fail(error: unknown): void {
    if (!this.settle()) return
    this.reject(this.controller === undefined ? neverWritten(error) : error)
    this.controller?.abort(new Error('given up'))
  }

  private stop = (): void => this.fail(this.request.signal?.reason)

  private settle(): boolean {
    if (this.settled) return false
    this.settled = true
    this.limits.delete(this)
    this.request.signal?.removeEventListener('abort', this.stop)
    return true
  }
}

function neverWritten(cause: unknown): Error {
  return Object.assign(new Error('Nothing was written.', { cause }), { code: 'ERR_NEVER_WRITTEN' })
}

/**
 * Without its code: a route or a TLS session can break long after the connection was made, with the very codes (read
 * EHOSTUNREACH, ERR_SSL_…) that elsewhere say it never was.
 */
function noAnswer(error: Error & { code?: unknown }): Error {
  return Object.assign(new Error(`${error.code ?? error.name}: ${error.message}`), { code: 'ERR_NO_ANSWER' })
}
