/**
 * "Ngừng nhận tin": the way out of every push (F6, R14). Its words act in any step and while an officer is talking;
 * asked once, confirmed once, and everything else the person has stays as it is.
 */
import { countOptOut } from '../db/broadcasts.ts'
import { listReported } from '../db/case-links.ts'
import { recordConsent } from '../db/consents.ts'
import { updateContact } from '../db/contacts.ts'
import { stopRelays } from '../db/relays.ts'
import { addTallies } from '../db/tallies.ts'
import type { Button, Contact, Decision, Handler, Purpose, Reply, Turn } from '../src/chat.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { dayOf } from '../src/time.ts'
import { listen, yesNo } from '../src/vietnamese/index.ts'

const PUSHED: Purpose[] = ['push', 'deals']

export const stop: Handler = {
  name: 'stop',
  version: 1,
  words: [
    'ngừng nhận tin',
    'hủy nhận tin',
    'từ chối nhận tin',
    'từ chối',
    'tắt tin',
    'dừng nhận tin',
    'stop',
    'unsubscribe',
    'hủy đăng ký',
    'không nhận tin nữa',
    'đừng gửi tin nữa',
    'đừng nhắn tin nữa',
  ],
  commands: ['ngungtin', 'stop'],
  urgent: true,
  expects: ({ text }) => yesNo(listen(text)) !== undefined,
  async handle(turn) {
    const { message, contact, step } = turn
    const tapped = parsePayload(message.payload)?.action
    const said = step && !tapped ? yesNo(listen(message.text)) : undefined
    if (tapped === 'reports') return stopReports(turn)
    if (tapped === 'yes' || said === 'yes') return stopAll(turn)
    if (tapped === 'no' || said === 'no') return { replies: [{ text: { key: 'stop.kept' }, buttons: [MENU] }] }
    return given(contact).length > 0 ? { replies: [ask()], next: { step: 'confirm' } } : nothing(turn)
  },
  async offerAgain() {
    return [ask()]
  },
}

async function stopAll(turn: Turn): Promise<Decision> {
  const { contact, now } = turn
  const ended = given(contact)
  if (ended.length === 0) return nothing(turn)
  const proofs = await Promise.all(ended.map((purpose) => recordConsent(turn, purpose, 'withdrawn')))
  return {
    dropsOf: 'consent',
    replies: await andReports(turn, 'stop.done'),
    writes: [
      ...proofs.flat(),
      updateContact(contact.id, { pushOffered: true }),
      countOptOut(contact.id, now),
      addTallies([{ day: dayOf(now), channel: contact.channel, what: 'stopped', reason: 'word', n: 1 }]),
    ],
  }
}

/** Nothing is on. Who says stop all the same is not offered pushes later. */
async function nothing(turn: Turn): Promise<Decision> {
  const { contact } = turn
  const writes = contact.pushOffered ? [] : [updateContact(contact.id, { pushOffered: true })]
  return { dropsOf: 'consent', replies: await andReports(turn, 'stop.nothing'), writes }
}

/** Who let the assistant write back about a report is told that this goes on, and how to end it too. */
async function andReports({ db, keys, contact }: Turn, key: string): Promise<Reply[]> {
  const reported = contact.fresh ? [] : await listReported(db, keys, contact.id)
  if (reported.length === 0) return [{ text: { key }, buttons: [MENU] }]
  return [{ text: { key } }, { text: { key: 'stop.reports' }, buttons: [REPORTS, MENU] }]
}

async function stopReports({ db, keys, contact }: Turn): Promise<Decision> {
  return {
    dropsOf: 'talk',
    replies: [{ text: { key: 'stop.reports_done' }, buttons: [MENU] }],
    writes: contact.fresh ? [] : await stopRelays(db, keys, contact.id),
  }
}

function ask(): Reply {
  return {
    text: { key: 'stop.ask' },
    buttons: [
      { label: { key: 'stop.b_yes' }, payload: payloadOf('stop', 'yes') },
      { label: { key: 'stop.b_no' }, payload: payloadOf('stop', 'no') },
    ],
  }
}

function given(contact: Contact): Purpose[] {
  return PUSHED.filter((purpose) => contact.consents[purpose])
}

const REPORTS: Button = { label: { key: 'stop.b_reports' }, payload: payloadOf('stop', 'reports') }
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('start', 'menu') }
