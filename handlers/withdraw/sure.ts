/**
 * "Rút phản ánh", from the question to the deed: what goes, what stays, that it cannot be undone, and that nobody may force
 * anybody to it (F40). The same wherever it was asked: under a case shown by its receipt, in the talk about it, or by its own
 * words. What was agreed to is what is done: where the case became another thing meanwhile, it is asked again.
 */
import { othersSaid } from '../../db/case-others.ts'
import { findWithdrawable, listReceivers, type Receiver, type Staying, type Withdrawable, withdrawCase } from '../../db/withdrawals.ts'
import type { Button, Decision, InboundMessage, Reply, Step, Text, Turn } from '../../src/chat.ts'
import { parsePayload, payloadOf } from '../../src/text.ts'
import { monthOf } from '../../src/time.ts'
import { createLexicon, listen, yesNo } from '../../src/vietnamese/index.ts'

export const WITHDRAW_WORDS = [
  ...['rút phản ánh', 'rút lại phản ánh', 'tôi muốn rút phản ánh', 'xin rút phản ánh', 'muốn rút lại phản ánh', 'cho tôi rút phản ánh'],
  ...['rút phản ánh này', 'rút lại phản ánh này', 'xóa phản ánh', 'xóa phản ánh này', 'tôi muốn xóa phản ánh'],
]

/** Whose step it is. */
export type Owner = 'withdraw' | 'track' | 'talk'
/** `photos` keeps its name because an erasure looks for it in every step. */
type Sure = { caseId: string; staying: Staying; photos: [] }

const said = createLexicon<'yes' | 'no'>([
  ...['có rút', 'có rút phản ánh', 'rút luôn', 'đồng ý rút'].map((words) => ({ words, value: 'yes' as const })),
  ...['không rút', 'không rút nữa', 'thôi không rút', 'giữ lại', 'hủy'].map((words) => ({ words, value: 'no' as const })),
])

const wished = createLexicon(WITHDRAW_WORDS.map((words) => ({ words, value: true })))

/** Yes or no to the question, by a button of this owner or in words. */
export function sureIn(owner: Owner, { payload, text }: InboundMessage): 'yes' | 'no' | undefined {
  const tapped = parsePayload(payload)
  if (tapped) return tapped.handler !== owner ? undefined : tapped.action === 'go' ? 'yes' : tapped.action === 'keep' ? 'no' : undefined
  return text === '' ? undefined : (said.find(listen(text)) ?? yesNo(listen(text)))
}

/** Surely about the question: an answer, or the wish again, which is no yes: a message may have been sent twice. */
export function answersSure(owner: Owner, message: InboundMessage): boolean {
  return sureIn(owner, message) !== undefined || (message.payload === undefined && wished.find(listen(message.text)) !== undefined)
}

export const isSure = (step: Step | undefined): boolean => step?.step === 'sure'

/** The question, or why there is none. */
export async function askSure(turn: Turn, owner: Owner, caseId: string, notes: Reply[] = []): Promise<Decision> {
  const found = await findWithdrawable(turn.db, caseId)
  const refused = refusalOf(found)
  if (!found || refused) return { replies: [...notes, refused ?? GONE] }
  const data: Sure = { caseId, staying: found.staying, photos: [] }
  return { replies: [...notes, await question(turn, owner, found)], next: { step: 'sure', data } }
}

/** One message while the question stands. */
export async function beSure(turn: Turn, owner: Owner, step: Step): Promise<Decision> {
  const { caseId, staying } = step.data as Sure
  const choice = sureIn(owner, turn.message)
  if (choice === 'no') return { replies: [{ text: { key: 'withdraw.kept' }, buttons: [MENU] }] }
  if (choice === undefined) return askSure(turn, owner, caseId, [{ text: { key: 'withdraw.yes_or_no' } }])
  const found = await findWithdrawable(turn.db, caseId)
  const refused = refusalOf(found)
  if (!found || refused) return { replies: [refused ?? GONE] }
  if (found.staying !== staying) return askSure(turn, owner, caseId, [{ text: { key: 'withdraw.changed' } }])
  return {
    replies: [{ text: { key: `withdraw.done_${staying}`, params: { chat: chatOf(turn) } }, buttons: [MENU] }],
    writes: await withdrawCase(turn, found, turn.contact.addressId),
  }
}

/** The open question again, after something else was answered. */
export async function sureAgain(turn: Turn, owner: Owner, step: Step): Promise<Reply[]> {
  return (await askSure(turn, owner, (step.data as Sure).caseId)).replies
}

export const MENU: Button = { label: { key: 'common.b_menu' }, payload: payloadOf('help', 'menu') }
const HOTLINES: Button = { label: { key: 'menu.hotlines' }, payload: payloadOf('hotlines', 'list') }
const OFFICER: Button = { label: { key: 'common.b_officer' }, payload: payloadOf('officer', 'start') }
const THREAT: Button = { label: { key: 'withdraw.b_threat' }, payload: payloadOf('threat', 'start') }
const GONE: Reply = { text: { key: 'talk.gone' }, buttons: [MENU] }

function refusalOf(found: Withdrawable | undefined): Reply | undefined {
  if (!found) return GONE
  if (found.gone === 'removed') return { text: { key: 'withdraw.removed' }, buttons: [MENU] }
  if (found.gone !== null) return { text: { key: 'withdraw.already' }, buttons: [MENU] }
  return found.state === 'closed' ? { text: { key: 'withdraw.closed' }, buttons: [OFFICER, MENU] } : undefined
}

async function question(turn: Turn, owner: Owner, found: Withdrawable): Promise<Reply> {
  const { db, keys } = turn
  const [year = '', month = ''] = monthOf(new Date(`${found.openedHour.slice(0, 13)}:00:00Z`)).split('-')
  // That there are others is said only where the case itself says so (db/case-others.ts).
  const shared = (found.staying === 'others' || found.main !== null) && (await othersSaid(db, keys, found.id)) !== undefined
  const params = {
    month: `${month}/${year}`,
    others: shared ? { key: 'withdraw.others' } : '',
    where: found.staying === 'proof' ? whereOf(await listReceivers(db, found)) : '',
  }
  return {
    text: { key: found.staying === 'proof' ? 'withdraw.ask_proof' : 'withdraw.ask', params },
    buttons: [
      { label: { key: 'withdraw.b_go' }, payload: payloadOf(owner, 'go') },
      { label: { key: 'withdraw.b_keep' }, payload: payloadOf(owner, 'keep') },
      THREAT,
      ...(found.staying === 'proof' ? [HOTLINES] : []),
    ],
  }
}

function whereOf(receivers: Receiver[]): Text {
  const [first, ...rest] = receivers.map(
    ({ name, phone }): Text =>
      phone === '' ? { key: 'withdraw.receiver', params: { name } } : { key: 'withdraw.receiver_phone', params: { name, phone } },
  )
  return first
    ? rest.reduce<Text>((above, below) => ({ key: 'withdraw.receivers', params: { above, below } }), first)
    : { key: 'withdraw.receiver_unknown' }
}

/** What was typed lies on the person's own phone; the page's talk is ours, and went. */
const chatOf = ({ contact }: Turn): Text => ({ key: contact.channel === 'web' ? 'withdraw.chat_page' : 'withdraw.chat_phone' })
