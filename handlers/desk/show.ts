/**
 * One inquiry: what was asked and when, by "một đoàn viên của …", and what can be done with it.
 */
import { type OpenInquiry, recordReading, requireInquiry } from '../../db/inquiry-desk.ts'
import type { Desk } from '../../db/rights.ts'
import type { Decision, Reply } from '../../src/chat.ts'
import { timeVi } from '../../src/time.ts'
import { button, dueOf, memberOf, QUEUE } from './steps.ts'

export async function showInquiry(desk: Desk, id: string): Promise<Decision> {
  const inquiry = await requireInquiry(desk, id, 'inquiry.read')
  return { replies: [inquiryReply(desk, inquiry)], writes: [recordReading(desk, inquiry)] }
}

function inquiryReply({ now }: Pick<Desk, 'now'>, inquiry: OpenInquiry): Reply {
  const { id, askedAt } = inquiry
  return {
    text: {
      key: 'desk.inquiry',
      params: { who: memberOf(inquiry), asked: timeVi(askedAt), due: dueOf(inquiry, now), texts: textsOf(inquiry) },
    },
    buttons: [button('b_answer', 'answer', id), button('b_hand', 'hand', id), button('b_close', 'close', id), QUEUE],
  }
}

/** The member's own words, one message under the other. */
export function textsOf({ messages }: OpenInquiry): string {
  return messages.map(({ text }) => `“${text}”`).join('\n')
}
