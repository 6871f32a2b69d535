/**
 * "Gắn tài khoản cán bộ": the operator's one-time code and the six digits of the officer's app make this chat account an
 * officer's. Two proofs, because a code may be overheard; one answer to every wrong code; the secret itself never passes
 * a chat. "Thôi gắn tài khoản" undoes it.
 */
import { recordAct, recordRefusal } from '../db/audit.ts'
import { claimLinkTry, forgetLinkTries, linkTriesTag } from '../db/link-codes.ts'
import { tellOfficers } from '../db/officer-notices.ts'
import { BIND_MS, type BindCode, bindOfficer, findBindCode, unbindOfficer } from '../db/officers.ts'
import { findActor, findOfficerAt } from '../db/rights.ts'
import { claimTry, triesTag } from '../db/tries.ts'
import type { Button, Decision, Handler, Text, Turn } from '../src/chat.ts'
import { AppError } from '../src/errors.ts'
import { officerDoors } from '../src/menu.ts'
import { oneTimeCode, saidOneTimeCode, tagIn } from '../src/one-time-code.ts'
import { type Act, type Actor, scopeOf } from '../src/rights.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { totpStep } from '../src/totp.ts'
import { createLexicon, listen, yesNo } from '../src/vietnamese/index.ts'

const phrases = [
  { words: 'gắn tài khoản cán bộ', value: 'open' },
  { words: 'gắn tài khoản', value: 'open' },
  { words: 'thôi gắn tài khoản', value: 'unbind' },
  { words: 'thôi gắn tài khoản cán bộ', value: 'unbind' },
  { words: 'bỏ gắn tài khoản', value: 'unbind' },
]
const lexicon = createLexicon(phrases)
const DIGITS = /^\s*\d{3}\s?\d{3}\s*$/
const START = 'cb-'
/** Wrong digits with one code before it is of no use any more. */
const DIGIT_TRIES = 5

export const bind: Handler = {
  name: 'bind',
  version: 1,
  words: phrases.map(({ words }) => words),
  officers: true,
  wants: ({ start, text }) => start?.startsWith(START) || saidCode(text) !== undefined,
  expects({ text }, { step }) {
    if (step === 'code') return oneTimeCode(text) !== undefined
    return step === 'digits' ? DIGITS.test(text) : yesNo(listen(text)) !== undefined
  },
  async handle(turn) {
    const { message, step } = turn
    const payload = parsePayload(message.payload)
    if (payload) return tapped(turn, payload.action)
    if (message.start?.startsWith(START)) return enterCode(turn, oneTimeCode(message.start.slice(START.length)))
    const said = saidCode(message.text) ?? (step?.step === 'code' ? oneTimeCode(message.text) : undefined)
    if (said) return enterCode(turn, said)
    const action = lexicon.find(listen(message.text))
    if (action === 'unbind') return askUnbind(turn)
    if (action === 'open') return { replies: [{ text: { key: 'bind.enter' } }], next: { step: 'code' } }
    if (step?.step === 'digits') return enterDigits(turn, tagIn(step.data))
    if (step?.step === 'unbind') return yesNo(listen(message.text)) === 'yes' ? unbind(turn) : tapped(turn, 'keep')
    return { replies: [{ text: { key: 'bind.enter' } }], next: { step: 'code' } }
  },
  async offerAgain({ step }) {
    return step?.step === 'unbind' ? [] : [{ text: { key: step?.step === 'digits' ? 'bind.digits' : 'bind.enter' } }]
  },
}

async function tapped(turn: Turn, action: string): Promise<Decision> {
  if (action === 'unbind') return unbind(turn)
  if (action === 'keep') return { replies: [{ text: { key: 'bind.kept' }, buttons: [MENU] }] }
  return { replies: [{ text: { key: 'bind.enter' } }], next: { step: 'code' } }
}

/** Five tries in a quarter of an hour, counted with those at link codes; a code that is none at all counts too. */
async function enterCode({ contact, db, keys, now }: Turn, code: string | undefined): Promise<Decision> {
  if (!(await claimLinkTry(db, await linkTriesTag(keys, contact.id), now.getTime())))
    return { replies: [{ text: { key: 'bind.too_many' } }] }
  const tag = code && (await keys.tag('officer-code', code))
  if (!tag || !(await findBindCode(db, keys, tag, now))) return WRONG
  return { replies: [{ text: { key: 'bind.digits' } }], next: { step: 'digits', data: { tag } } }
}

/** The first digits of the app that took the secret. They are used up by the binding. */
async function enterDigits(turn: Turn, tag: string): Promise<Decision> {
  const { contact, message, db, keys, now } = turn
  const again = { step: 'digits', data: { tag } }
  if (!DIGITS.test(message.text)) return { replies: [{ text: { key: 'bind.digits' } }], next: again }
  const code = await findBindCode(db, keys, tag, now)
  if (!code) return WRONG
  const tries = await triesTag(keys, 'bind', tag)
  if (!(await claimTry(db, tries, { limit: DIGIT_TRIES, now: now.getTime(), until: now.getTime() + BIND_MS })))
    return refused(code, now, 'bind.digits_locked', {})
  const step = totpStep(code.secret, message.text, now)
  if (step === undefined) return refused(code, now, 'bind.digits_wrong', { next: again })
  const actor = await findActor(db, code.officerId, now, 'chat')
  if (!actor) return WRONG
  const before = await findOfficerAt(db, contact.id, now)
  const moved = before?.officerId === code.officerId ? [] : (await tellOfficers(db, keys, [code.officerId], MOVED, now)).writes
  return {
    replies: [{ text: doneText(code, actor), buttons: [...officerDoors(actor), MENU] }],
    writes: [
      ...moved,
      ...bindOfficer(tag, code.officerId, contact.id, step, now),
      forgetLinkTries(await linkTriesTag(keys, contact.id)),
      forgetLinkTries(tries),
      recordAct(whoOf(code), { act: 'officer.bind', about: ['officer', code.officerId] }, now),
    ],
  }
}

function refused(code: BindCode, now: Date, key: string, rest: Pick<Decision, 'next'>): Decision {
  const error = new AppError('forbidden', key)
  return {
    replies: [{ text: { key } }],
    writes: [recordRefusal(whoOf(code), { act: 'officer.bind', about: ['officer', code.officerId] }, error, now)],
    ...rest,
  }
}

async function askUnbind({ contact, db, now }: Turn): Promise<Decision> {
  const actor = await findOfficerAt(db, contact.id, now)
  if (!actor) return NOT_BOUND
  const buttons: Button[] = [
    { label: { key: 'bind.b_yes' }, payload: payloadOf('bind', 'unbind') },
    { label: { key: 'bind.b_no' }, payload: payloadOf('bind', 'keep') },
  ]
  return { replies: [{ text: { key: 'bind.ask_unbind', params: { name: actor.name } }, buttons }], next: { step: 'unbind' } }
}

async function unbind({ contact, db, now }: Turn): Promise<Decision> {
  const actor = await findOfficerAt(db, contact.id, now)
  if (!actor) return NOT_BOUND
  return {
    replies: [{ text: { key: 'bind.unbound' }, buttons: [MENU] }],
    writes: [
      ...unbindOfficer(actor.officerId, contact.id),
      recordAct(actor, { act: 'officer.unbind', about: ['officer', actor.officerId] }, now),
    ],
  }
}

/** Who they are, and only what their roles let them do. */
function doneText({ name, unitName }: BindCode, actor: Actor): Text {
  const compose = may(actor, 'campaign.write')
  const queue = may(actor, 'inquiry.read')
  const halt = may(actor, 'pushes.halt')
  const line = (shown: boolean, key: string): Text => (shown ? { key: `bind.${key}` } : { literal: '' })
  const params = {
    name,
    unit: unitName,
    can: line(compose || queue || halt, 'can'),
    compose: line(compose, 'can_compose'),
    queue: line(queue, 'can_queue'),
    halt: line(halt, 'can_halt'),
  }
  return { key: 'bind.done', params }
}

const may = (actor: Actor, act: Act) => scopeOf(actor, act).length > 0
const whoOf = ({ officerId, unitId }: BindCode) => ({ officerId, unitId, via: 'chat' as const })

/** "gắn tài khoản cán bộ ABCD-2345" */
const saidCode = (text: string) => saidOneTimeCode(text, (words) => lexicon.find(words) === 'open')

const WRONG: Decision = { replies: [{ text: { key: 'bind.wrong' } }], next: { step: 'code' } }
const MOVED = { text: { key: 'bind.moved' } }
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
const NOT_BOUND: Decision = { replies: [{ text: { key: 'bind.not_bound' }, buttons: [MENU] }] }
