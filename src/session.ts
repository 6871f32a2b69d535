/**
 * What an address remembers between turns: the open step, a step put aside for another one, and the choices offered
 * last. Sealed as one box of an even length, because a step's name, or how long what was offered last is, would tell who is
 * filing a report.
 */
import type { Button, Keys, Reply, Step, Text } from './chat.ts'
import { evenJson, openJson } from './keys.ts'
import { menuButtons } from './menu.ts'

export type Choice = { payload: string; label: Text }

/** `'menu'` stands for the menu's own choices: the commonest case, and short under its seal. */
export type Choices = Choice[] | 'menu'

export type Session = {
  open?: Step
  /** Put aside when another handler needed a step of its own; offered again when that one ends. */
  parked?: Step
  choices: Choices
  /** A step ran out since the last message; said once. */
  ended?: true
  /** The 115 text was said in this session. */
  warned?: boolean
}

/** A step ends by itself a day after the last message (design.md). */
export const SESSION_MS = 24 * 60 * 60 * 1000

const EMPTY: Session = { choices: [] }
/** Nothing but the menu was offered: says nothing of a person, so it needs no seal. */
const MENU_SHOWN = new Uint8Array([0])

/** The session of an address, or an empty one when it ran out; `ended` when a step ran out with it. */
export async function openSession(keys: Keys, box: Uint8Array | null, addressId: string, until: number, now: number): Promise<Session> {
  if (!box) return EMPTY
  if (box.byteLength === MENU_SHOWN.byteLength) return until <= now ? EMPTY : { choices: 'menu' }
  const session = await openJson<Partial<Session>>(keys, 'session', box, addressId)
  if (until <= now) return session.open ? { choices: [], ended: true } : EMPTY
  return { ...session, choices: session.choices ?? [] }
}

/** The sealed session, or null when there is nothing to remember. */
export async function sealSession(keys: Keys, session: Session, addressId: string): Promise<Uint8Array | null> {
  if (!session.open && !session.parked && !session.warned) {
    if (session.choices === 'menu') return MENU_SHOWN
    if (session.choices.length === 0) return null
  }
  return keys.seal('session', evenJson(session), addressId)
}

/** The choices a digit may pick after these replies: those of the last message that has any; of all, where they are numbered on. */
export function choicesOf(replies: Reply[]): Choices {
  const last = replies.findLast((reply) => choicesIn(reply).length > 0)
  if (!last) return []
  if (last.from !== undefined) return replies.flatMap(choicesIn)
  return last.menu && payloadChoices(last.buttons ?? []).length === 0 ? 'menu' : choicesIn(last)
}

/** Numbers the choices on from one message to the next, so that no digit means two things. */
export function numberOn(replies: Reply[]): Reply[] {
  let from = 1
  return replies.map((reply) => {
    const first = from
    const own = choicesIn(reply).length
    from += own
    return own > 0 && first > 1 ? { ...reply, from: first } : reply
  })
}

const choicesIn = ({ buttons = [], menu }: Reply): Choice[] => [...payloadChoices(buttons), ...(menu ? menuChoices : [])]

/** The choices one by one. */
export function listChoices(choices: Choices): Choice[] {
  return choices === 'menu' ? menuChoices : choices
}

function payloadChoices(buttons: Button[]): Choice[] {
  return buttons.flatMap((button) => ('payload' in button ? [{ payload: button.payload, label: button.label }] : []))
}

const menuChoices = payloadChoices(menuButtons)
