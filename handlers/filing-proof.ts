/**
 * "Giấy xác nhận": whoever holds a receipt gets a paper that says that a report was received, and nothing of who filed it
 * or how it stands. Anyone who is shown it can check it on our public page. Wrong receipts count with those of `track`.
 */
import { findFiled, type Proof, proofOf } from '../db/filing-proofs.ts'
import { minutesOf, tryReceipt } from '../db/receipt-tries.ts'
import type { Button, Decision, Handler, Reply, Turn } from '../src/chat.ts'
import { parsePayload, payloadOf } from '../src/text.ts'
import { caseCode } from '../src/vietnamese/index.ts'

const buttons: Button[] = [{ label: { key: 'common.b_cancel' }, payload: payloadOf('cancel', 'stop') }]
const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
const ask: Reply = { text: { key: 'filing_proof.ask' }, buttons }

export const filingProof: Handler = {
  name: 'filing_proof',
  version: 1,
  words: [
    'giấy xác nhận',
    'giấy xác nhận phản ánh',
    'giấy xác nhận đã phản ánh',
    'lấy giấy xác nhận',
    'xác nhận phản ánh',
    'xác nhận đã phản ánh',
    'giấy biên nhận phản ánh',
  ],
  commands: ['giayxacnhan'],
  expects: ({ text }) => caseCode(text) !== undefined,
  async handle(turn) {
    const { message, step } = turn
    const payload = parsePayload(message.payload)
    // A button of ours carries the receipt that was just shown; anyone can type one, so it is tried like a typed one.
    const said = payload?.action === 'of' ? payload.id : message.payload === undefined ? message.text : ''
    const code = caseCode(said)
    if (code?.receipt) return give(turn, code.receipt)
    if (code) return again({ text: { key: 'track.number_only' }, buttons })
    const opens = payload !== undefined || message.text.startsWith('/') || !step
    return again(opens ? ask : { text: { key: 'track.not_a_code' }, buttons })
  },
  async offerAgain() {
    return [ask]
  },
}

async function give(turn: Turn, receipt: string): Promise<Decision> {
  const { db, keys, contact, now } = turn
  const tried = await tryReceipt({ db, keys, contactId: contact.id, now }, () => findFiled({ db, keys }, receipt))
  if (!('found' in tried)) return again({ text: { key: 'track.wait', params: { minutes: minutesOf(tried.wait) } }, buttons })
  const { found, writes } = tried
  if (!found) return { ...again({ text: { key: 'track.unknown' }, buttons }), writes }
  const proof = await proofOf(turn, found)
  return { replies: [proofReply(turn, proof)], writes: [...writes, ...proof.writes] }
}

function proofReply({ about }: Turn, { number, month, kind, unitName, code }: Proof): Reply {
  const path = `/xac-nhan/${number}/${code}`
  const params = { number, month, code, kind: { key: `case.kind_${kind}` }, unit: unitName ?? about.unitName }
  const link = about.publicUrl ? `${about.publicUrl}${path}` : undefined
  const paper = link ? { key: 'filing_proof.paper', params: { ...params, link } } : { key: 'filing_proof.paper_offline', params }
  return {
    text: { key: 'filing_proof.given' },
    document: { name: `giay-xac-nhan-${number}.txt`, mime: 'text/plain', text: paper },
    buttons: [...(link ? [{ label: { key: 'filing_proof.b_open' }, url: link }] : []), MENU],
  }
}

function again(reply: Reply): Decision {
  return { replies: [reply], next: { step: 'receipt' } }
}
