/**
 * A Zalo Bot Platform on this machine: the same addresses and answers, remembers each call, and fails on demand.
 * It shows the platform's two odd sides: getUpdates hands out one update, and nothing at all while a webhook is set.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export type FakeCall = { method: string; params: Record<string, unknown> }
/** `hang`: takes the call and never answers. `drop`: takes it and cuts the line. A body is sent as it is. */
export type FakeFailure =
  | { code: number; description?: string; retryAfter?: number }
  | { status: number; body: string; location?: string }
  | 'hang'
  | 'drop'

export type FakeZaloBot = {
  root: string
  token: string
  calls: FakeCall[]
  /** Parameters of each call of one method, in order. */
  callsOf(method: string): Record<string, unknown>[]
  /** The next call of the method fails so; several are used up in order. */
  failNext(method: string, ...failures: FakeFailure[]): void
  /** Waits for getUpdates to fetch it. */
  push(update: unknown): void
  webhook: { url: string; secret: string }
  /** Address of a picture served as `image/jpeg`. */
  addPhoto(bytes: Uint8Array): string
  close(): Promise<void>
}

export async function startFakeZaloBot(token = '12345689:abc-xyz'): Promise<FakeZaloBot> {
  const calls: FakeCall[] = []
  const failures = new Map<string, FakeFailure[]>()
  const updates: unknown[] = []
  const waiting: ServerResponse[] = []
  const photos: Uint8Array[] = []
  const webhook = { url: '', secret: '' }
  let sent = 0

  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    if (path.startsWith('/photo/')) return servePhoto(photos[Number(path.slice(7))], response)
    const method = path.startsWith(`/bot${token}/`) ? path.slice(token.length + 5) : ''
    const params = await paramsOf(request)
    if (method !== '') calls.push({ method, params })
    const failure = method === '' ? { code: 401, description: 'Unauthorized' } : failures.get(method)?.shift()
    if (failure !== undefined) failCall(failure, response)
    else if (method === 'getUpdates') {
      waiting.push(response)
      handOut()
    } else answer(response, resultOf(method, params))
  })

  /** Undefined where the platform refuses the call. */
  function resultOf(method: string, params: Record<string, unknown>): unknown {
    if (method === 'getMe')
      return { id: '1459232241454765289', account_name: 'bot.HangViet', account_type: 'BASIC', can_join_groups: false }
    if (method === 'sendMessage' || method === 'sendPhoto') {
      const text = String(params.text ?? params.caption ?? '')
      if (text.length > 2000 || (method === 'sendMessage' && text === '')) return undefined
      return { message_id: `82599fa32f56d00e${String(++sent).padStart(4, '0')}`, date: 1789033700000 }
    }
    if (method === 'sendChatAction') return true
    if (method === 'setWebhook') Object.assign(webhook, { url: params.url, secret: params.secret_token })
    if (method === 'deleteWebhook') Object.assign(webhook, { url: '', secret: '' })
    return ['setWebhook', 'deleteWebhook', 'getWebhookInfo'].includes(method) ? { url: webhook.url, updated_at: 1789033700000 } : undefined
  }

  function handOut(): void {
    if (webhook.url !== '' || updates.length === 0) return
    let response = waiting.shift()
    while (response?.destroyed) response = waiting.shift()
    if (response) answer(response, updates.shift() ?? null)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const root = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return {
    root,
    token,
    calls,
    callsOf: (method) => calls.filter((call) => call.method === method).map((call) => call.params),
    failNext: (method, ...next) => void failures.set(method, [...(failures.get(method) ?? []), ...next]),
    push(update) {
      updates.push(update)
      handOut()
    },
    webhook,
    addPhoto: (bytes) => `${root}/photo/${photos.push(bytes) - 1}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(response: ServerResponse, result: unknown): void {
  if (result === undefined) failCall({ code: 400, description: 'Bad request' }, response)
  else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, result }))
}

function failCall(failure: FakeFailure, response: ServerResponse): void {
  if (failure === 'hang') return
  if (failure === 'drop') {
    response.socket?.destroy()
  } else if ('body' in failure) response.writeHead(failure.status, failure.location ? { location: failure.location } : {}).end(failure.body)
  else {
    const { code, description = 'Failed', retryAfter } = failure
    const body = {
      ok: false,
      error_code: code,
      description,
      ...(retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } }),
    }
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

function servePhoto(bytes: Uint8Array | undefined, response: ServerResponse): void {
  if (bytes === undefined) response.writeHead(404).end()
  else response.writeHead(200, { 'content-type': 'image/jpeg' }).end(bytes)
}

async function paramsOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : JSON.parse(text)
}
