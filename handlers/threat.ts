/**
 * "Tôi bị đe dọa, trù dập" (F40, R9): what to do, whom to call, what the law says in short; then, if the person wants, the
 * report goes before all others and is opened by its named officer alone. Nobody is asked who they are, and no employer is
 * ever written to. Its words act in any step, because who is afraid does not first leave a dialogue; inside a longer
 * answer they are content, and one line below offers this.
 */
import { addThreat } from '../db/case-answers.ts'
import { type Link, listLinksHere } from '../db/case-links.ts'
import { findCaseByReceipt, findStatus } from '../db/cases.ts'
import { guard } from '../db/client.ts'
import { type Hotline, listHotlines } from '../db/hotlines.ts'
import { findDesk } from '../db/inquiries.ts'
import { minutesOf, tryReceipt } from '../db/receipt-tries.ts'
import { addTries, countTries, triesTag } from '../db/tries.ts'
import type { Button, Decision, Handler, Reply, Step, Text, Turn } from '../src/chat.ts'
import { ACTS } from '../src/rights.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { addDays, dayOf, vietnamInstant } from '../src/time.ts'
import { caseCode, createLexicon, isThreat, listen, THREAT_WORDS, yesNo } from '../src/vietnamese/index.ts'

/** Characters of what is told; and how often one person says so on one day in Vietnam. */
const LONGEST = 4000
const MAX_A_DAY = 5
/** First of the urgent numbers here. */
const POLICE = '113'
/** Own reports that are listed, newest first. */
const LISTED = 5

const opening = createLexicon(THREAT_WORDS.map((words) => ({ words, value: true })))
const chosen = createLexicon([
  ...['nhập mã nhận', 'mã nhận', 'có mã nhận'].map((words) => ({ words, value: 'receipt' as const })),
  ...['tôi chưa gửi phản ánh', 'chưa gửi phản ánh', 'chưa phản ánh', 'chưa gửi'].map((words) => ({ words, value: 'none' as const })),
])
const skipped = createLexicon(['bỏ qua', 'bỏ qua không kể', 'không kể', 'không muốn kể', 'thôi'].map((words) => ({ words, value: true })))

export const threat: Handler = {
  name: 'threat',
  version: 1,
  words: THREAT_WORDS,
  urgent: true,
  wants: ({ text }) => text !== '' && isThreat(listen(text)),
  expects: ({ text, payload }, { step }) =>
    payload === undefined &&
    (caseCode(text) !== undefined ||
      (step === 'choose' && (yesNo(listen(text)) ?? chosen.find(listen(text)) ?? monthIn(text)) !== undefined)),
  listens: ({ step }) => step === 'words',
  async handle(turn) {
    const { message, step } = turn
    const tapped = parsePayload(message.payload)
    const receipt = tapped ? undefined : caseCode(message.text)?.receipt
    if (receipt && step?.step !== 'words') return pickByReceipt(turn, receipt)
    switch (tapped?.action) {
      case 'pick':
        return pick(turn, tapped.id)
      case 'receipt':
        return askReceipt()
      case 'none':
        return { replies: [NONE] }
      case 'no':
        return { replies: [LEFT] }
      case 'skip':
        return step?.step === 'words' ? raise(turn, step, '') : open(turn)
      case 'start':
        return open(turn)
    }
    if (!step || tapped || opening.find(listen(message.text))) return open(turn)
    if (step.step === 'words') return takeWords(turn, step)
    if (step.step === 'receipt') return askReceipt({ text: { key: 'track.not_a_code' } })
    return typed(turn)
  },
  async offerAgain(turn) {
    const { step } = turn
    if (step?.step === 'words') return [ASK_WORDS]
    return step?.step === 'receipt' ? [ASK_RECEIPT] : (await choose(turn)).replies
  },
}

const to = (action: string, id = ''): Button => ({ label: { key: `threat.b_${action}` }, payload: payloadOf('threat', action, id) })
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
const HOTLINES: Button = { label: { key: 'menu.hotlines' }, payload: payloadOf('hotlines', 'list') }
const REPORT: Button = { label: { key: 'menu.report' }, payload: payloadOf('report', 'start') }
const ABOVE: Button = { label: { key: 'threat.b_above' }, payload: payloadOf('officer', 'above') }
const NONE: Reply = { text: { key: 'threat.none' }, buttons: [REPORT, ABOVE, HOTLINES, MENU] }
const LEFT: Reply = { text: { key: 'threat.left' }, buttons: [ABOVE, HOTLINES, MENU] }
const ASK_WORDS: Reply = { text: { key: 'threat.ask_words' }, buttons: [to('skip')] }
const ASK_RECEIPT: Reply = { text: { key: 'track.ask' }, buttons: [to('none'), to('no')] }

/** First what helps now, then the question. */
async function open(turn: Turn): Promise<Decision> {
  const { db, contact } = turn
  const urgent = (await listHotlines(db, contact.unitId)).filter(({ kind, tel }) => kind === 'khan_cap' && tel !== null)
  const numbers = urgent.toSorted((one, other) => Number(other.tel === POLICE) - Number(one.tel === POLICE))
  const asked = await choose(turn)
  return {
    ...asked,
    replies: [{ text: { key: 'threat.now', params: { numbers: numbersOf(numbers) } } }, { text: { key: 'threat.law' } }, ...asked.replies],
  }
}

function numbersOf(rows: Hotline[]): Text {
  const [first, ...rest] = rows.map(({ number, office }): Text => ({ key: 'threat.number', params: { number, office } }))
  return first
    ? rest.reduce<Text>((above, below) => ({ key: 'threat.numbers', params: { above, below } }), first)
    : { key: 'threat.police' }
}

/** Words instead of the buttons: yes where there is one report, its month, or what the other buttons say. */
async function typed(turn: Turn): Promise<Decision> {
  const heard = listen(turn.message.text)
  const choice = chosen.find(heard)
  if (choice) return choice === 'receipt' ? askReceipt() : { replies: [NONE] }
  const answer = yesNo(heard)
  if (answer === 'no') return { replies: [LEFT] }
  const month = monthIn(turn.message.text)
  const own = (await listOwn(turn)).filter(({ status }) => answer === 'yes' || status.openedMonth === month)
  return own.length === 1 && own[0] ? askWords(own[0].link.caseId) : choose(turn)
}

/** `2026-11` from "Tháng 11/2026". */
function monthIn(text: string): string | undefined {
  const [, month = '', year = ''] = /(?<!\d)(\d{1,2})\/(\d{4})(?!\d)/.exec(text) ?? []
  return month === '' ? undefined : `${year}-${month.padStart(2, '0')}`
}

/** Reports filed from this account that they may be written to about, newest first. */
async function listOwn({ db, keys, contact }: Turn) {
  const links = await listLinksHere(db, keys, contact)
  const found = await Promise.all(links.map(async (link) => ({ link, status: await findStatus(db, link.caseId) })))
  const own = found.flatMap(({ link, status }) => (status ? [{ link, status }] : []))
  return own.sort((left, right) => right.status.openedMonth.localeCompare(left.status.openedMonth)).slice(0, LISTED)
}

/** Which report: their own by month and kind alone, or any by its receipt. */
async function choose(turn: Turn): Promise<Decision> {
  const listed = (await listOwn(turn)).map(({ link, status }): Button => {
    const [year = '', month = ''] = status.openedMonth.split('-')
    return {
      label: { key: 'threat.case', params: { month: `${month}/${year}`, kind: { key: `report.kind_${status.kind}` } } },
      payload: payloadOf('threat', 'pick', link.word),
    }
  })
  return {
    replies: [
      { text: { key: listed.length > 0 ? 'threat.ask' : 'threat.ask_receipt' }, buttons: [...listed, to('receipt'), to('none'), to('no')] },
    ],
    next: { step: 'choose' },
  }
}

function askReceipt(note?: Reply): Decision {
  return { replies: [...(note ? [note] : []), ASK_RECEIPT], next: { step: 'receipt' } }
}

async function pick(turn: Turn, word: string): Promise<Decision> {
  const { db, keys, contact } = turn
  const link = (await listLinksHere(db, keys, contact)).find((one: Link) => one.word === word)
  return link ? askWords(link.caseId) : choose(turn)
}

/** The same limits as a look by receipt: no other door to guess at. */
async function pickByReceipt({ db, keys, contact, now }: Turn, receipt: string): Promise<Decision> {
  const tried = await tryReceipt({ db, keys, contactId: contact.id, now }, () => findCaseByReceipt(db, keys, receipt))
  if (!('found' in tried)) return askReceipt({ text: { key: 'track.wait', params: { minutes: minutesOf(tried.wait) } } })
  const { found, writes } = tried
  return { ...(found ? askWords(found.id) : askReceipt({ text: { key: 'track.unknown' } })), writes }
}

function askWords(caseId: string): Decision {
  return { replies: [ASK_WORDS], next: { step: 'words', data: { caseId } } }
}

async function takeWords(turn: Turn, step: Step): Promise<Decision> {
  const { text } = turn.message
  const again = (key: string): Decision => ({ replies: [{ text: { key, params: { most: LONGEST } }, buttons: [to('skip')] }], next: step })
  if (text === '') return again('threat.only_text')
  if (text.length > LONGEST) return again('threat.too_long')
  if (caseCode(text)?.receipt) return again('talk.receipt_kept_out')
  return raise(turn, step, skipped.find(listen(text)) ? '' : text)
}

/** Into the case, in the turn's one commit. */
async function raise(turn: Turn, { data }: Step, text: string): Promise<Decision> {
  const { db, keys, contact, now } = turn
  const tag = await triesTag(keys, 'threats', contact.id)
  if ((await countTries(db, tag, now.getTime())) >= MAX_A_DAY)
    return { replies: [{ text: { key: 'threat.enough_today' }, buttons: [ABOVE, HOTLINES, MENU] }] }
  const added = await addThreat(turn, (data as { caseId: string }).caseId, text)
  if (!added) return { replies: [{ text: { key: 'talk.gone' }, buttons: [REPORT, ABOVE, MENU] }] }
  // Nobody is promised a reader whom this deployment does not have yet (R11).
  const desk = await findDesk(db, null, dayOf(now), ACTS['case.work'])
  const until = vietnamInstant(addDays(dayOf(now), 1), 0).getTime()
  return {
    replies: [{ text: { key: desk ? 'threat.done' : 'threat.done_nobody' }, buttons: [HOTLINES, MENU] }],
    writes: [addTries(tag, { n: 1, limit: MAX_A_DAY, now: now.getTime(), until }), guard(), ...added],
  }
}
