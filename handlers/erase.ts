/**
 * "Xóa dữ liệu" (F7): erases everything about the person, after one question, in any step and while an officer is
 * talking. The goodbye carries its own sealed address, because nothing else of the person is left to send it by.
 */
import { recordRequest } from '../db/data-requests.ts'
import { eraseContact } from '../db/erasure.ts'
import { addTallies } from '../db/tallies.ts'
import type { Button, Decision, Handler, Reply, Turn } from '../src/chat.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { dayOf } from '../src/time.ts'
import { listen, yesNo } from '../src/vietnamese/index.ts'

export const erase: Handler = {
  name: 'erase',
  version: 1,
  words: ['xóa dữ liệu', 'xóa dữ liệu của tôi', 'xóa hết', 'xóa tài khoản', 'xóa hết dữ liệu'],
  commands: ['xoadulieu'],
  urgent: true,
  expects: (message) => message.payload === undefined && yesNo(listen(message.text)) !== undefined,
  async handle(turn) {
    const answer = answerOf(turn)
    if (answer === 'yes') return eraseNow(turn)
    if (answer === 'no') return { replies: [{ text: { key: 'erase.kept' }, buttons: [MENU] }] }
    return { replies: [QUESTION], next: { step: 'confirm' } }
  },
  offerAgain: async () => [QUESTION],
}

const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
const QUESTION: Reply = {
  text: { key: 'erase.ask' },
  buttons: [
    { label: { key: 'erase.b_yes' }, payload: payloadOf('erase', 'yes') },
    { label: { key: 'erase.b_no' }, payload: payloadOf('erase', 'no') },
  ],
}

/** A yes counts only while the question is open: a button of an old message, or one typed by hand, asks anew. */
function answerOf({ message, step }: Turn): 'yes' | 'no' | undefined {
  const action = parsePayload(message.payload)?.action
  if (!step) return action === 'no' ? 'no' : undefined
  if (action) return action === 'yes' || action === 'no' ? action : undefined
  return yesNo(listen(message.text))
}

async function eraseNow(turn: Turn): Promise<Decision> {
  const { contact, db, keys, now } = turn
  return {
    replies: [{ text: { key: 'erase.goodbye' } }],
    writes: [
      ...(await eraseContact(db, keys, contact.id, now, contact.addressId)),
      await recordRequest(turn, { id: turn.id(), contactId: contact.id, kind: 'erase', now }),
      addTallies([{ day: dayOf(now), channel: contact.channel, what: 'erased', n: 1 }]),
    ],
    erased: true,
  }
}
