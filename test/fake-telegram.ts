/**
 * A Bot API of our own on 127.0.0.1, for tests: it answers, refuses and counts as Telegram does, remembers every call
 * and every message it took, and fails on request (a limit, a block, a hang, a socket that dies after the message was
 * taken). Error texts are Telegram's. Nothing here knows the product.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answer, accepted, type Params, readParams, refused, write, wrongWith } from './fake-telegram/wire.ts'

export type { Params, UploadedFile } from './fake-telegram/wire.ts'

type Call = { method: string; params: Params }
/** A message Telegram took, whether or not its answer arrived. */
type Taken = { id: number; chat: string; method: string; text: string; params: Params }

export type Fault =
  | { status: number; description?: string; retryAfter?: number; migrateTo?: number }
  /** Some proxy's page instead of the API's JSON. */
  | { page: number }
  /** Never answers. `taken`: the message had reached the chat. */
  | { hang: true; taken?: boolean }
  /** The socket dies. `taken`: after the message had reached the chat. */
  | { drop: true; taken?: boolean }
/** Which calls a fault meets: default the next one, of any method, to any chat. */
export type FaultAt = { method?: string; chat?: string; times?: number }

export type FakeOptions = {
  token?: string
  username?: string
  /** Messages a second to one chat and in all, with a burst; no limits by default. */
  limits?: { perChat?: number; burst?: number; perSecond?: number }
  /** Milliseconds, for the limits. */
  now?: () => number
  /** Milliseconds a message travels, each way; none by default. */
  latency?: () => number
  port?: number
}

export type FakeTelegram = Awaited<ReturnType<typeof fakeTelegram>>

export const FAKE_TOKEN = '7000000001:AAF-fake_token_of_the_tests_0123456'

export async function fakeTelegram(options: FakeOptions = {}) {
  const { token = FAKE_TOKEN, username = 'HangVietThuBot', limits = {}, now = Date.now } = options
  const bot = { id: Number(token.split(':')[0]), is_bot: true, first_name: 'Trợ lý Hàng Việt', username }
  const calls: Call[] = []
  const taken: Taken[] = []
  const faults: { fault: Fault; method?: string; chat?: string; times: number }[] = []
  const files = new Map<string, { path: string; bytes: Uint8Array; size: number }>()
  const buckets = new Map<string, { left: number; at: number }>()
  const blockers = new Set<string>()
  let updates: ({ update_id: number } & Params)[] = []
  let nextUpdate = 1
  let endPoll: ((answer: Answer) => void) | undefined
  let webhook: Params = { url: '', has_custom_certificate: false, pending_update_count: 0 }
  let commands: unknown = []

  const server = createServer((request, response) => {
    const answered = request.url?.startsWith('/file/') === true ? download(request.url, response) : call(request, response)
    answered.catch((error) => write(response, refused(500, `Internal Server Error: ${error}`)))
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))

  async function call(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, given = '', method = ''] = /^\/bot([^/]+)\/(\w+)/.exec(request.url ?? '') ?? []
    const params = await readParams(request)
    if (!/^\d+:[\w-]{35}$/.test(given)) return write(response, refused(404, 'Not Found'))
    if (given !== token) return write(response, refused(401, 'Unauthorized'))
    calls.push({ method, params })
    const sends = method.startsWith('send')
    if (sends) await travel()
    const fault = faultFor(method, String(params.chat_id ?? ''))
    if (fault !== undefined) return fail(fault, method, params, response)
    if (sends) {
      const answer = send(method, params)
      await travel()
      return write(response, answer)
    }
    const known = methods[method] ?? (() => refused(404, 'Not Found: method not found'))
    write(response, await known(params, response))
  }

  const travel = async () => {
    if (options.latency) await new Promise((arrive) => setTimeout(arrive, options.latency?.()))
  }

  const methods: Record<string, (params: Params, response: ServerResponse) => Answer | Promise<Answer>> = {
    getMe: () => accepted({ ...bot, can_join_groups: true, can_read_all_group_messages: false, supports_inline_queries: false }),
    answerCallbackQuery: () => accepted(true),
    setMyCommands(params) {
      commands = params.commands
      return accepted(true)
    },
    setWebhook(params) {
      const url = String(params.url ?? '')
      const wrong = 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook'
      if (url !== '' && !url.startsWith('https://')) return refused(400, wrong)
      webhook = { ...webhook, url, max_connections: params.max_connections ?? 40, allowed_updates: params.allowed_updates ?? [] }
      return accepted(true, url === '' ? 'Webhook was deleted' : 'Webhook was set')
    },
    deleteWebhook() {
      webhook = { url: '', has_custom_certificate: false, pending_update_count: 0 }
      return accepted(true, 'Webhook was deleted')
    },
    getWebhookInfo: () => accepted(webhook),
    getUpdates(params, response) {
      const active = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
      if (webhook.url !== '') return refused(409, `Conflict: ${active}`)
      const other = 'terminated by other getUpdates request; make sure that only one bot instance is running'
      endPoll?.(refused(409, `Conflict: ${other}`))
      updates = updates.filter((update) => update.update_id >= Number(params.offset ?? 0))
      const seconds = Number(params.timeout ?? 0)
      return updates.length > 0 || seconds === 0 ? accepted(updates.slice(0, 100)) : longPoll(seconds, response)
    },
    getFile(params) {
      const file = files.get(String(params.file_id))
      if (file === undefined) return refused(400, 'Bad Request: wrong file_id or the file is temporarily unavailable')
      if (file.size > 20_000_000) return refused(400, 'Bad Request: file is too big')
      return accepted({ file_id: params.file_id, file_unique_id: `u${params.file_id}`, file_size: file.size, file_path: file.path })
    },
  }

  function longPoll(seconds: number, response: ServerResponse): Promise<Answer> {
    return new Promise((resolve) => {
      const end = (answer: Answer) => {
        clearTimeout(timer)
        if (endPoll === end) endPoll = undefined
        resolve(answer)
      }
      const timer = setTimeout(() => end(accepted([])), seconds * 1000)
      response.on('close', () => end(accepted([])))
      endPoll = end
    })
  }

  function send(method: string, params: Params): Answer {
    const chat = String(params.chat_id ?? '')
    const wrong = wrongWith(method, params)
    if (wrong !== undefined) return refused(400, `Bad Request: ${wrong}`)
    if (blockers.has(chat)) return refused(403, 'Forbidden: bot was blocked by the user')
    const wait = Math.max(draw(`chat ${chat}`, limits.perChat, limits.burst), draw('all', limits.perSecond, limits.perSecond))
    if (wait > 0) return refused(429, `Too Many Requests: retry after ${wait}`, { retry_after: wait })
    const { id, text } = keep(method, params)
    const type = chat.startsWith('-') ? 'supergroup' : 'private'
    return accepted({ message_id: id, from: bot, chat: { id: Number(chat), type }, date: Math.floor(now() / 1000), text })
  }

  function keep(method: string, params: Params): Taken {
    const text = String(params.text ?? params.caption ?? '')
    const message = { id: taken.length + 1, chat: String(params.chat_id), method, text, params }
    taken.push(message)
    return message
  }

  /** Seconds to wait; 0 when one more message may go. */
  function draw(name: string, perSecond: number | undefined, burst = 1): number {
    if (perSecond === undefined) return 0
    const at = now()
    const bucket = buckets.get(name) ?? { left: burst, at }
    const left = Math.min(burst, bucket.left + ((at - bucket.at) / 1000) * perSecond)
    buckets.set(name, { left: left >= 1 ? left - 1 : left, at })
    return left >= 1 ? 0 : Math.max(1, Math.ceil((1 - left) / perSecond))
  }

  function faultFor(method: string, chat: string): Fault | undefined {
    const found = faults.find((next) => (next.method ?? method) === method && (next.chat ?? chat) === chat)
    if (found === undefined) return undefined
    found.times -= 1
    if (found.times <= 0) faults.splice(faults.indexOf(found), 1)
    return found.fault
  }

  function fail(fault: Fault, method: string, params: Params, response: ServerResponse): void {
    if ('status' in fault) {
      const after = fault.retryAfter === undefined ? {} : { retry_after: fault.retryAfter }
      const moved = fault.migrateTo === undefined ? {} : { migrate_to_chat_id: fault.migrateTo }
      const description = fault.description ?? DESCRIPTIONS[fault.status] ?? 'Unknown'
      write(response, refused(fault.status, description, { ...after, ...moved }))
      return
    }
    if ('page' in fault) {
      response.writeHead(fault.page, { 'content-type': 'text/html' }).end('<html><body>Gateway</body></html>')
      return
    }
    if (fault.taken === true && method.startsWith('send')) keep(method, params)
    if ('drop' in fault) response.destroy()
  }

  async function download(url: string, response: ServerResponse): Promise<void> {
    const file = [...files.values()].find((one) => url === `/file/bot${token}/${one.path}`)
    if (file === undefined) return write(response, refused(404, 'Not Found'))
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes.byteLength })
    response.end(file.bytes)
  }

  return {
    /** For `TELEGRAM_API_ROOT`. */
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    bot,
    calls,
    taken,
    callsOf: (method: string): Params[] => calls.filter((one) => one.method === method).map((one) => one.params),
    commands: () => commands,
    /** What getWebhookInfo shows; give a part to change it. */
    webhook: (change: Params = {}): Params => {
      webhook = { ...webhook, ...change }
      return webhook
    },
    fail(fault: Fault, { times = 1, ...at }: FaultAt = {}): void {
      faults.push({ fault, times, ...at })
    },
    /** From now on this person has blocked the bot. */
    block: (chat: string) => blockers.add(chat),
    unblock: (chat: string) => blockers.delete(chat),
    /** Puts an update where getUpdates finds it; gives it an id when it has none. */
    push(update: Params): number {
      const id = typeof update.update_id === 'number' ? update.update_id : nextUpdate
      nextUpdate = Math.max(nextUpdate, id + 1)
      updates.push({ ...update, update_id: id })
      endPoll?.(accepted(updates.slice(0, 100)))
      return id
    },
    /** Updates nobody confirmed yet. */
    unconfirmed: () => updates.length,
    /** `size` is what Telegram believes the file weighs. */
    addFile(id: string, bytes: Uint8Array, size = bytes.byteLength): void {
      files.set(id, { path: `photos/file_${files.size}.jpg`, bytes, size })
    },
    async close(): Promise<void> {
      endPoll?.(accepted([]))
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const DESCRIPTIONS: Record<number, string> = {
  400: 'Bad Request: wrong parameter',
  401: 'Unauthorized',
  403: 'Forbidden: bot was blocked by the user',
  404: 'Not Found',
  429: 'Too Many Requests: retry later',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
}
