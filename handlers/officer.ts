/**
 * "Gặp cán bộ": one question to a person, queued at the nearest unit that has an officer, with the day an answer is
 * due. One open inquiry at a time; more can be added to it, or it is taken back.
 */
import { findHolidays } from '../db/holidays.ts'
import { ANSWER_DAYS, addToInquiry, findDesk, findOpenInquiry, type Inquiry, openInquiry, withdrawInquiry } from '../db/inquiries.ts'
import { tellDesk } from '../db/inquiry-desk.ts'
import { findUnit, listAncestors } from '../db/units.ts'
import type { Button, Decision, Handler, InboundMessage, Reply, Turn } from '../src/chat.ts'
import { ACTS } from '../src/rights.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { dayOf, timeVi } from '../src/time.ts'
import { createLexicon, listen, yesNo } from '../src/vietnamese/index.ts'
import { addWorkingDays } from '../src/working-days.ts'

const WORDS = [
  'gặp cán bộ',
  'hỏi cán bộ',
  'liên hệ cán bộ',
  'nói chuyện với cán bộ',
  'nói chuyện với người',
  'gặp cán bộ công đoàn',
  'gặp cán bộ Đoàn',
  'gặp người',
  'gặp người thật',
  'gặp nhân viên',
  'tư vấn',
]
/** Characters of one message. */
const LONGEST = 1000
/** Messages in one inquiry. */
const MOST = 5

const opening = createLexicon(WORDS.map((words) => ({ words, value: true })))

export const officer: Handler = {
  name: 'officer',
  version: 1,
  words: WORDS,
  commands: ['canbo'],
  expects: (message, step) => step.step === 'withdraw' && yesNo(listen(message.text)) !== undefined,
  async handle(turn) {
    const { message, step } = turn
    const payload = parsePayload(message.payload)
    const open = await findOpenInquiry(turn.db, turn.keys, turn.contact.id)
    if (payload?.action === 'above' && !open) return ask('officer.ask_above', { above: true })
    if (payload) return tapped(turn, payload.action, payload.id, open)
    if (!step || isOpening(message)) return start(open)
    if (step.step === 'ask') return take(turn, open, step.data)
    const answer = yesNo(listen(message.text))
    if (answer === undefined || !open) return open ? askWithdraw(open) : start(open)
    return answer === 'yes' ? withdraw(turn, open) : kept(open)
  },
  async offerAgain({ step }) {
    return step?.step === 'ask' ? [{ text: { key: 'officer.ask_again' }, buttons: [CANCEL] }] : []
  },
}

function tapped(turn: Turn, action: string, id: string, open: Inquiry | undefined): Decision {
  if (!['add', 'withdraw', 'drop', 'keep'].includes(action)) return start(open)
  // An answered or withdrawn inquiry, or one that is not this person's.
  if (!open || open.id !== id) return { replies: [{ text: { key: 'officer.gone' }, buttons: [START, MENU] }] }
  if (action === 'add') return open.messages.length >= MOST ? full(open) : ask('officer.ask_more')
  if (action === 'withdraw') return askWithdraw(open)
  return action === 'drop' ? withdraw(turn, open) : kept(open)
}

/** Asks what it is about; with an inquiry open already, tells of it instead. */
function start(open: Inquiry | undefined): Decision {
  if (!open) return ask('officer.ask')
  const asked = timeVi(open.askedAt)
  return {
    replies: [
      {
        text: open.unitName
          ? { key: 'officer.waiting', params: { asked, unit: open.unitName, due: timeVi(open.dueAt) } }
          : { key: 'officer.waiting_nobody', params: { asked } },
        buttons: [...(open.messages.length < MOST ? [button('b_add', 'add', open)] : []), button('b_withdraw', 'withdraw', open), MENU],
      },
    ],
  }
}

/** `above`: an officer above their own unit, as they asked. */
type Asked = { above?: true }

function ask(key: string, data?: Asked): Decision {
  return { replies: [{ text: { key }, buttons: [CANCEL] }], next: { step: 'ask', ...(data ? { data } : {}) } }
}

/** The question itself: queued, or added to the one that waits. */
async function take(turn: Turn, open: Inquiry | undefined, data: unknown): Promise<Decision> {
  const { message, contact, db, keys, now } = turn
  const text = message.text
  const asked = (data ?? {}) as Asked
  if (text === '') return ask('officer.only_text', asked)
  const first: Reply[] = message.attachments.length > 0 ? [{ text: { key: 'officer.no_photo' } }] : []
  if (text.length > LONGEST) return { replies: [tooLong(text.length)], next: { step: 'ask', data: asked } }
  if (open) {
    if (open.messages.length >= MOST) return full(open)
    const writes = await addToInquiry(keys, open, { at: now.toISOString(), text })
    const added = open.unitName
      ? { key: 'officer.added', params: { unit: open.unitName, due: timeVi(open.dueAt) } }
      : { key: 'officer.added_nobody' }
    return { replies: [...first, { text: added, buttons: [button('b_withdraw', 'withdraw', open), MENU] }], writes }
  }
  const id = turn.id()
  const dueAt = addWorkingDays(now, ANSWER_DAYS, await findHolidays(db, now))
  const desk = await findDesk(db, asked.above ? await unitAbove(turn) : contact.unitId, dayOf(now), ACTS['inquiry.answer'])
  const { id: contactId, addressId } = contact
  const writes = await openInquiry(keys, { id, contactId, addressId, unitId: desk?.id ?? null, text, now, dueAt })
  const reply: Reply = desk
    ? {
        text: { key: 'officer.queued', params: { unit: desk.name, due: timeVi(dueAt) } },
        buttons: [button('b_withdraw', 'withdraw', { id }), MENU],
      }
    : { text: { key: 'officer.queued_nobody' }, buttons: [HOTLINES, button('b_withdraw', 'withdraw', { id }), MENU] }
  return { replies: [...first, reply], writes: [...writes, ...(desk ? await tellDesk(db, keys, desk.id, now) : [])] }
}

/** The nearest open unit above their own; the highest of all where there is none. */
async function unitAbove({ db, contact, now }: Turn): Promise<string | null> {
  const day = dayOf(now)
  const own = contact.unitId === null ? undefined : await findUnit(db, contact.unitId, day)
  return (own && (await listAncestors(db, own.path, day)).findLast(({ id, closed }) => id !== own.id && !closed)?.id) ?? null
}

/** Ends the inquiry for good, so it is asked once. */
function askWithdraw(open: Inquiry): Decision {
  const buttons = [button('b_yes', 'drop', open), button('b_no', 'keep', open)]
  return { replies: [{ text: { key: 'officer.ask_withdraw' }, buttons }], next: { step: 'withdraw' } }
}

function withdraw({ contact }: Turn, open: Inquiry): Decision {
  return { replies: [{ text: { key: 'officer.withdrawn' }, buttons: [MENU] }], writes: withdrawInquiry(open.id, contact.id) }
}

function kept(open: Inquiry): Decision {
  return { replies: [{ text: { key: 'officer.kept' }, buttons: [button('b_withdraw', 'withdraw', open), MENU] }] }
}

function full(open: Inquiry): Decision {
  return { replies: [{ text: { key: 'officer.full' }, buttons: [button('b_withdraw', 'withdraw', open), MENU] }] }
}

function tooLong(length: number): Reply {
  return { text: { key: 'officer.too_long', params: { length } }, buttons: [CANCEL] }
}

function isOpening({ text }: InboundMessage): boolean {
  return text.startsWith('/') || opening.find(listen(text)) === true
}

function button(label: string, action: string, inquiry: Pick<Inquiry, 'id'>): Button {
  return { label: { key: `officer.${label}` }, payload: payloadOf('officer', action, inquiry.id) }
}

const START: Button = { label: { key: 'common.b_officer' }, payload: payloadOf('officer', 'start') }
const CANCEL: Button = { label: { key: 'common.b_cancel' }, payload: payloadOf('cancel', 'now') }
const HOTLINES: Button = { label: { key: 'menu.hotlines' }, payload: payloadOf('hotlines', 'list') }
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
