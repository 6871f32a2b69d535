/**
 * How fast one chat may be written to: a burst, then one message a second (Telegram's own advice). In memory, because
 * rows of one address are claimed by one process at a time.
 */
import type { Limits } from './chat.ts'

/** No chat waits this long for its own pace. */
const FAR_MS = 60_000

/** Returns 0 and counts the message when it may go now, else how many ms to wait. Forgets chats that are quiet. */
export function chatPace({ perChat, chatBurst = 1 }: Pick<Limits, 'perChat' | 'chatBurst'>): (address: string, now: number) => number {
  if (!perChat) return () => 0
  const interval = 1000 / perChat
  // For each chat, the time at which its bucket is full again.
  const fullAt = new Map<string, number>()
  let sweptAt = 0
  return (address, now) => {
    const known = fullAt.get(address) ?? 0
    // A time that far ahead was written before the clock jumped back.
    const full = known > now + FAR_MS ? now : Math.max(known, now)
    const wait = full - now - interval * (chatBurst - 1)
    if (wait > 0) return Math.ceil(wait)
    // At most once a second, so that a broadcast to many chats does not walk them all for each.
    if (fullAt.size > 10_000 && Math.abs(now - sweptAt) > 1000) {
      sweptAt = now
      for (const [key, at] of fullAt) if (at <= now || at > now + FAR_MS) fullAt.delete(key)
    }
    fullAt.set(address, full + interval)
    return 0
  }
}
