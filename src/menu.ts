/**
 * The menu: the same few doors on every channel, in the order members use them. Shown by start, cancel and help. Above it
 * an officer finds the doors to what their roles let them do.
 */
import type { Button, Reply } from './chat.ts'
import { type Actor, scopeOf } from './rights.ts'
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

const COMPOSE: Button = { label: { key: 'campaign.b_home' }, payload: payloadOf('campaign', 'home') }
const QUEUE: Button = { label: { key: 'desk.b_queue' }, payload: payloadOf('desk', 'list') }

/** What this officer works with in chat. */
export function officerDoors(actor: Actor): Button[] {
  const composes = scopeOf(actor, 'campaign.write').length > 0
  return [...(composes ? [COMPOSE] : []), ...(scopeOf(actor, 'inquiry.read').length > 0 ? [QUEUE] : [])]
}
