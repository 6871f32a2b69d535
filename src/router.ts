/**
 * Which handler takes a message. The order is the product's law (§4.6): words that must always work, buttons, slash
 * commands, the open step, keywords, what was offered by name, patterns, near misses, help.
 */
import type { Handler, InboundMessage, Step, Text } from './chat.ts'
import { type Choice, listChoices, type Session } from './session.ts'
import { parsePayload } from './text.ts'
import { choiceOf, createLexicon, fold, isDanger, listen, yesNo } from './vietnamese/index.ts'

export type Route = {
  handler: Handler
  /** As the handler shall see it: a digit became the payload it stands for. */
  message: InboundMessage
  /** The open step, when this handler owns it. */
  step?: Step
  /** Another handler's step stays open behind this answer. */
  outside: boolean
  /** The message speaks of danger to health: 115 is said first (R12). */
  danger: boolean
  /** The open step is of an older shape and must be dropped. */
  outdated: boolean
}

export type Router = (message: InboundMessage, session: Session, labelOf: (label: Text) => string) => Route

/** @param handlers in the order they are tried; the last one is help. @param privately answers in a group what belongs to a private chat. */
export function createRouter(handlers: readonly Handler[], privately: Handler): Router {
  const help = handlers.at(-1)
  if (!help) throw new Error('a router needs handlers')
  const byName = new Map(handlers.map((handler) => [handler.name, handler]))
  const byCommand = new Map(handlers.flatMap((handler) => (handler.commands ?? []).map((command) => [command, handler] as const)))
  const entriesOf = (list: readonly Handler[]) => list.flatMap((value) => value.words.map((words) => ({ words, value })))
  const urgent = createLexicon(entriesOf(handlers.filter((handler) => handler.urgent)))
  const lexicon = createLexicon(entriesOf(handlers))
  // A near miss never stops or erases anything: "nhan tien" is one letter from a stop word.
  const forgiving = createLexicon(entriesOf(handlers.filter((handler) => !handler.urgent)))

  /** Everything but what the open step changes. */
  const pick = (
    message: InboundMessage,
    session: Session,
    labelOf: (label: Text) => string,
  ): { handler: Handler; message: InboundMessage } => {
    const heard = listen(message.text)
    const named = lexicon.find(heard)
    if (named) return { handler: named, message }
    const choices = message.text === '' ? [] : listChoices(session.choices)
    const offered = labelled(message, session, labelOf) ?? agreed(choices, yesNo(heard))
    if (offered) {
      const payload = parsePayload(offered.payload)
      const handler = payload && byName.get(payload.handler)
      if (handler) return { handler, message: { ...message, payload: offered.payload } }
    }
    const handler = handlers.find((candidate) => candidate.wants?.(message)) ?? forgiving.nearest(heard) ?? help
    return { handler, message }
  }

  const routePrivate = (typed: InboundMessage, session: Session, labelOf: (label: Text) => string): Route => {
    const { open } = session
    const owner = open && byName.get(open.handler)
    const outdated = open !== undefined && (!owner || owner.version !== open.version)
    const step = open && !outdated ? open : undefined
    const danger = !session.warned && typed.text !== '' && isDanger(listen(typed.text))
    const message = withChoice(typed, session)
    const to = (handler: Handler, said = message): Route => {
      const own = step !== undefined && handler === owner
      return { handler, message: said, ...(own ? { step } : {}), outside: step !== undefined && !own, danger, outdated }
    }

    const payload = parsePayload(message.payload)
    if (payload) {
      const handler = byName.get(payload.handler)
      return to(handler ?? help)
    }
    // The code of a deep link says what the person came for; Telegram sends it under "/start".
    const called = message.start === undefined ? undefined : handlers.find((candidate) => candidate.wants?.(message))
    if (called) return to(called)
    const command = commandOf(message.text)
    if (command) {
      const handler = byCommand.get(command)
      if (handler) return to(handler)
    }
    if (step && owner) {
      if (owner.expects?.(message, step)) return to(owner)
      // Typed as it stands on one of the step's own buttons, in whatever language: as good as pressed.
      const pressed = message.text === '' ? undefined : labelled(message, session, labelOf)
      if (pressed && parsePayload(pressed.payload)?.handler === owner.name) return to(owner, { ...message, payload: pressed.payload })
      const heard = listen(message.text)
      const always = urgent.find(heard)
      if (always) return to(always)
      if (owner.rests?.(step)) {
        const picked = pick(message, session, labelOf)
        return to(picked.handler, picked.message)
      }
      // A keyword alone acts only outside a running dialogue: inside one it takes a whole phrase (§4.6).
      const alone = owner.listens?.(step) ? false : heard.words.length >= 2
      const other = alone || ALWAYS.has(heard.folded) ? lexicon.find(heard) : undefined
      if (other && other !== owner) return to(other)
      return to(owner)
    }
    const picked = pick(message, session, labelOf)
    return to(picked.handler, picked.message)
  }

  return (message, session, labelOf) => {
    const route = routePrivate(message, session, labelOf)
    if (!message.group || route.handler.public) return route
    return { handler: privately, message, outside: false, danger: route.danger, outdated: false }
  }
}

/** Single words that open the menu or help even inside a dialogue, because a person who is stuck types them. */
const ALWAYS = new Set(['menu', 'help', 'trogiup', '?'])

/** A digit picks among the choices offered last, and only those. */
function withChoice(message: InboundMessage, session: Session): InboundMessage {
  if (message.payload !== undefined || session.choices.length === 0 || !/\p{Nd}/u.test(message.text)) return message
  const choices = listChoices(session.choices)
  const choice = choiceOf(listen(message.text), choices.length)
  const chosen = choice === undefined ? undefined : choices[choice - 1]
  return chosen ? { ...message, payload: chosen.payload } : message
}

/** The choice offered last whose label is the whole message. */
function labelled({ text }: InboundMessage, session: Session, labelOf: (label: Text) => string): Choice | undefined {
  const { folded } = listen(text)
  return folded === '' ? undefined : listChoices(session.choices).find(({ label }) => fold(labelOf(label)) === folded)
}

/** "ok", "thôi": an answer to two equal buttons that were offered without a step. */
function agreed(choices: Choice[], answer: 'yes' | 'no' | undefined): Choice | undefined {
  return answer && choices.find(({ label }) => 'key' in label && label.key === `common.${answer}`)
}

function commandOf(text: string): string | undefined {
  return /^\/([a-z0-9_]{1,32})(?:\s|$)/i.exec(text)?.[1]?.toLowerCase()
}
