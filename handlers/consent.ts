/**
 * Consent, one purpose at a time (F2): asked when the purpose first comes up, two equal buttons, the choice kept with
 * its proof. Age comes first, because an unknown age counts as under 16 (F8, R13). Refusing costs nothing.
 * Payloads: want:<purpose>, again:<purpose>, age:<age>.<purpose>, yes:<purpose>.<wording>, no:<purpose>.<wording>.
 */
import { findConsent, recordConsent, wordings } from '../db/consents.ts'
import { updateContact } from '../db/contacts.ts'
import type { Button, Contact, Decision, Handler, Purpose, Reply, Statement, Step, Turn } from '../src/chat.ts'
import { menuButtons, menuReply } from '../src/menu.ts'
import { type Payload, parsePayload, payloadOf } from '../src/text.ts'
import { createLexicon, type Heard, listen, yesNo } from '../src/vietnamese/index.ts'

/** What the open question is about; `agreed` is the wording that was agreed to before the age was known. */
type Asked = { purpose: Purpose; agreed?: string }

export const consent: Handler = {
  name: 'consent',
  version: 1,
  words: [],
  expects: ({ text }, step) => (step.step === 'age' ? ageOf(listen(text)) : yesNo(listen(text))) !== undefined,
  async handle(turn) {
    const payload = parsePayload(turn.message.payload)
    if (payload) return tapped(turn, payload)
    return turn.step ? typed(turn, turn.step) : { replies: [menuReply('consent.unknown')] }
  },
  async offerAgain({ step }) {
    const asked = askedIn(step)
    return asked ? [step?.step === 'age' ? askAge(asked.purpose) : remind(asked.purpose)] : []
  },
}

/** Pushes, offered once after the first useful thing (F2, R14). Nothing for groups and for those under 16. */
export function offerPush({ contact }: Turn): Decision {
  if (contact.group || contact.pushOffered || contact.consents.push || contact.age === 'under16') return { replies: [] }
  return { replies: [ask('push')], writes: [updateContact(contact.id, { pushOffered: true })] }
}

function tapped(turn: Turn, { action, id, step }: Payload): Promise<Decision> | Decision {
  const purpose = purposeOf(action === 'age' ? step : id)
  if (!purpose) return { replies: [menuReply('consent.unknown')] }
  if (action === 'want') return want(turn, purpose)
  if (action === 'again') return { replies: [askAge(purpose)], next: { step: 'age', data: { purpose } } }
  if (action === 'age' && isAge(id)) return setAge(turn, id, { ...askedIn(turn.step), purpose })
  if (action === 'yes') return agree(turn, purpose, step)
  if (action === 'no') return refuse(turn, purpose)
  return { replies: [menuReply('consent.unknown')] }
}

/** Words in an open question. What is neither yes nor no leaves it open. */
function typed(turn: Turn, step: Step): Promise<Decision> | Decision {
  const heard = listen(turn.message.text)
  const asked = askedIn(step)
  if (!asked) return { replies: [menuReply('consent.unknown')] }
  if (step.step === 'age') {
    const age = ageOf(heard)
    return age ? setAge(turn, age, asked) : { replies: [askAge(asked.purpose)], next: { step: 'age', data: asked } }
  }
  const answer = yesNo(heard)
  if (answer === 'yes') return agree(turn, asked.purpose, wordings[asked.purpose])
  if (answer === 'no') return refuse(turn, asked.purpose)
  return { replies: [remind(asked.purpose)], next: { step: 'ask', data: asked } }
}

function want({ contact }: Turn, purpose: Purpose): Decision {
  if (contact.consents[purpose]) return { replies: [agreedReply(purpose)] }
  if (contact.age === 'under16') return { replies: [closedReply('under16', purpose)] }
  if (contact.age === 'unknown') return { replies: [askAge(purpose)], next: { step: 'age', data: { purpose } } }
  return { replies: [ask(purpose)], next: { step: 'ask', data: { purpose } } }
}

async function agree(turn: Turn, purpose: Purpose, wording: string): Promise<Decision> {
  const { contact } = turn
  if (contact.consents[purpose]) return { replies: [agreedReply(purpose)] }
  if (contact.age === 'under16') return { replies: [closedReply('under16', purpose)] }
  if (wording !== wordings[purpose]) return { replies: [ask(purpose, 'consent.renewed')], next: { step: 'ask', data: { purpose } } }
  if (contact.age === 'unknown') return { replies: [askAge(purpose)], next: { step: 'age', data: { purpose, agreed: wording } } }
  return { replies: [agreedReply(purpose)], writes: [...(await recordConsent(turn, purpose, 'yes')), ...offered(contact, purpose)] }
}

/** A "no" is kept once; after a "yes" it withdraws. */
async function refuse(turn: Turn, purpose: Purpose): Promise<Decision> {
  const { contact } = turn
  const params = { name: { key: `consent.name_${purpose}` } }
  if (contact.consents[purpose]) {
    const reply: Reply = { text: { key: 'consent.withdrawn', params }, buttons: menuButtons }
    return { replies: [reply], writes: [...(await recordConsent(turn, purpose, 'withdrawn')), ...offered(contact, purpose)] }
  }
  const reply: Reply = { text: { key: 'consent.refused', params }, buttons: menuButtons }
  const newest = await findConsent(turn.db, contact.id, purpose)
  if (newest && newest.choice !== 'yes') return { replies: [reply] }
  return { replies: [reply], writes: [...(await recordConsent(turn, purpose, 'no')), ...offered(contact, purpose)] }
}

/** The age as told. Under 16 ends whatever was agreed to; nobody is asked why. */
async function setAge(turn: Turn, age: Contact['age'], { purpose, agreed }: Asked): Promise<Decision> {
  const { contact } = turn
  const told = age === contact.age || age === 'unknown' ? [] : [updateContact(contact.id, { age })]
  if (age === 'unknown') return contact.age === 'unknown' ? { replies: [closedReply('unknown', purpose)] } : want(turn, purpose)
  if (age === 'under16') return { replies: [closedReply('under16', purpose)], writes: [...told, ...(await endAll(turn))] }
  const grown: Turn = { ...turn, contact: { ...contact, age } }
  const decision = agreed === undefined ? want(grown, purpose) : await agree(grown, purpose, agreed)
  return { ...decision, writes: [...told, ...(decision.writes ?? [])] }
}

async function endAll(turn: Turn): Promise<Statement[]> {
  const given = PURPOSES.filter((purpose) => turn.contact.consents[purpose])
  return (await Promise.all(given.map((purpose) => recordConsent(turn, purpose, 'withdrawn')))).flat()
}

/** Whoever has answered about pushes is not offered them again by itself. */
function offered(contact: Contact, purpose: Purpose): Statement[] {
  return purpose === 'push' && !contact.pushOffered ? [updateContact(contact.id, { pushOffered: true })] : []
}

function ask(purpose: Purpose, around?: string): Reply {
  const text = { key: `consent.ask_${purpose}` }
  return { text: around ? { key: around, params: { text } } : text, buttons: choices(purpose) }
}

function remind(purpose: Purpose): Reply {
  return { text: { key: 'consent.remind', params: { name: { key: `consent.name_${purpose}` } } }, buttons: choices(purpose) }
}

function choices(purpose: Purpose): Button[] {
  return (['yes', 'no'] as const).map((choice) => ({
    label: { key: `common.${choice}` },
    payload: payloadOf('consent', choice, purpose, wordings[purpose]),
  }))
}

function askAge(purpose: Purpose): Reply {
  const buttons = AGES.map((age) => ({ label: { key: `consent.b_${age}` }, payload: payloadOf('consent', 'age', age, purpose) }))
  return { text: { key: 'consent.ask_age' }, buttons }
}

/** Says kindly what stays open, and lets a wrong tap be mended. */
function closedReply(age: 'under16' | 'unknown', purpose: Purpose): Reply {
  const again: Button = { label: { key: 'consent.b_again' }, payload: payloadOf('consent', 'again', purpose) }
  return {
    text: { key: `consent.closed_${age}`, params: { what: { key: `consent.without_${purpose}` } } },
    buttons: [again, { label: { key: 'common.b_menu' }, payload: payloadOf('start', 'menu') }],
  }
}

function agreedReply(purpose: Purpose): Reply {
  const topics: Button = { label: { key: 'consent.b_topics' }, payload: payloadOf('subscribe', 'topics') }
  const menu: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('start', 'menu') }
  return { text: { key: `consent.agreed_${purpose}` }, buttons: purpose === 'push' ? [topics, menu] : [menu] }
}

const PURPOSES = Object.keys(wordings) as Purpose[]
const AGES = ['adult', 'under16', 'unknown'] as const

const ages = createLexicon([
  ...entries(
    'adult',
    'từ 16 tuổi trở lên, từ 16, từ 16 trở lên, trên 16, đủ 16, trên 16 tuổi, đủ 16 tuổi, đã đủ 16 tuổi, đủ tuổi, đủ rồi, người lớn',
  ),
  ...entries('under16', 'dưới 16 tuổi, dưới 16, chưa đủ 16, chưa đủ 16 tuổi, chưa đủ tuổi, chưa đủ, chưa, không, không phải, no'),
  ...entries('unknown', 'không muốn nói, không nói, bỏ qua, thôi, từ chối, không muốn, khỏi'),
])

/** An answer to "from 16?": words, yes, or the age itself. */
function ageOf(heard: Heard): Contact['age'] | undefined {
  const said = ages.find(heard)
  if (said) return said
  const years = /^(?:(?:toi|minh|em|con|chau) )?(\d{1,3})(?: tuoi)?$/.exec(heard.folded)?.[1]
  if (years !== undefined) return Number(years) >= 16 && Number(years) <= 120 ? 'adult' : Number(years) >= 4 ? 'under16' : undefined
  return yesNo(heard) === 'yes' ? 'adult' : undefined
}

function askedIn(step: Step | undefined): Asked | undefined {
  const { purpose, agreed } = (step?.data ?? {}) as Partial<Record<keyof Asked, unknown>>
  const known = typeof purpose === 'string' ? purposeOf(purpose) : undefined
  return known && { purpose: known, ...(typeof agreed === 'string' ? { agreed } : {}) }
}

function purposeOf(name: string): Purpose | undefined {
  return PURPOSES.find((purpose) => purpose === name)
}

function isAge(name: string): name is Contact['age'] {
  return AGES.some((age) => age === name)
}

function entries(value: Contact['age'], words: string): Array<{ words: string; value: Contact['age'] }> {
  return words.split(', ').map((one) => ({ words: one, value }))
}
