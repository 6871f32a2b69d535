/**
 * Answering: the officer types one message, sees it as the member will, and sends it. A member who has written more
 * meanwhile is read first.
 */
import { answerInquiry, checkAnswer, recordReading, requireInquiry } from '../../db/inquiry-desk.ts'
import type { Desk } from '../../db/rights.ts'
import type { Decision, Step, Turn } from '../../src/chat.ts'
import { AppError } from '../../src/errors.ts'
import { createLexicon, listen, yesNo } from '../../src/vietnamese/index.ts'
import { textsOf } from './show.ts'
import { backTo, button, dataOf, QUEUE } from './steps.ts'

const sending = createLexicon(['gửi', 'gửi đi', 'gửi luôn', 'gửi trả lời'].map((words) => ({ words, value: 'yes' as const })))

export function heardSend(text: string): 'yes' | 'no' | undefined {
  const heard = listen(text)
  return sending.find(heard) ?? yesNo(heard)
}

export async function askAnswer(desk: Desk, id: string): Promise<Decision> {
  const inquiry = await requireInquiry(desk, id, 'inquiry.answer')
  return {
    replies: [{ text: { key: 'desk.ask_answer' }, buttons: [backTo(id)] }],
    next: { step: 'answer', data: { id, seen: inquiry.messages.length } },
  }
}

/** The text as the member will read it, not yet sent. */
export async function draftAnswer({ message }: Turn, desk: Desk, step: Step): Promise<Decision> {
  const { id, seen } = dataOf(step)
  const { text } = message
  const again = (key: string): Decision => ({
    replies: [{ text: { key }, buttons: [backTo(id)] }],
    next: { step: 'answer', data: { id, seen } },
  })
  if (text === '' || (step.step === 'send' && heardSend(text) === 'no')) return again('desk.ask_answer')
  await requireInquiry(desk, id, 'inquiry.answer')
  try {
    await checkAnswer(desk, text)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return again(error.message)
  }
  return {
    replies: [
      {
        text: { key: 'desk.preview', params: { text } },
        buttons: [button('b_send', 'send', id), button('b_rewrite', 'answer', id), backTo(id)],
      },
    ],
    next: { step: 'send', data: { id, seen, text } },
  }
}

export async function sendAnswer(desk: Desk, id: string, step: Step | undefined): Promise<Decision> {
  const drafted = dataOf(step)
  if (step?.step !== 'send' || drafted.id !== id) return askAnswer(desk, id)
  const inquiry = await requireInquiry(desk, id, 'inquiry.answer')
  const { text } = drafted
  if (inquiry.messages.length > drafted.seen) {
    return {
      replies: [
        {
          text: { key: 'desk.grew', params: { texts: textsOf(inquiry), text } },
          buttons: [button('b_send', 'send', id), button('b_rewrite', 'answer', id), backTo(id)],
        },
      ],
      writes: [recordReading(desk, inquiry)],
      next: { step: 'send', data: { id, seen: inquiry.messages.length, text } },
    }
  }
  return {
    replies: [{ text: { key: 'desk.answered' }, buttons: [QUEUE] }],
    writes: await answerInquiry(desk, inquiry, text),
  }
}
