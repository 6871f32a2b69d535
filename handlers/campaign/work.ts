/**
 * What every file of this folder works with: the officer at the desk, what an open step remembers, buttons, and the one
 * way a refusal is answered and written down.
 */
import { recordRefusal } from '../../db/audit.ts'
import type { Desk } from '../../db/rights.ts'
import type { Button, Decision, Text, Turn } from '../../src/chat.ts'
import { AppError } from '../../src/errors.ts'
import { type Act, may } from '../../src/rights.ts'
import { payloadOf } from '../../src/text.ts'

export type Work = { turn: Turn; desk: Desk }

/** An open step holds ids and places, never the message: that stands in the campaign's row from its first text on. */
export type Data = {
  /** The campaign. */
  id?: string
  /** Unit a new message is written for, before it has a row. */
  unitId?: string
  /** The kind of rule that is begun, before it has a row. */
  source?: 'daily_item' | 'weekly_question'
  /** One field is changed: back to the preview after it. */
  editing?: true
  /** A day that was said without an hour. */
  day?: string
  /** Epoch ms of a moment that waits for its yes. */
  at?: number
}

export const PAGE = 6

export function button(name: string, action: string, id = '', step = '', params?: Record<string, string | Text>): Button {
  return { label: { key: `campaign.b_${name}`, ...(params ? { params } : {}) }, payload: payloadOf('campaign', action, id, step) }
}

export const HOME = button('home', 'home')
export const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
export const open = (id: string): Button => button('open', 'open', id)
/** "Quay lại" to a campaign. */
export const backTo = (id: string): Button => ({ label: { key: 'common.b_back' }, payload: payloadOf('campaign', 'open', id) })
export const say = (key: string, params?: Record<string, string | number | Text>): Text => ({
  key: `campaign.${key}`,
  ...(params ? { params } : {}),
})

export const allowed = ({ desk }: Work, act: Act, { path }: { path: string }): boolean => may(desk.actor, act, path)

/** Texts one under the other. */
export function lines(texts: readonly Text[]): Text {
  const [first, ...rest] = texts
  if (!first) return { literal: '' }
  return rest.length === 0 ? first : say('lines', { first, rest: lines(rest) })
}

/** A whole number as people write it (§4.5). */
export function numberOf({ contact }: Turn, n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, contact.locale === 'en' ? ',' : '.')
}

/** What is tried, for the audit log. */
export type Tried = { act: string; unitId?: string; about?: [kind: string, id: string] }

/** Does it, or answers the refusal with its sentence and writes it down. `after`: what follows a refusal, by its text key. */
export async function attempt(
  { turn, desk }: Work,
  tried: Tried,
  act: () => Promise<Decision>,
  after: (why: string) => { buttons?: Button[]; next?: Decision['next'] } = () => ({}),
): Promise<Decision> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof AppError && error.message.startsWith('desk.'))) throw error
    const { buttons = [HOME], next } = after(error.message)
    return {
      replies: [{ text: { key: error.message }, buttons }],
      writes: [recordRefusal(desk.actor, tried, error, turn.now)],
      ...(next ? { next } : {}),
    }
  }
}
