/**
 * How fast one chat may be written to: a burst, then one message a second (Telegram's own advice). In memory, because
 * rows of one address are claimed by one process at a time.
 */
import type { Limits } from './chat.ts'

/** Returns 0 and counts the message when it may go now, else how many ms to wait. Forgets chats that are quiet. */
export function chatPace({ perChat, chatBurst = 1 }: Pick<Limits, 'perChat' | 'chatBurst'>): (address: string, now: number) => number {
  if (!perChat) return () => 0
  const interval = 1000 / perChat
  // For each chat, the time at which its bucket is full again.
  const fullAt = new Map<string, number>()
  return (address, now) => {
    const full = Math.max(fullAt.get(address) ?? 0, now)
    const wait = full - now - interval * (chatBurst - 1)
    if (wait > 0) return Math.ceil(wait)
    if (fullAt.size > 10_000) for (const [key, at] of fullAt) if (at <= now) fullAt.delete(key)
    fullAt.set(address, full + interval)
    return 0
  }
}
