/**
 * A Zalo of our own: OpenAPI, OAuth and photo host in one node:http server. It
 * keeps Zalo's habits that hurt: errors come with HTTP 200, refresh tokens work once, a new token kills the old one,
 * buttons may be refused, and a socket may die after the message was taken. It records every call.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type FakeCall = { method: string; path: string; query: string; headers: IncomingMessage['headers']; body: string; json: unknown }

/** What happens to one call instead of a success. `drop` takes the message and closes the socket; `hang` never answers. */
type Script = { error: number; message?: string } | { status: number; body?: string; headers?: Record<string, string> } | 'drop' | 'hang'

export type FakeZaloOptions = {
  appId: string
  appSecret: string
  oaSecretKey: string
  oaId: string
  accessToken: string
  refreshToken: string
}

const MESSAGE = '/v3.0/oa/message/cs'
const TEMPLATE = '/v3.0/oa/message/template'
const OAUTH = '/v4/oa/access_token'

export async function startFakeZalo(options: FakeZaloOptions) {
  const calls: FakeCall[] = []
  const scripts = new Map<string, Script[]>()
  const photos = new Map<string, { type: string; bytes: Uint8Array } | { location: string }>()
  const grant = { accessToken: options.accessToken, refreshToken: options.refreshToken, rotations: 0 }
  const behaviour = {
    refuseButtons: undefined as -201 | -233 | undefined,
    /** Sent as `X-RateLimit-Remain` with each answer of the OpenAPI host. */
    remain: undefined as number | undefined,
    expiresIn: '90000' as string | number,
    oaName: 'Công đoàn mẫu',
    /** Ids of the templates Zalo has approved, with the names each wants filled. */
    templates: { '215317': ['tieu_de', 'don_vi', 'ma_tin'] } as Record<string, string[]>,
  }
  let serial = 0

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    const url = new URL(request.url ?? '/', 'http://fake')
    const call = { method: request.method ?? '', path: url.pathname, query: url.search, headers: request.headers, body, json: jsonOf(body) }
    calls.push(call)
    const script = scripts.get(url.pathname)?.shift()
    if (script === 'hang') return
    if (script === 'drop') return void request.socket.destroy()
    if (script !== undefined && 'status' in script) return void response.writeHead(script.status, script.headers).end(script.body ?? '')
    if (script !== undefined) return say(response, { error: script.error, message: script.message ?? 'scripted' })
    if (url.pathname === OAUTH) return say(response, refreshed(call))
    const photo = photos.get(url.pathname)
    if (photo !== undefined && 'location' in photo) return void response.writeHead(302, { location: photo.location }).end()
    if (photo !== undefined) return void response.writeHead(200, { 'content-type': photo.type }).end(photo.bytes)
    return say(response, answerTo(call))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    apiRoot: root,
    oauthRoot: root,
    calls,
    grant,
    behaviour,
    /** Path → what the photo host serves there. */
    photos,
    /** The next calls of a path end like this, in this order. */
    script(path: string, ...next: Script[]) {
      scripts.set(path, [...(scripts.get(path) ?? []), ...next])
    },
    to: (path: string) => calls.filter((call) => call.path === path),
    /** Bodies of the consultation messages, in order. */
    messages: () => calls.filter((call) => call.path === MESSAGE).map((call) => call.json),
    /** Bodies of the template messages, in order. */
    templates: () => calls.filter((call) => call.path === TEMPLATE).map((call) => call.json),
    /** A signed webhook request, as Zalo posts it. */
    webhook: (event: unknown, headers?: Record<string, string>) => signedWebhook(options, event, headers),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }

  function answerTo(call: FakeCall): Record<string, unknown> {
    const known = [
      '/v2.0/oa/message',
      '/v2.0/oa/getoa',
      '/v2.0/oa/upload/file',
      '/v2.0/oa/upload/image',
      '/v3.0/oa/quota/message',
      MESSAGE,
      TEMPLATE,
    ]
    if (!known.includes(call.path)) return { error: -205, message: 'no such path' }
    if (call.headers.access_token !== grant.accessToken) return { error: -216, message: 'Access token is invalid' }
    if (call.path === '/v2.0/oa/getoa') return success({ oa_id: options.oaId, name: behaviour.oaName, is_verified: true })
    if (call.path.startsWith('/v2.0/oa/upload/')) return uploaded(call)
    if (call.path === '/v3.0/oa/quota/message') return success({ cs_reply: { remain: '8', total: '8' } })
    if (call.path === TEMPLATE) return templated(call)
    const sent = call.json as {
      recipient?: { user_id?: string; target?: unknown }
      message?: { text?: string; attachment?: { payload?: { buttons?: unknown } } }
    }
    if (call.path === '/v2.0/oa/message') {
      if (sent.recipient?.target === undefined)
        return { error: -240, message: 'MessageV2 API has been shut down, please switch to MessageV3' }
      return success({ message_id: `broadcast-${++serial}` })
    }
    if (sent.message?.attachment?.payload?.buttons !== undefined && behaviour.refuseButtons !== undefined)
      return { error: behaviour.refuseButtons, message: 'attachment is invalid!' }
    if ((sent.message?.text ?? '').length > 2000) return { error: -210, message: 'text is too long' }
    const quota = { quota_type: 'reply', remain: '7', total: '8' }
    return success({ message_id: `message-${++serial}`, user_id: sent.recipient?.user_id, sent_time: '1795338000740', quota })
  }

  function templated({ json }: FakeCall): Record<string, unknown> {
    const { user_id, template_id, template_data } = json as {
      user_id?: unknown
      template_id?: unknown
      template_data?: Record<string, unknown>
    }
    if (typeof user_id !== 'string') return { error: -201, message: 'user_id is invalid!' }
    const names = behaviour.templates[String(template_id)]
    if (!names) return { error: -201, message: 'template_id is invalid!' }
    const filled =
      names.every((name) => typeof template_data?.[name] === 'string') && Object.keys(template_data ?? {}).length === names.length
    return filled ? success({ message_id: `template-${++serial}`, user_id }) : { error: -201, message: 'template_data is invalid!' }
  }

  function uploaded(call: FakeCall): Record<string, unknown> {
    if (!/^multipart\/form-data; boundary=/.test(call.headers['content-type'] ?? '') || !call.body.includes('name="file"'))
      return { error: -201, message: 'file is invalid!' }
    return success(call.path.endsWith('file') ? { token: `file-${++serial}` } : { attachment_id: `image-${++serial}` })
  }

  function refreshed(call: FakeCall): Record<string, unknown> {
    const form = new URLSearchParams(call.body)
    if (call.headers.secret_key !== options.appSecret) return { error: -14002, error_name: 'Invalid secret key' }
    if (form.get('refresh_token') !== grant.refreshToken || form.get('app_id') !== options.appId)
      return { error: -14014, error_name: 'Invalid refresh token' }
    grant.rotations++
    grant.accessToken = `access-${grant.rotations}`
    grant.refreshToken = `refresh-${grant.rotations}`
    return { access_token: grant.accessToken, refresh_token: grant.refreshToken, expires_in: behaviour.expiresIn }
  }

  function say(response: ServerResponse, answer: Record<string, unknown>): void {
    const limits = behaviour.remain === undefined ? {} : { 'X-RateLimit-Limit': '100', 'X-RateLimit-Remain': String(behaviour.remain) }
    response.writeHead(200, { 'content-type': 'application/json', ...limits }).end(JSON.stringify(answer))
  }
}

/** The request Zalo would post for an event (or for exactly this text), signed as zalo.md §3.2 says. */
export function signedWebhook(
  keys: { appId: string; oaSecretKey: string },
  event: unknown,
  headers: Record<string, string> = {},
  timestamp?: string,
): Request {
  const body = typeof event === 'string' ? event : JSON.stringify(event)
  const inside = timestamp ?? (jsonOf(body) as { timestamp?: string } | undefined)?.timestamp ?? ''
  const mac = createHash('sha256')
    .update(keys.appId + body + inside + keys.oaSecretKey)
    .digest('hex')
  return new Request('https://bot.example.vn/webhooks/zalo', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-zevent-signature': `mac=${mac}`, ...headers },
    body,
  })
}

function success(data: Record<string, unknown>): Record<string, unknown> {
  return { data, error: 0, message: 'Success' }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
