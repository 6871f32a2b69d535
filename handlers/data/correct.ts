/**
 * Putting right what is kept: kind of member, age step, how to be called, a name (from 16 on, never needed). The unit
 * is the unit handler's own.
 */
import { recordConsent } from '../../db/consents.ts'
import { updateContact } from '../../db/contacts.ts'
import { recordRequest } from '../../db/data-requests.ts'
import type { Button, Contact, Decision, MemberKind, Reply, Statement, Text, Turn } from '../../src/chat.ts'
import { payloadOf } from '../../src/text.ts'
import { callOf, PURPOSES } from './view.ts'

const KINDS: MemberKind[] = ['cong_doan', 'thanh_nien', 'hoi_vien', 'nguoi_dan']
const AGES = ['adult', 'under16'] as const
const CALLS: Array<Contact['honorific']> = ['ban', 'anh', 'chi', 'em']
const MAX_NAME = 40
/** Letters of any language and what stands between names: no digits, so that no number ends up here. */
const NAME = /^\p{L}[\p{L}\p{M}' .-]*$/u

/** What can be put right. */
export function correctMenu({ contact }: Turn): Reply {
  const button = (name: string, action: string): Button => ({ label: { key: `data.b_${name}` }, payload: payloadOf('data', action) })
  return {
    text: { key: 'data.correct' },
    buttons: [
      { label: { key: 'data.b_unit' }, payload: payloadOf('unit', 'open') },
      button('kind', 'kind'),
      button('age', 'age'),
      button('call', 'call'),
      ...(contact.age === 'adult' ? [button('name', 'name')] : []),
      ...(contact.name ? [button('drop_name', 'drop_name')] : []),
    ],
  }
}

/** One thing to put right: without a value it is asked, with one it is set; a value nobody offered asks again. */
export async function correct(turn: Turn, what: 'kind' | 'age' | 'call', value: string): Promise<Decision> {
  if (what === 'kind') {
    const memberKind = KINDS.find((kind) => kind === value)
    if (!memberKind) return { replies: [choice('kind', KINDS)] }
    return { replies: [done('kind', { key: `data.kind_${memberKind}` })], writes: await set(turn, { memberKind }) }
  }
  if (what === 'age') {
    const age = AGES.find((one) => one === value)
    if (!age) return { replies: [choice('age', AGES)] }
    if (age === 'under16') return becomeChild(turn)
    return { replies: [done('age', { key: 'data.age_adult' })], writes: await set(turn, { age }) }
  }
  const honorific = CALLS.find((call) => call === value)
  if (!honorific) return { replies: [choice('call', CALLS)] }
  const call = callOf({ honorific, name: turn.contact.name })
  return { replies: [done('call', call)], writes: await set(turn, { honorific }) }
}

/** Asks for a name, from 16 on. */
export function askName({ contact }: Turn): Decision {
  if (contact.age !== 'adult') return { replies: [{ text: { key: 'data.name_adult' } }] }
  return { replies: [{ text: { key: 'data.ask_name' } }], next: { step: 'name' } }
}

/** The name that was typed. */
export async function setName(turn: Turn): Promise<Decision> {
  const name = nameOf(turn.message.text)
  if (turn.contact.age !== 'adult') return askName(turn)
  if (!name) return { replies: [{ text: { key: 'data.bad_name' } }], next: { step: 'name' } }
  return { replies: [done('name', callOf({ honorific: turn.contact.honorific, name }))], writes: await set(turn, { name }) }
}

export async function dropName(turn: Turn): Promise<Decision> {
  return { replies: [{ text: { key: 'data.name_dropped' }, buttons: BACK }], writes: await set(turn, { name: null }) }
}

/** A name as it is kept, or undefined for what is none. */
export function nameOf(text: string): string | undefined {
  const name = text.replace(/\s+/g, ' ').trim()
  return name.length <= MAX_NAME && NAME.test(name) ? name : undefined
}

/** Under 16 (R13): no name, no pushes, no contest by name; what was agreed to ends with its proof. */
async function becomeChild(turn: Turn): Promise<Decision> {
  const given = PURPOSES.filter((purpose) => turn.contact.consents[purpose])
  const ended = await Promise.all(given.map((purpose) => recordConsent(turn, purpose, 'withdrawn')))
  return {
    replies: [{ text: { key: given.length > 0 ? 'data.now_child_ended' : 'data.now_child' }, buttons: BACK }],
    writes: [...(await set(turn, { age: 'under16', name: null })), ...ended.flat()],
  }
}

async function set(turn: Turn, facts: Parameters<typeof updateContact>[1]): Promise<Statement[]> {
  const { contact, now } = turn
  return [updateContact(contact.id, facts), await recordRequest(turn, { id: turn.id(), contactId: contact.id, kind: 'correct', now })]
}

const BACK: Button[] = [{ label: { key: 'data.b_view' }, payload: payloadOf('data', 'open') }]

function done(what: string, value: Text): Reply {
  return { text: { key: `data.done_${what}`, params: { value } }, buttons: BACK }
}

function choice(what: string, values: readonly string[]): Reply {
  return {
    text: { key: `data.ask_${what}` },
    buttons: values.map((value) => ({ label: { key: `data.${what}_${value}` }, payload: payloadOf('data', what, value) })),
  }
}
