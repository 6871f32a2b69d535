/**
 * The webhook's door: nothing of a body is believed before its signature fits, because the address of this door is
 * public. The order of the checks is the contract's: too large, the console's probe, signature, JSON, whose OA, age.
 */
import { readBytes } from '../../body.ts'
import type { Inbound } from '../../chat.ts'
import { AppError } from '../../errors.ts'
import { inboundOf, officialAccountOf, readEvent, timeOf } from './events.ts'
import { parseJson } from './json.ts'
import { isSigned } from './signature.ts'

const MAX_BODY = 1024 * 1024
const MAX_AGE_MS = 7 * 24 * 3600 * 1000
const EMPTY_OBJECT = /^\s*\{\s*\}\s*$/

const decoder = new TextDecoder()

/** Throws AppError `too_large`, `ignored` (the probe, or a signed event past 7 days), `unauthorized`, `invalid`. */
export function receiver(options: {
  appId: string
  oaSecretKey: string
  oaId: string
  now: () => Date
}): (request: Request) => Promise<Inbound[]> {
  return async (request) => {
    const body = await readBytes(request, MAX_BODY)
    const text = decoder.decode(body)
    const header = request.headers.get('x-zevent-signature')
    if (header === null) {
      // "Kiểm tra" in Zalo's console saves the address only when this gets a 200 (zalo.md §3.1)
      if (EMPTY_OBJECT.test(text)) throw new AppError('ignored', 'The probe of the Zalo console.')
      throw new AppError('unauthorized', 'The event is not signed.')
    }
    const value = parsed(text)
    const headerTimestamp = request.headers.get('x-zevent-timestamp') ?? undefined
    const timestamps = [timestampOf(value), headerTimestamp]
    if (!(await isSigned({ header, body, timestamps, appId: options.appId, secretKey: options.oaSecretKey })))
      throw new AppError('unauthorized', 'The signature does not fit the event.')
    const event = readEvent(value)
    if (event.app_id !== undefined && event.app_id !== options.appId) throw new AppError('unauthorized', 'The event is of another app.')
    if ((officialAccountOf(event) ?? options.oaId) !== options.oaId) throw new AppError('unauthorized', 'The event is of another OA.')
    const now = options.now().getTime()
    const at = timeOf(event.timestamp ?? headerTimestamp)
    // without a time nobody can tell a replay from news
    if (at === undefined || now - at > MAX_AGE_MS) throw new AppError('ignored', 'The event is too old.')
    // a platform clock ahead of ours must not open a window in the future
    return inboundOf(event, new Date(Math.min(at, now)))
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** The body's timestamp as the text that was signed. */
function timestampOf(value: unknown): string | undefined {
  const timestamp = typeof value === 'object' && value !== null && 'timestamp' in value ? value.timestamp : undefined
  return typeof timestamp === 'string' || typeof timestamp === 'number' ? String(timestamp) : undefined
}
