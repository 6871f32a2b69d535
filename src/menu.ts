/**
 * The menu: the same few doors on every channel, in the order members use them. Shown by start, cancel and help.
 */
import type { Button, Reply } from './chat.ts'
import { payloadOf } from './text.ts'

const doors = [
  ['library', 'today'],
  ['quiz', 'start'],
  ['report', 'start'],
  ['track', 'start'],
  ['deals', 'list'],
  ['hotlines', 'list'],
  ['subscribe', 'open'],
  ['data', 'open'],
] as const

export const menuButtons: Button[] = doors.map(([handler, action]) => ({
  label: { key: `menu.${handler}` },
  payload: payloadOf(handler, action),
}))

/** The menu with a sentence above it. */
export function menuReply(key: string, params?: Record<string, string>): Reply {
  return { text: params ? { key, params } : { key }, menu: true }
}
