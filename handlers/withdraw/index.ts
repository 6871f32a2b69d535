/**
 * "Rút phản ánh" by its own words or by the button under a case: which report first, by its receipt or among those that were
 * filed from this account, then the question (sure.ts). A receipt is tried like everywhere, so that nothing is guessed through this door.
 */
import { type Link, listLinksHere } from '../../db/case-links.ts'
import { findCaseByReceipt, findStatus } from '../../db/cases.ts'
import { minutesOf, tryReceipt } from '../../db/receipt-tries.ts'
import type { Button, Decision, Handler, Reply, Turn } from '../../src/chat.ts'
import { parsePayload, payloadOf } from '../../src/text.ts'
import { caseCode } from '../../src/vietnamese/index.ts'
import { answersSure, askSure, beSure, isSure, MENU, sureAgain, sureIn, WITHDRAW_WORDS } from './sure.ts'

/** Own reports that are listed, newest first. */
const LISTED = 5

const CANCEL: Button = { label: { key: 'common.b_cancel' }, payload: payloadOf('cancel', 'stop') }

export const withdraw: Handler = {
  name: 'withdraw',
  version: 1,
  words: WITHDRAW_WORDS,
  commands: ['rutphananh'],
  expects: (message, step) =>
    message.payload === undefined && (caseCode(message.text) !== undefined || (isSure(step) && answersSure('withdraw', message))),
  async handle(turn) {
    const { message, step } = turn
    const tapped = parsePayload(message.payload)
    // A button of ours carries the receipt that was just shown; anyone can type one, so it is tried like a typed one.
    const receipt = caseCode(tapped?.action === 'of' ? tapped.id : tapped ? '' : message.text)?.receipt
    if (receipt) return byReceipt(turn, receipt)
    if (tapped?.action === 'pick') return byWord(turn, tapped.id)
    if (step && isSure(step) && (tapped === undefined || sureIn('withdraw', message) !== undefined)) return beSure(turn, 'withdraw', step)
    // A button of a question that is over.
    if (tapped && tapped.action !== 'start') return { replies: [{ text: { key: 'talk.stale' }, buttons: [MENU] }] }
    return choose(turn, step?.step === 'choose' && !tapped ? [{ text: { key: 'track.not_a_code' } }] : [])
  },
  async offerAgain(turn) {
    const { step } = turn
    if (!step) return []
    return isSure(step) ? sureAgain(turn, 'withdraw', step) : (await choose(turn)).replies
  },
}

/** Those filed from here by month and kind alone, or any by its receipt. */
async function choose(turn: Turn, notes: Reply[] = []): Promise<Decision> {
  const { db, keys, contact } = turn
  const links = await listLinksHere(db, keys, contact)
  const found = await Promise.all(links.map(async (link) => ({ link, status: await findStatus(db, link.caseId) })))
  const own = found.flatMap(({ link, status }) => (status && status.state !== 'closed' && status.gone === null ? [{ link, status }] : []))
  const listed = own
    .sort((left, right) => right.status.openedMonth.localeCompare(left.status.openedMonth))
    .slice(0, LISTED)
    .map(({ link, status }): Button => {
      const [year = '', month = ''] = status.openedMonth.split('-')
      return {
        label: { key: 'threat.case', params: { month: `${month}/${year}`, kind: { key: `report.kind_${status.kind}` } } },
        payload: payloadOf('withdraw', 'pick', link.word),
      }
    })
  const text = { key: listed.length > 0 ? 'withdraw.which' : 'withdraw.which_receipt' }
  return { replies: [...notes, { text, buttons: [...listed, CANCEL] }], next: { step: 'choose' } }
}

async function byReceipt(turn: Turn, receipt: string): Promise<Decision> {
  const { db, keys, contact, now } = turn
  const tried = await tryReceipt({ db, keys, contactId: contact.id, now }, () => findCaseByReceipt(db, keys, receipt))
  if (!('found' in tried)) return again({ text: { key: 'track.wait', params: { minutes: minutesOf(tried.wait) } }, buttons: [CANCEL] })
  const { found, writes } = tried
  if (!found) return { ...again({ text: { key: 'track.unknown' }, buttons: [CANCEL] }), writes }
  // The case is not looked at any more: what is typed now is about this question.
  return { ...(await askSure(turn, 'withdraw', found.id)), writes, dropsOf: 'track' }
}

async function byWord(turn: Turn, word: string): Promise<Decision> {
  const { db, keys, contact } = turn
  const own = await listLinksHere(db, keys, contact)
  const link = own.find((one: Link) => one.word === word)
  return link ? askSure(turn, 'withdraw', link.caseId) : choose(turn)
}

function again(reply: Reply): Decision {
  return { replies: [reply], next: { step: 'choose' } }
}
