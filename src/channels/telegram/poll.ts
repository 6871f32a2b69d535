/**
 * Asks Telegram for updates where no public address exists (a trial on a laptop, a closed network). A batch is
 * confirmed, by the next offset, only after it is committed; a crash in between brings it again and the inbox drops
 * what it knows. A webhook set by another host is never removed here: two hosts would steal each other's messages.
 */
import { type Api, GrammyError, HttpError } from 'grammy'
import type { Inbound } from '../../chat.ts'
import { AppError } from '../../errors.ts'
import { asGrammy } from './api.ts'
import { sentenceOf } from './failure.ts'
import { ALLOWED_UPDATES, parseUpdate, type TelegramUpdate } from './update.ts'

/** Seconds Telegram holds a question that has no answer yet. */
export const LONG_POLL = 30
const LONGEST_WAIT = 60_000

export type Poll = {
  api: Api
  token: string
  read(update: TelegramUpdate): Promise<Inbound[]>
  take(inbound: Inbound[]): Promise<void>
  /** Ends early when the signal fires. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>
  warn(sentence: string): void
  signal: AbortSignal
}

/** Until the signal. Throws AppError `conflict` when a webhook is set, `unauthorized` when the token is not accepted. */
export async function pollUpdates(poll: Poll): Promise<void> {
  const { api, signal } = poll
  let offset = 0
  let failures = 0
  let checked = false
  while (!signal.aborted) {
    try {
      if (!checked) await refuseWebhook(api, signal)
      checked = true
      offset = await takeBatch(poll, offset)
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof AppError) throw error
      if (isCode(error, 401) || isCode(error, 404)) throw new AppError('unauthorized', sentenceOf(error, poll.token))
      // 409: another process asks with this token, or a webhook was set meanwhile; which of them is seen next time.
      if (isCode(error, 409)) checked = false
      if (failures === 0) poll.warn(reasonOf(error, poll.token))
      const asked = error instanceof GrammyError ? (error.parameters.retry_after ?? 0) * 1000 : 0
      await poll.pause(Math.max(asked, Math.min(LONGEST_WAIT, 1000 * 2 ** failures)), signal)
      failures = Math.min(failures + 1, 6)
    }
  }
}

/** Waits; returns at once when the signal fires. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}

async function refuseWebhook(api: Api, signal: AbortSignal): Promise<void> {
  const { url } = await api.getWebhookInfo(asGrammy(signal))
  if (url === undefined || url === '') return
  const host = URL.canParse(url) ? new URL(url).host : 'another address'
  throw new AppError(
    'conflict',
    `Telegram delivers this bot's messages to ${host}. To poll here instead, first run: npm run admin -- webhook delete`,
  )
}

/** Returns the offset that confirms the batch. */
async function takeBatch({ api, read, take, signal }: Poll, offset: number): Promise<number> {
  const raw = await api.getUpdates({ offset, timeout: LONG_POLL, allowed_updates: [...ALLOWED_UPDATES] }, asGrammy(signal))
  const inbound: Inbound[] = []
  let next = offset
  for (const item of raw) {
    next = Math.max(next, item.update_id + 1)
    const update = readable(item)
    if (update !== undefined) inbound.push(...(await read(update)))
  }
  if (inbound.length > 0) await take(inbound).catch(notStored)
  for (const said of inbound) {
    // Stops the spinner on the button; the tap is committed already and a tap too old to answer harms nobody.
    if (said.kind === 'message' && said.ack !== undefined) void api.answerCallbackQuery(said.ack).catch(() => undefined)
  }
  return next
}

/** An update that is not one (a shape nobody knows yet) must not hold up those behind it. */
function readable(item: unknown): TelegramUpdate | undefined {
  try {
    return parseUpdate(item)
  } catch {
    return undefined
  }
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof GrammyError && error.error_code === code
}

function reasonOf(error: unknown, token: string): string {
  if (isCode(error, 409)) return 'Another process asks Telegram for this bot’s messages; waiting for it to stop.'
  if (error instanceof GrammyError || error instanceof HttpError) return sentenceOf(error, token)
  return 'Messages from Telegram could not be stored; they are asked for again.'
}

/** Whatever kept a batch from being stored, even an AppError, must not end the polling. */
function notStored(cause: unknown): never {
  throw new Error('not stored', { cause })
}
