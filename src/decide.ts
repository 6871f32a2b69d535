/**
 * What one update leads to, as data: replies, writes, the next step, all in one commit that is not yet written.
 * Nothing here sends or writes; a handler that throws becomes an apology with the update kept for replay.
 */

import { stopContact } from '../db/contacts.ts'
import { recordRequest } from '../db/data-requests.ts'
import { eraseContact } from '../db/erasure.ts'
import { addTallies } from '../db/tallies.ts'
import type { OutboxRow, TurnCommit, TurnState } from '../db/turns.ts'
import { keepUpdate } from '../db/updates.ts'
import type { About, Contact, Db, Decision, Handler, Inbound, InboundMessage, Keys, Reply, Statement, Text, Turn } from './chat.ts'
import type { Later } from './gather.ts'
import { evenJson, randomCode, randomId } from './keys.ts'
import { causeOf, type Log } from './log.ts'
import { followPush } from './push-taps.ts'
import type { Route, Router } from './router.ts'
import { sealReply } from './sealed-reply.ts'
import { choicesOf, numberOn, openSession, SESSION_MS, type Session, sealSession } from './session.ts'
import { followTalk } from './talk-word.ts'
import { dayOf } from './time.ts'
import { isThreat, listen } from './vietnamese/index.ts'

export type ReceiveParts = {
  db: Db
  keys: Keys
  route: Router
  /** Said once, after the first useful thing (F2): offers pushes with two equal buttons. */
  offerPush(turn: Turn): Decision
  /** What a person hears before the first answer, whatever they asked first (F1). */
  greet(turn: Turn): Reply[]
  handlers: readonly Handler[]
  /** Renders a label as the person saw it, for a typed button. */
  labelOf(contact: Contact): (label: Text) => string
  about(): About
  now(): Date
  random(): number
  log: Log
  /** Hint that replies of this channel wait. */
  wake(channel: string): void
  /** Channels whose own page keeps both sides of the talk. */
  transcripts: ReadonlySet<string>
  later?: Later
}

const MUTE_MS = 30 * 60 * 1000

export type Decided = { commit: TurnCommit; failed: boolean }

/** Everything one update leads to, not yet written. A handler that throws, or that loses its guards to the end, becomes an apology. */
export async function decide(parts: ReceiveParts, inbound: Inbound, state: TurnState, key: string, last: boolean): Promise<Decided> {
  const now = parts.now()
  const contact = contactOf(parts, inbound, state)
  const turn = (state.stored?.turn ?? 0) + 1
  const base: Base = { parts, inbound, key, contact, turn, now, state }
  if (inbound.kind === 'event' && inbound.event !== 'follow') return { commit: await decideEvent(base, inbound.event), failed: false }
  const message = inbound.kind === 'message' ? inbound : followed(inbound)
  try {
    if (last) throw new Error('the turn lost its guard five times')
    return { commit: await decideMessage(base, message), failed: false }
  } catch (error) {
    const code = randomCode(5, parts.random)
    parts.log('error', 'handler.failed', { channel: inbound.channel, code, cause: causeOf(error, saidIn(inbound)) })
    const reason = error instanceof Error ? error.name : 'Error'
    const writes = [
      await keepUpdate(parts.keys, { code, addressId: contact.addressId, turn, inbound, reason, now }),
      addTallies([{ day: dayOf(now), channel: inbound.channel, what: 'handler_failed', n: 1 }]),
    ]
    const apology: Reply = { text: { key: 'common.apology', params: { code } } }
    // A session that does not open may be what failed: then the person begins anew.
    const session = await sessionOf(base).catch((): Session => ({ choices: [] }))
    return { commit: await commitOf(base, { replies: [apology], writes, session }), failed: true }
  }
}

/** Everything in it that came from the person, as words. */
function saidIn(inbound: Inbound): string {
  if (inbound.kind === 'event') return inbound.address
  const { address, text, payload = '', label = '', start = '', attachments } = inbound
  return [address, text, payload, label, start, ...attachments.map((one) => JSON.stringify(one))].join(' ')
}

type Base = { parts: ReceiveParts; inbound: Inbound; key: string; contact: Contact; turn: number; now: Date; state: TurnState }

async function decideMessage(base: Base, message: InboundMessage): Promise<TurnCommit> {
  const { parts, contact, now, state } = base
  const session = await sessionOf(base)
  const tap = await followPush(parts.db, message)
  const route = parts.route(tap?.message ?? followTalk(message), session, parts.labelOf(contact))
  const muted = (state.stored?.mutedUntil ?? 0) > now.getTime()
  // While an officer is talking the bot is silent, save for stop, erase and 115.
  if (muted && !route.handler.urgent && !route.danger) return commitOf(base, { replies: [], writes: [], session })
  if (muted && !route.handler.urgent) return commitOf(base, { replies: [DANGER], writes: [], session: { ...session, warned: true } })
  const turn = turnOf(base, route)
  const decision = await route.handler.handle(turn)
  const next = stepAfter(route, decision, without(session, decision.dropsOf))
  const replies = [
    ...(contact.fresh && !contact.group && !route.handler.greets ? parts.greet(turn) : []),
    ...(route.danger ? [DANGER] : []),
    ...(session.ended ? [{ text: { key: 'common.step_ended' } }] : []),
    ...(route.outdated ? [{ text: { key: 'common.step_changed' } }] : []),
    ...saidBy(route.handler, decision.replies),
    ...(isAfraid(route, message) ? [AFRAID] : []),
    ...(next.again ? await offerAgain(parts, turn, next.again) : []),
  ]
  const writes = [...(tap?.writes ?? []), ...(decision.writes ?? [])]
  const offer =
    decision.useful && !next.open && !contact.pushOffered && !contact.group && !decision.erased ? parts.offerPush(turn) : undefined
  // Below an answer with choices of its own the offer is numbered on: a "1" meant for those must never agree to pushes.
  const said = offer ? numberOn([...replies, ...offer.replies]) : replies
  return commitOf(base, {
    replies: said,
    writes: [...writes, ...(offer?.writes ?? [])],
    session: contact.group
      ? { choices: [] }
      : {
          ...(next.open ? { open: next.open } : {}),
          ...(next.parked ? { parked: next.parked } : {}),
          choices: choicesOf(said),
          ...(session.warned || route.danger ? { warned: true } : {}),
        },
    ...(decision.erased ? { erased: true } : {}),
  })
}

const DANGER: Reply = { text: { key: 'common.danger' } }
const AFRAID: Reply = { text: { key: 'threat.offer' } }

/** Words of a threat inside an answer are the answer's (F40): help is only offered below it. */
function isAfraid({ step, handler }: Route, { text, payload }: InboundMessage): boolean {
  return step !== undefined && handler.name !== 'threat' && payload === undefined && text !== '' && isThreat(listen(text))
}

/** Which step is open after a decision: an answer from outside leaves it open, a new step puts it aside, an end brings back what was aside. */
function stepAfter(route: Route, decision: Decision, session: Session) {
  const { handler, outside, outdated } = route
  const before = outdated ? undefined : session.open
  const own = decision.next && { handler: handler.name, version: handler.version, step: decision.next.step, data: decision.next.data }
  if (own) return { open: own, parked: outside && !decision.drops ? (session.parked ?? before) : session.parked }
  if (outside && before && !decision.drops) return { open: before, parked: session.parked, again: before }
  if (session.parked) return { open: session.parked, parked: undefined, again: session.parked }
  return { open: undefined, parked: undefined }
}

function without(session: Session, handler: string | undefined): Session {
  const { open, parked, ...rest } = session
  const kept = (step: Session['open']) => (step?.handler === handler ? undefined : step)
  const [before, aside] = [kept(open), kept(parked)]
  return { ...rest, ...(before ? { open: before } : {}), ...(aside ? { parked: aside } : {}) }
}

async function offerAgain(parts: ReceiveParts, turn: Turn, step: NonNullable<Turn['step']>): Promise<Reply[]> {
  const owner = parts.handlers.find(({ name }) => name === step.handler)
  if (!owner?.offerAgain || owner.version !== step.version) return []
  return saidBy(owner, await owner.offerAgain({ ...turn, step }))
}

const saidBy = ({ officers }: Handler, replies: Reply[]): Reply[] =>
  officers ? replies.map((reply) => ({ officer: true, ...reply })) : replies

/** Blocked, unfollow: out of everything. Withdraw: erased. An officer's own words: the bot keeps quiet for half an hour. */
async function decideEvent(base: Base, event: string): Promise<TurnCommit> {
  const { parts, contact, now, state } = base
  const session = await sessionOf(base)
  if (event === 'withdraw') {
    const writes = [
      ...(await eraseContact(parts.db, parts.keys, contact.id, now, contact.addressId)),
      await recordRequest(parts, { id: randomId(parts.random), contactId: contact.id, kind: 'erase', now }),
    ]
    return commitOf(base, { replies: [], writes, session: { choices: [] } })
  }
  if (event === 'blocked' || event === 'unfollow') {
    const writes = [
      ...stopContact(contact.id, contact.addressId),
      addTallies([{ day: dayOf(now), channel: contact.channel, what: 'stopped', reason: event, n: 1 }]),
    ]
    return commitOf(base, { replies: [], writes, session: { choices: [] } })
  }
  const mutedUntil = event === 'officer_spoke' ? now.getTime() + MUTE_MS : (state.stored?.mutedUntil ?? 0)
  return commitOf(base, { replies: [], writes: [], session, mutedUntil })
}

async function commitOf(
  base: Base,
  end: { replies: Reply[]; writes: Statement[]; session: Session; erased?: boolean; mutedUntil?: number },
): Promise<TurnCommit> {
  const { parts, inbound, key, contact, turn, now, state } = base
  const at = now.getTime()
  const day = dayOf(now)
  const outbox = await Promise.all(end.replies.map((reply) => outboxRow(parts.keys, contact, inbound, reply, at, end.erased ?? false)))
  const line = parts.transcripts.has(inbound.channel) && inbound.kind === 'message' && !end.erased ? lineOf(inbound, now) : undefined
  return {
    key,
    day,
    contact: {
      id: contact.id,
      kind: contact.group ? 'group' : 'person',
      locale: contact.locale,
      fresh: contact.fresh,
      seenToday: state.stored?.seenDay === day,
      wroteHere: state.stored?.wroteHere ?? false,
    },
    address: {
      id: contact.addressId,
      channel: inbound.channel,
      native: inbound.address,
      turn,
      session: await sealSession(parts.keys, end.session, contact.addressId),
      sessionUntil: at + SESSION_MS,
      at,
      mutedUntil: end.mutedUntil ?? state.stored?.mutedUntil ?? 0,
    },
    outbox,
    ...(line ? { transcript: { body: await parts.keys.seal('transcript', evenJson(line), contact.addressId), day } } : {}),
    writes: end.writes,
  }
}

async function outboxRow(keys: Keys, contact: Contact, inbound: Inbound, reply: Reply, at: number, erased: boolean): Promise<OutboxRow> {
  const body = await sealReply(keys, reply, contact.locale)
  if (!erased) return { channel: inbound.channel, addressId: contact.addressId, body, at }
  return { channel: inbound.channel, addressId: '', body, recipient: await keys.seal('recipient', inbound.address), at }
}

/** What the web page shows as the visitor's own line. `id` lets the page know its own bubble again. */
function lineOf(message: InboundMessage, now: Date) {
  const photos = message.attachments.filter(({ kind }) => kind === 'photo').length
  return {
    at: now.toISOString(),
    id: message.id,
    text: message.text,
    ...(message.payload ? { payload: message.payload } : {}),
    ...(message.label ? { label: message.label } : {}),
    ...(photos > 0 ? { photos } : {}),
    ...(message.attachments.some(({ kind }) => kind === 'location') ? { location: true } : {}),
  }
}

function turnOf({ parts, contact, now }: Base, route: Route): Turn {
  return {
    message: route.message,
    contact,
    ...(route.step ? { step: route.step } : {}),
    db: parts.db,
    keys: parts.keys,
    now,
    id: () => randomId(parts.random),
    random: parts.random,
    about: parts.about(),
  }
}

function contactOf(parts: ReceiveParts, inbound: Inbound, state: TurnState): Contact {
  if (state.stored) return { ...state.stored.contact, fresh: false }
  return {
    id: randomId(parts.random),
    addressId: randomId(parts.random),
    channel: inbound.channel,
    group: inbound.kind === 'message' && inbound.group,
    fresh: true,
    locale: 'vi',
    unitId: null,
    memberKind: null,
    age: 'unknown',
    honorific: 'ban',
    name: null,
    consents: { push: false, contest: false, named_report: false, deals: false },
    pushOffered: false,
  }
}

function sessionOf({ parts, contact, state, now }: Base): Promise<Session> {
  const { stored } = state
  return openSession(parts.keys, stored?.session ?? null, contact.addressId, stored?.sessionUntil ?? 0, now.getTime())
}

/** A follow is greeted like a first message; it opts in to nothing. */
function followed(event: Inbound & { kind: 'event' }): InboundMessage {
  const { channel, id, address, at } = event
  return { kind: 'message', channel, id, address, at, text: '/start', attachments: [], group: false }
}
