/**
 * A Bot API of our own on 127.0.0.1, for tests: it answers, refuses and counts as Telegram does, remembers every call
 * and every message it took, and fails on request (a limit, a block, a hang, a socket that dies after the message was
 * taken). Error texts are Telegram's. Nothing here knows the product.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Params = Record<string, unknown>
export type Call = { method: string; params: Params }
/** A message Telegram took, whether or not its answer arrived. */
export type Taken = { id: number; chat: string; method: string; text: string; params: Params }
export type UploadedFile = { name: string; bytes: Uint8Array }

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
  port?: number
}

export type FakeTelegram = Awaited<ReturnType<typeof fakeTelegram>>

export const FAKE_TOKEN = '7000000001:AAF-fake_token_of_the_tests_0123456789a'

export async function fakeTelegram(options: FakeOptions = {}) {
  const { token = FAKE_TOKEN, username = 'HangVietThuBot', limits = {}, now = Date.now } = options
  const bot = { id: Number(token.split(':')[0]), is_bot: true, first_name: 'Trợ lý Hàng Việt', username }
  const calls: Call[] = []
  const taken: Taken[] = []
  const files = new Map<string, { path: string; bytes: Uint8Array; size: number }>()
  const faults: { fault: Fault; method?: string; chat?: string; times: number }[] = []
  const buckets = new Map<string, { left: number; at: number }>()
  const blockers = new Set<string>()
  const waiting = new Set<ServerResponse>()
  let updates: ({ update_id: number } & Params)[] = []
  let nextUpdate = 1
  let nextMessage = 1
  let poller: { response: ServerResponse; timer: NodeJS.Timeout } | undefined
  let webhook: Params = { url: '', has_custom_certificate: false, pending_update_count: 0 }
  let commands: unknown = []

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.destroyed || response.headersSent ? response.destroy() : refuse(response, 500, `Internal Server Error: ${error}`)
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? ''
    if (url.startsWith('/file/')) return download(url, response)
    const [, given = '', method = ''] = /^\/bot([^/]+)\/(\w+)/.exec(url) ?? []
    const params = await readParams(request)
    if (!/^\d+:[\w-]{35}$/.test(given)) return refuse(response, 404, 'Not Found')
    if (given !== token) return refuse(response, 401, 'Unauthorized')
    calls.push({ method, params })
    const fault = faultFor(method, String(params.chat_id ?? ''))
    if (fault !== undefined) return fail(fault, method, params, response)
    if (method.startsWith('send')) return send(method, params, response)
    const known = methods[method]
    if (known === undefined) return refuse(response, 404, 'Not Found: method not found')
    known(params, response)
  }

  const methods: Record<string, (params: Params, response: ServerResponse) => void> = {
    getMe: (_params, response) => accept(response, { ...bot, can_join_groups: true, can_read_all_group_messages: false }),
    answerCallbackQuery: (_params, response) => accept(response, true),
    setMyCommands(params, response) {
      commands = params.commands
      accept(response, true)
    },
    setWebhook(params, response) {
      const url = String(params.url ?? '')
      if (url !== '' && !url.startsWith('https://')) {
        return refuse(response, 400, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook')
      }
      webhook = { ...webhook, url, max_connections: params.max_connections ?? 40, allowed_updates: params.allowed_updates ?? [] }
      accept(response, true, url === '' ? 'Webhook was deleted' : 'Webhook was set')
    },
    deleteWebhook(_params, response) {
      webhook = { url: '', has_custom_certificate: false, pending_update_count: 0 }
      accept(response, true, 'Webhook was deleted')
    },
    getWebhookInfo: (_params, response) => accept(response, webhook),
    getUpdates(params, response) {
      if (webhook.url !== '') {
        const words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        return refuse(response, 409, `Conflict: ${words}`)
      }
      endPoll((waiter) =>
        refuse(waiter, 409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'),
      )
      updates = updates.filter((update) => update.update_id >= Number(params.offset ?? 0))
      const seconds = Number(params.timeout ?? 0)
      if (updates.length > 0 || seconds === 0) return accept(response, updates.slice(0, 100))
      poller = { response, timer: setTimeout(() => endPoll((waiter) => accept(waiter, [])), seconds * 1000) }
      response.on('close', () => {
        if (poller?.response === response) endPoll(() => undefined)
      })
    },
    getFile(params, response) {
      const file = files.get(String(params.file_id))
      if (file === undefined) return refuse(response, 400, 'Bad Request: wrong file_id or the file is temporarily unavailable')
      if (file.size > 20_000_000) return refuse(response, 400, 'Bad Request: file is too big')
      accept(response, {
        file_id: params.file_id,
        file_unique_id: `u${String(params.file_id)}`,
        file_size: file.size,
        file_path: file.path,
      })
    },
  }

  function send(method: string, params: Params, response: ServerResponse): void {
    const chat = String(params.chat_id ?? '')
    const wrong = wrongWith(method, params)
    if (wrong !== undefined) return refuse(response, 400, `Bad Request: ${wrong}`)
    if (blockers.has(chat)) return refuse(response, 403, 'Forbidden: bot was blocked by the user')
    const wait = Math.max(draw(`chat ${chat}`, limits.perChat, limits.burst), draw('all', limits.perSecond, limits.perSecond))
    if (wait > 0) return refuse(response, 429, `Too Many Requests: retry after ${wait}`, { retry_after: wait })
    accept(response, resultOf(keep(method, params)))
  }

  function keep(method: string, params: Params): Taken {
    const message = { id: nextMessage++, chat: String(params.chat_id), method, text: String(params.text ?? params.caption ?? ''), params }
    taken.push(message)
    return message
  }

  function resultOf(message: Taken): Params {
    const chat = { id: Number(message.chat), type: message.chat.startsWith('-') ? 'supergroup' : 'private' }
    return { message_id: message.id, from: bot, chat, date: Math.floor(now() / 1000), text: message.text }
  }

  /** Seconds to wait, 0 when a token was there. */
  function draw(name: string, perSecond: number | undefined, burst = 1): number {
    if (perSecond === undefined) return 0
    const at = now()
    const bucket = buckets.get(name) ?? { left: burst, at }
    const left = Math.min(burst, bucket.left + ((at - bucket.at) / 1000) * perSecond)
    buckets.set(name, { left: left >= 1 ? left - 1 : left, at })
    return left >= 1 ? 0 : Math.max(1, Math.ceil((1 - left) / perSecond))
  }

  function faultFor(method: string, chat: string): Fault | undefined {
    const at = faults.findIndex((next) => (next.method ?? method) === method && (next.chat ?? chat) === chat)
    const found = faults[at]
    if (found === undefined) return undefined
    found.times -= 1
    if (found.times <= 0) faults.splice(at, 1)
    return found.fault
  }

  function fail(fault: Fault, method: string, params: Params, response: ServerResponse): void {
    if ('status' in fault) {
      const parameters = {
        ...(fault.retryAfter === undefined ? {} : { retry_after: fault.retryAfter }),
        ...(fault.migrateTo === undefined ? {} : { migrate_to_chat_id: fault.migrateTo }),
      }
      return refuse(response, fault.status, fault.description ?? DESCRIPTIONS[fault.status] ?? 'Unknown', parameters)
    }
    if ('page' in fault) {
      response.writeHead(fault.page, { 'content-type': 'text/html' })
      response.end('<html><body>Gateway</body></html>')
      return
    }
    if (fault.taken === true && method.startsWith('send')) keep(method, params)
    if ('drop' in fault) response.destroy()
    else waiting.add(response)
  }

  function download(url: string, response: ServerResponse): void {
    const file = [...files.values()].find((one) => url === `/file/bot${token}/${one.path}`)
    if (file === undefined) return refuse(response, 404, 'Not Found')
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes.byteLength })
    response.end(file.bytes)
  }

  function endPoll(finish: (response: ServerResponse) => void): void {
    if (poller === undefined) return
    clearTimeout(poller.timer)
    const { response } = poller
    poller = undefined
    finish(response)
  }

  return {
    /** For `TELEGRAM_API_ROOT`. */
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    bot,
    calls,
    taken,
    callsOf: (method: string): Params[] => calls.filter((call) => call.method === method).map((call) => call.params),
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
      nextUpdate = Math.max(nextUpdate, id) + 1
      updates.push({ ...update, update_id: id })
      endPoll((waiter) => accept(waiter, updates.slice(0, 100)))
      return id
    },
    /** Updates nobody confirmed yet. */
    unconfirmed: () => updates.length,
    addFile(id: string, bytes: Uint8Array, size = bytes.byteLength): void {
      files.set(id, { path: `photos/file_${files.size}.jpg`, bytes, size })
    },
    async close(): Promise<void> {
      endPoll((waiter) => waiter.destroy())
      for (const response of waiting) response.destroy()
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

function accept(response: ServerResponse, result: unknown, description?: string): void {
  write(response, 200, { ok: true, result, ...(description === undefined ? {} : { description }) })
}

function refuse(response: ServerResponse, code: number, description: string, parameters: Params = {}): void {
  const more = Object.keys(parameters).length === 0 ? {} : { parameters }
  write(response, code, { ok: false, error_code: code, description, ...more })
}

function write(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** Telegram's own word for what is wrong with a message, or undefined. */
function wrongWith(method: string, params: Params): string | undefined {
  if (!/^-?\d+$/.test(String(params.chat_id ?? ''))) return 'chat not found'
  const text = params.text ?? ''
  if (method === 'sendMessage' && String(text) === '') return 'message text is empty'
  if (String(text).length > 4096) return 'message is too long'
  if (String(params.caption ?? '').length > 1024) return 'message caption is too long'
  const markup = params.reply_markup as { inline_keyboard?: { callback_data?: string }[][] } | undefined
  const keys = markup?.inline_keyboard?.flat() ?? []
  return keys.some((key) => Buffer.byteLength(key.callback_data ?? '') > 64) ? 'BUTTON_DATA_INVALID' : undefined
}

async function readParams(request: IncomingMessage): Promise<Params> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const boundary = /boundary=(\S+)/.exec(request.headers['content-type'] ?? '')?.[1]
  if (boundary !== undefined) return readMultipart(body, boundary)
  return body.byteLength === 0 ? {} : JSON.parse(body.toString())
}

/** Fields as text, or as JSON where they are; a file takes the place of the field that says `attach://<its part>`. */
function readMultipart(body: Buffer, boundary: string): Params {
  const params: Params = {}
  const uploads = new Map<string, UploadedFile>()
  for (const part of body.toString('latin1').split(`--${boundary}`).slice(1, -1)) {
    const [head = '', ...rest] = part.replace(/^\r\n/, '').split('\r\n\r\n')
    const content = Buffer.from(rest.join('\r\n\r\n').replace(/\r\n$/, ''), 'latin1')
    const field = /name="([^"]+)"/.exec(head)?.[1] ?? ''
    const file = /filename="?([^\r\n"]+)"?/.exec(head)?.[1]
    if (file !== undefined) uploads.set(field, { name: Buffer.from(file, 'latin1').toString(), bytes: new Uint8Array(content) })
    else params[field] = content.toString()
  }
  for (const [field, value] of Object.entries(params)) {
    const text = String(value)
    const upload = text.startsWith('attach://') ? uploads.get(text.slice(9)) : undefined
    if (upload !== undefined) params[field] = upload
    else if (/^[[{]/.test(text) && field !== 'caption') params[field] = JSON.parse(text)
  }
  return params
}
