/**
 * Zalo Official Account: the channel most members have. It puts the parts together: the signed door (receive.ts), the
 * v3 consultation message (send.ts), the token that must never be lost (token.ts), and zalo-api where it still works
 * (official-account.ts). Limits are configuration: Zalo publishes none of them openly (zalo.md §1).
 */
import { type ApiFetch, apiFetchOver } from '../../api-fetch.ts'
import { ZALO_WINDOW } from '../../campaign.ts'
import type { Channel, ChannelCheck, ChannelState } from '../../chat.ts'
import { SendError } from '../../errors.ts'
import { type Fetch, fetchAllowed, zaloMediaHosts } from '../../media.ts'
import { type Answer, openApi } from './api.ts'
import { isTokenRefused } from './errors.ts'
import { type BroadcastTarget, broadcastArticle, officialAccount } from './official-account.ts'
import { receiver } from './receive.ts'
import { BUTTON_LIMIT, type Post, sender, TEXT_LIMIT, templateSender } from './send.ts'
import { type Log, type Seed, type TokenStore, tokens as tokensOf } from './token.ts'

export type { BroadcastTarget } from './official-account.ts'
export type { Seed, TokenPair, TokenStore } from './token.ts'

export type ZaloOptions = {
  appId: string
  appSecret: string
  /** Signs the webhook; another value than the app secret (zalo.md §3.2). */
  oaSecretKey: string
  oaId: string
  apiRoot?: string
  oauthRoot?: string
  /** Besides Zalo's own hosts: `cdn.example.vn`, `*.example.vn`, or an origin with scheme and port. */
  mediaHosts?: readonly string[]
  tokens: TokenStore
  /** `ZALO_ACCESS_TOKEN` and `ZALO_REFRESH_TOKEN`: only where the store has not grown from it already. */
  seed?: Seed
  /** Requests a minute of the OA's package: 100 on the smallest with an open API. */
  perMinute?: number
  timeoutMs?: number
  /** Photos. */
  fetch: Fetch
  /** Everything else; over `fetch` unless given. */
  apiFetch?: ApiFetch
  now: () => Date
  log: Log
}

export type ZaloChannel = Channel &
  Required<Pick<Channel, 'check' | 'setUp' | 'tend' | 'sendTemplate'>> & {
    /** Sends an approved article to followers; free, moderated by Zalo first (zalo.md §1.6). Returns Zalo's message id; throws SendError. */
    broadcastArticle(articleId: string, target?: BroadcastTarget): Promise<string>
  }

export function createZalo(options: ZaloOptions): ZaloChannel {
  const { fetch, now, apiFetch = apiFetchOver(fetch) } = options
  const apiRoot = (options.apiRoot ?? 'https://openapi.zalo.me').replace(/\/+$/, '')
  const oauthRoot = (options.oauthRoot ?? 'https://oauth.zaloapp.com').replace(/\/+$/, '')
  const timeoutMs = options.timeoutMs ?? 15_000
  const call = openApi({ apiRoot, apiFetch, now, timeoutMs })
  const tokens = tokensOf({ ...options, apiFetch, store: options.tokens, oauthRoot, timeoutMs })
  const post: Post = (path, request) => withToken<Answer>((accessToken) => call(path, accessToken, request))
  const mediaHosts = [...zaloMediaHosts, ...(options.mediaHosts ?? []), new URL(apiRoot).origin]

  return {
    name: 'zalo',
    limits: {
      text: TEXT_LIMIT,
      buttons: BUTTON_LIMIT,
      perSecond: Math.max(1, Math.floor((options.perMinute ?? 100) / 6)) / 10,
      oneBucket: true,
      windowHours: ZALO_WINDOW.openHours,
      freeHours: ZALO_WINDOW.freeHours,
      documents: true,
    },
    receive: receiver(options),
    send: sender(post, now),
    sendTemplate: templateSender(post),
    photo: (ref, signal) => fetchAllowed(ref, { hosts: mediaHosts, fetch, signal }),
    tend: tokens.tend,
    check,
    setUp,
    broadcastArticle: (articleId, target = {}) => withToken((accessToken) => broadcastArticle(call, accessToken, articleId, target)),
  }

  /** A refused token is renewed once and the call made once more; then a person has to look. */
  async function withToken<T>(use: (accessToken: string) => Promise<T>): Promise<T> {
    const accessToken = await tokens.access()
    try {
      return await use(accessToken)
    } catch (error) {
      if (!isTokenRefused(error)) throw error
    }
    return use(await tokens.renew(accessToken))
  }

  /** Zalo's webhook is entered by hand and cannot be asked for. */
  async function check(): Promise<ChannelCheck> {
    const well = { webhook: 'by_hand' as const, waiting: null }
    try {
      const { id } = await withToken((accessToken) => officialAccount(call, accessToken))
      if (id !== undefined && id !== options.oaId) return { ...well, token: false, trouble: 'zalo_other_oa' }
      const lost = await tokens.lost()
      return { ...well, token: lost === undefined, trouble: lost ?? null }
    } catch (error) {
      const failure = error instanceof SendError ? error : new SendError('temporary', 'zalo_silent')
      return { ...well, token: failure.failure !== 'operator', trouble: failure.reason }
    }
  }

  async function setUp(webhookUrl: string | null): Promise<ChannelState> {
    const state = { ok: false, name: 'Zalo', link: `https://zalo.me/${options.oaId}` }
    try {
      const { id, name } = await withToken((accessToken) => officialAccount(call, accessToken))
      if (name !== undefined) state.name = name
      if (id !== undefined && id !== options.oaId)
        return { ...state, detail: 'Khóa truy cập là của một OA khác với ZALO_OA_ID. Cần đặt lại ZALO_ACCESS_TOKEN và ZALO_REFRESH_TOKEN.' }
      const lost = await tokens.lost()
      if (lost !== undefined) return { ...state, detail: repair(lost) }
    } catch (error) {
      if (!(error instanceof SendError)) throw error
      const detail = error.failure === 'operator' ? repair(error.reason) : `Chưa hỏi được Zalo (${error.reason}). Trợ lý sẽ tự thử lại.`
      return { ...state, detail }
    }
    if (webhookUrl === null)
      return { ...state, detail: 'Gửi được tin nhưng chưa nhận được: Zalo cần một địa chỉ https (PUBLIC_URL) để gọi tới.' }
    const detail = `Đã nối. Zalo chỉ cho đặt webhook bằng tay: nhập ${webhookUrl} vào mục Webhook của ứng dụng trên developers.zalo.me.`
    return { ...state, ok: true, detail }
  }
}

const GRANT_LOST = /^zalo_(oauth|no_token|fresh_token|-216|-220)/

function repair(reason: string): string {
  const remedy = GRANT_LOST.test(reason)
    ? 'cần cấp quyền lại và đặt ZALO_ACCESS_TOKEN, ZALO_REFRESH_TOKEN mới'
    : 'cần xem lại gói dịch vụ và các quyền của ứng dụng'
  return `Zalo không cho gửi tin (${reason}). Quản trị viên OA ${remedy}.`
}
