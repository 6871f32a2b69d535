/**
 * zalo-api (npm, ISC, 0.3.0), confined to this file. Of its 29 calls two still work and are needed here: who the OA is,
 * and the article broadcast. Its messages go to an API that Zalo has shut, its uploads are not multipart, it runs on no
 * Worker and it puts the token into the URL, where logs keep it (zalo.md §6.1). So the axios it shares with us gets an
 * adapter that hands each request to our own call: the token goes into the header, and zalo-api itself never sees one,
 * only a ticket that stands for it.
 */
import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios'
import { OA } from 'zalo-api'
import { SendError } from '../../errors.ts'
import type { Call } from './api.ts'

export type BroadcastTarget = { ages?: string; gender?: string; locations?: string; cities?: string; platforms?: string }

/** The OA a token belongs to. Throws SendError. */
export async function officialAccount(call: Call, accessToken: string): Promise<{ id: string | undefined; name: string | undefined }> {
  const answer = await withTicket(call, accessToken, (ticket) => OA.get_info({ access_token: ticket }))
  const data: Record<string, unknown> = { ...answer.data }
  return { id: textOf(data.oa_id), name: textOf(data.name) }
}

/** One approved article to the followers of a target (zalo.md §1.6). Returns Zalo's message id; throws SendError. */
export async function broadcastArticle(call: Call, accessToken: string, articleId: string, target: BroadcastTarget): Promise<string> {
  const answer = await withTicket(call, accessToken, (ticket) =>
    OA.broadcast({
      access_token: ticket,
      recipient: { target },
      message: articleMessage(articleId),
    }),
  )
  const data: Record<string, unknown> = { ...answer.data }
  return textOf(data.message_id) ?? ''
}

type BroadcastMessage = Parameters<typeof OA.broadcast>[0]['message']

/** The type asks for a text, Zalo's article broadcast has none (zalo.md §1.6). */
function articleMessage(articleId: string): BroadcastMessage {
  const elements: BroadcastMessage['attachment']['payload']['elements'] = [{ media_type: 'article', attachment_id: articleId }]
  const message: Omit<BroadcastMessage, 'text'> = { attachment: { type: 'template', payload: { template_type: 'media', elements } } }
  return message as BroadcastMessage
}

const tickets = new Map<string, { call: Call; accessToken: string }>()
let issued = 0

async function withTicket<T>(call: Call, accessToken: string, use: (ticket: string) => Promise<T>): Promise<T> {
  const ticket = `ticket-${++issued}`
  tickets.set(ticket, { call, accessToken })
  try {
    return await use(ticket)
  } catch (error) {
    if (error instanceof SendError) throw error
    throw new SendError('refused', 'zalo_api', undefined, { cause: error })
  } finally {
    tickets.delete(ticket)
  }
}

async function carry(config: AxiosRequestConfig): Promise<AxiosResponse> {
  const { access_token: ticket, ...params }: Record<string, unknown> = config.params ?? {}
  const found = tickets.get(String(ticket))
  if (found === undefined) throw new Error('A request of zalo-api without a ticket.')
  const url = new URL(config.url ?? '')
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  const get = config.method?.toLowerCase() === 'get'
  const data = await found.call(url.pathname + url.search, found.accessToken, get ? 'get' : { json: config.data })
  return { data, status: 200, statusText: 'OK', headers: {}, config }
}

axios.defaults.adapter = carry
axios.defaults.transformRequest = [(data: unknown) => data]

function textOf(value: unknown): string | undefined {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined
}
