/**
 * The state of a report for whoever holds its receipt, from any account and channel (F35). The number alone shows
 * nothing. Wrong tries make the person wait longer and longer (db/receipt-tries.ts). The answer is the same whether a
 * number exists.
 */
import { type CaseStatus, findCaseByReceipt } from '../db/cases.ts'
import { minutesOf, tryReceipt } from '../db/receipt-tries.ts'
import type { Button, Decision, Handler, Reply, Turn } from '../src/chat.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { caseCode } from '../src/vietnamese/index.ts'

const buttons: Button[] = [{ label: { key: 'common.b_cancel' }, payload: payloadOf('cancel', 'stop') }]
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
const ask: Reply = { text: { key: 'track.ask' }, buttons }

export const track: Handler = {
  name: 'track',
  version: 1,
  words: ['mã phản ánh', 'tra phản ánh', 'tra cứu phản ánh', 'tra cứu', 'tra mã', 'xem phản ánh', 'theo dõi phản ánh', 'mã nhận'],
  commands: ['tracuu'],
  wants: ({ text }) => caseCode(text) !== undefined,
  expects: ({ text }) => caseCode(text) !== undefined,
  async handle(turn) {
    const { message, step } = turn
    const code = message.payload === undefined ? caseCode(message.text) : undefined
    if (code?.receipt) return lookUp(turn, code.receipt)
    if (code) return again({ text: { key: 'track.number_only' }, buttons })
    const opens = parsePayload(message.payload)?.action === 'start' || message.text.startsWith('/') || !step
    return again(opens ? ask : { text: { key: 'track.not_a_code' }, buttons })
  },
  async offerAgain() {
    return [ask]
  },
}

async function lookUp({ db, keys, contact, now }: Turn, receipt: string): Promise<Decision> {
  const tried = await tryReceipt({ db, keys, contactId: contact.id, now }, () => findCaseByReceipt(db, keys, receipt))
  if (!('found' in tried)) return again({ text: { key: 'track.wait', params: { minutes: minutesOf(tried.wait) } }, buttons })
  const { found, writes } = tried
  if (found) return { replies: [statusReply(found, receipt)], writes }
  return { ...again({ text: { key: 'track.unknown' }, buttons }), writes }
}

function statusReply({ state, openedMonth, photosSent, photosStored }: CaseStatus, receipt: string): Reply {
  const [year = '', month = ''] = openedMonth.split('-')
  const photos = photosSent === 0 ? 'track.no_photos' : 'track.photos'
  return {
    text: {
      key: 'track.status',
      params: {
        state: { key: `track.state_${state}` },
        about: { key: `track.about_${state}` },
        month: `${month}/${year}`,
        photos: { key: photos, params: { stored: photosStored, sent: photosSent } },
      },
    },
    // Whoever holds the receipt has just shown it: it need not be typed again.
    buttons: [{ label: { key: 'filing_proof.b_get' }, payload: payloadOf('filing_proof', 'of', receipt.replaceAll('-', '')) }, MENU],
  }
}

function again(reply: Reply): Decision {
  return { replies: [reply], next: { step: 'receipt' } }
}
