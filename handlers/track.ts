/**
 * A report for whoever holds its receipt, from any account and channel (F35): its state, what officers asked and told, and
 * the way to answer. The number alone shows nothing. Wrong tries make the person wait longer and longer
 * (db/receipt-tries.ts). The answer is the same whether a number exists.
 */
import { dropWay } from '../db/case-links.ts'
import { othersSaid } from '../db/case-others.ts'
import { listTold, markSeen } from '../db/case-thread.ts'
import { type CaseStatus, findCaseByReceipt } from '../db/cases.ts'
import { minutesOf, tryReceipt } from '../db/receipt-tries.ts'
import type { Button, Decision, Handler, Reply, Text, Turn } from '../src/chat.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { monthOf } from '../src/time.ts'
import { caseCode, createLexicon, listen } from '../src/vietnamese/index.ts'
import { type Answer, answer, answerAgain, button, choiceIn, expectsAnswer, MENU } from './talk/answer.ts'
import { asks, below, SHOWN, threadText } from './talk/thread.ts'
import { answersSure, askSure, beSure, isSure, sureAgain } from './withdraw/sure.ts'

/** Months after which a receipt may be of a report that is kept no longer: never fewer, however long reports stay open. */
const OLD_MONTHS = 24

const buttons: Button[] = [{ label: { key: 'common.b_cancel' }, payload: payloadOf('cancel', 'stop') }]
const ask: Reply = { text: { key: 'track.ask' }, buttons }

/** An answer where officers asked, more to tell where nobody did. */
const writeButton = (asked: boolean): Button => ({ ...button('track', 'answer'), ...(asked ? {} : { label: { key: 'talk.b_add' } }) })

const REPORT: Button = { label: { key: 'menu.report' }, payload: payloadOf('report', 'start') }

const losing = [
  'lost receipt',
  'mất mã',
  'quên mã',
  'mất mã nhận',
  'quên mã nhận',
  'làm mất mã nhận',
  'mất mã phản ánh',
  'quên mã phản ánh',
  'không nhớ mã',
]
const lost = createLexicon(losing.map((words) => ({ words, value: true })))

export const track: Handler = {
  name: 'track',
  version: 2,
  words: [
    ...['mã phản ánh', 'tra phản ánh', 'tra cứu phản ánh', 'tra cứu', 'tra mã', 'xem phản ánh', 'theo dõi phản ánh', 'mã nhận'],
    ...['phản ánh của tôi', 'phản ánh của tôi đến đâu rồi', 'phản ánh đến đâu rồi', 'kết quả phản ánh', 'tình trạng phản ánh'],
    ...['track', 'track report', 'track a report', 'follow a report'],
    ...losing,
  ],
  commands: ['tracuu'],
  wants: ({ text }) => caseCode(text) !== undefined,
  expects: (message, step) =>
    (message.payload === undefined && caseCode(message.text) !== undefined) ||
    (isSure(step) ? answersSure('track', message) : step.step !== 'receipt' && expectsAnswer('track', message, step)),
  listens: ({ step }) => step === 'answer',
  rests: ({ step }) => step === 'shown',
  async handle(turn) {
    const { message, step } = turn
    const code = message.payload === undefined ? caseCode(message.text) : undefined
    if (code?.receipt) return lookUp(turn, code.receipt)
    const action = parsePayload(message.payload)?.action
    const opens = action === 'start' || message.text.startsWith('/')
    const rests = step && (step.step === 'shown' || step.step === 'read') ? step : undefined
    if (step && isSure(step) && !opens) return beSure(turn, 'track', step)
    if (rests && choiceIn('track', message) === 'withdraw') return askSure(turn, 'track', (rests.data as Answer).caseId)
    const answers = step && step.step !== 'receipt' && (step.step !== 'shown' || expectsAnswer('track', message, step))
    if (answers && !opens) return answer(turn, 'track', step.data as Answer)
    if (code) return again({ text: { key: 'track.number_only' }, buttons })
    if (isLost(turn)) return { replies: [{ text: { key: 'track.lost' }, buttons: [REPORT, MENU] }] }
    // A button of a look that is over: the receipt is asked for again.
    return again(opens || step?.step !== 'receipt' ? ask : { text: { key: 'track.not_a_code' }, buttons })
  },
  async offerAgain(turn) {
    const { step } = turn
    if (step && isSure(step)) return sureAgain(turn, 'track', step)
    return !step || step.step === 'receipt' ? [ask] : answerAgain('track', step)
  },
}

/** A receipt cannot be given anew: nobody knows whose report is whose. Said at once instead of asking for it again. */
function isLost({ message: { payload, text } }: Turn): boolean {
  if (payload !== undefined || text === '') return false
  const heard = listen(text)
  return lost.find(heard) !== undefined || lost.within(heard).length > 0
}

async function lookUp(turn: Turn, receipt: string): Promise<Decision> {
  const { db, keys, contact, now } = turn
  const tried = await tryReceipt({ db, keys, contactId: contact.id, now }, () => findCaseByReceipt(db, keys, receipt))
  if (!('found' in tried)) return again({ text: { key: 'track.wait', params: { minutes: minutesOf(tried.wait) } }, buttons })
  const { found, writes } = tried
  if (!found) return { ...again({ text: { key: isOld(receipt, now) ? 'track.unknown_old' : 'track.unknown' }, buttons }), writes }

  const events = await listTold(db, keys, found.id, { unseen: false, limit: SHOWN })
  const [thread, others] = await Promise.all([threadText(turn, events), othersSaid(db, keys, found.id)])
  const fresh = events.filter(({ seen }) => !seen)
  const open = found.state !== 'closed' && found.gone === null
  const asked = asks(fresh) || found.state === 'needs_info'
  const reply = statusReply(found, contact.locale, found.gone !== null ? [] : [others, thread])
  const data: Answer = { caseId: found.id, photos: [] }
  return {
    replies: [
      {
        ...reply,
        buttons: [...(open ? [writeButton(asked)] : []), proofButton(receipt), ...(open ? [withdrawButton(receipt)] : []), MENU],
      },
    ],
    writes: [
      ...writes,
      ...(fresh.length > 0 ? await markSeen(keys, found.id, fresh, now) : []),
      ...(found.gone === 'removed' ? [await dropWay(keys, found.id)] : []),
    ],
    // Where officers asked, many type the answer at once, without a tap: it is shown to them before it goes.
    ...(open ? { next: { step: asked ? 'read' : 'shown', data } } : {}),
  }
}

/** Whoever holds the receipt has just shown it: it need not be typed again. */
function proofButton(receipt: string): Button {
  return { label: { key: 'filing_proof.b_get' }, payload: payloadOf('filing_proof', 'of', receipt.replaceAll('-', '')) }
}

/** And under a case that is open, this. */
function withdrawButton(receipt: string): Button {
  return { label: { key: 'withdraw.b_of' }, payload: payloadOf('withdraw', 'of', receipt.replaceAll('-', '')) }
}

/** Told by the month on the receipt alone, so that it says nothing about what exists. */
function isOld(receipt: string, now: Date): boolean {
  const [year = 0, month = 0] = [Number(`20${receipt.slice(3, 5)}`), Number(receipt.slice(5, 7))]
  const [thisYear = 0, thisMonth = 0] = monthOf(now).split('-').map(Number)
  return (thisYear - year) * 12 + thisMonth - month >= OLD_MONTHS
}

function statusReply(
  { state, says, openedMonth, photosSent, photosStored, gone }: CaseStatus,
  locale: 'vi' | 'en',
  more: Array<Text | undefined>,
): Reply {
  const [year = '', month = ''] = openedMonth.split('-')
  const photos = photosSent === 0 ? 'track.no_photos' : 'track.photos'
  const status: Text = gone
    ? {
        key: 'withdraw.status',
        params: {
          state: { key: `withdraw.state_${gone}` },
          about: gone === 'partly' || !says ? { key: 'withdraw.about_partly' } : { literal: says[locale] },
          month: `${month}/${year}`,
        },
      }
    : {
        key: 'track.status',
        params: {
          state: { key: `track.state_${state}` },
          about: says ? { literal: says[locale] } : { key: `track.about_${state}` },
          month: `${month}/${year}`,
          photos: { key: photos, params: { stored: photosStored, sent: photosSent } },
        },
      }
  return { text: below([status, ...more]) ?? status }
}

function again(reply: Reply): Decision {
  return { replies: [reply], next: { step: 'receipt' } }
}
