/**
 * "Hàng chờ" (F70): an officer reads and answers members' messages from the phone. Every act asks anew who the officer
 * is and what they may do; what was refused is kept in the audit log, and one answer hides why.
 */
import { recordRefusal } from '../../db/audit.ts'
import { type Desk, deskOf, findOfficerAt } from '../../db/rights.ts'
import type { Decision, Handler, Turn } from '../../src/chat.ts'
import { AppError } from '../../src/errors.ts'
import { type Payload, parsePayload } from '../../src/text.ts'
import { listen, yesNo } from '../../src/vietnamese/index.ts'
import { askAnswer, draftAnswer, heardSend, sendAnswer } from './answer.ts'
import { askClose, close } from './close.ts'
import { choosePlace, handTo } from './hand-over.ts'
import { showQueue } from './queue.ts'
import { showInquiry } from './show.ts'
import { dataOf, MENU, QUEUE } from './steps.ts'

export const desk: Handler = {
  name: 'desk',
  version: 1,
  words: ['hàng chờ', 'tin của đoàn viên', 'câu hỏi của đoàn viên', 'xem hàng chờ'],
  commands: ['hangcho'],
  officers: true,
  expects({ text }, { step }) {
    if (step === 'send') return heardSend(text) !== undefined
    return step === 'close' && yesNo(listen(text)) !== undefined
  },
  async handle(turn) {
    const actor = await findOfficerAt(turn.db, turn.contact.id, turn.now)
    if (!actor) return { replies: [{ text: { key: 'desk.only_officers' }, buttons: [MENU] }] }
    const tapped = parsePayload(turn.message.payload)
    try {
      return await act(turn, deskOf(turn, actor), tapped)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return refused(turn, deskOf(turn, actor), tapped, error)
    }
  },
  async offerAgain({ step }) {
    if (step?.step === 'answer' || step?.step === 'send') return [{ text: { key: 'desk.answer_again' } }]
    return []
  },
}

function act(turn: Turn, desk: Desk, tapped: Payload | undefined): Promise<Decision> {
  const { message, step } = turn
  if (tapped) {
    switch (tapped.action) {
      case 'more':
        return showQueue(desk, tapped)
      case 'show':
        return showInquiry(desk, tapped.id)
      case 'answer':
        return askAnswer(desk, tapped.id)
      case 'send':
        return sendAnswer(desk, tapped.id, step)
      case 'hand':
        return choosePlace(desk, tapped.id, step, tapped.step)
      case 'to':
        return handTo(desk, tapped.id, step, tapped.step)
      case 'close':
        return askClose(desk, tapped.id)
      case 'shut':
        return close(desk, tapped.id)
    }
    return showQueue(desk)
  }
  // "/hangcho" and its words lead back to the queue from any step but a text that is being written.
  if (message.text.startsWith('/')) return showQueue(desk)
  switch (step?.step) {
    case 'answer':
      return draftAnswer(turn, desk, step)
    case 'send':
      return heardSend(message.text) === 'yes' ? sendAnswer(desk, dataOf(step).id, step) : draftAnswer(turn, desk, step)
    case 'close':
      return yesNo(listen(message.text)) === 'yes' ? close(desk, dataOf(step).id) : showInquiry(desk, dataOf(step).id)
    case 'hand':
      return choosePlace(desk, dataOf(step).id, step, '')
  }
  return showQueue(desk)
}

const ACT: Record<string, string> = { answer: 'inquiry.answer', send: 'inquiry.answer', hand: 'inquiry.hand_over', to: 'inquiry.hand_over' }

/** What was not allowed is told shortly and written down; what merely came too late is only told. */
function refused({ step, now }: Turn, { actor }: Desk, tapped: Payload | undefined, error: AppError): Decision {
  const id = tapped?.id || dataOf(step).id
  const name = tapped?.action ?? (step?.step === 'send' ? 'send' : '')
  const entry = {
    act: ACT[name] ?? (name === 'close' || name === 'shut' ? 'inquiry.close' : 'inquiry.read'),
    ...(id ? { about: ['inquiry', id] as [string, string] } : {}),
  }
  const counts = error.code === 'forbidden' || error.code === 'not_found'
  return {
    replies: [{ text: { key: error.message }, buttons: [error.message === 'desk.forbidden' ? MENU : QUEUE] }],
    ...(counts ? { writes: [recordRefusal(actor, entry, error, now)] } : {}),
  }
}
